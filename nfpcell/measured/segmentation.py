"""Where a curve is a charge or discharge at constant current, and which of them."""

import itertools
from dataclasses import replace

import numpy as np

from nfpcell.cell.validation import Direction
from nfpcell.errors import refusal
from nfpcell.measured.steps import (
    Flags,
    Floats,
    counted_through,
    jumps,
    long_steps,
    slopes,
)
from nfpcell.measured.time_series import LEAST_ROWS, Stretch, TimeSeries

# a current within this share of its level is constant; the limit for a noisy one
CONSTANT, LARGEST_BAND = 0.05, 0.15
# a current that has lost this share at constant voltage is no longer constant
DECAYED = 0.01
PULSE_SHARE = 0.02
# share of the charge that has to agree on the sign of the current
AGREED = 0.9
LEAST_SWING = 2e-3  # V
# direction of a positive current
_SIGNS: dict[str | None, int] = {"charge": 1, "discharge": -1}


def constant_stretches(series: TimeSeries) -> list[Stretch]:
    """
    Stretches of constant current.

    Cut where the current begins, ends or turns, where it jumps to another level, and
    where the time starts anew; what follows at constant voltage is left out.
    """
    size = np.abs(series.current)
    flowing = np.sign(series.current) * ~series.resting
    edges = np.zeros(len(size), bool)
    edges[1:] = np.diff(flowing) != 0
    # a jump of the level that is more than noise and the resolution of the column
    step = np.abs(np.diff(size, prepend=size[0]))
    level = np.maximum(size, np.roll(size, 1))
    noise = _noise(size, flowing)
    edges |= (step > np.maximum(CONSTANT * level, 4 * noise)) & (flowing != 0)
    edges |= series.breaks | _beginnings(series)
    bounds = np.unique([0, *np.flatnonzero(edges), len(size)])
    stretches, skipped = [], 0
    for first, end in itertools.pairwise(bounds.tolist()):
        if flowing[first] == 0 or end - first < LEAST_ROWS:
            continue
        stretch = _constant_part(series, first, end, noise)
        if stretch is None:
            skipped += 1
        else:
            stretches.append(stretch)
    if skipped:
        series.remarks.append(
            f"{skipped} stretches of changing current, as at constant voltage, are "
            "left out"
        )
    if not stretches:
        what = f"has no stretch of constant current of at least {LEAST_ROWS} rows"
        raise refusal(series.path, what, "a charge or discharge at constant current")
    return stretches


def _beginnings(series: TimeSeries) -> Flags:
    """
    Rows after a stretch without rows that another half-cycle of the current begins.

    The voltage is back where it came from, and goes the same way again.
    """
    beginnings = np.zeros(len(series.time), bool)
    gaps = long_steps(series.time)
    if gaps.any():
        steps = np.diff(series.voltage)
        before, after = slopes(steps)
        back = (before * after > 0) & (before * steps < 0)
        beginnings[1:] = gaps & back & jumps(steps)
        if series.capacity is not None:
            beginnings &= ~counted_through(series.time, series.current, series.capacity)
    return beginnings


def same_current(series: TimeSeries, row: int, other_row: int) -> bool:
    """Whether two rows have one current, that is not zero."""
    a, b = series.current[row], series.current[other_row]
    level = max(abs(a), abs(b))
    return bool(level > series.rest_limit and abs(a - b) <= CONSTANT * level)


def _noise(size: Floats, flowing: Floats) -> float:
    """Scatter of the current from row to row while it flows [A]."""
    bends = np.abs(np.diff(size, 2))
    same = (flowing[1:-1] != 0) & (flowing[:-2] == flowing[2:])
    return float(0.9 * np.median(bends[same])) if same.any() else 0.0


