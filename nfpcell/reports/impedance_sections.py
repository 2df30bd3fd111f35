"""Sections on the spectra and resistances of the paper."""

from collections.abc import Sequence

import pandas as pd

from nfpcell import columns, plot
from nfpcell.cell.definition import Cell
from nfpcell.columns import CELL, DEPTH, LOW_FREQUENCY, R1, R2, TOTAL
from nfpcell.eis.impedance import impedance
from nfpcell.eis.resistance import lowest_total
from nfpcell.eis.spectrum_analysis import relaxation_times
from nfpcell.reports.section import Content, TargetSelection, section
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import Image, image
from nfpcell.studies import liquid, recipe_steps

OPERANDO, AT_30_DEGREES = "operando_impedance", "resistance_30C"
RATIO, PEAK = "Total over low-frequency resistance", "Depth of resistance peak"
RISES = ("R2 rise at 3 %", "R2 rise at 97 %")
DEPTHS = (0.1, 0.2, 0.5, 0.8, 0.9)
LOWEST = (
    "A published resistance is the lowest over depth of discharge. The text does not "
    "give this depth, so the mark is drawn at the computed minimum."
)
CIRCUIT = (
    "Solid: equivalent circuit of the paper with two arcs, fitted to the computed "
    "spectra. Dotted: resistances of the parts of the model. Circle: lowest total."
)


@section("Fig. 1: Nyquist plot of the fresh Cell A", TargetSelection("fresh_cell_a"))
def fig_1(results: SectionResults) -> Content:
    """A spectrum of Cell A as made. It has three semicircles: a large, a medium and a
    small one. The text does not give their resistances.

    The spectrum at rest from 1 MHz to 25 mHz, and the number of arcs that describe it
    (`nfpcell run fresh_cell_a`).
    """
    spectrum, _ = results.experiment("fresh_cell_a")
    yield image(plot.nyquist(spectrum), "Nyquist plot of fresh Cell A at rest.")
    Z = (spectrum[columns.Z_RE] + 1j * spectrum[columns.Z_IM]).to_numpy()
    times = relaxation_times(spectrum[columns.FREQUENCY].to_numpy(), Z)
    yield image(
        plot.relaxation_times({"cell A, fresh": times}),
        "Distribution of relaxation times of the same spectrum. An arc that is not a "
        "semicircle may have more than one peak.",
    )


@section(
    "Fig. 2: operando impedance of Cell A",
    TargetSelection(OPERANDO, "A", (TOTAL, RATIO, *RISES)),
)
def fig_2(results: SectionResults) -> Content:
    """Charge and discharge curves, the spectra along them, and each resistance. The
    resistance rises at the end of charge and at the end of discharge.

    The same quantities at 0.1C and 30 °C. The equivalent circuit of the paper is fitted
    to the computed spectra (`nfpcell run operando_impedance`). The cell has no
    hysteresis: charge and discharge differ only by their overpotentials.
    """
    table, spectra = results.experiment(OPERANDO, "A")
    yield image(
        plot.operando(spectra, table),
        "Voltage of Cell A over depth of discharge, on discharge and on charge, and "
        "Nyquist plots along the curves.",
    )
    yield _resistances(results, table, "Cell A, on discharge and on charge")


@section("Figs. S1 and S2: Nyquist plots over depth of discharge")
def fig_s1(results: SectionResults) -> Content:
    """Spectra of Cells A to E, and of a non-aqueous half-cell as a reference. The text
    gives no numbers.

    The spectra of the operando impedance (`nfpcell run operando_impedance`). The
    non-aqueous half-cell is the DFN model of PyBaMM with the same cathode material
    (`nfpcell liquid`).
    """
    table, spectra = results.experiment(OPERANDO, "A B C D E", "discharge")
    reference = results.checked(liquid.impedance(DEPTHS, 30))
    at_depths = spectra[spectra[DEPTH].isin(DEPTHS)]
    yield image(
        plot.nyquist(pd.concat([at_depths, reference], ignore_index=True)),
        "Nyquist plots of Cells A to E during a discharge at 0.1C, and of the "
        "non-aqueous half-cell at rest, at five depths of discharge.",
    )
    at_lowest = [
        spectra[(spectra[CELL] == cell) & (spectra[DEPTH] == lowest_total(rows)[DEPTH])]
        for cell, rows in table.groupby(CELL)
    ]
    yield image(
        plot.nyquist(pd.concat(at_lowest, ignore_index=True)),
        "Nyquist plots of Cells A to E where the total resistance is lowest.",
    )


