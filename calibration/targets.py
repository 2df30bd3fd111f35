"""The eleven published numbers and how each is computed, fast enough to fit to.

The same model, starts and linearisation as ``nfpcell score``; what is left out is the
slow charge before each discharge, whose end differs from an even 1e-5 of sodium by
less than 0.01 mAh/g, and the resistances are sampled at fixed charges instead of at
fixed depths of discharge. ``nfpcell score`` judges the result.
"""

import numpy as np

from nfpcell.cycling import KELVIN, longest, open_circuit_voltage
from nfpcell.engine import built
from nfpcell.linearised import lowest, resistances_along

SECONDS_PER_HOUR = 3600.0
# coarser than the default: resistances within 0.2 %, capacities within 0.05 mAh/g
POINTS = {"full": (("r_p", 50), ("x_p", 12)), "particle": (("r_p", 50),)}
CHARGED_FRACTION = 1e-5
SLOW = 1 / 50
# name -> published value; the order of ../parameter_sets notes and of the README
PUBLISHED = {
    "A resistance, discharge": 3929.0,
    "B resistance, discharge": 331.0,
    "C resistance, discharge": 234.0,
    "E resistance, discharge": 120.0,
    "C resistance, charge": 215.0,
    "pouch resistance, discharge": 8.2,
    "C 2C discharge, 30 degC": 61.0,
    "C 2C charge, 30 degC": 85.6,
    "C 0.2C discharge, 0 degC": 58.0,
    "C 0.1C discharge, -20 degC": 50.0,
    "C slow discharge, 30 degC": 88.0,
}
BLIND = [
    "A resistance, discharge",
    "B resistance, discharge",
    "C resistance, discharge",
    "E resistance, discharge",
    "C 2C discharge, 30 degC",
    "C 0.1C discharge, -20 degC",
    "C slow discharge, 30 degC",
]
CAPACITIES = {  # sign, C-rate, temperature [degC]
    "C 2C discharge, 30 degC": (1, 2.0, 30.0),
    "C 2C charge, 30 degC": (-1, 2.0, 30.0),
    "C 0.2C discharge, 0 degC": (1, 0.2, 0.0),
    "C 0.1C discharge, -20 degC": (1, 0.1, -20.0),
}
CHARGES = np.arange(10.0, 64.0, 3.0)  # mAh/g, where the resistance is sampled
SLOW_TARGET = "C slow discharge, 30 degC"


def compute(cells, names, model):
    """
    Computed values of the named targets (and of D, for which nothing is published).

    Parameters
    ----------
    cells : dict of word to Cell
    names : of PUBLISHED, or "D resistance, discharge"
    model : "full" or "particle"

    Returns
    -------
    dict of name to value; nan where the run did not get there
    """
    c = cells["C"]
    engine = built(model, c.diffusion, points=POINTS[model])
    with_arcs = built(model, c.diffusion, points=POINTS[model], double_layers=True)
    d = c.derived()
    charged = float(open_circuit_voltage(c, CHARGED_FRACTION))
    found = {}

    def case(cell, sign, rate, temperature, start):
        current = sign * rate * cell.derived().nominal_capacity
        return engine.inputs(cell, current, temperature + KELVIN, start)

    # the slow discharge, which is also where charges start from
    (slow,) = engine.solve([case(c, 1, SLOW, 30.0, charged)], [0, longest(c, SLOW)])
    discharged, delivered = charged, np.nan
    if slow.solution is not None:
        delivered = slow.solution["Discharge capacity [A.h]"].entries[-1] / d.mass
        theta = slow.solution["Positive electrode stoichiometry"].entries[-1]
        discharged = float(open_circuit_voltage(c, theta))
    found[SLOW_TARGET] = delivered

    for name, (sign, rate, temperature) in CAPACITIES.items():
        if name in names:
            start = charged if sign > 0 else discharged
            (run,) = engine.solve(
                [case(c, sign, rate, temperature, start)], [0, longest(c, rate)]
            )
            found[name] = (
                0.0
                if run.solution is None
                else abs(run.solution["Discharge capacity [A.h]"].entries[-1]) / d.mass
            )

    # every cell has the loading of C, so equal times are equal charges per gram
    seconds = SECONDS_PER_HOUR * d.mass / (0.1 * d.nominal_capacity)
    for sign, way, start, charges in (
        (1, "discharge", charged, CHARGES),
        (-1, "charge", discharged, delivered - CHARGES[::-1]),
    ):
        wanted = [n for n in names if n.endswith(f"resistance, {way}")]
        if wanted and np.isfinite(charges).all() and charges[0] > 0:
            cases = [case(cells[n.split()[0]], sign, 0.1, 30.0, start) for n in wanted]
            table = resistances_along(with_arcs, cases, charges * seconds)
            found |= {
                n: lowest(charges, row)[1] for n, row in zip(wanted, table, strict=True)
            }
    return {name: found.get(name, np.nan) for name in names}
