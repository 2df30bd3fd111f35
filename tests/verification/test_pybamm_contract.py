"""What PyBaMM asks of a model: breaks first when PyBaMM changes."""

import pickle

import numpy as np
import pybamm
import pytest

from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import derive
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.parameter_values import U_INIT, pybamm_values
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics.open_circuit import occupancy

MODELS = [HalfCell, SingleParticle]
CURRENT = "Current function [A]"
ACTIVE_FRACTION = "Positive electrode active fraction of theoretical capacity"
SMALL = {"r_p": 20, "x_p": 8}


def cell_values(start=3.34):
    return pybamm_values(Cell.load("yamauchi2020_cell_c"), start)


VALUES = cell_values()
NOMINAL = VALUES["Nominal cell capacity [A.h]"]
# every number the model reads, as inputs
NUMBERS = {
    **{name: VALUES[name] for name in parameters.NAMES.values()},
    "Ambient temperature [K]": 303.15,
    U_INIT: 3.34,
    "Initial sodium contact state": 0.0,
    "Initial hysteresis state": 0.0,
    CURRENT: NOMINAL,
}


def var_pts(cls):
    return {name: n for name, n in SMALL.items() if name in cls().default_var_pts}


def simulation(cls, values=VALUES, experiment=None, **kwargs):
    words = ("double_layers", "diffusion_law", "explicit_surface")
    laws = {word: kwargs.pop(word) for word in words if word in kwargs}
    return pybamm.Simulation(
        cls(**laws),
        parameter_values=pybamm.ParameterValues(values),
        experiment=experiment and pybamm.Experiment(experiment),
        var_pts=var_pts(cls),
        **kwargs,
    )


def fraction_at_state_of_charge(cell_fraction):
    """Sodium fraction at a state of charge: linear between the two cut-offs."""
    p = parameters.Parameters.of(lambda name: NUMBERS[name])
    d = derive(p)
    low, high = (
        occupancy(U, p.T_ref, d.fractions, d.potentials, d.widths)[0]
        for U in (p.voltage_min, p.voltage_max)
    )
    return low + cell_fraction * (high - low)


@pytest.mark.parametrize("cls", MODELS)
def test_model_is_well_posed(cls):
    model = cls()
    model.check_well_posedness()


