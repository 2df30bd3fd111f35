"""Figures of cycles and protocols: capacity over cycle number, curves and heat."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nfpcell import columns as col
from nfpcell.cell import units
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.figures import measured_points, style
from nfpcell.figures.appearance import CapacityUnit
from nfpcell.figures.capacity_axis import Cells, capacity_axis

POWER, CELL_TEMPERATURE = "Power [W]", "Cell temperature [degC]"
HOURS = "Time [h]"
HEAT = " heat [J]"
# with more cycles markers are smaller
LARGE_MARKERS = 80
# segments in a protocol that are drawn, and those side by side
MOST_SEGMENTS, MOST_BESIDE = 12, 4
# least temperature rise [K] and least share of a segment's heat that are drawn
LEAST_RISE, LEAST_SHARE = 5e-4, 0.005
# with more cells, cycles of the first ones are drawn
MOST_CELLS = 5
CAPACITY_MARKS = {
    # a ring around the dot, because both often are the same
    col.CHARGE_CAPACITY: {"marker": "o", "mfc": "none", "color": style.OKABE_ITO[1]},
    col.DISCHARGE_CAPACITY: {"marker": "o", "color": style.OKABE_ITO[0]},
}
EFFICIENCY_MARKS = {
    col.COULOMBIC_EFFICIENCY: {"marker": "s", "color": "0.3"},
    col.ENERGY_EFFICIENCY: {"marker": "D", "color": style.OKABE_ITO[2]},
}


@style.styled
def cycles(
    table: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """Capacity [mAh/g of NFP] over cycle number; below, the efficiencies [%].

    ``table`` has the rows of ``nfpcell.simulation.cycling.Cycler``. Of several cells,
    at most MOST_CELLS are drawn, side by side.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    axis = capacity_axis(table, capacity, cells)
    by_cell = list(axis.scaled(table).groupby(col.CELL, sort=False))
    drawn = by_cell[:MOST_CELLS]
    shape = {"sharex": "col", "sharey": "row", "height_ratios": [1.7, 1]}
    width = 5.4 if len(drawn) == 1 else 1.2 + 3.2 * len(drawn)
    figure, panels = style.grid(2, len(drawn), width, 3.8, **shape)
    for (cell, rows), above, below in zip(drawn, *panels, strict=True):
        draw_marks(above, rows, CAPACITY_MARKS)
        draw_marks(below, rows, EFFICIENCY_MARKS, scale=100)
        above.set_title(style.cell_label(cell))
        below.set_xlabel("Cycle number")
    top = panels[0, 0].get_ylim()[1] * 1.12
    panels[0, 0].set(ylim=(0, top), ylabel=axis.label)
    panels[1, 0].set_ylabel("Efficiency (%)")
    for (_, rows), above, below in zip(drawn, *panels, strict=True):
        _mark_rates(rows, above, below, 0.97 * top)
    marks = (CAPACITY_MARKS | EFFICIENCY_MARKS).items()
    names = [style.quantity_label(name, unit=False) for name, _ in marks]
    handles = [style.mark_entry(n, **m) for n, (_, m) in zip(names, marks, strict=True)]
    style.legend(figure, handles)
    if len(by_cell) > len(drawn):
        figure.suptitle(f"{len(drawn)} of {len(by_cell)} cells")
    return figure


def _mark_rates(rows: pd.DataFrame, above: Axes, below: Axes, height: float) -> None:
    """Name the C-rate of each series of cycles, with a line between two of them."""
    number, rates = rows[col.CYCLE], rows[col.RATE]
    starts = number[rates.diff() != 0]
    ends = [*starts.iloc[1:], number.iloc[-1] + 1]
    for start, rate, end in zip(starts, rates[starts.index], ends, strict=True):
        label = style.rate_label(rate)
        above.text((start + end - 1) / 2, height, label, ha="center", va="top")
        for axes in (above, below) if start > number.iloc[0] else ():
            axes.axvline(start - 0.5, color="0.85", lw=0.6, zorder=0)


def draw_marks(
    axes: Axes, table: pd.DataFrame, marks: dict[str, dict[str, Any]], scale: float = 1
) -> None:
    """Columns of a table over cycle number, with their markers and colours."""
    size = 3.0 if len(table) <= LARGE_MARKERS else 1.2
    for name, mark in marks.items():
        ring = 1.8 if mark.get("mfc") == "none" else 1.0
        axes.plot(table[col.CYCLE], scale * table[name], ls="", ms=ring * size, **mark)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


