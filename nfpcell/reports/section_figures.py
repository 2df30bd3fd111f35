"""Figures and tables of the paper's sections, one function for each section.

Each yields its figures and tables one by one: those before a failure stay on the page.
"""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes

from nfpcell import columns, plot
from nfpcell.cell.definition import Cell
from nfpcell.columns import CAPACITY, CELL, DEPTH, LOW_FREQUENCY, TEMPERATURE, TOTAL
from nfpcell.eis.impedance import impedance
from nfpcell.eis.resistance import lowest_total
from nfpcell.eis.spectrum_analysis import relaxation_times
from nfpcell.figures import published_marks, style
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import Image, TextWithNote, image
from nfpcell.simulation.protocol import efficiency
from nfpcell.studies import chemistries as studied_chemistries
from nfpcell.studies import liquid, recipe_steps, scoring
from nfpcell.studies.experiment import Experiment
from nfpcell.studies.quantities import STEP_DEPTHS, plateau_transition

Content = Iterator[Image | pd.DataFrame]

MARKS = (
    "Published numbers are diamonds, ranges are bars and bounds are triangles. They "
    "are filled or solid if the constants were calibrated to them, and open or dotted "
    "if they are predicted."
)
LOWEST_MARK = (
    "A published resistance is the lowest one. The text does not give its depth of "
    "discharge, so its mark stands at the computed minimum."
)
CIRCUIT = (
    "Solid: the paper's equivalent circuit of two arcs, fitted to the computed "
    "spectra. Dotted: the resistances of the model's own parts. Circle: lowest total "
    "resistance."
)
DEPTHS = (0.1, 0.2, 0.5, 0.8, 0.9)


# ---------------------------------------------------------------- spectra, resistances
def fresh_cell(results: SectionResults) -> Content:
    """Fig. 1."""
    spectrum, _ = results.experiment("fresh_cell_a")
    yield image(plot.nyquist(spectrum), "Nyquist plot of fresh Cell A at rest")
    Z = (spectrum[columns.Z_RE] + 1j * spectrum[columns.Z_IM]).to_numpy()
    times = relaxation_times(spectrum[columns.FREQUENCY].to_numpy(), Z)
    yield image(
        plot.relaxation_times({"cell A, fresh": times}),
        "Distribution of relaxation times of the same spectrum",
        "Distribution of relaxation times of the same spectrum. An arc that is not a "
        "semicircle may have more than one peak.",
    )


def operando(results: SectionResults) -> Content:
    """Fig. 2."""
    table, spectra = results.experiment("operando_impedance", "A")
    yield image(
        plot.operando(spectra, table),
        "Voltage of Cell A over depth of discharge, on discharge and on charge, with "
        "Nyquist plots along the curve",
    )
    yield _circuit(table, "Cell A, on discharge and on charge")


def powder(results: SectionResults) -> Content:
    """Fig. 3."""
    table, _ = results.experiment("operando_impedance", "A B", "discharge")
    yield _circuit(table, "Cells A and B on discharge")


def pouch_resistance(results: SectionResults) -> Content:
    """Fig. S7."""
    table, _ = results.experiment("operando_impedance", "pouch", "discharge")
    yield _circuit(table, "the pouch cell on discharge")


def _circuit(table: pd.DataFrame, curves: str) -> Image:
    marks = scoring.published(Experiment.load("operando_impedance"), TOTAL)
    return image(
        plot.circuit(table, marks),
        f"R0, R1, R2 and their total over depth of discharge: {curves}",
        f"{CIRCUIT} {MARKS}",
    )


def roughness(results: SectionResults) -> Content:
    """Fig. 6, and the effect of each change of the recipe."""
    marks = scoring.published(Experiment.load("resistance_30C"), LOW_FREQUENCY)
    table, _ = results.experiment("resistance_30C", "B C D E", "discharge")
    yield image(
        plot.resistance(table, marks),
        "Resistance of Cells B to E over depth of discharge",
        f"{MARKS} {LOWEST_MARK}",
    )
    cells = [Cell.load(word) for word in "ABCDE"]
    changes = results.checked(recipe_steps.steps(cells, model=results.model))
    yield image(
        plot.steps(changes, marks),
        "Lowest resistance from Cell A to Cell E, one change of the recipe at a time",
        "From Cell A to Cell E, one change at a time. The effect of a change depends "
        "on the changes before it.",
    )


