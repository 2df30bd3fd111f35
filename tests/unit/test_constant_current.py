"""Half-cycles: physics that must hold everywhere, starts, failures."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pybamm
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.columns import OVERPOTENTIALS, SUMMARY
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.model.mesh import n_x
from nfpcell.outcome import Ending, Outcome, failure
from nfpcell.simulation import constant_current, engine
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import checked, half_cycles, simulate
from nfpcell.simulation.equations import APPLIED_CURRENT
from nfpcell.simulation.numerics import engine_for, numerics_for
from nfpcell.simulation.starting_state import open_circuit_voltage, starting_voltage

CAPACITY = "Specific capacity [mA.h.g-1]"
WORDS = ("A", "B", "C", "D", "E", "pouch")
TEMPERATURES = (-40, 0, 30, 80)
RATES = (0.01, 0.2, 2, 20)


@pytest.fixture(scope="module")
def everywhere():
    cells = [Cell.load(word) for word in WORDS]
    return simulate(cells, RATES, TEMPERATURES, "both", "particle")


@pytest.mark.slow
def test_every_condition_is_a_row_that_ran(everywhere):
    assert tuple(everywhere.columns) == SUMMARY
    assert len(everywhere) == len(WORDS) * len(RATES) * len(TEMPERATURES) * 2
    assert set(everywhere["Status"]) == {"ok"}


@pytest.mark.slow
def test_capacity_is_never_above_theory(everywhere):
    for word, rows in everywhere.groupby("Cell"):
        cell = Cell.load(word)
        theory = (
            cell["Positive electrode active fraction of theoretical capacity"]
            * cell["Positive electrode theoretical capacity [A.h.kg-1]"]
        )
        assert rows[CAPACITY].max() <= theory
        assert rows[CAPACITY].min() >= 0


@pytest.mark.slow
def test_capacity_never_rises_with_rate_or_with_cold(everywhere):
    table = everywhere.pivot_table(
        index=["Cell", "Direction", "C-rate"],
        columns="Ambient temperature [degC]",
        values=CAPACITY,
    )
    colder_less_warmer = -np.diff(table.to_numpy(), axis=1)
    assert colder_less_warmer.max() <= 0.3
    for _, rows in table.groupby(level=["Cell", "Direction"]):
        assert np.diff(rows.to_numpy(), axis=0).max() <= 0.3


def test_a_start_below_the_cut_off_is_capacity_zero(everywhere):
    cold = everywhere[
        (everywhere["C-rate"] == 20)
        & (everywhere["Ambient temperature [degC]"] == -40)
        & (everywhere["Direction"] == "discharge")
    ]
    assert (cold[CAPACITY] == 0).any()
    none = cold[cold[CAPACITY] == 0]
    assert set(none["Termination"]) == {"starts below the lower cut-off"}
    assert set(none["Status"]) == {"ok"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "model", "conditions", "finer"),
    [
        (
            "C",
            "particle",
            [
                ("charge", 1, -40),
                ("discharge", 0.1, -40),
                ("charge", 20, 0),
                ("discharge", 0.2, -20),
                ("charge", 0.2, 0),
                ("discharge", 1, 30),
                ("charge", 0.05, 30),
            ],
            (("r_p", 1152),),
        ),
        ("C", "full", [("discharge", 2, 30)], (("r_p", 360), ("x_p", 16))),
        ("B", "full", [("discharge", 5, 30)], (("r_p", 90), ("x_p", 64))),
    ],
)
def test_default_mesh_against_four_times_finer(word, model, conditions, finer):
    cell = Cell.load(word)
    conditions = [Condition(cell, *condition) for condition in conditions]
    table, coarse = half_cycles(conditions, model)
    fine_table, fine = half_cycles(
        conditions, model, points=finer, rtol=1e-7, atol=1e-8
    )
    assert np.abs(table[CAPACITY] - fine_table[CAPACITY]).max() < 0.1
    for condition in conditions:
        one, other = (
            curves[
                (curves["Direction"] == condition.direction)
                & (curves["C-rate"] == condition.rate)
                & (curves["Ambient temperature [degC]"] == condition.temperature)
            ]
            for curves in (coarse, fine)
        )
        end = 0.98 * min(one[CAPACITY].iloc[-1], other[CAPACITY].iloc[-1])
        at = np.linspace(0, end, 1000)
        difference = np.interp(at, one[CAPACITY], one["Voltage [V]"]) - np.interp(
            at, other[CAPACITY], other["Voltage [V]"]
        )
        assert np.sqrt(np.mean(difference**2)) < 1e-3


def test_voltage_is_open_circuit_less_every_loss_in_the_curves():
    cell = Cell.load("C")
    _, curves = simulate(cell, [1], [0], "discharge", "particle", curves=True)
    theta_start = 1 - curves[CAPACITY] / (
        cell["Positive electrode active fraction of theoretical capacity"]
        * cell["Positive electrode theoretical capacity [A.h.kg-1]"]
    )
    assert theta_start.iloc[-1] > 0
    # sodium counted by coulombs gives the open circuit of the even distribution
    held = 1 - theta_start
    inside = (held > 0.05) & (held < 0.95)
    open_circuit = open_circuit_voltage(cell, held[inside].to_numpy())
    losses = curves.loc[inside, list(OVERPOTENTIALS)].sum(axis=1)
    assert (
        np.abs(open_circuit - losses - curves.loc[inside, "Voltage [V]"]).max() < 2e-3
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("direction", "temperature", "rate"),
    [("discharge", 30, 2), ("charge", 30, 2), ("discharge", -20, 0.1)],
)
def test_even_start_equals_the_slow_half_cycle_and_rests(direction, temperature, rate):
    """The start of a half-cycle stands for C/50, 1 h of rest, 1 h at temperature."""
    cell = Cell.load("C")
    kelvin = temperature + ZERO_CELSIUS
    before, after = (
        ("Charge at C/50 until 4.5 V", f"Discharge at {rate}C until 2.0 V")
        if direction == "discharge"
        else ("Discharge at C/50 until 2.0 V", f"Charge at {rate}C until 4.5 V")
    )
    step = pybamm.step.string
    experiment = pybamm.Experiment(
        [
            step(before, temperature=303.15),
            step("Rest for 1 hour", temperature=303.15),
            step("Rest for 1 hour", temperature=kelvin),
            step(after, temperature=kelvin),
        ]
    )
    values = cell.parameter_values()
    low, high = 2.0 + 1e-3, 4.5 - 1e-3
    values["Initial voltage in positive electrode [V]"] = (
        low if direction == "discharge" else high
    )
    simulation = pybamm.Simulation(
        engine.FIDELITIES["particle"](double_layers=False),
        parameter_values=values,
        experiment=experiment,
    )
    solution = simulation.solve()
    last = solution.cycles[-1]["Discharge capacity [A.h]"].entries
    full_protocol = abs(last[-1] - last[0]) / cell.derived().mass
    table = simulate(cell, [rate], [temperature], direction, "particle")
    assert table[CAPACITY].iloc[0] == pytest.approx(full_protocol, abs=0.1)


def test_starts_lie_inside_the_window():
    cell = Cell.load("C")
    charged = starting_voltage(cell, "discharge", "particle")
    discharged = starting_voltage(cell, "charge", "particle")
    assert 2.0 < discharged < 2.5 < 3.3 < charged < 4.5


def test_one_failed_condition_does_not_take_the_rest_down(monkeypatch):
    honest = engine.Engine.solve

    def sometimes(built, cases, t_eval):
        runs = honest(built, cases, t_eval)
        return [
            engine.Run(None, failure("the solver stopped: for the test"))
            if abs(case[APPLIED_CURRENT]) > 5e-4
            else run
            for case, run in zip(cases, runs, strict=True)
        ]

    monkeypatch.setattr(engine.Engine, "solve", sometimes)
    table = simulate(Cell.load("C"), [0.2, 2], [30], "discharge", "particle")
    assert list(table["Status"]) == ["ok", "the solver stopped: for the test"]
    assert table[CAPACITY].notna().tolist() == [True, False]


def test_two_variants_of_one_cell_keep_their_own_starts():
    cell = Cell.load("C")
    shorter = cell.with_values({"Positive electrode low-step fraction": 0.3})
    together = simulate([cell, shorter], [1], [30], "charge", "particle")
    alone = simulate(shorter, [1], [30], "charge", "particle")
    assert together[CAPACITY].iloc[1] == pytest.approx(alone[CAPACITY].iloc[0])


def test_rows_come_in_the_order_asked_for():
    table = simulate(Cell.load("C"), [2, 0.5, 1], [30], "discharge", "particle")
    assert list(table["C-rate"]) == [2, 0.5, 1]


def test_a_failed_slow_half_cycle_is_a_row_and_not_a_capacity(monkeypatch):
    honest = engine.Engine.solve

    def not_slowly(built, cases, t_eval):
        if abs(cases[0][APPLIED_CURRENT]) < 1e-5:
            return [engine.Run(None, failure("the solver stopped: for the test"))]
        return honest(built, cases, t_eval)

    monkeypatch.setattr(engine.Engine, "solve", not_slowly)
    table = simulate(Cell.load("C"), [0.2, 1], [30], "charge", "particle")
    assert table["Status"].str.contains("slow half-cycle").all()
    assert table[CAPACITY].isna().all()


def test_an_error_that_ends_a_batch_ends_only_its_own_case():
    floor = {"Positive electrode exchange-current density floor": 0.0}
    cells = [Cell.load("A"), Cell.load("A").with_values(floor)]
    table = simulate(cells, [0.1, 5], [-20, 30], "charge", "particle")
    assert len(table) == 8
    assert set(table["Status"].iloc[:4]) == {"ok"}


@pytest.mark.parametrize(
    ("way", "n_r"),
    [("discharge", [32, 48, 64, 192, 288]), ("charge", [32, 48, 64, 96, 128])],
)
def test_colder_and_faster_runs_get_more_radial_points(way, n_r):
    cell = Cell.load("C")
    at = (1, 80), (1, 30), (0.2, 0), (0.5, -20), (3, -20)
    own = [numerics_for(cell, way, *each, "particle") for each in at]
    assert [each["points"] for each in own] == [(("r_p", n),) for n in n_r]
    tolerances = [each["rtol"] for each in own]
    if way == "discharge":
        # where in a step the last drop falls is the error of a cold one
        assert max(tolerances[2:]) < min(tolerances[:2]) / 5
    even = numerics_for(cell, way, 1, 30, "full")
    assert even == {**own[1], "points": (*own[1]["points"], ("x_p", 3))}


def test_what_goes_both_ways_gets_the_shells_of_either():
    cell = Cell.load("C")
    for rate, temperature in ((0.1, 30), (1, 30), (1, 0), (1, -20)):
        one, other, both = (
            dict(numerics_for(cell, way, rate, temperature)["points"])
            for way in ("discharge", "charge", "either")
        )
        assert both["r_p"] >= max(one["r_p"], other["r_p"])
        assert both["x_p"] >= max(one["x_p"], other["x_p"])


def test_poor_conduction_gets_depths_and_surfaces_of_their_own():
    # electrons have 500 Ohm.cm2 across the cathode
    poor = Cell.load("B").with_values({"Compacted carbon conductivity [S.m-1]": 0.06})
    drops = (0.0, 0.0), (0.015, 0.01), (0.05, 0.06), (0.0, 0.5), (0.0, 1.2)
    assert [n_x(*drop, "discharge") for drop in drops] == [3, 6, 12, 32, 80]
    assert [n_x(*drop, "charge") for drop in drops] == [3, 6, 8, 16, 80]
    even, steep = (numerics_for(poor, "discharge", rate, 30) for rate in (0.1, 5))
    assert "explicit_surface" not in even
    assert steep["explicit_surface"] is False
    # whose fronts are many, at as many places, and want fewer shells
    alone = numerics_for(poor, "discharge", 5, 30, "particle")
    assert dict(steep["points"])["r_p"] < dict(alone["points"])["r_p"]


# particles at one face run out of sodium first: without the regularisation these stop
@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "rate", "temperature"), [("B", 0.304, 19.5), ("A", 0.181, 72.7)]
)
def test_a_charge_whose_depths_run_out_ends_where_it_should(word, rate, temperature):
    cell = Cell.load(word)
    own = numerics_for(cell, "charge", rate, temperature, "full")
    curves = []
    for numerics in (
        own,
        {**own, "explicit_surface": False, "rtol": 3e-6, "atol": 1e-6},
    ):
        built = engine.built("full", cell.diffusion, **numerics)
        current = -rate * cell.derived().nominal_capacity
        start = starting_voltage(cell, "charge", "particle")
        case = built.inputs(cell, current, temperature + ZERO_CELSIUS, start)
        (run,) = built.solve([case], [0, 36000 / rate])
        assert run.outcome.ending is Ending.UPPER_CUTOFF
        curves.append((run, lambda t, b=built, r=run, c=case: b.voltage_along(r, t, c)))
    (one, first), (other, second) = curves
    end = other.solution.t[-1]
    assert one.solution.t[-1] == pytest.approx(end, rel=2e-4)
    times = np.linspace(1e-3, 0.98, 500) * end
    assert np.sqrt(np.mean((first(times) - second(times)) ** 2)) < 5e-4


def test_numerics_that_are_given_win():
    cell = Cell.load("C")
    own = numerics_for(cell, "charge", 1, 30, "particle", rtol=1e-9, grading=2.0)
    assert (own["rtol"], own["grading"]) == (1e-9, 2.0)
    points = (("r_p", 7),)
    one_class = {"size_classes": 1, "grain_boundary_classes": 1}
    given = numerics_for(cell, "charge", 1, 30, points=points)
    assert given == {"points": points, **one_class}
    layers = numerics_for(cell, "charge", 1, 30, "particle", double_layers=True)
    assert layers == {"double_layers": True, "points": (("r_p", 96),), **one_class}


@pytest.mark.parametrize("entropy", [1e-3, -1e-3])
def test_a_cell_at_rest_beyond_the_cut_off_it_leaves_is_charged_or_discharged(entropy):
    """Entropy moves a cell that rests near a cut-off past it; that ends no run that
    leads away.
    """
    cell = Cell.load("C").with_values(
        {
            "Positive electrode OCP entropic change [V.K-1]": entropy,
            "Lower voltage cut-off [V]": 2.45,
            "Upper voltage cut-off [V]": 3.3,
        }
    )
    table = simulate(cell, [0.01], [-20, 60], "both", "particle")
    assert (table["Specific capacity [mA.h.g-1]"] > 50).all()
    assert set(table["Termination"]) == {"Minimum voltage [V]", "Maximum voltage [V]"}


def test_a_run_that_loses_sodium_or_leaves_its_bounds_has_failed():
    cell = Cell.load("C")
    built = engine_for(cell, "discharge", 1.0, 30, "particle")
    current = cell.derived().nominal_capacity
    case = built.inputs(cell, current, 30 + ZERO_CELSIUS, 3.4)
    (run,) = built.solve([case], [0, 3600])
    assert checked(built, run, case) is run
    more = case | {"Positive electrode areal capacity [A.h.m-2]": 2 * 3.056}
    assert "charge-balance error of" in checked(built, run, more).outcome.status
    y = np.array(run.solution.y)
    y[built.layout["Positive particle stoichiometry"][0], 3] = 1.01
    solution = SimpleNamespace(t=run.solution.t, y=y)
    finished = Outcome(Ending.FINISHED)
    left = checked(built, engine.Run(solution, finished), case)
    assert left.failed
    assert "stoichiometry from" in left.outcome.status


def test_a_run_out_of_bounds_is_run_again_with_tighter_steps(monkeypatch):
    # benchmarks/plausible.toml found three in ten thousand, all well with tighter steps
    asked = []

    def once(engine_, run, case):
        asked.append(engine_)
        return run if len(asked) > 1 else engine.Run(None, failure("left"))

    condition = Condition(Cell.load("C"), "discharge", 1.0, 30)
    right, _ = half_cycles([condition], "particle")
    monkeypatch.setattr(constant_current, "checked", once)
    table, curves = half_cycles([condition], "particle")
    assert asked[0] is not asked[1]
    assert table["Status"][0] == "ok"
    column = "Specific capacity [mA.h.g-1]"
    assert table[column][0] == pytest.approx(right[column][0], rel=1e-4)
    assert len(curves) > 20
    monkeypatch.setattr(
        constant_current, "checked", lambda *_: engine.Run(None, failure("left"))
    )
    table, curves = half_cycles([condition], "particle")
    assert table["Status"][0] == "left"
    assert np.isnan(table[column][0])


def test_a_table_without_curves_is_the_same_table():
    conditions = [
        Condition(Cell.load("C"), way, 1, 30) for way in ("discharge", "charge")
    ]
    table, curves = half_cycles(conditions, "particle")
    alone, none = half_cycles(conditions, "particle", curves=False)
    assert none is None
    pd.testing.assert_frame_equal(table, alone)
    for k, condition in enumerate(conditions):
        own = curves[curves["Direction"] == condition.direction]
        assert own[CAPACITY].iloc[-1] == table[CAPACITY][k]


def test_nothing_asked_for_is_an_empty_table():
    table, curves = half_cycles([], "particle")
    assert (len(table), len(curves)) == (0, 0)
    assert tuple(table) == SUMMARY
    assert tuple(curves)[:4] == SUMMARY[:4]
