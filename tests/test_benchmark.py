"""The benchmark suite: what was met stays met; the rows of the speed part."""

import pandas as pd
import pytest

from nfpcell import cli, files, scoring
from nfpcell.benchmarking import accuracy, speed
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


def test_what_is_missed_now_or_gone_has_slipped():
    now, before = _targets(True, False, False), _targets(True, True, False, True)
    first, second = accuracy.slipped(now, before.to_dict("records"))
    assert "Q1" in first
    assert "Q3" in second
    assert "no target any more" in second


def test_a_state_is_not_kept_where_something_has_slipped(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "folder", lambda kind: tmp_path)
    accuracy.keep(_targets(True, False), {}, tmp_path)
    kept = (tmp_path / accuracy.STATE).read_text("utf-8")
    assert [row["Met"] for row in accuracy.state()] == [True, False]
    with pytest.raises(DataFileError, match="Q0"):
        accuracy.keep(_targets(False, True), {}, tmp_path)
    assert (tmp_path / accuracy.STATE).read_text("utf-8") == kept


def test_the_state_holds_every_target():
    found = [(row["Experiment"], row["Cell"]) for row in accuracy.state()]
    loaded = [Experiment.load(name) for name in files.scored()]
    there = [(one.name, target.cell) for one in loaded for target in one.targets]
    assert sorted(found) == sorted(there)


def test_a_target_once_met_stays_met():
    targets = accuracy.against_the_paper(Results(accuracy.STATE_MODEL))
    assert accuracy.slipped(targets, accuracy.state()) == []


def test_what_is_wanted_of_a_ratio():
    row = ("480 curves, full", 1.0, "the integrator alone, in ours", 0.6)
    assert speed._wanted(*row, 0.6) == (0.5, True)
    assert speed._wanted(*row, 0.4) == (0.5, False)
    assert speed._wanted("another", 1.0, "peer", 2.0, 2.0)[1] is None


def test_another_word_is_refused(capfd):
    assert cli.main(["benchmark", "sped"]) == cli.REFUSED
    out, err = capfd.readouterr()
    assert out == ""
    assert "speed" in err
