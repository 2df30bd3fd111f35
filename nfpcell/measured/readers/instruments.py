"""Text files of instruments that are more than one table: Gamry, ZView, VersaStudio."""

import re

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import assemble, delimited, units
from nfpcell.measured.readers.headings import heading

_MOST_LINES = 5_000_000
_MOST_SECTIONS = 2_000
# columns of ZPlot, whatever its headings say
_ZVIEW = (
    "Freq(Hz)",
    "Ampl",
    "Bias",
    "Time(Sec)",
    "Z'(a)",
    "Z''(b)",
    "GD",
    "Err",
    "Range",
)
_GAMRY_TABLE = re.compile(r"^(\w+)\s+TABLE\b")
_SEGMENT = re.compile(r"^<Segment(\d+)>")


def _lines(content):
    lines = re.split(r"\r\n|\n|\r", content.text())
    if len(lines) > _MOST_LINES:
        raise DataFileError(
            f"{content.path}: has {len(lines)} lines; right would be at most "
            f"{_MOST_LINES}"
        )
    return lines


# ------------------------------------------------------------------------------- Gamry
def read_gamry(content):
    """The recording of a Gamry .dta file; None if it is none."""
    if content.head[0].strip() != "EXPLAIN":
        return None
    lines = _lines(content)
    blocks, remarks = [], []
    starts = [k for k, line in enumerate(lines) if _GAMRY_TABLE.match(line)]
    if len(starts) > _MOST_SECTIONS:
        raise DataFileError(
            f"{content.path}: has {len(starts)} tables; right would be at most "
            f"{_MOST_SECTIONS}"
        )
    names = [_GAMRY_TABLE.match(lines[k]).group(1) for k in starts]
    curves = [name for name in names if not name.startswith("OCV")]
    tags = [line for line in lines[1:3] if line.startswith("TAG")]
    for name, start in zip(names, starts, strict=True):
        end = start + 1
        while end < len(lines) and (lines[end].startswith("\t") or not lines[end]):
            end += 1
        if end - start < 4:
            remarks.append(f"table {name} is empty")
            continue
        titles = delimited.split(lines[start + 1], "\t")
        below = tuple(
            "°C" if units.plain(cell).lower() == "deg c" else cell.split(" vs")[0]
            for cell in delimited.split(lines[start + 2], "\t")
        )
        if name.startswith("OCV") and curves:
            remarks.append(f"the rest before, {name}, is left out")
            continue
        if not {h.quantity for t in titles if (h := heading(t))} & {
            "frequency",
            "voltage",
        }:
            remarks.append(f"table {name} is left out")
            continue
        blocks.append(
            delimited.block(content, start + 3, "\t", titles, below, last=end)
        )
    if not blocks:
        raise DataFileError(
            f"{content.path}: has no table of data; right would be the whole .dta "
            "file, "
            "with a ZCURVE or CURVE table"
        )
    tag = tags[0].split("\t")[1].strip() if tags and "\t" in tags[0] else ""
    words = ["Gamry .dta", *([tag] if tag else []), f"tables {', '.join(names[:5])}"]
    return assemble.recording(content, ", ".join(words), blocks, remarks)


# ------------------------------------------------------------------------------- ZView
def read_zview(content):
    """The recording of a ZPlot or ZView .z file; None if it is none."""
    head = content.head
    end = next((k for k, line in enumerate(head) if line.startswith("End Comm")), None)
    if end is None and content.suffix != ".z":
        return None
    if end is None:
        first = next(k for k, line in enumerate(head) if line.strip())
        cells = re.split(r"[\t;,\s]+", head[first].strip())
        if not (len(cells) >= 6 and _NUMBERS.fullmatch("".join(cells))):
            return None
    else:
        first = end + 1
    row = next((line for line in head[first:] if line.strip()), "")
    separator = next((s for s in "\t;," if s in row), r"\s+")
    titles = list(_ZVIEW)
    if end:
        own = delimited.split(head[end - 1], separator)
        told = {h.quantity for title in own if (h := heading(title))}
        if {"frequency", "real part", "imaginary part"} <= told:
            titles = own
    block = delimited.block(content, first, separator, titles)
    # the time and the bias are the instrument's, not of a charge or discharge
    wanted = ("frequency", "real part", "imaginary part")
    block.values = {quantity: block.values[quantity] for quantity in wanted}
    block.columns = {quantity: block.columns[quantity] for quantity in wanted}
    return assemble.counted(assemble.recording(content, "ZView .z", [block]))


_NUMBERS = re.compile(r"[\d.+\-eE]+")


# ------------------------------------------------------------------------- VersaStudio
def read_versastudio(content):
    """The recording of a Princeton VersaStudio .par file; None if it is none."""
    start = "\n".join(content.head[:20])
    if not ("<Application>" in start and "VersaStudio" in start):
        return None
    lines = _lines(content)
    blocks, number = [], 0
    line = 0
    while line < len(lines):
        match = _SEGMENT.match(lines[line])
        if not match:
            line += 1
            continue
        closing = f"</Segment{match.group(1)}>"
        titles, first = None, None
        line += 1
        while line < len(lines) and lines[line].strip() != closing:
            if titles is None and lines[line].startswith("Definition="):
                titles = delimited.split(lines[line].partition("=")[2], ",")
                first = line + 1
            line += 1
        number += 1
        if number > _MOST_SECTIONS:
            raise DataFileError(
                f"{content.path}: has more than {_MOST_SECTIONS} segments; right would "
                "be fewer"
            )
        if titles and line > first:
            blocks.append(delimited.block(content, first, ",", titles, last=line))
    if not blocks:
        raise DataFileError(
            f"{content.path}: has no segment of data; right would be the whole .par "
            "file "
            "of a measurement that has run"
        )
    words = f"VersaStudio .par, {len(blocks)} segment" + "s" * (len(blocks) > 1)
    return assemble.recording(content, words, blocks)
