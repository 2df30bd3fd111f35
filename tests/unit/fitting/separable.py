"""A cell of which a fit to discharges knows j0/R, and not j0 and R."""

import numpy as np

from nfpcell.cell.covariance import Covariance
from nfpcell.cell.definition import Cell

D = "Positive particle diffusivity [m2.s-1]"
R = "Positive particle radius over BET radius of powder"
J0 = "Positive electrode exchange-current density [A.m-2]"
NAMES = (D, R, J0)


def cell() -> Cell:
    """With ln R and ln j0 known only along ln(j0/R), and ln D independent of them.

    The surface of all particles is proportional to 1/R, the current to j0/R.
    """
    base = Cell.load("C")
    stated = {n: q.value for n, q in base.quantities.items() if q.interval}
    base = base.with_values(stated)
    together = np.array([0.0, 1.0, 1.0])
    matrix = 0.1 * np.outer(together, together) + 1e-4 * np.eye(3)
    covariance = Covariance(
        NAMES,
        ("log",) * 3,
        tuple((base[name] / 100, base[name] * 100) for name in NAMES),
        tuple(map(tuple, matrix.tolist())),
    )
    quantities = [base.quantities[name] for name in NAMES]
    return base.with_quantities(quantities, "mine", covariance=covariance)
