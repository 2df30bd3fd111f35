"""Stretches without rows: within a half-cycle, before its first row, after its last."""

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.measured.readers.refusal import refusal
from nfpcell.measured.segmentation import CONSTANT, Stretch, resting, same_current
from nfpcell.measured.steps import LARGE_GAP_STEPS, LEAST_JUMP, Floats
from nfpcell.measured.time_series import TimeSeries

# longer than so many median steps is a gap
GAP_STEPS = 20
# share of a half-cycle from which missing rows are a gap, and from which an error
GAP_SHARE, LARGEST_GAP = 0.02, 0.1
# a first row at most so many steps after zero belongs to a clock that began at zero
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
    Accept missing rows that are few, or through which the capacity was counted.

    Takes the rows of one half-cycle, with the charge [A.h] as counted in the file and
    as integrated from the current.
    """
    dt = np.diff(time)
    duration = time[-1] - time[0]
    usual = np.median(dt)
    gaps = dt > max(GAP_STEPS * usual, GAP_SHARE * duration)
    # where rows are few, a gap that shows in the voltage
    sparse = dt > max(LARGE_GAP_STEPS * usual, LARGEST_GAP * duration + usual)
    swing = np.abs(np.diff(voltage))
    gaps |= sparse & (swing > max(LEAST_JUMP, 2 * np.median(swing)))
    if not gaps.any():
        return
    missing = dt[gaps].sum()
    if counted is not None:
        by_count = np.diff(counted)[gaps].sum()
        by_current = np.diff(charge)[gaps].sum()
        if abs(by_count - by_current) < CONSTANT * by_current:
            remarks.append(
                f"no rows for {missing:.4g} s, through which the capacity goes on"
            )
            return
    longest = int(np.argmax(np.where(gaps, dt, 0)))
    begin, end = time[[longest, longest + 1]] - time[0]
    sentence = f"no rows from {begin:.4g} s to {end:.4g} s while the current flows"
    if missing > LARGEST_GAP * duration:
        raise refusal(where, sentence, _RIGHT)
    remarks.append(f"{sentence}; it is assumed to go on")


def check_ends(
    series: TimeSeries,
    stretch: Stretch,
    stretches: list[Stretch],
    where: str,
    lead: float,
    remarks: list[str],
) -> None:
    """Raise an error for missing rows beside a half-cycle that may belong to it."""
    first, end = stretch
    time = series.time
    if first == 0 and _is_gap(series, stretch, time[0] - lead):
        remarks.append(
            f"the time is {time[0]:.4g} s in its first row; that is taken as the start"
        )
    neighbours = {}
    if first > 0:
        neighbours[first - 1] = time[first] - lead - time[first - 1]
    if end < len(time):
        neighbours[end] = time[end] - time[end - 1]
    for row, missing in neighbours.items():
        if _is_gap(series, stretch, missing):
            remark = _end_remark(series, stretch, stretches, where, row, missing)
            remarks += [remark] if remark else []


def _is_gap(series: TimeSeries, stretch: Stretch, missing: float) -> bool:
    time = series.time[stretch.rows]
    usual = np.median(np.diff(time))
    whole = time[-1] - time[0] + missing
    return bool(missing > max(LARGE_GAP_STEPS * usual, LARGEST_GAP * whole))


def _end_remark(
    series: TimeSeries,
    stretch: Stretch,
    stretches: list[Stretch],
    where: str,
    row: int,
    missing: float,
) -> str | None:
    """What to say of the time [s] without rows between a half-cycle and a row."""
    first, end = stretch
    inner, side = (first, "before") if row < first else (end - 1, "after")
    sentence = f"no rows for {missing:.4g} s {side} it"
    pause = f"{sentence}, taken as a pause"
    share = _counted_share(series, stretch, min(row, inner))
    if share is not None and share > LARGEST_GAP:
        return f"{sentence}, in which the capacity goes on"
    if share is not None or any(s.first <= row < s.end for s in stretches):
        return pause
    if same_current(series, row, inner):
        raise refusal(where, f"{sentence} while the current flows", _RIGHT)
    # a rest may have few rows
    outer = row - 1 if row < first else row + 1
    if 0 <= outer < len(series.time) and resting(series)[outer]:
        usual = abs(series.time[row] - series.time[outer])
        if missing <= LARGE_GAP_STEPS * usual:
            return None
    return pause


def _counted_share(series: TimeSeries, stretch: Stretch, row: int) -> float | None:
    """Counted charge from a row to the next over that of the current; None if anew."""
    if series.capacity is None:
        return None
    step = (series.capacity[row + 1] - series.capacity[row]) * _way(series, stretch)
    size = abs(series.current[stretch.middle])
    passed = size * (series.time[row + 1] - series.time[row]) / SECONDS_PER_HOUR
    # what goes the other way, or is more than could have passed, begins anew
    return float(step / passed) if 0 <= step <= (1 + CONSTANT) * passed else None


def lead_of(
    series: TimeSeries, stretch: Stretch, current: float, remarks: list[str]
) -> float:
    """Time for which the current had flowed in the first row, by the count [s]."""
    first, time, capacity = stretch.first, series.time, series.capacity
    duration = time[stretch.end - 1] - time[first]
    if first == 0:
        # a clock that begins with the half-cycle, and a first row a moment later
        lead = float(time[0])
        if 0 < lead <= CLOCK_STEPS * (time[1] - lead):
            return lead
        counted = _counted_before(series, stretch, current)
        if lead > 0 and abs(counted - lead) <= CONSTANT * lead:
            return _remarked(lead, remarks)
        return 0.0
    before = float(time[first] - time[first - 1])
    if series.since_last_row:
        return before if before <= 0.02 * duration else 0.0
    if capacity is None:
        return 0.0
    last, here = np.abs(capacity[[first - 1, first]])
    if not np.isfinite([last, here]).all():
        return 0.0
    step = abs(capacity[first] - capacity[first - 1])
    lead = float(min(step, here) / current * SECONDS_PER_HOUR)
    if lead <= min(0.02 * duration, before + 1e-9):
        return lead
    usual = np.median(np.diff(time[stretch.rows]))
    counted = _counted_before(series, stretch, current)
    if before > LARGE_GAP_STEPS * usual and 0 < counted <= (1 + CONSTANT) * before:
        return _remarked(min(counted, before), remarks)
    return 0.0


def _remarked(lead: float, remarks: list[str]) -> float:
    remarks.append(
        f"no rows for its first {lead:.4g} s, over which the capacity was counted"
    )
    return lead


def _counted_before(series: TimeSeries, stretch: Stretch, current: float) -> float:
    """The count before the first row, if it went the way it goes on [s]."""
    if series.capacity is None:
        return 0.0
    first, way = stretch.first, _way(series, stretch)
    passed = series.capacity[first]
    if first and (passed - series.capacity[first - 1]) * way > 0:
        passed = passed - series.capacity[first - 1]
    return float(max(passed * way, 0.0) / current * SECONDS_PER_HOUR)


def _way(series: TimeSeries, stretch: Stretch) -> float:
    """Whether the capacity of a half-cycle is counted up, 1, or down, -1, or not, 0."""
    if series.capacity is None:
        return 0.0
    steps = np.diff(series.capacity[stretch.rows])
    steps = steps[np.isfinite(steps) & (steps != 0)]
    return float(np.sign(np.median(steps))) if len(steps) else 0.0
