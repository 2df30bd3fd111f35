"""Numbers as people and programs write them: other minus signs, marks of thousands."""

import re

import pandas as pd

# hyphens and dashes that stand for a minus; narrow and fixed blanks; apostrophes
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("−–—‒‐‑﹣－", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "),
        **dict.fromkeys("’ʼ`´", "'"),
    }
)
_TIME_OF_DAY = r"\d+:\d[\d:.,]*"
# a number, a time such as h:mm:ss with or without days, or a date
_VALUE = re.compile(
    r"[+-]?(\d+([.,]\d*)*|[.,]\d+)([eE][+-]?\d+)?"
    rf"|(\d+\s?(d|days?|-|\.)\s?)?{_TIME_OF_DAY}"
    rf"|\d+([-/.年月]\d+){{2}}日?([ T,]+{_TIME_OF_DAY})?\s?([ap]m|Z|[+-]\d\d:?\d\d)?"
    r"|[+-]?(nan|inf)",
    re.IGNORECASE,
)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point or comma."""
    try:
        float(cell.translate(_PLAIN).replace(",", "."))
    except ValueError:
        return False
    return True


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a time or a date."""
    return _VALUE.fullmatch(cell.translate(_PLAIN).strip()) is not None


def plain_number_text(cells: pd.Series, decimal: str) -> pd.Series:
    """
    A column of text with its numbers in the form of Python.

    Blanks and apostrophes between thousands are removed. Points or commas are removed
    only if the column shows that they separate thousands: "1,234" alone can be 1.234.
    """
    text = cells.astype("string").str.translate(_PLAIN).str.strip()
    mark = "," if decimal == "." else "."
    point = re.escape(decimal)
    clear = text.str.fullmatch(rf"[+-]?\d{{1,3}}([ ']\d{{3}})+({point}\d*)?")
    marked = text.str.fullmatch(
        rf"[+-]?\d{{1,3}}({re.escape(mark)}\d{{3}})+({point}\d*)?"
    )
    certain = marked & (text.str.count(re.escape(mark)) > 1)
    certain |= marked & text.str.contains(decimal, regex=False)
    grouped = clear | marked if certain.fillna(False).any() else clear
    ungrouped = text.str.replace(rf"[ '{mark}]", "", regex=True)
    text = text.mask(grouped.fillna(False), ungrouped)
    if decimal == ",":
        number = text.str.fullmatch(r"[+-]?\d*,?\d*([eE][+-]?\d+)?").fillna(False)
        text = text.mask(number, text.str.replace(",", ".", regex=False))
    return text
