"""The numerics against solutions found in another way."""

from itertools import pairwise

import numpy as np
import pybamm
import pytest
from scipy.optimize import brentq

from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import derive
from nfpcell.model import mesh
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics import diffusion
from nfpcell.physics.particle import sodium_in_particle, surface_gradient

NAMES = parameters.NAMES
R, F = 8.31446261815324, 96485.33212331001


def values(**changed):
    return {
        **Cell.load("yamauchi2020_cell_c").values,
        "Ambient temperature [K]": 303.15,
        "Initial voltage in positive electrode [V]": 3.34,
        "Initial sodium contact state": 0.0,
        "Initial hysteresis state": 0.0,
        **{NAMES[key]: value for key, value in changed.items()},
    }


def at_rate(rate, **changed):
    numbers = values(**changed)
    p = parameters.Parameters.of(lambda name: numbers[name])
    d = derive(p)
    numbers["Current function [A]"] = rate * d.nominal_capacity
    return numbers, p, d


def solve(cls, numbers, seconds, points=None, tol=1e-8, **laws):
    model = cls(**laws)
    return pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues(numbers),
        var_pts={**model.default_var_pts, **(points or {})},
        solver=pybamm.IDAKLUSolver(rtol=tol, atol=tol),
    ).solve([0, seconds])


# ------------------------------------------------------------------- diffusion alone
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


def sphere(shells, flux, t):
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
        var_pts={"r_p": shells},
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


# -------------------------------------------------------------- order of the models
def voltages(cls, t, points, **changed):
    numbers, _, _ = at_rate(1.0, **changed)
    return solve(cls, numbers, t[-1] + 1, points)["Voltage [V]"](t)


def observed_orders(run, counts):
    """From differences of successive doublings; needs no exact solution."""
    found = [run(n) for n in counts]
    steps = [np.sqrt(np.mean((b - a) ** 2)) for a, b in pairwise(found)]
    return np.log2(np.array(steps[:-1]) / np.array(steps[1:]))


def test_order_of_shells():
    t = np.linspace(200, 1500, 14)
    orders = observed_orders(
        lambda n: voltages(SingleParticle, t, {"r_p": n}), (16, 32, 64, 128)
    )
    assert np.all(orders > 1.8)


def test_order_of_depths():
    t = np.linspace(200, 1500, 14)
    orders = observed_orders(
        lambda n: voltages(HalfCell, t, {"r_p": 12, "x_p": n}, w_carbon=0.035),
        (6, 12, 24, 48),
    )
    assert np.all(orders > 1.8)


# --------------------------------------------------------------- against PyBaMM's own
U_0, WIDTH = 3.0, 8.0
SIMPLE = {
    # one gallery with a sloping potential, whose inverse is a logarithm
    **{f"U_{k}": U_0 for k in (1, 2, 3, 4)},
    **{f"omega_{k}": WIDTH for k in (1, 2, 3, 4)},
    "active_fraction": 1.0,
    "j0_floor": 1e-6,
    # what PyBaMM's half-cell does not have
    "film_ref": 1e-12,
    "gb_share": 0.0,
    "i0_separator": 1e9,
    "contact_resistance": 0.0,
    "na_asymmetry": 1.0,
    "contact_exponent": 0.0,
    # the composite conducts as the plate does
    "kappa_exponent": 0.0,
    "kappa": 2e-3,
    "separator_thickness": 2e-5,
    "sigma_carbon": 1e3,
    "c_na": 1e-4,
    "c_separator": 1e-4,
    "c_dl": 1e-6,
    "D_poor": 2e-17,
    "voltage_min": 1.0,
    "voltage_max": 5.0,
}


