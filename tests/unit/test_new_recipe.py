"""A new recipe: the values it sets, its warnings, its refusals."""

import warnings

import pytest

import nfpcell
from nfpcell.cell import new_recipe, units
from nfpcell.cell.definition import Cell
from nfpcell.cell.new_recipe import RecipeWarning, new_cell
from nfpcell.cell.parameters import NAMES
from nfpcell.cell.toml_files import read

CARBON, SURFACE = NAMES["w_carbon"], NAMES["nfp_surface"]
VOID = NAMES["void"]
MATERIALS = [name for key, name in NAMES.items() if key not in new_recipe.RECIPE]


def test_the_recipes_of_the_paper_follow_from_cell_a():
    """The recipe of a shipped cell comes from another, to the rounding of the paper."""
    as_b = new_cell("A", powder_d50=0.2, firing_temperature=525, firing_time=30)
    as_c = new_cell(as_b, carbon=0.042)
    as_e = new_cell(as_c, roughness=(0.75, 0.75))
    for made, word in ((as_b, "B"), (as_c, "C"), (as_e, "E")):
        assert made.values == pytest.approx(Cell.load(word).values, rel=1e-3)


def test_only_the_recipe_differs_and_is_marked_as_assumed():
    base = Cell.load("C")
    cell = new_cell(base, carbon=0.04, plate_thickness=1, name="lean")
    assert cell.name == "lean"
    for key in new_recipe.RECIPE:
        quantity = cell.quantities[NAMES[key]]
        assert quantity.kind == "assumed"
        assert "New recipe" in quantity.reference
        assert quantity.note
    assert [cell.quantities[n] for n in MATERIALS] == [
        base.quantities[n] for n in MATERIALS
    ]


def test_more_carbon_leaves_the_other_solids_their_ratio():
    base = Cell.load("C")
    with pytest.warns(RecipeWarning):
        cell = new_cell(base, carbon=0.1)

    def ratio(of_cell):
        electrolyte = of_cell[NAMES["w_electrolyte"]]
        return electrolyte / (1 - electrolyte - of_cell[CARBON])

    assert ratio(cell) == pytest.approx(ratio(base), rel=1e-8)
    given = new_cell(base, carbon=0.04, electrolyte=0.125)
    assert given[NAMES["w_electrolyte"]] == 0.125


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"carbon": 0.045}, ["the pouch have 0.035 to 0.042"]),
        ({"carbon": 0.05}, ["did not sinter"]),
        ({"carbon": 0.034}, ["with electrons"]),
        ({"carbon": 0.04}, []),
        ({"powder_d50": 2}, []),
        ({"powder_d50": 5}, ["2.7 to 27"]),
        ({"firing_temperature": 600, "firing_time": 90}, ["525 to 550", "30 to 60"]),
        ({"roughness": (0.5, 0)}, []),
        ({"roughness": (0.8, 0)}, ["0 to 0.75"]),
        ({"values": {VOID: 0.1}}, ["all have 0.15"]),
        (
            {"plate_thickness": 0.05},
            [
                "thickness 50 µm is outside the calibrated range: Cells A to E and the "
                "pouch all have 1000"
            ],
        ),
    ],
)
def test_each_quantity_outside_the_calibrated_range_warns_once(changes, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        new_cell("C", **changes)
    assert len(caught) == len(warned)
    for warning, words in zip(caught, warned, strict=True):
        assert warning.category is RecipeWarning
        assert words in str(warning.message)


def test_a_warning_and_the_title_have_the_chosen_units():
    with pytest.warns(RecipeWarning, match="thickness 50 µm is outside"):
        assert new_cell("C", plate_thickness=0.05).title.endswith("thickness 50 µm")
    with units.chosen("SI"), pytest.warns(RecipeWarning, match="5e-05 m is outside"):
        new_cell("C", plate_thickness=0.05)


def test_less_carbon_supplies_less_surface_and_says_how_much():
    """What the warning says is what the model computes."""
    with pytest.warns(RecipeWarning, match="covers 2.1 %") as caught:
        cell = new_cell("C", carbon=0.031)
    d = cell.derived()
    assert f"supplies {100 * d.wired:.2g} %" in str(caught[0].message)
    assert d.wired < Cell.load("B").derived().wired


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"carbon": 1.2}, "mass fraction"),
        ({"carbon": float("nan")}, "carbon"),
        ({"carbon": "much"}, "carbon"),
        ({"powder_d50": 0}, "above 0"),
        ({"powder_d50": 1, "powder_surface": 2}, "only one of them"),
        ({"roughness": (1, 0)}, "below 1"),
        ({"firing_temperature": 9000}, "at most 2500"),
        ({"values": {"Carbon mass fracton": 0.1}}, "did you mean|is not a name"),
        ({"values": {CARBON: 0.04}, "carbon": 0.04}, "set twice"),
        ({"values": {NAMES["height"]: "wide"}}, "right would be a number"),
    ],
)
def test_a_bad_recipe_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(nfpcell.NfpcellError, match=sentence) as refused:
        new_cell("C", **changes)
    assert "\n" not in str(refused.value)


def test_the_file_holds_only_what_the_shared_file_does_not(tmp_path):
    with pytest.warns(RecipeWarning):
        cell = new_cell("A", values={VOID: 0.1}, name="dense")
    path = cell.save(tmp_path / "dense.toml", based_on=new_recipe.SHARED)
    written = read(path)
    assert written["based_on"] == new_recipe.SHARED
    assert {*written["quantities"]} == {*(NAMES[k] for k in new_recipe.RECIPE), VOID}
    assert {entry["kind"] for entry in written["quantities"].values()} == {"assumed"}
    assert Cell.load(path) == cell
    assert Cell.load(path).sha256 == cell.sha256


def test_a_fitted_cell_keeps_the_sources_of_its_constants(tmp_path):
    fitted = Cell.load("C").with_values(
        {VOID: 0.15}, kind="fitted", reference="my fit", targets=["mine"]
    )
    cell = new_cell(fitted, carbon=0.04, name="mine")
    path = cell.save(tmp_path / "mine.toml", based_on=new_recipe.SHARED)
    assert Cell.load(path).quantities[VOID] == fitted.quantities[VOID]
