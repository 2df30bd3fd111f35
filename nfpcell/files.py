"""Writing files completely or not at all, and converting values for JSON."""

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
    """Check that a file may be written at ``path``, before its content is computed."""
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise DataFileError(f"{path}: a file of this kind is named *{suffix}")
    try:
        parent_exists, is_folder = path.parent.is_dir(), path.is_dir()
    except OSError as error:  # such as a name that is too long
        raise DataFileError(f"{path}: cannot be written ({error.strerror})") from error
    if is_folder or not parent_exists:
        why = f"{path} is a" if is_folder else f"{path.parent} is no"
        raise DataFileError(
            f"{path}: cannot be written ({why} folder); right would be a file in an "
            "existing folder"
        )
    if os.path.lexists(path) and not force:
        raise DataFileError(
            f"{path}: exists already and is not overwritten; right would be another "
            "name, or --force (force=True)"
        )
    return path


def write(
    path: str | os.PathLike[str], text: str, force: bool = False, suffix: str = ".toml"
) -> Path:
    """Write a file completely or not at all, and return its path."""
    path = writable_path(path, force, suffix)
    try:
        write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise DataFileError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def write_whole(path: Path, write_to: Callable[[Path], object]) -> None:
    """Write a file under a temporary name, then rename it."""
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
    """Return a value with Python's plain types; NaN and infinity become None.

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
