"""Figures of tables: half-cycles, losses, resistances and scores.

Every function takes tables with the columns of the records and returns a
``matplotlib.figure.Figure``; none needs a display or knows of the model.
"""

import functools
import math
import operator
from collections import Counter
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from nfpcell.figures import published_marks

CELL, DIRECTION, RATE = "Cell", "Direction", "C-rate"
TEMPERATURE = "Ambient temperature [degC]"
KEYS = [CELL, TEMPERATURE, DIRECTION, RATE]
CAPACITY = "Specific capacity [mA.h.g-1]"
RESISTANCE = "Low-frequency resistance [Ohm]"
DEPTH = "Depth of discharge"
LOSS = " overpotential [V]"

CAPACITY_LABEL = "Specific capacity (mAh g$^{-1}$)"
MOST_CELLS, MOST_TEMPERATURES, MOST_RATES = 8, 6, 8
MOST_PANELS = 16
# a half-cycle shorter than this share of the longest has no visible losses
SHORTEST = 0.02
# an overpotential that helps by less is the solver's tolerance [V]
LEAST_GAIN = 1e-3
CURVE_POINTS, LOSS_POINTS = 500, 160
LARGE_RATIO = 5
# computed over published that still fits on the axis
FARTHEST = 2.0
# where the numbers of a score stand, in widths of their panel
COLUMNS_AT = (0.42, 1.0)
ALLOWED = "#D3DFE8"

# Okabe and Ito, Color Universal Design (2008), without yellow and black
OKABE_ITO = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#5A5A5A",
    "#7A4B1E",
)
# Tol, Colour Schemes (2021), muted
MUTED = (
    "#332288",
    "#88CCEE",
    "#44AA99",
    "#117733",
    "#999933",
    "#DDCC77",
    "#CC6677",
    "#882255",
    "#AA4499",
    "#BBBBBB",
)
LINES = {"discharge": "-", "charge": (0, (4, 1.5))}
STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "legend.fontsize": 7.5,
    "legend.title_fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.3,
    "lines.markersize": 4.5,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "text.usetex": False,
    "savefig.dpi": 200,
    "path.simplify": True,
    "svg.fonttype": "path",
    # the same table gives the same file
    "svg.hashsalt": "nfpcell",
}


