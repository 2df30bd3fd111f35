"""Sections on cells that somebody names: what to expect of each, side by side."""

import pandas as pd

from nfpcell import plot
from nfpcell.cell import catalogue
from nfpcell.cell.derived import NAMES
from nfpcell.cell.naming import printed
from nfpcell.eis.impedance import LOW, TOTAL
from nfpcell.reports.section_figures import DEPTHS, Picture
from nfpcell.reports.sections import Held, Section

RATES = (0.1, 0.2, 0.5, 1, 2)
COLD = (60, 30, 0, -20)
SELDOM = (0.1, 0.5, 1)
# one of RATES
LOAD = 0.5


def sections(cells):
    """
    Sections on cells, with the published numbers of those that have any.

    Parameters
    ----------
    cells : list of Cell, as a page is built with
    """
    shipped = [cell.name for cell in cells if cell.name in catalogue.cells()]

    def held(*experiments):
        if not shipped:
            return ()
        return tuple(Held(name, " ".join(shipped)) for name in experiments)

    return [
        Section(
            "cells",
            "What was made",
            "",
            "Sizes and resistances that follow from each file (`nfpcell show CELL` has "
            "every number with its source).",
            made,
        ),
        Section(
            "rates",
            "Charge and discharge over rate",
            "",
            f"{_listed(RATES)} C at 30 °C, each from what a slow half-cycle leaves "
            "(`nfpcell simulate`).",
            rates,
            held("rate_30C"),
        ),
        Section(
            "losses",
            "Where the voltage is lost",
            "",
            f"Along the discharge at {LOAD} C and 30 °C, what each part of the cell "
            "takes.",
            losses,
        ),
        Section(
            "temperatures",
            "Discharge over temperature",
            "",
            f"{_listed(SELDOM)} C at {_listed(COLD)} °C.",
            temperatures,
            held("low_temperature"),
        ),
        Section(
            "resistance",
            "Resistance over depth of discharge",
            "",
            "Under 0.1C at 30 °C (`nfpcell resistance`).",
            resistance,
            held("resistance_30C", "operando_impedance"),
        ),
        Section(
            "spectra",
            "Spectra at rest",
            "",
            "1 MHz to 25 mHz at 30 °C, at five depths of discharge (`nfpcell "
            "impedance --rate 0`).",
            spectra,
        ),
    ]


def _listed(numbers):
    *most, last = (f"{number:g}".replace("-", "−") for number in numbers)
    return f"{', '.join(most)} and {last}"


def made(results):
    """Derived quantities, a column a cell."""
    quantities = {}
    for cell in results.cells:
        derived = cell.derived()
        for key, name in NAMES.items():
            value = float(getattr(derived, key))
            quantities.setdefault(printed(name), {})[cell.name] = value
    table = pd.DataFrame(quantities).T
    table.insert(0, "Quantity", table.index)
    yield table


def _over_rate(results):
    return results.half_cycles(results.cells, RATES, (30,), "both")


def rates(results):
    """Curves and capacity over rate."""
    table, curves = _over_rate(results)
    yield Picture(plot.curves(curves), "Voltage over specific capacity")
    yield Picture(plot.capacity(table), "Specific capacity over C-rate")


def losses(results):
    """Overpotentials along a discharge."""
    _, curves = _over_rate(results)
    own = (curves["C-rate"] == LOAD) & (curves["Direction"] == "discharge")
    yield Picture(
        plot.losses(curves[own]), "Overpotentials along the discharge, stacked"
    )


def temperatures(results):
    """Capacity over rate, a line a temperature."""
    table, curves = results.half_cycles(results.cells, SELDOM, COLD, "discharge")
    yield Picture(
        plot.curves(curves),
        "Voltage over specific capacity at four temperatures",
    )
    yield Picture(
        plot.capacity(table),
        "Specific capacity over C-rate at four temperatures",
    )


def resistance(results):
    """The circuit's resistances over depth of discharge."""
    table = results.resistance(results.cells)
    yield Picture(
        plot.circuit(table),
        "R0, R1, R2 and their total over depth of discharge",
        "Solid: the paper's circuit of two arcs, fitted to the computed spectra. "
        "Dotted: what the model itself lays there. Circle: lowest total.",
    )
    found = table[table[TOTAL].notna()]
    lowest = found.loc[found.groupby("Cell", sort=False)[TOTAL].idxmin()]
    yield lowest[["Cell", TOTAL, LOW]].rename(columns=printed)


def spectra(results):
    """Nyquist plots at rest."""
    found = [results.at_rest(cell, DEPTHS) for cell in results.cells]
    yield Picture(
        plot.nyquist(pd.concat(found, ignore_index=True)),
        "Nyquist plots at rest, at five depths of discharge",
    )
