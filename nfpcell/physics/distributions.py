"""Log-normal distributions: their classes, and the arc that one depresses."""

import functools
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad

from nfpcell.physics.value import Value

# beyond it the outermost classes hold less than 1e-9 of the whole
MOST_CLASSES = 15


class Classes(NamedTuple):
    """A few classes that stand for a normal distribution."""

    deviations: tuple[float, ...]  # z of each, in standard deviations from the mean
    shares: tuple[float, ...]  # w of each; their sum is 1


@functools.cache
def normal_classes(count: int) -> Classes:
    r"""Classes of a normal distribution, by Gauss-Hermite quadrature.

    .. math:: \int_{-\infty}^{\infty} f(z)\,\frac{e^{-z^2/2}}{\sqrt{2\pi}}\,\mathrm dz
              \approx \sum_{k=1}^{K} w_k\,f(z_k)

    :Returns: deviations z_k and shares w_k, in the order of z
    :Limits: z = 0 and w = 1 for one class; exact for polynomials up to degree 2K - 1.
    :Source: Golub and Welsch, Math. Comp. 23, 221 (1969).

    Parameters
    ----------
    count : K, number of classes, at least 1
    """
    z, w = np.polynomial.hermite_e.hermegauss(count)
    return Classes(tuple(map(float, z)), tuple(map(float, w / w.sum())))


def log_normal_ratio(spread: Value, z: float) -> Value:
    r"""A value of a log-normal distribution over its median.

    .. math:: \frac{x}{x_{50}} = e^{\sigma z}

    :Returns: ratio of x to its median [-]
    :Limits: 1 at z = 0, and everywhere for sigma = 0.
    :Source: Definition: ln x has a normal distribution.

    Parameters
    ----------
    spread : sigma, the standard deviation of ln x [-]
    z : deviation of ln x from its mean, in standard deviations [-]
    """
    return np.exp(spread * z)


def equivalent_exponent(spread: float) -> float:
    r"""Exponent of the constant-phase element whose arc is as depressed.

    An arc of resistances parallel to capacities whose time constants have a log-normal
    distribution has its apex at the median time constant, at the height

    .. math:: \frac{-\mathrm{Im}\,Z}{R} = \frac12\int_{-\infty}^{\infty}
              \frac{e^{-z^2/2}}{\sqrt{2\pi}}\,\frac{\mathrm dz}{\cosh \sigma z}
              = \frac12\tan\frac{n\pi}{4}

    The last term is the height of an arc with a constant-phase element.

    :Returns: n [-]
    :Limits: 1 - sigma^2/pi for a small sigma; 4/(sigma sqrt(2 pi)) for a large one.
    :Source: Wagner, Ann. Phys. 345, 817 (1913), for the log-normal distribution; Cole
        and Cole, J. Chem. Phys. 9, 341 (1941), for the arc.

    Parameters
    ----------
    spread : sigma, the standard deviation of the logarithm of the time constant [-]
    """

    def density(z: float) -> float:
        decay = np.exp(-spread * z)  # so that no large cosh is computed
        normal = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return float(normal * 2 * decay / (1 + decay**2))

    twice_height = 2 * quad(density, 0, 10, epsabs=1e-12, limit=200)[0]
    return float(4 / np.pi * np.arctan(twice_height))
