"""Figures of constant-current half-cycles: voltage and capacity."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nfpcell.columns import CAPACITY, CELL, DIRECTION, RATE, TEMPERATURE, VOLTAGE
from nfpcell.figures import measured_points, published_marks, style
from nfpcell.figures.appearance import CapacityUnit
from nfpcell.figures.capacity_axis import Cells, capacity_axis
from nfpcell.figures.style import LINES

MOST_CELLS, MOST_TEMPERATURES, MOST_RATES, MOST_PANELS = 8, 6, 8, 16


@style.styled
def curves(
    curves: pd.DataFrame,
    marks: pd.DataFrame | None = None,
    measured: pd.DataFrame | None = None,
    capacity: CapacityUnit | None = None,
    cells: Cells = (),
) -> Figure:
    """Voltage [V] over specific capacity [mAh/g of NFP].

    One panel for each cell and temperature, one line for each C-rate; charge is dashed.
    ``curves`` is the second table of ``nfpcell.simulate(..., curves=True)``. Marks are
    published capacities, at the voltage of the end of the half-cycle. ``measured`` is
    drawn as points: a table of ``nfpcell.fitting.measured_data.half_cycles``.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    if curves.empty:
        return style.no_data("No half-cycle gave a curve")
    axis = capacity_axis(curves, capacity, cells)
    curves, notes = reduced(axis.scaled(curves))
    marks, measured = axis.scaled(marks), axis.scaled(measured)
    colours = style.ordered_colours(sorted(curves[RATE].unique()))
    figure, panels = cell_panels(curves)
    for key, curve in style.half_cycles(curves):
        cell, direction, rate, T = key
        axes, colour = panels[cell, T], colours[rate]
        x, y = style.thinned(curve[CAPACITY], curve[VOLTAGE])
        axes.plot(x, y, ls=LINES[direction], color=colour)
        axes.margins(x=0.03, y=0.04)
        published_marks.draw_condition(axes, marks, key, (None, y[-1]), colour)
    if curves[CAPACITY].max() < (one := max(axis.factors.values())):
        axes.set_xlim(-0.03 * one, one)
    style.outer_labels(figure, axis.label, style.VOLTAGE_LABEL)
    handles = style.colour_entries(colours, style.rate_label)
    handles += style.direction_entries(curves) + published_marks.handles(marks, curves)
    if measured is not None and len(measured):
        entries, elsewhere = measured_points.over_curves(measured, panels, colours)
        handles, notes = handles + entries, notes + elsewhere
    style.legend(figure, handles, notes)
    return figure


