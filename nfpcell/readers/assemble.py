"""From the chosen columns of a file to its table and its spectra, in SI units."""

import itertools
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError
from nfpcell.readers import units
from nfpcell.readers.columns import DIMENSIONS, TABLE_UNITS, Column
from nfpcell.readers.recording import LEAST_POINTS, Recording, Spectrum

SENSIBLE_FREQUENCIES = (1e-9, 1e12)
SENSIBLE_MODULI = (1e-9, 1e15)
SENSIBLE_TEMPERATURES = (-150, 500)
MOST_SPECTRA = 10_000
# rows without a number that are left out: as many, and as large a share
FEW_ROWS, FEW_SHARE = 3, 0.01
# direct current of spectra one after the other: steady enough to be one half-cycle
STEADY = 0.02
_A_DATE = r"\d[-/.年]\d{1,2}[-/.月]\d"
_FEW_DATES = 100_000
_EVERY = ("voltage", "time", "step time", "clock", "current", "mean current", "rate")


@dataclass
class Block:
    """
    One table of a file, of the columns that are of use.

    Attributes
    ----------
    columns : dict of quantity to Column
    values : dict of quantity to a pandas Series, numbers or text, as in the file
    first_line : number of the line of the first row; None where there are no lines
    cell : the text of a cell by row number and quantity, for sentences
    """

    columns: dict[str, Column]
    values: dict[str, pd.Series]
    first_line: int | None = None
    cell: Callable[[int, str], str] | None = None
    remarks: list[str] = field(default_factory=list)

    def where(self, row):
        """A row as a reader would look for it."""
        if self.first_line is None:
            return f"row {row + 1}"
        return f"line {self.first_line + row}"

    def text(self, row, quantity):
        """A cell as it stands."""
        if self.cell is not None:
            return self.cell(row, quantity)
        return str(self.values[quantity].iloc[row])


def recording(content, form, blocks, remarks=()):
    """
    The recording of a file.

    Parameters
    ----------
    content : Content
    form : what the file was taken for, in words
    blocks : list of Block; one after the other where there are several
    remarks : sentences so far

    Returns
    -------
    Recording
    """
    path = content.path
    remarks = [*remarks]
    spectra, tables = [], []
    for block in blocks:
        remarks += block.remarks
        numbers = _numbers(block)
        part, sweeps = _separated(block, numbers, path, remarks)
        spectra += sweeps
        if part is not None and len(part):
            tables.append(part)
    spectra = _named(spectra, content.stem, path, remarks)
    if len(tables) > 1 and not any("Step" in part for part in tables):
        tables = [part.assign(Step=k + 1.0) for k, part in enumerate(tables)]
    table = pd.concat(tables, ignore_index=True) if tables else None
    if table is None and not spectra:
        raise DataFileError(
            f"{path}: holds no row of numbers; right would be a table of a spectrum or "
            "of a curve"
        )
    return Recording(
        path,
        content.sha256,
        form,
        table,
        tuple(spectra),
        tuple(dict.fromkeys(remarks)),
    )


# ------------------------------------------------------------------------- the numbers
def _numbers(block):
    """Every column but that of the state as numbers in SI units."""
    found = {}
    for quantity, values in block.values.items():
        if quantity == "state":
            found[quantity] = values
            continue
        head = block.columns[quantity].heading
        with np.errstate(all="ignore"):
            numbers = _plain_numbers(values, quantity) * head.factor
        if head.dimension == units.TEMPERATURE:
            numbers = numbers + units.offset(head.unit)
        # a minus before a frequency or a time is a dash of the heading
        if quantity in ("imaginary part", "phase"):
            numbers = numbers * head.sign
        found[quantity] = numbers
    return found


