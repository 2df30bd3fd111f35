"""Runs of the model through one measured sequence, at many sets of values."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nfpcell.arrays import FloatArray, IntArray
from nfpcell.cell.definition import Cell
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.fitting.sequences import MeasuredSequence, SequenceResult
from nfpcell.simulation.current_steps import CurrentSteps, Stepper, stepper
from nfpcell.simulation.engine import Inputs
from nfpcell.simulation.numerics import engine_for

# the model that runs through sequences
MODEL = "particle"
# change of the current by which its resistance is measured, over the largest one
SMALL = 1e-3

# the fitted cells by key, and the values of all free parameters by name
Cells = Mapping[str, Cell]
Values = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class _FixedSteps:
    """A stepper, and steps that are short enough for it."""

    stepper: Stepper
    steps: CurrentSteps
    after: IntArray  # index of the state at each compared point


class SequenceRuns:
    """
    Runs through a sequence; the steps of time are fixed until ``fix_steps``.

    Parameters
    ----------
    points : mesh of ``engine.built``, or None to choose it
    """

    def __init__(
        self, sequence: MeasuredSequence, points: tuple[tuple[str, int], ...] | None
    ) -> None:
        self.sequence, self.mesh = sequence, points
        self._fixed: _FixedSteps | None = None

    def fix_steps(self, cells: Cells, values: Values) -> None:
        """Choose mesh and steps for these values; used from now on."""
        cell, sequence = cells[self.sequence.cell], self.sequence
        rate = sequence.largest_current / float(cell.derived().nominal_capacity)
        numerics = {} if self.mesh is None else {"points": self.mesh}
        engine = engine_for(
            cell, "either", rate, sequence.temperature, MODEL, **numerics
        )
        chosen = stepper(engine)
        inputs = self._inputs(chosen, cell, values)
        steps, ends = chosen.refined(sequence.steps, inputs)
        after = np.append(0, ends)[sequence.points.after]
        self._fixed = _FixedSteps(chosen, steps, after)

    def computed(
        self, cell_sets: Sequence[Cells | None], values: Sequence[Values]
    ) -> list[SequenceResult | None]:
        """The result for each set of values; None for a set that is no cell.

        Sets with the same trajectory share one run.
        """
        results: list[SequenceResult | None] = [None] * len(values)
        groups: dict[bytes, list[tuple[int, list[Inputs]]]] = defaultdict(list)
        for k, (cells, row) in enumerate(zip(cell_sets, values, strict=True)):
            if cells is None:
                continue
            if self._fixed is None:
                self.fix_steps(cells, row)
            fixed = self._steps
            inputs = self._inputs(fixed.stepper, cells[self.sequence.cell], row)
            key = b"".join(map(fixed.stepper.engine.trajectory_key, inputs))
            groups[key].append((k, inputs))
        if not groups:
            return results
        firsts = [group[0][1] for group in groups.values()]
        runs, _ = self._steps.stepper.states(self._steps.steps, firsts)
        for states, group in zip(runs, groups.values(), strict=True):
            for k, inputs in group:
                results[k] = self._result(states, inputs)
        return results

    @property
    def _steps(self) -> _FixedSteps:
        assert self._fixed is not None
        return self._fixed

    def _inputs(self, chosen: Stepper, cell: Cell, values: Values) -> list[Inputs]:
        """Inputs of each piece of constant temperature."""
        start = self.sequence.start
        voltage = values.get(start.name, start.best)
        return [
            chosen.engine.inputs(cell, 0.0, temperature + ZERO_CELSIUS, voltage)
            for temperature in self.sequence.temperatures
        ]

    def _result(
        self, states: FloatArray, inputs: Sequence[Inputs]
    ) -> SequenceResult:
        fixed, points = self._steps, self.sequence.points
        piece = np.append(fixed.steps.piece, fixed.steps.piece[-1])[fixed.after]
        seen = states[fixed.after]
        low, high = self.sequence.limits

        def voltages(current: FloatArray) -> FloatArray:
            computed = fixed.stepper.voltages(seen, current, piece, inputs)
            return np.clip(np.nan_to_num(computed, nan=low), low, high)

        voltage, current = voltages(points.current), points.current.copy()
        if points.held.any():
            # the current at which the model has the voltage that was held
            change = SMALL * self.sequence.largest_current
            resistance = (voltage - voltages(points.current + change)) / change
            difference = (voltage - points.voltage) / np.maximum(resistance, 1e-9)
            current = np.where(points.held, current + difference, current)
        return SequenceResult(voltage, current)
