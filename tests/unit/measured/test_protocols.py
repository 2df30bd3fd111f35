"""The half-cycles of ordinary protocols, and how the charge was counted in the file."""

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from tests.unit.measured.protocol_files import (
    AMPERE,
    SimpleCell,
    assert_truth,
    by_factors,
    every,
    one_cycle,
    read_back,
)


def _cccv():
    cell = SimpleCell().rest(600).step(2 * AMPERE, 7200).hold(AMPERE / 10)
    return cell.rest().step(-AMPERE, 20_000)


def _gitt(pause=3600, times=None, at_start=True):
    cell = SimpleCell().rest(600)
    for _ in range(10):
        cell.step(AMPERE, 600, every(30)).rest(pause, times, at_start)
    return cell


def _rate_test():
    cell = SimpleCell().rest(600)
    for rate in (0.2, 1, 4):
        for sign in (1, -1):
            cell.step(sign * rate * AMPERE, 2e5, every(60 / rate)).rest()
    return cell


def _formation():
    cell = SimpleCell().rest(7200).step(0.1 * AMPERE, 7200).step(0.3 * AMPERE, 7200)
    return cell.step(AMPERE, 5000).rest(600).step(-0.3 * AMPERE, 60_000)


def _pulses():
    cell = SimpleCell(x=0.98).rest(3600)
    for _ in range(4):
        cell.step(-3 * AMPERE, 10, every(0.5)).rest(40, every(1))
        cell.step(3 * AMPERE, 10, every(0.5)).rest(600, every(10))
        cell.step(-AMPERE, 1080, every(30)).rest(3600)
    return cell


PROTOCOLS = {
    "one cycle": one_cycle,
    "constant voltage": _cccv,
    "titration": _gitt,
    "titration, rests by factors": lambda: _gitt(3600, by_factors(1.5, 1)),
    "titration, rests of two rows": lambda: _gitt(3600, every(3600)),
    "titration, rests of one row": lambda: _gitt(3600, every(3600), False),
    "rates": _rate_test,
    "formation": _formation,
    "pulses and steps": _pulses,
}


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize(
    "columns",
    [
        "t v i",
        "t v i step charge discharge charge_energy discharge_energy",
        "t v i word",
    ],
)
def test_a_protocol_is_read_back(tmp_path, name, columns):
    cell = PROTOCOLS[name]()
    assert_truth(read_back(tmp_path, cell.table, columns), cell.truth)


def _from_zero(table, group):
    """A table whose counters start at zero in every group."""
    counters = [name for name in table if "charge" in name]
    first = table.groupby(group)[counters].transform("first")
    return table.assign(**{name: table[name] - first[name] for name in counters})


