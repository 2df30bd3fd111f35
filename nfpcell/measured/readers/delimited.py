"""Tables of text: CSV and its variants, as cyclers and spreadsheets write them.

The headings may be anywhere in the first lines, with a row of units under them. Numbers
may have decimal commas if commas do not separate the columns.
"""

import io
import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from nfpcell.errors import refusal
from nfpcell.measured.readers import assemble
from nfpcell.measured.readers.column_choice import (
    ChosenColumn,
    candidates,
    check_usable,
    choose,
    listed,
)
from nfpcell.measured.readers.column_quantities import (
    IMPEDANCE,
    MEASURED,
    READABLE,
    VOLTAGES,
)
from nfpcell.measured.readers.file_content import Content, split_lines
from nfpcell.measured.readers.headings import parse_heading
from nfpcell.measured.readers.nested_rows import NestedRows
from nfpcell.measured.readers.number_columns import Floats
from nfpcell.measured.readers.number_text import is_value, plain_number_text
from nfpcell.measured.readers.raw_table import RawTable
from nfpcell.measured.readers.recording import LEAST_POINTS, Recording
from nfpcell.measured.readers.text_layout import (
    ANY_BLANKS,
    BLANKS,
    TextLayout,
    bare_rows,
    find_layouts,
    is_comment,
    split,
    unquoted_line,
)

SAMPLED_ROWS = 200
_SAMPLE = 200_000
_TAIL = 20_000
_SPARE_COLUMNS = 5
# share of the steps of a column that are equal, if they are meant to be
MOSTLY_EVEN = 0.8
_BARE_TITLES = ("Frequency [Hz]", "Z_re [Ohm]", "Z_im [Ohm]")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d*\.\d*([eE][+-]?\d+)?")
_FORMATS = (
    (re.compile(r"^EC-Lab ASCII FILE"), "BioLogic EC-Lab text"),
    (re.compile(r"^BT-Lab ASCII FILE"), "BioLogic BT-Lab text"),
    (re.compile(r"^\[Summary\]|Novonix", re.I), "Novonix text"),
    (re.compile(r"^~Resultfile from Basytec", re.I), "Basytec text"),
)
_BATTERY_DATA_FORMAT = (
    {"test_time_second", "voltage_volt"},
    {"test time / s", "voltage / v"},
)


def read(content: Content) -> Recording:
    """The recording of a table of text."""
    layouts = find_layouts(content.head, content.path)
    format_ = _format(content.head, layouts[0].titles if layouts else None)
    tables = text_tables(content, layouts)
    return assemble.recording(content, format_, tables, count_rows=True)


def text_tables(content: Content, layouts: list[TextLayout]) -> list[RawTable]:
    """The tables of a text, or the only one if it has no headings."""
    if not layouts:
        return [_table_without_headings(content)]
    return [raw_table(content, layout) for layout in layouts]


def _format(lines: list[str], titles: list[str] | None) -> str:
    """Name of the format, or of the program that wrote the file."""
    if titles is None:
        return "table without headings"
    for pattern, name in _FORMATS:
        if any(pattern.search(line) for line in lines[:3]):
            return name + _technique(lines)
    names = {title.strip().lower() for title in titles}
    if any(required <= names for required in _BATTERY_DATA_FORMAT):
        return "Battery Data Format table"
    return "table of text"


def _technique(lines: list[str]) -> str:
    """EC-Lab's short name of an impedance technique, from the long one in its head."""
    for line in lines[:8]:
        for name in ("Potentio", "Galvano"):
            if line.startswith(f"{name} Electrochemical Impedance"):
                return f", {name[0]}EIS"
    return ""


def _table_without_headings(content: Content) -> RawTable:
    """The table of a text without headings, whose three columns are a spectrum."""
    bare = bare_rows(content.head)
    if bare is None:
        raise refusal(content.path, "has no headings", READABLE)
    place, separator = bare
    cells = split(content.head[place], separator)
    above = split(content.head[place - 1], separator) if place else []
    if len(above) == len(cells) and not is_comment(content.head[place - 1]):
        what = f"no column of the frequency among {listed(above)}"
        raise refusal(content.path, what, READABLE)
    titles = [*_BARE_TITLES, *[""] * (len(cells) - 3)]
    table = raw_table(content, TextLayout(titles, separator, place))
    _check_bare_columns(content.path, table)
    table.remarks[:] = [
        "without headings the columns are taken as frequency, Z_re and Z_im"
    ]
    return table


