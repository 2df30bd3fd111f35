"""Stretches without rows: refused, filled by the capacity, or remarked."""

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.measured.protocol_files import (
    AMPERE,
    SimpleCell,
    assert_truth,
    by_factors,
    every,
    one_cycle,
    read_back,
)
from tests.unit.readers.instrument_files import rows

HEAD = "Time [s],Voltage [V],Current [A]"
FULL = AMPERE  # A.h, in an hour


def _discharge(rows_of_it=120, start=0.0):
    """Time, voltage, current and capacity of an hour; a delay of the voltage first."""
    t = np.concatenate([np.geomspace(0.01, 10, 12), np.linspace(30, 3600, rows_of_it)])
    v = 3.1 - 0.9 * (t / 3600) ** 2 - 0.1 * np.exp(-t / 2)
    return np.array([start + t, v, np.full(len(t), AMPERE), AMPERE * t / 3600])


def _charge(start=0.0):
    t, v, i, q = _discharge()
    return np.array([start + t, 5.6 - v, i, q])


def _halves(tmp_path, table, capacity=False):
    path = tmp_path / "cell.csv"
    head = HEAD + (",Capacity [A.h]" if capacity else "") + "\n"
    path.write_text(head + rows(*table[: 3 + capacity]))
    return half_cycles(read(path))


def _without(table, first, last):
    """A table without the rows from one time to another."""
    return table[:, (table[0] < first) | (table[0] > last)]


BEGINNING, MIDDLE, END = (2, 2000), (1000, 2500), (1500, 3550)


@pytest.mark.parametrize("gap", [BEGINNING, MIDDLE, END])
@pytest.mark.parametrize("count", [24, 120, 600])
@pytest.mark.parametrize("rest", [False, True])
def test_a_gap_under_current_is_refused(tmp_path, gap, count, rest):
    table = _discharge(count)
    idle = np.array([[-600, 3.2, 0, 0], [0, 3.2, 0, 0]]).T
    whole = np.hstack([idle, table]) if rest else table
    (half,) = _halves(tmp_path, whole)
    assert half.capacity[-1] == pytest.approx(FULL, rel=0.02)
    assert not any("no rows" in remark for remark in half.remarks)
    cut = _without(table, *gap)
    with pytest.raises(DataFileError, match=r"no rows .* while the current flows; rig"):
        _halves(tmp_path, np.hstack([idle, cut]) if rest else cut)


@pytest.mark.parametrize("gap", [BEGINNING, MIDDLE, END])
def test_a_gap_that_is_counted_is_read(tmp_path, gap):
    (half,) = _halves(tmp_path, _without(_discharge(), *gap), capacity=True)
    assert half.time[-1] == pytest.approx(3600, rel=1e-3)
    assert half.capacity[-1] == pytest.approx(FULL, rel=1e-3)
    assert any("no rows for" in remark for remark in half.remarks)


def test_a_counted_beginning_without_any_row(tmp_path):
    table = _without(_discharge(), -1, 1800)
    (half,) = _halves(tmp_path, table, capacity=True)
    assert half.time[0] == pytest.approx(table[0, 0])
    assert half.capacity[-1] == pytest.approx(FULL, rel=1e-3)
    assert any("during which the capacity was counted" in r for r in half.remarks)
    # the same after a charge and a rest, signed, counted anew or through
    charge = _charge()
    rest = np.array([[t, 3.3, 0, FULL] for t in range(3660, 4801, 60)]).T
    later = table * np.array([[1], [1], [-1], [1]]) + np.array([[4800], [0], [0], [0]])
    for counts in (later[3], FULL - later[3]):
        whole = np.hstack([charge, rest, np.vstack([later[:3], counts])])
        first, half = _halves(tmp_path, whole, capacity=True)
        assert (first.direction, half.direction) == ("charge", "discharge")
        assert half.capacity[-1] == pytest.approx(FULL, rel=1e-2)
        assert half.rest == pytest.approx(4800 - 3660, rel=0.02)
    # without the count a remark says that the beginning is missing
    (half,) = _halves(tmp_path, table)
    assert any("taken as the start" in remark for remark in half.remarks)
    _, half = _halves(tmp_path, whole)
    assert any("taken as a pause" in remark for remark in half.remarks)


def test_a_rest_is_no_gap(tmp_path):
    # a row when it begins, one when it ends, or one an hour
    signs = np.array([[1], [1], [-1], [1]])
    for times in ((3601, 7200), (3601, 7201, 10801)):
        idle = np.array([[t, 2.4, 0, 0] for t in times]).T
        table = np.hstack([_discharge(), idle, _charge(times[-1]) * signs])
        halves = _halves(tmp_path, table)
        assert [half.direction for half in halves] == ["discharge", "charge"]
        assert halves[1].rest == pytest.approx(times[-1] - 3601, abs=1)
        for half in halves:
            assert half.capacity[-1] == pytest.approx(FULL, rel=1e-2)
            assert not any("no rows" in remark for remark in half.remarks)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("capacity", [False, True])
def test_a_long_pause_between_half_cycles_is_accepted(tmp_path, signed, capacity):
    charge = _charge(10_000.0) * np.array([[1], [1], [-1 if signed else 1], [1]])
    halves = _halves(tmp_path, np.hstack([_discharge(), charge]), capacity)
    assert [half.direction for half in halves] == ["discharge", "charge"]
    for half in halves:
        assert half.capacity[-1] == pytest.approx(FULL, rel=1e-2)
    assert any("taken as a pause" in remark for remark in halves[1].remarks)


