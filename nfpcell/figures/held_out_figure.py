"""Figure of held-out numbers beside those that were calibrated or predicted."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nfpcell import columns as col
from nfpcell.figures import style

# the axis extends from 1 / FARTHEST to FARTHEST
FARTHEST = 2.5
MARKERS = {"held out": "D", "predicted": "s", "calibrated": "o"}
TICKS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5)
# x of the numbers beside the figure, in widths of their panel
COMPUTED_AT, PUBLISHED_AT = 0.45, 1.0


@style.styled
def held_out(table: pd.DataFrame) -> Figure:
    """Computed over published value, with the 95 % band of the model.

    ``table`` is that of ``nfpcell.studies.held_out.score``. A bound is drawn as 1 with
    an arrow to the allowed side.
    """
    if table.empty:
        return style.no_data("No numbers")
    rows = table.to_dict("records")
    shape: dict[str, Any] = {"sharey": True, "width_ratios": [4, 1.5]}
    figure, grid = style.grid(1, 2, 7.2, 1.2 + 0.21 * len(rows), **shape)
    axes, numbers = grid[0]
    numbers.set_axis_off()
    for place, row in enumerate(rows):
        _draw(axes, place, row)
        shown = f"{row[col.COMPUTED]:.4g}" if math.isfinite(row[col.COMPUTED]) else "–"
        published = row[col.PUBLISHED]
        text = published if isinstance(published, str) else f"{published:.4g}"
        _write(numbers, COMPUTED_AT, place, shown)
        _write(numbers, PUBLISHED_AT, place, text.replace(">=", "≥"))
    _write(numbers, COMPUTED_AT, -1, "computed")
    _write(numbers, PUBLISHED_AT, -1, "published")
    axes.axvline(1, color="black", lw=0.8, zorder=2)
    axes.set_xscale("log", base=2)
    axes.set(xlim=(1 / FARTHEST, FARTHEST), ylim=(len(rows) - 0.4, -0.6))
    axes.set_xlabel("Computed / published")
    style.fixed_ticks(axes.xaxis, list(TICKS))
    names = [style.signs(str(row[col.SOURCE_NAME])) for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=7)
    axes.tick_params(axis="y", length=0)
    blue, red = style.OKABE_ITO[:2]
    used = [use for use in MARKERS if use in set(table[col.USE])]
    handles = [style.mark_entry(use, MARKERS[use]) for use in used]
    handles += [
        style.mark_entry("inside band or tolerance", "D", blue),
        style.mark_entry("outside", "D", red, mfc="white"),
    ]
    style.legend(figure, handles, loc="outside lower center", ncols=3)
    return figure


def _draw(axes: Axes, place: int, row: Mapping[Any, Any]) -> None:
    """One number: the computed value over the published one, and the band."""
    is_bound = isinstance(row[col.PUBLISHED], str)
    reference = row[col.LOWER] if is_bound else row[col.PUBLISHED]
    colour = style.OKABE_ITO[0 if row[col.MET] else 1]
    low, high = (row[name] / reference for name in (col.LOWER_95, col.UPPER_95))
    if np.isfinite([low, high]).all():
        axes.plot([low, high], [place, place], color=colour, lw=2.4, alpha=0.45)
    if is_bound:
        end = {"arrowstyle": "->", "color": "0.3", "lw": 0.8}
        axes.annotate("", (1.12, place + 0.3), (1, place + 0.3), arrowprops=end)
    ratio = row[col.COMPUTED] / reference
    if not math.isfinite(ratio):
        axes.text(1.02, place, "no result", va="center", color=colour, fontsize=7)
        return
    left, right = 1 / FARTHEST, FARTHEST
    marker = "<" if ratio < left else ">" if ratio > right else MARKERS[row[col.USE]]
    face = colour if row[col.MET] else "white"
    x = min(max(ratio, left), right)
    axes.plot(x, place, marker, color=colour, mfc=face, clip_on=False, zorder=3)


def _write(axes: Axes, x: float, y: float, text: str) -> None:
    """A number in the panel beside the figure; x is in widths of that panel."""
    transform = axes.get_yaxis_transform()
    axes.text(x, y, text, ha="right", va="center", fontsize=7, transform=transform)