@style.styled
def capacity(
    table: pd.DataFrame,
    marks: pd.DataFrame | None = None,
    capacity: CapacityUnit | None = None,
    cells: Cells = (),
) -> Figure:
    """Specific capacity [mAh/g of NFP] over C-rate.

    One line for each cell, temperature and direction; charge is dashed. ``table`` is
    that of ``nfpcell.simulate``; marks are published capacities.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    failed = int(table[CAPACITY].isna().sum())
    table = table[table[CAPACITY].notna()]
    if table.empty:
        return style.no_data("No condition gave a capacity")
    axis = capacity_axis(table, capacity, cells)
    table, notes = reduced(axis.scaled(table), most_rates=None)
    marks = axis.scaled(marks)
    if failed:
        notes.append(f"{failed} failed condition{'s' * (failed > 1)} not shown")
    names = list(table[CELL].unique())
    temperatures = sorted(table[TEMPERATURE].unique(), reverse=True)
    # several temperatures: one colour each and one panel for each cell
    if by_temperature := len(temperatures) > 1:
        colours = style.ordered_colours(temperatures, "plasma")
        figure, axes = shared_panels(len(names))
    else:
        colours = style.distinct_colours(names)
        figure, axes = shared_panels(1)
    lines: Any = table.sort_values(RATE).groupby(
        [CELL, DIRECTION, TEMPERATURE], sort=False
    )
    widths = _nested(dict(iter(lines)), 0.02 * table[CAPACITY].max())
    for key, line in lines:
        cell, direction, T = key
        panel = axes[names.index(cell) if by_temperature else 0]
        colour = colours[T if by_temperature else cell]
        look: dict[str, Any] = {"ls": LINES[direction], "color": colour, "marker": "o"}
        look |= {"mfc": style.face(direction, colour), "clip_on": False, "zorder": 3}
        look |= {"lw": 1.3 + 1.8 * widths[key], "ms": 4.5 + 2.2 * widths[key]}
        panel.plot(line[RATE], line[CAPACITY], **look)
        for rate in line[RATE]:
            condition = cell, direction, rate, T
            at = rate, None
            published_marks.draw_condition(panel, marks, condition, at, colour)
        panel.set_title(style.cell_label(cell) if by_temperature else style.degrees(T))
    for panel in axes:
        style.rate_axis(panel, sorted(table[RATE].unique()))
        # below zero, so that markers at zero do not hide the numbers of the axis
        panel.set_ylim(np.array((-0.04, 1.08)) * max(table[CAPACITY].max(), 1e-9))
    style.outer_labels(figure, "C-rate", axis.label)
    label = style.degrees if by_temperature else style.cell_label
    handles = style.colour_entries(colours, label, marker="o")
    handles += style.direction_entries(table, marker="o")
    handles += published_marks.handles(marks, table)
    style.legend(figure, handles, notes)
    return figure


def _nested(lines: dict[Any, pd.DataFrame], apart: float) -> dict[Any, int]:
    """How many later lines each line covers, so that it is drawn wider than they are.

    Lines cover each other if they have the same rates and their capacities differ by
    less than ``apart`` [mAh/g].
    """
    widths: dict[Any, int] = {}
    for key in reversed(lines):
        line = lines[key]
        covered = [
            widths[other]
            for other in widths
            if list(lines[other][RATE]) == list(line[RATE])
            and np.allclose(lines[other][CAPACITY], line[CAPACITY], rtol=0, atol=apart)
        ]
        widths[key] = max(covered, default=-1) + 1
    return widths


# --------------------------------------------------------------------- choice of data
def reduced(
    table: pd.DataFrame, most_rates: int | None = MOST_RATES
) -> tuple[pd.DataFrame, list[str]]:
    """The part of a table that one figure can show, and notes on the rest."""
    notes = []
    for column, most, plural in (
        (CELL, MOST_CELLS, "cells"),
        (TEMPERATURE, MOST_TEMPERATURES, "temperatures"),
        (RATE, most_rates, "rates"),
    ):
        values = list(table[column].unique())
        if column != CELL:
            values.sort()
        shown, note = style.at_most(values, most or len(values), plural)
        notes += note
        table = table[table[column].isin(shown)]
    return table, notes


# ----------------------------------------------------------------------------- panels
def shared_panels(number: int, columns: int | None = None) -> tuple[Figure, list[Axes]]:
    """A figure with this number of panels with shared axes; a single one is larger."""
    size = (3.4, 2.7) if number == 1 else (2.2, 1.85)
    return style.panels(number, size, (1.5, 0.5), columns, sharex=True, sharey=True)


def cell_panels(curves: pd.DataFrame) -> tuple[Figure, dict[tuple[str, float], Axes]]:
    """A panel for each cell and temperature: a grid if both vary."""
    cells = list(curves[CELL].unique())
    temperatures = sorted(curves[TEMPERATURE].unique(), reverse=True)
    keys = [(cell, T) for cell in cells for T in temperatures]
    is_grid = len(cells) > 1 and len(temperatures) > 1
    figure, axes = shared_panels(len(keys), len(temperatures) if is_grid else None)
    computed = {*zip(curves[CELL], curves[TEMPERATURE], strict=True)}
    for key, panel in zip(keys, axes, strict=True):
        panel.set_title(style.cell_at(*key))
        if key not in computed:
            panel.text(0.5, 0.5, "no curve", ha="center", transform=panel.transAxes)
    return figure, dict(zip(keys, axes, strict=True))
