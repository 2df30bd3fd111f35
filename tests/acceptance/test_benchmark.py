"""The benchmark: a target that was met stays met, and its numbers are committed."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from nfpcell_benchmarks import (
    accuracy,
    benchmark_figures,
    many_curves,
    ratios,
    single_discharge,
)
from nfpcell_benchmarks.mesh_error import half_cycles

from nfpcell import simulate
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.studies.experiment import present_name

pytestmark = pytest.mark.slow

CAPACITY = "Specific capacity [mA.h.g-1]"
STATE = Path(__file__).parents[2] / "benchmarks" / "accuracy.json"


@pytest.fixture(scope="module")
def targets():
    return accuracy.against_the_paper()


@pytest.fixture(scope="module")
def state():
    """The committed state, which may have former names of quantities."""
    records = json.loads(STATE.read_text("utf-8"))
    return [{**row, "Quantity": present_name(row["Quantity"])} for row in records]


def test_targets_that_were_met_are_met(targets, state):
    assert len(state) >= 48
    assert accuracy.slipped(targets, state) == []


def test_the_committed_numbers_are_the_present_ones(targets, state):
    """If a number changes, check and commit what nfpcell benchmark accuracy gives."""
    before = pd.DataFrame(state)
    both = targets.merge(before, on=accuracy.IDENTITY, suffixes=("", " before"))
    assert len(both) == len(targets) == len(state)
    assert both["Computed"].to_numpy(float) == pytest.approx(
        both["Computed before"].to_numpy(float), rel=5e-3, abs=1e-6
    )


def test_slipped_names_targets_that_are_missed_or_gone(targets):
    state = targets.to_dict("records")
    worse = targets.assign(Met=targets["Met"] & (np.arange(len(targets)) != 3))
    assert len(accuracy.slipped(worse, state)) == 1
    assert "is no target any more" in accuracy.slipped(targets.iloc[1:], state)[0]
    # a target that was missed before has not slipped
    missed = [{**row, "Met": False} for row in state]
    assert accuracy.slipped(worse, missed) == []


def test_mathematics_is_within_its_bounds():
    table = accuracy.against_mathematics()
    assert list(table["Model"].unique()) == ["particle", "full"]
    assert len(table) == 7
    assert table["Met"].all(), table.to_string()


def test_a_speed_row_has_the_documented_keys():
    table = ratios.table([ratios.row("c", [1.0, 2.0], "p", [4.0])])
    (row,) = table.to_dict("records")
    assert row["Ratio"] == 3.0
    assert (row["Least ratio"], row["Largest ratio"]) == (2.0, 4.0)
    assert {"Case", "nfpcell [s]", "Peer", "Peer [s]", "Ratio"} <= {*row}


def test_the_time_within_the_integrator():
    within, cell = many_curves.IntegratorTime(), Cell.load("C")
    with within.measured():
        total = single_discharge.clock(lambda: simulate(cell, [1]))
    assert 0 < within.seconds < total
    before = within.seconds
    simulate(cell, [1])
    assert within.seconds == before


def test_command(tmp_path, monkeypatch, capsys, targets):
    # one target is missed: the command says so by its exit code
    met = targets.assign(Met=True)
    monkeypatch.setattr(accuracy, "against_the_paper", lambda *a: met)
    row = ("a", "full", 2.0, "mV", 1.0, True)
    mathematics = pd.DataFrame([row], columns=accuracy.COLUMNS)
    monkeypatch.setattr(accuracy, "against_mathematics", lambda: mathematics)
    assert app.main(["benchmark", "accuracy", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert len(records) == len(targets) + 1
    missed = mathematics.assign(Met=False)
    monkeypatch.setattr(accuracy, "against_mathematics", lambda: missed)
    assert app.main(["benchmark", "accuracy"]) == 1
    capsys.readouterr()
    assert app.main(["benchmark", "beauty"]) == 2
    assert "accuracy" in capsys.readouterr().err


def test_figures():
    grown = pd.DataFrame({"What": ["a", "a"], "Number": [1, 10], "Seconds": [1.0, 2.0]})
    assert len(benchmark_figures.growth_figure(grown).axes[0].lines) == 2
    costs = pd.DataFrame(
        {
            "Model": ["full"] * 2,
            "Shells": [8, 16],
            "Tolerance": [1e-4] * 2,
            "Milliseconds": [1.0, 2.0],
            "Error [mV]": [1.0, 0.1],
            "Default": [False, True],
        }
    )
    figure = benchmark_figures.error_figure(costs)
    assert figure.axes[0].lines[-1].get_marker() == "*"
    rows = [
        ratios.row("c", [1.0, 2.0], "p", [4.0], wanted=2.0),
        ratios.row("c", [1.0], "q", [np.nan]),
    ]
    table = ratios.table(rows)
    assert len(benchmark_figures.speed_figure(table).axes[0].get_yticks()) == 1


def test_a_ratio_as_wanted():
    times = ("480 curves, full", 1.0, "the integrator alone, in ours")
    assert ratios.row(*times, 0.6, wanted=0.5).as_wanted is True
    assert ratios.row(*times, 0.4, wanted=0.5).as_wanted is False
    assert ratios.row(*times, 0.4).as_wanted is None


def test_the_peers_of_480_curves_do_the_same_work():
    """An Experiment, a Simulation and a batch give the capacity that ours gives."""
    cell = Cell.load("C")
    ours = simulate(cell, [2], model="particle")[CAPACITY][0]
    (condition,) = half_cycles(cell, [("discharge", 2, 30)])
    last_step = many_curves.protocol("particle", condition).cycles[-1].steps[-1]
    alone = many_curves.simulation("particle", condition)
    (batched,) = many_curves.batch("particle", [condition])()
    for solution in (last_step, alone, batched):
        passed = np.ptp(solution["Discharge capacity [A.h]"].entries)
        assert passed / cell.derived().mass == pytest.approx(ours, abs=0.02)
