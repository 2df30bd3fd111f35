"""Fisher information of measurements that were not made yet.

The model computes what would be measured. The derivatives of the residuals, which a fit
of it would have, give the information.
"""

from dataclasses import dataclass

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.errors import NfpcellError
from nfpcell.fitting.finite_differences import (
    FiniteDifferences,
    Residuals,
)
from nfpcell.fitting.knowledge import Knowledge
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.observations import Measured
from nfpcell.fitting.step_sequence import (
    SequenceResiduals,
    StepSequence,
    sequence_engine,
)

# Tolerances of the runs. Where data determine only D/R^2, the derivatives with respect
# to D and R must cancel: what is left, 1 of 1e4 with the tolerances and the forward
# differences of a fit, would look like information on D.
ACCURATE = {"rtol": 1e-9, "atol": 1e-10}
Measurable = Measured | StepSequence


@dataclass(frozen=True)
class NoInformation:
    """Why the information of a measurement could not be computed."""

    reason: str


def information_root(
    known: Knowledge, datum: Measurable, model: str
) -> FloatArray | NoInformation:
    r"""A matrix R with the Fisher information of a measurement as R^T R.

    .. math:: F = J^\top J,\qquad J_{ik} = \frac{1}{\sigma_i}
              \frac{\partial y_i}{\partial z_k}

    With y what is measured, sigma its standard deviation, and z the coordinates of the
    free constants. R is the triangular factor of J, shape (constants, constants).
    """
    residuals = _residuals(known, datum, model)
    try:
        J = FiniteDifferences(residuals).central(known.z)
    except NfpcellError as error:
        return NoInformation(str(error))
    if isinstance(residuals, Objective) and residuals.counter.failures:
        reasons = residuals.counter.reasons.values()
        return NoInformation(next(iter(reasons), "a run failed"))
    root: FloatArray = np.asarray(np.linalg.qr(J, mode="r"))
    return root


def _residuals(known: Knowledge, datum: Measurable, model: str) -> Residuals:
    """The residuals of a measurement, on one mesh."""
    if isinstance(datum, StepSequence):
        engine = sequence_engine(known.cell, datum, model, ACCURATE)
        return SequenceResiduals(known.cell, known.free, datum, engine, model, ACCURATE)
    cells = {datum.cell: known.cell}
    objective = Objective(cells, known.free, [datum], model, numerics=ACCURATE)
    objective.fix_meshes(known.z)
    return objective
