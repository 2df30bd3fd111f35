"""Charge transfer across an interface."""

import numpy as np

from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.physics.value import Value


def charge_transfer_current(j0: Value, eta: Value, T: Value) -> Value:
    r"""Symmetric Butler–Volmer current.

    .. math:: j = 2 j_0 \sinh\left(\frac{F \eta}{2 R T}\right)

    :Returns: j, current density of the sign of eta [A.m-2]; the shape of the arguments
    :Limits: 0 at eta = 0 with slope j0 F/(R T); odd in eta; Tafel slope 2RT/F.
    :Source: Newman and Thomas-Alyea, Electrochemical Systems, 3rd ed., eq. (8.24), with
        both transfer coefficients 1/2.

    Parameters
    ----------
    j0 : exchange-current density [A.m-2]
    eta : overpotential [V]
    T : temperature [K]

    Examples
    --------
    >>> round(float(charge_transfer_current(1.0, 0.01, 298.15)), 4)
    0.3917
    """
    return 2 * j0 * np.sinh(FARADAY * eta / (2 * GAS_CONSTANT * T))


def charge_transfer_overpotential(j0: Value, j: Value, T: Value) -> Value:
    r"""Overpotential that drives a current through an interface.

    .. math:: \eta = \frac{2 R T}{F}\,\mathrm{arsinh}\left(\frac{j}{2 j_0}\right)

    :Returns: eta, overpotential of the sign of j [V]; the shape of the arguments
    :Limits: The inverse of charge_transfer_current; slope RT/(F j0) at j = 0; the slope
        under a large current saturates at 2RT/(F j).
    :Source: As charge_transfer_current.

    Parameters
    ----------
    j0 : exchange-current density [A.m-2]
    j : current density [A.m-2]
    T : temperature [K]
    """
    return 2 * GAS_CONSTANT * T / FARADAY * np.arcsinh(j / (2 * j0))


def insertion_exchange_current(
    theta: Value, vacancy: Value, j0_half: Value, floor: Value
) -> Value:
    r"""Exchange-current density of sodium insertion into NFP.

    .. math:: j_0 = j_{0,1/2}\;2\sqrt{\theta\,(1-\theta) + \epsilon^2/4}

    Without the floor, no discharge could start after a charge to 4.5 V, because theta
    is 1e-40 at the surface.

    :Returns: j0, exchange-current density [A.m-2]; the shape of theta
    :Limits: j0_half at theta = 1/2 (to order epsilon^2); epsilon * j0_half at either
        end; symmetric in theta and vacancy.
    :Source: Newman and Thomas-Alyea, Electrochemical Systems, 3rd ed., eq. (22.32),
        with a single-ion electrolyte; the floor is chosen here.

    Parameters
    ----------
    theta : sodium fraction at the surface [-]
    vacancy : 1 - theta [-]
    j0_half : exchange-current density at theta = 1/2 [A.m-2]
    floor : epsilon, the value at either end over that at theta = 1/2 [-]
    """
    return j0_half * 2 * np.sqrt(theta * vacancy + floor**2 / 4)