def _plain_numbers(values, quantity):
    """A column as numbers; what is none becomes NaN."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(float, na_value=np.nan)
    else:
        text = values.astype("string").str.strip()
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(float, na_value=np.nan)
        if "time" in quantity or quantity == "clock":
            open_ = np.isnan(numbers)
            if open_.any():
                numbers = numbers.copy()
                numbers[open_] = _seconds(text[open_])
    # placeholders of programs for "no value"
    return np.where(np.abs(numbers) > 1e30, np.nan, numbers)


def _seconds(text):
    """Times as text in seconds: h:mm:ss, days before it, or dates."""
    parts = text.str.extract(
        r"^(?:(?P<days>\d+)\s*(?:d|days?|-|\.)\s*)?"
        r"(?P<hours>\d+):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:[.,:]\d+)?)$"
    )
    seconds = parts["seconds"].str.replace("[,:]", ".", regex=True)
    numbers = [
        pd.to_numeric(part, errors="coerce").fillna(0).to_numpy(float)
        for part in (parts["days"], parts["hours"], parts["minutes"], seconds)
    ]
    found = numbers[0] * 86400 + numbers[1] * 3600 + numbers[2] * 60 + numbers[3]
    found = np.where(parts["hours"].isna().to_numpy(bool), np.nan, found)
    if not np.isfinite(found).any() and len(text):
        found = _dates(text)
    return found


def _dates(text):
    """Dates in seconds from the first; month before day unless that runs backwards."""
    best = np.full(len(text), np.nan)
    if not text.str.contains(_A_DATE, regex=True).fillna(False).any():
        return best
    # pandas finds the format in the first; one by one where some have no fractions
    mixed = text.str.len().nunique() > 1 and len(text) <= _FEW_DATES
    for day_first in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                dates = pd.to_datetime(
                    text,
                    errors="coerce",
                    dayfirst=day_first,
                    format="mixed" if mixed else None,
                    utc=True,
                )
            except (ValueError, TypeError, OverflowError):
                continue
        there = dates.notna().to_numpy()
        if not there.any():
            continue
        seconds = (dates - dates[there].iloc[0]).dt.total_seconds().to_numpy(float)
        if np.isfinite(seconds).sum() > np.isfinite(best).sum():
            best = seconds
        if (np.diff(seconds[there]) >= 0).all():
            return seconds
    return best


# ------------------------------------------------------------------ spectra and curves
def _separated(block, numbers, path, remarks):
    """The table of the rows without a frequency, and the spectra of those with one."""
    if "frequency" not in numbers:
        if not {"voltage", "mean voltage"} & set(numbers) and not _has_curve(numbers):
            return None, []
        return _table(block, numbers, path, remarks), []
    imaginary = _impedance_columns(block, numbers, path)
    frequency = numbers["frequency"]
    modulus = np.hypot(*imaginary)
    curve = (frequency == 0) & ((modulus == 0) | np.isnan(modulus))
    # rows between spectra have a time and a voltage but no frequency
    if not (_has_time(numbers) and {"voltage", "mean voltage"} & set(numbers)):
        curve = np.zeros(len(frequency), bool)
    blank = np.isnan(frequency) & np.isnan(modulus)
    if blank.all():
        return None, []
    of_spectra = np.flatnonzero(~curve & ~blank)
    sweeps = []
    if len(of_spectra):
        sweeps = _spectra(block, numbers, imaginary, of_spectra, path)
    table = None
    if curve.any() or _steady(sweeps):
        table = _table(block, _with_means(numbers, ~curve), path, remarks)
    return table, sweeps


def _has_time(numbers):
    return bool({"time", "step time", "clock"} & set(numbers))


def _has_curve(numbers):
    charges = {"current", "mean current", "capacity", "charge capacity"}
    return _has_time(numbers) and bool(
        (charges | {"discharge capacity"}) & set(numbers)
    )


def _steady(sweeps):
    """Whether spectra follow each other under one direct current."""
    currents = [s.current for s, _ in sweeps if s.current is not None]
    if len(sweeps) < 2 or len(currents) < len(sweeps):
        return False
    mean = np.mean(currents)
    return bool(np.ptp(currents) < STEADY * abs(mean))


def _with_means(numbers, spectral):
    """Voltage and current of the rows of spectra: their mean over the oscillation."""
    found = dict(numbers)
    for quantity in ("voltage", "current"):
        mean = numbers.get(f"mean {quantity}")
        if mean is None:
            continue
        if quantity not in numbers:
            found[quantity] = mean
            continue
        use = spectral & np.isfinite(mean) & (mean != 0)
        found[quantity] = np.where(use, mean, numbers[quantity])
    return found


def _impedance_columns(block, numbers, path):
    """Real and imaginary part [Ohm], of modulus and phase if need be."""
    if "real part" in numbers and "imaginary part" in numbers:
        return numbers["real part"], numbers["imaginary part"]
    if "modulus" in numbers and "phase" in numbers:
        Z = numbers["modulus"] * np.exp(1j * np.deg2rad(numbers["phase"]))
        return Z.real, Z.imag
    missing = "imaginary part" if "real part" in numbers else "real part"
    titles = ", ".join(c.heading.title for c in block.columns.values())
    raise DataFileError(
        f"{path}: no column of the {missing} among {titles[:200]}; right would be such "
        "as Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"
    )


def _spectra(block, numbers, impedance, rows, path):
    """Pairs of a spectrum, still without a name, and the number of its first row."""
    _check_numbers(block, numbers, impedance, rows, path)
    frequency, real, imaginary = (
        numbers["frequency"][rows],
        impedance[0][rows],
        impedance[1][rows],
    )
    found = []
    for part in _sweeps(frequency, _loops(numbers, rows)):
        f, Z = frequency[part], real[part] + 1j * imaginary[part]
        order = np.argsort(-f, kind="stable")
        twice = np.flatnonzero(np.diff(f[order]) == 0)
        if len(twice):
            # the later of the two, where the file is read from the top
            row = rows[part[max(order[twice[0]], order[twice[0] + 1])]]
            raise DataFileError(
                f"{path}: {block.where(row)}: {f[order][twice[0]]:g} Hz stands twice; "
                "right would be a file of one spectrum, or of whole ones one after "
                "the other"
            )
        at = rows[part]
        spectrum = Spectrum(
            "",
            f[order],
            Z[order],
            _median(numbers, ("mean current", "current"), at, block),
            _median(numbers, ("mean voltage", "voltage"), at, block),
            _median(numbers, ("temperature",), at, block),
        )
        found.append((spectrum, at[0]))
    return found


def _check_numbers(block, numbers, impedance, rows, path):
    """Every row of a spectrum is whole and sensible, or a sentence says which is not."""
    known = [q for q in ("frequency", "real part", "imaginary part") if q in numbers]
    if "real part" not in numbers or "imaginary part" not in numbers:
        known = ["frequency", "modulus", "phase"]
    bad = np.zeros(len(rows), bool)
    for quantity in known:
        bad |= ~np.isfinite(numbers[quantity][rows])
    if bad.any():
        row = rows[np.argmax(bad)]
        quantity = next(q for q in known if not np.isfinite(numbers[q][row]))
        text = block.text(row, quantity).strip()[:40]
        raise DataFileError(
            f'{path}: {block.where(row)}: "{text}" is not a number; right would be a '
            "finite one"
        )
    modulus = np.hypot(impedance[0], impedance[1])
    for what, values, (low, high) in (
        ("frequency [Hz]", numbers["frequency"], SENSIBLE_FREQUENCIES),
        ("modulus [Ohm]", modulus, SENSIBLE_MODULI),
    ):
        outside = ~((values[rows] >= low) & (values[rows] <= high))
        if outside.any():
            row = rows[np.argmax(outside)]
            raise DataFileError(
                f"{path}: {block.where(row)}: {what} {values[row]:g} is refused; right "
                f"would be at least {low:g} and at most {high:g}"
            )


def _loops(numbers, rows):
    """The number of the loop or cycle a row of a spectrum belongs to, if told."""
    for quantity in ("loop", "cycle", "step"):
        if quantity in numbers:
            loops = numbers[quantity][rows]
            if np.isfinite(loops).all() and (np.diff(loops) != 0).any():
                return loops
    return np.zeros(len(rows))


def _sweeps(frequency, loops):
    """
    Where one spectrum ends and the next begins, as arrays of places.

    A new one begins with another loop, and where the frequency jumps back over what was
    measured already.
    """
    edges = np.flatnonzero(np.diff(loops) != 0) + 1
    parts = np.split(np.arange(len(frequency)), edges)
    # a cycle number that counts something else would cut spectra to pieces
    if any(len(part) < LEAST_POINTS for part in parts[:-1]):
        parts = [np.arange(len(frequency))]
    return [sweep for part in parts for sweep in _turns(frequency, part)]


def _turns(frequency, part):
    """Places of a loop, cut where the frequency jumps back or turns round."""
    logs = np.log(frequency[part])
    steps = np.diff(logs)
    starts = [0]
    for begin, end in _runs(steps):
        covered = logs[begin] - logs[starts[-1]]
        back = (logs[end] - logs[begin]) * covered < 0
        if not back or abs(logs[end] - logs[begin]) < 0.5 * abs(covered):
            continue
        # a single step back over what was covered: the next sweep begins behind it
        if end == begin + 1 and begin > starts[-1] + 1:
            starts.append(end)
        # a turn: the last point belongs to the sweep before it, or stands there twice
        elif min(end - begin, begin - starts[-1]) >= LEAST_POINTS - 1:
            starts.append(begin if steps[begin - 1] == 0 else begin + 1)
    found = np.split(part, starts[1:])
    # points in no order have runs of any length, and are one spectrum
    whole = sum(len(sweep) for sweep in found if len(sweep) >= LEAST_POINTS)
    monotone = all(_is_monotone(logs[sweep - part[0]]) for sweep in found)
    return found if monotone and whole > 0.8 * len(part) else [part]


def _runs(steps):
    """Stretches of steps of one sign, as the first and the last point of each."""
    edges = np.flatnonzero(np.diff(np.sign(steps)) != 0) + 1
    bounds = [0, *edges.tolist(), len(steps)]
    return list(itertools.pairwise(bounds)) if len(steps) else []


def _is_monotone(logs):
    """Whether nearly every step has the same direction."""
    steps = np.sign(np.diff(logs))
    return len(steps) == 0 or abs(steps.sum()) >= 0.8 * len(steps)


def _median(numbers, quantities, rows, block):
    for quantity in quantities:
        if quantity not in numbers:
            continue
        column = block.columns.get(quantity)
        if column and column.heading.dimension != DIMENSIONS[quantity][0]:
            continue
        values = numbers[quantity][rows]
        values = values[np.isfinite(values)]
        if quantity == "temperature":
            values = values[_sensible(values)]
        # a potential of nothing but zeros was not measured
        if quantity.endswith("voltage") and not values.any():
            continue
        if len(values):
            return float(np.median(values))
    return None


def _sensible(temperature):
    low, high = SENSIBLE_TEMPERATURES
    return (temperature > low) & (temperature < high)


def _named(found, stem, path, remarks):
    """Spectra with their names; those of too few points are left out, or refused."""
    whole = [s for s, _ in found if len(s.frequencies) >= LEAST_POINTS]
    if found and not whole:
        raise DataFileError(
            f"{path}: {len(found[0][0].frequencies)} frequencies are no spectrum; right "
            f"would be at least {LEAST_POINTS}"
        )
    if len(whole) > MOST_SPECTRA:
        raise DataFileError(
            f"{path}: holds {len(whole)} spectra; right would be at most {MOST_SPECTRA}"
        )
    if len(whole) < len(found):
        remarks.append(
            f"{len(found) - len(whole)} of {len(found)} spectra have fewer than "
            f"{LEAST_POINTS} frequencies and are left out"
        )
    names = (
        [stem] if len(whole) == 1 else [f"{stem}#{k + 1}" for k in range(len(whole))]
    )
    named = []
    for name, spectrum in zip(names, whole, strict=True):
        named.append(replace(spectrum, name=name))
        if (spectrum.Z.imag > 0).mean() > 0.9:
            remarks.append(
                f"the imaginary part of {name} is positive nearly everywhere, as of a "
                "coil: the file may have its sign turned"
            )
    return named


# ------------------------------------------------------------------------------ curves
def _table(block, numbers, path, remarks):
    """Rows of a curve with the columns of TABLE_UNITS that there are."""
    numbers = _with_means(numbers, np.zeros(len(next(iter(numbers.values()))), bool))
    columns = {}
    for quantity in ("time", "step time", "clock"):
        if quantity in numbers:
            columns["Time [s]"] = numbers[quantity]
            if quantity == "clock":
                known = numbers[quantity][np.isfinite(numbers[quantity])]
                if len(known):
                    columns["Time [s]"] = numbers[quantity] - known[0]
            break
    if "voltage" in numbers:
        columns["Voltage [V]"] = numbers["voltage"]
    if "current" in numbers:
        name = _table_name("current", block)
        columns[name] = _signed(block, numbers, name, remarks)
    elif "rate" in numbers:
        columns["C-rate"] = numbers["rate"]
    _add_capacity(block, numbers, columns, remarks)
    if "temperature" in numbers:
        _add_temperature(block, numbers["temperature"], columns, remarks)
    for quantity, name in (("cycle", "Cycle"), ("step", "Step")):
        if quantity in numbers:
            columns[name] = numbers[quantity]
    table = pd.DataFrame(columns)
    return _without_blanks(block, table, path, remarks)


def _table_name(quantity, block):
    """Name of a quantity's column in the table, by the dimension of its unit."""
    column = block.columns.get(quantity) or block.columns[f"mean {quantity}"]
    dimension = column.heading.dimension
    return next(name for name, (d, _) in TABLE_UNITS.items() if d == dimension)


