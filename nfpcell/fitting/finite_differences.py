"""Cost of residuals under a loss, and the Jacobian of residuals by differences."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nfpcell.arrays import FloatArray

if TYPE_CHECKING:
    from nfpcell.fitting.objective import Objective

Function = Callable[[FloatArray], FloatArray]
# rho(z) and its slope, of the square of a residual
_LOSSES: dict[str, tuple[Function, Function]] = {
    "linear": (lambda z: z, np.ones_like),
    "soft_l1": (lambda z: 2 * (np.sqrt(1 + z) - 1), lambda z: (1 + z) ** -0.5),
    "huber": (
        lambda z: np.where(z <= 1, z, 2 * np.sqrt(z) - 1),
        lambda z: np.maximum(z, 1) ** -0.5,
    ),
    "cauchy": (np.log1p, lambda z: 1 / (1 + z)),
    "arctan": (np.arctan, lambda z: 1 / (1 + z**2)),
}
LOSSES = tuple(_LOSSES)
# step in a coordinate, and the longest one, for a parameter that changes the residuals
# little
STEP, LONGEST_STEP = 1e-3, 0.1
# root mean square by which a step should change the residuals [-]
WANTED_CHANGE = 0.05


def cost_of(residuals: FloatArray, loss: str = "linear") -> float:
    r"""
    Half the sum of squares under a loss of scipy's least_squares, one of LOSSES.

    .. math:: C = \tfrac12\sum_k \rho(r_k^2)

    Examples
    --------
    >>> cost_of(np.array([1.0, 2.0])), round(cost_of(np.array([2.0]), "huber"), 9)
    (2.5, 1.5)
    """
    rho, _ = _LOSSES[loss]
    return 0.5 * float(np.sum(rho(residuals**2)))


def weights(residuals: FloatArray, loss: str = "linear") -> FloatArray:
    r"""
    Weight of each residual in a least-squares step under a loss.

    .. math:: w = \sqrt{\rho'(r^2)}

    Examples
    --------
    >>> weights(np.array([0.5, 4.0]), "huber").round(3).tolist()
    [1.0, 0.5]
    """
    _, slope = _LOSSES[loss]
    return np.sqrt(slope(residuals**2))


class FiniteDifferences:
    r"""
    Jacobian of an objective's residuals by differences in its coordinates.

    .. math:: J_k = \frac{r(z + h_k e_k) - r(z)}{h_k}\quad\text{or}\quad
                    \frac{r(z + h_k e_k) - r(z - h_k e_k)}{2 h_k}

    All points of one Jacobian are one batch of solves, at tolerances (``FINE``) that
    leave four digits of it. A step that changes the residuals little is lengthened the
    next time, so that the step size of the integrator does not appear as a derivative.
    The integrator's own sensitivities are no alternative: on this model their error
    control takes hundreds of times the steps, where a front passes a radial mesh point.
    """

    def __init__(self, objective: "Objective") -> None:
        self.objective = objective
        self.steps = np.full(len(objective.free), STEP)

    def __call__(
        self,
        z: FloatArray,
        residuals: FloatArray,
        central: bool = False,
    ) -> FloatArray:
        """Jacobian at ``z``, where the objective has these residuals."""
        low, high = self.objective.free.bounds
        up = np.minimum(z + self.steps, high) - z
        down = z - np.maximum(z - self.steps, low)
        if central:
            points = np.concatenate([z + np.diag(up), z - np.diag(down)])
            above, below = np.split(np.array(self.objective.many(list(points))), 2)
            J = ((above - below) / (up + down)[:, None]).T
        else:
            # away from a bound that is near
            step = np.where(up >= down, up, -down)
            moved = self.objective.many(list(z + np.diag(step)))
            J = ((np.array(moved) - residuals) / step[:, None]).T
        change = np.sqrt(np.mean((J * self.steps) ** 2, axis=0))
        wanted = self.steps * WANTED_CHANGE / np.maximum(change, 1e-12)
        self.steps = np.clip(wanted, STEP, LONGEST_STEP)
        return J
