"""The built model: what is recorded of a run."""

import numpy as np
import pybamm
import pytest

from nfpcell.cell import derived, parameters
from nfpcell.cell.definition import Cell
from nfpcell.model import integrator, mesh
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from nfpcell.simulation import engine, equations, shortcuts, solver_reasons

POINTS = (("r_p", 24), ("x_p", 4))


@pytest.fixture(scope="module", params=["particle", "full"], ids=["particle", "full"])
def discharge(request):
    points = POINTS[: 1 if request.param == "particle" else 2]
    built = engine.built(request.param, points=points)
    cell = Cell.load("C")
    case = built.inputs(cell, cell.derived().nominal_capacity, 303.15, 3.34)
    (run,) = built.solve([case], [0, 5000])
    return built, case, run


@pytest.mark.slow
def test_recorded_outputs_are_those_of_the_solution(discharge):
    built, case, run = discharge
    solution = run.solution
    found = built.record(solution.t, solution.y, case)
    assert tuple(found) == equations.RECORDED
    for name, values in found.items():
        assert values == pytest.approx(solution[name].entries, abs=1e-9), name


@pytest.mark.slow
def test_the_output_program_gives_what_pybamm_interpolates(discharge, monkeypatch):
    built, case, run = discharge
    by_program = built.curve(run, case)
    monkeypatch.setattr(shortcuts, "OUTPUT_PROGRAM", False)
    plain = built.curve(run, case)
    assert plain.times == pytest.approx(by_program.times, rel=1e-12)
    for name, values in plain.outputs.items():
        assert by_program.outputs[name] == pytest.approx(values, abs=1e-9), name


@pytest.mark.slow
@pytest.mark.parametrize("fidelity", ["particle", "full"])
def test_scalar_programs_give_the_run_of_pybamms_own(fidelity, monkeypatch):
    cell, points = Cell.load("C"), POINTS[: 1 if fidelity == "particle" else 2]
    runs = []
    for scalar in (True, False):
        monkeypatch.setattr(shortcuts, "SCALAR_PROGRAMS", scalar)
        fresh = engine.Engine(fidelity, points=points)
        case = fresh.inputs(cell, cell.derived().nominal_capacity, 303.15, 3.34)
        runs += fresh.solve([case], [0, 5000])
    assert runs[0].outcome == runs[1].outcome
    assert runs[0].solution.t[-1] == pytest.approx(runs[1].solution.t[-1], rel=1e-6)


def test_nothing_is_recorded_of_no_points(discharge):
    built, case, run = discharge
    found = built.record([], run.solution.y[:, :0], case)
    assert {len(values) for values in found.values()} == {0}


def test_a_curve_has_several_points_in_each_step(discharge):
    built, case, run = discharge
    samples = built.curve(run, case)
    t, found = samples.times, samples.outputs
    own = np.isin(t, run.solution.t)
    assert own.sum() == len(run.solution.t)
    assert np.diff(np.flatnonzero(own)).min() >= 3
    assert 0 < np.diff(t).min()
    assert np.diff(t).max() <= 1.001 * t[-1] / 200
    at_steps = run.solution["Voltage [V]"].entries
    assert found["Voltage [V]"][own] == pytest.approx(at_steps, abs=1e-12)
    # as PyBaMM interpolates them
    theirs = run.solution["Voltage [V]"](t)
    assert found["Voltage [V]"] == pytest.approx(theirs, abs=1e-6)
    assert found["Discharge capacity [A.h]"] == pytest.approx(
        case[equations.APPLIED_CURRENT] * t / 3600, abs=1e-9
    )


def test_a_curve_may_be_read_as_straight_lines(discharge):
    built, case, run = discharge
    samples = built.curve(run, case)
    t, found = samples.times, samples.outputs
    between = (t[1:] + t[:-1]) / 2
    true = run.solution["Voltage [V]"](between)
    lines = np.interp(between, t, found["Voltage [V]"])
    # but for the last of them, where voltage falls to the cut-off
    assert np.abs(lines - true)[:-1].max() < 1e-2
    assert np.sqrt(np.mean((lines - true)[:-1] ** 2)) < 5e-4


def test_voltages_are_those_recorded(discharge):
    built, case, run = discharge
    t, y = run.solution.t[::9], run.solution.y[:, ::9]
    assert built.voltages(t, y, case) == pytest.approx(
        run.solution["Voltage [V]"].entries[::9], abs=1e-12
    )


