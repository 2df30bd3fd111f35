"""The commands impedance, resistance, spectrum and steps."""

import json

import numpy as np
import pandas as pd
import pytest

from nfpcell.cli import app
from tests.acceptance.commands import refused


@pytest.mark.slow
def test_impedance_end_to_end(capfd, tmp_path):
    words = "impedance C --dod 0.3,0.6 --frequencies 1e5:0.1:5 --model particle"
    assert app.main([*words.split(), "--json", "--out", str(tmp_path)]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == 2 * 31
    contract = ["Cell", "Direction", "Depth of discharge", "Frequency [Hz]"]
    contract += ["Ambient temperature [degC]", "Z_re [Ohm]", "Z_im [Ohm]", "Status"]
    assert set(contract) <= set(rows[0])
    assert rows[0]["Frequency [Hz]"] > rows[30]["Frequency [Hz]"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "summary.csv", "run.json", "nyquist.png", "nyquist.svg",
        "relaxation_times.png", "relaxation_times.svg",
    }  # fmt: skip


@pytest.mark.slow
def test_resistance_end_to_end(capfd, tmp_path):
    words = "resistance C pouch --direction both --model particle"
    assert app.main([*words.split(), "--json", "--out", str(tmp_path)]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == 4 * 99
    contract = ["Cell", "Direction", "Depth of discharge", "R0 [Ohm]", "R1 [Ohm]"]
    contract += ["R2 [Ohm]", "Total resistance [Ohm]", "Status"]
    contract += ["Low-frequency resistance [Ohm]"]
    assert set(contract) <= set(rows[0])
    assert (tmp_path / "operando.png").exists()
    assert (tmp_path / "circuit.svg").exists()


def test_spectra_that_cannot_be_are_rows_and_exit_1(capfd):
    words = "impedance A --rate 20 --temperature -40 --model particle --json"
    assert app.main(words.split()) == 1
    (row,) = json.loads(capfd.readouterr().out)
    assert row["Status"] == "starts below the lower cut-off"
    assert row["Z_re [Ohm]"] is None


@pytest.mark.slow
def test_a_file_of_many_spectra_gives_a_row_each(capfd, tmp_path):
    f = np.geomspace(1e5, 0.1, 61)
    Z = 10 + 20 / (1 + 2j * np.pi * f * 1e-3) + 30 / (1 + 2j * np.pi * f * 0.1)
    path = tmp_path / "loops.csv"
    table = np.column_stack([np.tile(f, 3), np.tile(Z.real, 3), np.tile(-Z.imag, 3)])
    head = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm"
    np.savetxt(path, table, delimiter="\t", header=head, comments="")
    assert app.main(["spectrum", str(path), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [row["File"] for row in found] == ["loops#1", "loops#2", "loops#3"]
    assert [row["R1 [Ohm]"] for row in found] == pytest.approx([20] * 3, rel=1e-3)


@pytest.mark.slow
def test_a_measured_spectrum_end_to_end(capfd, tmp_path):
    f = np.geomspace(1e5, 0.1, 61)
    Z = 10 + 20 / (1 + 2j * np.pi * f * 1e-3) + 30 / (1 + 2j * np.pi * f * 0.1)
    path = tmp_path / "mine.csv"
    np.savetxt(path, np.column_stack([f, Z.real, Z.imag]), delimiter=",")
    words = ["spectrum", str(path), "--out", str(tmp_path / "out")]
    assert app.main([*words, "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert row["File"] == "mine"
    assert row["R1 [Ohm]"] == pytest.approx(20, rel=1e-3)
    assert row["R2 [Ohm]"] == pytest.approx(30, rel=1e-3)
    assert row["Largest Kramers-Kronig residual [%]"] < 0.1
    assert app.main(words) == 0
    assert "mine" in capfd.readouterr().out


def _map(path, *factors, highest=1e5, count=31):
    """A file of several spectra, each multiplied by a factor over frequency."""
    f = np.geomspace(highest, 0.1, count)
    Z = 10 + 20 / (1 + 2j * np.pi * f * 1e-3) + 30 / (1 + 2j * np.pi * f * 0.1)
    loops = [np.column_stack([f, (Z * x).real, (Z * x).imag]) for x in factors]
    head = "Frequency [Hz],Z_re [Ohm],Z_im [Ohm]"
    np.savetxt(path, np.vstack(loops), delimiter=",", header=head, comments="")
    return str(path)


@pytest.mark.slow
def test_a_spectrum_that_fails_the_kramers_kronig_test_ends_with_1(capfd, tmp_path):
    drift = np.linspace(1, 4, 31)
    path = _map(tmp_path / "loops.csv", 1, drift, 2)
    assert app.main(["spectrum", path, "--arcs", "1", "--json"]) == 1
    found = json.loads(capfd.readouterr().out)
    verdicts = [row["Kramers-Kronig verdict"] for row in found]
    assert verdicts == ["good", "failed", "good"]
    assert [row["Spectrum"] for row in found] == ["loops#1", "loops#2", "loops#3"]
    assert found[1]["Kramers-Kronig residual [%]"] > 5
    assert found[0]["Kramers-Kronig residual [%]"] < 0.1
    assert "right would be at most 5 %" in found[1]["Status"]
    assert [row["Status"] for row in found[::2]] == ["ok", "ok"]
    assert app.main(["spectrum", path, "--arcs", "1"]) == 1
    shown = capfd.readouterr().out
    assert "\nloops#2: the Kramers-Kronig residual is" in shown
    assert "Kramers-Kronig test: 2 good, 0 usable, 1 failed, 0 not judged" in shown


@pytest.mark.slow
def test_a_spectrum_of_few_frequencies_is_not_judged(capfd, tmp_path):
    path = _map(tmp_path / "six.csv", 1, highest=1e4, count=6)
    words = ["spectrum", path, "--arcs", "1", "--out", str(tmp_path / "out")]
    assert app.main([*words, "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert row["Status"].startswith("not judged: 6 frequencies are too few")
    assert row["Kramers-Kronig residual [%]"] is None
    assert row["Largest Kramers-Kronig residual [%]"] is None
    assert not (tmp_path / "out" / "kramers_kronig.png").exists()
    assert app.main(words) == 0
    assert "not judged: 6 frequencies" in capfd.readouterr().out


@pytest.mark.slow
def test_steps_end_to_end(capfd, tmp_path, monkeypatch):
    from nfpcell.studies import recipe_steps

    asked = []

    def known(conditions, *_, **__):
        (condition,) = conditions
        cell, *load = condition.values
        asked.append((cell.name, tuple(load)))
        R = {"B": 331.0, "C": 234.0}[cell.name]
        table = {
            "Depth of discharge": [0.1, 0.2, 0.3],
            "Low-frequency resistance [Ohm]": [R + 1, R, R + 1],
            "Status": "ok",
        }
        return pd.DataFrame(table), None

    monkeypatch.setattr(recipe_steps, "resistances", known)
    folder = tmp_path / "out"
    words = ["steps", "B", "C", "--rate", "0.2", "--out", str(folder)]
    assert app.main([*words, "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert (row["From"], row["Change"], row["To"]) == ("B", "carbon", "C")
    assert row["Low-frequency resistance difference [Ohm]"] == pytest.approx(-97)
    assert asked == [(name, ("discharge", 0.2, 30)) for name in "BC"]
    names = {path.name for path in folder.iterdir()}
    assert names == {"summary.csv", "steps.png", "steps.svg", "run.json"}
    assert app.main(words) == 0
    assert "-97.0" in capfd.readouterr().out
    assert "all cells are the same" in refused(capfd, "steps", "B")
    assert "symmetric" in refused(capfd, "steps", "B", "anode-symmetric")
