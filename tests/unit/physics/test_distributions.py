"""Limits of the laws of a distribution."""

import numpy as np
import pytest

from nfpcell.physics import circuit, distributions, interfaces


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, distributions.MOST_CLASSES])
def test_classes_have_the_moments_of_a_normal_distribution(count):
    z, w = map(np.array, distributions.normal_classes(count))
    moments = {0: 1, 1: 0, 2: 1, 3: 0, 4: 3, 5: 0, 6: 15}
    for power in range(min(2 * count, 7)):
        assert np.sum(w * z**power) == pytest.approx(moments[power], abs=1e-12)


def test_one_class_is_the_median_itself():
    assert distributions.normal_classes(1) == ((0.0,), (1.0,))
    assert distributions.log_normal_ratio(0.7, 0.0) == 1
    assert distributions.log_normal_ratio(0.0, 2.0) == 1
    assert distributions.log_normal_ratio(np.log(2), 2.0) == pytest.approx(4)


def test_mean_square_of_a_log_normal_distribution():
    """The mean of x^2 over its median squared is exp(2 sigma^2)."""
    z, w = map(np.array, distributions.normal_classes(9))
    mean_square = np.sum(w * distributions.log_normal_ratio(0.5, z) ** 2)
    assert mean_square == pytest.approx(np.exp(0.5), rel=1e-6)


def test_bricks_in_series_keep_the_resistance():
    classes = distributions.normal_classes(5)
    r, c = np.array(interfaces.bricks_in_series(2.0, 3.0, classes, 0.8)).T
    assert r.sum() == pytest.approx(2.0)
    assert np.log(r * c / 6.0) == pytest.approx(0.8 * np.array(classes.deviations))
    r, c = np.array(interfaces.bricks_in_series(2.0, 3.0, classes, 0.0)).T
    assert r * c == pytest.approx(6.0)
    assert 1 / np.sum(1 / c) == pytest.approx(3.0)  # capacities in series
    assert interfaces.bricks_in_series(
        2.0, 3.0, distributions.normal_classes(1), 1
    ) == [(2.0, 3.0)]


def arc(spread, count, omega):
    """Arc of bricks of 1 Ohm and 1 s."""
    classes = distributions.normal_classes(count)
    bricks = interfaces.bricks_in_series(1.0, 1.0, classes, spread)
    return sum(r / (1 + 1j * omega * r * c) for r, c in bricks)


def test_exponent_of_a_depressed_arc():
    law = distributions.equivalent_exponent
    assert law(0.0) == pytest.approx(1)
    assert law(0.05) == pytest.approx(1 - 0.05**2 / np.pi, abs=1e-5)
    assert law(100.0) == pytest.approx(4 / 100 / np.sqrt(2 * np.pi), rel=2e-3)
    exponents = [law(spread) for spread in (0.0, 0.5, 1.0, 1.5)]
    assert exponents == sorted(exponents, reverse=True)
    # published exponents of beta''-alumina, 0.7 to 0.95
    assert law(0.45) == pytest.approx(0.945, abs=5e-3)
    assert law(1.5) == pytest.approx(0.70, abs=1e-2)


@pytest.mark.parametrize("spread", [0.3, 0.8, 1.5])
def test_the_arc_is_as_high_as_that_of_the_constant_phase_element(spread):
    exponent = distributions.equivalent_exponent(spread)
    omega = np.geomspace(1e-3, 1e3, 2001)
    exact = arc(spread, 101, omega)
    same = circuit.arcs_impedance(omega, 0.0, [1.0], [1.0], [exponent])
    assert exact.imag.min() == pytest.approx(same.imag.min(), rel=1e-6)
    # the arcs differ elsewhere, by 2 % of the resistance at most
    assert np.abs(exact - same).max() < 0.03
    assert np.abs(arc(spread, 9, omega) - exact).max() < 5e-3


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_classes_converge(spread):
    omega = np.geomspace(1e-3, 1e3, 601)
    exact = arc(spread, 101, omega)
    errors = [np.abs(arc(spread, count, omega) - exact).max() for count in (3, 5, 7)]
    assert errors[0] < 2e-3
    assert errors[2] <= errors[1] / 3 + 1e-14 <= errors[0] / 9 + 2e-14
