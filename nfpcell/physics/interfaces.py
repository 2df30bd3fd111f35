"""Interfaces and layers in series: charge transfer, grain boundaries, interphase."""

import pybamm

from nfpcell.physics.distributions import Classes, log_normal_ratio
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


def bricks_in_series(
    r: Value, c: Value, classes: Classes, spread: Value
) -> list[tuple[Value, Value]]:
    r"""Classes of grain boundaries in series whose time constants have a distribution.

    .. math:: r_k = w_k\,r,\qquad c_k = \frac{c}{w_k}\,e^{\sigma z_k},\qquad
              r_k\,c_k = r\,c\,e^{\sigma z_k}

    Each class is a ``charge_in_layer`` with a share w_k of the resistance.

    :Returns: resistance and capacity of each class [Ohm.m2], [F.m-2]
    :Limits: The sum of the resistances is r for every spread. For sigma = 0 all time
        constants are r c, and the classes together are one layer of r and c.
    :Source: Brick-layer model: Beekmans and Heyne, Electrochim. Acta 21, 303 (1976).
        A log-normal distribution of time constants: Wagner, Ann. Phys. 345, 817 (1913).

    Parameters
    ----------
    r : resistance of all grain boundaries [Ohm.m2]
    c : their capacity, at the median time constant r c [F.m-2]
    classes : z_k and w_k, of ``distributions.normal_classes``
    spread : sigma, the standard deviation of ln(r_k c_k) [-]
    """
    return [
        (share * r, c / share * log_normal_ratio(spread, z))
        for z, share in zip(*classes, strict=True)
    ]