@style.styled
def protocol(
    table: pd.DataFrame, curves: pd.DataFrame, measured: Sequence[pd.DataFrame] = ()
) -> Figure:
    """Voltage [V], current [mA] and power [mW] over time [h]: a column a segment.

    The temperature of the cell [degC] is shown if it is warmer than its surroundings.
    Current and power are positive on discharge. ``table`` and
    ``curves`` are those of ``nfpcell.simulation.protocol.run``. The voltages of
    ``measured``, tables of ``nfpcell.read``, are points over the time since their first
    row.
    """
    if curves.empty:
        return style.no_data("No segment could be run")
    quantities = [col.VOLTAGE, col.CURRENT, POWER]
    rise = table[col.HIGHEST_TEMPERATURE] - table[col.TEMPERATURE]
    if (rise > LEAST_RISE).any():
        quantities.append(CELL_TEMPERATURE)
    curves = curves.assign(**{HOURS: curves[col.TIME] / SECONDS_PER_HOUR})
    curves = curves.assign(**units.converted(curves, (HOURS, *quantities)))
    names = curves[col.SEGMENT].unique()
    segments, notes = style.at_most(names, MOST_SEGMENTS, "segments")
    figure, columns = _columns(len(segments), quantities)
    colours = style.distinct_colours(quantities)
    for segment, panels in zip(segments, columns, strict=True):
        rows = curves[curves[col.SEGMENT] == segment]
        for panel, name in zip(panels, quantities, strict=True):
            panel.plot(rows[HOURS], rows[name], color=colours[name])
        panels[0].set_title(_segment_label(segment))
        for recorded in measured:
            _draw_recorded(panels[0], recorded, rows)
    handles = [measured_points.entry()] * bool(measured)
    style.legend(figure, handles, [_cells_label(table), *notes])
    return figure


def _columns(number: int, quantities: Sequence[str]) -> tuple[Figure, list[Any]]:
    """A figure with a column of panels for each segment, at most MOST_BESIDE in a line.

    A quantity has the same axis in all columns, and a column one axis of time.
    """
    beside, high = min(number, MOST_BESIDE), len(quantities)
    lines = math.ceil(number / beside)
    width = 5.6 if beside == 1 else 1.2 + 1.8 * beside
    heights = [1.5, *[1] * (high - 1)] * lines
    size = width, lines * (1.1 * high + 0.9) + 0.2
    figure, grid = style.grid(high * lines, beside, *size, height_ratios=heights)
    columns = [
        column for line in range(lines) for column in grid[high * line :][:high].T
    ]
    for place, panels in enumerate(columns):
        if place >= number:
            for panel in panels:
                panel.remove()
            continue
        for panel, first, name in zip(panels, columns[0], quantities, strict=True):
            if panel is not first:
                panel.sharey(first)
            if panel is not panels[0]:
                panel.sharex(panels[0])
            if name in (col.CURRENT, POWER):
                panel.axhline(0, color=style.ink(), lw=0.5)
            panel.tick_params(labelbottom=panel is panels[-1])
            panel.tick_params(labelleft=place % beside == 0)
            if place % beside == 0:
                panel.set_ylabel(style.quantity_label(name).replace("Cell t", "T"))
        panels[-1].ticklabel_format(axis="y", useOffset=False)
        panels[-1].set_xlabel(style.quantity_label(HOURS))
    figure.align_ylabels()
    return figure, columns[:number]


def _draw_recorded(panel: Axes, recorded: pd.DataFrame, rows: pd.DataFrame) -> None:
    """The voltages of a recording, up to the end of the computed segment."""
    hours = (recorded[col.TIME] - recorded[col.TIME].iloc[0]) / SECONDS_PER_HOUR
    points = pd.DataFrame({HOURS: hours, col.VOLTAGE: recorded[col.VOLTAGE]})
    points = points.assign(**units.converted(points, (HOURS, col.VOLTAGE)))
    points = points[points[HOURS] <= 1.001 * rows[HOURS].max()]
    extent = np.ptp(rows[HOURS]), np.ptp(points[col.VOLTAGE])
    measured_points.draw(panel, points[HOURS], points[col.VOLTAGE], extent)


def _cells_label(table: pd.DataFrame) -> str:
    """The cells of a table; of many, the first ones."""
    cells = table[col.CELL].unique()
    more = [f"{len(cells) - MOST_CELLS} more"] * (len(cells) > MOST_CELLS)
    return ", ".join([*map(style.cell_label, cells[:MOST_CELLS]), *more])


def _segment_label(segment: str) -> str:
    return style.literal(style.signs(segment))


