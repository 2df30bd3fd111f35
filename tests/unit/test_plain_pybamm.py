"""Plain PyBaMM: what a user sets is used, or refused in one sentence."""

import copy
import json
import pickle

import numpy as np
import pybamm
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError
from nfpcell.model.cathode import POTENTIAL_DIFFERENCE
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.parameter_values import C_INIT, T_INIT, U_INIT
from nfpcell.model.single_particle import SingleParticle

MODELS = [HalfCell, SingleParticle]
SMALL = {"r_p": 20, "x_p": 8}
OCP = "Positive electrode OCP [V]"
THICKNESS = "Positive electrode thickness [m]"
CONTACT = "Contact resistance [Ohm]"
AMBIENT = "Ambient temperature [K]"
NOMINAL = "Nominal cell capacity [A.h]"


def shipped():
    return Cell.load("C").parameter_values()


def simulation(values, model=None, **kwargs):
    model = model or SingleParticle()
    points = {name: SMALL[name] for name in model.default_var_pts}
    return pybamm.Simulation(model, parameter_values=values, var_pts=points, **kwargs)


def voltage(values, model=None, **inputs):
    solution = simulation(values, model).solve([0, 60], **inputs)
    return float(solution["Voltage [V]"](60))


def by_item(values, changed):
    for name, value in changed.items():
        values[name] = value
    return values


def by_update(values, changed):
    values.update(changed, check_already_exists=False)
    return values


def by_dictionary(values, changed):
    return pybamm.ParameterValues({**values, **changed})


def by_copy(values, changed):
    return by_item(values, changed).copy()


def by_pickle(values, changed):
    return pickle.loads(pickle.dumps(by_item(values, changed)))


def by_json(values, changed):
    text = json.dumps(by_item(values, changed).to_json())
    return pybamm.ParameterValues.from_json(json.loads(text))


def own_ocp(stoichiometry):
    return 2.6 - 0.1 * stoichiometry


def own_diffusivity(stoichiometry, temperature):
    return 1e-16 * pybamm.exp(-stoichiometry) * temperature / 300


WAYS = [by_item, by_update, by_dictionary, by_copy, by_pickle, by_json]
# a quantity of PyBaMM's, its value, and what the sentence has to name
NOT_TAKEN = [
    (OCP, own_ocp, "gallery 1 potential"),
    (OCP, 2.9, "gallery 1 potential"),
    (THICKNESS, 1e-4, "areal capacity"),
    (THICKNESS, "[input]", "areal capacity"),
    (
        "Maximum concentration in positive electrode [mol.m-3]",
        2e4,
        "active fraction of theoretical capacity",
    ),
    ("Positive electrode active material volume fraction", 0.5, "void fraction"),
    (
        "Number of electrodes connected in parallel to make a cell",
        2,
        "Electrode width",
    ),
    ("Number of cells connected in series to make a battery", 2, "nfpcell stack"),
    ("Positive particle radius [m]", 1e-6, "active powder specific surface"),
    ("Positive electrode porosity", 0.3, "did you mean"),
    ("Negative electrode thickness [m]", 1e-4, "not a name the model reads"),
    ("Positive electrode lithiation OCP [V]", own_ocp, "hysteresis gap"),
    ("Positive electrode OCP hysteresis gap [V]", 0.1, "one-state hysteresis"),
    ("Separator thickness [m]", 300, "at most 0.1"),
    ("Lower voltage cut-off [V]", 5.0, "is not below"),
    ("Positive electrode carbon mass fraction", 0.9, "right would be"),
    (AMBIENT, 25, "298.15 if degrees Celsius were meant"),
    ("Electrolyte conductivity [S.m-1]", lambda c, T: c * T, "right would be a number"),
    (AMBIENT, lambda y, z, t: 25 + t / 60, "298.15 if degrees Celsius were meant"),
    (AMBIENT, 303.0 + 273.15, "303 if kelvin was meant"),
    (AMBIENT, 393.15, "at most 371.15, where sodium melts"),
    (AMBIENT, pybamm.Scalar(25), "298.15 if degrees Celsius were meant"),
]


