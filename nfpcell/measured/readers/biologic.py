"""BioLogic .mpr, the binary file of EC-Lab and BT-Lab.

The file begins with a mark. Modules follow: settings ("VMP Set"), data ("VMP data"), a
log and others. A module begins with its names, length, version and date. A data module
has the number of points, the ids of the columns, and the records from a fixed offset.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.readers import assemble
from nfpcell.measured.readers.column_choice import choose
from nfpcell.measured.readers.column_quantities import MEASURED, data_file
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
    """Every module, in order; the last may be incomplete."""
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
        remarks.append(f"data of version {version} is read as that of version 11")
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
    return RawTable(path, choice.columns, values, remarks=remarks + choice.remarks)


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

    The size of a record has to match the length of the module. Unknown columns get the
    bytes that the known columns do not use.
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
    usual = _RECORDS_AT.get(module.version, _RECORDS_AT[11])
    if not unknown and not (module.complete and points):
        return RecordLayout(usual, _record(fields), unknown)
    if module.complete and points:
        for start in dict.fromkeys([usual, *_RECORDS_AT.values()]):
            record_size, remainder = divmod(length - start, points)
            spare = record_size - size
            if remainder or spare < 0 or bool(spare) != bool(unknown):
                continue
            filled = _filled(fields, len(unknown), spare)
            if filled:
                return RecordLayout(start, _record(filled), unknown)
    if unknown:
        what = f"has unknown columns (ids {_listed(unknown)})"
        right = "its export as text from EC-Lab, an .mpt file"
        raise refusal(path, what, right)
    what = f"states {points} points of {size} bytes, but has {length - usual} bytes"
    raise refusal(path, what, "the complete file, as EC-Lab wrote it")


def _record(fields: dict[str, str | None]) -> np.dtype:
    return np.dtype([(name, kind) for name, kind in fields.items() if kind])


def _filled(
    fields: dict[str, str | None], count: int, spare: int
) -> dict[str, str | None] | None:
    """The fields with ``spare`` bytes for the unknown ones; None if ambiguous."""
    if not count:
        return fields
    if spare == 4 * count:
        return {name: kind or "V4" for name, kind in fields.items()}
    places = [place for place, kind in enumerate(fields.values()) if kind is None]
    if places[-1] - places[0] + 1 != count:
        return None
    # neighbours are left out together
    first = list(fields)[places[0]]
    return {**fields, first: f"V{spare}"}


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:10]))