@pytest.mark.slow
@pytest.mark.parametrize("double_layers", [True, False])
@pytest.mark.parametrize("cls", MODELS)
def test_experiment_with_every_kind_of_step(cls, double_layers):
    step = pybamm.step
    steps = [
        "Discharge at 1C for 10 minutes",
        "Rest for 10 minutes",
        step.string("Discharge at C/5 for 10 minutes", temperature="0oC"),
        step.power(5e-4, duration=300),
        step.resistance(8e3, duration=300),
        step.current(
            np.column_stack([np.arange(0.0, 61), 1e-4 * np.sin(np.arange(0.0, 61))])
        ),
        "Charge at C/2 until 3.4 V",
        "Hold at 3.4 V until C/20",
        "Charge at 1 C until 4.2 V",
    ]
    solution = simulation(cls, experiment=steps, double_layers=double_layers).solve()
    assert len(solution.cycles) == len(steps)
    V, i = "Voltage [V]", "Current [A]"
    ends = [c[V].entries[-1] for c in solution.cycles]
    assert solution.cycles[0][i].entries[-1] == pytest.approx(NOMINAL)
    assert solution.cycles[1][i].entries[-1] == pytest.approx(0, abs=1e-12)
    assert solution.cycles[2]["Cell temperature [K]"].entries[-1] == 273.15
    power = solution.cycles[3][V].entries * solution.cycles[3][i].entries
    assert power[1:] == pytest.approx(5e-4, rel=1e-4)
    resistance = solution.cycles[4][V].entries / solution.cycles[4][i].entries
    assert resistance[1:] == pytest.approx(8e3, rel=1e-4)
    assert ends[6] == pytest.approx(3.4, abs=1e-3)
    assert solution.cycles[7][V].entries[1:] == pytest.approx(3.4, abs=1e-3)
    assert solution.cycles[7][i].entries[-1] == pytest.approx(-NOMINAL / 20, rel=1e-2)
    profile = solution.cycles[5]
    expected = np.interp(
        profile.t - profile.t[0], np.arange(61), 1e-4 * np.sin(np.arange(61))
    )
    assert profile[i].entries == pytest.approx(expected, abs=1e-8)
    assert ends[8] == pytest.approx(4.2, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_experiment_of_constant_currents_with_an_explicit_surface(cls):
    steps = [
        "Discharge at 1C until 2.0 V",
        "Rest for 10 minutes",
        "Charge at C/2 until 4.2 V",
        "Rest for 10 minutes",
        pybamm.step.string("Discharge at C/5 until 2.5 V", temperature="0oC"),
    ]
    ends = [
        [cycle["Voltage [V]"].entries[-1] for cycle in solution.cycles]
        for solution in (
            simulation(
                cls,
                experiment=steps,
                double_layers=False,
                explicit_surface=explicit,
            ).solve()
            for explicit in (True, False)
        )
    ]
    assert ends[0] == pytest.approx(ends[1], abs=2e-3)
    assert ends[0][::2] == pytest.approx([2.0, 4.2, 2.5], abs=1e-3)


@pytest.mark.parametrize("cls", MODELS)
def test_drive_cycle_as_current_function(cls):
    t = np.linspace(0, 600, 61)
    drive = pybamm.Interpolant(t, NOMINAL * np.sin(t / 40), pybamm.t, name="drive")
    values = {**cell_values(start=3.05), CURRENT: drive}
    solution = simulation(cls, values).solve([0, 600])
    current = solution["Current [A]"](np.array([100.0, 300.0]))
    assert current == pytest.approx(NOMINAL * np.sin([100 / 40, 300 / 40]), abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_initial_soc_as_voltage(cls):
    sim = simulation(cls, {**VALUES, CURRENT: 0.0})
    for volts in (2.1, 2.5, 2.75, 2.9, 3.05, 3.3, 3.6, 4.4):
        voltage = sim.solve([0, 10], initial_soc=f"{volts} V")["Voltage [V]"].entries
        assert voltage == pytest.approx(volts, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_initial_soc_as_number(cls):
    sim = simulation(cls, {**VALUES, CURRENT: 0.0})
    for soc in (0, 0.01, *np.linspace(0.1, 0.9, 9).tolist(), 1):
        solution = sim.solve([0, 10], initial_soc=soc)
        fraction = solution["Positive electrode stoichiometry"].entries
        assert fraction == pytest.approx(fraction_at_state_of_charge(soc), abs=5e-4)
        if soc in (0, 1):  # the cut-offs, to solver tolerance
            assert solution["Voltage [V]"].entries == pytest.approx(
                NUMBERS[parameters.NAMES["voltage_max" if soc else "voltage_min"]],
                abs=1e-4,
            )


@pytest.mark.slow
def test_initial_soc_with_galleries_as_inputs():
    name = parameters.NAMES["U_2"]
    sim = simulation(SingleParticle, {**VALUES, CURRENT: 0.0, name: "[input]"})
    for U_2 in (2.95, 3.02):
        solution = sim.solve([0, 10], initial_soc="2.97 V", inputs={name: U_2})
        assert solution["Voltage [V]"].entries == pytest.approx(2.97, abs=1e-5)


@pytest.mark.slow
def test_initial_soc_then_experiment():
    sim = simulation(SingleParticle, experiment=["Charge at C/5 for 1 minute"])
    solution = sim.solve(initial_soc="2.9 V")
    assert solution["Voltage [V]"].entries[0] == pytest.approx(2.9, abs=0.06)


def test_number_for_initial_voltage_wins():
    sim = simulation(SingleParticle, {**VALUES, U_INIT: 2.6, CURRENT: 0.0})
    assert sim.solve([0, 1])["Voltage [V]"].entries == pytest.approx(2.6, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_every_parameter_as_input_built_once(cls):
    sim = simulation(cls, dict.fromkeys(NUMBERS, "[input]"))
    plain = simulation(cls, {**VALUES, **NUMBERS})
    base = sim.solve([0, 600], inputs=dict(NUMBERS))
    built = sim.built_model
    assert base["Voltage [V]"](600) == pytest.approx(
        plain.solve([0, 600])["Voltage [V]"](600), abs=5e-5
    )
    changed = []
    for name in sorted(NUMBERS):
        steps = {"Reference temperature [K]": 1.01, ACTIVE_FRACTION: 1.05}
        step = steps.get(name, 1.1)
        # within the range that inputs may have
        small = 0.005 if name.endswith("entropic change [V.K-1]") else 0.3
        value = NUMBERS[name] * step if NUMBERS[name] else small
        if name.endswith("potential [V]") or name == U_INIT:
            value = NUMBERS[name] + 0.02
        if name == "Ambient temperature [K]":
            value = 293.15
        new = sim.solve([0, 600], inputs={**NUMBERS, name: value})
        if abs(new["Voltage [V]"](600) - base["Voltage [V]"](600)) > 1e-9:
            changed.append(name)
    assert sim.built_model is built
    same = set(NUMBERS) - set(changed)
    # capacities that have long been charged, what is exactly at its reference here,
    # the cut-offs, and what only a lumped temperature reads
    heat = (".K-1]", "surface area per electrode area")
    allowed = ("capacity [F.m-2]", "activation energy [J.mol-1]", "cut-off [V]", *heat)
    rest = {name for name in same if not name.endswith(allowed)}
    assert rest <= {
        # read by a model with hysteresis only: tests/unit/test_hysteresis.py
        "Positive electrode OCP hysteresis gap [V]",
        "Positive electrode OCP hysteresis decay",
        "Initial hysteresis state",
        # read with a limit of stripping only: tests/unit/test_sodium_contact.py
        "Stack pressure [Pa]",
        "Sodium critical stripping current density [A.m-2]",
        "Sodium critical stripping current density reference pressure [Pa]",
        "Sodium void charge [A.h.m-2]",
        # read with classes only: tests/verification/test_distributions.py
        "Positive particle diffusion length spread",
        "Separator grain-boundary time constant spread",
        # the law of percolation, which former files use: tests/unit/test_cell.py
        "Carbon network conductivity [S.m-1]",
        "Carbon percolation threshold",
        "Carbon percolation exponent",
        "Carbon percolation rounding",
        "Cathode firing temperature [K]",
        "Bonded-fraction exponent",
        "Plate pore-former diameter [m]",
        "Plate accessible depth of porous layer [m]",
        "Interphase reference firing temperature [K]",
        "Positive electrode exchange-current density floor",
        "Positive electrode OCP entropic change [V.K-1]",
        "Nominal specific current at 1C [A.kg-1]",
        # the two parts of the electrolyte in series have the same temperature here
        "Electrolyte grain-boundary share of resistance",
        "Positive electrode conductivity without carbon [S.m-1]",
        "Positive electrode gallery 1 width",
        "Positive electrode gallery 1 potential [V]",
    }, rest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "double_layers", "explicit_surface"),
    [
        (HalfCell, True, False),
        (SingleParticle, True, False),
        (SingleParticle, False, False),
        (SingleParticle, False, True),
    ],
)
def test_sensitivities_against_finite_differences(cls, double_layers, explicit_surface):
    keys = ["separator_thickness", "D_poor", "j0", "U_4", "low_step"]
    names = [parameters.NAMES[key] for key in keys]
    numbers = {name: NUMBERS[name] for name in names}
    values = {**VALUES, **dict.fromkeys(names, "[input]")}
    sim = simulation(
        cls,
        values,
        double_layers=double_layers,
        explicit_surface=explicit_surface,
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-7),
    )
    t = np.linspace(0, 1200, 7)
    solution = sim.solve(
        t, t_interp=t, inputs=dict(numbers), calculate_sensitivities=names
    )
    dV = solution["Voltage [V]"].sensitivities
    p = parameters.Parameters.of(lambda name: NUMBERS[name])
    d = derive(p)
    exact = -NOMINAL / d.area / d.contacted / p.kappa
    assert np.ravel(dV[names[0]])[1:] == pytest.approx(exact, rel=1e-4)
    for key, name in zip(keys, names, strict=True):
        h = {"U_4": 1e-3, "low_step": 4e-3}.get(key, 2e-2) * numbers[name]
        up, down = (
            sim.solve(t, t_interp=t, inputs={**numbers, name: numbers[name] + s})[
                "Voltage [V]"
            ](t)
            for s in (h, -h)
        )
        expected = (up - down) / (2 * h)
        scale = np.abs(expected).max()
        assert np.ravel(dV[name]) == pytest.approx(expected, abs=1e-2 * scale), name


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_pickle_of_model_and_simulation(cls):
    model = pickle.loads(pickle.dumps(cls()))
    assert model.name == cls().name
    sim = simulation(cls)
    before = sim.solve([0, 60])["Voltage [V]"].entries[-1]
    again = pickle.loads(pickle.dumps(sim))
    assert again.solve([0, 60])["Voltage [V]"].entries[-1] == before


@pytest.mark.parametrize("cls", MODELS)
def test_impedance_by_pybamm(cls):
    frequencies = np.logspace(-2, 13, 16)
    spectrum = pybamm.EISSimulation(
        cls(),
        parameter_values=pybamm.ParameterValues(VALUES),
        # the limit is met but for half a cell at either end of the layer
        var_pts={**var_pts(cls), **({"x_p": 64} if cls is HalfCell else {})},
    )
    z = np.asarray(spectrum.solve(frequencies).impedance)
    assert np.all(np.diff(z.real) < 1e-9)
    p = parameters.Parameters.of(lambda name: NUMBERS[name])
    d = derive(p)
    layer = 1 / (d.kappa_eff + d.sigma_eff)
    if cls is SingleParticle:
        layer = (1 / d.kappa_eff + 1 / d.sigma_eff) / 3
    limit = (
        d.r_bulk / d.contacted + d.thickness * layer
    ) / d.area + p.contact_resistance
    assert z[-1].real == pytest.approx(limit, rel=4e-3)
    assert z[-1].imag == pytest.approx(0, abs=1e-2 * limit)


@pytest.mark.parametrize("cls", MODELS)
def test_open_circuit_at_the_start_as_pybop_asks_for_it(cls):
    warm = {"Ambient temperature [K]": 323.15}
    entropy = {parameters.NAMES["dUdT"]: -2e-4}
    values = pybamm.ParameterValues({**VALUES, **warm, **entropy, U_INIT: 3.0})
    expected = simulation(cls, {**values, CURRENT: 0.0}).solve([0, 1])
    start = values.evaluate(cls().param.ocv_init)
    assert start == pytest.approx(expected["Voltage [V]"].entries[0], abs=1e-6)
    assert start == pytest.approx(3.0 - 2e-4 * 20)


@pytest.mark.slow
@pytest.mark.parametrize("law", ["falling", "constant", "thermodynamic"])
@pytest.mark.parametrize("cls", MODELS)
def test_diffusion_laws(cls, law):
    solution = simulation(cls, diffusion_law=law).solve([0, 7200])
    assert solution.termination == "event: Minimum voltage [V]"
    sodium = solution["Positive electrode stoichiometry"].entries
    assert 0.5 < sodium[-1] < 1
