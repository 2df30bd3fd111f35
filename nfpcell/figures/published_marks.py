"""Published numbers as marks on figures of computed ones.

A mark is full where the constants were calibrated to its number and open where the
number is predicted; a bar is a published range, an arrow a published bound.
"""

import math
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from nfpcell.columns import CONDITION, PUBLISHED, USE
from nfpcell.figures import style

CALIBRATED = "calibrated"
LOWER, UPPER = "Lower", "Upper"
_LINES = {CALIBRATED: "-", "predicted": ":"}


class _Kind(Enum):
    """What was published; the value is its marker in a legend."""

    NUMBER = "D"
    BOUND = "^"
    RANGE = "|"


def draw_condition(
    axes: Axes,
    marks: pd.DataFrame | None,
    condition: Sequence[object],
    x: float | None,
    y: float | None,
    colour: style.Colour,
    along: str = "y",
    scale: float = 1.0,
) -> None:
    """
    Draw the published numbers of one half-cycle, see ``draw``.

    ``condition`` holds values of the columns CONDITION; published numbers are divided
    by ``scale``.
    """
    if marks is None or marks.empty:
        return
    marks = style.select(marks, dict(zip(CONDITION, condition, strict=True)))
    numbers = [PUBLISHED, LOWER, UPPER]
    for mark in marks.assign(**(marks[numbers] / scale)).to_dict("records"):
        draw(axes, mark, x, y, colour, along)


def draw(
    axes: Axes,
    mark: Mapping[Any, Any],
    x: float | None,
    y: float | None,
    colour: style.Colour,
    along: str = "y",
) -> None:
    """
    Draw one published number.

    Parameters
    ----------
    mark : a row of ``scoring.published``
    x, y : where it stands; that of ``along`` is not used
    colour : of the line that it belongs to
    along : the axis that its number is read on
    """
    kind, shape = _kind(mark), _marker(mark[USE], colour)
    if kind is _Kind.NUMBER:
        numbers, shape["marker"] = [mark[PUBLISHED]], "D"
    elif kind is _Kind.RANGE:
        numbers, shape["marker"] = (
            [mark[LOWER], mark[UPPER]],
            "_" if along == "y" else "|",
        )
        shape |= {"color": colour, "zorder": 4, "ls": _LINES[mark[USE]]}
    else:
        is_lower = math.isnan(mark[UPPER])
        numbers = [mark[LOWER if is_lower else UPPER]]
        shape["marker"] = ("v^" if along == "y" else "<>")[is_lower]
    other = [x if along == "y" else y] * len(numbers)
    axes.plot(*((other, numbers) if along == "y" else (numbers, other)), **shape)


def handles(
    marks: pd.DataFrame | None, table: pd.DataFrame | None = None
) -> list[Line2D]:
    """Entries of the legend for the marks, of the half-cycles of a table if given."""
    if marks is None or marks.empty:
        return []
    if table is not None:
        keys = list(CONDITION)
        marks = marks.merge(table[keys].drop_duplicates(), on=keys)
    kinds = {(_kind(mark), mark[USE]) for mark in marks.to_dict("records")}
    return [
        style.entry(
            f"{'published' if kind is _Kind.NUMBER else kind.name.lower()} ({use})",
            ls=_LINES[use] if kind is _Kind.RANGE else "",
            marker=kind.value,
            **_marker(use, style.GREY) | {"clip_on": True},
        )
        for kind, use in sorted(kinds, key=lambda pair: (pair[0].value, pair[1]))
    ]


def _kind(mark: Mapping[Any, Any]) -> _Kind:
    if not math.isnan(mark[PUBLISHED]):
        return _Kind.NUMBER
    is_bound = math.isnan(mark[LOWER]) or math.isnan(mark[UPPER])
    return _Kind.BOUND if is_bound else _Kind.RANGE


def _marker(use: str, colour: style.Colour) -> dict[str, Any]:
    return {
        "color": "black",
        "markerfacecolor": colour if use == CALIBRATED else "white",
        "markeredgewidth": 0.9,
        "markersize": 6.0,
        "clip_on": False,
        "zorder": 5,
    }
