"""Stretches without rows: within a half-cycle, before its first row, after its last."""

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import DataFileError
from nfpcell.measured.segmentation import CONSTANT, resting, same_current
from nfpcell.measured.time_series import GAP_STEPS, LARGE_GAP_STEPS, LEAST_JUMP

# a stretch is a gap from this share of the half-cycle on, and refused from the other on
GAP_SHARE, LARGEST_GAP = 0.02, 0.1
# a first row at most so many steps after zero belongs to a clock that began at zero
CLOCK_STEPS = 2
_RIGHT = (
    "right would be a file without such a gap, or one with a column of the capacity"
)


def check_within(where, time, voltage, counted, charge, remarks):
    """A missing stretch is borne if it is short, or if the count goes on through it."""
    dt = np.diff(time)
    duration = time[-1] - time[0]
    usual = np.median(dt)
    gaps = dt > max(GAP_STEPS * usual, GAP_SHARE * duration)
    # of few rows, one that shows in the voltage
    sparse = dt > max(LARGE_GAP_STEPS * usual, LARGEST_GAP * duration + usual)
    swing = np.abs(np.diff(voltage))
    gaps |= sparse & (swing > max(LEAST_JUMP, 2 * np.median(swing)))
    if not gaps.any():
        return
    worst = int(np.argmax(np.where(gaps, dt, 0)))
    missing = dt[gaps].sum()
    if counted is not None:
        by_count = np.diff(counted)[gaps].sum()
        by_current = np.diff(charge)[gaps].sum()
        if abs(by_count - by_current) < CONSTANT * by_current:
            remarks.append(
                f"no rows for {missing:.4g} s, through which the capacity goes on"
            )
            return
    sentence = (
        f"no rows from {time[worst] - time[0]:.4g} s to "
        f"{time[worst + 1] - time[0]:.4g} s while the current flows"
    )
    if missing > LARGEST_GAP * duration:
        raise DataFileError(f"{where}: {sentence}; {_RIGHT}")
    remarks.append(f"{sentence}; it is taken to go on")


def check_ends(curve, piece, pieces, where, lead, remarks):
    """A stretch without rows beside a half-cycle is refused if it may belong to it."""
    first, end = piece
    time = curve.time
    if first == 0:
        late = time[0] - lead
        if _is_gap(curve, piece, late):
            remarks.append(
                f"the time is {time[0]:.4g} s in its first row, and it is taken to "
                "begin there"
            )
    else:
        missing = time[first] - lead - time[first - 1]
        _check_end(curve, piece, pieces, where, (first - 1, missing), remarks)
    if end < len(time):
        missing = time[end] - time[end - 1]
        _check_end(curve, piece, pieces, where, (end, missing), remarks)


def _is_gap(curve, piece, missing):
    first, end = piece
    time = curve.time[first:end]
    usual = np.median(np.diff(time))
    whole = time[-1] - time[0] + missing
    return missing > max(LARGE_GAP_STEPS * usual, LARGEST_GAP * whole)


def _check_end(curve, piece, pieces, where, beyond, remarks):
    """See ``check_ends``; ``beyond`` is the row there, and the time without rows."""
    row, missing = beyond
    if not _is_gap(curve, piece, missing):
        return
    first, end = piece
    inner, side = (first, "before") if row < first else (end - 1, "after")
    sentence = f"no rows for {missing:.4g} s {side} it"
    passed = _passed_between(curve, piece, min(row, inner))
    if passed is not None and passed > LARGEST_GAP:
        remarks.append(f"{sentence}, in which the capacity goes on")
        return
    if passed is not None or any(a <= row < b for a, b in pieces):
        remarks.append(f"{sentence}, which are taken for a pause")
        return
    if same_current(curve, row, inner):
        raise DataFileError(f"{where}: {sentence} while the current flows; {_RIGHT}")
    # a rest may have few rows
    outer = row - 1 if row < first else row + 1
    if 0 <= outer < len(curve.time) and resting(curve)[outer]:
        usual = abs(curve.time[row] - curve.time[outer])
        if missing <= LARGE_GAP_STEPS * usual:
            return
    remarks.append(f"{sentence}, which are taken for a pause")


def _passed_between(curve, piece, row):
    """Counted charge from a row to the next, over that of the current; None if anew."""
    if curve.capacity is None:
        return None
    step = (curve.capacity[row + 1] - curve.capacity[row]) * _way(curve, piece)
    middle = curve.current[sum(piece) // 2]
    given = abs(middle) * (curve.time[row + 1] - curve.time[row]) / SECONDS_PER_HOUR
    # what goes the other way, or is more than could have passed, begins anew
    return float(step / given) if 0 <= step <= (1 + CONSTANT) * given else None


def lead_of(curve, piece, current, remarks):
    """Time for which the current had flowed in the first row, by the count [s]."""
    first, end = piece
    duration = curve.time[end - 1] - curve.time[first]
    if first == 0:
        # a clock that begins with the half-cycle, and a first row a moment later
        lead = float(curve.time[0])
        if 0 < lead <= CLOCK_STEPS * (curve.time[1] - lead):
            return lead
        counted = _counted_before(curve, piece, current)
        if lead > 0 and abs(counted - lead) <= CONSTANT * lead:
            return _told(lead, remarks)
        return 0.0
    before = curve.time[first] - curve.time[first - 1]
    if curve.since:
        return float(before) if before <= 0.02 * duration else 0.0
    if curve.capacity is None:
        return 0.0
    last, here = np.abs(curve.capacity[[first - 1, first]])
    step = abs(curve.capacity[first] - curve.capacity[first - 1])
    if not np.isfinite([last, here]).all():
        return 0.0
    lead = min(step, here) / current * SECONDS_PER_HOUR
    if lead <= min(0.02 * duration, before + 1e-9):
        return float(lead)
    usual = np.median(np.diff(curve.time[first:end]))
    counted = _counted_before(curve, piece, current)
    if before > LARGE_GAP_STEPS * usual and 0 < counted <= (1 + CONSTANT) * before:
        return _told(min(counted, before), remarks)
    return 0.0


def _told(lead, remarks):
    remarks.append(
        f"no rows for its first {lead:.4g} s, over which the capacity was counted"
    )
    return float(lead)


def _counted_before(curve, piece, current):
    """The count before the first row, if it went the way it goes on [s]."""
    if curve.capacity is None:
        return 0.0
    first, way = piece[0], _way(curve, piece)
    passed = curve.capacity[first]
    if first and (passed - curve.capacity[first - 1]) * way > 0:
        passed = passed - curve.capacity[first - 1]
    return float(max(passed * way, 0.0) / current * SECONDS_PER_HOUR)


def _way(curve, piece):
    """Whether the capacity of a half-cycle is counted up, 1, or down, -1."""
    steps = np.diff(curve.capacity[slice(*piece)])
    steps = steps[np.isfinite(steps) & (steps != 0)]
    return float(np.sign(np.median(steps))) if len(steps) else 0.0
