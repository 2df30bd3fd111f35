"""Figures of a fit: data against model with what is left, and its prediction.

As in ``plot``, every function takes a table and returns a figure.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from nfpcell.figures.style import (
    CAPACITY,
    CAPACITY_LABEL,
    LINES,
    OKABE_ITO,
    _rate_axis,
    cell_label,
    degrees,
    legend,
    literal,
    nothing,
    ramp,
    styled,
    thinned,
)

TEMPERATURE = "Ambient temperature [degC]"
VOLTAGE, MEASURED = "Voltage [V]", "Measured voltage [V]"
DEVIATION = "Deviation [mV]"
LOWER, UPPER = "Lower 95 %", "Upper 95 %"
MEASURED_CAPACITY = "Measured capacity [mA.h.g-1]"
MOST_COLUMNS, MOST_SPECTRA, SPECTRA_BESIDE = 4, 6, 3
# nearest two marks of one curve come, over the sides of the panel
APART = 0.03
# deviations of one curve that are drawn
MOST_DEVIATIONS = 250
# from here on in ampere hours [mA.h.g-1]
LARGE = 1e4
MARKERS = {"discharge": "o", "charge": "^"}
# height of a Nyquist panel over its width, at least and at most
FLATTEST, HIGHEST = 0.35, 0.8
# how far the voltage axis follows steep ends, over the extent of the rest
STEEP_ENDS = 0.4
# how far past the data a model's spectrum may widen a panel, over the data's extent
FAR = 0.3
# a capacity axis starts at 0 if the lowest is below this share of the highest
FROM_ZERO = 0.3


# ------------------------------------------------------------------------- the curves
@styled
def fitted_curves(table):
    """
    Measured voltage as points, computed as lines, and below what is left [mV], where
    points were compared one by one; a column a cell and temperature.

    Parameters
    ----------
    table : as ``fitting.results.curves`` returns it
    """
    if table.empty:
        return nothing("No curve was fitted")
    large = table[CAPACITY].max() > LARGE
    if large:
        table = table.assign(**{CAPACITY: table[CAPACITY] / 1e3})
    groups = list(table.groupby(["Cell", TEMPERATURE], sort=False))
    columns = min(len(groups), MOST_COLUMNS)
    width = 3.6 if columns == 1 else 2.6
    figure = Figure(figsize=(width * columns + 1.2, 4.2), layout="constrained")
    grid = figure.subplots(
        2,
        columns,
        squeeze=False,
        sharex="col",
        sharey="row",
        gridspec_kw={"height_ratios": [2.2, 1]},
    )
    rates = sorted({_rounded(rate) for rate in table["C-rate"]})
    colours = dict(zip(rates, ramp(len(rates)), strict=True))
    bottom, top = _voltage_limits(table)
    for (above, below), ((cell, temperature), own) in zip(
        grid.T, groups[:columns], strict=True
    ):
        above.set_title(f"{cell_label(cell)}, {degrees(temperature)}")
        extent = own[CAPACITY].max(), top - bottom
        for _, curve in own.groupby("Data", sort=False):
            colour = colours[_rounded(curve["C-rate"].iloc[0])]
            _curve(above, curve, colour, extent)
            _deviations(below, curve, colour)
        below.axhline(0, color="black", lw=0.5)
        below.set_xlabel(CAPACITY_LABEL.replace("mAh", "Ah" if large else "mAh"))
        _plain_numbers(below.xaxis)
    grid[0, 0].set_ylim(bottom, top)
    compared = table.loc[table["Compared"], DEVIATION].abs()
    reach = max(1.6 * compared.quantile(0.99), 0.1)
    grid[1, 0].set_ylim(-reach, reach)
    grid[0, 0].set_ylabel("Voltage (V)")
    grid[1, 0].set_ylabel("Model $-$ data (mV)")
    figure.align_ylabels(grid[:, 0])
    handles = [Line2D([], [], color=colours[r], label=f"{r:g}C") for r in rates]
    legend(figure, handles + _kind_handles(table))
    if len(groups) > columns:
        figure.suptitle(
            f"{columns} of {len(groups)} temperatures and cells shown", fontsize=6.5
        )
    return figure


def _curve(axes, curve, colour, extent):
    """The model as a line, the data as marks, of one curve."""
    direction = curve["Direction"].iloc[0]
    x, v = thinned(curve[CAPACITY], curve[VOLTAGE])
    axes.plot(x, v, ls=LINES[direction], color=colour, lw=1.1)
    x, v = curve[CAPACITY].to_numpy(), curve[MEASURED].to_numpy()
    some = _spread(x / extent[0], v / extent[1])
    # under the line: a mark hides a model that runs through it
    axes.plot(
        x[some],
        v[some],
        MARKERS[direction],
        color=colour,
        markersize=3.2,
        markerfacecolor="white",
        markeredgewidth=0.6,
        zorder=1.5,
    )


def _deviations(axes, curve, colour):
    """What is left of one curve, filled for a discharge and hollow for a charge."""
    left = curve[curve["Compared"]]
    direction = curve["Direction"].iloc[0]
    filled = direction == "discharge"
    axes.plot(
        *thinned(left[CAPACITY], left[DEVIATION], most=MOST_DEVIATIONS),
        MARKERS[direction],
        color=colour,
        markersize=1.6 if filled else 2.4,
        markerfacecolor=colour if filled else "white",
        markeredgewidth=0 if filled else 0.4,
    )


def _spread(x, y):
    """Places of points that are APART from one to the next: data that were logged
    densely, or a curve that ends at once, would be a blot.
    """
    places = [0]
    for place in range(1, len(x)):
        last = places[-1]
        if np.hypot(x[place] - x[last], y[place] - y[last]) >= APART:
            places.append(place)
    return places


def _voltage_limits(table):
    """Ends of the voltage axis: a model is followed past its cut-off, which is not of
    interest here, and the last point of a charge would squash all others.
    """
    compared = table.loc[table["Compared"], MEASURED]
    measured = table[MEASURED] if compared.empty else compared
    reach = STEEP_ENDS * (measured.max() - measured.min())
    low = max(table[MEASURED].min(), measured.min() - reach)
    high = min(table[MEASURED].max(), measured.max() + reach)
    edge = 0.05 * (high - low) + 1e-3
    return low - edge, high + edge


def _kind_handles(table):
    """Entries of the legend for data and model, by direction if both are there."""
    there = [way for way in LINES if (table["Direction"] == way).any()]
    several = len(there) > 1
    handles = []
    for way in there:
        after = f", {way}" * several
        marks = Line2D([], [], ls="", marker=MARKERS[way], color="0.3", mfc="white")
        marks.set_label(f"measured{after}")
        line = Line2D([], [], color="0.3", ls=LINES[way], label=f"model{after}")
        handles += [marks, line]
    return handles


def _rounded(rate):
    """A measured C-rate by which curves are called: two digits."""
    return float(f"{rate:.2g}")


def _plain_numbers(axis):
    """Few numbers, each as it is: no power of ten apart from them at the axis' end."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.6g}".replace("-", "−")))


