"""Half-cycles of a measured file: cut out, in SI units, in this package's convention.

A discharge takes sodium into the cathode, so its voltage falls; a charge the other way
round. What the file does not say is recognised from the data or taken from arguments,
and every half-cycle says in its remarks how it is known.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell import checks
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.parameters import Range

SECONDS_PER_HOUR = 3600.0
LEAST_POINTS = 5
SENSIBLE_VOLTAGE = 20.0
# below this share of the largest current there is rest
REST_SHARE = 1e-3
# a current within this share of its level is constant
CONSTANT = 0.05
# however noisy it is
LARGEST_BAND = 0.15
LEAST_REST = 10.0  # s
PULSE_SHARE = 0.02
# a stretch without rows: so many usual steps, and so large a share of the half-cycle
GAP_STEPS, GAP_SHARE, LARGEST_GAP = 20, 0.02, 0.1
# integrated current against the column of capacity
CLOSE, GROSS = 0.03, 0.5
# share of the charge that has to agree on the sign of the current
AGREED = 0.9
# share of rows at which a count starts or stops, above which it is too coarse
ROUGH = 0.05
LEAST_SWING = 2e-3  # V
MANY_TWICE = 0.2
SIGNS = ("charge", "discharge")
SUMMARY_COLUMNS = [
    "File",
    "Half-cycle",
    "Direction",
    "Current [A]",
    "C-rate",
    "Temperature [degC]",
    "Duration [s]",
    "Points",
    "Capacity [A.h]",
    "First voltage [V]",
    "Last voltage [V]",
    "Rest before [s]",
    "Rest voltage [V]",
    "Remarks",
]
_POSITIVE = Range(0, float("inf"), low_open=True)


@dataclass(frozen=True, eq=False)
class HalfCycle:
    """
    One measured charge or discharge at constant current.

    Attributes
    ----------
    name : of the file, and which of its half-cycles if there are several
    path, sha256 : of the file
    number : place among the half-cycles of the file, from 1
    direction : "discharge", where the voltage falls, or "charge"
    current : mean, not negative [A]
    temperature : [degC]; None where neither the file nor its name tells
    time : from the start of the half-cycle [s]
    capacity : charge passed since then, not negative [A.h]
    voltage : [V]
    rest_voltage : last voltage of a rest directly before [V], or None
    cut_off : voltage at which the constant current ended [V]
    remarks : how all this is known, one short sentence each
    rest : duration of the rest before [s], or None
    """

    name: str
    path: Path
    sha256: str
    number: int
    direction: str
    current: float
    temperature: float | None
    time: np.ndarray
    capacity: np.ndarray
    voltage: np.ndarray
    rest_voltage: float | None
    cut_off: float
    remarks: tuple[str, ...]
    rest: float | None = None


@dataclass
class _Curve:
    """A file's curve on its way: arrays of one length, and what was done to them."""

    path: Path
    time: np.ndarray
    voltage: np.ndarray
    current: np.ndarray  # as in the file [A]
    capacity: np.ndarray | None  # counted as in the file [A.h]
    temperature: np.ndarray | None
    # rows that begin something new whatever the current does
    breaks: np.ndarray
    # whether a row's current is what flowed since the row before
    since: bool = False
    remarks: list[str] = field(default_factory=list)


