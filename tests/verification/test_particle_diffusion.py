"""Diffusion in one particle against the series solution."""

import numpy as np
import pybamm
import pytest
from scipy.optimize import brentq

from nfpcell.model import mesh
from nfpcell.physics import diffusion
from nfpcell.physics.particle import sodium_in_particle, surface_gradient


def constant_flux_series(r, t, flux):
    """Crank (1975), eq. (6.45): unit sphere, D = 1, ``flux`` outward, from zero."""
    roots = np.array(
        [
            brentq(
                lambda a: a * np.cos(a) - np.sin(a), n * np.pi, (n + 0.5) * np.pi - 1e-9
            )
            for n in range(1, 80)
        ]
    )
    terms = (
        np.sin(np.outer(r, roots))
        / (roots**2 * np.sin(roots))
        * np.exp(-(roots**2) * t)
    )
    return -flux * (3 * t + r**2 / 2 - 0.3 - 2 / r * terms.sum(axis=1))


def sphere(n_r, flux, t):
    """Fraction in a sphere whose surface value is what the flux asks for."""
    model = pybamm.BaseModel()
    theta = pybamm.Variable("theta", domain=mesh.PARTICLE)
    surface = pybamm.Variable("surface")
    psi = diffusion.kirchhoff_falling(theta, pybamm.Scalar(1.0), 1, 0.5, 0.1)
    gradient = surface_gradient(psi, surface, mesh.r_single)
    model.update(
        sodium_in_particle(theta, -pybamm.grad(psi), psi, gradient, pybamm.Scalar(0.0))
    )
    model.algebraic = {surface: gradient + flux}
    model.initial_conditions[surface] = pybamm.Scalar(0.0)
    model.variables = {"theta": theta, "surface": surface}
    solution = pybamm.Simulation(
        model,
        geometry=mesh.geometry(False),
        submesh_types=mesh.submesh_types(False),
        var_pts={"r_p": n_r},
        spatial_methods=mesh.spatial_methods(False),
        solver=pybamm.IDAKLUSolver(rtol=1e-10, atol=1e-12),
    ).solve([0, t])
    nodes = solution["theta"].mesh.nodes
    return nodes, solution["theta"].entries[:, -1], solution["surface"].entries[-1]


@pytest.mark.parametrize("t", [1e-3, 0.03, 0.5])
def test_diffusion_against_the_series(t):
    nodes, theta, surface = sphere(64, -0.2, t)
    assert theta == pytest.approx(constant_flux_series(nodes, t, -0.2), abs=2e-4)
    exact = constant_flux_series(np.array([1.0]), t, -0.2)[0]
    assert surface == pytest.approx(exact, abs=5e-5)


def test_order_of_diffusion_against_the_series():
    t, flux = 0.03, -0.2
    exact = constant_flux_series(np.array([1.0]), t, flux)[0]
    errors = [abs(sphere(n, flux, t)[2] - exact) for n in (12, 24, 48, 96)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(orders > 1.9)


def test_surface_gradient_of_a_linear_profile_is_exact():
    field = pybamm.Variable("field", domain=mesh.PARTICLE)
    geometry = {mesh.PARTICLE: {"r_p": {"min": 0, "max": 1}}}
    meshes = pybamm.Mesh(geometry, mesh.submesh_types(False), {"r_p": 9})
    disc = pybamm.Discretisation(meshes, mesh.spatial_methods(False))
    disc.set_variable_slices([field])
    gradient = disc.process_symbol(
        surface_gradient(field, pybamm.Scalar(3.0), mesh.r_single)
    )
    profile = 3.0 - 0.7 * (1 - meshes[mesh.PARTICLE].nodes)
    assert gradient.evaluate(y=profile).item() == pytest.approx(0.7, rel=1e-9)
