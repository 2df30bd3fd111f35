"""Cells changed by options, and steps typed: --set, the cut-offs, --steps."""

import json

import pandas as pd
import pytest

import nfpcell
from nfpcell.cli import app
from nfpcell.errors import NfpcellError
from nfpcell.studies import chemistries
from nfpcell.sweeping import runner
from nfpcell.sweeping.sweep_plan import Sweep
from tests.acceptance.commands import refused

VARIED = "Separator thickness [m]=0.001"
UPPER, LOWER = "Upper voltage cut-off [V]", "Lower voltage cut-off [V]"


def test_set_and_the_cut_offs_change_every_cell(computed, capfd):
    words = ["simulate", "C", "D", "--set", "Contact resistance [Ohm]=7"]
    assert app.main([*words, "--lower-cutoff", "2.5", "--upper-cutoff", "4.2"]) == 0
    for cell in computed[0][0]:
        assert cell["Contact resistance [Ohm]"] == 7
        assert (cell[LOWER], cell[UPPER]) == (2.5, 4.2)
        assert cell.quantities[LOWER].kind == "assumed"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["simulate", "C", "--set", "Contact resistance=7"], "did you mean"),
        (["simulate", "C", "--set", "Contact resistance [Ohm]"], "NAME=number"),
        (["simulate", "C", "--set", "Contact resistance [Ohm]=-7"], "at least 0"),
        (["impedance", "C", "--lower-cutoff", "5"], "is not below"),
        (["resistance", "C", "--upper-cutoff", "x"], "not a number"),
        (["steps", "C", "D", "--upper-cutoff", "-1"], "-1 is refused"),
        (["simulate", "C", "--set", f"{UPPER}=4", "--upper-cutoff", "4"], "twice"),
        (["report", "--upper-cutoff", "4"], "needs a cell"),
        (["run", "rate_30C", "--set", "Contact resistance=7"], "did you mean"),
        (["run", "held_out", "--upper-cutoff", "4"], "states the values of its cells"),
        (["score", "held_out", "--set", f"{UPPER}=4"], "states the values of its"),
        (["score", "rate_30C", "--lower-cutoff", "5"], "is not below"),
        (["chemistries", "--set", f"{UPPER}=-4"], "at least"),
        (["sweep", "plate_and_roughness", "--out", "s", "--set", VARIED], "varies in"),
        (["sweep", "sensitivity", "--out", "s", "--lower-cutoff", "5"], "is not below"),
        (["fit", "calibration_blind", "--upper-cutoff", "4"], "needs a cell"),
        (["fit", "C"], "nfpcell fit --cell C"),
        (["cycle", "C", "--upper-cutoff", "1"], "is not below"),
        (["protocol", "fan_0C", "--upper-cutoff", "5"], "needs --steps or --profile"),
        (["protocol", "fan_0C", "--start", "charged"], "needs --steps or --profile"),
        (["protocol", "C", "--steps", "Rest for 1 h; Charge"], "step 2: "),
        (["protocol", "C", "--steps", "Charge at 1C until 5 V"], "step 1: "),
        (["protocol", "C", "--steps", "Rest for 1 h", "--sign", "charge"], "profile"),
    ],
)
def test_what_cannot_be_is_refused(words, why, capfd):
    assert why in refused(capfd, *words)


