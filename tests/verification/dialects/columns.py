"""Columns as text: numbers in a unit, times of day and dates, and their values in SI.

The tables of units are of this module; the readers under test have their own.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.verification.dialects.draw import Draw
from tests.verification.dialects.truth import Floats

# size of each unit in that of the first one
TIME = {
    "s": 1.0, "sec": 1.0, "Seconds": 1.0, "min": 60.0, "h": 3600.0, "hr": 3600.0,
    "hours": 3600.0, "ms": 1e-3,
}  # fmt: skip
VOLTAGE = {"V": 1.0, "mV": 1e-3, "Volts": 1.0}
CURRENT = {"A": 1.0, "mA": 1e-3, "µA": 1e-6, "uA": 1e-6, "μA": 1e-6}
CURRENT_DENSITY = {
    "mA/cm2": 10.0, "mA cm-2": 10.0, "mA/cm²": 10.0, "A/m2": 1.0, "A.m-2": 1.0,
    "µA/cm2": 1e-2, "mA cm^-2": 10.0,
}  # fmt: skip
SPECIFIC_CURRENT = {"mA/g": 1.0, "A/g": 1e3, "A.kg-1": 1.0, "mA g-1": 1.0}
CHARGE = {
    "Ah": 1.0, "mAh": 1e-3, "A.h": 1.0, "mA.h": 1e-3, "µAh": 1e-6, "C": 1 / 3600,
    "As": 1 / 3600, "mA h": 1e-3, "A·h": 1.0,
}  # fmt: skip
SPECIFIC_CHARGE = {"mAh/g": 1.0, "mAh g-1": 1.0, "Ah/kg": 1.0, "mA.h/g": 1.0}
AREAL_CHARGE = {"mAh/cm2": 10.0, "mAh cm-2": 10.0}
TEMPERATURE = {"°C": 1.0, "degC": 1.0, "C": 1.0, "℃": 1.0, "K": 1.0}
FREQUENCY = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "mHz": 1e-3}
RESISTANCE = {
    "Ohm": 1.0, "ohm": 1.0, "Ω": 1.0, "kOhm": 1e3, "mOhm": 1e-3, "kΩ": 1e3, "mΩ": 1e-3,
    "Ohms": 1.0, "MOhm": 1e6,
}  # fmt: skip
ANGLE = {"deg": 1.0, "°": 1.0, "rad": 180 / np.pi, "degree": 1.0}
NUMBER = {"": 1.0}
KELVIN = 273.15
UNITS_OF = {
    "time": TIME, "step time": TIME, "voltage": VOLTAGE, "current": CURRENT,
    "current density": CURRENT_DENSITY, "specific current": SPECIFIC_CURRENT,
    "rate": NUMBER, "capacity": CHARGE, "charge capacity": CHARGE,
    "discharge capacity": CHARGE, "temperature": TEMPERATURE, "frequency": FREQUENCY,
    "real part": RESISTANCE, "imaginary part": RESISTANCE, "modulus": RESISTANCE,
    "phase": ANGLE, "step": NUMBER, "cycle": NUMBER,
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """How numbers are written."""

    kind: str  # fixed, general, scientific
    digits: int  # significant ones of the largest number

    def text(self, values: Floats) -> list[str]:
        """The numbers as text."""
        if self.kind == "scientific":
            return [f"{v:.{self.digits - 1}E}" for v in values]
        if self.kind == "general":
            return [f"{v:.{self.digits}g}" for v in values]
        largest = float(np.max(np.abs(values))) or 1.0
        decimals = max(0, self.digits - 1 - int(np.floor(np.log10(largest))))
        return [f"{v:.{decimals}f}" for v in values]


def form(draw: Draw) -> Form:
    """A random form of numbers with enough digits for a measurement."""
    kind = draw.note("numbers", draw.pick(("fixed", "general", "scientific")))
    return Form(kind, draw.integer(7, 10))


def over_decades(form: Form) -> Form:
    """A form for numbers over many decades, of which a fixed one loses the smallest."""
    return replace(form, kind="general") if form.kind == "fixed" else form


@dataclass(frozen=True)
class Column:
    """A column of text, and what a reader has to make of it."""

    heading: str  # "{}" stands for the unit
    unit: str
    cells: tuple[str, ...]  # with decimal points
    quantity: str = ""  # empty for a column that is not read
    values: Floats | None = None  # in SI units, charge in A.h, of the text
    numeric: bool = True  # whether the decimal mark is to be changed


def number_column(
    heading: str,
    quantity: str,
    values: Floats,
    unit: str,
    form: Form,
) -> Column:
    """A column of numbers in a unit; its values are those of the text."""
    size, shift = UNITS_OF[quantity][unit], KELVIN if unit == "K" else 0.0
    cells = tuple(form.text((values + shift) / size))
    read = np.array([float(cell) for cell in cells]) * size - shift
    return Column(heading, unit, cells, quantity, read)


def count_column(heading: str, quantity: str, values: Floats) -> Column:
    """A column of whole numbers."""
    return Column(heading, "", tuple(f"{v:.0f}" for v in values), quantity, values)


def text_column(heading: str, quantity: str, cells: Sequence[str]) -> Column:
    """A column of words."""
    return Column(heading, "", tuple(cells), quantity, None, numeric=False)


def spare_column(draw: Draw, rows: int) -> Column:
    """A column that is not needed; some have units that a reader need not know."""
    heading = draw.pick(("Comment", "dQ/dV [Ah/V]", "Range", "Channel"))
    if heading == "Comment":
        return text_column(heading, "", ["" if k % 3 else "ok" for k in range(rows)])
    values = draw.random.uniform(0, 1, rows)
    return Column(heading, "", tuple(f"{v:.6g}" for v in values))


# -------------------------------------------------------------- times and dates as text
CLOCKS = ("h:mm:ss", "h:mm:ss.fff", "d hh:mm:ss", "d-hh:mm:ss.ff")


def clock_column(heading: str, quantity: str, seconds: Floats, style: str) -> Column:
    """A time such as h:mm:ss, and the seconds that it says."""
    cells, read = [], []
    for value in seconds:
        digits = {"h:mm:ss.fff": 3, "d-hh:mm:ss.ff": 2}.get(style, 0)
        ticks = round(float(value) * 10**digits)
        whole, part = divmod(ticks, 10**digits)
        read.append(ticks / 10**digits)
        fraction = f".{part:0{digits}d}" if digits else ""
        hours, rest = divmod(whole, 3600)
        minutes, second = divmod(rest, 60)
        days, hour = divmod(hours, 24)
        if style == "d hh:mm:ss":
            cells.append(f"{days}d {hour:02d}:{minutes:02d}:{second:02d}")
        elif style.startswith("d-"):
            cells.append(f"{days}-{hour:02d}:{minutes:02d}:{second:02d}{fraction}")
        else:
            cells.append(f"{hours}:{minutes:02d}:{second:02d}{fraction}")
    return Column(heading, "", tuple(cells), quantity, np.array(read), numeric=False)


DATES = {
    "ISO": "%Y-%m-%d %H:%M:%S",
    "ISO with T and Z": "%Y-%m-%dT%H:%M:%SZ",
    "ISO with fractions": "%Y-%m-%d %H:%M:%S.%f",
    "year first, strokes": "%Y/%m/%d %H:%M:%S",
    "month first": "%m/%d/%Y %H:%M:%S",
    "month first, 12 hours": "%m/%d/%Y %I:%M:%S %p",
    "day first, strokes": "%d/%m/%Y %H:%M:%S",
    "day first, dots": "%d.%m.%Y %H:%M:%S",
    "name of the month": "%d-%b-%Y %H:%M:%S",
    "compact": "%Y%m%d %H%M%S",
}
COUNTED_DATES = {"epoch s": 1.0, "epoch ms": 1e-3, "serial days": 86400.0}


def date_column(draw: Draw, heading: str, seconds: Floats, style: str) -> Column:
    """Dates of the rows, and the seconds since the first that they say."""
    if style in COUNTED_DATES:
        size = COUNTED_DATES[style]
        origin = 45_000.0 if style == "serial days" else 1.7e9 / size
        digits = {"epoch s": 3, "epoch ms": 0, "serial days": 9}[style]
        cells = [f"{origin + float(t) / size:.{digits}f}" for t in seconds]
        read = np.array([float(cell) for cell in cells])
        read = (read - read[0]) * size
        return Column(heading, "", tuple(cells), "clock", read)
    # a day above 12 where the order of day and month is not known from the text
    day = draw.integer(13, 16) if "strokes" in style else draw.integer(1, 16)
    start = datetime.datetime(2024, draw.integer(1, 12), day, draw.integer(0, 23), 7)
    fractions = "%f" in DATES[style]
    if not fractions:
        seconds = np.round(seconds)
    dates = [
        start + datetime.timedelta(microseconds=round(1e6 * float(t))) for t in seconds
    ]
    cells = [date.strftime(DATES[style]) for date in dates]
    read = np.array([(date - dates[0]).total_seconds() for date in dates])
    return Column(heading, "", tuple(cells), "clock", read, numeric=False)
