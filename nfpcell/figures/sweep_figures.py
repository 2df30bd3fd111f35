"""Figures of a sweep: energy over power, outputs over a quantity, sensitivity."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.cell import units
from nfpcell.columns import CELL, ENERGY, QUANTITY, RATE
from nfpcell.figures import style
from nfpcell.sweeping.sweep_outputs import POWER, STACK_ENERGY, STACK_POWER
from nfpcell.sweeping.sweep_plan import Sweep

ENERGIES = {
    "per mass of NFP": (ENERGY, POWER),
    "per mass of β″-alumina and cathode": (STACK_ENERGY, STACK_POWER),
}
STYLES: tuple[dict[str, Any], ...] = (
    {"ls": "-", "marker": "o"},
    {"ls": (0, (4, 1.5)), "marker": "s"},
    {"ls": (0, (1, 1.2)), "marker": "^"},
    {"ls": (0, (5, 1.2, 1, 1.2)), "marker": "D"},
)
MOST_LINES, MOST_OUTPUTS = 7, 6
# above this ratio of its values an axis is logarithmic
WIDE = 20
# quantities of a sensitivity analysis that are shown, those with the largest indices
MOST_BARS = 12
FIRST, TOTAL = "First-order index", "Total index"
# quantity -> value -> line properties
Key = dict[str, dict[Any, dict[str, Any]]]
_SHORTER = {
    "cathode-side ": "",
    "Exchange-current density for sodium metal electrode": "Sodium exchange current",
    "exchange-current density": "exchange current",
    "Positive particle radius over BET radius of powder": "Particle radius",
    "Positive particle": "Particle",
}


def has_ragone(sweep: Sweep) -> bool:
    """Whether a sweep has the energies and powers of a Ragone plot."""
    return any(set(pair) <= set(sweep.outputs) for pair in ENERGIES.values())


def _short_label(name: str) -> str:
    """A short label of a varied quantity, without its unit."""
    for long, short in _SHORTER.items():
        name = name.replace(long, short)
    return style.quantity_label(name[:1].upper() + name[1:], unit=False)


def _value_label(name: str, value: Any) -> str:
    """A value of a varied quantity, with its unit."""
    if name == CELL:
        return str(value)
    if name == RATE:
        return style.rate_label(value)
    shown = units.shown(name)
    return f"{shown.value(value):.4g} {shown.printed}".strip()


# --------------------------------------------------------------------- the legend key
def _key(names: Sequence[str], table: pd.DataFrame) -> Key | None:
    """Colours for the first varied quantity, lines and markers for the second.

    None if more quantities vary, or if one has too many values.
    """
    names = [name for name in [*names, CELL] if table[name].nunique() > 1]
    values = [list(dict.fromkeys(table[name])) for name in names]
    if len(names) > 2 or any(
        len(axis) > most
        for axis, most in zip(values, (MOST_LINES, len(STYLES)), strict=False)
    ):
        return None
    key: Key = {}
    if names:
        colours = style.ordered_colours(values[0])
        key[names[0]] = {value: {"color": colours[value]} for value in values[0]}
    if len(names) > 1:
        key[names[1]] = dict(zip(values[1], STYLES, strict=False))
    return key


def _draw_line(
    axes: Axes, rows: pd.DataFrame, x: str, y: str, key: Key, **line: Any
) -> None:
    line = {"color": style.OKABE_ITO[0], **STYLES[0], **line}
    for name, looks in key.items():
        line |= looks[rows[name].iloc[0]]
    axes.plot(rows[x], rows[y], **line)


def _key_entries(key: Key) -> list[Line2D]:
    """Entries of the legend: each quantity, and below it its values."""
    handles = []
    for name, looks in key.items():
        handles.append(style.entry(_short_label(name), ls=""))
        for value, look in looks.items():
            look = {"color": "0.3", "ms": 3, **look}
            handles.append(style.entry(_value_label(name, value), **look))
    return handles


# ----------------------------------------------------------------------------- Ragone
@style.styled
def ragone(sweep: Sweep, table: pd.DataFrame) -> Figure:
    """
    Energy [Wh/kg] over mean power [W/kg]: one line through the C-rates of each design.

    ``has_ragone(sweep)`` must be true; ``table`` has the rows with a result.
    """
    pairs = {k: p for k, p in ENERGIES.items() if set(p) <= set(sweep.outputs)}
    table = table[(table[[energy for energy, _ in pairs.values()]] > 0).all(axis=1)]
    if table.empty:
        return style.no_data("No case gave any energy")
    figure, axes = style.panels(len(pairs), (3.1, 3.3), (0.6, 0.0))
    names = [axis.name for axis in sweep.axes if axis.name != RATE]
    key = _key(names, table) if RATE in table and table[RATE].nunique() > 1 else None
    for panel, (title, (energy, power)) in zip(axes, pairs.items(), strict=True):
        if key is None:
            panel.plot(table[power], table[energy], ls="", marker="o", ms=2)
        else:
            for _, rows in table.sort_values(RATE).groupby([CELL, *names]):
                _draw_line(panel, rows, power, energy, key, ms=3)
        panel.set(xscale="log", title=title, xlabel="Mean power (W kg⁻¹)")
        panel.set_ylim(bottom=0)
        panel.set_ylabel("Energy (Wh kg⁻¹)")
    style.legend(figure, _key_entries(key or {}))
    return figure


# ------------------------------------------------------------------------------- grid
@style.styled
def sweep(sweep: Sweep, table: pd.DataFrame) -> Figure | None:
    """
    Every output over the first varied quantity: one line for each value of the others.

    ``sweep`` is a grid or list; ``table`` has the rows with a result. None if lines
    cannot show all varied quantities.
    """
    x = sweep.axes[0].name
    outputs = [n for n in sweep.numbers if table[n].notna().any()][:MOST_OUTPUTS]
    table = table.assign(**units.converted(table, (x, *outputs)))
    # colours are for the quantity with the most values
    others = [axis.name for axis in sweep.axes[1:]]
    others.sort(key=lambda name: -table[name].nunique())
    table, notes = _few_lines(table, others)
    key = _key(others, table)
    if not outputs or key is None or table[x].nunique() < 2:
        return None
    shape = (2.6, 2.1), (0.4, 0.5), min(3, len(outputs))
    figure, axes = style.panels(len(outputs), *shape, sharex=True)
    for panel, output in zip(axes, outputs, strict=True):
        for _, rows in table.sort_values(x).groupby([CELL, *others]):
            _draw_line(panel, rows, x, output, key, ms=2.5, lw=1)
        if table[x].min() > 0 and table[x].max() > WIDE * table[x].min():
            panel.set_xscale("log")
            style.log_numbers(panel.xaxis)
        panel.set_title(style.quantity_label(output, unit=False))
        panel.set_ylabel(units.shown(output).printed)
    figure.supxlabel(style.quantity_label(x))
    style.legend(figure, _key_entries(key), notes)
    return figure


def _few_lines(
    table: pd.DataFrame, others: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """The rows of at most MOST_LINES lines, and notes on the values left out.

    The quantity with the most values keeps most lines; of the others the ends are kept.
    """
    notes: list[str] = []
    most = MOST_LINES
    names = [name for name in [*others, CELL] if table[name].nunique() > 1]
    lines = math.prod(table[name].nunique() for name in names)
    for name in reversed(names) if lines > MOST_LINES else ():
        number = most if name == names[0] else 2
        values = sorted(table[name].unique())
        shown, note = style.at_most(values, number, f"values of {_short_label(name)}")
        table, notes = table[table[name].isin(shown)], [*note, *notes]
        most = max(2, most // len(shown))
    return table, notes


# ------------------------------------------------------------------------ sensitivity
@style.styled
def sensitivity(table: pd.DataFrame) -> Figure:
    """First-order and total Sobol index [0 to 1] of each quantity, for each output.

    The quantity with the largest index is on top; bars have 95 % intervals. ``table``
    is that of ``nfpcell.sweeping.sensitivity.analyse``; only its first cell is shown.
    """
    table = table[table[CELL] == table[CELL].iloc[0]]
    outputs = list(dict.fromkeys(table["Output"]))[:MOST_OUTPUTS]
    names = [FIRST, TOTAL] if table[TOTAL].notna().any() else [FIRST]
    largest = table.groupby(QUANTITY)[names[-1]].max().sort_values()
    quantities = list(largest.index[-MOST_BARS:])
    height = 0.5 + len(quantities) * 0.21
    shape = (1.9, height), (3.4, 0.5), 2 if len(outputs) == 4 else min(3, len(outputs))
    figure, axes = style.panels(len(outputs), *shape, sharex=True, sharey=True)
    thickness, shift = (0.36, 0.19) if len(names) > 1 else (0.6, 0.0)
    places = np.arange(len(quantities))
    bars = list(zip(style.OKABE_ITO[::4], (1, -1), strict=False))
    error = {"lw": 0.8, "ecolor": style.GREY}
    for panel, output in zip(axes, outputs, strict=True):
        rows = table[table["Output"] == output].set_index(QUANTITY)
        rows = rows.reindex(quantities)
        for name, (colour, sign) in zip(names, bars, strict=False):
            look: dict[str, Any] = {"xerr": rows[f"{name}, 95 %"], "error_kw": error}
            look |= {"color": colour, "label": name}
            panel.barh(places + sign * shift, rows[name], thickness, **look)
        panel.set_yticks(places, map(_short_label, quantities))
        panel.tick_params(top=False, right=False, left=False)
        panel.set_xlim(0, 1.05)
        panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        panel.set_title(style.quantity_label(output, unit=False))
    figure.supxlabel("Share of the variance")
    if len(names) > 1:
        style.legend(figure, panel.get_legend_handles_labels()[0])
    return figure
