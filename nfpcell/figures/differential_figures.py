"""Figures of differential capacity over voltage, of computed and measured curves."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nfpcell.columns import CAPACITY, CELL, DATA, DIRECTION, RATE, TEMPERATURE, VOLTAGE
from nfpcell.figures import measured_points, style
from nfpcell.figures.appearance import CapacityUnit
from nfpcell.figures.capacity_axis import CapacityAxis, Cells, capacity_axis
from nfpcell.figures.half_cycle_figures import cell_panels, reduced
from nfpcell.fitting.fit_tables import MEASURED_VOLTAGE
from nfpcell.simulation.differential_capacity import (
    SMOOTHING,
)
from nfpcell.simulation.differential_capacity import (
    differential_capacity as differentiated,
)

# the axes end where dQ/dV is below this share of its largest value
LEAST = 0.01
MOST_POINTS = 3000  # of a curve
MOST_RATES = 3  # lines that still can be told apart
SIGNS = {"charge": 1, "discharge": -1}
NOTE = f"smoothed with a standard deviation of {1e3 * SMOOTHING:g} mV"


@style.styled
def differential_capacity(
    curves: pd.DataFrame,
    measured: pd.DataFrame | None = None,
    capacity: CapacityUnit | None = None,
    cells: Cells = (),
) -> Figure:
    """Differential capacity dQ/dV [mAh/g/V] over voltage [V]: upward for a charge.

    One panel for each cell and temperature, one line for each C-rate; that of a
    discharge is negative. ``curves`` and ``measured`` are as for ``curves``.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    if curves.empty:
        return style.no_data("No half-cycle gave a curve")
    axis = capacity_axis(curves, capacity, cells)
    curves, notes = reduced(curves, MOST_RATES)
    figure, panels = cell_panels(curves)
    colours = style.ordered_colours(sorted(curves[RATE].unique()))
    ends = [
        _draw(panels[cell, T], curve, VOLTAGE, axis, colours[rate])
        for (cell, _, rate, T), curve in style.half_cycles(curves)
    ]
    handles = style.colour_entries(colours, style.rate_label)
    handles += style.direction_entries(curves)
    if measured is not None and len(measured):
        near = [
            any(abs(rate / one - 1) < measured_points.SAME_RATE for one in colours)
            for rate in measured[RATE]
        ]
        entries, elsewhere = measured_points.over_curves(
            measured[near], panels, colours, lambda curve: _signed(curve, VOLTAGE, axis)
        )
        handles, notes = handles + entries, notes + elsewhere
    return _finished(figure, axis, ends, handles, notes)


@style.styled
def compare_differential_capacity(
    points: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """Measured and computed differential capacity dQ/dV [mAh/g/V] over voltage [V].

    ``points`` is the second table of ``nfpcell.compare(..., curves=True)``.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    points = points.dropna(subset=[CAPACITY])
    if points.empty:
        return style.no_data("No curve was compared")
    axis = capacity_axis(points, capacity, cells)
    two_digits = points[RATE].map(lambda rate: float(f"{rate:.2g}"))
    points, notes = reduced(points.assign(**{RATE: two_digits}), MOST_RATES)
    figure, panels = cell_panels(points)
    colours = style.ordered_colours(sorted(points[RATE].unique()))
    ends = []
    for _, curve in points.groupby([DATA, CELL], sort=False):
        panel = panels[curve[CELL].iloc[0], curve[TEMPERATURE].iloc[0]]
        colour = colours[curve[RATE].iloc[0]]
        ends.append(_draw(panel, curve, VOLTAGE, axis, colour))
        V, density = _signed(
            curve.dropna(subset=[MEASURED_VOLTAGE]), MEASURED_VOLTAGE, axis
        )
        extent = np.ptp(V), 2 * np.abs(density).max()
        marker = measured_points.MARKERS[curve[DIRECTION].iloc[0]]
        measured_points.draw(panel, V, density, extent, colour, marker)
    handles = style.colour_entries(colours, style.rate_label)
    handles += [*style.direction_entries(points), measured_points.entry()]
    return _finished(figure, axis, ends, handles, notes)


def _signed(curve: pd.DataFrame, voltage: str, axis: CapacityAxis) -> Any:
    """Voltages [V] and dQ/dV of a half-cycle, negative for a discharge."""
    Q, V = style.thinned(curve[CAPACITY], curve[voltage], most=MOST_POINTS)
    at, density = differentiated(Q, V)
    sign = SIGNS[curve[DIRECTION].iloc[0]] * axis.factors[curve[CELL].iloc[0]]
    return at, sign * density


def _draw(
    panel: Axes,
    curve: pd.DataFrame,
    voltage: str,
    axis: CapacityAxis,
    colour: style.Colour,
) -> tuple[float, float]:
    """Draw dQ/dV of a half-cycle; return between which voltages it is visible."""
    at, density = _signed(curve, voltage, axis)
    line = style.LINES[curve[DIRECTION].iloc[0]]
    panel.plot(at, density, ls=line, color=colour, lw=1.1)
    visible = at[np.abs(density) > LEAST * np.abs(density).max()]
    return visible.min(), visible.max()


def _finished(
    figure: Figure,
    axis: CapacityAxis,
    ends: list[tuple[float, float]],
    handles: list[Any],
    notes: list[str],
) -> Figure:
    """The figure with the ends and labels of its axes, its legend and its notes."""
    for panel in figure.axes:
        panel.axhline(0, color=style.ink(), lw=0.5)
    low, high = np.min(ends), np.max(ends)
    margin = 0.03 * (high - low)
    figure.axes[0].set_xlim(low - margin, high + margin)
    style.outer_labels(figure, style.VOLTAGE_LABEL, f"dQ/dV ({axis.printed} V⁻¹)")
    style.legend(figure, handles, [*notes, NOTE])
    return figure
