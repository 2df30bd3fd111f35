"""The count of calibrated constants against published numbers."""

import pandas as pd
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.studies import constants, scoring
from nfpcell.studies.experiment import Experiment

D = "Positive particle diffusivity [m2.s-1]"
VOID = "Positive electrode void fraction"


@pytest.fixture
def cells():
    return [Cell.load(name) for name in "CD"]


def test_a_shared_quantity_is_stated_once_and_a_changed_one_apart(cells):
    def users(cells):
        stated = constants.stated_once(cells)
        return [s.cells for s in stated if s.quantity.name == VOID]

    assert users(cells) == [("C", "D")]
    cells[1] = cells[1].with_values({VOID: 0.2})
    assert users(cells) == [("C",), ("D",)]


def test_fitted_constants_and_those_set_by_hand_are_calibrated(cells):
    before = constants.calibrated(cells)
    kinds = [stated.quantity.kind for stated in before]
    assert set(kinds) == {"fitted", "assumed"}
    assert kinds == sorted(kinds, reverse=True)
    by_hand = {"reference": "trial", "targets": ["R of C"]}
    changed = [cell.with_values({VOID: 0.2}, **by_hand) for cell in cells]
    assert len(constants.calibrated(changed)) == len(before) + 1
    # a number that a user sets was not set with a target
    free = [cell.with_values({D: 1e-17}) for cell in cells]
    assert len(constants.calibrated(free)) == len(before) - 1


def test_a_number_of_two_experiments_is_counted_once_and_a_prediction_never():
    experiments = map(Experiment.load, ["resistance_30C", "operando_impedance"])
    scores = pd.DataFrame(
        scoring.judged(experiment, target, target.value or 1.0)
        for experiment in experiments
        for target in experiment.targets
    ).assign(Met=True)
    is_calibrated = scores["Use"] == "calibrated"
    # six resistances and the two peaks are in both
    number = is_calibrated.sum() - 8
    cells = [Cell.load("C")]
    sentence = constants.count(cells, scores)
    assert f"against {number} calibrated" in sentence
    assert sentence.endswith(f"of which {number} are met")
    # met in one experiment and missed in the other is missed
    scores.loc[is_calibrated.idxmax(), "Met"] = False
    assert constants.count(cells, scores).endswith(f"of which {number - 1} are met")
