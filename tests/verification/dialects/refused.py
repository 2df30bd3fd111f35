"""Files that are refused on purpose, each with its reason."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

import nfpcell
from tests.verification.dialects import columns as c
from tests.verification.dialects.columns import Column, number_column
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.text_file import Layout, text_file
from tests.verification.dialects.truth import Curve, Floats, curve, impedance

FORM = c.Form("fixed", 7)
SEED = 12


@dataclass(frozen=True)
class Refused:
    """A file that has to be refused."""

    what: str  # is wrong with it
    suffix: str
    raw: bytes
    read: Callable[..., object] = nfpcell.half_cycles


def _columns(truth: Curve) -> list[Column]:
    def number(heading: str, quantity: str, values: Floats, unit: str) -> Column:
        return number_column(heading, quantity, values, unit, FORM)

    return [
        number("Time [{}]", "time", truth.time, "s"),
        number("Voltage [{}]", "voltage", truth.voltage, "V"),
        number("Current [{}]", "current", truth.current, "mA"),
    ]


def _rows(columns: list[Column], rows: np.ndarray) -> list[Column]:
    return [
        replace(column, cells=tuple(column.cells[k] for k in rows))
        for column in columns
    ]


def refused_files() -> list[Refused]:
    """The files, always the same."""
    draw = Draw(SEED)
    # the draw of a seed begins with a rest; a discharge of many rows is needed here
    truth = curve(draw, 60, 60)
    step = next(step for step in truth.steps if step.sign)
    one = impedance(draw)
    columns = _rows(_columns(truth), np.arange(step.first, step.end))
    count = step.end - step.first
    time, voltage, current = columns
    spectrum = [
        number_column("Frequency [{}]", "frequency", one.frequency, "Hz", FORM),
        number_column("Z' [{}]", "real part", one.Z.real, "Ohm", FORM),
        number_column("-Z'' [{}]", "imaginary part", -one.Z.imag, "Ohm", FORM),
    ]
    commas = Layout()

    def text(*table: Column, layout: Layout = commas) -> bytes:
        return text_file(table, layout)

    def part(rows: np.ndarray) -> bytes:
        return text(*_rows(columns, rows))

    every = np.arange(count)
    words = replace(current, cells=tuple("high" for _ in range(count)))
    whole = text(*columns)
    read = nfpcell.read
    return [
        Refused(
            "a picture, or another file that is no text",
            ".csv",
            b"\x89PNG\x00\x01" * 99,
            read,
        ),
        Refused(
            "a gzip file that is cut off", ".csv.gz", gzip.compress(whole)[:-99], read
        ),
        Refused("an old Excel file", ".xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", read),
        Refused("an Arbin database", ".res", b"\x00\x01\x00\x00Standard Jet DB", read),
        Refused(
            "an .mpr without data",
            ".mpr",
            b"BIO-LOGIC MODULAR FILE\x1a".ljust(99),
            read,
        ),
        Refused(
            "a curve without headings",
            ".csv",
            text(*columns, layout=Layout(headings=False)),
            read,
        ),
        Refused("no voltage", ".csv", text(time, current)),
        Refused("four rows", ".csv", part(every[:4])),
        Refused(
            "decimal commas between commas",
            ".csv",
            text(*columns, layout=Layout(decimal=",")),
            read,
        ),
        Refused(
            "a unit that the quantity cannot have",
            ".csv",
            text(time, replace(voltage, unit="kg"), current),
            read,
        ),
        Refused(
            "the voltage twice under one heading",
            ".csv",
            text(time, voltage, voltage, current),
            read,
        ),
        Refused("words for the current", ".csv", text(time, voltage, words), read),
        Refused("rows pasted twice", ".csv", part(np.concatenate([every, every]))),
        Refused(
            "time that runs back",
            ".csv",
            part(np.concatenate([every[:20], every[30:50], every[20:30], every[50:]])),
        ),
        Refused(
            "a gap of more than a tenth, without a capacity",
            ".csv",
            part(np.delete(every, slice(20, 40))),
        ),
        Refused(
            "a current that is zero throughout",
            ".csv",
            text(time, voltage, replace(current, cells=("0",) * count)),
        ),
        Refused(
            "a spectrum without an imaginary part", ".csv", text(*spectrum[:2]), read
        ),
        Refused("four frequencies", ".csv", text(*_rows(spectrum, np.arange(4))), read),
    ]
