"""Tables of text as people write them: a curve, a spectrum, or both."""

from dataclasses import replace

import numpy as np

from tests.verification.dialects import columns as c
from tests.verification.dialects.case import (
    Case,
    Expected,
    curve_with_rows,
    expected_curve,
    expected_spectrum,
    joined,
    permuted,
)
from tests.verification.dialects.columns import Column, count_column, number_column
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.text_file import (
    Layout,
    text_file,
    vary_bytes,
    vary_decimals,
    vary_lines,
)
from tests.verification.dialects.truth import (
    Curve,
    Floats,
    curve,
    impedance,
    rows_within,
    without,
)

STYLES = ("{} [{}]", "{} ({})", "{}/{}", "{} / {}", "{}({})", "{}[{}]")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blanks": "   "}
NAMES = {
    "time": ("Time", "t", "time", "Test Time", "Elapsed Time", "Zeit", "TIME", "Temps"),
    "voltage": ("Voltage", "U", "E", "Ewe", "Potential", "Spannung", "Cell Voltage"),
    "current": ("Current", "I", "Strom", "CURRENT", "Courant"),
    "current density": ("Current density", "j", "J", "Current"),
    "specific current": ("Specific current", "Current", "I"),
    "rate": ("C-rate", "C rate"),
    "capacity": ("Capacity", "Q", "Kapazität"),
    "charge capacity": ("Charge Capacity", "Charge_Capacity", "Chg. Cap."),
    "discharge capacity": ("Discharge Capacity", "Discharge_Capacity", "DChg. Cap."),
    "temperature": ("Temperature", "Temp", "Temperatur", "Cell Temperature"),
    "cycle": ("Cycle", "Cycle Number", "cycle number", "Cycle Index"),
    "step": ("Step", "Step Index", "Ns", "Step Number"),
    "state": ("State", "Status", "Step Type", "Step Name"),
    "frequency": ("Frequency", "f", "freq", "Freq", "Frequenz"),
    "real part": ("Z'", "Re(Z)", "Zreal", "Z_re", "Z re", "Real(Z)"),
    "imaginary part": ("Z''", "Im(Z)", "Zimag", "Z_im", 'Z"', "Imag(Z)"),
    "modulus": ("|Z|", "Zmod", "Impedance"),
    "phase": ("Phase", "Phase(Z)", "theta", "Zphz", "phase angle"),
}
CURRENTS = ("current", "specific current")
STATES = {
    "words": {1: "Charge", -1: "Discharge", 0: "Rest"},
    "letters": {1: "C", -1: "D", 0: "R"},
    "modes": {1: "CC Chg", -1: "CC DChg", 0: "Rest"},
}


def separators(draw: Draw, layout: Layout) -> None:
    """A random separator, and quotation marks around headings or cells."""
    name = draw.note("separator", draw.pick(tuple(SEPARATORS)))
    layout.separator = SEPARATORS[name]
    if name != "blanks":
        layout.quoted_headings = draw.chance(0.15, "headings in quotes")
        layout.quoted_cells = draw.chance(0.1, "cells in quotes")
        layout.after_row = layout.separator * draw.chance(0.1, "separator at row ends")


def table_layout(draw: Draw, rows: int) -> Layout:
    """A random layout of a table."""
    layout = Layout()
    separators(draw, layout)
    vary_bytes(draw, layout)
    vary_decimals(draw, layout)
    vary_lines(draw, layout, rows)
    if layout.separator != "   ":
        layout.units_below = draw.chance(0.15, "units in a row below")
        if draw.chance(0.07, "a text line under the headings"):
            layout.below.append("first cell")
        elif draw.chance(0.05, "a count under the headings"):
            layout.below.append(str(rows))
    return layout


