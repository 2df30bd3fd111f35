"""Diffusion of sodium in NFP.

A constant diffusivity is the falling diffusivity with rho = 1. The flux is the gradient
of the Kirchhoff integral, not ``D`` times the gradient of the sodium fraction. So it is
exact where ``D`` changes by a factor of 100 between two radial mesh points.
"""

import numpy as np

from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.physics.value import Value


def inverse_diffusion_time(D: Value, length: Value) -> Value:
    r"""Inverse time of diffusion over the diffusion length.

    .. math:: \frac{1}{\tau} = \frac{D}{\ell^2}

    A grain of crystallised glass consists of crystallites. Sodium moves fast along
    their boundaries and has to diffuse only into each crystallite, a sphere of radius
    l. So crystallisation sets the diffusion length, and the powder sets the surface
    through which the grain exchanges charge.

    :Returns: 1/tau [s-1]
    :Limits: A grain that is a single crystallite: l is its radius.
    :Source: Form chosen here: with the radius of the grain, the model contradicts what
        grains of some micrometres deliver in a liquid: Ha et al., Adv. Energy Mater. 3,
        770 (2013).

    Parameters
    ----------
    D : diffusivity [m2.s-1]
    length : l, diffusion length [m]
    """
    return D / length**2


def diffusivity_falling(
    theta: Value, D_poor: Value, D_ratio: Value, theta_fall: Value, width: Value
) -> Value:
    r"""Diffusivity that falls with increasing sodium fraction.

    .. math:: D(\theta) = D_\mathrm{poor}\left[\rho + \frac{1 - \rho}{2}
              \left(1 - \frac{\theta - \theta_f}
              {\sqrt{w^2 + (\theta - \theta_f)^2}}\right)\right]

    :Returns: D, in the unit of D_poor; the shape of theta
    :Limits: D_poor far below and rho D_poor far above theta_f; D_poor for rho = 1.
    :Source: As ``kirchhoff_falling``.

    Parameters
    ----------
    theta : sodium fraction [-]
    D_poor, D_ratio, theta_fall, width : see ``kirchhoff_falling``, its integral
    """
    above = (theta - theta_fall) / np.sqrt(width**2 + (theta - theta_fall) ** 2)
    return D_poor * (D_ratio + (1 - D_ratio) / 2 * (1 - above))


def kirchhoff_falling(
    theta: Value, D_poor: Value, D_ratio: Value, theta_fall: Value, width: Value
) -> Value:
    r"""Kirchhoff integral of ``diffusivity_falling``.

    .. math:: K(\theta) = \int_0^\theta D\,\mathrm d\vartheta =
              D_\mathrm{poor}\left[\frac{1 + \rho}{2}\,\theta - \frac{1 - \rho}{2}
              \left(\sqrt{w^2 + (\theta-\theta_f)^2}
              - \sqrt{w^2 + \theta_f^2}\right)\right]

    The step of D is algebraic, because its integral needs only a square root at each
    mesh point; that of a logistic step needs an exponential and a logarithm.

    :Returns: K, in the unit of D_poor; the shape of theta
    :Limits: 0 at theta = 0; slope D_poor far below and rho D_poor far above theta_f,
        (1+rho)/2 of D_poor at theta_f; D_poor theta for rho = 1; strictly rising for
        rho > 0.
    :Source: Form chosen here. That D falls by two decades with sodiation is measured on
        NVPF: Chayambuka et al., Electrochim. Acta 404, 139726 (2022).

    Parameters
    ----------
    theta : sodium fraction [-]
    D_poor : diffusivity of the sodium-poor end [m2.s-1], or its
        ``inverse_diffusion_time`` [s-1]
    D_ratio : rho, diffusivity of the sodium-rich end over that of the poor end [-]
    theta_fall : theta_f, fraction in the middle of the fall [-]
    width : w, half the width of the fall [-]

    Examples
    --------
    >>> round(float(kirchhoff_falling(1.0, 1.0, 0.01, 0.6, 0.02)), 4)
    0.6039
    """
    distance = np.sqrt(width**2 + (theta - theta_fall) ** 2)
    distance_0 = np.sqrt(width**2 + theta_fall**2)
    return D_poor * (
        (1 + D_ratio) / 2 * theta - (1 - D_ratio) / 2 * (distance - distance_0)
    )


def fraction_falling(
    K: Value, D_poor: Value, D_ratio: Value, theta_fall: Value, width: Value
) -> Value:
    r"""Sodium fraction from the Kirchhoff integral of ``diffusivity_falling``.

    .. math:: \theta = \theta_f + \frac{1}{\rho}\left[b\sqrt{c^2 + \rho w^2}
              - a\,c\right],\qquad
              c = a\,\theta_f + b\sqrt{w^2 + \theta_f^2} - K/D_\mathrm{poor}

    with a = (1 + rho)/2 and b = (1 - rho)/2. Squaring ``kirchhoff_falling`` gives a
    quadratic equation; this is its root for which the square root is positive.

    :Returns: theta, sodium fraction [-]; the shape of K
    :Limits: The inverse of ``kirchhoff_falling``; K/D_poor for rho = 1.
    :Source: Algebra, from ``kirchhoff_falling``.

    Parameters
    ----------
    K : Kirchhoff integral, in the unit of D_poor
    D_poor, D_ratio, theta_fall, width : see ``kirchhoff_falling``

    Examples
    --------
    >>> K = kirchhoff_falling(0.7, 1.0, 0.01, 0.6, 0.02)
    >>> round(float(fraction_falling(K, 1.0, 0.01, 0.6, 0.02)), 9)
    0.7
    """
    a, b = (1 + D_ratio) / 2, (1 - D_ratio) / 2
    c = a * theta_fall + b * np.sqrt(width**2 + theta_fall**2) - K / D_poor
    return theta_fall + (b * np.sqrt(c**2 + D_ratio * width**2) - a * c) / D_ratio


def thermodynamic_mobility(theta: Value, D_self: Value, T: Value) -> Value:
    r"""Mobility of sodium in a gradient of the open-circuit potential.

    .. math:: N = -D_\mathrm{self}\,\Gamma\,\nabla\theta
              = D_\mathrm{self}\,\frac{F}{R T}\,\theta(1-\theta)\,\nabla U

    .. math:: \Gamma = -\frac{F}{R T}\,\theta(1-\theta)\,
              \frac{\mathrm dU}{\mathrm d\theta}

    :Returns: m, mobility, so that the flux is m times the gradient of U [m2.s-1.V-1 or
        s-1.V-1]
    :Limits: 0 at theta = 0 and 1; m = D_self F/(4 R T) at 1/2.
    :Source: Darken, Trans. AIME 175, 184 (1948); thermodynamic factor of an
        intercalation electrode: Weppner and Huggins, J. Electrochem. Soc. 124, 1569
        (1977), eq. (8).

    Parameters
    ----------
    theta : sodium fraction [-]
    D_self : constant self-diffusivity [m2.s-1], or its ``inverse_diffusion_time`` [s-1]
    T : temperature [K]

    Examples
    --------
    >>> round(float(thermodynamic_mobility(0.5, 1.0, 303.15)), 4)
    9.5699
    """
    return D_self * FARADAY / (GAS_CONSTANT * T) * theta * (1 - theta)
