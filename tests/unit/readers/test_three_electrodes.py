"""The voltage of cells with three electrodes: between working and counter electrode."""

import numpy as np
import pytest

from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import measurement, mpr, rows, spectrum

T = measurement()
COUNTER = np.full(len(T.time), -0.15)
CELL = T.voltage - COUNTER
BINARY = {4: T.time, 11: 1e3 * T.current, 6: T.voltage, 9: COUNTER}
REMARK = 'voltage is taken between working and counter electrode, not from "{}"'
TEXTS = {
    "cell.mpt": "EC-Lab ASCII FILE\nNb header lines : 3\n"
    "time/s\t<I>/mA\tEwe/V\tEce/V\tEwe-Ece/V\n"
    + rows(T.time, 1e3 * T.current, T.voltage, COUNTER, CELL, separator="\t"),
    "without.mpt": "time/s\t<I>/mA\tEwe/V\tEce/V\n"
    + rows(T.time, 1e3 * T.current, T.voltage, COUNTER, separator="\t"),
    "squidstat.csv": "Elapsed Time (s),Current (A),Working Electrode (V),"
    "Counter Electrode (V)\n" + rows(T.time, T.current, T.voltage, COUNTER),
    "nova.txt": "Time (s);WE(1).Potential (V);WE(1).Current (A);CE(1).Potential (V)\n"
    + rows(T.time, T.voltage, T.current, COUNTER, separator=";"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(tmp_path, name):
    path = tmp_path / name
    path.write_text(TEXTS[name], encoding="utf-8")
    found = read(path)
    np.testing.assert_allclose(found.table["Voltage [V]"], CELL, rtol=1e-6)
    (remark,) = (r for r in found.remarks if "electrode" in r)
    assert remark in {
        REMARK.format(title)
        for title in ("Ewe/V", "Working Electrode (V)", "WE(1).Potential (V)")
    }


@pytest.mark.parametrize("columns", [BINARY, {**BINARY, 27: CELL}])
def test_mpr_as_its_text(tmp_path, columns):
    path = tmp_path / "cell.mpr"
    path.write_bytes(mpr(columns))
    found = read(path)
    np.testing.assert_allclose(found.table["Voltage [V]"], CELL, rtol=1e-6)
    assert found.remarks == (REMARK.format("Ewe/V"),)


def test_the_voltage_of_a_cell_stays(tmp_path):
    path = tmp_path / "cell.csv"
    head = "Time [s],Current [A],Voltage [V],Ece/V,Ewe/V\n"
    body = rows(T.time, T.current, T.voltage, COUNTER, T.voltage + COUNTER)
    path.write_text(head + body, encoding="utf-8")
    found = read(path)
    np.testing.assert_allclose(found.table["Voltage [V]"], T.voltage, rtol=1e-6)
    assert found.remarks == ('voltage is taken from "Voltage [V]", not from "Ewe/V"',)


def test_an_empty_counter_electrode_is_not_subtracted(tmp_path):
    path = tmp_path / "cell.mpr"
    path.write_bytes(mpr({**BINARY, 9: np.full(len(T.time), np.nan)}))
    found = read(path)
    np.testing.assert_allclose(found.table["Voltage [V]"], T.voltage, rtol=1e-6)
    assert '"Ece/V" is empty and is not subtracted' in found.remarks


@pytest.mark.parametrize("means", [{77: 2.9, 471: -0.2}, {77: 2.9}, {}])
def test_the_voltage_of_a_spectrum(tmp_path, means):
    frequency, impedance = spectrum()
    columns = {32: frequency, 37: impedance.real, 38: -impedance.imag}
    values = {4: 1.0, 6: 2.9, 9: -0.2, **means}
    columns |= {k: np.full(len(frequency), v) for k, v in values.items()}
    path = tmp_path / "cell.mpr"
    path.write_bytes(mpr(columns))
    (one,) = read(path).spectra
    assert one.voltage == pytest.approx(3.1)


def test_the_impedance_between_the_electrodes_is_told(tmp_path):
    frequency, impedance = spectrum()
    path = tmp_path / "cell.mpt"
    head = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\tRe(Zwe-ce)/Ohm\t-Im(Zwe-ce)/Ohm\n"
    both = (impedance.real, -impedance.imag, impedance.real + 1, -impedance.imag)
    path.write_text(head + rows(frequency, *both, separator="\t"), encoding="utf-8")
    found = read(path)
    np.testing.assert_allclose(found.spectra[0].Z, impedance, rtol=1e-6)
    told = 'impedance is that of the working electrode, not "Re(Zwe-ce)/Ohm"'
    assert told in found.remarks