def pybamm_half_cell(p, d, numbers):
    def ocp(sto):
        return U_0 + WIDTH * R * p.T_ref / F * pybamm.log((1 - sto) / sto)

    def j0(c_e, c_s_surf, c_s_max, T):
        x = c_s_surf / c_s_max
        return d.j0 * 2 * pybamm.sqrt(x * (1 - x))

    theta_0 = 1 / (1 + np.exp((3.34 - U_0) / (WIDTH * R * p.T_ref / F)))
    found = pybamm.ParameterValues("Xu2019")
    found.update(
        {
            "Ambient temperature [K]": p.T,
            "Initial temperature [K]": p.T,
            "Reference temperature [K]": p.T_ref,
            "Electrode height [m]": p.height,
            "Electrode width [m]": p.width,
            "Separator thickness [m]": p.separator_thickness,
            "Positive electrode thickness [m]": d.thickness,
            "Positive electrode active material volume fraction": d.eps_nfp,
            "Positive electrode porosity": 0.3,
            "Separator porosity": 0.3,
            "Positive electrode Bruggeman coefficient (electrolyte)": 0.0,
            "Positive electrode Bruggeman coefficient (electrode)": 0.0,
            "Separator Bruggeman coefficient (electrolyte)": 0.0,
            "Positive electrode conductivity [S.m-1]": d.sigma_eff,
            "Electrolyte conductivity [S.m-1]": lambda c_e, T: p.kappa,
            "Electrolyte diffusivity [m2.s-1]": lambda c_e, T: 1e-8,
            "Cation transference number": 1.0,
            "Positive particle radius [m]": d.radius,
            "Positive particle diffusivity [m2.s-1]": p.D_poor,
            "Positive electrode OCP [V]": ocp,
            "Positive electrode OCP entropic change [V.K-1]": 0.0,
            "Positive electrode exchange-current density [A.m-2]": j0,
            "Exchange-current density for lithium metal electrode [A.m-2]": (
                lambda c_e, c_Li, T: d.i0_na
            ),
            "Maximum concentration in positive electrode [mol.m-3]": d.c_max,
            "Initial concentration in positive electrode [mol.m-3]": theta_0 * d.c_max,
            "Lower voltage cut-off [V]": p.voltage_min,
            "Upper voltage cut-off [V]": p.voltage_max,
            "Current function [A]": numbers["Current function [A]"],
            "Nominal cell capacity [A.h]": d.nominal_capacity,
            "Contact resistance [Ohm]": 0.0,
        },
    )
    return found


def reference(cls, p, d, numbers, seconds):
    model = cls({"working electrode": "positive"})
    meshes = {
        **model.default_submesh_types,
        "positive particle": pybamm.MeshGenerator(
            pybamm.Exponential1DSubMesh, submesh_params={"side": "right", "stretch": 4}
        ),
    }
    points = {**model.default_var_pts, "x_p": 60, "r_p": 100}
    return pybamm.Simulation(
        model,
        parameter_values=pybamm_half_cell(p, d, numbers),
        submesh_types=meshes,
        var_pts=points,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8),
    ).solve([0, seconds])


@pytest.mark.parametrize(
    ("cls", "other", "rate"),
    [
        (HalfCell, pybamm.lithium_ion.DFN, 2.0),
        (HalfCell, pybamm.lithium_ion.DFN, 0.2),
        (SingleParticle, pybamm.lithium_ion.SPMe, 2.0),
    ],
)
def test_agrees_with_pybamm_where_both_solve_the_same_equations(cls, other, rate):
    numbers, p, d = at_rate(rate, **SIMPLE)
    seconds = 0.8 * 3600 / rate
    ours = solve(cls, numbers, seconds, diffusion_law="constant", tol=1e-7)
    theirs = reference(other, p, d, numbers, seconds)
    assert theirs.t[-1] == ours.t[-1] == seconds
    t = np.linspace(0.002, 1, 300) * seconds
    difference = ours["Voltage [V]"](t) - theirs["Voltage [V]"](t)
    assert np.sqrt(np.mean(difference**2)) < 1e-4
    # the layer's own loss is there to be seen
    loss = ours["Positive electrode ionic overpotential [V]"](t)
    assert loss.max() > 5e-3 * rate
