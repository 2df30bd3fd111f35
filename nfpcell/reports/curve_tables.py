"""Curves as other programs want them: no rows between which a line is enough; wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nfpcell import columns

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from nfpcell.arrays import FloatArray

# Largest deviation of a straight line between two rows of a file from the curve [V],
# and for columns of another unit as a share of the range of the column
LARGEST_DEVIATION = 1e-4


def files(curves: pd.DataFrame | None, as_wide: bool = False) -> dict[str, Any]:
    """Tables of curves by the names of their files; none without curves.

    ``as_wide`` adds the table with the curves side by side.
    """
    if curves is None:
        return {}
    shorter = without_needless_rows(curves)
    more = {"curves_wide.csv": wide(shorter)} if as_wide and len(shorter) else {}
    return {"curves.csv": shorter, **more}


def without_needless_rows(curves: pd.DataFrame) -> pd.DataFrame:
    """
    Leave out the rows of each curve that a straight line over time replaces.

    The line deviates by less than LARGEST_DEVIATION in every column. The first and the
    last row of each curve are kept.

    Parameters
    ----------
    curves : with ``columns.CONDITION`` and ``columns.CURVE``
    """
    quantities = [str(name) for name in curves if name not in columns.CONDITION]
    kept = np.zeros(len(curves), bool)
    for rows in _rows_of_each(curves):
        values = curves[quantities].to_numpy(float)[rows]
        ranges = np.ptp(values, axis=0)
        scales = [
            1.0 if name.endswith("[V]") else max(size, 1e-300)
            for name, size in zip(quantities, ranges, strict=True)
        ]
        time = values[:, quantities.index(columns.TIME)]
        kept[rows[_corners(time, values / scales / LARGEST_DEVIATION)]] = True
    return curves[kept]


def wide(curves: pd.DataFrame) -> pd.DataFrame:
    """
    Capacity and voltage of each curve as two columns side by side, as Origin wants.

    The heading of a column names the quantity, its unit and the condition.
    """
    import pandas as pd

    pairs = {}
    for rows in _rows_of_each(curves):
        curve = curves.iloc[rows]
        cell, direction, rate, temperature = curve.iloc[0][list(columns.CONDITION)]
        condition = f"{cell}, {direction}, {rate:g}C, {temperature:g} degC"
        for name in (columns.CAPACITY, columns.VOLTAGE):
            pairs[f"{name} ({condition})"] = curve[name].reset_index(drop=True)
    return pd.DataFrame(pairs)


def _rows_of_each(curves: pd.DataFrame) -> list[NDArray[np.intp]]:
    """Positions of the rows of each curve, in the order of the curves."""
    grouped = curves.groupby(list(columns.CONDITION), sort=False)
    return [np.asarray(rows) for rows in grouped.indices.values()]


def _corners(x: FloatArray, y: FloatArray) -> list[int]:
    """
    Rows between which lines over x deviate by at most 1 (Ramer, Douglas and Peucker).

    Parameters
    ----------
    x : ascending, of shape (rows,)
    y : of shape (rows, columns)
    """
    corners, spans = {0, len(x) - 1}, [(0, len(x) - 1)]
    while spans:
        first, last = spans.pop()
        inside = slice(first + 1, last)
        if last - first < 2:
            continue
        share = (x[inside, None] - x[first]) / (x[last] - x[first])
        line = y[first] + share * (y[last] - y[first])
        deviation = np.abs(y[inside] - line).max(axis=1)
        if deviation.max() > 1:
            farthest = first + 1 + int(deviation.argmax())
            corners.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return sorted(corners)
