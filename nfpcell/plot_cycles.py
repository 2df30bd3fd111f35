"""Capacity over cycle number, as Fig. 7c; steps of a protocol over time."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.plot import (
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


@styled
def cycles_figure(table):
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
def protocol_figure(table, curves):
    """
    Voltage and power over time, a colour for each leg.

    Parameters
    ----------
    table, curves : as ``protocol.run`` returns them
    """
    if curves.empty:
        return nothing("No leg could be run")
    figure = Figure(figsize=(5.6, 3.9), layout="constrained")
    above, below = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [1.5, 1]}
    )
    legs = list(dict.fromkeys(curves["Leg"]))
    colours = dict(zip(legs, OKABE_ITO * len(legs), strict=False))
    for leg, own in curves.groupby("Leg", sort=False):
        hours = own["Time [s]"] / 3600
        above.plot(hours, own["Voltage [V]"], color=colours[leg])
        below.plot(hours, 1e3 * own["Power [W]"], color=colours[leg])
    below.axhline(0, color="black", lw=0.5)
    above.set_ylabel("Voltage (V)")
    below.set_ylabel("Power (mW)")
    below.set_xlabel("Time (h)")
    above.set_title(cell_label(table["Cell"].iloc[0]))
    labels = {
        leg: literal(leg.replace("degC", "°C").replace(" -", " −")) for leg in legs
    }
    handles = [Line2D([], [], color=colours[leg], label=labels[leg]) for leg in legs]
    legend(figure, handles)
    return figure