@section(
    "Fig. 3: resistances of Cells A and B",
    TargetSelection(OPERANDO, "A", (PEAK, R1, R2)),
    TargetSelection(OPERANDO, "B", (TOTAL, RATIO, *RISES, PEAK)),
    TargetSelection(AT_30_DEGREES, "A B"),
    TargetSelection("rate_30C", "B"),
)
def fig_3(results: SectionResults) -> Content:
    """Each resistance over depth of discharge for coarse (A) and fine powders (B).
    There is a peak at 60 %. Fine powder lowers the resistance by one order of
    magnitude.

    The same quantities at 0.1C and 30 °C (`nfpcell run operando_impedance`).
    """
    table, _ = results.experiment(OPERANDO, "A B", "discharge")
    yield _resistances(results, table, "Cells A and B on discharge")


@section(
    "Fig. 6: carbon and roughness, Cells B to E",
    TargetSelection(AT_30_DEGREES, "C D E"),
    TargetSelection(OPERANDO, "C D E"),
)
def fig_6(results: SectionResults) -> Content:
    """Resistance over depth of discharge with more carbon (B to C) and with a roughened
    β″-alumina electrolyte (C to E). It falls from 3929 Ω in Cell A and 331 Ω in Cell B
    to 120 Ω in Cell E.

    Re Z at 25 mHz at 0.1C and 30 °C, and the effect of each change of the recipe
    (`nfpcell run resistance_30C`, `nfpcell steps A B C D E`).
    """
    marks = results.published(AT_30_DEGREES, LOW_FREQUENCY)
    table, _ = results.experiment(AT_30_DEGREES, "B C D E", "discharge")
    yield image(
        plot.resistance(table, marks),
        f"Resistance of Cells B to E over depth of discharge. {LOWEST}",
    )
    cells = [Cell.load(name) for name in "ABCDE"]
    changes = results.checked(recipe_steps.steps(cells, model=results.model))
    yield image(
        plot.steps(changes, marks),
        "Lowest resistance from Cell A to Cell E, one change of the recipe at a time. "
        "The effect of a change depends on the changes before it.",
    )


@section(
    "Fig. S7: resistance of the pouch cell",
    TargetSelection(OPERANDO, "pouch"),
    TargetSelection(AT_30_DEGREES, "pouch"),
)
def fig_s7(results: SectionResults) -> Content:
    """The lowest resistance on discharge is 8.2 Ω. With an area of 25.2 cm² this is 206
    Ω cm².

    The resistances at 0.1C and 30 °C (`nfpcell run operando_impedance`).
    """
    table, _ = results.experiment(OPERANDO, "pouch", "discharge")
    yield _resistances(results, table, "the pouch cell on discharge")


@section("Methods: symmetric cells")
def methods(results: SectionResults) -> Content:
    """Spectra of the symmetric cells cathode | electrolyte | cathode and Na |
    electrolyte | Na were used to assign the arcs. None is shown.

    Both symmetric cells at rest and 30 °C, 10 MHz to 10 mHz. The cathode is half
    charged (`nfpcell impedance cathode-symmetric`, `nfpcell impedance
    anode-symmetric`).
    """
    cells = [Cell.load(f"{electrode}-symmetric") for electrode in ("cathode", "anode")]
    caption = "Nyquist plots of the cathode and of the sodium symmetric cell at rest."
    yield spectra_at_rest(results, cells, (0.5,), caption)


def _resistances(results: SectionResults, table: pd.DataFrame, curves: str) -> Image:
    return image(
        plot.circuit(table, results.published(OPERANDO, TOTAL)),
        f"R0, R1, R2 and their total over depth of discharge: {curves}. {CIRCUIT}",
    )


def spectra_at_rest(
    results: SectionResults,
    cells: Sequence[Cell],
    depths: tuple[float, ...],
    caption: str,
) -> Image:
    """Return the Nyquist plots of cells at rest at some depths of discharge."""
    spectra = [
        results.checked(impedance(cell, depths, rate=0, model=results.model))
        for cell in cells
    ]
    return image(plot.nyquist(pd.concat(spectra, ignore_index=True)), caption)
