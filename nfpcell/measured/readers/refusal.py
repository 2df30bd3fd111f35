"""The one form of the errors about a file: where, what is wrong, what is right."""

from pathlib import Path

from nfpcell.errors import DataFileError


def refusal(where: Path | str, what: str, right: str) -> DataFileError:
    """The error that a file, or a place in it, cannot be used."""
    return DataFileError(f"{where}: {what}; right would be {right}")
