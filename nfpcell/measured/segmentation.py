"""The charges and discharges at constant current in a time series."""

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

# largest deviation of a constant current from its level, and that of a noisy current
CONSTANT, LARGEST_BAND = 0.05, 0.15
# a current that falls by this share at constant voltage is no longer constant
DECAYED = 0.01
PULSE_SHARE = 0.02
# least share of the charge for which the voltage gives the same sign of the current
AGREED = 0.9
LEAST_SWING = 2e-3  # V
# direction of a positive current
_SIGNS: dict[str | None, int] = {"charge": 1, "discharge": -1}


def constant_stretches(series: TimeSeries) -> list[Stretch]:
    """
    Stretches of constant current.

    A stretch ends where the current starts, stops, changes sign or jumps, and where the
    time restarts. A following stretch at constant voltage is left out.
    """
    size = np.abs(series.current)
    flowing = np.sign(series.current) * ~series.resting
    edges = np.zeros(len(size), bool)
    edges[1:] = np.diff(flowing) != 0
    # a jump of the current that is larger than the noise
    step = np.abs(np.diff(size, prepend=size[0]))
    level = np.maximum(size, np.roll(size, 1))
    noise = _noise(size, flowing)
    edges |= (step > np.maximum(CONSTANT * level, 4 * noise)) & (flowing != 0)
    edges |= series.breaks | _restarts(series)
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
            f"{skipped} stretches of changing current (such as at constant voltage) "
            "are left out"
        )
    if not stretches:
        what = f"has no stretch of constant current of at least {LEAST_ROWS} rows"
        raise refusal(series.path, what, "a charge or discharge at constant current")
    return stretches


def _restarts(series: TimeSeries) -> Flags:
    """
    Rows after a gap at which a second half-cycle of the same direction starts.

    There the voltage has jumped back, and then changes in the same direction again.
    """
    restarts = np.zeros(len(series.time), bool)
    gaps = long_steps(series.time)
    if gaps.any():
        steps = np.diff(series.voltage)
        before, after = slopes(steps)
        back = (before * after > 0) & (before * steps < 0)
        restarts[1:] = gaps & back & jumps(steps)
        if series.capacity is not None:
            restarts &= ~counted_through(series.time, series.current, series.capacity)
    return restarts


def same_current(series: TimeSeries, row: int, other_row: int) -> bool:
    """Whether two rows have the same current, other than zero."""
    a, b = series.current[row], series.current[other_row]
    level = max(abs(a), abs(b))
    return bool(level > series.rest_limit and abs(a - b) <= CONSTANT * level)


def _noise(size: Floats, flowing: Floats) -> float:
    """Noise of the current from row to row, without rests [A]."""
    bends = np.abs(np.diff(size, 2))
    same = (flowing[1:-1] != 0) & (flowing[:-2] == flowing[2:])
    return float(0.9 * np.median(bends[same])) if same.any() else 0.0


def _constant_part(
    series: TimeSeries, first: int, end: int, noise: float
) -> Stretch | None:
    """The rows of a stretch at its largest current; None if it is not constant."""
    smooth = series.smooth_size
    level = float(np.percentile(smooth[first:end], 95))
    band = max(CONSTANT * level, min(3 * noise, LARGEST_BAND * level))
    within = np.abs(smooth[first:end] - level) <= band
    # the first rows may be below the level
    delay = int(np.argmax(within))
    outside = np.flatnonzero(~within[delay:])
    begin = first + delay
    last = begin + int(outside[0]) if len(outside) else end
    if delay > max(3, 0.02 * (end - first)) or last - begin < LEAST_ROWS:
        return None
    # at constant voltage the decaying current is first within the band too
    voltage = series.voltage[begin:last]
    changing = np.flatnonzero(np.abs(voltage - voltage[-1]) > LEAST_SWING)
    hold = begin + (int(changing[-1]) + 1 if len(changing) else 0)
    if smooth[hold] - smooth[last - 1] > max(DECAYED * level, 2 * noise):
        fallen = smooth[hold:last] < smooth[hold] - max(0.2 * DECAYED * level, noise)
        last = hold + int(np.argmax(fallen))
    return Stretch(series, begin, last) if last - begin >= LEAST_ROWS else None


def without_pulses(series: TimeSeries, stretches: list[Stretch]) -> list[Stretch]:
    """The numbered stretches without pulses, which pass little charge."""
    size = np.abs(series.current)
    passed = [np.trapezoid(size[s.rows], s.time) for s in stretches]
    least = PULSE_SHARE * max(passed)
    long = [s for s, charge in zip(stretches, passed, strict=True) if charge >= least]
    if len(long) < len(stretches):
        series.remarks.append(
            f"{len(stretches) - len(long)} pulses of less than {100 * PULSE_SHARE:g} % "
            "of the largest half-cycle are left out"
        )
    return [replace(stretch, number=k) for k, stretch in enumerate(long, start=1)]


# ---------------------------------------------------------------------------- the sign
def current_sign(
    series: TimeSeries, stretches: list[Stretch], given: Direction | None
) -> int:
    """1 if a positive current charges, -1 if it discharges, 0 if it has no sign."""
    path, agree, total = series.path, 0.0, 0.0
    for stretch in stretches:
        if abs(stretch.swing) < LEAST_SWING:
            continue
        current = stretch.middle_current
        weight = abs(current) * stretch.duration
        total += weight
        agree += weight if stretch.swing * current > 0 else 0.0
    given_sign = _SIGNS.get(given, 0)
    choice = 'sign="charge" or sign="discharge"'
    if total == 0:
        if given_sign:
            return given_sign
        raise refusal(
            path,
            "the voltage is nearly constant, so charge and discharge look the same",
            f"{choice}, the half-cycle with the positive current",
        )
    share = agree / total
    if not (share >= AGREED or share <= 1 - AGREED):
        if (series.current >= 0).all() or (series.current <= 0).all():
            return 0
        if given_sign:
            return given_sign
        raise refusal(
            path,
            f"the voltage rises under a positive current in {100 * share:.0f} % of the "
            "charge and falls in the rest, so the meaning of the sign is unknown",
            choice,
        )
    sign = 1 if share >= AGREED else -1
    if given_sign not in (0, sign):
        positive = "charge" if sign > 0 else "discharge"
        raise refusal(
            path,
            f'sign="{given}" contradicts the voltage, which shows that a positive '
            f"current is a {positive}",
            f'sign="{positive}", or no sign',
        )
    return sign


def direction_of(stretch: Stretch, sign: int, remarks: list[str]) -> Direction:
    """Direction of a stretch; ``sign`` is as of ``current_sign``."""
    swing = stretch.swing
    if sign == 0:
        remarks.append("the current has no sign; the direction is that of the voltage")
        return "charge" if swing > 0 else "discharge"
    charges = stretch.middle_current * sign > 0
    direction: Direction = "charge" if charges else "discharge"
    remark = f"a positive current is a {'charge' if sign > 0 else 'discharge'}"
    if abs(swing) >= LEAST_SWING and (swing > 0) != charges:
        remark += (
            f", but the voltage of this {direction} changes in the wrong direction"
        )
    remarks.append(remark)
    return direction
