"""The page on PyBOP, run as it stands, and what it says of PyBOP and the model."""

import numpy as np
import pybamm
import pytest

from tests.acceptance.test_docs import DOCS, blocks, run_python

pybop = pytest.importorskip("pybop", reason="needs the extra: nfpcell[pybop]")

PAGE = DOCS / "pybop.md"
THICKNESS = "Separator thickness [m]"
CONTACT = "Contact resistance [Ohm]"
MODEL = "NFPSingleParticle"
FREE = {THICKNESS: 1e-3, CONTACT: 20.0}
ELSEWHERE = {THICKNESS: 0.5e-3, CONTACT: 25.0}


@pytest.fixture(scope="module")
def names():
    found = {}
    for kind, text in blocks(PAGE):
        if kind == "python":
            run_python(text, PAGE, found)
    return found


def ratios(names, result):
    """Start and result of a fit over the true values."""
    fitted = result.best_inputs
    true = np.array([names["truth"][name] for name in fitted])
    return result.x0 / true, dict(zip(fitted, result.x / true, strict=True))


# three standard errors or more; over eight seeds one is 0.0005 %, 0.7 %, 0.3 %, 0.9 %
@pytest.mark.parametrize(
    ("fit", "tolerances"),
    [
        ("from_discharge", {"DIFFUSIVITY": 1e-4, "INTERFACE": 0.03}),
        ("from_spectrum", {"CONTACT": 0.01, "INTERFACE": 0.03}),
    ],
)
def test_the_page_recovers_what_made_the_data(names, fit, tolerances):
    start, found = ratios(names, names[fit])
    assert np.all(np.abs(np.log(start)) > np.log(2.9))
    assert set(found) == {names[word] for word in tolerances}
    for word, tolerance in tolerances.items():
        assert found[names[word]] == pytest.approx(1, abs=tolerance), word


def test_a_length_is_free_without_a_new_build(names):
    simulator = pybop.pybamm.Simulator(
        pybamm.Model(MODEL),
        parameter_values=names["cell_c"](FREE),
        protocol=names["discharge"],
    )
    assert not simulator.requires_model_rebuild
    assert simulator.parameters.names == [CONTACT, THICKNESS]  # as the set has them
    values = pybamm.ParameterValues("Yamauchi2020_cell_c")
    values.update({**ELSEWHERE, "Current function [A]": names["current"]})
    times = names["discharge"]["Time [s]"]
    plain = pybamm.Simulation(pybamm.Model(MODEL), parameter_values=values)
    expected = plain.solve([0, times[-1]])["Voltage [V]"](times)
    for inputs in in_both_orders(ELSEWHERE):
        volts = simulator.solve(inputs)["Voltage [V]"].data
        assert volts == pytest.approx(expected, abs=5e-4)


def test_a_spectrum_does_not_ask_for_an_order_of_inputs(names):
    simulator = pybop.pybamm.EISSimulator(
        pybamm.Model(MODEL),
        f_eval=names["frequencies"],
        parameter_values=names["cell_c"](FREE),
    )
    values = pybamm.ParameterValues("Yamauchi2020_cell_c")
    values.update(ELSEWHERE)
    plain = pybamm.EISSimulation(pybamm.Model(MODEL), parameter_values=values)
    expected = plain.solve(names["frequencies"]).impedance
    for inputs in in_both_orders(ELSEWHERE):
        z = simulator.solve(inputs)["Impedance"].data
        assert np.abs(z / expected - 1).max() < 1e-8


def in_both_orders(inputs):
    return dict(inputs), dict(reversed(inputs.items()))
