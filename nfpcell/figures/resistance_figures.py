"""Figures of resistance over depth of discharge."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nfpcell import columns as col
from nfpcell.figures import published_marks, style
from nfpcell.figures.half_cycle_figures import MOST_PANELS, reduced, shared_panels

MOST_CIRCUITS = 12
# above this ratio of resistances the axis is logarithmic
LARGE_RATIO = 5
# percentage of the depths (ends, narrow peaks) that may exceed the axis of a circuit
PEAKED = 8
# largest misfit of a circuit whose resistances are joined by a line [%]
MOST_MISFIT = 5
BEYOND_AXIS = "resistance at the ends of the half-cycle may exceed the axis"


@style.styled
def resistance(table: pd.DataFrame, marks: pd.DataFrame | None = None) -> Figure:
    """Low-frequency resistance (Re Z at 25 mHz) [Ohm] over depth of discharge [0 to 1].

    One panel for each temperature and C-rate, one line for each cell and direction.
    ``table`` is that of ``nfpcell.resistance``. Marks are published lowest resistances,
    at the depth of the lowest computed one.
    """
    table = _computed(table)
    if table.empty:
        return style.no_data("No condition gave a resistance")
    table, notes = reduced(table)
    colours = style.distinct_colours(table[col.CELL].unique())
    pairs = sorted({*zip(table[col.TEMPERATURE], table[col.RATE], strict=True)})[::-1]
    shown, note = style.at_most(pairs, MOST_PANELS, "temperatures and rates")
    figure, axes = shared_panels(len(shown))
    panels = dict(zip(shown, axes, strict=True))
    lowest = table.groupby([col.CELL, col.DIRECTION])[col.LOW_FREQUENCY].min()
    logarithmic = lowest.min() > 0 and lowest.max() > LARGE_RATIO * lowest.min()
    for (T, rate), panel in panels.items():
        panel.set(title=f"{style.degrees(T)}, {style.rate_label(rate)}", xlim=(0, 1))
        if logarithmic:
            panel.set_yscale("log")
            style.log_numbers(panel.yaxis)
    for key, line in style.half_cycles(table.sort_values(col.DEPTH)):
        cell, direction, rate, T = key
        if (T, rate) not in panels:
            continue
        panel, colour = panels[T, rate], colours[cell]
        depths, values = line[col.DEPTH], line[col.LOW_FREQUENCY]
        panel.plot(depths, values, ls=style.LINES[direction], color=colour)
        depth = depths.iloc[values.argmin()]
        published_marks.draw_condition(panel, marks, key, (depth, None), colour)
    if not logarithmic:
        axes[0].set_ylim(bottom=0)
    style.outer_labels(figure, col.DEPTH, "Resistance at 25 mHz (Ω)")
    handles = style.colour_entries(colours, style.cell_label)
    handles += style.direction_entries(table) + published_marks.handles(marks, table)
    style.legend(figure, handles, notes + note)
    return figure


@style.styled
def circuit(table: pd.DataFrame, marks: pd.DataFrame | None = None) -> Figure:
    """R0, R1, R2 and their total [Ohm] over depth of discharge [0 to 1].

    Solid lines: the equivalent circuit fitted to the computed spectra; crosses: those
    that it describes badly, which no line joins. Dotted lines: Re Z at 25 mHz of the
    corresponding parts of the model. Circle: lowest total.
    ``table`` is that of ``nfpcell.resistance``; marks are published lowest totals.
    """
    table = _computed(table)
    if table.empty:
        return style.no_data("No condition gave a resistance")
    groups = style.half_cycles(table)
    shown, notes = style.at_most(groups, MOST_CIRCUITS, "half-cycles")
    figure, axes = style.panels(len(shown), (2.7, 2.4))
    colours = style.distinct_colours((*col.CIRCUIT, col.TOTAL))
    misfits = False
    for (key, rows), panel in zip(shown, axes, strict=True):
        rows = rows.sort_values(col.DEPTH)
        scale, unit = style.ohm_scale(rows[col.LOW_FREQUENCY].median())
        depths, low = rows[col.DEPTH], rows[col.LOW_FREQUENCY] / scale
        draw_circuit(panel, rows, scale)
        for name in col.CIRCUIT:
            values = rows[f"Model {name}"] / scale
            panel.plot(depths, values, ":", color=colours[name], lw=1.0)
        panel.plot(depths, low, "--", color=style.ink(), lw=0.8)
        valid = rows[col.TOTAL].where(_well_described(rows))
        misfits |= bool((~_well_described(rows)).any())
        if valid.notna().any():
            place = valid.argmin()
            x, y = depths.iloc[place], rows[col.TOTAL].iloc[place] / scale
            panel.plot(x, y, "o", color=style.ink(), mfc=style.paper(), zorder=4)
            style.annotate(panel, f"{y:.3g}", x, y, -4)
            colour = colours[col.TOTAL]
            published_marks.draw_condition(panel, marks, key, (x, None), colour, scale)
        largest = np.nanpercentile(pd.concat([low, valid / scale]), 100 - PEAKED)
        panel.set_ylim(0, 1.2 * largest)
        panel.set(title=style.half_cycle_label(*key), ylabel=f"Resistance ({unit})")
    handles = style.colour_entries(colours, lambda name: name.partition(" ")[0])
    handles += [
        style.mark_entry("lowest total", "o", style.ink(), mfc=style.paper()),
        *[style.mark_entry(f"misfit above {MOST_MISFIT} %", "x")] * misfits,
        style.entry("R0, R1, R2 of the model", ls=":"),
        style.entry("Re Z at 25 mHz", style.ink(), ls="--", lw=0.8),
        *published_marks.handles(marks, table),
    ]
    notes.insert(0, BEYOND_AXIS)
    columns = min(6, 2 * len({panel.get_position().x0 for panel in axes}))
    style.legend(figure, handles, notes, loc="outside lower center", ncols=columns)
    return figure


def draw_circuit(axes: Axes, rows: pd.DataFrame, scale: float) -> None:
    """R0, R1, R2 and total of one half-cycle, over its depth of discharge.

    Resistances of a circuit that describes its spectrum badly are crosses.
    """
    good = _well_described(rows)
    for name, colour in style.distinct_colours((*col.CIRCUIT, col.TOTAL)).items():
        label, values = name.partition(" ")[0], rows[name] / scale
        axes.plot(rows[col.DEPTH], values.where(good), color=colour, label=label)
        if not good.all():
            axes.plot(rows[col.DEPTH][~good], values[~good], "x", color=colour, ms=3)
    axes.set(xlim=(0, 1), xlabel=col.DEPTH)


def _well_described(rows: pd.DataFrame) -> pd.Series:
    """Whether the circuit describes each spectrum, True where its misfit is unknown."""
    if col.CIRCUIT_MISFIT not in rows:
        return pd.Series(True, rows.index)
    return ~(rows[col.CIRCUIT_MISFIT] > MOST_MISFIT)


def _computed(table: pd.DataFrame) -> pd.DataFrame:
    return table[np.isfinite(table[col.LOW_FREQUENCY].astype(float))]
