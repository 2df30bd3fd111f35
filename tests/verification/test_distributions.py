"""Size classes and classes of grain boundaries against sums, limits and PyBaMM."""

import numpy as np
import pybamm
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES
from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.eis.impedance import impedance_at
from nfpcell.eis.operating_points import resting_at
from nfpcell.model import mesh
from nfpcell.model.classes import of_classes
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics import distributions, kinetics, open_circuit
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.equations import OUTPUTS
from nfpcell.simulation.numerics import engine_for
from tests.verification.cell_c import at_rate, solve
from tests.verification.test_against_pybamm import (
    SIMPLE,
    pybamm_half_cell,
    reference,
)

LENGTH_SPREAD, BOUNDARY_SPREAD = NAMES["length_spread"], NAMES["gb_spread"]
CAPACITY = columns.CAPACITY
MODELS = [HalfCell, SingleParticle]
SMALL = {"r_p": 24, "x_p": 6}


def cell_c(**values):
    return Cell.load("C").with_values({NAMES[key]: v for key, v in values.items()})


def points_of(cls, **points):
    return {name: points[name] for name in cls().default_var_pts}


# ----------------------------------------------------------------------------- limits
@pytest.mark.parametrize("cls", MODELS)
def test_classes_without_a_spread_are_one_size(cls):
    numbers, _, _ = at_rate(1.0)
    t = np.linspace(1, 2000, 50)
    points = points_of(cls, **SMALL)
    one = solve(cls, numbers, 2000, points)["Voltage [V]"](t)
    classes = {"size_classes": 3, "grain_boundary_classes": 3}
    three = solve(cls, numbers, 2000, points, **classes)["Voltage [V]"](t)
    assert three == pytest.approx(one, abs=2e-6)


def test_the_limit_of_a_small_spread_is_one_size_with_the_square_of_the_spread():
    t = np.linspace(100, 2000, 20)

    def voltage(spread, count=3):
        numbers, _, _ = at_rate(1.0, length_spread=spread)
        solution = solve(SingleParticle, numbers, 2000, {"r_p": 24}, size_classes=count)
        return solution["Voltage [V]"](t)

    one = voltage(0.0, 1)
    small, twice = (np.abs(voltage(s) - one).max() for s in (0.02, 0.04))
    assert small < 2e-3
    assert twice / small == pytest.approx(4, rel=0.1)


def test_no_class_has_no_state_more():
    engine = engine_for(cell_c(), "discharge", 1, 30, "particle")
    assert len(of_classes(engine.layout, "Positive particle stoichiometry")) == 1
    spread = engine_for(cell_c(length_spread=0.3), "discharge", 1, 30, "particle")
    names = of_classes(spread.layout, "Positive particle stoichiometry")
    assert len(names) == mesh.SIZE_CLASSES
    assert spread.model.len_rhs_and_alg > 4 * engine.model.len_rhs_and_alg
    fewer = engine_for(
        cell_c(length_spread=0.3), "discharge", 1, 30, "particle", size_classes=3
    )
    assert len(of_classes(fewer.layout, "Positive particle stoichiometry")) == 3


# --------------------------------------------------------------------------- balances
@pytest.mark.parametrize("cls", MODELS)
def test_sodium_of_all_classes_is_conserved(cls):
    """The charge is in the particles and on their double layers, to round-off."""
    numbers, p, d = at_rate(1.0, length_spread=0.6)
    points = points_of(cls, **SMALL)
    solution = solve(cls, numbers, 2500, points, size_classes=3)

    def change(name):
        values = solution[name].entries[..., [0, -1]]
        return float(np.diff(values.reshape(-1, 2).mean(axis=0))[0])

    capacity = p.active_fraction * p.specific_capacity * d.mass
    layers = d.particle_area * d.thickness * d.area * p.c_dl / 3600
    dphi = change("Positive electrode potential difference [V]")
    charge = change(columns.STOICHIOMETRY) * capacity - layers * dphi
    assert charge == pytest.approx(change(columns.CHARGE), rel=1e-9)


def test_the_mean_of_the_classes_is_the_sodium_fraction():
    numbers, _, _ = at_rate(1.0, length_spread=0.6)
    solution = solve(SingleParticle, numbers, 2500, {"r_p": 24}, size_classes=3)
    _, shares = distributions.normal_classes(3)
    nodes = solution["Class 1: Positive particle stoichiometry"].mesh
    volumes = np.diff(nodes.edges**3)
    ends = [
        volumes @ solution[f"Class {k}: Positive particle stoichiometry"].entries[:, -1]
        for k in (1, 2, 3)
    ]
    assert ends[0] > ends[1] > ends[2]  # the small ones are ahead on discharge
    mean = solution[columns.STOICHIOMETRY].entries[-1]
    assert mean == pytest.approx(np.dot(shares, ends), rel=1e-12)


