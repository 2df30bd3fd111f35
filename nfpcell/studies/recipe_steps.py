"""From one recipe to the next: the change of resistance by each single step."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nfpcell import columns
from nfpcell.cell import parameters, units, validation
from nfpcell.cell.definition import Cell, Cells
from nfpcell.cell.naming import split_unit, with_value
from nfpcell.cell.validation import Direction
from nfpcell.eis.resistance import minimum, resistances
from nfpcell.errors import NfpcellError
from nfpcell.outcome import OK, succeeded
from nfpcell.parallel import Progress, reported
from nfpcell.simulation.condition import Condition

# changes of a recipe with their quantities, in the order of the paper
CHANGES = {
    "powder": ("nfp_surface",),
    "firing": ("firing_temperature", "firing_time"),
    "carbon": ("w_carbon", "w_electrolyte"),
    "roughness, cathode side": ("pore_fraction_cathode",),
    "roughness, anode side": ("pore_fraction_anode",),
    "plate": ("separator_thickness",),
    "area": ("height", "width"),
}
BEFORE = "Low-frequency resistance before [Ohm]"
AFTER = "Low-frequency resistance after [Ohm]"
DIFFERENCE = "Low-frequency resistance difference [Ohm]"
_CHANGE, _OHMS = ("From", "Change", "What", "To"), (BEFORE, AFTER, DIFFERENCE)
COLUMNS = [*_CHANGE, *columns.CONDITION[1:], *_OHMS, columns.STATUS]


@dataclass(frozen=True)
class RecipeStep:
    """A cell, and how it differs from the cell before."""

    cell: Cell
    change: str = ""
    changed: tuple[tuple[str, float, float], ...] = ()  # name, old value, new value

    @property
    def values(self) -> str:
        """The old and new values in the units of cell files."""
        changed = self.changed
        return "; ".join(
            with_value(n, f"{old:g} to {new:g}") for n, old, new in changed
        )

    @property
    def shown_values(self) -> str:
        """The old and new values in the chosen units, with the symbols of print."""
        parts = []
        for name, *values in self.changed:
            shown = units.shown(name, max(values))
            old, new = (f"{shown.value(value):g}" for value in values)
            parts.append(f"{with_value(shown.base, f'{old} to {new}')} {shown.printed}")
        return "; ".join(part.strip() for part in parts)


def intermediate_cells(cells: Sequence[Cell]) -> list[RecipeStep]:
    """
    The given cells with all intermediate cells, each one change from the cell before.

    The first step has no change. Changes come in the order of CHANGES; each other
    quantity that differs is a change too. Raises NfpcellError if the laws differ.

    Examples
    --------
    >>> cells = [Cell.load("A"), Cell.load("B"), Cell.load("C")]
    >>> [(step.change, step.cell.name) for step in intermediate_cells(cells)]
    [('', 'A'), ('powder', 'A + powder'), ('firing', 'B'), ('carbon', 'C')]
    """
    recipe_steps = [RecipeStep(cells[0])]
    for start, end in itertools.pairwise(cells):
        for law in ("diffusion", "layout"):
            if getattr(start, law) != getattr(end, law):
                raise NfpcellError(
                    f"cells {start.name} and {end.name} have different [laws] {law}; "
                    "right would be cells with the same laws"
                )
        cell, changes = start, _changes(start, end)
        for number, (change, names) in enumerate(changes.items(), start=1):
            name = end.name if number == len(changes) else f"{cell.name} + {change}"
            changed = tuple((name, cell[name], end[name]) for name in names)
            cell = cell.with_quantities([end.quantities[n] for n in names], name=name)
            recipe_steps.append(RecipeStep(cell, change, changed))
    return recipe_steps


def steps(
    cells: Cells,
    direction: Direction = "discharge",
    rate: float = 0.1,
    temperature: float = 30,
    model: str = "full",
    progress: Progress | None = None,
    **numerics: Any,
) -> pd.DataFrame:
    """
    Table with COLUMNS: how each change from one cell to the next lowers the resistance.

    The resistance is the lowest Re Z at 25 mHz over depth of discharge, as in the
    paper. The effect of a change depends on the changes before it. Between two cells
    the order is that of CHANGES; for another order name the intermediate cells.
    The arguments are those of ``nfpcell.resistance``.

    Examples
    --------
    >>> table = steps(["A", "B"], model="particle")
    >>> table["Change"].tolist()
    ['powder', 'firing']
    """
    stages = intermediate_cells(validation.half_cells(cells))
    if len(stages) < 2:
        raise NfpcellError(
            "all cells are the same; right would be two that differ, such as B and C"
        )
    load = direction, rate, temperature
    lowest, statuses = [], []
    for stage in reported(stages, progress):
        condition = Condition(stage.cell, *load)
        table, _ = resistances([condition], model, circuits=False, **numerics)
        lowest.append(minimum(table)[1])
        status = table[columns.STATUS]
        statuses.append(OK if succeeded(status).any() else status.iloc[0])
    rows = []
    for k, (before, after) in enumerate(itertools.pairwise(stages)):
        change = before.cell.name, after.change, after.values, after.cell.name
        ohms = *lowest[k : k + 2], lowest[k + 1] - lowest[k]
        worse = next((s for s in statuses[k : k + 2] if s != OK), OK)
        rows.append((*change, *load, *ohms, worse))
    return pd.DataFrame(rows, columns=COLUMNS)


def _changes(start: Cell, end: Cell) -> dict[str, list[str]]:
    """Names of the quantities that differ, by change, in the order of CHANGES."""
    differ = [name for name in start.quantities if start[name] != end[name]]
    changes = {}
    for change, keys in CHANGES.items():
        names = [parameters.NAMES[key] for key in keys]
        changes[change] = [name for name in names if name in differ]
        differ = [name for name in differ if name not in names]
    changes |= {split_unit(name)[0]: [name] for name in differ}
    return {change: names for change, names in changes.items() if names}
