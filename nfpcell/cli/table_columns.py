"""The columns of all printed tables."""

from __future__ import annotations

import re
from typing import Any

from nfpcell import columns
from nfpcell.cli.printed_table import Column, Row
from nfpcell.errors import escaped
from nfpcell.number_format import is_known, ohms, plain, with_interval


# -------------------------------------------------------------- entries of some columns
def _noted(row: Row) -> Any:
    """The full name of a quantity, and its note below it."""
    from rich.console import Group
    from rich.padding import Padding

    name = f"{row['Quantity']} [{row['Unit']}]" if row["Unit"] else row["Quantity"]
    note = Padding(escaped(row["Note"]), (0, 0, 0, 4), style="dim")
    return Group(name, note) if row["Note"] else name


def ended_by(event: str) -> str:
    """Return short words for the event that ended a step or a half-cycle.

    Examples
    --------
    >>> ended_by("Voltage < 2.0 [V]"), ended_by("final time")
    ('2 V', 'time')
    """
    if voltage := re.fullmatch(r"Voltage [<>] (\S+) \[V\]", event):
        return f"{float(voltage[1]):g} V"
    return "current" if "Current" in event else _ENDED_BY.get(event, event)


_ENDED_BY = {
    "final time": "time",
    "C-rate cut-off": "current",
    "Minimum voltage [V]": "lower cut-off",
    "Maximum voltage [V]": "upper cut-off",
    "Sodium contact lost to voids": "sodium contact lost",
}


def _prior(row: Row) -> str:
    best, low, high = (plain(row[key]) for key in ("Best", "Low", "High"))
    return f"{best} ({low} to {high})" if is_known(row["Low"]) else "-"


def _with_interval(k: int) -> Column:
    """A fitted value (0), or the lower (1) or upper (2) end of its interval."""

    def text(row: Row) -> str:
        return with_interval(row["Value"], row["Lower 95 %"], row["Upper 95 %"])[k]

    heading = ("Value", "Lower 95 %", "Upper 95 %")[k]
    return Column(heading, text, "s", "never")


def is_spectrum(row: Row) -> bool:
    """Whether a row is on a measured spectrum, not on a half-cycle."""
    return row["What"] == "spectrum"


def _span(row: Row) -> str:
    ends = (row["First voltage [V]"], row["Last voltage [V]"])
    return ", ".join(plain(end) for end in ends if is_known(end))


# --------------------------------------------------------------- columns of the tables
CELL = Column("Cell", columns.CELL, wrap="never")
_DIRECTION = Column("Direction", columns.DIRECTION)
_RATE = Column("C-rate", columns.RATE, "g")
_TEMPERATURE = Column("T\n[]", columns.TEMPERATURE, ".5g")
_CAPACITY = Column("Capacity\n[]", columns.CAPACITY, ".2f")
_ENERGY = Column("Energy\n[]", columns.ENERGY, ".1f")
STATUS = Column("Status", columns.STATUS)
QUANTITY = Column("Quantity", "Quantity", wrap="wide")
UNIT = Column("Unit", "Unit", wrap="never")

CATALOGUE = (
    Column("Kind", "Kind"),
    Column("Name", "Name"),
    Column("Title", "Title", wrap="never"),
)
QUANTITIES = (
    Column("Quantity [unit]", _noted, wrap="wide"),
    Column("Value", "Value", ".6g", "never"),
    Column("Kind", "Kind", wrap="never"),
    Column("Ref.", "Number", "d"),
)
HALF_CYCLES = (
    CELL,
    _DIRECTION,
    _RATE,
    _TEMPERATURE,
    _CAPACITY,
    Column("Mean\nvoltage []", columns.MEAN_VOLTAGE, ".3f"),
    _ENERGY,
    Column("Ended by", lambda row: ended_by(row[columns.TERMINATION])),
    STATUS,
)
SPECTRA = (
    CELL,
    _DIRECTION,
    _RATE,
    _TEMPERATURE,
    Column("Depth of\ndischarge", columns.DEPTH, ".4g"),
    Column("Frequencies\n[Hz]", "Frequencies", ".3g", "never"),
    Column("Re Z [Ω] at\nhighest\nfrequency", columns.Z_RE, ".4g"),
    Column("Re Z [Ω] at\nlowest\nfrequency", "Last", ".4g"),
    STATUS,
)


def _circuit_and_model(k: int) -> Column:
    """A resistance of the circuit, and in brackets that of the part of the model."""

    def pair(row: Row) -> str:
        return f"{ohms(row[f'R{k} [Ohm]'])} ({ohms(row[f'Model R{k} [Ohm]'])})"

    return Column(f"R{k} [Ω]:\ncircuit\n(model)", pair, "s", "never")


