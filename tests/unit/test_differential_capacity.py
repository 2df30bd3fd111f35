"""dQ/dV: its integral is the capacity, and interpolated points leave no trace."""

import numpy as np
import pandas as pd
import pytest
from numpy.polynomial import Polynomial
from scipy.signal import find_peaks

import nfpcell
from nfpcell import plot
from nfpcell.simulation.differential_capacity import SMOOTHING, differential_capacity

CAPACITY, VOLTAGE = "Specific capacity [mA.h.g-1]", "Voltage [V]"


@pytest.fixture(scope="module")
def curves():
    options = {"direction": "both", "model": "particle", "curves": True}
    return nfpcell.simulate("C", rates=[0.1, 1], **options)[1]


def plateau(n, width=0.02):
    """A curve with one plateau at 3 V, of 80 mAh/g: dQ/dV is a logistic density."""
    filled = np.linspace(1e-4, 1 - 1e-4, n)
    return 80 * filled, 3 - width * np.log(filled / (1 - filled))


@pytest.mark.parametrize("n", [60, 300, 3001])
def test_the_integral_is_the_capacity_whatever_the_points(n):
    Q, V = plateau(n)
    at, density = differential_capacity(Q, V)
    assert np.trapezoid(density, at) == pytest.approx(Q[-1] - Q[0], rel=1e-6)
    assert density.min() >= -1e-9


def test_it_is_the_derivative_where_that_is_wider_than_the_smoothing():
    at, density = differential_capacity(*plateau(2001))
    x = (at - 3) / 0.02
    exact = 80 / 0.02 / (4 * np.cosh(x / 2) ** 2)
    # the second derivative of the exact density times half the variance
    assert np.abs(density - exact).max() < 0.02 * exact.max()


def test_noise_of_a_millivolt_leaves_one_peak():
    Q, V = plateau(2000)
    noisy = V + 1e-3 * np.random.default_rng(1).standard_normal(len(V))
    at, density = differential_capacity(Q, noisy)
    peaks, _ = find_peaks(density, prominence=0.05 * density.max())
    assert len(peaks) == 1
    assert at[peaks[0]] == pytest.approx(3, abs=0.01)


def test_a_constant_voltage_is_a_peak_as_wide_as_the_smoothing():
    at, density = differential_capacity([0, 10], [3.0, 3.0])
    assert np.trapezoid(density, at) == pytest.approx(10)
    spread = np.sqrt(np.average((at - 3) ** 2, weights=density))
    assert spread == pytest.approx(SMOOTHING, rel=1e-3)


def test_the_figure_shows_charges_upward_discharges_downward_and_their_capacity(curves):
    figure = plot.differential_capacity(curves)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    groups = curves.groupby(["Cell", "Direction", "C-rate"], sort=False)
    assert len(lines) == len(groups) == 4
    for line, ((_, direction, _), curve) in zip(lines, groups, strict=True):
        area = np.trapezoid(line.get_ydata(), line.get_xdata())
        sign = 1 if direction == "charge" else -1
        assert area == pytest.approx(sign * np.ptp(curve[CAPACITY]), rel=1e-3)
    assert figure.axes[0].get_ylabel() == "dQ/dV (mAh g⁻¹ V⁻¹)"


def test_a_computed_curve_is_smooth(curves):
    """Between the voltages of the grid, a line follows a polynomial of five points."""
    curve = curves[(curves["Direction"] == "discharge") & (curves["C-rate"] == 0.1)]
    at, density = differential_capacity(curve[CAPACITY], curve[VOLTAGE])
    for first in range(0, len(at) - 7):
        x, y = np.arange(7) - 3, density[first : first + 7]
        rest = y - Polynomial.fit(x, y, 4)(x)
        assert np.abs(rest).max() < 0.01 * density.max()


def test_the_unit_is_that_of_the_capacity(curves):
    cell = nfpcell.Cell.load("C")
    usual, areal = (
        plot.differential_capacity(curves, capacity=unit).axes[0]
        for unit in ("mAh/g", "mAh/cm2")
    )
    ratio = areal.lines[0].get_ydata() / usual.lines[0].get_ydata()
    loading = 0.1 * float(cell.derived().loading)
    assert np.nanmedian(ratio) == pytest.approx(loading)
    assert areal.get_ylabel() == "dQ/dV (mAh cm⁻² V⁻¹)"


def test_measured_curves_are_points_beside_the_computed_one(curves):
    curve = curves[(curves["Direction"] == "charge") & (curves["C-rate"] == 1)]
    named = {"Data": "mine", "Compared": True, "Measured voltage [V]": curve[VOLTAGE]}
    figure = plot.compare_differential_capacity(curve.assign(**named))
    model, measured = figure.axes[0].lines[:2]
    assert np.isin(measured.get_ydata(), model.get_ydata()).all()
    overlaid = plot.differential_capacity(curve, curve.assign(Data="mine"))
    drawn = [line.get_marker() for line in overlaid.axes[0].lines]
    assert "^" in drawn


def test_without_curves_there_is_a_sentence(curves):
    for draw in (plot.differential_capacity, plot.compare_differential_capacity):
        figure = draw(pd.DataFrame(columns=curves.columns))
        assert figure.texts[0].get_text().startswith("No ")
