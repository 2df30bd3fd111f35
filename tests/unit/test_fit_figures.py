"""Figures of a fit: axes and legends."""

import numpy as np
import pandas as pd
import pytest

from nfpcell.figures import fit_figures
from nfpcell.fitting.fit_tables import BAND_COLUMNS, CURVE_COLUMNS, SPECTRUM_COLUMNS


def _curve(label, direction="discharge", rate=0.5, temperature=30.0, points=200):
    charge = np.linspace(0, 80, points)
    voltage = 3.2 - 0.01 * charge
    compared = np.ones(points, bool)
    if direction == "charge":
        # one point at the cut-off, far above all others
        voltage = voltage[::-1].copy()
        voltage[-1], compared[-1] = 4.5, False
    off = 1e-3 * np.sin(np.arange(points))
    rows = {
        "Data": label,
        "Cell": "C",
        "Direction": direction,
        "C-rate": rate,
        "Ambient temperature [degC]": temperature,
        "Specific capacity [mA.h.g-1]": charge,
        "Measured voltage [V]": voltage,
        "Voltage [V]": voltage + off,
        "Deviation [mV]": 1e3 * off,
        "Compared": compared,
    }
    return pd.DataFrame(rows)[CURVE_COLUMNS]


def _spectrum(label, resistance=90.0, tail=0.0):
    frequencies = np.geomspace(1e5, 0.025, 50)
    omega = 2 * np.pi * frequencies
    Z = 50 + resistance / (1 + 1e-3j * omega) + tail / (1j * omega)
    rows = {
        "Data": label,
        "Cell": "C",
        "Ambient temperature [degC]": 30.0,
        "Frequency [Hz]": frequencies,
        "Measured Z_re [Ohm]": Z.real,
        "Measured Z_im [Ohm]": Z.imag,
        "Z_re [Ohm]": 1.002 * Z.real,
        "Z_im [Ohm]": 0.998 * Z.imag,
    }
    return pd.DataFrame(rows)[SPECTRUM_COLUMNS]


def _bands(width, measured=None):
    rows = [
        ("C", "discharge", 30.0, rate, 80 - 10 * rate, 80 - 10 * rate - width / 2)
        for rate in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
    ]
    rows = [(*row, row[-1] + width, np.nan) for row in rows]
    if measured:
        rows.append(("C", "discharge", 30.0, 0.5, *[np.nan] * 3, measured))
    return pd.DataFrame(rows, columns=BAND_COLUMNS)


def _legend(figure):
    legends = [*figure.legends, *(a.get_legend() for a in figure.axes)]
    return [t.get_text() for one in legends if one for t in one.get_texts()]


def _ticks(axis):
    low, high = sorted(axis.get_view_interval())
    return [
        label.get_text()
        for place, label in zip(
            axis.get_majorticklocs(), axis.get_ticklabels(), strict=True
        )
        if low <= place <= high
    ]


# ------------------------------------------------------------------------- the curves
def test_rates_are_written_as_numbers():
    table = pd.concat([_curve("a", rate=489.6), _curve("b", rate=0.1997)])
    assert {"490C", "0.2C"} <= set(_legend(fit_figures.fitted_curves(table)))


def test_both_panels_show_the_direction():
    table = pd.concat([_curve("a"), _curve("b", "charge")])
    figure = fit_figures.fitted_curves(table)
    words = ("measured, discharge", "measured, charge", "model, charge")
    assert set(words) <= set(_legend(figure))
    for axes in figure.axes:
        markers = {line.get_marker() for line in axes.lines}
        assert {"o", "^"} <= markers
    one_way = _legend(fit_figures.fitted_curves(_curve("a")))
    assert "measured" in one_way
    assert "measured, discharge" not in one_way


def test_the_last_point_of_a_charge_does_not_set_the_voltage_axis():
    above, _ = fit_figures.fitted_curves(_curve("a", "charge")).axes
    assert above.get_ylim()[1] < 4


