"""``nfpcell fit``: what is typed, what comes back, what is written and refused."""

import json
import re
import shutil

import pytest

from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.fitting import fit_settings
from tests.unit.fitting.measurements import curve_file, spectrum_file

D = "Positive particle diffusivity [m2.s-1]"
CONTACT = "Contact resistance [Ohm]"
TRUTH = Cell.load("C").with_values({D: 7e-17, CONTACT: 12.0})
FREE = ("--free", f"{D}=1e-18:1e-14", "--free", f"{CONTACT}=0:40")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    return [str(curve_file(folder, TRUTH, rate, 30, points=80)) for rate in (0.2, 1.0)]


def _words(data, *more):
    files = [word for path in data for word in ("--data", path)]
    return ["fit", "--cell", "C", *files, *FREE, "--model", "particle", *more]


@pytest.mark.slow
def test_a_file_in_and_a_cell_file_out(data, tmp_path, capsys):
    out = tmp_path / "my_cell.toml"
    words = _words(data, "--sigma", "1e-3", "--starts", "1", "--out", str(out))
    assert app.main(words) == 0
    shown = capsys.readouterr().out
    assert "a positive current is a charge" in shown
    assert "0.2rate_+30degC.csv" in shown
    assert "Positive particle diffusivity" in shown
    assert f"Written: {out}" in shown
    names = {path.name for path in tmp_path.iterdir()}
    stems = ("fit.png", "fit.svg", "report.html", "fit.json", "curves.csv")
    assert {"my_cell.toml", *(f"my_cell_{stem}" for stem in stems)} <= names
    assert {"my_cell_prediction.png", "my_cell_prediction.svg"} <= names

    page = (tmp_path / "my_cell_report.html").read_text()
    assert "<html" in page
    assert page.count("data:image/png;base64,") == 2
    assert not re.search(r"(src|href)=\"https?:", page)
    assert "0.2rate_+30degC.csv" in page
    # title, units, bounds, uncertainties and what was left out
    assert "<h1>Cell C: " in page
    assert "cm² s⁻¹" in page
    assert "1e-14 to 1e-10, log" in page
    assert "1 mV</td><td>stated" in page
    assert "Steep points left out" in page

    # every other command takes it
    assert app.main(["show", str(out), "--json"]) == 0
    rows = {row["Name"]: row for row in json.loads(capsys.readouterr().out)}
    row = rows["Positive particle diffusivity"]
    assert row["Kind"] == "fitted"
    assert row["Lower 95 %"] < 7e-17 < row["Upper 95 %"]
    words = ["simulate", str(out), "--rates", "1", "--model", "particle"]
    assert app.main(words) == 0
    assert "my_cell" in capsys.readouterr().out

    # nothing is written over
    before = out.read_bytes()
    assert app.main(_words(data, "--out", str(out))) == 2
    assert "exists already" in capsys.readouterr().err
    assert out.read_bytes() == before
    again = ["--starts", "1", "--intervals", "none", "--out", str(out), "--force"]
    assert app.main(_words(data, *again)) == 0
    assert out.read_bytes() != before


@pytest.mark.slow
def test_one_json_value(data, tmp_path, capsys):
    out = tmp_path / "folder"
    words = _words(data, "--starts", "1", "--json", "--out", str(out))
    assert app.main(words) == 0
    record = json.loads(capsys.readouterr().out)
    keys = {"parameters", "residual_rms", "evaluations", "cell_file"}
    assert keys <= set(record)
    assert record["cell_file"] == str(out / "C.toml")
    assert record["residual_rms"] == pytest.approx(1e-3, rel=0.15)
    for row in record["parameters"]:
        wanted = {"Name", "Value", "Lower 95 %", "Upper 95 %", "Identifiable"}
        assert wanted <= set(row)
        assert row["Identifiable"] is True
        assert row["Lower 95 %"] <= TRUTH[row["Name"]] <= row["Upper 95 %"]
    assert Cell.load(out / "C.toml")[D] == record["parameters"][0]["Value"]
    written = json.loads((out / "fit.json").read_text())
    assert written["options"]["starts"] == 1


