"""Dates as text: the order of day, month and year, and seconds since the first date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.readers.number_columns import Flags, Floats

DAY, HOUR = 86400.0, 3600.0
# an ambiguous order is decided if in one order only no step is longer than this number
# of median steps, and than this time [s]
LONGEST_STEPS, LONGEST_GAP = 20, 2 * HOUR
# the clock is changed by an hour on a Sunday of these months, until about 3 o'clock
_CHANGE_MONTHS, _CHANGE_UNTIL = (3, 4, 9, 10, 11), 3.1 * HOUR
_SUNDAY = 3  # day of the week of 1970-01-04, in days since 1970
_TIME = (
    r"(?:[\s,t_-]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2}(?:[.,:]\d+)?))?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>[+-]\d{2}:?\d{2}|z|[a-z]{2,4}[tc])?)?"
)
_YEAR_FIRST = r"(?P<a>\d{4})[-/.年](?P<b>\d{1,2})[-/.月](?P<c>\d{1,2})[日.]?"
_NUMBERS = r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{2})\.?"
_NAME = r"(?P<b>[^\W\d]{3,})\.?"
_DAY_NAME = rf"(?P<a>\d{{1,2}})[-\s./]*{_NAME}[-\s./,]*(?P<c>\d{{4}}|\d{{2}})"
_NAME_DAY = rf"{_NAME}[-\s]*(?P<a>\d{{1,2}}),?[-\s]+(?P<c>\d{{4}})"
_YEAR_NAME = rf"(?P<c>\d{{4}})[-\s./]*{_NAME}[-\s./]*(?P<a>\d{{1,2}})"
_COMPACT = (
    r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})"
    r"(?:[t\s_-]?(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2}(?:[.,]\d+)?))?(?P<zone>[+-]\d{2}:?\d{2}|z)?)?"
)
# each form with the orders it can have
_FORMS = {
    _YEAR_FIRST + _TIME: ("ymd",),
    _NUMBERS + _TIME: ("dmy", "mdy", "ymd"),
    _DAY_NAME + _TIME: ("dmy",),
    _NAME_DAY + _TIME: ("dmy",),
    _YEAR_NAME + _TIME: ("dmy",),
    _COMPACT: ("ymd",),
}
_SAMPLED_ROWS = 50
_WEEKDAY = r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)\w*[.,]*\s+"
# the time, or the year, in another place
_REORDERED = (
    (r"(?i)^(\d{1,2}:\d{2}(?::[\d.,]+)?(?:\s*[ap]m)?)[\s,]+(.+)$", r"\2 \1"),
    (r"^(\w{3,})\s+(\d{1,2})\s+([\d:.]+)\s+(\d{4})$", r"\1 \2 \4 \3"),
)
_MONTHS = (
    "jan ene gen",
    "feb fév fev",
    "mar mär mrz",
    "apr avr abr",
    "may mai mag",
    "jun juin giu",
    "jul juil lug",
    "aug aoû ago",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dez déc dic",
)
# names of zones that tell no offset, such as CET and CEST
_SUMMER_TIME = r"(?i)(?!utc|gmt)[a-z]{3,}"
# dates as one number of eight digits
_DIGITS = (19700101, 21000101)
_ORDER_NAMES = {"dmy": "day, month, year", "mdy": "month, day, year"}
_ORDER_NAMES["ymd"] = "year, month, day"


@dataclass(frozen=True)
class Dates:
    """Dates as they are written, one row each."""

    written: Floats  # the three numbers in their order, NaN where there is no date
    time_of_day: Floats  # [s]
    orders: tuple[str, ...]  # that are possible, the usual first
    have_zone: bool = False
    have_dots: bool = False  # between day, month and year

    @property
    def have_time(self) -> bool:
        """Whether any of them has a time of day."""
        return bool(np.any(np.nan_to_num(self.time_of_day)))

    @property
    def found(self) -> Flags:
        """The rows that are dates."""
        return np.asarray(np.isfinite(self.written).all(axis=1))


def parse(text: pd.Series) -> Dates:
    """The dates of a column of text."""
    sample = text.dropna().head(_SAMPLED_ROWS)
    form = _best_form(sample)
    if form is None:
        form = _best_form(_reordered(sample))
        text = text if form is None else _reordered(text)
    if form is None:
        nothing = np.full((len(text), 3), np.nan)
        return Dates(nothing, nothing[:, 0], ("ymd",))
    return _parsed(text.str.extract(f"^{form}$", flags=re.I), _FORMS[form])


def _best_form(sample: pd.Series) -> str | None:
    """The form of most of these texts, or None."""
    counts = {form: sample.str.fullmatch(form, flags=re.I).sum() for form in _FORMS}
    best = max(counts, key=lambda form: counts[form])
    return best if counts[best] else None


def _reordered(text: pd.Series) -> pd.Series:
    """Dates without the day of the week, and with the time after the year."""
    text = text.str.replace(_WEEKDAY, "", regex=True)
    for pattern, replacement in _REORDERED:
        text = text.str.replace(pattern, replacement, regex=True)
    return text


def _parsed(parts: pd.DataFrame, orders: tuple[str, ...]) -> Dates:
    """Dates from the parts of their text."""
    if orders == ("dmy",):
        parts["b"] = parts["b"].map(_month, na_action="ignore")
    written = np.column_stack([numbers(parts[name]) for name in "abc"])
    have_dots = "mark" in parts and bool((parts["mark"].dropna() == ".").all())
    short = parts["c"].str.len().eq(2).fillna(False).to_numpy(bool)
    if "ymd" in orders and len(orders) > 1 and not short.any():
        orders = tuple(order for order in orders if order != "ymd")
    time = np.zeros(len(parts))
    if "hour" not in parts:
        return Dates(written, time, orders, have_dots=have_dots)
    hour = numbers(parts["hour"])
    for name, size in (("hour", HOUR), ("minute", 60.0), ("second", 1.0)):
        time += np.nan_to_num(numbers(parts[name])) * size
    zones = parts["zone"].dropna() if "zone" in parts else pd.Series(dtype="string")
    have_zone = len(zones) > 0 and not zones.str.fullmatch(_SUMMER_TIME).any()
    if "half" in parts and parts["half"].notna().any():
        time += half_day(parts["half"].str.lower().str[0], hour)
    if have_zone:
        time -= _zone_offset(parts["zone"])
    return Dates(written, time, orders, have_zone, have_dots)


def _zone_offset(zone: pd.Series) -> Floats:
    """Seconds of an offset such as +02:00 or -0530; zero for Z."""
    parts = zone.str.extract(r"([+-])(\d{2}):?(\d{2})")
    size = numbers(parts[1]) * HOUR + numbers(parts[2]) * 60
    return np.nan_to_num(np.where(parts[0].eq("-").fillna(False), -size, size))


def numbers(text: pd.Series) -> Floats:
    """Numbers of a text, in which a comma or colon is before the decimals."""
    # parts of times repeat
    codes, different = pd.factorize(text)
    plain = pd.Series(different, dtype="string").str.replace("[,:]", ".", regex=True)
    values = pd.to_numeric(plain, errors="coerce").to_numpy(float, na_value=np.nan)
    return np.append(values, np.nan)[codes]


def _month(name: str) -> str | None:
    name = name.lower()
    places = (n for n, starts in enumerate(_MONTHS, 1) if _begins(name, starts))
    return next(map(str, places), None)


def _begins(name: str, starts: str) -> bool:
    return any(name.startswith(start) for start in starts.split())


def half_day(half: pd.Series, hour: Floats) -> Floats:
    """The seconds to add to a time of 12 hours, by the first letter of am or pm."""
    added = np.where(half.eq("p").fillna(False) & (hour < 12), 12 * HOUR, 0.0)
    return np.where(half.eq("a").fillna(False) & (hour == 12), -12 * HOUR, added)


def of_digits(values: Floats) -> Dates | None:
    """Dates written as one number, such as 20240504 or 20240504230000; else None."""
    finite = values[np.isfinite(values)]
    whole = len(finite) and (finite == np.floor(finite)).all()
    sizes = (1.0, 1e4, 1e6)
    low, high = _DIGITS
    if not whole or not any(
        (finite >= low * size).all() and (finite < high * size).all() for size in sizes
    ):
        return None
    dates = parse(pd.Series(values).map("{:.0f}".format))
    valid = np.isfinite(_absolute(dates, "ymd"))
    return dates if valid[np.isfinite(values)].all() else None


# -------------------------------------------------------------------- dates to seconds
def seconds(dates: Dates, title: str, path: Path) -> tuple[Floats, list[str]]:
    """
    Seconds since the first date, and remarks.

    An order of day, month and year is possible if every date exists in it and the time
    does not decrease. If several orders are possible, they have to give the same steps,
    or only one has no long step. Else the day is first with dots; others are refused.
    """
    possible = {order: _absolute(dates, order) for order in dates.orders}
    most = max(np.isfinite(time).sum() for time in possible.values())
    possible = {o: t for o, t in possible.items() if np.isfinite(t).sum() == most}
    differ = _differ(possible.values())
    forward = {o: t for o, t in possible.items() if not _runs_back(t)}
    possible = forward or possible
    changed = {o: t for o, t in possible.items() if _clock_changes(t).any()}
    possible = changed or possible
    if _differ(possible.values()):
        likely = {o: t for o, t in possible.items() if not _has_long_step(t)}
        if len(likely) == 1:
            possible = likely
        elif not dates.have_dots:
            names = " or ".join(_ORDER_NAMES[order] for order in possible)
            what = f'dates of "{title}" may be {names}'
            raise refusal(path, what, "2024-05-04 for 4 May 2024")
    order, time = next(iter(possible.items()))
    remarks = []
    if differ:
        remarks.append(f'dates of "{title}" are read as {_ORDER_NAMES[order]}')
    if not dates.have_zone:
        changes = _clock_changes(time)
        time = time - np.cumsum(changes)
        for way, is_way in (("back", changes < 0), ("forward", changes > 0)):
            if is_way.any():
                remarks.append(f'the clock of "{title}" is set {way} by 1 h')
    finite = time[np.isfinite(time)]
    return (time - finite[0] if len(finite) else time), remarks


def _absolute(dates: Dates, order: str) -> Floats:
    """Seconds since 1970 in an order of day, month and year; NaN if there is none."""
    year, month, day = (dates.written[:, order.index(name)] for name in "ymd")
    year = np.where(year < 70, year + 2000, np.where(year < 100, year + 1900, year))
    found = np.isfinite(year + month + day) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(found, (year - 1970) * 12 + month - 1, 0).astype(np.int64)
    start = months.astype("datetime64[M]")
    days = start.astype("datetime64[D]").astype(np.int64)
    length = (start + 1).astype("datetime64[D]").astype(np.int64) - days
    time = (days + day - 1) * DAY + dates.time_of_day
    return np.where(found & (day <= length), time, np.nan)


def since_1900(dates: Dates) -> Floats:
    """Durations of a spreadsheet that are written as dates of 1900 [s]; else NaN."""
    start = (np.datetime64("1899-12-31") - np.datetime64("1970-01-01")).astype(
        int
    ) * DAY
    time = _absolute(dates, dates.orders[0]) - start
    return np.where((time >= DAY) & (time < 366 * DAY), time, np.nan)


def _steps(time: Floats) -> Floats:
    return np.diff(time[np.isfinite(time)])


def _runs_back(time: Floats) -> bool:
    return bool((_steps(time - np.cumsum(_clock_changes(time))) < 0).any())


def _has_long_step(time: Floats) -> bool:
    steps = _steps(time)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    return bool(steps.max(initial=0.0) > max(LONGEST_STEPS * usual, LONGEST_GAP))


def _differ(times: Iterable[Floats]) -> bool:
    first, *others = (_steps(time) for time in times)
    return not all(np.allclose(first, other, rtol=0, atol=0.5) for other in others)


def _clock_changes(time: Floats) -> Floats:
    """The hour [s] by which summer time changes the clock before a row, or zero."""
    changes = np.zeros(len(time))
    rows = np.flatnonzero(np.isfinite(time))
    if len(rows) < 3:
        return changes
    values = time[rows]
    steps = np.diff(values)
    usual = float(np.median(np.abs(steps)))
    change = np.where((steps < 0) & (steps >= -HOUR), -HOUR, 0.0)
    change[np.abs(steps - HOUR - usual) <= 0.5 * min(usual, HOUR)] = HOUR
    days = (values[:-1] // DAY).astype(np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    sunday = days % 7 == _SUNDAY
    night = values[:-1] % DAY <= _CHANGE_UNTIL
    # before a step forward by an hour it is about 1 or 2 o'clock
    hours = values[:-1] % HOUR
    night &= (change <= 0) | (hours + usual >= HOUR - 1)
    valid = sunday & night & np.isin(months + 1, _CHANGE_MONTHS)
    changes[rows[1:]] = np.where(valid, change, 0.0)
    return changes