def styled(function):
    """A function that draws in the style of this module, whatever the user's is."""

    @functools.wraps(function)
    def drawn(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return drawn


@styled
def save(figure, stem):
    """Write a figure as PNG and SVG; returns the two paths."""
    paths = [Path(f"{stem}.png"), Path(f"{stem}.svg")]
    figure.savefig(paths[0], metadata={"Software": "nfpcell"})
    figure.savefig(paths[1], metadata={"Date": None, "Creator": "nfpcell"})
    return paths


# ------------------------------------------------------------------------ half-cycles
@styled
def curves(curves, marks=None):
    """
    Voltage over specific capacity: a panel a cell and temperature, a line a rate.

    Parameters
    ----------
    curves : table with KEYS, "Voltage [V]" and CAPACITY, rows in the order of time
    marks : published capacities, as ``scoring.published`` gives them; they stand at the
        voltage where the half-cycle ends
    """
    if curves.empty:
        return nothing("No half-cycle gave a curve")
    curves, notes = _shown(curves)
    rates = sorted(curves[RATE].unique())
    colours = dict(zip(rates, ramp(len(rates)), strict=True))
    figure, panels = _cell_panels(curves)
    for (cell, temperature), axes in panels.items():
        own = curves[(curves[CELL] == cell) & (curves[TEMPERATURE] == temperature)]
        for (direction, rate), curve in own.groupby([DIRECTION, RATE], sort=True):
            x, y = thinned(curve[CAPACITY], curve["Voltage [V]"])
            axes.plot(x, y, ls=LINES[direction], color=colours[rate])
            key = (cell, temperature, direction, rate)
            for mark in _marks_of(marks, key):
                published_marks.draw(axes, mark, None, y[-1], colours[rate], along="x")
        axes.margins(x=0.03, y=0.04)
    if curves[CAPACITY].max() < 1:
        axes.set_xlim(-0.03, 1)
    handles = [Line2D([], [], color=colours[r], label=f"{r:g}C") for r in rates]
    _labels(figure, CAPACITY_LABEL, "Voltage (V)", notes)
    handles += direction_handles(curves) + published_marks.handles(_met(marks, curves))
    legend(figure, handles)
    return figure


@styled
def capacity(table, marks=None):
    """
    Specific capacity over C-rate, a line a cell, temperature and direction.

    Parameters
    ----------
    table : with KEYS and CAPACITY; rows without a capacity are left out
    marks : published capacities, as ``scoring.published`` gives them
    """
    failed = int(table[CAPACITY].isna().sum())
    table = table[table[CAPACITY].notna()]
    if table.empty:
        return nothing("No condition gave a capacity")
    table, notes = _shown(table, rates=None)
    if failed:
        notes.append(f"{failed} failed condition{'s' * (failed > 1)} not shown")
    cells = list(table[CELL].unique())
    temperatures = sorted(table[TEMPERATURE].unique(), reverse=True)
    by_temperature = len(temperatures) > 1
    together = not by_temperature or len(cells) == 1
    figure, axes = _wrapped(1 if together else len(cells))
    if by_temperature:
        shades = ramp(len(temperatures), "plasma")
        colours = dict(zip(temperatures, shades, strict=True))
        labels = {t: degrees(t) for t in temperatures}
    else:
        colours = dict(zip(cells, OKABE_ITO, strict=False))
        labels = {cell: cell_label(cell) for cell in cells}
    for number, cell in enumerate(cells):
        panel = axes[0 if together else number]
        own = table[table[CELL] == cell]
        for (temperature, direction), line in own.groupby([TEMPERATURE, DIRECTION]):
            line = line.sort_values(RATE)
            colour = colours[temperature if by_temperature else cell]
            panel.plot(
                line[RATE],
                line[CAPACITY],
                ls=LINES[direction],
                color=colour,
                marker="o",
                markerfacecolor=colour if direction == "discharge" else "white",
                clip_on=False,
                zorder=3,
            )
            for rate in line[RATE]:
                key = (cell, temperature, direction, rate)
                for mark in _marks_of(marks, key):
                    published_marks.draw(panel, mark, rate, None, colour)
        if not together or (by_temperature and len(cells) == 1):
            panel.set_title(cell_label(cell))
    for panel in axes:
        _rate_axis(panel, sorted(table[RATE].unique()))
        panel.set_ylim(0, 1.08 * max(table[CAPACITY].max(), 1e-9))
    if together and not by_temperature:
        axes[0].set_title(degrees(temperatures[0]))
    _labels(figure, "C-rate", CAPACITY_LABEL, notes)
    handles = [
        Line2D([], [], color=colours[key], marker="o", label=label)
        for key, label in labels.items()
    ]
    handles += direction_handles(table, marker="o")
    legend(figure, handles + published_marks.handles(_met(marks, table)))
    return figure


@styled
def losses(curves):
    """
    What each overpotential costs along a half-cycle, stacked.

    Parameters
    ----------
    curves : table with KEYS, CAPACITY and columns that end in LOSS, in the sign of
        the current (negative on charge); shown as costs, so turned round on charge
    """
    names = [name for name in curves.columns if name.endswith(LOSS)]
    if curves.empty or not names:
        return nothing("No half-cycle gave a curve")
    ends = curves.groupby(KEYS)[CAPACITY].max()
    long = ends[ends > SHORTEST * ends.max()].index
    chosen = _chosen(list(long), MOST_PANELS)
    short = len(ends) - len(long)
    notes = []
    if len(chosen) < len(long):
        notes.append(f"{len(chosen)} of {len(long)} half-cycles shown")
    if short:
        notes.append(f"{short} that ended almost at once left out")
    # a row for each cell, temperature and direction, if all have as many rates
    lengths = {*Counter(key[:3] for key in chosen).values()}
    columns = lengths.pop() if len(lengths) == 1 else None
    figure, panels = _wrapped(len(chosen), columns if columns in (3, 4, 5) else None)
    gains = False
    colours = [MUTED[k % len(MUTED)] for k in range(len(names))]
    groups = dict(iter(curves.groupby(KEYS)))
    for key, axes in zip(chosen, panels, strict=True):
        curve = groups[key]
        cell, temperature, direction, rate = key
        sign = 1 if direction == "discharge" else -1
        x, *losses = thinned(
            curve[CAPACITY], *(sign * curve[name] for name in names), most=LOSS_POINTS
        )
        gain = min(loss.min() for loss in losses) < -LEAST_GAIN
        gains |= gain
        for side in (np.maximum, np.minimum)[: 1 + gain]:
            base = np.zeros_like(x)
            for loss, colour in zip(losses, colours, strict=True):
                top = base + side(loss, 0)
                axes.fill_between(x, base, top, color=colour, linewidth=0)
                base = top
        axes.set_title(
            f"{cell_label(cell)}, {degrees(temperature)}\n{direction} {rate:g}C"
        )
        axes.margins(x=0, y=0.03)
    if not gains:
        panels[0].set_ylim(bottom=0)
    _labels(figure, CAPACITY_LABEL, "Voltage lost (V)", notes)
    handles = [
        Patch(color=colour, label=_loss_label(name))
        for name, colour in zip(names, colours, strict=True)
    ]
    # the legend reads from the top of the stack down
    legend(figure, handles[::-1])
    return figure


# ------------------------------------------------------------------------- resistance
@styled
def resistance(table, marks=None):
    """
    Low-frequency resistance over depth of discharge, a line a cell and direction.

    Parameters
    ----------
    table : with KEYS, DEPTH and RESISTANCE; a panel a temperature and rate
    marks : published lowest resistances, as ``scoring.published`` gives them; they
        stand at the depth where the computed one is lowest
    """
    table = table[np.isfinite(table[RESISTANCE].astype(float))]
    if table.empty:
        return nothing("No condition gave a resistance")
    table, notes = _shown(table)
    cells = list(table[CELL].unique())
    colours = dict(zip(cells, OKABE_ITO, strict=False))
    circumstances = sorted(
        {*zip(table[TEMPERATURE], table[RATE], strict=True)}, reverse=True
    )
    if len(circumstances) > MOST_PANELS:
        notes.append(f"{MOST_PANELS} of {len(circumstances)} circumstances shown")
        circumstances = _some(circumstances, MOST_PANELS)
    figure, panels = _wrapped(len(circumstances))
    lowest = table.groupby([CELL, DIRECTION])[RESISTANCE].min()
    logarithmic = lowest.min() > 0 and lowest.max() > LARGE_RATIO * lowest.min()
    for (temperature, rate), axes in zip(circumstances, panels, strict=True):
        own = table[(table[TEMPERATURE] == temperature) & (table[RATE] == rate)]
        for (cell, direction), line in own.groupby([CELL, DIRECTION]):
            line = line.sort_values(DEPTH)
            axes.plot(
                line[DEPTH],
                line[RESISTANCE],
                ls=LINES[direction],
                color=colours[cell],
            )
            depth = line[DEPTH].loc[line[RESISTANCE].idxmin()]
            for mark in _marks_of(marks, (cell, temperature, direction, rate)):
                published_marks.draw(axes, mark, depth, None, colours[cell])
        axes.set_title(f"{degrees(temperature)}, {rate:g}C")
        axes.set_xlim(0, 1)
        if logarithmic:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
            axes.yaxis.set_minor_locator(LogLocator(subs=np.arange(2, 10)))
            axes.yaxis.set_minor_formatter(NullFormatter())
    if not logarithmic:
        panels[0].set_ylim(bottom=0)
    _labels(figure, "Depth of discharge", "Resistance at 25 mHz (Ω)", notes)
    handles = [Line2D([], [], color=colours[c], label=cell_label(c)) for c in cells]
    handles += direction_handles(table) + published_marks.handles(_met(marks, table))
    legend(figure, handles)
    return figure


@styled
def steps(table, marks=None):
    """
    What each change from one cell to the next is worth, as a waterfall.

    Parameters
    ----------
    table : as ``steps.steps`` returns it; its resistances are of RESISTANCE
    marks : published lowest resistances, as ``scoring.published`` gives them
    """
    before, after = (
        table[RESISTANCE.replace(" [", f" {when} [")].to_numpy(float)
        for when in ("before", "after")
    )
    if not np.isfinite([*before, *after]).any():
        return nothing("No cell gave a resistance")
    levels = np.append(before[:1], after)
    names = [table["From"].iloc[0], *table["To"]]
    if marks is not None:
        # of all cells, those of the circumstances of this table
        marks = marks.merge(table[KEYS[1:]].drop_duplicates(), on=KEYS[1:])
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    axes = figure.subplots()
    fall, rise = OKABE_ITO[2], OKABE_ITO[1]
    known = levels[np.isfinite(levels)]
    for place, (start, end) in enumerate(zip(before, after, strict=True)):
        if not np.isfinite([start, end]).all():
            continue
        colour = fall if end <= start else rise
        axes.bar(place + 0.5, end - start, 0.5, bottom=start, color=colour, zorder=3)
        axes.annotate(
            f"{end - start:+.{0 if abs(end - start) >= 100 else 1}f} Ω".replace(
                "-", "−"
            ),
            (place + 0.5, max(start, end)),
            (0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
        )
    for place, (level, name) in enumerate(zip(levels, names, strict=True)):
        first, last = place - 0.25, place + 0.25
        axes.plot([first, last], [level, level], color="black", zorder=4)
        for mark in published_marks.selected(marks, Cell=name):
            # beside the name, which stands below the middle
            published_marks.draw(axes, mark, first + 0.05, None, OKABE_ITO[0])
        if np.isfinite(level):
            # one between two cells is told by the bar before it
            own = "" if " + " in name else f"{literal(name)}\n"
            axes.annotate(
                f"{own}{level:.4g} Ω",
                (place, level),
                (0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
            )
    if known.max() > LARGE_RATIO * known.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        axes.set_ylim(0.6 * known.min(), 1.6 * known.max())
    else:
        axes.set_ylim(0, 1.15 * known.max())
    axes.set_xlim(-0.5, len(table) + 0.5)
    axes.set_xticks(
        np.arange(len(table)) + 0.5,
        [change.replace(", ", "\n") for change in table["Change"]],
    )
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("Lowest resistance at 25 mHz (Ω)")
    there = None if marks is None else marks[marks[CELL].isin(names)]
    if handles := published_marks.handles(there):
        axes.legend(handles=handles)
    return figure


# ------------------------------------------------------------------------------ score
@styled
def scores(score):
    """
    Computed over published of every target, with what it may be.

    Parameters
    ----------
    score : table with the columns of the score; a published range such as
        "3 to 3.25", ">= 40" or "<= 15" is drawn relative to its middle or its bound
    """
    if score.empty:
        return nothing("No targets")
    rows = score.to_dict("records")
    figure = Figure(figsize=(7.2, 1.1 + 0.33 * len(rows)), layout="constrained")
    axes, numbers = figure.subplots(1, 2, sharey=True, width_ratios=[4, 1.3])
    numbers.set_axis_off()
    for place, row in enumerate(rows):
        _target(axes, numbers, place, row)
    axes.axvline(1, color="black", linewidth=0.8, zorder=2)
    axes.set_xscale("log", base=2)
    axes.set_xlim(1 / FARTHEST, FARTHEST)
    axes.xaxis.set_major_locator(
        FixedLocator([0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2])
    )
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.set_xlabel("Computed / published")
    labels = [_target_label(row) for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=7, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    for x, title in zip(COLUMNS_AT, ("computed", "published"), strict=True):
        at = numbers.transAxes
        numbers.text(x, 1.0, title, ha="right", va="bottom", fontsize=7, transform=at)
    met, missed = OKABE_ITO[:2]
    handles = [
        Line2D([], [], ls="", marker="o", color=met, label="met"),
        Line2D([], [], ls="", marker="o", color=missed, label="not met"),
        Line2D([], [], ls="", marker="o", color="0.35", label="calibrated"),
        Line2D([], [], ls="", marker="o", color="0.35", mfc="white", label="predicted"),
        Patch(color=ALLOWED, label="allowed"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure


def _target(axes, numbers, place, row):
    """One line of the score: what is allowed, where the result stands, both numbers."""
    left, right = 1 / FARTHEST, FARTHEST
    reference, low, high = _band(row["Published"], row["Tolerance [%]"])
    low, high = max(low, left), min(high, right)
    axes.barh(place, high - low, 0.62, left=low, color=ALLOWED, zorder=1)
    ratio = row["Computed"] / reference
    colour = OKABE_ITO[0] if row["Met"] else OKABE_ITO[1]
    if math.isfinite(ratio):
        # what lies beyond the axis is a triangle at its end
        axes.plot(
            min(max(ratio, left), right),
            place,
            "<" if ratio < left else ">" if ratio > right else "o",
            color=colour,
            markerfacecolor=colour if row["Use"] == "calibrated" else "white",
            clip_on=False,
            zorder=3,
        )
    else:
        axes.text(1.02, place, "no result", va="center", color=colour)
    computed = "≈ 0" if abs(ratio) < SHORTEST**2 else _plain(row["Computed"])
    for x, text in zip(COLUMNS_AT, (computed, _plain(row["Published"])), strict=True):
        at = numbers.get_yaxis_transform()
        numbers.text(x, place, text, ha="right", va="center", fontsize=7, transform=at)


def _band(published, tolerance):
    """The number that a target is drawn relative to, and what is allowed of it."""
    if not isinstance(published, str):
        span = tolerance / 100
        return published, 1 - span, 1 + span
    words = published.split()
    if words[0] in (">=", "<="):
        above = words[0] == ">="
        return float(words[1]), 1 if above else 0, math.inf if above else 1
    low, high = float(words[0]), float(words[-1])
    middle = (low + high) / 2
    return middle, low / middle, high / middle


def _target_label(row):
    quantity = row["Quantity"].partition(" [")[0]
    where = row["Where"].replace(" degC", " °C").replace(" -", " −")
    return f"{quantity}\n{cell_label(row[CELL])}, {where}"


def _plain(value):
    if isinstance(value, str):
        return value.replace(">=", "≥").replace("<=", "≤").replace(" to ", "–")
    return f"{value:.4g}" if math.isfinite(value) else "–"


# -------------------------------------------------------------------- what they share
def cell_label(cell):
    """A built-in cell is "cell C", anything else goes by its own name."""
    return f"cell {cell}" if len(str(cell)) == 1 else literal(str(cell))


def degrees(temperature):
    """A temperature as a label."""
    return f"{temperature:g} °C".replace("-", "−")


def literal(text):
    """Text as it is: dollar signs are not mathematics, long names are cut."""
    text = text if len(text) <= 24 else f"{text[:22]}…"
    return text.replace("$", r"\$")


def _marks_of(marks, key):
    """Published numbers of one half-cycle."""
    return published_marks.selected(marks, **dict(zip(KEYS, key, strict=True)))


def _met(marks, table):
    """Published numbers of half-cycles that a table has."""
    if marks is None or marks.empty:
        return None
    return marks.merge(table[KEYS].drop_duplicates(), on=KEYS)


def _loss_label(name):
    short = name.removesuffix(LOSS).replace("Positive electrode", "Cathode")
    return short[0].upper() + short[1:]


def nothing(sentence):
    """A figure that says why it shows nothing."""
    figure = Figure(figsize=(3.4, 2.6))
    figure.text(0.5, 0.5, sentence, ha="center", va="center")
    return figure


def _labels(figure, x, y, notes):
    """Labels of the outer panels, and in small print what the figure leaves out."""
    for axes in figure.axes:
        place = axes.get_subplotspec()
        if axes.xaxis.get_tick_params().get("labelbottom"):
            axes.set_xlabel(x)
        if place.is_first_col():
            axes.set_ylabel(y)
    if notes:
        figure.supxlabel("; ".join(notes), fontsize=6.5, color="0.35")


def _some(values, most):
    """At most so many of the values, evenly spread, both ends among them."""
    values = list(values)
    if len(values) <= most:
        return values
    if most == 1:
        return values[-1:]
    return [values[round(k)] for k in np.linspace(0, len(values) - 1, most)]


def _shown(table, rates=MOST_RATES):
    """The part of a table that one figure can show, and a note of what is left out."""
    notes = []
    for column, most, what, ordered in (
        (CELL, MOST_CELLS, "cells", False),
        (TEMPERATURE, MOST_TEMPERATURES, "temperatures", True),
        (RATE, rates, "rates", True),
    ):
        there = list(table[column].unique())
        kept = _some(sorted(there) if ordered else there, most or len(there))
        if len(kept) < len(there):
            notes.append(f"{len(kept)} of {len(there)} {what} shown")
            table = table[table[column].isin(kept)]
    return table, notes


def _chosen(keys, most):
    """Conditions for small multiples: ends of each axis rather than neighbours."""
    axes = [list(dict.fromkeys(key[k] for key in keys)) for k in range(len(KEYS))]
    axes[1].sort(reverse=True)
    axes[3].sort()
    places = [{value: k for k, value in enumerate(axis)} for axis in axes]
    numbers = [len(axis) for axis in axes]
    chosen = keys
    # rates give way first, then temperatures, cells, and directions last
    order = (3, 1, 0, 2)
    while len(chosen) > most:
        numbers[max(order, key=lambda k: (numbers[k], -order.index(k)))] -= 1
        kept = [_some(axis, number) for axis, number in zip(axes, numbers, strict=True)]
        chosen = [key for key in keys if all(map(operator.contains, kept, key))]
    return sorted(
        chosen, key=lambda key: [p[value] for p, value in zip(places, key, strict=True)]
    )


def thinned(x, *others, most=CURVE_POINTS):
    """Columns as arrays with at most so many points, both ends among them."""
    columns = [np.asarray(column, dtype=float) for column in (x, *others)]
    number = len(columns[0])
    if number > most:
        picks = np.unique(np.linspace(0, number - 1, most).round().astype(int))
        columns = [column[picks] for column in columns]
    return columns


def ramp(number, name="viridis"):
    """Colours that are ordered, tell apart in grey, and are not too light."""
    ends = (0.0, 0.88) if name == "viridis" else (0.82, 0.0)
    places = np.linspace(*ends, number) if number > 1 else [0.25]
    return [matplotlib.colormaps[name](place) for place in places]


def _wrapped(number, columns=None):
    """So many panels with common axes, in rows."""
    usual = 2 if number == 4 else min(number, 4 if number > 9 else 3)
    columns = columns or usual
    rows = math.ceil(number / columns)
    width, height = (3.4, 2.7) if number == 1 else (2.2, 1.85)
    figure = Figure(
        figsize=(columns * width + 1.5, rows * height + 0.5), layout="constrained"
    )
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for empty in panels[number:]:
        empty.remove()
    # the panel above a gap carries the numbers of its column
    for panel in panels[max(number - columns, 0) : number]:
        panel.tick_params(labelbottom=True)
    return figure, panels[:number]


def _cell_panels(curves):
    """A panel for each cell and temperature: a grid if all meet, else in rows."""
    cells = list(curves[CELL].unique())
    temperatures = sorted(curves[TEMPERATURE].unique(), reverse=True)
    met = {*zip(curves[CELL], curves[TEMPERATURE], strict=True)}
    keys = [(c, t) for c in cells for t in temperatures if (c, t) in met]
    if len(cells) > 1 and len(temperatures) > 1:
        figure = Figure(
            figsize=(1.9 * len(temperatures) + 1.4, 1.6 * len(cells) + 0.5),
            layout="constrained",
        )
        grid = figure.subplots(
            len(cells), len(temperatures), sharex=True, sharey=True, squeeze=False
        )
        panels = {}
        for row, cell in zip(grid, cells, strict=True):
            for axes, temperature in zip(row, temperatures, strict=True):
                panels[cell, temperature] = axes
        for key in [key for key in panels if key not in met]:
            axes = panels.pop(key)
            axes.text(
                0.5, 0.5, "no curve", ha="center", va="center", transform=axes.transAxes
            )
            axes.set_title(f"{cell_label(key[0])}, {degrees(key[1])}")
    else:
        figure, axes = _wrapped(len(keys))
        panels = dict(zip(keys, axes, strict=True))
    for (cell, temperature), axes in panels.items():
        axes.set_title(f"{cell_label(cell)}, {degrees(temperature)}")
    return figure, panels


def direction_handles(table, marker=None):
    """Entries of the legend for charge and discharge, if both are there."""
    there = [direction for direction in LINES if (table[DIRECTION] == direction).any()]
    if len(there) < 2:
        return []
    return [
        Line2D(
            [],
            [],
            ls=LINES[direction],
            color="0.35",
            marker=marker,
            markerfacecolor="0.35" if direction == "discharge" else "white",
            label=direction,
        )
        for direction in there
    ]


def legend(figure, handles):
    """The legend below all panels."""
    figure.legend(handles=handles, loc="outside right upper", handlelength=2.6)


def _rate_axis(axes, rates):
    """C-rates on a logarithmic axis, marked where they are if there is room."""
    axes.set_xscale("log")
    if len(rates) == 1:
        axes.set_xlim(rates[0] / 2, rates[0] * 2)
    span = math.log(rates[-1] / rates[0]) or 1.0
    ticks = [rates[0]]
    for rate in rates[1:]:
        if math.log(rate / ticks[-1]) >= 0.09 * span:
            ticks.append(rate)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