@pytest.fixture
def one_target(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(
        'title = "t"\nkind = "cycling"\nsource = "s"\n[[conditions]]\ncells = ["C"]\n'
        '"C-rate" = [1]\n"Ambient temperature [degC]" = [30]\n'
        'Direction = ["discharge"]\n[[targets]]\nquantity = "Mean voltage [V]"\n'
        'cell = "C"\nlower = 1.0\nuse = "predicted"\nsource = "s"\n'
    )
    return str(path)


@pytest.mark.slow
def test_an_experiment_of_changed_cells(one_target, tmp_path, capfd):
    numbers = []
    for value in ([], ["--set", "Contact resistance [Ω]=60"]):
        words = [one_target, "--model", "particle", *value]
        assert app.main(["score", *words, "--json"]) == 0
        (row,) = json.loads(capfd.readouterr().out)
        assert app.main(["run", *words, "--out", str(tmp_path / "run")]) == 0
        out = capfd.readouterr().out
        changed = "Every cell is changed: Contact resistance 60 Ohm"
        assert (changed in out) == bool(value)
        run = pd.read_csv(tmp_path / "run" / "targets.csv")
        assert run["Computed"].item() == pytest.approx(row["Computed"], rel=1e-6)
        record = json.loads((tmp_path / "run" / "run.json").read_text())
        assert bool(record["cells"][0]["path"]) == (not value)
        numbers.append(row["Computed"])
    assert record["options"]["changes"] == ["Contact resistance [Ω]=60"]
    assert numbers[1] < numbers[0] - 0.01


def test_a_comparison_and_a_sweep_of_changed_cells(monkeypatch, tmp_path, capfd):
    asked = []

    def stopped(plan, *_, **__):
        asked.append(plan.cells)
        raise NfpcellError("enough")

    monkeypatch.setattr(chemistries, "compare", stopped)
    monkeypatch.setattr(runner, "run", stopped)
    words = ["--upper-cutoff", "4.2", "--out", str(tmp_path / "new")]
    refused(capfd, "chemistries", *words)
    refused(capfd, "sweep", "plate_and_roughness", *words)
    for cells in asked:
        assert {cell[UPPER] for cell in cells} == {4.2}
    assert len(asked) == 2


def test_another_sweep_than_that_of_the_file():
    sweep = Sweep.load("plate_and_roughness")
    assert sweep.with_values({}).sha256 == sweep.sha256
    assert sweep.with_values({UPPER: 4.2}).sha256 != sweep.sha256


def test_an_experiment_states_its_own_values(capfd, tmp_path):
    path = tmp_path / "cycles.toml"
    path.write_text(
        'title = "t"\nkind = "cycles"\nsource = "s"\ncell = "C"\n'
        '"Ambient temperature [degC]" = 30.0\n[[steps]]\n"C-rate" = 1.0\ncycles = 1\n'
    )
    assert "--set" in refused(capfd, "cycle", str(path), "--upper-cutoff", "4")


@pytest.mark.slow
def test_steps_typed_beyond_the_usual_cut_off(tmp_path, capfd):
    steps = "Charge at C/5 until 5 V; Rest for 10 min"
    words = ["protocol", "C", "--steps", steps, "--upper-cutoff", "5", "--model"]
    assert app.main([*words, "particle", "--json", "--out", str(tmp_path)]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert rows[0]["Final voltage [V]"] == pytest.approx(5, abs=1e-3)
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["options"]["steps"] == steps
    assert record["options"]["upper_cutoff"] == 5


@pytest.mark.slow
def test_a_cycle_between_other_cut_offs(capfd):
    words = ["cycle", "C", "--rates", "1", "--cycles", "1", "--json"]
    capacities = []
    for more in ([], ["--lower-cutoff", "2.8"]):
        assert app.main([*words, *more]) == 0
        (row,) = json.loads(capfd.readouterr().out)
        capacities.append(row["Discharge capacity [mA.h.g-1]"])
    assert capacities[1] < 0.95 * capacities[0]


def test_show_has_the_changed_value(capfd):
    words = ["show", "C", "--set", "Separator thickness [µm]=50", "--json"]
    assert app.main(words) == 0
    rows = {row["Name"]: row for row in json.loads(capfd.readouterr().out)}
    assert rows["Separator thickness"]["Value"] == pytest.approx(5e-5)
    assert rows["Separator thickness"]["Kind"] == "assumed"


@pytest.mark.slow
def test_a_fit_of_a_changed_cell(tmp_path, capfd):
    resistance, path = "Contact resistance [Ohm]", tmp_path / "discharge.csv"
    _, curves = nfpcell.simulate("C", 1, model="particle", curves=True)
    curves.to_csv(path, index=False)
    words = ["fit", "--cell", "C", "--data", str(path), "--set", f"{resistance}=3"]
    density = "Positive electrode exchange-current density [A.m-2]"
    words += ["--free", f"{density}=1e-6:1"]
    words += ["--model", "particle", "--intervals", "none", "--out"]
    assert app.main([*words, str(tmp_path / "my_cell.toml")]) in (0, 1)
    assert nfpcell.Cell.load(tmp_path / "my_cell.toml")[resistance] == 3
