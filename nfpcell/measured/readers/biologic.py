"""BioLogic .mpr, the binary file of EC-Lab and BT-Lab.

A mark, then modules one after the other: settings ("VMP Set"), data ("VMP data"), a log
and others. A module begins with its names, length, version and date; that of the data
has the number of points, the ids of the columns, and the records from a fixed place on.
"""

import struct
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import assemble
from nfpcell.measured.readers.headings import TELLING, choose

MARK = b"BIO-LOGIC MODULAR FILE"
_MODULE = b"MODULE"
_FIRST_MODULE = 0x34
_NAMES = 41  # "MODULE", a short name of 10 bytes and a long one of 25
_UNBOUNDED = 0xFFFFFFFF
_MOST_COLUMNS = 200
# where the records begin in the body of a data module, by its version
_RECORDS_AT = {0: 100, 2: 405, 3: 406, 10: 1007, 11: 1007}
# these share one byte, at the place of the first of them
_FLAGS = {1, 2, 3, 21, 31, 65}
_COLUMNS = {
    4: ("time/s", "f8"),
    5: ("control/V/mA", "f4"),
    6: ("Ewe/V", "f4"),
    7: ("dq/mA.h", "f8"),
    8: ("I/mA", "f4"),
    9: ("Ece/V", "f4"),
    11: ("<I>/mA", "f8"),
    13: ("(Q-Qo)/mA.h", "f8"),
    16: ("Analog IN 1/V", "f4"),
    17: ("Analog IN 2/V", "f4"),
    19: ("control/V", "f4"),
    20: ("control/mA", "f4"),
    23: ("dQ/mA.h", "f8"),
    24: ("cycle number", "f8"),
    26: ("Rapp/Ohm", "f4"),
    27: ("Ewe-Ece/V", "f4"),
    32: ("freq/Hz", "f4"),
    33: ("|Ewe|/V", "f4"),
    34: ("|I|/A", "f4"),
    35: ("Phase(Z)/deg", "f4"),
    36: ("|Z|/Ohm", "f4"),
    37: ("Re(Z)/Ohm", "f4"),
    38: ("-Im(Z)/Ohm", "f4"),
    39: ("I Range", "u2"),
    69: ("R/Ohm", "f4"),
    70: ("P/W", "f4"),
    74: ("|Energy|/W.h", "f8"),
    75: ("Analog OUT/V", "f4"),
    76: ("<I>/mA", "f4"),
    77: ("<Ewe>/V", "f4"),
    78: ("Cs-2/uF-2", "f4"),
    96: ("|Ece|/V", "f4"),
    98: ("Phase(Zce)/deg", "f4"),
    99: ("|Zce|/Ohm", "f4"),
    100: ("Re(Zce)/Ohm", "f4"),
    101: ("-Im(Zce)/Ohm", "f4"),
    123: ("Energy charge/W.h", "f8"),
    124: ("Energy discharge/W.h", "f8"),
    125: ("Capacitance charge/uF", "f8"),
    126: ("Capacitance discharge/uF", "f8"),
    131: ("Ns", "u2"),
    163: ("|Estack|/V", "f4"),
    168: ("Rcmp/Ohm", "f4"),
    169: ("Cs/uF", "f4"),
    172: ("Cp/uF", "f4"),
    173: ("Cp-2/uF-2", "f4"),
    174: ("<Ewe>/V", "f4"),
    241: ("|E1|/V", "f4"),
    242: ("|E2|/V", "f4"),
    271: ("Phase(Z1)/deg", "f4"),
    272: ("Phase(Z2)/deg", "f4"),
    301: ("|Z1|/Ohm", "f4"),
    302: ("|Z2|/Ohm", "f4"),
    331: ("Re(Z1)/Ohm", "f4"),
    332: ("Re(Z2)/Ohm", "f4"),
    361: ("-Im(Z1)/Ohm", "f4"),
    362: ("-Im(Z2)/Ohm", "f4"),
    391: ("<E1>/V", "f4"),
    392: ("<E2>/V", "f4"),
    422: ("Phase(Zstack)/deg", "f4"),
    423: ("|Zstack|/Ohm", "f4"),
    424: ("Re(Zstack)/Ohm", "f4"),
    425: ("-Im(Zstack)/Ohm", "f4"),
    426: ("<Estack>/V", "f4"),
    430: ("Phase(Zwe-ce)/deg", "f4"),
    431: ("|Zwe-ce|/Ohm", "f4"),
    432: ("Re(Zwe-ce)/Ohm", "f4"),
    433: ("-Im(Zwe-ce)/Ohm", "f4"),
    434: ("(Q-Qo)/C", "f4"),
    435: ("dQ/C", "f4"),
    438: ("step time/s", "f8"),
    441: ("<Ece>/V", "f4"),
    462: ("Temperature/°C", "f4"),
    467: ("Q charge/discharge/mA.h", "f8"),
    468: ("half cycle", "u4"),
    469: ("z cycle", "u4"),
    471: ("<Ece>/V", "f4"),
    473: ("THD Ewe/%", "f4"),
    474: ("THD I/%", "f4"),
    476: ("NSD Ewe/%", "f4"),
    477: ("NSD I/%", "f4"),
    479: ("NSR Ewe/%", "f4"),
    480: ("NSR I/%", "f4"),
    **{486 + k: (f"|Ewe h{k + 2}|/V", "f4") for k in range(6)},
    **{492 + k: (f"|I h{k + 2}|/A", "f4") for k in range(6)},
    880: ("Energy we/W.h", "f8"),
}
_TECHNIQUES = {
    0x04: "GCPL",
    0x06: "CV",
    0x0B: "OCV",
    0x18: "CA",
    0x19: "CP",
    0x1C: "Wait",
    0x1D: "PEIS",
    0x1E: "GEIS",
    0x32: "ZIR",
    0x33: "CVA",
    0x6C: "LSV",
    0x75: "constant voltage",
    0x76: "constant current",
    0x7F: "Modulo Bat",
    0x88: "BCD",
}


