"""Files of curves: as few rows as straight lines need; one column pair a curve."""

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns
from nfpcell.reports import curve_tables
from nfpcell.simulation.constant_current import simulate


@pytest.fixture(scope="module")
def curves():
    return simulate("C", [0.2, 1], [30, -20], "both", "particle", curves=True)[1]


def _each(table):
    return table.groupby(list(columns.CONDITION), sort=False)


@pytest.mark.slow
def test_lines_between_the_rows_follow_every_curve(curves):
    shorter = curve_tables.without_needless_rows(curves)
    assert len(shorter) < 0.5 * len(curves)
    for (key, curve), (other, kept) in zip(_each(curves), _each(shorter), strict=True):
        assert key == other
        assert curve.iloc[[0, -1]].equals(kept.iloc[[0, -1]])
        time = curve["Time [s]"], kept["Time [s]"]
        for name in (columns.VOLTAGE, *columns.OVERPOTENTIALS):
            line = np.interp(*time, kept[name])
            assert np.abs(line - curve[name]).max() <= curve_tables.LARGEST_DEVIATION
        line = np.interp(*time, kept[columns.CAPACITY])
        assert np.abs(line - curve[columns.CAPACITY]).max() < 1e-5


def test_a_line_needs_its_ends_and_a_corner_stays():
    time = np.linspace(0, 10, 101)
    table = pd.DataFrame(
        {
            **dict(zip(columns.CONDITION, ("C", "charge", 1.0, 30.0), strict=True)),
            columns.TIME: time,
            columns.VOLTAGE: np.where(time < 4, 3.0 + 0.1 * time, 3.4),
            columns.CURRENT: 1.0,
        }
    )
    kept = curve_tables.without_needless_rows(table)
    assert kept[columns.TIME].tolist() == pytest.approx([0, 4, 10])


def test_wide_has_a_pair_of_columns_for_each_curve(curves):
    wide = curve_tables.wide(curves)
    assert len(wide.columns) == 2 * len(_each(curves))
    heading = "Voltage [V] (C, discharge, 0.2C, -20 degC)"
    place = list(wide).index(heading)
    capacity = "Specific capacity [mA.h.g-1] (C, discharge, 0.2C, -20 degC)"
    assert list(wide)[place - 1] == capacity
    curve = _each(curves).get_group(("C", "discharge", 0.2, -20.0))
    assert wide[heading].dropna().tolist() == curve[columns.VOLTAGE].tolist()


def test_no_curves_no_files():
    assert curve_tables.files(None, as_wide=True) == {}
    nothing = pd.DataFrame(columns=[*columns.CONDITION, *columns.CURVE])
    assert list(curve_tables.files(nothing, as_wide=True)) == ["curves.csv"]