@pytest.mark.parametrize(("name", "value", "named"), NOT_TAKEN)
def test_what_the_models_cannot_take_is_refused(name, value, named):
    values = by_item(shipped(), {name: value})
    with pytest.raises(DataFileError) as refused:
        simulation(values).build()
    sentence = str(refused.value)
    assert name in sentence
    assert named in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        (OCP, own_ocp),
        (THICKNESS, 1e-4),
        (AMBIENT, 25),
        ("Positive particle diffusivity [m2.s-1]", own_diffusivity),
        ("Positive electrode active material volume fraction", own_diffusivity),
        ("Number of cells connected in series to make a battery", own_ocp),
    ],
)
def test_however_it_was_set(way, name, value):
    with pytest.raises(DataFileError, match="right would be"):
        simulation(way(shipped(), {name: value})).build()


@pytest.mark.parametrize("way", WAYS)
def test_the_set_as_it_is_goes_every_way(way):
    assert voltage(way(shipped(), {})) == voltage(shipped())


@pytest.mark.parametrize("cls", MODELS)
def test_the_values_are_checked_by_every_user_of_a_model(cls):
    values = by_item(shipped(), {OCP: own_ocp})
    with pytest.raises(DataFileError, match="OCP"):
        values.process_model(cls())
    with pytest.raises(DataFileError, match="OCP"):
        pybamm.EISSimulation(cls(), parameter_values=values).solve([1.0])
    with pytest.raises(DataFileError, match="OCP"):
        simulation(values, cls(), experiment="Rest for 1 minute").solve()
    with pytest.raises(DataFileError, match="OCP"):
        simulation(values, pickle.loads(pickle.dumps(cls()))).build()
    with pytest.raises(DataFileError, match="OCP"):
        simulation(values, copy.deepcopy(cls())).build()


@pytest.mark.parametrize("way", [by_item, by_json])
@pytest.mark.parametrize("thermal", ["isothermal", "lumped"])
def test_the_temperature_of_the_surroundings_as_a_function(thermal, way):
    def warming(y, z, t):
        return 300 + t / 60

    values = way(shipped(), {AMBIENT: warming})
    solution = simulation(values, SingleParticle({"thermal": thermal})).solve([0, 60])
    kelvin = solution["Cell temperature [K]"].entries
    assert kelvin[0] == 300
    assert kelvin[-1] == pytest.approx(301, abs=1e-9 if thermal == "isothermal" else 1)
    assert solution["Ambient temperature [K]"](60) == 301


def test_a_primary_quantity_is_followed_by_what_depends_on_it():
    values = by_item(shipped(), {"Positive electrode void fraction": 0.3})
    d = Cell.load("C").with_values({"Positive electrode void fraction": 0.3}).derived()
    solution = simulation(values).solve([0, 10])
    assert values.evaluate(values[THICKNESS]) == pytest.approx(d.thickness)
    assert solution[THICKNESS].entries[-1] == pytest.approx(d.thickness)


def test_own_quantities_of_a_user_that_something_reads_are_taken():
    own = {
        "my amplitude [A]": 1e-4,
        "my factor": 2.0,
        "my scale": 3.0,
        "Current function [A]": lambda t: (
            pybamm.Parameter("my amplitude [A]") * pybamm.sin(t / 60)
        ),
        CONTACT: 5 * pybamm.Parameter("my factor"),
    }
    model = SingleParticle()
    model.variables["mine"] = model.variables["Voltage [V]"] * pybamm.Parameter(
        "my scale"
    )
    for way in (by_item, by_json):
        solution = simulation(way(shipped(), own), model).solve([0, 60])
        assert solution["Current [A]"](60) == pytest.approx(1e-4 * np.sin(1), rel=1e-6)
        lost = solution["Contact overpotential [V]"](60)
        assert lost == pytest.approx(10 * 1e-4 * np.sin(1), rel=1e-6)
        assert solution["mine"](60) == 3 * solution["Voltage [V]"](60)
    values = by_item(shipped(), {"my amplitude [A]": 1e-4})
    with pytest.raises(DataFileError, match="my amplitude"):
        simulation(values).build()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({THICKNESS: 1e-4}, "follows from .* areal capacity"),
        ({CONTACT: 10.0, OCP: 3.0}, "OCP"),
        ({CONTACT: 10.0, "Separator thickness [m]": 1e-3}, r'= "\[input\]" before'),
        ({CONTACT: 10.0, "Separator thicknes [m]": 1e-3}, "did you mean"),
    ],
)
def test_an_input_that_the_model_does_not_have_is_refused(inputs, named):
    values = by_item(shipped(), {CONTACT: "[input]"})
    with pytest.raises(DataFileError, match=named):
        simulation(values).solve([0, 10], inputs=inputs)
    with pytest.raises(DataFileError, match=named):
        simulation(values).step(10, inputs=inputs)
    with pytest.raises(DataFileError, match=named):
        simulation(values, experiment="Rest for 1 minute").solve(inputs=inputs)


