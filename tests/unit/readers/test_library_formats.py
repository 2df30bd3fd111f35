"""Excel tables, Neware's binary files and Parquet, with and without their libraries."""

import datetime
import io
import sys
import types
import zipfile

import numpy as np
import pandas as pd
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import AMPERE, measurement, spectrum

T = measurement()
F, Z = spectrum()


def _book(path, **sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
    book.save(path)
    return path


def _checked(path):
    discharge, charge = half_cycles(read(path))
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert discharge.current == pytest.approx(AMPERE, rel=2e-3)
    assert discharge.time[-1] == pytest.approx(3600, rel=0.02)
    assert charge.cut_off == pytest.approx(4.4)


def test_an_arbin_book(tmp_path):
    head = ["Data_Point", "Test_Time(s)", "Step_Index", "Current(A)", "Voltage(V)"]
    lines = [
        [k, float(t), int(s), float(i), float(v)]
        for k, (t, s, i, v) in enumerate(
            zip(T.time, T.step, T.current, T.voltage, strict=True)
        )
    ]
    path = _book(
        tmp_path / "arbin.xlsx",
        Global_Info=[["TEST REPORT"], ["", "Test_ID", 12]],
        **{"Channel_1-001_1": [head, *lines[:130]]},
        **{"Channel_1-001_2": [head, *lines[130:]]},
        Statistics_1=[["Cycle_Index", "Charge_Capacity(Ah)"], [1, 0.1]],
    )
    _checked(path)
    assert "Channel_1-001_1, Channel_1-001_2" in read(path).format


def test_a_neware_book_with_times_of_day(tmp_path):
    head = ["DataPoint", "Step Index", "Step Type", "Time", "Total Time", "Current(mA)"]
    head += ["Voltage(V)", "Date"]
    start = datetime.datetime(2024, 5, 1, 9)
    lines = [
        [
            k,
            int(s),
            "CC Chg" if i > 0 else "CC DChg" if i < 0 else "Rest",
            datetime.timedelta(seconds=float(own)),
            datetime.timedelta(seconds=float(t)),
            1e3 * float(i),
            float(v),
            start + datetime.timedelta(seconds=float(t)),
        ]
        for k, (s, i, own, t, v) in enumerate(
            zip(T.step, T.current, T.step_time, T.time, T.voltage, strict=True)
        )
    ]
    _checked(_book(tmp_path / "neware.xlsx", unit=[["Test", 1]], record=[head, *lines]))


def test_spectra_and_nothing_in_books(tmp_path):
    head = ["Frequency (Hz)", "Z' (Ohm)", "-Z'' (Ohm)"]
    lines = [
        [float(f), float(z.real), float(-z.imag)] for f, z in zip(F, Z, strict=True)
    ]
    (one,) = read(_book(tmp_path / "eis.xlsx", Sheet1=[head, *lines])).spectra
    np.testing.assert_allclose(one.Z, Z)
    path = _book(tmp_path / "none.xlsx", a=[["x", "y"], [1, 2]], b=[["z"]])
    with pytest.raises(DataFileError, match="no sheet of a, b has columns"):
        read(path)


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("cell.xlsx", b"PK\x03\x04 and no more", "cannot be unpacked"),
        ("cell.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file; right"),
        ("cell.res", b"\x00\x01\x00\x00Standard Jet DB", "is an Arbin database; right"),
        ("cell.nda", b"NEWARE" + b"\0" * 50, "Neware .nda"),
        ("cell.parquet", b"PAR1xxxxPAR1", "Parquet"),
    ],
)
def test_damaged_and_foreign_files(tmp_path, name, raw, says):
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(DataFileError, match=says) as refused:
        read(path)
    assert "\n" not in str(refused.value)


def _zip(path, **entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name.replace("__", "/"), content)
    return path


@pytest.mark.slow
def test_other_zips_and_bombs(tmp_path):
    with pytest.raises(DataFileError, match="a zip file that is no Excel table"):
        read(_zip(tmp_path / "data.zip", cell="Time [s]"))
    many = {f"xl__{k}": b"0" * 40_000_000 for k in range(26)}
    with pytest.raises(DataFileError, match="contains more than 1000 MB"):
        read(_zip(tmp_path / "bomb.xlsx", **many))
    pytest.importorskip("openpyxl")
    with pytest.raises(DataFileError, match="cannot be read as an Excel table"):
        read(_zip(tmp_path / "broken.xlsx", xl__workbook="<x>"))


