"""Measured files beside the model, without a fit."""

import numpy as np
import pandas as pd
import pytest

import nfpcell
from nfpcell import columns, plot
from nfpcell.columns import (
    CAPACITY,
    CAPACITY_ERROR,
    COMPUTED_CAPACITY,
    MEASURED_CAPACITY,
    RMS_IMPEDANCE,
    RMS_VOLTAGE,
    STATUS,
    TERMINATION,
)
from nfpcell.errors import DataFileError, NfpcellError, SolveError
from nfpcell.fitting import curve_metrics, objective
from nfpcell.fitting.fit_tables import CURVE_COLUMNS, SPECTRUM_COLUMNS
from nfpcell.fitting.observations import MeasuredCurve
from tests.unit.fitting.measurements import curve_file, spectrum_file

CONTACT = "Contact resistance [Ohm]"
TRUTH = nfpcell.Cell.load("C").with_values({CONTACT: 60.0}, name="truth")


@pytest.fixture(scope="module")
def curve(tmp_path_factory):
    return curve_file(tmp_path_factory.mktemp("measured"), TRUTH, 1.0, 30, points=300)


@pytest.fixture(scope="module")
def spectrum(tmp_path_factory):
    return spectrum_file(tmp_path_factory.mktemp("measured"), TRUTH, 0.5)


def test_the_cell_that_was_measured_differs_by_the_noise(curve):
    (row,) = nfpcell.compare(TRUTH, curve, "particle").to_dict("records")
    assert list(row) == list(columns.COMPARISON)
    assert row["File"] == curve.name
    assert (row["Half-cycle"], row["Cell"], row[STATUS]) == (1, "truth", "ok")
    assert row["Direction"] == "discharge"
    assert row["C-rate"] == pytest.approx(1.0)
    assert row["Ambient temperature [degC]"] == 30
    assert row[RMS_VOLTAGE] == pytest.approx(1.0, rel=0.2)
    assert abs(row[CAPACITY_ERROR]) < 0.05
    assert "temperature" in row["Remark"]


def test_another_cell_differs_as_two_simulations_do(curve):
    table, points = nfpcell.compare("C", [curve], "particle", curves=True)
    (row,) = table.to_dict("records")
    expected = [
        nfpcell.simulate(cell, 1.0, 30, model="particle")[CAPACITY].iloc[0]
        for cell in (TRUTH, "C")
    ]
    assert row[MEASURED_CAPACITY] == pytest.approx(expected[0], rel=1e-3)
    assert row[COMPUTED_CAPACITY] == pytest.approx(expected[1], rel=1e-3)
    error = 100 * (expected[1] / expected[0] - 1)
    assert row[CAPACITY_ERROR] == pytest.approx(error, abs=0.1)
    assert row[RMS_VOLTAGE] > 10

    assert list(points) == CURVE_COLUMNS
    measured = points["Measured voltage [V]"].notna()
    assert measured.sum() == 300
    # the computed curve goes on where the measured one has ended
    beyond = points[~measured]
    assert not beyond["Compared"].any()
    assert beyond[CAPACITY].min() >= points[CAPACITY][measured].max()
    assert beyond[CAPACITY].iloc[-1] == pytest.approx(row[COMPUTED_CAPACITY])
    both = points[measured]
    deviation = 1e3 * (both["Voltage [V]"] - both["Measured voltage [V]"])
    assert np.allclose(both["Deviation [mV]"], deviation)
    compared = both["Deviation [mV]"][both["Compared"]]
    assert row[RMS_VOLTAGE] == pytest.approx(np.sqrt(np.mean(compared**2)))

    figure = plot.compare(points)
    lines = [line.get_ydata() for line in figure.axes[0].lines]
    assert any(np.isclose(y, beyond["Voltage [V]"].iloc[-1]).any() for y in lines)


def test_a_computed_curve_that_ends_first_has_no_voltage_after_its_end(curve):
    worse = nfpcell.Cell.load("C").with_values({CONTACT: 2000.0}, name="worse")
    table, points = nfpcell.compare(worse, curve, "particle", curves=True)
    (row,) = table.to_dict("records")
    assert row[CAPACITY_ERROR] < -10
    late = points[points[CAPACITY] > row[COMPUTED_CAPACITY]]
    assert len(late) > 5
    assert late["Voltage [V]"].isna().all()
    assert np.isfinite(row[RMS_VOLTAGE])


def test_a_start_beyond_the_cutoff_is_a_capacity_of_zero(curve):
    data = nfpcell.Data(curve, start=1.5)
    (row,) = nfpcell.compare("C", data, "particle").to_dict("records")
    assert row[COMPUTED_CAPACITY] == 0
    assert row[CAPACITY_ERROR] == -100
    assert row[TERMINATION] == "starts below the lower cut-off"
    assert np.isnan(row[RMS_VOLTAGE])
    assert row[STATUS] == "ok"


def test_a_part_of_a_discharge_has_no_capacity_to_compare(curve, tmp_path):
    part = tmp_path / "part_30degC.csv"
    lines = curve.read_text().splitlines()
    part.write_text("\n".join(lines[:120]) + "\n")
    table, points = nfpcell.compare(TRUTH, part, "particle", curves=True)
    (row,) = table.to_dict("records")
    assert np.isnan([row[MEASURED_CAPACITY], row[CAPACITY_ERROR]]).all()
    assert row[TERMINATION] == "final time"
    assert row[RMS_VOLTAGE] == pytest.approx(1.0, rel=0.3)
    assert len(points) == 119


