"""Balance of sodium in the NFP particles."""

from types import SimpleNamespace

import pybamm

from nfpcell.constants import FARADAY
from nfpcell.physics.diffusion import thermodynamic_mobility

_LEAK = 1e-5  # of the sodium fraction per volt
_LEAST_MOBILITY = 1e-12  # over that of self-diffusion [V-1]


def surface_gradient(field, surface_value, r):
    r"""
    Gradient at the surface of a particle, from its outermost shell.

    .. math:: \partial_r \psi|_1 \approx \frac{\psi_s - \psi_N}{1 - r_N}

    Parameters
    ----------
    field : psi in the shells
    surface_value : psi_s, at the surface
    r : the radial coordinate, 0 to 1

    Returns
    -------
    gradient at r = 1, in the unit of psi; second order over the whole particle, as the
    two-point flux of a finite volume at a Dirichlet boundary is

    Source
    ------
    Eymard, Gallouet and Herbin, Handbook of Numerical Analysis VII, sec. 5 (2000).
    """
    outermost = pybamm.boundary_value(field, "right", order="constant")
    half_width = 1 - pybamm.boundary_value(r, "right", order="constant")
    return (surface_value - outermost) / half_width


def down_kirchhoff_integral(integral):
    r"""
    Law of diffusion down the gradient of a Kirchhoff integral of the sodium fraction.

    .. math:: N = -\nabla K(\theta)

    Parameters
    ----------
    integral : K, a function of ``diffusion`` named kirchhoff_*

    Returns
    -------
    law : function of (theta, U_s, r, occupancy, p, d), see ``down_potential``

    Source
    ------
    Kirchhoff, Vorlesungen ueber die Theorie der Waerme (1894).
    """

    def law(theta, U_s, r, occupancy, p, d):
        constants = d.D_over_R2, p.D_ratio, p.theta_fall, p.fall_width
        psi = integral(theta, *constants)
        gradient = surface_gradient(psi, integral(occupancy(U_s)[0], *constants), r)
        return SimpleNamespace(
            psi=psi,
            flux=-pybamm.grad(psi),
            gradient=gradient,
            surface_flux=-gradient,
            parts=(),
        )

    return law


def down_potential(theta, U_s, r, occupancy, p, d):
    r"""
    Law of diffusion down the gradient of the open-circuit potential in the particle.

    .. math:: N = m(\theta)\,\nabla U,\qquad
              \theta = \theta(U) + \epsilon\,(U_4 - U)

    The potential of every shell is an unknown; epsilon keeps it defined where the
    sodium fraction is below the tolerance of a solver. The diffusivity of the
    sodium-poor end is taken as the self-diffusivity.

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    U_s : potential of the surface [V]
    r : the radial coordinate, 0 to 1
    occupancy : function of a potential, gives the sodium fraction and its complement
    p, d : primary and derived quantities

    Returns
    -------
    namespace with ``flux``, ``psi`` and ``gradient`` as ``sodium_in_particle`` takes
    them, ``surface_flux``, outward [s-1], and further ``parts`` of the model

    Limits
    ------
    Fick's law with D_self where the galleries are one ideal solution. Sodium is
    conserved; capacity differs by epsilon per volt, 1e-3 mAh/g. The front at the gap
    between galleries is sharper than a shell: a single particle solves from -40 to 80 C
    and 0.1C to 20C, but through the thickness a discharge at -20 C can stall, and takes
    five times as long as with the other laws.

    Source
    ------
    Darken, Trans. AIME 175, 184 (1948).
    """
    U = pybamm.Variable("Positive particle potential [V]", domains=theta.domains)

    def mobility(U):
        return thermodynamic_mobility(occupancy(U)[0], 1, p.T)

    outermost = pybamm.boundary_value(U, "right", order="constant")
    # Simpson's rule along the potential of the outermost half shell
    m_surface = (
        mobility(outermost) + 4 * mobility((outermost + U_s) / 2) + mobility(U_s)
    ) / 6
    surface_flux = d.D_over_R2 * m_surface * surface_gradient(U, U_s, r)
    m = mobility(U) + _LEAST_MOBILITY
    part = pybamm.BaseModel("potential in particle")
    part.algebraic = {U: occupancy(U)[0] + _LEAK * (p.U_4 - U) - theta}
    part.initial_conditions = {U: p.U_init}
    part.variables = {U.name: U}
    return SimpleNamespace(
        psi=U,
        # in this order PyBaMM takes the arithmetic mean of m at an edge; the harmonic
        # one would hold up a front
        flux=m * (d.D_over_R2 * pybamm.grad(U)),
        # times what finite volumes take for m at the surface, this is surface_flux
        gradient=surface_flux
        / (d.D_over_R2 * pybamm.boundary_value(m, "right", order="linear")),
        surface_flux=surface_flux,
        parts=(part,),
    )


