"""Differences between successive rows: jumps, gaps in time, and noise."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.constants import SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]
# rows of the noise around a row
NOISE_ROWS = 21
# standard deviation of white noise over the median size of its second difference
_NOISE_OF_BEND = 0.605
# correlation of the steps of voltage and current above which the voltage follows
FOLLOWED = 0.6
# steps of a voltage whose median is its slope
SLOPE_STEPS = 5
LEAST_JUMP = 0.02  # V
# a smaller change of the voltage has no direction
LEAST_SWING = 2e-3  # V
# rows may be missing in a time step that is longer than this number of median steps
LARGE_GAP_STEPS = 5
# largest relative difference between the counted charge and that of the current
BRIDGED = 0.05


def slopes(steps: Floats) -> tuple[Floats, Floats]:
    """Median of the five steps before, and of the five steps after each step."""
    before = pd.Series(steps).rolling(SLOPE_STEPS).median().shift(1)
    after = pd.Series(steps[::-1]).rolling(SLOPE_STEPS).median().shift(1)[::-1]
    return before.to_numpy(), after.to_numpy()


def jumps(steps: Floats) -> Flags:
    """Which steps of a voltage are jumps."""
    sizes = np.abs(steps)
    return sizes > max(LEAST_JUMP, 5 * float(np.median(sizes)))


def long_steps(time: Floats) -> Flags:
    """Which time steps are gaps, in which rows may be missing."""
    dt = np.diff(time)
    return dt > LARGE_GAP_STEPS * np.median(dt)


def longer_than_beside(time: Floats) -> Flags:
    """Rows after a time step of more than twice the steps beside it."""
    dt = np.diff(time)
    beside = np.maximum(np.append(0.0, dt[:-1]), np.append(dt[1:], 0.0))
    return np.append(False, dt > 2 * beside)


def counted_through(time: Floats, current: Floats, capacity: Floats) -> Flags:
    """Rows after a gap during which the capacity was counted."""
    counted = np.abs(np.diff(capacity))
    size = 0.5 * np.abs(current[1:] + current[:-1]) / SECONDS_PER_HOUR
    passed = size * np.diff(time)
    with np.errstate(invalid="ignore"):
        agrees = np.abs(counted - passed) < BRIDGED * passed
    return np.concatenate([[False], agrees & long_steps(time)])


def noise_of(values: Floats) -> Floats:
    """Standard deviation of the noise from row to row, around each row."""
    if len(values) < 3:
        return np.zeros(len(values))
    bends = np.abs(np.diff(values, 2))
    bends = np.concatenate([bends[:1], bends, bends[-1:]])
    return _NOISE_OF_BEND * median_around(bends, NOISE_ROWS)


def median_around(values: Floats, rows: int) -> Floats:
    """Median over a number of rows around each row."""
    rolling = pd.Series(values).rolling(rows, center=True, min_periods=1)
    return np.asarray(rolling.median(), float)


def runs(flags: Flags) -> tuple[Rows, Rows]:
    """First row of each run of rows with a flag, and the row after it."""
    steps = np.diff(np.concatenate([[0], flags.astype(int), [0]]))
    return np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)


def follows(voltage: Floats, current: Floats) -> bool:
    """Whether a voltage follows the changes of a current, which then are no noise."""
    steps, answers = np.diff(current), np.diff(voltage)
    if not (np.ptp(steps) > 0 and np.ptp(answers) > 0):
        return False
    return bool(abs(np.corrcoef(steps, answers)[0, 1]) > FOLLOWED)
