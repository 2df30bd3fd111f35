"""Figures of the benchmark: ratios of times, error over time, growth of the time."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.figures.canvas import legend, sheet, styled
from nfpcell.figures.style import OKABE_ITO, no_data

PEER_WIDTH = 64  # characters of a peer's name that are drawn
NOT_SET = "0.35"  # colour where no ratio is wanted


@styled
def error_figure(table: pd.DataFrame) -> Figure:
    """Error over time of a warm discharge, the default marked; see
    ``speed.error_per_cost``.
    """
    if table.empty:
        return no_data("No mesh gave a curve")
    figure = sheet(7.2, 3.4)
    models = list(table["Model"].unique())
    panels = figure.subplots(1, len(models), squeeze=False)[0]
    tolerances = sorted(table["Tolerance"].unique(), reverse=True)
    colours = dict(zip(tolerances, OKABE_ITO * 2, strict=False))
    for axes, model in zip(panels, models, strict=True):
        of_model = table[table["Model"] == model]
        for tolerance, line in of_model.groupby("Tolerance"):
            axes.loglog(
                line["Milliseconds"],
                line["Error [mV]"],
                "o-",
                ms=3,
                lw=0.5,
                color=colours[tolerance],
                label=f"{tolerance:g}",
            )
        default = of_model[of_model["Default"]]
        axes.loglog(
            default["Milliseconds"],
            default["Error [mV]"],
            "*",
            ms=13,
            mfc="none",
            color="k",
        )
        axes.set_title(f"{model} (star: default)")
        axes.set_xlabel("Time of a warm discharge (ms)")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda x, _: f"{x:g}")
            axis.set_minor_formatter(
                lambda x, _: f"{x:g}" if f"{x:e}"[0] in "25" else ""
            )
        axes.legend(title="Relative tolerance", fontsize="x-small", frameon=False)
    panels[0].set_ylabel("Error of voltage, RMS (mV)")
    return figure


@styled
def growth_figure(table: pd.DataFrame) -> Figure:
    """Time over the number of half-cycles, radial mesh points and frequencies; see
    ``speed.growth``.
    """
    figure = sheet(5.4, 3.6)
    axes = figure.subplots()
    groups = table.groupby("What", sort=False)
    for (what, line), colour in zip(groups, OKABE_ITO, strict=False):
        axes.loglog(
            line["Number"], line["Seconds"], "o-", ms=4, color=colour, label=str(what)
        )
    ends = np.array([10.0, table["Number"].max()])
    axes.loglog(ends, 1e-3 * ends, ":", color="0.5", label="proportional")
    axes.set_xlabel("Number")
    axes.set_ylabel("Time (s)")
    axes.legend(fontsize="x-small", frameon=False)
    return figure


@styled
def speed_figure(table: pd.DataFrame) -> Figure:
    """Ratio of each case with its range, and the ratio that is wanted; see
    ``ratios.table``.
    """
    finite = table[np.isfinite(table["Ratio"].astype(float))]
    rows = finite.to_dict("records")
    figure = sheet(7.6, 1.0 + 0.36 * len(rows))
    axes = figure.subplots()
    for place, row in enumerate(rows):
        met, ratio = row["As wanted"], row["Ratio"]
        colour = NOT_SET if met is None else OKABE_ITO[0] if met else OKABE_ITO[1]
        ends = row["Least ratio"], row["Largest ratio"]
        axes.plot(ends, (place, place), color=colour, lw=3, alpha=0.4)
        axes.plot(ratio, place, "o", color=colour)
        if np.isfinite(row["Wanted ratio"]):
            axes.plot(row["Wanted ratio"], place, "|", ms=9, mew=1.6, color="black")
        axes.annotate(
            f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}",
            (ratio, place),
            (0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
        )
    axes.axvline(1, color="black", lw=0.8, zorder=0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.set_xlim(right=3 * max(float(finite["Largest ratio"].max()), 1))
    labels = [f"{row['Case']}\n{row['Peer'][:PEER_WIDTH]}" for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=7, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("Time of the peer / time of nfpcell")
    entries = (
        ("o", 6, OKABE_ITO[0], "as wanted"),
        ("o", 6, OKABE_ITO[1], "less than wanted"),
        ("o", 6, NOT_SET, "no ratio wanted"),
        ("|", 11, "black", "wanted"),
    )
    handles = [
        Line2D([], [], ls="", marker=marker, ms=size, color=colour, label=label)
        for marker, size, colour, label in entries
    ]
    legend(figure, handles, loc="outside lower center", ncols=4)
    return figure
