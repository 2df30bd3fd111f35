"""Stretches without rows: within a half-cycle, before its first row, after its last."""

import numpy as np
import pandas as pd

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import refusal
from nfpcell.measured.current_levels import CONSTANT
from nfpcell.measured.segmentation import same_current
from nfpcell.measured.steps import LARGE_GAP_STEPS, LEAST_JUMP, Flags, Floats
from nfpcell.measured.time_series import Stretch

# a time step is a gap if it is longer than this number of median steps, and than this
# share of the half-cycle; a larger share is an error
GAP_STEPS, GAP_SHARE, LARGEST_GAP = 20, 0.02, 0.1
# largest growth of the logarithm of the time, over that of the steps before, of a
# sampling by factors
LARGEST_GROWTH = 2.0
# largest number of steps from time zero to the first row of a half-cycle
CLOCK_STEPS = 2
_RIGHT = "a file without such a gap, or one with a column of the capacity"


def check_within(
    where: str,
    time: Floats,
    voltage: Floats,
    counted: Floats | None,
    charge: Floats,
    remarks: list[str],
) -> None:
    """
    Accept short gaps, and gaps over which the file counted the capacity.

    The arrays are those of one half-cycle. ``counted`` is the charge counted in the
    file, ``charge`` the integral of the current [A.h].
    """
    gaps = _gaps(time, voltage)
    if not gaps.any():
        return
    dt, duration = np.diff(time), time[-1] - time[0]
    missing = dt[gaps].sum()
    right = _RIGHT
    if counted is not None:
        by_count = np.diff(counted)[gaps].sum()
        by_current = np.diff(charge)[gaps].sum()
        if abs(by_count - by_current) < CONSTANT * by_current:
            remarks.append(
                f"no rows for {missing:.4g} s, during which the capacity was counted"
            )
            return
        right = (
            f"a file without such a gap: the capacity rises by {by_count:.3g} A.h in "
            f"it, the current would pass {by_current:.3g} A.h"
        )
    longest = int(np.argmax(np.where(gaps, dt, 0)))
    begin, end = time[[longest, longest + 1]] - time[0]
    sentence = f"no rows from {begin:.4g} s to {end:.4g} s while the current flows"
    if missing > LARGEST_GAP * duration:
        raise refusal(where, sentence, right)
    remarks.append(f"{sentence}; the current is assumed to be constant")


def _gaps(time: Floats, voltage: Floats) -> Flags:
    """Which time steps of a half-cycle are gaps, in which rows are missing."""
    dt = np.diff(time)
    duration = time[-1] - time[0]
    usual = np.median(dt)
    gaps = dt > max(GAP_STEPS * usual, GAP_SHARE * duration)
    # with few rows, a shorter step is a gap if the voltage jumps
    sparse = dt > max(LARGE_GAP_STEPS * usual, LARGEST_GAP * duration + usual)
    swing = np.abs(np.diff(voltage))
    gaps |= sparse & (swing > max(LEAST_JUMP, 2 * np.median(swing)))
    return np.asarray(gaps & ~_by_factors(time) & ~_by_voltage(voltage))


def _by_factors(time: Floats) -> Flags:
    """Which steps continue a sampling in which the time grows by factors."""
    since = time - time[0]
    with np.errstate(divide="ignore"):
        growth = np.diff(np.log(since))
    # the largest of the steps before, of which the first is infinite
    before = pd.Series(growth).shift(1).rolling(3, min_periods=2).max().to_numpy()
    with np.errstate(invalid="ignore"):
        return np.asarray(np.isfinite(before) & (growth <= LARGEST_GROWTH * before))


def _by_voltage(voltage: Floats) -> Flags:
    """Which steps are usual ones of a sampling by the change of the voltage."""
    steps = np.diff(voltage) * np.sign(voltage[-1] - voltage[0])
    low, usual, high = np.percentile(steps, [20, 50, 80])
    if not 0.7 * usual <= low <= high <= 1.3 * usual:
        return np.zeros(len(steps), bool)
    return np.asarray(np.abs(steps) <= 1.5 * usual)


def check_ends(
    stretch: Stretch, stretches: list[Stretch], lead: float, remarks: list[str]
) -> None:
    """
    Raise an error if rows that may belong to a half-cycle are missing at its ends.

    ``lead`` is the time from the start of the current to the first row [s].
    """
    first, end, time = stretch.first, stretch.end, stretch.series.time
    if first == 0 and _is_gap(stretch, time[0] - lead):
        remarks.append(
            f"the time is {time[0]:.4g} s in its first row, which is taken as the start"
        )
    neighbours = {}
    if first > 0:
        neighbours[first - 1] = time[first] - lead - time[first - 1]
    if end < len(time):
        neighbours[end] = time[end] - time[end - 1]
    for row, missing in neighbours.items():
        if _is_gap(stretch, missing):
            remark = _end_remark(stretch, stretches, row, missing)
            remarks += [remark] if remark else []


