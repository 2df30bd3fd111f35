"""Texts of EC-Lab and BT-Lab: curves, spectra, and both in one file."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.verification.dialects import columns as c
from tests.verification.dialects.analysers import Sweep, analyser_layout
from tests.verification.dialects.case import (
    Case,
    Expected,
    curve_with_rows,
    expected_curve,
    expected_spectrum,
    expected_table,
    permuted,
)
from tests.verification.dialects.columns import Column, count_column, number_column
from tests.verification.dialects.cyclers import Sheet
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.text_file import text_file
from tests.verification.dialects.truth import Floats, impedance


def _ec_lab(
    draw: Draw, columns: Sequence[Column], expected: Expected, name: str, first: str
) -> Case:
    """A text of EC-Lab with its head, which states its number of lines."""
    layout = analyser_layout(draw, "\t")
    layout.after_row = "\t" * draw.chance(0.5)
    settings = draw.pick((0, 3, 60, 500))
    draw.variations.append(f"{settings} lines of settings")
    about = ["", name, "", "Run on channel : 1 (SN 1234)", "Ns   0   1   2"]
    about += [f"set I/C    C / N   {k}" for k in range(settings)]
    layout.before = [first, f"Nb header lines : {len(about) + 3}", *about]
    if draw.chance(0.1, "without the head"):
        layout.before = []
    return Case(".mpt", text_file(columns, layout), expected)


def ec_lab_curve(draw: Draw) -> Case:
    """EC-Lab, galvanostatic cycling."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.spare("mode", "ox/red", "error", "control changes", "Ns changes")
    sheet.columns[0] = count_column("mode", "", np.ones(sheet.rows))
    sheet.count("Ns", "step", truth.step - 1)
    if draw.chance(0.15, "dates instead of times"):
        sheet.columns.append(c.date_column(draw, "time/s", truth.time, "month first"))
    else:
        sheet.number("time/{}", "time", truth.time + draw.pick((0.0, 500.0)), "s s h")
    voltage = draw.pick(("Ewe/{}", "Ecell/{}", "<Ewe>/{}", "<Ewe/{}>"))
    draw.variations.append(voltage)
    sheet.number(voltage, "voltage", truth.voltage, "V")
    if voltage == "Ewe/{}" and draw.chance(0.3, "three electrodes"):
        drift = 0.1 - 1e-3 * np.arange(sheet.rows) / sheet.rows
        sheet.columns.append(
            replace(
                number_column("Ece/{}", "voltage", drift, "V", sheet.form), quantity=""
            )
        )
        sheet.number("Ewe-Ece/{}", "voltage", truth.voltage - drift, "V")
    current = draw.pick(("I/{}", "<I>/{}"))
    sheet.number(current, "current", truth.current, "mA mA A")
    sheet.number("(Q-Qo)/{}", "capacity", truth.net_capacity, "mA.h A.h C")
    sheet.spare("control/V/mA", "Efficiency/%")
    sheet.number("Q discharge/{}", "discharge capacity", truth.counted(-1), "mA.h")
    sheet.number("Q charge/{}", "charge capacity", truth.counted(1), "mA.h")
    sheet.count("half cycle", "", truth.step)
    sheet.count("cycle number", "cycle", truth.cycle)
    if draw.chance(0.3, "temperature"):
        sheet.number("Temperature/{}", "temperature", truth.temperature, "°C")
    expected = expected_curve(sheet.columns, truth)
    name = "Galvanostatic Cycling with Potential Limitation"
    first = draw.pick(("EC-Lab ASCII FILE", "BT-Lab ASCII FILE"))
    table = permuted(draw, sheet.columns, 0.2)
    return _ec_lab(draw, table, expected, name, first)


def ec_lab_spectrum(draw: Draw) -> Case:
    """EC-Lab, impedance of one or several loops."""
    sweep = Sweep(draw, 3)
    sweep.add("freq/{}", "frequency", draw.pick(("Hz", "Hz", "kHz")))
    ohm = draw.pick(("Ohm", "Ohm", "kOhm", "mOhm"))
    sweep.add("Re(Z)/{}", "real part", ohm)
    sweep.add("-Im(Z)/{}", "imaginary part", ohm, -1)
    sweep.add("|Z|/{}", "modulus", ohm)
    sweep.add("Phase(Z)/{}", "phase", "deg")
    sweep.add("time/{}", "time", "s")
    sweep.constant("<Ewe>/{}", "voltage", sweep.one.voltage, "V")
    sweep.constant("<I>/{}", "current", sweep.one.current, "mA")
    sweep.spare("Cs/µF", "Cp/µF", "|Ewe|/V", "|I|/A")
    sweep.count("cycle number", sweep.number_of_sweep + 1)
    expected, columns = sweep.expected(), sweep.columns
    if len(sweep.parts) > 1 and sweep.one.current != 0:
        # successive spectra under one current are rows of a curve too
        expected = replace(expected, table=_rows_of_curve(columns))
    name = "Potentio Electrochemical Impedance Spectroscopy"
    table = permuted(draw, columns, 0.2)
    return _ec_lab(draw, table, expected, name, "EC-Lab ASCII FILE")


def ec_lab_both(draw: Draw) -> Case:
    """EC-Lab, a curve and then a spectrum at rest; a frequency of 0 in the curve."""
    sheet, one = Sheet(draw), impedance(draw)
    truth, points = sheet.truth, len(one.frequency)
    time = np.concatenate([truth.time, truth.time[-1] + 5.0 * np.arange(1, points + 1)])
    at_rest = np.full(points, truth.voltage[-1])
    voltage = np.concatenate([truth.voltage, at_rest])
    current = np.concatenate([truth.current, np.zeros(points)])
    sheet.number("time/{}", "time", time, "s")
    sheet.number("Ewe/{}", "voltage", voltage, "V")
    sheet.number("I/{}", "current", current, "mA")
    of_curve = list(sheet.columns)
    own = [
        number_column(
            "freq/{}", "frequency", one.frequency, "Hz", c.over_decades(sheet.form)
        ),
        number_column("Re(Z)/{}", "real part", one.Z.real, "Ohm", sheet.form),
        _negative(
            number_column("-Im(Z)/{}", "imaginary part", -one.Z.imag, "Ohm", sheet.form)
        ),
    ]
    zeros = ("0.0",) * sheet.rows
    table = [*of_curve, *(replace(k, cells=(*zeros, *k.cells)) for k in own)]
    expected = curve_with_rows(of_curve, truth)
    spectrum = expected_spectrum(own, slice(None))
    expected = replace(expected, spectra=(spectrum,))
    table = permuted(draw, table, 0.2)
    return _ec_lab(draw, table, expected, "Modulo Bat", "EC-Lab ASCII FILE")


def _negative(column: Column) -> Column:
    assert column.values is not None
    return replace(column, values=-column.values)


def _rows_of_curve(columns: Sequence[Column]) -> dict[str, list[Floats]]:
    names = ("time", "voltage", "current")
    return expected_table([column for column in columns if column.quantity in names])
