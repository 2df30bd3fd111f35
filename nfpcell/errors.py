"""Errors, each one sentence: what was refused, where, and what would be right."""

from itertools import groupby

# longer sentences lose their middle
_LONGEST, _KEPT = 1500, 740


class NfpcellError(Exception):
    """Base of every error that nfpcell raises on purpose; its sentence is printable."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(printable(sentence))


class DataFileError(NfpcellError):
    """A cell or experiment file, or a value in one, that cannot be used."""


class UnknownNameError(NfpcellError):
    """The name of a cell, an experiment or a quantity that does not exist."""


class SolveError(NfpcellError):
    """A condition that could not be computed; the solver's error is its cause."""


class FitError(NfpcellError):
    """A fit that cannot start or gives no result."""


def refusal(where: object, what: str, right: str) -> DataFileError:
    """The error for a file, or a place in it: what is wrong, what would be right."""
    return DataFileError(f"{where}: {what}; right would be {right}")


def printable(text: object) -> str:
    r"""
    Text that a terminal can show, whatever characters it has from a file.

    Unprintable characters are escaped, a run of equal kind once. A text of more than
    1500 characters loses its middle. Newlines stay.

    Examples
    --------
    >>> printable("no column among " + 200 * chr(0) + ", Z_re")
    'no column among \\x00…, Z_re'
    """
    text = str(text)
    if len(text) > _LONGEST:
        text = f"{text[:_KEPT]} … {text[-_KEPT:]}"
    parts = []
    for shown, run in groupby(text, lambda char: char.isprintable() or char == "\n"):
        chars = "".join(run)
        if not shown:
            chars = ascii(chars[0])[1:-1] + "…" * (len(chars) > 1)
        parts.append(chars)
    return "".join(parts)
