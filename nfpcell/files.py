"""Writing files whole or not at all, and values as JSON allows them."""

import contextlib
import math
import os
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
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise DataFileError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return path


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