RESISTANCES = (
    CELL,
    Column("Half-cycle", "Half-cycle", wrap="never"),
    _TEMPERATURE,
    *map(_circuit_and_model, range(3)),
    Column("Lowest\ntotal [Ω]", columns.TOTAL, ".4g"),
    Column("Re Z at\n25 mHz [Ω]", columns.LOW_FREQUENCY, ".4g"),
    Column("at depth\nof dis-\ncharge", columns.DEPTH, ".2f", "never"),
    STATUS,
)
STEPS_CAPTION = (
    "Resistance: Re Z at 25 mHz, at the depth of discharge where it is lowest"
)
STEPS = (
    Column("From", "From"),
    Column("To", "To"),
    Column("Change", "Change"),
    Column("Quantities", "What", wrap="fold"),
    Column(
        "Resistance\nbefore [Ω]",
        "Low-frequency resistance before [Ohm]",
        ".4g",
        "never",
    ),
    Column(
        "Resistance\nafter [Ω]", "Low-frequency resistance after [Ohm]", ".4g", "never"
    ),
    Column(
        "Difference\n[Ω]", "Low-frequency resistance difference [Ohm]", "+.1f", "never"
    ),
    STATUS,
)
SECTIONS = (
    Column("Section", "Section", wrap="never"),
    Column("", lambda row: "\n".join([row["Title"], *row["Problems"]])),
    Column("Targets", lambda row: row["Targets"] or None, "d"),
    Column("Met", lambda row: row["Met"] if row["Targets"] else None, "d"),
)
CYCLES = (
    CELL,
    Column("Cycle", columns.CYCLE, "d"),
    _RATE,
    Column("Charge\n[]", columns.CHARGE_CAPACITY, ".2f"),
    Column("Discharge\n[]", columns.DISCHARGE_CAPACITY, ".2f"),
    Column("Coulombic\nefficiency", columns.COULOMBIC_EFFICIENCY, ".4f"),
    Column("Energy\nefficiency", columns.ENERGY_EFFICIENCY, ".4f"),
    Column("Status", columns.STATUS, wrap="fold"),
)
WARMEST = Column("Highest\nT []", columns.HIGHEST_TEMPERATURE, ".2f")
PROTOCOL = (
    Column("Instruction", columns.INSTRUCTION, wrap="wide"),
    _TEMPERATURE,
    Column("Time\n[]", columns.DURATION, ".4g"),
    _CAPACITY,
    _ENERGY,
    Column("Power\n[]", columns.MEAN_POWER, ".3g"),
    Column("Heat\n[]", columns.HEAT, ".3g"),
    WARMEST,
    Column("Final\nvoltage\n[]", columns.FINAL_VOLTAGE, ".3f"),
    Column("Ended\nby", lambda row: ended_by(row[columns.ENDED_BY])),
)
LOOPS = (
    Column("Segment", columns.SEGMENT),
    _CAPACITY,
    _ENERGY,
    Column("Energy\nefficiency", columns.ENERGY_EFFICIENCY, ".4f"),
)
CHEMISTRIES = (
    Column("Chemistry", "Chemistry", wrap="fold"),
    Column("Resistance\n[Ω]", "Resistance [Ohm]", ".3g"),
    Column("C-rate", columns.RATE, ".3g"),
    Column("Share of theo-\nretical capacity", "Share of theoretical capacity", ".3g"),
    Column(
        "Share of capacity\nat reference rate",
        "Share of capacity at reference rate",
        ".3g",
    ),
    Column("Origin", "Origin"),
)
RECOGNISED = (
    Column("File", "Lines", wrap="never"),
    CELL,
    Column(
        "No.",
        lambda row: None if is_spectrum(row) else row["Half-cycle"],
        ".0f",
        "never",
    ),
    Column(
        "Half-cycle",
        lambda row: f"{'spectrum, ' * is_spectrum(row)}{row['Direction']}",
        wrap="never",
    ),
    Column("C-rate", columns.RATE, ".3g", "never"),
    Column("T\n[]", "Temperature [degC]", ".5g"),
    Column("Points", "Points", "d", "never"),
    Column("From, to\n[V]", _span),
    Column("Starts from", "Starts from"),
)
# rows of a comparison
_DATA = Column(
    "Data",
    lambda row: row[columns.DATA].removesuffix(f", {row[columns.CELL]}"),
    wrap="fold",
)
COMPARED_CURVES = (
    _DATA,
    CELL,
    _DIRECTION,
    Column("C-rate", columns.RATE, ".3g"),
    _TEMPERATURE,
    Column("Measured\n[]", columns.MEASURED_CAPACITY, ".2f"),
    Column("Computed\n[]", columns.COMPUTED_CAPACITY, ".2f"),
    Column("Error\n[%]", columns.CAPACITY_ERROR, "+.2f"),
    Column("RMS of V\n[mV]", columns.RMS_VOLTAGE, ".1f"),
)
COMPARED_SPECTRA = (
    _DATA,
    CELL,
    Column(
        "Direction",
        lambda row: row[columns.DIRECTION] if row[columns.RATE] else "at rest",
    ),
    Column("C-rate", columns.RATE, ".3g"),
    _TEMPERATURE,
    Column("Starts from", columns.STARTS_FROM),
    Column("RMS\n[% of |Z|]", columns.RMS_IMPEDANCE, ".2f"),
)
FREE = (
    Column("Free", "Quantity", wrap="fold"),
    Column("Lower", "Lower", ".4g"),
    Column("Upper", "Upper", ".4g"),
    Column("Prior", _prior, "s"),
    UNIT,
    Column("In", lambda row: ", ".join(row["Cells"] or ["all"])),
)
FITTED = (
    QUANTITY,
    *map(_with_interval, range(3)),
    UNIT,
    Column(
        "Identifiable",
        lambda row: {None: "-", True: "yes", False: "no"}[row["Identifiable"]],
    ),
    Column("Start", "Start", ".4g", "never"),
)