def surface_fraction(theta, integral, fraction, flux, r, constants):
    r"""
    Sodium fraction at the surface of a particle that a given flux leaves.

    .. math:: K(\theta_s) = K(\theta_N) - N\,(1 - r_N)

    The same two-point flux as ``surface_gradient``, solved for the surface.

    Parameters
    ----------
    theta : sodium fraction in the shells [-]
    integral, fraction : K and its inverse, of ``diffusion``
    flux : N, outward, divided by the radius [s-1]
    r : the radial coordinate, 0 to 1
    constants : of the integral

    Returns
    -------
    theta_s : at r = 1 [-]; beyond 0 or 1 where the particle cannot give the flux

    Limits
    ------
    That of the outermost shell without a flux.

    Source
    ------
    As ``surface_gradient``.
    """
    outermost = pybamm.boundary_value(theta, "right", order="constant")
    half_width = 1 - pybamm.boundary_value(r, "right", order="constant")
    return fraction(integral(outermost, *constants) - flux * half_width, *constants)


def sodium_in_particle(theta, flux, psi, gradient_at_surface, theta_init):
    r"""
    Balance of sodium in spherical particles of unit radius.

    .. math:: \partial_t \theta = -\frac{1}{r^2}\,\partial_r (r^2 N),\qquad
              \partial_r\psi|_0 = 0,\quad \partial_r\psi|_1\ \text{given}

    Finite volumes: what leaves the particle is exactly what the boundary condition
    says, so sodium is conserved to round-off.

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    flux : N, outward, an expression of the gradient of psi, divided by the radius [s-1]
    psi : potential of diffusion, a field on the particles
    gradient_at_surface : of psi, in the unit coordinate
    theta_init : initial fraction [-]

    Returns
    -------
    pybamm.BaseModel with the equation of theta

    Source
    ------
    Crank, The Mathematics of Diffusion, 2nd ed., eq. (6.1).
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


def outward_current(flux_at_surface, c_max, radius):
    r"""
    Current density of sodium that leaves a particle.

    .. math:: j = F\,c_\mathrm{max}\,R\;N|_1

    Parameters
    ----------
    flux_at_surface : N, outward, divided by the radius [s-1]
    c_max : mobile sodium per volume of NFP at theta = 1 [mol.m-3]
    radius : R [m]

    Returns
    -------
    j : positive when sodium leaves the particle [A.m-2]

    Limits
    ------
    0 without a flux; linear in it.

    Source
    ------
    Definition: the flux at r = R times Faraday's constant.
    """
    return FARADAY * c_max * radius * flux_at_surface


def outward_flux(j, c_max, radius):
    r"""
    Flux of sodium that a current density takes out of a particle.

    .. math:: N|_1 = \frac{j}{F\,c_\mathrm{max}\,R}

    Parameters
    ----------
    j : positive when sodium leaves the particle [A.m-2]
    c_max, radius : see ``outward_current``

    Returns
    -------
    N : outward, divided by the radius [s-1]

    Limits
    ------
    The inverse of ``outward_current``.

    Source
    ------
    As ``outward_current``.
    """
    return j / (FARADAY * c_max * radius)
