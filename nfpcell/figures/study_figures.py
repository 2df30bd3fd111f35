"""Figures of studies: targets met, changes of a recipe, other chemistries."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator

from nfpcell import columns as col
from nfpcell.cell.naming import printed_unit, split_unit
from nfpcell.figures import published_marks, style
from nfpcell.studies.chemistries import OF_THEORY, RESISTANCE
from nfpcell.studies.recipe_steps import AFTER, BEFORE

# the axis extends from 1 / FARTHEST to FARTHEST
FARTHEST = 2.0
# smaller ratios of computed over published are written as zero
ZERO = 4e-4
# x of the numbers of a score, in widths of their panel
NUMBERS_AT = {col.COMPUTED: 0.42, col.PUBLISHED: 1.0}
# level of a waterfall, over the highest one, whose name has no room below
NEAR_AXIS = 0.15
TOLERANCE_COLOUR = "#D3DFE8"


# ------------------------------------------------------------------------------ score
@dataclass(frozen=True)
class _Target:
    """A published number: its reference value, and the accepted ratios to it."""

    reference: float
    lower: float
    upper: float


@style.styled
def scores(score: pd.DataFrame) -> Figure:
    """Computed over published value of every target, with its tolerance.

    ``score`` is the table of ``nfpcell.score``. A published range is drawn relative to
    its middle, a bound relative to itself.
    """
    if score.empty:
        return style.no_data("No targets")
    rows = score.to_dict("records")
    shape: dict[str, Any] = {"sharey": True, "width_ratios": [4, 1.3]}
    figure, grid = style.grid(1, 2, 7.2, 1.1 + 0.33 * len(rows), **shape)
    axes, numbers = grid[0]
    numbers.set_axis_off()
    for place, row in enumerate(rows):
        _draw_target(axes, numbers, place, row)
    for name, x in NUMBERS_AT.items():
        _write(numbers, x, -0.6, name.lower(), "bottom")
    axes.axvline(1, color=style.ink(), lw=0.8, zorder=2)
    axes.set_xscale("log", base=2)
    axes.set(xlim=(1 / FARTHEST, FARTHEST), ylim=(len(rows) - 0.4, -0.6))
    axes.set_xlabel("Computed / published")
    style.fixed_ticks(axes.xaxis, [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2])
    axes.set_yticks(range(len(rows)), map(_label, rows), fontsize=7, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    handles = [
        style.mark_entry("met", "o", style.OKABE_ITO[0]),
        style.mark_entry("not met", "o", style.OKABE_ITO[1]),
        style.mark_entry("calibrated", "o"),
        style.mark_entry("predicted", "o", mfc=style.paper()),
        Patch(color=TOLERANCE_COLOUR, label="tolerance"),
    ]
    style.legend(figure, handles, loc="outside lower center", ncols=5)
    return figure


def _label(row: Mapping[Any, Any]) -> str:
    # published numbers are in their own unit
    unit = printed_unit(split_unit(row[col.QUANTITY])[1])
    quantity = style.quantity_label(row[col.QUANTITY], unit=False)
    quantity = f"{quantity} ({unit})" if unit else quantity
    cell, condition = style.cell_label(row[col.CELL]), style.signs(row[col.WHERE])
    return f"{quantity}\n{cell}, {condition}"


def _draw_target(axes: Axes, numbers: Axes, place: int, row: Mapping[Any, Any]) -> None:
    """One row of the score: the tolerance, the result, and both numbers."""
    left, right = 1 / FARTHEST, FARTHEST
    target = _target(row)
    low, high = max(target.lower, left), min(target.upper, right)
    axes.barh(place, high - low, 0.62, left=low, color=TOLERANCE_COLOUR, zorder=1)
    ratio = row[col.COMPUTED] / target.reference
    colour = style.OKABE_ITO[0 if row[col.MET] else 1]
    if math.isfinite(ratio):
        # a ratio beyond the axis is a triangle at its end
        marker = "<" if ratio < left else ">" if ratio > right else "o"
        face = colour if row[col.USE] == "calibrated" else style.paper()
        x = min(max(ratio, left), right)
        axes.plot(x, place, marker, color=colour, mfc=face, clip_on=False, zorder=3)
    else:
        text = row[col.REMARK] or "no result"
        axes.text(1.02, place, text, va="center", color=colour)
    for name, x in NUMBERS_AT.items():
        is_zero = name == col.COMPUTED and abs(ratio) < ZERO
        _write(numbers, x, place, "≈ 0" if is_zero else _number(row[name]))


def _write(axes: Axes, x: float, y: float, text: str, va: str = "center") -> None:
    """A number in the panel beside the score; x is in widths of that panel."""
    transform = axes.get_yaxis_transform()
    axes.text(x, y, text, ha="right", va=va, fontsize=7, transform=transform)


def _target(row: Mapping[Any, Any]) -> _Target:
    published, lower, upper = row[col.PUBLISHED], row[col.LOWER], row[col.UPPER]
    if not isinstance(published, str):
        tolerance = row[col.TOLERANCE] / 100
        return _Target(published, 1 - tolerance, 1 + tolerance)
    reference = float(np.nanmean([lower, upper]))
    return _Target(
        reference,
        0 if math.isnan(lower) else lower / reference,
        math.inf if math.isnan(upper) else upper / reference,
    )


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value.replace(">=", "≥").replace("<=", "≤").replace(" to ", "–")
    return f"{value:.4g}" if math.isfinite(value) else "–"


# -------------------------------------------------------------------------- waterfall
@style.styled
def steps(table: pd.DataFrame, marks: pd.DataFrame | None = None) -> Figure:
    """Lowest resistance [Ohm] after each change of the recipe, as a waterfall.

    ``table`` is that of ``nfpcell.studies.recipe_steps.steps``; marks are published
    lowest resistances.
    """
    before, after = table[BEFORE].to_numpy(float), table[AFTER].to_numpy(float)
    if not np.isfinite([*before, *after]).any():
        return style.no_data("No cell gave a resistance")
    levels = np.append(before[:1], after)
    names = [table["From"].iloc[0], *table["To"]]
    if marks is not None:
        # only marks for cells and conditions of this table
        keys = list(col.CONDITION[1:])
        marks = marks.merge(table[keys].drop_duplicates(), on=keys)
        marks = marks[marks[col.CELL].isin(names)]
    figure, axes = style.single(7.2, 3.6)
    for place, (start, end) in enumerate(zip(before, after, strict=True)):
        if not np.isfinite(change := end - start):
            continue
        # green where the resistance falls
        colour = style.OKABE_ITO[2 if change <= 0 else 1]
        axes.bar(place + 0.5, change, 0.5, bottom=start, color=colour, zorder=3)
        text = f"{change:+.{0 if abs(change) >= 100 else 1}f} Ω"
        style.annotate(axes, style.signs(text), place + 0.5, max(start, end), 3)
    for place, (level, name) in enumerate(zip(levels, names, strict=True)):
        left, right = place - 0.25, place + 0.25
        axes.plot([left, right], [level, level], color=style.ink(), zorder=4)
        if marks is not None:
            # left of the name, which is below the middle
            for mark in marks[marks[col.CELL] == name].to_dict("records"):
                colour = style.OKABE_ITO[0]
                published_marks.draw(axes, mark, (left + 0.04, None), colour)
        if np.isfinite(level):
            # intermediate cells have no name: the bar before them names the change
            text = "" if " + " in name else f"{style.literal(name)}\n"
            text += f"{level:.4g} Ω"
            # below the line, or above it where the axis is near
            points = -4 if level > NEAR_AXIS * np.nanmax(levels) else 3
            style.annotate(axes, text, place + 0.03, level, points, fontsize=7)
    axes.set_ylim(0, 1.15 * np.nanmax(levels))
    axes.set_xlim(-0.5, len(table) + 0.5)
    changes = table["Change"].str.replace("plate", "β″-alumina thickness")
    axes.set_xticks(np.arange(len(table)) + 0.5, changes.str.replace(", ", "\n"))
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("Lowest resistance at 25 mHz (Ω)")
    if handles := published_marks.handles(marks):
        axes.legend(handles=handles)
    return figure


# ------------------------------------------------------------------------ chemistries
@style.styled
def chemistries(table: pd.DataFrame) -> Figure:
    """Share of the theoretical capacity [%] over internal resistance [Ohm].

    One colour for each C-rate; stars are published pairs. ``table`` is that of
    ``nfpcell.studies.chemistries.compare``.
    """
    figure, axes = style.single(5.2, 3.5)
    computed, published = (
        table[table["Origin"] == origin] for origin in ("computed", "published")
    )
    colours = style.distinct_colours(sorted(computed[col.RATE].unique()))
    for rate, rows in computed.groupby(col.RATE):
        axes.plot(rows[RESISTANCE], 100 * rows[OF_THEORY], "o", color=colours[rate])
    for name, rows in computed.groupby("Chemistry"):
        share = 100 * rows[OF_THEORY].max()
        style.annotate(
            axes, style.literal(str(name)), rows[RESISTANCE].iloc[0], share, 6
        )
    star: dict[str, Any] = {"marker": "*", "ms": 9, "mfc": "none", "color": style.ink()}
    axes.plot(published[RESISTANCE], 100 * published[OF_THEORY], ls="", **star)
    axes.set_xscale("log")
    style.log_numbers(axes.xaxis)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.margins(x=0.1)
    axes.set(xlabel="Internal resistance (Ω)", ylim=(-3, 100))
    axes.set_ylabel("Share of theoretical capacity (%)")
    handles = [
        style.mark_entry(f"computed, {style.rate_label(rate)}", "o", colour)
        for rate, colour in colours.items()
    ]
    style.legend(figure, [*handles, style.mark_entry("published", **star)])
    return figure
