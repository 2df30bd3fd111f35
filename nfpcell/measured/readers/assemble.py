"""From the chosen columns of a file to its table and its spectra, in SI units."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from nfpcell.errors import DataFileError, printable
from nfpcell.measured.readers import units
from nfpcell.measured.readers.frequency_sweeps import (
    impedance_of,
    named,
    sensible,
    spectra_of,
)
from nfpcell.measured.readers.headings import TABLE_UNITS, Column, assumed_units
from nfpcell.measured.readers.numbers import plain_numbers
from nfpcell.measured.readers.recording import Recording, told_as

# rows without a number that are left out: as many, and as large a share
FEW_ROWS, FEW_SHARE = 3, 0.01
# direct current of spectra one after the other: steady enough to be one half-cycle
STEADY = 0.02
# share of rows in which a charge is above the last, for one that is counted up
GROWING = 0.8
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
    with told_as(content.path, form):
        return _assembled(content, form, blocks, [*remarks])


def _assembled(content, form, blocks, remarks):
    path = content.path
    spectra, tables = [], []
    for block in blocks:
        remarks += block.remarks
        remarks += assumed_units(
            [
                column
                for quantity, column in block.columns.items()
                # h:mm:ss and dates have none
                if quantity != "clock" and is_numeric_dtype(block.values[quantity])
            ]
        )
        numbers = _numbers(block)
        part, sweeps = _separated(block, numbers, path, remarks)
        spectra += sweeps
        if part is not None and len(part):
            tables.append(part)
    spectra = named(spectra, content.stem, path, remarks)
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
        printable(form),
        table,
        tuple(spectra),
        tuple(dict.fromkeys(map(printable, remarks))),
    )


def counted(found):
    """A recording whose format says how many rows of the file it took."""
    rows = sum(len(spectrum.frequencies) for spectrum in found.spectra)
    rows = len(found.table) if found.table is not None else rows
    return replace(found, format=f"{found.format}, {rows} rows")


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
            numbers = plain_numbers(values, quantity) * head.factor
        if head.dimension == units.TEMPERATURE:
            numbers = numbers + units.offset(head.unit)
        # a minus before a frequency or a time is a dash of the heading
        if quantity in ("imaginary part", "phase"):
            numbers = numbers * head.sign
        found[quantity] = numbers
    return found


# ------------------------------------------------------------------ spectra and curves
def _separated(block, numbers, path, remarks):
    """The table of the rows without a frequency, and the spectra of those with one."""
    if "frequency" not in numbers:
        if not {"voltage", "mean voltage"} & set(numbers) and not _has_curve(numbers):
            return None, []
        return _table(block, numbers, path, remarks), []
    impedance = impedance_of(block, numbers, path)
    frequency = numbers["frequency"]
    modulus = np.hypot(*impedance)
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
        sweeps = spectra_of(block, numbers, impedance, of_spectra, path)
        degrees = numbers.get("temperature", np.zeros(0))
        if len(degrees) and not sensible(degrees[of_spectra]).any():
            remarks.append(_no_temperature(block.columns["temperature"].heading.title))
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
        quantity = "charge increment"
        values = _counted(_filled(numbers[quantity]))
    else:
        return
    dimension = block.columns[quantity].heading.dimension
    name = next(
        name
        for name, (d, _) in TABLE_UNITS.items()
        if d == dimension and "apacity" in name
    )
    columns[name] = values / TABLE_UNITS[name][1]


def _counted(charge):
    """The charge passed, of a column "dq" or "dQ": since the last row or the step."""
    size = np.abs(charge)
    grows = size[1:] > size[:-1] * (1 + 1e-9)
    flows = size[1:] > 0
    if flows.any() and grows[flows].mean() > GROWING:
        return charge
    return np.cumsum(charge)


def _filled(values):
    return np.where(np.isfinite(values), values, 0.0)


def _add_temperature(block, temperature, columns, remarks):
    title = block.columns["temperature"].heading.title
    real = sensible(temperature)
    told = np.isfinite(temperature)
    if not np.any(temperature[real]) and (real.any() or not told.any()):
        remarks.append(_no_temperature(title))
        return
    if not real.any():
        # what is made of it has to refuse it, or be told another
        columns["Temperature [degC]"] = np.where(told, temperature, np.nan)
        return
    strange = told & ~real
    if strange.any():
        remarks.append(
            f'"{title}" is left out in {strange.sum()} rows, where it shows such as '
            f"{temperature[np.argmax(strange)]:g} °C"
        )
    columns["Temperature [degC]"] = np.where(real, temperature, np.nan)


def _no_temperature(title):
    return f'"{title}" holds no temperature that was measured; left out'


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
