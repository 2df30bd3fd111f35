"""Published numbers as marks on figures of computed ones.

A mark is full where the constants were calibrated to its number and open where the
number is predicted; a bar is a published range, an arrow a published bound.
"""

import math

from matplotlib.lines import Line2D

CALIBRATED = "calibrated"
COLUMNS = ("Published", "Lower", "Upper", "Use")
_SIZE, _EDGE = 6.0, 0.9


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
    x, y : where it stands; that of ``along`` is only used where a bound is open
    colour : of the line that it belongs to
    along : the axis that its number is read on
    """
    face = colour if mark["Use"] == CALIBRATED else "white"
    style = {
        "color": "black",
        "markerfacecolor": face,
        "markeredgewidth": _EDGE,
        "markersize": _SIZE,
        "clip_on": False,
        "zorder": 5,
    }

    def at(value):
        return (x, value) if along == "y" else (value, y)

    if not math.isnan(mark["Published"]):
        axes.plot(*at(mark["Published"]), "D", **style)
        return
    low, high = mark["Lower"], mark["Upper"]
    if math.isnan(low) or math.isnan(high):
        above = math.isnan(high)
        arrow = ("^" if above else "v") if along == "y" else (">" if above else "<")
        axes.plot(*at(low if above else high), arrow, **style)
        return
    ends = zip(at(low), at(high), strict=True)
    cap = "_" if along == "y" else "|"
    line = {**style, "color": colour, "zorder": 4}
    axes.plot(*ends, ls="-" if face != "white" else ":", marker=cap, **line)


def handles(marks):
    """Entries of the legend for the marks that are there."""
    if marks is None or marks.empty:
        return []
    found = []
    for use in dict.fromkeys(marks["Use"]):
        face = "0.35" if use == CALIBRATED else "white"
        found.append(
            Line2D(
                [],
                [],
                ls="",
                marker="D",
                color="black",
                markerfacecolor=face,
                markeredgewidth=_EDGE,
                markersize=_SIZE,
                label=f"published ({use})",
            )
        )
    return found
