"""Conversion of columns of text to numbers: numbers, times, dates and states."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# some programs write numbers above this limit for "no value"
_NO_VALUE = 1e30
_DATE = r"\d[-/.年]\d{1,2}[-/.月]\d"
_FEW_DATES = 100_000
# parts of a word for the state of a cell
_DISCHARGE = ("dchg", "dis", "dch", "entlad", "放电", "décharge")
_CHARGE = ("chg", "charge", "cha", "laden", "充电")


def plain_numbers(values: pd.Series, quantity: str) -> Floats:
    """
    A column as numbers, with NaN for other content.

    Times such as h:mm:ss and dates are converted to seconds.
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
    """Seconds of times as text: h:mm:ss, with or without days, or dates."""
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
    """Seconds since the first date; month before day unless the time would decrease."""
    best = np.full(len(text), np.nan)
    if not text.str.contains(_DATE, regex=True).fillna(False).any():
        return best
    # pandas uses the format of the first date, unless the format is "mixed"
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
        parsed = dates.notna().to_numpy()
        if not parsed.any():
            continue
        elapsed = dates - dates[parsed].iloc[0]
        seconds = np.asarray(elapsed.dt.total_seconds(), float)
        if np.isfinite(seconds).sum() > np.isfinite(best).sum():
            best = seconds
        if (np.diff(seconds[parsed]) >= 0).all():
            return seconds
    return best


def state_signs(states: pd.Series) -> NDArray[np.int64]:
    """The direction of each state: 1 for charge, -1 for discharge, else 0."""
    codes, names = pd.factorize(states.astype("string"))
    signs = np.array([_sign(str(name)) for name in names] + [0])
    return signs[codes]


def _sign(state: str) -> int:
    state = state.strip().lower()
    if state in ("d", "dis", "dch", "dc") or any(part in state for part in _DISCHARGE):
        return -1
    if state in ("c", "cha") or any(part in state for part in _CHARGE):
        return 1
    return 0
