"""Half-cycles of a measured file: cut out, in SI units, in this package's convention.

A discharge takes sodium into the cathode, so its voltage falls; a charge the other way
round. What the file does not say is recognised from the data or taken from arguments,
and every half-cycle says in its remarks how it is known.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.measured import missing_rows
from nfpcell.measured.readers.frequency_sweeps import sensible
from nfpcell.measured.readers.recording import told_as
from nfpcell.measured.segmentation import (
    constant_pieces,
    current_sign,
    direction_of,
    resting,
    without_pulses,
)
from nfpcell.measured.time_series import LEAST_POINTS, SENSIBLE_VOLTAGE, curve_of

LEAST_REST = 10.0  # s
# integrated current against the column of capacity
CLOSE, GROSS = 0.03, 0.5
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
    sizes = _checked_sizes(area, mass, nominal_capacity, current, rate)
    if sign is not None:
        validation.one_of(sign, "sign", SIGNS)
    if direction is not None:
        validation.one_of(direction, "direction", validation.HALF_CYCLES)
    if temperature is not None:
        temperature = validation.number(
            temperature, "temperature", validation.TEMPERATURES
        )
    if rest_voltage is not None:
        allowed = Range(-SENSIBLE_VOLTAGE, SENSIBLE_VOLTAGE)
        rest_voltage = validation.number(rest_voltage, "rest_voltage", allowed)
    asked = Asked(sizes, sign, temperature, _wanted(which), direction, rest_voltage)
    with told_as(recording.path, recording.described):
        return _found(recording, asked)


@dataclass(frozen=True)
class Asked:
    """What was asked for with a recording, checked; see ``half_cycles``."""

    sizes: dict
    sign: str | None
    temperature: float | None
    wanted: set
    direction: str | None
    rest_voltage: float | None


def _found(recording, asked):
    """See ``half_cycles``."""
    path, sizes = recording.path, asked.sizes
    wanted, direction = asked.wanted, asked.direction
    curve = curve_of(recording, sizes)
    pieces = constant_pieces(curve)
    known = current_sign(curve, pieces, asked.sign)
    pieces = without_pulses(curve, pieces)
    rested = _rows_of_rest(curve)
    stem = Path(path.name.removesuffix(".gz")).stem
    found = []
    for number, piece in enumerate(pieces, start=1):
        way, way_told = direction_of(curve, piece, known)
        if direction not in (None, way) or (wanted and number not in wanted):
            continue
        where = f"{path}: half-cycle {number}"
        time, charge, voltage, charge_told = _passed(
            curve, piece, where, sizes["current"]
        )
        missing_rows.check_ends(curve, piece, pieces, where, time[0], charge_told)
        degrees, degrees_told = _temperature(curve, piece, where, asked.temperature)
        rest, rested_at, rest_told = _rest_before(
            curve, rested, curve.time[piece[0]] - time[0], piece, asked.rest_voltage
        )
        told = [*recording.remarks, *curve.remarks, way_told, degrees_told]
        found.append(
            HalfCycle(
                name=stem if len(pieces) == 1 else f"{stem}#{number}",
                path=path,
                sha256=recording.sha256,
                number=number,
                direction=way,
                current=float(charge[-1] / time[-1] * SECONDS_PER_HOUR),
                temperature=degrees,
                time=time,
                capacity=charge,
                voltage=voltage,
                rest_voltage=rested_at,
                cut_off=float(voltage[-1]),
                remarks=tuple(dict.fromkeys([*told, *charge_told, rest_told])),
                rest=rest,
            )
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


# ---------------------------------------------------------------------- what is asked
def _checked_sizes(area, mass, nominal_capacity, current, rate):
    sizes = {
        "area": area,
        "mass": mass,
        "nominal_capacity": nominal_capacity,
        "current": current,
    }
    for name, value in sizes.items():
        if value is not None:
            sizes[name] = validation.number(value, name, _POSITIVE)
    if rate is None:
        return sizes
    rate = validation.number(rate, "rate", validation.RATES)
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
        other = next(way for way in validation.HALF_CYCLES if way != direction)
        raise DataFileError(
            f"{path}: has no {direction} among the {len(pieces)} half-cycles that are "
            f"asked for; right would be {other}, or another file"
        )


# ---------------------------------------------------------------------- one half-cycle
def _passed(curve, piece, where, given):
    """Time, charge and voltage of a half-cycle, checked, and what to say of them."""
    first, end = piece
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
    steps = 0.5 * (size[1:] + size[:-1]) * np.diff(time)
    charge = np.concatenate([[0.0], np.cumsum(steps)]) / SECONDS_PER_HOUR
    counted = _counted(curve.capacity, first, end)
    if counted is not None:
        counted = counted[keep]
    missing_rows.check_within(where, time, voltage, counted, charge, remarks)
    charge = _settled_charge(where, charge, counted, size, remarks)
    current = charge[-1] / duration * SECONDS_PER_HOUR
    if given is not None:
        remarks.append(f"current is given as {given:.4g} A")
        if abs(given / current - 1) > CLOSE:
            remarks.append(f"the file's own current is {current:.4g} A")
        charge, current = charge * (given / current), given
    lead = missing_rows.lead_of(curve, piece, current, remarks)
    charge = charge + current * lead / SECONDS_PER_HOUR
    return time - time[0] + lead, charge, voltage, remarks


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


def _settled_charge(where, charge, counted, size, remarks):
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
            f"{where}: {sentence}; right would be units that fit: is one of them in "
            "mA, "
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


def _rows_of_rest(curve):
    """How many rows without current come directly before each row."""
    rows = np.arange(len(curve.current))
    moving = np.where(resting(curve), -1, rows)
    last = np.concatenate([[-1], np.maximum.accumulate(moving)[:-1]])
    return rows - last - 1


def _rest_before(curve, rested, start, piece, given):
    """Duration of a rest directly before, its last voltage, and how that is known."""
    first = piece[0]
    begin = first - int(rested[first])
    rest = float(start - curve.time[begin])
    if first - begin < 2 or rest < LEAST_REST:
        rest = None
    if given is not None:
        return rest, given, "the rest voltage is given"
    if rest is None:
        return None, None, "no rest before"
    voltage = float(curve.voltage[first - 1])
    return rest, voltage, f"{rest:.4g} s of rest before, to {voltage:.4f} V"


# ---------------------------------------------------------------------- the temperature
def _temperature(curve, piece, where, given):
    """Temperature of a piece, and how it is known."""
    if given is not None:
        return given, "temperature is given"
    if curve.temperature is not None:
        part = curve.temperature[slice(*piece)]
        part = part[np.isfinite(part)]
        degrees = float(np.median(part)) if len(part) else None
        if degrees is not None and degrees not in validation.TEMPERATURES:
            raise DataFileError(
                f"{where}: its temperature is {degrees:g} °C in the file; right would "
                f"be {validation.TEMPERATURES}, or temperature [degC] with it"
            )
        if degrees is not None and sensible(degrees):
            return degrees, "temperature is that of the file"
        if degrees is not None:
            found, told = temperature_in_name(curve.path.name)
            return found, f"{degrees:g} °C in the file was not measured; {told}"
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
        r"(?P<size>\d{1,9}(?:[.p]\d+)?)\s?_?"
        r"(?P<unit>°\s?C|deg\s?C|degrees?C?|degC|grad|C)(?![A-Za-z0-9])",
        name,
        re.IGNORECASE,
    ):
        size = float(match["size"].replace("p", "."))
        # "2C" is a rate; as a temperature "C" alone needs a minus, a zero or a size
        if match["unit"].upper() == "C" and not (
            match["minus"] or size == 0 or (1000 > size >= 15 and size == int(size))
        ):
            continue
        found[-size if match["minus"] else size] = match
    hyphen = re.search(r"(?i)[a-z0-9][-−]\d{1,3}\s?_?(deg|°|C(?![a-z0-9]))", name)
    if len(found) == 1:
        (value, match), *_ = found.items()
        joined = match["before"] == "" or match["before"] in "-"
        if value not in validation.TEMPERATURES:
            return None, (
                f"the file's name tells {value:g} °C, which is not "
                f"{validation.TEMPERATURES}; it is left out"
            )
        if not (joined and hyphen):
            return value, f"temperature {value:g} °C is that of the file's name"
    if hyphen or len(found) > 1:
        return None, "the file's name leaves open which temperature it means"
    return None, "no temperature is told"