def _constant_part(
    series: TimeSeries, first: int, end: int, noise: float
) -> Stretch | None:
    """The rows of a stretch at its largest current; None if that is no level."""
    smooth = series.smooth_size
    level = float(np.percentile(smooth[first:end], 95))
    band = max(CONSTANT * level, min(3 * noise, LARGEST_BAND * level))
    within = np.abs(smooth[first:end] - level) <= band
    # a row or two until the current has its level
    delay = int(np.argmax(within))
    outside = np.flatnonzero(~within[delay:])
    begin = first + delay
    last = begin + int(outside[0]) if len(outside) else end
    if delay > max(3, 0.02 * (end - first)) or last - begin < LEAST_ROWS:
        return None
    # a current that decays at constant voltage is within the band for a while too
    voltage = series.voltage[begin:last]
    away = np.flatnonzero(np.abs(voltage - voltage[-1]) > LEAST_SWING)
    held = begin + (int(away[-1]) + 1 if len(away) else 0)
    if smooth[held] - smooth[last - 1] > max(DECAYED * level, 2 * noise):
        fallen = smooth[held:last] < smooth[held] - max(0.2 * DECAYED * level, noise)
        last = held + int(np.argmax(fallen))
    return Stretch(series, begin, last) if last - begin >= LEAST_ROWS else None


def without_pulses(series: TimeSeries, stretches: list[Stretch]) -> list[Stretch]:
    """The stretches, numbered; those of next to no charge, as pulses, are left out."""
    size = np.abs(series.current)
    passed = [np.trapezoid(size[s.rows], s.time) for s in stretches]
    least = PULSE_SHARE * max(passed)
    kept = [s for s, charge in zip(stretches, passed, strict=True) if charge >= least]
    if len(kept) < len(stretches):
        series.remarks.append(
            f"{len(stretches) - len(kept)} pulses of less than {100 * PULSE_SHARE:g} % "
            "of the largest half-cycle are left out"
        )
    return [replace(stretch, number=k) for k, stretch in enumerate(kept, start=1)]


# ---------------------------------------------------------------------------- the sign
def current_sign(
    series: TimeSeries, stretches: list[Stretch], given: Direction | None
) -> int:
    """
    Which half-cycle a positive current is: 1 charge, -1 discharge, 0 if it has no sign.
    """
    path, agree, whole = series.path, 0.0, 0.0
    for stretch in stretches:
        if abs(stretch.swing) < LEAST_SWING:
            continue
        current = stretch.middle_current
        weight = abs(current) * stretch.duration
        whole += weight
        agree += weight if stretch.swing * current > 0 else 0.0
    given_sign = _SIGNS.get(given, 0)
    choice = 'sign="charge" or sign="discharge"'
    if whole == 0:
        if given_sign:
            return given_sign
        raise refusal(
            path,
            "the voltage hardly changes, so that charge and discharge look the same",
            f"{choice}, the half-cycle with the positive current",
        )
    share = agree / whole
    if not (share >= AGREED or share <= 1 - AGREED):
        if (series.current >= 0).all() or (series.current <= 0).all():
            return 0
        if given_sign:
            return given_sign
        raise refusal(
            path,
            f"the voltage rises under a positive current in {100 * share:.0f} % of the "
            "charge and falls in the rest, so that its sign is not known",
            choice,
        )
    sign = 1 if share >= AGREED else -1
    if given_sign not in (0, sign):
        positive = "charge" if sign > 0 else "discharge"
        raise refusal(
            path,
            f'sign="{given}" contradicts the voltage, by which a positive current is a '
            f"{positive}",
            f'sign="{positive}", or none',
        )
    return sign


def direction_of(stretch: Stretch, sign: int, remarks: list[str]) -> Direction:
    """Direction of a stretch, by the sign of a charging current, 0 if there is none."""
    swing = stretch.swing
    if sign == 0:
        remarks.append("the current has no sign; the direction is that of the voltage")
        return "charge" if swing > 0 else "discharge"
    charges = stretch.middle_current * sign > 0
    direction: Direction = "charge" if charges else "discharge"
    remark = f"a positive current is a {'charge' if sign > 0 else 'discharge'}"
    if abs(swing) >= LEAST_SWING and (swing > 0) != charges:
        remark += f", though the voltage of this {direction} goes the other way"
    remarks.append(remark)
    return direction
