"""The commands on own data without a fit: compare, example-data."""

import json

import pandas as pd
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.errors import SolveError
from nfpcell.fitting import objective
from nfpcell.studies import example_data
from tests.acceptance.commands import refused
from tests.unit.fitting.measurements import curve_file, spectrum_file

CONTACT = "Contact resistance [Ohm]"
TRUTH = Cell.load("C").with_values({CONTACT: 60.0})
FILES = {"summary.csv", "curves.csv", "comparison.png", "comparison.svg", "run.json"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    return [str(curve_file(folder, TRUTH, rate, 30, points=80)) for rate in (0.2, 1.0)]


@pytest.fixture(scope="module")
def spectrum(tmp_path_factory):
    return str(spectrum_file(tmp_path_factory.mktemp("measured"), TRUTH, 0.5))


def _words(files, *more):
    return ["compare", "--cell", "C", "--model", "particle", "--data", *files, *more]


def test_a_table_and_files(data, tmp_path, capsys):
    out = tmp_path / "compared"
    assert app.main(_words(data, "--out", str(out))) == 0
    shown = capsys.readouterr().out
    assert "RMS of V" in shown
    assert "a positive current is a charge" in shown
    assert {path.name for path in out.iterdir()} == FILES
    table = pd.read_csv(out / "summary.csv")
    assert list(table) == list(columns.COMPARISON)
    assert len(table) == 2
    assert len(pd.read_csv(out / "curves.csv")) > 160
    record = json.loads((out / "run.json").read_text())
    assert record["options"]["data"] == data
    assert record["options"]["cell"] == ["C"]


def test_one_json_value(data, capsys):
    words = ["compare", "--cell", "C", "--model", "particle", "--json"]
    files = [word for path in data for word in ("--data", path)]
    assert app.main([*words, *files, "--set", f"{CONTACT}=60"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [list(columns.COMPARISON)] * 2
    for row in rows:
        assert row["RMS difference [mV]"] == pytest.approx(1.0, rel=0.3)
        assert abs(row["Capacity error [%]"]) < 0.3
        assert row["RMS difference [%]"] is None
        assert row["Status"] == "ok"


def test_options_as_of_a_fit(data, capsys):
    more = ["--direction", "charge", "--json"]
    assert "no charge" in refused_words(capsys, *_words(data[:1], *more))
    more = ["--temperature", "25", "--rate", "0.5", "--start", "slow", "--json"]
    assert app.main(_words(data[1:], *more)) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["C-rate"] == pytest.approx(0.5)
    assert row["Ambient temperature [degC]"] == 25
    assert row["Starts from"] == "a slow half-cycle"


def refused_words(capsys, *words):
    assert app.main(list(words)) == 2
    return capsys.readouterr().err


def test_spectra(spectrum, tmp_path, capsys):
    out = tmp_path / "compared"
    assert app.main(_words([spectrum], "--dod", "0.5", "--out", str(out))) == 0
    assert "% of |Z|" in capsys.readouterr().out
    assert {"spectra.csv", "comparison_spectra.png"} <= {p.name for p in out.iterdir()}
    assert not (out / "curves.csv").exists()
    (row,) = pd.read_csv(out / "summary.csv").to_dict("records")
    assert row["RMS difference [%]"] > 5


def test_what_fails_is_a_row_and_the_exit_code_1(data, monkeypatch, capsys):
    def never(pairs, *_, **__):
        return [SolveError("it does not start")] * len(pairs)

    monkeypatch.setattr(objective, "starting_voltages", never)
    assert app.main(_words(data)) == 1
    shown = capsys.readouterr().out
    assert "0.2rate_+30degC: it does not start" in shown
    assert "2 of 2 rows failed" in shown


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["compare", "--data", "x.csv"], "--cell"),
        (["compare", "--cell", "C"], "no data to compare"),
        (["compare", "--cell", "C", "--data", "missing.csv"], "missing.csv"),
        (["compare", "--cell", "F", "--data", "x.csv"], '"F"'),
        (["example-data", ""], "no name is given"),
    ],
)
def test_refused(words, what, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert what in refused(capfd, *words)
    assert not list(tmp_path.iterdir())


def test_example_files_are_not_replaced(tmp_path, monkeypatch, capfd):
    table = pd.DataFrame({"Time [s]": [0.0, 1.0], "Voltage [V]": [3.0, 2.9]})

    def rows(model):
        """Two rows."""
        return table

    monkeypatch.setattr(example_data, "FILES", {"two_30degC.csv": rows})
    folder = tmp_path / "new" / "examples"
    assert app.main(["example-data", str(folder), "--json"]) == 0
    (record,) = json.loads(capfd.readouterr().out)
    assert record == {"File": str(folder / "two_30degC.csv"), "Content": "Two rows."}
    written = (folder / "two_30degC.csv").read_text("utf-8")
    assert "not measured" in written.splitlines()[0]
    (folder / "two_30degC.csv").write_text("mine")
    assert "is not replaced" in refused(capfd, "example-data", str(folder))
    assert (folder / "two_30degC.csv").read_text() == "mine"
    assert app.main(["example-data", str(folder), "--force"]) == 0
    assert (folder / "two_30degC.csv").read_text("utf-8") == written
