"""Measured points over computed lines."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from nfpcell.columns import CAPACITY, CELL, DATA, DIRECTION, RATE, TEMPERATURE, VOLTAGE
from nfpcell.figures import style
from nfpcell.figures.style import Colour

MARKERS = {"discharge": "o", "charge": "^"}
# least distance of two markers of a curve, over the size of the panel
SPACING = 0.03
# a measured half-cycle belongs to a computed one if temperature [K], and rate as a
# share, differ by no more
SAME_TEMPERATURE, SAME_RATE = 2.0, 0.1
GREY = "0.3"


def draw(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    extent: ArrayLike,
    colour: Colour = GREY,
    marker: str = "o",
) -> None:
    """Draw points with the least distance; ``extent`` is the size of the panel."""
    points = np.column_stack([np.asarray(x, float), np.asarray(y, float)])
    x, y = points[_spaced(points / np.asarray(extent))].T
    look: dict[str, Any] = {"color": colour, "mfc": style.paper(), "mew": 0.6}
    # below the line, which the markers would hide
    axes.plot(x, y, marker, zorder=1.5, ms=3.2, **look)


def entry(marker: str = "o", suffix: str = "") -> Line2D:
    """The entry of the legend."""
    return style.mark_entry(f"measured{suffix}", marker, GREY, mfc=style.paper())


def over_curves(
    measured: pd.DataFrame,
    panels: dict[tuple[str, float], Axes],
    colours: dict[float, Colour],
    drawn_as: Callable[[pd.DataFrame], tuple[ArrayLike, ArrayLike]] | None = None,
) -> tuple[list[Line2D], list[str]]:
    """Draw measured half-cycles over the computed ones of the panels.

    Each is drawn in the panel of its cell and temperature, in the colour of its rate,
    or grey if that was not computed. ``drawn_as`` gives x and y of its points, by
    default capacity and voltage. Returns entries of the legend, and a note on those
    at other temperatures.
    """
    elsewhere, directions = 0, {}
    for _, curve in measured.groupby([DATA, CELL], sort=False):
        cell, rate, T, direction = curve[[CELL, RATE, TEMPERATURE, DIRECTION]].iloc[0]
        near = [key for key in panels if key[0] == cell]
        key = min(near, key=lambda key: abs(key[1] - T), default=None)
        if key is None or abs(key[1] - T) > SAME_TEMPERATURE:
            elsewhere += 1
            continue
        nearest = min(colours, key=lambda computed: abs(computed - rate))
        same = abs(nearest / rate - 1) < SAME_RATE
        marker = directions[direction] = MARKERS[direction]
        colour = colours[nearest] if same else GREY
        x, y = drawn_as(curve) if drawn_as else (curve[CAPACITY], curve[VOLTAGE])
        draw(panels[key], x, y, (np.ptp(x), np.ptp(y)), colour, marker)
    several = len(directions) > 1
    entries = [entry(m, f", {d}" if several else "") for d, m in directions.items()]
    note = f"{elsewhere} measured half-cycles\nat other temperatures not shown"
    return entries, [note] * bool(elsewhere)


def _spaced(points: NDArray[np.float64]) -> list[int]:
    """Indices of points at a distance of at least SPACING."""
    places = [0]
    for place, point in enumerate(points):
        if np.hypot(*(point - points[places[-1]])) >= SPACING:
            places.append(place)
    return places
