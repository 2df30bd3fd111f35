"""Each assumed quantity at both ends of its range: which targets move."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.errors import NfpcellError
from nfpcell.studies import held_out, scoring
from nfpcell.studies.experiment import Experiment
from nfpcell.sweeping import assumptions as study
from nfpcell.sweeping.sweep_plan import Failure

VOID = "Positive electrode void fraction"
SURFACE = "Positive electrode active powder specific surface [m2.kg-1]"
CUTOFF = "Lower voltage cut-off [V]"
GAP = "Positive electrode OCP hysteresis gap [V]"


@pytest.fixture
def plan():
    experiments = tuple(map(Experiment.load, ["resistance_30C", "rate_30C"]))
    cells = {name: Cell.load(name) for e in experiments for name in e.cells}
    return study.AssumptionPlan(experiments, (), cells, "particle")


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
    quantities = plan.cells["C"].quantities.values()
    expected = [q.name for q in quantities if q.kind == "assumed" and q.range]
    assert sorted(names) == sorted(expected * 2)


def test_only_targets_of_changed_cells_are_computed(plan, monkeypatch):
    asked = []

    def run(experiment, model, cells, **settings):
        asked.append((experiment, cells, settings))
        rows = [{**c.columns, "Status": "ok"} for c in experiment.conditions]
        table = pd.DataFrame(rows)
        return table.assign(**{"Specific capacity [mA.h.g-1]": 50.0}), None

    monkeypatch.setattr(scoring, "run", run)
    rates = study.AssumptionPlan(plan.experiments[1:], (), plan.cells, "particle")
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
    ratios = study.AssumptionPlan((operando,), (), plan.cells, "particle")
    low, _ = _end(ratios, SURFACE, "B")
    ((_, targets),) = ratios.targets(low)
    assert {t.cell for t in targets if t.divisor} == {"A"}
    assert {t.cell for t in targets if not t.divisor} == {"B"}


def _results(plan, computed):
    """A case's result with one number for every target."""
    scores = [
        scoring.judged(experiment, target, computed)
        for experiment in plan.experiments
        for target in experiment.targets
    ]
    return {"Numbers": scores, "Status": "ok"}


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
    row = study._row(end, score, before) | {"Target": 1}
    assert row["Change [%]"] == pytest.approx(change, nan_ok=True)
    assert row["Moved"] is moved
    table = pd.DataFrame([row], columns=study.COLUMNS)
    assert [m["Moved"] for m in study.moves(table)] == [[text]] * moved


@pytest.fixture
def run_with(plan, monkeypatch):
    """Make the rows of a plan whose cases have these results."""

    def run(*results):
        results = list(results)
        monkeypatch.setattr(study.AssumptionPlan, "ends", plan.ends[: len(results) - 1])
        pool = type("Pool", (), {"submit": lambda *_: _Done(results.pop(0))})()
        executor = type("Executor", (), {"__enter__": lambda _: (pool, 1)})
        executor.__exit__ = lambda *_: None
        monkeypatch.setattr(study.runner, "executor", lambda workers: executor())
        monkeypatch.setattr(study.futures, "as_completed", lambda pending: pending)
        seen = []
        rows = list(study._rows(plan, 1, 9.0, lambda *count: seen.append(count)))
        return pd.DataFrame(rows, columns=study.COLUMNS), seen

    return run


def test_a_refused_end_has_no_row_and_a_failed_one_says_why(plan, run_with):
    refused = plan.failed_row(None, Failure.REFUSED, "right would be 0")
    failed = plan.failed_row(None, Failure.FAILED, "crash")
    unchanged = _results(plan, 100.0)
    table, seen = run_with(unchanged, unchanged, refused, failed, unchanged)
    assert seen == [(k, 5) for k in (1, 2, 3, 4, 5)]
    targets = [t for e in plan.experiments for t in e.targets]
    assert len(table) == 2 * len(targets) + 1
    assert table["Status"].value_counts()["failed: crash"] == 1
    assert not table["Moved"].any()
    assert study.targets(table)["Target"].tolist() == [*range(1, len(targets) + 1)]
    lower, _, upper, _ = [end.assumed.quantity.name for end in plan.ends[:4]]
    # the first of the two has no other end
    assert study.others(table) == ([upper], [lower])


def test_without_the_numbers_of_the_cells_as_they_are_nothing_is_said(plan, run_with):
    failed = plan.failed_row(None, Failure.FAILED, "crash")
    with pytest.raises(NfpcellError, match="as it is: failed: crash"):
        run_with(failed, _results(plan, 100.0))


def test_a_row_of_an_impossible_value_is_a_refusal(plan):
    (low, _) = _end(plan, VOID, "C")
    row = plan.compute(study.End(low.assumed, 2.0))
    assert row["Failure"] is Failure.REFUSED
    assert "void fraction" in row["Status"]
    assert row["Numbers"] == []


def test_a_liquid_cells_own_circumstance_moves_its_numbers_only():
    plan = study.AssumptionPlan.load(["held_out"], "particle")
    users = {end.assumed.cells for end in plan.ends if "kim2013" in end.assumed.cells}
    assert ("kim2013",) in users
    areal = "Positive electrode areal capacity [A.h.m-2]"
    low, _ = _end(plan, areal, "kim2013")
    (held,) = plan.held_out
    rows = held_out.rows_with(held, low.values, ["kim2013"])
    assert {row["Cell"] for row in rows} == {"kim2013"}
    before = held_out.rows_with(held, {}, ["kim2013"])
    assert [row["Computed"] for row in rows] != [row["Computed"] for row in before]


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
    kept = (cell.quantities[GAP], replace(cell.quantities[CUTOFF], range=(1.9, 2.6)))
    held = cell.with_values(cell.values, reference="held").with_quantities(kept)
    held.save(tmp_path / "mine.toml")
    table = study.assumptions([path], "particle", workers=2)
    # these experiments refuse a gap; that of the lower end is zero
    assert study.others(table) == ([], [GAP])
    table = table[table["Name"] == CUTOFF]
    assert table["Set to"].tolist() == [1.9, 2.6]
    assert table["Change [%]"].iloc[1] < -2
    assert table["Moved"].iloc[1]
    experiment = Experiment.load(path)
    for end, computed in zip(table["Set to"], table["Computed"], strict=True):
        changed = {experiment.cells[0]: held.with_values({CUTOFF: end}, name="mine")}
        results = scoring.run(experiment, "particle", cells=changed)
        score = scoring.judge(experiment, *results)
        assert computed == pytest.approx(score["Computed"][0], rel=1e-6)
