"""Sections on the charge and discharge curves, cycles and other runs of the paper."""

import pandas as pd
from matplotlib.axes import Axes

from nfpcell import columns, plot
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import printed
from nfpcell.figures import published_marks, style
from nfpcell.reports.section import Content, TargetSelection, section
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import TextWithNote, image
from nfpcell.simulation.protocol import efficiency
from nfpcell.studies import chemistries
from nfpcell.studies.quantities import STEP_DEPTHS, plateau_transition


@section("Fig. 2: hysteresis between charge and discharge")
def fig_2_hysteresis(results: SectionResults) -> Content:
    """Hysteresis was observed between the charge and discharge curves. The text gives
    no number.

    Charge–discharge loops of Cell C with an assumed hysteresis of 40 mV. This is not a
    prediction: the built-in cells have no hysteresis (`nfpcell protocol
    hysteresis_30C`).
    """
    table, curves = results.protocol("hysteresis_30C")
    loops = efficiency(table)
    yield image(
        plot.loops(loops, curves),
        "Voltage of Cell C over stoichiometry: full loops at four rates, and partial "
        "loops.",
    )
    shown = loops[[columns.CAPACITY, columns.ENERGY_EFFICIENCY]].rename(columns=printed)
    shown.insert(0, "Loop", loops[columns.SEGMENT])
    yield shown


@section("Fig. 7a: discharge of Cell A at 30 °C", TargetSelection("rate_30C", "A"))
def fig_7a(results: SectionResults) -> Content:
    """Discharges at 0.01C and 0.1C. Cell A was not measured at higher rates.

    The same discharges, and one at 1C, where almost no capacity is expected (`nfpcell
    run rate_30C`).
    """
    _, curves = results.experiment("rate_30C", "A")
    marks = results.published("rate_30C", columns.CAPACITY)
    yield image(
        plot.curves(curves, marks),
        "Discharge curves of Cell A at 0.01C, 0.1C and 1C. The two "
        "bounds are our numbers for statements of the text.",
    )


@section(
    "Fig. 7b and d: rate capability of Cell C at 30 °C",
    TargetSelection("rate_30C", "C"),
)
def fig_7b(results: SectionResults) -> Content:
    """Charges and discharges from 0.2C to 2C. At 2C the cell delivers 61 mAh/g on
    discharge and takes 85.6 mAh/g on charge. The curve has two plateaus.

    Each half-cycle starts from the state after a slow half-cycle, because the two
    capacities cannot be from one cycle. A discharge at 0.02C is added (`nfpcell run
    rate_30C`).
    """
    marks = results.published("rate_30C", columns.CAPACITY)
    _, curves = results.experiment("rate_30C", "C")
    figure = plot.curves(curves, marks)
    _draw_plateau_voltages(figure.axes[0], results, curves)
    yield image(
        figure,
        "Charge and discharge curves of Cell C from 0.02C to 2C at 30 °C. "
        "Published capacities are drawn at the voltage where the half-cycle ends. The "
        "two vertical bars are the published voltages of the plateaus, for comparison "
        "with the curve at 0.02C.",
    )
    table, _ = results.experiment("rate_30C", "A C")
    yield image(
        plot.capacity(table, marks), "Capacity of Cells A and C over C-rate at 30 °C."
    )


@style.styled
def _draw_plateau_voltages(
    axes: Axes, results: SectionResults, curves: pd.DataFrame
) -> None:
    """Draw published plateau voltages at the capacities where they are compared."""
    for quantity, depth in STEP_DEPTHS.items():
        for mark in results.published("rate_30C", quantity).to_dict("records"):
            curve = style.select(curves, {key: mark[key] for key in columns.CONDITION})
            if len(curve):
                x = depth(plateau_transition(curve)) * curve[columns.CAPACITY].iloc[-1]
                published_marks.draw(axes, mark, (x, None), "black")


@section("Fig. 7c: cycles of Cell C at increasing rates")
def fig_7c(results: SectionResults) -> Content:
    """Capacity over cycle number. The text gives no numbers.

    Five cycles at each rate with the model `particle`, without a rest between charge
    and discharge (`nfpcell cycle rate_steps`). At 2C the charge capacity is smaller
    than in Fig. 7d, because the discharge before it was not complete.
    """
    yield image(
        plot.cycles(results.cycles("rate_steps")),
        "Capacity and efficiency of Cell C over cycle number at increasing rates.",
    )