@dataclass(frozen=True)
class Module:
    """A module: short name, version, body, and whether all of it is there."""

    name: str
    version: int
    body: memoryview
    whole: bool


def is_mpr(raw):
    """Whether these bytes begin as an .mpr does."""
    return raw.startswith(MARK)


def read(content):
    """
    The recording of an .mpr file.

    A file that ends early gives the points that are there, with a remark.

    Parameters
    ----------
    content : Content

    Returns
    -------
    Recording

    Raises
    ------
    DataFileError : one sentence, for a file without data or with columns that cannot be
        told apart
    """
    modules = list(_modules(content))
    data = [module for module in modules if module.name == "VMP data"]
    if not data:
        raise DataFileError(
            f"{content.path}: has no data module; right would be the whole .mpr file "
            "of a measurement that was started"
        )
    blocks = [_block(module, content.path) for module in data]
    points = sum(len(next(iter(block.values.values()))) for block in blocks)
    technique = next(
        (
            _TECHNIQUES.get(module.body[0])
            for module in modules
            if module.name == "VMP Set" and len(module.body)
        ),
        None,
    )
    words = [
        "BioLogic .mpr",
        *([technique] if technique else []),
        f"VMP data version {data[0].version}",
        f"{points} points",
    ]
    cut = () if modules[-1].whole else ("the file ends early",)
    return assemble.recording(content, ", ".join(words), blocks, cut)


def _modules(content):
    """Every module, in order; the last may be cut short."""
    raw = memoryview(content.raw)
    place = _FIRST_MODULE
    if content.raw[place : place + 6] != _MODULE:
        place = content.raw.find(_MODULE, len(MARK), len(MARK) + 1000)
    while place >= 0 and content.raw[place : place + 6] == _MODULE:
        name = content.raw[place + 6 : place + 16].decode("latin-1").strip("\0 ")
        head = content.raw[place + _NAMES : place + _NAMES + 24]
        if len(head) < 24:
            return
        if struct.unpack_from("<I", head)[0] == _UNBOUNDED:
            length, _, version = struct.unpack_from("<3I", head, 4)
            start = place + _NAMES + 24
        else:
            length, version = struct.unpack_from("<2I", head)
            start = place + _NAMES + 16
        body = raw[start : start + length]
        yield Module(name, version, body, len(body) == length)
        # a length of zero still moves on, by the head
        place = start + length