def _signed(block, numbers, name, remarks):
    """The current; signed by the state where the file has its size only."""
    current = numbers["current"]
    if "state" not in numbers or (current < 0).any():
        return current
    signs = state_signs(numbers["state"])
    discharges = signs < 0
    if not (discharges.any() and (np.abs(current[discharges]) > 0).any()):
        return current
    title = block.columns["state"].heading.title
    remarks.append(
        f'the current has no sign in the file; "{title}" says which rows discharge'
    )
    return np.where(discharges, -current, current)


def state_signs(states):
    """
    What a column of words says: 1 for charge, -1 for discharge, 0 for neither.

    Examples
    --------
    >>> state_signs(pd.Series(["CC_Chg", "Rest", "CC DChg", "D"])).tolist()
    [1, 0, -1, -1]
    """
    codes, words = pd.factorize(states.astype("string"))
    signs = np.array([_state_sign(str(word)) for word in words] + [0])
    return signs[codes]


def _state_sign(word):
    word = word.strip().lower()
    if word in ("d", "dis", "dch", "dc") or any(
        part in word for part in ("dchg", "dis", "dch", "entlad", "放电", "décharge")
    ):
        return -1
    if word in ("c", "cha") or any(
        part in word for part in ("chg", "charge", "cha", "laden", "充电")
    ):
        return 1
    return 0


