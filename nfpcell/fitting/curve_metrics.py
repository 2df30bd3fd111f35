"""Two ways to compare a curve: point by point, and by its outline.

Point by point is what a fit ends with. Far from the answer it misleads: where a model
delivers a tenth of the charge, nine tenths of the points say nothing. The outline
compares how much charge is delivered, on a logarithmic scale, and the voltage at equal
shares of it; it points the way from a factor of a hundred off.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.outcome import Ending
from nfpcell.studies import residuals

LOWER, UPPER = "Lower voltage cut-off [V]", "Upper voltage cut-off [V]"
# how far past its cut-offs a curve is followed, so that a voltage is there at every
# measured charge; beyond it the last one is held [V]
FOLLOWED = 0.5
# what stands for a deviation where nothing could be computed [V]
LOST = 1.0
# shares of a curve's own charge at which an outline has its voltages
SHARES = np.linspace(0.02, 0.98, 13)
# what counts as near in an outline: of the logarithm of the charge, and [V]
NEAR_CHARGE, NEAR_VOLTAGE = 0.05, 0.05
# least charge of an outline, and how far one is run, over the measured charge
LEAST_CHARGE, MOST_CHARGE = 1e-3, 20.0


@dataclass(frozen=True)
class View:
    """
    How curves are run and compared.

    Attributes
    ----------
    cut_offs : function of (cell, curve): what the cut-offs are set to for its run
    seconds : function of a curve: how long it is run at most [s]
    seen : function of (engine, run, curve, case): what is compared
    compare : function of (curve, seen or None): residuals
    pointwise : whether it compares point by point
    """

    cut_offs: Callable
    seconds: Callable
    seen: Callable
    compare: Callable
    pointwise: bool = False


def times(curve):
    """Times at which a constant current has passed the charges of a curve [s]."""
    return curve.charge * SECONDS_PER_HOUR / curve.current


# ---------------------------------------------------------------------- point by point
def _beyond(cell, curve):
    return {LOWER: max(0.0, cell[LOWER] - FOLLOWED), UPPER: cell[UPPER] + FOLLOWED}


def _to_the_last_point(curve):
    # a little more, so that the last point lies inside
    return 1.0001 * times(curve)[-1]


def _voltages(engine, run, curve, case):
    """Voltages at the charges of the curve; past the end of the run the last one."""
    if run.solution is None:
        # it starts past a cut-off, and stays there
        below = run.outcome.ending is Ending.STARTED_BELOW
        side = LOWER if below else UPPER
        return np.full(len(curve.charge), case[side])
    last = run.solution.t[-1]
    voltages = engine.voltage_along(run, np.minimum(times(curve), last), case)
    # the run may be another case's, of the same course and another end
    return np.clip(voltages, case[LOWER], case[UPPER])


def _pointwise(curve, voltages):
    if voltages is None:
        voltages = curve.voltage + LOST
    kept = curve.kept
    return residuals.of_curve(
        voltages[kept], curve.voltage[kept], curve.sigma, curve.first
    )


POINTWISE = View(_beyond, _to_the_last_point, _voltages, _pointwise, True)


# -------------------------------------------------------------------------- by outline
def _where_it_ended(cell, curve):
    side = LOWER if curve.direction == "discharge" else UPPER
    return {side: float(curve.voltage[-1])}


def _many_times_over(curve):
    return MOST_CHARGE * times(curve)[-1]


def _outline(engine, run, curve, case):
    """Charge delivered [A.h], and the voltages at shares of it [V]."""
    if run.solution is None:
        return LEAST_CHARGE * curve.charge[-1], np.full(len(SHARES), curve.voltage[-1])
    last = run.solution.t[-1]
    charge = last * curve.current / SECONDS_PER_HOUR
    voltages = engine.voltage_along(run, SHARES * last, case)
    return max(charge, LEAST_CHARGE * curve.charge[-1]), voltages


def _by_outline(curve, outline):
    measured = np.interp(SHARES * curve.charge[-1], curve.charge, curve.voltage)
    if outline is None:
        outline = LEAST_CHARGE * curve.charge[-1], measured + LOST
    charge, voltages = outline
    return np.concatenate(
        [
            [np.log(charge / curve.charge[-1]) / NEAR_CHARGE],
            (voltages - measured) / NEAR_VOLTAGE,
        ]
    )


OUTLINE = View(_where_it_ended, _many_times_over, _outline, _by_outline)