# ------------------------------------------------------------------------ the spectra
@styled
def fitted_spectra(table):
    """
    Measured and computed spectra, and below the difference over the modulus [%].

    Parameters
    ----------
    table : as ``fitting.results.spectra`` returns it
    """
    if table.empty:
        return nothing("No spectrum was fitted")
    groups = list(table.groupby("Data", sort=False))
    shown = groups[:MOST_SPECTRA]
    boxes = [_nyquist_box(own) for _, own in shown]
    shape = np.clip(max(box.height / box.width for box in boxes), FLATTEST, HIGHEST)
    figure, pairs = _pairs(len(shown), shape)
    for (above, below), (label, own), box in zip(pairs, shown, boxes, strict=True):
        _nyquist(above, own, box, shape)
        above.set_title(literal(label))
        _parts_left(below, own)
        if above.get_subplotspec().is_first_col():
            above.set_ylabel("$-$Im Z (Ω)")
            below.set_ylabel("Model $-$ data\n(% of |Z|)")
            figure.align_ylabels([above, below])
    reach = max(np.abs(below.get_ylim()).max() for _, below in pairs)
    for _, below in pairs:
        below.set_ylim(-reach, reach)
    # the last of the first row has room at its right
    above, below = pairs[min(len(pairs), SPECTRA_BESIDE) - 1]
    measured = Line2D([], [], ls="", marker="o", color="0.3", mfc="white")
    measured.set_label("measured")
    _beside(above, [measured, Line2D([], [], color=OKABE_ITO[0], label="model")])
    _beside(below, below.get_legend_handles_labels()[0])
    if len(shown) < len(groups):
        figure.suptitle(f"{len(shown)} of {len(groups)} spectra shown", fontsize=6.5)
    return figure


