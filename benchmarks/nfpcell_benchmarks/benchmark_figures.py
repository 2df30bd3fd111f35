"""Figures of the benchmark: ratios, error over cost, growth."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.figures.style import OKABE_ITO, no_data, styled

PEER_WIDTH = 64


@styled
def error_figure(table):
    """
    Error of a warm discharge over its time, the default of each model marked.

    Parameters
    ----------
    table : as ``speed.error_per_cost`` returns it
    """
    if table.empty:
        return no_data("No mesh gave a curve")
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    models = list(table["Model"].unique())
    axes = figure.subplots(1, len(models), squeeze=False)[0]
    tolerances = sorted(table["Tolerance"].unique(), reverse=True)
    colours = dict(zip(tolerances, OKABE_ITO * 2, strict=False))
    for panel, model in zip(axes, models, strict=True):
        own = table[table["Model"] == model]
        for tolerance, line in own.groupby("Tolerance"):
            panel.loglog(
                line["Milliseconds"],
                line["Error [mV]"],
                "o-",
                ms=3,
                lw=0.5,
                color=colours[tolerance],
                label=f"{tolerance:g}",
            )
        usual = own[own["Default"]]
        panel.loglog(
            usual["Milliseconds"],
            usual["Error [mV]"],
            "*",
            ms=13,
            mfc="none",
            color="k",
        )
        panel.set_title(f"{model} (star: default)")
        panel.set_xlabel("Time of a warm discharge (ms)")
        for axis in (panel.xaxis, panel.yaxis):
            axis.set_major_formatter(lambda x, _: f"{x:g}")
            axis.set_minor_formatter(
                lambda x, _: f"{x:g}" if f"{x:e}"[0] in "25" else ""
            )
        panel.legend(title="tolerance", fontsize="x-small", frameon=False)
    axes[0].set_ylabel("Error of voltage, RMS (mV)")
    return figure


@styled
def growth_figure(table):
    """
    Seconds over the number of cases, shells and frequencies.

    Parameters
    ----------
    table : as ``speed.growth`` returns it
    """
    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    panel = figure.subplots()
    for (what, own), colour in zip(
        table.groupby("What", sort=False), OKABE_ITO, strict=False
    ):
        panel.loglog(
            own["Number"], own["Seconds"], "o-", ms=4, color=colour, label=what
        )
    ends = np.array([10.0, table["Number"].max()])
    panel.loglog(ends, 1e-3 * ends, ":", color="0.5", label="in proportion")
    panel.set_xlabel("Number")
    panel.set_ylabel("Time (s)")
    panel.legend(fontsize="x-small", frameon=False)
    return figure


@styled
def speed_figure(rows):
    """Ratio of each case with its spread, and what was wanted."""
    rows = rows[np.isfinite(rows["Ratio"].astype(float))].reset_index(drop=True)
    figure = Figure(figsize=(7.6, 1.0 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, row in rows.iterrows():
        met = row["As wanted"]
        colour = "0.35" if met is None else OKABE_ITO[0] if met else OKABE_ITO[1]
        ends = row["Least ratio"], row["Largest ratio"]
        axes.plot(ends, (place, place), color=colour, lw=3, alpha=0.4)
        axes.plot(row["Ratio"], place, "o", color=colour)
        if np.isfinite(row["Wanted ratio"]):
            axes.plot(row["Wanted ratio"], place, "|", ms=9, mew=1.6, color="black")
        axes.annotate(
            f"{row['Ratio']:.2g}" if row["Ratio"] < 100 else f"{row['Ratio']:.0f}",
            (row["Ratio"], place),
            (0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
        )
    axes.axvline(1, color="black", lw=0.8, zorder=0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    right = float(rows["Largest ratio"].max())
    axes.set_xlim(right=3 * max(right, 1))
    labels = [
        f"{row['Case']}\n{row['Peer'][:PEER_WIDTH]}" for _, row in rows.iterrows()
    ]
    axes.set_yticks(range(len(rows)), labels, fontsize=7, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("Time of the peer / time of nfpcell")
    handles = [
        Line2D([], [], ls="", marker="o", color=OKABE_ITO[0], label="as wanted"),
        Line2D([], [], ls="", marker="o", color=OKABE_ITO[1], label="short of it"),
        Line2D([], [], ls="", marker="o", color="0.35", label="nothing was set"),
        Line2D([], [], ls="", marker="|", ms=11, color="black", label="wanted"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure
