"""Text files with more than a table: those of Gamry, ZView and VersaStudio."""

import re

from nfpcell.errors import refusal
from nfpcell.measured.readers import assemble, units
from nfpcell.measured.readers.delimited import raw_table
from nfpcell.measured.readers.file_content import Content, split_lines
from nfpcell.measured.readers.headings import parse_heading
from nfpcell.measured.readers.recording import Recording
from nfpcell.measured.readers.text_layout import TextLayout, split

_MOST_LINES = 5_000_000
_MOST_SECTIONS = 2_000
# the columns of ZPlot, if its headings are not readable
_ZPLOT_LINE = "Freq(Hz),Ampl,Bias,Time(Sec),Z'(a),Z''(b),GD,Err,Range"
_ZPLOT_QUANTITIES = {"frequency", "real part", "imaginary part"}
_NUMBERS = re.compile(r"[\d.+\-eE]+")
_GAMRY_TABLE = re.compile(r"^(\w+)\s+TABLE\b")
_SEGMENT = re.compile(r"^<Segment(\d+)>")


def _lines(content: Content) -> list[str]:
    lines = split_lines(content.text())
    if len(lines) > _MOST_LINES:
        what = f"has {len(lines)} lines"
        raise refusal(content.path, what, f"at most {_MOST_LINES}")
    return lines


def _quantities(titles: list[str]) -> set[str]:
    headings = filter(None, map(parse_heading, titles))
    return {heading.quantity for heading in headings}


# ------------------------------------------------------------------------------- Gamry
def read_gamry(content: Content) -> Recording | None:
    """The recording of a Gamry .dta file; None for any other file."""
    if content.head[0].strip() != "EXPLAIN":
        return None
    lines = _lines(content)
    matches = {k: _GAMRY_TABLE.match(line) for k, line in enumerate(lines)}
    sections = {k: match[1] for k, match in matches.items() if match}
    if len(sections) > _MOST_SECTIONS:
        what = f"has {len(sections)} tables"
        raise refusal(content.path, what, f"at most {_MOST_SECTIONS}")
    names = list(sections.values())
    only_rest = all(name.startswith("OCV") for name in names)
    tables, remarks = [], []
    for start, name in sections.items():
        end = start + 1
        while end < len(lines) and (lines[end].startswith("\t") or not lines[end]):
            end += 1
        if end - start < 4:
            remarks.append(f"table {name} is empty")
            continue
        titles = split(lines[start + 1], "\t")
        units_below = tuple(
            "°C" if units.plain(cell).lower() == "deg c" else cell.split(" vs")[0]
            for cell in split(lines[start + 2], "\t")
        )
        if name.startswith("OCV") and not only_rest:
            remarks.append(f"the rest before, {name}, is left out")
            continue
        if not _quantities(titles) & {"frequency", "voltage"}:
            remarks.append(f"table {name} is left out")
            continue
        layout = TextLayout(titles, "\t", start + 3, end, units_below)
        tables.append(raw_table(content, layout))
    if not tables:
        right = "the complete .dta file, with a ZCURVE or CURVE table"
        raise refusal(content.path, "has no table of data", right)
    tags = [line for line in lines[1:3] if line.startswith("TAG")]
    tag = tags[0].split("\t")[1].strip() if tags and "\t" in tags[0] else ""
    tagged = f"Gamry .dta, {tag}" if tag else "Gamry .dta"
    format_ = f"{tagged}, tables {', '.join(names[:5])}"
    return assemble.recording(content, format_, tables, remarks)


# ------------------------------------------------------------------------------- ZView
def read_zview(content: Content) -> Recording | None:
    """The recording of a ZPlot or ZView .z file; None for any other file."""
    head = content.head
    end = next((k for k, line in enumerate(head) if line.startswith("End Comm")), None)
    if end is not None:
        first_row = end + 1
    elif content.suffix == ".z":
        first_row = next(k for k, line in enumerate(head) if line.strip())
        cells = re.split(r"[\t;,\s]+", head[first_row].strip())
        if not (len(cells) >= 6 and _NUMBERS.fullmatch("".join(cells))):
            return None
    else:
        return None
    row = next((line for line in head[first_row:] if line.strip()), "")
    separator = next((s for s in "\t;," if s in row), r"\s+")
    titles = _ZPLOT_LINE.split(",")
    if end:
        file_titles = split(head[end - 1], separator)
        if _quantities(file_titles) >= _ZPLOT_QUANTITIES:
            titles = file_titles
    table = raw_table(content, TextLayout(titles, separator, first_row))
    # time and bias are settings of the instrument, not of a charge or discharge
    for quantity in set(table.values) - _ZPLOT_QUANTITIES:
        del table.values[quantity], table.columns[quantity]
    return assemble.recording(content, "ZView .z", [table], count_rows=True)


# ------------------------------------------------------------------------- VersaStudio
def read_versastudio(content: Content) -> Recording | None:
    """The recording of a Princeton VersaStudio .par file; None for any other file."""
    start = "\n".join(content.head[:20])
    if not ("<Application>" in start and "VersaStudio" in start):
        return None
    lines = _lines(content)
    tables, number, place = [], 0, 0
    while place < len(lines):
        match = _SEGMENT.match(lines[place])
        place += 1
        if not match:
            continue
        number += 1
        if number > _MOST_SECTIONS:
            what = f"has more than {_MOST_SECTIONS} segments"
            raise refusal(content.path, what, "fewer")
        titles: list[str] = []
        first_row = place
        while place < len(lines) and lines[place].strip() != f"</Segment{match[1]}>":
            if not titles and lines[place].startswith("Definition="):
                titles = split(lines[place].partition("=")[2], ",")
                first_row = place + 1
            place += 1
        if titles and place > first_row:
            layout = TextLayout(titles, ",", first_row, place)
            tables.append(raw_table(content, layout))
    if not tables:
        right = "the complete .par file of a measurement that has run"
        raise refusal(content.path, "has no segment of data", right)
    format_ = f"VersaStudio .par, {len(tables)} segment" + "s" * (len(tables) > 1)
    return assemble.recording(content, format_, tables)


READERS = (read_gamry, read_zview, read_versastudio)
