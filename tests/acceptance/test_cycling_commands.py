"""The command simulate."""

import json

import numpy as np
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.simulation import constant_current
from tests.acceptance.commands import HALF_CYCLE_FILES, fake_table, refused


def test_simulate_asks_for_what_was_said(computed, capfd):
    words = ["simulate", "C", "a", "C", "--rates", "0.1,1:2:0.5", "--model", "particle"]
    words += ["--temperatures", "-20,0", "--direction", "both", "--json"]
    assert app.main(words) == 0
    ((cells, *rest),) = computed
    assert [cell.name for cell in cells] == ["C", "A"]
    assert rest == [(0.1, 1.0, 1.5, 2.0), (-20.0, 0.0), "both", "particle"]
    out, err = capfd.readouterr()
    rows = json.loads(out)
    assert len(rows) == 2 * 2 * 2 * 4
    assert list(rows[0]) == [*columns.SUMMARY]
    # what is printed while computing is not lost, and not in the way
    assert "a library talks" in err
    assert "and so does C" in err


def test_the_defaults_are_those_of_the_contract(computed):
    assert app.main(["simulate", "C"]) == 0
    assert computed[0][1:] == ((0.2, 0.5, 1.0, 2.0), (30.0,), "discharge", "full")


@pytest.mark.parametrize("said", [["--temperatures", "-20"], ["--temperatures=-20"]])
def test_a_negative_temperature_is_no_option(computed, said):
    assert app.main(["simulate", "C", *said]) == 0
    assert computed[0][2] == (-20.0,)


def test_the_table_fits_100_columns(computed, capfd):
    words = ["simulate", "C", "pouch", "--direction", "both", "--temperatures", "-20"]
    assert app.main(words) == 0
    out = capfd.readouterr().out
    assert max(map(len, out.splitlines())) <= 100
    assert out.count("80.00") == 16


@pytest.mark.slow
def test_units_are_those_of_tables_and_not_of_records(computed, capfd, tmp_path):
    words = ["simulate", "C", "--rates", "1"]
    printed, records, files = [], [], []
    for units in ("lab", "SI"):
        folder = tmp_path / units
        assert app.main([*words, "--units", units, "--out", str(folder)]) == 0
        printed.append(capfd.readouterr().out)
        assert app.main([*words, "--units", units, "--json"]) == 0
        records.append(capfd.readouterr().out)
        files.append((folder / "summary.csv").read_text())
    assert "mAh g⁻¹" in printed[0]
    assert "303.15" in printed[1]
    assert records[0] == records[1]
    assert files[0] == files[1]
    # the choice ends with the command
    assert app.main(words) == 0
    assert "303.15" not in capfd.readouterr().out
    assert "right would be lab or SI" in refused(capfd, *words, "--units", "metric")


def test_names_of_files_are_no_markup(computed, tmp_path, capfd):
    path = tmp_path / "[red]x:smile:.toml"
    Cell.load("C").save(path)
    assert app.main(["simulate", str(path), "--rates", "1"]) == 0
    assert "[red]x:smile:" in capfd.readouterr().out


def test_a_failed_condition_is_a_row_and_exit_1(monkeypatch, capfd):
    def simulate(cells, rates, *_, **__):
        table, _ = fake_table([(cells[0], "discharge", r, 30.0) for r in rates])
        table.loc[0, "Status"] = "the solver gave up"
        table.loc[0, table.columns[4:7]] = np.nan
        return table

    monkeypatch.setattr(constant_current, "simulate", simulate)
    assert app.main(["simulate", "C", "--rates", "1,2", "--json"]) == 1
    first, second = json.loads(capfd.readouterr().out)
    assert first["Specific capacity [mA.h.g-1]"] is None
    assert (first["Status"], second["Status"]) == ("the solver gave up", "ok")
    assert app.main(["simulate", "C", "--rates", "1,2"]) == 1
    assert "1 of 2 rows failed" in capfd.readouterr().out


def test_a_cell_that_starts_below_its_cut_off_is_no_failure(monkeypatch, capfd):
    def simulate(cells, *_, **__):
        table, _ = fake_table([(cells[0], "discharge", 1.0, 30.0)])
        table["Specific capacity [mA.h.g-1]"] = 0.0
        table["Mean voltage [V]"] = np.nan
        table["Termination"] = "starts below the lower cut-off"
        return table

    monkeypatch.setattr(constant_current, "simulate", simulate)
    assert app.main(["simulate", "A", "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert row["Termination"] == "starts below the lower cut-off"
    assert row["Mean voltage [V]"] is None


@pytest.mark.slow
def test_the_particle_model_end_to_end(tmp_path, capfd):
    words = ["simulate", "C", "--rates", "2", "--model", "particle", "--json"]
    assert app.main([*words, "--out", str(tmp_path / "out")]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert 30 < row["Specific capacity [mA.h.g-1]"] < 97
    assert {path.name for path in (tmp_path / "out").iterdir()} == HALF_CYCLE_FILES
