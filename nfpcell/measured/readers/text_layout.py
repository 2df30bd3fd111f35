"""The layout of a table in a text: headings, units, separator and first row."""

import re
from dataclasses import dataclass
from pathlib import Path

from nfpcell.errors import refusal
from nfpcell.measured.readers import units
from nfpcell.measured.readers.column_quantities import MEASURED
from nfpcell.measured.readers.headings import parse_heading, plain_unit

MOST_COLUMNS = 2000
SEARCHED_LINES = 400
# two or more blanks, so that "Test Time / s" is not divided
BLANKS = r"\s{2,}"
SEPARATORS = ("\t", ";", ",", "|", BLANKS, r"\s+")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_EC_LAB = re.compile(r"Nb header lines\s*:\s*(\d+)")


@dataclass(frozen=True)
class TextLayout:
    """The layout of a table in a text; lines are counted from 0."""

    titles: list[str]
    separator: str  # one of SEPARATORS
    first_row: int
    end_row: int | None = None  # the line after the last row; None for the whole text
    units_below: tuple[str, ...] = ()  # cells of a row of units under the headings
    indent: int = 0  # empty cells before a record, in a table with cycles and steps too


def find_layout(lines: list[str], path: Path) -> TextLayout | None:
    """
    The layout of the table in a text; None without headings.

    The headings are the line with the most names of measured quantities.
    """
    headings = _ec_lab_headings(lines) or _best_headings(lines, path)
    if headings is None:
        place, line = next((n, line) for n, line in enumerate(lines) if line.strip())
        separator = most_frequent_separator(line)
        if all(is_number(cell) for cell in split(line, separator)):
            return None
        headings = place, separator
    place, separator = headings
    titles = split(lines[place], separator)
    below = _units_below(lines, place, separator)
    indent = _indent(titles)
    # the headings of the steps are in the line above, one cell further left
    if not (place and indent == _indent(split(lines[place - 1], separator)) + 1):
        indent = 0
    first_row = place + (2 if below else 1)
    return TextLayout(titles, separator, first_row, units_below=below, indent=indent)


def _ec_lab_headings(lines: list[str]) -> tuple[int, str] | None:
    """Line and separator of the headings of an EC-Lab text, which states the line."""
    match = next((m for line in lines[:5] if (m := _EC_LAB.search(line))), None)
    if match and 0 < int(match.group(1)) <= len(lines):
        place = int(match.group(1)) - 1
        if _score(split(lines[place], "\t"))[0]:
            return place, "\t"
    return None


def _best_headings(lines: list[str], path: Path) -> tuple[int, str] | None:
    """Line and separator with the most headings that have a meaning, or None."""
    best, best_score = None, (1, 0.0)
    for place, line in enumerate(lines[:SEARCHED_LINES]):
        if not line.strip() or _starts_with_number(line):
            continue
        for separator in SEPARATORS:
            titles = split(line, separator)
            if len(titles) < 2:
                continue
            if len(titles) > MOST_COLUMNS:
                what = f"line {place + 1} has {len(titles)} columns"
                raise refusal(path, what, f"at most {MOST_COLUMNS}")
            score = _score(titles)
            if score > best_score:
                best, best_score = (place, separator), score
    return best


def _score(titles: list[str]) -> tuple[int, float]:
    """Number of measured quantities, and of all quantities, that the headings name."""
    headings = filter(None, map(parse_heading, titles))
    quantities = {heading.quantity for heading in headings}
    count = len(quantities) - 0.01 * sum(map(is_number, titles))
    return len(quantities & MEASURED), count


def most_frequent_separator(line: str) -> str:
    """The most frequent of tab, semicolon and comma in a line."""
    return max(";\t,", key=line.count)


def split(line: str, separator: str) -> list[str]:
    """Cells of a line, without surrounding quotes and blanks."""
    if len(separator) > 1:
        cells = re.split(separator, line.strip())
    elif '"' in line:
        cells = _unquoted(line, separator)
    else:
        cells = line.split(separator)
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _unquoted(line: str, separator: str) -> list[str]:
    """Cells of a line with quoted cells; the double prime of Z" is not a quote."""
    quoted = re.compile(rf'\s*"([^"]*)"\s*(?={re.escape(separator)}|$)')
    cells, place = [], 0
    while place <= len(line):
        match = quoted.match(line, place)
        if match:
            cells.append(match.group(1))
            place = match.end() + 1
            continue
        end = line.find(separator, place)
        end = len(line) if end < 0 else end
        cells.append(line[place:end])
        place = end + 1
    return cells


def _starts_with_number(line: str) -> bool:
    first = re.split(r"[\t;,|\s]", line.strip(), maxsplit=1)[0]
    return _NUMBER.fullmatch(first) is not None


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point or comma."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _units_below(lines: list[str], place: int, separator: str) -> tuple[str, ...]:
    """The cells under the headings if most of them are units, else nothing."""
    if place + 1 >= len(lines):
        return ()
    cells = split(lines[place + 1], separator)
    filled = [plain_unit(cell) for cell in cells if cell]
    if not filled or any(is_number(cell) and cell != "1" for cell in filled):
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
