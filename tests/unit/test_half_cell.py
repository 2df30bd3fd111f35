"""Balances and limits of the two models."""

from dataclasses import replace

import numpy as np
import pybamm
import pytest
from scipy.optimize import brentq

from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import derive
from nfpcell.cell.schema import DIFFUSION_LAWS
from nfpcell.model import mesh
from nfpcell.model.cathode import LAWS
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics.composite import charge_exchanged, composite_losses, ionic_current
from nfpcell.physics.open_circuit import occupancy

MODELS = [HalfCell, SingleParticle]
NAMES = parameters.NAMES
LOSSES = (
    "Sodium overpotential [V]",
    "Separator bulk overpotential [V]",
    "Separator grain-boundary overpotential [V]",
    "Plate-cathode interface overpotential [V]",
    "Interphase overpotential [V]",
    "Positive electrode ionic overpotential [V]",
    "Positive electrode electronic overpotential [V]",
    "Positive electrode reaction overpotential [V]",
    "Contact overpotential [V]",
)


class Bench:
    """A model built once with every quantity as an input, and its derived numbers."""

    def __init__(self, cls, rtol=1e-6, atol=1e-8, **laws):
        cell = Cell.load("yamauchi2020_cell_c")
        self.numbers = {
            **cell.values,
            "Ambient temperature [K]": 303.15,
            "Initial voltage in positive electrode [V]": 3.34,
            "Initial sodium contact state": 0.0,
            "Initial hysteresis state": 0.0,
            "Current function [A]": 0.0,
        }
        model = cls(**laws)
        points = {"r_p": 24, "x_p": 12}
        self.simulation = pybamm.Simulation(
            model,
            parameter_values=pybamm.ParameterValues(
                dict.fromkeys(self.numbers, "[input]")
            ),
            var_pts={name: points[name] for name in model.default_var_pts},
            solver=pybamm.IDAKLUSolver(rtol=rtol, atol=atol),
        )

    def inputs(self, rate=0.0, U=3.34, T=303.15, **changed):
        numbers = {**self.numbers, **{NAMES[k]: v for k, v in changed.items()}}
        numbers["Initial voltage in positive electrode [V]"] = U
        numbers["Ambient temperature [K]"] = T
        nominal = self.derived(numbers).nominal_capacity
        numbers["Current function [A]"] = rate * nominal
        return numbers

    @staticmethod
    def derived(numbers):
        return derive(parameters.Parameters.of(lambda name: numbers[name]))

    def run(self, seconds, **kwargs):
        numbers = self.inputs(**kwargs)
        solution = self.simulation.solve([0, seconds], inputs=numbers)
        p = parameters.Parameters.of(lambda name: numbers[name])
        return solution, p, derive(p)


@pytest.fixture(scope="module", params=MODELS, ids=lambda cls: cls.__name__)
def bench(request):
    return Bench(request.param)


def state(solution, name):
    return solution[name].entries


def dphi_mean(solution):
    return state(
        solution, "Positive electrode surface open-circuit potential [V]"
    ) - state(solution, "Positive electrode reaction overpotential [V]")


def capacity_balance(solution, p, d):
    """Charge passed, and charge found in sodium and on the particles' surface [C]."""
    passed = state(solution, "Discharge capacity [A.h]") * 3600
    sodium = state(solution, "Positive electrode stoichiometry")
    volume = d.eps_nfp * d.thickness * d.area
    held = 96485.33212331001 * d.c_max * volume * (sodium - sodium[0])
    dphi = dphi_mean(solution)
    surface = d.particle_area * d.thickness * d.area * p.c_dl * (dphi - dphi[0])
    return passed, held - surface


@pytest.mark.slow
@pytest.mark.parametrize("rate", [2, 0.2, -1])
@pytest.mark.parametrize("T", [303.15, 253.15])
def test_sodium_and_charge_are_conserved(bench, rate, T):
    start = 3.34 if rate > 0 else 2.25
    solution, p, d = bench.run(3600 / abs(rate), rate=rate, U=start, T=T)
    passed, found = capacity_balance(solution, p, d)
    assert np.abs(found - passed).max() < 1e-8 * abs(passed[-1])


@pytest.mark.parametrize("law", ["constant", "thermodynamic"])
def test_sodium_is_conserved_by_every_law(law):
    solution, p, d = Bench(SingleParticle, diffusion_law=law).run(1800, rate=1)
    passed, found = capacity_balance(solution, p, d)
    assert np.abs(found - passed).max() < 1e-8 * abs(passed[-1])


