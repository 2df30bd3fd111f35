"""The one pattern of the errors about a file: where, what is wrong, what is right."""

from pathlib import Path

from nfpcell.errors import DataFileError


def refusal(where: Path | str, what: str, right: str) -> DataFileError:
    """
    The error that a file cannot be used.

    Examples
    --------
    >>> str(refusal("cell.csv", "is empty", "a table"))
    'cell.csv: is empty; right would be a table'
    """
    return DataFileError(f"{where}: {what}; right would be {right}")
