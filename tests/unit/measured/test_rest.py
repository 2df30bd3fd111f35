"""The rest before a half-cycle: its last voltage, and whether it is an equilibrium."""

import numpy as np
import pandas as pd
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.fitting.measured_data import read
from nfpcell.fitting.read_options import Data
from tests.unit.measured.protocol_files import (
    AMPERE,
    SimpleCell,
    every,
    read_back,
    written,
)


def _rested(duration=3600, row=300):
    cell = SimpleCell().rest(duration, every(row)).step(AMPERE, 20_000)
    table = cell.table
    first = int(np.flatnonzero(table["i"] > 0)[0])
    return table, first, float(table["v"][first - 1])


@pytest.mark.parametrize("columns", ["t v i", "t v i step", "t v i state"])
def test_a_row_without_current_that_is_under_load(tmp_path, columns):
    table, first, voltage = _rested()
    loaded = table.iloc[[first]].assign(i=0.0, t=table["t"][first] - 5e-4)
    table = pd.concat([table[:first], loaded, table[first:]], ignore_index=True)
    (half,) = read_back(tmp_path, table, columns)
    assert half.rest_voltage == pytest.approx(voltage, abs=1e-6)
    assert half.rest == pytest.approx(3600, rel=1e-3)


def test_a_first_row_with_a_part_of_the_current(tmp_path):
    table, first, voltage = _rested()
    table.loc[first, "i"] = 0.4 * AMPERE
    (half,) = read_back(tmp_path, table, "t v i")
    assert half.rest_voltage == pytest.approx(voltage, abs=1e-6)
    assert half.rest == pytest.approx(3600, rel=1e-3)


def test_a_rest_whose_end_has_no_row(tmp_path):
    cell = SimpleCell().rest(600).step(AMPERE, 5000).rest(300)
    cell._pass(0.0, 3300)
    cell.step(-AMPERE, 4000)
    _, half = read_back(tmp_path, cell.table, "t v i")
    assert half.rest == pytest.approx(3600, rel=1e-3)
    assert half.rest_voltage is None
    assert any("its last voltage is not known" in remark for remark in half.remarks)


def test_a_rest_that_drifts_is_no_equilibrium(tmp_path):
    for pause, drifts in ((900, True), (18_000, False)):
        cell = SimpleCell().step(AMPERE, 5000).rest(pause).step(-AMPERE, 4000)
        table = cell.table
        table["v"] += 5e-5 * np.random.default_rng(4).normal(size=len(table))
        _, half = read_back(tmp_path, table, "t v i temperature")
        told = [r for r in half.remarks if "mV per hour: it is no equilibrium" in r]
        assert bool(told) == drifts
        assert (half.rest_drift < -2e-3 / 3600) == drifts
        path = written(tmp_path, table, "t v i temperature")
        data = read([Data(path)], {"C": Cell.load("C")})
        remarks = data.recognised["Remarks"].iloc[1]
        assert any("as from an equilibrium" in remark for remark in remarks) == drifts


def test_a_fit_says_when_it_does_not_start_from_a_rest(tmp_path):
    cell = SimpleCell(x=0.5).rest(100, every(10)).step(-AMPERE, 4000)
    path = written(tmp_path, cell.table, "t v i temperature")
    (row,) = read([Data(path)], {"C": Cell.load("C")}).recognised.to_dict("records")
    assert row["Starts from"] == "a slow half-cycle, assumed"
    assert any('right would be start = "rest"' in remark for remark in row["Remarks"])
