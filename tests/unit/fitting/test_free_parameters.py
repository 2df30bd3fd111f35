"""What may move, and how values become coordinates."""

import numpy as np
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError, NfpcellError, UnknownNameError
from nfpcell.fitting.free_parameters import Free, FreeParameters

D = "Positive particle diffusivity [m2.s-1]"
CONTACT = "Contact resistance [Ohm]"


def test_a_step_of_a_logarithmic_quantity_is_a_factor():
    free = Free(D, 1e-18, 1e-14)
    assert free.scale == "log"
    assert free.coordinate(1e-16) == pytest.approx(0)
    assert free.value(1.0) == pytest.approx(1e-16 * np.e)
    assert free.value(free.coordinate(3e-17)) == pytest.approx(3e-17)


def test_a_step_of_a_linear_quantity_is_the_range():
    free = Free(CONTACT, 0.0, 40.0)
    assert free.scale == "linear"
    assert free.coordinate(20.0) == pytest.approx(0)
    assert free.value(0.25) == pytest.approx(30.0)


def test_a_value_never_leaves_its_bounds():
    free = Free(D, 1e-18, 1e-14)
    assert free.value(100.0) == 1e-14
    assert free.value(-100.0) == 1e-18


def test_a_prior_reads_its_range_as_95_percent():
    free = Free(D, 1e-20, 1e-12, best=1e-16, range=(1e-18, 1e-14))
    mean, deviation = free.prior
    assert mean == pytest.approx(0)
    assert deviation == pytest.approx(np.log(1e4) / 4)
    assert FreeParameters([free]).prior_residuals(
        np.array([deviation])
    ) == pytest.approx([1.0])
    assert FreeParameters([free]).start({"C": Cell.load("C")}) == pytest.approx([0.0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((D, 1e-14, 1e-18), "is not below upper"),
        ((D, 1e-16, 1e-16), "is not below upper"),
        ((D, -1.0, 1e-14), "cannot have the bound"),
        ((D, float("nan"), 1e-14), "cannot have the bound"),
        ((D, 1e-18, 1e-14, "lin"), "scale"),
        ((CONTACT, 0.0, 40.0, "log"), "has no logarithm"),
        ((D, 1e-18, 1e-14, None, (), 1e-16), "best and range"),
        ((D, 1e-18, 1e-14, None, (), 1e-16, (1e-14, 1e-18)), "range = "),
    ],
)
def test_bounds_that_make_no_sense_are_refused(arguments, said):
    with pytest.raises(DataFileError, match=said):
        Free(*arguments)


def test_a_name_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean"):
        Free("Positive particle diffusivty [m2.s-1]", 1e-18, 1e-14)
    with pytest.raises(UnknownNameError, match="is derived from other quantities"):
        Free("Positive particle radius [m]", 1e-8, 1e-6)


def test_a_parameter_is_given_once():
    with pytest.raises(DataFileError, match="given twice"):
        FreeParameters([Free(D, 1e-18, 1e-14), Free(D, 1e-18, 1e-14)])


def test_a_shared_quantity_moves_in_its_cells_only():
    cells = {word: Cell.load(word) for word in ("C", "pouch")}
    free = FreeParameters(
        [Free(D, 1e-18, 1e-14), Free(CONTACT, 0.0, 40.0, cells=("C",))]
    )
    changed = free.cells(cells, np.array([0.0, 0.25]))
    assert changed["C"][D] == changed["pouch"][D] == pytest.approx(1e-16)
    assert changed["C"][CONTACT] == pytest.approx(30.0)
    assert changed["pouch"][CONTACT] == 0.0


def test_drawn_points_are_spread_and_the_same_for_a_seed():
    free = FreeParameters(
        [Free(D, 1e-20, 1e-12, best=1e-16, range=(1e-17, 1e-15)), Free(CONTACT, 0, 40)]
    )
    one, same, other = free.sample(64, 1), free.sample(64, 1), free.sample(64, 2)
    assert (one == same).all()
    assert (one != other).any()
    assert np.std(one[:, 0]) == pytest.approx(np.log(100) / 4, rel=0.15)
    low, high = free.bounds
    assert one[:, 1].min() < low[1] + 0.1 < high[1] - 0.1 < one[:, 1].max()


def test_values_that_make_no_sense_together_are_refused():
    w, c = (
        "Positive electrode electrolyte mass fraction",
        "Positive electrode carbon mass fraction",
    )
    free = FreeParameters([Free(w, 0.1, 0.9), Free(c, 0.01, 0.9)])
    with pytest.raises(NfpcellError, match="sum"):
        free.cells({"C": Cell.load("C")}, free.bounds[1])
