"""The public names for measured files: nfpcell.read and nfpcell.half_cycles."""

import subprocess
import sys

import numpy as np
import pytest

import nfpcell
from tests.unit.readers.instrument_files import AMPERE, measurement, rows, spectrum

T = measurement()
F, Z = spectrum()


@pytest.fixture
def curve_file(tmp_path):
    path = tmp_path / "cell_25degC.csv"
    table = rows(T.time / 60, 1e3 * T.voltage, 1e3 * T.current)
    path.write_text("Time [min],Voltage [mV],Current\n" + table)
    return path


@pytest.fixture
def spectrum_file(tmp_path):
    path = tmp_path / "loops.csv"
    f, z = np.tile(F, 2), np.concatenate([Z, 2 * Z])
    table = rows(f / 1e3, z.real, -z.imag, np.full(len(f), -999.0))
    path.write_text("f [kHz],Re(Z)/Ohm,-Im(Z)/Ohm,Temperature [degC]\n" + table)
    return path


def test_a_curve_has_its_units_in_its_names(curve_file):
    head = curve_file.read_text().replace("Current\n", "Current [mA]\n", 1)
    curve_file.write_text(head)
    recording = nfpcell.read(curve_file)
    assert recording.format == "table of text, 240 rows"
    assert list(recording.table) == ["Time [s]", "Voltage [V]", "Current [A]"]
    np.testing.assert_allclose(recording.table["Time [s]"], T.time, rtol=1e-8)
    np.testing.assert_allclose(recording.table["Voltage [V]"], T.voltage, rtol=1e-8)
    np.testing.assert_allclose(recording.table["Current [A]"], T.current, rtol=1e-8)
    assert recording.spectra == ()
    assert recording.remarks == ()


def test_spectra_are_in_hertz_and_ohms(spectrum_file):
    recording = nfpcell.read(str(spectrum_file))
    assert recording.table is None
    first, second = recording.spectra
    assert (first.name, second.name) == ("loops#1", "loops#2")
    np.testing.assert_allclose(first.frequencies, F, rtol=1e-8)
    np.testing.assert_allclose(second.Z, 2 * Z, rtol=1e-8)
    assert any("has no measured temperature" in remark for remark in recording.remarks)


@pytest.mark.parametrize("as_path", [False, True])
def test_half_cycles_of_a_recording_or_of_a_file(curve_file, as_path):
    # in mA, as the heading does not say
    text = curve_file.read_text().replace("Current\n", "Current [mA]\n", 1)
    curve_file.write_text(text)
    source = curve_file if as_path else nfpcell.read(curve_file)
    discharge, charge = nfpcell.half_cycles(source)
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert charge.current == pytest.approx(AMPERE, rel=1e-6)
    assert charge.time[[0, -1]] == pytest.approx([0, 3540])
    assert charge.capacity[-1] == pytest.approx(AMPERE * 3540 / 3600, rel=1e-6)
    assert charge.voltage[[0, -1]] == pytest.approx([2.5, 4.4])
    assert charge.temperature == 25
    assert charge.rest_voltage == pytest.approx(2.4)
    assert len(charge.time) == len(charge.capacity) == len(charge.voltage) == 60
    assert "temperature 25 °C is from the file's name" in charge.remarks


def test_a_recording_shows_itself_in_a_notebook(curve_file, spectrum_file):
    html = nfpcell.read(curve_file)._repr_html_()
    assert "<b>cell_25degC.csv</b>: table of text, 240 rows" in html
    assert html.count("<tr") == 1 + 5
    assert "<th>Voltage [V]</th>" in html
    assert "<p>240 rows</p>" in html
    assert "<li>no unit is given; assumed are &quot;Current&quot; A</li>" in html
    assert "spectr" not in html
    html = nfpcell.read(spectrum_file)._repr_html_()
    assert "<table" not in html
    assert "<p>2 spectra of 41 frequencies</p>" in html
    assert "<li>" in html


def test_a_notebook_shows_the_text_of_a_file_and_does_not_run_it(tmp_path):
    path = tmp_path / "<script>.csv"
    head = "Time [s],Voltage [V],Current [A],U<script> [V],U [V]\n"
    path.write_text(head + rows(T.time, T.voltage, T.current, T.voltage, T.voltage))
    html = nfpcell.read(path)._repr_html_()
    assert "<script>" not in html
    assert "<b>&lt;script&gt;.csv</b>" in html


@pytest.mark.slow
def test_the_readers_need_nothing_else_of_nfpcell():
    code = (
        "import sys, nfpcell.measured.readers\n"
        "print(*(n for n in sys.modules if n.startswith('nfpcell.')))"
    )
    names = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    others = {n for n in names if not n.startswith("nfpcell.measured.readers")}
    assert others == {"nfpcell.errors", "nfpcell.measured"}
