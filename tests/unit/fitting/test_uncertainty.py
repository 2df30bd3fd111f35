"""Intervals against formulas whose intervals are known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from nfpcell.fitting.diagnostics import combination, determined_with
from nfpcell.fitting.finite_differences import LOSSES, cost_of, weights
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.optimise import minimise
from nfpcell.fitting.uncertainty import (
    CHECKED,
    LINEAR,
    PROFILE,
    LowerCostFound,
    autocorrelation_time,
    estimate,
)
from tests.unit.fitting.stub import D, Formula, R, two

X = np.linspace(0, 1, 400)


def _linear(z):
    return 100 * (z[0] * X + z[1] * X**2)


def _noise(seed):
    return np.random.default_rng(seed).standard_normal(len(X))


def test_a_linear_problem_has_its_textbook_interval():
    objective = Formula(_linear, _linear(np.array([0.3, -0.2])) + _noise(0), two())
    optimum = minimise(objective, np.zeros(2))
    found = estimate(optimum)
    J = np.column_stack([100 * X, 100 * X**2])
    deviations = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    for interval, z, deviation, one in zip(
        found.intervals, optimum.z, deviations, objective.free.parameters, strict=True
    ):
        assert interval.identifiable
        assert interval.method == CHECKED
        for end, sign in ((interval.lower, -1), (interval.upper, 1)):
            assert one.coordinate(end) == pytest.approx(
                z + sign * 1.96 * deviation, abs=0.01 * deviation
            )
    alone = estimate(optimum, method="linear")
    for one, other in zip(alone.intervals, found.intervals, strict=True):
        assert one.method == LINEAR
        assert one.lower == pytest.approx(other.lower, rel=1e-3)
        assert one.upper == pytest.approx(other.upper, rel=1e-3)
    assert found.correlations[0, 1] == pytest.approx(-0.968, abs=0.01)


@pytest.mark.slow
def test_coverage_of_a_linear_problem_is_95_percent():
    held = np.zeros(2)
    truth = np.array([0.3, -0.2])
    for seed in range(200):
        objective = Formula(_linear, _linear(truth) + _noise(seed), two())
        found = estimate(minimise(objective, np.zeros(2)))
        values = [
            one.value(z)
            for one, z in zip(objective.free.parameters, truth, strict=True)
        ]
        held += [
            interval.lower <= value <= interval.upper
            for interval, value in zip(found.intervals, values, strict=True)
        ]
    assert (held >= 180).all()
    assert (held <= 198).all()


def test_a_nonlinear_problem_has_an_asymmetric_interval():
    # the objective of exp(z) about z = 0 rises faster above than below
    free = FreeParameters([Free(D, 1e-18, 1e-14)])
    objective = Formula(lambda z: 2 * np.exp(z[0]) * np.ones(4), 2 * np.ones(4), free)
    found = estimate(minimise(objective, np.array([0.5])))
    (interval,) = found.intervals
    low, high = (
        np.log(end / interval.value) for end in (interval.lower, interval.upper)
    )
    assert low == pytest.approx(np.log(1 - 1.96 / 4), rel=0.06)
    assert high == pytest.approx(np.log(1 + 1.96 / 4), rel=0.06)
    assert interval.method == PROFILE


def test_a_pair_of_which_only_the_ratio_is_determined():
    def only_the_ratio(z):
        return 100 * np.exp(0.3 * (z[0] - 2 * z[1])) * X

    data = only_the_ratio(np.array([0.3, -0.2])) + _noise(1)
    objective = Formula(only_the_ratio, data, two())
    found = estimate(minimise(objective, np.zeros(2)))
    one, other = found.intervals
    assert not one.identifiable
    assert not other.identifiable
    assert one.followers[R] == pytest.approx(0.5, abs=0.01)
    assert other.followers[D] == pytest.approx(2.0, abs=0.04)
    assert combination("D", "R", one.followers[R]) == "D / R^2"
    assert R in determined_with(found, one)


def test_a_parameter_determined_on_one_side_has_one_end():
    free = FreeParameters([Free(D, 1e-18, 1e-14)])
    # saturates upwards: large values fit as well as larger ones
    objective = Formula(
        lambda z: 30 * np.tanh(z[0] + 1) * np.ones(20), 30 * np.ones(20), free
    )
    found = estimate(minimise(objective, np.array([0.0])))
    (interval,) = found.intervals
    assert interval.upper is None
    assert interval.lower is not None
    assert not interval.identifiable


def test_scatter_above_the_stated_one_widens_intervals():
    data = _linear(np.array([0.3, -0.2]))
    widths = []
    for scale in (1.0, 5.0):
        objective = Formula(_linear, data + scale * _noise(2), two())
        found = estimate(minimise(objective, np.zeros(2)))
        widths.append(np.log(found.intervals[0].upper / found.intervals[0].lower))
    assert found.inflation == pytest.approx(5.0, rel=0.1)
    assert widths[1] / widths[0] == pytest.approx(5.0, rel=0.1)


def test_a_model_error_widens_intervals_if_it_is_more_than_noise():
    data = _linear(np.array([0.3, -0.2]))
    missed = np.sin(6 * np.pi * X)
    for size, inflated in ((3.0, True), (0.03, False)):
        objective = Formula(_linear, data + size * missed, two())
        found = estimate(minimise(objective, np.zeros(2)), method="linear")
        # a sine of amplitude 3 alone would widen by 3 / sqrt(2)
        assert (found.inflation > 5) == inflated
        assert (found.inflation == 1) != inflated


def test_autocorrelation_time_of_noise_and_of_a_moving_sum():
    rng = np.random.default_rng(3)
    assert autocorrelation_time(rng.standard_normal(400)) == 1.0
    alike = np.convolve(rng.standard_normal(4009), np.ones(10) / np.sqrt(10), "valid")
    # a moving sum of ten correlates over ten
    assert autocorrelation_time(alike) == pytest.approx(10, rel=0.35)


def test_a_profile_that_meets_a_lower_cost_says_so():
    objective = Formula(_linear, _linear(np.array([0.3, -0.2])) + _noise(4), two())
    optimum = minimise(objective, np.zeros(2))
    z = optimum.z + np.array([0.01, -0.03])
    r = objective.residuals(z)
    with pytest.raises(LowerCostFound) as lower:
        estimate(replace(optimum, z=z, cost=cost_of(r), residuals=r))
    assert cost_of(objective.residuals(lower.value.z)) < cost_of(r)


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_those_of_scipy(loss):
    from scipy.optimize import least_squares

    r = np.array([0.1, -0.7, 3.0])
    result = least_squares(lambda x: r + 0 * x, [0.0], loss=loss, max_nfev=1)
    assert cost_of(r, loss) == pytest.approx(result.cost)
    # weight squared is the slope of the loss
    h = 1e-6
    z = r**2
    slope = [
        2
        * (
            cost_of(np.array([np.sqrt(v + h)]), loss)
            - cost_of(np.array([np.sqrt(v)]), loss)
        )
        / h
        for v in z
    ]
    assert weights(r, loss) ** 2 == pytest.approx(slope, rel=1e-3)


def test_an_outlier_hardly_moves_a_robust_fit():
    data = _linear(np.array([0.3, -0.2])) + _noise(5)
    data[::40] += 80
    free = two()
    ends = [
        minimise(Formula(_linear, data, free), np.zeros(2), loss=loss).z
        for loss in ("linear", "soft_l1")
    ]
    off = [np.abs(z - [0.3, -0.2]).max() for z in ends]
    assert off[1] < 0.02 < off[0]


def test_how_a_combination_is_written():
    assert combination("D", "R", 0.5) == "D / R^2"
    assert combination("R", "D", 2.0) == "D / R^2"
    assert combination("a", "b", 1.01) == "a / b"
    assert combination("a", "b", -0.98) == "a x b"
