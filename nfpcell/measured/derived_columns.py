"""A missing current or time, computed from the other columns of a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import refusal
from nfpcell.measured.steps import Flags, Floats

# a counted charge is too coarse if it starts or stops in more than this share of rows
COARSE = 0.05


@dataclass(frozen=True)
class DerivedCurrent:
    """The current of a file without a column of the current."""

    current: Floats  # [A]
    time: Floats  # [s]
    restarts: Flags  # rows at which the counted capacity returns to zero
    since_last_row: bool  # whether a row has the mean current since the row before
    remark: str  # how the current was derived


def derived_current(
    path: Path,
    time: Floats | None,
    voltage: Floats,
    capacity: Floats | None,
    size: float | None,
) -> DerivedCurrent:
    """The current from capacity [A.h] and time [s], or of the given size [A]."""
    restarts = np.zeros(len(voltage), bool)
    if capacity is None:
        if time is None or size is None:
            what = "has neither a current nor a capacity"
            right = "a column such as Current [mA], or current [A] or rate with it"
            raise refusal(path, what, right)
        current = np.full(len(time), np.sign(voltage[-1] - voltage[0]) * size)
        remark = f"the current is given as {size:g} A"
        return DerivedCurrent(current, time, restarts, False, remark)
    steps = np.diff(capacity, prepend=capacity[0])
    span = np.ptp(capacity)
    if not span > 0:
        what = "neither a current flows nor a capacity changes"
        raise refusal(path, what, "a file of a charge or a discharge")
    restarts = (np.abs(capacity) < 0.01 * span) & (np.abs(steps) > 0.05 * span)
    steps[restarts] = 0.0
    if time is not None:
        current = _slope(time, steps)
        remark = "there is no current; it is the capacity over the time"
        return DerivedCurrent(current, time, restarts, True, remark)
    if size is None:
        what = "has a capacity but neither a current nor a time"
        raise refusal(path, what, "current [A] or rate with it")
    current = np.sign(steps) * size
    current[0] = current[1] if len(current) > 1 else 0.0
    time = np.cumsum(np.abs(steps)) / size * SECONDS_PER_HOUR
    remark = f"the current is given as {size:g} A, and time follows from it"
    return DerivedCurrent(current, time, restarts, False, remark)


def _slope(time: Floats, steps: Floats) -> Floats:
    """Capacity over time [A], over as many rows as its resolution needs."""
    moves = steps != 0
    width = 1
    # the count stands still in some rows although the current flows
    if (moves[1:] != moves[:-1]).mean() > COARSE:
        # the charge of 50 steps of the resolution has an error of 2 %
        width = int(np.ceil(50 * len(steps) / moves.sum()))
        width = min(width, max(1, len(steps) // 20))
    if width == 1:
        dt = np.diff(time, prepend=time[0])
        with np.errstate(all="ignore"):
            slope = np.where(dt > 0, steps / dt, np.nan) * SECONDS_PER_HOUR
        slope[~np.isfinite(slope)] = np.nan
        return np.asarray(pd.Series(slope).bfill().ffill().fillna(0.0), float)
    passed = np.cumsum(steps)
    rows = np.arange(len(time))
    low, high = np.maximum(rows - width, 0), np.minimum(rows + width, len(time) - 1)
    span = np.maximum(time[high] - time[low], 1e-9)
    return (passed[high] - passed[low]) / span * SECONDS_PER_HOUR


def time_of_charge(capacity: Floats, current: Floats) -> Floats:
    """Time [s] in which the current [A] passes the counted charge [A.h]."""
    steps, size = np.abs(np.diff(capacity, prepend=capacity[0])), np.abs(current)
    with np.errstate(divide="ignore", invalid="ignore"):
        dt = np.where(size > 0, steps / size, 0.0)
    return np.cumsum(dt) * SECONDS_PER_HOUR