def _is_gap(stretch: Stretch, missing: float) -> bool:
    whole = stretch.duration + missing
    return missing > max(LARGE_GAP_STEPS * stretch.usual_step, LARGEST_GAP * whole)


def _end_remark(
    stretch: Stretch, stretches: list[Stretch], row: int, missing: float
) -> str | None:
    """The remark on the time [s] without rows between a half-cycle and a row."""
    series, first = stretch.series, stretch.first
    inner, side = (first, "before") if row < first else (stretch.end - 1, "after")
    sentence = f"no rows for {missing:.4g} s {side} it"
    pause = f"{sentence}, taken as a pause"
    share = _counted_share(stretch, min(row, inner))
    if share is not None and share > LARGEST_GAP:
        return f"{sentence}, during which the capacity was counted"
    if share is not None or any(s.first <= row < s.end for s in stretches):
        return pause
    if same_current(series, row, inner):
        raise refusal(stretch.where, f"{sentence} while the current flows", _RIGHT)
    # a rest may have few rows
    outer = row - 1 if row < first else row + 1
    if 0 <= outer < len(series.time) and series.resting[outer]:
        usual = abs(series.time[row] - series.time[outer])
        if missing <= LARGE_GAP_STEPS * usual:
            return None
    return pause


def _counted_share(stretch: Stretch, row: int) -> float | None:
    """Counted charge of a step over that of the current; None if the count restarts."""
    capacity, time = stretch.series.capacity, stretch.series.time
    if capacity is None:
        return None
    step = (capacity[row + 1] - capacity[row]) * _count_sign(stretch)
    size = abs(stretch.level)
    passed = size * (time[row + 1] - time[row]) / SECONDS_PER_HOUR
    # a step of the other sign, or larger than the charge passed, is a restart
    return float(step / passed) if 0 <= step <= (1 + CONSTANT) * passed else None


def lead_of(stretch: Stretch, current: float, remarks: list[str]) -> float:
    """Time from the start of the current to the first row, by the counted charge."""
    series, first = stretch.series, stretch.first
    time, capacity = series.time, series.capacity
    if first == 0:
        # the time starts with the half-cycle, and the first row is a little later
        lead = float(time[0])
        counted = _counted_before(stretch, current)
        if 0 < lead <= CLOCK_STEPS * (time[1] - lead):
            return min(lead, counted) if _count_sign(stretch) else lead
        if lead > 0 and abs(counted - lead) <= CONSTANT * lead:
            return _remarked(lead, remarks)
        return 0.0
    before, short = float(time[first] - time[first - 1]), 0.02 * stretch.duration
    if capacity is None:
        return 0.0
    step = abs(capacity[first] - capacity[first - 1])
    if not np.isfinite(step):
        return 0.0
    if series.since_last_row:
        return float(min(step / current * SECONDS_PER_HOUR, before))
    lead = float(min(step, abs(capacity[first])) / current * SECONDS_PER_HOUR)
    if lead <= min(short, before + 1e-9):
        return lead
    counted = _counted_before(stretch, current)
    is_gap = before > LARGE_GAP_STEPS * stretch.usual_step
    if is_gap and 0 < counted <= (1 + CONSTANT) * before:
        return _remarked(min(counted, before), remarks)
    return 0.0


def _remarked(lead: float, remarks: list[str]) -> float:
    remarks.append(
        f"no rows for its first {lead:.4g} s, during which the capacity was counted"
    )
    return lead


def _counted_before(stretch: Stretch, current: float) -> float:
    """Time of the charge counted before the first row, if its sign is the same [s]."""
    capacity, first, sign = stretch.series.capacity, stretch.first, _count_sign(stretch)
    if capacity is None:
        return 0.0
    passed = capacity[first]
    if first and (passed - capacity[first - 1]) * sign > 0:
        passed = passed - capacity[first - 1]
    return float(max(passed * sign, 0.0) / current * SECONDS_PER_HOUR)


def _count_sign(stretch: Stretch) -> float:
    """1 if the capacity of a half-cycle is counted up, -1 if down, 0 if not counted."""
    capacity = stretch.series.capacity
    steps = np.diff(capacity[stretch.rows]) if capacity is not None else np.zeros(0)
    steps = steps[np.isfinite(steps) & (steps != 0)]
    return float(np.sign(np.median(steps))) if len(steps) else 0.0