def test_an_input_of_25_kelvin_is_refused():
    values = by_item(shipped(), {AMBIENT: "[input]"})
    with pytest.raises(DataFileError, match=r"298\.15 if degrees Celsius were meant"):
        simulation(values).solve([0, 10], inputs={AMBIENT: 25})


def test_an_input_outside_its_range_is_refused():
    values = by_item(shipped(), {CONTACT: "[input]"})
    with pytest.raises(DataFileError, match="-1 is refused; right would be"):
        simulation(values).solve([0, 10], inputs={CONTACT: -1.0})


def test_inputs_that_the_model_has_are_taken():
    values = by_item(shipped(), {CONTACT: "[input]", "my own": "[input]"})
    values["Separator thickness [m]"] = 1e-3 * pybamm.Parameter("my own")
    inputs = {CONTACT: 10.0, "my own": 0.5}
    first = simulation(values).solve([0, 10], inputs=[inputs, inputs])[1]
    again = simulation(values, experiment="Rest for 1 minute").solve(inputs=inputs)
    assert first.t[-1] == 10
    assert again.t[-1] == 60


@pytest.mark.parametrize("mode", ["legacy", "unified"])
@pytest.mark.parametrize("first", [[], ["Rest for 1 minute"]])
def test_a_step_at_25_kelvin_is_refused(mode, first):
    cold = pybamm.step.string("Discharge at 1C for 1 minute", temperature=25)
    experiment = pybamm.Experiment([*first, cold])
    with pytest.raises(DataFileError, match=r"298\.15 if degrees Celsius were meant"):
        simulation(shipped(), experiment=experiment, experiment_model_mode=mode).solve()


def test_a_current_that_swings_around_the_charged_state():
    values = by_item(
        shipped(), {"Current function [A]": lambda t: 1e-4 * pybamm.sin(t)}
    )
    model = SingleParticle()
    solution = pybamm.Simulation(model, parameter_values=values).solve([0, 60])
    assert solution.termination == "final time"
    assert solution["Voltage [V]"](60) == pytest.approx(3.313, abs=0.01)


@pytest.mark.slow
def test_the_start_is_given_once():
    values = by_item(shipped(), {U_INIT: 3.0})
    with pytest.raises(DataFileError, match=r"initial_soc=.* no effect"):
        simulation(values).solve([0, 10], initial_soc=0.5)
    built = simulation(values)
    solution = built.solve([0, 10])
    start = solution["Bulk open-circuit voltage [V]"].entries[0]
    assert start == pytest.approx(3, abs=1e-6)
    with pytest.raises(DataFileError, match=r"initial_soc=.* no effect"):
        built.solve([0, 10], initial_soc=0.5)
    with pytest.raises(DataFileError, match="no effect"):
        simulation(by_item(values, {C_INIT: 1e4})).build()


@pytest.mark.slow
def test_1c_that_is_told_twice_is_remarked():
    values = by_item(shipped(), {"Nominal specific current at 1C [A.kg-1]": 200.0})
    with pytest.warns(UserWarning, match="1C of PyBaMM is"):
        simulation(values).build()
    values = by_item(shipped(), {NOMINAL: 1e-3})
    with pytest.warns(UserWarning, match=r"1C of PyBaMM is 0\.001 A"):
        solution = simulation(values, C_rate=2).solve([0, 10])
    assert solution["Current [A]"](10) == pytest.approx(2e-3)
    assert solution["C-rate"](10) == pytest.approx(2)


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_options_as_a_dictionary(cls):
    values = Cell.load("pouch").parameter_values()
    values[T_INIT] = 320.0
    model = cls({"thermal": "lumped", "surface form": "false"})
    assert model.options["thermal"] == "lumped"
    kelvin = simulation(values, model).solve([0, 60])["Cell temperature [K]"].entries
    assert kelvin[0] == 320
    assert kelvin[-1] < kelvin[0]
    assert model.name == cls().name
    assert cls({}).options == cls().options == cls(None).options


