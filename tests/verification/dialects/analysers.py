"""Text files of potentiostats and impedance analysers: curves, spectra, or both."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.verification.dialects import columns as c
from tests.verification.dialects.case import (
    Case,
    Expected,
    expected_curve,
    expected_spectrum,
    joined,
    permuted,
)
from tests.verification.dialects.columns import Column, count_column, number_column
from tests.verification.dialects.cyclers import Sheet
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.text_file import (
    Layout,
    encoded,
    table_lines,
    text_file,
    vary_bytes,
)
from tests.verification.dialects.truth import Floats, Impedance, Step, impedance

LATIN = ("latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16")


class Sweep:
    """The columns of one or several spectra, added one by one."""

    def __init__(self, draw: Draw, most: int = 1) -> None:
        first, count = impedance(draw), draw.integer(1, most)
        later = [replace(first, Z=first.Z * (1 + 0.1 * k)) for k in range(1, count)]
        self.draw = draw
        self.one, self.parts = joined([first, *later])
        self.form = c.over_decades(c.form(draw))
        self.columns: list[Column] = []
        self.rows = len(self.one.frequency)
        self.number_of_sweep = np.concatenate(
            [np.full(len(first.frequency), k) for k in range(count)]
        ).astype(float)

    def add(self, heading: str, quantity: str, unit: str, sign: int = 1) -> None:
        """Add a column of the impedance; its sign is -1 where it has a minus."""
        values: dict[str, Floats] = {
            "frequency": self.one.frequency,
            "real part": self.one.Z.real,
            "imaginary part": self.one.Z.imag,
            "modulus": np.abs(self.one.Z),
            "phase": np.angle(self.one.Z, deg=True),
            "time": 10.0 * np.arange(self.rows),
        }
        column = number_column(
            heading, quantity, sign * values[quantity], unit, self.form
        )
        assert column.values is not None
        self.columns.append(replace(column, values=sign * column.values))

    def constant(self, heading: str, quantity: str, value: float, unit: str) -> None:
        """Add a direct voltage or current."""
        values = np.full(self.rows, value)
        column = number_column(heading, quantity, values, unit, self.form)
        self.columns.append(column)

    def count(self, heading: str, values: Floats | None = None) -> None:
        """Add a column of whole numbers that is not read."""
        values = np.arange(self.rows, dtype=float) if values is None else values
        self.columns.append(count_column(heading, "", values))

    def spare(self, *headings: str) -> None:
        """Add columns of small numbers that are not read."""
        for heading in headings:
            values = self.draw.random.uniform(0, 1e-3, self.rows)
            self.columns.append(Column(heading, "", tuple(f"{v:.5g}" for v in values)))

    def expected(self) -> Expected:
        """The spectra in the columns."""
        return Expected(
            spectra=tuple(expected_spectrum(self.columns, rows) for rows in self.parts)
        )


def analyser_layout(draw: Draw, separator: str, commas: bool = True) -> Layout:
    """A random layout of a text of an analyser."""
    layout = Layout(separator=separator)
    vary_bytes(draw, layout, LATIN)
    if commas and separator != "," and draw.chance(0.25, "decimal comma"):
        layout.decimal = ","
    return layout


# ------------------------------------------------------------------------------- Gamry
def _gamry(
    draw: Draw, tag: str, tables: Sequence[tuple[str, list[Column], list[str]]]
) -> list[str]:
    """The lines of a .dta: tables with a row of units, indented by a tab."""
    lines = ["EXPLAIN", f"TAG\t{tag}", "TITLE\tLABEL\tExperiment\tTest Identifier"]
    lines += ["NOTES\tNOTES\t2\t&Notes...", "\tfirst line", "\t"]
    for name, columns, units in tables:
        rows = table_lines(columns, Layout(separator="\t", before_row="\t"))
        lines += [f"{name}\tTABLE\t{len(rows) - 1}", rows[0], "\t" + "\t".join(units)]
        lines += rows[1:]
    return lines


def gamry_spectrum(draw: Draw) -> Case:
    """Gamry ZCURVE, also with a damaged degree sign."""
    sweep = Sweep(draw)
    sweep.count("Pt")
    sweep.add("Time", "time", "s")
    sweep.add("Freq", "frequency", "Hz")
    sweep.add("Zreal", "real part", "ohm")
    sweep.add("Zimag", "imaginary part", "ohm")
    sweep.count("Zsig", np.ones(sweep.rows))
    sweep.add("Zmod", "modulus", "ohm")
    sweep.add("Zphz", "phase", "deg")
    sweep.constant("Idc", "current", sweep.one.current, "A")
    sweep.constant("Vdc", "voltage", sweep.one.voltage, "V")
    sweep.count("IERange", np.full(sweep.rows, 9.0))
    degree = draw.note("degree sign", draw.pick(("°", "\ufffd", "Â°", "?")))
    units = ["#", "s", "Hz", "ohm", "ohm", "V", "ohm", degree, "A", "V", "#"]
    lines = _gamry(draw, "EISPOT", [("ZCURVE", sweep.columns, units)])
    layout = Layout()
    vary_bytes(draw, layout, ("latin-1", "cp1252", "utf-8"))
    if draw.chance(0.25, "decimal comma"):
        lines = [line.replace(".", ",") for line in lines]
    suffix = draw.pick((".DTA", ".dta"))
    return Case(suffix, encoded(lines, layout), sweep.expected())


def _part(columns: Sequence[Column], step: Step) -> list[Column]:
    """The rows of a step."""
    rows = slice(step.first, step.end)
    return [replace(column, cells=column.cells[rows]) for column in columns]


def gamry_curve(draw: Draw) -> Case:
    """Gamry CURVE of a charge or discharge, one table for the whole measurement."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.count("Pt", "", np.arange(sheet.rows, dtype=float))
    sheet.number("T", "time", truth.time, "s")
    sheet.number("Vf", "voltage", truth.voltage, "V")
    sheet.number("Im", "current", truth.current, "A")
    sheet.spare("Sig", "Ach")
    sheet.number("Temp", "temperature", truth.temperature, "°C")
    units = ["#", "s", "V vs. Ref.", "A", "V", "V", "deg C"]
    tables = [("CURVE", sheet.columns, units)]
    if draw.chance(0.5, "a table for each step"):
        sheet.columns[1] = number_column("T", "time", truth.step_time, "s", sheet.form)
        tables = [
            (f"CURVE{number}", _part(sheet.columns, step), units)
            for number, step in enumerate(truth.steps, start=1)
        ]
    lines = _gamry(draw, "PWR800_CHARGE", tables)
    layout = Layout()
    vary_bytes(draw, layout, ("latin-1", "cp1252", "utf-8"))
    if draw.chance(0.25, "decimal comma"):
        lines = [line.replace(".", ",") for line in lines]
    expected = expected_curve(sheet.columns, truth)
    return Case(".DTA", encoded(lines, layout), expected)


