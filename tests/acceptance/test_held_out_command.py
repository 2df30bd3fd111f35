"""The commands score and run with a file of held-out numbers."""

import json

import pytest

from nfpcell import columns
from nfpcell.cli import app

FILE = """
title = "Two properties of materials"
kind = "held_out"
source = "test"
material = "C"

[[numbers]]
name = "contact"
cell = "C"
quantity = "Sodium contact resistance [Ohm.cm2]"
"Ambient temperature [degC]" = 25.0
lower = 1.0
reliability = "abstract"
assumed = "nothing"
source = "test"

[[numbers]]
name = "crystal"
cell = "C"
quantity = "Electrolyte bulk conductivity [S.m-1]"
"Ambient temperature [degC]" = 500.0
value = {value}
reliability = "recalled"
assumed = "nothing"
source = "test"
"""


@pytest.fixture
def numbers(tmp_path):
    def path(value):
        file = tmp_path / "numbers.toml"
        file.write_text(FILE.format(value=value))
        return str(file)

    return path


@pytest.mark.parametrize(("value", "code"), [(220.0, 0), (1.0, 1)])
def test_score_exits_1_if_a_number_is_outside_its_band(numbers, capfd, value, code):
    assert app.main(["score", numbers(value), "--draws", "40", "--json"]) == code
    contact, crystal = json.loads(capfd.readouterr().out)
    assert list(contact) == list(columns.HELD_OUT_SCORE)
    assert contact["Number"] == "contact"
    assert contact["Published"] == ">= 1"
    assert contact["Inside"]
    assert crystal["Inside"] == (code == 0)
    assert crystal["Lower 95 %"] < crystal["Computed"] < crystal["Upper 95 %"]
    assert crystal["Evidence"] == "recalled"


def test_run_exits_0_and_writes_table_and_figure(numbers, capfd, tmp_path):
    folder = tmp_path / "out"
    assert app.main(["run", numbers(1.0), "--out", str(folder)]) == 0
    shown = capfd.readouterr().out
    assert "0 of 1 held-out numbers inside the 95 % band" in shown
    assert "1 of 1 bounds kept" in shown
    assert (folder / "summary.csv").exists()
    assert (folder / "held_out.png").stat().st_size > 10_000
    record = json.loads((folder / "run.json").read_text())
    assert record["options"]["experiment"] == "numbers"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["score", "held_out", "rate_30C"], "right would be nfpcell score held_out"),
        (["score", "rate_30C", "--draws", "3"], "--draws: is for held_out"),
        (["score", "held_out", "--draws", "0"], "--draws"),
    ],
)
def test_refused(capfd, words, message):
    assert app.main(words) == 2
    assert message in capfd.readouterr().err
