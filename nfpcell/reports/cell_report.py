"""Sections of a report on cells that the user names, side by side."""

from collections.abc import Sequence

import pandas as pd

from nfpcell import plot
from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import NAMES
from nfpcell.cell.naming import printed
from nfpcell.columns import CELL, DIRECTION, LOW_FREQUENCY, RATE, TOTAL
from nfpcell.eis.resistance import resistance as resistance_of
from nfpcell.reports.section_figures import CIRCUIT, DEPTHS, Content, spectra_at_rest
from nfpcell.reports.section_results import SectionResults, TargetSelection
from nfpcell.reports.sections import Section
from nfpcell.reports.webpage import image

RATES = (0.1, 0.2, 0.5, 1, 2)
TEMPERATURES = (60, 30, 0, -20)
RATES_OVER_TEMPERATURE = (0.1, 0.5, 1)
# the losses are drawn at this one of RATES
RATE_OF_LOSSES = 0.5


def sections(cells: Sequence[Cell]) -> tuple[Section, ...]:
    """Return the sections; built-in cells are compared with their published numbers."""
    built_in = " ".join(cell.name for cell in cells if cell.name in catalogue.cells())

    def targets(*experiments: str) -> tuple[TargetSelection, ...]:
        if not built_in:
            return ()
        return tuple(TargetSelection(name, built_in) for name in experiments)

    return (
        Section(
            "cells",
            "Derived quantities",
            "",
            "Capacities, thicknesses and resistances that follow from each cell file "
            "(`nfpcell show CELL` lists every quantity with its source).",
            derived_quantities,
        ),
        Section(
            "rates",
            "Charge and discharge at several rates",
            "",
            f"{_listed(RATES)} C at 30 °C. Each half-cycle starts from the state that "
            "a slow half-cycle leaves (`nfpcell simulate`).",
            rates,
            targets("rate_30C"),
        ),
        Section(
            "losses",
            "Voltage losses",
            "",
            f"Each overpotential along the discharge at {RATE_OF_LOSSES} C and 30 °C.",
            losses,
        ),
        Section(
            "temperatures",
            "Discharge at several temperatures",
            "",
            f"{_listed(RATES_OVER_TEMPERATURE)} C at {_listed(TEMPERATURES)} °C.",
            temperatures,
            targets("low_temperature"),
        ),
        Section(
            "resistance",
            "Resistance over depth of discharge",
            "",
            "During a discharge at 0.1C and 30 °C (`nfpcell resistance`).",
            resistance,
            targets("resistance_30C", "operando_impedance"),
        ),
        Section(
            "spectra",
            "Impedance spectra at rest",
            "",
            "1 MHz to 25 mHz at 30 °C and five depths of discharge (`nfpcell "
            "impedance --rate 0`).",
            spectra,
        ),
    )


def _listed(numbers: Sequence[float]) -> str:
    *most, last = (f"{number:g}".replace("-", "−") for number in numbers)
    return f"{', '.join(most)} and {last}"


def derived_quantities(results: SectionResults) -> Content:
    """Derived quantities, one column for each cell."""
    table = pd.DataFrame({"Quantity": [printed(name) for name in NAMES.values()]})
    for cell in results.cells:
        derived = cell.derived()
        table[cell.name] = [float(getattr(derived, key)) for key in NAMES]
    yield table


def rates(results: SectionResults) -> Content:
    """Curves, and capacity over rate."""
    table, curves = results.half_cycles(results.cells, RATES, (30,), "both")
    yield image(plot.curves(curves), "Voltage over specific capacity")
    yield image(plot.capacity(table), "Specific capacity over C-rate")


def losses(results: SectionResults) -> Content:
    """Overpotentials along a discharge."""
    _, curves = results.half_cycles(results.cells, RATES, (30,), "both")
    chosen = (curves[RATE] == RATE_OF_LOSSES) & (curves[DIRECTION] == "discharge")
    yield image(plot.losses(curves[chosen]), "Overpotentials along the discharge")


def temperatures(results: SectionResults) -> Content:
    """Curves, and capacity over rate, for each temperature."""
    table, curves = results.half_cycles(
        results.cells, RATES_OVER_TEMPERATURE, TEMPERATURES, "discharge"
    )
    yield image(plot.curves(curves), "Voltage over specific capacity by temperature")
    yield image(plot.capacity(table), "Specific capacity over C-rate by temperature")


def resistance(results: SectionResults) -> Content:
    """Resistances of the circuit over depth of discharge."""
    tables = [resistance_of(cell, model=results.model) for cell in results.cells]
    table = results.checked(pd.concat(tables, ignore_index=True))
    yield image(
        plot.circuit(table),
        "R0, R1, R2 and their total over depth of discharge",
        CIRCUIT,
    )
    totals = table.dropna(subset=TOTAL).groupby(CELL, sort=False)[TOTAL]
    lowest = table.loc[totals.idxmin(), [CELL, TOTAL, LOW_FREQUENCY]]
    yield lowest.rename(columns=printed)


def spectra(results: SectionResults) -> Content:
    """Nyquist plots at rest."""
    alt = "Nyquist plots at rest, at five depths of discharge"
    yield spectra_at_rest(results, results.cells, DEPTHS, alt)
