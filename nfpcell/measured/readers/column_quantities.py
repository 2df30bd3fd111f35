"""The quantities of columns: names, dimensions and default units."""

import tomllib
from importlib.resources import files
from typing import Any

from nfpcell.measured.readers import units
from nfpcell.measured.readers.units import Dimension


def data_file(name: str) -> dict[str, Any]:
    """Content of a TOML file in the folder of this module."""
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


_TABLE = data_file("column_quantities.toml")
# allowed dimensions of the unit of a quantity, the preferred first
DIMENSIONS: dict[str, tuple[Dimension, ...]] = {
    quantity: tuple(
        parsed.dimension for parsed in map(units.parse, entry["units"]) if parsed
    )
    for quantity, entry in _TABLE.items()
}
# unit of a column whose heading gives none
DEFAULT_UNITS = {quantity: entry["units"][0] for quantity, entry in _TABLE.items()}
# quantity and rank, 0 for the preferred, of each name of a column
MEANINGS: dict[str, list[tuple[str, int]]] = {}
for _quantity, _entry in _TABLE.items():
    for _rank, _names in enumerate(_entry["names"]):
        for _name in _names:
            MEANINGS.setdefault(_name, []).append((_quantity, _rank))

TIMES = frozenset({"time", "step time", "clock"})
VOLTAGES = frozenset({"voltage", "mean voltage"})
# the voltage of a working electrode, and that of the counter electrode to subtract
COUNTERS = {"voltage": "counter voltage", "mean voltage": "mean counter voltage"}
WORKING_ELECTRODE = 2  # rank of the names of a working electrode
# a mean over the interval before, or over an oscillation
MEANS = {
    "voltage": "mean voltage",
    "current": "mean current",
    "counter voltage": "mean counter voltage",
}
CURRENT_OR_CHARGE = frozenset(
    {"current", "mean current", "rate", "capacity", "charge increment"}
    | {"charge capacity", "discharge capacity"}
)
PARTS = ("real part", "imaginary part")
POLAR = ("modulus", "phase")
WHOLE_IMPEDANCE = (frozenset(PARTS), frozenset(POLAR))
IMPEDANCE = frozenset((*PARTS, *POLAR))
ENERGIES = frozenset({"energy", "charge energy", "discharge energy"})
_COUNTS = frozenset({"rate", "cycle", "loop", "step", "state"})
# what may be applied to a cell instead of a current
APPLIED = frozenset({"power", "rate"})
# a line of headings has at least one of these
MEASURED = frozenset(DIMENSIONS) - _COUNTS - APPLIED - ENERGIES - {*COUNTERS.values()}
# an unknown unit is an error, except for these quantities, whose column is left out
OPTIONAL = _COUNTS | APPLIED | ENERGIES | {"temperature", "clock", "step time"}
OPTIONAL |= {*COUNTERS.values()}
# quantities for which two columns with the same heading are an error
UNIQUE = IMPEDANCE | {"time", "voltage", "current", "capacity", "frequency"}
# columns of a recording's table for a current or a charge, by dimension
TABLE_NAMES: dict[Dimension, str] = {
    units.CURRENT: "Current [A]",
    units.CURRENT_DENSITY: "Current density [A.m-2]",
    units.SPECIFIC_CURRENT: "Specific current [A.kg-1]",
    units.CHARGE: "Capacity [A.h]",
    units.AREAL_CHARGE: "Areal capacity [A.h.m-2]",
    units.SPECIFIC_CHARGE: "Specific capacity [A.h.kg-1]",
}
# units for error messages, by the preferred dimension of a quantity
EXAMPLE_UNITS: dict[Dimension, str] = {
    units.TIME: "s, min, h or h:mm:ss",
    units.VOLTAGE: "V or mV",
    units.CURRENT: "A, mA, mA/cm2 or mA/g",
    units.CHARGE: "Ah, mAh, mAh/cm2 or mAh/g",
    units.TEMPERATURE: "°C or K",
    units.FREQUENCY: "Hz, kHz or MHz",
    units.RESISTANCE: "Ohm, kOhm or mOhm",
    units.NUMBER: "none",
    units.POWER: "W or mW",
}
# examples of headings, for the end of an error message
READABLE = (
    "such as Frequency [Hz], Z_re [Ohm], Z_im [Ohm] for a spectrum, or Time [s], "
    "Voltage [V], Current [A] for a curve"
)
