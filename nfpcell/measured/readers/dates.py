"""Dates as text: the order of day, month and year, and seconds since the first date."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.readers.number_columns import Flags, Floats

DAY, HOUR = 86400.0, 3600.0
# where the order is ambiguous, it is decided by a gap of at most one day in one order
# and a longer one in all others
LONGEST_GAP = DAY * 1.01
# the clock is set back by an hour on a Sunday of these months, until about 3 o'clock
_SET_BACK_MONTHS, _SET_BACK_UNTIL = (3, 4, 9, 10, 11), 3.1 * HOUR
_MOST_SET_BACKS = 20
_SUNDAY = 3  # day of the week of 1970-01-04, in days since 1970
_TIME = (
    r"(?:[\s,t_-]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2}(?:[.,:]\d+)?))?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = r"(?P<a>\d{4})[-/.年](?P<b>\d{1,2})[-/.月](?P<c>\d{1,2})日?"
_NUMBERS = r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{2})\.?"
_NAME = r"(?P<b>[^\W\d]{3,})\.?"
_DAY_NAME = rf"(?P<a>\d{{1,2}})[-\s./]*{_NAME}[-\s./,]*(?P<c>\d{{4}}|\d{{2}})"
_NAME_DAY = rf"{_NAME}[-\s]*(?P<a>\d{{1,2}}),?[-\s]+(?P<c>\d{{4}})"
_COMPACT = (
    r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})"
    r"(?:[t\s_-]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
)
# each form with the orders it can have
_FORMS = (
    (_YEAR_FIRST + _TIME, ("ymd",)),
    (_NUMBERS + _TIME, ("dmy", "mdy", "ymd")),
    (_DAY_NAME + _TIME, ("dmy",)),
    (_NAME_DAY + _TIME, ("dmy",)),
    (_COMPACT, ("ymd",)),
)
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
    have_time: bool = True  # whether any of them has a time of day
    have_zone: bool = False

    @property
    def found(self) -> Flags:
        """The rows that are dates."""
        return np.asarray(np.isfinite(self.written).all(axis=1))


def parse(text: pd.Series) -> Dates:
    """The dates of a column of text."""
    best = _best_form(text)
    if not best.found.any() and len(text):
        other = text.str.replace(_WEEKDAY, "", regex=True)
        for pattern, replacement in _REORDERED:
            other = other.str.replace(pattern, replacement, regex=True)
        best = _best_form(other)
    return best


def _best_form(text: pd.Series) -> Dates:
    nothing = np.full((len(text), 3), np.nan)
    best = Dates(nothing, nothing[:, 0], ("ymd",))
    for form, orders in _FORMS:
        # most columns have one form
        if not text.head(50).str.fullmatch(form, flags=re.I).fillna(False).any():
            continue
        parsed = _parsed(text.str.extract(f"^{form}$", flags=re.I), orders)
        if parsed.found.sum() > best.found.sum():
            best = parsed
    return best


def _parsed(parts: pd.DataFrame, orders: tuple[str, ...]) -> Dates:
    """Dates from the parts of their text."""
    if orders == ("dmy",):
        parts["b"] = parts["b"].map(_month, na_action="ignore")
    written = np.column_stack([numbers(parts[name]) for name in "abc"])
    # dots are between day, month and year only in this order
    if "mark" in parts and (parts["mark"].dropna() == ".").all():
        orders = ("dmy", "ymd", "mdy")
    short = parts["c"].str.len().eq(2).fillna(False).to_numpy(bool)
    if "ymd" in orders and len(orders) > 1 and not short.any():
        orders = tuple(order for order in orders if order != "ymd")
    time = np.zeros(len(parts))
    if "hour" not in parts:
        return Dates(written, time, orders, have_time=False)
    hour = numbers(parts["hour"])
    for name, size in (("hour", HOUR), ("minute", 60.0), ("second", 1.0)):
        time += np.nan_to_num(numbers(parts[name])) * size
    have_zone = False
    if "half" in parts:
        time += half_day(parts["half"].str.lower().str[0], hour)
        zone = parts["zone"].str.lower()
        have_zone = bool(zone.notna().any())
        hours = numbers(zone.str.extract(r"([+-]\d{2})")[0])
        minutes = numbers(zone.str.extract(r"[+-]\d{2}:?(\d{2})")[0])
        offset = np.abs(np.nan_to_num(hours)) * HOUR + np.nan_to_num(minutes) * 60
        time -= offset * np.where(zone.str.startswith("-").fillna(False), -1, 1)
    return Dates(written, time, orders, bool(np.isfinite(hour).any()), have_zone)


def numbers(text: pd.Series) -> Floats:
    """Numbers of a text, in which a comma or colon is before the decimals."""
    plain = text.astype("string").str.replace("[,:]", ".", regex=True)
    return pd.to_numeric(plain, errors="coerce").to_numpy(float, na_value=np.nan)


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
    does not decrease. If several are, they have to give the same times, or gaps of more
    than a day in all orders except one.
    """
    possible = {order: _absolute(dates, order) for order in dates.orders}
    most = max(np.isfinite(time).sum() for time in possible.values())
    possible = {o: t for o, t in possible.items() if np.isfinite(t).sum() == most}
    dots = dates.orders[0] == "dmy" and dates.orders[-1] == "mdy"
    in_order = {o: t for o, t in possible.items() if dots or not _runs_back(t)}
    possible = in_order or possible
    order, time = next(iter(possible.items()))
    different = [t for t in possible.values() if not _same(time, t)]
    if different and not dots:
        short = {o: t for o, t in possible.items() if _longest(t) <= LONGEST_GAP}
        if len(short) != 1:
            names = " or ".join(_ORDER_NAMES[o] for o in possible)
            what = f'dates of "{title}" may be {names}'
            raise refusal(path, what, "2024-05-04 for 4 May 2024")
        order, time = next(iter(short.items()))
    remarks = []
    if len(dates.orders) > 1:
        remarks.append(f'dates of "{title}" are read as {_ORDER_NAMES[order]}')
    if not dates.have_zone:
        time, changes = _without_set_back(time)
        if changes:
            remarks.append(f'in "{title}" the clock is set back by 1 h')
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


