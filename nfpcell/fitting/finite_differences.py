"""Cost of residuals under a loss, and their derivatives by the coordinates."""

import numpy as np

LOSSES = ("linear", "soft_l1", "huber", "cauchy", "arctan")
# step of a difference in a coordinate, and the most it may grow to where a quantity
# moves the residuals little
STEP, LONGEST_STEP = 1e-3, 0.1
# root mean square that a step should move the residuals by [-]; see ``Differences``
MOVED = 0.05


def cost_of(residuals, loss="linear"):
    r"""
    Half the sum of squares after a loss of scipy's least_squares.

    .. math:: C = \tfrac12\sum_k \rho(r_k^2)

    Parameters
    ----------
    residuals : [-]
    loss : one of LOSSES

    Examples
    --------
    >>> cost_of(np.array([1.0, 2.0])), round(cost_of(np.array([2.0]), "huber"), 9)
    (2.5, 1.5)
    """
    z = residuals**2
    if loss == "soft_l1":
        z = 2 * (np.sqrt(1 + z) - 1)
    elif loss == "huber":
        z = np.where(z <= 1, z, 2 * np.sqrt(z) - 1)
    elif loss == "cauchy":
        z = np.log1p(z)
    elif loss == "arctan":
        z = np.arctan(z)
    return 0.5 * float(np.sum(z))


def weights(residuals, loss="linear"):
    r"""
    Weight that a loss leaves each residual in a least-squares step.

    .. math:: w = \sqrt{\rho'(r^2)}

    Examples
    --------
    >>> weights(np.array([0.5, 4.0]), "huber").round(3).tolist()
    [1.0, 0.5]
    """
    z = residuals**2
    slopes = {
        "linear": lambda: np.ones_like(z),
        "soft_l1": lambda: (1 + z) ** -0.5,
        "huber": lambda: np.maximum(z, 1) ** -0.5,
        "cauchy": lambda: 1 / (1 + z),
        "arctan": lambda: 1 / (1 + z**2),
    }
    return np.sqrt(slopes[loss]())


class Differences:
    r"""
    Jacobian of a misfit by differences in its coordinates.

    .. math:: J_k = \frac{r(z + h_k e_k) - r(z)}{h_k}\quad\text{or}\quad
                    \frac{r(z + h_k e_k) - r(z - h_k e_k)}{2 h_k}

    All points of one Jacobian are one batch of solves, at tolerances (``FINE``) that
    leave four digits of it. A step that hardly moves the residuals is lengthened for
    the next time, so that what the integrator's own steps make of a voltage is not read
    as an answer. The integrator's own sensitivities were tried: on this model their
    error control takes hundreds of times the steps, where a front passes a shell.
    """

    def __init__(self, misfit):
        self.misfit = misfit
        self.steps = np.full(len(misfit.free), STEP)

    def __call__(self, z, base, central=False):
        """Jacobian at ``z``, where the residuals are ``base``."""
        low, high = self.misfit.free.bounds
        up = np.minimum(z + self.steps, high) - z
        down = z - np.maximum(z - self.steps, low)
        if central:
            moved = self.misfit.many(
                [z + s * e for s, e in _axes(up)] + [z - s * e for s, e in _axes(down)]
            )
            above, below = np.array(moved[: len(z)]), np.array(moved[len(z) :])
            J = ((above - below) / (up + down)[:, None]).T
        else:
            # away from a bound that is near
            step = np.where(up >= down, up, -down)
            moved = self.misfit.many([z + s * e for s, e in _axes(step)])
            J = ((np.array(moved) - base) / step[:, None]).T
        shift = np.sqrt(np.mean((J * self.steps) ** 2, axis=0))
        wanted = self.steps * MOVED / np.maximum(shift, 1e-12)
        self.steps = np.clip(wanted, STEP, LONGEST_STEP)
        return J


def _axes(steps):
    return zip(steps, np.eye(len(steps)), strict=True)
