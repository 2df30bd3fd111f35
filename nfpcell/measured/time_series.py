"""A file's curve as one: time that only goes on, current and charge in SI units."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import DataFileError

LEAST_POINTS = 5
SENSIBLE_VOLTAGE = 20.0
LEAST_JUMP = 0.02  # V
# a stretch without rows: longer than so many usual steps, or than so many if more tells
GAP_STEPS, LARGE_GAP_STEPS = 20, 5
# charge over a stretch without rows: within this share of what the current gives
BRIDGED = 0.05
# share of rows that stand twice, above which a file is taken for pasted twice
MANY_TWICE = 0.2
# share of rows at which a count starts or stops, above which it is too coarse
ROUGH = 0.05


@dataclass
class Curve:
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

    @cached_property
    def smooth_size(self):
        """Size of the current, without what lasts a row or two [A]."""
        size = pd.Series(np.abs(self.current))
        return size.rolling(5, center=True, min_periods=1).median().to_numpy()


def curve_of(recording, sizes):
    """
    The curve of a recording, in order and in SI units.

    Parameters
    ----------
    recording : Recording
    sizes : dict with "area" [m2], "mass" [kg], "nominal_capacity" [A.h] and "current"
        [A], each None where it was not given

    Returns
    -------
    Curve

    Raises
    ------
    DataFileError : one sentence, for a file of which no curve can be made
    """
    path, table, remarks = recording.path, _checked_table(recording), []
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
                f"{path}: has no time; right would be a column such as Time [s], or "
                "one "
                "of the capacity"
            )
        time = _time_from_charge(capacity, current)
        remarks.append("time is the charge over the current")
    if not np.ptp(time) > 0:
        raise DataFileError(
            f"{path}: time stands still; right would be a column that goes on"
        )
    if (current >= 0).all() or (current <= 0).all():
        turns = _turns(table, voltage)
        if capacity is not None:
            turns &= ~counted_through(time, current, capacity)
        breaks = breaks | turns
    temperature = None
    if "Temperature [degC]" in table:
        temperature = table["Temperature [degC]"].to_numpy(float)
    return Curve(
        path, time, voltage, current, capacity, temperature, breaks, since, remarks
    )


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


def _without_repeats(table, path, remarks):
    """A row like the one before says nothing; a file pasted twice is refused."""
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
                f"again in row {int(np.argmax(twice)) + 1}; right would be each row "
                "once"
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
                f"{path}: gives the current as {name}; right would be {argument} with "
                "it"
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
    voltage = np.abs(np.diff(table["Voltage [V]"].to_numpy(float)))
    # another curve of the same current begins at another voltage
    explained = np.concatenate(
        [[False], voltage > max(LEAST_JUMP, 20 * np.median(voltage))]
    )
    for name, least in (("Step", 0), ("Cycle", 0), ("Temperature [degC]", 1)):
        if name in table:
            explained[1:] |= np.abs(np.diff(table[name].to_numpy(float))) > least
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
            f"{path}: time runs back from {time[row - 1]:g} s to {time[row]:g} s in "
            "row "
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
                f"{path}: neither a current flows nor a capacity changes; right would "
                "be "
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
            f"{path}: has neither a current nor a capacity; right would be a column "
            "such "
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
        with np.errstate(all="ignore"):
            found = np.where(dt > 0, steps / dt, np.nan) * SECONDS_PER_HOUR
            found[~np.isfinite(found)] = np.nan
        return pd.Series(found).bfill().ffill().fillna(0.0).to_numpy()
    passed = np.cumsum(steps)
    places = np.arange(len(time))
    low, high = np.maximum(places - width, 0), np.minimum(places + width, len(time) - 1)
    span = np.maximum(time[high] - time[low], 1e-9)
    return (passed[high] - passed[low]) / span * SECONDS_PER_HOUR


def _turns(table, voltage):
    """Where a current without sign has turned, as the voltage tells."""
    steps = np.diff(voltage)
    before, after = slopes(steps)
    back = before * after < 0
    # the drop over the resistances comes at once
    turn = jumps(steps)
    for name in ("Step", "Cycle"):
        if name in table:
            turn |= np.abs(np.diff(table[name].to_numpy(float))) > 0
    return np.concatenate([[False], back & turn])


def slopes(steps):
    """Usual step of a few rows before, and of a few rows after each step."""
    before = pd.Series(steps).rolling(5).median().shift(1)
    after = pd.Series(steps[::-1]).rolling(5).median().shift(1)[::-1]
    return before.to_numpy(), after.to_numpy()


def jumps(steps):
    """Which steps of a voltage are no part of its course."""
    return np.abs(steps) > max(LEAST_JUMP, 5 * np.median(np.abs(steps)))


def long_steps(time):
    """Which steps of the time leave out rows."""
    dt = np.diff(time)
    return dt > LARGE_GAP_STEPS * np.median(dt)


def counted_through(time, current, capacity):
    """Rows after a stretch without rows, through which the charge was counted."""
    passed = np.abs(np.diff(capacity))
    size = 0.5 * np.abs(current[1:] + current[:-1]) / SECONDS_PER_HOUR
    given = size * np.diff(time)
    with np.errstate(invalid="ignore"):
        counted = np.abs(passed - given) < BRIDGED * given
    return np.concatenate([[False], counted & long_steps(time)])


def _time_from_charge(capacity, current):
    steps = np.abs(np.diff(capacity, prepend=capacity[0]))
    size = np.abs(current)
    with np.errstate(divide="ignore", invalid="ignore"):
        dt = np.where(size > 0, steps / size, 0.0)
    return np.cumsum(dt) * SECONDS_PER_HOUR
