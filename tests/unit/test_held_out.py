"""Held-out numbers: the file, the bands, the score."""

from dataclasses import replace

import numpy as np
import pytest

from nfpcell import columns, plot
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import printed_unit, split_unit
from nfpcell.cli import score_tables
from nfpcell.errors import DataFileError
from nfpcell.studies import held_out, liquid, liquid_cell
from nfpcell.studies.held_out_file import HeldOut

HELD_OUT = HeldOut.load()
BY_NAME = {number.name: number for number in HELD_OUT.numbers}
SHIPPED = [n.model_copy(update={"base": None}) for n in HELD_OUT.numbers]


def test_every_liquid_cell_has_a_number_and_every_number_a_name():
    cells = {number.cell for number in HELD_OUT.numbers}
    assert set(liquid_cell.names()) - cells == {liquid_cell.REFERENCE}
    assert len(BY_NAME) == len(HELD_OUT.numbers)


def test_a_value_is_met_in_the_band_and_a_bound_by_the_whole_band():
    value, bound = BY_NAME["Kim 2013"], BY_NAME["Bay 2020, clean contact"]
    assert value.inside(89, 91)
    assert not value.inside(80, 89)
    assert bound.inside(10, 300)
    assert not bound.inside(9, 300)
    assert not value.inside(np.nan, np.nan)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('quantity = "R0 [Ohm]"', "is not a result"),
        ("lower = 1.0", "either a value or a lower bound"),
        ('set = "yamauchi2020"', "no set for a liquid cell"),
    ],
)
def test_a_wrong_number_is_refused(tmp_path, change, message):
    lines = {
        "name": '"x"',
        "cell": '"kim2013"',
        "quantity": '"Specific capacity [mA.h.g-1]"',
        '"C-rate"': "0.1",
        '"Ambient temperature [degC]"': "25.0",
        "value": "90.0",
        "reliability": '"text"',
        "assumed": '"x"',
        "source": '"x"',
    }
    key, _, value = change.partition(" = ")
    lines[key] = value
    head = 'title = "x"\nkind = "held_out"\nsource = "x"\nmaterial = "C"\n[[numbers]]\n'
    path = tmp_path / "numbers.toml"
    path.write_text(head + "\n".join(f"{k} = {v}" for k, v in lines.items()))
    with pytest.raises(DataFileError, match=message):
        HeldOut.load(path)


def test_laws_give_what_the_cell_states():
    numbers = [n for n in SHIPPED if n.quantity in held_out.LAWS]
    found = held_out.computed(numbers, "C", 8)
    cell = Cell.load("C")
    i0 = cell["Exchange-current density for sodium metal electrode [A.m-2]"]
    at_25 = 8.314462618 * 298.15 / 96485.33 / cell.derived(298.15).i0_na * 1e4
    assert found[0, 1] == pytest.approx(at_25, rel=1e-6)
    assert cell.derived(303.15).i0_na == pytest.approx(i0)
    assert (found.std(axis=0) > 0).all()


def test_draws_keep_what_a_cell_states_itself():
    pouch = held_out._Solid.load("pouch", None)
    name = "Contact resistance [Ohm]"
    assert name in pouch.own
    assert pouch.with_draw({name: 30.0})[name] == pouch.cell[name]
    coin = held_out._Solid.load("C", None)
    assert coin.with_draw({name: 30.0})[name] == 30.0


@pytest.mark.slow
def test_the_score_has_bands_and_the_numbers_beside(tmp_path):
    some = [n for n in SHIPPED if n.name.startswith(("Kim", "Yamauchi", "Bay"))]
    reduced = replace(HELD_OUT, numbers=tuple(some), beside=("low_temperature",))
    table = held_out.score(reduced, 4, "particle")
    assert list(table.columns) == list(columns.HELD_OUT_SCORE)
    ours = table[table[columns.USE] == "held out"]
    assert len(ours) == len(some)
    assert (ours[columns.LOWER_95] < ours[columns.UPPER_95]).all()
    beside = table[table[columns.USE] == "calibrated"]
    assert len(beside) == 2
    assert beside[columns.LOWER_95].isna().all()
    assert "held-out numbers inside" in held_out.sentence(table)
    names = [
        label.get_text() for label in plot.held_out(table).axes[0].get_yticklabels()
    ]
    assert names[0] == "Kim 2013"
    assert len(names) == len(table)


@pytest.mark.slow
def test_a_batch_gives_what_single_runs_give():
    cell = liquid_cell.LiquidCell.load("kim2013").values
    material = Cell.load("C")
    cases = [liquid.case(material, cell, rate, 25) for rate in (0.5, 2)]
    together = [c[columns.CAPACITY].iloc[-1] for _, c in liquid.run(cases)]
    alone = [liquid.run([case])[0][1][columns.CAPACITY].iloc[-1] for case in cases]
    assert together == pytest.approx(alone, rel=1e-4)
    assert together[1] < together[0]


@pytest.mark.slow
def test_only_the_ratio_of_diffusivity_and_squared_length_counts():
    """A radius of twice the length with R^2/l^2 as in the sphere of the length."""
    material = Cell.load("C")
    values = liquid_cell.LiquidCell.load().values
    once, half = (
        {**values, "Positive particle diffusion length over that of the material": x}
        for x in (1.0, 0.5)
    )
    slower = material.with_values(
        {
            "Positive particle diffusivity [m2.s-1]": material[
                "Positive particle diffusivity [m2.s-1]"
            ]
            / 4
        }
    )
    cases = [liquid.case(material, once, 0.5, 30), liquid.case(slower, half, 0.5, 30)]
    first, second = (c[columns.CAPACITY].iloc[-1] for _, c in liquid.run(cases))
    assert first == pytest.approx(second, rel=1e-4)


def test_the_printed_table_has_the_unit_of_each_number():
    entry = next(n for n in HELD_OUT.numbers if n.quantity.endswith("]"))
    row = {columns.SOURCE_NAME: "500 degC", columns.QUANTITY: entry.quantity}
    shown = {c.heading: c.value for c in score_tables.HELD_OUT[:2]}
    assert shown["Unit"](row) == printed_unit(split_unit(entry.quantity)[1]) != ""
    assert shown["Number"](row) == "500 °C"
