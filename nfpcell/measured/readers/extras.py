"""Files that need a library more: Excel tables, Neware's binary files, Parquet."""

import datetime
import io
import zipfile
from dataclasses import replace

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import assemble, delimited
from nfpcell.measured.readers.headings import choose
from nfpcell.measured.readers.opening import MAX_BYTES

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"
_ACCESS = b"\x00\x01\x00\x00Standard"
_NEWARE = b"NEWARE"
_MOST_SHEETS = 100
# how much more a packed file may hold than it may have itself
_UNPACKED = 5


def reader(content):
    """The reader of a file of these kinds, by its first bytes; None for any other."""
    raw = content.raw
    if raw.startswith(_ZIP):
        return read_ndax if content.suffix == ".ndax" else read_excel
    if raw.startswith(_NEWARE) or content.suffix == ".nda":
        return read_nda
    if raw.startswith(_PARQUET):
        return read_parquet
    for mark, words in (
        (_OLD_EXCEL, "an old Excel file; right would be .xlsx or .csv"),
        (_ACCESS, "an Arbin database; right would be its export as .csv or .xlsx"),
    ):
        if raw.startswith(mark):
            raise DataFileError(f"{content.path}: is {words}")
    return None


def _needs(content, what, error):
    raise DataFileError(
        f'{content.path}: to read {what}, type pip install "nfpcell[io]"'
    ) from error


def _checked_zip(content):
    """The names in a zip file; refuses one that would unpack without end."""
    try:
        with zipfile.ZipFile(io.BytesIO(content.raw)) as packed:
            entries = packed.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        OverflowError,
        NotImplementedError,
    ) as error:
        raise DataFileError(
            f"{content.path}: cannot be unpacked ({error}); right would be the whole "
            "file"
        ) from error
    if sum(entry.file_size for entry in entries) > _UNPACKED * MAX_BYTES:
        raise DataFileError(
            f"{content.path}: holds more than {_UNPACKED * MAX_BYTES / 1e6:g} MB; "
            "right "
            "would be a file of one measurement"
        )
    return {entry.filename for entry in entries}


# ------------------------------------------------------------------------------- Excel
def read_excel(content):
    """The recording of the tables of an .xlsx file, of the sheets that have any."""
    if not any(name.startswith("xl/") for name in _checked_zip(content)):
        raise DataFileError(
            f"{content.path}: is a zip file that is no Excel table; right would be the "
            "file that is packed in it"
        )
    try:
        import openpyxl
    except ImportError as error:
        _needs(content, "an Excel table", error)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content.raw), read_only=True, data_only=True
        )
        sheets = {
            sheet.title: _as_text(sheet) for sheet in book.worksheets[:_MOST_SHEETS]
        }
    except DataFileError:
        raise
    except Exception as error:
        # the library raises whatever a damaged file makes it stumble over
        reason = str(error).split("\n")[0][:100]
        raise DataFileError(
            f"{content.path}: is no Excel table that can be read ({reason}); right "
            "would be the whole file, or its export as .csv"
        ) from error
    blocks, reasons = {}, []
    for title, text in sheets.items():
        try:
            _, block = delimited.parsed(replace(content, raw=text))
        except DataFileError as error:
            reasons.append(str(error))
            continue
        if {"voltage", "mean voltage", "frequency"} & set(block.columns):
            blocks[title] = block
    if not blocks:
        raise DataFileError(
            reasons[0]
            if len(reasons) == 1
            else f"{content.path}: no sheet of {', '.join(list(sheets)[:5])} has "
            "columns "
            "of a curve or a spectrum; right would be such as Time [s], Voltage [V], "
            "Current [A]"
        )
    # sheets alike follow each other; of others the one with the most rows
    largest = max(blocks.values(), key=_rows)
    alike = {
        title: block
        for title, block in blocks.items()
        if {q: c.heading for q, c in block.columns.items()}
        == {q: c.heading for q, c in largest.columns.items()}
    }
    remarks = [f'sheet "{title}" is left out' for title in blocks if title not in alike]
    words = f"Excel table, sheet {', '.join(list(alike)[:5])}"
    return assemble.recording(content, words, list(alike.values()), remarks)


def _rows(block):
    return len(next(iter(block.values.values())))


def _as_text(sheet):
    """A sheet as lines with tabs."""
    lines, size = [], 0
    for row in sheet.iter_rows(values_only=True):
        line = "\t".join(map(_cell, row)).rstrip("\t")
        size += len(line) + 1
        if size > MAX_BYTES:
            raise DataFileError(
                f'sheet "{sheet.title}" holds more than {MAX_BYTES / 1e6:g} MB; right '
                "would be fewer rows"
            )
        lines.append(line)
    return "\n".join(lines).encode("utf-8") or b" "


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, datetime.timedelta):
        seconds = value.total_seconds()
        return (
            f"{int(seconds // 3600)}:{int(seconds // 60) % 60:02d}:{seconds % 60:09.6f}"
        )
    if isinstance(value, float):
        return repr(value)
    return str(value).replace("\t", " ").replace("\n", " ").replace("\r", " ")


# ------------------------------------------------------------------- Neware and Parquet
def read_nda(content):
    """The recording of a Neware .nda file."""
    return _neware(content, ".nda")


def read_ndax(content):
    """The recording of a Neware .ndax file."""
    _checked_zip(content)
    return _neware(content, ".ndax")


def _neware(content, suffix):
    try:
        import NewareNDA
    except ImportError as error:
        _needs(content, f"a Neware {suffix}", error)
    try:
        table = NewareNDA.read(str(content.path), log_level="CRITICAL")
    except Exception as error:
        reason = str(error).split("\n")[0][:100]
        raise DataFileError(
            f"{content.path}: is no Neware {suffix} that can be read ({reason}); right "
            "would be its export as .csv or .xlsx"
        ) from error
    return _frame(content, f"Neware {suffix}", table)


def read_parquet(content):
    """The recording of a Parquet file, such as .bdf.parquet."""
    import pandas as pd

    try:
        table = pd.read_parquet(io.BytesIO(content.raw))
    except ImportError as error:
        raise DataFileError(
            f"{content.path}: is a Parquet file; to read it, type pip install pyarrow"
        ) from error
    except Exception as error:
        reason = str(error).split("\n")[0][:100]
        raise DataFileError(
            f"{content.path}: is no Parquet file that can be read ({reason}); right "
            "would be the whole file, or its export as .csv"
        ) from error
    return _frame(content, "Parquet table", table)


def _frame(content, words, table):
    """The recording of a table that a library has read."""
    titles = [str(title) for title in table.columns]
    columns, remarks = choose(titles, content.path)
    delimited.refuse_useless(columns, titles, content.path)
    values = {
        q: table.iloc[:, c.place].reset_index(drop=True) for q, c in columns.items()
    }
    block = assemble.Block(columns, values, remarks=remarks)
    return assemble.recording(content, f"{words}, {len(table)} rows", [block])
