"""Units in which people read quantities: those of the lab, or SI.

Names in records, files and the library have units of their own, which are never
changed. Printed tables and figures show a quantity in the chosen units.
"""

import contextlib
import math
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, get_args

from nfpcell.cell.naming import printed_unit, split_unit
from nfpcell.cell.parameters import NAMES

System = Literal["lab", "SI"]
SYSTEMS: tuple[System, ...] = get_args(System)


@dataclass(frozen=True)
class Conversion:
    """value in the lab = factor * SI value + offset."""

    si: str
    lab: str
    factor: float
    offset: float = 0.0
    below: float = math.inf  # SI value above which another unit of the lab is used

    def in_si(self, value: float) -> float:
        """A value in the unit of the lab, in SI."""
        return (value - self.offset) / self.factor


# The first conversion of an SI unit is the usual one. Quantities of a cell that is
# measured as a whole, such as its resistance in ohms, stay as they are.
CONVERSIONS = (
    Conversion("m", "um", 1e6, below=5e-3),
    Conversion("m", "cm", 1e2),
    Conversion("m2", "cm2", 1e4),
    Conversion("m-1", "um-1", 1e-6),
    Conversion("kg", "mg", 1e6),
    Conversion("kg.m-2", "mg.cm-2", 1e2),
    Conversion("kg.m-3", "g.cm-3", 1e-3),
    Conversion("m2.kg-1", "m2.g-1", 1e-3),
    Conversion("m2.s-1", "cm2.s-1", 1e4),
    Conversion("mol.m-3", "mol.L-1", 1e-3),
    Conversion("Ohm.m2", "Ohm.cm2", 1e4),
    Conversion("S.m-1", "mS.cm-1", 10.0),
    Conversion("F.m-2", "uF.cm-2", 1e2),
    Conversion("A", "mA", 1e3),
    Conversion("A.m-2", "mA.cm-2", 0.1),
    Conversion("A.kg-1", "mA.g-1", 1.0),
    Conversion("A.h", "mA.h", 1e3),
    Conversion("A.h.m-2", "mA.h.cm-2", 0.1),
    Conversion("A.h.kg-1", "mA.h.g-1", 1.0),
    Conversion("V.K-1", "mV.K-1", 1e3),
    Conversion("W", "mW", 1e3),
    Conversion("W.K-1", "mW.K-1", 1e3),
    Conversion("J.mol-1", "kJ.mol-1", 1e-3),
    Conversion("J.kg-1.K-1", "J.g-1.K-1", 1e-3),
    Conversion("J.m-2.K-1", "mJ.cm-2.K-1", 0.1),
    Conversion("Pa", "MPa", 1e-6),
    Conversion("K", "degC", 1.0, -273.15),
    Conversion("s", "min", 1 / 60),
    Conversion("s", "h", 1 / 3600),
)
_chosen: ContextVar[System] = ContextVar("units", default="lab")


@contextlib.contextmanager
def chosen(system: System) -> Iterator[None]:
    """Show quantities in these units; ``choose`` changes them until the end."""
    token = _chosen.set(system)
    try:
        yield
    finally:
        _chosen.reset(token)


def choose(system: System) -> None:
    """Show quantities in these units from now on."""
    _chosen.set(system)


def current() -> System:
    """Return the chosen units."""
    return _chosen.get()


@dataclass(frozen=True)
class Shown:
    """How a quantity is shown to people: the unit, and the value in it."""

    base: str  # the name without a unit
    unit: str
    factor: float = 1.0
    offset: float = 0.0

    @property
    def name(self) -> str:
        """The name with the unit, as in records."""
        return f"{self.base} [{self.unit}]" if self.unit else self.base

    @property
    def printed(self) -> str:
        """The unit with the symbols of print."""
        return printed_unit(self.unit)

    def value(self, value: Any) -> Any:
        """A number, an array or a column of the record, in the unit shown."""
        return None if value is None else value * self.factor + self.offset


def shown(name: str, largest: float = 0.0) -> Shown:
    """Return how a quantity is shown in the chosen units.

    Parameters
    ----------
    name : with the unit of the values
    largest : value that decides between several units of the lab

    Examples
    --------
    >>> thickness = shown("Separator thickness [m]")
    >>> thickness.value(5e-4), thickness.printed
    (500.0, 'µm')
    """
    base, unit = split_unit(name)
    for one in CONVERSIONS:
        if current() == "lab" and unit == one.si and abs(largest) < one.below:
            return Shown(base, one.lab, one.factor, one.offset)
        if current() == "SI" and unit == one.lab:
            return Shown(base, one.si, 1 / one.factor, -one.offset / one.factor)
    return Shown(base, unit)


def converted(table: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return these columns of a table in the chosen units, by their names in it."""
    return {name: shown(name).value(table[name]) for name in names}


def typed(name: str) -> tuple[str, Conversion]:
    """Return the name in a cell file of a quantity, and the conversion from its unit.

    The name may have the unit of a cell file or one of the lab.

    Examples
    --------
    >>> name, conversion = typed("Separator thickness [µm]")
    >>> name, conversion.in_si(500.0)
    ('Separator thickness [m]', 0.0005)
    """
    base, unit = split_unit(name)
    for known in NAMES.values():
        known_base, si = split_unit(known)
        if known_base != base:
            continue
        for one in (Conversion(si, si, 1.0), *CONVERSIONS):
            if one.si == si and unit in (one.lab, printed_unit(one.lab)):
                return known, one
    return name, Conversion(unit, unit, 1.0)
