"""Figures of the benchmark suite: ratios, error over cost, growth of cost."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.plot import OKABE_ITO, styled

PEER_WIDTH = 60


@styled
def speed_figure(rows):
    """Ratio of each case with its spread, and what was wanted."""
    rows = rows[np.isfinite(rows["Ratio"].astype(float))].reset_index(drop=True)
    figure = Figure(figsize=(7.6, 1.0 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, row in rows.iterrows():
        met = row["Met"]
        colour = "0.35" if met is None else OKABE_ITO[0] if met else OKABE_ITO[1]
        ends = row["Least ratio"], row["Largest ratio"]
        axes.plot(ends, (place, place), color=colour, lw=3, alpha=0.4)
        axes.plot(row["Ratio"], place, "o", color=colour)
        if np.isfinite(row["Wanted ratio"]):
            axes.plot(row["Wanted ratio"], place, "|", ms=13, mew=1.6, color="black")
        axes.annotate(
            f"{row['Ratio']:.2g}" if row["Ratio"] < 100 else f"{row['Ratio']:.0f}",
            (max(row["Largest ratio"], row["Ratio"]), place),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
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


@styled
def error_figure(table):
    """Voltage error over the time of one curve, the default marked."""
    figure = Figure(figsize=(7.4, 3.4), layout="constrained")
    for axes, (model, own) in zip(
        figure.subplots(1, 2), table.groupby("Model", sort=False), strict=True
    ):
        tried = own[~own["Default"]]
        tolerances = sorted(tried["Tolerance"].unique(), reverse=True)
        for tolerance, colour in zip(tolerances, OKABE_ITO, strict=False):
            some = tried[tried["Tolerance"] == tolerance]
            label = f"relative tolerance {tolerance:g}"
            axes.plot(
                some["Time [ms]"], some["Error [mV]"], "o", color=colour, label=label
            )
        chosen = own[own["Default"]].iloc[0]
        axes.plot(
            chosen["Time [ms]"],
            chosen["Error [mV]"],
            "*",
            ms=13,
            mec="black",
            mfc="white",
            label=f"default: {chosen['Mesh']}",
            zorder=5,
        )
        axes.set(xscale="log", yscale="log", xlabel="Time of one curve (ms)")
        axes.set_ylabel("Error of voltage, RMS (mV)")
        axes.set_title(f"{model}: cell C, 1C, 30 °C", loc="left")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda x, _: f"{x:g}")
            axis.set_minor_formatter(lambda x, _: "")
        axes.legend(loc="upper right", fontsize=6.5)
        top = axes.get_ylim()[1]
        axes.set_ylim(top=6 * top)
    return figure


@styled
def growth_figure(table):
    """Time over the number of cases, shells and frequencies."""
    groups = list(table.groupby("Of", sort=False))
    figure = Figure(figsize=(2.5 * len(groups), 2.5), layout="constrained")
    panels = np.ravel(figure.subplots(1, len(groups)))
    for axes, (name, own) in zip(panels, groups, strict=True):
        axes.plot(own["Number"], own["Time [s]"], "o-", color=OKABE_ITO[0])
        last = own.iloc[-1]
        straight = last["Time [s]"] * own["Number"] / last["Number"]
        axes.plot(own["Number"], straight, ":", color="0.4", label="in proportion")
        axes.set(xscale="log", yscale="log", xlabel=f"Number of {name}")
        axes.legend(loc="upper left")
    panels[0].set_ylabel("Time (s)")
    return figure