def _check_bare_columns(path: Path, table: RawTable) -> None:
    """Raise an error if columns without headings do not look like a spectrum."""
    columns = list(table.numbers.values())
    if len(table) < LEAST_POINTS or not all(np.isfinite(c).all() for c in columns):
        return
    if _even_steps(columns[0]) > MOSTLY_EVEN:
        what = "has no headings, and its first column has even steps as a time does"
        right = "headings such as Time [s], Voltage [V], Current [A]"
        raise refusal(path, what, right)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [_even_steps(np.log(np.abs(column))) for column in columns]
    if ratios[0] < 1 - MOSTLY_EVEN < MOSTLY_EVEN < max(ratios):
        place = 1 + int(np.argmax(ratios))
        what = (
            f"has no headings, and column {place} has even ratios as frequencies have"
        )
        raise refusal(path, what, "the frequency in the first column, or headings")
    for title, column in zip(_BARE_TITLES[1:], columns[1:], strict=True):
        if np.ptp(column) == 0:
            what = f"has no headings, and {title} would be constant"
            raise refusal(path, what, READABLE)


def _even_steps(column: Floats) -> float:
    """Share of the steps of a column that are nearly equal to its median step."""
    steps = np.diff(column)
    middle = np.median(steps)
    return float(np.mean(np.abs(steps - middle) < 0.1 * abs(middle)))


def raw_table(content: Content, layout: TextLayout) -> RawTable:
    """The used columns of a table in a text."""
    path, titles, separator = content.path, layout.titles, layout.separator
    rivals = candidates(titles, path, layout.units_below)
    check_usable(choose(titles, path, layout.units_below), titles, path)
    start = content.offset(layout.first_row)
    end = None if layout.end_row is None else content.offset(layout.end_row)
    data = memoryview(content.text_bytes)[start:end]
    lines = _sampled_lines(data, content)
    # some spreadsheets put quotes around whole rows
    if lines and all(unquoted_line(line) != line for line in lines):
        data = memoryview(bytes(data).replace(b'"', b""))
        lines = _sampled_lines(data, content)
    rows = [split(line, separator) for line in lines]
    # single blanks may separate the numbers although the headings contain blanks
    if separator == BLANKS:
        separator = max(
            (BLANKS, ANY_BLANKS),
            key=lambda mark: sum(
                len(split(line, mark)) == len(titles) for line in lines
            ),
        )
        rows = [split(line, separator) for line in lines]
    if separator == BLANKS:
        data, separator = memoryview(_with_tabs(bytes(data))), "\t"
    if separator == ANY_BLANKS and rows:
        _check_blanks(rows, content, layout)
    if len(separator) == 1:
        _check_surplus(rows, separator, content, layout)
    cells = list(itertools.chain.from_iterable(rows))
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(_DECIMAL_POINT.fullmatch(cell)) for cell in cells)
    decimal = "," if commas > points else "."
    nested = NestedRows.of(data, layout, path) if layout.indent else None
    frame = _frame(
        data if nested is None else nested.rows,
        content,
        sorted(rival.place for columns in rivals.values() for rival in columns),
        separator=separator,
        decimal=decimal,
        width=len(titles),
    )
    filled = {
        rival.place: _filled(frame[rival.place], quantity)
        for quantity, columns in rivals.items()
        for rival in columns
    }
    choice = choose(titles, path, layout.units_below, filled if len(frame) else None)
    choice = check_usable(choice, titles, path)
    columns, remarks = (
        choice.columns,
        [*content.remarks, *layout.remarks, *choice.remarks],
    )
    values = {
        quantity: _plain(frame[column.place], quantity, decimal)
        for quantity, column in columns.items()
    }
    end_row = _end_of_table(path, layout, columns, values)
    if end_row is not None:
        line = layout.first_row + 1 + end_row
        remarks = [*remarks, f"the lines from line {line} are another table, left out"]
        values = {
            quantity: _plain(cells.iloc[:end_row], quantity, decimal)
            for quantity, cells in values.items()
        }
    if decimal == ",":
        remarks = [*remarks, "numbers have decimal commas"]
    if nested is not None:
        nested.add_to(columns, values)
        return RawTable(path, columns, values, remarks=remarks)
    first = layout.first_row + 1
    title = f"the table from line {first}"
    return RawTable(path, columns, values, first, remarks, title, tuple(titles))


def _end_of_table(
    path: Path,
    layout: TextLayout,
    columns: dict[str, ChosenColumn],
    values: dict[str, pd.Series],
) -> int | None:
    """The row of the headings of a summary; an error if they are of another table."""
    for quantity in (VOLTAGES | {"frequency"}) & set(columns):
        cells = values[quantity]
        if is_numeric_dtype(cells):
            continue
        words = cells[cells.str.contains("[A-Za-z]").fillna(False).astype(bool)]
        for row, word in words.head(SAMPLED_ROWS).items():
            other = parse_heading(str(word))
            if other and other.quantity in IMPEDANCE | VOLTAGES - {quantity}:
                where = f"line {layout.first_row + 1 + int(str(row))}"
                what = f'the heading "{word}" is in a column of the {quantity}'
                raise refusal(f"{path}: {where}", what, "one table in the file")
            if other and other.quantity != quantity:
                return int(str(row))
    return None