# ---------------------------------------------------------------------- ZPlot and ZView
def zplot(draw: Draw) -> Case:
    """ZPlot and ZView: with End Comments, or with quoted headings and without it."""
    sweep = Sweep(draw)
    sweep.add("Freq({})", "frequency", "Hz")
    sweep.spare("Ampl", "Bias")
    sweep.add("Time(Sec)", "time", "s")
    sweep.add("Z'(a)", "real part", "Ohm")
    sweep.add("Z''(b)", "imaginary part", "Ohm")
    sweep.spare("GD", "Err")
    sweep.count("Range", np.full(sweep.rows, 5.0))
    layout = analyser_layout(draw, draw.pick(("\t", ", ", ",")), commas=False)
    rows = table_lines(sweep.columns, replace(layout, headings=False))
    title = "  " + "    ".join(
        column.heading.replace("{}", "Hz") for column in sweep.columns
    )
    kind = draw.note("head", draw.pick(("End Comments", "quotes", "none")))
    if kind == "End Comments":
        head = ["ZPLOT2 ASCII", "  Date: 1-2-2024", "  Data Points: 41"]
        head += [title.replace("    ", "\t"), "End Comments"]
    elif kind == "quotes":
        head = ['"ZPlotW Data File: Version 3.2c"', '"Raw Data"', "no comment"]
        head += [
            "Date: 01-02-2024    Time: 10:00:00",
            '"Frequency"',
            "0,3,0,1,1e5,0.01",
        ]
        head += [str(sweep.rows), f'"{title}"']
    else:
        head = []
    raw = encoded([*head, *rows], layout)
    return Case(".z", raw, sweep.expected())


