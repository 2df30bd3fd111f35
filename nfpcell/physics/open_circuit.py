"""Open-circuit potential of Na2FeP2O7: a single-phase and three two-phase steps."""

import numpy as np

from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.physics.value import Value, Values

# the linear term of the regularisation is 0 at _HIGH, and 1 at _HIGH - _SPAN [V]: about
# the range of a cell, so that the term changes the sodium fraction by little
_HIGH, _SPAN = 5.0, 4.0
# lower end and width of the range in which the potential is searched [V]
_LOWEST, _WIDTH = -10.0, 25.0
_HALVINGS = 22  # to an error of 6e-6 V, from which two Newton steps reach round-off
# smallest slope that a step is divided by [V-1]
_LEAST_SLOPE = 1e-300
_BEYOND = 1e3  # farthest potential from that range [V]
_NEWTON_STEPS = 2


def occupancy(
    U: Value, T_ref: Value, fractions: Values, potentials: Values, widths: Values
) -> tuple[Value, Value]:
    r"""Sodium fraction in NFP in equilibrium with a potential, and its complement.

    .. math:: \theta(U) = \sum_j \frac{X_j}
              {1 + \exp\left[\frac{F (U - U_j)}{R T_\mathrm{ref}\,\omega_j}\right]}

    The code uses the hyperbolic tangent, because neither its value nor its derivative
    overflows at 9 V. The complement is summed separately, so that it is not negative if
    theta is 1 to machine precision.

    :Returns: theta, sodium fraction, 1 for Na2FeP2O7 and 0 for NaFeP2O7 [-]; and the
        vacancy, 1 - theta [-]
    :Limits: 1 far below and 0 far above all U_j; gallery j is half full at U_j;
        strictly falling in U.
    :Source: Verbrugge, Baker, Koch, Xiao and Gu, J. Electrochem. Soc. 164, E3243
        (2017), multi-site multi-reaction form; single phase near 2.5 V and two phases
        between 3.0 and 3.25 V: Kim et al., Adv. Funct. Mater. 23, 1147 (2013).

    Parameters
    ----------
    U : open-circuit potential against sodium [V]
    T_ref : temperature for which the widths are stated [K]; the widths are independent
        of the cell temperature, because a dependence would imply an entropy
    fractions : X_j, share of the sodium in gallery j; their sum is 1 [-]
    potentials : U_j, potential of gallery j [V]
    widths : omega_j; single-phase from 1 on, two-phase below 1 [-]

    Examples
    --------
    >>> theta, vacancy = occupancy(2.52, 303.15, [1.0], [2.52], [1.2])
    >>> float(theta), float(vacancy)
    (0.5, 0.5)
    """
    theta, vacancy = 0, 0
    for X, U_j, omega in zip(fractions, potentials, widths, strict=True):
        s = np.tanh((U - U_j) / _scale(T_ref, omega))
        theta = theta + X / 2 * (1 - s)
        vacancy = vacancy + X / 2 * (1 + s)
    return theta, vacancy


def _scale(T_ref: Value, omega: Value) -> Value:
    """Width of the hyperbolic tangent of a gallery [V]."""
    return 2 * GAS_CONSTANT * T_ref * omega / FARADAY


def gallery_fractions(
    low_step: Value, share_2: Value, share_3: Value
) -> tuple[Value, Value, Value, Value]:
    r"""Fractions of the four galleries from the fraction of the low step.

    .. math:: X_1 = x,\quad X_j = (1 - x)\,y_j,\quad y_4 = 1 - y_2 - y_3

    :Returns: fractions of the four galleries; their sum is 1 [-]
    :Limits: 1/4 each for x = 1/4 and y = 1/3.
    :Source: Definition. Four removable Na per four Fe in the cell of Na2FeP2O7: Kim et
        al., Adv. Funct. Mater. 23, 1147 (2013).

    Parameters
    ----------
    low_step : x, fraction of the sodium in the single-phase step near 2.5 V [-]
    share_2, share_3 : y_2, y_3, shares of galleries 2 and 3 in the other sodium [-]
    """
    high = 1 - low_step
    share_4 = 1 - share_2 - share_3
    return low_step, high * share_2, high * share_3, high * share_4


def entropic_shift(T: Value, T_ref: Value, dUdT: Value) -> Value:
    r"""Change of the open-circuit potential with temperature.

    .. math:: \Delta U = \frac{\partial U}{\partial T}\,(T - T_\mathrm{ref})

    :Returns: Delta U [V]
    :Limits: 0 at T_ref; linear in T.
    :Source: Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985), with the
        same entropic change at all stoichiometries and temperatures.

    Parameters
    ----------
    T : temperature [K]
    T_ref : temperature at which the potentials of the galleries are stated [K]
    dUdT : entropic change of the open-circuit potential [V.K-1]
    """
    return dUdT * (T - T_ref)


