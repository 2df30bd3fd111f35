"""One page of computed results with the layout of Figs. 2, 3, 6 and 7 of the paper."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from nfpcell import columns as col
from nfpcell.columns import CAPACITY, DEPTH, RATE, TOTAL
from nfpcell.figures import published_marks, style
from nfpcell.figures.canvas import sheet
from nfpcell.figures.protocol_figures import CAPACITY_MARKS, draw_marks
from nfpcell.figures.resistance_figures import draw_circuit
from nfpcell.figures.style import LINES, OKABE_ITO, VOLTAGE_LABEL
from nfpcell.reports.section_results import SectionResults

OPERANDO, AT_30, COLD = "operando_impedance", "rate_30C", "low_temperature"
SHOWN_DEPTHS = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
# Top of a panel over the median resistance; the ends of a half-cycle are above it.
TALL = 2.6
SIZE = (7.6, 11.4)


@style.styled
def paper_figure(results: SectionResults) -> Figure:
    """Draw the page: voltage, spectra, resistance, rates and temperatures."""
    figure = sheet(*SIZE)
    rows: Any = figure.subfigures(4, 1, height_ratios=[1.15, 1.05, 1.05, 3.1])
    for k, draw in enumerate((_figure_2, _figure_3, _figure_6, _figure_7)):
        draw(rows[k], results)
    handles = [style.entry(direction, ls=ls) for direction, ls in LINES.items()]
    handles += published_marks.handles(results.published(AT_30, CAPACITY))
    handles.append(style.entry("published lowest (Fig. 6)", "black", ls=":", lw=0.9))
    style.legend(figure, handles, loc="outside lower center", ncols=4)
    return figure


def _rows(table: pd.DataFrame, **values: Any) -> pd.DataFrame:
    """Return the rows with these values of cell, direction, rate and temperature."""
    names = {"cell": col.CELL, "direction": col.DIRECTION, "rate": RATE}
    names["temperature"] = col.TEMPERATURE
    return style.select(table, {names[key]: value for key, value in values.items()})


# --------------------------------------------------------------- Figs. 2, 3 and 6
def _figure_2(row: SubFigure, results: SectionResults) -> None:
    table, spectra = results.experiment(OPERANDO, "A")
    row.suptitle("Fig. 2: Cell A, 0.1C, 30 °C, operando", ha="left", x=0.01)
    voltage, nyquist, parts = row.subplots(1, 3)
    for direction, ls in LINES.items():
        curve = _rows(table, direction=direction).sort_values(DEPTH)
        voltage.plot(curve[DEPTH], curve[col.VOLTAGE], color="black", ls=ls)
    voltage.set(xlabel=DEPTH, ylabel=VOLTAGE_LABEL, xlim=(0, 1))
    spectra = _rows(spectra, direction="discharge")
    for depth, colour in style.ordered_colours(SHOWN_DEPTHS).items():
        spectrum = spectra[np.isclose(spectra[DEPTH], depth)]
        x, y = spectrum[col.Z_RE] / 1e3, -spectrum[col.Z_IM] / 1e3
        nyquist.plot(x, y, color=colour, label=f"{depth:g}")
    width = spectra.groupby(DEPTH)[col.Z_RE].max().median() / 1e3
    nyquist.set(xlim=(0, 1.8 * width), ylim=(0, 1.2 * width))
    style.nyquist_labels(nyquist, "kΩ")
    nyquist.legend(title=DEPTH, ncols=2, loc="upper left", handlelength=1.2)
    _resistances(parts, _rows(table, direction="discharge"))
    parts.legend(ncols=2, loc="upper left", handlelength=1.2, columnspacing=0.8)
    parts.set_ylim(0, 1.35 * parts.get_ylim()[1])


def _resistances(axes: Axes, table: pd.DataFrame) -> None:
    """Draw R0, R1, R2 and their total over depth of discharge, in kilo-ohms."""
    draw_circuit(axes, table.sort_values(DEPTH), 1e3)
    axes.set_ylim(0, TALL / 1e3 * table[TOTAL].median())
    axes.set_ylabel("Resistance (kΩ)")


def _lowest(axes: Axes, marks: pd.DataFrame, colour: str, scale: float = 1) -> None:
    """Draw a line at the published lowest resistance; its depth is not in the text."""
    for value in _rows(marks, direction="discharge")[col.PUBLISHED].dropna():
        axes.axhline(value / scale, color=colour, ls=":", lw=0.9)


def _figure_3(row: SubFigure, results: SectionResults) -> None:
    table, _ = results.experiment(OPERANDO, "A B", "discharge")
    title = "Fig. 3: Cells (a) A and (b) B on discharge, as Fig. 2"
    row.suptitle(title, ha="left", x=0.01)
    marks = results.published(OPERANDO, TOTAL)
    for letter, cell, axes in zip("ab", "AB", row.subplots(1, 2), strict=True):
        _resistances(axes, _rows(table, cell=cell))
        axes.set_title(f"({letter})", loc="left")
        _lowest(axes, _rows(marks, cell=cell), "black", 1e3)


def _figure_6(row: SubFigure, results: SectionResults) -> None:
    table, _ = results.experiment(OPERANDO, "B C D E", "discharge")
    row.suptitle("Fig. 6: Cells B to E on discharge", ha="left", x=0.01)
    total, low = row.subplots(1, 2, sharey=True)
    marks = results.published(OPERANDO, TOTAL)
    for cell, colour in zip("BCDE", OKABE_ITO, strict=False):
        rows = _rows(table, cell=cell).sort_values(DEPTH)
        label = style.cell_label(cell)
        total.plot(rows[DEPTH], rows[TOTAL], color=colour, label=label)
        low.plot(rows[DEPTH], rows[col.LOW_FREQUENCY], color=colour)
        _lowest(total, _rows(marks, cell=cell), colour)
    total.set_ylim(0, TALL * _rows(table, cell="B")[TOTAL].median() / 1.3)
    total.set(xlabel=DEPTH, ylabel="Resistance (Ω)", xlim=(0, 1))
    total.set_title("R0 + R1 + R2 of the circuit", loc="left")
    low.set(xlabel=DEPTH, xlim=(0, 1))
    low.set_title("Re Z at 25 mHz", loc="left")
    total.legend(ncols=2, loc="upper center")


# --------------------------------------------------------------------------- Fig. 7
def _figure_7(row: SubFigure, results: SectionResults) -> None:
    table, curves = results.experiment(AT_30)
    cold_table, cold_curves = results.experiment(COLD)
    marks, cold = results.published(AT_30, CAPACITY), results.published(COLD, CAPACITY)
    row.suptitle("Fig. 7: rates and temperatures", ha="left", x=0.01)
    panels = row.subplots(3, 2).flat
    titles = (
        "(a) Cell A, 30 °C",
        "(b) Cell C, 30 °C",
        "(c) Cell C, 30 °C, steps of the rate",
        "(d) Cells A and C, 30 °C",
        "(e) Cell C on discharge",
        "(f) Cell C on discharge",
    )
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, loc="left")
    a, b, c, d, e, f = row.axes
    _rate_curves(a, _rows(curves, cell="A", direction="discharge"))
    a.legend(loc="lower center", handlelength=1.2)
    _rate_curves(b, _rows(curves, cell="C"), marks)
    b.legend(loc="upper left", ncols=3, handlelength=1.2)
    _cycles(c, results.cycles("rate_steps"))
    for cell, colour in zip("AC", OKABE_ITO, strict=False):
        _capacities(d, _rows(table, cell=cell), colour, style.cell_label(cell), marks)
    chilled = cold_curves[
        (cold_curves[col.TEMPERATURE] < 30) & cold_curves[RATE].isin((0.1, 0.2))
    ]
    lines: Any = chilled.groupby([col.TEMPERATURE, RATE])
    for ((T, rate), curve), colour in zip(lines, OKABE_ITO, strict=False):
        label = f"{style.degrees(T)}, {style.rate_label(rate)}"
        _curve(e, curve, colour, cold, label)
    e.legend(loc="lower left")
    for axes in (a, b, e):
        axes.set(
            xlabel=style.quantity_label(CAPACITY),
            ylabel=VOLTAGE_LABEL,
            xlim=(0, None),
        )
    for T, shade in style.ordered_colours((-20, 0, 30)).items():
        rows = _rows(cold_table, temperature=T)
        _capacities(f, rows, shade, style.degrees(T), cold)


def _rate_curves(
    axes: Axes, curves: pd.DataFrame, marks: pd.DataFrame | None = None
) -> None:
    """Draw voltage over capacity, with one colour for each C-rate."""
    for rate, colour in style.ordered_colours(sorted(curves[RATE].unique())).items():
        for _, curve in style.half_cycles(_rows(curves, rate=rate)):
            _curve(axes, curve, colour, marks)
        axes.plot([], [], color=colour, label=style.rate_label(rate))


def _curve(
    axes: Axes,
    curve: pd.DataFrame,
    colour: style.Colour,
    marks: pd.DataFrame | None,
    label: str | None = None,
) -> None:
    """Draw a half-cycle, with its published capacity where the curve ends."""
    x, y = style.thinned(curve[CAPACITY], curve[col.VOLTAGE])
    key = list(curve[list(col.CONDITION)].iloc[0])
    axes.plot(x, y, color=colour, ls=LINES[curve[col.DIRECTION].iloc[0]], label=label)
    published_marks.draw_condition(axes, marks, key, (None, y[-1]), colour)


def _capacities(
    axes: Axes,
    table: pd.DataFrame,
    colour: style.Colour,
    label: str,
    marks: pd.DataFrame,
) -> None:
    """Draw computed and published capacity over C-rate, at one temperature."""
    for direction in style.directions(table):
        line = _rows(table, direction=direction).sort_values(RATE)
        rates = line[RATE]
        face = style.face(direction, colour)
        text = label if direction == "discharge" else None
        shape: dict[str, Any] = {"color": colour, "mfc": face, "ls": LINES[direction]}
        axes.plot(rates, line[CAPACITY], marker="o", label=text, **shape)
        names = [col.CELL, col.DIRECTION, col.TEMPERATURE]
        published = style.select(marks, dict(line[names].iloc[0]))
        for mark in published.to_dict("records"):
            published_marks.draw(axes, mark, (mark[RATE], None), colour)
    axes.set(
        xlabel="C-rate",
        ylabel=style.quantity_label(CAPACITY),
        xscale="log",
        ylim=(0, 130),
    )
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.legend(loc="upper right", ncols=3)


def _cycles(axes: Axes, table: pd.DataFrame) -> None:
    """Draw capacity over cycle number, with the C-rate where it changes."""
    draw_marks(axes, table, CAPACITY_MARKS)
    axes.set(
        xlabel="Cycle number", ylabel=style.quantity_label(CAPACITY), ylim=(0, 120)
    )
    for _, step in table[table[RATE].diff() != 0].iterrows():
        axes.text(step[col.CYCLE], 112, style.rate_label(step[RATE]), va="center")
    axes.legend(axes.lines, ("charge", "discharge"), loc="lower left")
