"""BioLogic .mpr, the binary file of EC-Lab and BT-Lab.

The file begins with a mark. Modules follow: settings ("VMP Set"), data ("VMP data"), a
log and others. A module begins with its names, length, version and date. A data module
has the number of points, the ids of the columns, and the records from a fixed offset.
"""

import itertools
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError, refusal
from nfpcell.measured.readers import assemble
from nfpcell.measured.readers.column_choice import choose
from nfpcell.measured.readers.column_quantities import (
    DEFAULT_UNITS,
    MEASURED,
    data_file,
)
from nfpcell.measured.readers.file_content import Content
from nfpcell.measured.readers.raw_table import RawTable
from nfpcell.measured.readers.recording import Recording

MARK = b"BIO-LOGIC MODULAR FILE"
_MODULE = b"MODULE"
_FIRST_MODULE = 0x34
_NAMES = 41  # "MODULE", a short name of 10 bytes and a long one of 25
_NEW_HEAD = 0xFFFFFFFF
_MOST_COLUMNS = 200
# offset of the records in the body of a data module, by its version
_RECORDS_AT = {0: 100, 2: 405, 3: 406, 10: 1007, 11: 1007}
# bytes of a number, and the largest number of columns of unknown size
_NUMBER_SIZES, _MOST_UNKNOWN = (1, 2, 4, 8), 4
_TEXT_EXPORT = "its export as text from EC-Lab, an .mpt file"
# largest plausible values in SI units, and the smallest that is not zero
_LARGEST = {"voltage": 10.0, "mean voltage": 10.0, "current": 1e4, "mean current": 1e4}
_LARGEST |= {"time": 1e10, "step time": 1e10, "frequency": 1e9, "cycle": 1e9}
_LARGEST |= {"loop": 1e9, "step": 1e5, "temperature": 1e4}
_LARGEST_OTHER, _SMALLEST = 1e15, 1e-30
# largest share of the rows in which the time starts again
_MOST_RESTARTS = 0.1
# these columns share one byte, at the place of the first of them
_FLAGS = {1, 2, 3, 21, 31, 65}
_IDS = data_file("biologic.toml")
_TECHNIQUES = {int(code): name for code, name in _IDS["techniques"].items()}
# heading and type of number of each column
_COLUMNS = {int(id_): tuple(column) for id_, column in _IDS["columns"].items()}


@dataclass(frozen=True)
class Module:
    """A module of the file."""

    name: str  # the short one
    version: int
    body: memoryview
    complete: bool


@dataclass(frozen=True)
class RecordLayout:
    """How the points of a data module are stored."""

    start: int  # of the records in the body of the module
    record: np.dtype  # fields of one point, named by the ids of their columns
    unknown: list[int]  # ids of the columns that are left out


def read(content: Content) -> Recording:
    """
    The recording of an .mpr file.

    A truncated file gives the points before its end, with a remark.
    """
    modules = list(_modules(content))
    data = [module for module in modules if module.name == "VMP data"]
    if not data:
        right = "the whole .mpr file of a measurement that was started"
        raise refusal(content.path, "has no data module", right)
    tables = [_raw_table(module, content.path) for module in data]
    settings = [m.body for m in modules if m.name == "VMP Set" and len(m.body)]
    technique = _TECHNIQUES.get(settings[0][0]) if settings else None
    version, points = data[0].version, sum(map(len, tables))
    parts = [technique, f"VMP data version {version}", f"{points} points"]
    format_ = ", ".join(["BioLogic .mpr", *filter(None, parts)])
    remarks = () if modules[-1].complete else ("the file is truncated",)
    return assemble.recording(content, format_, tables, remarks)


