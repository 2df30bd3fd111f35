"""Constants of cells that were set with published numbers: fitted, or by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cell.quantity import Quantity


@dataclass(frozen=True)
class StatedQuantity:
    """A quantity as it is stated for one or several cells."""

    quantity: Quantity
    cells: tuple[str, ...]  # names of the cells


def stated_once(cells: Iterable[Cell]) -> list[StatedQuantity]:
    """Every quantity of the cells; one that several cells share is there once.

    Examples
    --------
    >>> stated = stated_once(map(Cell.load, "CD"))
    >>> [s.cells for s in stated if s.quantity.name == "Separator thickness [m]"]
    [('C', 'D')]
    """
    users: dict[Quantity, list[str]] = {}
    for cell in cells:
        for quantity in cell.quantities.values():
            users.setdefault(quantity, []).append(cell.name)
    return [StatedQuantity(quantity, tuple(names)) for quantity, names in users.items()]


def calibrated(cells: Iterable[Cell]) -> list[StatedQuantity]:
    """The constants that name targets: those fitted, then those set by hand."""
    constants = [stated for stated in stated_once(cells) if stated.quantity.targets]
    return sorted(constants, key=lambda stated: stated.quantity.kind != "fitted")


def set_by_hand(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """A record for each constant that was set by hand with published numbers."""
    return [
        {
            columns.NAME: stated.quantity.name,
            "Cells": ", ".join(stated.cells),
            columns.VALUE: stated.quantity.value,
            "Range": stated.quantity.range,
            "Set with": list(stated.quantity.targets),
        }
        for stated in calibrated(cells)
        if stated.quantity.kind != "fitted"
    ]


def count(cells: Iterable[Cell], scores: pd.DataFrame) -> str:
    """Calibrated constants of cells against the calibrated numbers of ``scores``.

    ``scores`` is as ``scoring.score`` returns it. A number or bound that is a target of
    several experiments is counted once, as met if it is met in all.
    """
    kinds = [stated.quantity.kind for stated in calibrated(cells)]
    fitted = kinds.count("fitted")
    met: dict[tuple[object, ...], bool] = {}
    for row in scores.to_dict("records"):
        if row[columns.USE] == "calibrated":
            published = row[columns.PUBLISHED]
            # two quantities may be compared with one published resistance
            quantity = row[columns.QUANTITY] if isinstance(published, str) else ""
            key = row[columns.CELL], row[columns.WHERE], published, quantity
            met[key] = met.get(key, True) and bool(row[columns.MET])
    return (
        f"{fitted} constants fitted and {len(kinds) - fitted} set by hand against "
        f"{len(met)} calibrated numbers and bounds, of which "
        f"{sum(met.values())} are met"
    )
