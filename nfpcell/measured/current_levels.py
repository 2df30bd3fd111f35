"""Where the current of a file changes, and where the cell rests.

A change is a difference between the medians of the rows before and after it that is
larger than the noise, so that single noisy rows are no change.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell.measured.steps import Flags, Floats, Rows

# share of the largest current below which the cell rests; a noisy current whose mean
# is zero, or one that the file calls a rest, may reach the second share
REST_SHARE, NOISY_REST_SHARE = 1e-3, 0.05
# largest relative deviation of a constant current from its level
CONSTANT = 0.05
# a current differs if it deviates by more than this number of standard deviations
DEVIATIONS = 4
# rows of the medians before and after a change; of the median around a row, which
# hides up to three noisy rows; and of the noise around a row
EDGE_ROWS, SPIKE_ROWS, NOISE_ROWS = 5, 7, 21
# standard deviation of white noise over the median size of its second difference
_NOISE_OF_BEND = 0.605
# a voltage that changes by less than this does not follow a change of the current [V]
FOLLOWS = 5e-3


@dataclass(frozen=True)
class CurrentLevels:
    """A current without noisy rows, and its changes."""

    current: Floats  # sign as in the file [A]
    edges: Flags  # rows at which it starts, stops or changes
    resting: Flags  # rows without current
    noise: Floats  # standard deviation around each row [A]
    replaced: int  # number of noisy rows that were replaced


def current_levels(
    time: Floats, voltage: Floats, current: Floats, state: Floats | None, breaks: Flags
) -> CurrentLevels:
    """The levels of a current [A]; at ``breaks`` new half-cycles start anyway."""
    noise = noise_of(current)
    centre = _median(current, SPIKE_ROWS)
    largest = float(np.abs(centre).max()) or float(np.abs(current).max())
    least = REST_SHARE * largest
    limit = np.maximum(np.maximum(0.1 * np.abs(centre), 5 * noise), least)
    first, end = _runs(np.abs(current - centre) > limit)
    noisy = _is_noise(first, end, time, voltage, centre, noise)
    clean = current.copy()
    for begin, stop in zip(first[noisy], end[noisy], strict=True):
        ends = [begin - 1, stop]
        clean[begin:stop] = np.interp(time[begin:stop], time[ends], clean[ends])
    edges = breaks | _changes(clean, noise, least)
    real = np.concatenate([first[~noisy], end[~noisy]])
    edges[real[real < len(edges)]] = True
    resting = _resting(clean, noise, state, edges, largest)
    replaced = int((end - first)[noisy].sum())
    return CurrentLevels(clean, edges, resting, noise, replaced)


def noise_of(values: Floats) -> Floats:
    """Standard deviation of the noise from row to row, around each row."""
    if len(values) < 3:
        return np.zeros(len(values))
    bends = np.abs(np.diff(values, 2))
    bends = np.concatenate([bends[:1], bends, bends[-1:]])
    return _NOISE_OF_BEND * _median(bends, NOISE_ROWS)


def _median(values: Floats, rows: int) -> Floats:
    """Median over a number of rows around each row."""
    rolling = pd.Series(values).rolling(rows, center=True, min_periods=1)
    return np.asarray(rolling.median(), float)


def _runs(flags: Flags) -> tuple[Rows, Rows]:
    """First row of each run of rows with a flag, and the row after it."""
    steps = np.diff(np.concatenate([[0], flags.astype(int), [0]]))
    return np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)


def _is_noise(
    first: Rows,
    end: Rows,
    time: Floats,
    voltage: Floats,
    centre: Floats,
    noise: Floats,
) -> Flags:
    """Which runs of deviating rows are noise: the voltage does not follow them."""
    inside = (first > 0) & (end < len(time)) & (end - first <= SPIKE_ROWS // 2)
    before = np.where(inside, first - 1, 0)
    after = np.where(inside, end, 0)
    a, b = centre[before], centre[after]
    allowed = np.maximum(
        CONSTANT * np.maximum(np.abs(a), np.abs(b)), DEVIATIONS * noise[before]
    )
    same = inside & (np.abs(a - b) <= allowed)
    span = voltage[after] - voltage[before]
    with np.errstate(all="ignore"):
        slope = np.nan_to_num(span / (time[after] - time[before]))
    bend = np.zeros(len(first))
    for rows in (first, end - 1):
        line = voltage[before] + slope * (time[rows] - time[before])
        bend = np.maximum(bend, np.abs(voltage[rows] - line))
    quiet = np.maximum(5 * noise_of(voltage)[before], 0.3 * np.abs(span))
    return np.asarray(same & (bend <= np.maximum(FOLLOWS, quiet)))


def _changes(current: Floats, noise: Floats, least: float) -> Flags:
    """Rows at which the level of the current changes."""
    rolling = pd.Series(current).rolling(EDGE_ROWS, min_periods=1).median()
    before = np.asarray(rolling.shift(1).bfill(), float)
    reverse = pd.Series(current[::-1]).rolling(EDGE_ROWS, min_periods=1).median()
    after = np.asarray(reverse, float)[::-1]
    level = np.maximum(np.abs(before), np.abs(after))
    limit = np.maximum(np.maximum(CONSTANT * level, DEVIATIONS * noise), least)
    step = np.abs(np.diff(current, prepend=current[0]))
    # the medians differ in some rows around a change, which is where the step is
    around = pd.Series(step).rolling(3, center=True, min_periods=1).max()
    largest = step >= np.asarray(around, float)
    return np.asarray((np.abs(after - before) > limit) & largest & (step > 0.5 * limit))


def _resting(
    current: Floats,
    noise: Floats,
    state: Floats | None,
    edges: Flags,
    largest: float,
) -> Flags:
    """Rows between two changes whose mean current is zero."""
    number = np.cumsum(edges)
    rows = pd.DataFrame({"level": current, "noise": noise, "count": 1.0})
    rows["named"] = 0.0 if state is None else (state == 0).astype(float)
    grouped = rows.groupby(number)
    level = np.abs(grouped["level"].median())
    spread = grouped["noise"].median() / np.sqrt(grouped["count"].sum())
    # three standard errors of a median
    allowed = np.minimum(3.75 * spread, NOISY_REST_SHARE * largest)
    if state is not None and state.any():
        named = grouped["named"].mean() > 0.5
        allowed = allowed.where(~named, NOISY_REST_SHARE * largest)
    rests = level <= np.maximum(allowed, REST_SHARE * largest)
    return np.asarray(rests.reindex(number), bool)
