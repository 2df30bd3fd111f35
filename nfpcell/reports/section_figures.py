"""Figures of the sections: each function takes Results and yields Pictures and tables.

What is yielded before something fails stays on the page.
"""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from nfpcell import plot
from nfpcell.cell.definition import Cell
from nfpcell.eis.impedance import DEPTH, LOW, TOTAL, lowest_total
from nfpcell.eis.spectrum_analysis import relaxation_times
from nfpcell.figures import published_marks
from nfpcell.figures.style import CAPACITY, KEYS, styled
from nfpcell.reports.webpage import Noted
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment
from nfpcell.studies.quantities import STEP_DEPTHS, plateau_transition

MARK = (
    "Diamonds, bars and triangles are published numbers, ranges and bounds: full or "
    "solid where the constants were calibrated to them, open or dotted where they are "
    "predicted."
)
LOWEST_MARK = (
    "A published resistance is the lowest one; at which depth is not in the text, so "
    "its mark stands where the computed one is lowest."
)
DEPTHS = (0.1, 0.2, 0.5, 0.8, 0.9)


@dataclass(frozen=True)
class Picture:
    """A figure, the words for who does not see it, and what stands below."""

    figure: Figure
    alt: str
    caption: str = ""


# ---------------------------------------------------------------- spectra, resistances
def fresh_cell(results):
    """Fig. 1."""
    spectra, _ = results.experiment("fresh_cell_a")
    yield Picture(
        plot.nyquist(spectra),
        "Nyquist plot of fresh Cell A at rest",
    )
    Z = (spectra["Z_re [Ohm]"] + 1j * spectra["Z_im [Ohm]"]).to_numpy()
    times = relaxation_times(spectra["Frequency [Hz]"].to_numpy(), Z)
    yield Picture(
        plot.relaxation_times({"cell A, fresh": times}),
        "Distribution of relaxation times of the same spectrum",
        "The same spectrum as a distribution of relaxation times. An arc that is not a "
        "half circle may hold more than one peak.",
    )


def operando(results):
    """Fig. 2."""
    table, spectra = results.experiment("operando_impedance", "A")
    yield Picture(
        plot.operando(spectra, table),
        "Voltage of Cell A over depth of discharge, on discharge and on charge, with "
        "the Nyquist plots along the way",
    )
    yield from _resistance_maps(table, "Cell A, on discharge and on charge")


def powder(results):
    """Fig. 3."""
    table, _ = results.experiment("operando_impedance", "A B", "discharge")
    yield from _resistance_maps(table, "Cells A and B on discharge")


def pouch_resistance(results):
    """Fig. S7."""
    table, _ = results.experiment("operando_impedance", "pouch", "discharge")
    yield from _resistance_maps(table, "the pouch cell on discharge")


def roughness(results):
    """Fig. 6, and which change bought how many ohms."""
    marks = scoring.published(Experiment.load("resistance_30C"), LOW)
    table, _ = results.experiment("resistance_30C", "B C D E", "discharge")
    yield Picture(
        plot.resistance(table, marks),
        "Resistance of Cells B to E over depth of discharge",
        f"{MARK} {LOWEST_MARK}",
    )
    yield Picture(
        plot.steps(results.steps("A B C D E"), marks),
        "Lowest resistance from Cell A to Cell E, one change of the recipe at a time",
        "From A to E, one change at a time; the worth of a change depends on those "
        "before it.",
    )


def depths(results):
    """Figs. S1 and S2."""
    table, spectra = results.experiment("operando_impedance", "A B C D E", "discharge")
    reference = results.liquid(DEPTHS)
    some = spectra[spectra[DEPTH].isin(DEPTHS)]
    yield Picture(
        plot.nyquist(pd.concat([some, reference], ignore_index=True)),
        "Nyquist plots of Cells A to E and of the non-aqueous half-cell at five depths "
        "of discharge",
        "Cells A to E under 0.1C, the non-aqueous half-cell at rest.",
    )
    lowest = [
        spectra[
            (spectra["Cell"] == cell) & (spectra[DEPTH] == lowest_total(own)[DEPTH])
        ]
        for cell, own in table.groupby("Cell")
    ]
    yield Picture(
        plot.nyquist(pd.concat(lowest, ignore_index=True)),
        "Nyquist plots of Cells A to E where their resistance is lowest",
        "As Fig. S2: at the depth of discharge where the total resistance is lowest.",
    )


def symmetric(results):
    """Of the Methods."""
    words = ("cathode-symmetric", "anode-symmetric")
    spectra = [results.at_rest(Cell.load(word), [0.5]) for word in words]
    yield Picture(
        plot.nyquist(pd.concat(spectra, ignore_index=True)),
        "Nyquist plots of the cathode and of the sodium symmetric cell at rest",
        "At rest and 30 °C, 10 MHz to 10 mHz; the cathode at half its charge.",
    )


def _resistance_maps(table, whose):
    marks = scoring.published(Experiment.load("operando_impedance"), TOTAL)
    yield Picture(
        plot.circuit(table, marks),
        f"R0, R1, R2 and their total over depth of discharge: {whose}",
        f"Solid: the paper's circuit of two arcs, fitted to the computed spectra. "
        f"Dotted: what the model itself lays there. Circle: lowest total. {MARK}",
    )


# ------------------------------------------------------------------ charge, discharge
def rates_of_a(results):
    """Fig. 7a."""
    _, curves = results.experiment("rate_30C", "A")
    marks = scoring.published(Experiment.load("rate_30C"), CAPACITY)
    yield Picture(
        plot.curves(curves, marks),
        "Discharge curves of Cell A at 0.01C, 0.1C and 1C",
        f"{MARK} Both bounds are words of the text as numbers.",
    )