@section("Fig. 7e and f: Cell C at 0 and −20 °C", TargetSelection("low_temperature"))
def fig_7e(results: SectionResults) -> Content:
    """At constant current, 58 mAh/g at 0.2C and 0 °C, and 50 mAh/g at 0.1C and −20 °C.

    Discharges and charges at several rates and temperatures. Each starts from the state
    after a slow half-cycle at 30 °C (`nfpcell run low_temperature`).
    """
    marks = results.published("low_temperature", columns.CAPACITY)
    table, curves = results.experiment("low_temperature")
    _, charges = results.half_cycles([Cell.load("C")], [0.1, 0.2], [0, -20], "charge")
    discharges = curves[curves[columns.TEMPERATURE] < 30]
    yield image(
        plot.curves(pd.concat([discharges, charges], ignore_index=True), marks),
        "Charge and discharge curves of Cell C at 0 and −20 °C.",
    )
    yield image(
        plot.capacity(table, marks),
        "Discharge capacity of Cell C over C-rate at 30, 0 and −20 °C.",
    )


@section("Text: a higher capacity by another charging process")
def charging(results: SectionResults) -> Content:
    """The text says that another charging process can increase the capacity in the
    cold. It gives no number.

    Constant current followed by constant voltage, a higher upper cut-off, and a warm
    charge before a cold discharge (`nfpcell protocol cold_charging`).
    """
    yield from _protocol(results, "cold_charging", "charging protocols in the cold")


@section("Fig. 8: the pouch cell drives a fan at 0 °C")
def fig_8(results: SectionResults) -> Content:
    """A photograph and a video of a cell of 7.7 mAh between two blocks of ice. The text
    gives neither data of the motor nor the running time.

    Three assumed loads: a constant power, a constant resistance, and a motor that draws
    more power while it starts. The cell warms itself; its heat capacity and cooling are
    assumed. Still air and no cooling are shown for comparison (`nfpcell protocol
    fan_0C`).
    """
    yield from _protocol(results, "fan_0C", "the pouch cell with its loads at 0 °C")
    table, _ = results.protocol("fan_0C")
    yield image(
        plot.heat(table),
        "Heat of the pouch cell for each load: from each overpotential, from the "
        "non-uniform concentration in the particles, and from the entropy change.",
    )
    loads = table[columns.SEGMENT].map(style.signs).rename("Load")
    by_load = table.groupby(loads, sort=False)
    highest = by_load[columns.HIGHEST_TEMPERATURE].max().round(3)
    yield highest.reset_index().rename(columns=printed)


@section("Text: 623 cycles of the earlier cell at 0.1C")
def cycling(results: SectionResults) -> Content:
    """The earlier cell, made like Cell A, was stable for 623 cycles at room
    temperature.

    623 cycles of Cell A at 30 °C with the model `particle`. The model has no
    ageing, so this shows a repeatable cycle and does not predict a lifetime (`nfpcell
    cycle long_cycling`).
    """
    yield image(
        plot.cycles(results.cycles("long_cycling")),
        "Capacity and efficiency of Cell A over 623 cycles at 0.1C.",
    )


@section("Text: overcharge to 9 V")
def overcharge(results: SectionResults) -> Content:
    """The earlier cell withstood an overcharge to 9 V.

    Cell C charged at 0.1C to 4.5 V and to 9 V. The model has no reaction after the
    cathode is empty; the status says where this is (`nfpcell protocol overcharge_9V`).
    """
    yield from _protocol(results, "overcharge_9V", "charges to 4.5 V and to 9 V")


@section("Table 1: rate capability over internal resistance")
def table_1(results: SectionResults) -> Content:
    """Capacity at high rates and resistance, compared with cells with sulphide and
    liquid electrolytes. The text quotes only a few numbers of this table.

    Cells A to E at 0.5C, 1C and 2C and 30 °C, and the numbers that the text quotes for
    other cells (`nfpcell chemistries`).
    """
    comparison = chemistries.Comparison.load()
    table = results.checked(chemistries.compare(comparison, results.model))
    yield image(
        plot.chemistries(table),
        "Share of the theoretical capacity over internal resistance for Cells A to E, "
        "at 0.5C, 1C and 2C, with the published pair of Cell C.",
    )
    published = table[table["Origin"] == "published"]
    cells = list(map(TextWithNote, published["Chemistry"], published["Note"]))
    shares = ["Share of theoretical capacity", "Share of capacity at reference rate"]
    shown = published[["Resistance [Ohm]", columns.RATE, *shares]]
    shown = shown.rename(columns=printed)
    shown.insert(0, "Published", cells)
    yield shown


def _protocol(results: SectionResults, name: str, curves_of: str) -> Content:
    table, curves = results.protocol(name)
    yield image(
        plot.protocol(table, curves), f"Voltage and power over time: {curves_of}."
    )
    conditions = [columns.TEMPERATURE, columns.DURATION]
    results_of_step = [columns.CAPACITY, columns.ENERGY, columns.HEAT]
    end = [columns.FINAL_VOLTAGE, columns.STATUS]
    shown = table[[*conditions, *results_of_step, *end]].rename(columns=printed)
    segments = table[columns.SEGMENT].map(style.signs)
    shown.insert(
        0, "Step", list(map(TextWithNote, table[columns.INSTRUCTION], segments))
    )
    yield shown
