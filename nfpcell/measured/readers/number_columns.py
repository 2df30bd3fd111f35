"""Columns of text as numbers: plain ones, times as h:mm:ss, dates, and states."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# some programs write such sizes for "no value"
_NO_VALUE = 1e30
_DATE = r"\d[-/.年]\d{1,2}[-/.月]\d"
_FEW_DATES = 100_000
# parts of a word for the state of a cell
_DISCHARGE = ("dchg", "dis", "dch", "entlad", "放电", "décharge")
_CHARGE = ("chg", "charge", "cha", "laden", "充电")


def plain_numbers(values: pd.Series, quantity: str) -> Floats:
    """
    A column as numbers, NaN where there is none.

    Of a time, h:mm:ss and dates become seconds.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(float, na_value=np.nan)
    else:
        text = values.astype("string").str.strip()
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(float, na_value=np.nan)
        if "time" in quantity or quantity == "clock":
            unread = np.isnan(numbers)
            if unread.any():
                numbers = numbers.copy()
                numbers[unread] = _seconds(text[unread])
    return np.where(np.abs(numbers) > _NO_VALUE, np.nan, numbers)


def _seconds(text: pd.Series) -> Floats:
    """Times as text in seconds: h:mm:ss, days before it, or dates."""
    parts = text.str.extract(
        r"^(?:(?P<days>\d+)\s*(?:d|days?|-|\.)\s*)?"
        r"(?P<hours>\d+):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:[.,:]\d+)?)$"
    )
    parts["seconds"] = parts["seconds"].str.replace("[,:]", ".", regex=True)
    sizes = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    seconds = np.zeros(len(text))
    for name, size in sizes.items():
        numbers = pd.to_numeric(parts[name], errors="coerce").fillna(0)
        seconds = seconds + numbers.to_numpy(float) * size
    seconds = np.where(parts["hours"].isna().to_numpy(bool), np.nan, seconds)
    if not np.isfinite(seconds).any() and len(text):
        return _dates(text)
    return seconds


def _dates(text: pd.Series) -> Floats:
    """Dates in seconds from the first; month before day unless that runs backwards."""
    best = np.full(len(text), np.nan)
    if not text.str.contains(_DATE, regex=True).fillna(False).any():
        return best
    # pandas takes the format of the first date; of mixed formats each is parsed alone
    mixed = text.str.len().nunique() > 1 and len(text) <= _FEW_DATES
    for day_first in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                dates = pd.to_datetime(
                    text,
                    errors="coerce",
                    dayfirst=day_first,
                    format="mixed" if mixed else None,
                    utc=True,
                )
            except (ValueError, TypeError, OverflowError):
                continue
        known = dates.notna().to_numpy()
        if not known.any():
            continue
        elapsed = dates - dates[known].iloc[0]
        seconds = np.asarray(elapsed.dt.total_seconds(), float)
        if np.isfinite(seconds).sum() > np.isfinite(best).sum():
            best = seconds
        if (np.diff(seconds[known]) >= 0).all():
            return seconds
    return best


def state_signs(states: pd.Series) -> NDArray[np.int64]:
    """The direction that each word gives: 1 for charge, -1 for discharge, else 0."""
    codes, words = pd.factorize(states.astype("string"))
    signs = np.array([_sign(str(word)) for word in words] + [0])
    return signs[codes]


def _sign(word: str) -> int:
    word = word.strip().lower()
    if word in ("d", "dis", "dch", "dc") or any(part in word for part in _DISCHARGE):
        return -1
    if word in ("c", "cha") or any(part in word for part in _CHARGE):
        return 1
    return 0