# ------------------------------------------------------------------------- VersaStudio
_PAR = (
    "Segment #, Point #, E(V), I(A), Elapsed Time(s), ADC Sync Input(V), "
    "Current Range, Status, E Applied(V), Frequency(Hz), E Real, E Imag, I Real, "
    "I Imag, Z Real, Z Imag, E2 Status, E2(V), ActionId, AC Amplitude, 0"
)


def _segment(number: int, rows: Sequence[Sequence[str]]) -> list[str]:
    head = [f"<Segment{number}>", "Type=2", "Version=3", f"Definition={_PAR}"]
    body = []
    for k, (E, I, t, f, re, im) in enumerate(rows):  # noqa: E741
        cells = [str(number - 1), str(k), E, I, t, "0", "5", "0", "0", f, *["0"] * 4]
        body.append(",".join([*cells, re, im, "0", "0", "21", "0.02"]))
    return [*head, *body, f"</Segment{number}>"]


def versastudio(draw: Draw) -> Case:
    """VersaStudio: a curve in one segment, a spectrum in another, or both."""
    sheet, one = Sheet(draw), impedance(draw)
    form = replace(sheet.form, kind="scientific")
    content = draw.note("content", draw.pick(("curve", "spectrum", "both")))
    lines = ["<Application>", "Name=VersaStudio", "Version=2.52", "</Application>", ""]
    expected, segment = Expected(), 1
    if content != "spectrum":
        truth = sheet.truth
        columns = [
            number_column("E", "voltage", truth.voltage, "V", form),
            number_column("I", "current", truth.current, "A", form),
            number_column("t", "time", truth.time, "s", form),
        ]
        rows = [
            (*cells, "0", "0", "0")
            for cells in zip(*(column.cells for column in columns), strict=True)
        ]
        lines += _segment(segment, rows)
        segment += 1
        expected = replace(expected_curve(columns, truth))
    if content != "curve":
        columns = _parts(one, form)
        zero = ["0"] * len(one.frequency)
        cells = (zero, zero, zero, *(column.cells for column in columns))
        lines += _segment(segment, list(zip(*cells, strict=True)))
        spectrum = expected_spectrum(columns, slice(None))
        expected = replace(expected, spectra=(spectrum,))
    layout = Layout()
    vary_bytes(draw, layout, ("latin-1", "utf-8"))
    return Case(".par", encoded(lines, layout), expected)


def _parts(one: Impedance, form: c.Form) -> list[Column]:
    return [
        number_column("f", "frequency", one.frequency, "Hz", form),
        number_column("re", "real part", one.Z.real, "Ohm", form),
        number_column("im", "imaginary part", one.Z.imag, "Ohm", form),
    ]


# ------------------------------------------------- exports with headings of one program
def nova(draw: Draw) -> Case:
    """Autolab NOVA: all forms of the impedance, signs turned."""
    sweep = Sweep(draw)
    sweep.count("Index")
    sweep.add("Frequency ({})", "frequency", "Hz")
    sweep.add("Z' ({})", "real part", "Ω")
    sweep.add("-Z'' ({})", "imaginary part", "Ω", -1)
    sweep.add("Z ({})", "modulus", "Ω")
    sweep.add("-Phase ({})", "phase", "°", -1)
    sweep.add("Time ({})", "time", "s")
    layout = analyser_layout(draw, draw.pick(("\t", ";")))
    table = permuted(draw, sweep.columns, 0.3)
    return Case(".txt", text_file(table, layout), sweep.expected())