def half_cycles(
    recording,
    *,
    area=None,
    mass=None,
    nominal_capacity=None,
    sign=None,
    temperature=None,
    which=None,
    direction=None,
    current=None,
    rate=None,
    rest_voltage=None,
):
    """
    The half-cycles of a file, in the order in which they were measured.

    Parameters
    ----------
    recording : Recording, as ``nfpcell.readers.read`` returns it
    area : of the electrode, for a file with current densities [m2]
    mass : of NFP, for a file with currents per mass [kg]
    nominal_capacity : of the cell, for a file with C-rates or for ``rate`` [A.h]
    sign : which half-cycle has a positive current in the file, "charge" or
        "discharge"; found from the voltage without
    temperature : [degC]; from the file or its name without
    which : number or numbers of the half-cycles wanted, from 1; all without
    direction : "discharge" or "charge", to have only those
    current : size of the current [A], in place of the file's
    rate : the same as a C-rate, of ``nominal_capacity``
    rest_voltage : the cell rested at before [V], in place of what the file tells

    Returns
    -------
    list of HalfCycle

    Raises
    ------
    NfpcellError : one sentence, for arguments that make no sense
    DataFileError : one sentence, for a file of which no half-cycle can be made
    """
    path = recording.path
    sizes = _checked_sizes(area, mass, nominal_capacity, current, rate)
    if sign is not None:
        checks.one_of(sign, "sign", SIGNS)
    if direction is not None:
        checks.one_of(direction, "direction", checks.HALF_CYCLES)
    if temperature is not None:
        temperature = checks.number(temperature, "temperature", checks.TEMPERATURES)
    if rest_voltage is not None:
        allowed = Range(-SENSIBLE_VOLTAGE, SENSIBLE_VOLTAGE)
        rest_voltage = checks.number(rest_voltage, "rest_voltage", allowed)
    wanted = _wanted(which)

    curve = _curve(_checked_table(recording), path, sizes)
    pieces = _pieces(curve)
    known = _sign(curve, pieces, sign)
    found = []
    pieces = _without_pulses(curve, pieces)
    for number, piece in enumerate(pieces, start=1):
        way, told = _direction(curve, piece, known)
        if direction not in (None, way) or (wanted and number not in wanted):
            continue
        half = _half_cycle(
            recording, curve, piece, number, len(pieces), way, sizes["current"]
        )
        settled = _temperature(curve, piece, temperature)
        remarks = [*recording.remarks, *curve.remarks, told, settled[1], *half.remarks]
        found.append(
            _with(half, settled[0], rest_voltage, tuple(dict.fromkeys(remarks)))
        )
    _check_found(path, found, pieces, wanted, direction)
    return found


def summary(found, cell=None):
    """
    What was recognised, one row a half-cycle.

    Parameters
    ----------
    found : list of HalfCycle
    cell : Cell, for the C-rate, or None

    Returns
    -------
    table with SUMMARY_COLUMNS
    """
    nominal = cell.derived().nominal_capacity if cell is not None else np.nan
    rows = [
        (
            half.path.name,
            half.number,
            half.direction,
            half.current,
            half.current / nominal,
            np.nan if half.temperature is None else half.temperature,
            half.time[-1],
            len(half.time),
            half.capacity[-1],
            half.voltage[0],
            half.voltage[-1],
            np.nan if half.rest is None else half.rest,
            np.nan if half.rest_voltage is None else half.rest_voltage,
            "; ".join(half.remarks),
        )
        for half in found
    ]
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


# ------------------------------------------------------------------------- what is asked
def _checked_sizes(area, mass, nominal_capacity, current, rate):
    sizes = {
        "area": area,
        "mass": mass,
        "nominal_capacity": nominal_capacity,
        "current": current,
    }
    for name, value in sizes.items():
        if value is not None:
            sizes[name] = checks.number(value, name, _POSITIVE)
    if rate is None:
        return sizes
    rate = checks.number(rate, "rate", checks.RATES)
    if current is not None:
        raise NfpcellError(
            "current and rate are both given; right would be one of them"
        )
    if nominal_capacity is None:
        raise NfpcellError(
            "rate needs nominal_capacity, the charge that 1C gives in an hour [A.h]"
        )
    sizes["current"] = rate * sizes["nominal_capacity"]
    return sizes


def _wanted(which):
    if which is None:
        return set()
    numbers = [which] if isinstance(which, int) else which
    try:
        numbers = list(numbers)
    except TypeError:
        numbers = [None]
    if not numbers or any(
        isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in numbers
    ):
        raise NfpcellError(
            f"which {which!r} is refused; right would be the number of a half-cycle, "
            "from 1, or a list of them"
        )
    return set(numbers)


def _check_found(path, found, pieces, wanted, direction):
    strange = sorted(number for number in wanted if number > len(pieces))
    if strange:
        raise DataFileError(
            f"{path}: has no half-cycle {strange[0]}; right would be from 1 to "
            f"{len(pieces)}"
        )
    if not found:
        raise DataFileError(
            f"{path}: has no {direction} among the {len(pieces)} half-cycles that are "
            "asked for"
        )


