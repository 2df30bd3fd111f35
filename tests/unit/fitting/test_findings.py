"""What is said of a fit, and when it is not."""

import numpy as np
import pytest

from nfpcell.fitting.diagnostics import findings, silent, standing
from nfpcell.fitting.observations import Curve
from nfpcell.fitting.optimise import descend
from nfpcell.fitting.uncertainty import LINEAR, Certainty, Interval, certainty
from tests.unit.fitting.stub import D, Formula, R, two

X = np.linspace(0, 1, 400)
OFF = 1e-3, float("nan")


def _plain(z):
    return 100 * (z[0] * X + z[1] * X**2)


def _said(misfit, point, found, off=OFF, **more):
    return " ".join(findings(found, misfit, point, "linear", off, **more))


@pytest.fixture(scope="module")
def fitted():
    noise = np.random.default_rng(0).standard_normal(len(X))
    misfit = Formula(_plain, _plain(np.array([0.3, -0.2])) + noise, two())
    point = descend(misfit, np.zeros(2))
    return misfit, point, certainty(misfit, point, method="linear")


def test_a_good_fit_is_called_so_and_nothing_else(fitted):
    assert _said(*fitted) == "The data determine every quantity that was free."


def test_a_pair_that_leans_on_each_other_is_told(fitted):
    misfit, point, found = fitted
    for correlation, told in ((0.999, True), (0.9, False)):
        covariance = np.array([[1.0, correlation], [correlation, 1.0]])
        leaning = Certainty(found.intervals, covariance, 1.0)
        said = _said(misfit, point, leaning)
        assert ("only as well as each other" in said) == told


def test_deviations_beyond_all_measure_are_told_first(fitted):
    misfit, point, found = fitted
    for off in ((0.3, float("nan")), (float("nan"), 0.7)):
        said = _said(misfit, point, found, off)
        assert said.startswith("The model does not describe these data")
    assert "off by 300 mV" in _said(misfit, point, found, (0.3, float("nan")))
    assert "70 % of their modulus" in _said(misfit, point, found, (float("nan"), 0.7))


def test_data_that_were_left_out_are_named(fitted):
    assert "my.csv is left out" in _said(*fitted, dead=["my.csv"])


def test_a_bound_in_the_way_is_told_and_one_that_is_only_near_is_not():
    free = two()
    (one, other) = free.free
    low = one.coordinate(one.lower)
    # the best first coordinate lies a decade below the bound, or at it
    for beyond, pressing in ((2.0, True), (0.0, False)):
        best = np.array([low - beyond, 0.1])
        noise = np.random.default_rng(1).standard_normal(len(X))
        misfit = Formula(_plain, _plain(best) + noise, free)
        point = descend(misfit, np.zeros(2))
        found = certainty(misfit, point, method="linear")
        said = _said(misfit, point, found)
        assert (f'less than the bound {one.lower:.4g} of "{D}"' in said) == pressing
    assert [name.name for name, _ in standing(free, [low, 0.0])] == [D]
    assert other.name == R


def test_a_run_that_never_moved_says_nothing():
    charge = np.linspace(0.01, 1, 50)
    curve = Curve("", "C", "discharge", 1.0, 30.0, charge, 3 - charge)
    assert silent(curve, np.full(50, 1.5))
    assert silent(curve, None)
    assert not silent(curve, 3 - charge)


def test_an_interval_with_one_end_is_told_with_it(fitted):
    misfit, point, found = fitted
    half = Interval(D, 1e-16, 1e-17, None, LINEAR, {})
    one_sided = Certainty((half, found.intervals[1]), found.covariance, 1.0)
    said = _said(misfit, point, one_sided)
    assert "do not tell" in said
    assert "only that it is at least 1e-17" in said
