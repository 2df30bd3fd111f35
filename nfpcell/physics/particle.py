"""Balance of sodium in the NFP particles.

Radii are divided by the particle radius, so r runs from 0 to 1. Fluxes are divided by
it too, so their unit is s-1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pybamm

from nfpcell.constants import FARADAY
from nfpcell.physics.diffusion import thermodynamic_mobility
from nfpcell.physics.value import Value

_REGULARISATION = 1e-5  # of the sodium fraction per volt
_LEAST_MOBILITY = 1e-12  # over that of self-diffusion [V-1]


@dataclass(frozen=True)
class Transport:
    """The transport of sodium in the particles."""

    flux: Value  # N, outward, an expression of the gradient of ``psi`` [s-1]
    psi: Value  # potential of diffusion, a field on the particles
    surface_gradient: Value  # of ``psi`` at r = 1, in the unit of psi
    surface_flux: Value  # N at r = 1 [s-1]
    equations: tuple[pybamm.BaseModel, ...] = ()  # further ones


def surface_gradient(field: Value, surface_value: Value, r: Value) -> Value:
    r"""Gradient at the surface of a particle, from the outermost mesh point.

    .. math:: \partial_r \psi|_1 \approx \frac{\psi_s - \psi_N}{1 - r_N}

    :Returns: gradient at r = 1, in the unit of psi; the solution in the particle is of
        second order with this two-point flux, as for any Dirichlet boundary of finite
        volumes
    :Source: Eymard, Gallouet and Herbin, Handbook of Numerical Analysis VII, sec. 5
        (2000).

    Parameters
    ----------
    field : psi, on the particles
    surface_value : psi_s, at the surface
    r : the radial coordinate, 0 to 1
    """
    outermost = pybamm.boundary_value(field, "right", order="constant")
    half_width = 1 - pybamm.boundary_value(r, "right", order="constant")
    return (surface_value - outermost) / half_width


def down_kirchhoff_integral(
    theta: Value, theta_s: Value, r: Value, integral: Callable[[Value], Value]
) -> Transport:
    r"""Diffusion down the gradient of the Kirchhoff integral of the sodium fraction.

    .. math:: N = -\nabla K(\theta)

    :Source: Kirchhoff, Vorlesungen ueber die Theorie der Waerme (1894).

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    theta_s : sodium fraction at the surface [-]
    r : the radial coordinate, 0 to 1
    integral : K, a function of only the sodium fraction, see ``diffusion`` [s-1]
    """
    psi = integral(theta)
    gradient = surface_gradient(psi, integral(theta_s), r)
    return Transport(-pybamm.grad(psi), psi, gradient, -gradient)


def down_potential(
    theta: Value,
    U: Value,
    U_s: Value,
    r: Value,
    fraction: Callable[[Value], Value],
    inverse_time: Value,
    T: Value,
    U_4: Value,
    U_init: Value,
) -> Transport:
    r"""Diffusion down the gradient of the open-circuit potential in the particle.

    .. math:: N = m(\theta)\,\nabla U,\qquad
              \theta = \theta(U) + \epsilon\,(U_4 - U)

    The potential at every radial mesh point is an unknown. The term with epsilon
    determines it where the sodium fraction is below the tolerance of a solver. The
    self-diffusivity is assumed equal to the diffusivity of the sodium-poor end.

    :Limits: Fick's law with D_self if the galleries are an ideal solution. Sodium is
        conserved; the capacity changes by epsilon per volt, 1e-3 mAh/g. The
        concentration front between two galleries is sharper than the radial mesh. The
        single-particle model solves from -40 to 80 C and 0.1C to 20C. The full model
        can stall in a discharge at -20 C, and takes five times as long as with the
        other laws.
    :Source: Darken, Trans. AIME 175, 184 (1948).

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    U : potential, a variable on the particles [V]
    U_s : potential of the surface [V]
    r : the radial coordinate, 0 to 1
    fraction : theta(U), the sodium fraction of a potential
    inverse_time : self-diffusivity over the squared diffusion length [s-1]
    T : temperature [K]
    U_4 : potential of the uppermost gallery [V]
    U_init : initial potential [V]
    """

    def mobility(potential: Value) -> Value:
        return thermodynamic_mobility(fraction(potential), 1, T)

    outermost = pybamm.boundary_value(U, "right", order="constant")
    # Simpson's rule over the potential between the outermost point and the surface
    m_surface = (
        mobility(outermost) + 4 * mobility((outermost + U_s) / 2) + mobility(U_s)
    ) / 6
    surface_flux = inverse_time * m_surface * surface_gradient(U, U_s, r)
    m = mobility(U) + _LEAST_MOBILITY
    part = pybamm.BaseModel("potential in particle")
    part.algebraic = {U: fraction(U) + _REGULARISATION * (U_4 - U) - theta}
    part.initial_conditions = {U: U_init}
    part.variables = {U.name: U}
    return Transport(
        # in this order PyBaMM uses the arithmetic mean of m at an edge; the harmonic
        # mean would stop a front
        flux=m * (inverse_time * pybamm.grad(U)),
        psi=U,
        # multiplied by the m that finite volumes use at the surface, it is surface_flux
        surface_gradient=surface_flux
        / (inverse_time * pybamm.boundary_value(m, "right", order="linear")),
        surface_flux=surface_flux,
        equations=(part,),
    )


def surface_fraction(
    theta: Value,
    flux: Value,
    r: Value,
    integral: Callable[[Value], Value],
    fraction: Callable[[Value], Value],
) -> Value:
    r"""Sodium fraction at the surface of a particle for a given flux.

    .. math:: K(\theta_s) = K(\theta_N) - N\,(1 - r_N)

    The two-point flux of ``surface_gradient``, solved for the surface value.

    :Returns: theta_s, at r = 1 [-]; below 0 or above 1 if the particle cannot supply
        the flux
    :Limits: The fraction at the outermost mesh point for zero flux.
    :Source: As ``surface_gradient``.

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    flux : N, outward, divided by the radius [s-1]
    r : the radial coordinate, 0 to 1
    integral, fraction : K(theta) and its inverse theta(K), see ``diffusion``
    """
    outermost = pybamm.boundary_value(theta, "right", order="constant")
    half_width = 1 - pybamm.boundary_value(r, "right", order="constant")
    return fraction(integral(outermost) - flux * half_width)


def sodium_in_particle(
    theta: Value, flux: Value, psi: Value, gradient_at_surface: Value, theta_init: Value
) -> pybamm.BaseModel:
    r"""Balance of sodium in spherical particles of unit radius.

    .. math:: \partial_t \theta = -\frac{1}{r^2}\,\partial_r (r^2 N),\qquad
              \partial_r\psi|_0 = 0,\quad \partial_r\psi|_1\ \text{given}

    With finite volumes the flux out of the particle is exactly that of the boundary
    condition, so sodium is conserved to round-off.

    :Source: Crank, The Mathematics of Diffusion, 2nd ed., eq. (6.1).

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    flux : N, outward, an expression of the gradient of psi, divided by the radius [s-1]
    psi : potential of diffusion, a field on the particles
    gradient_at_surface : of psi, in the unit coordinate
    theta_init : initial fraction [-]
    """
    part = pybamm.BaseModel("sodium in particle")
    part.rhs = {theta: -pybamm.div(flux)}
    part.boundary_conditions = {
        psi: {
            "left": (pybamm.Scalar(0), "Neumann"),
            "right": (gradient_at_surface, "Neumann"),
        }
    }
    part.initial_conditions = {theta: theta_init}
    return part


def outward_current(flux_at_surface: Value, c_max: Value, radius: Value) -> Value:
    r"""Current density of the sodium that leaves a particle.

    .. math:: j = F\,c_\mathrm{max}\,R\;N|_1

    :Returns: j, positive when sodium leaves the particle [A.m-2]
    :Limits: Linear in the flux.
    :Source: Definition: the flux at r = R times Faraday's constant.

    Parameters
    ----------
    flux_at_surface : N, outward, divided by the radius [s-1]
    c_max : mobile sodium per volume of NFP at theta = 1 [mol.m-3]
    radius : R [m]
    """
    return FARADAY * c_max * radius * flux_at_surface


def outward_flux(j: Value, c_max: Value, radius: Value) -> Value:
    r"""Flux of sodium out of a particle for a current density.

    .. math:: N|_1 = \frac{j}{F\,c_\mathrm{max}\,R}

    :Returns: N, outward, divided by the radius [s-1]
    :Limits: The inverse of ``outward_current``.
    :Source: As ``outward_current``.

    Parameters
    ----------
    j : positive when sodium leaves the particle [A.m-2]
    c_max, radius : see ``outward_current``
    """
    return j / (FARADAY * c_max * radius)
