"""Quantities of cells as the records that ``nfpcell show`` and ``new-cell`` print."""

import math
from typing import Any

from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import NAMES
from nfpcell.cell.naming import split_unit
from nfpcell.cell.quantity import Quantity


def quantity_records(cell: Cell) -> list[dict[str, Any]]:
    """Every quantity of a cell with its source, then the derived quantities."""
    reference = f"computed from the quantities above, 30 °C, diffusion {cell.diffusion}"
    values = cell.derived().values()
    return [
        *(_record(cell, quantity) for quantity in cell.quantities.values()),
        *(
            _record(cell, Quantity(name, float(values[name]), "", "derived", reference))
            for name in NAMES.values()
        ),
    ]


def _record(cell: Cell, quantity: Quantity) -> dict[str, Any]:
    name, unit = split_unit(quantity.name)
    lower, upper = quantity.interval or (None, None)
    lowest, highest = quantity.range or (None, None)
    return {
        "Cell": cell.name,
        "Name": name,
        "Value": quantity.value,
        "Unit": quantity.unit or unit,
        "Kind": quantity.kind,
        "Reference": quantity.reference,
        "Note": quantity.note,
        "Targets": list(quantity.targets),
        "Lower 95 %": lower,
        "Upper 95 %": upper,
        "Lowest": lowest,
        "Highest": highest,
    }


def difference_records(base: Cell, cell: Cell) -> list[dict[str, Any]]:
    """Quantities that differ between two cells: first those set, then derived ones."""

    def values(of: Cell) -> dict[str, float]:
        derived = of.derived().values()
        return of.values | {name: float(value) for name, value in derived.items()}

    before, after = values(base), values(cell)
    return [
        {
            "Name": name,
            "Before": before[name],
            "After": value,
            "Follows": name not in cell.quantities,
        }
        for name, value in after.items()
        if not math.isclose(before[name], value, rel_tol=1e-9)
    ]
