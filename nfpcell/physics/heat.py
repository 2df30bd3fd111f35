"""Heat: what the current turns into heat, and what that does to the temperature."""

import pybamm


def dissipation(current, overpotential):
    r"""
    Heat that a loss of voltage gives off.

    .. math:: \dot Q = I\,\eta

    Parameters
    ----------
    current : I, positive on discharge [A]
    overpotential : eta, positive where it lowers the voltage on discharge [V]

    Returns
    -------
    dQ/dt : [W], not negative where the loss is one

    Source
    ------
    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985).

    Examples
    --------
    >>> dissipation(-0.5, -0.25)
    0.125
    """
    return current * overpotential


def reversible_heating(current, T, dUdT):
    r"""
    Heat of the change of entropy as sodium goes from the metal into NFP.

    .. math:: \dot Q = -I\,T\,\frac{\partial U}{\partial T}

    Parameters
    ----------
    current : I, positive on discharge [A]
    T : temperature [K]
    dUdT : entropic change of the open-circuit potential [V.K-1]

    Returns
    -------
    dQ/dt : [W], of either sign; it changes sign with the current

    Source
    ------
    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985).

    Examples
    --------
    >>> round(reversible_heating(2.0, 300.0, -1e-4), 6)
    0.06
    """
    return -current * T * dUdT


def balance_of_heat(T, heating, C, conductance, T_ambient):
    r"""
    One temperature for the whole cell.

    .. math:: C\,\frac{\mathrm dT}{\mathrm dt} = \dot Q - h A\,(T - T_\mathrm{ambient})

    Parameters
    ----------
    T : a variable [K]
    heating : dQ/dt [W]
    C : heat capacity [J.K-1]
    conductance : h A, to the surroundings [W.K-1]
    T_ambient : of the surroundings, and of the cell at first [K]

    Returns
    -------
    pybamm.BaseModel with the equation of T

    Limits
    ------
    Isothermal at T_ambient for an endless conductance; adiabatic for none. Held with a
    constant heating, T - T_ambient goes to dQ/dt / (h A) with a time of C / (h A).

    Source
    ------
    Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5 (1985): uniform
    temperature, heat of mixing left out.
    """
    part = pybamm.BaseModel("balance of heat")
    part.rhs = {T: (heating - conductance * (T - T_ambient)) / C}
    part.initial_conditions = {T: T_ambient}
    return part
