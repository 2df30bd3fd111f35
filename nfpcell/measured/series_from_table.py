"""The time series of a recording: the columns of its table, checked and completed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError, refusal
from nfpcell.measured.charge_checks import check_power
from nfpcell.measured.current_levels import current_levels
from nfpcell.measured.derived_columns import derived_current, time_of_charge
from nfpcell.measured.pauses import without_pauses
from nfpcell.measured.readers import Recording, read
from nfpcell.measured.readers.curve_table import SPECTRA_BEFORE
from nfpcell.measured.restarts import counted_sign, restarted_time, turns
from nfpcell.measured.steps import Flags, Floats, counted_through, longer_than_beside
from nfpcell.measured.time_series import LEAST_ROWS, TimeSeries
from nfpcell.measured.wrong_rows import without_repeats, without_wrong_voltages

LARGEST_VOLTAGE = 20.0  # V
# a largest current beyond these is none of a cell [A]
LEAST_CURRENT, MOST = 1e-13, 1e5
# a median below this is that of swapped leads [V]
LEAST_VOLTAGE = -1.0
# noise over the current above which its level is not known
LARGEST_NOISE = 0.4
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


def time_series_of(
    recording: Recording, sizes: CellSizes, constant: bool = True
) -> TimeSeries:
    """
    The curve of a recording, in order and in SI units.

    Parameters
    ----------
    constant : refuse a file whose current changes from row to row
    """
    path, remarks = recording.path, list[str]()
    table = without_repeats(_checked_table(recording), path, remarks)
    table = without_wrong_voltages(table, list(_CURRENTS), remarks)
    voltage = table["Voltage [V]"].to_numpy(float)
    capacity = _capacity(table, sizes)
    current = _measured_current(table, path, sizes, remarks)
    if current is not None and not np.abs(current).any():
        if capacity is None or not np.ptp(capacity) > 0:
            what = "the current is zero in every row"
            raise refusal(path, what, "a file of a charge or a discharge")
        remarks.append("the current is zero in every row; the capacity is used instead")
        current = None
    elif current is not None and not LEAST_CURRENT < np.abs(current).max() < MOST:
        what = f"the current is at most {np.abs(current).max():.3g} A"
        raise refusal(path, what, "the current of one cell in its unit")
    time, breaks = None, np.zeros(len(table), bool)
    if "Time [s]" in table:
        time, breaks = restarted_time(table, current, path, remarks)
    since_last_row, restarts = False, breaks
    if current is None:
        if capacity is None and sizes.current is None:
            raise _no_charge(table, path)
        steps = breaks | _changes_of(table, "Step")
        derived = derived_current(path, time, voltage, capacity, sizes.current, steps)
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
    elif capacity is not None:
        time, paused = without_pauses(time, voltage, current, capacity, remarks)
        breaks = breaks | paused
    # a spectrum without a current interrupts a half-cycle
    spectra = _changes_of(table, SPECTRA_BEFORE)
    if spectra.any():
        breaks = breaks | spectra & longer_than_beside(time)
    if not np.ptp(time) > 0:
        raise refusal(path, "the time is constant", "a column with increasing times")
    state, counted = _column(table, "State"), _column(table, "Counted direction")
    if (current >= 0).all() or (current <= 0).all():
        if state is not None and not (current[state == 0] != 0).any():
            current = np.abs(current) * state
        elif counted is not None:
            current = np.abs(current) * counted_sign(counted, voltage, current)
        else:
            turned = turns(table, voltage, current)
            if capacity is not None:
                turned &= ~counted_through(time, current, capacity)
            breaks = breaks | turned
    check_power(path, _column(table, "Power [W]"), voltage * current, remarks)
    levels = current_levels(time, voltage, current, state, breaks)
    if constant and levels.share > LARGEST_NOISE:
        raise refusal(
            path,
            "has no stretch of constant current: from row to row it changes by "
            f"{100 * levels.share:.0f} % of its level",
            "a charge or discharge at constant current",
        )
    if levels.replaced:
        remarks.append(
            f"single rows ({levels.replaced}) are taken as noise: only the current "
            "deviates there, the voltage does not follow it"
        )
    return TimeSeries(
        path,
        time,
        voltage,
        levels.current,
        capacity,
        "Capacity [A.h]" in table and "Current [A]" in table,
        _column(table, "Energy [W.h]"),
        _column(table, "Temperature [degC]"),
        _column(table, "Step"),
        state,
        counted,
        levels.edges,
        levels.resting,
        levels.noise,
        restarts,
        since_last_row,
        remarks,
    )


# ------------------------------------------------------------------ the table of a file
def recordings(paths: Iterable[str | Path]) -> list[pd.DataFrame]:
    """The tables of files, checked to have times [s] and voltages [V]."""
    tables = []
    for path in paths:
        table = _checked_table(read(path))
        if "Time [s]" not in table:
            raise refusal(path, "has no time", "a column such as Time [s]")
        tables.append(table)
    return tables


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
    usual = float(table["Voltage [V]"].median())
    if usual < LEAST_VOLTAGE:
        raise refusal(
            path,
            f"the voltage is negative, in half of the rows below {usual:.4g} V",
            "the voltage of the cathode against sodium: are the leads swapped?",
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


def _column(table: pd.DataFrame, name: str) -> Floats | None:
    return table[name].to_numpy(float) if name in table else None


def _changes_of(table: pd.DataFrame, name: str) -> Flags:
    """Rows at which the value of a column changes; none without the column."""
    if name not in table:
        return np.zeros(len(table), bool)
    values = table[name].to_numpy(float)
    return np.asarray(np.diff(values, prepend=values[0]) != 0)
