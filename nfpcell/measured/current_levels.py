"""Where the current of a file changes, and where the cell rests.

A change is a difference between the medians of the rows before and after it that is
larger than the noise, so that single noisy rows are no change.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell.measured.steps import (
    Flags,
    Floats,
    Rows,
    follows,
    median_around,
    noise_of,
    runs,
)

# share of the largest current below which the cell rests; a noisy current whose mean
# is zero, or one that the file calls a rest, may reach the second share
REST_SHARE, NOISY_REST_SHARE = 1e-3, 0.05
# largest relative deviation of a constant current from its level
CONSTANT = 0.05
# a current differs if it deviates by more than this number of standard deviations
DEVIATIONS = 4
# rows of the medians before and after a change, and of the median around a row, which
# hides up to three noisy rows
EDGE_ROWS, SPIKE_ROWS = 5, 7
# noise over the current above which the medians have more rows, up to their square
EDGE_NOISE, MOST_EDGE = 0.1, 4
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
    share: float  # noise over the current where it flows


def current_levels(
    time: Floats, voltage: Floats, current: Floats, state: Floats | None, breaks: Flags
) -> CurrentLevels:
    """The levels of a current [A]; at ``breaks`` new half-cycles start anyway."""
    noise = noise_of(current)
    centre = median_around(current, SPIKE_ROWS)
    largest = float(np.abs(centre).max()) or float(np.abs(current).max())
    flows = np.abs(centre) > 0.3 * largest
    # a file may end after its first rows with a current
    ratios = noise[flows] / np.abs(centre[flows]) if flows.any() else np.zeros(1)
    share = float(np.percentile(ratios, 10))
    least = REST_SHARE * largest
    limit = np.maximum(np.maximum(0.1 * np.abs(centre), 5 * noise), least)
    first, end = runs(np.abs(current - centre) > limit)
    noisy = _is_noise(first, end, time, voltage, centre, noise)
    clean = current.copy()
    for begin, stop in zip(first[noisy], end[noisy], strict=True):
        ends = [begin - 1, stop]
        clean[begin:stop] = np.interp(time[begin:stop], time[ends], clean[ends])
    edges = breaks | _changes(clean, noise, least, share)
    real = np.concatenate([first[~noisy], end[~noisy]])
    edges[real[real < len(edges)]] = True
    resting = _resting(clean, voltage, noise, state, edges, largest)
    replaced = int((end - first)[noisy].sum())
    return CurrentLevels(clean, edges, resting, noise, replaced, share)


def _is_noise(
    first: Rows,
    end: Rows,
    time: Floats,
    voltage: Floats,
    centre: Floats,
    noise: Floats,
) -> Flags:
    """Which runs of deviating rows are noise: the voltage does not follow them."""
    if not len(first):
        return np.zeros(0, bool)
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


def _changes(current: Floats, noise: Floats, least: float, share: float) -> Flags:
    """Rows at which the level of the current changes; ``share`` of it is noise."""
    # the noise of a median falls with the root of its rows
    rows = int(EDGE_ROWS * np.clip(share / EDGE_NOISE, 1, MOST_EDGE) ** 2)
    rolling = pd.Series(current).rolling(rows, min_periods=1).median()
    before = np.asarray(rolling.shift(1).bfill(), float)
    reverse = pd.Series(current[::-1]).rolling(rows, min_periods=1).median()
    after = np.asarray(reverse, float)[::-1]
    level = np.maximum(np.abs(before), np.abs(after))
    deviation = DEVIATIONS * noise * np.sqrt(EDGE_ROWS / rows)
    limit = np.maximum(np.maximum(CONSTANT * level, deviation), least)
    change = np.abs(after - before)
    if rows > EDGE_ROWS:
        return _largest_ofruns(change, change > limit)
    step = np.abs(np.diff(current, prepend=current[0]))
    # the medians differ in some rows around a change, which is where the step is
    around = pd.Series(step).rolling(EDGE_ROWS, center=True, min_periods=1).max()
    largest = step >= np.asarray(around, float)
    clear = (step > limit) | (largest & (step > 0.5 * limit))
    return np.asarray((change > limit) & clear)


def _largest_ofruns(values: Floats, flags: Flags) -> Flags:
    """The row of the largest value in each run of rows with a flag."""
    largest = np.zeros(len(values), bool)
    for first, end in zip(*runs(flags), strict=True):
        largest[first + int(np.argmax(values[first:end]))] = True
    return largest


def _resting(
    current: Floats,
    voltage: Floats,
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
    # a current that the voltage follows is no noise
    doubtful = level.index[rests & (level > REST_SHARE * largest)]
    for segment in doubtful:
        rows_of_it = number == segment
        if follows(voltage[rows_of_it], current[rows_of_it]):
            rests[segment] = False
    return np.asarray(rests.reindex(number), bool)
