"""Contact of sodium metal with the separator: its state, and voids above a limit."""

import pybamm

from nfpcell.physics.value import Value

# contact fraction at which the contact counts as lost
LOST = 0.01


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


def contact_with_voids(
    fraction: Value, i: Value, i_critical: Value, void_charge: Value
) -> pybamm.BaseModel:
    r"""Balance of the sodium between the stripping current, creep and voids.

    .. math:: q\,\frac{\mathrm d\varphi}{\mathrm dt} =
              -\max(i - \varphi\,i_c, 0) +
              (1 - \varphi)\,\max(\varphi\,i_c - i, 0)

    What is stripped beyond the sodium that creep brings to the contact opens voids.
    Where creep brings more than is stripped, or sodium is plated, voids close; the
    factor 1 - phi ends this where none is left.

    :Returns: pybamm.BaseModel with the equation of phi, initially 1
    :Limits: phi stays 1 for i <= i_c, and so for i_c to infinity. At a constant
        i = r i_c with r > 1, phi = r - (r - 1) exp(i_c t/q): the contact is lost after
        the charge q r ln(r/(r - 1)), which is q for r to infinity. At rest voids close
        within q/i_c.
    :Source: Form chosen here. Voids above a critical current, less contact and a higher
        local current density: Spencer Jolly et al., ACS Appl. Mater. Interfaces 12, 678
        (2020). There, plating does not fill all voids; here it does.

    Parameters
    ----------
    fraction : phi, part of the area that is in contact, a variable [-]
    i : current density on the whole area, positive when sodium is stripped [A.m-2]
    i_critical : i_c, on the area in contact [A.m-2]
    void_charge : q, sodium in voids that cover the whole area, as charge [C.m-2]
    """
    surplus = fraction * i_critical - i
    opening, closing = pybamm.maximum(-surplus, 0), pybamm.maximum(surplus, 0)
    part = pybamm.BaseModel("sodium contact with voids")
    part.rhs = {fraction: ((1 - fraction) * closing - opening) / void_charge}
    part.initial_conditions = {fraction: pybamm.Scalar(1)}
    return part


def contact_left(fraction: Value, i: Value, i_critical: Value) -> Value:
    r"""Contact above that at which it counts as lost, while voids open.

    .. math:: \varphi - \varphi_\mathrm{lost} +
              \frac{\max(\varphi\,i_c - i, 0)}{\varphi\,i_c + |i|}

    :Returns: 0 where the contact is lost; positive while voids close [-]
    :Source: Form chosen here: an end of stripping that does not end plating or a rest.

    Parameters
    ----------
    fraction : phi, part of the area that is in contact [-]
    i : current density on the whole area, positive when sodium is stripped [A.m-2]
    i_critical : i_c, on the area in contact [A.m-2]
    """
    creep = fraction * i_critical
    return fraction - LOST + pybamm.maximum(creep - i, 0) / (creep + abs(i))