def _pairs(number, shape):
    """A figure with so many pairs of panels, one above the other, and the pairs."""
    columns = min(number, SPECTRA_BESIDE)
    rows = -(-number // columns)
    width = 3.8 if columns == 1 else 2.7
    heights = [shape * width, 1.15]
    figure = Figure(
        figsize=(width * columns + 1.2, rows * (sum(heights) + 1.1)),
        layout="constrained",
    )
    grid = figure.subplots(
        2 * rows, columns, squeeze=False, gridspec_kw={"height_ratios": heights * rows}
    )
    pairs = [pair for row in range(rows) for pair in grid[2 * row : 2 * row + 2].T]
    for pair in pairs[number:]:
        for axes in pair:
            axes.remove()
    return figure, pairs[:number]


def _nyquist(axes, own, box, shape):
    """One spectrum and its model on equal scales."""
    re, im = own["Measured Z_re [Ohm]"], -own["Measured Z_im [Ohm]"]
    axes.plot(re, im, "o", color="0.3", markersize=3.5, mfc="white", mew=0.8)
    axes.plot(own["Z_re [Ohm]"], -own["Z_im [Ohm]"], color=OKABE_ITO[0])
    # what is short of the panel's shape is made longer: upwards, or to both sides
    across = max(box.width, box.height / shape)
    middle = (box.x0 + box.x1) / 2
    axes.set_xlim(middle - across / 2, middle + across / 2)
    axes.set_ylim(box.y0, box.y0 + shape * across)
    axes.set_aspect("equal", adjustable="box")
    axes.axhline(0, color="0.7", lw=0.5, zorder=0)
    axes.set_xlabel("Re Z (Ω)")
    for axis in (axes.xaxis, axes.yaxis):
        _plain_numbers(axis)


def _nyquist_box(own):
    """What a Nyquist panel has to show, from about 0 upwards."""
    left, right = _extent(own["Measured Z_re [Ohm]"], own["Z_re [Ohm]"])
    low, high = _extent(-own["Measured Z_im [Ohm]"], -own["Z_im [Ohm]"])
    low, high = min(low, 0.0), max(high, 0.0)
    edge = 0.05 * max(right - left, high - low) or 1.0
    return Bbox.from_extents(left - edge, low - edge, right + edge, high + edge)


def _extent(measured, computed):
    """Ends of the data, and of a model that is not FAR off them."""
    low, high = measured.min(), measured.max()
    reach = FAR * (high - low)
    return (
        min(low, max(computed.min(), low - reach)),
        max(high, min(computed.max(), high + reach)),
    )


def _parts_left(axes, own):
    """What is left of both parts of one spectrum, as marks: mostly it is noise."""
    modulus = np.hypot(own["Measured Z_re [Ohm]"], own["Measured Z_im [Ohm]"])
    for part, label, marker, colour in (
        ("Z_re [Ohm]", "of Re Z", "o", OKABE_ITO[1]),
        ("Z_im [Ohm]", "of Im Z", "^", OKABE_ITO[2]),
    ):
        left = 100 * (own[part] - own[f"Measured {part}"]) / modulus
        axes.plot(
            own["Frequency [Hz]"],
            left,
            marker,
            color=colour,
            markersize=2.6,
            markerfacecolor=colour if marker == "o" else "white",
            markeredgewidth=0.6,
            label=label,
        )
    axes.axhline(0, color="black", lw=0.5)
    axes.set_xscale("log")
    axes.set_xlabel("Frequency (Hz)")


def _beside(axes, handles):
    """A legend of one row of panels, to the right of it."""
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), borderaxespad=0
    )


