"""A missing current or time, computed from the other columns of a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import refusal
from nfpcell.measured.steps import Flags, Floats, Rows

# a count that stands still for longer than this number of usual intervals rests
LONG_STAND = 3
# least time between two rows [s]
LEAST_STEP = 1e-6
# a step of a count below this share of the usual one is zero
ROUND_OFF = 1e-6
# largest relative noise of the slope of a count, above which it is averaged
LARGEST_NOISE = 0.02


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
    breaks: Flags,
) -> DerivedCurrent:
    """
    The current from capacity [A.h] and time [s], or of the given size [A].

    At ``breaks`` another step of the protocol begins.
    """
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
    usual = float(np.median(np.abs(steps[steps != 0])))
    steps[np.abs(steps) < ROUND_OFF * usual] = 0.0
    dt = np.ones(len(steps)) if time is None else np.diff(time, prepend=time[0])
    restarts = _restarts(capacity, steps, span, np.maximum(dt, LEAST_STEP))
    steps[restarts] = capacity[restarts]
    if time is not None:
        current = _slope(time, steps, breaks | restarts)
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


def _restarts(capacity: Floats, steps: Floats, span: float, dt: Floats) -> Flags:
    """Rows at which a counted capacity, with steps in times dt, returns to zero."""
    rate = np.abs(steps) / dt
    size, following = np.abs(capacity), np.append(rate[1:], 0.0) * dt
    falls = np.append(0.0, steps[1:] * np.sign(capacity[:-1])) < 0
    jumps = rate > 3 * np.median(rate[rate > 0])
    near_zero = (size < 0.01 * span) & (np.abs(steps) > 0.05 * span)
    first_of_count = (following > 0) & (size <= 1.5 * following)
    first_of_count &= np.abs(steps) > 3 * following
    return np.asarray(falls & jumps & (near_zero | first_of_count))


def _slope(time: Floats, steps: Floats, breaks: Flags) -> Floats:
    """
    Capacity over time [A], with zero in rests; a row has the mean since the row before.

    ``steps`` are those of the capacity [A.h]. In a row with a step it moves. A coarse
    count stands still between moves, but not for longer than a few usual intervals.
    """
    moves = np.flatnonzero(steps)
    interval = np.diff(time[moves], prepend=time[0])
    by_move = pd.Series(interval)
    before = by_move.rolling(3, min_periods=1).median().shift(1)
    after = by_move[::-1].rolling(3, min_periods=1).median()[::-1].shift(-1)
    usual = np.fmin(before.to_numpy(), after.to_numpy())
    stands = np.diff(moves, prepend=-1) > 1
    starts = stands & (interval > LONG_STAND * usual)
    signs, crossed = np.sign(steps[moves]), np.cumsum(breaks)[moves]
    starts[1:] |= (np.diff(signs) != 0) | (np.diff(crossed) != 0)
    starts[0] = True
    slope = np.zeros(len(steps))
    for flow in np.split(moves, np.flatnonzero(starts)[1:]):
        first, end = int(flow[0]), int(flow[-1]) + 1
        if len(flow) > 1:
            passed = np.concatenate([[0.0], np.cumsum(steps[flow[1:]])])
            levels = _levels(time[flow], passed, flow)
            # the first move ends a stretch of which only a part may have a current
            by_row = np.repeat(levels, np.diff(flow))
            slope[first:end] = np.concatenate([levels[:1], by_row])
        elif first > 0 and time[first] > time[first - 1]:
            with np.errstate(over="ignore"):
                slope[first] = steps[first] / (time[first] - time[first - 1])
    return np.where(np.isfinite(slope), slope, 0.0) * SECONDS_PER_HOUR


def _levels(time: Floats, passed: Floats, rows: Rows) -> Floats:
    """Mean slope up to each move after the first, over as many as its noise needs."""
    dt = np.maximum(np.diff(time), LEAST_STEP)
    level = np.diff(passed) / dt
    mean = np.abs(level).mean()
    noise = 0.5 * np.abs(np.diff(level, 2)).mean() / mean if len(level) > 2 else 0.0
    rows_of_move = (rows[-1] - rows[0]) / len(level)
    half = 0
    if noise > LARGEST_NOISE:
        half = int(np.ceil(60 * noise))
    if rows_of_move > 1.2:
        half = max(half, int(np.ceil(25 / rows_of_move)))
    half = min(half, len(level) // 4)
    if half == 0:
        return np.asarray(level)
    moves = np.arange(1, len(time))
    low, high = np.maximum(moves - 1 - half, 0), np.minimum(moves + half, len(time) - 1)
    return (passed[high] - passed[low]) / np.maximum(time[high] - time[low], LEAST_STEP)


def time_of_charge(capacity: Floats, current: Floats) -> Floats:
    """Time [s] in which the current [A] passes the counted charge [A.h]."""
    steps, size = np.abs(np.diff(capacity, prepend=capacity[0])), np.abs(current)
    with np.errstate(divide="ignore", invalid="ignore"):
        dt = np.where(size > 0, steps / size, 0.0)
    return np.cumsum(dt) * SECONDS_PER_HOUR