def _block(module, path):
    """The points of a data module."""
    body, version = module.body, module.version
    points, ids = _columns_of(module, path)
    start, record, unknown = _record(module, points, ids, path)
    remarks = []
    there = max(0, len(body) - start) // record.itemsize
    if there < points:
        remarks.append(f"the file ends after {there} of {points} points")
        points = there
    if version not in _RECORDS_AT:
        remarks.append(f"data of version {version} is read as that of version 11")
    if unknown:
        remarks.append(
            "columns that are not known are left out: ids "
            + ", ".join(map(str, unknown[:10]))
        )
    if not points:
        raise DataFileError(
            f"{path}: holds no point; right would be the file of a measurement that "
            "has run"
        )
    table = np.frombuffer(body, record, points, start)
    titles = [_COLUMNS[int(name)][0] for name in record.names if name.isdigit()]
    names = [name for name in record.names if name.isdigit()]
    columns, chosen = choose(titles, path)
    with np.errstate(all="ignore"):
        values = {
            quantity: pd.Series(table[names[column.place]].astype(float))
            for quantity, column in columns.items()
        }
    if not TELLING & set(values):
        raise DataFileError(
            f"{path}: has no column of a time, a voltage or an impedance; right would "
            "be a file of a charge, a discharge or a spectrum"
        )
    return assemble.Block(columns, values, remarks=[*remarks, *chosen])


def _columns_of(module, path):
    """How many points a data module says it has, and the ids of its columns."""
    body = module.body
    wide = module.version not in (0, 2, 3)
    try:
        (points,) = struct.unpack_from("<I", body)
        (count,) = struct.unpack_from("<H" if wide else "<B", body, 4)
        if count > _MOST_COLUMNS:
            raise DataFileError(
                f"{path}: names {count} columns of data; right would be at most "
                f"{_MOST_COLUMNS}"
            )
        kind = "B" if module.version == 0 else "H"
        ids = struct.unpack_from(f"<{count}{kind}", body, 6 if wide else 5)
    except struct.error as error:
        raise DataFileError(
            f"{path}: ends before its data; right would be the whole file"
        ) from error
    if not count:
        raise DataFileError(
            f"{path}: names no column of data and may be damaged; right would be the "
            "file as EC-Lab wrote it"
        )
    return points, ids


def _record(module, points, ids, path):
    """
    Where the records begin, and what one of them is.

    The size of a record has to fit the length of the module; where it does not, the
    columns that are not known take up the difference.
    """
    fields, unknown = [], []
    for place, id_ in enumerate(ids):
        if id_ in _FLAGS:
            if not any(name == "flags" for name, _ in fields):
                fields.append(("flags", "u1"))
        elif id_ in _COLUMNS:
            name = str(id_)
            if any(name == other for other, _ in fields):
                raise DataFileError(
                    f"{path}: names the column {_COLUMNS[id_][0]} twice and may be "
                    "damaged; right would be the file as EC-Lab wrote it"
                )
            fields.append((name, "<" + _COLUMNS[id_][1]))
        else:
            unknown.append(id_)
            fields.append((f"unknown {place}", None))
    size = sum(np.dtype(kind).itemsize for _, kind in fields if kind)
    length = len(module.body)
    usual = _RECORDS_AT.get(module.version, _RECORDS_AT[11])
    if not module.whole or not points:
        if unknown:
            raise DataFileError(_strange(path, unknown))
        return usual, np.dtype(fields), unknown
    for start in dict.fromkeys([usual, *_RECORDS_AT.values()]):
        rest, left = divmod(length - start, points)
        rest -= size
        if left or rest < 0 or bool(rest) != bool(unknown):
            continue
        found = _filled(fields, len(unknown), rest)
        if found:
            return start, np.dtype(found), unknown
    if unknown:
        raise DataFileError(_strange(path, unknown))
    raise DataFileError(
        f"{path}: says {points} points of {size} bytes, and has {length - usual} bytes "
        "of them; right would be the whole file, as EC-Lab wrote it"
    )


def _filled(fields, count, rest):
    """The fields with those that are not known as plain bytes, or None."""
    if not count:
        return fields
    places = [k for k, (_, kind) in enumerate(fields) if kind is None]
    if rest == 4 * count:
        return [(name, kind or "V4") for name, kind in fields]
    if places[-1] - places[0] + 1 != count:
        return None
    first = (fields[places[0]][0], f"V{rest}")
    return [*fields[: places[0]], first, *fields[places[-1] + 1 :]]


def _strange(path, unknown):
    ids = ", ".join(map(str, unknown[:10]))
    return (
        f"{path}: has columns that are not known (ids {ids}); right would be its "
        "export as text from EC-Lab, an .mpt file"
    )
