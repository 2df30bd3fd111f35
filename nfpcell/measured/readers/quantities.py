"""The quantities a column can hold: their names, their dimensions and default units."""

import tomllib
from importlib.resources import files

from nfpcell.measured.readers import units
from nfpcell.measured.readers.units import Dimension

_CURRENTS = (units.CURRENT, units.CURRENT_DENSITY, units.SPECIFIC_CURRENT)
_CHARGES = (units.CHARGE, units.AREAL_CHARGE, units.SPECIFIC_CHARGE)
# columns of a recording's table for a current or a charge, by dimension
TABLE_NAMES = {
    units.CURRENT: "Current [A]",
    units.CURRENT_DENSITY: "Current density [A.m-2]",
    units.SPECIFIC_CURRENT: "Specific current [A.kg-1]",
    units.CHARGE: "Capacity [A.h]",
    units.AREAL_CHARGE: "Areal capacity [A.h.m-2]",
    units.SPECIFIC_CHARGE: "Specific capacity [A.h.kg-1]",
}
TIMES = frozenset({"time", "step time", "clock"})
VOLTAGES = frozenset({"voltage", "mean voltage"})
IMPEDANCE = frozenset({"real part", "imaginary part", "modulus", "phase"})
_COUNTS = frozenset({"rate", "cycle", "loop", "step", "state"})
# dimensions a quantity's unit may have, the preferred first
DIMENSIONS: dict[str, tuple[Dimension, ...]] = {
    **dict.fromkeys(TIMES, (units.TIME,)),
    **dict.fromkeys(VOLTAGES, (units.VOLTAGE,)),
    "current": _CURRENTS,
    "mean current": (units.CURRENT,),
    "capacity": _CHARGES,
    "charge capacity": _CHARGES,
    "discharge capacity": _CHARGES,
    "charge increment": (units.CHARGE,),
    "temperature": (units.TEMPERATURE,),
    "frequency": (units.FREQUENCY,),
    **dict.fromkeys(IMPEDANCE, (units.RESISTANCE,)),
    "phase": (units.NUMBER,),
    **dict.fromkeys(_COUNTS, (units.NUMBER,)),
}
# unit of a column whose heading gives none
DEFAULT_UNITS = {
    units.TIME: "s",
    units.VOLTAGE: "V",
    units.CURRENT: "A",
    units.CHARGE: "A.h",
    units.TEMPERATURE: "°C",
    units.FREQUENCY: "Hz",
    units.RESISTANCE: "Ohm",
}
# units that an error names, by the preferred dimension of a quantity
EXAMPLE_UNITS = {
    units.TIME: "s, min, h or h:mm:ss",
    units.VOLTAGE: "V or mV",
    units.CURRENT: "A, mA, mA/cm2 or mA/g",
    units.CHARGE: "Ah, mAh, mAh/cm2 or mAh/g",
    units.TEMPERATURE: "°C or K",
    units.FREQUENCY: "Hz, kHz or MHz",
    units.RESISTANCE: "Ohm, kOhm or mOhm",
    units.NUMBER: "none",
}
# a line of headings has at least one of these
MEASURED = frozenset(DIMENSIONS) - _COUNTS
# a column of one of these is left out if its unit is unknown; others raise an error
OPTIONAL = _COUNTS | {"temperature", "clock", "step time"}
# of these, two columns with the same heading are ambiguous
UNIQUE = IMPEDANCE | {"time", "voltage", "current", "capacity", "frequency"}
# examples of headings that can be read, as the end of an error message
READABLE = (
    "right would be such as Frequency [Hz], Z_re [Ohm], Z_im [Ohm] for a spectrum, or "
    "Time [s], Voltage [V], Current [A] for a curve"
)


def _meanings() -> dict[str, list[tuple[str, int]]]:
    """Quantity and rank, 0 for the preferred, of each name of a column."""
    names = tomllib.loads(
        files(__package__).joinpath("column_names.toml").read_text("utf-8")
    )
    meanings: dict[str, list[tuple[str, int]]] = {}
    for quantity, ranks in names.items():
        for rank, words in enumerate(ranks):
            for word in words:
                meanings.setdefault(word, []).append((quantity, rank))
    return meanings


MEANINGS = _meanings()
