"""Figures of a fit: data against model with what is left, and its prediction.

As in ``plot``, every function takes a table and returns a figure.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.plot import (
    CAPACITY,
    CAPACITY_LABEL,
    LINES,
    OKABE_ITO,
    cell_label,
    degrees,
    direction_handles,
    legend,
    literal,
    nothing,
    ramp,
    styled,
    thinned,
)

TEMPERATURE = "Ambient temperature [degC]"
MOST_COLUMNS, MOST_SPECTRA = 4, 6
MARKS = 45


@styled
def curves_figure(table):
    """
    Measured voltage as points, computed as lines, and below what is left [mV], where
    points were compared one by one; a column a cell and temperature.

    Parameters
    ----------
    table : as ``fitting.results.curves`` returns it
    """
    if table.empty:
        return nothing("No curve was fitted")
    groups = list(table.groupby(["Cell", TEMPERATURE], sort=False))
    columns = min(len(groups), MOST_COLUMNS)
    figure = Figure(figsize=(2.5 * columns + 1.2, 4.2), layout="constrained")
    grid = figure.subplots(
        2,
        columns,
        squeeze=False,
        sharex="col",
        sharey="row",
        gridspec_kw={"height_ratios": [2.2, 1]},
    )
    rates = sorted({float(f"{rate:.3g}") for rate in table["C-rate"]})
    colours = dict(zip(rates, ramp(len(rates)), strict=True))
    for (above, below), ((cell, temperature), own) in zip(
        grid.T, groups[:columns], strict=True
    ):
        above.set_title(f"{cell_label(cell)}, {degrees(temperature)}")
        for _, curve in own.groupby("Data", sort=False):
            colour = colours[float(f"{curve['C-rate'].iloc[0]:.3g}")]
            line = LINES[curve["Direction"].iloc[0]]
            x, v = thinned(curve[CAPACITY], curve["Voltage [V]"])
            above.plot(x, v, ls=line, color=colour, lw=1.1)
            left = curve[curve["Compared"]]
            below.plot(
                left[CAPACITY], left["Deviation [mV]"], ".", color=colour, ms=1.5
            )
            some = np.linspace(0, len(curve) - 1, MARKS).astype(int)
            few = curve.iloc[np.unique(some)]
            above.plot(
                few[CAPACITY],
                few["Measured voltage [V]"],
                "o",
                color=colour,
                markersize=2.6,
                markerfacecolor="white",
                markeredgewidth=0.7,
            )
        below.axhline(0, color="black", lw=0.5)
    # a model is followed past its cut-off, which is not of interest here
    measured = table["Measured voltage [V]"]
    edge = 0.05 * (measured.max() - measured.min()) + 1e-3
    grid[0, 0].set_ylim(measured.min() - edge, measured.max() + edge)
    compared = table.loc[table["Compared"], "Deviation [mV]"].abs()
    extent = max(1.6 * compared.quantile(0.99), 0.1)
    grid[1, 0].set_ylim(-extent, extent)
    grid[0, 0].set_ylabel("Voltage (V)")
    grid[1, 0].set_ylabel("Model $-$ data (mV)")
    figure.supxlabel(CAPACITY_LABEL, fontsize=8)
    handles = [
        Line2D([], [], color=colours[rate], label=f"{rate:.2g}C") for rate in rates
    ]
    handles += [
        Line2D([], [], ls="", marker="o", color="0.3", mfc="white", label="measured"),
        Line2D([], [], color="0.3", label="model"),
    ]
    handles += direction_handles(table)
    legend(figure, handles)
    if len(groups) > columns:
        figure.suptitle(
            f"{columns} of {len(groups)} temperatures and cells shown", fontsize=6.5
        )
    return figure


@styled
def spectra_figure(table):
    """
    Measured and computed spectra, and below the difference over the modulus [%].

    Parameters
    ----------
    table : as ``fitting.results.spectra`` returns it
    """
    if table.empty:
        return nothing("No spectrum was fitted")
    groups = list(table.groupby("Data", sort=False))
    columns = min(len(groups), MOST_SPECTRA)
    figure = Figure(figsize=(2.5 * columns + 0.8, 4.4), layout="constrained")
    grid = figure.subplots(
        2, columns, squeeze=False, gridspec_kw={"height_ratios": [1.6, 1]}
    )
    for (above, below), (label, own) in zip(grid.T, groups[:columns], strict=True):
        re, im = own["Measured Z_re [Ohm]"], own["Measured Z_im [Ohm]"]
        above.plot(
            re, -im, "o", color="0.3", markersize=3, mfc="white", markeredgewidth=0.8
        )
        above.plot(own["Z_re [Ohm]"], -own["Z_im [Ohm]"], color=OKABE_ITO[0])
        above.set_aspect("equal", adjustable="datalim")
        above.set_title(literal(label))
        above.set_xlabel("Re Z (Ω)")
        modulus = np.hypot(re, im)
        for part, measured, colour in (
            ("Z_re [Ohm]", re, OKABE_ITO[0]),
            ("Z_im [Ohm]", im, OKABE_ITO[1]),
        ):
            left = 100 * (own[part] - measured) / modulus
            below.plot(own["Frequency [Hz]"], left, "o-", ms=2, lw=0.8, color=colour)
        below.axhline(0, color="black", lw=0.5)
        below.set_xscale("log")
        below.set_xlabel("Frequency (Hz)")
    grid[0, 0].set_ylabel("$-$Im Z (Ω)")
    grid[1, 0].set_ylabel("Model $-$ data (% of |Z|)")
    handles = [
        Line2D([], [], ls="", marker="o", color="0.3", mfc="white", label="measured"),
        Line2D([], [], color=OKABE_ITO[0], label="model, Re Z left over"),
        Line2D([], [], color=OKABE_ITO[1], label="Im Z left over"),
    ]
    legend(figure, handles)
    return figure


@styled
def bands_figure(table):
    """
    Predicted capacity over rate, with the band in which 95 % of what the data leave
    open lies.

    Parameters
    ----------
    table : as ``fitting.results.bands`` returns it
    """
    if table.empty:
        return nothing("No prediction")
    cells = list(table.groupby("Cell", sort=False))
    figure = Figure(figsize=(3.0 * len(cells) + 1.4, 2.8), layout="constrained")
    grid = figure.subplots(1, len(cells), squeeze=False, sharey=True)[0]
    temperatures = list(dict.fromkeys(table[TEMPERATURE]))
    colours = dict(zip(temperatures, OKABE_ITO * len(temperatures), strict=False))
    for axes, (cell, own) in zip(grid, cells, strict=True):
        for (temperature, direction), line in own.groupby(
            [TEMPERATURE, "Direction"], sort=False
        ):
            colour = colours[temperature]
            axes.fill_between(
                line["C-rate"],
                line["Lower 95 %"],
                line["Upper 95 %"],
                color=colour,
                alpha=0.25,
                lw=0,
            )
            axes.plot(
                line["C-rate"],
                line[CAPACITY],
                marker="o",
                ms=2.5,
                ls=LINES[direction],
                color=colour,
            )
        axes.set_xscale("log")
        axes.set_title(cell_label(cell))
        axes.set_xlabel("C-rate")
        axes.set_ylim(bottom=0)
    grid[0].set_ylabel(CAPACITY_LABEL)
    handles = [
        Line2D([], [], color=colour, label=degrees(temperature))
        for temperature, colour in colours.items()
    ]
    legend(figure, handles + direction_handles(table))
    return figure
