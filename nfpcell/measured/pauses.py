"""Steps of the time in which a file counted no charge although the current flows."""

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.measured.current_levels import CONSTANT
from nfpcell.measured.steps import Flags, Floats, long_steps

# share of the charge of the current below which none was counted, and number of steps
# of a coarse count that must be missing
UNCOUNTED, COUNT_STEPS = 0.2, 3
# a voltage that changes by less than this was not interrupted [V]
UNCHANGED = 5e-3


def without_pauses(
    time: Floats,
    voltage: Floats,
    current: Floats,
    capacity: Floats,
    remarks: list[str],
) -> tuple[Floats, Flags]:
    """
    The time without changes of the clock, and the rows after a pause.

    Where the voltage is the same before and after, no time has passed; else the
    measurement was interrupted, and another half-cycle begins.
    """
    time, breaks = time.copy(), np.zeros(len(time), bool)
    size = np.abs(current)
    level = np.maximum(size[1:], size[:-1])
    same = (np.abs(np.diff(current)) <= CONSTANT * level) & (level > 0.01 * size.max())
    dt, counted = np.diff(time), np.abs(np.diff(capacity))
    passed = level * dt / SECONDS_PER_HOUR
    moves = counted[counted > 0]
    least = COUNT_STEPS * float(np.median(moves)) if len(moves) else 0.0
    with np.errstate(invalid="ignore"):
        missing = (counted < UNCOUNTED * passed) & (passed - counted > least)
    for row in np.flatnonzero(long_steps(time) & same & missing) + 1:
        flows = counted[row - 1] / level[row - 1] * SECONDS_PER_HOUR
        around = slice(max(row - 4, 0), row)
        steps, spans = np.diff(voltage[around]), np.diff(time[around])
        slope = float(np.median(steps / np.maximum(spans, 1e-9))) if len(steps) else 0.0
        change = voltage[row] - voltage[row - 1] - slope * flows
        if abs(change) > UNCHANGED:
            breaks[row] = True
            continue
        extra = float(dt[row - 1] - flows)
        time[row:] -= extra
        remarks.append(
            f"the time advances by {dt[row - 1]:.4g} s to row {row + 1}, in which "
            f"neither the capacity nor the voltage changes; {extra:.4g} s are taken as "
            "a pause or a change of the clock"
        )
    return time, breaks
