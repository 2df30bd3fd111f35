"""Columns of text as numbers: plain ones, times as h:mm:ss, and dates."""

import warnings

import numpy as np
import pandas as pd

# programs write such sizes for "no value"
_NO_VALUE = 1e30
_A_DATE = r"\d[-/.年]\d{1,2}[-/.月]\d"
_FEW_DATES = 100_000


def plain_numbers(values, quantity):
    """
    A column as numbers; what is none becomes NaN.

    Parameters
    ----------
    values : pandas Series of numbers or text
    quantity : that it holds; times may be h:mm:ss or dates, which become seconds

    Returns
    -------
    array of floats
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(float, na_value=np.nan)
    else:
        text = values.astype("string").str.strip()
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(float, na_value=np.nan)
        if "time" in quantity or quantity == "clock":
            open_ = np.isnan(numbers)
            if open_.any():
                numbers = numbers.copy()
                numbers[open_] = _seconds(text[open_])
    return np.where(np.abs(numbers) > _NO_VALUE, np.nan, numbers)


def _seconds(text):
    """Times as text in seconds: h:mm:ss, days before it, or dates."""
    parts = text.str.extract(
        r"^(?:(?P<days>\d+)\s*(?:d|days?|-|\.)\s*)?"
        r"(?P<hours>\d+):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:[.,:]\d+)?)$"
    )
    seconds = parts["seconds"].str.replace("[,:]", ".", regex=True)
    numbers = [
        pd.to_numeric(part, errors="coerce").fillna(0).to_numpy(float)
        for part in (parts["days"], parts["hours"], parts["minutes"], seconds)
    ]
    found = numbers[0] * 86400 + numbers[1] * 3600 + numbers[2] * 60 + numbers[3]
    found = np.where(parts["hours"].isna().to_numpy(bool), np.nan, found)
    if not np.isfinite(found).any() and len(text):
        found = _dates(text)
    return found


def _dates(text):
    """Dates in seconds from the first; month before day unless that runs backwards."""
    best = np.full(len(text), np.nan)
    if not text.str.contains(_A_DATE, regex=True).fillna(False).any():
        return best
    # pandas finds the format in the first; one by one where some have no fractions
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
        there = dates.notna().to_numpy()
        if not there.any():
            continue
        seconds = (dates - dates[there].iloc[0]).dt.total_seconds().to_numpy(float)
        if np.isfinite(seconds).sum() > np.isfinite(best).sum():
            best = seconds
        if (np.diff(seconds[there]) >= 0).all():
            return seconds
    return best
