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

    The column shows whether commas or points are decimal; if it does not, ``decimal``
    of the file counts. The other mark, blanks and apostrophes separate thousands. What
    can be either, such as "1,234" among numbers with points, is no number.
    """
    text = cells.astype("string").str.translate(_PLAIN).str.strip()
    readable = {point: _is_readable(text, point).sum() for point in ".,"}
    if readable["."] != readable[","]:
        decimal = max(readable, key=lambda point: readable[point])
    mark = "," if decimal == "." else "."
    grouped = _matches(text, _GROUPED, decimal)
    with_mark = grouped & text.str.contains(mark, regex=False).fillna(False)
    shown = _matches(text, _SINGLE, decimal) | with_mark & (
        (text.str.count(re.escape(mark)) > 1) | text.str.contains(decimal, regex=False)
    )
    if not shown.any():
        grouped &= ~with_mark
    text = text.mask(grouped, text.str.replace(rf"[ '{mark}]", "", regex=True))
    text = text.mask(_matches(text, _SINGLE, mark), text + " ?")
    if decimal == ",":
        number = _matches(text, _SINGLE, ",")
        text = text.mask(number, text.str.replace(",", ".", regex=False))
    return text


# a number with one decimal mark, and one with thousands separated
_SINGLE = r"[+-]?(\d+{point}\d*|{point}\d+)([eE][+-]?\d+)?"
_GROUPED = r"[+-]?\d{{1,3}}([ '{mark}])\d{{3}}(\1\d{{3}})*({point}\d*)?"


def _matches(text: pd.Series, pattern: str, decimal: str) -> pd.Series:
    mark = "," if decimal == "." else "."
    filled = pattern.format(point=re.escape(decimal), mark=mark)
    return text.str.fullmatch(filled).fillna(False).astype(bool)


def _is_readable(text: pd.Series, decimal: str) -> pd.Series:
    return _matches(text, _SINGLE, decimal) | _matches(text, _GROUPED, decimal)