@style.styled
def protocol_capacity(
    table: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """Capacity [mAh/g of NFP] that each segment charged and discharged, as bars.

    ``table`` is the first table of ``nfpcell.simulation.protocol.run``. Steps that did
    not run count as no capacity.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    axis = capacity_axis(table, capacity, cells)
    passed, segment = axis.scaled(table)[col.CAPACITY].fillna(0), table[col.SEGMENT]
    charged, discharged = (
        (sign * passed).clip(lower=0).groupby(segment, sort=False).sum()
        for sign in (-1, 1)
    )
    figure, panel = style.single(6.4, 0.5 * len(charged) + 1.1)
    labels, places = charged.index.map(_segment_label), np.arange(len(charged))
    for name, shift, values, column in (
        ("charged", -0.2, charged, col.CHARGE_CAPACITY),
        ("discharged", 0.2, discharged, col.DISCHARGE_CAPACITY),
    ):
        if not values.any():
            continue
        colour = CAPACITY_MARKS[column]["color"]
        bars = panel.barh(places + shift, values, 0.38, color=colour, label=name)
        panel.bar_label(bars, fmt="%.3g", padding=2, fontsize=6.5)
    panel.set_yticks(places, labels)
    panel.invert_yaxis()
    panel.set_xlim(right=1.1 * max(charged.max(), discharged.max(), 1e-12))
    panel.set_xlabel(axis.label)
    panel.set_title(_cells_label(table))
    panel.tick_params(axis="y", left=False, right=False)
    style.legend(figure, panel.get_legend_handles_labels()[0])
    return figure


@style.styled
def heat(table: pd.DataFrame) -> Figure:
    """Heat released [J]: one bar for each segment, one colour for each source of heat.

    Sources are the overpotentials, concentration differences in the particles, and the
    entropy of the reaction, which may absorb heat. ``table`` is the first table of
    ``nfpcell.simulation.protocol.run``.
    """
    sources = [name for name in table.columns if name.endswith(HEAT)]
    heats = table.groupby(col.SEGMENT, sort=False)[sources].sum().iloc[::-1]
    shares = heats.abs().div(heats.abs().sum(axis=1), axis=0)
    sources = [name for name in sources if (shares[name] > LEAST_SHARE).any()]
    if not sources:
        return style.no_data("No segment released heat")
    figure, panel = style.single(6.4, 0.42 * len(heats) + 1.9)
    colours = style.loss_colours(sources)
    segments = heats.index.map(_segment_label)
    # released heat is stacked to the right of zero, absorbed heat to the left
    released, absorbed = np.zeros((2, len(heats)))
    for name, colour in colours.items():
        values, label = heats[name].to_numpy(), style.loss_label(name)
        for base, part, text in (
            (released, np.maximum(values, 0), label),
            (absorbed, np.minimum(values, 0), None),
        ):
            panel.barh(segments, part, left=base, color=colour, label=text)
            base += part
    panel.axvline(0, color=style.ink(), lw=0.5)
    panel.set_xlabel("Heat released (J)")
    style.legend(figure, panel.get_legend_handles_labels()[0])
    return figure


@style.styled
def loops(loops: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Voltage [V] over cathode stoichiometry of closed charge-discharge loops.

    Left: full loops. Right: inner loops, and in grey the slowest full loop.
    ``loops`` and ``curves`` are those of ``efficiency`` and ``run`` of
    ``nfpcell.simulation.protocol``.
    """
    # a full loop takes at least 70 % of the largest capacity
    is_full = loops[col.CAPACITY] > 0.7 * loops[col.CAPACITY].max()
    full, inner = loops[is_full][col.SEGMENT], loops[~is_full][col.SEGMENT]
    shown = [segments for segments in (full, inner) if len(segments)]
    figure, axes = style.panels(len(shown), (3.4, 3.6), (0.6, 0.0))
    by_segment = dict(iter(curves.groupby(col.SEGMENT)))

    def draw(panel: Axes, segment: str, **line: Any) -> None:
        curve = by_segment[segment]
        panel.plot(curve[col.STOICHIOMETRY], curve[col.VOLTAGE], **line)

    for panel, segments in zip(axes, shown, strict=True):
        if segments is inner and len(full):
            slowest = max(full, key=lambda name: by_segment[name][col.TIME].iloc[-1])
            draw(panel, slowest, color="0.75", lw=0.8)
        for segment, colour in style.distinct_colours(segments).items():
            draw(panel, segment, color=colour, lw=1.0, label=_segment_label(segment))
        panel.set_xlabel(style.quantity_label(col.STOICHIOMETRY))
        panel.set_box_aspect(1)
        panel.legend(loc="lower left", fontsize="x-small")
    axes[0].set_ylabel(style.VOLTAGE_LABEL)
    cell = _cells_label(loops)
    axes[0].set_title(cell)
    if len(shown) > 1:
        axes[0].set_title(f"{cell}, full loops")
        axes[1].set(title=f"{cell}, inner loops", ylim=(2.2, 3.5))
    return figure
