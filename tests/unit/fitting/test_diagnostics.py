"""The sentences on a fit, and when each is there."""

import numpy as np
import pytest

from nfpcell.fitting.diagnostics import Deviations, cannot_run, findings
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.fitting.optimise import minimise
from nfpcell.fitting.uncertainty import (
    LINEAR,
    ConfidenceInterval,
    Uncertainty,
    estimate,
)
from tests.unit.fitting.stub import D, Formula, R, two

X = np.linspace(0, 1, 400)
NAN = float("nan")
SMALL = Deviations(1e-3, NAN)


def _plain(z):
    return 100 * (z[0] * X + z[1] * X**2)


def _said(optimum, found, deviations=SMALL, **more):
    return " ".join(findings(optimum, found, deviations, **more))


@pytest.fixture(scope="module")
def fitted():
    noise = np.random.default_rng(0).standard_normal(len(X))
    objective = Formula(_plain, _plain(np.array([0.3, -0.2])) + noise, two())
    optimum = minimise(objective, np.zeros(2))
    return optimum, estimate(optimum, method="linear")


def test_a_good_fit_has_one_sentence(fitted):
    assert _said(*fitted) == "The data determine all free parameters."


def test_strong_correlation_is_reported(fitted):
    optimum, found = fitted
    for correlation, told in ((0.999, True), (0.9, False)):
        covariance = np.array([[1.0, correlation], [correlation, 1.0]])
        leaning = Uncertainty(found.intervals, covariance, 1.0)
        said = _said(optimum, leaning)
        assert ("strongly correlated" in said) == told


def test_poor_deviations_are_reported_first(fitted):
    optimum, found = fitted
    for off in (Deviations(0.3, NAN), Deviations(NAN, 0.7)):
        said = _said(optimum, found, off)
        assert said.startswith("The model does not describe these data")
    assert "deviate by 300 mV" in _said(optimum, found, Deviations(0.3, NAN))
    assert "70 % of their modulus" in _said(optimum, found, Deviations(NAN, 0.7))


def test_data_that_were_left_out_are_named(fitted):
    assert "my.csv is left out" in _said(*fitted, left_out=["my.csv"])


def test_a_best_value_beyond_a_bound_is_reported_and_one_at_it_is_not():
    free = two()
    (one, other) = free.parameters
    low = one.coordinate(one.lower)
    # the best first coordinate lies a decade below the bound, or at it
    for beyond, pressing in ((2.0, True), (0.0, False)):
        best = np.array([low - beyond, 0.1])
        noise = np.random.default_rng(1).standard_normal(len(X))
        objective = Formula(_plain, _plain(best) + noise, free)
        optimum = minimise(objective, np.zeros(2))
        found = estimate(optimum, method="linear")
        said = _said(optimum, found)
        assert (f'of "{D}" lies below its bound {one.lower:.4g}' in said) == pressing
    assert free.at_bounds([low, 0.0]) == {D: one.lower}
    assert other.name == R


def test_a_run_that_does_not_start_is_no_result():
    charge = np.linspace(0.01, 1, 50)
    curve = MeasuredCurve("", "C", "discharge", 1.0, 30.0, charge, 3 - charge)
    assert cannot_run(curve, np.full(50, 1.5))
    assert cannot_run(curve, None)
    assert not cannot_run(curve, 3 - charge)


def test_an_interval_with_one_end_is_reported_with_it(fitted):
    optimum, found = fitted
    half = ConfidenceInterval(D, 1e-16, 1e-17, None, LINEAR, {})
    one_sided = Uncertainty((half, found.intervals[1]), found.covariance, 1.0)
    said = _said(optimum, one_sided)
    assert "do not determine" in said
    assert "only that it is at least 1e-17" in said