def rates_of_c(results):
    """Fig. 7b and d."""
    experiment = Experiment.load("rate_30C")
    marks = scoring.published(experiment, CAPACITY)
    _, curves = results.experiment("rate_30C", "C")
    figure = plot.curves(curves, marks)
    _voltages_of_steps(figure.axes[0], experiment, curves)
    yield Picture(
        figure,
        "Charge and discharge curves of Cell C from 0.02C to 2C at 30 °C",
        f"{MARK} Capacities stand at the voltage where the half-cycle ends; the two "
        "upright bars are the voltages of the two steps, to be held against 0.02C.",
    )
    table, _ = results.experiment("rate_30C", "A C")
    yield Picture(
        plot.capacity(table, marks),
        "Capacity of Cells A and C over C-rate at 30 °C",
    )


@styled
def _voltages_of_steps(axes, experiment, curves):
    """Published voltages of the two steps, at the depths where they are read off."""
    for quantity, place in STEP_DEPTHS.items():
        for mark in scoring.published(experiment, quantity).to_dict("records"):
            own = curves
            for key in KEYS:
                own = own[own[key] == mark[key]]
            if own.empty:
                continue
            x = place(plateau_transition(own)) * own[CAPACITY].iloc[-1]
            published_marks.draw(axes, mark, x, None, "black")


def cold(results):
    """Fig. 7e and f."""
    marks = scoring.published(Experiment.load("low_temperature"), CAPACITY)
    table, curves = results.experiment("low_temperature")
    _, charges = results.half_cycles([Cell.load("C")], [0.1, 0.2], [0, -20], "charge")
    chilled = curves[curves["Ambient temperature [degC]"] < 30]
    yield Picture(
        plot.curves(pd.concat([chilled, charges], ignore_index=True), marks),
        "Charge and discharge curves of Cell C at 0 and −20 °C",
        MARK,
    )
    yield Picture(
        plot.capacity(table, marks),
        "Discharge capacity of Cell C over C-rate at 30, 0 and −20 °C",
    )


# ------------------------------------------------------------------ cycles, protocols
def rate_steps(results):
    """Fig. 7c."""
    yield Picture(
        plot.cycles(results.cycles("rate_steps")),
        "Capacity and efficiency of Cell C over cycle number, in steps of the rate",
    )


def long_cycling(results):
    """623 cycles of the cell before."""
    yield Picture(
        plot.cycles(results.cycles("long_cycling")),
        "Capacity and efficiency of Cell A over 623 cycles at 0.1C",
    )


def fan(results):
    """Fig. 8."""
    yield from _protocol(results, "fan_0C", "the pouch cell with its loads at 0 °C")
    table, _ = results.protocol("fan_0C")
    yield Picture(
        plot.heat(table),
        "Heat of the pouch cell for each load, each loss and the reversible heat apart",
        "Heat of each loss, of sodium that is uneven within the particles, and of the "
        "entropy.",
    )
    highest = table.groupby("Leg", sort=False)["Highest temperature [degC]"].max()
    yield pd.DataFrame(
        {"Load": highest.index, "Warmest [°C]": highest.round(3).to_numpy()}
    )


def hysteresis(results):
    """Of Fig. 2, with a gap that is assumed."""
    loops, curves = results.loops("hysteresis_30C")
    yield Picture(
        plot.loops(loops, curves),
        "Voltage of Cell C over stoichiometry: closed loops at four rates, and inner "
        "loops of partial charge and discharge",
    )
    yield pd.DataFrame(
        {
            "Loop": loops["Leg"],
            "Charge [mA h g⁻¹]": loops[CAPACITY],
            "Energy efficiency": loops["Energy efficiency"],
        }
    )


def chemistries(results):
    """Table 1."""
    table = results.chemistries()
    yield Picture(
        plot.chemistries(table),
        "Share of the theoretical capacity over internal resistance for Cells A to E, "
        "at 0.5C, 1C and 2C, with the published pair of Cell C",
    )
    published = table[table["Origin"] == "published"]
    yield pd.DataFrame(
        {
            "Published": list(map(Noted, published["Chemistry"], published["Note"])),
            "Resistance [Ω]": published["Resistance [Ohm]"],
            "C-rate": published["C-rate"],
            "Of theory": published["Share of theoretical capacity"],
            "Of reference rate": published["Share of capacity at reference rate"],
        }
    )


def overcharge(results):
    """To 9 V."""
    yield from _protocol(results, "overcharge_9V", "charges to 4.5 V and to 9 V")


def charging(results):
    """The room there is to increase the capacity in the cold."""
    yield from _protocol(results, "cold_charging", "charging protocols in the cold")


def _protocol(results, name, whose):
    table, curves = results.protocol(name)
    yield Picture(
        plot.protocol(table, curves),
        f"Voltage and power over time: {whose}",
    )
    columns = {
        "Ambient temperature [degC]": "At [°C]",
        "Duration [h]": "Time [h]",
        CAPACITY: "Charge [mA h g⁻¹]",
        "Specific energy [W.h.kg-1]": "Energy [W h kg⁻¹]",
        "Heat [J]": "Heat [J]",
        "Final voltage [V]": "Ends at [V]",
        "Status": "Status",
    }
    legs = table["Leg"].str.replace(" degC", " °C").str.replace(" -", " −")
    shown = table[list(columns)].rename(columns=columns)
    shown.insert(0, "Step", list(map(Noted, table["Told"], legs)))
    yield shown
