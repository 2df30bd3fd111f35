"""Interfaces and layers in series: sodium metal, grain boundaries, interphase."""

import pybamm

from nfpcell.physics.kinetics import charge_transfer_current
from nfpcell.physics.value import Value


def charge_at_interface(
    eta: Value, i: Value, j0: Value, c_dl: Value, T: Value
) -> pybamm.BaseModel:
    r"""Balance of charge at an interface with charge transfer and a double layer.

    .. math:: C_\mathrm{dl}\,\frac{\mathrm d\eta}{\mathrm dt} = i - j(\eta)

    :Returns: pybamm.BaseModel with the equation of eta, initially 0
    :Source: Newman and Thomas-Alyea, Electrochemical Systems, 3rd ed., sec. 8.4.

    Parameters
    ----------
    eta : overpotential, a variable [V]
    i : current density through the interface [A.m-2]
    j0 : exchange-current density [A.m-2]
    c_dl : capacity of the double layer [F.m-2]
    T : temperature [K]
    """
    part = pybamm.BaseModel("charge at interface")
    part.rhs = {eta: (i - charge_transfer_current(j0, eta, T)) / c_dl}
    part.initial_conditions = {eta: pybamm.Scalar(0)}
    return part


def charge_in_layer(v: Value, i: Value, r: Value, c: Value) -> pybamm.BaseModel:
    r"""Balance of charge in a layer with a resistance and a parallel capacity.

    .. math:: C\,\frac{\mathrm dv}{\mathrm dt} = i - \frac{v}{r}

    :Returns: pybamm.BaseModel with the equation of v, initially 0
    :Source: Kirchhoff's law; brick-layer model of a ceramic: Beekmans and Heyne,
        Electrochim. Acta 21, 303 (1976).

    Parameters
    ----------
    v : voltage across the layer, a variable [V]
    i : current density through the layer [A.m-2]
    r : resistance [Ohm.m2]
    c : capacity [F.m-2]
    """
    part = pybamm.BaseModel("charge in layer")
    part.rhs = {v: (i - v / r) / c}
    part.initial_conditions = {v: pybamm.Scalar(0)}
    return part


def sodium_contact(
    state: Value, i: Value, throughput: Value, state_init: Value
) -> pybamm.BaseModel:
    r"""State of the contact between sodium metal and the separator.

    .. math:: \frac{\mathrm ds}{\mathrm dt} = \frac{i - |i|\,s}{q}

    Stripping opens voids (s -> 1), plating closes them (s -> -1). The state is constant
    at rest, so a spectrum at rest is defined.

    :Source: Form chosen here. Voids on stripping: Spencer Jolly et al., ACS Appl.
        Mater. Interfaces 12, 678 (2020).

    Parameters
    ----------
    state : s, a variable between -1 and 1 [-]
    i : current density at the sodium, positive when it is stripped [A.m-2]
    throughput : q, charge over which the contact changes [C.m-2]
    state_init : initial state [-]
    """
    part = pybamm.BaseModel("sodium contact")
    part.rhs = {state: (i - abs(i) * state) / throughput}
    part.initial_conditions = {state: state_init}
    return part


def sodium_contact_factor(state: Value, asymmetry: Value) -> Value:
    r"""Factor of the contact on the exchange current of the sodium metal.

    .. math:: f = 1 - s\,\frac{A - 1}{A + 1}

    :Returns: f, factor of the exchange-current density, 1 at s = 0 [-]
    :Limits: f(-1)/f(1) = A; 1 for A = 1.
    :Source: Form chosen here, from the definition of A.

    Parameters
    ----------
    state : s, 1 after stripping, -1 after plating [-]
    asymmetry : A, resistance after long stripping over that after long plating [-]
    """
    return 1 - state * (asymmetry - 1) / (asymmetry + 1)
