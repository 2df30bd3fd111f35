"""The layout of the tables in a text: headings, units, separator and first row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from nfpcell.errors import refusal
from nfpcell.measured.readers import units
from nfpcell.measured.readers.column_choice import is_complete
from nfpcell.measured.readers.column_quantities import MEASURED
from nfpcell.measured.readers.headings import parse_heading, plain_unit
from nfpcell.measured.readers.number_text import is_number, is_value

MOST_COLUMNS = 2000
# two or more blanks, so that "Test Time / s" is not divided
BLANKS = r"\s{2,}"
ANY_BLANKS = r"\s+"
SEPARATORS = ("\t", ";", ",", "|", BLANKS, ANY_BLANKS)
# separators of headings; a unit in brackets stays with its name
_HEADING_SEPARATORS = {s: s for s in SEPARATORS}
_HEADING_SEPARATORS[ANY_BLANKS] = r"(?<!/)\s+(?![(\[/\s])"
_EC_LAB = re.compile(r"Nb header lines\s*:\s*(\d+)")
# such as "[Data]", "*** Data ***" or "Begin data"
_SECTION = re.compile(
    r"\W*(begin|start)?[\W_]*(of)?\W*(data|records?)\W*", re.IGNORECASE
)
# cells in quotes between blanks
_QUOTED = re.compile(r'(^|\s)"[^"]*"(\s|$)')
_QUOTED_OR_WORD = re.compile(r'"[^"]*"(?=\s|$)|\S+')
_LINES_BETWEEN = 20  # most lines between headings and first row
_COMMENT = re.compile(r"[#%!/*;]+")
# a line with a larger share of digits is a row
_DIGITS = 0.3


@dataclass(frozen=True)
class TextLayout:
    """The layout of a table in a text; lines are counted from 0."""

    titles: list[str]
    separator: str  # one of SEPARATORS
    first_row: int
    end_row: int | None = None  # the line after the last row; None for the whole text
    units_below: tuple[str, ...] = ()  # cells of a row of units under the headings
    indent: int = 0  # empty cells before a record, in a table with cycles and steps too
    remarks: tuple[str, ...] = ()  # what was left out


@dataclass(frozen=True)
class _Headings:
    """A line of headings."""

    place: int
    separator: str
    titles: list[str]
    score: tuple[int, float]


def find_layouts(lines: list[str], path: Path) -> list[TextLayout]:
    """
    The layouts of the tables in a text; none without headings.

    The headings of a table are the line with the most names of measured quantities,
    and other lines that name a whole curve or spectrum and have rows below.
    """
    ec_lab = _ec_lab_headings(lines)
    found = [ec_lab] if ec_lab else _heading_lines(lines, path)
    if not found:
        place, line = next((n, line) for n, line in enumerate(lines) if line.strip())
        separator = max(";\t,", key=line.count)
        titles = split(line, separator)
        if all(map(is_number, titles)) or bare_rows(lines):
            return []
        return [TextLayout(titles, separator, place + 1)]
    marked = _after_section_mark(lines, found)
    if marked:
        found = [headings for headings in found if headings.place >= marked.place]
    best = marked or _best(lines, found)
    whole = is_complete(_quantities(best.titles))
    if not whole and (bare := bare_rows(lines)):
        count = len(split(lines[bare[0]], bare[1]))
        # a sentence, such as "# freq sweep", above columns without headings
        found = [] if count != len(best.titles) else found
    if not found:
        return []
    layout = _layout(lines, best)
    if layout.indent:
        return [layout]
    chosen = [best] + [h for h in found if _is_other_table(lines, h, best)]
    chosen.sort(key=lambda headings: headings.place)
    layouts = [_layout(lines, headings) for headings in chosen]
    ends = [headings.place for headings in chosen[1:]] + [None]
    return [replace(one, end_row=end) for one, end in zip(layouts, ends, strict=True)]


def _ec_lab_headings(lines: list[str]) -> _Headings | None:
    """The headings of an EC-Lab text, which states their line."""
    match = next((m for line in lines[:5] if (m := _EC_LAB.search(line))), None)
    if match and 0 < int(match.group(1)) <= len(lines):
        place = int(match.group(1)) - 1
        titles = split(lines[place], "\t")
        score = _score(titles)
        if score[0]:
            return _Headings(place, "\t", titles, score)
    return None


def _heading_lines(lines: list[str], path: Path) -> list[_Headings]:
    """Every line with headings, divided so that the most of them have a meaning."""
    found = []
    for place, line in enumerate(lines):
        if not line.strip() or _is_like_a_row(line):
            continue
        best = None
        for separator in SEPARATORS:
            titles = _titles(line, separator)
            if len(titles) < 2:
                continue
            # "Z re" is one heading if the rows under it say so
            if separator == ANY_BLANKS and best and _fits_rows(lines, best):
                break
            if len(titles) > MOST_COLUMNS:
                what = f"line {place + 1} has {len(titles)} columns"
                raise refusal(path, what, f"at most {MOST_COLUMNS}")
            score = _score(titles)
            if score > (best.score if best else (1, 0.0)):
                best = _Headings(place, separator, titles, score)
        if best:
            found.append(best)
    return found


def _fits_rows(lines: list[str], headings: _Headings) -> bool:
    """Whether the first row has a cell for each heading."""
    first = _first_row(lines, headings)
    if not first:
        return False
    place, separator = first
    line = unquoted_line(lines[place])
    # cells at the end of a row may be empty, and a separator may stand there
    least, most = len(split(line, separator)), len(_raw_cells(line, separator))
    return least <= len(headings.titles) <= most


def _is_like_a_row(line: str) -> bool:
    """Whether a line begins with a number, or consists of digits for a large part."""
    if is_value(re.split(r"[\t;,|\s]", line.strip(), maxsplit=1)[0]):
        return True
    return sum(map(str.isdigit, line)) > _DIGITS * len(line)


def _score(titles: list[str]) -> tuple[int, float]:
    """Number of measured quantities, and of all quantities, that the headings name."""
    quantities = _quantities(titles)
    count = len(quantities) - 0.01 * sum(map(is_number, titles))
    return len(quantities & MEASURED), count


def _quantities(titles: list[str]) -> set[str]:
    headings = filter(None, map(parse_heading, titles))
    return {heading.quantity for heading in headings}


def _after_section_mark(lines: list[str], found: list[_Headings]) -> _Headings | None:
    """The headings directly after a mark such as "[Data]", if there are any."""
    for headings in found:
        before = [line for line in lines[: headings.place][-3:] if line.strip()]
        if before and _SECTION.fullmatch(before[-1]) and headings.score[0] > 1:
            return headings
    return None


def _best(lines: list[str], found: list[_Headings]) -> _Headings:
    """The headings with the most names, first of those of a table with rows."""
    ranked = sorted(found, key=lambda headings: headings.score, reverse=True)
    tables = (
        headings
        for headings in ranked
        if is_complete(_quantities(headings.titles)) and _fits_rows(lines, headings)
    )
    return next(tables, ranked[0])


def _is_other_table(lines: list[str], headings: _Headings, best: _Headings) -> bool:
    """Whether headings are those of another whole curve or spectrum."""
    return (
        headings.titles != best.titles
        and not _units(lines[headings.place], best)
        and is_complete(_quantities(headings.titles))
        and _fits_rows(lines, headings)
    )


# ---------------------------------------------------------------------- a single table
def _layout(lines: list[str], headings: _Headings) -> TextLayout:
    """The layout of the table with these headings."""
    place, separator, titles = headings.place, headings.separator, headings.titles
    # empty headings at the end are columns too
    if len(separator) == 1:
        titles = titles + [""] * (lines[place].count(separator) + 1 - len(titles))
    indent = _indent(titles)
    # the headings of the steps are in the line above, one cell further left
    if place and indent == _indent(split(lines[place - 1], separator)) + 1:
        return TextLayout(titles, separator, place + 1, indent=indent)
    first = _first_row(lines, headings)
    first_row = first[0] if first else min(place + 2, len(lines))
    between = lines[place + 1 : first_row]
    below = next(filter(None, (_units(line, headings) for line in between)), ())
    if not first:
        return TextLayout(titles, separator, place + 1 + bool(below), units_below=below)
    separator = first[1]
    cells = _raw_cells(unquoted_line(lines[first_row]), separator)
    if len(cells) == len(titles) - 1 and _COMMENT.fullmatch(titles[0]):
        titles, below = titles[1:], below[1:]
    filled = split(unquoted_line(lines[first_row]), separator)
    if len(filled) == len(titles) + 1 and _counts(lines[first_row:], separator):
        titles, below = ["", *titles], ("", *below) if below else ()
    left_out = [
        f"line {place + 2 + k} under the headings is left out"
        for k, line in enumerate(between)
        if any(map(is_number, split(line, separator)))
    ]
    return TextLayout(
        titles, separator, first_row, units_below=below, remarks=tuple(left_out)
    )


def _first_row(lines: list[str], headings: _Headings) -> tuple[int, str] | None:
    """Line and separator of the first row under the headings, if there is any."""
    start, count = headings.place + 1, len(headings.titles)
    for place in range(start, min(start + _LINES_BETWEEN, len(lines))):
        for separator in (headings.separator, *SEPARATORS):
            cells, values = _number_of_cells(lines[place], separator)
            # a sentence has few numbers among many words
            least = 0.5 * cells if separator == ANY_BLANKS else 0
            if cells >= 0.5 * count and values >= max(min(2, count), least):
                return place, separator
    return None


@lru_cache(maxsize=1024)
def _number_of_cells(line: str, separator: str) -> tuple[int, int]:
    """Number of the cells of a row, and of those with a value."""
    cells = _raw_cells(unquoted_line(line), separator)
    return len(cells), sum(map(is_value, cells))


def _raw_cells(line: str, separator: str) -> list[str]:
    """Cells of a row, with the empty ones at its end."""
    cells = split(line, separator)
    if len(separator) == 1:
        cells += [""] * (line.count(separator) + 1 - len(cells))
    return cells


def _counts(rows: Sequence[str], separator: str) -> bool:
    """Whether the first cells of the rows count them, as a column without heading."""
    first = [split(row, separator)[0] for row in rows[:5] if row.strip()]
    if not all(cell.isdecimal() for cell in first):
        return False
    return all(int(b) == int(a) + 1 for a, b in pairwise(first))


def _units(line: str, headings: _Headings) -> tuple[str, ...]:
    """The cells of a line if most of them are units, else nothing."""
    separator = headings.separator
    cells = split(line, separator)
    filled = [plain_unit(cell) for cell in cells if cell]
    if not filled or any(is_number(cell) and cell != "1" for cell in filled):
        return ()
    # blanks do not show which unit is missing
    if len(separator) > 1 and len(cells) != len(headings.titles):
        return ()
    # "vs. Ref." and "bits" are among the units of Gamry
    count = sum(
        unit in ("#", "-") or units.parse(unit.split(" vs")[0]) is not None
        for unit in filled
    )
    if count < 0.5 * len(filled):
        return ()
    return tuple(cell.split(" vs")[0] for cell in cells)


def _indent(cells: list[str]) -> int:
    """Number of empty cells at the start of a line."""
    return next((place for place, cell in enumerate(cells) if cell), 0)


# ------------------------------------------------------------------------------- lines
def bare_rows(lines: list[str]) -> tuple[int, str] | None:
    """Line and separator of the first of several rows of three or more numbers."""
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        following = [row for row in lines[place : place + 20] if row.strip()][:5]
        for separator in SEPARATORS:
            rows = (split(row, separator) for row in following)
            if all(len(row) >= 3 and all(map(is_number, row)) for row in rows):
                return place, separator
    return None


def _titles(line: str, separator: str) -> list[str]:
    """Headings in a line, without a mark of a comment or quotes around all of them."""
    line = _COMMENT.sub("", line.strip(), count=1) if is_comment(line) else line
    return split(unquoted_line(line), _HEADING_SEPARATORS[separator])


def is_comment(line: str) -> bool:
    """Whether a line begins with a mark of a comment that is no cell of its own."""
    return re.match(r"\s*[#%!/*]+ ?[^\s;,|#%!/*]", line) is not None


def unquoted_line(line: str) -> str:
    """A line without the quotes around the whole of it, if it has such."""
    inner = line.strip()[1:-1]
    is_quoted = line.strip() == f'"{inner}"' and not re.search(
        r'"\s*[;,|\s]\s*"|^"|"$', inner
    )
    return inner if is_quoted else line


def split(line: str, separator: str) -> list[str]:
    """Cells of a line, without surrounding quotes and blanks."""
    if separator == ANY_BLANKS and _QUOTED.search(line):
        cells = [cell.strip('"') for cell in _QUOTED_OR_WORD.findall(line)]
    elif len(separator) > 1:
        cells = re.split(separator, line.strip())
    elif '"' in line:
        cells = list(_unquoted_cells(line, separator))
    else:
        cells = line.split(separator)
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _unquoted_cells(line: str, separator: str) -> Iterator[str]:
    """Cells of a line with quoted cells; the double prime of Z" is not a quote."""
    quoted = re.compile(rf'\s*"([^"]*)"\s*(?={re.escape(separator)}|$)')
    place = 0
    while place <= len(line):
        match = quoted.match(line, place)
        if match:
            yield match.group(1)
            place = match.end() + 1
            continue
        end = line.find(separator, place)
        end = len(line) if end < 0 else end
        yield line[place:end]
        place = end + 1
