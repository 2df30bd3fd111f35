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
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.outcome import Ending
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.studies import residuals

# a run continues this far beyond the cut-offs, so that most measured charges have a
# computed voltage; at later charges the last voltage is used [V]
BEYOND_CUTOFF = 0.5
# deviation if nothing could be computed [V]
NOT_COMPUTED = 1.0
# fractions of the charge of a curve at which the coarse comparison takes voltages
FRACTIONS = np.linspace(0.02, 0.98, 13)
# standard deviations of the coarse comparison: of the logarithm of the charge, and [V]
CHARGE_SIGMA, VOLTAGE_SIGMA = 0.05, 0.05
# least charge, and longest run, of the coarse comparison, over the measured charge
LEAST_CHARGE, MOST_CHARGE = 1e-3, 20.0


def times(curve: MeasuredCurve) -> FloatArray:
    """Times at which a constant current has passed the charges of a curve [s]."""
    return curve.charge * SECONDS_PER_HOUR / curve.current


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
        side = LOWER_CUTOFF if curve.direction == "discharge" else UPPER_CUTOFF
        return {side: float(curve.voltage[-1])}

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


POINTWISE, COARSE = Pointwise(), Coarse()
