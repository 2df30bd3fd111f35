"""Steps from row to row: usual ones, jumps, and stretches without rows."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.constants import SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_JUMP = 0.02  # V
# a step of the time longer than so many median steps may leave out rows
LARGE_GAP_STEPS = 5
# a counted charge agrees with that of the current within this share
BRIDGED = 0.05


def slopes(steps: Floats) -> tuple[Floats, Floats]:
    """Median step of a few rows before, and of a few rows after each step."""
    before = pd.Series(steps).rolling(5).median().shift(1)
    after = pd.Series(steps[::-1]).rolling(5).median().shift(1)[::-1]
    return before.to_numpy(), after.to_numpy()


def jumps(steps: Floats) -> Flags:
    """Which steps of a voltage are too large to be part of its course."""
    sizes = np.abs(steps)
    return sizes > max(LEAST_JUMP, 5 * float(np.median(sizes)))


def long_steps(time: Floats) -> Flags:
    """Which steps of the time leave out rows."""
    dt = np.diff(time)
    return dt > LARGE_GAP_STEPS * np.median(dt)


def counted_through(time: Floats, current: Floats, capacity: Floats) -> Flags:
    """Rows after a stretch without rows, through which the capacity was counted."""
    counted = np.abs(np.diff(capacity))
    size = 0.5 * np.abs(current[1:] + current[:-1]) / SECONDS_PER_HOUR
    passed = size * np.diff(time)
    with np.errstate(invalid="ignore"):
        agrees = np.abs(counted - passed) < BRIDGED * passed
    return np.concatenate([[False], agrees & long_steps(time)])
