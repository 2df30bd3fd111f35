"""One case of a sweep in this process, and what a worker process writes."""

import io
import pickle
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import nfpcell
from nfpcell import columns as col
from nfpcell.errors import NfpcellError
from nfpcell.sweeping import runner, sweep_case, worker_main
from nfpcell.sweeping import sweep_outputs as outputs
from nfpcell.sweeping.dataset import versions
from nfpcell.sweeping.sweep_plan import Sweep

THICKNESS = "Separator thickness [m]"
SWEEP_FILE = """
title = "One case"
kind = "sweep"
source = "test"
cells = ["C"]
model = "particle"
outputs = {outputs}

[fixed]
"C-rate" = 0.5
"Depth of discharge" = 0.4

[vary."Separator thickness [m]"]
values = [{thickness}]
"""


@pytest.fixture
def one_case(tmp_path):
    """A sweep with these outputs, and its only case."""

    def load(*names, thickness=5e-4):
        path = tmp_path / "one.toml"
        text = SWEEP_FILE.format(outputs=list(names), thickness=thickness)
        path.write_text(text, encoding="utf-8")
        sweep = Sweep.load(path)
        return sweep, sweep.case(0, sweep.design.points()[0])

    return load


def test_a_row_is_the_half_cycle_of_the_changed_cell(one_case):
    names = (col.CAPACITY, col.ENERGY, outputs.POWER, outputs.STACK_ENERGY)
    sweep, case = one_case(*names, col.TERMINATION, *outputs.CURVE)
    sweep_case.prepare(sweep, case)
    row = sweep_case.compute(sweep, case)
    assert list(row) == sweep.columns
    assert row["Status"] == "ok"
    cell = nfpcell.Cell.load("C").with_values({THICKNESS: 5e-4})
    table, curve = nfpcell.simulate(cell, 0.5, model="particle", curves=True)
    expected = table.iloc[0]
    for name in (col.CAPACITY, col.ENERGY, col.TERMINATION):
        assert row[name] == expected[name]
    assert row[col.VOLTAGE] == curve[col.VOLTAGE].tolist()
    assert row[outputs.ALONG_CURVE] == curve[col.CAPACITY].tolist()
    # 0.5C is 48.5 mA per gram of NFP
    hours = expected[col.CAPACITY] / 48.5
    assert row[outputs.POWER] == pytest.approx(expected[col.ENERGY] / hours)
    nfp = 1 - 0.042 - cell["Positive electrode electrolyte mass fraction"]
    loading = cell.derived().loading
    stack = 5e-4 * cell["Electrolyte density [kg.m-3]"] + loading / nfp
    energy = expected[col.ENERGY] * loading / stack
    assert row[outputs.STACK_ENERGY] == pytest.approx(energy)


@pytest.mark.slow
@pytest.mark.parametrize("circuit", [True, False])
def test_resistances_and_spectrum_are_those_at_the_depth(one_case, circuit):
    names = [col.LOW_FREQUENCY, *outputs.SPECTRUM, *[col.R1, col.TOTAL] * circuit]
    sweep, case = one_case(*names)
    row = sweep_case.compute(sweep, case)
    assert row["Status"] == "ok"
    cell = nfpcell.Cell.load("C").with_values({THICKNESS: 5e-4})
    options = {"rate": 0.5, "model": "particle"}
    table = nfpcell.resistance(cell, depths=[0.4], **options)
    spectrum = nfpcell.impedance(cell, 0.4, **options)
    for name in [col.LOW_FREQUENCY, *[col.R1, col.TOTAL] * circuit]:
        assert row[name] == pytest.approx(table[name].iloc[0], rel=1e-9)
    for name in outputs.SPECTRUM:
        assert row[name] == pytest.approx(spectrum[name].tolist(), rel=1e-9)


def test_values_that_no_cell_can_have_are_a_row(one_case):
    sweep, case = one_case(col.CAPACITY, thickness=-1.0)
    sweep_case.prepare(sweep, case)
    row = sweep_case.compute(sweep, case)
    assert row["Status"].startswith(f'refused: cell C: "{THICKNESS}" = -1 is refused')
    assert np.isnan(row[col.CAPACITY])


