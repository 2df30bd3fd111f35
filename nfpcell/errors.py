"""Errors. A message says what was refused, where, and what would be right."""

import unicodedata
from itertools import groupby

# a message of more characters is shortened to its two ends
_LONGEST, _END = 1500, 740


class NfpcellError(Exception):
    """Base class of the errors of nfpcell; every message is printable."""

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class DataFileError(NfpcellError):
    """An option, a file, or a value in a file, that cannot be used."""


class UnknownNameError(NfpcellError):
    """The name of a cell, an experiment or a quantity that does not exist."""


class SolveError(NfpcellError):
    """A condition that could not be computed; ``__cause__`` is the solver's error."""


class FitError(NfpcellError):
    """A fit that cannot start or gives no result."""


def refusal(where: object, what: str, right: str) -> DataFileError:
    """Return the error for an option, a file or a place in a file."""
    return DataFileError(f"{where}: {what}; right would be {right}")


def shown(value: object) -> str:
    """
    Return a value as a message shows it, in at most 200 characters.

    Python does not write whole numbers of more than 4300 digits.
    """
    try:
        text = repr(value)
    except ValueError:
        return f"of type {type(value).__name__}, which is too large to show,"
    return text if len(text) <= 200 else f"{text[:190]} ..."


def printable(text: object) -> str:
    r"""
    Return the text of a message: ``escaped``, and shortened in its middle.

    A text has at most 1500 characters.
    """
    text = str(text)
    if len(text) > _LONGEST:
        text = f"{text[:_END]} … {text[-_END:]}"
    return escaped(text)


def escaped(text: str) -> str:
    r"""
    Return the text with its unprintable characters escaped; newlines stay.

    Text of a file thus cannot control a terminal. Of successive unprintable characters
    only the first is shown.

    Examples
    --------
    >>> escaped("no column among " + 200 * chr(0) + ", Z_re")
    'no column among \\x00…, Z_re'
    """
    if text.isprintable():
        return text
    groups = []
    for is_shown, run in groupby(text, _is_shown):
        chars = "".join(run)
        if not is_shown:
            chars = ascii(chars[0])[1:-1] + "…" * (len(chars) > 1)
        groups.append(chars)
    return "".join(groups)


def _is_shown(char: str) -> bool:
    # Python calls every space but the common one unprintable
    return char.isprintable() or char == "\n" or unicodedata.category(char) == "Zs"
