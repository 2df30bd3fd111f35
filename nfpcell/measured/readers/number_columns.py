"""Conversion of columns of text to numbers: numbers and states."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# some programs write numbers above this limit for "no value"
_NO_VALUE = 1e30
# parts of a word for the state of a cell
_DISCHARGE = ("dchg", "dis", "dch", "entlad", "放电", "décharge")
_CHARGE = ("chg", "charge", "cha", "laden", "充电")


def plain_numbers(values: pd.Series) -> Floats:
    """A column as numbers, with NaN for other content."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(float, na_value=np.nan)
    else:
        text = values.astype("string").str.strip()
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(np.abs(numbers) > _NO_VALUE, np.nan, numbers)


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
