"""Columns of time as seconds: numbers, epochs, spreadsheet days, durations, dates."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.readers import dates
from nfpcell.measured.readers.dates import DAY, HOUR, Dates
from nfpcell.measured.readers.headings import Heading
from nfpcell.measured.readers.number_columns import Flags, Floats

# a step back is midnight if the step across it is at most this number of median steps,
# or this time [s]
MIDNIGHT_STEPS, MIDNIGHT_GAP = 20, 600.0
# it is a full hour, or leads to exactly zero, if it is at most this number of them; of
# more than the other number of its neighbours it leads to the first row of a step,
# which is one interval from zero
FIRST_INTERVAL, RESTART_STEPS = 1.5, 3
# numbers count from an epoch if the first is larger than this number of spans
FAR_FROM_ZERO = 20
# numbers with larger steps than this are not days
LARGEST_STEP = 0.05
# a unit other than s is likely if the median step is shorter than this time [s]
SHORTEST_STEP = 0.02
# ratios of units of time; two columns of time have other units if the ratio of their
# steps is this close to one of them
UNIT_RATIOS, CLOSE = (24.0, 60.0, 1e3, 1440.0, 3600.0, 6e4, 86400.0, 1e6, 3.6e6), 0.03
# a longer step of the clock than this number of median steps is a pause
PAUSE_STEPS = 20
_SAMPLED_ROWS, _LONGEST_TEXT = 200, 60


@dataclass(frozen=True)
class Epoch:
    """A date written as a number; the limits are about the years 2000 and 2100."""

    low: float
    high: float
    size: float  # of the unit [s]
    name: str


_SINCE_1970 = Epoch(9.46e8, 3.02e9, 1.0, "seconds since 1970")
EPOCHS = (
    _SINCE_1970,
    Epoch(3.02e9, 6.2e9, 1.0, "seconds since 1904"),
    Epoch(9.46e11, 4.11e12, 1e-3, "milliseconds since 1970"),
    Epoch(9.46e14, 4.11e15, 1e-6, "microseconds since 1970"),
    Epoch(9.46e17, 4.11e18, 1e-9, "nanoseconds since 1970"),
    Epoch(36526, 73051, DAY, "days of a spreadsheet, since 1900"),
    Epoch(730486, 767011, DAY, "days since the year 0"),
    Epoch(2451544, 2488070, DAY, "Julian days"),
    Epoch(1.25e17, 1.59e17, 1e-7, "steps of 100 ns since 1601"),
    Epoch(6.3e17, 6.63e17, 1e-7, "steps of 100 ns since the year 1"),
)
_MINUTE_SECOND = r"(?P<minutes>[0-5]?\d):(?P<seconds>[0-5]?\d{}"
_CLOCK = (
    r"(?:(?P<days>\d+)\s*(?:(?:d|days?|tage?)\s*,?|[-.:])\s*(?=[01]?\d:|2[0-3]:))?"
    r"(?P<hours>\d+):"
    + _MINUTE_SECOND.format(r"(?:[.,]\d*)?)\s*(?P<half>[ap]\.?m\.?)?")
)
_WITH_FRACTION = r"(?P<hours>\d+):" + _MINUTE_SECOND.format(r":\d{1,3})")
_WITH_MILLISECONDS = r"(?P<hours>\d+):" + _MINUTE_SECOND.format(r":\d{3})")
_MINUTES = r"(?P<minutes>\d+):(?P<seconds>[0-5]?\d[.,]\d+)"
_NUMBER = r"\d+(?:[.,]\d+)?"
_WORDS = (
    rf"(?=.*\d)p?(?:(?P<days>{_NUMBER})\s*d(?:ays?)?[\s,]*)?t?"
    rf"(?:(?P<hours>{_NUMBER})\s*h(?:r|rs|ours?)?[\s,]*)?"
    rf"(?:(?P<minutes>{_NUMBER})\s*m(?:ins?|inutes?)?[\s,]*)?"
    rf"(?:(?P<seconds>{_NUMBER})\s*s(?:ecs?|econds?)?)?"
)
# the parts of h:mm or mm:ss, as the heading says
_TWO_PARTS = {
    "h": r"(?P<hours>\d+):(?P<minutes>[0-5]?\d)",
    "m": r"(?P<minutes>\d+):(?P<seconds>[0-5]?\d)",
}
# time after which a form starts again from zero
_PERIODS = {_CLOCK: DAY, _TWO_PARTS["h"]: DAY, _MINUTES: HOUR, _TWO_PARTS["m"]: HOUR}
_SIZES = {"days": DAY, "hours": HOUR, "minutes": 60.0, "seconds": 1.0}


@dataclass(frozen=True)
class Times:
    """A column of time."""

    seconds: Floats  # since the first date, or from zero; NaN for other content
    remarks: list[str]  # how it was read, where it can be read in several ways
    dates: Dates | None = None  # if they have no time of day
    certain: bool = False  # whether its unit is given, by the heading or in each cell


def read(values: pd.Series, heading: Heading, path: Path) -> Times:
    """The seconds of a column of time."""
    values = values.reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(float, na_value=np.nan)
        text = pd.Series(dtype="string")
    else:
        text = values.astype("string").str.strip()
        text = text.where(text.str.len() <= _LONGEST_TEXT)
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(float, na_value=np.nan)
    if heading.quantity == "clock":
        calendar = dates.of_digits(numbers)
        if calendar is not None:
            return _of_dates(calendar, heading, path)
    unread = np.isnan(numbers)
    if not len(text) or not unread.any():
        return _of_numbers(numbers, heading)
    calendar = dates.parse(text)
    if calendar.found[unread].mean() > 0.5:
        return _of_dates(calendar, heading, path)
    found = _of_numbers(numbers, heading)
    durations = _durations(text, heading, path)
    # a spreadsheet writes durations of a day and more as dates of the year 1900
    left = unread & np.isnan(durations)
    durations[left] = dates.since_1900(dates.parse(text[left]))
    seconds = np.where(unread, durations, found.seconds)
    remarks = [*found.remarks]
    period = _period(text, heading) if heading.quantity != "step time" else 0.0
    if np.nanmax(seconds, initial=0.0) < period:
        seconds = _past_midnight(seconds, period, heading, remarks)
    return Times(seconds, remarks, certain=True)


def _of_dates(calendar: dates.Dates, heading: Heading, path: Path) -> Times:
    if not calendar.have_time:
        return Times(np.full(len(calendar.written), np.nan), [], calendar)
    return Times(*dates.seconds(calendar, heading.title, path), certain=True)


# ---------------------------------------------------------------------------- numbers
def _of_numbers(numbers: Floats, heading: Heading) -> Times:
    """Seconds of numbers in the unit of the heading, or since an epoch."""
    finite = numbers[np.isfinite(numbers)]
    title = heading.title
    # numbers under h:mm:ss are durations of a spreadsheet
    if ":" in heading.unit and len(finite):
        remark = f'"{title}" is read as days of a spreadsheet'
        return Times(numbers * DAY, [remark])
    epoch = _epoch(finite, heading) if len(finite) else None
    if epoch is not None:
        remarks = [f'"{title}" is read as {epoch.name}']
        if heading.unit and epoch.size == heading.factor:
            remarks = []
        seconds = (numbers - finite[0]) * epoch.size
        return Times(seconds, remarks, certain=True)
    remarks = []
    if not heading.unit:
        if heading.quantity == "clock" and len(finite):
            remarks.append(f'no unit is given; assumed is "{title}" s')
        steps = np.abs(np.diff(finite))
        if steps.any() and np.median(steps[steps > 0]) < SHORTEST_STEP:
            remarks.append(f'"{title}" has short steps: is it in min, h or days?')
    return Times(numbers * heading.factor, remarks, certain=bool(heading.unit))


def _epoch(finite: Floats, heading: Heading) -> Epoch | None:
    """The epoch from which numbers count; None if they count from zero."""
    low, high = float(finite.min()), float(finite.max())
    if heading.quantity != "clock" and low < FAR_FROM_ZERO * (high - low):
        return None
    size = heading.factor
    if heading.unit and _SINCE_1970.low <= low * size <= high * size < _SINCE_1970.high:
        return Epoch(low, high, size, _SINCE_1970.name)
    epoch = next((e for e in EPOCHS if e.low <= low <= high <= e.high), None)
    if epoch is None or epoch.size != DAY:
        return epoch
    steps = np.abs(np.diff(finite))
    usual = float(np.median(steps[steps > 0])) if steps.any() else 0.0
    # no measurement began 36526 h ago
    days = heading.factor in (DAY, HOUR) or not heading.unit
    return epoch if days and usual < LARGEST_STEP else None


# -------------------------------------------------------------------------- durations
def _patterns(heading: Heading) -> list[str]:
    """The forms of durations, the first match counts."""
    unit = heading.unit.lower()
    patterns = [_CLOCK, _WITH_MILLISECONDS, _MINUTES, _WORDS]
    if unit.startswith("h") and len(re.split("[:.]", unit)) == 4:
        patterns.insert(0, _WITH_FRACTION)
    if ":" in unit and unit[0] in _TWO_PARTS:
        patterns.append(_TWO_PARTS[unit[0]])
    return patterns


def _durations(text: pd.Series, heading: Heading, path: Path) -> Floats:
    """Seconds of durations and times of day; NaN for other content."""
    seconds = np.full(len(text), np.nan)
    for pattern in _patterns(heading):
        left = np.isnan(seconds)
        if left.any():
            seconds[left] = _matched(text[left], pattern)
    ambiguous = np.isnan(seconds) & _fits(text, _TWO_PARTS["h"])
    if ambiguous.any():
        example = text[ambiguous].iloc[0]
        what = f'column "{heading.title}": "{example}" may be h:mm or mm:ss'
        raise refusal(path, what, "h:mm:ss")
    return seconds


def _fits(text: pd.Series, pattern: str) -> Flags:
    fits = text.str.fullmatch(pattern, flags=re.I)
    return fits.fillna(False).to_numpy(bool)


def _period(text: pd.Series, heading: Heading) -> float:
    """The time after which the form of most rows starts again [s], or zero."""
    sample = text.dropna().head(_SAMPLED_ROWS)
    shares = {p: _fits(sample, p).sum() for p in _patterns(heading)}
    return _PERIODS.get(max(shares, key=lambda p: shares[p]), 0.0)


def _matched(text: pd.Series, pattern: str) -> Floats:
    """Seconds of the texts of one form; NaN for others."""
    parts = text.str.extract(f"^{pattern}$", flags=re.I)
    seconds, found = np.zeros(len(text)), np.zeros(len(text), bool)
    for name, size in _SIZES.items():
        if name in parts:
            numbers = dates.numbers(parts[name])
            found |= np.isfinite(numbers)
            seconds += np.nan_to_num(numbers) * size
    if "half" in parts:
        half = parts["half"].str.lower().str[0]
        seconds += dates.half_day(half, dates.numbers(parts["hours"]))
    return np.where(found, seconds, np.nan)


def _past_midnight(
    seconds: Floats, period: float, heading: Heading, remarks: list[str]
) -> Floats:
    """Times of day that go on after midnight, minutes that go on after a full hour."""
    finite = np.flatnonzero(np.isfinite(seconds))
    steps = np.diff(seconds[finite])
    if not (steps > 0).any():
        return seconds
    usual = float(np.median(steps[steps > 0]))
    limit = FIRST_INTERVAL * usual
    if period == DAY:
        limit = max(MIDNIGHT_STEPS * usual, MIDNIGHT_GAP)
    passed = (steps < 0) & (steps + period <= limit)
    # a time that restarts in each step also goes back at other times, or to its start
    start, missing, following = (
        seconds[finite[1:]],
        steps + period,
        np.append(steps[1:], 0),
    )
    beside = np.maximum(np.maximum(np.insert(steps[:-1], 0, 0), following), usual)
    to_zero = (start == 0) & (missing > FIRST_INTERVAL * usual)
    to_zero |= (start <= FIRST_INTERVAL * following) & (
        missing > RESTART_STEPS * beside
    )
    if not passed.any() or (passed != (steps < 0)).any() or (passed & to_zero).any():
        return seconds
    end = "midnight" if period == DAY else "a full hour"
    remarks.append(f'"{heading.title}" starts again at {end} and is added up')
    seconds = seconds.copy()
    seconds[finite[1:]] += period * np.cumsum(passed)
    return seconds


# ------------------------------------------------------------------------ two columns
def unit_error(time: Times, clock: Times) -> float | None:
    """The factor by which a time is too small by a clock, if it is one of units."""
    steps, by_clock = np.diff(time.seconds), np.diff(clock.seconds)
    forward = (steps > 0) & (by_clock >= 0)
    if not (by_clock > 0).any() or not forward.any():
        return None
    pause = PAUSE_STEPS * float(np.median(by_clock[by_clock > 0]))
    used = forward & (by_clock <= pause)
    ratio = float(by_clock[used].sum() / max(steps[used].sum(), 1e-300))
    factors = (f for unit in UNIT_RATIOS for f in (unit, 1 / unit))
    return next((f for f in factors if abs(ratio / f - 1) < CLOSE), None)


def with_dates(calendar: Dates, time: Times, title: str, path: Path) -> Times | None:
    """Times of day with their dates from another column; None for elapsed times."""
    next_day = (np.diff(calendar.written, axis=0) != 0).any(axis=1)
    if not next_day.any() or not np.isfinite(time.seconds).all():
        return None
    time_of_day = time.seconds % DAY
    steps = np.diff(time_of_day)
    usual = np.median(steps[steps > 0]) if (steps > 0).any() else 0.0
    # an elapsed time goes on at midnight with its usual step
    if (next_day & (steps >= 0) & (steps <= MIDNIGHT_STEPS * usual)).any():
        return None
    whole = replace(calendar, time_of_day=time_of_day)
    return Times(*dates.seconds(whole, title, path), certain=True)
