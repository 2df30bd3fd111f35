"""Tables whose columns are divided by blanks, with single blanks within the cells."""

import numpy as np
import pytest

from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import measurement, rows, spectrum

T = measurement()
F, Z = spectrum()


@pytest.mark.parametrize("footer", ["", "\n\nEnd of data"])
def test_headings_with_a_blank_between_name_and_part(tmp_path, footer):
    path = tmp_path / "cell.txt"
    body = rows(F, Z.real, Z.imag, separator="   ")
    path.write_text(f"freq[Hz]   Z re[Ohm]   Z im[Ohm]\n{body}{footer}")
    (one,) = read(path).spectra
    np.testing.assert_allclose(one.Z, Z, rtol=1e-6)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cells_with_a_blank(tmp_path, end):
    words = [{-1: "CC DChg", 0: "Rest", 1: "CC Chg"}[s] for s in np.sign(T.current)]
    times = [f"0d {int(t // 3600):02d}:{int(t // 60) % 60:02d}:00" for t in T.time]
    body = rows(words, times, T.voltage, np.abs(T.current), separator="   ")
    path = tmp_path / "cell.txt"
    text = f"Step Type   Test Time   Voltage [V]   Current [A]\n{body}\n\nEnd of data\n"
    path.write_bytes(text.replace("\n", end).encode())
    discharge, charge = half_cycles(path)
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert charge.time[-1] == pytest.approx(3600, rel=0.02)


def test_units_below_are_not_the_headings_of_another_table(tmp_path):
    path = tmp_path / "cell.csv"
    body = rows(T.step, T.time / 3600, T.voltage, 1e3 * T.current, separator=";")
    path.write_text(f"Step;t;U;I\n;hours;V;mA\n{body}")
    assert len(half_cycles(path)) == 2


def test_ampere_seconds(tmp_path):
    path = tmp_path / "cell.csv"
    body = rows(T.time, T.voltage, 1e3 * T.current, 3600 * T.capacity)
    path.write_text(f"Time [s],Voltage [V],Current [mA],Capacity [As]\n{body}")
    np.testing.assert_allclose(read(path).table["Capacity [A.h]"], T.capacity)


def test_empty_cells_at_the_end_of_the_first_row(tmp_path):
    """The headings stay whole although the first rows have no impedance."""
    path = tmp_path / "cell.txt"
    zeros = [""] * len(T.time)
    curve = rows(T.time, T.voltage, T.current, zeros, zeros, zeros, separator="\t")
    of_spectrum = rows(
        4 * T.time[-1] + np.arange(len(F)),
        0 * F + 3.0,
        0 * F,
        F,
        Z.real,
        Z.imag,
        separator="\t",
    )
    head = "Time [s]\tVoltage [V]\tCurrent [A]\tfreq [Hz]\tZ re[Ohm]\tZ im[Ohm]"
    path.write_text(f"{head}\n{curve}\n{of_spectrum}")
    recording = read(path)
    np.testing.assert_allclose(recording.spectra[0].Z, Z, rtol=1e-6)
    assert len(half_cycles(recording)) == 2


def test_separators_at_the_ends_of_rows(tmp_path):
    path = tmp_path / "cell.txt"
    body = rows(F, Z.real, Z.imag, separator="\t").replace("\n", "\t\n")
    path.write_text(f"freq/Hz\tZ re/Ohm\tZ im/Ohm\t\n{body}\t\n")
    np.testing.assert_allclose(read(path).spectra[0].Z, Z, rtol=1e-6)
