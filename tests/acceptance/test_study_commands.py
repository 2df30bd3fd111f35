"""The commands run and score."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns
from nfpcell.cell import catalogue
from nfpcell.cli import app
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment
from tests.acceptance.commands import refused


@pytest.mark.slow
def test_run_shows_conditions_and_targets(computed, capfd):
    assert app.main(["run", "low_temperature"]) == 0
    out = capfd.readouterr().out
    assert "Targets" in out
    # 80 against 58 and 50: a target missed is not a condition failed
    assert "+37.9" in out
    assert app.main(["run", "low_temperature", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert list(rows[0]) == [*columns.SUMMARY]


@pytest.mark.slow
def test_run_of_resistances_shows_the_lowest(computed, capfd, tmp_path):
    words = ["run", "resistance_30C", "--out", str(tmp_path)]
    assert app.main(words) == 0
    out = capfd.readouterr().out
    # the circuit's and, in brackets, the model's own
    assert "100 (100)" in out
    assert "depths:" not in out
    assert {path.name for path in tmp_path.iterdir()} == {
        "summary.csv", "spectra.csv", "targets.csv", "run.json",
        "resistance.png", "resistance.svg", "targets.png", "targets.svg",
        "circuit.png", "circuit.svg", "operando.png", "operando.svg",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("met", "code"), [(True, 0), (False, 1)])
def test_score_exits_1_if_a_target_is_not_met(monkeypatch, capfd, tmp_path, met, code):
    row = (
        "low_temperature",
        "C",
        "Specific capacity [mA.h.g-1]",
        "0.2C discharge, 0 degC",
    )
    found = (">= 58", np.float64(61.0), np.nan, None, "calibrated", np.bool_(met))
    table = pd.DataFrame(
        [(*row, *found, 58.0, np.nan, "text", "")], columns=scoring.COLUMNS
    )
    monkeypatch.setattr(scoring, "score", lambda *_: table)
    words = ["score", "low_temperature"]
    assert app.main([*words, "--out", str(tmp_path)]) == code
    shown = capfd.readouterr().out
    assert f"{int(met)} of 1 targets met" in shown
    assert "set by hand against" in shown
    assert app.main([*words, "--json"]) == code
    (record,) = json.loads(capfd.readouterr().out)
    assert list(record) == scoring.COLUMNS
    assert record["Met"] is met
    assert record["Error [%]"] is None
    assert (tmp_path / "summary.csv").is_file()
    assert json.loads((tmp_path / "run.json").read_text())["command"] == "score"


@pytest.mark.slow
def test_score_without_a_word_is_all_experiments_with_targets(monkeypatch):
    asked = []

    def score(names, model, progress, changed):
        assert changed == {}
        asked.extend(Path(name).stem for name in names)
        return pd.DataFrame(columns=scoring.COLUMNS)

    monkeypatch.setattr(scoring, "score", score)
    assert app.main(["score"]) == 0
    assert asked == catalogue.scored()
    assert set(catalogue.experiments()) == {
        *catalogue.scored(),
        *catalogue.of_kind(*catalogue.COMMANDS),
    }


def test_assumptions_are_a_table_records_and_files(monkeypatch, capfd, tmp_path):
    from nfpcell.sweeping import assumptions as study

    asked = []

    def table(files, model, workers, limit, progress):
        asked.append(([file.stem for file in files], model, workers, limit))
        experiment = Experiment.load("low_temperature")
        plan = study.AssumptionPlan.load([experiment], model)
        score = scoring.judged(experiment, experiment.targets[0], 60.0)
        rows = [study._row(end, score, 50.0) | {"Target": 1} for end in plan.ends[:2]]
        return pd.DataFrame(rows, columns=study.COLUMNS)

    monkeypatch.setattr(study, "assumptions", table)
    words = ["assumptions", "low_temperature", "--model", "particle", "--workers", "3"]
    assert app.main([*words, "--excel", "--out", str(tmp_path)]) == 0
    assert asked == [(["low_temperature"], "particle", 3, 900.0)]
    shown = capfd.readouterr().out
    assert "Constants set by hand with published numbers in view" in shown
    assert "Bonded-fraction" in shown
    assert "1:+20%" in shown
    files = {path.name for path in tmp_path.iterdir()}
    assert {"summary.csv", "assumptions.png", "run.json"} <= files
    sheets = pd.read_excel(tmp_path / "summary.xlsx", sheet_name=None)
    assert list(sheets) == ["summary"]
    assert app.main([*words, "--json"]) == 0
    records = json.loads(capfd.readouterr().out)
    assert list(records[0]) == study.COLUMNS
    assert records[0]["Change [%]"] == pytest.approx(20)
    assert "did you mean" in refused(capfd, "assumptions", "low_temperatur")
    assert "workers" in refused(capfd, *words[:4], "--workers", "0")
