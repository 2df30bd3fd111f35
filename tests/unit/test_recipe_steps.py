"""From cell to cell, one change at a time."""

import itertools

import pytest

import nfpcell
from nfpcell.cell.definition import Cell
from nfpcell.cell.new_recipe import new_cell
from nfpcell.cell.parameters import NAMES
from nfpcell.studies.recipe_steps import (
    AFTER,
    BEFORE,
    CHANGES,
    DIFFERENCE,
    intermediate_cells,
    steps,
)

DEPTHS = (0.2, 0.3, 0.4)


def cells(words):
    return [Cell.load(word) for word in words]


def test_each_step_is_one_change_of_the_recipe():
    stages = intermediate_cells(cells("ABCDE"))
    assert [step.change for step in stages] == [
        "", "powder", "firing", "carbon",
        "roughness, cathode side", "roughness, anode side",
    ]  # fmt: skip
    for before, after in itertools.pairwise(stages):
        names = before.cell.quantities
        differ = {n for n in names if before.cell[n] != after.cell[n]}
        assert differ <= {NAMES[key] for key in CHANGES[after.change]}
        assert differ
        assert all(f"{after.cell[n]:g}" in after.values for n in differ)
    named = [stages[k] for k in (0, 2, 3, 4, 5)]
    for word, step in zip("ABCDE", named, strict=True):
        assert (step.cell.name, step.cell.values) == (word, Cell.load(word).values)


def test_a_quantity_outside_the_recipe_is_a_separate_step():
    c, pouch = cells(["C", "pouch"])
    changes = [step.change for step in intermediate_cells([c, pouch])]
    assert changes == ["", "area", "Contact resistance"]


def test_refuses_cells_of_other_laws_and_cells_that_are_the_same():
    c = Cell.load("C")
    with pytest.raises(nfpcell.NfpcellError, match="diffusion"):
        intermediate_cells([c, c.with_diffusion("constant")])
    for same in ([c], [c, c]):
        with pytest.raises(nfpcell.NfpcellError, match="all cells are the same"):
            steps(same)


@pytest.mark.slow
def test_the_paper_s_argument_in_ohms():
    """331 to 234 by carbon, to 120 by roughness; A lies under the powder first."""
    table = steps(cells("ABCE"), depths=DEPTHS)
    effect = dict(zip(table["Change"], table[DIFFERENCE], strict=True))
    assert effect["carbon"] == pytest.approx(234 - 331, rel=0.1)
    rough = effect["roughness, cathode side"] + effect["roughness, anode side"]
    assert rough == pytest.approx(120 - 234, rel=0.1)
    assert effect["powder"] < 5 * effect["firing"] < 0
    carbon = table.set_index("Change")["What"]["carbon"]
    assert carbon.startswith("carbon mass fraction 0.035 to 0.042; electrolyte")
    assert list(table[BEFORE][1:]) == list(table[AFTER][:-1])
    total = table[AFTER].iloc[-1] - table[BEFORE].iloc[0]
    assert sum(table[DIFFERENCE]) == pytest.approx(total)


@pytest.mark.slow
def test_the_effect_of_a_change_depends_on_those_before():
    between = new_cell("A", firing_temperature=525, firing_time=30)
    a, b = cells("AB")
    table = steps([a, between, b], depths=DEPTHS)
    assert list(table["Change"]) == ["firing", "powder"]
    # behind the few bonds of coarse powder the interphase counts several times
    assert table[DIFFERENCE][0] < -1000
