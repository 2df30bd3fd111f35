"""What nfpcell refuses, each with one sentence: what, where, what would be right."""


class NfpcellError(Exception):
    """Root of every error that nfpcell raises on purpose."""


class DataFileError(NfpcellError):
    """A cell or experiment file, or a value in one, that cannot be used."""


class UnknownNameError(NfpcellError):
    """A word for a cell, an experiment or a quantity that does not exist."""


class SolveError(NfpcellError):
    """A condition that could not be computed; the solver's error is its cause."""


class FitError(NfpcellError):
    """A fit of which nothing can be made."""
