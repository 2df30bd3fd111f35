"""Two ways to compare a measured with a computed curve: point by point, or coarsely.

The final fit compares point by point. Far from the optimum this fails: if the model
delivers a tenth of the charge, most points have no computed voltage. The coarse
comparison uses the logarithm of the delivered charge and the voltages at equal
fractions of it. It converges from parameters that are wrong by a factor of 100.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.cell.validation import Direction
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.outcome import Ending
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.studies import residuals

# a run continues this far beyond the cut-offs, so that most measured charges have a
# computed voltage; at later charges the last voltage is used [V]
BEYOND_CUTOFF = 0.5
# a measured curve reaches its cut-off if it comes within this distance of it [V]
NEAR_CUTOFF = 0.1
# deviation if nothing could be computed [V]
NOT_COMPUTED = 1.0
# fractions of the charge of a curve at which the coarse comparison takes voltages
FRACTIONS = np.linspace(0.02, 0.98, 13)
# standard deviations of the coarse comparison: of the logarithm of the charge, and [V]
CHARGE_SIGMA, VOLTAGE_SIGMA = 0.05, 0.05
# number of points of a computed curve beyond the last measured charge
POINTS_BEYOND = 60
# least charge, and longest run, of the coarse comparison, over the measured charge
LEAST_CHARGE, MOST_CHARGE = 1e-3, 20.0


def times(curve: MeasuredCurve) -> FloatArray:
    """Times at which a constant current has passed the charges of a curve [s]."""
    return curve.charge * SECONDS_PER_HOUR / curve.current


def cutoff(direction: Direction) -> str:
    """Name of the cut-off at which a half-cycle of this direction ends."""
    return LOWER_CUTOFF if direction == "discharge" else UPPER_CUTOFF


def at_cutoff(cell: Cell, curve: MeasuredCurve) -> int | None:
    """Index of the point at which a curve reaches its cut-off; None if it does not.

    It is the first point beyond the cut-off, or else the last one near it.
    """
    beyond = cell[cutoff(curve.direction)] - curve.voltage
    if curve.direction == "charge":
        beyond = -beyond
    if (beyond >= 0).any():
        return int(np.argmax(beyond >= 0))
    near = np.flatnonzero(beyond >= -NEAR_CUTOFF)
    return int(near[-1]) if len(near) else None


class Pointwise:
    """Compares the voltages at the measured charges."""

    pointwise = True

    def cutoffs(self, cell: Cell, curve: MeasuredCurve) -> dict[str, float]:
        """Cut-offs for the run of a curve, by name [V]."""
        lower = max(0.0, cell[LOWER_CUTOFF] - BEYOND_CUTOFF)
        return {LOWER_CUTOFF: lower, UPPER_CUTOFF: cell[UPPER_CUTOFF] + BEYOND_CUTOFF}

    def duration(self, curve: MeasuredCurve) -> float:
        """Longest run of a curve [s]: slightly past its last point."""
        return 1.0001 * float(times(curve)[-1])

    def computed(
        self, engine: Engine, run: Run, curve: MeasuredCurve, inputs: Inputs
    ) -> Any:
        """Computed voltages at the measured charges; after the end the last one."""
        lower, upper = inputs[LOWER_CUTOFF], inputs[UPPER_CUTOFF]
        if run.solution is None:
            # it starts beyond a cut-off, and gets the voltage of that cut-off
            below = run.outcome.ending is Ending.STARTED_BELOW
            return np.full(len(curve.charge), lower if below else upper)
        covered = np.minimum(times(curve), run.solution.t[-1])
        # the run may have other inputs, with the same trajectory but another end
        return np.clip(engine.voltage_along(run, covered, inputs), lower, upper)

    def residuals(self, curve: MeasuredCurve, computed: Any) -> FloatArray:
        """Residuals of the parts of a curve that are not steep; large ones for None."""
        if computed is None:
            computed = curve.voltage + NOT_COMPUTED
        k = curve.compared
        return residuals.of_curve(
            computed[k], curve.voltage[k], curve.sigma, curve.stretches
        )


@dataclass(frozen=True)
class Outline:
    """Charge that a run delivers [A.h], and its voltages at FRACTIONS of it [V]."""

    charge: float
    voltages: FloatArray


class Coarse(Pointwise):
    """Compares the delivered charge, and the voltages at equal fractions of it."""

    pointwise = False

    def cutoffs(self, cell: Cell, curve: MeasuredCurve) -> dict[str, float]:
        """The voltage at which the measured curve ended."""
        return {cutoff(curve.direction): float(curve.voltage[-1])}

    def duration(self, curve: MeasuredCurve) -> float:
        """Many times that of the measurement."""
        return MOST_CHARGE * float(times(curve)[-1])

    def computed(
        self, engine: Engine, run: Run, curve: MeasuredCurve, inputs: Inputs
    ) -> Outline:
        """The outline of a run; the least charge if it starts beyond a cut-off."""
        least = LEAST_CHARGE * curve.charge[-1]
        if run.solution is None:
            return Outline(least, np.full(len(FRACTIONS), curve.voltage[-1]))
        end = run.solution.t[-1]
        voltages = engine.voltage_along(run, FRACTIONS * end, inputs)
        return Outline(max(end * curve.current / SECONDS_PER_HOUR, least), voltages)

    def residuals(self, curve: MeasuredCurve, computed: Outline | None) -> FloatArray:
        """Of the logarithm of the charge, then of the voltages."""
        total = curve.charge[-1]
        measured = np.interp(FRACTIONS * total, curve.charge, curve.voltage)
        if computed is None:
            computed = Outline(LEAST_CHARGE * total, measured + NOT_COMPUTED)
        charge = np.log(computed.charge / total) / CHARGE_SIGMA
        voltages = (computed.voltages - measured) / VOLTAGE_SIGMA
        return np.concatenate([[charge], voltages])


@dataclass(frozen=True)
class SimulatedCurve:
    """A curve as the model runs it by itself, to the cut-off."""

    voltage: FloatArray  # at the measured charges; nan after the end of the run [V]
    ending: Ending  # of the run
    capacity: float  # at the end of the run [A.h]
    # the run beyond the last measured charge: charges [A.h], voltages [V]
    beyond: tuple[FloatArray, FloatArray] = (np.empty(0), np.empty(0))


class AsSimulated(Pointwise):
    """Runs a curve as a simulation does, and gives its capacity too."""

    def cutoffs(self, cell: Cell, curve: MeasuredCurve) -> dict[str, float]:
        """The voltage at which the measured curve ended at its cut-off, if it did."""
        place = at_cutoff(cell, curve)
        end = {} if place is None else {cutoff(curve.direction): curve.voltage[place]}
        return {name: float(value) for name, value in end.items()}

    def duration(self, curve: MeasuredCurve) -> float:
        """Many times that of the measurement."""
        return MOST_CHARGE * float(times(curve)[-1])

    def computed(
        self, engine: Engine, run: Run, curve: MeasuredCurve, inputs: Inputs
    ) -> SimulatedCurve:
        """The run; without a voltage and a charge if it starts beyond a cut-off."""
        ending, t = run.outcome.ending, times(curve)
        if run.solution is None:
            return SimulatedCurve(np.full(len(t), np.nan), ending, 0.0)
        end = float(run.solution.t[-1])
        after = np.linspace(min(t[-1], end), end, POINTS_BEYOND)[1:]
        along = np.concatenate([np.minimum(t, end), after])
        voltages = engine.voltage_along(run, along, inputs)
        measured, beyond = np.split(voltages, [len(t)])
        return SimulatedCurve(
            np.where(t <= end, measured, np.nan),
            ending,
            end * curve.current / SECONDS_PER_HOUR,
            (after * curve.current / SECONDS_PER_HOUR, beyond),
        )


POINTWISE, COARSE = Pointwise(), Coarse()