@pytest.mark.parametrize("count", [24, 120])
@pytest.mark.parametrize("first", [0, 12])
def test_discharges_without_the_charges_between(tmp_path, count, first):
    starts = (0.0, 9000.0, 18_000.0)
    parts = [_discharge(count, start)[:, first:] for start in starts]
    halves = _halves(tmp_path, np.hstack(parts))
    assert [half.direction for half in halves] == ["discharge"] * 3
    for half in halves:
        assert half.capacity[-1] == pytest.approx(FULL, rel=1e-2)


@pytest.mark.parametrize("factor", [1.1, 1.18, 1.5, 2, 3, 10])
def test_a_time_that_grows_by_factors_has_no_gap(tmp_path, factor):
    rest = by_factors(factor)
    cell = SimpleCell(x=0.98).rest(600).step(-AMPERE, 8000, by_factors(factor))
    cell.rest(3600, rest).step(AMPERE, 8000, by_factors(factor))
    halves = read_back(tmp_path, cell.table, "t v i")
    assert_truth(halves, cell.truth)
    assert not any("no rows" in remark for half in halves for remark in half.remarks)


def test_steps_of_one_two_and_five(tmp_path):
    def times(duration):
        decades = 10.0 ** np.arange(-1, 5)[:, None] * [1, 2, 5]
        return np.append(decades[decades < duration], duration)

    cell = SimpleCell(x=0.98).step(-AMPERE, 8000, times)
    assert_truth(read_back(tmp_path, cell.table, "t v i"), cell.truth)


def test_a_gap_in_a_time_that_grows_by_factors(tmp_path):
    table = SimpleCell(x=0.98).step(-AMPERE, 8000, by_factors(1.2)).table
    cut = table[(table["t"] < 300) | (table["t"] > 5000)]
    with pytest.raises(DataFileError, match="while the current flows"):
        read_back(tmp_path, cut, "t v i")


def test_rows_at_equal_steps_of_the_voltage(tmp_path):
    cell = SimpleCell().step(AMPERE, 20_000, every(5))
    table, kept = cell.table, [0]
    for row, voltage in enumerate(table["v"]):
        if abs(voltage - table["v"][kept[-1]]) >= 0.01:
            kept.append(row)
    (half,) = read_back(tmp_path, table.iloc[kept], "t v i")
    assert half.current == pytest.approx(AMPERE)
    assert not any("no rows" in remark for remark in half.remarks)


def test_a_change_of_the_clock_and_a_pause(tmp_path):
    cell = one_cycle()
    table = cell.table
    table.loc[150:, "t"] += 3600
    halves = read_back(tmp_path, table, "t v i charge discharge")
    assert_truth(halves, cell.truth)
    assert any("a change of the clock" in remark for remark in halves[0].remarks)
    # without a count, nothing tells whether the current flowed
    with pytest.raises(DataFileError, match="while the current flows"):
        read_back(tmp_path, table, "t v i")
    # the voltage has relaxed in a pause of 20 000 s
    cell = SimpleCell().rest(600).step(AMPERE, 5000)
    cell._pass(0.0, 20_000)
    cell.number -= 1
    cell.step(AMPERE, 4000)
    halves = read_back(tmp_path, cell.table, "t v i charge discharge")
    assert_truth(halves, cell.truth, 0.02)
    assert any("taken as a pause" in remark for remark in halves[1].remarks)


def test_a_count_of_zero_in_the_first_row_is_the_start(tmp_path):
    """The time does not begin at zero, and the capacity says that no charge passed."""
    time = 1000.0 + 600.0 * np.arange(30)
    charge = AMPERE * (time - time[0]) / 3600
    voltage = np.linspace(2.6, 4.4, 30)
    path = tmp_path / "cell.csv"
    body = rows(time, voltage, np.full(30, AMPERE), charge)
    path.write_text(f"{HEAD},Capacity [A.h]\n{body}")
    (charged,) = half_cycles(path)
    assert charged.time[0] == 0
    assert charged.time[-1] == pytest.approx(29 * 600)


@pytest.mark.parametrize("duration", [160.0, 780.0])
@pytest.mark.parametrize("timed", [True, False])
def test_no_current_flows_through_spectra_without_a_current(tmp_path, duration, timed):
    frequencies = np.logspace(5, -1, 25)
    impedance = 30 + 100 / (1 + 2e-4j * np.pi * frequencies)
    lines, time = [f"{HEAD},Frequency [Hz],Z_re [Ohm],Z_im [Ohm]"], -60.0
    for start in np.linspace(3.1, 2.5, 3):
        for row in range(20):
            time += 60
            lines.append(f"{time},{start - 0.01 * row},-0.0001,,,")
        for k, (f, z) in enumerate(zip(frequencies, impedance, strict=True)):
            moment = time + duration * k / 25 if timed else ""
            lines.append(f"{moment},{start - 0.19},,{f},{z.real},{z.imag}")
        time += duration
    path = tmp_path / "interrupted.csv"
    path.write_text("\n".join(lines))
    halves = half_cycles(path)
    assert [half.time[-1] for half in halves] == [1140.0] * 3
    assert [half.capacity[-1] for half in halves] == pytest.approx([0.114 / 3600] * 3)