@pytest.mark.parametrize("reset", ["never", "step", "cycle"])
@pytest.mark.parametrize("columns", ["t v i charge discharge", "t v charge discharge"])
def test_counters_that_start_at_zero_again(tmp_path, reset, columns):
    cell = SimpleCell().rest(600)
    for _ in range(3):
        cell.step(AMPERE, 20_000).rest(600).step(-AMPERE, 20_000).rest(600)
    table = cell.table
    table["i"] = table["i"].abs()
    if reset == "step":
        table = _from_zero(table, table["step"])
    elif reset == "cycle":
        table = _from_zero(table, (table["step"] - 2) // 4)
    assert_truth(read_back(tmp_path, table, columns), cell.truth)


def _short_pulses(sign=-1, at_start=False):
    cell = SimpleCell(x=0.8).rest(600)
    for _ in range(6):
        cell.step(sign * AMPERE, 100, every(10), at_start)
        cell.rest(300, every(30), at_start)
    return cell


def test_short_pulses_with_the_capacity_alone(tmp_path):
    # as of a file with a row at the start of each pulse, or none; counted through, or
    # from zero in each pulse
    for at_start in (False, True):
        cell = _short_pulses(at_start=at_start)
        table = cell.table
        table["capacity"] = -table["discharge"]
        halves = read_back(tmp_path, table, "t v capacity")
        assert_truth(halves, cell.truth)
        before = table["v"].to_numpy()[np.flatnonzero(np.diff(table["i"] != 0) > 0)]
        rests = [half.rest_voltage for half in halves]
        assert rests == pytest.approx(before[::2], abs=1e-6)
        # the first row of a step counts from the last row of the step before
        last = table.groupby("step")["discharge"].last().shift(1).fillna(0)
        table["capacity"] = table["discharge"] - table["step"].map(last)
        assert_truth(read_back(tmp_path, table, "t v capacity step"), cell.truth)


def test_pulses_of_both_directions_with_the_capacity_alone(tmp_path):
    cell = SimpleCell(x=0.5).rest(600)
    for _ in range(5):
        cell.step(-AMPERE, 100, every(5)).rest(100, every(5))
        cell.step(AMPERE, 100, every(5)).rest(100, every(5))
    table = cell.table
    table["capacity"] = table["charge"] - table["discharge"]
    assert_truth(read_back(tmp_path, table, "t v capacity"), cell.truth)


def test_a_coarse_capacity_alone(tmp_path):
    cell = SimpleCell().rest(600)
    for _ in range(6):
        cell.step(AMPERE, 1200, every(10)).rest(3600, every(120))
    table = cell.table
    table["capacity"] = np.floor(table["charge"] / 1e-6) * 1e-6
    # a part of the last step of the count is lost
    assert_truth(read_back(tmp_path, table, "t v capacity"), cell.truth, 0.04)


def test_a_drive_profile(tmp_path):
    random = np.random.default_rng(1)
    cell = SimpleCell(x=0.9).rest(100)
    for _ in range(300):
        current, duration = random.normal(0, AMPERE), int(random.integers(1, 4))
        cell.step(current, duration, every(1), at_start=False)
    cell.truth.clear()
    with pytest.raises(DataFileError, match="has no stretch of constant current"):
        read_back(tmp_path, cell.table, "t v i")
    cell.rest().step(-AMPERE, 20_000)
    halves = read_back(tmp_path, cell.table, "t v i")
    assert_truth(halves, cell.truth)
    assert "of changing current" in " ".join(halves[0].remarks)


def test_rows_that_are_missing_or_written_twice(tmp_path):
    cell, random = one_cycle(), np.random.default_rng(3)
    rows = len(cell.table)
    kept = np.flatnonzero(random.random(rows) > 0.15)
    assert_truth(read_back(tmp_path, cell.table.iloc[kept], "t v i"), cell.truth, 0.02)
    twice = np.sort(np.append(np.arange(rows), random.integers(0, rows, 40)))
    assert_truth(read_back(tmp_path, cell.table.iloc[twice], "t v i"), cell.truth)
    block = np.concatenate([np.arange(105), np.arange(100, rows)])
    for columns in ("t v i", "t v i charge discharge"):
        halves = read_back(tmp_path, cell.table.iloc[block], columns)
        assert_truth(halves, cell.truth)
        assert any("5 rows occur twice" in remark for remark in halves[0].remarks)


def test_a_duration_and_a_charge_that_no_cell_has(tmp_path):
    cell = one_cycle()
    table = cell.table
    table["t"] *= 600
    (charge, _) = read_back(tmp_path, table, "t v i")
    assert "it lasts 76 days: check the unit of the time" in charge.remarks
    for nominal, doubted in ((1e-4, True), (3e-4, False), (0.1, True)):
        (charge, _) = read_back(tmp_path, cell.table, "t v i", nominal_capacity=nominal)
        doubts = [r for r in charge.remarks if "times the nominal capacity" in r]
        assert bool(doubts) == doubted


def test_a_rounded_capacity_alone(tmp_path):
    cell = _short_pulses()
    table = cell.table.round({"charge": 8, "discharge": 8})
    assert_truth(read_back(tmp_path, table, "t v charge discharge"), cell.truth, 0.02)


def test_a_capacity_alone_in_times_that_grow_by_factors(tmp_path):
    for factor in (1.3, 2):
        times = by_factors(factor)
        cell = SimpleCell(x=0.98).rest(600).step(-AMPERE, 8000, times)
        table = cell.rest(3600, times).step(AMPERE, 8000, times).table
        table["capacity"] = table["charge"] - table["discharge"]
        assert_truth(read_back(tmp_path, table, "t v capacity"), cell.truth)