@pytest.mark.slow
def test_the_derived_quantities_as_inputs_are_the_same_model(discharge):
    """As the model with every primary quantity as an input."""
    built, case, run = discharge
    full = "Positive electrode potential difference [V]" in built.layout
    cls = HalfCell if full else SingleParticle
    model = cls(double_layers=False, explicit_surface=True)
    points = dict(POINTS[: 2 if full else 1])
    plain = pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues(dict.fromkeys(case, "[input]")),
        var_pts=points,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8),
    ).solve([0, 5000], inputs=case)
    assert plain.t[-1] == pytest.approx(run.solution.t[-1], rel=1e-5)
    t = np.linspace(0, 0.98, 200) * run.solution.t[-1]
    difference = run.solution["Voltage [V]"](t) - plain["Voltage [V]"](t)
    assert np.sqrt(np.mean(difference**2)) < 2e-4


def test_derived_quantities_under_their_own_names():
    cell = Cell.load("B")
    numbers = {**cell.values, "Ambient temperature [K]": 280.0}
    p = parameters.Parameters.of(lambda name: numbers.get(name, 0.0))
    d = derived.derive(p)
    found = d.values()
    assert set(found) == {*derived.NAMES.values(), *derived.FRACTIONS}
    again = derived.Derived.of(found.__getitem__, p)
    assert again == d


def test_shells_thin_out_toward_the_surface():
    limits = {"r_p": {"min": 0, "max": 1}}
    variable = mesh.r_single
    widths = [
        mesh.SurfaceGraded(
            {variable: limits["r_p"]}, {"r_p": 24}, alpha=grading
        ).d_edges
        for grading in (1.5, 5.0, 8.0)
    ]
    assert all(np.all(np.diff(one) < 0) for one in widths)
    assert np.all(np.diff([one[-1] for one in widths]) < 0)


@pytest.mark.slow
def test_the_scalar_jacobian_is_the_derivative():
    cell = Cell.load("C")
    built = engine.built("full", points=(("r_p", 6), ("x_p", 3)))
    case = built.inputs(cell, 1e-3, 303.15, 3.0)
    p = built.numbers(case)
    (run,) = built.solve([case], [0, 600])
    assert run.solution is not None
    y = np.array(run.solution.y)[:, -1]
    J = np.array(built.model.jac_rhs_algebraic_eval(0, y, p))
    f = built.model.rhs_algebraic_eval
    for k in range(len(y)):
        step = 1e-6 * np.eye(len(y))[k] * max(abs(y[k]), 1e-3)
        column = (f(0, y + step, p) - f(0, y - step, p)).full().ravel() / (2 * step[k])
        scale = max(np.abs(column).max(), 1e-12)
        assert J[:, k] == pytest.approx(column, rel=1e-5, abs=1e-5 * scale)


def test_a_reason_does_not_count_the_cases_of_a_batch():
    error = pybamm.SolverError("input set 3: IDAGetDky failed with inputs {}\nmore")
    assert solver_reasons.reason_of(error) == "IDAGetDky failed"


def test_a_run_of_very_many_steps_ends_with_this_reason(monkeypatch):
    monkeypatch.setattr(integrator, "MOST_STEPS", 20)
    monkeypatch.setattr(integrator, "PROGRESS_OF_HALF_CYCLES", 3600.0)
    built = engine.Engine("particle", points=POINTS[:1])
    cell = Cell.load("C")
    inputs = built.inputs(cell, cell.derived().nominal_capacity, 303.15, 3.34)
    (run,) = built.solve([inputs], [0, 5000])
    assert run.failed
    assert run.outcome.reason.startswith("the solver stopped: 20 steps took only ")


def test_errors_of_the_solver_are_told_in_plain_words():
    error = pybamm.SolverError(
        "input set 2: IDA_CONV_FAIL: Convergence test failures occurred too many times"
    )
    assert solver_reasons.reason_of(error) == (
        "no solution of the equations was found, however small the step (IDA_CONV_FAIL)"
    )
    unknown = pybamm.SolverError("input set 2: another error with inputs {}")
    assert solver_reasons.reason_of(unknown) == "another error"
    few = solver_reasons.reason_of_times(np.array([0, 1.0]))
    assert few == "no step was small enough for the tolerances, 1 s after the start"


def test_a_run_that_stalls_twice_is_solved_with_strict_tolerances(monkeypatch):
    built = engine.Engine("particle", points=POINTS[:1])
    monkeypatch.setattr(integrator, "MOST_STEPS", 20)
    stalls = integrator.solver(progress=3600.0, on_failure="ignore")
    built.solver = built._careful[0] = stalls
    cell = Cell.load("C")
    inputs = built.inputs(cell, cell.derived().nominal_capacity, 303.15, 3.34)
    (run,) = built.solve([inputs], [0, 5000])
    assert run.outcome.termination == "Minimum voltage [V]"