# ------------------------------------------------------------------------ the whole curve
def _checked_table(recording):
    """The table of a recording, if half-cycles can be in it."""
    path, table = recording.path, recording.table
    if table is None:
        raise DataFileError(
            f"{path}: holds spectra and no curve; right would be a file with time, "
            "current and voltage"
        )
    if "Voltage [V]" not in table:
        names = ", ".join(table.columns)
        raise DataFileError(
            f"{path}: has no voltage, only {names}; right would be a column such as "
            "Voltage [V]"
        )
    if len(table) < LEAST_POINTS:
        raise DataFileError(
            f"{path}: {len(table)} rows are no half-cycle; right would be at least "
            f"{LEAST_POINTS}"
        )
    largest = float(np.abs(table["Voltage [V]"]).max())
    if largest > SENSIBLE_VOLTAGE:
        raise DataFileError(
            f"{path}: the voltage reaches {largest:g} V; right would be one cell, with "
            "one unit throughout: a heading such as Voltage [mV] if it is in mV"
        )
    return table


def _curve(table, path, sizes):
    """Time, voltage, current and charge of a table, in order and in SI units."""
    remarks = []
    table = _without_repeats(table, path, remarks)
    voltage = table["Voltage [V]"].to_numpy(float)
    capacity, missing = _capacity(table, sizes)
    current, since = _measured_current(table, path, sizes, remarks), False
    useless = current is not None and not np.abs(current).any()
    if useless and capacity is not None and np.ptp(capacity) > 0:
        remarks.append("the current is zero at its resolution; the capacity tells it")
        current, useless = None, False
    if useless:
        raise DataFileError(
            f"{path}: the current is zero in every row; right would be a file of a "
            "charge or a discharge"
        )
    time, breaks = None, np.zeros(len(table), bool)
    if "Time [s]" in table:
        time, breaks = _time(table, current, path, remarks)
    if current is None and capacity is None and missing and sizes["current"] is None:
        raise DataFileError(missing.format(path=path))
    if current is None:
        current, time, since, breaks = _derived_current(
            path, time, voltage, capacity, sizes["current"], breaks, remarks
        )
    elif time is None:
        if capacity is None:
            raise DataFileError(
                f"{path}: has no time; right would be a column such as Time [s], or one "
                "of the capacity"
            )
        time = _time_from_charge(capacity, current)
        remarks.append("time is the charge over the current")
    temperature = None
    if "Temperature [degC]" in table:
        temperature = table["Temperature [degC]"].to_numpy(float)
    return _Curve(
        path, time, voltage, current, capacity, temperature, breaks, since, remarks
    )


def _without_repeats(table, path, remarks):
    """A row that repeats the one before says nothing; a file pasted twice is refused."""
    values = table.to_numpy(float)
    same = np.zeros(len(table), bool)
    equal = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    # without a time, rows of a steady state are alike and no repeats
    if "Time [s]" in table:
        same[1:] = equal.all(axis=1)
    if same.any():
        remarks.append(f"{same.sum()} rows repeat the one before and are left out")
        table = table[~same].reset_index(drop=True)
    if "Time [s]" in table and len(table):
        names = [n for n in table.columns if n not in ("Cycle", "Step")]
        twice = table.duplicated(names).to_numpy()
        if twice.mean() > MANY_TWICE:
            raise DataFileError(
                f"{path}: {twice.sum()} of {len(table)} rows stand twice, the first "
                f"again in row {int(np.argmax(twice)) + 1}; right would be each row once"
            )
    return table


def _capacity(table, sizes):
    """The charge of a table [A.h], or None and what would be needed for it."""
    for name, size, needed in (
        ("Capacity [A.h]", 1.0, ""),
        ("Areal capacity [A.h.m-2]", sizes["area"], "per area; right would be area"),
        (
            "Specific capacity [A.h.kg-1]",
            sizes["mass"],
            "per mass; right would be mass",
        ),
    ):
        if name not in table:
            continue
        if size is not None:
            return table[name].to_numpy(float) * size, ""
        unit = "[m2]" if "area" in needed else "[kg]"
        return None, "{path}: gives the charge " + needed + f" {unit} with it"
    return None, (
        "{path}: has no current and no capacity; right would be a column such as "
        "Current [mA], or current or rate given with it"
    )


