"""Figures of a fit: data and model with their deviation, and predicted capacity."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from nfpcell import columns as col
from nfpcell.columns import (
    CAPACITY,
    DATA,
    LOWER_95,
    MEASURED_CAPACITY,
    RATE,
    TEMPERATURE,
    UPPER_95,
)
from nfpcell.figures import measured_points, style
from nfpcell.figures.appearance import CapacityUnit
from nfpcell.figures.capacity_axis import Cells, capacity_axis
from nfpcell.figures.impedance_figures import draw_spectrum, spectrum_entries
from nfpcell.figures.measured_points import MARKERS
from nfpcell.figures.style import LINES, Colour
from nfpcell.fitting.fit_tables import (
    COMPARED,
    DEVIATION,
    MEASURED_IM,
    MEASURED_RE,
    MEASURED_VOLTAGE,
)

MOST_COLUMNS, MOST_SPECTRA, SPECTRA_IN_A_ROW = 4, 6, 3
MOST_DEVIATIONS = 250
# capacities above this are drawn in Ah/g [mA.h.g-1]
AMPERE_HOURS = 1e4
# least and largest height of a Nyquist panel over its width
FLATTEST, HIGHEST = 0.35, 0.8
# extension of the voltage axis for steep ends, over the range of the other points
STEEP_ENDS = 0.4
# extension of a Nyquist panel beyond the data for the model, over the range of the data
FAR = 0.3
# a capacity axis starts at 0 if the lowest value is below this fraction of the highest
FROM_ZERO = 0.3


# ------------------------------------------------------------------------- the curves
@style.styled
def fitted_curves(
    table: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """Measured and computed voltage [V] over capacity; below, their difference [mV].

    One column for each cell and temperature. Points that were not compared have no
    difference. ``table`` is that of ``nfpcell.fitting.fit_tables.curves``.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    if table.empty:
        return style.no_data("No curve was fitted")
    axis = capacity_axis(table, capacity, cells)
    table, unit, label = axis.scaled(table), 1.0, axis.label
    if table[CAPACITY].max() > AMPERE_HOURS:
        unit, label = 1e3, label.replace("mAh", "Ah").replace("Ah kg", "kAh kg")
    table = table.assign(**{CAPACITY: table[CAPACITY] / unit})
    groups: list[Any] = list(table.groupby([col.CELL, TEMPERATURE], sort=False))
    shown, notes = style.at_most(groups, MOST_COLUMNS, "cells and temperatures")
    width = (3.6 if len(shown) == 1 else 2.6) * len(shown) + 1.2
    shape = {"height_ratios": [2.2, 1], "sharex": "col", "sharey": "row"}
    figure, grid = style.grid(2, len(shown), width, 4.2, **shape)
    colours = style.ordered_colours(sorted({_rounded(rate) for rate in table[RATE]}))
    bottom, top = _voltage_limits(table)
    for (above, below), (key, rows) in zip(grid.T, shown, strict=True):
        above.set_title(style.cell_at(*key))
        extent = np.array([rows[CAPACITY].max(), top - bottom])
        for _, curve in rows.groupby(DATA, sort=False):
            colour = colours[_rounded(curve[RATE].iloc[0])]
            _draw_curve(above, curve, colour, extent)
            _draw_deviations(below, curve, colour)
        below.axhline(0, color=style.ink(), lw=0.5)
        below.set_xlabel(label)
        below.ticklabel_format(style="plain", useOffset=False)
    compared = table.loc[table[COMPARED], DEVIATION].abs()
    reach = max(1.6 * compared.quantile(0.99), 0.1)
    grid[0, 0].set(ylim=(bottom, top), ylabel=style.VOLTAGE_LABEL)
    grid[1, 0].set(ylim=(-reach, reach), ylabel="Model $-$ data (mV)")
    figure.align_ylabels(grid[:, 0])
    handles = style.colour_entries(colours, style.rate_label)
    for direction, suffix in _directions(table):
        handles.append(_measured_entry(direction, suffix))
        handles.append(style.entry(f"model{suffix}", "0.3", ls=LINES[direction]))
    style.legend(figure, handles, notes)
    return figure