class Headings:
    """Headings of one style with random names."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.style = draw.note("headings", draw.pick(STYLES))

    def of(self, quantity: str) -> str:
        """A heading with a place for its unit."""
        return self.style.format(self.draw.pick(NAMES[quantity]), "{}")

    def count(self, quantity: str) -> str:
        """A heading without a unit."""
        return self.draw.pick(NAMES[quantity])


def curve_columns(
    draw: Draw, truth: Curve, headings: Headings, number_form: c.Form
) -> tuple[list[Column], dict[str, float], bool]:
    """Random columns, the sizes they need, and whether the current has no sign."""
    sizes: dict[str, float] = {}

    def number(quantity: str, values: Floats) -> Column:
        heading = headings.of(quantity)
        unit = draw.note("unit", draw.pick(tuple(c.UNITS_OF[quantity])))
        return number_column(heading, quantity, values, unit, number_form)

    table = [number("voltage", truth.voltage)]
    sign = -1 if draw.chance(0.3, "positive current discharges") else 1
    current = sign * truth.current
    unsigned = draw.chance(0.15, "current without sign, with a state")
    kind = draw.pick(("A", "A", "A", "area", "mass", "rate", "none"))
    if unsigned:
        current, kind = np.abs(current), "A"
        style = draw.pick(tuple(STATES))
        words = [STATES[style][int(s)] for s in truth.sign]
        table.append(c.text_column(headings.count("state"), "state", words))
    draw.variations.append(f"current: {kind}")
    if kind == "A":
        table.append(number("current", current))
    elif kind == "area":
        sizes["area"] = 2e-4
        table.append(number("current density", current / 2e-4))
    elif kind == "mass":
        sizes["mass"] = 3e-6
        table.append(number("specific current", current / 3e-6))
    elif kind == "rate":
        sizes["nominal_capacity"] = 1e-3
        column = number("rate", current / 1e-3)
        table.append(replace(column, heading=headings.count("rate")))
    charge = draw.pick(("none", "step", "net", "both"))
    if kind == "none":
        charge = draw.pick(("step", "net", "both"))
    draw.variations.append(f"charge: {charge}")
    # a charge tells that the current began after the time zero
    offset = 0.0 if charge == "none" else draw.pick((0.0, 0.0, 1000.0))
    table.append(_time(draw, truth, headings, number_form, offset))
    if charge == "step":
        table.append(number("capacity", truth.step_capacity))
    elif charge == "net":
        table.append(number("capacity", truth.net_capacity))
    elif charge == "both":
        table.append(number("charge capacity", truth.counted(1)))
        table.append(number("discharge capacity", truth.counted(-1)))
    if draw.chance(0.3, "temperature"):
        table.append(number("temperature", truth.temperature))
    if kind != "none" and draw.chance(0.1, "energy"):
        cells = tuple(number_form.text(1e3 * truth.step_energy))
        table.append(Column(headings.style.format("Energy", "mWh"), "", cells))
    for quantity, counts in (("cycle", truth.cycle), ("step", truth.step)):
        if draw.chance(0.3):
            table.append(count_column(headings.count(quantity), quantity, counts))
    for _ in range(draw.pick((0, 0, 1, 2))):
        table.append(c.spare_column(draw, len(truth)))
    return table, sizes, unsigned


def _time(
    draw: Draw, truth: Curve, headings: Headings, form: c.Form, offset: float
) -> Column:
    """A random column of the time: numbers, h:mm:ss or dates."""
    style = draw.pick(("number", "number", "number", "clock", "date"))
    shortest = float(np.diff(truth.time)[np.diff(truth.time) > 0].min())
    # dates and times are written in whole seconds
    if style != "number" and shortest < 3:
        style = "number"
    if style == "clock":
        style = draw.note("time", draw.pick(c.CLOCKS))
        return c.clock_column(draw.pick(NAMES["time"][:3]), "time", truth.time, style)
    if style == "date":
        kinds = (*c.DATES, *c.COUNTED_DATES)
        style = draw.note("time", draw.pick(kinds))
        heading = draw.pick(("Date_Time", "Date Time", "Datum", "Timestamp", "Date"))
        return c.date_column(draw, heading, truth.time, style)
    unit = draw.note("unit of time", draw.pick(tuple(c.TIME)))
    values = truth.time + offset
    return number_column(headings.of("time"), "time", values, unit, form)


def plain_curve(draw: Draw) -> Case:
    """A table of a curve."""
    truth = curve(draw)
    if draw.chance(0.1, "a gap"):
        truth = without(truth, rows_within(draw, truth, draw.integer(1, 2)))
    if draw.chance(0.1, "a noisy row"):
        for row in rows_within(draw, truth, 1):
            truth.current[row] *= draw.pick((0.93, 1.08))
    table, sizes, unsigned = curve_columns(draw, truth, Headings(draw), c.form(draw))
    expected = expected_curve(table, truth, sizes, unsigned)
    has_current = any(map(_is_current, table))
    if has_current and draw.chance(0.1, "rows without a current"):
        lost = rows_within(draw, truth, draw.integer(1, 2))
        kept = [_kept(column, lost) for column in table]
        expected = expected_curve(kept, without(truth, lost), sizes, unsigned)
        empty = draw.pick(("", "NaN", "n/a", "--"))
        table = [_emptied(column, lost, empty) for column in table]
    table = permuted(draw, table)
    layout = table_layout(draw, len(truth))
    if draw.chance(0.1, "an empty column of the voltage"):
        blank = Column("Ecell [V]", "", ("",) * len(truth))
        table.insert(draw.integer(0, len(table)), blank)
    if layout.encoding.startswith("utf") and draw.chance(0.1, "minus of Unicode"):
        table = [_with_minus(column) for column in table]
    suffix = draw.pick((".csv", ".txt", ".tsv", ".dat"))
    return Case(suffix, text_file(table, layout), expected)


def _kept(column: Column, lost: list[int]) -> Column:
    values = column.values
    return column if values is None else replace(column, values=np.delete(values, lost))


def _is_current(column: Column) -> bool:
    return column.quantity == "rate" or column.quantity.startswith(CURRENTS)


def _emptied(column: Column, lost: list[int], empty: str) -> Column:
    if not _is_current(column):
        return column
    cells = [empty if k in lost else cell for k, cell in enumerate(column.cells)]
    return replace(column, cells=tuple(cells))


def _with_minus(column: Column) -> Column:
    if not column.numeric:
        return column
    return replace(column, cells=tuple(c.replace("-", "−") for c in column.cells))


def spectrum_columns(
    draw: Draw, headings: Headings, frequency: Floats, Z: np.ndarray, form: c.Form
) -> list[Column]:
    """Random columns of a spectrum: parts, or modulus and phase, or both."""
    ohm = draw.note("unit", draw.pick(tuple(c.RESISTANCE)))
    hertz = draw.note("unit", draw.pick(tuple(c.FREQUENCY)))
    parts = draw.note("impedance", draw.pick(("parts", "parts", "polar", "both")))
    table = [
        number_column(
            headings.of("frequency"),
            "frequency",
            frequency,
            hertz,
            c.over_decades(form),
        )
    ]
    if parts != "polar":
        minus = draw.chance(0.5, "minus before Im Z")
        table.append(
            number_column(headings.of("real part"), "real part", Z.real, ohm, form)
        )
        imaginary = number_column(
            headings.of("imaginary part"),
            "imaginary part",
            -Z.imag if minus else Z.imag,
            ohm,
            form,
        )
        if minus:
            assert imaginary.values is not None
            minus_sign = draw.pick(("-", "-", "−", "–"))
            imaginary = replace(
                imaginary,
                heading=f"{minus_sign}{imaginary.heading}",
                values=-imaginary.values,
            )
        table.append(imaginary)
    if parts != "parts":
        angle = draw.pick(tuple(c.ANGLE))
        phase = np.angle(Z, deg=True)
        table.append(
            number_column(headings.of("modulus"), "modulus", np.abs(Z), ohm, form)
        )
        table.append(number_column(headings.of("phase"), "phase", phase, angle, form))
    return table


def _no_bars_in_bars(table: list[Column], layout: Layout) -> None:
    """A heading such as |Z| does not stand in a table that bars divide."""
    if layout.separator == "|" and any("|" in column.heading for column in table):
        layout.separator = ";"
        layout.after_row = layout.after_row.replace("|", ";")


def plain_spectrum(draw: Draw) -> Case:
    """A table of one spectrum or of several."""
    first = impedance(draw)
    count = draw.pick((1, 1, 1, 2, 3))
    later = [replace(first, Z=first.Z * (1 + 0.1 * k)) for k in range(1, count)]
    one, parts = joined([first, *later])
    draw.variations.append(f"spectra: {count}")
    table = spectrum_columns(draw, Headings(draw), one.frequency, one.Z, c.form(draw))
    table = permuted(draw, table)
    for _ in range(draw.pick((0, 0, 1))):
        table.append(c.spare_column(draw, len(one.frequency)))
    layout = table_layout(draw, len(one.frequency))
    _no_bars_in_bars(table, layout)
    spectra = tuple(expected_spectrum(table, rows) for rows in parts)
    suffix = draw.pick((".csv", ".txt", ".tsv", ".dat"))
    raw = text_file(table, layout)
    return Case(suffix, raw, Expected(spectra=spectra))


def bare_spectrum(draw: Draw) -> Case:
    """Three columns without headings: frequency, Z_re and Z_im."""
    one = impedance(draw)
    form = c.form(draw)
    table = [
        number_column("", "frequency", one.frequency, "Hz", c.over_decades(form)),
        number_column("", "real part", one.Z.real, "Ohm", form),
        number_column("", "imaginary part", one.Z.imag, "Ohm", form),
    ]
    layout = Layout(headings=False)
    name = draw.note("separator", draw.pick(("comma", "semicolon", "tab", "blanks")))
    layout.separator = SEPARATORS[name]
    if name == "blanks":
        layout.separator = " " * draw.integer(1, 6)
        layout.before_row = " " * draw.integer(0, 2)
        layout.after_row = " " * draw.integer(0, 2)
    vary_decimals(draw, layout)
    vary_bytes(draw, layout)
    rows = slice(0, len(one.frequency))
    expected = Expected(spectra=(expected_spectrum(table, rows),))
    suffix = draw.pick((".csv", ".txt", ".dat"))
    return Case(suffix, text_file(table, layout), expected)


def curve_and_spectrum(draw: Draw) -> Case:
    """One table of a curve and a spectrum, with empty cells where one has no value."""
    truth, one = curve(draw), impedance(draw)
    form, headings = c.form(draw), Headings(draw)
    n, m = len(truth), len(one.frequency)
    empty = draw.note("empty cells", draw.pick(("NaN", "", "0", "nan")))
    at_rest = np.full(m, truth.voltage[-1])
    time = np.concatenate([truth.time, truth.time[-1] + 100 + np.arange(m) * 2.0])
    voltage = np.concatenate([truth.voltage, at_rest])
    current = np.concatenate([truth.current, np.zeros(m)])
    of_curve = [
        number_column(headings.of("time"), "time", time, "s", form),
        number_column(headings.of("voltage"), "voltage", voltage, "V", form),
        number_column(headings.of("current"), "current", current, "A", form),
    ]
    own = spectrum_columns(draw, headings, one.frequency, one.Z, form)
    of_spectrum = [
        replace(column, cells=(*[empty] * n, *column.cells)) for column in own
    ]
    table = permuted(draw, [*of_curve, *of_spectrum])
    layout = table_layout(draw, n + m)
    _no_bars_in_bars(table, layout)
    if layout.separator == "   " and not empty:
        layout.separator = "\t"
    raw = text_file(table, layout)
    spectrum = expected_spectrum(own, slice(0, m))
    expected = replace(curve_with_rows(of_curve, truth), spectra=(spectrum,))
    return Case(".csv", raw, expected)
