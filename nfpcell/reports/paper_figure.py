"""One page laid out like the paper's Figs. 2, 3, 6 and 7, of computed results."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nfpcell.columns import DEPTH, LOW_FREQUENCY, TOTAL
from nfpcell.figures import published_marks
from nfpcell.figures.style import (
    CAPACITY,
    CAPACITY_LABEL,
    CELL,
    DIRECTION,
    LINES,
    OKABE_ITO,
    RATE,
    TEMPERATURE,
    degrees,
    ramp,
    styled,
    thinned,
)
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment

OPERANDO, AT_30, COLD = "operando_impedance", "rate_30C", "low_temperature"
RE, IM = "Z_re [Ohm]", "Z_im [Ohm]"
SHOWN_DEPTHS = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
WAYS = ("charge", "discharge")
RESISTANCES = ("R0 [Ohm]", "R1 [Ohm]", "R2 [Ohm]")
# of a panel of resistances, over the median: the ends of a half-cycle may leave it
TALL = 2.6
SIZE = (7.6, 11.4)


@styled
def paper_figure(results):
    """
    The page.

    Parameters
    ----------
    results : report.results.Results
    """
    figure = Figure(figsize=SIZE, layout="constrained")
    rows = figure.subfigures(4, 1, height_ratios=[1.15, 1.05, 1.05, 3.1])
    _figure_2(rows[0], results)
    _figure_3(rows[1], results)
    _figure_6(rows[2], results)
    _figure_7(rows[3], results)
    marks = _published(AT_30, CAPACITY)
    handles = [
        Line2D([], [], color="0.35", ls=LINES[way], label=way) for way in WAYS[::-1]
    ]
    handles += published_marks.handles(marks)
    handles.append(
        Line2D([], [], color="black", ls=":", lw=0.9, label="published lowest (Fig. 6)")
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _published(name, quantity):
    return scoring.published(Experiment.load(name), quantity)


def _of(table, **wanted):
    """Rows that have these values: cell, way, rate, temperature."""
    names = {"cell": CELL, "way": DIRECTION, "rate": RATE, "temperature": TEMPERATURE}
    for name, value in wanted.items():
        table = table[table[names[name]] == value]
    return table


# --------------------------------------------------------------------------- Fig. 2
def _figure_2(row, results):
    table, spectra = results.experiment(OPERANDO, "A")
    row.suptitle("Fig. 2: Cell A, 0.1C, 30 °C, operando", ha="left", x=0.01)
    voltage, nyquist, parts = row.subplots(1, 3)
    for way in WAYS:
        own = _of(table, way=way).sort_values(DEPTH)
        voltage.plot(own[DEPTH], own["Voltage [V]"], color="black", ls=LINES[way])
    voltage.set(xlabel=DEPTH, ylabel="Voltage (V)", xlim=(0, 1))
    own = _of(spectra, way="discharge")
    for depth, colour in zip(SHOWN_DEPTHS, ramp(len(SHOWN_DEPTHS)), strict=True):
        one = own[np.isclose(own[DEPTH], depth)]
        nyquist.plot(one[RE] / 1e3, -one[IM] / 1e3, color=colour, label=f"{depth:g}")
    usual = own.groupby(DEPTH)[RE].max().median() / 1e3
    nyquist.set(xlim=(0, 1.8 * usual), ylim=(0, 1.2 * usual))
    nyquist.set(xlabel="Re Z (kΩ)", ylabel="−Im Z (kΩ)")
    nyquist.legend(title=DEPTH, ncols=2, loc="upper left", handlelength=1.2)
    _circuit(parts, _of(table, way="discharge"))
    parts.legend(ncols=2, loc="upper left", handlelength=1.2, columnspacing=0.8)
    parts.set_ylim(0, 1.35 * parts.get_ylim()[1])


def _circuit(axes, own):
    own = own.sort_values(DEPTH)
    for name, colour in zip((*RESISTANCES, TOTAL), OKABE_ITO, strict=False):
        label = name.partition(" ")[0]
        axes.plot(own[DEPTH], own[name] / 1e3, color=colour, label=label)
    axes.set_ylim(0, TALL / 1e3 * own[TOTAL].median())
    axes.set(xlabel=DEPTH, ylabel="Resistance (kΩ)", xlim=(0, 1))


# ---------------------------------------------------------------------- Figs. 3 and 6
def _figure_3(row, results):
    table, _ = results.experiment(OPERANDO, "A B", "discharge")
    row.suptitle(
        "Fig. 3: Cells (a) A and (b) B on discharge, as Fig. 2", ha="left", x=0.01
    )
    for letter, cell, axes in zip("ab", "AB", row.subplots(1, 2), strict=True):
        _circuit(axes, _of(table, cell=cell))
        axes.set_title(f"({letter})", loc="left")
        _lowest(axes, cell, 1e3)


def _lowest(axes, cell, scale):
    """A line at the published lowest resistance, whose depth is not in the text."""
    marks = _of(_published(OPERANDO, TOTAL), cell=cell, way="discharge")
    for value in marks["Published"].dropna():
        axes.axhline(value / scale, color="black", ls=":", lw=0.9)


def _figure_6(row, results):
    table, _ = results.experiment(OPERANDO, "B C D E", "discharge")
    row.suptitle("Fig. 6: Cells B to E on discharge", ha="left", x=0.01)
    total, low = row.subplots(1, 2, sharey=True)
    for cell, colour in zip("BCDE", OKABE_ITO, strict=False):
        own = _of(table, cell=cell).sort_values(DEPTH)
        total.plot(own[DEPTH], own[TOTAL], color=colour, label=f"cell {cell}")
        low.plot(own[DEPTH], own[LOW_FREQUENCY], color=colour)
        marks = _of(_published(OPERANDO, TOTAL), cell=cell, way="discharge")
        for value in marks["Published"].dropna():
            total.axhline(value, color=colour, ls=":", lw=0.9)
    total.set_ylim(0, TALL * _of(table, cell="B")[TOTAL].median() / 1.3)
    total.set(xlabel=DEPTH, ylabel="Resistance (Ω)", xlim=(0, 1))
    total.set_title("R0 + R1 + R2 of the circuit", loc="left")
    low.set(xlabel=DEPTH, xlim=(0, 1))
    low.set_title("Re Z at 25 mHz", loc="left")
    total.legend(ncols=2, loc="upper center")


# --------------------------------------------------------------------------- Fig. 7
def _figure_7(row, results):
    table, curves = results.experiment(AT_30)
    cold_table, cold_curves = results.experiment(COLD)
    marks, cold = _published(AT_30, CAPACITY), _published(COLD, CAPACITY)
    row.suptitle("Fig. 7: rates and temperatures", ha="left", x=0.01)
    (a, b), (c, d), (e, f) = row.subplots(3, 2)
    _curves(
        a, _of(curves, cell="A", way="discharge"), RATE, _rate_label, "lower center"
    )
    a.set_title("(a) Cell A, 30 °C", loc="left")
    _curves(b, _of(curves, cell="C"), RATE, _rate_label, "upper left", marks)
    b.set_title("(b) Cell C, 30 °C", loc="left")
    _cycles(c, results.cycles("rate_steps"))
    c.set_title("(c) Cell C, 30 °C, steps of the rate", loc="left")
    for cell, colour in zip("AC", OKABE_ITO, strict=False):
        _capacities(d, _of(table, cell=cell), colour, f"cell {cell}", marks)
    d.set_title("(d) Cells A and C, 30 °C", loc="left")
    own = cold_curves[cold_curves[TEMPERATURE] < 30]
    pairs = own[[TEMPERATURE, RATE]].drop_duplicates().to_numpy()
    chosen = [(t, r) for t, r in pairs if r in (0.1, 0.2)]
    for (temperature, rate), colour in zip(sorted(chosen), OKABE_ITO, strict=False):
        one = _of(own, temperature=temperature, rate=rate)
        x, y = thinned(one[CAPACITY], one["Voltage [V]"])
        e.plot(x, y, color=colour, label=f"{degrees(temperature)}, {rate:g}C")
        _marks(e, cold, one, colour, along="x")
    e.legend(loc="lower left")
    e.set(xlabel=CAPACITY_LABEL, ylabel="Voltage (V)", xlim=(0, None))
    e.set_title("(e) Cell C on discharge", loc="left")
    colours = ramp(3)
    for temperature, colour in zip((-20, 0, 30), colours, strict=True):
        one = _of(cold_table, temperature=temperature)
        _capacities(f, one, colour, degrees(temperature), cold)
    f.set_title("(f) Cell C on discharge", loc="left")


def _rate_label(rate):
    return f"{rate:g}C"


def _curves(axes, curves, by, label, place, marks=None):
    values = sorted(curves[by].unique())
    for value, colour in zip(values, ramp(len(values)), strict=True):
        for way in WAYS:
            one = _of(curves[curves[by] == value], way=way)
            if one.empty:
                continue
            x, y = thinned(one[CAPACITY], one["Voltage [V]"])
            axes.plot(x, y, color=colour, ls=LINES[way])
            _marks(axes, marks, one, colour, along="x")
        axes.plot([], [], color=colour, label=label(value))
    axes.set(xlabel=CAPACITY_LABEL, ylabel="Voltage (V)", xlim=(0, None))
    axes.legend(loc=place, ncols=3 if len(values) > 4 else 1, handlelength=1.2)


def _marks(axes, marks, one, colour, along):
    """Published capacities of one half-cycle, where its curve ends."""
    if marks is None or one.empty:
        return
    condition = {key: one[key].iloc[0] for key in (CELL, DIRECTION, RATE, TEMPERATURE)}
    end = one["Voltage [V]"].iloc[-1]
    for mark in published_marks.selected(marks, **condition):
        published_marks.draw(axes, mark, None, end, colour, along)


def _capacities(axes, table, colour, label, marks):
    for way, fill in (("discharge", colour), ("charge", "white")):
        own = _of(table, way=way).sort_values(RATE)
        if own.empty:
            continue
        axes.plot(
            own[RATE],
            own[CAPACITY],
            ls=LINES[way],
            marker="o",
            color=colour,
            markerfacecolor=fill,
            label=label if way == "discharge" else None,
        )
        condition = {CELL: own[CELL].iloc[0], DIRECTION: way}
        condition[TEMPERATURE] = own[TEMPERATURE].iloc[0]
        for mark in published_marks.selected(marks, **condition):
            published_marks.draw(axes, mark, mark[RATE], None, colour)
    axes.set(xlabel="C-rate", ylabel=CAPACITY_LABEL, xscale="log", ylim=(0, 130))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.legend(loc="upper right", ncols=3)


def _cycles(axes, table):
    for way, marker, colour in (
        ("Charge", "^", OKABE_ITO[1]),
        ("Discharge", "o", OKABE_ITO[0]),
    ):
        values = table[f"{way} capacity [mA.h.g-1]"]
        axes.plot(table["Cycle"], values, marker, ms=3, color=colour, label=way.lower())
    axes.set(xlabel="Cycle number", ylabel=CAPACITY_LABEL, ylim=(0, 120))
    for _, step in table[table[RATE].diff() != 0].iterrows():
        axes.text(step["Cycle"], 112, f"{step[RATE]:g}C", va="center")
    axes.legend(loc="lower left")
