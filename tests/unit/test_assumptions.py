"""Each assumed quantity at both ends of its range: which targets move."""

import math

import numpy as np
import pandas as pd
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment
from nfpcell.sweeping import assumptions as study
from nfpcell.sweeping.sweep_plan import Failure

VOID = "Positive electrode void fraction"
SURFACE = "Positive electrode active powder specific surface [m2.kg-1]"
GAP = "Positive electrode OCP hysteresis gap [V]"


@pytest.fixture
def plan():
    experiments = tuple(map(Experiment.load, ["resistance_30C", "rate_30C"]))
    cells = {name: Cell.load(name) for e in experiments for name in e.cells}
    return study.AssumptionPlan(experiments, cells, "particle")


def _end(plan, name, cell):
    return [
        end
        for end in plan.ends
        if end.assumed.quantity.name == name and cell in end.assumed.cells
    ]


def test_a_shared_quantity_changes_in_all_its_cells_and_one_cells_own_in_this(plan):
    low, high = _end(plan, VOID, "C")
    assert (low.value, high.value) == low.assumed.quantity.range
    assert {cell[VOID] for cell in low.cells(plan.cells).values()} == {low.value}
    low, _ = _end(plan, SURFACE, "A")
    changed = low.cells(plan.cells)
    assert changed["A"][SURFACE] == low.value
    assert {k for k, cell in changed.items() if cell != plan.cells[k]} == {"A"}
    # D and E have it "as cell C", in the same words
    assert _end(plan, SURFACE, "D") == _end(plan, SURFACE, "E")


def test_every_assumed_quantity_has_two_ends(plan):
    names = [end.assumed.quantity.name for end in plan.ends if "C" in end.assumed.cells]
    expected = [q.name for q in plan.cells["C"].quantities.values() if q.range]
    assert sorted(names) == sorted(expected * 2)


def test_only_targets_of_changed_cells_are_computed(plan, monkeypatch):
    asked = []

    def run(experiment, model, cells, **settings):
        asked.append((experiment, cells, settings))
        rows = [{**c.columns, "Status": "ok"} for c in experiment.conditions]
        table = pd.DataFrame(rows)
        return table.assign(**{"Specific capacity [mA.h.g-1]": 50.0}), None

    monkeypatch.setattr(scoring, "run", run)
    rates = study.AssumptionPlan(plan.experiments[1:], plan.cells, "particle")
    low, _ = _end(rates, SURFACE, "A")
    row = rates.compute(low)
    assert row["Status"] == "ok"
    ((experiment, cells, settings),) = asked
    assert {target.cell for target in experiment.targets} == {"A"}
    # 0.01C of A has no target
    assert {c.rate for c in experiment.conditions} == {0.1, 1.0}
    assert cells["A"][SURFACE] == low.value
    assert settings == {}
    assert {score["Computed"] for score in row["Numbers"]} == {50.0}


def test_a_ratio_of_two_cells_is_computed_if_either_changes(plan):
    operando = Experiment.load("operando_impedance")
    ratios = study.AssumptionPlan((operando,), plan.cells, "particle")
    low, _ = _end(ratios, SURFACE, "B")
    ((_, targets),) = ratios.targets(low)
    assert {t.cell for t in targets if t.divisor} == {"A"}
    assert {t.cell for t in targets if not t.divisor} == {"B"}


def _results(plan, computed, status="ok", failure=None):
    """A case's result with one number for every target."""
    scores = [
        scoring.judged(experiment, target, computed)
        for experiment in plan.experiments
        for target in experiment.targets
    ]
    return {"Numbers": scores, "Status": status, "Failure": failure}


class _Done:
    """The result of a case, as a pool gives it."""

    def __init__(self, row):
        self.row = row

    def result(self):
        return [study.worker.ComputedCase(self.row)]


