"""Half-cycles of a measured file, in SI units.

The voltage falls in a discharge, which inserts sodium into the cathode, and rises in a
charge. Values that the file does not give follow from the data or from arguments. The
remarks of each half-cycle state the origin of every value.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import Range
from nfpcell.cell.validation import Direction
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import NfpcellError, refusal, shown
from nfpcell.measured import missing_rows
from nfpcell.measured.direction import current_sign, direction_of
from nfpcell.measured.passed_charge import PassedCharge, passed_charge
from nfpcell.measured.readers import Recording, read
from nfpcell.measured.readers.recording import naming_format
from nfpcell.measured.rest import rest_before
from nfpcell.measured.segmentation import constant_stretches, without_pulses
from nfpcell.measured.series_from_table import (
    LARGEST_VOLTAGE,
    CellSizes,
    time_series_of,
)
from nfpcell.measured.temperature import temperature_of

_POSITIVE = Range(0, float("inf"), low_open=True)
# a half-cycle of more hours, or of a charge beyond these shares of the nominal one, is
# unlikely; a pulse may pass little charge, but then the voltage changes little [V]
LONGEST, LARGEST_CHARGE, LEAST_CHARGE, LARGE_SWING = 720.0, 2.0, 0.03, 0.5
# a half-cycle that changes the voltage much lasts longer [s]
SHORTEST = 2.0
_VOLTAGES = Range(-LARGEST_VOLTAGE, LARGEST_VOLTAGE)


@dataclass(frozen=True, eq=False)
class HalfCycle:
    """
    One measured charge or discharge at constant current.

    Attributes
    ----------
    name : of the file, with the number of the half-cycle if there are several
    path, sha256 : of the file
    number : of the half-cycle in the file, from 1
    direction : "discharge" or "charge"
    current : mean, not negative [A]
    temperature : [degC]; None if neither the file nor its name gives it
    time : from the start of the half-cycle [s]
    capacity : charge passed since the start, not negative [A.h]
    voltage : [V]
    rest_voltage : last voltage of the rest directly before the half-cycle [V], or None
    cut_off : voltage at which the constant current ended [V]
    remarks : origin of the values, one short sentence each
    rest : duration of the rest directly before [s], or None
    rest_drift : of the voltage at the end of that rest [V.s-1], 0 within its error;
        None without a rest, or if it is not known
    """

    name: str
    path: Path
    sha256: str
    number: int
    direction: Direction
    current: float
    temperature: float | None
    time: NDArray[np.float64]
    capacity: NDArray[np.float64]
    voltage: NDArray[np.float64]
    rest_voltage: float | None
    cut_off: float
    remarks: tuple[str, ...]
    rest: float | None = None
    rest_drift: float | None = None


def half_cycles(
    recording: Recording | str | Path,
    *,
    area: float | None = None,
    mass: float | None = None,
    nominal_capacity: float | None = None,
    sign: Direction | None = None,
    temperature: float | None = None,
    which: int | Iterable[int] | None = None,
    direction: Direction | None = None,
    current: float | None = None,
    rate: float | None = None,
    rest_voltage: float | None = None,
) -> list[HalfCycle]:
    r"""
    The half-cycles of a file, in the order of measurement.

    Parameters
    ----------
    recording : as ``nfpcell.read`` returns it, or the path of a file
    area : of the electrode, for a file with current densities [m2]
    mass : of NFP, for a file with currents per mass [kg]
    nominal_capacity : of the cell, for a file with C-rates or for ``rate`` [A.h]
    sign : half-cycle with a positive current in the file, "charge" or "discharge"; by
        default it follows from the voltage
    temperature : [degC]; by default that of the file or of its name
    which : number or numbers of the half-cycles to return, from 1; all by default
    direction : "discharge" or "charge", to return only these
    current : magnitude of the current [A], instead of that of the file
    rate : C-rate, instead of ``current``; needs ``nominal_capacity``
    rest_voltage : voltage of the rest before [V], instead of that of the file

    Raises
    ------
    NfpcellError : an argument is not allowed
    DataFileError : the file has no half-cycle that can be used

    Examples
    --------
    >>> rows = [f"{60 * n},0.3,{3.2 - 0.02 * n}" for n in range(10)]
    >>> _ = Path("my_discharge.csv").write_text("\n".join(["t/s,I/mA,U/V", *rows]))
    >>> (half_cycle,) = half_cycles("my_discharge.csv", sign="discharge")
    >>> half_cycle.direction, half_cycle.current
    ('discharge', 0.0003)
    """
    sizes = _checked_sizes(area, mass, nominal_capacity, current, rate)
    if sign is not None:
        validation.one_of(sign, "sign", validation.HALF_CYCLES)
    if direction is not None:
        validation.one_of(direction, "direction", validation.HALF_CYCLES)
    if temperature is not None:
        temperature = validation.number(
            temperature, "temperature", validation.MEASURED_TEMPERATURES
        )
    if rest_voltage is not None:
        rest_voltage = validation.number(rest_voltage, "rest_voltage", _VOLTAGES)
    numbers = _checked_numbers(which)
    if not isinstance(recording, Recording):
        recording = read(recording)
    path = recording.path
    stem = Path(path.name.removesuffix(".gz")).stem
    extracted = []
    with naming_format(path, recording.described):
        series = time_series_of(recording, sizes)
        stretches = without_pulses(series, constant_stretches(series))
        positive = current_sign(series, stretches, sign)
        for stretch in stretches:
            remarks = [*recording.remarks, *series.remarks]
            measured = direction_of(stretch, positive, remarks)
            if direction not in (None, measured):
                continue
            if numbers and stretch.number not in numbers:
                continue
            passed = passed_charge(stretch, sizes.current)
            lead = float(passed.time[0])
            missing_rows.check_ends(stretch, stretches, lead, passed.remarks)
            degrees = temperature_of(stretch, temperature)
            rest = rest_before(stretch, lead, rest_voltage)
            remarks += [degrees.remark, *passed.remarks, rest.remark]
            remarks += _doubts(passed, sizes.nominal_capacity)
            extracted.append(
                HalfCycle(
                    name=stem if len(stretches) == 1 else f"{stem}#{stretch.number}",
                    path=path,
                    sha256=recording.sha256,
                    number=stretch.number,
                    direction=measured,
                    current=passed.current,
                    temperature=degrees.value,
                    time=passed.time,
                    capacity=passed.charge,
                    voltage=passed.voltage,
                    rest_voltage=rest.voltage,
                    cut_off=float(passed.voltage[-1]),
                    remarks=tuple(dict.fromkeys(remarks)),
                    rest=rest.duration,
                    rest_drift=rest.drift,
                )
            )
        _check_extracted(path, extracted, len(stretches), numbers, direction)
    return extracted


def summary(half_cycles: Iterable[HalfCycle], cell: Cell | None = None) -> pd.DataFrame:
    """
    A table with the values of each half-cycle and their origin, one row each.

    The C-rate needs ``cell``, and is NaN without it.
    """
    nominal = cell.derived().nominal_capacity if cell is not None else np.nan
    rows = [
        {
            "File": half.path.name,
            "Half-cycle": half.number,
            "Direction": half.direction,
            "Current [A]": half.current,
            "C-rate": half.current / nominal,
            "Temperature [degC]": half.temperature,
            "Duration [s]": half.time[-1],
            "Points": len(half.time),
            "Capacity [A.h]": half.capacity[-1],
            "First voltage [V]": half.voltage[0],
            "Last voltage [V]": half.voltage[-1],
            "Rest before [s]": half.rest,
            "Rest voltage [V]": half.rest_voltage,
            "Remarks": "; ".join(half.remarks),
        }
        for half in half_cycles
    ]
    table = pd.DataFrame(rows)
    optional = ["Temperature [degC]", "Rest before [s]", "Rest voltage [V]"]
    return table.astype(dict.fromkeys(optional, float))


def _doubts(passed: PassedCharge, nominal_capacity: float | None) -> list[str]:
    """Remarks on a duration and on a charge that no cell is likely to have."""
    doubts = []
    hours = float(passed.time[-1]) / SECONDS_PER_HOUR
    if hours > LONGEST:
        doubts.append(f"it lasts {hours / 24:.0f} days: check the unit of the time")
    swing = abs(float(passed.voltage[-1] - passed.voltage[0]))
    if passed.time[-1] < SHORTEST and swing > LARGE_SWING:
        doubts.append(f"it lasts {passed.time[-1]:.3g} s: check the unit of the time")
    if nominal_capacity is None:
        return doubts
    share = float(passed.charge[-1]) / nominal_capacity
    if share > LARGEST_CHARGE or (share < LEAST_CHARGE and swing > LARGE_SWING):
        doubts.append(
            f"its charge is {share:.3g} times the nominal capacity of the cell: check "
            "the units of time and current, and the area"
        )
    return doubts


# ----------------------------------------------------------------------- the arguments
def _checked_sizes(
    area: float | None,
    mass: float | None,
    nominal_capacity: float | None,
    current: float | None,
    rate: float | None,
) -> CellSizes:
    sizes = CellSizes(area, mass, nominal_capacity, current)
    for name, value in asdict(sizes).items():
        if value is not None:
            sizes = replace(sizes, **{name: validation.number(value, name, _POSITIVE)})
    if rate is None:
        return sizes
    rate = validation.number(rate, "rate", validation.RATES)
    if current is not None:
        raise NfpcellError(
            "current and rate are both given; right would be only one of them"
        )
    if sizes.nominal_capacity is None:
        raise NfpcellError(
            "rate needs nominal_capacity, the charge that passes at 1C in 1 h [A.h]"
        )
    return replace(sizes, current=rate * sizes.nominal_capacity)


def _checked_numbers(which: int | Iterable[int] | None) -> set[int]:
    """The numbers of the half-cycles to return; empty for all."""
    if which is None:
        return set()
    try:
        numbers = [which] if isinstance(which, int) else list(which)
    except TypeError:
        numbers = []
    if not numbers or any(
        isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in numbers
    ):
        raise NfpcellError(
            f"which {shown(which)} is refused; right would be the number of a "
            "half-cycle, from 1, or a list of them"
        )
    return set(numbers)


def _check_extracted(
    path: Path,
    extracted: list[HalfCycle],
    count: int,
    numbers: set[int],
    direction: Direction | None,
) -> None:
    """Raise an error for a number that does not exist, or if no half-cycle is left."""
    beyond = sorted(number for number in numbers if number > count)
    if beyond:
        raise refusal(path, f"has no half-cycle {beyond[0]}", f"from 1 to {count}")
    if not extracted:
        opposite = "charge" if direction == "discharge" else "discharge"
        what = f"has no {direction} among the selected ones of its {count} half-cycles"
        raise refusal(path, what, f"{opposite}, or another file")
