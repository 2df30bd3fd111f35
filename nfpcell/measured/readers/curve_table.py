"""The table of a curve in SI units, from the used columns of a file."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.errors import refusal
from nfpcell.measured.readers import times, units
from nfpcell.measured.readers.column_choice import ChosenColumn
from nfpcell.measured.readers.column_quantities import (
    APPLIED,
    TABLE_NAMES,
    TIMES,
    VOLTAGES,
)
from nfpcell.measured.readers.number_columns import Flags, Floats, state_signs
from nfpcell.measured.readers.raw_table import RawTable
from nfpcell.measured.readers.units import COULOMBS_PER_AMPERE_HOUR, NUMBER

_CURRENT_OR_CHARGE = {"current", "mean current", "capacity"} | {
    "charge capacity",
    "discharge capacity",
}
# incomplete rows up to this number, or this share of all, are left out
FEW_ROWS, FEW_SHARE = 3, 0.01
# a charge is cumulative if it grows in more than this share of the rows
GROWING = 0.8
# number of spectra without a current that were measured before a row
SPECTRA_BEFORE = "Spectra before"
PLAUSIBLE_TEMPERATURES = (-150, 500)  # degC


def has_curve(table: RawTable) -> bool:
    """Whether a table has a time, and a current, a charge or a power."""
    quantities = set(table.numbers)
    return bool(TIMES & quantities and (_CURRENT_OR_CHARGE | APPLIED) & quantities)


def curve_table(table: RawTable, of_spectra: Flags | None = None) -> pd.DataFrame:
    """
    The rows of a curve, with the columns of ``Recording.table`` that the file has.

    In the rows ``of_spectra`` voltage and current are means over the oscillation.
    """
    numbers = table.numbers
    columns: dict[str, Floats] = {}
    time = _time(table)
    if time is not None:
        columns["Time [s]"] = time
    voltage = _with_means(table, "voltage", of_spectra)
    if voltage is not None:
        columns["Voltage [V]"] = voltage
    current = _with_means(table, "current", of_spectra)
    if current is not None:
        column = table.columns.get("current") or table.columns["mean current"]
        columns[_table_name(column)] = _signed(table, current)
    elif "rate" in numbers:
        columns["C-rate"] = numbers["rate"]
    if "power" in numbers:
        columns["Power [W]"] = numbers["power"]
    _add_capacity(table, columns)
    _add_energy(table, columns)
    _add_directions(table, columns)
    temperature = _measured_temperature(table)
    if temperature is not None:
        columns["Temperature [degC]"] = temperature
    for quantity, name in (("cycle", "Cycle"), ("step", "Step")):
        if quantity in numbers:
            columns[name] = numbers[quantity]
    if "Step" in columns and _step_of_words(table):
        columns["Step"] = _number_of_stretch(table.values["step"])
    return _complete_rows(table, pd.DataFrame(columns), of_spectra)


def _time(table: RawTable) -> Floats | None:
    """The time [s], checked by a column of dates if there is one."""
    read, clock = table.times, table.times.get("clock")
    quantity = next((q for q in ("time", "step time", "clock") if q in read), None)
    if quantity is None:
        for error in table.unread_times:
            raise error
        return None
    table.remarks += [f"another column: {error}" for error in table.unread_times]
    time = read[quantity]
    if clock is not None and clock.dates is not None:
        title = table.columns["clock"].heading.title
        of_day = time if quantity == "time" else clock
        time = times.with_dates(clock.dates, of_day, title, table.path) or time
        if time is clock:
            what = f'dates of "{title}" have no time of day'
            raise refusal(table.path, what, "dates with a time, or a column of a time")
    table.remarks += time.remarks
    others = [q for q in ("step time", "clock") if q in read and q != quantity]
    for other in others:
        factor = times.unit_error(time, read[other]) if read[other].certain else None
        if factor is None:
            continue
        fast, slow = (table.columns[q].heading.title for q in (other, quantity))
        sentence = f'"{fast}" runs {factor:g} times as fast as "{slow}"'
        if time.certain:
            raise refusal(table.path, sentence, "the same time in both columns")
        table.remarks.append(f"{sentence}, which has no unit, and gives its unit")
        return np.asarray(time.seconds * factor)
    return time.seconds


def _with_means(
    table: RawTable, quantity: str, of_spectra: Flags | None
) -> Floats | None:
    """Voltage or current; in the rows of spectra the mean over the oscillation."""
    values = table.numbers.get(quantity)
    mean = table.numbers.get(f"mean {quantity}")
    if values is None:
        return mean
    if mean is None or of_spectra is None:
        return values
    return np.where(of_spectra & np.isfinite(mean) & (mean != 0), mean, values)


def _table_name(column: ChosenColumn) -> str:
    """The column of the table for a current or a charge."""
    return TABLE_NAMES[column.heading.dimension or NUMBER]


def _step_of_words(table: RawTable) -> bool:
    """Whether the column of the step has words, such as "CC_Chg" or "Rest"."""
    return "step" in table.numbers and not np.isfinite(table.numbers["step"]).any()


def _number_of_stretch(words: pd.Series) -> Floats:
    """A number that rises by one at each row whose word differs from the one above."""
    codes, _ = pd.factorize(words.astype("string"))
    return np.cumsum(np.diff(codes, prepend=codes[:1]) != 0).astype(float)


def _state(table: RawTable) -> tuple[str, NDArray[np.int64]] | None:
    """The heading of the column of the state, and the direction it gives each row."""
    quantity = "state" if "state" in table.values else "step"
    if quantity == "step" and not _step_of_words(table):
        return None
    title = table.columns[quantity].heading.title
    return title, state_signs(table.values[quantity])


def _signed(table: RawTable, current: Floats) -> Floats:
    """The current; if the file gives only its magnitude, the state gives the sign."""
    state = _state(table)
    if state is None or (current < 0).any():
        return current
    title, signs = state
    discharges = signs < 0
    if not (discharges.any() and (np.abs(current[discharges]) > 0).any()):
        return current
    table.remarks.append(
        f'the current has no sign in the file; "{title}" gives the rows of discharge'
    )
    return np.where(discharges, -current, current)


def _add_capacity(table: RawTable, columns: dict[str, Floats]) -> None:
    """Add the charge passed; with both directions in the file, it rises on charge."""
    numbers = table.numbers
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
        values = _cumulative(_filled(numbers[quantity]))
    else:
        return
    columns[_table_name(table.columns[quantity])] = values / COULOMBS_PER_AMPERE_HOUR


def _add_energy(table: RawTable, columns: dict[str, Floats]) -> None:
    """Add the energy, of either sign; both directions of the file are added up."""
    counters = [
        _filled(np.abs(table.numbers[f"{direction} energy"]))
        for direction in ("charge", "discharge")
        if f"{direction} energy" in table.numbers
    ]
    energy = table.numbers.get("energy")
    if energy is None and counters:
        energy = np.sum(counters, axis=0)
    if energy is not None and np.isfinite(energy).any():
        columns["Energy [W.h]"] = energy / units.JOULES_PER_WATT_HOUR


def _add_directions(table: RawTable, columns: dict[str, Floats]) -> None:
    """Add the direction of each row by its state, and by the counters that rise."""
    state = _state(table)
    if state is not None and state[1].any():
        columns["State"] = state[1].astype(float)
    for counted in ("capacity", "energy"):
        counters = {
            sign: table.numbers.get(f"{direction} {counted}")
            for direction, sign in (("charge", 1.0), ("discharge", -1.0))
        }
        direction = sum(
            sign * (np.diff(np.abs(_filled(count)), prepend=0.0) > 0)
            for sign, count in counters.items()
            if count is not None
        )
        if np.any(direction):
            columns["Counted direction"] = np.asarray(direction, float)
            return


def _cumulative(charge: Floats) -> Floats:
    """Cumulative charge of a column "dq" (since the last row) or "dQ" (in the step)."""
    size = np.abs(charge)
    grows = size[1:] > size[:-1] * (1 + 1e-9)
    flows = size[1:] > 0
    if flows.any() and grows[flows].mean() > GROWING:
        return charge
    return np.cumsum(charge)


def _filled(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)


def plausible_temperature(temperature: Floats) -> Flags:
    """Which temperatures [degC] are plausible."""
    low, high = PLAUSIBLE_TEMPERATURES
    return (temperature > low) & (temperature < high)


def _measured_temperature(table: RawTable) -> Floats | None:
    """The temperature [degC], NaN where it is impossible; None if none was measured."""
    temperature = table.numbers.get("temperature")
    if temperature is None:
        return None
    plausible, finite = plausible_temperature(temperature), np.isfinite(temperature)
    if not np.any(temperature[plausible]) and (plausible.any() or not finite.any()):
        table.remarks.append(not_measured(table))
        return None
    if not plausible.any():
        # using it raises an error, unless the user gives another temperature
        return np.where(finite, temperature, np.nan)
    wrong = finite & ~plausible
    if wrong.any():
        table.remarks.append(
            f'"{_title(table)}" is left out in {wrong.sum()} rows, with values such as '
            f"{temperature[np.argmax(wrong)]:g} °C"
        )
    return np.where(plausible, temperature, np.nan)


def not_measured(table: RawTable) -> str:
    """The remark on a column without measured temperatures."""
    return f'"{_title(table)}" has no measured temperature and is left out'


def _title(table: RawTable) -> str:
    return table.columns["temperature"].heading.title


def _complete_rows(
    table: RawTable, curve: pd.DataFrame, of_spectra: Flags | None
) -> pd.DataFrame:
    """
    Rows with time, voltage and current; a few incomplete rows are left out.

    Rows of spectra need neither a voltage nor a current.
    """
    needed = [
        name
        for name in curve.columns
        if name in ("Time [s]", "Voltage [V]", "C-rate") or "urrent" in name
    ]
    if needed == ["Time [s]"] and "Power [W]" in curve:
        needed.append("Power [W]")
    if not needed:
        needed = [name for name in curve.columns if name not in ("Cycle", "Step")]
    has_number = np.column_stack(
        [np.isfinite(curve[name].to_numpy()) for name in needed]
    )
    blank, complete = ~has_number.any(axis=1), has_number.all(axis=1)
    if of_spectra is not None:
        left_out = of_spectra & ~complete
        blank |= left_out
        curve = curve.assign(**{SPECTRA_BEFORE: _blocks_before(left_out)})
    incomplete = ~blank & ~complete
    rows, count = int((~blank).sum()), int(incomplete.sum())
    if count:
        row = int(np.argmax(incomplete))
        name = next(n for n, ok in zip(needed, has_number[row], strict=True) if not ok)
        quantity = name.split(" [")[0].lower()
        flaw = f"{count} of {rows} rows have no number for {quantity}"
        if count > max(FEW_ROWS, FEW_SHARE * rows):
            cell = _shown(table, row, quantity)
            what = f"{flaw}, the first in {table.where(row)}{cell}"
            raise refusal(table.path, what, "a number in every row")
        table.remarks.append(
            f"{flaw} and are left out, the first in {table.where(row)}"
        )
    curve = curve.take(np.flatnonzero(complete)).reset_index(drop=True)
    if SPECTRA_BEFORE in curve and curve[SPECTRA_BEFORE].nunique() < 2:
        curve = curve.drop(columns=SPECTRA_BEFORE)
    return curve


def _blocks_before(flags: Flags) -> Floats:
    """Number of runs of rows with a flag up to each row."""
    starts = flags & ~np.concatenate([[False], flags[:-1]])
    return np.cumsum(starts).astype(float)


def _shown(table: RawTable, row: int, name: str) -> str:
    """The cell that is not a number, in brackets; nothing for an empty cell."""
    endings = (*TIMES, *VOLTAGES, "current", "mean current", "rate")
    for quantity in table.values:
        if quantity in name or (quantity in endings and name.endswith(quantity)):
            text = table.text(row, quantity)
            return f' ("{text}")' if text else ""
    return ""