def nova_curve(draw: Draw) -> Case:
    """Autolab NOVA: a curve."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.number("Time ({})", "time", truth.time, "s")
    sheet.number("WE(1).Potential ({})", "voltage", truth.voltage, "V")
    sheet.number("WE(1).Current ({})", "current", truth.current, "A")
    sheet.count("Index", "", np.arange(sheet.rows) + 1.0)
    table = permuted(draw, sheet.columns, 0.3)
    expected = expected_curve(table, truth)
    raw = text_file(table, analyser_layout(draw, draw.pick(("\t", ";"))))
    return Case(".txt", raw, expected)


def palmsens(draw: Draw) -> Case:
    """PalmSens: neg. Phase, blanks around the strokes."""
    sweep = Sweep(draw)
    sweep.add("freq / {}", "frequency", "Hz")
    sweep.add("neg. Phase / {}", "phase", "°", -1)
    sweep.constant("Idc / {}", "current", sweep.one.current, "uA")
    sweep.add("Z / {}", "modulus", "Ohm")
    sweep.add("Z' / {}", "real part", "Ohm")
    sweep.add("-Z'' / {}", "imaginary part", "Ohm", -1)
    sweep.spare("Cs / F", "Cp / F")
    layout = analyser_layout(draw, ",")
    return Case(".csv", text_file(sweep.columns, layout), sweep.expected())


def zahner(draw: Draw) -> Case:
    """Zahner: modulus and phase."""
    sweep = Sweep(draw)
    sweep.count("Number")
    sweep.add("Frequency/{}", "frequency", "Hz")
    sweep.add("Impedance/{}", "modulus", draw.pick(("Ohm", "ohm")))
    sweep.add("Phase/{}", "phase", "deg")
    sweep.add("Time/{}", "time", "s")
    sweep.count("Significance", np.ones(sweep.rows))
    layout = analyser_layout(draw, draw.pick((",", ";", "\t")))
    return Case(".txt", text_file(sweep.columns, layout), sweep.expected())


def squidstat(draw: Draw) -> Case:
    """Squidstat: a curve, or all forms of a spectrum."""
    layout = analyser_layout(draw, ",")
    if draw.chance(0.5):
        sheet = Sheet(draw)
        truth = sheet.truth
        sheet.number("Elapsed Time ({})", "time", truth.time, "s")
        sheet.number("Current ({})", "current", truth.current, "A mA")
        sheet.number("Working Electrode ({})", "voltage", truth.voltage, "V")
        return replace(sheet.case(".csv", layout))
    sweep = Sweep(draw)
    sweep.add("Frequency ({})", "frequency", "Hz")
    sweep.add("|Z| ({})", "modulus", "Ohms")
    sweep.add("Phase ({})", "phase", "deg")
    sweep.add("Z' ({})", "real part", "Ohms")
    sweep.add('-Z" ({})', "imaginary part", "Ohms", -1)
    return Case(".csv", text_file(sweep.columns, layout), sweep.expected())


def ch_instruments(draw: Draw) -> Case:
    """CH Instruments: settings, a blank line, and headings with blanks after commas."""
    sweep = Sweep(draw)
    sweep.add("Freq/{}", "frequency", "Hz")
    sweep.add(" Z'/{}", "real part", "ohm")
    sweep.add(' Z"/{}', "imaginary part", "ohm")
    sweep.add(" Z/{}", "modulus", "ohm")
    sweep.add(" Phase/{}", "phase", "deg")
    layout = analyser_layout(draw, ",")
    layout.before = ["Jan. 5, 2024   10:00:00", "A.C. Impedance", "File: cell.bin"]
    layout.before += ["Instrument Model:  CHI660E", "Header: ", "Note: ", ""]
    layout.before += ["Init E (V) = 3.1", "High Frequency (Hz) = 1e+5", ""]
    layout.below = [""]
    raw = text_file(sweep.columns, layout)
    return Case(".txt", raw, sweep.expected())
