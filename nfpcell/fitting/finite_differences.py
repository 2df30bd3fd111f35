"""Cost of residuals under a loss, and the Jacobian of residuals by differences."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nfpcell.arrays import FloatArray

if TYPE_CHECKING:
    from nfpcell.fitting.objective import Objective

Function = Callable[[FloatArray], FloatArray]
# rho(z) and its derivative; z is the square of a residual
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
# least and largest step in a coordinate
STEP, LONGEST_STEP = 1e-3, 0.1
# RMS change of the residuals that a step should cause [-]
TARGET_CHANGE = 0.05


def cost_of(residuals: FloatArray, loss: str = "linear") -> float:
    r"""Half the sum of squares under a loss of scipy's least_squares, one of LOSSES.

    .. math:: C = \tfrac12\sum_k \rho(r_k^2)

    Examples
    --------
    >>> cost_of(np.array([1.0, 2.0])), round(cost_of(np.array([2.0]), "huber"), 9)
    (2.5, 1.5)
    """
    rho, _ = _LOSSES[loss]
    return 0.5 * float(np.sum(rho(residuals**2)))


def weights(residuals: FloatArray, loss: str = "linear") -> FloatArray:
    r"""Weight of each residual in a least-squares step under a loss.

    .. math:: w = \sqrt{\rho'(r^2)}

    Examples
    --------
    >>> weights(np.array([0.5, 4.0]), "huber").round(3).tolist()
    [1.0, 0.5]
    """
    _, slope = _LOSSES[loss]
    return np.sqrt(slope(residuals**2))


class FiniteDifferences:
    r"""Jacobian of an objective's residuals by differences in its coordinates.

    .. math:: J_k = \frac{r(z + h_k e_k) - r(z)}{h_k}\quad\text{or}\quad
                    \frac{r(z + h_k e_k) - r(z - h_k e_k)}{2 h_k}

    All points of one Jacobian are one batch of solves. At the tolerances ``FINE`` it is
    accurate to four digits. If a step changes the residuals little, the next one is
    larger, so that differences exceed the error of the integrator. The forward
    sensitivities of the integrator are too slow: their error control takes hundreds of
    times the steps when a concentration front passes a radial mesh point.
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
        """Jacobian at ``z``; ``residuals`` are those at ``z``."""
        if central:
            J = self.central(z)
        else:
            up, down = self._reach(z)
            # the step points away from the nearer bound
            step = np.where(up >= down, up, -down)
            shifted = np.array(self.objective.many(list(z + np.diag(step))))
            J = ((shifted - residuals) / step[:, None]).T
        change = np.sqrt(np.mean((J * self.steps) ** 2, axis=0))
        steps = self.steps * TARGET_CHANGE / np.maximum(change, 1e-12)
        self.steps = np.clip(steps, STEP, LONGEST_STEP)
        return J

    def central(self, z: FloatArray) -> FloatArray:
        """Jacobian at ``z`` by central differences; the steps do not change."""
        up, down = self._reach(z)
        points = np.concatenate([z + np.diag(up), z - np.diag(down)])
        above, below = np.split(np.array(self.objective.many(list(points))), 2)
        J: FloatArray = ((above - below) / (up + down)[:, None]).T
        return J

    def _reach(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The steps upwards and downwards, within the bounds."""
        low, high = self.objective.free.bounds
        up = np.minimum(z + self.steps, high) - z
        down = z - np.maximum(z - self.steps, low)
        return up, down
