"""The charges and discharges at constant current in a time series."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.current_levels import CONSTANT
from nfpcell.measured.steps import (
    LEAST_SWING,
    Flags,
    counted_through,
    follows,
    jumps,
    long_steps,
    slopes,
)
from nfpcell.measured.time_series import LEAST_ROWS, Stretch, TimeSeries

# largest deviation of a noisy current from its level
LARGEST_BAND = 0.15
# a current that falls by this share at constant voltage is no longer constant
DECAYED = 0.01
PULSE_SHARE = 0.02
# rows of the median of a current, and the relative noise up to which they suffice
LEVEL_ROWS, LITTLE_NOISE = 5, 0.03


def constant_stretches(series: TimeSeries) -> list[Stretch]:
    """
    Stretches of constant current.

    A stretch ends where the current starts, stops, changes sign or jumps, and where the
    time restarts. A following stretch at constant voltage is left out.
    """
    edges = series.edges | _restarts(series)
    bounds = np.unique([0, *np.flatnonzero(edges), len(edges)])
    stretches, skipped = [], 0
    for first, end in itertools.pairwise(bounds.tolist()):
        if series.resting[first]:
            continue
        stretch = _constant_part(series, first, end)
        if stretch is None:
            skipped += 1
        else:
            stretches.append(stretch)
    if skipped:
        series.remarks.append(
            f"{skipped} stretches of changing current (such as at constant voltage), "
            f"or of fewer than {LEAST_ROWS} rows, are left out"
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
    if series.resting[row] or series.resting[other_row]:
        return False
    a, b = series.current[row], series.current[other_row]
    return bool(abs(a - b) <= CONSTANT * max(abs(a), abs(b)))


def _constant_part(series: TimeSeries, first: int, end: int) -> Stretch | None:
    """The rows of a stretch at its largest current; None if it is not constant."""
    if end - first < LEAST_ROWS:
        return None
    current = series.current[first:end]
    noise = float(np.median(series.noise[first:end]))
    share = noise / (abs(float(np.median(current))) or 1.0)
    rows = LEVEL_ROWS
    if share > LITTLE_NOISE:
        if follows(series.voltage[first:end], current):
            return None
        rows = int(min((share / LITTLE_NOISE) ** 2 * rows, (end - first) / 3))
        rows = max(rows, LEVEL_ROWS)
    rolling = pd.Series(current).rolling(rows, center=True, min_periods=1)
    smooth = np.abs(rolling.median().to_numpy(float))
    noise *= float(np.sqrt(LEVEL_ROWS / rows))
    level = float(np.percentile(smooth, 95))
    largest = LARGEST_BAND if rows == LEVEL_ROWS else 2 * LARGEST_BAND
    band = max(CONSTANT * level, min(5 * noise, largest * level))
    within = np.abs(smooth - level) <= band
    # the first rows may be below the level
    delay = int(np.argmax(within))
    outside = np.flatnonzero(~within[delay:])
    last = delay + int(outside[0]) if len(outside) else end - first
    if delay > max(3, 0.02 * (end - first)) or last - delay < LEAST_ROWS:
        return None
    # at constant voltage the decaying current is first within the band too
    voltage = series.voltage[first + delay : first + last]
    changing = np.flatnonzero(np.abs(voltage - voltage[-1]) > LEAST_SWING)
    hold = delay + (int(changing[-1]) + 1 if len(changing) else 0)
    if smooth[hold] - smooth[last - 1] > max(DECAYED * level, 3 * noise):
        fallen = smooth[hold:last] < smooth[hold] - max(
            0.2 * DECAYED * level, 1.5 * noise
        )
        last = hold + int(np.argmax(fallen))
    if last - delay < LEAST_ROWS:
        return None
    return Stretch(series, first + delay, first + last)


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
