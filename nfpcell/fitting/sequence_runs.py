"""Runs of the model through one measured sequence, at many sets of values."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nfpcell.arrays import FloatArray, IntArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import CONDITIONS, Parameters
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.fitting.sequences import MeasuredSequence, SequenceResult
from nfpcell.simulation.current_steps import CurrentSteps, Stepper, stepper
from nfpcell.simulation.engine import Inputs, built

# the model that runs through sequences
MODEL = "particle"
# its mesh, if none is given: after each change of the current and in each rest sodium
# moves at every depth; with half of the points Cell C is wrong by 0.4 mV at steep ends
POINTS, GRADING = (("r_p", 96),), 3.0
# runs in which the current of the double layers is found
PASSES = 2
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
    charging: FloatArray  # current into the double layers at each compared point [A]


class SequenceRuns:
    """
    Runs through a sequence; the steps of time are fixed until ``fix_steps``.

    Parameters
    ----------
    points : mesh of ``engine.built``, or None for POINTS
    """

    def __init__(
        self, sequence: MeasuredSequence, points: tuple[tuple[str, int], ...] | None
    ) -> None:
        self.sequence, self.mesh = sequence, points
        self._fixed: _FixedSteps | None = None

    def fix_steps(self, cells: Cells, values: Values) -> _FixedSteps:
        r"""
        Choose mesh and steps for these values; used from now on.

        .. math:: I_\mathrm{inserted} = I + C\,\mathrm d\varphi/\mathrm dt

        The double layers on the particles follow their potential :math:`\varphi`, here
        that of a run without them. They hold 5e-4 of the charge of Cell C for a volt.
        """
        cell, sequence = cells[self.sequence.cell], self.sequence
        mesh = self.mesh or POINTS
        chosen = stepper(built(MODEL, cell.diffusion, points=mesh, grading=GRADING))
        inputs = self._inputs(chosen, cell, values)
        steps, ends = chosen.refined(sequence.steps, inputs)
        charging = np.zeros(len(ends))
        for _ in range(PASSES):
            corrected = self._corrected(steps, ends, charging)
            (states,), _ = chosen.states(corrected, [inputs])
            charging = self._charging(chosen, states[ends], charging, cell, inputs)
        after = sequence.points.after
        # the double layers follow a change of the current long before the step ends
        changed = np.diff(sequence.steps.current, prepend=0.0) != 0
        at_end = np.where(changed, 0.0, charging)
        self._fixed = _FixedSteps(
            chosen,
            self._corrected(steps, ends, charging),
            np.append(0, ends)[after],
            np.append(0.0, at_end)[after],
        )
        return self._fixed

    def _corrected(
        self, steps: CurrentSteps, ends: IntArray, charging: FloatArray
    ) -> CurrentSteps:
        """The steps without the current that charges the double layers."""
        counts = np.diff(ends, prepend=0)
        return replace(steps, current=steps.current - np.repeat(charging, counts))

    def _charging(
        self,
        chosen: Stepper,
        states: FloatArray,
        before: FloatArray,
        cell: Cell,
        inputs: Sequence[Inputs],
    ) -> FloatArray:
        """Current into the double layers in each given step [A].

        ``states`` are those after the steps, ``before`` is the result to improve.
        """
        given = self.sequence.steps
        inserted = given.current - before
        currents = given.current, given.piece, inputs, inserted
        _, potential = chosen.voltages(states, *currents)
        potential = np.clip(np.nan_to_num(potential), *self.sequence.limits)
        rest = inputs[0][CONDITIONS["U_init"]]
        change = np.diff(potential, prepend=rest)
        return -_double_layer(cell) * change / given.duration

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
            fixed = self._fixed or self.fix_steps(cells, row)
            inputs = self._inputs(fixed.stepper, cells[self.sequence.cell], row)
            key = b"".join(map(fixed.stepper.engine.trajectory_key, inputs))
            groups[key].append((k, inputs))
        if self._fixed is None:
            return results
        firsts = [group[0][1] for group in groups.values()]
        runs, _ = self._fixed.stepper.states(self._fixed.steps, firsts)
        for states, group in zip(runs, groups.values(), strict=True):
            for k, inputs in group:
                results[k] = self._result(self._fixed, states, inputs)
        return results

    def _inputs(self, chosen: Stepper, cell: Cell, values: Values) -> list[Inputs]:
        """Inputs of each piece of constant temperature."""
        start = self.sequence.start
        voltage = values.get(start.name, start.guess)
        return [
            chosen.engine.inputs(cell, 0.0, temperature + ZERO_CELSIUS, voltage)
            for temperature in self.sequence.temperatures
        ]

    def _result(
        self, fixed: _FixedSteps, states: FloatArray, inputs: Sequence[Inputs]
    ) -> SequenceResult:
        points = self.sequence.points
        piece = np.append(fixed.steps.piece, fixed.steps.piece[-1])[fixed.after]
        seen = states[fixed.after]
        low, high = self.sequence.limits

        def voltages(change: float = 0.0) -> FloatArray:
            current = points.current + change
            inserted = current - fixed.charging
            computed, _ = fixed.stepper.voltages(seen, current, piece, inputs, inserted)
            return np.clip(np.nan_to_num(computed, nan=low), low, high)

        voltage, current = voltages(), points.current.copy()
        if points.held.any():
            # the current at which the model has the voltage that was held
            change = SMALL * self.sequence.largest_current
            resistance = (voltage - voltages(change)) / change
            difference = (voltage - points.voltage) / np.maximum(resistance, 1e-9)
            current = np.where(points.held, current + difference, current)
        return SequenceResult(voltage, current)


def _double_layer(cell: Cell) -> float:
    """Capacity of the double layers on all particles [A.s.V-1]."""
    p, d = Parameters.of(cell.values.get), cell.derived()
    return float(p.c_dl) * float(d.area * d.thickness * d.particle_area)
