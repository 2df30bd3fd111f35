"""The commands on own data without a fit: compare, example-data."""

import json

import pandas as pd
import pytest

from nfpcell import columns, plot
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.errors import SolveError
from nfpcell.fitting import objective
from nfpcell.studies import example_data
from tests.acceptance.commands import refused
from tests.unit.fitting.measurements import curve_file, spectrum_file

CONTACT = "Contact resistance [Ohm]"
TRUTH = Cell.load("C").with_values({CONTACT: 60.0})
FIGURES = ("comparison", "differential_capacity")
FILES = {"summary.csv", "curves.csv", "run.json"}
FILES |= {f"{name}.{ending}" for name in FIGURES for ending in ("png", "svg")}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    return [str(curve_file(folder, TRUTH, rate, 30, points=80)) for rate in (0.2, 1.0)]


@pytest.fixture(scope="module")
def spectrum(tmp_path_factory):
    return str(spectrum_file(tmp_path_factory.mktemp("measured"), TRUTH, 0.5))


def _words(files, *more):
    return ["compare", "--cell", "C", "--model", "particle", "--data", *files, *more]


@pytest.mark.slow
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


def test_a_start_beyond_the_cutoff_is_said(data, capsys):
    assert app.main(_words(data[:1], "--start", "1.5")) == 0
    assert "the model starts below the lower cut-off" in capsys.readouterr().out


def refused_words(capsys, *words):
    assert app.main(list(words)) == 2
    return capsys.readouterr().err


@pytest.mark.slow
def test_spectra(spectrum, tmp_path, capsys):
    out = tmp_path / "compared"
    assert app.main(_words([spectrum], "--dod", "0.5", "--out", str(out))) == 0
    shown = capsys.readouterr().out
    assert "% of |Z|" in shown
    assert "at rest" in shown
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


# ------------------------------------------------- points over the curves of a command
def test_data_need_a_figure_to_be_drawn_in(data, capfd):
    for words in (["simulate", "C"], ["impedance", "C"], ["protocol", "fan_0C"]):
        assert "--data with --out DIR" in refused(capfd, *words, "--data", data[0])


@pytest.mark.slow
def test_measured_half_cycles_over_simulated_ones(data, tmp_path, monkeypatch):
    drawn = drawn_by(monkeypatch, "curves")
    words = ["simulate", "C", "--rates", "0.5,1", "--model", "particle"]
    words += ["--out", str(tmp_path), "--data", data[0], "--data", data[1]]
    assert app.main(words) == 0
    (panel,) = drawn[0].axes
    markers = [line for line in panel.lines if line.get_marker() == "o"]
    colours = {line.get_color() for line in panel.lines if line.get_marker() != "o"}
    # the measured 1C has the colour of the computed one; 0.2C was not computed
    assert [line.get_color() in colours for line in markers] == [False, True]
    assert "measured" in legend(drawn[0])
    cold = [*words, "--temperatures", "0"]
    assert app.main(cold) == 0
    (panel,) = drawn[1].axes
    assert not [line for line in panel.lines if line.get_marker() == "o"]


@pytest.mark.slow
def test_measured_spectra_over_computed_ones(spectrum, tmp_path, monkeypatch):
    drawn = drawn_by(monkeypatch, "nyquist")
    words = ["impedance", "C", "--rate", "0", "--model", "particle"]
    assert app.main([*words, "--out", str(tmp_path), "--data", spectrum]) == 0
    (panel,) = drawn[0].axes
    assert len([line for line in panel.lines if line.get_mfc() == "white"]) == 1
    assert "measured" in legend(drawn[0])


@pytest.mark.slow
def test_measured_voltages_over_a_protocol(data, tmp_path, monkeypatch, capfd):
    drawn = drawn_by(monkeypatch, "protocol")
    words = ["protocol", "C", "--steps", "Discharge at 1C for 10 minutes"]
    words += ["--model", "particle", "--out", str(tmp_path)]
    assert app.main([*words, "--data", data[1]]) == 0
    panel = drawn[0].axes[0]
    (points,) = (line for line in panel.lines if line.get_marker() == "o")
    # only as long as the protocol
    assert 0 <= points.get_xdata().min() < points.get_xdata().max() < 0.17
    assert "measured" in legend(drawn[0])
    without_time = tmp_path / "charge.csv"
    rows = "\n".join(f"{k},{3.2 - k / 100}" for k in range(20))
    without_time.write_text(f"Capacity [A.h],Voltage [V]\n{rows}\n")
    capfd.readouterr()
    assert "has no time" in refused(capfd, *words, "--data", str(without_time))


def drawn_by(monkeypatch, name):
    """The figures that a function of nfpcell.plot draws from now on."""
    figures, draw = [], getattr(plot, name)

    def noted(*arguments):
        figures.append(draw(*arguments))
        return figures[-1]

    monkeypatch.setattr(plot, name, noted)
    return figures


def legend(figure):
    return [text.get_text() for item in figure.legends for text in item.get_texts()]
