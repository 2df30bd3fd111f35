"""The benchmark suite: what was met stays met; the rows of the speed part."""

import json

import numpy as np
import pandas as pd
import pytest

from nfpcell import cli, files, scoring
from nfpcell.benchmark import accuracy, speed
from nfpcell.errors import DataFileError
from nfpcell.experiment import Experiment
from nfpcell.report.results import Results


def _targets(*met):
    rows = [
        dict.fromkeys(scoring.COLUMNS, "x")
        | {"Quantity": f"Q{k}", "Computed": 1.0, "Error [%]": 0.0, "Met": one}
        for k, one in enumerate(met)
    ]
    return pd.DataFrame(rows, columns=scoring.COLUMNS)


def test_what_is_missed_now_or_gone_is_lost():
    now, before = _targets(True, False, False), _targets(True, True, False, True)
    table = accuracy.compared(now, before)
    assert list(table["Met"]) == [True, False, False, False]
    assert list(table[accuracy.BEFORE]) == [True, True, False, True]
    assert list(accuracy.lost(table)["Quantity"]) == ["Q1", "Q3"]
    assert np.isnan(table["Computed"].iloc[-1])


def test_a_state_is_not_kept_where_something_is_lost(tmp_path):
    table = accuracy.compared(_targets(False), _targets(True))
    with pytest.raises(DataFileError, match="Q0 of x"):
        accuracy.keep(accuracy.Accuracy(table, {}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_state_reads_as_it_was_written(tmp_path):
    table = accuracy.compared(_targets(True, False), _targets(True))
    (path,) = accuracy.keep(accuracy.Accuracy(table, {}), tmp_path)
    rows = json.loads(path.read_text("utf-8"))["targets"]
    assert [row["Met"] for row in rows] == [True, False]


def test_the_state_holds_every_target():
    state = accuracy.state()
    known = {(e, c) for e, c in state[["Experiment", "Cell"]].to_numpy()}
    loaded = [Experiment.load(name) for name in files.scored()]
    assert len(state) == sum(len(one.targets) for one in loaded)
    assert known == {(one.name, t.cell) for one in loaded for t in one.targets}


def test_a_target_once_met_stays_met():
    results = Results(accuracy.MODEL)
    judged = []
    for name in files.scored():
        experiment = Experiment.load(name)
        judged.append(scoring.judge(experiment, *results.experiment(name)))
    targets = pd.concat(judged, ignore_index=True)
    lost = accuracy.lost(accuracy.compared(targets, accuracy.state()))
    assert accuracy.sentences(lost) == []


def test_a_ratio_is_the_peer_over_ours_and_has_its_spread():
    row = speed.row("x", [1.0, 2.0, 4.0], "peer", [3.0, 4.0, 4.0], wanted=2.0)
    assert list(row) == speed.COLUMNS
    assert row["Ratio"] == 2
    assert (row["Least ratio"], row["Largest ratio"]) == (1, 3)
    assert row["Met"]
    assert speed.row("x", [1.0], "peer", [9.0, 8.0])["Met"] is None


def test_the_sweep_has_480_different_conditions():
    conditions = speed.conditions_of_sweep()
    assert len(set(conditions)) == 480


def test_another_word_is_refused(capfd):
    assert cli.main(["benchmark", "sped"]) == cli.REFUSED
    out, err = capfd.readouterr()
    assert out == ""
    assert "speed" in err


def test_json_of_either_word_is_a_list(monkeypatch, capfd):
    table = accuracy.compared(_targets(True, False), _targets(True))
    found = accuracy.Accuracy(table, {})
    monkeypatch.setattr(accuracy, "measure", lambda progress: found)
    assert cli.main(["benchmark", "accuracy", "--json"]) == cli.CONDITION_FAILED
    rows = json.loads(capfd.readouterr().out)
    assert [row["Met"] for row in rows] == [True, False]
    assert set(scoring.COLUMNS) <= set(rows[0])
