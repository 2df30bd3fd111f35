"""Error of the default mesh and tolerances.

The curve of ``nfpcell simulate`` is compared with that on a mesh of four times as many
radial (and through-thickness) points at tolerances of 1e-7, to 98 % of the earlier end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import Direction
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import SolveError
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import built
from nfpcell.simulation.numerics import numerics_for
from nfpcell.simulation.starting_state import starting_voltages

FINER = 4
FINE_TOLERANCES = {"rtol": 1e-7, "atol": 1e-8}


@dataclass(frozen=True)
class MeshError:
    """
    Error of one half-cycle.

    Attributes
    ----------
    condition : what was run
    rms : root mean square of the difference of the voltages [mV]
    end : difference of the capacities at the end [mA.h.g-1]
    capacity : at the end, on the default mesh [mA.h.g-1]
    """

    condition: Condition
    rms: float
    end: float
    capacity: float


def difference(solution: Any, reference: Any) -> FloatArray:
    """Of the voltages of two solutions, to 98 % of the earlier end [mV]."""
    t = np.linspace(0, 0.98 * min(solution.t[-1], reference.t[-1]), 2000)
    voltages = (np.asarray(s["Voltage [V]"](t=t)) for s in (solution, reference))
    return 1e3 * np.subtract(*voltages)


def rms(solution: Any, reference: Any) -> float:
    """Root mean square of the difference [mV]."""
    return float(np.sqrt(np.mean(difference(solution, reference) ** 2)))


def started(conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions from the start that a slow half-cycle of ``particle`` leaves."""
    pairs = list(dict.fromkeys((c.cell, c.direction) for c in conditions))
    voltages = dict(zip(pairs, starting_voltages(pairs, "particle"), strict=True))
    return [c.starting_at(_sound(voltages[c.cell, c.direction])) for c in conditions]


def _sound(voltage: float | SolveError) -> float:
    if isinstance(voltage, SolveError):
        raise voltage
    return voltage


def half_cycles(
    cell: Cell, settings: Iterable[tuple[Direction, float, float]]
) -> list[Condition]:
    """``started`` half-cycles by direction, C-rate and temperature [degC]."""
    return started([Condition(cell, *setting) for setting in settings])


def mesh_error(condition: Condition, model: str) -> MeshError:
    """
    Error of one half-cycle whose start is known.

    It is 0 where both runs start beyond a cut-off, and nan where only one of them gives
    a curve.
    """
    cell, rate = condition.cell, condition.rate
    default = numerics_for(
        cell, condition.direction, rate, condition.temperature, model
    )
    points = tuple((name, FINER * number) for name, number in default["points"])
    runs = []
    for numerics in (default, {**default, "points": points, **FINE_TOLERANCES}):
        engine = built(model, cell.diffusion, **numerics)
        runs += engine.solve([engine.inputs_of(condition)], [0, condition.longest])
    coarse, fine = (run.solution for run in runs)
    if coarse is None or fine is None:
        same = runs[0].outcome.ending is runs[1].outcome.ending
        return MeshError(condition, 0.0 if same else np.nan, 0.0, 0.0)
    derived = cell.derived()
    specific_current = float(rate * derived.nominal_capacity / derived.mass)
    ends = specific_current / SECONDS_PER_HOUR * np.array([coarse.t[-1], fine.t[-1]])
    return MeshError(
        condition, rms(coarse, fine), float(abs(np.diff(ends)[0])), float(ends[0])
    )
