"""Limit of the current that strips sodium metal."""

from nfpcell.physics.temperature import arrhenius
from nfpcell.physics.value import Value


def critical_stripping_current(
    pressure: Value,
    T: Value,
    i_ref: Value,
    pressure_ref: Value,
    activation_energy: Value,
    T_ref: Value,
) -> Value:
    r"""Largest stripping current density at which sodium keeps its contact.

    .. math:: i_c = i_\mathrm{ref}\,\frac{P}{P_\mathrm{ref}}\,
              \exp\left[\frac{E_a}{R}
              \left(\frac{1}{T_\mathrm{ref}} - \frac{1}{T}\right)\right]

    Creep, driven by the stack pressure, brings as much sodium to the interface as i_c
    strips.

    :Returns: i_c, on the true area of the contact [A.m-2]; the shape of the arguments
    :Limits: i_ref at P_ref and T_ref; 0 without pressure; proportional to the pressure.
    :Source: Linear in the pressure at room temperature, more than 9 MPa at 2.5 mA/cm2:
        Spencer Jolly et al., ACS Appl. Mater. Interfaces 12, 678 (2020). Activation
        energy 0.13 to 0.15 eV: Lowack et al., arXiv 2603.23340 (2026).

    Parameters
    ----------
    pressure : P, of the stack [Pa]
    T : temperature [K]
    i_ref : critical current density at P_ref and T_ref [A.m-2]
    pressure_ref : P_ref [Pa]
    activation_energy : E_a [J.mol-1]
    T_ref : temperature of i_ref [K]

    Examples
    --------
    >>> i = critical_stripping_current(1e6, 303.15, 25.0, 9e6, 13508.0, 303.15)
    >>> round(float(i), 3)
    2.778
    """
    return i_ref * pressure / pressure_ref * arrhenius(T, T_ref, activation_energy)