def test_an_unknown_law_of_diffusion_is_refused():
    with pytest.raises(pybamm.OptionError, match='did you mean "falling"'):
        SingleParticle(diffusion_law="fallling")


@pytest.mark.slow
def test_voltage_is_open_circuit_less_every_loss(bench):
    solution, _, _ = bench.run(1200, rate=2)
    parts = state(solution, "Positive electrode surface open-circuit potential [V]")
    for name in LOSSES:
        loss = state(solution, name)
        assert loss[-1] > 0 or name.startswith("Interphase")
        parts = parts - loss
    assert np.abs(state(solution, "Voltage [V]") - parts).max() < 1e-12


@pytest.mark.slow
def test_rest_returns_to_open_circuit(bench):
    inputs = bench.inputs(rate=1)
    driven = pybamm.Interpolant(
        np.array([0.0, 900, 901, 1e6]),
        np.array([1.0, 1, 0, 0]) * inputs["Current function [A]"],
        pybamm.t,
        name="pulse",
        interpolator="linear",
    )
    model = type(bench.simulation.model)()
    points = {"r_p": 24, "x_p": 12}
    solution = pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues(
            {**inputs, "Current function [A]": driven}
        ),
        var_pts={name: points[name] for name in model.default_var_pts},
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8),
    ).solve(np.array([0, 900, 901, 1e6]))
    p = parameters.Parameters.of(lambda name: inputs[name])
    d = derive(p)
    sodium = state(solution, "Positive electrode stoichiometry")[-1]
    expected = brentq(
        lambda U: (
            occupancy(U, p.T_ref, d.fractions, d.potentials, d.widths)[0] - sodium
        ),
        2,
        4,
    )
    assert state(solution, "Voltage [V]")[-1] == pytest.approx(expected, abs=1e-4)
    assert max(abs(state(solution, name)[-1]) for name in LOSSES) < 1e-4


def test_equilibrium_stays_at_equilibrium(bench):
    for U in (2.05, 2.9, 3.34, 4.4):
        solution, _, _ = bench.run(1e5, rate=0, U=U)
        assert state(solution, "Voltage [V]") == pytest.approx(U, abs=1e-6)


@pytest.mark.parametrize(
    ("rate", "U", "T"),
    [
        (20, 3.34, 303.15),
        (0.01, 3.34, 303.15),
        (0.2, 4.4, 253.15),
        (-20, 2.25, 303.15),
        (-0.1, 2.25, 233.15),
        (-20, 2.25, 353.15),
    ],
)
def test_fraction_inside_bounds_and_capacity_below_theory(bench, rate, U, T):
    solution, p, d = bench.run(5400 / abs(rate), rate=rate, U=U, T=T)
    assert solution.termination.startswith("event")
    surface = state(solution, "Positive particle surface stoichiometry")
    sodium = state(solution, "Positive particle stoichiometry")
    assert surface.min() >= 0
    assert surface.max() <= 1
    assert sodium.min() > -1e-6
    assert sodium.max() < 1 + 1e-6
    passed, _ = capacity_balance(solution, p, d)
    theory = p.active_fraction * p.specific_capacity * d.mass * 3600
    double_layer = d.particle_area * d.thickness * d.area * p.c_dl * 3.5
    assert abs(passed[-1]) < theory + double_layer


@pytest.mark.slow
def test_capacity_falls_with_rate(bench):
    for T in (303.15, 253.15):
        ends = []
        for rate in (0.02, 0.1, 0.5, 2, 5):
            solution, _, _ = bench.run(5400 / rate, rate=rate, T=T)
            ends.append(state(solution, "Discharge capacity [A.h]")[-1])
        assert np.all(np.diff(ends) < 0)