def depths(results: SectionResults) -> Content:
    """Figs. S1 and S2."""
    table, spectra = results.experiment("operando_impedance", "A B C D E", "discharge")
    reference = results.checked(liquid.impedance(DEPTHS, 30))
    some = spectra[spectra[DEPTH].isin(DEPTHS)]
    yield image(
        plot.nyquist(pd.concat([some, reference], ignore_index=True)),
        "Nyquist plots of Cells A to E and of the non-aqueous half-cell at five depths "
        "of discharge",
        "Cells A to E during a discharge at 0.1C; the non-aqueous half-cell at rest.",
    )
    at_lowest = [
        spectra[(spectra[CELL] == cell) & (spectra[DEPTH] == lowest_total(rows)[DEPTH])]
        for cell, rows in table.groupby(CELL)
    ]
    yield image(
        plot.nyquist(pd.concat(at_lowest, ignore_index=True)),
        "Nyquist plots of Cells A to E where their resistance is lowest",
        "As Fig. S2: at the depth of discharge with the lowest total resistance.",
    )


def symmetric(results: SectionResults) -> Content:
    """Methods: symmetric cells."""
    cells = [Cell.load(f"{side}-symmetric") for side in ("cathode", "anode")]
    yield spectra_at_rest(
        results,
        cells,
        (0.5,),
        "Nyquist plots of the cathode and of the sodium symmetric cell at rest",
        "At rest and 30 °C, 10 MHz to 10 mHz. The cathode is half charged.",
    )


def spectra_at_rest(
    results: SectionResults,
    cells: list[Cell],
    depths_of_discharge: tuple[float, ...],
    alt: str,
    caption: str = "",
) -> Image:
    """Nyquist plots of cells at rest."""
    spectra = [
        results.checked(
            impedance(cell, depths_of_discharge, rate=0, model=results.model)
        )
        for cell in cells
    ]
    return image(plot.nyquist(pd.concat(spectra, ignore_index=True)), alt, caption)


# ------------------------------------------------------------------ charge, discharge
def rates_of_a(results: SectionResults) -> Content:
    """Fig. 7a."""
    _, curves = results.experiment("rate_30C", "A")
    marks = scoring.published(Experiment.load("rate_30C"), CAPACITY)
    yield image(
        plot.curves(curves, marks),
        "Discharge curves of Cell A at 0.01C, 0.1C and 1C",
        f"{MARKS} Both bounds are our numbers for statements of the text.",
    )


def rates_of_c(results: SectionResults) -> Content:
    """Fig. 7b and d."""
    experiment = Experiment.load("rate_30C")
    marks = scoring.published(experiment, CAPACITY)
    _, curves = results.experiment("rate_30C", "C")
    figure = plot.curves(curves, marks)
    _plateau_voltages(figure.axes[0], experiment, curves)
    yield image(
        figure,
        "Charge and discharge curves of Cell C from 0.02C to 2C at 30 °C",
        f"{MARKS} Capacities stand at the voltage where the half-cycle ends. The two "
        "vertical bars are the published voltages of the two plateaus, to compare with "
        "the curve at 0.02C.",
    )
    table, _ = results.experiment("rate_30C", "A C")
    yield image(
        plot.capacity(table, marks), "Capacity of Cells A and C over C-rate at 30 °C"
    )


@style.styled
def _plateau_voltages(axes: Axes, experiment: Experiment, curves: pd.DataFrame) -> None:
    """Published plateau voltages, at the capacities where they are compared."""
    for quantity, depth in STEP_DEPTHS.items():
        for mark in scoring.published(experiment, quantity).to_dict("records"):
            curve = style.select(
                curves, {name: mark[name] for name in columns.CONDITION}
            )
            if len(curve):
                transition = plateau_transition(curve)
                x = depth(transition) * curve[CAPACITY].iloc[-1]
                published_marks.draw(axes, mark, x, None, "black")


def cold(results: SectionResults) -> Content:
    """Fig. 7e and f."""
    marks = scoring.published(Experiment.load("low_temperature"), CAPACITY)
    table, curves = results.experiment("low_temperature")
    _, charges = results.half_cycles([Cell.load("C")], [0.1, 0.2], [0, -20], "charge")
    discharges = curves[curves[TEMPERATURE] < 30]
    yield image(
        plot.curves(pd.concat([discharges, charges], ignore_index=True), marks),
        "Charge and discharge curves of Cell C at 0 and −20 °C",
        MARKS,
    )
    yield image(
        plot.capacity(table, marks),
        "Discharge capacity of Cell C over C-rate at 30, 0 and −20 °C",
    )


