"""The built model: what is recorded of a run."""

import numpy as np
import pytest

from nfpcell import engine
from nfpcell.cell import Cell


@pytest.fixture(scope="module", params=["particle", "full"], ids=["particle", "full"])
def discharge(request):
    points = (("r_p", 24), ("x_p", 4))[: 1 if request.param == "particle" else 2]
    built = engine.built(request.param, points=points)
    cell = Cell.load("C")
    case = built.inputs(cell, cell.derived().nominal_capacity, 303.15, 3.34)
    (run,) = built.solve([case], [0, 5000])
    return built, case, run


def test_recorded_outputs_are_those_of_the_solution(discharge):
    built, case, run = discharge
    solution = run.solution
    found = built.record(solution.t, solution.y, case)
    assert tuple(found) == engine.RECORDED
    for name, values in found.items():
        assert values == pytest.approx(solution[name].entries, abs=1e-9), name


def test_nothing_is_recorded_of_no_points(discharge):
    built, case, run = discharge
    found = built.record([], run.solution.y[:, :0], case)
    assert {len(values) for values in found.values()} == {0}


def test_a_curve_has_several_points_in_each_step(discharge):
    built, case, run = discharge
    t, found = built.curve(run, case)
    parts = engine.PARTS
    assert parts > 1
    assert t[::parts] == pytest.approx(run.solution.t, abs=0)
    assert np.all(np.diff(t) > 0)
    own = found["Voltage [V]"][::parts]
    assert own == pytest.approx(run.solution["Voltage [V]"].entries, abs=1e-12)
    # as PyBaMM interpolates them
    theirs = run.solution["Voltage [V]"](t)
    assert found["Voltage [V]"] == pytest.approx(theirs, abs=1e-6)
    assert found["Discharge capacity [A.h]"] == pytest.approx(
        case[engine.CURRENT] * t / 3600, abs=1e-9
    )


def test_voltages_are_those_recorded(discharge):
    built, case, run = discharge
    t, y = run.solution.t[::9], run.solution.y[:, ::9]
    assert built.voltages(t, y, case) == pytest.approx(
        run.solution["Voltage [V]"].entries[::9], abs=1e-12
    )
