"""Balance of sodium in the NFP particles."""

import pybamm

from nfpcell.physics.temperature import FARADAY


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


def sodium_in_particle(theta, psi, mobility, gradient_at_surface, theta_init):
    r"""
    Balance of sodium in spherical particles of unit radius.

    .. math:: \partial_t \theta = \frac{1}{r^2}\,\partial_r
              \left(r^2\, m\,\partial_r \psi\right),\qquad
              \partial_r\psi|_0 = 0,\quad \partial_r\psi|_1\ \text{given}

    Finite volumes: what leaves the particle is exactly what the boundary condition
    says, so sodium is conserved to round-off.

    Parameters
    ----------
    theta : sodium fraction, a variable on the particles [-]
    psi : potential of diffusion, an expression of theta (see ``diffusion``)
    mobility : m, divided by the squared radius
    gradient_at_surface : see ``surface_gradient``
    theta_init : initial fraction [-]

    Returns
    -------
    pybamm.BaseModel with the equation of theta

    Source
    ------
    Crank, The Mathematics of Diffusion, 2nd ed., eq. (6.1).
    """
    part = pybamm.BaseModel("sodium in particle")
    part.rhs = {theta: pybamm.div(mobility * pybamm.grad(psi))}
    part.boundary_conditions = {
        psi: {
            "left": (pybamm.Scalar(0), "Neumann"),
            "right": (gradient_at_surface, "Neumann"),
        }
    }
    part.initial_conditions = {theta: theta_init}
    return part


def outward_current(gradient_at_surface, mobility, c_max, radius):
    r"""
    Current density of sodium that leaves a particle.

    .. math:: j = -F\,c_\mathrm{max}\,R\;m\,\partial_r\psi|_1

    Parameters
    ----------
    gradient_at_surface : of psi, in the unit coordinate
    mobility : m, divided by the squared radius, at the surface
    c_max : mobile sodium per volume of NFP at theta = 1 [mol.m-3]
    radius : R [m]

    Returns
    -------
    j : positive when sodium leaves the particle [A.m-2]

    Limits
    ------
    0 without a gradient.

    Source
    ------
    Definition: Fick's flux at r = R times Faraday's constant.
    """
    return -FARADAY * c_max * radius * mobility * gradient_at_surface
