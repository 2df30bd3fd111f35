"""Charge in the composite cathode: ions in beta''-alumina, electrons in carbon.

The coordinate x is 0 at the separator and 1 at the current collector. The ceramic
conducts only sodium ions, so the cathode needs only one state: the potential difference
``dphi = phi_s - phi_e`` across the surface of the particles.
"""

import pybamm

from nfpcell.physics.value import Value


def ionic_current(dphi: Value, i: Value, L: Value, kappa: Value, sigma: Value) -> Value:
    r"""Ionic part of the current through the composite.

    .. math:: i_e = \frac{\kappa\sigma}{\kappa + \sigma}
              \left(\frac{1}{L}\,\partial_x \Delta\phi + \frac{i}{\sigma}\right)

    Follows from i_e = -(kappa/L) d(phi_e)/dx, i_s = -(sigma/L) d(phi_s)/dx and
    i_e + i_s = i.

    :Returns: i_e, on the edges of the cells [A.m-2]
    :Limits: kappa/L d(dphi)/dx for sigma to infinity; sigma/L d(dphi)/dx + i for kappa
        to infinity.
    :Source: Newman and Tobias, J. Electrochem. Soc. 109, 1183 (1962), with a single-ion
        electrolyte.

    Parameters
    ----------
    dphi : potential difference over the composite [V]
    i : current density of the cell, positive on discharge [A.m-2]
    L : thickness [m]
    kappa, sigma : effective ionic and electronic conductivity [S.m-1]
    """
    return kappa * sigma / (kappa + sigma) * (pybamm.grad(dphi) / L + i / sigma)


def charge_in_composite(
    dphi: Value,
    i: Value,
    L: Value,
    kappa: Value,
    sigma: Value,
    a: Value,
    j: Value,
    c_dl: Value,
    dphi_init: Value,
) -> pybamm.BaseModel:
    r"""Balance of charge at the surface of the particles through the thickness.

    .. math:: a\,C_\mathrm{dl}\,\partial_t\Delta\phi =
              \frac{1}{L}\,\partial_x i_e - a\,j,\qquad
              \partial_x\Delta\phi|_0 = \frac{L\,i}{\kappa},\quad
              \partial_x\Delta\phi|_1 = -\frac{L\,i}{\sigma}

    :Source: Ong and Newman, J. Electrochem. Soc. 146, 4360 (1999), eqs. (1)-(6).

    Parameters
    ----------
    dphi : potential difference, a variable on the composite [V]
    i, L, kappa, sigma : see ``ionic_current``
    a : particle surface per volume [m-1]
    j : current density that leaves the particles [A.m-2]
    c_dl : capacity of the double layer on them [F.m-2]
    dphi_init : initial value [V]
    """
    part = pybamm.BaseModel("charge in composite")
    residual = pybamm.div(ionic_current(dphi, i, L, kappa, sigma)) / L - a * j
    part.rhs = {dphi: residual / (a * c_dl)}
    part.boundary_conditions = _boundary_conditions(dphi, i, L, kappa, sigma)
    part.initial_conditions = {dphi: dphi_init}
    return part


def charge_exchanged(
    dphi: Value, j: Value, i: Value, L: Value, kappa: Value, sigma: Value, a: Value
) -> pybamm.BaseModel:
    r"""Current density out of the particles, from the balance of charge without double
    layers.

    .. math:: j = \frac{1}{a L}\,\partial_x i_e

    :Returns: pybamm.BaseModel with the equation of j, linear in j and dphi, and the
        boundary conditions of dphi; the sum of j over the finite volumes is the current
        of the cell to round-off
    :Source: As ``charge_in_composite``, for c_dl = 0.

    Parameters
    ----------
    dphi : potential difference, a variable on the composite [V]
    j : current density that leaves the particles, a variable on the composite [A.m-2]
    i, L, kappa, sigma, a : see ``charge_in_composite``
    """
    part = pybamm.BaseModel("charge exchanged")
    part.algebraic = {
        j: pybamm.div(ionic_current(dphi, i, L, kappa, sigma)) / (a * L) - j
    }
    part.boundary_conditions = _boundary_conditions(dphi, i, L, kappa, sigma)
    part.initial_conditions = {j: uniform_reaction_current(i, L, a)}
    return part


def _boundary_conditions(
    dphi: Value, i: Value, L: Value, kappa: Value, sigma: Value
) -> dict[Value, dict[str, tuple[Value, str]]]:
    """Only ions carry current at the separator, only electrons at the collector."""
    return {
        dphi: {"left": (L * i / kappa, "Neumann"), "right": (-L * i / sigma, "Neumann")}
    }


