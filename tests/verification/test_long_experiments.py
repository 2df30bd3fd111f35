"""Rests of weeks, pulses of a second, many cycles: an experiment of any length runs."""

import numpy as np
import pybamm
import pytest
from nfpcell_benchmarks import random_protocols

from nfpcell.cell.definition import Cell
from nfpcell.model.checked_solver import IDAKLUSolver
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.integrator import solver
from nfpcell.model.single_particle import SingleParticle
from nfpcell.simulation.protocol import Instruction, Protocol, Segment, run

MODELS = [SingleParticle, HalfCell]
MONTH = "Rest for 720 hours"
MONTHS = (
    MONTH,
    "Discharge at 20C for 1 second",
    MONTH,
    "Hold at 3.2 V until C/100",
    MONTH,
    pybamm.step.string("Discharge at 0.5C until 2.0 V", temperature="-20oC"),
)


def solution(model, steps, **kwargs):
    simulation = pybamm.Simulation(
        model(),
        parameter_values=pybamm.ParameterValues("Yamauchi2020_cell_c"),
        experiment=pybamm.Experiment([tuple(steps)]),
        **kwargs,
    )
    return simulation.solve()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_steps_after_months_of_rest(model):
    steps = solution(model, MONTHS).cycles[0].steps
    assert len(steps) == len(MONTHS)
    assert steps[-1]["Voltage [V]"].entries[-1] == pytest.approx(2.0, abs=1e-3)


def test_a_solver_of_ones_own_starts_a_pulse_after_months():
    own = solver(kind=pybamm.IDAKLUSolver)
    assert len(solution(SingleParticle, MONTHS[:3], solver=own).cycles[0].steps) == 3


@pytest.mark.slow
@pytest.mark.parametrize("cell", "ABCDE")
def test_hundred_and_twenty_cycles(cell):
    cycle = ("Discharge at 1C until 2.0 V", "Charge at 1C until 4.5 V")
    simulation = pybamm.Simulation(
        SingleParticle(),
        parameter_values=Cell.load(cell).parameter_values(),
        experiment=pybamm.Experiment([cycle] * 120),
    )
    assert len(simulation.solve(save_at_cycles=60).cycles) == 120


@pytest.mark.slow
def test_times_counted_from_each_step_give_the_same_solution():
    steps = ["Discharge at 1C for 20 minutes", "Rest for 10 minutes"]
    moved, plain = (
        solution(SingleParticle, steps, solver=solver(kind=kind, rtol=1e-8, atol=1e-8))
        for kind in (IDAKLUSolver, pybamm.IDAKLUSolver)
    )
    assert moved.t[-1] == plain.t[-1] == 1800
    assert (np.diff(moved.t) > 0).all()
    times = np.linspace(0, 1800, 100)
    for name in ("Voltage [V]", "Current [A]", "Time [s]"):
        assert moved[name](times) == pytest.approx(plain[name](times), abs=1e-6)


def test_a_profile_after_a_day_follows_the_time_in_its_step():
    t = np.arange(0.0, 61)
    profile = pybamm.step.current(np.column_stack([t, 1e-4 * np.sin(t / 9)]))
    last = solution(SingleParticle, ["Rest for 30 hours", profile]).cycles[0].steps[-1]
    assert last.t[-1] == pytest.approx(30 * 3600 + 60)
    times = last.t[0] + np.array([10.0, 40.0])
    assert last["Current [A]"](times) == pytest.approx(
        1e-4 * np.sin(np.array([10, 40]) / 9), abs=1e-8
    )


@pytest.mark.slow
def test_a_current_over_absolute_time_is_kept():
    values = pybamm.ParameterValues("Yamauchi2020_cell_c")
    values["Current function [A]"] = lambda t: 1e-4 * pybamm.sin(t / 900)
    simulation = pybamm.Simulation(SingleParticle(), parameter_values=values)
    for _ in range(2):
        stepped = simulation.step(600, save=True)
    assert stepped["Current [A]"](1000) == pytest.approx(1e-4 * np.sin(10 / 9))


def protocol(*sentences, cell="C", model="particle"):
    instructions = tuple(Instruction(sentence, 30.0) for sentence in sentences)
    segment = Segment("segment", Cell.load(cell), "charged", instructions)
    table, _ = run(Protocol("test", "", "", segment.cell, (segment,)), model)
    return table


@pytest.mark.slow
@pytest.mark.parametrize("model", ["particle", "full"])
def test_a_half_cycle_after_weeks_in_a_protocol(model):
    steps = "Rest for 500 hours", "Discharge at 0.5C until 2.0 V", "Rest for 1 hour"
    assert list(protocol(*steps, model=model)["Status"]) == ["ok"] * 3


@pytest.mark.slow
def test_a_step_that_was_not_run_names_the_reason():
    # no current gives this power
    steps = "Rest for 1 hour", "Discharge at 300 W for 10 seconds", "Rest for 1 hour"
    first, stopped, after = protocol(*steps)["Status"]
    assert first == "ok"
    assert stopped.startswith("the cell cannot deliver 300 W: at the start of the step")
    assert after == f"not run: in step 2 {stopped}"


@pytest.mark.slow
def test_a_rest_is_not_ended_by_a_cut_off():
    steps = "Hold at 4.8 V for 1 minute", "Rest for 10 hours", "Charge at 1C for 1 hour"
    table = protocol(*steps)
    assert table["Duration [h]"].iloc[1] == pytest.approx(10)
    assert table["Status"].iloc[2].endswith(" V, is beyond the upper cut-off, 4.5 V")


@pytest.mark.slow
def test_a_step_that_was_not_run_names_its_own_end():
    table = protocol("Discharge at 1C until 3.0 V", "Discharge at 1C until 3.2 V")
    assert "at its start its end condition is met" in table["Status"].iloc[1]


@pytest.mark.slow
def test_a_step_that_names_only_its_end_may_take_weeks():
    # 0.004C as a current, for which PyBaMM has a limit of 24 h
    table = protocol("Discharge at 0.005 mA until 2.9 V")
    assert table["Ended by"].iloc[0] == "Voltage < 2.9 [V]"
    assert table["Duration [h]"].iloc[0] > 24
    assert table["Status"].iloc[0] == "ok"


@pytest.mark.slow
def test_the_heat_of_a_slow_discharge():
    # with tolerances of 1e-9: 4.582e-3 J
    table = protocol("Discharge at C/50 until 2.0 V")
    assert table["Heat [J]"].iloc[0] == pytest.approx(4.58e-3, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "model"), [(3, "full"), (5, "particle"), (11, "particle")]
)
def test_random_protocols_end_as_is_said(seed, model):
    runs = list(random_protocols.results([seed], [model]))
    assert len(runs) == len(random_protocols.ROUTES)
    assert not random_protocols.failures(runs)