def test_large_capacities_have_plain_numbers():
    table = _curve("a")
    table["Specific capacity [mA.h.g-1]"] *= 2e4
    figure = fit_figures.fitted_curves(table)
    figure.draw_without_rendering()
    below = figure.axes[1]
    assert below.get_xlabel() == "Specific capacity (Ah g⁻¹)"
    assert below.xaxis.get_offset_text().get_text() == ""
    assert "1000" in _ticks(below.xaxis)


def test_markers_of_dense_data_keep_their_distance():
    dense = pd.concat([_curve("a", points=5000), _curve("b", rate=2.0, points=3000)])
    # the second ends at once
    dense.loc[dense["Data"] == "b", "Specific capacity [mA.h.g-1]"] *= 1e-4
    above, _ = fit_figures.fitted_curves(dense).axes
    first, second = (
        len(line.get_xdata()) for line in above.lines if line.get_marker() == "o"
    )
    assert 20 < first < 60
    assert second < 40


# ------------------------------------------------------------------------ the spectra
@pytest.mark.slow
@pytest.mark.parametrize("tail", [0.0, 30.0])
def test_a_nyquist_panel_starts_at_zero_on_equal_scales(tail):
    table = pd.concat([_spectrum("a"), _spectrum("b", 300.0, tail)])
    figure = fit_figures.fitted_spectra(table)
    figure.draw_without_rendering()
    upper = figure.axes[:2]
    for axes, (_, own) in zip(upper, table.groupby("Data"), strict=True):
        low, high = axes.get_ylim()
        assert -0.2 * high < low < 0
        assert high > -own["Measured Z_im [Ohm]"].min()
        left, right = axes.get_xlim()
        assert left < own["Measured Z_re [Ohm]"].min()
        assert right > own["Measured Z_re [Ohm]"].max()
        box = axes.get_window_extent()
        scales = box.width / (right - left), box.height / (high - low)
        assert scales[0] == pytest.approx(scales[1], rel=1e-3)
        if not tail:
            assert box.width > 1.6 * box.height


@pytest.mark.slow
def test_many_spectra_stand_in_rows():
    table = pd.concat([_spectrum(f"{number}") for number in range(8)])
    figure = fit_figures.fitted_spectra(table)
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == [*"012345"]
    width, height = figure.get_size_inches()
    assert width < 2 * height
    assert _legend(figure) == ["measured", "model", "Re Z", "Im Z"]
    assert len(fit_figures.fitted_spectra(table[table["Data"] < "5"]).axes) == 10


def test_differences_of_a_spectrum_have_markers_and_their_own_legend():
    figure = fit_figures.fitted_spectra(_spectrum("a"))
    above, below = figure.axes
    assert [t.get_text() for t in above.get_legend().get_texts()] == [
        "measured",
        "model",
    ]
    entries = [t.get_text() for t in below.get_legend().get_texts()]
    assert entries == ["Re Z", "Im Z"]
    left = [line for line in below.lines if len(line.get_xdata()) > 2]
    assert {line.get_linestyle() for line in left} == {"None"}


# --------------------------------------------------------------------- the prediction
def test_the_band_and_its_width_are_in_the_legend():
    legend = _legend(fit_figures.predicted_capacity(_bands(0.012, measured=75.2)))
    assert any("95 % band" in text and "0.012 mAh" in text for text in legend)
    assert "measured" in legend
    legend = _legend(fit_figures.predicted_capacity(_bands(0.0)))
    assert any("no band" in text for text in legend)
    assert "measured" not in legend


def test_a_prediction_fills_its_panel_and_names_its_rates():
    figure = fit_figures.predicted_capacity(_bands(0.5, measured=90.0))
    figure.draw_without_rendering()
    (axes,) = figure.axes
    low, high = axes.get_ylim()
    assert 50 < low < 60
    assert 90 < high < 100
    assert _ticks(axes.xaxis) == ["0.05", "0.1", "0.2", "0.5", "1", "2"]


def test_a_table_without_rows_gives_a_sentence():
    for draw, columns in (
        (fit_figures.fitted_curves, CURVE_COLUMNS),
        (fit_figures.fitted_spectra, SPECTRUM_COLUMNS),
        (fit_figures.predicted_capacity, BAND_COLUMNS),
    ):
        assert draw(pd.DataFrame(columns=columns)).texts
