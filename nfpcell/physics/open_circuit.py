"""Open circuit of Na2FeP2O7: a single-phase step and a series of two-phase steps."""

import numpy as np

from nfpcell.physics.temperature import FARADAY, GAS_CONSTANT


def occupancy(U, T_ref, fractions, potentials, widths):
    r"""
    Sodium fraction in NFP in equilibrium with the potential, and its complement.

    .. math:: \theta(U) = \sum_j \frac{X_j}
              {1 + \exp\left[\frac{F (U - U_j)}{R T_\mathrm{ref}\,\omega_j}\right]}

    Written with the hyperbolic tangent, so that neither the value nor its derivative
    overflows at 9 V; the complement is summed on its own, so that it stays
    non-negative where theta is 1 to machine precision.

    Parameters
    ----------
    U : open-circuit potential against sodium [V]
    T_ref : temperature at which the widths are stated [K]; widths do not follow the
        temperature of the cell, because that would imply an entropy of their own
    fractions : X_j, share of the sodium in gallery j, summing to 1 [-]
    potentials : U_j, potential of gallery j [V]
    widths : omega_j; at least 1 is single-phase, below 1 two-phase like [-]

    Returns
    -------
    theta : sodium fraction, 1 for Na2FeP2O7 and 0 for NaFeP2O7 [-]
    vacancy : 1 - theta [-]

    Limits
    ------
    theta -> 1 far below and 0 far above all U_j; X_j/2 more at each U_j;
    strictly falling in U.

    Source
    ------
    Verbrugge, Baker, Koch, Xiao and Gu, J. Electrochem. Soc. 164, E3243 (2017),
    multi-site multi-reaction form; single phase near 2.5 V and two phases between 3.0
    and 3.25 V: Kim et al., Adv. Funct. Mater. 23, 1147 (2013).

    Examples
    --------
    >>> theta, vacancy = occupancy(2.52, 303.15, [1.0], [2.52], [1.2])
    >>> float(theta), float(vacancy)
    (0.5, 0.5)
    """
    theta, vacancy = 0, 0
    for X, U_j, omega in zip(fractions, potentials, widths, strict=True):
        s = np.tanh(FARADAY * (U - U_j) / (2 * GAS_CONSTANT * T_ref * omega))
        theta = theta + X * (1 - s) / 2
        vacancy = vacancy + X * (1 + s) / 2
    return theta, vacancy


def gallery_fractions(low_step, share_2, share_3):
    r"""
    Shares of the four galleries from the share of the low step.

    .. math:: X_1 = x,\quad X_j = (1 - x)\,y_j,\quad y_4 = 1 - y_2 - y_3

    Parameters
    ----------
    low_step : x, share of the sodium in the single-phase step near 2.5 V [-]
    share_2, share_3 : y_2, y_3, of what is left, the parts in the second and third
        gallery [-]

    Returns
    -------
    fractions : tuple of four shares that sum to 1 [-]

    Limits
    ------
    Equal shares of 1/4 for x = 1/4 and y = 1/3.

    Source
    ------
    Definition. Four removable Na per four Fe in the cell of Na2FeP2O7: Kim et al.,
    Adv. Funct. Mater. 23, 1147 (2013).

    Examples
    --------
    >>> gallery_fractions(0.4, 0.5, 0.25)
    (0.4, 0.3, 0.15, 0.15)
    """
    high = 1 - low_step
    share_4 = 1 - share_2 - share_3
    return low_step, high * share_2, high * share_3, high * share_4


def equilibrium_potential(theta, T_ref, fractions, potentials, widths):
    r"""
    Potential at which NFP holds a given sodium fraction: the inverse of occupancy.

    .. math:: U:\ \theta(U) = \theta

    Parameters
    ----------
    theta : sodium fractions, numbers strictly between 0 and 1 [-]
    T_ref, fractions, potentials, widths : see ``occupancy``; numbers

    Returns
    -------
    U : potential against sodium, between 0 and 10 V [V]; the shape of theta

    Limits
    ------
    ``occupancy`` of the result gives theta back.

    Source
    ------
    As ``occupancy``.

    Examples
    --------
    >>> round(float(equilibrium_potential(0.5, 303.15, [1.0], [2.52], [1.2])), 6)
    2.52
    """
    theta = np.asarray(theta, dtype=float)
    low, high = np.zeros_like(theta), np.full_like(theta, 10.0)
    for _ in range(60):  # halves 10 V to below round-off
        middle = (low + high) / 2
        held, vacancy = occupancy(middle, T_ref, fractions, potentials, widths)
        # compare whichever of the two is small, so that both ends keep their digits
        above = np.where(theta < 0.5, held > theta, vacancy < 1 - theta)
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2