def _draw_curve(
    axes: Axes, curve: pd.DataFrame, colour: Colour, extent: NDArray[np.float64]
) -> None:
    """The model as a line, the data as markers; ``extent`` is the size of the panel."""
    direction = curve[col.DIRECTION].iloc[0]
    x, y = style.thinned(curve[CAPACITY], curve[col.VOLTAGE])
    axes.plot(x, y, ls=LINES[direction], color=colour, lw=1.1)
    measured = curve[CAPACITY], curve[MEASURED_VOLTAGE]
    measured_points.draw(axes, *measured, extent, colour, MARKERS[direction])


def _draw_deviations(axes: Axes, curve: pd.DataFrame, colour: Colour) -> None:
    """Deviations of one curve, filled for a discharge and open for a charge."""
    direction, compared = curve[col.DIRECTION].iloc[0], curve[curve[COMPARED]]
    size, edge = (1.6, 0) if direction == "discharge" else (2.4, 0.4)
    x, y = style.thinned(compared[CAPACITY], compared[DEVIATION], most=MOST_DEVIATIONS)
    face = style.face(direction, colour)
    axes.plot(x, y, MARKERS[direction], color=colour, ms=size, mew=edge, mfc=face)


def _voltage_limits(table: pd.DataFrame) -> tuple[float, float]:
    """Ends of the voltage axis, from the measured points.

    A model continues past its cut-off, and the last point of a charge may be far above
    all others: the axis extends only partly to them.
    """
    measured = table[MEASURED_VOLTAGE]
    compared = measured[table[COMPARED]]
    low, high = _ends(measured if compared.empty else compared, measured, STEEP_ENDS)
    edge = 0.05 * (high - low) + 1e-3
    return low - edge, high + edge


def _ends(values: pd.Series, others: pd.Series, share: float) -> tuple[float, float]:
    """Ends of ``values``, extended to ``others`` by at most a share of their range."""
    low, high = values.min(), values.max()
    reach = share * (high - low)
    lower, upper = max(others.min(), low - reach), min(others.max(), high + reach)
    return min(low, lower), max(high, upper)


