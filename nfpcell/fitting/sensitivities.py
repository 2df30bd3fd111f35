"""Fisher information of measurements that were not made yet.

The model computes what would be measured. The derivatives of the residuals, which a fit
of it would have, give the information.
"""

from dataclasses import dataclass

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.errors import NfpcellError
from nfpcell.fitting.candidates import Datum
from nfpcell.fitting.finite_differences import FiniteDifferences
from nfpcell.fitting.knowledge import Knowledge
from nfpcell.fitting.objective import Objective

# Tolerances of the runs. Where data determine only j0/R, the derivatives with respect
# to ln j0 and ln R must cancel: what is left, 1 of 1e4 with the tolerances of a fit,
# would look like information on j0.
ACCURATE = {"rtol": 1e-9, "atol": 1e-10}


@dataclass(frozen=True)
class NoInformation:
    """Why the information of a measurement could not be computed."""

    reason: str


def information_root(
    known: Knowledge, datum: Datum, model: str
) -> FloatArray | NoInformation:
    r"""A matrix R with the Fisher information of a measurement as R^T R.

    .. math:: F = J^\top J,\qquad J_{ik} = \frac{1}{\sigma_i}
              \frac{\partial y_i}{\partial z_k}

    With y what is measured, sigma its standard deviation, and z the coordinates of the
    free constants. R is the triangular factor of J, shape (constants, constants).
    """
    cells = {datum.cell: known.cell}
    objective = Objective(cells, known.free, [datum], model, numerics=ACCURATE)
    try:
        objective.fix_meshes(known.z)
        J = FiniteDifferences(objective).central(known.z)
    except NfpcellError as error:
        return NoInformation(str(error))
    if objective.counter.failures:
        reasons = objective.counter.reasons.values()
        return NoInformation(next(iter(reasons), "a run failed"))
    root: FloatArray = np.asarray(np.linalg.qr(J, mode="r"))
    return root
