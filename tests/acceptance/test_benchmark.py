"""The benchmark, and the ratchet: a target once met stays met."""

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

from nfpcell import simulate
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.simulation.starting_state import starting_voltage
from nfpcell.studies.experiment import present_name

CAPACITY = "Specific capacity [mA.h.g-1]"
STATE = Path(__file__).parents[2] / "benchmarks" / "accuracy.json"


@pytest.fixture(scope="module")
def targets():
    return accuracy.against_the_paper()


@pytest.fixture(scope="module")
def state():
    """The committed state; it may say former names of quantities."""
    records = json.loads(STATE.read_text("utf-8"))
    return [{**row, "Quantity": present_name(row["Quantity"])} for row in records]


def test_what_was_met_stays_met(targets, state):
    assert len(state) >= 48
    assert accuracy.slipped(targets, state) == []


def test_the_committed_state_is_the_present_one(targets, state):
    """Who changes a number looks at it and commits it: nfpcell benchmark accuracy."""
    before = pd.DataFrame(state)
    both = targets.merge(before, on=accuracy.IDENTITY, suffixes=("", " before"))
    assert len(both) == len(targets) == len(state)
    assert both["Computed"].to_numpy(float) == pytest.approx(
        both["Computed before"].to_numpy(float), rel=5e-3, abs=1e-6
    )


def test_a_target_that_is_missed_or_gone_has_slipped(targets):
    state = targets.to_dict("records")
    worse = targets.assign(Met=targets["Met"] & (np.arange(len(targets)) != 3))
    assert len(accuracy.slipped(worse, state)) == 1
    assert "is no target any more" in accuracy.slipped(targets.iloc[1:], state)[0]
    # what was missed may stay so
    missed = [{**row, "Met": False} for row in state]
    assert accuracy.slipped(worse, missed) == []


def test_mathematics_is_within_its_bounds():
    table = accuracy.against_mathematics()
    assert list(table["Model"].unique()) == ["particle", "full"]
    assert len(table) == 7
    assert table["Met"].all(), table.to_string()


def test_rows_of_the_contract():
    found = ratios.row("c", [1.0, 2.0], "p", [4.0])
    row = dict(zip(ratios.COLUMNS, found, strict=False))
    assert row["Ratio"] == 3.0
    assert (row["Least ratio"], row["Largest ratio"]) == (2.0, 4.0)
    assert {"Case", "nfpcell [s]", "Peer", "Peer [s]", "Ratio"} <= {*row}


def test_the_integrator_is_timed_within_ours():
    inside, cell = many_curves.Integrator(), Cell.load("C")
    with inside.watched():
        whole = single_discharge.clock(lambda: simulate(cell, [1]))
    assert 0 < inside.seconds < whole
    before = inside.seconds
    simulate(cell, [1])
    assert inside.seconds == before


def test_command(tmp_path, monkeypatch, capsys, targets):
    monkeypatch.setattr(accuracy, "against_the_paper", lambda *a: targets)
    own = pd.DataFrame([("a", "full", 2.0, "mV", 1.0, True)], columns=accuracy.COLUMNS)
    monkeypatch.setattr(accuracy, "against_mathematics", lambda: own)
    assert app.main(["benchmark", "accuracy", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) == len(targets) + 1
    monkeypatch.setattr(accuracy, "against_mathematics", lambda: own.assign(Met=False))
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
        (*ratios.row("c", [1.0, 2.0], "p", [4.0]), 2.0, True),
        (*ratios.row("c", [1.0], "q", [np.nan]), np.nan, None),
    ]
    table = pd.DataFrame(rows, columns=ratios.COLUMNS)
    assert len(benchmark_figures.speed_figure(table).axes[0].get_yticks()) == 1


def test_what_is_wanted_of_a_ratio():
    row = ("480 curves, full", 1.0, "the integrator alone, in ours", 0.6)
    assert ratios.wanted(*row, 0.6) == (0.5, True)
    assert ratios.wanted(*row, 0.4) == (0.5, False)
    assert ratios.wanted("another", 1.0, "peer", 2.0, 2.0)[1] is None


def test_the_peers_of_480_curves_do_the_same_work():
    """An Experiment, a Simulation and a batch give the curve that ours gives."""
    condition = cell, *_ = Cell.load("C"), "discharge", 2, 30
    ours = simulate(cell, [2], model="particle")[CAPACITY][0]
    start = starting_voltage(*condition[:2], "particle")
    last = many_curves.protocol("particle", *condition).cycles[-1].steps[-1]
    alone = many_curves.simulation("particle", start, *condition)
    (batched,) = many_curves.batch("particle", [condition], [start])()
    for found in (last, alone, batched):
        passed = np.ptp(found["Discharge capacity [A.h]"].entries)
        assert passed / cell.derived().mass == pytest.approx(ours, abs=0.02)
