"""From one recipe to the next, one change at a time: the ohms that each saves."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nfpcell import columns
from nfpcell.cell import parameters, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit, with_value
from nfpcell.cell.validation import Direction
from nfpcell.eis.resistance import minimum, resistances
from nfpcell.errors import NfpcellError
from nfpcell.outcome import OK, succeeded
from nfpcell.parallel import Progress

# what is changed when a cell is made, in the order of the paper's argument
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
    """A cell, the change that leads to it, and the old and new values."""

    cell: Cell
    change: str = ""
    values: str = ""


def ladder(cells: Sequence[Cell]) -> list[RecipeStep]:
    """
    The cells on the way from each cell to the next, one change apart.

    The first has no change; then comes one for each change of CHANGES that is needed,
    and one for each other quantity that differs.

    Raises
    ------
    NfpcellError for cells of different laws

    Examples
    --------
    >>> cells = [Cell.load("A"), Cell.load("B"), Cell.load("C")]
    >>> [(step.change, step.cell.name) for step in ladder(cells)]
    [('', 'A'), ('powder', 'A + powder'), ('firing', 'B'), ('carbon', 'C')]
    """
    steps = [RecipeStep(cells[0])]
    for start, end in itertools.pairwise(cells):
        for law in ("diffusion", "layout"):
            if getattr(start, law) != getattr(end, law):
                raise NfpcellError(
                    f"cells {start.name} and {end.name} differ by their {law}, which "
                    "is no change of a recipe; right would be cells of the same laws"
                )
        cell, changes = start, _changes(start, end)
        for number, (change, names) in enumerate(changes.items(), start=1):
            name = end.name if number == len(changes) else f"{cell.name} + {change}"
            values = "; ".join(
                with_value(name, f"{cell[name]:g} to {end[name]:g}") for name in names
            )
            cell = cell.with_quantities([end.quantities[n] for n in names], name=name)
            steps.append(RecipeStep(cell, change, values))
    return steps


def steps(
    cells: Sequence[Cell],
    direction: Direction = "discharge",
    rate: float = 0.1,
    temperature: float = 30,
    model: str = "full",
    progress: Progress | None = None,
    **numerics: Any,
) -> pd.DataFrame:
    """
    By how much each change from one cell to the next lowers the resistance.

    The effect of a change depends on those made before it. Between two cells the order
    is that of CHANGES; name the cells in between for any other order.

    Parameters
    ----------
    direction, rate, temperature, model, numerics : see ``resistance``
    progress : called with (done, all)

    Returns
    -------
    table with COLUMNS; the resistance is Re Z at 25 mHz where it is lowest over depth
    of discharge, as the paper states it
    """
    rungs = ladder(validation.half_cells(cells))
    if len(rungs) < 2:
        raise NfpcellError(
            "there is no step between cells that are the same; right would be two "
            "that differ, such as B and C"
        )
    load = direction, rate, temperature
    lowest, statuses = [], []
    for number, rung in enumerate(rungs, start=1):
        table, _ = resistances([(rung.cell, *load)], model, circuits=False, **numerics)
        there = succeeded(table[columns.STATUS])
        lowest.append(minimum(table)[1])
        statuses.append(OK if there.any() else table[columns.STATUS].iloc[0])
        if progress:
            progress(number, len(rungs))
    rows = [
        (
            rungs[k - 1].cell.name,
            rungs[k].change,
            rungs[k].values,
            rungs[k].cell.name,
            *load,
            *lowest[k - 1 : k + 1],
            lowest[k] - lowest[k - 1],
            next((s for s in statuses[k - 1 : k + 1] if s != OK), OK),
        )
        for k in range(1, len(rungs))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _changes(start: Cell, end: Cell) -> dict[str, list[str]]:
    """Names of the quantities that differ, by change, in the order of the changes."""
    differing = [name for name in start.quantities if start[name] != end[name]]
    change_of = {
        parameters.NAMES[key]: change
        for change, keys in CHANGES.items()
        for key in keys
    }
    changes: dict[str, list[str]] = {change: [] for change in CHANGES}
    for name in differing:
        changes.setdefault(change_of.get(name, split_unit(name)[0]), []).append(name)
    return {change: names for change, names in changes.items() if names}