def _modules(content: Content) -> Iterator[Module]:
    """Every module, in order; the last may be incomplete, but none is too short."""
    raw = content.raw
    place = _FIRST_MODULE
    if raw[place : place + 6] != _MODULE:
        place = raw.find(_MODULE, len(MARK), len(MARK) + 1000)
    while place >= 0 and raw[place : place + 6] == _MODULE:
        name = raw[place + 6 : place + 16].decode("latin-1").strip("\0 ")
        head = raw[place + _NAMES : place + _NAMES + 24]
        if len(head) < 24:
            return
        if struct.unpack_from("<I", head)[0] == _NEW_HEAD:
            length, _, version = struct.unpack_from("<3I", head, 4)
            start = place + _NAMES + 24
        else:
            length, version = struct.unpack_from("<2I", head)
            start = place + _NAMES + 16
        body = memoryview(raw)[start : start + length]
        yield Module(name, version, body, len(body) == length)
        # after the head, so that the loop also ends for a length of zero
        place = start + length
        if raw[place : place + 6] != _MODULE and raw[place:].strip(b"\0\r\n "):
            what = f"no module follows {name}: bytes are missing or added"
            raise refusal(content.path, what, "the file as EC-Lab wrote it")


def _raw_table(module: Module, path: Path) -> RawTable:
    """The points of a data module."""
    body, version = module.body, module.version
    points, ids = _points_and_ids(module, path)
    layout = _record_layout(module, points, ids, path)
    remarks = []
    available = max(0, len(body) - layout.start) // layout.record.itemsize
    if available < points:
        remarks.append(f"the file ends after {available} of {points} points")
        points = available
    if version not in _RECORDS_AT:
        remarks.append(f"data of the unknown version {version} is read by its size")
    if layout.unknown:
        remarks.append(f"unknown columns are left out: ids {_listed(layout.unknown)}")
    if not points:
        right = "the file of a measurement that has run"
        raise refusal(path, "has no point", right)
    records = np.frombuffer(body, layout.record, points, layout.start)
    names = [name for name in layout.record.names or () if name.isdigit()]
    choice = choose([_COLUMNS[int(name)][0] for name in names], path)
    with np.errstate(all="ignore"):
        values = {
            quantity: pd.Series(records[names[column.place]].astype(float))
            for quantity, column in choice.columns.items()
        }
    if not MEASURED & set(values):
        what = "has no column of a time, a voltage or an impedance"
        raise refusal(path, what, "a file of a charge, a discharge or a spectrum")
    table = RawTable(path, choice.columns, values, remarks=remarks + choice.remarks)
    _check_plausible(table, layout.unknown, path)
    return table


def _points_and_ids(module: Module, path: Path) -> tuple[int, tuple[int, ...]]:
    """The number of points that a data module states, and the ids of its columns."""
    body = module.body
    wide = module.version not in (0, 2, 3)
    try:
        (points,) = struct.unpack_from("<I", body)
        (count,) = struct.unpack_from("<H" if wide else "<B", body, 4)
        if count > _MOST_COLUMNS:
            what = f"names {count} columns of data"
            raise refusal(path, what, f"at most {_MOST_COLUMNS}")
        kind = "B" if module.version == 0 else "H"
        ids = struct.unpack_from(f"<{count}{kind}", body, 6 if wide else 5)
    except struct.error as error:
        raise refusal(path, "ends before its data", "the complete file") from error
    if not count:
        what = "names no column of data and may be damaged"
        raise refusal(path, what, "the file as EC-Lab wrote it")
    return points, ids