def test_a_dictionary_and_keywords_are_the_same_model():
    one = SingleParticle(
        {"surface form": "false", "calculate discharge energy": "true"}
    )
    other = SingleParticle(double_layers=False, energies=True)
    assert one.options == other.options
    assert list(one.rhs) == list(other.rhs)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"thermal": "x-full"}, "X-full thermal"),
        ({"thermal": "x-lumped", "cell geometry": "pouch"}, '"isothermal" or "lumped"'),
        ({"termal": "lumped"}, "Best matches are"),
        ({"thermal": "warm"}, "Possible values"),
        ({"working electrode": "both"}, 'right would be "positive"'),
        ({"contact resistance": "false"}, 'right would be "true"'),
        ({"SEI": "constant"}, 'right would be "none"'),
        ({"particle phases": "2", "surface form": "differential"}, 'would be "1"'),
        ({"open-circuit potential": "current sigmoid"}, '"one-state hysteresis"'),
        ({"dimensionality": 1}, 'right would be "0"'),
        ({"operating mode": "power"}, "a step of a pybamm.Experiment"),
        ({"surface form": "algebraic"}, '"differential" or "false"'),
        ({"particle": ("Fickian diffusion", "uniform profile")}, "Fickian"),
        ("lumped", "a dictionary such as"),
    ],
)
@pytest.mark.parametrize("cls", MODELS)
def test_options_that_are_not_in_these_models_are_refused(cls, options, sentence):
    with pytest.raises(pybamm.OptionError, match=sentence):
        cls(options)


@pytest.mark.slow
@pytest.mark.parametrize("way", [by_item, by_json])
def test_the_start_of_a_model_with_hysteresis(way):
    gap = "Positive electrode OCP hysteresis gap [V]"
    decay = "Positive electrode OCP hysteresis decay"
    wide = Cell.load("C").with_values({gap: 0.04, decay: 20.0}).parameter_values()
    model = SingleParticle({"open-circuit potential": "one-state hysteresis"})
    rest = {"Current function [A]": 0.0}
    sodium = {}
    for direction, state in (("charge", -1), (None, 0), ("discharge", 1)):
        start = {"initial_soc": "3.0 V", "direction": direction}
        values = way(wide.copy(), rest)
        solution = simulation(values, model).solve([0, 10], **start)
        assert solution["Voltage [V]"].entries == pytest.approx(3, abs=1e-6)
        assert solution["Hysteresis state"].entries == pytest.approx(state)
        sodium[direction] = solution["Positive electrode stoichiometry"].entries[0]
        values = way(wide.copy(), {**rest, "Initial hysteresis state": float(state)})
        again = simulation(values, model).solve([0, 10], initial_soc="3.0 V")
        assert again["Voltage [V]"].entries == pytest.approx(3, abs=1e-6)
    assert sodium["charge"] > sodium[None] > sodium["discharge"]


def test_an_option_and_a_keyword_that_contradict_are_refused():
    with pytest.raises(pybamm.OptionError, match="contradicts thermal='isothermal'"):
        SingleParticle({"thermal": "lumped"}, thermal="isothermal")


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_a_model_goes_to_json_and_back(cls, tmp_path):
    values = Cell.load("pouch").parameter_values()
    file = tmp_path / "model.json"
    model = cls({"thermal": "lumped"})
    model.to_json(file)
    again = pybamm.BaseModel.from_json(file)
    assert type(again) is cls
    assert again.options["thermal"] == "lumped"
    assert voltage(values, again) == voltage(values, model)
    with pytest.raises(DataFileError, match="OCP"):
        simulation(by_item(values, {OCP: own_ocp}), again).build()


@pytest.mark.slow
@pytest.mark.parametrize("cls", MODELS)
def test_a_discretised_model_goes_to_json_and_back(cls, tmp_path):
    built = simulation(shipped(), cls())
    built.build()
    built.save_model(str(tmp_path / "model"), mesh=True, variables=True)
    again = pybamm.load_model(str(tmp_path / "model.json"))
    solution = again.default_solver.solve(again, [0, 60])
    expected = built.solve([0, 60])["Voltage [V]"](60)
    assert solution["Voltage [V]"](60) == pytest.approx(expected, abs=1e-9)