@pytest.mark.parametrize(
    ("before", "after", "change", "moved", "text"),
    [
        (100.0, 101.9, 1.9, False, None),
        (100.0, 97.0, -3.0, True, "1: -3 %"),
        (0.0, 0.0, 0.0, False, None),
        (0.0, 5.0, math.inf, True, "1: new"),
        (math.nan, 5.0, math.nan, True, "1: new"),
        (5.0, math.nan, math.nan, True, "1: gone"),
        (math.nan, math.nan, math.nan, False, None),
    ],
)
def test_a_change_above_two_per_cent_is_a_move(
    plan, before, after, change, moved, text
):
    (end, *_) = plan.ends
    score = _results(plan, after)["Numbers"][0]
    row = study._row(end, score, before, "ok") | {"Target": 1}
    assert row["Change [%]"] == pytest.approx(change, nan_ok=True)
    assert row["Moved"] is moved
    table = pd.DataFrame([row], columns=study.COLUMNS)
    assert [m["Moved"] for m in study.moves(table)] == [[text]] * moved


def test_a_refused_end_has_no_row_and_a_failed_one_says_why(plan, monkeypatch):
    ends = plan.ends[:3]
    results = [
        _results(plan, 100.0),
        _results(plan, 100.0),
        _results(plan, np.nan, "refused: right would be 0", Failure.REFUSED),
        _results(plan, np.nan, "failed: crash", Failure.FAILED),
    ]
    monkeypatch.setattr(study.AssumptionPlan, "ends", ends)
    pool = type("Pool", (), {"submit": lambda *_: _Done(results.pop(0))})()
    executor = type("Executor", (), {"__enter__": lambda _: (pool, 1)})
    executor.__exit__ = lambda *_: None
    monkeypatch.setattr(study.runner, "executor", lambda workers: executor())
    monkeypatch.setattr(study.futures, "as_completed", lambda pending: pending)
    seen = []
    rows = study._rows(plan, 1, 9.0, lambda done, total: seen.append((done, total)))
    table = pd.DataFrame(rows, columns=study.COLUMNS)
    assert seen == [(k, 4) for k in (1, 2, 3, 4)]
    count = sum(len(e.targets) for e in plan.experiments)
    assert len(table) == 2 * count
    assert table["Status"].unique().tolist() == ["ok", "failed: crash"]
    assert not table["Moved"].any()
    # the second quantity has one row: its other end is missing from these three
    names = [end.assumed.quantity.name for end in ends]
    assert study.others(table) == ([], list(dict.fromkeys(names)))


def test_a_row_of_an_impossible_value_is_a_refusal(plan):
    (low, _) = _end(plan, VOID, "C")
    row = plan.compute(study.End(low.assumed, 2.0))
    assert row["Failure"] is Failure.REFUSED
    assert "void fraction" in row["Status"]
    assert np.isnan([score["Computed"] for score in row["Numbers"]]).all()


@pytest.mark.slow
def test_processes_compute_what_this_one_computes(tmp_path):
    text = """title = "mine"
kind = "cycling"
source = "me"
[[conditions]]
cells = ["mine.toml"]
"C-rate" = [2.0]
"Ambient temperature [degC]" = [30.0]
"Direction" = ["discharge"]
[[targets]]
quantity = "Specific capacity [mA.h.g-1]"
cell = "mine"
value = 61.0
tolerance_percent = 2.0
use = "predicted"
source = "text"
"""
    path = tmp_path / "mine_rates.toml"
    path.write_text(text)
    cell = Cell.load("C")
    fall = "Positive particle stoichiometry of diffusivity fall"
    held = [
        q for q in cell.quantities.values() if q.range and q.name not in (fall, GAP)
    ]
    values = {q.name: q.value for q in held}
    cell.with_values(values, reference="held").save(tmp_path / "mine.toml")
    table = study.assumptions([path], "particle", workers=2)
    # these experiments refuse a gap; that of the lower end is zero
    assert study.others(table) == ([], [GAP])
    table = table[table["Name"] == fall]
    assert table["Set to"].tolist() == list(cell.quantities[fall].range)
    assert table["Moved"].all()
    experiment = Experiment.load(path)
    for end, computed in zip(table["Set to"], table["Computed"], strict=True):
        changed = {experiment.cells[0]: cell.with_values({fall: end}, name="mine")}
        results = scoring.run(experiment, "particle", cells=changed)
        score = scoring.judge(experiment, *results)
        assert computed == pytest.approx(score["Computed"][0], rel=1e-6)