def test_spectra_differ_in_per_cent_of_the_modulus(spectrum):
    for cell, low, high in ((TRUTH, 0.3, 0.8), ("C", 5, 60)):
        table, points = nfpcell.compare(
            cell, spectrum, "particle", depth_of_discharge=0.5, curves=True
        )
        (row,) = table.to_dict("records")
        assert low < row[RMS_IMPEDANCE] < high
        assert row["Depth of discharge"] == 0.5
        assert np.isnan(row["Half-cycle"])
        assert np.isnan(row[RMS_VOLTAGE])
        assert list(points) == SPECTRUM_COLUMNS
        assert plot.compare_spectra(points).axes


def test_curves_and_spectra_in_one_table(curve, spectrum):
    data = [curve, nfpcell.Data(spectrum, depth_of_discharge=0.5)]
    table, points = nfpcell.compare(TRUTH, data, "particle", curves=True)
    assert table[[RMS_VOLTAGE, RMS_IMPEDANCE]].notna().to_numpy().tolist() == [
        [True, False],
        [False, True],
    ]
    assert set(points) == {*CURVE_COLUMNS, *SPECTRUM_COLUMNS}
    assert len(plot.compare(points).axes) == len(plot.compare_spectra(points).axes)


def test_one_depth_is_that_of_all_spectra_of_a_file(spectrum, tmp_path):
    lines = spectrum.read_text().splitlines()
    two = tmp_path / "two_30degC.csv"
    two.write_text("\n".join([*lines, *lines[1:]]).replace("\n1e+06", "\n1.1e+06", 1))
    data = nfpcell.Data(two, depth_of_discharge=(0.5,))
    table = nfpcell.compare(TRUTH, data, "particle")
    assert table["Depth of discharge"].tolist() == [0.5, 0.5]
    with pytest.raises(DataFileError, match="3 depths of discharge are given for 2"):
        nfpcell.compare(TRUTH, two, depth_of_discharge=[0.1, 0.2, 0.3])


def test_several_cells_each_have_their_rows(curve):
    table, points = nfpcell.compare([TRUTH, "C"], curve, "particle", curves=True)
    assert table["Cell"].tolist() == ["truth", "C"]
    assert table[RMS_VOLTAGE].is_monotonic_increasing
    assert table["Data"].nunique() == 2
    assert points.groupby("Data")["Cell"].unique().str.len().eq(1).all()
    assert len(plot.compare(points).axes) == 4
    same = TRUTH.with_values({CONTACT: 1.0}, name="C")
    with pytest.raises(NfpcellError, match="have the same name"):
        nfpcell.compare([same, "C"], curve)


def test_files_of_one_name_are_told_apart(curve, tmp_path):
    other = tmp_path / curve.name
    other.write_text("\n".join(curve.read_text().splitlines()[:150]) + "\n")
    table, points = nfpcell.compare(TRUTH, [curve, other], "particle", curves=True)
    assert table["Data"].nunique() == points["Data"].nunique() == 2


def test_what_cannot_be_computed_says_why(curve, spectrum, monkeypatch):
    def never(pairs, *_, **__):
        return [SolveError("it does not start")] * len(pairs)

    monkeypatch.setattr(objective, "starting_voltages", never)
    data = [curve, nfpcell.Data(spectrum, depth_of_discharge=0.5)]
    table, points = nfpcell.compare("C", data, "particle", curves=True)
    assert table[STATUS].tolist() == ["it does not start", "ok"]
    assert table[COMPUTED_CAPACITY].isna().all()
    assert set(points["Data"]) == {table["Data"][1]}


@pytest.mark.parametrize(
    ("data", "what"),
    [([], "no data to compare"), (7, "right would be a list of paths")],
)
def test_no_data_is_refused(data, what):
    with pytest.raises(NfpcellError, match=what):
        nfpcell.compare("C", data)


@pytest.mark.parametrize(
    ("direction", "voltages", "place"),
    [
        ("discharge", [3.0, 2.5, 2.01, 2.003], 3),
        ("discharge", [3.0, 2.5, 1.99, 1.9], 2),
        ("discharge", [3.0, 2.5, 2.3], None),
        ("charge", [3.0, 4.45], 1),
        ("charge", [3.0, 2.0, 4.3], None),
    ],
)
def test_where_a_curve_reaches_its_cutoff(direction, voltages, place):
    charge = np.arange(1.0, len(voltages) + 1)
    curve = MeasuredCurve("x", "C", direction, 1.0, 30, charge, np.array(voltages))
    assert curve_metrics.at_cutoff(nfpcell.Cell.load("C"), curve) == place


def test_tables_without_results_are_empty(monkeypatch, curve):
    def never(pairs, *_, **__):
        return [SolveError("it does not start")] * len(pairs)

    monkeypatch.setattr(objective, "starting_voltages", never)
    _, points = nfpcell.compare("C", curve, "particle", curves=True)
    assert isinstance(points, pd.DataFrame)
    assert points.empty
    assert list(points) == CURVE_COLUMNS
