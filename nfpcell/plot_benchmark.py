"""Figures of the benchmark: error over cost, growth, and pages of other figures."""

import io

import matplotlib.image
import numpy as np
from matplotlib.figure import Figure

from nfpcell.plot import OKABE_ITO, nothing, styled

INCHES = 5.0


@styled
def error_figure(table):
    """
    Error of a warm discharge over its time, the default of each model marked.

    Parameters
    ----------
    table : as ``benchmarking.speed.error_per_cost`` returns it
    """
    if table.empty:
        return nothing("No mesh gave a curve")
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
                lw=0.8,
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
        panel.legend(title="tolerance", fontsize="x-small", frameon=False)
    axes[0].set_ylabel("Error of voltage, RMS (mV)")
    return figure


@styled
def growth_figure(table):
    """
    Seconds over the number of cases, shells and frequencies.

    Parameters
    ----------
    table : as ``benchmarking.speed.growth`` returns it
    """
    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    panel = figure.subplots()
    for (what, own), colour in zip(
        table.groupby("What", sort=False), OKABE_ITO, strict=False
    ):
        panel.loglog(
            own["Number"], own["Seconds"], "o-", ms=4, color=colour, label=what
        )
    ends = np.array([10.0, 1000.0])
    panel.loglog(ends, 1e-3 * ends, ":", color="0.5", label="in proportion")
    panel.set_xlabel("Number")
    panel.set_ylabel("Time (s)")
    panel.legend(fontsize="x-small", frameon=False)
    return figure


@styled
def page(pictures):
    """
    Figures one below the other in two columns, each under its name.

    Parameters
    ----------
    pictures : list of (name, Figure)
    """
    if not pictures:
        return nothing("No figure could be drawn")
    images = [(name, _drawn(figure)) for name, figure in pictures]
    heights = [INCHES * image.shape[0] / image.shape[1] + 0.3 for _, image in images]
    rows = [max(heights[k : k + 2]) for k in range(0, len(heights), 2)]
    figure = Figure(figsize=(2 * INCHES, sum(rows)))
    grid = figure.add_gridspec(
        len(rows), 2, height_ratios=rows, wspace=0.02, hspace=0.1, left=0.01, right=0.99
    )
    grid.update(top=1 - 0.3 / sum(rows), bottom=0.01)
    for number, (name, image) in enumerate(images):
        panel = figure.add_subplot(grid[number // 2, number % 2])
        panel.imshow(image)
        panel.set_title(name, fontsize="small")
        panel.set_anchor("N")
        panel.axis("off")
    return figure


def _drawn(figure):
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=150)
    held.seek(0)
    return matplotlib.image.imread(held)
