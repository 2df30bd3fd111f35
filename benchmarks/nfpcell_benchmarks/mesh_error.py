"""Error of the default mesh and tolerances.

The curve as ``nfpcell simulate`` gives it against the same with four times the shells
(and depths) at tolerances of 1e-7, over the common time to 98 % of the end.
"""

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import built
from nfpcell.simulation.numerics import numerics_for
from nfpcell.simulation.starting_state import starting_voltage

FINER = 4


def difference(one, other):
    """Of the voltage of two solutions, to 98 % of the earlier end [mV]."""
    t = np.linspace(0, 0.98 * min(one.t[-1], other.t[-1]), 2000)
    return 1e3 * (one["Voltage [V]"](t=t) - other["Voltage [V]"](t=t))


def rms(one, other):
    """Root mean square of the difference [mV]."""
    return float(np.sqrt(np.mean(difference(one, other) ** 2)))


def errors(cell, model, conditions):
    """RMS of voltage [mV] and difference of the ends [mA.h.g-1] for each condition."""
    starts = {w: starting_voltage(cell, w, "particle") for w in ("discharge", "charge")}
    nominal, mass = cell.derived().nominal_capacity, cell.derived().mass
    for way, rate, temperature in conditions:
        own = numerics_for(cell, way, rate, temperature, model)
        points = tuple((name, FINER * number) for name, number in own["points"])
        coarse = built(model, cell.diffusion, **own)
        fine = built(
            model,
            cell.diffusion,
            **{**own, "points": points, "rtol": 1e-7, "atol": 1e-8},
        )
        runs = []
        for engine in (coarse, fine):
            condition = Condition(cell, way, rate, temperature, starts[way])
            inputs = engine.inputs_of(condition)
            runs += engine.solve([inputs], [0, condition.longest])
        one, other = (run.solution for run in runs)
        if one is None or other is None:
            same = runs[0].outcome.ending is runs[1].outcome.ending
            yield way, rate, temperature, 0.0 if same else np.nan, 0.0, 0.0
            continue
        gram = rate * nominal / SECONDS_PER_HOUR / mass
        yield (
            way,
            rate,
            temperature,
            rms(one, other),
            abs(one.t[-1] - other.t[-1]) * gram,
            one.t[-1] * gram,
        )
