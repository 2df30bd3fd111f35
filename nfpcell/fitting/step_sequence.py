"""Voltages along steps of constant current and rest, such as a titration or pulses.

The state at the end of a step is the start of the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.cell.validation import Direction
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import SolveError
from nfpcell.fitting.curve_metrics import BEYOND_CUTOFF
from nfpcell.fitting.free_parameters import FreeParameters
from nfpcell.simulation.engine import Engine
from nfpcell.simulation.numerics import Numerics, engine_for
from nfpcell.simulation.starting_state import starting_voltage

# points of a step at which the voltage is taken, and the time of the first [s]
POINTS, FIRST = 12, 1.0


@dataclass(frozen=True)
class Step:
    """A step at constant current, or a rest."""

    current: float  # positive on discharge [A]
    duration: float  # [s]

    @property
    def times(self) -> FloatArray:
        """Times since its start at which the voltage is taken [s]."""
        return np.geomspace(min(FIRST, self.duration / POINTS), self.duration, POINTS)


@dataclass(frozen=True)
class StepSequence:
    """Steps of a cell, after a slow half-cycle; the compared voltages are at each
    step's ``times``, of the steps from ``first`` on.
    """

    label: str
    direction: Direction  # of its currents
    steps: tuple[Step, ...]
    highest_rate: float  # of its steps
    temperature: float  # [degC]
    sigma: float  # standard deviation of a voltage [V]
    first: int = 0  # index of the first compared step


def voltages(
    cell: Cell, sequence: StepSequence, engine: Engine, model: str, numerics: Numerics
) -> FloatArray:
    """Voltages of a cell along the compared steps [V]; ``numerics`` of its start."""
    start = starting_voltage(cell, sequence.direction, model, **numerics)
    # the steps end by their duration, also with constants that change the voltage
    wide = cell.with_values(
        {
            LOWER_CUTOFF: max(0.0, cell[LOWER_CUTOFF] - BEYOND_CUTOFF),
            UPPER_CUTOFF: cell[UPPER_CUTOFF] + BEYOND_CUTOFF,
        }
    )
    kelvin = sequence.temperature + ZERO_CELSIUS
    computed, state = [], None
    for number, step in enumerate(sequence.steps, start=1):
        inputs = engine.inputs(wide, step.current, kelvin, start)
        if state is None:
            (run,) = engine.solve([inputs], [0, step.duration])
        else:
            run = engine.resume_from(state, inputs, step.duration)
        if run.solution is None or run.solution.t[-1] < step.duration * (1 - 1e-6):
            outcome = run.outcome
            reason = outcome.reason if outcome.failed else outcome.termination
            raise SolveError(f"step {number} of {len(sequence.steps)}: {reason}")
        state = np.array(run.solution.y[:, -1]).ravel()
        if number > sequence.first:
            times = np.minimum(step.times, run.solution.t[-1])
            computed.append(engine.voltage_along(run, times, inputs))
    return np.concatenate(computed)


def sequence_engine(
    cell: Cell, sequence: StepSequence, model: str, numerics: Numerics
) -> Engine:
    """The engine for the fastest step of a sequence."""
    condition = "either", sequence.highest_rate, sequence.temperature
    return engine_for(cell, *condition, model, **numerics)


@dataclass(frozen=True, eq=False)
class SequenceResiduals:
    """Voltages of a sequence over their uncertainty, as a function of coordinates."""

    cell: Cell
    free: FreeParameters
    sequence: StepSequence
    engine: Engine  # one mesh for all coordinates
    model: str
    numerics: Numerics

    def many(self, zs: Sequence[FloatArray]) -> list[FloatArray]:
        """At several sets of coordinates."""
        cells = [self.free.cells({"": self.cell}, z)[""] for z in zs]
        return [
            voltages(cell, self.sequence, self.engine, self.model, self.numerics)
            / self.sequence.sigma
            for cell in cells
        ]
