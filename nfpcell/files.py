"""Writing files whole or not at all, and values as JSON allows them."""

import contextlib
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nfpcell.errors import DataFileError


def writable_path(
    path: str | os.PathLike[str], force: bool = False, suffix: str = ".toml"
) -> Path:
    """Where a file may be written, before there is anything to write; its Path."""
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise DataFileError(f"{path}: a file of this kind is named *{suffix}")
    try:
        folder_there, is_folder = path.parent.is_dir(), path.is_dir()
    except OSError as error:  # such as a name that is too long
        raise DataFileError(f"{path}: cannot be written ({error.strerror})") from error
    if is_folder or not folder_there:
        why = f"{path} is a" if is_folder else f"{path.parent} is no"
        raise DataFileError(
            f"{path}: cannot be written ({why} folder); right would be a file in one "
            "that is there"
        )
    if os.path.lexists(path) and not force:
        raise DataFileError(
            f"{path}: exists already and is not overwritten; right would "
            "be another name, or --force (force=True)"
        )
    return path


def write(
    path: str | os.PathLike[str], text: str, force: bool = False, suffix: str = ".toml"
) -> Path:
    """Write a file whole or not at all; returns its path."""
    path = writable_path(path, force, suffix)
    try:
        write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise DataFileError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def write_whole(path: Path, write_to: Callable[[Path], object]) -> None:
    """Write a file under another name, and rename it when it is on the disk."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write_to(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def jsonable(value: Any) -> Any:
    """
    Plain Python for a JSON text: what is not a finite number is null.

    Examples
    --------
    >>> jsonable({"a": (1.0, float("nan"))})
    {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
