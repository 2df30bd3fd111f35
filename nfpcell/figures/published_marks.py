"""Published numbers as marks on figures of computed ones.

A mark is full where the constants were calibrated to its number and open where the
number is predicted; a bar is a published range, an arrow a published bound.
"""

import math

from matplotlib.lines import Line2D

CALIBRATED = "calibrated"
COLUMNS = ("Published", "Lower", "Upper", "Use")
NUMBER, RANGE, BOUND = "published", "range", "bound"
_SYMBOLS = {NUMBER: "D", RANGE: "_", BOUND: "^"}
_LINES = {CALIBRATED: "-", "predicted": ":"}


def selected(marks, **condition):
    """
    Marks of a condition, as mappings.

    Parameters
    ----------
    marks : table with the columns of a condition and COLUMNS, or None
    condition : columns and values; those of another spelling as ``**{"C-rate": 2.0}``
    """
    if marks is None or marks.empty:
        return []
    for name, value in condition.items():
        marks = marks[marks[name] == value]
    return marks.to_dict("records")


def draw(axes, mark, x, y, colour, along="y"):
    """
    One published number on axes.

    Parameters
    ----------
    axes : of matplotlib
    mark : mapping with COLUMNS
    x, y : where it stands; that of ``along`` is not used
    colour : of the line that it belongs to
    along : the axis that its number is read on
    """

    def at(value):
        return (x, value) if along == "y" else (value, y)

    kind, style = _kind(mark), _style(mark["Use"], colour)
    if kind == NUMBER:
        axes.plot(*at(mark["Published"]), "D", **style)
    elif kind == RANGE:
        ends = zip(at(mark["Lower"]), at(mark["Upper"]), strict=True)
        cap = "_" if along == "y" else "|"
        style |= {"color": colour, "zorder": 4}
        axes.plot(*ends, ls=_LINES[mark["Use"]], marker=cap, **style)
    else:
        above = math.isnan(mark["Upper"])
        arrows = "v^" if along == "y" else "<>"
        axes.plot(*at(mark["Lower" if above else "Upper"]), arrows[above], **style)


def handles(marks):
    """Entries of the legend for the marks that are there."""
    if marks is None or marks.empty:
        return []
    there = {(_kind(mark), mark["Use"]) for mark in marks.to_dict("records")}
    found = []
    for kind, use in sorted(there, key=lambda key: (_SYMBOLS[key[0]], key[1])):
        style = _style(use, "0.35") | {"clip_on": True}
        line = _LINES[use] if kind == RANGE else ""
        symbol = "|" if kind == RANGE else _SYMBOLS[kind]
        label = f"{kind} ({use})"
        found.append(Line2D([], [], ls=line, marker=symbol, label=label, **style))
    return found


def _kind(mark):
    if not math.isnan(mark["Published"]):
        return NUMBER
    ends = math.isnan(mark["Lower"]), math.isnan(mark["Upper"])
    return BOUND if any(ends) else RANGE


def _style(use, colour):
    return {
        "color": "black",
        "markerfacecolor": colour if use == CALIBRATED else "white",
        "markeredgewidth": 0.9,
        "markersize": 6.0,
        "clip_on": False,
        "zorder": 5,
    }
