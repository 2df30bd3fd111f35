"""One measurement, written as many instruments would write it."""

import struct
from dataclasses import dataclass

import numpy as np

AMPERE = 1.25e-4


@dataclass
class Truth:
    """A rest, a discharge, a rest and a charge; positive current charges."""

    time: np.ndarray
    voltage: np.ndarray
    current: np.ndarray
    capacity: np.ndarray  # of each step, from zero [A.h]
    step: np.ndarray
    step_time: np.ndarray


def measurement(points=60):
    """Time in steps of 60 s."""
    parts = []
    start = 0.0
    levels = [(0.0, 3.2, 3.2), (-AMPERE, 3.1, 2.0), (0.0, 2.3, 2.4), (AMPERE, 2.5, 4.4)]
    for number, (current, first, last) in enumerate(levels, start=1):
        own = 60.0 * np.arange(1, points + 1)
        parts.append(
            np.column_stack(
                [
                    start + own,
                    np.linspace(first, last, points),
                    np.full(points, current),
                    abs(current) * own / 3600,
                    np.full(points, number),
                    own,
                ]
            )
        )
        start += own[-1]
    return Truth(*np.vstack(parts).T)


def spectrum(points=41, shift=0.0):
    """Frequencies and an impedance of two arcs."""
    f = np.logspace(5, -1, points)
    w = 2j * np.pi * f
    return f, 10 + shift + 90 / (1 + w * 1e-4) + 200 / (1 + w * 0.1)


def clock(seconds, days=False):
    """h:mm:ss.fff, with the days before it if asked for."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if days:
        day, hours = divmod(hours, 24)
        return f"{int(day)}d {int(hours):02d}:{int(minutes):02d}:{rest:05.2f}"
    return f"{int(hours)}:{int(minutes):02d}:{rest:06.3f}"


def rows(*columns, separator=",", form="{:.9g}"):
    """Lines of a table; text stays as it is."""
    return "\n".join(
        separator.join(c if isinstance(c, str) else form.format(c) for c in row)
        for row in zip(*columns, strict=True)
    )


# ------------------------------------------------------------------------ binary .mpr
KINDS = {4: "f8", 5: "f4", 6: "f4", 7: "f8", 8: "f4", 11: "f8", 13: "f8", 23: "f8"}
KINDS |= {24: "f8", 32: "f4", 37: "f4", 38: "f4", 39: "u2", 77: "f4", 131: "u2"}
KINDS |= {462: "f4", 468: "u4", 469: "u4", 9: "f4", 27: "f4", 471: "f4"}
FLAGS = (1, 2, 3, 21, 31, 65)
OFFSETS = {0: 100, 2: 405, 3: 406, 10: 1007, 11: 1007}


def module(name, body, version=0, new=False):
    """One module with its head, of the older or the newer layout."""
    head = b"MODULE" + name.ljust(10).encode() + name.ljust(25).encode()
    if new:
        head += struct.pack("<4I", 0xFFFFFFFF, len(body), 0, version)
    else:
        head += struct.pack("<2I", len(body), version)
    return head + b"10/31/24" + body


def mpr(columns, version=3, new=False, flags=True, kinds=KINDS):
    """Bytes of an .mpr with these columns, a dict of id to values."""
    points = len(next(iter(columns.values())))
    ids = [*(FLAGS if flags else ()), *columns]
    fields = [("flags", "u1")] if flags else []
    fields += [(str(k), "<" + kinds[k]) for k in columns]
    table = np.zeros(points, np.dtype(fields))
    for k, values in columns.items():
        table[str(k)] = values
    body = struct.pack("<I", points)
    if version == 0:
        body += struct.pack(f"<B{len(ids)}B", len(ids), *ids)
    elif version in (2, 3):
        body += struct.pack(f"<B{len(ids)}H", len(ids), *ids)
    else:
        body += struct.pack(f"<H{len(ids)}H", len(ids), *ids)
    body = body.ljust(OFFSETS[version], b"\0") + table.tobytes()
    mark = b"BIO-LOGIC MODULAR FILE\x1a".ljust(0x30) + b"\0" * 4
    return (
        mark
        + module("VMP Set", b"\x04" + b"\0" * 300, 0, new)
        + module("VMP data", body, version, new)
        + module("VMP LOG", b"\0" * 200, 0, new)
    )
