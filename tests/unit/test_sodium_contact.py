"""Voids between sodium and separator: limits, balance, ending, files."""

import casadi
import numpy as np
import pybamm
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.interfaces_in_series import CONTACT_FRACTION
from nfpcell.model.single_particle import SingleParticle
from nfpcell.outcome import Ending
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.engine import built
from nfpcell.simulation.numerics import numerics_for

C = Cell.load("C")
LIMITED = C.with_sodium_contact("pressure-limited")
PRESSURE, VOID_CHARGE = "Stack pressure [Pa]", "Sodium void charge [A.h.m-2]"
LOST = Ending.CONTACT_LOST.value
POINTS = {"full": (("r_p", 20), ("x_p", 4)), "particle": (("r_p", 20),)}
MODELS = {"full": HalfCell, "particle": SingleParticle}


def with_ratio(rate, ratio, void_charge=1.0, temperature=30.0):
    """Cell C whose discharge at this rate strips at this multiple of the limit."""
    condition = Condition(LIMITED, "discharge", rate, temperature)
    d = LIMITED.derived(condition.kelvin)
    density = condition.current / d.area / d.contacted / d.roughness_anode
    pressure = LIMITED[PRESSURE] * density / d.i_strip / ratio
    return LIMITED.with_values({PRESSURE: pressure, VOID_CHARGE: void_charge})


@pytest.mark.parametrize("model", MODELS)
def test_without_the_law_the_model_has_no_state_of_voids(model):
    names = MODELS[model]().variables
    assert CONTACT_FRACTION not in names
    assert (
        CONTACT_FRACTION in MODELS[model](sodium_contact="pressure-limited").variables
    )
    assert "sodium_contact" not in numerics_for(C, "discharge", 1, 30, model)


@pytest.mark.parametrize("model", MODELS)
def test_full_contact_has_the_rates_of_the_model_without_limit(model):
    """Bit by bit, for every state that both have."""
    rates = {}
    for law in ("unlimited", "pressure-limited"):
        one = built(model, points=POINTS[model], sodium_contact=law)
        cell = LIMITED.with_values({PRESSURE: 1e10})
        inputs = one.inputs(cell, 2e-4, 273.15, 3.1, 0.4)
        state = one.initial_state(inputs)
        t, y, p = one.equations._symbols
        function = casadi.Function("rates", [t, y, p], [one.equations._rates])
        found = function(0, state, one._numbers(inputs)).full().ravel()
        rates[law] = {name: found[k].tobytes() for name, k in one.layout.items()}
    limited = rates["pressure-limited"]
    assert np.frombuffer(limited.pop(CONTACT_FRACTION)) == 0
    assert limited == rates["unlimited"]


def test_pressure_without_end_is_the_model_without_limit():
    pressed = LIMITED.with_values({PRESSURE: 1e9})
    free, limited = (
        simulate(cell, [0.5, 2], [30, -20], "both", "particle") for cell in (C, pressed)
    )
    for name in (columns.CAPACITY, columns.MEAN_VOLTAGE):
        # within the tolerances of the integrator, which sees one more state
        assert limited[name].to_numpy() == pytest.approx(free[name], rel=2e-4)
    assert list(limited[columns.TERMINATION]) == list(free[columns.TERMINATION])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("ratio", [1.2, 2.0, 20.0])
def test_contact_is_lost_after_the_charge_of_the_closed_form(model, ratio):
    cell = with_ratio(1.0, ratio)
    table = simulate(cell, [1.0], model=model)
    assert table[columns.TERMINATION].item() == LOST
    assert table[columns.STATUS].item() == "ok"
    # q r ln((r - phi)/(r - 1)) at phi = 0.01, per area of the face
    per_area = ratio * np.log((ratio - 0.01) / (ratio - 1))
    d = cell.derived()
    charge = per_area * d.area * d.contacted * d.roughness_anode / d.mass
    assert table[columns.CAPACITY].item() == pytest.approx(charge, rel=1e-4)


def test_below_the_limit_nothing_opens():
    table = simulate(with_ratio(1.0, 0.999), [1.0], model="particle")
    free = simulate(C, [1.0], model="particle")
    assert table[columns.CAPACITY].item() == pytest.approx(
        free[columns.CAPACITY].item(), rel=2e-5
    )


def test_cold_lowers_the_limit():
    cell = with_ratio(1.0, 0.8, void_charge=0.3)
    table = simulate(cell, [1.0], [30, -20], model="particle")
    assert list(table[columns.TERMINATION]) == ["Minimum voltage [V]", LOST]


@pytest.mark.parametrize("model", MODELS)
def test_voids_hold_the_sodium_that_creep_does_not_bring(model):
    """Opening on discharge, closing at rest and on charge, as PyBaMM's own steps."""
    cell = with_ratio(1.0, 2.0, void_charge=2.0)
    simulation = pybamm.Simulation(
        MODELS[model](sodium_contact="pressure-limited"),
        parameter_values=cell.parameter_values(),
        experiment=pybamm.Experiment(
            [
                "Discharge at 1C for 15 minutes",
                "Rest for 1 hour",
                "Charge at 1C for 10 minutes",
            ]
        ),
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-9),
    )
    steps = simulation.solve().cycles
    d = cell.derived()
    q, i_c = 3600 * cell[VOID_CHARGE], d.i_strip
    starts = [cycle[CONTACT_FRACTION].entries[0] for cycle in steps]
    ends = [cycle[CONTACT_FRACTION].entries[-1] for cycle in steps]
    i = 2 * i_c
    assert starts[0] == 1
    assert ends[0] == pytest.approx(2 - np.exp(900 * i_c / q), rel=1e-6)
    # at rest phi/(1 - phi) grows by exp(i_c t/q)
    odds = ends[0] / (1 - ends[0]) * np.exp(3600 * i_c / q)
    assert ends[1] == pytest.approx(odds / (1 + odds), rel=1e-6)
    # on charge (phi + 2)/(1 - phi) grows by exp((i_c + 2 i_c) t/q)
    odds = (ends[1] + 2) / (1 - ends[1]) * np.exp(600 * (i_c + i) / q)
    assert ends[2] == pytest.approx((odds - 2) / (1 + odds), rel=1e-6)


def test_less_contact_raises_the_overpotential_of_sodium():
    cell = with_ratio(1.0, 2.0, void_charge=2.0)
    _, curve = simulate(cell, [1.0], model="particle", curves=True)
    losses = curve[columns.SODIUM].to_numpy()
    free = simulate(C, [1.0], model="particle", curves=True)[1][columns.SODIUM]
    assert losses[0] == pytest.approx(free.iloc[0], rel=1e-6)
    assert losses[-1] > 3 * free.iloc[-1]


def test_a_cell_file_keeps_the_law(tmp_path):
    path = LIMITED.save(tmp_path / "limited.toml", based_on="yamauchi2020")
    again = Cell.load(path)
    assert again.sodium_contact == "pressure-limited"
    assert again.sha256 == LIMITED.sha256 != C.sha256
    text = path.read_text().replace("pressure-limited", "limited")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text)
    with pytest.raises(DataFileError, match="sodium_contact"):
        Cell.load(wrong)


def test_an_unknown_law_is_refused():
    with pytest.raises(
        DataFileError, match='"none" is not a law of the sodium contact'
    ):
        C.with_sodium_contact("none")
    with pytest.raises(pybamm.OptionError, match='"unlimited" or "pressure-limited"'):
        SingleParticle(sodium_contact="none")
