"""Rate capability over resistance: computed cells beside what is published."""

import json

import pytest

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.errors import DataFileError
from nfpcell.simulation.constant_current import simulate
from nfpcell.studies.chemistries import (
    OF_REFERENCE,
    OF_THEORY,
    RESISTANCE,
    Comparison,
    compare,
)

SHARED = catalogue.folder(catalogue.EXPERIMENTS) / "chemistries.toml"


def test_numbers_that_the_text_does_not_give_are_missing():
    published = Comparison.load().content.published
    sulphide = next(one for one in published if "LiNi" in one.chemistry)
    assert (sulphide.resistance, sulphide.rate) == (None, None)
    assert all(one.note or one.rate for one in published)


@pytest.mark.slow
def test_command_by_name(tmp_path, capsys):
    out = tmp_path / "out"
    words = ["chemistries", "--model", "particle", "--json", "--out", str(out)]
    assert app.main(words) == 0
    rows = json.loads(capsys.readouterr().out)
    assert (out / "chemistries.png").exists()
    computed = {(r["Chemistry"], r["C-rate"]): r for r in rows if r[OF_THEORY]}
    alone = simulate(Cell.load("C"), [2.0], model="particle")
    capacity = alone["Specific capacity [mA.h.g-1]"].item()
    assert computed["C", 2.0][OF_THEORY] == pytest.approx(capacity / 97.19, rel=1e-6)
    # the one published pair of resistance and capacity at a high rate
    assert computed["C", 2.0][OF_THEORY] == pytest.approx(0.63, abs=0.02)
    assert computed["C", 2.0][RESISTANCE] == pytest.approx(234, rel=0.02)
    # worse with ten times the resistance and coarse powder
    assert computed["A", 1.0][OF_REFERENCE] < computed["B", 1.0][OF_REFERENCE]


def test_a_share_above_1_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SHARED.read_text("utf-8").replace("= 0.63", "= 63.0"), "utf-8")
    with pytest.raises(DataFileError, match="Share of theoretical capacity"):
        compare(Comparison.load(path), "particle")


def test_another_kind_is_refused():
    with pytest.raises(DataFileError, match='right would be one of kind "chemistries"'):
        Comparison.load("fan_0C")