def test_the_solver_goes_to_json_and_back():
    serialise = pybamm.Serialise
    solver = SingleParticle().default_solver
    again = serialise.deserialise_solver(serialise.serialise_solver(solver))
    assert again.rtol == solver.rtol


@pytest.fixture(scope="module", params=MODELS, ids=lambda cls: cls.__name__)
def discharge(request):
    model = request.param({"thermal": "lumped"})
    return simulation(shipped(), model), model


@pytest.fixture(scope="module")
def solution(discharge):
    return discharge[0].solve([0, 1800])


@pytest.mark.slow
def test_the_components_that_pybamm_plots_sum_to_the_voltage(discharge, solution):
    figure, axes = pybamm.plot_voltage_components(solution, show_plot=False)
    split = pybamm.plot_voltage_components(
        solution, split_by_electrode=True, show_plot=False
    )
    for _, ax in ((figure, axes), split):
        lowest = ax.collections[-1].get_paths()[0].vertices[:, 1]
        (line,) = ax.lines
        for V in line.get_ydata():
            assert np.abs(lowest - V).min() < 1e-9
    assert discharge[0].plot_voltage_components(show_plot=False)
    assert np.all(solution["Battery open-circuit voltage [V]"].entries > 2.9)


@pytest.mark.slow
def test_the_heats_that_pybamm_plots_sum_to_all_heat(solution):
    _, axes = pybamm.plot_thermal_components(solution, show_plot=False)
    assert len(axes) == 2
    heats = ("Ohmic", "Irreversible electrochemical", "Reversible", "Total")
    *parts, total = (solution[f"{name} heating [W]"].entries for name in heats)
    assert sum(parts) == pytest.approx(total, rel=1e-9, abs=1e-15)


@pytest.mark.slow
def test_plots_of_a_solution(discharge, solution):
    assert discharge[0].plot(show_plot=False).fig
    plot = pybamm.QuickPlot(
        solution, ["Positive particle stoichiometry", POTENTIAL_DIFFERENCE]
    )
    plot.plot(0.1)
    assert plot.fig


def test_summary_of_cycles():
    cycle = ("Discharge at 1C for 1 minute", "Rest for 1 minute")
    summary = (
        simulation(shipped(), experiment=pybamm.Experiment([cycle] * 2))
        .solve()
        .summary_variables
    )
    passed = summary["Change in discharge capacity [A.h]"]
    assert passed == pytest.approx([shipped()[NOMINAL] / 60] * 2, rel=1e-6)


# ---------------------------------------------------------------------- distributions
LENGTH_SPREAD = "Positive particle diffusion length spread"
BOUNDARY_SPREAD = "Separator grain-boundary time constant spread"


@pytest.mark.parametrize("cls", MODELS)
def test_particle_size_is_an_option_of_pybamm(cls):
    model = cls({"particle size": "distribution"}, grain_boundary_classes=3)
    assert model.options["particle size"] == "distribution"
    assert cls().options["particle size"] == "single"
    values = by_item(shipped(), {LENGTH_SPREAD: 0.5, BOUNDARY_SPREAD: 1.0})
    experiment = pybamm.Experiment(["Discharge at 1C for 300 s", "Rest for 60 s"])
    solution = simulation(values, model, experiment=experiment).solve()
    same = "Positive particle stoichiometry"
    small, large = (solution[f"Class {k}: {same}"].entries for k in (1, 5))
    assert small[..., -1].mean() > large[..., -1].mean() + 1e-3
    assert solution["Class 3: Separator grain-boundary overpotential [V]"].entries.any()


@pytest.mark.parametrize(
    ("name", "right"),
    [(LENGTH_SPREAD, '"particle size": "distribution"'), (BOUNDARY_SPREAD, "11")],
)
def test_a_spread_without_classes_is_refused(name, right):
    with pytest.raises(DataFileError, match="without classes") as refused:
        voltage(by_item(shipped(), {name: 0.5}))
    assert right in str(refused.value)


@pytest.mark.parametrize("count", [0, 2.5, 16, "3"])
def test_a_number_of_classes_is_checked(count):
    with pytest.raises(pybamm.OptionError, match="whole number from 1 to 15"):
        SingleParticle(size_classes=count)