# ------------------------------------------------------------------------- refinement
@pytest.mark.slow
def test_the_number_of_classes_converges():
    """The shipped number, against 11."""
    cell = cell_c(length_spread=0.5)
    run = {"rates": [0.1, 1], "temperatures": [30], "direction": "both"}
    capacities = {
        count: simulate(cell, **run, model="particle", size_classes=count)[CAPACITY]
        for count in (3, mesh.SIZE_CLASSES, 11)
    }
    errors = {
        k: np.abs(values - capacities[11]).max() for k, values in capacities.items()
    }
    assert errors[3] < 0.5
    assert errors[mesh.SIZE_CLASSES] < 0.15


# ------------------------------------------------------------------- other calculations
@pytest.mark.slow
def test_agrees_with_the_size_distribution_of_pybamm():
    """Without resistance of the charge transfer the surface of a class does not matter.

    PyBaMM's particles have a surface in proportion to volume over radius, here to the
    volume; both reach the same limit. PyBaMM integrates over 60 sizes.
    """
    spread, rate = 0.4, 1.0
    fast = {"kappa": 1e3, "j0": 1e3, "i0_na": 1e6, "length_spread": spread}
    numbers, p, d = at_rate(rate, **{**SIMPLE, **fast})
    seconds = 0.8 * 3600 / rate
    laws = {"diffusion_law": "constant", "size_classes": mesh.SIZE_CLASSES}
    ours = solve(SingleParticle, numbers, seconds, tol=1e-7, **laws)

    # the area is a log-normal distribution too, of a smaller median: exp(-sigma^2)
    mean = p.diffusion_length * np.exp(-(spread**2) / 2)
    values = pybamm.get_size_distribution_parameters(
        pybamm_half_cell(p, d, numbers),
        R_p_av=mean,
        sd_p=np.sqrt(np.exp(spread**2) - 1),
        R_min_p=np.exp(-4 * spread - spread**2 / 2),
        R_max_p=np.exp(4 * spread - spread**2 / 2),
        working_electrode="positive",
    )
    model = pybamm.lithium_ion.MPM({"working electrode": "positive"})
    graded = pybamm.MeshGenerator(
        pybamm.Exponential1DSubMesh, submesh_params={"side": "right", "stretch": 4}
    )
    theirs = pybamm.Simulation(
        model,
        parameter_values=values,
        submesh_types={**model.default_submesh_types, "positive particle": graded},
        var_pts={**model.default_var_pts, "r_p": 60, "R_p": 60},
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8),
    ).solve([0, seconds])
    t = np.linspace(0.01, 1, 100) * seconds
    difference = ours["Voltage [V]"](t) - theirs["Voltage [V]"](t)
    assert np.sqrt(np.mean(difference**2)) < 3e-4
    # one size is somewhere else
    numbers[LENGTH_SPREAD] = 0.0
    one = solve(SingleParticle, numbers, seconds, tol=1e-7, diffusion_law="constant")
    far = one["Voltage [V]"](t) - theirs["Voltage [V]"](t)
    assert np.sqrt(np.mean(far**2)) > 3e-3


@pytest.mark.slow
def test_the_dfn_limit_holds_with_classes():
    numbers, p, d = at_rate(2.0, **SIMPLE)
    seconds = 0.8 * 3600 / 2
    laws = {"diffusion_law": "constant", "size_classes": 3, "grain_boundary_classes": 3}
    ours = solve(HalfCell, numbers, seconds, {"r_p": 60}, tol=1e-7, **laws)
    theirs = reference(pybamm.lithium_ion.DFN, p, d, numbers, seconds)
    t = np.linspace(0.002, 1, 300) * seconds
    difference = ours["Voltage [V]"](t) - theirs["Voltage [V]"](t)
    assert np.sqrt(np.mean(difference**2)) < 1.5e-4


def sphere(omega, tau):
    """Sodium fraction at the surface of a sphere over the flux into it."""
    root = np.sqrt(1j * omega * tau)
    return tau * np.tanh(root) / (root - np.tanh(root))


def cathode_impedance(cell, voltage, frequencies, model, **numerics):
    points = resting_at(cell, [voltage], 30, model, **numerics)
    parts = impedance_at(points, frequencies)[0]
    chosen = columns.SURFACE_POTENTIAL, columns.REACTION
    if model == "full":
        chosen += columns.IONIC, columns.ELECTRONIC
    return sum(parts[:, OUTPUTS.index(name)] for name in chosen)