# ------------------------------------------------------------------ cycles, protocols
def rate_steps(results: SectionResults) -> Content:
    """Fig. 7c."""
    yield image(
        plot.cycles(results.cycles("rate_steps")),
        "Capacity and efficiency of Cell C over cycle number at increasing rates",
    )


def long_cycling(results: SectionResults) -> Content:
    """623 cycles of the earlier cell."""
    yield image(
        plot.cycles(results.cycles("long_cycling")),
        "Capacity and efficiency of Cell A over 623 cycles at 0.1C",
    )


def fan(results: SectionResults) -> Content:
    """Fig. 8."""
    yield from _protocol(results, "fan_0C", "the pouch cell with its loads at 0 °C")
    table, _ = results.protocol("fan_0C")
    yield image(
        plot.heat(table),
        "Heat of the pouch cell for each load, by loss and with the reversible heat",
        "Heat of each loss, of the uneven sodium concentration in the particles, and "
        "of the entropy.",
    )
    by_load = table.groupby(columns.SEGMENT, sort=False)
    highest = by_load[columns.HIGHEST_TEMPERATURE].max()
    yield pd.DataFrame(
        {"Load": highest.index, "Highest temperature [°C]": highest.round(3).to_numpy()}
    )


def hysteresis(results: SectionResults) -> Content:
    """Fig. 2, with an assumed hysteresis."""
    table, curves = results.protocol("hysteresis_30C")
    loops = efficiency(table)
    yield image(
        plot.loops(loops, curves),
        "Voltage of Cell C over stoichiometry: full loops at four rates, and partial "
        "loops",
    )
    yield pd.DataFrame(
        {
            "Loop": loops[columns.SEGMENT],
            "Charge [mA h g⁻¹]": loops[CAPACITY],
            "Energy efficiency": loops[columns.ENERGY_EFFICIENCY],
        }
    )


def chemistries(results: SectionResults) -> Content:
    """Table 1."""
    comparison = studied_chemistries.Comparison.load()
    table = results.checked(studied_chemistries.compare(comparison, results.model))
    yield image(
        plot.chemistries(table),
        "Share of the theoretical capacity over internal resistance for Cells A to E, "
        "at 0.5C, 1C and 2C, with the published pair of Cell C",
    )
    published = table[table["Origin"] == "published"]
    yield pd.DataFrame(
        {
            "Published": list(
                map(TextWithNote, published["Chemistry"], published["Note"])
            ),
            "Resistance [Ω]": published["Resistance [Ohm]"],
            "C-rate": published[columns.RATE],
            "Share of theoretical capacity": published["Share of theoretical capacity"],
            "Share of capacity at reference rate": published[
                "Share of capacity at reference rate"
            ],
        }
    )


def overcharge(results: SectionResults) -> Content:
    """Overcharge to 9 V."""
    yield from _protocol(results, "overcharge_9V", "charges to 4.5 V and to 9 V")


def charging(results: SectionResults) -> Content:
    """Charging protocols for a higher capacity in the cold."""
    yield from _protocol(results, "cold_charging", "charging protocols in the cold")


def _protocol(results: SectionResults, name: str, curves_of: str) -> Content:
    table, curves = results.protocol(name)
    yield image(
        plot.protocol(table, curves), f"Voltage and power over time: {curves_of}"
    )
    headings = {
        TEMPERATURE: "Ambient [°C]",
        columns.DURATION: "Time [h]",
        CAPACITY: "Charge [mA h g⁻¹]",
        columns.ENERGY: "Energy [W h kg⁻¹]",
        columns.HEAT: "Heat [J]",
        columns.FINAL_VOLTAGE: "Final voltage [V]",
        columns.STATUS: "Status",
    }
    shown = table[list(headings)].rename(columns=headings)
    segments = table[columns.SEGMENT].replace({" degC": " °C", " -": " −"}, regex=True)
    steps = list(map(TextWithNote, table[columns.INSTRUCTION], segments))
    shown.insert(0, "Step", steps)
    yield shown
