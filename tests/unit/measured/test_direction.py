"""Charge or discharge: by words, by counters, by the sign, or by the voltage."""

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from tests.unit.measured.protocol_files import (
    AMPERE,
    SimpleCell,
    assert_truth,
    one_cycle,
    read_back,
)

NAMED = ["state", "word", "charge discharge", "charge_energy discharge_energy"]


def _unsigned(cell):
    table = cell.table
    table["i"] = table["i"].abs()
    return table


def _two_step_charge():
    """A charge whose second step is at a tenth of the current: the voltage falls."""
    first, second = np.arange(61), np.arange(1, 62)
    t = np.concatenate([10 * first, 600 + 60 * second])
    v = np.concatenate([3.3 + 0.005 * first, 3.4 + 0.05 * np.exp(-second / 8)])
    i = np.repeat([1e-3, 1e-4], 61)
    charge = np.cumsum(i * np.diff(t, prepend=0)) / 3600
    cell = SimpleCell()
    cell.rows = [
        {
            "t": t[k],
            "v": v[k],
            "i": i[k],
            "charge": charge[k],
            "discharge": 0.0,
            "charge_energy": charge[k] * 3.4,
            "discharge_energy": 0.0,
            "state": "CC_Chg",
            "word": "CC_Chg",
        }
        for k in range(122)
    ]
    return cell


@pytest.mark.parametrize("columns", NAMED)
def test_a_charge_in_which_the_voltage_falls(tmp_path, columns):
    halves = read_back(tmp_path, _two_step_charge().table, f"t v i {columns}")
    assert [half.direction for half in halves] == ["charge", "charge"]
    assert [half.current for half in halves] == pytest.approx([1e-3, 1e-4], rel=1e-2)
    assert "this charge changes in the wrong direction" in " ".join(halves[1].remarks)


def test_a_lower_current_without_sign_is_ambiguous(tmp_path):
    table = _two_step_charge().table
    with pytest.raises(DataFileError, match="may be a charge or a discharge; ri"):
        read_back(tmp_path, table, "t v i")
    halves = read_back(tmp_path, table, "t v i", sign="charge")
    assert [half.direction for half in halves] == ["charge", "charge"]


@pytest.mark.parametrize("columns", ["", "step", *NAMED])
@pytest.mark.parametrize("rests", [True, False])
def test_a_current_without_sign(tmp_path, columns, rests):
    cell = SimpleCell()
    for _ in range(2):
        cell.step(AMPERE, 20_000)
        cell = cell.rest() if rests else cell
        cell.step(-AMPERE, 20_000)
        cell = cell.rest() if rests else cell
    halves = read_back(tmp_path, _unsigned(cell), f"t v i {columns}")
    assert_truth(halves, cell.truth, 0.02)


def test_a_capacity_that_rises_in_both_directions(tmp_path):
    cell = one_cycle()
    table = cell.table
    table["capacity"] = table["charge"] + table["discharge"]
    for columns in ("t v capacity", "t v capacity state", "t v capacity word"):
        assert_truth(read_back(tmp_path, table, columns), cell.truth)


def test_a_current_without_sign_and_coarse_counters(tmp_path):
    cell = one_cycle()
    table = _unsigned(cell).round({"charge": 5, "discharge": 5})
    halves = read_back(tmp_path, table, "t v i charge discharge")
    assert_truth(halves, cell.truth)


def test_one_word_for_both_directions_is_refused(tmp_path):
    table = _unsigned(one_cycle()).replace({"state": {"CC_DChg": "CC_Chg"}})
    with pytest.raises(DataFileError, match="call a charge; right would be the volt"):
        read_back(tmp_path, table, "t v i state")


def test_words_for_one_of_the_directions(tmp_path):
    cell = one_cycle()
    table = _unsigned(cell).replace({"state": {"CC_DChg": "Tail"}})
    assert_truth(read_back(tmp_path, table, "t v i state"), cell.truth)


def test_words_and_counters_that_contradict_each_other(tmp_path):
    table = one_cycle().table
    swapped = table.rename(columns={"charge": "discharge", "discharge": "charge"})
    with pytest.raises(
        DataFileError,
        match='the state of its rows is "charge", but the counter of discharge rises; ',
    ):
        read_back(tmp_path, swapped, "t v i state charge discharge")
    with pytest.raises(
        DataFileError,
        match=r"falls by .* V in what its states or counters call a charge; right",
    ):
        read_back(tmp_path, swapped, "t v i charge discharge")
    mixed = table.assign(charge=table["charge"] + table["discharge"], discharge=0)
    with pytest.raises(DataFileError, match="has another sign in its discharges than"):
        read_back(tmp_path, mixed, "t v i charge discharge")
    with pytest.raises(DataFileError, match='sign="discharge" contradicts the states'):
        read_back(tmp_path, table, "t v i state", sign="discharge")


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("column", ["Current [mA]", "Capacity [mA.h]"])
def test_pulses_at_constant_voltage_differ_from_the_rest_before(tmp_path, sign, column):
    rows = np.arange(480)
    flows = (rows // 10) % 6 == 5
    voltage = 3.2 + sign * np.where(flows, 0.05 + 1e-3 * (rows % 10), 0)
    passed = np.concatenate([[0], np.cumsum(flows)[:-1]]) * 0.1 / 3600
    values = passed if "Capacity" in column else 0.1 * sign * flows
    lines = [
        f"{r},{v:.4f},{x:.9f}" for r, v, x in zip(rows, voltage, values, strict=True)
    ]
    path = tmp_path / "pulses.csv"
    path.write_text("\n".join([f"Time [s],Voltage [V],{column}", *lines]))
    pulses = half_cycles(path)
    assert {pulse.direction for pulse in pulses} == {
        "charge" if sign > 0 else "discharge"
    }
    assert len(pulses) == 8
