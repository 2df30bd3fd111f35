"""Heat that the current gives off, and the temperature of the cell."""

import pybamm

from nfpcell.physics.value import Value


def dissipation(current: Value, overpotential: Value) -> Value:
    r"""
    Heat given off by an overpotential.

    .. math:: \dot Q = I\,\eta

    Parameters
    ----------
    current : I, positive on discharge [A]
    overpotential : eta, positive where it lowers the voltage on discharge [V]

    Returns
    -------
    dQ/dt : positive for every overpotential of the sign of the current [W]

    Source
    ------
    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985).
    """
    return current * overpotential


def reversible_heating(current: Value, T: Value, dUdT: Value) -> Value:
    r"""
    Reversible heat of moving sodium from the metal into NFP.

    .. math:: \dot Q = -I\,T\,\frac{\partial U}{\partial T}

    Parameters
    ----------
    current : I, positive on discharge [A]
    T : temperature [K]
    dUdT : entropic change of the open-circuit potential [V.K-1]

    Returns
    -------
    dQ/dt : changes sign with the current [W]

    Source
    ------
    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985).
    """
    return -current * T * dUdT


def balance_of_heat(
    T: Value, heating: Value, C: Value, conductance: Value, T_ambient: Value
) -> pybamm.BaseModel:
    r"""
    Balance of heat of a cell of uniform temperature.

    .. math:: C\,\frac{\mathrm dT}{\mathrm dt} = \dot Q - h A\,(T - T_\mathrm{ambient})

    Parameters
    ----------
    T : a variable [K]
    heating : dQ/dt [W]
    C : heat capacity [J.K-1]
    conductance : h A, to the surroundings [W.K-1]
    T_ambient : temperature of the surroundings, and initially of the cell [K]

    Limits
    ------
    Isothermal at T_ambient for an infinite conductance; adiabatic for none. Under
    constant heating T - T_ambient tends to dQ/dt / (h A), with time constant C / (h A).

    Source
    ------
    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985): uniform
    temperature, heat of mixing left out.
    """
    part = pybamm.BaseModel("balance of heat")
    part.rhs = {T: (heating - conductance * (T - T_ambient)) / C}
    part.initial_conditions = {T: T_ambient}
    return part