@pytest.mark.slow
def test_a_dry_run_shows_what_the_files_hold(data, capsys):
    assert app.main(_words(data, "--dry-run")) == 0
    shown = capsys.readouterr().out
    assert "discharge" in shown
    assert "sets of values" not in shown
    assert app.main(_words(data, "--dry-run", "--json")) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["C-rate"] for row in rows] == pytest.approx([0.2, 1.0], rel=1e-3)


@pytest.mark.slow
def test_a_spectrum_is_drawn_with_its_model(tmp_path, capsys):
    path = spectrum_file(tmp_path, TRUTH, 0.5)
    out = tmp_path / "my.toml"
    words = ["fit", "--cell", "C", "--data", str(path), "--dod", "0.5"]
    words += ["--free", f"{CONTACT}=0:40", "--model", "particle", "--out", str(out)]
    assert app.main([*words, "--starts", "1"]) == 0
    assert "spectrum, at rest" in capsys.readouterr().out
    assert (tmp_path / "my_spectra.png").stat().st_size > 10_000
    assert Cell.load(out)[CONTACT] == pytest.approx(12.0, abs=1.0)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--free", "nonsense"), "--free"),
        (("--free", "Separator thickness [m]=2e-3:1e-3"), "is not below upper"),
        (("--free", f"{D}=a:b"), '--free: "a" is not a number'),
        (("--free", "Diffusivity [m2.s-1]=1e-18:1e-14"), "not a name the model reads"),
        (("--free", f"{D}=1e-18:1e-14"), "twice; right would be once"),
        (("--half-cycles", "0"), "--half-cycles"),
        (("--half-cycles", "7"), "has no half-cycle 7"),
        (("--start", "soon"), "--start"),
        (("--start", "rest"), "there is no rest before"),
        (("--sign", "discharge"), 'sign="discharge" contradicts'),
        (("--direction", "sideways"), "direction"),
        (("--direction", "charge"), "has no charge among"),
        (("--loss", "huge"), "huber"),
        (("--starts", "0"), "starts"),
        (("--intervals", "exact"), "intervals"),
        (("--model", "half"), "--model"),
        (("--sigma", "0"), "sigma"),
        (("--temperature", "-400"), "temperature"),
        (("--posterior", "3"), "posterior"),
        (("--out", f"{__file__}/folder/x.toml"), "is a file; right would be a folder"),
        (("--out", ""), "no name is given"),
        (("--sigma", "1e-300"), "sigma"),
        (("--dod", "0.5"), "there is no spectrum"),
        (("--free", "Upper voltage cut-off [V]=3:5"), "a setting of the measurement"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(data, more, said, capsys):
    assert app.main(_words(data, *more)) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("fit", "no cell to fit"),
        ("fit --cell C", "no quantity is free"),
        ("fit rate_30C", "right would be nfpcell run rate_30C"),
        ("fit nowhere", "calibration_shipped"),
        ("fit calibration_shipped --cell C", "cannot be combined with an experiment"),
        ("fit calibration_shipped --sigma 1", "sigma (--sigma) cannot be combined"),
        ("fit calibration_shipped --out one.toml", "right would be a folder"),
        ("run calibration_shipped", "nfpcell fit calibration_shipped"),
    ],
)
def test_words_that_do_not_fit_are_refused(words, said, capsys):
    assert app.main(words.split()) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_dry_run_of_a_file_tells_what_may_move(capsys):
    assert app.main(["fit", "calibration_blind", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("fitted to: ") == 7
    assert shown.count("predicted: ") == 5
    assert "Carbon coverage that connects" in shown


def test_a_dry_run_needs_no_free_quantity(data, capsys):
    words = ["fit", "--cell", "C", "--data", data[0]]
    assert app.main([*words, "--dry-run"]) == 0
    assert "a positive current is a charge" in capsys.readouterr().out
    assert app.main([*words, "--dry-run", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["Direction"] == "discharge"
    assert app.main(words) == 2
    assert "no quantity is free" in capsys.readouterr().err


def test_the_same_measurement_twice_is_refused(data, tmp_path, capsys):
    copy = tmp_path / "copy_30degC.csv"
    shutil.copy(data[0], copy)
    assert app.main(_words([*data, str(copy)])) == 2
    assert "is the same measurement as" in capsys.readouterr().err


def test_a_curve_of_another_cell_is_refused(tmp_path, capsys):
    low = {"Lower voltage cut-off [V]": 1.2, "Upper voltage cut-off [V]": 4.5}
    other = curve_file(tmp_path, TRUTH.with_values(low), 0.2, 30, points=80)
    assert app.main(_words([str(other)], "--dry-run")) == 2
    assert "the cut-offs of cell C are 2 and 4.5 V" in capsys.readouterr().err


def test_what_is_fitted_is_never_written_over(data, tmp_path, capsys):
    mine = tmp_path / "curves.csv"
    shutil.copy(data[0], mine)
    before = mine.read_bytes()
    words = ["--temperature", "30", "--out", str(tmp_path), "--force"]
    assert app.main(_words([str(mine)], *words)) == 2
    assert "one of the files that are fitted" in capsys.readouterr().err
    assert mine.read_bytes() == before


@pytest.mark.slow
def test_what_another_run_wrote_meanwhile_stays(data, tmp_path, capsys, monkeypatch):
    from nfpcell.fitting import fit_tables

    out = tmp_path / "mine.toml"

    def bands(fit):
        out.write_text("of another run")

    monkeypatch.setattr(fit_tables, "bands", bands)
    words = _words(data, "--intervals", "none", "--sigma", "1e-3", "--out", str(out))
    assert app.main(words) == 2
    shown = capsys.readouterr()
    assert "in the meantime" in shown.err
    assert "Positive particle diffusivity" in shown.out
    assert out.read_text() == "of another run"


@pytest.mark.slow
def test_ctrl_c_after_the_search_keeps_the_fit(data, tmp_path, capsys, monkeypatch):
    from nfpcell.fitting import fit_tables

    def pressed(fit):
        raise KeyboardInterrupt

    monkeypatch.setattr(fit_tables, "bands", pressed)
    out = tmp_path / "mine.toml"
    words = _words(data, "--intervals", "linear", "--sigma", "1e-3", "--out", str(out))
    assert app.main([*words, "--json"]) == 130
    record = json.loads(capsys.readouterr().out)
    assert not record["interrupted"]
    assert Cell.load(out).quantities[D].interval is not None


@pytest.mark.slow
def test_ctrl_c_writes_the_best_so_far(data, tmp_path, capsys, monkeypatch):
    from nfpcell.fitting.fit_run import Monitor

    stages = []

    def pressed(self, stage, rms_residual):
        stages.append(stage)
        if stages.count("fitting, particle") == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Monitor, "report", pressed)
    out = tmp_path / "new" / "folder" / "my.toml"  # is made
    assert app.main(_words(data, "--starts", "1", "--out", str(out))) == 130
    assert "Interrupted" in capsys.readouterr().out
    assert Cell.load(out).quantities[D].note == "interval not computed"


def test_a_posterior_agrees_with_the_intervals(data, tmp_path, capsys):
    pytest.importorskip("emcee", reason="the extra nfpcell[posterior]")
    out = tmp_path / "my.toml"
    more = ("--sigma", "1e-3", "--starts", "1", "--posterior", "60", "--json")
    assert app.main(_words(data, *more, "--out", str(out))) == 0
    record = json.loads(capsys.readouterr().out)
    for row, fitted in zip(record["posterior"], record["parameters"], strict=True):
        width = fitted["Upper 95 %"] - fitted["Lower 95 %"]
        assert row["Upper 95 %"] - row["Lower 95 %"] == pytest.approx(width, rel=0.6)
        assert row["Lower 95 %"] < fitted["Value"] < row["Upper 95 %"]
    lines = (tmp_path / "my_posterior.csv").read_text().splitlines()
    assert len(lines) == 1 + 6 * (60 - 18)


def test_a_posterior_without_the_sampler_says_what_is_needed(monkeypatch):
    monkeypatch.setattr(fit_settings.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(fit_settings.NfpcellError, match=r"nfpcell\[posterior\]"):
        fit_settings.check_posterior(100)
