"""A temperature that changes within a half-cycle."""

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from tests.unit.measured.protocol_files import one_cycle, read_back, written

COLUMNS = "t v i temperature"


def test_a_change_by_tens_of_degrees_is_refused(tmp_path):
    table = one_cycle().table
    rows = table["step"] == 2
    table.loc[rows, "temperature"] = np.linspace(30, -20, rows.sum())
    with pytest.raises(
        DataFileError,
        match=r"its temperature changes from 29.* to -19.* °C; right",
    ):
        read_back(tmp_path, table, COLUMNS)
    charge, _ = read_back(tmp_path, table, COLUMNS, temperature=25)
    assert charge.temperature == 25
    assert any("in the file it changes from" in remark for remark in charge.remarks)
    # the other half-cycle is at one temperature
    table.loc[table["step"] > 2, "temperature"] = -20
    (discharge,) = read_back(tmp_path, table, COLUMNS, which=2)
    assert discharge.temperature == -20


def test_a_change_by_some_degrees_is_told(tmp_path):
    table = one_cycle().table
    table["temperature"] = 30 + 5 * np.sin(np.arange(len(table)) / 30)
    charge, _ = read_back(tmp_path, table, COLUMNS)
    assert any("its median" in remark for remark in charge.remarks)
    table["temperature"] = 30 + 0.5 * np.sin(np.arange(len(table)) / 30)
    charge, _ = read_back(tmp_path, table, COLUMNS)
    assert "temperature is from the file" in charge.remarks


def test_a_single_wrong_temperature_does_not_count(tmp_path):
    table = one_cycle().table
    table.loc[[80, 300], "temperature"] = [0.0, 99.0]
    charge, _ = read_back(tmp_path, table, COLUMNS)
    assert "temperature is from the file" in charge.remarks


def test_a_name_that_gives_another_temperature(tmp_path):
    path = written(tmp_path, one_cycle().table, COLUMNS, "cell_60degC.csv")
    charge, _ = half_cycles(path)
    assert charge.temperature == 30
    assert any("the file's name gives 60 °C" in remark for remark in charge.remarks)


def test_two_measured_temperatures_are_compared(tmp_path):
    table = one_cycle().table
    rows = np.flatnonzero(table["step"] == 2)
    table["temperature"] = np.nan
    table.loc[rows[[1, -2]], "temperature"] = [30.0, -20.0]
    with pytest.raises(DataFileError, match="temperature changes from 30 to -20 °C"):
        read_back(tmp_path, table, COLUMNS)
