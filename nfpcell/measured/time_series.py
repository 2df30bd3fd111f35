"""The curve of a file as a time series in SI units."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.errors import DataFileError, refusal
from nfpcell.measured.derived_columns import derived_current, time_of_charge
from nfpcell.measured.readers import Recording
from nfpcell.measured.steps import (
    LEAST_JUMP,
    Flags,
    Floats,
    counted_through,
    jumps,
    slopes,
)

LEAST_ROWS = 5
# share of the largest current below which the cell rests
REST_SHARE = 1e-3
LARGEST_VOLTAGE = 20.0  # V
# share of repeated rows above which the rows were probably pasted twice
MANY_REPEATED = 0.2
# columns of current and charge, with the argument by which each is multiplied
_CURRENTS = {
    "Current [A]": None,
    "Current density [A.m-2]": "area",
    "Specific current [A.kg-1]": "mass",
    "C-rate": "nominal_capacity",
}
_CAPACITIES = {
    "Capacity [A.h]": None,
    "Areal capacity [A.h.m-2]": "area",
    "Specific capacity [A.h.kg-1]": "mass",
}
_UNITS = {"area": "[m2]", "mass": "[kg]", "nominal_capacity": "[A.h]"}


@dataclass(frozen=True)
class CellSizes:
    """Factors from the columns of a file to current and charge, as far as given."""

    area: float | None = None  # of the electrode [m2]
    mass: float | None = None  # of NFP [kg]
    nominal_capacity: float | None = None  # charge that passes at 1C in 1 h [A.h]
    current: float | None = None  # magnitude, instead of that of the file [A]


@dataclass
class TimeSeries:
    """The curve of a file: arrays of equal length, and remarks on their origin."""

    path: Path  # of the file
    time: Floats  # never decreases [s]
    voltage: Floats  # [V]
    current: Floats  # sign as in the file [A]
    capacity: Floats | None  # as counted in the file [A.h]
    temperature: Floats | None  # [degC]
    breaks: (
        Flags  # rows at which a new half-cycle starts, also without a current change
    )
    since_last_row: bool  # whether a row has the mean current since the row before
    remarks: list[str]

    @cached_property
    def smooth_size(self) -> Floats:
        """Magnitude of the current, smoothed by a median over five rows [A]."""
        size = pd.Series(np.abs(self.current))
        return size.rolling(5, center=True, min_periods=1).median().to_numpy()

    @cached_property
    def rest_limit(self) -> float:
        """Magnitude of the current below which the cell rests [A]."""
        return float(REST_SHARE * self.smooth_size.max())

    @cached_property
    def resting(self) -> Flags:
        """Rows without current."""
        return np.abs(self.current) <= self.rest_limit

    @cached_property
    def rows_of_rest(self) -> NDArray[np.int64]:
        """Number of rows without current directly before each row."""
        rows = np.arange(len(self.current))
        last_flowing = np.maximum.accumulate(np.where(self.resting, -1, rows))
        before = np.concatenate([[-1], last_flowing[:-1]])
        return np.asarray(rows - before - 1)


@dataclass(frozen=True)
class Stretch:
    """Successive rows of a time series, from ``first`` to ``end``, without ``end``."""

    series: TimeSeries
    first: int
    end: int
    number: int = 0  # of the half-cycle in the file, from 1

    @property
    def rows(self) -> slice:
        """Index of these rows in an array of the time series."""
        return slice(self.first, self.end)

    @property
    def time(self) -> Floats:
        """[s]"""
        return self.series.time[self.rows]

    @property
    def duration(self) -> float:
        """[s]"""
        return float(self.time[-1] - self.time[0])

    @property
    def usual_step(self) -> float:
        """Median step of the time [s]."""
        return float(np.median(np.diff(self.time)))

    @property
    def swing(self) -> float:
        """Last voltage minus the first [V]."""
        voltage = self.series.voltage
        return float(voltage[self.end - 1] - voltage[self.first])

    @property
    def middle_current(self) -> float:
        """Current in the middle row [A]."""
        return float(self.series.current[(self.first + self.end) // 2])

    @property
    def where(self) -> str:
        """The file and the half-cycle, for an error message."""
        return f"{self.series.path}: half-cycle {self.number}"


def time_series_of(recording: Recording, sizes: CellSizes) -> TimeSeries:
    """The curve of a recording, in order and in SI units."""
    path, remarks = recording.path, list[str]()
    table = _without_repeats(_checked_table(recording), path, remarks)
    voltage = table["Voltage [V]"].to_numpy(float)
    capacity = _capacity(table, sizes)
    current = _measured_current(table, path, sizes, remarks)
    if current is not None and not np.abs(current).any():
        if capacity is None or not np.ptp(capacity) > 0:
            what = "the current is zero in every row"
            raise refusal(path, what, "a file of a charge or a discharge")
        remarks.append("the current is zero in every row; the capacity is used instead")
        current = None
    time, breaks = None, np.zeros(len(table), bool)
    if "Time [s]" in table:
        time, breaks = _time(table, current, path, remarks)
    since_last_row = False
    if current is None:
        if capacity is None and sizes.current is None:
            raise _no_charge(table, path)
        derived = derived_current(path, time, voltage, capacity, sizes.current)
        current, time = derived.current, derived.time
        breaks, since_last_row = breaks | derived.restarts, derived.since_last_row
        remarks.append(derived.remark)
    elif time is None:
        if capacity is None:
            raise refusal(
                path, "has no time", "a column such as Time [s], or one of the capacity"
            )
        time = time_of_charge(capacity, current)
        remarks.append("time is the charge over the current")
    if not np.ptp(time) > 0:
        raise refusal(path, "the time is constant", "a column with increasing times")
    if (current >= 0).all() or (current <= 0).all():
        turns = _turns(table, voltage)
        if capacity is not None:
            turns &= ~counted_through(time, current, capacity)
        breaks = breaks | turns
    temperature = None
    if "Temperature [degC]" in table:
        temperature = table["Temperature [degC]"].to_numpy(float)
    return TimeSeries(
        path,
        time,
        voltage,
        current,
        capacity,
        temperature,
        breaks,
        since_last_row,
        remarks,
    )


# ------------------------------------------------------------------ the table of a file
def _checked_table(recording: Recording) -> pd.DataFrame:
    """The table of a recording; an error if it cannot have half-cycles."""
    path, table = recording.path, recording.table
    if table is None:
        what = "has spectra and no curve"
        raise refusal(path, what, "a file with time, current and voltage")
    if "Voltage [V]" not in table:
        names = ", ".join(table.columns)
        raise refusal(
            path, f"has no voltage, only {names}", "a column such as Voltage [V]"
        )
    if len(table) < LEAST_ROWS:
        raise refusal(
            path, f"{len(table)} rows are no half-cycle", f"at least {LEAST_ROWS}"
        )
    largest = float(np.abs(table["Voltage [V]"]).max())
    if largest > LARGEST_VOLTAGE:
        raise refusal(
            path,
            f"the voltage reaches {largest:g} V",
            "the voltage of one cell in one unit, with a heading such as Voltage [mV] "
            "if it is in mV",
        )
    return table


def _without_repeats(
    table: pd.DataFrame, path: Path, remarks: list[str]
) -> pd.DataFrame:
    """The table without repeated rows; an error if the rows were pasted twice."""
    # without a time, rows of a steady state are equal but not repeated
    if "Time [s]" not in table:
        return table
    values = table.to_numpy(float)
    equal = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    same = np.concatenate([[False], equal.all(axis=1)])
    if same.any():
        remarks.append(f"{same.sum()} rows repeat the row before and are left out")
        table = table[~same].reset_index(drop=True)
    names = [name for name in table.columns if name not in ("Cycle", "Step")]
    repeated = table.duplicated(names).to_numpy()
    if repeated.mean() > MANY_REPEATED:
        raise refusal(
            path,
            f"{repeated.sum()} of {len(table)} rows occur twice, first row "
            f"{int(np.argmax(repeated)) + 1}",
            "each row once",
        )
    return table


def _first_column(table: pd.DataFrame, names: dict[str, str | None]) -> str | None:
    return next((name for name in names if name in table), None)


def _capacity(table: pd.DataFrame, sizes: CellSizes) -> Floats | None:
    """The counted charge [A.h]; None if it, or the factor it needs, is missing."""
    name = _first_column(table, _CAPACITIES)
    if name is None:
        return None
    argument = _CAPACITIES[name]
    factor = getattr(sizes, argument) if argument else 1.0
    return None if factor is None else table[name].to_numpy(float) * factor


def _no_charge(table: pd.DataFrame, path: Path) -> DataFileError:
    """The error for a file without a current and without a usable charge."""
    name = _first_column(table, _CAPACITIES)
    argument = name and _CAPACITIES[name]
    if not argument:
        return refusal(
            path,
            "has no current and no capacity",
            "a column such as Current [mA], or current or rate given with it",
        )
    return refusal(
        path,
        f"gives the charge per {argument}",
        f"{argument} {_UNITS[argument]} with it",
    )


def _measured_current(
    table: pd.DataFrame, path: Path, sizes: CellSizes, remarks: list[str]
) -> Floats | None:
    """The current of a table [A], sign as in the file; None if it has none."""
    name = _first_column(table, _CURRENTS)
    if name is None:
        return None
    argument, factor = _CURRENTS[name], 1.0
    if argument:
        factor, symbol = getattr(sizes, argument), f"{argument} {_UNITS[argument]}"
        if factor is None:
            raise refusal(path, f"gives the current as {name}", f"{symbol} with it")
        remarks.append(f"current is {name} times {symbol} = {factor:g}")
    return table[name].to_numpy(float) * factor


# ------------------------------------------------------------------ restarts and turns
def _time(
    table: pd.DataFrame, current: Floats | None, path: Path, remarks: list[str]
) -> tuple[Floats, Flags]:
    """A time that never decreases, and the rows at which the file's time restarts."""
    time = table["Time [s]"].to_numpy(float).copy()
    back = np.flatnonzero(np.diff(time) < 0) + 1
    breaks = np.zeros(len(time), bool)
    if not len(back):
        return time, breaks
    # the time may restart where a new curve starts: there the voltage jumps
    steps = np.abs(np.diff(table["Voltage [V]"].to_numpy(float)))
    explained = steps > max(LEAST_JUMP, 20 * np.median(steps))
    for name, least in (("Step", 0), ("Cycle", 0), ("Temperature [degC]", 1)):
        if name in table:
            explained |= np.abs(np.diff(table[name].to_numpy(float))) > least
    if current is not None:
        scale = np.abs(current).max() or 1.0
        explained |= np.abs(np.diff(current)) > 0.1 * scale
    # the restarted time has to be near zero, or near the start of the stretch before
    starts = np.concatenate([[0], back[:-1]])
    span = time[back - 1] - time[starts]
    reset = time[back] <= np.minimum(time[starts] + 0.05 * span, time[back - 1]) + 1e-9
    reset |= time[back] <= 0.01 * time[back - 1]
    wrong = ~(reset & explained[back - 1])
    if wrong.any():
        row = int(back[np.argmax(wrong)])
        raise refusal(
            path,
            f"time runs back from {time[row - 1]:g} s to {time[row]:g} s in row "
            f"{row + 1}",
            "rows in the order of time, or a column of the step where it restarts",
        )
    offsets = np.zeros(len(time))
    offsets[back] = time[back - 1]
    breaks[back] = True
    remarks.append(f"the time restarts {len(back)} times and is added up")
    return time + np.cumsum(offsets), breaks


def _turns(table: pd.DataFrame, voltage: Floats) -> Flags:
    """Rows at which a current without sign changes direction, by the voltage."""
    steps = np.diff(voltage)
    before, after = slopes(steps)
    # the ohmic drop is a jump
    turn = jumps(steps)
    for name in ("Step", "Cycle"):
        if name in table:
            turn |= np.abs(np.diff(table[name].to_numpy(float))) > 0
    return np.concatenate([[False], (before * after < 0) & turn])