def days_of_1900(dates: Dates) -> Floats:
    """Durations of a spreadsheet that are written as dates of 1900 [s]."""
    time = _absolute(dates, dates.orders[0])
    start = (np.datetime64("1899-12-31") - np.datetime64("1970-01-01")).astype(
        int
    ) * DAY
    return np.asarray(time - start)


def _steps(time: Floats) -> Floats:
    return np.diff(time[np.isfinite(time)])


def _runs_back(time: Floats) -> bool:
    return bool((_steps(_without_set_back(time)[0]) < 0).any())


def _longest(time: Floats) -> float:
    return float(_steps(time).max(initial=0.0))


def _same(time: Floats, other: Floats) -> bool:
    return bool(np.allclose(_steps(time), _steps(other), rtol=0, atol=0.5))


def _without_set_back(time: Floats) -> tuple[Floats, int]:
    """The time without the hour by which summer time ends, and how often it ends."""
    finite = np.flatnonzero(np.isfinite(time))
    values = time[finite]
    steps = np.diff(values)
    back = np.flatnonzero((steps < 0) & (steps >= -HOUR))
    if not len(back) or len(back) > _MOST_SET_BACKS:
        return time, 0
    days = (values[back] // DAY).astype(np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    sunday = days % 7 == _SUNDAY
    night = values[back] % DAY <= _SET_BACK_UNTIL
    back = back[sunday & night & np.isin(months + 1, _SET_BACK_MONTHS)]
    passed = np.zeros(len(values))
    passed[back + 1] = HOUR
    time = time.copy()
    time[finite] += np.cumsum(passed)
    return time, len(back)
