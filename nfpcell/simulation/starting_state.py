"""The starting state of a half-cycle: the state after a slow half-cycle."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.cell.validation import Direction
from nfpcell.columns import STOICHIOMETRY
from nfpcell.errors import SolveError
from nfpcell.physics import open_circuit
from nfpcell.simulation.batches import batches
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.simulation.numerics import engine_for

SLOW_RATE = 1 / 50
SLOW_TEMPERATURE = 30.0  # degC
# least fraction of sodium, and of vacancies, for which a potential is computed
LEAST_FRACTION = 1e-6
# The slow half-cycle starts at this distance from the cut-off [V]; at the cut-off it
# would end at once.
OFFSET = 1e-3

Fraction = TypeVar("Fraction", float, FloatArray)


def starting_voltage(
    cell: Cell, direction: Direction, model: str = "full", **numerics: Any
) -> float:
    """
    Open-circuit voltage of a cell after a slow half-cycle [V].

    A discharge starts after a charge at C/50 and 30 °C to the upper cut-off. A charge
    starts after such a discharge to the lower cut-off. In both cases the cell rests
    until the sodium is uniform in the particles. If the slow half-cycle starts beyond a
    cut-off, the voltage is the cut-off at which it should start.

    Parameters
    ----------
    direction : of the half-cycle that follows the slow one
    model : "full" or "particle"
    numerics : see ``numerics.numerics_for``
    """
    (voltage,) = starting_voltages([(cell, direction)], model, **numerics)
    if isinstance(voltage, SolveError):
        raise voltage
    return voltage


def starting_voltages(
    pairs: Sequence[tuple[Cell, Direction]],
    model: str = "full",
    **numerics: Any,
) -> list[float | SolveError]:
    """
    ``starting_voltage`` of many cells and directions, computed in batches.

    If a slow half-cycle fails, its entry is the error instead of a voltage.
    """
    engines, inputs, durations = {}, {}, {}
    for k, (cell, direction) in enumerate(pairs):
        slow = _slow_half_cycle(cell, direction)
        engine = engine_for(*slow.values, model, **numerics)
        inputs[k] = engine.inputs_of(slow)
        engines[k], durations[k] = engine, slow.longest
    voltages: dict[int, float | SolveError] = {}
    for engine, batch, duration in batches(engines, durations):
        runs = engine.solve([inputs[k] for k in batch], [0, duration])
        for k, run in zip(batch, runs, strict=True):
            voltages[k] = _voltage_after(*pairs[k], run, engine, inputs[k])
    return [voltages[k] for k in range(len(pairs))]


def _slow_half_cycle(cell: Cell, direction: Direction) -> Condition:
    """The slow half-cycle before a half-cycle in this direction."""
    before: Direction = "charge" if direction == "discharge" else "discharge"
    inward = OFFSET if before == "charge" else -OFFSET
    start = _other_cutoff(cell, direction) + inward
    return Condition(cell, before, SLOW_RATE, SLOW_TEMPERATURE, start)


def _other_cutoff(cell: Cell, direction: Direction) -> float:
    """Cut-off at which the slow half-cycle starts [V]."""
    return cell[LOWER_CUTOFF if direction == "discharge" else UPPER_CUTOFF]


def _voltage_after(
    cell: Cell, direction: Direction, run: Run, engine: Engine, inputs: Inputs
) -> float | SolveError:
    """Open-circuit voltage after a slow half-cycle [V]."""
    if run.failed:
        return SolveError(
            f"cell {cell.name}: the slow half-cycle before a {direction} failed: "
            f"{run.outcome.reason}"
        )
    if run.solution is None:
        return _other_cutoff(cell, direction)
    end = engine.record(run.solution.t[-1:], run.solution.y[:, -1:], inputs)
    return float(open_circuit_voltage(cell, end[STOICHIOMETRY][0]))


def open_circuit_voltage(cell: Cell, sodium_fraction: Fraction) -> Fraction:
    """Potential of a uniform sodium fraction at the reference temperature [V]."""
    d = cell.derived()
    # a complete half-cycle ends within the tolerances of 0 or 1
    fraction = np.clip(sodium_fraction, LEAST_FRACTION, 1 - LEAST_FRACTION)
    potential: Fraction = open_circuit.equilibrium_potential(
        fraction, cell["Reference temperature [K]"], *d.galleries
    )
    return potential