def _directions(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Directions in a table, each with a suffix for the legend if there are two."""
    directions = style.directions(table)
    return [(d, f", {d}" if len(directions) > 1 else "") for d in directions]


def _measured_entry(direction: str, suffix: str) -> Line2D:
    return measured_points.entry(MARKERS[direction], suffix)


def _rounded(rate: float) -> float:
    """A measured C-rate to two digits, as in the legend."""
    return float(f"{rate:.2g}")


# ------------------------------------------------------------------------ the spectra
@style.styled
def fitted_spectra(table: pd.DataFrame) -> Figure:
    """Measured and computed spectra [Ohm]; below, their difference [% of the modulus].

    ``table`` is that of ``nfpcell.fitting.fit_tables.spectra``.
    """
    if table.empty:
        return style.no_data("No spectrum was fitted")
    groups = list(table.groupby(DATA, sort=False))
    shown = groups[:MOST_SPECTRA]
    _, notes = style.at_most(groups, MOST_SPECTRA, "spectra")
    boxes = [_nyquist_box(rows) for _, rows in shown]
    ratio = max(box.height / box.width for box in boxes)
    shape = float(np.clip(ratio, FLATTEST, HIGHEST))
    figure, pairs = _pairs(len(shown), shape)
    for (above, below), (label, rows), box in zip(pairs, shown, boxes, strict=True):
        _draw_nyquist(above, rows, box, shape)
        above.set_title(style.literal(str(label)))
        _draw_differences(below, rows)
    reach = max(np.abs(below.get_ylim()).max() for _, below in pairs)
    for number, (above, below) in enumerate(pairs):
        below.set_ylim(-reach, reach)
        if number % SPECTRA_IN_A_ROW:
            above.set_ylabel("")
        else:
            below.set_ylabel("Model $-$ data\n(% of |Z|)")
            figure.align_ylabels([above, below])
    # the legends stand to the right of the first row
    above, below = pairs[min(len(pairs), SPECTRA_IN_A_ROW) - 1]
    _legend_beside(above, spectrum_entries("model"))
    _legend_beside(below, below.get_legend_handles_labels()[0])
    style.legend(figure, [], notes)
    return figure


def _pairs(number: int, shape: float) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """A figure with this number of pairs of panels, each one above the other."""
    columns = min(number, SPECTRA_IN_A_ROW)
    rows = -(-number // columns)
    width = 3.8 if columns == 1 else 2.7
    heights = [shape * width, 1.15]
    size = width * columns + 1.2, rows * (sum(heights) + 1.1)
    figure, grid = style.grid(2 * rows, columns, *size, height_ratios=heights * rows)
    pairs = [pair for row in range(rows) for pair in grid[2 * row : 2 * row + 2].T]
    for pair in pairs[number:]:
        for axes in pair:
            axes.remove()
    return figure, pairs[:number]


def _draw_nyquist(axes: Axes, rows: pd.DataFrame, box: Bbox, shape: float) -> None:
    """One spectrum and its model on equal scales."""
    measured = rows[MEASURED_RE] + 1j * rows[MEASURED_IM]
    draw_spectrum(axes, measured, rows[col.Z_RE] + 1j * rows[col.Z_IM])
    # a flat box is extended upwards to the shape of the panel, another to both sides
    across = max(box.width, box.height / shape)
    middle = (box.x0 + box.x1) / 2
    axes.set_xlim(middle - across / 2, middle + across / 2)
    axes.set_ylim(box.y0, box.y0 + shape * across)
    axes.set_aspect("equal", adjustable="box")
    axes.axhline(0, color="0.7", lw=0.5, zorder=0)
    style.nyquist_labels(axes)
    axes.ticklabel_format(style="plain", useOffset=False)


def _nyquist_box(rows: pd.DataFrame) -> Bbox:
    """The limits of a Nyquist panel, which include -Im Z = 0."""
    left, right = _ends(rows[MEASURED_RE], rows[col.Z_RE], FAR)
    low, high = _ends(-rows[MEASURED_IM], -rows[col.Z_IM], FAR)
    low, high = min(low, 0.0), max(high, 0.0)
    edge = 0.05 * max(right - left, high - low) or 1.0
    return Bbox.from_extents(left - edge, low - edge, right + edge, high + edge)


def _draw_differences(axes: Axes, rows: pd.DataFrame) -> None:
    """Model less data for the real and the imaginary part of a spectrum."""
    modulus = np.hypot(rows[MEASURED_RE], rows[MEASURED_IM])
    red, green = style.OKABE_ITO[1:3]
    marks: dict[str, Any] = {"mew": 0.6, "ms": 2.6}
    for label, name, measured, marker, colour, face in (
        ("Re Z", col.Z_RE, MEASURED_RE, "o", red, red),
        ("Im Z", col.Z_IM, MEASURED_IM, "^", green, style.paper()),
    ):
        percent: pd.Series = 100 * (rows[name] - rows[measured]) / modulus
        marks |= {"color": colour, "mfc": face, "label": label}
        axes.plot(rows[col.FREQUENCY], percent, marker, **marks)
    axes.axhline(0, color=style.ink(), lw=0.5)
    axes.set(xscale="log", xlabel="Frequency (Hz)")


def _legend_beside(axes: Axes, handles: Sequence[Artist]) -> None:
    """A legend to the right of a panel."""
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), borderaxespad=0
    )


# --------------------------------------------------------------------- the prediction
@style.styled
def predicted_capacity(
    table: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """
    Predicted capacity [mAh/g of NFP] over C-rate with its 95 % band, and the measured.

    ``table`` is that of ``nfpcell.fitting.fit_tables.bands``.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    if table.empty:
        return style.no_data("No prediction")
    axis = capacity_axis(table, capacity, cells)
    table = axis.scaled(table)
    by_cell = list(table.groupby(col.CELL, sort=False))
    number, size = len(by_cell), ((3.6 if len(by_cell) == 1 else 2.8), 2.9)
    figure, axes = style.panels(number, size, (1.9, 0), number, sharey=True)
    colours = style.distinct_colours(table[TEMPERATURE].unique())
    for panel, (cell, rows) in zip(axes, by_cell, strict=True):
        lines: Any = rows.groupby([TEMPERATURE, col.DIRECTION], sort=False)
        for (T, direction), line in lines:
            _draw_band(panel, line, direction, colours[T])
        panel.set(title=style.cell_label(cell), xlabel="C-rate")
        style.rate_axis(panel, _marked_rates(rows))
    axes[0].set(ylim=_capacity_limits(table), ylabel=axis.label)
    handles: list[Artist] = [*style.colour_entries(colours, style.degrees)]
    style.legend(figure, handles + _band_entries(table, axis.printed))
    return figure


def _draw_band(axes: Axes, line: pd.DataFrame, direction: str, colour: Colour) -> None:
    """One predicted line with its band, and markers of the measured capacities."""
    predicted = line[line[CAPACITY].notna()]
    rates, band = predicted[RATE], (predicted[LOWER_95], predicted[UPPER_95])
    axes.fill_between(rates, *band, color=colour, alpha=0.25, lw=0)
    capacity, measured = predicted[CAPACITY], line[MEASURED_CAPACITY]
    axes.plot(rates, capacity, ".", ls=LINES[direction], color=colour, lw=1.1, ms=3.5)
    marks: dict[str, Any] = {"color": colour, "mfc": style.paper(), "mew": 0.9}
    axes.plot(line[RATE], measured, MARKERS[direction], zorder=3, **marks)


def _marked_rates(rows: pd.DataFrame) -> list[float]:
    """C-rates with a tick: the predicted ones, and measured ones beyond them."""
    marked = rows[RATE][rows[CAPACITY].notna()]
    if marked.empty:
        marked = rows[RATE]
    beyond = rows[RATE][~rows[RATE].between(marked.min(), marked.max())]
    return sorted({*marked, *map(_rounded, beyond)})


def _capacity_limits(table: pd.DataFrame) -> tuple[float, float]:
    """Ends of the capacity axis; it starts at 0 if a capacity is below FROM_ZERO."""
    shown = table[[CAPACITY, LOWER_95, UPPER_95, MEASURED_CAPACITY]]
    low, high = np.nanmin(shown), np.nanmax(shown)
    edge = 0.08 * (high - low) or 0.1 * high or 1.0
    return (0.0 if low < FROM_ZERO * high else low - edge), high + edge


def _band_entries(table: pd.DataFrame, unit: str) -> list[Artist]:
    """Entries of the legend for prediction, band and data.

    They state the width of the band, which may be smaller than that of the line.
    """
    directions = _directions(table)
    widest = (table[UPPER_95] - table[LOWER_95]).max()
    label = "no band: the uncertainty\nwas not computed"
    if widest > 0:
        label = f"95 % band, at most\n{_rounded(widest):g} {unit} wide"
    measured = style.directions(table[table[MEASURED_CAPACITY].notna()])
    return [
        *(style.entry(f"predicted{end}", "0.3", ls=LINES[d]) for d, end in directions),
        Patch(facecolor="0.3", alpha=0.25, lw=0, label=label),
        *(_measured_entry(d, suffix) for d, suffix in directions if d in measured),
    ]