def _with_tabs(data: bytes) -> bytes:
    """Rows with tabs where two or more blanks divide the cells."""
    data = re.sub(rb"(^|[\r\n])[ \t]+|[ \t]+(?=[\r\n]|$)", rb"\1", data)
    return re.sub(rb"[ \t]{2,}", b"\t", data)


def _sampled_lines(data: memoryview, content: Content) -> list[str]:
    """The first rows and, of a long table, some of the last."""
    parts = [bytes(data[:_SAMPLE])]
    if len(data) > 2 * _SAMPLE:
        parts.append(bytes(data[-_TAIL:]))
    lines: list[str] = []
    for part in parts:
        found = split_lines(part.decode(content.byte_encoding, "replace"))
        lines += [
            line for line in found[len(lines) > 0 :][:SAMPLED_ROWS] if line.strip()
        ]
    return lines


def _filled(cells: pd.Series, quantity: str) -> int:
    """Number of rows with a value; one that is zero throughout counts as one row."""
    count = int(cells.notna().sum())
    if is_numeric_dtype(cells) and quantity in MEASURED:
        return max(int((cells.fillna(0) != 0).sum()), min(count, 1))
    return count


def _plain(cells: pd.Series, quantity: str, decimal: str) -> pd.Series:
    """A column with its numbers as such, as far as all of its cells are numbers."""
    if is_numeric_dtype(cells) or quantity == "state":
        return cells
    text = cells.astype("string")
    # most columns of text are times
    if text.str.contains(":", regex=False).mean() > 0.5:
        return text
    text = plain_number_text(text, decimal)
    numbers = pd.to_numeric(text, errors="coerce")
    return text if (numbers.isna() & text.notna()).any() else numbers


def _frame(
    data: bytes | memoryview,
    content: Content,
    places: list[int],
    *,
    separator: str,
    decimal: str,
    width: int,
) -> pd.DataFrame:
    """The chosen columns, by place; what is not a number stays text."""
    if not bytes(data[:_SAMPLE]).strip() and not bytes(data).strip():
        return pd.DataFrame({place: pd.Series(dtype=float) for place in places})
    blank = separator if len(separator) == 1 else " "
    # more headings (numbers) than cells, so that rows of any length are read
    width = max(width, places[-1] + 1) + _SPARE_COLUMNS
    source = io.BytesIO()
    source.write(blank.join(map(str, range(width))).encode() + b"\n")
    source.write(data)
    source.seek(0)
    try:
        return pd.read_csv(
            source,
            encoding=content.byte_encoding,
            encoding_errors="replace",
            sep=r"\s+" if len(separator) > 1 else separator,
            header=0,
            usecols=[str(place) for place in places],
            index_col=False,
            decimal=decimal,
            skip_blank_lines=False,
            skipinitialspace=True,
            # so that the double prime of Z" or an inch does not join lines
            quoting=0,
            on_bad_lines="skip",
            engine="c",
            low_memory=False,
            na_values=["---", "--", "-", "n.a."],
        ).rename(columns=int)
    except (ValueError, pd.errors.ParserError) as error:
        path = content.path
        if "EOF inside string" in str(error):
            what = 'has a quotation mark (") that is opened and not closed'
            raise refusal(path, what, "one on both sides of a cell, or none") from error
        what = "its rows do not have the form of a table"
        right = "a line for each row, with as many cells as there are headings"
        raise refusal(path, what, right) from error


def _check_surplus(
    rows: list[list[str]], separator: str, content: Content, layout: TextLayout
) -> None:
    """Raise an error if most rows have more cells with values than there are titles."""
    count = len(layout.titles)
    surplus = [row for row in rows if len(row) > count and is_value(row[-1])]
    if len(surplus) <= 0.5 * len(rows):
        return
    cells = f"line {layout.first_row + 1} has {len(rows[0])} cells"
    if separator == ",":
        cells += f" under {count} headings, as if commas were decimal commas too"
        raise refusal(content.path, cells, "semicolons or tabs between the columns")
    what = f"{cells} under {count} headings"
    raise refusal(content.path, what, "a heading for each column")


def _check_blanks(rows: list[list[str]], content: Content, layout: TextLayout) -> None:
    """Raise an error if blanks divide the headings otherwise than the rows."""
    count = len(layout.titles)
    if all(len(row) != count for row in rows):
        raise refusal(
            content.path,
            f"line {layout.first_row + 1} has {len(rows[0])} cells under {count} "
            "headings, divided by blanks",
            "semicolons or tabs between the columns",
        )