def regularised_occupancy(
    U: Value,
    T_ref: Value,
    fractions: Values,
    potentials: Values,
    widths: Values,
    regularisation: Value,
) -> Value:
    r"""Sodium fraction plus a small linear function of the potential.

    .. math:: x(U) = (1 - \lambda)\,\theta(U) + \lambda\,\frac{U_+ - U}{U_+ - U_-}

    It has an inverse for every x. Without the linear function, x is 0 or 1 to round-off
    more than 0.5 V outside the galleries.

    :Returns: x, 1 at 1 V, where all galleries are full, and 0 at 5 V, where all are
        empty [-]; the shape of U
    :Limits: ``occupancy`` for no regularisation; strictly falling in U.
    :Source: Form chosen here.

    Parameters
    ----------
    U, T_ref, fractions, potentials, widths : see ``occupancy``
    regularisation : lambda, weight of the potential [-]
    """
    theta, _ = occupancy(U, T_ref, fractions, potentials, widths)
    return (1 - regularisation) * theta + regularisation * (_HIGH - U) / _SPAN


def occupancy_slope(
    U: Value,
    T_ref: Value,
    fractions: Values,
    potentials: Values,
    widths: Values,
    regularisation: Value = 0.0,
) -> Value:
    r"""Negative slope of the (regularised) sodium fraction over the potential.

    .. math:: -\frac{\mathrm dx}{\mathrm dU} = (1 - \lambda) \sum_j
              \frac{F X_j}{4 R T_\mathrm{ref}\,\omega_j}
              \left[1 - \tanh^2\frac{F (U - U_j)}{2 R T_\mathrm{ref}\,\omega_j}\right]
              + \frac{\lambda}{U_+ - U_-}

    :Returns: slope, positive [V-1]; the shape of U
    :Limits: F/(4 R T_ref omega) at the only U_j; lambda over 4 V far from all U_j.
    :Source: Derivative of ``occupancy`` and of ``regularised_occupancy``.

    Parameters
    ----------
    U, T_ref, fractions, potentials, widths : see ``occupancy``
    regularisation : lambda, see ``regularised_occupancy`` [-]

    Examples
    --------
    >>> round(float(occupancy_slope(2.52, 303.15, [1.0], [2.52], [1.2])), 4)
    7.975
    """
    slope = 0
    for X, U_j, omega in zip(fractions, potentials, widths, strict=True):
        scale = _scale(T_ref, omega)
        slope = slope + X / (2 * scale) * (1 - np.tanh((U - U_j) / scale) ** 2)
    return (1 - regularisation) * slope + regularisation / _SPAN


def equilibrium_potential(
    x: Value,
    T_ref: Value,
    fractions: Values,
    potentials: Values,
    widths: Values,
    regularisation: Value = 0.0,
) -> Value:
    r"""Potential of NFP at a given sodium fraction: the inverse of ``occupancy``.

    .. math:: U:\ x(U) = x

    Computed by bisection, then Newton steps, for numbers and symbols. The bisection has
    no derivative with respect to x; the Newton steps provide it.

    :Returns: U, potential against sodium [V]; the shape of x
    :Limits: The inverse of ``occupancy`` without a regularisation; with one, linear in
        x below 1 and above 5 V.
    :Source: As ``occupancy``.

    Parameters
    ----------
    x : sodium fraction, strictly between 0 and 1 without a regularisation [-]
    T_ref, fractions, potentials, widths : see ``occupancy``
    regularisation : see ``regularised_occupancy``, of which this is the inverse [-]

    Examples
    --------
    >>> round(float(equilibrium_potential(0.5, 303.15, [1.0], [2.52], [1.2])), 6)
    2.52
    """
    constants = T_ref, fractions, potentials, widths, regularisation
    U, width = _LOWEST, _WIDTH
    for _ in range(_HALVINGS):
        width = width / 2
        U = U + width * (regularised_occupancy(U + width, *constants) > x)
    # the root is in the last interval, or beyond the range if that is at its end
    low = U - _BEYOND * (U <= _LOWEST)
    high = U + width + _BEYOND * (U + width >= _LOWEST + _WIDTH)
    for _ in range(_NEWTON_STEPS):
        error = regularised_occupancy(U, *constants) - x
        # between narrow galleries the slope is 0
        step = error / (occupancy_slope(U, *constants) + _LEAST_SLOPE)
        U = np.fmax(low, np.fmin(high, U + step))
    return U
