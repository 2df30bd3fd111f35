"""Figures of a sweep: Ragone, outputs over what varies, sensitivity."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.cell.naming import printed_unit, split_unit
from nfpcell.figures.style import OKABE_ITO, legend, nothing, ramp, styled

ENERGIES = {
    "per mass of NFP": ("Specific energy [W.h.kg-1]", "Specific power [W.kg-1]"),
    "per mass of plate and cathode": (
        "Stack specific energy [W.h.kg-1]",
        "Stack specific power [W.kg-1]",
    ),
}
RATE = "C-rate"
STYLES = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (5, 1.2, 1, 1.2)))
MARKERS = ("o", "s", "^", "D")
MOST_LINES, MOST_OUTPUTS = 8, 6
# values of an axis that span more are drawn on a logarithmic one
WIDE = 20
# quantities of a sensitivity, from the one that matters most
MOST_BARS = 12


def has_ragone(sweep):
    """Whether energy over power can be drawn of a sweep."""
    return any(set(pair) <= set(sweep.outputs) for pair in ENERGIES.values())


def label(name):
    """A name with its unit as an axis carries it, in two lines if it is long."""
    words, unit = split_unit(name)
    words = words.replace("Positive electrode ", "").replace("Separator", "Plate")
    words = words[:1].upper() + words[1:]
    return f"{words} ({printed_unit(unit)})" if unit else words


def told(name, value):
    """A value of a varied quantity as a legend says it."""
    unit = split_unit(name)[1]
    if unit == "m" and value:
        for factor, small in ((1e3, "mm"), (1e6, "µm"), (1e9, "nm")):
            if abs(value) * factor >= 0.999:
                return f"{value * factor:.4g} {small}"
    if name == RATE:
        return f"{value:g}C"
    return f"{value:.4g} {printed_unit(unit)}".strip()


_SHORTER = {
    "Separator": "Plate",
    "cathode-side ": "",
    "Exchange-current density for sodium metal electrode": "Sodium exchange current",
    "exchange-current density": "exchange current",
    "Positive particle radius over BET radius of powder": "Particle radius",
    "Positive particle": "Particle",
}


def _short(name):
    words = split_unit(name)[0].replace("Positive electrode ", "")
    for long, short in _SHORTER.items():
        words = words.replace(long, short)
    return words[:1].upper() + words[1:]


# ----------------------------------------------------------------------------- Ragone
@styled
def ragone(sweep, table):
    """
    Energy over power, a line through the C-rates of each design.

    Parameters
    ----------
    sweep : Sweep
    table : its rows that are ok
    """
    pairs = {k: p for k, p in ENERGIES.items() if set(p) <= set(sweep.outputs)}
    table = table[(table[[e for e, _ in pairs.values()]] > 0).all(axis=1)]
    if table.empty:
        return nothing("No case gave any energy")
    figure = Figure(figsize=(0.6 + 3.1 * len(pairs), 3.3), layout="constrained")
    panels = figure.subplots(1, len(pairs), squeeze=False)[0]
    colour, style, handles = _keys(sweep, table, {RATE})
    keys = ["Cell", *(a.name for a in sweep.axes if a.name != RATE)]
    lines = RATE in table and table[RATE].nunique() > 1 and handles is not None
    for axes, (title, (energy, power)) in zip(panels, pairs.items(), strict=True):
        if lines:
            for _, line in table.groupby(keys):
                line = line.sort_values(RATE)
                one = line.iloc[0]
                ls, marker = style(one)
                axes.plot(
                    line[power], line[energy], ls=ls, marker=marker, ms=3,
                    color=colour(one),
                )  # fmt: skip
        else:
            axes.plot(table[power], table[energy], ls="", marker="o", ms=2)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_title(title, fontsize=8)
        axes.set_xlabel("Mean power (W kg$^{-1}$)")
        axes.set_ylabel("Energy (Wh kg$^{-1}$)")
    if lines:
        legend(figure, handles)
    return figure


def _keys(sweep, table, without):
    """
    Colour of a row by the first axis and line style of it by the second (or the cell),
    and the handles of a legend; None for these if there is more to tell apart.
    """
    names = [a.name for a in sweep.axes if a.name not in without]
    names = [name for name in names if table[name].nunique() > 1]
    if table["Cell"].nunique() > 1:
        names.append("Cell")
    values = [list(dict.fromkeys(table[name])) for name in names]
    if (
        len(names) > 2
        or any(len(v) > MOST_LINES for v in values[:1])
        or any(len(v) > len(STYLES) for v in values[1:])
    ):
        return lambda row: OKABE_ITO[0], lambda row: ("-", "o"), None
    shades, looks, handles = {}, {}, []
    if names:
        shades = dict(zip(values[0], ramp(len(values[0])), strict=True))
        handles.append(Line2D([], [], ls="", label=_short(names[0])))
        handles += [
            Line2D([], [], color=c, label=_value(names[0], v))
            for v, c in shades.items()
        ]
    if len(names) > 1:
        pairs = zip(STYLES, MARKERS, strict=True)
        looks = dict(zip(values[1], pairs, strict=False))
        handles.append(Line2D([], [], ls="", label=_short(names[1])))
        handles += [
            Line2D([], [], color="0.3", ls=ls, marker=m, ms=3,
                   label=_value(names[1], v))
            for v, (ls, m) in looks.items()
        ]  # fmt: skip

    def colour(row):
        return shades[row[names[0]]] if shades else OKABE_ITO[0]

    def style(row):
        return looks[row[names[1]]] if looks else ("-", "o")

    return colour, style, handles


def _value(name, value):
    return str(value) if name == "Cell" else told(name, value)


# ------------------------------------------------------------------------------- grid
@styled
def sweep(sweep, table):
    """
    Outputs over the first quantity that varies, a line for each of the others.

    Parameters
    ----------
    sweep : Sweep on a grid or a list
    table : its rows that are ok

    Returns
    -------
    Figure; None where there is more to tell apart than lines can
    """
    x = sweep.axes[0].name
    outputs = [n for n in sweep.numbers if table[n].notna().any()][:MOST_OUTPUTS]
    # what has most values is told by colour, the other by the style of the line
    others = sorted(sweep.axes[1:], key=lambda axis: -table[axis.name].nunique())
    keyed = _Ordered(others)
    colour, style, handles = _keys(keyed, table, {x})
    if not outputs or handles is None or table[x].nunique() < 2:
        return None
    columns = min(3, len(outputs))
    lines = -(-len(outputs) // columns)
    figure = Figure(figsize=(0.4 + 2.6 * columns, 0.5 + 2.1 * lines),
                    layout="constrained")  # fmt: skip
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True).ravel()
    keys = ["Cell", *(axis.name for axis in others)]
    for axes, output in zip(panels, outputs, strict=False):
        for _, line in table.groupby(keys):
            line = line.sort_values(x)
            ls, marker = style(line.iloc[0])
            axes.plot(line[x], line[output], ls=ls, marker=marker, ms=2.5, lw=1,
                      color=colour(line.iloc[0]))  # fmt: skip
        if table[x].min() > 0 and table[x].max() > WIDE * table[x].min():
            axes.set_xscale("log")
        name, unit = split_unit(output)
        axes.set_title(name)
        axes.set_ylabel(printed_unit(unit))
    for axes in panels[len(outputs) :]:
        axes.set_axis_off()
    figure.supxlabel(label(x), fontsize=8)
    if handles:
        legend(figure, handles)
    return figure


class _Ordered:
    """Axes in another order."""

    def __init__(self, axes):
        self.axes = axes


# ------------------------------------------------------------------------ sensitivity
@styled
def sensitivity(table):
    """
    First-order and total index of each quantity, a panel an output; the quantity that
    matters most on top.

    Parameters
    ----------
    table : as ``sensitivity.analyse`` returns it; of the first cell
    """
    table = table[table["Cell"] == table["Cell"].iloc[0]]
    outputs = list(dict.fromkeys(table["Output"]))[:MOST_OUTPUTS]
    total = table["Total index"].notna().any()
    by = "Total index" if total else "First-order index"
    order = table.groupby("Quantity")[by].max().sort_values()[-MOST_BARS:]
    places = {name: k for k, name in enumerate(order.index)}
    columns = 2 if len(outputs) == 4 else min(3, len(outputs))
    lines = -(-len(outputs) // columns)
    figure = Figure(
        figsize=(3.4 + 1.6 * columns, 0.5 + lines * (0.4 + 0.21 * len(places))),
        layout="constrained",
    )
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True, sharex=True)
    bars = [("First-order index", OKABE_ITO[0], -0.19)]
    if total:
        bars.append(("Total index", OKABE_ITO[4], 0.19))
    for axes, output in zip(panels.ravel(), outputs, strict=False):
        own = table[(table["Output"] == output) & table["Quantity"].isin(places)]
        for name, colour, shift in bars:
            y = np.array([places[q] for q in own["Quantity"]])
            axes.barh(
                y - (shift if total else 0), own[name], 0.36 if total else 0.6,
                xerr=own[f"{name}, 95 %"], color=colour, label=name,
                error_kw={"lw": 0.8, "ecolor": "0.35"},
            )  # fmt: skip
        axes.set_yticks(list(places.values()), [_short(name) for name in places])
        axes.tick_params(top=False, right=False, left=False)
        axes.set_xlim(0, 1.05)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        axes.set_title(split_unit(output)[0])
    for axes in panels.ravel()[len(outputs) :]:
        axes.set_axis_off()
    figure.supxlabel("Share of the variance", fontsize=8)
    if total:
        legend(figure, panels.ravel()[0].containers[1::2])
    return figure
