"""Single rows that are wrong do not cut a half-cycle; real interruptions do."""

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from tests.unit.measured.protocol_files import (
    AMPERE,
    SimpleCell,
    assert_truth,
    every,
    one_cycle,
    read_back,
)


def _small_current():
    """300 rows of a charge at 50 µA with 1 % of noise, and a row 6 % above."""
    random = np.random.default_rng(7)
    current = 5e-5 * (1 + 0.01 * random.normal(size=300))
    current[[70, 140, 220]] *= 1.06
    t = 300.0 * np.arange(300)
    v = 2.4 + 1.6 * (np.arange(300) / 299) ** 2
    cell = SimpleCell()
    cell.rows = [{"t": t[k], "v": v[k], "i": current[k]} for k in range(300)]
    cell.truth = [("charge", 5e-5, t[-1], 5e-5 * t[-1] / 3600)]
    return cell


def test_noise_of_a_small_current(tmp_path):
    cell = _small_current()
    (half,) = read_back(tmp_path, cell.table, "t v i")
    assert_truth([half], cell.truth)
    assert (half.voltage[0], half.cut_off) == (2.4, 4.0)


@pytest.mark.parametrize("value", [0.0, -AMPERE, 13 * AMPERE, 0.3 * AMPERE])
@pytest.mark.parametrize("columns", ["t v i", "t v i charge discharge"])
def test_single_rows_of_another_current(tmp_path, value, columns):
    cell = one_cycle()
    table = cell.table
    table.loc[[50, 90, 91, 140, 300, 351], "i"] = value
    halves = read_back(tmp_path, table, columns)
    assert_truth(halves, cell.truth)
    assert any("single rows (" in remark for remark in halves[0].remarks)
    assert halves[1].rest == pytest.approx(1800, rel=1e-2)


@pytest.mark.parametrize("noise", [1e-3, 0.01, 0.03, 0.1])
@pytest.mark.parametrize("columns", ["t v i", "t v i charge discharge"])
def test_noise_also_in_the_rest(tmp_path, noise, columns):
    cell, random = one_cycle(), np.random.default_rng(2)
    table = cell.table
    table["i"] += noise * AMPERE * random.normal(size=len(table))
    table["v"] += 2e-4 * random.normal(size=len(table))
    halves = read_back(tmp_path, table, columns)
    assert_truth(halves, cell.truth, 0.02)
    assert halves[1].rest == pytest.approx(1800, rel=0.1)


def test_more_noise_than_current_is_refused(tmp_path):
    table, random = one_cycle().table, np.random.default_rng(2)
    table["i"] += AMPERE * random.normal(size=len(table))
    with pytest.raises(DataFileError, match=r"from row to row it changes by \d+ % of"):
        read_back(tmp_path, table, "t v i")


def test_a_row_of_rest_that_the_voltage_follows_is_one(tmp_path):
    cell = SimpleCell().rest(600)
    for _ in range(4):
        cell.step(AMPERE, 540, every(60)).rest(120, every(120), at_start=False)
    assert_truth(read_back(tmp_path, cell.table, "t v i"), cell.truth)


def test_single_rows_of_another_voltage(tmp_path):
    cell = one_cycle()
    table = cell.table
    table.loc[[100, 300], "v"] = [0.0, 5.0]
    halves = read_back(tmp_path, table, "t v i")
    assert_truth(halves, cell.truth)
    assert max(np.abs(np.diff(halves[1].voltage))) < 0.5
    assert any("single rows (2) are left out" in r for r in halves[0].remarks)


def test_single_rows_of_another_voltage_in_a_fast_half_cycle(tmp_path):
    path = tmp_path / "fast.csv"
    time, voltage = 60.0 * np.arange(61), np.linspace(3.1, 2.0, 61)
    voltage[[20, 40]] = [10.5, 0.0]
    lines = [f"{t},{v},-0.0001" for t, v in zip(time, voltage, strict=True)]
    path.write_text("\n".join(["Time [s],Voltage [V],Current [A]", *lines]))
    (discharge,) = half_cycles(path)
    assert discharge.voltage.max() == 3.1
    assert discharge.voltage.min() == 2.0
    assert any("single rows (2) are left out" in r for r in discharge.remarks)