def test_each_part_that_fails_is_named(one_case, monkeypatch):
    names = (col.CAPACITY, col.TERMINATION, col.LOW_FREQUENCY, *outputs.SPECTRUM)
    sweep, case = one_case(*names)
    failed = {col.TERMINATION: ["failed"], col.STATUS: ["the solver stopped"]}
    nothing = pd.DataFrame({col.Z_RE: [np.nan], col.STATUS: ["not reached"]})
    monkeypatch.setattr(
        sweep_case, "half_cycles", lambda *_, **__: (pd.DataFrame(failed), None)
    )
    monkeypatch.setattr(
        sweep_case, "resistances", lambda *_, **__: (nothing[[col.STATUS]], nothing)
    )
    monkeypatch.setattr(sweep_case, "impedance", lambda *_, **__: nothing)
    row = sweep_case.compute(sweep, case)
    reasons = "failed: the solver stopped; resistance: not reached; "
    assert row["Status"] == f"{reasons}spectrum: not reached"
    assert row[col.TERMINATION] == "failed"
    assert row[col.Z_RE] is None

    def broken(*_, **__):
        raise ZeroDivisionError("by nothing\nat all")

    monkeypatch.setattr(sweep_case, "half_cycles", broken)
    row = sweep_case.compute(sweep, case)
    assert row["Status"] == "failed: ZeroDivisionError: by nothing"


@pytest.fixture
def written(monkeypatch):
    """What the program of a worker writes for a list of messages."""

    def run(*messages):
        results = io.BytesIO()
        results.close = lambda: None
        sent = io.BytesIO(b"".join(map(pickle.dumps, messages)))
        monkeypatch.setattr(worker_main.sys, "stdin", SimpleNamespace(buffer=sent))
        monkeypatch.setattr(worker_main.os, "dup", lambda number: number)
        monkeypatch.setattr(worker_main.os, "dup2", lambda *_: None)
        monkeypatch.setattr(worker_main.os, "fdopen", lambda *_: results)
        worker_main.main()
        results.seek(0)
        answers = []
        while results.tell() < len(results.getvalue()):
            answers.append(pickle.load(results))
        return answers

    return run


def test_a_worker_answers_each_case_until_its_input_ends(
    one_case, written, monkeypatch
):
    # the process of all tests may have more memory than a worker
    monkeypatch.setattr(worker_main, "MOST_MEMORY", np.inf)
    sweep, case = one_case(col.CAPACITY)
    ready, *answers = written((sweep, [case, case], 60.0), (sweep, [case], 60.0))
    assert ready == "ready"
    expected = sweep_case.compute(sweep, case)
    assert [answer.row for answer in answers] == [expected] * 3
    assert all(answer.seconds > 0 and answer.memory > 1e6 for answer in answers)
    assert answers[0].waited == 0
    assert answers[2].waited > 0


def test_a_worker_with_too_much_memory_ends_after_its_chunk(
    one_case, written, monkeypatch
):
    monkeypatch.setattr(worker_main, "MOST_MEMORY", 1.0)
    sweep, case = one_case(col.CAPACITY, thickness=-1.0)
    answers = written((sweep, [case], 60.0), (sweep, [case], 60.0))
    assert len(answers) == 2


@pytest.mark.parametrize(
    ("workers", "message"),
    [
        ({}, "the cluster has no workers"),
        (
            {"tcp://a:1": versions(), "tcp://b:2": versions() | {"numpy": "1.0"}},
            "the worker at tcp://b:2 has numpy 1.0; right would be the same versions",
        ),
        (ImportError("no nfpcell"), r"cannot import nfpcell \(ImportError\)"),
    ],
)
def test_a_cluster_with_other_packages_is_refused(workers, message):
    class Client:
        def run(self, function):
            assert function is versions
            if isinstance(workers, Exception):
                raise workers
            return workers

    with pytest.raises(NfpcellError, match=message):
        runner._check_versions(Client())
