"""Rows at which the time restarts, or a current without sign changes direction."""

from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.steps import LEAST_JUMP, SLOPE_STEPS, Flags, Floats, jumps, slopes

# the first row after a restart is at most this number of its intervals from zero
FIRST_INTERVAL = 1.5


def restarted_time(
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
    # the restarted time has to be near zero, also for a first row that is one interval
    # later, or near the start of the stretch before
    starts = np.concatenate([[0], back[:-1]])
    span = time[back - 1] - time[starts]
    reset = time[back] <= np.minimum(time[starts] + 0.05 * span, time[back - 1]) + 1e-9
    reset |= time[back] <= 0.01 * time[back - 1]
    after = np.minimum(back + 1, len(time) - 1)
    reset |= time[back] <= FIRST_INTERVAL * (time[after] - time[back])
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


def turns(table: pd.DataFrame, voltage: Floats, current: Floats) -> Flags:
    """Rows at which a current without sign changes direction, by the voltage."""
    steps = np.diff(voltage)
    before, after = slopes(steps)
    # the ohmic drop is a jump
    turn = jumps(steps)
    for name in ("Step", "Cycle"):
        if name in table:
            turn |= np.abs(np.diff(table[name].to_numpy(float))) > 0
    # the ohmic drop is in the new direction, and there is no rest close by
    turn &= (before * after < 0) & (steps * after > 0)
    flows = pd.Series((current != 0).astype(float))
    flows = flows.rolling(2 * SLOPE_STEPS + 1, center=True, min_periods=1).min()
    return np.concatenate([[False], turn]) & (flows.to_numpy() > 0)


def counted_sign(counted: Floats, voltage: Floats, current: Floats) -> Floats:
    """
    Direction of every row, 1 for charge and -1 for discharge, by the counters.

    ``counted`` is 1 or -1 in the rows in which a counter rises, else 0.
    """
    # between two rests, the rows before the first count have its direction
    known = pd.Series(counted).where(counted != 0)
    between = (current == 0).cumsum()
    known = known.groupby(between).ffill().groupby(between).bfill()
    direction = np.array(known.ffill().bfill(), float)
    # a counter rises one row after the start, at which the voltage jumps
    jump = np.abs(np.diff(voltage, prepend=voltage[0]))
    changes = np.flatnonzero(np.diff(direction)) + 1
    late = changes[(counted[changes - 1] == 0) & (jump[changes - 1] > jump[changes])]
    direction[late - 1] = direction[late]
    return np.asarray(direction)