def charge_on_particle(
    dphi: Value, i: Value, L: Value, a: Value, j: Value, c_dl: Value, dphi_init: Value
) -> pybamm.BaseModel:
    r"""Balance of charge at the surface of a representative particle.

    .. math:: a\,L\,C_\mathrm{dl}\,\frac{\mathrm d\Delta\phi}{\mathrm dt} =
              -i - a\,L\,j

    :Source: The integral of ``charge_in_composite`` over x.

    Parameters
    ----------
    dphi : potential difference, a variable without a domain [V]
    i, L, a, j, c_dl, dphi_init : see ``charge_in_composite``
    """
    part = pybamm.BaseModel("charge on particle")
    residual = uniform_reaction_current(i, L, a) - j
    part.rhs = {dphi: residual / c_dl}
    part.initial_conditions = {dphi: dphi_init}
    return part


def uniform_reaction_current(i: Value, L: Value, a: Value) -> Value:
    r"""Current density out of the particles for a uniform reaction.

    .. math:: j = -\frac{i}{a\,L}

    :Returns: j, negative on discharge, when sodium enters [A.m-2]
    :Limits: ``charge_on_particle`` for c_dl = 0.
    :Source: As ``charge_on_particle``.

    Parameters
    ----------
    i, L, a : see ``charge_in_composite``
    """
    return -i / (a * L)


def insertion_current(j: Value, L: Value, a: Value) -> Value:
    r"""Part of the cell's current density that inserts sodium, without double layers.

    .. math:: i_\mathrm{F} = -a\,L\,\bar{\jmath}

    :Returns: i_F, positive on discharge [A.m-2]; equal to that of the cell if the
        double layers are in steady state
    :Source: As ``charge_on_particle``; the inverse of ``uniform_reaction_current``.

    Parameters
    ----------
    j : mean over the thickness, positive when sodium leaves the particles [A.m-2]
    L, a : see ``charge_in_composite``
    """
    return -a * L * j


def composite_losses(
    dphi_separator: Value,
    dphi_mean: Value,
    dphi_collector: Value,
    i: Value,
    L: Value,
    kappa: Value,
    sigma: Value,
) -> tuple[Value, Value]:
    r"""Ohmic losses in the composite, ionic and electronic.

    .. math:: \eta_e = \frac{L}{\kappa}\int_0^1 (1-x)\,i_e\,\mathrm dx =
              \frac{\sigma}{\kappa+\sigma}
              \left[\overline{\Delta\phi} - \Delta\phi_0 + \frac{iL}{2\sigma}\right]

    .. math:: \eta_s = \frac{L}{\sigma}\int_0^1 x\,i_s\,\mathrm dx =
              \frac{iL}{2\sigma} - \frac{\kappa}{\kappa+\sigma}
              \left[\Delta\phi_1 - \overline{\Delta\phi} + \frac{iL}{2\sigma}\right]

    Both follow from integration by parts and the two boundary conditions. The potential
    of the collector against the separator face is the mean of dphi minus both losses:
    (sigma dphi_0 + kappa dphi_1 - i L)/(kappa + sigma).

    :Returns: ionic and electronic loss, positive on discharge [V]
    :Limits: The sum is iL/(kappa + sigma) for a uniform dphi, the limit of high
        frequency.
    :Source: As ``ionic_current``.

    Parameters
    ----------
    dphi_separator, dphi_mean, dphi_collector : at x = 0, mean, at x = 1 [V]
    i, L, kappa, sigma : see ``ionic_current``
    """
    ionic = sigma / (kappa + sigma) * (dphi_mean - dphi_separator + i * L / (2 * sigma))
    electronic = i * L / (2 * sigma) - kappa / (kappa + sigma) * (
        dphi_collector - dphi_mean + i * L / (2 * sigma)
    )
    return ionic, electronic


def uniform_reaction_losses(
    i: Value, L: Value, kappa: Value, sigma: Value
) -> tuple[Value, Value]:
    r"""Ohmic losses in the composite for a uniform reaction.

    .. math:: \eta_e = \frac{iL}{3\kappa},\qquad \eta_s = \frac{iL}{3\sigma}

    :Returns: ionic and electronic loss, positive on discharge [V]
    :Limits: ``composite_losses`` for i_e = i (1 - x).
    :Source: Prada et al., J. Electrochem. Soc. 159, A1508 (2012), eq. (20), first
        order.

    Parameters
    ----------
    i, L, kappa, sigma : see ``ionic_current``
    """
    return i * L / (3 * kappa), i * L / (3 * sigma)
