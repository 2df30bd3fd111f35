"""Files that are not text: BioLogic .mpr, Excel tables and Parquet; and gzip."""

import gzip
import io
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd

from tests.unit.readers.instrument_files import mpr
from tests.verification.dialects.analysers import Sweep, zplot
from tests.verification.dialects.case import (
    Case,
    Expected,
    ExpectedSpectrum,
    expected_curve,
)
from tests.verification.dialects.columns import Column
from tests.verification.dialects.cyclers import Sheet, arbin, battery_data_format
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.ec_lab import ec_lab_curve
from tests.verification.dialects.truth import Floats, curve, impedance

VERSIONS = ((0, False), (2, False), (3, False), (10, True), (11, True))


def _single(values: Floats) -> Floats:
    """Numbers as four bytes hold them."""
    return values.astype(np.float32).astype(float)


# -------------------------------------------------------------------------------- .mpr
def mpr_curve(draw: Draw) -> Case:
    """BioLogic .mpr of galvanostatic cycling, of every version of its data."""
    truth = curve(draw)
    version, new = draw.pick(VERSIONS)
    draw.variations.append(f"version {version}")
    milliampere = 1e3 * truth.current
    columns: dict[int, Floats] = {4: truth.time, 6: truth.voltage}
    table = [
        Column("", "", (), "time", truth.time),
        Column("", "", (), "voltage", _single(truth.voltage)),
    ]
    identifier = draw.pick((8, 11))
    columns[identifier] = milliampere
    read = _single(milliampere) if identifier == 8 else milliampere
    table.append(Column("", "", (), "current", read * 1e-3))
    columns[13] = 1e3 * truth.net_capacity
    table.append(Column("", "", (), "capacity", truth.net_capacity))
    if draw.chance(0.5):
        columns[24] = truth.cycle
        table.append(Column("", "", (), "cycle", truth.cycle))
    if version and draw.chance(0.5):
        columns[131] = truth.step
        table.append(Column("", "", (), "step", truth.step))
    shuffled = dict(draw.shuffled(list(columns.items())))
    flags = draw.chance(0.7)
    raw = mpr(shuffled, version, new, flags)
    return Case(".mpr", raw, expected_curve(table, truth))


def mpr_spectrum(draw: Draw) -> Case:
    """BioLogic .mpr of impedance."""
    one = impedance(draw)
    version, new = draw.pick(VERSIONS)
    draw.variations.append(f"version {version}")
    columns: dict[int, Floats] = {
        32: one.frequency,
        37: one.Z.real,
        38: -one.Z.imag,
        4: 10.0 * np.arange(len(one.frequency)),
        77: np.full(len(one.frequency), one.voltage),
        11: np.full(len(one.frequency), 1e3 * one.current),
    }
    raw = mpr(dict(draw.shuffled(list(columns.items()))), version, new)
    Z = _single(one.Z.real) + 1j * _single(one.Z.imag)
    voltage = float(np.float32(one.voltage))
    spectrum = ExpectedSpectrum(_single(one.frequency), Z, voltage, one.current)
    return Case(".mpr", raw, Expected(spectra=(spectrum,)))


# ------------------------------------------------------------------ Excel and Parquet
def _values(column: Column) -> list[object]:
    """The cells as numbers, as a spreadsheet holds them."""
    return [float(c) if column.numeric else c for c in column.cells]


def _title(column: Column) -> str:
    return column.heading.replace("{}", column.unit)


def excel_curve(draw: Draw) -> Case:
    """Excel tables of Arbin, in one sheet or in two, with a sheet about the test."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.count("Data_Point", "", np.arange(sheet.rows) + 1.0)
    sheet.number("Test_Time({})", "time", truth.time, "s h")
    sheet.count("Step_Index", "step", truth.step)
    sheet.number("Current({})", "current", truth.current, "A mA")
    sheet.number("Voltage({})", "voltage", truth.voltage, "V mV")
    sheet.number("Charge_Capacity({})", "charge capacity", truth.counted(1), "Ah")
    discharged = truth.counted(-1)
    sheet.number("Discharge_Capacity({})", "discharge capacity", discharged, "Ah")
    rows = list(zip(*(_values(column) for column in sheet.columns), strict=True))
    titles = [_title(column) for column in sheet.columns]
    cut = draw.pick((0, len(rows) // 2))
    draw.variations.append("two sheets" if cut else "one sheet")
    sheets = [rows[:cut], rows[cut:]] if cut else [rows]
    book = openpyxl.Workbook()
    about = book.active
    about.title = "Global_Info"
    about.append(["TEST REPORT", "", 12])
    for number, part in enumerate(sheets, start=1):
        page = book.create_sheet(f"Channel_1-001_{number}")
        for row in (titles, *part):
            page.append(row)
    expected = expected_curve(sheet.columns, truth)
    return Case(".xlsx", _saved(book), expected)


def excel_spectrum(draw: Draw) -> Case:
    """An Excel table of a spectrum, under lines about it."""
    sweep = Sweep(draw)
    sweep.add("Frequency ({})", "frequency", draw.pick(("Hz", "kHz")))
    ohm = draw.pick(("Ohm", "mOhm", "kΩ"))
    sweep.add("Z' ({})", "real part", ohm)
    sweep.add("-Z'' ({})", "imaginary part", ohm, -1)
    book = openpyxl.Workbook()
    page = book.active
    for _ in range(draw.integer(0, 3)):
        page.append(["my cell"])
    page.append([_title(column) for column in sweep.columns])
    for row in zip(*(_values(column) for column in sweep.columns), strict=True):
        page.append(row)
    return Case(".xlsx", _saved(book), sweep.expected())


def _saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parquet(draw: Draw) -> Case:
    """Battery Data Format as Parquet."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.number("test_time_second", "time", truth.time, "s")
    sheet.number("voltage_volt", "voltage", truth.voltage, "V")
    sheet.number("current_ampere", "current", truth.current, "A")
    sheet.count("cycle_count", "cycle", truth.cycle)
    kind = draw.note("numbers of", draw.pick(("8 bytes", "4 bytes")))
    single = kind == "4 bytes"
    # the time needs its digits
    frame = pd.DataFrame({_title(column): _values(column) for column in sheet.columns})
    table = sheet.columns
    if single:
        frame = frame.astype({"voltage_volt": "f4", "current_ampere": "f4"})
        table = [
            replace(column, values=_single(column.values))
            if column.quantity in ("voltage", "current") and column.values is not None
            else column
            for column in table
        ]
    target = io.BytesIO()
    frame.to_parquet(target, index=draw.chance(0.3))
    expected = expected_curve(table, truth)
    return Case(".bdf.parquet", target.getvalue(), expected)


# -------------------------------------------------------------------------------- gzip
def compressed(draw: Draw) -> Case:
    """A text of another dialect, compressed."""
    case = draw.pick((arbin, battery_data_format, ec_lab_curve, zplot))(draw)
    return replace(
        case,
        suffix=f"{case.suffix}.gz",
        raw=gzip.compress(case.raw),
    )