def _add_capacity(block, numbers, columns, remarks):
    """The charge passed, counted up by a charge where the two are told apart."""
    charge, discharge = (numbers.get(f"{w} capacity") for w in ("charge", "discharge"))
    if "capacity" in numbers:
        quantity, values = "capacity", numbers["capacity"]
    elif charge is not None and discharge is not None:
        quantity, values = "charge capacity", _filled(charge) - _filled(discharge)
    elif charge is not None:
        quantity, values = "charge capacity", charge
    elif discharge is not None:
        quantity, values = "discharge capacity", -discharge
    elif "charge increment" in numbers:
        quantity, values = (
            "charge increment",
            np.cumsum(_filled(numbers["charge increment"])),
        )
    else:
        return
    dimension = block.columns[quantity].heading.dimension
    name = next(
        name
        for name, (d, _) in TABLE_UNITS.items()
        if d == dimension and "apacity" in name
    )
    columns[name] = values / TABLE_UNITS[name][1]


def _filled(values):
    return np.where(np.isfinite(values), values, 0.0)


def _add_temperature(block, temperature, columns, remarks):
    title = block.columns["temperature"].heading.title
    sensible = _sensible(temperature)
    if not sensible.any() or not np.any(temperature[sensible]):
        remarks.append(f'"{title}" holds no temperature that was measured; left out')
        return
    columns["Temperature [degC]"] = np.where(sensible, temperature, np.nan)


