"""Files that need another library: Excel tables, Neware's binary files, Parquet."""

import datetime
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from nfpcell.errors import DataFileError, refusal
from nfpcell.measured.readers import assemble, delimited
from nfpcell.measured.readers.column_choice import check_usable, choose
from nfpcell.measured.readers.file_content import MAX_BYTES, Content
from nfpcell.measured.readers.raw_table import RawTable
from nfpcell.measured.readers.recording import Recording
from nfpcell.measured.readers.text_layout import MOST_COLUMNS, find_layouts

_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_NEWARE = b"NEWARE"
_UNSUPPORTED = {
    b"\xd0\xcf\x11\xe0": "an old Excel file; right would be .xlsx or .csv",
    b"\x00\x01\x00\x00Standard": (
        "an Arbin database; right would be its export as .csv or .xlsx"
    ),
}
_MOST_SHEETS = 100
# limit of the uncompressed content of a zip file
_MAX_UNPACKED = 5 * MAX_BYTES
_INSTALL_IO = 'pip install "nfpcell[io]"'


def reader(content: Content) -> Callable[[Content], Recording] | None:
    """The reader of a file of these formats, by its first bytes; None for others."""
    raw = content.raw
    if raw.startswith(_ZIP):
        return read_neware if content.suffix == ".ndax" else read_excel
    if raw.startswith(_NEWARE) or content.suffix == ".nda":
        return read_neware
    if raw.startswith(_PARQUET):
        return read_parquet
    for mark, explanation in _UNSUPPORTED.items():
        if raw.startswith(mark):
            raise DataFileError(f"{content.path}: is {explanation}")
    return None


def _checked_zip(content: Content) -> set[str]:
    """The names in a zip file; an error if its uncompressed content is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content.raw)) as packed:
            entries = packed.infolist()
    # ValueError and the others are raised for impossible sizes and methods
    except (zipfile.BadZipFile, ValueError, ArithmeticError, RuntimeError) as error:
        what = f"cannot be unpacked ({error})"
        raise refusal(content.path, what, "the complete file") from error
    if sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
        what = f"contains more than {_MAX_UNPACKED / 1e6:g} MB"
        raise refusal(content.path, what, "a file of one measurement")
    return {entry.filename for entry in entries}


def _through_library(
    content: Content,
    what: str,
    right: str,
    load: Callable[[Content], Any],
    install: str = _INSTALL_IO,
) -> Any:
    """The result of ``load``; an error of the library becomes a DataFileError."""
    try:
        return load(content)
    except DataFileError:
        raise
    except ImportError as error:
        raise DataFileError(
            f"{content.path}: to read {what}, type {install}"
        ) from error
    # for a damaged file a library may raise any error
    except Exception as error:
        reason = str(error).split("\n")[0][:100]
        what = f"cannot be read as {what} ({reason})"
        raise refusal(content.path, what, right) from error


# ------------------------------------------------------------------------------- Excel
def read_excel(content: Content) -> Recording:
    """The recording of the tables in the sheets of an .xlsx file."""
    if not any(name.startswith("xl/") for name in _checked_zip(content)):
        what = "is a zip file that is no Excel table"
        raise refusal(content.path, what, "the file that the zip file contains")
    right = "the complete file, or its export as .csv"
    sheets = _through_library(content, "an Excel table", right, _sheets)
    tables: list[RawTable] = []
    reasons = []
    for title, text in sheets.items():
        sheet = replace(content, raw=text)
        try:
            found = delimited.text_tables(sheet, find_layouts(sheet.head, sheet.path))
        except DataFileError as error:
            reasons.append(str(error))
            continue
        for table in found:
            if {"voltage", "mean voltage", "frequency"} & set(table.columns):
                tables.append(replace(table, title=f"sheet {title}"))
    if not tables:
        if len(reasons) == 1:
            raise DataFileError(reasons[0])
        names = ", ".join(list(sheets)[:5])
        what = f"no sheet of {names} has columns of a curve or a spectrum"
        raise refusal(content.path, what, "such as Time [s], Voltage [V], Current [A]")
    read = dict.fromkeys(table.title.removeprefix("sheet ") for table in tables)
    format_ = f"Excel table, sheet {', '.join([*read][:5])}"
    return assemble.recording(content, format_, tables)


def _sheets(content: Content) -> dict[str, bytes]:
    """The sheets of an Excel file as text with tabs, by title."""
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(content.raw), read_only=True, data_only=True
    )
    return {sheet.title: _as_text(sheet) for sheet in book.worksheets[:_MOST_SHEETS]}


def _as_text(sheet: Any) -> bytes:
    lines, size = [], 0
    # the stated size of a sheet can be that of one stray cell
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        line = "\t".join(map(_cell, row[:MOST_COLUMNS])).rstrip("\t") if row else ""
        size += len(line) + 1
        if size > MAX_BYTES:
            what = f"contains more than {MAX_BYTES / 1e6:g} MB"
            raise refusal(f'sheet "{sheet.title}"', what, "fewer rows")
        lines.append(line)
    return "\n".join(lines).encode("utf-8") or b" "


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{int(minutes // 60)}:{int(minutes % 60):02d}:{seconds:09.6f}"
    if isinstance(value, float):
        return repr(value)
    return str(value).replace("\t", " ").replace("\n", " ").replace("\r", " ")


# ------------------------------------------------------------------- Neware and Parquet
def read_neware(content: Content) -> Recording:
    """The recording of a Neware .nda or .ndax file."""
    suffix = ".nda"
    if content.raw.startswith(_ZIP):
        suffix = ".ndax"
        _checked_zip(content)
    right = "its export as .csv or .xlsx"
    table = _through_library(content, f"a Neware {suffix}", right, _neware_frame)
    return _of_frame(content, f"Neware {suffix}", table)


def _neware_frame(content: Content) -> pd.DataFrame:
    import NewareNDA

    table: pd.DataFrame = NewareNDA.read(str(content.path), log_level="CRITICAL")
    return table


def read_parquet(content: Content) -> Recording:
    """The recording of a Parquet file, such as .bdf.parquet."""
    table = _through_library(
        content,
        "a Parquet file",
        "the complete file, or its export as .csv",
        lambda content: pd.read_parquet(io.BytesIO(content.raw)),
        install="pip install pyarrow",
    )
    return _of_frame(content, "Parquet table", table)


def _of_frame(content: Content, format_: str, frame: pd.DataFrame) -> Recording:
    """The recording of a table that a library has read."""
    titles = [str(title) for title in frame.columns]
    filled = {
        place: int(frame.iloc[:, place].notna().sum()) for place in range(len(titles))
    }
    choice = choose(titles, content.path, filled=filled if len(frame) else None)
    choice = check_usable(choice, titles, content.path)
    values = {
        quantity: frame.iloc[:, column.place].reset_index(drop=True)
        for quantity, column in choice.columns.items()
    }
    table = RawTable(content.path, choice.columns, values, remarks=choice.remarks)
    return assemble.recording(content, f"{format_}, {len(frame)} rows", [table])
