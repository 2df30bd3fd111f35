"""Axes of capacity: per gram of NFP, of the cell, or per area of its cathode."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from nfpcell.cell import catalogue, units
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.columns import (
    CAPACITY,
    CELL,
    LOWER,
    LOWER_95,
    PUBLISHED,
    UPPER,
    UPPER_95,
)
from nfpcell.errors import refusal
from nfpcell.figures import appearance, style
from nfpcell.figures.appearance import CapacityUnit

NAMES: Mapping[CapacityUnit, str] = {
    "mAh/g": CAPACITY,
    "mAh": "Capacity [mA.h]",
    "mAh/cm2": "Areal capacity [mA.h.cm-2]",
}
PER_GRAM = split_unit(CAPACITY)[1]
# names without a unit, in tables on capacities
_LIMITS = (PUBLISHED, LOWER, UPPER, LOWER_95, UPPER_95)

Table = TypeVar("Table", pd.DataFrame, pd.DataFrame | None)
Cells = Sequence[Cell] | Mapping[str, Cell]  # by their names in a table


@dataclass(frozen=True)
class CapacityAxis:
    """The unit of an axis of capacity, and for each cell how to convert to it."""

    unit: CapacityUnit
    factors: Mapping[str, float]  # number on the axis over mAh/g, by name of the cell

    @property
    def label(self) -> str:
        """The label of the axis."""
        return style.quantity_label(NAMES[self.unit])

    @property
    def printed(self) -> str:
        """The unit, with the symbols of print."""
        return units.shown(NAMES[self.unit]).printed

    def scaled(self, table: Table) -> Table:
        """A table with its capacities as on the axis; their names stay."""
        if table is None or not len(table):
            return table
        factors = table[CELL].map(self.factors)
        names = [
            name
            for name in map(str, table)
            if name in _LIMITS or split_unit(name)[1] == PER_GRAM
        ]
        return table.assign(**{name: factors * table[name] for name in names})


def capacity_axis(
    table: pd.DataFrame,
    capacity: CapacityUnit | None = None,
    cells: Cells = (),
) -> CapacityAxis:
    """
    Return the axis for the cells of a table.

    Parameters
    ----------
    table : with the column CELL
    capacity : unit of the axis; by default that of ``appearance``
    cells : that have the mass and the area; built-in ones are known
    """
    chosen = appearance.current()
    unit = chosen.capacity
    if capacity is not None:
        unit = appearance.read_capacity(capacity, "capacity")
    known = {cell.name: cell for cell in chosen.cells}
    known |= cells if isinstance(cells, Mapping) else {c.name: c for c in cells}
    factors = {}
    for name in table[CELL].unique() if len(table) else ():
        if unit != "mAh/g" and name not in known and name not in catalogue.cells():
            what = f"the mass of cell {name} is not known"
            raise refusal(f"capacity {unit}", what, "cells=[...] with this cell")
        per_gram = 1.0 if unit == "mAh/g" else _per_gram(known, name, unit)
        factors[name] = units.shown(NAMES[unit]).value(per_gram)
    return CapacityAxis(unit, factors)


def _per_gram(known: Mapping[str, Cell], name: str, unit: CapacityUnit) -> float:
    """Mass [g], or mass over area [g.cm-2], of a cell."""
    derived = (known.get(name) or Cell.load(name)).derived()
    return float(1e3 * derived.mass if unit == "mAh" else 0.1 * derived.loading)
