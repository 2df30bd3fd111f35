"""Published numbers as marks on figures of computed numbers.

A mark is filled if constants were calibrated to its number, and open if the number is
predicted. A bar is a published range, a triangle a published bound.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from nfpcell.columns import CONDITION, LOWER, PUBLISHED, UPPER, USE
from nfpcell.figures import style

CALIBRATED = "calibrated"
# x and y, one of them None
Place = tuple[float | None, float | None]
# kind of published number -> marker in a legend, on a vertical and a horizontal axis
_MARKERS = {
    "published": ("D", "D", "D"),
    "lower bound": ("^", "^", ">"),
    "upper bound": ("^", "v", "<"),
    "range": ("|", "_", "|"),
}
_LINES = {CALIBRATED: "-", "predicted": ":"}


def draw_condition(
    axes: Axes,
    marks: pd.DataFrame | None,
    condition: Sequence[object],
    at: Place,
    colour: style.Colour,
    scale: float = 1.0,
) -> None:
    """Draw the published numbers of one half-cycle, see ``draw``.

    ``condition`` has the values of the columns CONDITION; ``scale`` divides numbers.
    """
    if marks is None or marks.empty:
        return
    marks = style.select(marks, dict(zip(CONDITION, condition, strict=True)))
    numbers = [PUBLISHED, LOWER, UPPER]
    for mark in marks.assign(**(marks[numbers] / scale)).to_dict("records"):
        draw(axes, mark, at, colour)


def draw(axes: Axes, mark: Mapping[Any, Any], at: Place, colour: style.Colour) -> None:
    """Draw one published number, a row of ``scoring.published``.

    ``at`` is its position; the coordinate that is None is the number itself. The colour
    is that of the computed line.
    """
    kind, line = _kind(mark), _properties(mark[USE], colour)
    if kind == "range":
        line |= {"color": colour, "zorder": 4, "ls": _LINES[mark[USE]]}
    line["marker"] = _MARKERS[kind][1 if at[1] is None else 2]
    numbers = [mark[name] for name in (PUBLISHED, LOWER, UPPER)]
    numbers = [number for number in numbers if not math.isnan(number)]
    x, y = ([place] * len(numbers) for place in at)
    axes.plot(*((x, numbers) if at[1] is None else (numbers, y)), **line)


def handles(
    marks: pd.DataFrame | None, table: pd.DataFrame | None = None
) -> list[Line2D]:
    """Entries of the legend for the marks; only half-cycles of ``table`` if given."""
    if marks is None or marks.empty:
        return []
    if table is not None:
        keys = list(CONDITION)
        marks = marks.merge(table[keys].drop_duplicates(), on=keys)
    entries = {}
    for mark in marks.to_dict("records"):
        kind, use = _kind(mark), mark[USE]
        symbol = _MARKERS[kind][0]
        line = {**_properties(use, style.GREY), "marker": symbol}
        line |= {"clip_on": True, "in_layout": True}
        line["ls"] = _LINES[use] if kind == "range" else ""
        label = f"{kind.removeprefix('lower ').removeprefix('upper ')} ({use})"
        entries[symbol, use] = style.entry(label, **line)
    return [entry for _, entry in sorted(entries.items())]


def _kind(mark: Mapping[Any, Any]) -> str:
    if not math.isnan(mark[PUBLISHED]):
        return "published"
    if math.isnan(mark[LOWER]):
        return "upper bound"
    return "lower bound" if math.isnan(mark[UPPER]) else "range"


def _properties(use: str, colour: style.Colour) -> dict[str, Any]:
    face = colour if use == CALIBRATED else style.paper()
    shape = {"color": style.ink(), "mfc": face, "mew": 0.9, "ms": 6.0}
    # a mark beyond the axes must not shrink them
    return {**shape, "clip_on": False, "in_layout": False, "zorder": 5}
