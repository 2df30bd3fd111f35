"""Temperature dependence of transport and kinetic constants."""

import numpy as np

from nfpcell.constants import GAS_CONSTANT
from nfpcell.physics.value import Value


def arrhenius(T: Value, T_ref: Value, activation_energy: Value) -> Value:
    r"""
    Ratio of a rate constant or diffusivity to its value at the reference temperature.

    .. math:: f(T) = \exp\left[\frac{E_a}{R}
              \left(\frac{1}{T_\mathrm{ref}} - \frac{1}{T}\right)\right]

    :Returns: f, factor, 1 at T_ref [-]; the shape of the arguments
    :Limits: 1 at T = T_ref and for E_a = 0; rises with T for E_a > 0.
    :Source: Arrhenius, Z. Phys. Chem. 4, 226 (1889).

    Parameters
    ----------
    T : temperature [K]
    T_ref : temperature at which the constant is stated [K]
    activation_energy : E_a [J.mol-1]

    Examples
    --------
    >>> round(float(arrhenius(273.15, 303.15, 48000.0)), 4)
    0.1235
    """
    return np.exp(activation_energy / GAS_CONSTANT * (1 / T_ref - 1 / T))


def hopping_conductivity(
    T: Value, T_ref: Value, conductivity_ref: Value, activation_energy: Value
) -> Value:
    r"""Conductivity of a hopping ionic conductor, with an activated :math:`\sigma T`.

    .. math:: \sigma(T) = \sigma_\mathrm{ref}\,\frac{T_\mathrm{ref}}{T}\,
              \exp\left[\frac{E_a}{R}
              \left(\frac{1}{T_\mathrm{ref}} - \frac{1}{T}\right)\right]

    :Returns: sigma, conductivity [S.m-1]; the shape of the arguments
    :Limits: conductivity_ref at T = T_ref; proportional to 1/T for E_a = 0.
    :Source: Engstrom, Bates, Brundage and Wang, Solid State Ionics 2, 265 (1981): the
        form in which the conductivity of beta''-alumina is reported.

    Parameters
    ----------
    T : temperature [K]
    T_ref : temperature at which the conductivity is stated [K]
    conductivity_ref : conductivity at T_ref [S.m-1]
    activation_energy : E_a of sigma*T [J.mol-1]

    Examples
    --------
    >>> round(float(hopping_conductivity(253.15, 303.15, 0.37, 28945.0)), 4)
    0.0459
    """
    return conductivity_ref * T_ref / T * arrhenius(T, T_ref, activation_energy)
