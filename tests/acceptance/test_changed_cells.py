"""Cells changed by options, and steps typed: --set, the cut-offs, --steps."""

import json

import pytest

import nfpcell
from nfpcell.cli import app
from tests.acceptance.commands import refused

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