def _record_layout(
    module: Module, points: int, ids: Sequence[int], path: Path
) -> RecordLayout:
    """
    Offset and fields of the records.

    The size of a record has to match the length of the module. An unknown column is
    left out if only one place of the known columns fits.
    """
    fields: dict[str, str | None] = {}
    for place, column in enumerate(ids):
        if column in _FLAGS:
            fields["flags"] = "u1"
        elif column not in _COLUMNS:
            fields[f"unknown {place}"] = None
        elif str(column) in fields:
            name = _COLUMNS[column][0]
            what = f"names the column {name} twice and may be damaged"
            raise refusal(path, what, "the file as EC-Lab wrote it")
        else:
            fields[str(column)] = "<" + _COLUMNS[column][1]
    unknown = [k for k in ids if k not in _FLAGS and k not in _COLUMNS]
    size = sum(np.dtype(kind).itemsize for kind in fields.values() if kind)
    length = len(module.body)
    usual = _RECORDS_AT.get(module.version)
    if unknown:
        spare = (length - (usual or length)) / max(points, 1) - size
        record = _with_unknown(fields, spare) if module.complete else None
        if usual is None or record is None:
            raise _unknown_columns(unknown, "whose size is not certain", path)
        return RecordLayout(usual, record, unknown)
    if module.complete and points:
        for start in dict.fromkeys([usual or 0, *_RECORDS_AT.values()]):
            if length - start == points * size:
                return RecordLayout(start, _record(fields), unknown)
    elif usual is not None:
        return RecordLayout(usual, _record(fields), unknown)
    rest = length - (usual or _RECORDS_AT[11])
    what = f"states {points} points of {size} bytes, but has {rest} bytes"
    raise refusal(path, what, "the complete file, as EC-Lab wrote it")


def _record(fields: Mapping[str, str | None]) -> np.dtype:
    return np.dtype([(name, kind) for name, kind in fields.items() if kind])


def _with_unknown(fields: Mapping[str, str | None], spare: float) -> np.dtype | None:
    """The record in which unknown columns have ``spare`` bytes; None if ambiguous."""
    unknown = [name for name, kind in fields.items() if kind is None]
    if len(unknown) > _MOST_UNKNOWN:
        return None
    records: dict[tuple[int, ...], np.dtype] = {}
    for sizes in itertools.product(_NUMBER_SIZES, repeat=len(unknown)):
        if sum(sizes) != spare:
            continue
        blanks = {name: f"V{n}" for name, n in zip(unknown, sizes, strict=True)}
        record = _record({name: kind or blanks[name] for name, kind in fields.items()})
        places: Mapping[str, tuple[Any, ...]] = record.fields or {}
        offsets = (places[name][1] for name, kind in fields.items() if kind)
        records[tuple(offsets)] = record
    return next(iter(records.values())) if len(records) == 1 else None


def _unknown_columns(unknown: Sequence[int], why: str, path: Path) -> DataFileError:
    columns = f"unknown columns (ids {_listed(unknown)})"
    if len(unknown) == 1:
        columns = f"the unknown column {unknown[0]}"
    return refusal(path, f"has {columns} {why}", _TEXT_EXPORT)


def _check_plausible(table: RawTable, unknown: Sequence[int], path: Path) -> None:
    """Raise an error for values that no instrument measures: read at a wrong place."""
    numbers = table.numbers
    what = None
    for quantity, values in numbers.items():
        largest = _LARGEST.get(quantity, _LARGEST_OTHER)
        size = np.abs(values)
        wrong = ~((size <= largest) & ((size >= _SMALLEST) | (size == 0)))
        if quantity in ("time", "step time", "frequency"):
            wrong |= values < 0
        if wrong.any():
            row = int(np.argmax(wrong))
            what = (
                f"a {quantity} of {values[row]:.3g}{_unit(quantity)} in row {row + 1}"
            )
            break
    else:
        steps = np.diff(numbers.get("time", np.zeros(1)))
        if (steps < 0).sum() > _MOST_RESTARTS * len(steps):
            row = int(np.argmax(steps < 0)) + 2
            what = f"a time that runs back, first in row {row}"
    if what and unknown:
        raise _unknown_columns(unknown, f"and is read with {what}", path)
    if what:
        right = "the file as EC-Lab wrote it, or its export as text"
        raise refusal(path, f"is read with {what} and may be damaged", right)


def _unit(quantity: str) -> str:
    unit = DEFAULT_UNITS[quantity]
    return {"1": "", "A.h": " C"}.get(unit, f" {unit}")


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:10]))