def test_without_the_libraries_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setitem(sys.modules, "NewareNDA", None)
    for path in (
        _zip(tmp_path / "cell.xlsx", xl__workbook="<x>"),
        _zip(tmp_path / "cell.ndax", data="x"),
    ):
        with pytest.raises(DataFileError, match=r'type pip install "nfpcell\[io\]"'):
            read(path)


def test_a_neware_file_through_its_library(tmp_path, monkeypatch):
    table = pd.DataFrame(
        {
            "Index": np.arange(len(T.time)),
            "Cycle": 1,
            "Step": T.step.astype(int),
            "Status": np.where(T.current > 0, "CC_Chg", "CC_DChg"),
            "Time": T.step_time,
            "Voltage": T.voltage,
            "Current(mA)": 1e3 * T.current,
            "Charge_Capacity(mAh)": np.where(T.current > 0, 1e3 * T.capacity, 0),
            "Discharge_Capacity(mAh)": np.where(T.current < 0, 1e3 * T.capacity, 0),
            "Timestamp": pd.Timestamp("2024-05-01") + pd.to_timedelta(T.time, unit="s"),
        }
    )
    library = types.SimpleNamespace(read=lambda path, **_: table)
    monkeypatch.setitem(sys.modules, "NewareNDA", library)
    _checked(_zip(tmp_path / "cell.ndax", data="x"))
    path = tmp_path / "cell.nda"
    path.write_bytes(b"NEWARE" + b"\0" * 100)
    _checked(path)

    def stumble(path, **_):
        raise KeyError(3)

    monkeypatch.setattr(library, "read", stumble)
    with pytest.raises(
        DataFileError, match=r"right would be its export as \.csv or \.xlsx"
    ):
        read(path)


def test_parquet_if_pandas_can(tmp_path, monkeypatch):
    table = pd.DataFrame(
        {
            "test_time_second": T.time,
            "voltage_volt": T.voltage,
            "current_ampere": T.current,
        }
    )
    path = tmp_path / "cell.bdf.parquet"
    path.write_bytes(b"PAR1 and so on")

    def missing(_):
        raise ImportError

    monkeypatch.setattr(pd, "read_parquet", missing)
    with pytest.raises(DataFileError, match="pip install pyarrow"):
        read(path)
    monkeypatch.setattr(pd, "read_parquet", lambda source: table)
    assert isinstance(io.BytesIO(), io.BytesIO)
    _checked(path)


def test_a_book_with_a_curve_and_a_spectrum_keeps_both(tmp_path):
    curve = [
        [float(value) for value in line]
        for line in zip(T.time, T.voltage, T.current, strict=True)
    ]
    impedance = [
        [float(f), float(z.real), float(z.imag)] for f, z in zip(F, Z, strict=True)
    ]
    head = ["Test_Time(s)", "Voltage(V)", "Current(A)"]
    other = ["Cycle_Index", *head]
    path = _book(
        tmp_path / "both.xlsx",
        Channel_1=[head, *curve],
        EIS=[["Frequency (Hz)", "Zreal (Ohm)", "Zimag (Ohm)"], *impedance],
        Statistics_1=[other, *([k, *line] for k, line in enumerate(curve[:9]))],
    )
    _checked(path)
    recording = read(path)
    np.testing.assert_allclose(recording.spectra[0].Z, Z)
    assert (
        "sheet Statistics_1 is left out: its headings are not those of sheet Channel_1"
    ) in recording.remarks


@pytest.mark.slow
def test_a_stray_cell_at_the_end_of_a_sheet(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Time [s]", "Voltage [V]", "Current [A]"])
    for line in zip(T.time, T.voltage, T.current, strict=True):
        book.active.append([float(value) for value in line])
    book.active.cell(1_048_576, 16_384, 1)
    book.save(tmp_path / "stray.xlsx")
    _checked(tmp_path / "stray.xlsx")