def test_small_current_resistance_is_the_sum_of_the_papers_terms(bench):
    """Na, plate and interface exactly, long after a small step of current."""
    rate = 1e-4
    solution, p, d = bench.run(3600, rate=rate, U=3.05, na_asymmetry=1.0)
    i = rate * d.nominal_capacity / d.area / d.contacted
    thermal = 8.31446261815324 * p.T / 96485.33212331001
    expected = {
        "Sodium overpotential [V]": i / d.roughness_anode * thermal / d.i0_na,
        "Separator bulk overpotential [V]": i * d.r_bulk,
        "Separator grain-boundary overpotential [V]": i * d.r_gb,
        "Plate-cathode interface overpotential [V]": (
            i / d.roughness_cathode * thermal / d.i0_separator
        ),
    }
    for name, value in expected.items():
        assert state(solution, name)[-1] == pytest.approx(value, rel=2e-3), name


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1, -1])
@pytest.mark.parametrize("cls", MODELS)
def test_limit_of_no_double_layer(cls, rate):
    """The limit of small capacities is the model without them."""
    start = 3.34 if rate > 0 else 2.25
    small = {"c_na": 1e-3, "c_separator": 1e-3, "c_gb": 1e-6, "c_film": 1e-6}
    with_layers, _, d = Bench(cls).run(4800, rate=rate, U=start, c_dl=5e-3, **small)
    without, _, _ = Bench(cls, double_layers=False).run(
        4800, rate=rate, U=start, c_dl=5e-3
    )
    name = "Discharge capacity [A.h]"
    ends = [abs(state(s, name)[-1]) for s in (with_layers, without)]
    assert ends[0] == pytest.approx(ends[1], abs=0.2e-3 * d.mass * 1e3)
    t = np.linspace(5, 0.9 * min(with_layers.t[-1], without.t[-1]), 200)
    difference = with_layers["Voltage [V]"](t) - without["Voltage [V]"](t)
    # at a step the shift in time of the layers' charge is tens of millivolts
    assert np.percentile(np.abs(difference), 98) < 1e-3


@pytest.fixture(scope="module")
def explicit():
    return Bench(SingleParticle, double_layers=False, explicit_surface=True)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "T"), [(1, 303.15), (-1, 303.15), (0.1, 253.15)])
def test_an_explicit_surface_needs_no_unknown(explicit, rate, T):
    """The same curve as with the potential of the surface as an unknown."""
    start = 3.34 if rate > 0 else 2.25
    unknown = Bench(SingleParticle, double_layers=False)
    other, _, d = unknown.run(5400 / abs(rate), rate=rate, U=start, T=T)
    one, _, _ = explicit.run(5400 / abs(rate), rate=rate, U=start, T=T)
    assert explicit.simulation.built_model.len_alg == 0
    assert len(one.t) < len(other.t)
    assert one.termination == other.termination
    name = "Discharge capacity [A.h]"
    ends = [abs(state(s, name)[-1]) for s in (one, other)]
    assert ends[0] == pytest.approx(ends[1], abs=2e-2 * d.mass)
    t = np.linspace(1e-3, 0.98, 300) * min(one.t[-1], other.t[-1])
    for name in ("Voltage [V]", *LOSSES):
        difference = one[name](t) - other[name](t)
        assert np.sqrt(np.mean(difference**2)) < 2e-4, name


@pytest.mark.parametrize(("rate", "T"), [(2, 303.15), (-0.2, 273.15)])
def test_an_explicit_surface_conserves_sodium(explicit, rate, T):
    start = 3.34 if rate > 0 else 2.25
    solution, p, d = explicit.run(5400 / abs(rate), rate=rate, U=start, T=T)
    p = replace(p, c_dl=0)
    passed, found = capacity_balance(solution, p, d)
    assert np.abs(found - passed).max() < 1e-9 * abs(passed[-1])


@pytest.mark.parametrize("T", [233.15, 303.15, 353.15])
@pytest.mark.parametrize("rate", [-0.5, -0.05, 0.05, 0.5])
def test_an_explicit_surface_ends_at_the_cut_off(explicit, rate, T):
    """Where the surface is empty or full, voltage is almost a step of its fraction."""
    start, end = (3.34, 2.0) if rate > 0 else (2.25, 4.5)
    solution, _, _ = explicit.run(5400 / abs(rate), rate=rate, U=start, T=T)
    which = "Minimum" if rate > 0 else "Maximum"
    assert solution.termination == f"event: {which} voltage [V]"
    assert state(solution, "Voltage [V]")[-1] == pytest.approx(end, abs=1e-4)
    surface = state(solution, "Positive particle surface stoichiometry")
    assert surface.min() >= 0
    assert surface.max() <= 1


def test_an_explicit_surface_at_rest_keeps_its_open_circuit(explicit):
    for U in (2.05, 2.9, 3.34, 4.4):
        solution, _, _ = explicit.run(1e5, rate=0, U=U)
        # at 2.05 and 4.4 V round-off of the fraction is that much
        assert state(solution, "Voltage [V]") == pytest.approx(U, abs=6e-5)


def test_double_layers_and_the_thermodynamic_law_have_no_explicit_surface():
    for laws in ({}, {"double_layers": False, "diffusion_law": "thermodynamic"}):
        model = SingleParticle(explicit_surface=True, **laws)
        names = {variable.name for variable in model.algebraic}
        assert "Positive particle surface potential [V]" in names


