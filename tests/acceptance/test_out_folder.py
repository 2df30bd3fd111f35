"""What --out writes, and what it never touches."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns, plot
from nfpcell.cli import app, terminal
from nfpcell.reports import output_files, run_folder
from nfpcell.simulation import constant_current
from tests.acceptance.commands import HALF_CYCLE_FILES, refused


@pytest.mark.slow
def test_out_holds_tables_figures_and_what_was_run(computed, tmp_path, capfd):
    folder = tmp_path / "new" / "deep"
    assert app.main(["simulate", "C", "--rates", "1,2", "--out", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == HALF_CYCLE_FILES
    assert all(path.stat().st_size > 100 for path in folder.iterdir())
    assert list(pd.read_csv(folder / "summary.csv")) == [*columns.SUMMARY]
    curves = pd.read_csv(folder / "curves.csv")
    assert list(curves)[:4] == [*columns.CONDITION]
    assert {*columns.OVERPOTENTIALS, "Time [s]", "Current [A]", "Voltage [V]"} <= {
        *curves
    }
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["options"]["rates"] == [1.0, 2.0]
    assert record["command"] == "simulate"
    assert {"nfpcell", "pybamm", "numpy", "python"} <= {*record["versions"]}
    assert record["cells"][0]["name"] == "C"
    assert len(record["cells"][0]["file_sha256"]) == 64
    assert {*record["files"]} == HALF_CYCLE_FILES
    assert str(folder / "summary.csv") in capfd.readouterr().out


@pytest.mark.slow
def test_out_replaces_what_an_earlier_run_wrote_and_nothing_else(
    computed, monkeypatch, tmp_path, capfd
):
    mine = tmp_path / "notes.txt"
    mine.write_text("mine")
    words = ["simulate", "C", "--json", "--out", str(tmp_path)]
    _quick(monkeypatch)
    assert app.main(words) == 0
    assert app.main(["run", "resistance_30C", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "resistance.png").is_file()
    assert (tmp_path / "curves.csv").is_file()
    # what the first run wrote is still known as ours
    assert app.main([*words, "--rates", "1"]) == 0
    assert mine.read_text() == "mine"
    assert len(pd.read_csv(tmp_path / "summary.csv")) == 1


@pytest.mark.parametrize("run_json", [None, "{}", "[]", "{", '{"program": "nfpcell"}'])
def test_somebody_elses_file_is_not_replaced(
    nothing_computed, tmp_path, capfd, run_json
):
    (tmp_path / "summary.csv").write_text("mine")
    if run_json is not None:
        (tmp_path / "run.json").write_text(run_json)
    before = sorted(tmp_path.iterdir())
    assert "summary.csv" in refused(capfd, "simulate", "C", "--out", str(tmp_path))
    assert (tmp_path / "summary.csv").read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.slow
@pytest.mark.parametrize("path", ["file", "file/below", "x\0y", "a" * 300])
def test_a_folder_that_cannot_be_is_refused_before_computing(
    nothing_computed, tmp_path, capfd, path
):
    (tmp_path / "file").write_text("mine")
    assert "--out" in refused(capfd, "simulate", "C", "--out", f"{tmp_path}/{path}")
    assert "--out" in refused(capfd, "score", "--out", f"{tmp_path}/{path}")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_without_a_name_is_refused(nothing_computed, capfd):
    assert "--out" in refused(capfd, "simulate", "C", "--out", "")


def test_a_refusal_leaves_no_folder_behind(nothing_computed, tmp_path, capfd):
    folder = tmp_path / "new" / "deep"
    refused(capfd, "simulate", "Z", "--out", str(folder))
    refused(capfd, "run", "rate", "--out", str(folder))
    run_folder.check(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(
    computed, monkeypatch, tmp_path, capfd
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plot, "save", full)
    folder = tmp_path / "new"
    assert app.main(["simulate", "C", "--out", str(folder)]) == 2
    assert "No space left" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_quiet_and_leaves_nothing(monkeypatch, tmp_path, capfd):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(constant_current, "simulate", interrupted)
    assert app.main(["simulate", "C", "--out", str(tmp_path / "new")]) == 130
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_progress_is_drawn_only_on_a_terminal(monkeypatch, capfd):
    with terminal.computing("Half-cycles") as progress:
        progress(1, 2)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with terminal.computing("Half-cycles") as progress:
        progress(1, 2)
    assert capfd.readouterr().out == ""


def _quick(monkeypatch):
    """Figures are not drawn."""
    monkeypatch.setattr(
        plot,
        "save",
        lambda _, stem: [Path(f"{stem}.{end}").touch() for end in ("png", "svg")],
    )


@pytest.mark.slow
def test_wide_curves_and_an_excel_file(computed, monkeypatch, tmp_path, capfd):
    _quick(monkeypatch)
    words = ["simulate", "C", "--rates", "1,2", "--wide", "--excel"]
    assert app.main([*words, "--out", str(tmp_path)]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == HALF_CYCLE_FILES | {"curves_wide.csv", "summary.xlsx"}
    assert list(pd.read_csv(tmp_path / "curves_wide.csv"))[2:] == [
        "Specific capacity [mA.h.g-1] (C, discharge, 2C, 30 degC)",
        "Voltage [V] (C, discharge, 2C, 30 degC)",
    ]
    sheets = pd.read_excel(tmp_path / "summary.xlsx", sheet_name=None)
    assert list(sheets) == ["summary", "curves", "curves_wide"]
    for name, sheet in sheets.items():
        written = pd.read_csv(tmp_path / f"{name}.csv")
        pd.testing.assert_frame_equal(sheet, written, check_dtype=False)


def test_text_in_excel_is_no_formula(tmp_path):
    table = pd.DataFrame({"Cell": ["=1+1", "C"], "C-rate": [1.0, np.nan]})
    output_files.write_files(tmp_path, {"a.xlsx": {"summary.csv": table}})
    assert pd.read_excel(tmp_path / "a.xlsx").equals(table)


@pytest.mark.parametrize("option", ["--excel", "--wide"])
def test_files_need_a_folder(option, nothing_computed, capfd):
    assert f"right would be {option} --out DIR" in refused(
        capfd, "simulate", "C", option
    )


def test_excel_needs_its_library(nothing_computed, monkeypatch, tmp_path, capfd):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    words = ["simulate", "C", "--excel", "--out", str(tmp_path / "new")]
    assert 'pip install "nfpcell[io]"' in refused(capfd, *words)


def test_somebody_elses_excel_file(nothing_computed, tmp_path, capfd):
    (tmp_path / "summary.xlsx").write_text("mine")
    words = ["simulate", "C", "--excel", "--out", str(tmp_path)]
    assert "summary.xlsx was not written by nfpcell" in refused(capfd, *words)
    # another run does not concern it
    assert run_folder.check(tmp_path) == tmp_path
