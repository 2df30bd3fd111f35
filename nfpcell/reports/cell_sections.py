"""Sections of a report on cells that the user names, side by side."""

import pandas as pd

from nfpcell import plot
from nfpcell.cell import units
from nfpcell.cell.derived import NAMES
from nfpcell.cell.naming import printed
from nfpcell.columns import CAPACITY, CELL, DIRECTION, LOW_FREQUENCY, RATE, TOTAL
from nfpcell.number_format import plain
from nfpcell.reports.impedance_sections import CIRCUIT, DEPTHS, spectra_at_rest
from nfpcell.reports.section import Content, TargetSelection, section
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import image, listed

RATES = (0.1, 0.2, 0.5, 1, 2)
RATE_OF_LOSSES = 0.5  # one of RATES
TEMPERATURES = (60, 30, 0, -20)
RATES_OVER_TEMPERATURE = (0.1, 0.5, 1)


def _of_cells(table: pd.DataFrame, name: str) -> str:
    """A number of each cell, in a sentence."""
    shown = units.shown(name)
    return listed(
        [
            f"{plain(shown.value(value), 3)} {shown.printed} ({cell})"
            for cell, value in zip(table[CELL], table[name], strict=True)
        ]
    )


@section("Derived quantities")
def cells(results: SectionResults) -> Content:
    """Capacities, thicknesses and resistances computed from each cell file (`nfpcell
    show CELL` lists every quantity with its source).
    """
    shown = {key: units.shown(name) for key, name in NAMES.items()}
    table = pd.DataFrame({"Quantity": [printed(q.name) for q in shown.values()]})
    for cell in results.cells:
        derived = cell.derived()
        table[cell.name] = [
            quantity.value(float(getattr(derived, key)))
            for key, quantity in shown.items()
        ]
    yield table


@section("Charge and discharge at several rates", TargetSelection("rate_30C"))
def rates(results: SectionResults) -> Content:
    """0.1C to 2C at 30 °C. Each half-cycle starts from the state after a slow one
    (`nfpcell simulate`).
    """
    table, curves = results.half_cycles(results.cells, RATES, (30,), "both")
    yield image(plot.curves(curves), "Voltage over specific capacity.")
    yield image(plot.capacity(table), "Specific capacity over C-rate.")
    discharges = table[(table[RATE] == 1) & (table[DIRECTION] == "discharge")]
    yield f"the capacity at 1C and 30 °C is {_of_cells(discharges, CAPACITY)}"


@section("Voltage losses")
def losses(results: SectionResults) -> Content:
    """Each overpotential along the discharge at 0.5C and 30 °C."""
    _, curves = results.half_cycles(results.cells, RATES, (30,), "both")
    shown = (curves[RATE] == RATE_OF_LOSSES) & (curves[DIRECTION] == "discharge")
    yield image(plot.losses(curves[shown]), "Overpotentials along the discharge.")


@section("Discharge at several temperatures", TargetSelection("low_temperature"))
def temperatures(results: SectionResults) -> Content:
    """0.1C, 0.5C and 1C at 60, 30, 0 and −20 °C."""
    table, curves = results.half_cycles(
        results.cells, RATES_OVER_TEMPERATURE, TEMPERATURES, "discharge"
    )
    yield image(plot.curves(curves), "Voltage over specific capacity by temperature.")
    yield image(plot.capacity(table), "Specific capacity over C-rate by temperature.")


@section(
    "Resistance over depth of discharge",
    TargetSelection("resistance_30C"),
    TargetSelection("operando_impedance"),
)
def resistance(results: SectionResults) -> Content:
    """During a discharge at 0.1C and 30 °C (`nfpcell resistance`)."""
    table = results.resistance()
    yield image(
        plot.circuit(table),
        f"R0, R1, R2 and their total over depth of discharge. {CIRCUIT}",
    )
    totals = table.dropna(subset=TOTAL).groupby(CELL, sort=False)[TOTAL]
    lowest = table.loc[totals.idxmin(), [CELL, TOTAL, LOW_FREQUENCY]]
    yield lowest.rename(columns=printed)
    yield f"the lowest total resistance is {_of_cells(lowest, TOTAL)}"


@section("Impedance spectra at rest")
def spectra(results: SectionResults) -> Content:
    """1 MHz to 25 mHz at 30 °C and five depths of discharge (`nfpcell impedance
    --rate 0`).
    """
    caption = "Nyquist plots at rest, at five depths of discharge."
    yield spectra_at_rest(results, results.cells, DEPTHS, caption)


CELL_SECTIONS = (cells, rates, losses, temperatures, resistance, spectra)