def discretised(expression, dphi, left, right, n=50):
    """The expression, for a given profile of dphi, at the edges of the mesh cells."""
    variable = pybamm.Variable("dphi", domain=mesh.ELECTRODE)
    geometry = {mesh.ELECTRODE: {"x_p": {"min": 0, "max": 1}}}
    pybamm.ParameterValues({}).process_geometry(geometry)
    meshes = pybamm.Mesh(
        geometry, {mesh.ELECTRODE: pybamm.Uniform1DSubMesh}, {"x_p": n}
    )
    disc = pybamm.Discretisation(meshes, {mesh.ELECTRODE: pybamm.FiniteVolume()})
    disc.set_variable_slices([variable])
    disc.bcs = {
        variable: {
            "left": (pybamm.Scalar(left), "Neumann"),
            "right": (pybamm.Scalar(right), "Neumann"),
        }
    }
    nodes, edges = meshes[mesh.ELECTRODE].nodes, meshes[mesh.ELECTRODE].edges
    out = disc.process_symbol(expression(variable)).evaluate(y=dphi(nodes))
    return edges, np.ravel(out)


@pytest.mark.parametrize(
    ("kappa", "sigma"), [(0.3, 1e12), (1e12, 0.3), (0.3, 0.7), (0.7, 0.3)]
)
def test_ionic_current_in_both_limits(kappa, sigma):
    i, L = 2.0, 1e-2
    left, right = i * L / kappa, -i * L / sigma
    # quadratic, so that gradients on edges are exact but for the mean of two nodes
    edges, i_e = discretised(
        lambda v: ionic_current(v, i, L, kappa, sigma),
        lambda x: left * x + (right - left) * x**2 / 2,
        left,
        right,
        n=400,
    )
    gradient = left + (right - left) * edges
    assert i_e[[0, -1]] == pytest.approx([i, 0], abs=1e-9)
    if sigma > 1e6:
        assert i_e == pytest.approx(kappa / L * gradient, rel=1e-2, abs=1e-2)
    if kappa > 1e6:
        assert i_e == pytest.approx(sigma / L * gradient + i, rel=1e-2, abs=1e-2)
    assert np.all(np.diff(i_e) < 0)


def test_charge_exchanged_is_the_divergence_of_the_ionic_current():
    i, L, kappa, sigma, a = 2.0, 1e-2, 0.3, 0.7, 1e5
    j = pybamm.Variable("j", domain=mesh.ELECTRODE)

    def exchanged(dphi):
        part = charge_exchanged(dphi, j, i, L, kappa, sigma, a)
        assert set(part.boundary_conditions) == {dphi}
        assert float(part.initial_conditions[j].evaluate()) == -i / (a * L)
        found, unknown = part.algebraic[j].children
        assert unknown == j
        return found

    left, right = i * L / kappa, -i * L / sigma
    _, found = discretised(
        exchanged, lambda x: left * x + (right - left) * x**2 / 2, left, right
    )
    # a quadratic profile loses the same everywhere, and the current of the cell in all
    assert found == pytest.approx(-i / (a * L), rel=1e-9)


@pytest.mark.parametrize(("kappa", "sigma"), [(0.3, 1e9), (1e9, 0.3), (0.3, 0.7)])
def test_composite_losses_are_the_integrals(kappa, sigma):
    i, L = 2.0, 1e-2
    x = np.linspace(0, 1, 20001)
    i_e = i * (1 - x) ** 3
    gradient = L * (i_e * (1 / kappa + 1 / sigma) - i / sigma)
    step = (gradient[1:] + gradient[:-1]) / 2 * np.diff(x)
    dphi = 3 + np.concatenate([[0], np.cumsum(step)])
    mean = np.trapezoid(dphi, x)
    ionic, electronic = composite_losses(dphi[0], mean, dphi[-1], i, L, kappa, sigma)
    assert ionic == pytest.approx(L / kappa * np.trapezoid((1 - x) * i_e, x), abs=1e-9)
    assert electronic == pytest.approx(
        L / sigma * np.trapezoid(x * (i - i_e), x), abs=1e-9
    )


@pytest.mark.slow
def test_models_agree_where_the_composite_conducts_well():
    wide = {"kappa": 1e3, "sigma_carbon": 1e7, "w_carbon": 0.06}
    ends = []
    for cls in MODELS:
        solution, _, _ = Bench(cls).run(4000, rate=2, **wide)
        t = np.linspace(1, 1000, 50)
        ends.append(solution["Voltage [V]"](t))
    assert ends[0] == pytest.approx(ends[1], abs=2e-4)


def test_every_law_of_a_cell_file_is_in_the_model():
    assert set(LAWS) == set(DIFFUSION_LAWS)
