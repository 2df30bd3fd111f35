"""What nfpcell refuses, each with one sentence: what, where, what would be right."""

from itertools import groupby

# longer sentences lose their middle
_LONGEST, _KEPT = 1500, 740


class NfpcellError(Exception):
    """Root of every error that nfpcell raises on purpose; its sentence is printable."""

    def __init__(self, sentence=""):
        super().__init__(printable(sentence))


class DataFileError(NfpcellError):
    """A cell or experiment file, or a value in one, that cannot be used."""


class UnknownNameError(NfpcellError):
    """A word for a cell, an experiment or a quantity that does not exist."""


class SolveError(NfpcellError):
    """A condition that could not be computed; the solver's error is its cause."""


class FitError(NfpcellError):
    """A fit of which nothing can be made."""


def printable(text):
    r"""
    A text that a terminal can show, whatever a file had in it.

    Signs that cannot be printed are written out, a run of them once; a text of more
    than 1500 signs loses its middle. Newlines stay.

    Examples
    --------
    >>> printable("no column among " + 200 * chr(0) + ", Z_re")
    'no column among \\x00…, Z_re'
    """
    text = str(text)
    if len(text) > _LONGEST:
        text = f"{text[:_KEPT]} … {text[-_KEPT:]}"
    if all(sign.isprintable() or sign == "\n" for sign in text):
        return text
    parts = []
    for shown, run in groupby(text, lambda sign: sign.isprintable() or sign == "\n"):
        signs = "".join(run)
        if shown:
            parts.append(signs)
        else:
            parts.append(ascii(signs[0])[1:-1] + "…" * (len(signs) > 1))
    return "".join(parts)