def _measured_current(table, path, sizes, remarks):
    """The current of a table [A], sign as in the file; None if it has none."""
    for name, size, per, argument in (
        ("Current [A]", 1.0, "", ""),
        ("Current density [A.m-2]", sizes["area"], "area", "area [m2]"),
        ("Specific current [A.kg-1]", sizes["mass"], "mass", "mass [kg]"),
        ("C-rate", sizes["nominal_capacity"], "1C", "nominal_capacity [A.h]"),
    ):
        if name not in table:
            continue
        if size is None:
            raise DataFileError(
                f"{path}: gives the current as {name}; right would be {argument} with it"
            )
        if per:
            remarks.append(f"current is {name} times {argument} = {size:g}")
        return table[name].to_numpy(float) * size
    return None


def _time(table, current, path, remarks):
    """Time that only goes on, and the rows where the file's own starts anew."""
    time = table["Time [s]"].to_numpy(float).copy()
    back = np.flatnonzero(np.diff(time) < 0) + 1
    breaks = np.zeros(len(time), bool)
    if not len(back):
        return time, breaks
    explained = np.zeros(len(time), bool)
    for name in ("Step", "Cycle", "Temperature [degC]"):
        if name in table:
            explained[1:] |= np.diff(table[name].to_numpy(float)) != 0
    if current is not None:
        scale = np.abs(current).max() or 1.0
        explained[1:] |= np.abs(np.diff(current)) > 0.1 * scale
    # each stretch ends where the next starts anew, near zero
    starts = np.concatenate([[0], back[:-1]])
    span = time[back - 1] - time[starts]
    anew = time[back] <= np.minimum(time[starts] + 0.05 * span, time[back - 1]) + 1e-9
    anew |= time[back] <= 0.01 * time[back - 1]
    wrong = ~(anew & explained[back])
    if wrong.any():
        row = int(back[np.argmax(wrong)])
        raise DataFileError(
            f"{path}: time runs back from {time[row - 1]:g} s to {time[row]:g} s in row "
            f"{row + 1}; right would be rows in the order of time, or a column of the "
            "step where it starts anew"
        )
    offsets = np.zeros(len(time))
    offsets[back] = time[back - 1]
    breaks[back] = True
    remarks.append(f"time starts anew {len(back)} times and is added up")
    return time + np.cumsum(offsets), breaks


def _derived_current(path, time, voltage, capacity, size, breaks, remarks):
    """Current of a file without one: of its capacity and time, or the one given."""
    if capacity is not None:
        steps = np.diff(capacity, prepend=capacity[0])
        # a count that goes back to zero
        span = np.ptp(capacity)
        if not span > 0:
            raise DataFileError(
                f"{path}: neither a current flows nor a capacity changes; right would be "
                "a file of a charge or a discharge"
            )
        reset = (np.abs(capacity) < 0.01 * span) & (np.abs(steps) > 0.05 * span)
        breaks = breaks | reset
        steps[reset] = 0.0
        if time is not None:
            remarks.append("there is no current; it is the capacity over the time")
            return _slope(time, capacity, steps, breaks), time, True, breaks
        if size is None:
            raise DataFileError(
                f"{path}: has a capacity but neither a current nor a time; right would "
                "be current [A] or rate with it"
            )
        current = np.sign(steps) * size
        current[0] = current[1] if len(current) > 1 else 0.0
        remarks.append(f"the current is given as {size:g} A, and time follows from it")
        passed = np.cumsum(np.abs(steps))
        return current, passed / size * SECONDS_PER_HOUR, False, breaks
    if time is None or size is None:
        raise DataFileError(
            f"{path}: has neither a current nor a capacity; right would be a column such "
            "as Current [mA], or current [A] or rate with it"
        )
    remarks.append(f"the current is given as {size:g} A")
    swing = voltage[-1] - voltage[0]
    return np.full(len(time), np.sign(swing) * size), time, False, breaks


