"""Tables as text: separators, decimal marks, encodings, line ends and extra lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.verification.dialects.columns import Column
from tests.verification.dialects.draw import Draw

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252")
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


@dataclass
class Layout:
    """How a table is written as text."""

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    line_end: str = "\n"
    before: list[str] = field(default_factory=list)  # lines before the headings
    below: list[str] = field(default_factory=list)  # lines under the headings
    after: list[str] = field(default_factory=list)  # lines after the last row
    before_row: str = ""  # text at the start of each row
    after_row: str = ""  # text at the end of each row
    units_below: bool = False  # the units are in a row under the headings
    quoted_headings: bool = False
    quoted_cells: bool = False
    headings: bool = True
    blank_lines: tuple[int, ...] = ()  # rows before which a blank line is


def headings_of(columns: Sequence[Column], units_below: bool) -> list[str]:
    """The headings with their units, or without if those are in a row below."""
    if not units_below:
        return [c.heading.replace("{}", c.unit) for c in columns]
    empty = ("[{}]", "({})", "/{}", "/ {}", ", {}", "_{}", " in {}", "{}")
    names = []
    for column in columns:
        name = column.heading
        for ending in empty:
            name = name.replace(ending, "")
        names.append(name.strip())
    return names


def no_gaps(column: Column) -> list[str]:
    """Cells of a table whose columns are separated by blanks."""
    return [cell or "-" for cell in column.cells]


def table_lines(columns: Sequence[Column], layout: Layout) -> list[str]:
    """The lines of a table."""
    quote = '"{}"'.format if layout.quoted_cells else str
    lines = []
    if layout.headings:
        titles = headings_of(columns, layout.units_below)
        # a heading with a quotation mark doubles it when it is quoted
        if layout.quoted_headings:
            titles = [f'"{title}"' if '"' not in title else title for title in titles]
        rows = [titles]
        if layout.units_below:
            rows.append([column.unit for column in columns])
        lines += [
            layout.before_row + layout.separator.join(row) + layout.after_row
            for row in rows
        ]
    lines += layout.below
    texts = [
        [
            quote(cell.replace(".", layout.decimal) if column.numeric else cell)
            for cell in (
                column.cells if layout.separator.strip(" ") else no_gaps(column)
            )
        ]
        for column in columns
    ]
    for number, row in enumerate(zip(*texts, strict=True)):
        if number in layout.blank_lines:
            lines.append("")
        lines.append(layout.before_row + layout.separator.join(row) + layout.after_row)
    return lines


def encoded(lines: Sequence[str], layout: Layout) -> bytes:
    """Lines as bytes; characters that the encoding lacks need UTF-8 instead."""
    text = layout.line_end.join([*lines, ""])
    try:
        return text.encode(layout.encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8")


def text_file(columns: Sequence[Column], layout: Layout) -> bytes:
    """A text with one table."""
    table = table_lines(columns, layout)
    return encoded([*layout.before, *table, *layout.after], layout)


def vary_bytes(
    draw: Draw, layout: Layout, encodings: Sequence[str] = ENCODINGS
) -> None:
    """A random encoding and line end."""
    layout.encoding = draw.note("encoding", draw.pick(encodings))
    name = draw.note("line end", draw.pick(tuple(LINE_ENDS)))
    layout.line_end = LINE_ENDS[name]


def vary_decimals(draw: Draw, layout: Layout) -> None:
    """A decimal comma, where commas do not separate the columns."""
    if layout.separator != "," and draw.chance(0.3, "decimal comma"):
        layout.decimal = ","


def vary_lines(draw: Draw, layout: Layout, rows: int) -> None:
    """Extra lines before and after the table, and blank lines in it."""
    comment = draw.pick(("# cell 7", "Operator: NN", "% made by hand", "Cell test"))
    if draw.chance(0.2, "comment lines before the headings"):
        layout.before += [comment] * draw.integer(1, 12)
    if draw.chance(0.15, "blank lines before the headings"):
        layout.before += [""] * draw.integer(1, 3)
    if draw.chance(0.1, "blank line under the headings"):
        layout.below.append("")
    if draw.chance(0.1, "footer"):
        layout.after += ["", draw.pick(("End of data", "# end", "Test finished"))]
    if draw.chance(0.1, "blank lines at the end"):
        layout.after += [""] * draw.integer(1, 3)
    if draw.chance(0.1, "blank lines between rows"):
        layout.blank_lines = (rows // 3, rows // 2)