def _without_blanks(block, table, path, remarks):
    """Rows with a number for time, voltage and current; a few without are left out."""
    needed = [
        name
        for name in table.columns
        if name in ("Time [s]", "Voltage [V]", "C-rate") or "urrent" in name
    ]
    if not needed:
        needed = [name for name in table.columns if name not in ("Cycle", "Step")]
    there = np.column_stack([np.isfinite(table[name].to_numpy()) for name in needed])
    blank, whole = ~there.any(axis=1), there.all(axis=1)
    bad = ~blank & ~whole
    rows = int((~blank).sum())
    if bad.any():
        row = int(np.argmax(bad))
        name = next(n for n, ok in zip(needed, there[row], strict=True) if not ok)
        if bad.sum() > max(FEW_ROWS, FEW_SHARE * rows):
            raise DataFileError(
                f"{path}: {bad.sum()} of {rows} rows have no number for "
                f"{name.split(' [')[0].lower()}, the first in {block.where(row)}"
                f"{_shown(block, row, name)}; right would be a number in every row"
            )
        remarks.append(
            f"{bad.sum()} of {rows} rows have no number for "
            f"{name.split(' [')[0].lower()} and are left out, the first in "
            f"{block.where(row)}"
        )
    return table[whole].reset_index(drop=True)


def _shown(block, row, name):
    """The cell that is no number, in brackets, if it has anything in it."""
    word = name.split(" [")[0].lower()
    for quantity in block.values:
        if quantity in word or (quantity in _EVERY and word.endswith(quantity)):
            text = block.text(row, quantity).strip()
            return f' ("{text[:40]}")' if text and not _is_nan(text) else ""
    return ""


def _is_nan(text):
    try:
        return math.isnan(float(text))
    except ValueError:
        return False
