"""The equivalent circuit and its fits."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from nfpcell.eis import equivalent_circuit
from nfpcell.eis.impedance import FREQUENCIES
from nfpcell.physics.circuit import arcs_impedance

F = np.array(FREQUENCIES)
OMEGA = 2 * np.pi * F
TWO = (40.0, (90.0, 200.0), (1e-3, 0.1), (0.9, 0.8))
THREE = (100.0, (1700.0, 500.0, 2500.0), (1e-5, 1e-3, 0.16), (1.0, 0.85, 0.95))


def test_limits_of_the_law():
    Z = arcs_impedance(np.array([1e15, 1e-15]), *TWO)
    assert Z[0].real == pytest.approx(40, rel=1e-6)
    assert Z[1] == pytest.approx(330, rel=1e-6)
    assert arcs_impedance(np.array([1e3]), 0.0, [2.0], [1e-3], [1.0])[0] == 1 - 1j


def test_the_depression_of_an_arc_is_its_exponent():
    """The apex of a Cole-Cole arc is R/2 tan(n pi/4) high."""
    n = 0.8
    Z = arcs_impedance(np.array([1e3]), 0.0, [2.0], [1e-3], [n])
    assert Z[0].real == pytest.approx(1)
    assert -Z[0].imag == pytest.approx(np.tan(n * np.pi / 4))


@pytest.mark.parametrize(("truth", "arcs"), [(TWO, 2), (THREE, 3)])
def test_a_circuit_is_found_again(truth, arcs):
    found = equivalent_circuit.fit(F, arcs_impedance(OMEGA, *truth), arcs)
    assert found.status == "ok"
    assert found.misfit < 1e-6
    assert found.R_0 == pytest.approx(truth[0], rel=1e-4)
    for mine, wanted in zip((found.R, found.tau, found.n), truth[1:], strict=True):
        assert mine == pytest.approx(wanted, rel=1e-3)
    assert found.total == pytest.approx(truth[0] + sum(truth[1]), rel=1e-4)
    np.testing.assert_allclose(
        found.impedance(F), arcs_impedance(OMEGA, *truth), rtol=1e-5
    )


def test_derivatives_of_the_fit_against_differences():
    problem = equivalent_circuit._Problem(F, arcs_impedance(OMEGA, *TWO), 2)
    x = problem.start([5e-4, 0.3], [0.8, 0.9])
    exact = problem._jacobian(x)
    differences = approx_fprime(x, problem._residuals, 1e-7)
    np.testing.assert_allclose(exact, differences, atol=2e-6)


def test_noise_moves_the_resistances_by_no_more_than_noise():
    rng = np.random.default_rng(3)
    Z = arcs_impedance(OMEGA, *TWO)
    Z = Z * (
        1 + 0.005 * (rng.standard_normal(len(Z)) + 1j * rng.standard_normal(len(Z)))
    )
    found = equivalent_circuit.fit(F, Z)
    assert found.total == pytest.approx(330, rel=0.01)
    assert found.R == pytest.approx(TWO[1], rel=0.05)
    assert 0.005 < found.misfit < 0.01


@pytest.mark.slow
def test_a_series_follows_its_neighbour_and_keeps_gaps():
    scales = np.linspace(1, 3, 9)
    spectra = np.array(
        [arcs_impedance(OMEGA, 40.0, (90.0, 200 * s), *TWO[2:]) for s in scales]
    )
    spectra[2] = np.nan
    fits = equivalent_circuit.fit_series(F, spectra)
    assert fits[2].status == "no spectrum to fit"
    assert np.isnan(fits[2].total)
    for k in (0, 1, 3, 4, 8):
        assert fits[k].R == pytest.approx((90, 200 * scales[k]), rel=1e-3)


@pytest.mark.slow
def test_the_first_arc_of_a_series_stays_where_it_is():
    """Where a third arc rises, the first is not given up to it."""
    spectra = np.array(
        [
            arcs_impedance(OMEGA, 40, (90, 100, rise), (1e-3, 2e-2, 3), (1, 1, 0.9))
            for rise in (1, 1, 1, 1, 30, 100, 200)
        ]
    )
    fits = equivalent_circuit.fit_series(F, spectra)
    first = np.array([fit.tau[0] for fit in fits])
    assert first.max() <= equivalent_circuit.HOLD * first[3] * (1 + 1e-6)


def test_what_is_no_such_circuit_says_so():
    inductor = 1 + 1j * OMEGA
    found = equivalent_circuit.fit(F, inductor)
    assert found.status.startswith("the circuit deviates from the spectrum by")


@pytest.mark.slow
@pytest.mark.parametrize(("truth", "arcs"), [(TWO, 2), (THREE, 3)])
def test_arcs_are_counted(truth, arcs):
    assert equivalent_circuit.arcs_needed(F, arcs_impedance(OMEGA, *truth)) == arcs


def test_an_arc_is_not_laid_below_the_lowest_frequency():
    """A capacitor at the end of a spectrum is not taken for a huge resistance."""
    Z = arcs_impedance(OMEGA, *TWO) + 1 / (1j * OMEGA * 1.0)
    found = equivalent_circuit.fit(F, Z)
    assert max(found.tau) <= 1 / OMEGA.min() * (1 + 1e-6)
    assert found.total < 400


def test_a_spectrum_with_a_gap_has_no_circuit():
    Z = arcs_impedance(OMEGA, *TWO)
    Z[3] = np.nan
    found = equivalent_circuit.fit(F, Z)
    assert (found.status, len(found.R)) == ("no spectrum to fit", 2)
    assert np.isnan(found.total)
    series = equivalent_circuit.fit_series(F, np.array([Z, Z]))
    assert [one.status for one in series] == 2 * ["no spectrum to fit"]


@pytest.mark.slow
def test_a_capacitance_needs_more_than_five_arcs():
    assert np.isnan(equivalent_circuit.arcs_needed(F, 1 / (1j * OMEGA * 1e-3)))


def test_a_fit_that_ends_too_early_says_so(monkeypatch):
    monkeypatch.setattr(equivalent_circuit, "MOST_EVALUATIONS", 1)
    found = equivalent_circuit.fit(F, arcs_impedance(OMEGA, *TWO), starts=1)
    assert found.status == "the fit of the circuit did not converge"