def _slope(time, capacity, steps, breaks):
    """Capacity over time, over as many rows as its resolution needs."""
    dt = np.diff(time, prepend=time[0])
    moves = steps != 0
    width = 1
    # a count that stands still now and then, though the current flows
    if (moves[1:] != moves[:-1]).mean() > ROUGH:
        # fifty steps of the resolution leave two hundredths of error
        width = int(np.ceil(50 * len(steps) / moves.sum()))
        width = min(width, max(1, len(steps) // 20))
    if width == 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(dt > 0, steps / dt, np.nan) * SECONDS_PER_HOUR
        return pd.Series(found).bfill().ffill().fillna(0.0).to_numpy()
    passed = np.cumsum(steps)
    places = np.arange(len(time))
    low, high = np.maximum(places - width, 0), np.minimum(places + width, len(time) - 1)
    span = np.maximum(time[high] - time[low], 1e-9)
    return (passed[high] - passed[low]) / span * SECONDS_PER_HOUR


def _time_from_charge(capacity, current):
    steps = np.abs(np.diff(capacity, prepend=capacity[0]))
    size = np.abs(current)
    with np.errstate(divide="ignore", invalid="ignore"):
        dt = np.where(size > 0, steps / size, 0.0)
    return np.cumsum(dt) * SECONDS_PER_HOUR


# ----------------------------------------------------------------------------- the pieces
def _pieces(curve):
    """
    Stretches of constant current, as (first, last + 1) rows.

    Cut where the current begins, ends or turns, where it jumps to another level, and
    where the time starts anew; what follows at constant voltage is left out.
    """
    current = curve.current
    size = np.abs(current)
    largest = size.max()
    flowing = np.sign(current) * (size > REST_SHARE * largest)
    smooth = pd.Series(size).rolling(5, center=True, min_periods=1).median().to_numpy()
    edges = np.zeros(len(current), bool)
    edges[1:] = np.diff(flowing) != 0
    # a jump of the level that is more than noise and the resolution of the column
    step = np.abs(np.diff(size, prepend=size[0]))
    level = np.maximum(size, np.roll(size, 1))
    noise = _noise(size, flowing)
    edges |= (step > np.maximum(CONSTANT * level, 4 * noise)) & (flowing != 0)
    edges |= curve.breaks
    starts = np.flatnonzero(edges)
    bounds = np.unique(np.concatenate([[0], starts, [len(current)]]))
    found, skipped = [], 0
    for first, end in zip(bounds[:-1], bounds[1:], strict=True):
        if flowing[first] == 0 or end - first < LEAST_POINTS:
            continue
        piece = _constant_part(curve, size, smooth, first, end, noise)
        if piece is None:
            skipped += 1
            continue
        found.append(piece)
    if skipped:
        curve.remarks.append(
            f"{skipped} stretches of changing current, as at constant voltage, are left "
            "out"
        )
    if not found:
        raise DataFileError(
            f"{curve.path}: has no stretch of constant current of at least "
            f"{LEAST_POINTS} rows; right would be a charge or discharge at constant "
            "current"
        )
    return found


def _noise(size, flowing):
    """Scatter of the current from row to row while it flows [A]."""
    bends = np.abs(np.diff(size, 2))
    same = (flowing[1:-1] != 0) & (flowing[:-2] == flowing[2:])
    return float(0.9 * np.median(bends[same])) if same.any() else 0.0


def _constant_part(curve, size, smooth, first, end, noise):
    """The rows of a stretch that have its largest current; None if that has no level."""
    level = float(np.percentile(smooth[first:end], 95))
    band = max(CONSTANT * level, min(3 * noise, LARGEST_BAND * level))
    within = np.abs(smooth[first:end] - level) <= band
    # a row or two until the current is there
    begin = int(np.argmax(within))
    outside = np.flatnonzero(~within[begin:])
    last = first + begin + (int(outside[0]) if len(outside) else end - first - begin)
    begin += first
    late = begin - first > max(3, 0.02 * (end - first))
    if late or last - begin < LEAST_POINTS:
        return None
    # a current that decays at constant voltage is within the band for a while too
    swing = np.ptp(curve.voltage[begin:last])
    drift = abs(smooth[last - 1] - smooth[begin])
    if swing < LEAST_SWING and drift > 0.3 * band and drift > 2 * noise:
        return None
    return begin, last


def _without_pulses(curve, pieces):
    """Pieces of some charge; those of next to none, such as pulses, are left out."""
    passed = [
        np.trapezoid(np.abs(curve.current[a:b]), curve.time[a:b]) for a, b in pieces
    ]
    largest = max(passed)
    kept = [
        p for p, q in zip(pieces, passed, strict=True) if q >= PULSE_SHARE * largest
    ]
    if len(kept) < len(pieces):
        curve.remarks.append(
            f"{len(pieces) - len(kept)} pulses of less than {100 * PULSE_SHARE:g} % of "
            "the largest half-cycle are left out"
        )
    return kept


# ------------------------------------------------------------------------------- the sign
def _sign(curve, pieces, given):
    """
    Which half-cycle a positive current is: 1 charge, -1 discharge, 0 if it has no sign.
    """
    agree = against = 0.0
    for first, end in pieces:
        swing = curve.voltage[end - 1] - curve.voltage[first]
        if abs(swing) < LEAST_SWING:
            continue
        middle = curve.current[(first + end) // 2]
        weight = abs(middle) * (curve.time[end - 1] - curve.time[first])
        if swing * middle > 0:
            agree += weight
        else:
            against += weight
    whole = agree + against
    asked = {"charge": 1, "discharge": -1}.get(given, 0)
    if whole == 0:
        if asked:
            return asked
        raise DataFileError(
            f"{curve.path}: the voltage hardly changes, so that charge and discharge "
            'cannot be told apart; right would be sign="charge" or sign="discharge", '
            "the half-cycle with the positive current"
        )
    share = agree / whole
    found = 1 if share >= AGREED else -1 if share <= 1 - AGREED else 0
    if found and asked and found != asked:
        told = "charge" if found > 0 else "discharge"
        raise DataFileError(
            f'{curve.path}: sign="{given}" contradicts the voltage, which says that a '
            f'positive current is a {told}; right would be sign="{told}", or none'
        )
    if found:
        return found
    if (curve.current >= 0).all() or (curve.current <= 0).all():
        return 0
    if asked:
        return asked
    raise DataFileError(
        f"{curve.path}: the voltage rises under a positive current in {100 * share:.0f} "
        "% of the charge and falls in the rest, so that its sign cannot be told; right "
        'would be sign="charge" or sign="discharge"'
    )


def _direction(curve, piece, known):
    """Direction of a piece, and how it is known."""
    first, end = piece
    swing = curve.voltage[end - 1] - curve.voltage[first]
    if known == 0:
        way = "charge" if swing > 0 else "discharge"
        return way, "the current has no sign; the voltage tells the direction"
    charges = curve.current[(first + end) // 2] * known > 0
    way = "charge" if charges else "discharge"
    told = "charge" if known > 0 else "discharge"
    remark = f"a positive current is a {told}"
    if abs(swing) >= LEAST_SWING and (swing > 0) != charges:
        remark += f", though the voltage of this {way} goes the other way"
    return way, remark


# ------------------------------------------------------------------------- one half-cycle
def _half_cycle(recording, curve, piece, number, count, way, given):
    """The arrays of a half-cycle, checked for gaps and against the capacity."""
    first, end = piece
    where = f"{curve.path}: half-cycle {number}"
    remarks = []
    time = curve.time[first:end]
    voltage = curve.voltage[first:end]
    size = np.abs(curve.current[first:end])
    keep = np.concatenate([[True], np.diff(time) > 0])
    time, voltage, size = time[keep], voltage[keep], size[keep]
    if len(time) < LEAST_POINTS:
        raise DataFileError(
            f"{where}: {len(time)} rows at different times are no half-cycle; right "
            f"would be at least {LEAST_POINTS}"
        )
    duration = time[-1] - time[0]
    charge = np.concatenate(
        [[0.0], np.cumsum(0.5 * (size[1:] + size[:-1]) * np.diff(time))]
    )
    charge = charge / SECONDS_PER_HOUR
    counted = _counted(curve.capacity, first, end)
    if counted is not None:
        counted = counted[keep]
    _check_gaps(where, time, counted, charge, remarks)
    charge = _settled_charge(where, charge, counted, size, curve, remarks)
    current = charge[-1] / duration * SECONDS_PER_HOUR
    if given is not None:
        if abs(given / current - 1) > CLOSE:
            remarks.append(f"the file's own current is {current:.4g} A")
        charge = charge * (given / current)
        current = given
        remarks.append(f"current is given as {current:.4g} A")
    lead = _lead(curve, first, current, duration)
    time = time - time[0] + lead
    charge = charge + current * lead / SECONDS_PER_HOUR
    rest, rest_voltage, told = _rest_before(curve, first)
    remarks.append(told)
    name = recording.path.name.removesuffix(".gz")
    name = Path(name).stem if count == 1 else f"{Path(name).stem}#{number}"
    return HalfCycle(
        name,
        recording.path,
        recording.sha256,
        number,
        way,
        float(current),
        None,
        time,
        charge,
        voltage,
        rest_voltage,
        float(voltage[-1]),
        tuple(remarks),
        rest,
    )


def _counted(capacity, first, end):
    """Charge by the file's own count, from the first row on [A.h]; None without one."""
    if capacity is None:
        return None
    part = capacity[first:end]
    if not np.isfinite(part).all():
        return None
    steps = np.diff(part)
    if not len(steps) or not np.abs(steps).any():
        return None
    # a count that begins anew within the half-cycle
    way = np.sign(np.median(steps[steps != 0]))
    steps = np.where(steps * way < 0, 0.0, np.abs(steps))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _check_gaps(where, time, counted, charge, remarks):
    """A missing stretch is borne if it is short, or if the count goes on through it."""
    dt = np.diff(time)
    duration = time[-1] - time[0]
    gaps = dt > max(GAP_STEPS * np.median(dt), GAP_SHARE * duration)
    if not gaps.any():
        return
    worst = int(np.argmax(np.where(gaps, dt, 0)))
    missing = dt[gaps].sum()
    if counted is not None:
        by_count = np.diff(counted)[gaps].sum()
        by_current = np.diff(charge)[gaps].sum()
        if abs(by_count - by_current) < CONSTANT * by_current:
            remarks.append(
                f"no rows for {missing:.4g} s, through which the capacity goes on"
            )
            return
    sentence = (
        f"no rows from {time[worst] - time[0]:.4g} s to "
        f"{time[worst + 1] - time[0]:.4g} s while the current flows"
    )
    if missing > LARGEST_GAP * duration:
        raise DataFileError(
            f"{where}: {sentence}; right would be a file without such a gap, or one with "
            "a column of the capacity"
        )
    remarks.append(f"{sentence}; it is taken to go on")


def _settled_charge(where, charge, counted, size, curve, remarks):
    """The charge of the current, or of the count where the current is too coarse."""
    if counted is None or not counted[-1] > 0:
        return charge
    ratio = charge[-1] / counted[-1]
    off = abs(ratio - 1)
    if off <= CLOSE:
        return charge
    if off <= GROSS and _coarse(size) >= 0.5 * off:
        remarks.append(
            f"the current is too coarse ({size[0]:.2g} A); the capacity tells it"
        )
        # between the steps of the count the charge goes on evenly
        return charge / ratio
    sentence = (
        f"the current adds up to {charge[-1]:.4g} A.h, the capacity to "
        f"{counted[-1]:.4g} A.h"
    )
    if off > GROSS:
        raise DataFileError(
            f"{where}: {sentence}; right would be units that fit: is one of them in mA, "
            "mAh or min, or per gram, under another heading?"
        )
    remarks.append(f"{sentence}; that of the current is taken")
    return charge


def _coarse(size):
    """Resolution of a current over the current."""
    values = np.unique(np.round(size[:20_000], 15))
    level = np.median(size)
    if len(values) > 50 or not level > 0:
        return 0.0
    # one value throughout: as coarse as its last written place
    text = f"{values[-1]:.6g}".rstrip("0")
    exponent = text.partition("e")[2]
    digits = len(text.partition("e")[0].partition(".")[2])
    place = 10.0 ** (int(exponent or 0) - digits)
    return place / level


def _lead(curve, first, current, duration):
    """Time for which the current had flowed in the first row, by the count [s]."""
    if first == 0:
        return 0.0
    before = curve.time[first] - curve.time[first - 1]
    if curve.since:
        lead = before
    elif (
        curve.capacity is not None
        and np.isfinite(curve.capacity[[first - 1, first]]).all()
    ):
        step = abs(curve.capacity[first] - curve.capacity[first - 1])
        lead = min(step, abs(curve.capacity[first])) / current * SECONDS_PER_HOUR
    else:
        return 0.0
    return float(lead) if 0 <= lead <= min(0.02 * duration, before + 1e-9) else 0.0


def _rest_before(curve, first):
    """Duration of a rest directly before, its last voltage, and how that is known."""
    none = (None, None, "no rest before")
    resting = np.abs(curve.current[:first]) <= REST_SHARE * np.abs(curve.current).max()
    if not len(resting) or not resting[-1]:
        return none
    moving = np.flatnonzero(~resting)
    begin = int(moving[-1]) + 1 if len(moving) else 0
    rest = float(curve.time[first] - curve.time[begin])
    if first - begin < 2 or rest < LEAST_REST:
        return none
    voltage = float(curve.voltage[first - 1])
    return rest, voltage, f"{rest:.4g} s of rest before, to {voltage:.4f} V"


# ------------------------------------------------------------------------- the temperature
def _temperature(curve, piece, given):
    """Temperature of a piece, and how it is known."""
    if given is not None:
        return given, "temperature is given"
    if curve.temperature is not None:
        part = curve.temperature[slice(*piece)]
        part = part[np.isfinite(part)]
        if len(part):
            return float(np.median(part)), "temperature is that of the file"
    return temperature_in_name(curve.path.name)


def temperature_in_name(name):
    """
    The temperature that a file's name tells, and how it is known.

    Parameters
    ----------
    name : of the file

    Returns
    -------
    temperature : [degC], or None
    remark : one sentence

    Examples
    --------
    >>> temperature_in_name("cell__C30__25degC__Neware.csv")[0]
    25.0
    >>> temperature_in_name("cell_-20C_0.1C.csv")[0]
    -20.0
    >>> temperature_in_name("cell_0.1C.csv")[0] is None
    True
    """
    found = {}
    for match in re.finditer(
        r"(?P<before>^|[^A-Za-z0-9.])(?P<minus>[-−]|minus|neg|m(?=\d))?"
        r"(?P<size>\d{1,3}(?:[.p]\d+)?)\s?_?"
        r"(?P<unit>°\s?C|deg\s?C|degrees?C?|degC|grad|C)(?![A-Za-z0-9])",
        name,
        re.IGNORECASE,
    ):
        size = float(match["size"].replace("p", "."))
        # "2C" is a rate; as a temperature "C" alone needs a minus, a zero or a size
        if match["unit"].upper() == "C" and not (
            match["minus"] or size == 0 or (size >= 15 and size == int(size))
        ):
            continue
        found[-size if match["minus"] else size] = match
    hyphen = re.search(r"(?i)[a-z0-9][-−]\d{1,3}\s?_?(deg|°|C(?![a-z0-9]))", name)
    if len(found) == 1:
        (value, match), *_ = found.items()
        joined = match["before"] == "" or match["before"] in "-"
        if not (joined and hyphen):
            return value, f"temperature {value:g} °C is that of the file's name"
    if hyphen or len(found) > 1:
        return None, "the file's name leaves open which temperature it means"
    return None, "no temperature is told"


def _with(half, temperature, rest_voltage, remarks):
    """A half-cycle with what is known from elsewhere."""
    if rest_voltage is not None:
        remarks = (
            *(r for r in remarks if "rest before" not in r),
            "the rest voltage is given",
        )
    voltage = half.rest_voltage if rest_voltage is None else rest_voltage
    return replace(half, temperature=temperature, rest_voltage=voltage, remarks=remarks)