# --------------------------------------------------------------------- the prediction
@styled
def prediction(table):
    """
    Predicted capacity over rate, with the band in which 95 % of what the data leave
    open lies, and measured capacities.

    Parameters
    ----------
    table : as ``fitting.results.bands`` returns it
    """
    if table.empty:
        return nothing("No prediction")
    cells = list(table.groupby("Cell", sort=False))
    width = 3.6 if len(cells) == 1 else 2.8
    figure = Figure(figsize=(width * len(cells) + 1.9, 2.9), layout="constrained")
    grid = figure.subplots(1, len(cells), squeeze=False, sharey=True)[0]
    temperatures = list(dict.fromkeys(table[TEMPERATURE]))
    colours = dict(zip(temperatures, OKABE_ITO * len(temperatures), strict=False))
    for axes, (cell, own) in zip(grid, cells, strict=True):
        for (temperature, direction), line in own.groupby(
            [TEMPERATURE, "Direction"], sort=False
        ):
            _band(axes, line, direction, colours[temperature])
        axes.set_title(cell_label(cell))
        axes.set_xlabel("C-rate")
        _rate_axis(axes, _marked_rates(own))
    grid[0].set_ylim(*_capacity_limits(table))
    grid[0].set_ylabel(CAPACITY_LABEL)
    handles = [
        Line2D([], [], color=colour, label=degrees(temperature))
        for temperature, colour in colours.items()
    ]
    legend(figure, handles + _band_handles(table))
    return figure


def _band(axes, line, direction, colour):
    """One line with its band, and the marks of what was measured."""
    predicted = line[line[CAPACITY].notna()]
    rates = predicted["C-rate"]
    axes.fill_between(
        rates, predicted[LOWER], predicted[UPPER], color=colour, alpha=0.25, lw=0
    )
    axes.plot(
        rates,
        predicted[CAPACITY],
        ls=LINES[direction],
        color=colour,
        lw=1.1,
        marker=".",
        markersize=3.5,
    )
    axes.plot(
        line["C-rate"],
        line[MEASURED_CAPACITY],
        MARKERS[direction],
        color=colour,
        markerfacecolor="white",
        markeredgewidth=0.9,
        zorder=3,
    )


def _marked_rates(own):
    """Rates that the axis is marked at: those predicted, and measured ones beyond."""
    there = own["C-rate"][own[CAPACITY].notna()]
    if there.empty:
        there = own["C-rate"]
    beyond = own["C-rate"][~own["C-rate"].between(there.min(), there.max())]
    return sorted({*there, *map(_rounded, beyond)})


def _capacity_limits(table):
    """Ends of the capacity axis: near the lines, from 0 where they come near it."""
    shown = table[[CAPACITY, LOWER, UPPER, MEASURED_CAPACITY]]
    low, high = np.nanmin(shown), np.nanmax(shown)
    edge = 0.08 * (high - low) or 0.1 * high or 1.0
    if low < FROM_ZERO * high:
        return 0.0, high + edge
    return low - edge, high + edge


def _band_handles(table):
    """Entries of the legend for prediction, band and data. The band's width is said:
    it may be narrower than the line.
    """
    there = [way for way in LINES if (table["Direction"] == way).any()]
    handles = [
        Line2D([], [], color="0.3", ls=LINES[way], label=f"predicted{after}")
        for way, after in zip(there, _after(there), strict=True)
    ]
    widest = (table[UPPER] - table[LOWER]).max()
    label = "no band: how certain\nit is was not computed"
    if widest > 0:
        label = f"95 % band, at most\n{_two_digits(widest)} mAh g$^{{-1}}$ wide"
    handles.append(Patch(facecolor="0.3", alpha=0.25, lw=0, label=label))
    measured = table[table[MEASURED_CAPACITY].notna()]
    for way, after in zip(there, _after(there), strict=True):
        if (measured["Direction"] == way).any():
            marks = Line2D([], [], ls="", marker=MARKERS[way], color="0.3", mfc="white")
            marks.set_label(f"measured{after}")
            handles.append(marks)
    return handles


def _after(directions):
    """What follows a word of the legend, where one direction is told from another."""
    return [f", {way}" if len(directions) > 1 else "" for way in directions]


def _two_digits(value):
    return f"{float(f'{value:.2g}'):g}"
