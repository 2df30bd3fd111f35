"""Capacity over cycle number, as Fig. 7c; steps of a protocol over time; heat."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from nfpcell.figures.style import (
    CAPACITY_LABEL,
    OKABE_ITO,
    cell_label,
    legend,
    literal,
    nothing,
    styled,
)

# beyond this many cycles single marks would be a blot
MARKED = 80
# a rise of temperature that is drawn [K], and a share of a leg's heat
WARM, DRAWN = 5e-4, 0.005


@styled
def cycles(table):
    """
    Capacity of charge and discharge over cycle number, and below the two efficiencies.

    Parameters
    ----------
    table : as ``cycles.Cycler.rows`` gives its rows
    """
    figure = Figure(figsize=(5.4, 3.8), layout="constrained")
    above, below = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [1.7, 1]}
    )
    mark = {"ls": "", "ms": 3.0} if len(table) <= MARKED else {"ls": "", "ms": 1.2}
    for way, marker, colour in (
        ("Charge", "^", OKABE_ITO[1]),
        ("Discharge", "o", OKABE_ITO[0]),
    ):
        values = table[f"{way} capacity [mA.h.g-1]"]
        above.plot(table["Cycle"], values, marker=marker, color=colour, **mark)
    for what, marker, colour in (
        ("Coulombic", "s", "0.3"),
        ("Energy", "D", OKABE_ITO[2]),
    ):
        values = 100 * table[f"{what} efficiency"]
        below.plot(table["Cycle"], values, marker=marker, color=colour, **mark)
    above.set_ylim(bottom=0)
    above.set_ylabel(CAPACITY_LABEL)
    below.set_ylabel("Efficiency (%)")
    below.set_xlabel("Cycle number")
    steps = table[table["C-rate"].diff() != 0]
    ends = [*steps["Cycle"].iloc[1:], table["Cycle"].iloc[-1] + 1]
    top = above.get_ylim()[1] * 1.12
    above.set_ylim(0, top)
    for (_, step), end in zip(steps.iterrows(), ends, strict=True):
        middle = (step["Cycle"] + end - 1) / 2
        above.text(middle, 0.97 * top, f"{step['C-rate']:g}C", ha="center", va="top")
        if step["Cycle"] > table["Cycle"].iloc[0]:
            for axes in (above, below):
                axes.axvline(step["Cycle"] - 0.5, color="0.85", lw=0.6, zorder=0)
    above.set_title(cell_label(table["Cell"].iloc[0]))
    handles = [
        Line2D([], [], ls="", marker=marker, color=colour, label=label)
        for label, marker, colour in (
            ("charge", "^", OKABE_ITO[1]),
            ("discharge", "o", OKABE_ITO[0]),
            ("Coulombic", "s", "0.3"),
            ("energy", "D", OKABE_ITO[2]),
        )
    ]
    legend(figure, handles)
    return figure


@styled
def protocol(table, curves):
    """
    Voltage, power and, where a leg warms, temperature over time, a colour for each leg.

    Parameters
    ----------
    table, curves : as ``protocol.run`` returns them
    """
    if curves.empty:
        return nothing("No leg could be run")
    quantities = ["Voltage [V]", "Power [W]"]
    if _warms(table):
        quantities.append("Cell temperature [degC]")
    figure = Figure(figsize=(5.6, 1.4 * len(quantities) + 1.1), layout="constrained")
    heights = [1.5, *[1] * (len(quantities) - 1)]
    panels = figure.subplots(
        len(quantities), 1, sharex=True, gridspec_kw={"height_ratios": heights}
    )
    legs = list(dict.fromkeys(curves["Leg"]))
    colours = dict(zip(legs, OKABE_ITO * len(legs), strict=False))
    for leg, own in curves.groupby("Leg", sort=False):
        for panel, name in zip(panels, quantities, strict=True):
            factor = 1e3 if name == "Power [W]" else 1
            panel.plot(own["Time [s]"] / 3600, factor * own[name], color=colours[leg])
    panels[1].axhline(0, color="black", lw=0.5)
    labels = ("Voltage (V)", "Power (mW)", "Cell (°C)")
    for panel, label in zip(panels, labels, strict=False):
        panel.set_ylabel(label)
    panels[-1].ticklabel_format(axis="y", useOffset=False)
    panels[-1].set_xlabel("Time (h)")
    panels[0].set_title(cell_label(table["Cell"].iloc[0]))
    handles = [Line2D([], [], color=colours[leg], label=_legible(leg)) for leg in legs]
    legend(figure, handles)
    return figure


def _legible(leg):
    """Name of a leg, in a figure."""
    return literal(leg.replace("degC", "°C").replace(" -", " −"))


def _warms(table):
    """A leg whose cell is somewhere warmer than what is around it."""
    above = table["Highest temperature [degC]"] - table["Ambient temperature [degC]"]
    return (above > WARM).any()


@styled
def heat(table):
    """
    Heat of every loss, of uneven sodium and of the entropy: a bar for each leg.

    Parameters
    ----------
    table : as ``protocol.run`` returns it
    """
    terms = [name for name in table if name.endswith(" heat [J]")]
    legs = table.groupby("Leg", sort=False)[terms].sum().iloc[::-1]
    shares = legs.abs().div(legs.abs().sum(axis=1), axis=0)
    terms = [name for name in terms if (shares[name] > DRAWN).any()]
    if not terms:
        return nothing("No leg gave off heat")
    figure = Figure(figsize=(6.4, 0.42 * len(legs) + 1.9), layout="constrained")
    panel = figure.subplots()
    colours = (*OKABE_ITO, "0.2", "0.5", "0.75", "0.9")
    ends = {True: np.zeros(len(legs)), False: np.zeros(len(legs))}
    for name, colour in zip(terms, colours, strict=False):
        values = legs[name].to_numpy()
        for gain in (True, False):
            own = np.where((values > 0) == gain, values, 0.0)
            label = name.removesuffix(" heat [J]") if gain else None
            panel.barh(
                legs.index.map(_legible),
                own,
                left=ends[gain],
                color=colour,
                label=label,
            )
            ends[gain] += own
    panel.axvline(0, color="black", lw=0.5)
    panel.set_xlabel("Heat given off (J)")
    handles, _ = panel.get_legend_handles_labels()
    legend(figure, handles)
    return figure


@styled
def loops(loops, curves):
    """
    Voltage over stoichiometry of legs that end by a loop: the full ones, and the inner
    ones in colour upon the slowest of the full.

    Parameters
    ----------
    loops, curves : as ``protocol.efficiency`` and ``protocol.run`` return them
    """
    # a full loop is one that takes as much as any, to within a half
    widest = loops["Specific capacity [mA.h.g-1]"]
    full = loops[widest > 0.7 * widest.max()]["Leg"]
    inner = loops[~loops["Leg"].isin(full)]["Leg"]
    panels = [own for own in (full, inner) if len(own)]
    figure = Figure(figsize=(3.4 * len(panels) + 0.6, 3.6), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    by_leg = dict(list(curves.groupby("Leg")))
    for own_axes, legs in zip(axes, panels, strict=True):
        if legs is inner and len(full):
            slowest = max(full, key=lambda leg: by_leg[leg]["Time [s]"].iloc[-1])
            own_axes.plot(*_loop(by_leg[slowest]), color="0.75", lw=0.8)
        for leg, colour in zip(legs, OKABE_ITO * len(legs), strict=False):
            own_axes.plot(
                *_loop(by_leg[leg]), color=colour, lw=1.0, label=_legible(leg)
            )
        own_axes.set_xlabel("Stoichiometry of the cathode")
        own_axes.set_box_aspect(1)
        own_axes.legend(loc="lower left", fontsize="x-small", frameon=False)
    axes[0].set_ylabel("Voltage (V)")
    axes[0].set_title(cell_label(loops["Cell"].iloc[0]))
    if len(panels) > 1:
        axes[1].set_title("inner loops")
        axes[1].set_ylim(2.2, 3.5)
    return figure


def _loop(curve):
    return curve["Positive electrode stoichiometry"], curve["Voltage [V]"]


@styled
def chemistries(table):
    """
    Share of the theoretical capacity over resistance, a colour for each rate.

    Parameters
    ----------
    table : as ``chemistries.compare`` returns it
    """
    figure = Figure(figsize=(5.2, 3.5), layout="constrained")
    axes = figure.subplots()
    computed = table[table["Origin"] == "computed"]
    handles = []
    for (rate, own), colour in zip(computed.groupby("C-rate"), OKABE_ITO, strict=False):
        x, y = own["Resistance [Ohm]"], 100 * own["Share of theoretical capacity"]
        axes.plot(x, y, "o", color=colour)
        handles.append(
            Line2D(
                [], [], ls="", marker="o", color=colour, label=f"computed, {rate:g}C"
            )
        )
    highest = computed.groupby("Chemistry")["Share of theoretical capacity"].max()
    at = computed.groupby("Chemistry")["Resistance [Ohm]"].first()
    for name, share in highest.items():
        axes.annotate(
            literal(name),
            (at[name], 100 * share),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
        )
    published = table[table["Origin"] == "published"]
    axes.plot(
        published["Resistance [Ohm]"],
        100 * published["Share of theoretical capacity"],
        "*",
        color="black",
        ms=9,
        mfc="none",
    )
    handles.append(Line2D([], [], ls="", marker="*", ms=9, color="black", mfc="none"))
    handles[-1].set_label("published")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.1)
    axes.set_ylim(-3, 100)
    axes.set_xlabel("Internal resistance (Ω)")
    axes.set_ylabel("Share of theoretical capacity (%)")
    legend(figure, handles)
    return figure