@pytest.mark.parametrize("spread", [0.0, 0.6])
def test_impedance_is_the_sum_over_spheres_of_several_sizes(spread):
    cell = cell_c(length_spread=spread).with_diffusion("constant")
    voltage, count = 2.55, mesh.SIZE_CLASSES if spread else 1
    frequencies = np.geomspace(1e3, 1e-5, 25)
    Z = cathode_impedance(
        cell, voltage, frequencies, "particle", points=(("r_p", 300),)
    )

    d, T = cell.derived(), 303.15
    area = d.particle_area * d.thickness * d.area
    theta, vacancy = open_circuit.occupancy(voltage, T, *d.galleries)
    step = 1e-4
    slope = np.diff(
        [open_circuit.occupancy(voltage + x, T, *d.galleries)[0] for x in (-step, step)]
    )[0] / (2 * step)
    floor = cell[NAMES["j0_floor"]]
    j0 = kinetics.insertion_exchange_current(theta, vacancy, d.j0, floor)
    r_ct = GAS_CONSTANT * T / (FARADAY * j0)
    per_flux = 1 / (-slope * FARADAY * d.c_max * d.radius)
    omega = 2 * np.pi * frequencies
    admittance = 1j * omega * cell[NAMES["c_dl"]]
    times = []
    for z, share in zip(*distributions.normal_classes(count), strict=True):
        tau = np.exp(spread * z) ** 2 / d.inverse_time
        times.append(share * tau)
        admittance = admittance + share / (r_ct + per_flux * sphere(omega, tau))
    np.testing.assert_allclose(Z, 1 / admittance / area, rtol=2e-3)

    # slow limit: the charge transfer and a fifth of the mean diffusion time
    slow = cathode_impedance(cell, voltage, [1e-7], "particle")[0]
    resistance = (r_ct + per_flux * np.sum(times) / 5) / area
    assert slow.real == pytest.approx(resistance, rel=5e-3)
    assert np.sum(times) * d.inverse_time == pytest.approx(
        np.exp(2 * spread**2), rel=1e-3
    )


def test_full_and_particle_have_the_same_slow_limit():
    cell = cell_c(length_spread=0.6).with_diffusion("constant")
    resistances = [
        cathode_impedance(cell, 2.55, [1e-7], model)[0].real
        for model in ("full", "particle")
    ]
    d = cell.derived()
    ohmic = d.thickness / 3 * (1 / d.kappa_eff + 1 / d.sigma_eff) / d.area
    assert resistances[0] == pytest.approx(resistances[1] + ohmic, rel=5e-3)


# ------------------------------------------------------------------- grain boundaries
@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0])
def test_the_arc_of_the_grain_boundaries_is_depressed(spread):
    frequencies = np.geomspace(1e9, 1e3, 241)
    points = resting_at(cell_c(gb_spread=spread), [3.0], 30, "particle")
    parts = impedance_at(points, frequencies)[0]
    Z = parts[:, OUTPUTS.index(columns.GRAIN_BOUNDARIES)]
    d = cell_c().derived()
    resistance = d.r_gb / d.area / d.contacted
    assert Z[-1].real == pytest.approx(resistance, rel=1e-3)
    exponent = 4 / np.pi * np.arctan(-2 * Z.imag.min() / resistance)
    expected = distributions.equivalent_exponent(spread)
    assert exponent == pytest.approx(expected, abs=2e-3)


def test_grain_boundaries_of_a_distribution_do_not_change_a_discharge():
    run = {"rates": [1], "model": "particle"}
    plain = simulate(cell_c(), **run)
    assert simulate(cell_c(gb_spread=1.0), **run)[CAPACITY].equals(plain[CAPACITY])


def test_grain_boundaries_relax_in_time_as_their_classes():
    """A step of the current, against the sum of exponentials."""
    numbers, p, d = at_rate(1.0, gb_spread=0.5)
    seconds = 20 * p.c_gb * d.r_gb
    # the integrator sees their charge, which is small
    solution = solve(
        SingleParticle, numbers, seconds, {"r_p": 12}, 1e-13, grain_boundary_classes=3
    )
    t = solution.t
    i = numbers["Current function [A]"] / d.area / d.contacted
    expected = 0.0
    for z, share in zip(*distributions.normal_classes(3), strict=True):
        tau = d.r_gb * p.c_gb * np.exp(0.5 * z)
        expected = expected + i * d.r_gb * share * (1 - np.exp(-t / tau))
    voltage = solution[columns.GRAIN_BOUNDARIES].entries
    assert voltage == pytest.approx(expected, rel=1e-3, abs=1e-5 * i * d.r_gb)


def test_sizes_are_seen_at_low_frequency_only():
    """Sizes do not depress the arc of the charge transfer: it has one surface."""
    frequencies = [1e5, 1e-6]
    one, several = (
        cathode_impedance(cell_c(length_spread=s), 2.55, frequencies, "particle")
        for s in (0.0, 0.6)
    )
    assert several[0] == pytest.approx(one[0], rel=1e-3)
    assert abs(several[1].real / one[1].real - 1) > 0.2


def test_engine_of_a_cell_with_both_keeps_one_model():
    cell = Cell.load("C").with_values({LENGTH_SPREAD: 0.3, BOUNDARY_SPREAD: 0.5})
    again = engine_for(cell, "discharge", 1, 30, "particle")
    assert engine_for(cell, "discharge", 1, 30, "particle") is again
