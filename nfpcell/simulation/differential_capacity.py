"""Differential capacity of a half-cycle over its voltage."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from nfpcell.arrays import FloatArray

SMOOTHING = 4e-3  # [V]; plateaus of NFP extend over tens of millivolts
# spacing of the voltages, and their range beyond the curve, over the smoothing
_SPACING, _BEYOND = 0.5, 5.0
# smallest difference of two voltages that is not taken as a constant voltage [V]
_CONSTANT = 1e-9


def differential_capacity(
    capacity: ArrayLike, voltage: ArrayLike, smoothing: float = SMOOTHING
) -> tuple[FloatArray, FloatArray]:
    r"""
    Charge passed per voltage interval, convolved with a normal distribution.

    .. math:: \frac{\mathrm dQ}{\mathrm dV}(V) = \sum_k
              \frac{\Delta Q_k}{V_{k+1} - V_k}
              \left[\Phi\left(\frac{V - V_k}{\sigma}\right)
                    - \Phi\left(\frac{V - V_{k+1}}{\sigma}\right)\right]

    The curve is a straight line between its points, so their number and spacing have
    no influence; noise of the voltage below the smoothing has little. The integral
    over the voltage is the capacity.

    Parameters
    ----------
    capacity : Q, ascending, in any unit, of shape (points,)
    voltage : V [V], of shape (points,); it may rise and fall
    smoothing : standard deviation σ of the normal distribution [V]; features that are
        narrower are broadened to it

    Returns
    -------
    V : ascending voltages [V]
    dQ/dV : in the unit of the capacity per volt; not negative, also of a discharge

    Source
    ------
    Bloom et al., J. Power Sources 139, 295 (2005) for the quantity; the convolution is
    exact for the interpolated curve.
    """
    Q, V = np.asarray(capacity, float), np.asarray(voltage, float)
    edge, step = _BEYOND * smoothing, _SPACING * smoothing
    at = np.arange(V.min() - edge, V.max() + edge + step, step)
    passed, change = np.diff(Q), np.diff(V)
    # a constant voltage is taken as a very small change of it
    change = np.where(np.abs(change) < _CONSTANT, _CONSTANT, change)
    below = ndtr((at[:, None] - V[:-1]) / smoothing)
    above = ndtr((at[:, None] - (V[:-1] + change)) / smoothing)
    density: FloatArray = (below - above) @ (passed / change)
    return at, density
