"""Intervals against formulas whose intervals are known by hand."""

import numpy as np
import pytest

from nfpcell.fitting.diagnostics import combined, tied
from nfpcell.fitting.finite_differences import LOSSES, cost_of, weights
from nfpcell.fitting.free_parameters import Free, FreeSet
from nfpcell.fitting.optimise import Point, descend
from nfpcell.fitting.uncertainty import CHECKED, LINEAR, PROFILE, certainty, likeness_of
from tests.unit.fitting.stub import D, Formula, R, two

X = np.linspace(0, 1, 400)


def _linear(z):
    return 100 * (z[0] * X + z[1] * X**2)


def _noise(seed):
    return np.random.default_rng(seed).standard_normal(len(X))


def test_a_linear_problem_has_its_textbook_interval():
    misfit = Formula(_linear, _linear(np.array([0.3, -0.2])) + _noise(0), two())
    point = descend(misfit, np.zeros(2))
    found = certainty(misfit, point)
    J = np.column_stack([100 * X, 100 * X**2])
    deviations = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    for interval, z, deviation, one in zip(
        found.intervals, point.z, deviations, misfit.free.free, strict=True
    ):
        assert interval.identifiable
        assert interval.how == CHECKED
        for end, sign in ((interval.lower, -1), (interval.upper, 1)):
            assert one.coordinate(end) == pytest.approx(
                z + sign * 1.96 * deviation, abs=0.01 * deviation
            )
    alone = certainty(misfit, point, method="linear")
    for one, other in zip(alone.intervals, found.intervals, strict=True):
        assert one.how == LINEAR
        assert one.lower == pytest.approx(other.lower, rel=1e-3)
        assert one.upper == pytest.approx(other.upper, rel=1e-3)
    assert found.correlations[0, 1] == pytest.approx(-0.968, abs=0.01)


def test_coverage_of_a_linear_problem_is_95_percent():
    held = np.zeros(2)
    truth = np.array([0.3, -0.2])
    for seed in range(200):
        misfit = Formula(_linear, _linear(truth) + _noise(seed), two())
        found = certainty(misfit, descend(misfit, np.zeros(2)))
        values = [one.value(z) for one, z in zip(misfit.free.free, truth, strict=True)]
        held += [
            interval.lower <= value <= interval.upper
            for interval, value in zip(found.intervals, values, strict=True)
        ]
    assert (held >= 180).all()
    assert (held <= 198).all()


def test_a_curved_problem_has_a_lopsided_interval():
    # the misfit of exp(z) about z = 0 rises faster above than below
    free = FreeSet([Free(D, 1e-18, 1e-14)])
    misfit = Formula(lambda z: 2 * np.exp(z[0]) * np.ones(4), 2 * np.ones(4), free)
    found = certainty(misfit, descend(misfit, np.array([0.5])))
    (interval,) = found.intervals
    low, high = (
        np.log(end / interval.value) for end in (interval.lower, interval.upper)
    )
    assert low == pytest.approx(np.log(1 - 1.96 / 4), rel=0.06)
    assert high == pytest.approx(np.log(1 + 1.96 / 4), rel=0.06)
    assert interval.how == PROFILE


def test_a_pair_that_cannot_be_told_apart_is_called_so():
    def only_the_ratio(z):
        return 100 * np.exp(0.3 * (z[0] - 2 * z[1])) * X

    data = only_the_ratio(np.array([0.3, -0.2])) + _noise(1)
    misfit = Formula(only_the_ratio, data, two())
    found = certainty(misfit, descend(misfit, np.zeros(2)))
    one, other = found.intervals
    assert not one.identifiable
    assert not other.identifiable
    assert one.along[R] == pytest.approx(0.5, abs=0.01)
    assert other.along[D] == pytest.approx(2.0, abs=0.04)
    assert combined("D", "R", one.along[R]) == "D / R^2"
    assert R in tied(found, one)


def test_a_quantity_known_from_one_side_has_one_end():
    free = FreeSet([Free(D, 1e-18, 1e-14)])
    # saturates upwards: large values fit as well as larger ones
    misfit = Formula(
        lambda z: 30 * np.tanh(z[0] + 1) * np.ones(20), 30 * np.ones(20), free
    )
    found = certainty(misfit, descend(misfit, np.array([0.0])))
    (interval,) = found.intervals
    assert interval.upper is None
    assert interval.lower is not None
    assert not interval.identifiable


def test_scatter_above_what_was_stated_widens_intervals():
    data = _linear(np.array([0.3, -0.2]))
    widths = []
    for scale in (1.0, 5.0):
        misfit = Formula(_linear, data + scale * _noise(2), two())
        found = certainty(misfit, descend(misfit, np.zeros(2)))
        widths.append(np.log(found.intervals[0].upper / found.intervals[0].lower))
    assert found.inflation == pytest.approx(5.0, rel=0.1)
    assert widths[1] / widths[0] == pytest.approx(5.0, rel=0.1)


def test_what_a_model_misses_widens_intervals_only_where_it_shows():
    data = _linear(np.array([0.3, -0.2]))
    missed = np.sin(6 * np.pi * X)
    for size, inflated in ((3.0, True), (0.03, False)):
        misfit = Formula(_linear, data + size * missed, two())
        found = certainty(misfit, descend(misfit, np.zeros(2)), method="linear")
        # a sine of amplitude 3 alone would widen by 3 / sqrt(2)
        assert (found.inflation > 5) == inflated
        assert (found.inflation == 1) != inflated


def test_residuals_alike_count_as_fewer():
    rng = np.random.default_rng(3)
    assert likeness_of(rng.standard_normal(400)) == 1.0
    alike = np.convolve(rng.standard_normal(4009), np.ones(10) / np.sqrt(10), "valid")
    # a moving sum of ten remembers for ten
    assert likeness_of(alike) == pytest.approx(10, rel=0.35)


def test_a_better_point_on_the_way_is_told():
    misfit = Formula(_linear, _linear(np.array([0.3, -0.2])) + _noise(4), two())
    point = descend(misfit, np.zeros(2))
    z = point.z + np.array([0.01, -0.03])
    r = misfit.residuals(z)
    found = certainty(misfit, Point(z, cost_of(r), r, point.jacobian, True))
    assert found.better is not None
    assert cost_of(misfit.residuals(found.better)) < cost_of(r)


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
        descend(Formula(_linear, data, free), np.zeros(2), loss=loss).z
        for loss in ("linear", "soft_l1")
    ]
    off = [np.abs(z - [0.3, -0.2]).max() for z in ends]
    assert off[1] < 0.02 < off[0]


def test_a_combination_is_written_as_people_do():
    assert combined("D", "R", 0.5) == "D / R^2"
    assert combined("R", "D", 2.0) == "D / R^2"
    assert combined("a", "b", 1.01) == "a / b"
    assert combined("a", "b", -0.98) == "a x b"
