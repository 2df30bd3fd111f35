"""Joint distribution of the fitted constants and of what is assumed.

If an assumed value were another one, the fitted constants would be others too. The
linearised fit gives both together: every assumed quantity with a range is a parameter
whose prior is that range, and the published numbers correlate it with the others.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from nfpcell.cell import toml_files
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import CellFile, QuantityEntry, Scale
from nfpcell.fitting.finite_differences import FiniteDifferences
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.optimise import FINE
from nfpcell.fitting.uncertainty import inverse
from nfpcell.studies.draws import DECADE, NOT_DRAWN, Covariance

# step of the differences, as a share of the distance between the bounds, or of the
# value on a logarithmic scale
STEP = 0.01


def joint_covariance(
    plan: FitPlan, material: Path, model: str = "particle"
) -> Covariance:
    """The joint distribution at the values of a material file that the plan fitted.

    Each constant is fitted in the cells that take it from the material file. The
    derivatives of the targets are those of ``model``; the "full" one takes five times
    as long.
    """
    content = toml_files.check(CellFile, toml_files.read(material), material)
    own = {key: _own_names(plan.files.get(key)) for key in plan.cells}
    cells = {
        key: _with_material(cell, content, own[key]) for key, cell in plan.cells.items()
    }
    fitted = [_in_cells(free, cells, own) for free in plan.free.parameters]
    names = {free.name for free in fitted}
    assumed = [
        _in_cells(_assumed(name, entry), cells, own)
        for name, entry in content.quantities.items()
        if entry.range and name not in names and name not in NOT_DRAWN
    ]
    free = FreeParameters([*fitted, *assumed])
    z = np.array(
        [p.coordinate(content.quantities[p.name].value) for p in free.parameters]
    )
    objective = Objective(cells, free, plan.targets, model, numerics=FINE)
    differences = FiniteDifferences(objective)
    differences.steps = np.full(len(free), STEP)
    J = differences(z, objective.residuals(z))
    covariance = inverse(J, free)
    deviations = np.sqrt(np.diag(covariance))
    widths = [1.0 if p.scale == "log" else p.upper - p.lower for p in free.parameters]
    return Covariance(
        tuple(free.names),
        tuple(str(p.scale) for p in free.parameters),
        deviations * widths,
        covariance / np.outer(deviations, deviations),
    )


def _own_names(path: Path | None) -> set[str]:
    """Quantities that a cell's file states itself."""
    return set() if path is None else set(toml_files.read(path).get("quantities", ()))


def _with_material(cell: Cell, content: CellFile, own: set[str]) -> Cell:
    return cell.with_values(
        {name: e.value for name, e in content.quantities.items() if name not in own}
    )


def _in_cells(free: Free, cells: dict[str, Cell], own: dict[str, set[str]]) -> Free:
    """The parameter in those cells that take it from the material file."""
    names = [cell.name for key, cell in cells.items() if free.name not in own[key]]
    return replace(free, cells=tuple(names))


def _assumed(name: str, entry: QuantityEntry) -> Free:
    """An assumed quantity as a parameter, with its range as bounds and as prior."""
    low, high = entry.range or (entry.value, entry.value)
    scale: Scale = "log" if low > 0 and high >= DECADE * low else "linear"
    return Free(name, low, high, scale, best=entry.value, range=(low, high))
