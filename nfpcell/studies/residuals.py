"""Residuals (computed less measured, over the uncertainty), for scores and for fits.

They have no unit, so that residuals of numbers, curves and spectra can be added.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def error_percent(computed: float, published: float | None) -> float:
    """Relative error of a computed number [%]; nan if no value was published.

    Examples
    --------
    >>> round(error_percent(102.0, 100.0), 9)
    2.0
    """
    return np.nan if published is None else 100 * (computed / published - 1)


def of_number(computed: float, published: float, tolerance_percent: float) -> float:
    """Residual of a published number: its error over its tolerance [-].

    Examples
    --------
    >>> round(of_number(102.0, 100.0, 2.0), 9)
    1.0
    """
    return error_percent(computed, published) / tolerance_percent


def of_curve(
    computed: ArrayLike,
    measured: ArrayLike,
    sigma: float,
    first: NDArray[np.intp] | None = None,
) -> NDArray[np.float64]:
    r"""
    Residuals [-] of a voltage curve, averaged over stretches of neighbouring points.

    .. math:: r_b = \frac{\sqrt{n_b}}{\sigma}\,
              \overline{\left(V - V_\mathrm{measured}\right)}_b

    The mean over a stretch of n points has the standard deviation sigma / sqrt(n).
    Stretches limit the number of residuals of a long recording to a few hundred.
    Voltages and ``sigma`` [V] are of the points; ``first`` is the index of the first
    point of each stretch, None for no averaging.

    Examples
    --------
    >>> of_curve(np.full(5, 3.1), np.full(5, 3.0), 0.1, np.array([0, 1])).round(9)
    array([1., 2.])
    """
    difference = np.asarray(computed) - np.asarray(measured)
    if first is None:
        return difference / sigma
    counts = np.diff([*first, len(difference)])
    return np.add.reduceat(difference, first) / np.sqrt(counts) / sigma


def of_spectrum(
    computed: ArrayLike, measured: NDArray[np.complex128], sigma: float
) -> NDArray[np.float64]:
    """Residuals [-] of a spectrum: real parts, then imaginary ones, over the modulus.

    ``sigma`` is the standard deviation of each part over the measured modulus [-].

    Examples
    --------
    >>> of_spectrum([5 - 5j], np.array([4 - 3j]), 0.1).round(9)
    array([ 2., -4.])
    """
    difference = (np.asarray(computed) - measured) / (sigma * np.abs(measured))
    return np.concatenate([difference.real, difference.imag])
