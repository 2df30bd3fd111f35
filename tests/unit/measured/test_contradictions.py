"""Time and current, capacity, and energy of a file check one another."""

import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from tests.unit.measured.protocol_files import one_cycle, read_back

COUNTS, ENERGIES = "charge discharge", "charge_energy discharge_energy"


def _scaled(columns, factor):
    table = one_cycle().table
    # a current that is known to four digits
    table["i"] *= 1.037
    for name in f"{COUNTS} {ENERGIES}".split():
        table[name] *= 1.037
    for name in columns.split():
        table[name] *= factor
    return table


UNITS = [
    ("t", 1 / 60, "Time looks like min"),
    ("t", 1 / 3600, "Time looks like h"),
    ("t", 1e3, "Time looks like ms or Current looks like mA"),
    ("i", 1e3, "Current looks like mA"),
    (COUNTS, 1e3, "Capacity looks like mAh"),
    (COUNTS, 3600, "Capacity looks like C"),
]


@pytest.mark.parametrize(("columns", "factor", "right"), UNITS)
@pytest.mark.parametrize("others", [COUNTS, f"{COUNTS} {ENERGIES}"])
def test_a_wrong_unit_is_refused(tmp_path, columns, factor, right, others):
    larger = max(factor, 1 / factor)
    with pytest.raises(DataFileError) as refused:
        read_back(tmp_path, _scaled(columns, factor), f"t v i {others}")
    message = str(refused.value)
    assert f"a factor of {larger:.4g} between Current times Time" in message
    assert right in message
    assert "\n" not in message
    if others != COUNTS and columns == COUNTS:
        assert "Time looks" not in message


def test_a_wrong_unit_of_the_energy_is_refused(tmp_path):
    with pytest.raises(DataFileError, match="Energy looks like mWh"):
        read_back(tmp_path, _scaled(ENERGIES, 1e3), f"t v i {COUNTS} {ENERGIES}")
    with pytest.raises(DataFileError, match="Time looks like min"):
        read_back(tmp_path, _scaled("t", 1 / 60), f"t v i {ENERGIES}")


@pytest.mark.parametrize(
    ("factor", "refused"),
    [(1.01, False), (1.15, False), (0.87, False), (1.3, True), (0.75, True)],
)
def test_how_far_the_capacity_may_deviate(tmp_path, factor, refused):
    table = _scaled(COUNTS, factor)
    if refused:
        with pytest.raises(DataFileError, match="units that fit"):
            read_back(tmp_path, table, f"t v i {COUNTS}")
        return
    charge, _ = read_back(tmp_path, table, f"t v i {COUNTS}")
    told = any("the current adds up to" in remark for remark in charge.remarks)
    assert told == (abs(factor - 1) > 0.03)


def test_coarse_rows_and_coarse_counts_are_no_contradiction(tmp_path):
    table = one_cycle(seconds=600).table
    halves = read_back(tmp_path, table, f"t v i {COUNTS} {ENERGIES}")
    assert len(halves) == 2
    table = one_cycle().table
    table[COUNTS.split()] = table[COUNTS.split()].round(5)
    halves = read_back(tmp_path, table, f"t v i {COUNTS}")
    assert halves[0].current == pytest.approx(1e-4, rel=1e-3)
    assert not any("adds up to" in remark for half in halves for remark in half.remarks)


@pytest.mark.parametrize("factor", [1 / 3600, 1e-3, 1 / 60, 10, 1e3])
def test_a_power_that_is_not_voltage_times_current_is_refused(tmp_path, factor):
    table = one_cycle().table
    path = tmp_path / "power.csv"
    for size in (1.0, factor):
        power = table["v"] * table["i"] * size
        columns = table[["t", "v", "i"]].assign(p=power)
        columns.columns = ["Time [s]", "Voltage [V]", "Current [A]", "Power [W]"]
        columns.to_csv(path, index=False)
        if size == 1:
            half_cycles(path)
    with pytest.raises(DataFileError, match="times the column Power; right would be"):
        half_cycles(path)


def test_swapped_leads_are_refused(tmp_path):
    table = one_cycle().table
    table["v"] *= -1
    with pytest.raises(DataFileError, match="are the leads swapped"):
        read_back(tmp_path, table, "t v i")


@pytest.mark.parametrize("factor", [1e-184, 1e10])
def test_a_current_that_no_cell_has_is_refused(tmp_path, factor):
    table = one_cycle().table
    table["i"] *= factor
    with pytest.raises(DataFileError, match="the current of one cell in its unit"):
        read_back(tmp_path, table, "t v i")


def test_rows_of_two_cells_in_turn_are_refused(tmp_path):
    path = tmp_path / "channels.csv"
    lines = ["Channel,Time [s],Voltage [V],Current [A]"]
    for row in range(61):
        for channel in (1, 2):
            lines.append(
                f"{channel},{60 * row},{3.2 - 0.02 * row - 0.3 * channel},-1e-4"
            )
    path.write_text("\n".join(lines))
    with pytest.raises(DataFileError, match="right would be the rows of one cell"):
        half_cycles(path)


@pytest.mark.parametrize(("factor", "told"), [(1e-6, True), (1.0, False)])
def test_a_half_cycle_of_less_than_seconds_is_doubted(tmp_path, factor, told):
    table = one_cycle().table
    table["t"] *= factor
    halves = read_back(tmp_path, table, "t v i")
    assert all(told == any("it lasts" in r for r in half.remarks) for half in halves)
