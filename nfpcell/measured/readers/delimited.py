"""Tables as text: CSV and its kin, as cyclers and spreadsheets write them.

The headings may stand anywhere in the first lines, with a row of units under them;
numbers may have decimal commas where commas do not separate them.
"""

import io
import itertools
import re

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import assemble, units
from nfpcell.measured.readers.headings import TELLING, choose, heading, listed
from nfpcell.measured.readers.recording import LEAST_POINTS

MOST_COLUMNS = 2000
SEARCHED_LINES = 400
SAMPLED_ROWS = 200
_SAMPLE = 200_000
_SPARE = 5
# two or more blanks keep "Test Time / s" together
SEPARATORS = ("\t", ";", ",", "|", r"\s{2,}", r"\s+")
_BARE = ("Frequency [Hz]", "Z_re [Ohm]", "Z_im [Ohm]")
_NUMBER = r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?"
_NUMERIC = re.compile(_NUMBER)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d*\.\d*([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d*")
_EC_LAB = re.compile(r"Nb header lines\s*:\s*(\d+)")
_WRITERS = (
    (re.compile(r"^EC-Lab ASCII FILE"), "BioLogic EC-Lab text"),
    (re.compile(r"^BT-Lab ASCII FILE"), "BioLogic BT-Lab text"),
    (re.compile(r"^\[Summary\]|Novonix", re.I), "Novonix text"),
    (re.compile(r"^~Resultfile from Basytec", re.I), "Basytec text"),
)


def read(content):
    """
    The recording of a table of text.

    Parameters
    ----------
    content : Content

    Returns
    -------
    Recording

    Raises
    ------
    DataFileError : one sentence that says what is wrong, and where
    """
    words, found = parsed(content)
    return assemble.counted(assemble.recording(content, words, [found]))


def parsed(content):
    """What wrote a table of text, in words, and its Block; see ``read``."""
    lines = content.head
    place, separator, titles = _headings(lines, content.path)
    if titles is None:
        return "table without headings", _bare(content, lines)
    below = _units_below(lines, place, separator)
    first = place + (2 if below else 1)
    nested = _nested(lines, place, separator, titles)
    found = block(content, first, separator, titles, below, nested=nested)
    return _writer(lines, titles), found


def _writer(lines, titles):
    """What wrote the file, in words."""
    for pattern, words in _WRITERS:
        if any(pattern.search(line) for line in lines[:3]):
            return words + _technique(lines)
    names = {title.strip().lower() for title in titles}
    if {"test_time_second", "voltage_volt"} <= names or {
        "test time / s",
        "voltage / v",
    } <= names:
        return "Battery Data Format table"
    return "table of text"


def _technique(lines):
    """EC-Lab's short name of an impedance technique, from the long one in its head."""
    for line in lines[:8]:
        for name in ("Potentio", "Galvano"):
            if line.startswith(f"{name} Electrochemical Impedance"):
                return f", {name[0]}EIS"
    return ""


# ---------------------------------------------------------------------- the headings
def _headings(lines, path):
    """
    Where the headings stand, what separates them, and they themselves.

    The line is the one with the most headings that mean something here. Without any,
    titles are None where the first line is of numbers already.
    """
    told = next((m for line in lines[:5] if (m := _EC_LAB.search(line))), None)
    if told and 0 < int(told.group(1)) <= len(lines):
        # EC-Lab says where they are, however long its account of the settings is
        place = int(told.group(1)) - 1
        titles = split(lines[place], "\t")
        if _score(titles)[0]:
            return place, "\t", titles
    best, score = None, (1, 0)
    for place, line in enumerate(lines[:SEARCHED_LINES]):
        if not line.strip() or _starts_with_number(line):
            continue
        for separator in SEPARATORS:
            titles = split(line, separator)
            if len(titles) < 2:
                continue
            if len(titles) > MOST_COLUMNS:
                raise DataFileError(
                    f"{path}: line {place + 1} has {len(titles)} columns; right would "
                    f"be at most {MOST_COLUMNS}"
                )
            own = _score(titles)
            if own > score:
                best, score = (place, separator, titles), own
    if best:
        return best
    place, line = next((n, line) for n, line in enumerate(lines) if line.strip())
    separator = max(";\t,", key=line.count)
    titles = split(line, separator)
    if all(_is_number(cell) for cell in titles):
        return place, separator, None
    return place, separator, titles


def split(line, separator):
    """Cells of a line, without quotes and blanks around them."""
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


def _unquoted(line, separator):
    """Cells that may stand in quotes; the two strokes of Z" are none."""
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


def _score(titles):
    """How many quantities the headings tell, and how many of the rest."""
    found = {found.quantity for title in titles if (found := heading(title))}
    telling = len(found & TELLING)
    return (telling, len(found) - 0.01 * sum(map(_is_number, titles)))


def _starts_with_number(line):
    first = re.split(r"[\t;,|\s]", line.strip(), maxsplit=1)[0]
    return bool(first) and _NUMERIC.fullmatch(first) is not None


def _is_number(cell):
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _units_below(lines, place, separator):
    """The cells under the headings if they are units, else nothing."""
    if place + 1 >= len(lines):
        return ()
    cells = split(lines[place + 1], separator)
    filled = [units.plain(cell).strip("[](){} ") for cell in cells if cell]
    if not filled or any(_is_number(cell) and cell != "1" for cell in filled):
        return ()
    # "vs. Ref." and "bits" stand among the units of Gamry
    known = [f for f in filled if units.parse(f.split(" vs")[0]) or f in ("#", "-")]
    if len(known) < 0.5 * len(filled):
        return ()
    return tuple(cell.split(" vs")[0] for cell in cells)


def refuse_useless(columns, titles, path):
    """A table of which nothing can be made is refused with what is missing."""
    impedance = {"real part", "imaginary part", "modulus", "phase"} & set(columns)
    missing = None
    if "frequency" in columns:
        if "modulus" in columns and "phase" in columns:
            return
        for quantity in ("real part", "imaginary part"):
            if quantity not in columns:
                missing = quantity
                break
    elif impedance or not TELLING & set(columns):
        missing = "frequency"
    elif not TELLING & set(columns) - {"time", "step time", "clock", "temperature"}:
        missing = "voltage"
    if missing:
        shown = listed(titles)
        raise DataFileError(
            f"{path}: no column of the {missing} among {shown}; right would be such as "
            "Frequency [Hz], Z_re [Ohm], Z_im [Ohm] for a spectrum, or Time [s], "
            "Voltage [V], Current [A] for a curve"
        )


# --------------------------------------------------------------------------- the rows
def _bare(content, lines):
    """Three columns without headings are a spectrum."""
    place = next(n for n, line in enumerate(lines) if line.strip())
    separator = max(";\t,", key=lines[place].count)
    cells = split(lines[place], separator)
    if len(cells) < 3:
        separator = r"\s+"
        cells = split(lines[place], separator)
    if len(cells) < 3:
        raise DataFileError(
            f"{content.path}: has no headings; right would be such as Frequency [Hz], "
            "Z_re [Ohm], Z_im [Ohm] for a spectrum, or Time [s], Voltage [V], Current "
            "[A] for a curve"
        )
    titles = [*_BARE, *[""] * (len(cells) - 3)]
    found = block(content, place, separator, titles, ())
    frequency = found.values["frequency"]
    if is_numeric_dtype(frequency) and len(frequency) >= LEAST_POINTS:
        # frequencies are spaced by factors; what has even steps is a time
        with np.errstate(all="ignore"):
            steps = np.diff(frequency.to_numpy(float))
            even = np.std(steps) < 0.05 * abs(np.mean(steps))
        if even and np.isfinite(steps).all() and steps.all():
            raise DataFileError(
                f"{content.path}: has no headings, and its first column has even steps "
                "as a time does; right would be headings such as Time [s], "
                "Voltage [V], Current [A]"
            )
    found.remarks[:] = [
        "without headings the columns are taken for frequency, Z_re and Z_im"
    ]
    return found


def block(content, first, separator, titles, below=(), last=None, nested=0):
    """
    The useful columns of some lines of a text.

    Parameters
    ----------
    content : Content
    first, last : lines the rows begin and end with, counted from 0; to the end without
    separator : one of SEPARATORS
    titles, below : headings, and units under them
    nested : how many empty cells the rows begin with that are wanted; see _innermost

    Returns
    -------
    Block

    Raises
    ------
    DataFileError : for columns of which nothing can be made
    """
    path = content.path
    columns, remarks = choose(titles, path, below)
    refuse_useless(columns, titles, path)
    end = len(content.bytes) if last is None else content.offset(last)
    data = memoryview(content.bytes)[content.offset(first) : end]
    top = bytes(data[:_SAMPLE]).decode(content.byte_encoding, "replace")
    lines = re.split(r"\r\n|\n|\r", top)
    sample = [line for line in lines[:SAMPLED_ROWS] if line.strip()]
    rows = [split(line, separator) for line in sample]
    # headings may have single blanks in them where the numbers have nothing but blanks
    if separator == r"\s{2,}" and any(len(row) < len(titles) for row in rows):
        separator = r"\s+"
        rows = [split(line, separator) for line in sample]
    comma = _decimal_comma(rows)
    _refuse_ambiguous_commas(rows, separator, titles, path, first)
    extra = {}
    first_line = first + 1
    if nested:
        data, extra = _innermost(data, nested, separator)
        first_line = None
    thousands = any(_THOUSANDS.fullmatch(cell) for row in rows for cell in row)
    frame = _frame(
        data,
        content,
        sorted({column.place for column in columns.values()}),
        separator=separator,
        decimal="," if comma else ".",
        thousands="," if thousands and not comma else None,
        width=len(titles),
    )
    values = {quantity: frame[column.place] for quantity, column in columns.items()}
    if not nested:
        cell = _cells(content, first_line, separator, columns)
    else:
        cell = None
        _add_nested(columns, values, extra, titles)
    if comma:
        remarks = [*remarks, "numbers have decimal commas"]
    return assemble.Block(columns, values, first_line, cell, [*remarks])


def _cells(content, first_line, separator, columns):
    def cell(row, quantity):
        cells = split(content.line(first_line + row), separator)
        place = columns[quantity].place
        return cells[place] if place < len(cells) else ""

    return cell


def _frame(data, content, places, *, separator, decimal, thousands, width):
    """The chosen columns, by place; what is no number stays text."""
    if not bytes(data[:_SAMPLE]).strip() and not bytes(data).strip():
        return pd.DataFrame({place: pd.Series(dtype=float) for place in places})
    blank = separator if len(separator) == 1 else " "
    # numbers as headings, more than there are cells: rows of any length are read
    width = max(width, places[-1] + 1) + _SPARE
    source = io.BytesIO()
    source.write(blank.join(map(str, range(width))).encode() + b"\n")
    source.write(data)
    source.seek(0)
    try:
        return pd.read_csv(
            source,
            encoding=content.byte_encoding,
            encoding_errors="replace",
            sep=r"\s+" if len(separator) > 1 else separator,
            header=0,
            usecols=[str(place) for place in places],
            index_col=False,
            decimal=decimal,
            thousands=thousands,
            skip_blank_lines=False,
            skipinitialspace=True,
            # a stroke of Z" or an inch in a comment must not swallow lines
            quoting=0,
            on_bad_lines="skip",
            engine="c",
            low_memory=False,
            na_values=["---", "--", "-", "n.a."],
        ).rename(columns=int)
    except (ValueError, pd.errors.ParserError) as error:
        raise DataFileError(_no_table(content.path, str(error))) from error


def _no_table(path, reason):
    """The sentence for rows that cannot be told apart."""
    if "EOF inside string" in reason:
        return (
            f'{path}: has a quotation mark (") that is opened and not closed again; '
            "right would be one on both sides of a cell, or none"
        )
    return (
        f"{path}: its rows cannot be told apart; right would be a line for each row, "
        "with as many cells as there are headings"
    )


def _decimal_comma(rows):
    """Whether numbers have a comma where others have a point."""
    cells = list(itertools.chain.from_iterable(rows))
    commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(_DECIMAL_POINT.fullmatch(cell)) for cell in cells)
    return commas > points


def _refuse_ambiguous_commas(rows, separator, titles, path, first):
    """Commas that separate columns cannot be decimal commas too."""
    if separator != "," or not rows:
        return
    wide = sum(len(row) > len(titles) + 1 for row in rows)
    if wide > 0.5 * len(rows):
        raise DataFileError(
            f"{path}: line {first + 1} has {len(rows[0])} cells under {len(titles)} "
            "headings, as if commas were decimal commas too; right would be semicolons "
            "or tabs between the columns"
        )


# ------------------------------------------------- tables of cycles, steps and records
def _nested(lines, place, separator, titles):
    """How many empty cells the rows of the innermost level begin with; 0 without."""
    depth = _indent(titles)
    # the headings of the level above stand a cell less in
    if depth and place and _indent(split(lines[place - 1], separator)) == depth - 1:
        return depth
    return 0


def _indent(cells):
    return next((place for place, cell in enumerate(cells) if cell), 0)


def _innermost(data, depth, separator):
    """
    The rows of the innermost level, and the step and the state each belongs to.

    Such tables, of Neware, have a row for each cycle, for each step, indented by one
    cell, and for each record, indented by one more.
    """
    mark = separator.encode() if len(separator) == 1 else b"\t"
    rows, steps, states = [], [], []
    step, state = 0, ""
    for row in bytes(data).splitlines():
        cells = row.split(mark, depth + 1)
        indent = 0
        while indent < len(cells) and not cells[indent].strip(b' "'):
            indent += 1
        if indent >= depth:
            if indent < len(cells):
                rows.append(row)
                steps.append(step)
                states.append(state)
        elif indent == depth - 1:
            step += 1
            found = [
                text
                for cell in row.split(mark)
                if assemble.state_signs(
                    pd.Series([text := cell.decode("utf-8", "replace")])
                )[0]
            ]
            state = found[0] if found else ""
    return b"\n".join(rows), {"step": steps, "state": states}


def _add_nested(columns, values, extra, titles):
    """The step and the state of the rows above as columns of their own."""
    length = len(next(iter(values.values())))
    for quantity, title in (("step", "Step"), ("state", "State")):
        if quantity in columns or len(extra[quantity]) != length:
            continue
        found, _ = choose([title], "")
        columns[quantity] = found[quantity]
        values[quantity] = pd.Series(extra[quantity])
