"""The experiment file: conditions, targets, and what is refused."""

import pytest

from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError, UnknownNameError
from nfpcell.studies import quantities
from nfpcell.studies.experiment import (
    FORMER_NAMES,
    Experiment,
    NamedCondition,
)

GOOD = """title = "mine"
kind = "cycling"
source = "me"
[[conditions]]
cells = ["C", "a"]
"C-rate" = [0.5, 2]
"Ambient temperature [degC]" = [30.0, 0.0]
"Direction" = ["discharge", "charge"]
[[targets]]
quantity = "Specific capacity [mA.h.g-1]"
cell = "c"
where = { "C-rate" = 2, "Ambient temperature [degC]" = 30, "Direction" = "charge" }
value = 85.6
tolerance_percent = 2.0
use = "calibrated"
source = "text"
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_every_combination_of_a_block_is_a_condition(write):
    experiment = Experiment.load(write(GOOD))
    assert experiment.name == "mine"
    assert experiment.cells == ("C", "A")
    assert len(experiment.conditions) == 2 * 2 * 2 * 2
    assert NamedCondition("A", "charge", 0.5, 0.0) in experiment.conditions
    assert all(type(c.rate) is float for c in experiment.conditions)


def test_blocks_add_up_and_a_condition_runs_once(write):
    block = GOOD[GOOD.index("[[conditions]]") : GOOD.index("[[targets]]")]
    more = block.replace("[0.5, 2]", "[2.0, 4.0]")
    experiment = Experiment.load(write(GOOD + block + more))
    assert len(experiment.conditions) == 3 * 2 * 2 * 2


def test_a_target_picks_its_condition_in_the_columns_of_a_record(write):
    experiment = Experiment.load(write(GOOD))
    (target,) = experiment.targets
    assert target.cell == "C"
    assert target.name == "C 2C charge 30 degC"
    assert target.condition == NamedCondition("C", "charge", 2.0, 30.0)
    assert target.condition.columns == {
        "Cell": "C",
        "Direction": "charge",
        "C-rate": 2.0,
        "Ambient temperature [degC]": 30.0,
    }


def test_a_cell_file_beside_the_experiment_can_be_named(write, tmp_path):
    Cell.load("C").save(tmp_path / "my_cell.toml")
    text = GOOD.replace('"C", "a"', '"my_cell.toml"').replace('"c"', '"my_cell"')
    experiment = Experiment.load(write(text))
    assert Cell.load(experiment.cells[0]).name == "my_cell"
    assert experiment.targets[0].condition.columns["Cell"] == "my_cell"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[0.5, 2]", "[]", "at least 1 item"),
        ("[0.5, 2]", "[0.0]", "right would be a number above 0"),
        ("[0.5, 2]", "[-1.0]", "greater than or equal to 0"),
        ("[0.5, 2]", "[true]", "valid number"),
        ("[0.5, 2]", '["2"]', "valid number"),
        ("[0.5, 2]", "[nan]", "finite"),
        ("[0.5, 2]", "2.0", "valid list"),
        ("[30.0, 0.0]", "[-300.0]", "a number above -273.15"),
        ('["C", "a"]', "[]", "at least 1 item"),
        ('["C", "a"]', '["C", "F"]', '"F" is no cell'),
        ('["C", "a"]', '["../x.toml"]', "not a file in the same folder"),
        ('["C", "a"]', '["none.toml"]', "not a file in the same folder"),
        ('"discharge", "charge"', '"both"', "'discharge' or 'charge'"),
        (
            'kind = "cycling"',
            'kind = "cyclin"',
            "'cycling', 'resistance' or 'impedance'",
        ),
        ('kind = "cycling"', 'kind = "resistance"', "not a result of kind"),
        ('"C-rate" = [', '"C rate" = [', 'did you mean "C-rate"'),
        ('"C-rate" = [', "rates = [", '"rates" is not an allowed key'),
        ("[mA.h.g-1]", "[Ah/kg]", 'did you mean "Specific capacity [mA.h.g-1]"'),
        ('cell = "c"', 'cell = "B"', "in no condition"),
        ('"Direction" = "charge"', '"Dirction" = "charge"', 'did you mean "Direction"'),
        ('"C-rate" = 2,', '"C-rate" = 3,', "matches 0 of the conditions"),
        ('"C-rate" = 2,', "", "matches 2 of the conditions"),
        ('"C-rate" = 2,', '"C-rate" = "2",', "matches 0 of the conditions"),
        ("value = 85.6", "", "either a value"),
        ("value = 85.6", "value = 0.0", "no relative error"),
        ("value = 85.6", "value = 85.6\nlower = 80.0", "either a value"),
        ("value = 85.6", "lower = 80.0", "none with bounds"),
        ("tolerance_percent = 2.0", "", "tolerance_percent with a value"),
        ("tolerance_percent = 2.0", "tolerance_percent = 0.0", "greater than 0"),
        ('"calibrated"', '"used"', "'calibrated' or 'predicted'"),
        ('use = "calibrated"', "", '"use" is missing'),
        ('source = "text"', "", '"source" is missing'),
        ('source = "text"', 'sorce = "text"', 'did you mean "source"'),
        ("value = 85.6\ntolerance_percent = 2.0", "lower = 3.0\nupper = 2.0", "below"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(write, old, new, message):
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    with pytest.raises(DataFileError) as refused:
        Experiment.load(path)
    assert message in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("former", "present"), FORMER_NAMES.items())
def test_a_former_name_of_a_quantity_is_read_as_the_present_one(write, former, present):
    text = GOOD.replace("Specific capacity [mA.h.g-1]", former)
    (target,) = Experiment.load(write(text)).targets
    assert target.quantity == present
    assert former not in quantities.of_kind("cycling")


def test_no_conditions_are_refused(write):
    with pytest.raises(DataFileError, match='"conditions" is missing'):
        Experiment.load(write('title = "x"\nkind = "cycling"\nsource = "y"\n'))


@pytest.mark.slow
@pytest.mark.parametrize("word", ["rate_30c", "RATE_30C", "rate-30C"])
def test_an_experiment_is_found_by_its_word(word):
    assert Experiment.load(word).name == "rate_30C"


def test_an_unknown_word_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"operando_impedance, .*rate_30C"):
        Experiment.load("none")
    with pytest.raises(UnknownNameError, match='did you mean "rate_30C"'):
        Experiment.load("rate_30")
