"""Reading a TOML file and checking its content against a schema."""

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pydantic
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from nfpcell.cell.naming import suggestion
from nfpcell.errors import DataFileError

MAX_BYTES = 1_000_000
# a key has at most so many parts with dots; the time of the parser grows with their
# square
MOST_PARTS = 32
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_NESTED = re.compile(
    rf"""(?<![\w"'-])(?:{_PART}[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}{_PART}"""
)
# TOML's whole numbers have 64 bits
_LARGEST = 2**63 - 1
Schema = TypeVar("Schema", bound=pydantic.BaseModel)
Keys = Sequence[str | int]  # place of a value in a file, the outermost key first


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the content of a TOML file of at most MAX_BYTES."""
    path = Path(path)
    try:
        if path.is_dir():
            raise DataFileError(f"{path}: is a folder; right would be a .toml file")
        if not path.exists():
            raise DataFileError(f"{path}: there is no such file")
        if not path.is_file():
            raise DataFileError(f"{path}: is not an ordinary file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataFileError(
                f"{path}: has {size} bytes; right would be at most {MAX_BYTES}"
            )
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataFileError(f"{path}: cannot be read ({reason})") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(
            f"{path}: is not a text file in UTF-8 (byte {error.start})"
        ) from error
    if "\0" in text:
        raise DataFileError(f"{path}: is not a text file (it contains zero bytes)")
    if not text.strip():
        raise DataFileError(
            f"{path}: is empty; parameter_sets/README.md and "
            "experiments/README.md show the formats"
        )
    if nested := _NESTED.search(text):
        line = text.count("\n", 0, nested.start()) + 1
        raise DataFileError(
            f"{path}: line {line} has a key of more than {MOST_PARTS} parts with dots "
            "between them; right would be fewer"
        )
    try:
        content = tomllib.loads(text)
        for keys, value in _values(content, ()):
            if isinstance(value, int) and abs(value) > _LARGEST:
                raise DataFileError(
                    f"{path}: {_place(keys)} is a whole number of more than 64 bits; "
                    "right would be a smaller one"
                )
    except (ValueError, RecursionError) as error:
        raise DataFileError(f"{path}: is not valid TOML: {error}") from error
    return content


def _values(value: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:
    """Every value that is no table and no list, with its place."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _values(inner, (*keys, key))
    else:
        yield keys, value


def check(schema: type[Schema], content: dict[str, Any], path: Path) -> Schema:
    """Return the content as a schema instance; an error names the first fault."""
    try:
        return schema.model_validate(content)
    except pydantic.ValidationError as error:
        # misspelt keys first, because they explain the missing keys
        errors = error.errors(include_url=False)
        first = min(errors, key=lambda detail: detail["type"] != "extra_forbidden")
        raise DataFileError(f"{path}: {_sentence(schema, first)}") from error


def _sentence(schema: type[pydantic.BaseModel], error: ErrorDetails) -> str:
    *outer, key = error["loc"] or ("",)
    where = _place(outer)
    prefix = f"{where}: " if where else ""
    if error["type"] == "missing":
        return f'{prefix}"{key}" is missing; right would be an entry with this key'
    if error["type"] == "extra_forbidden":
        right = suggestion(str(key), _allowed_keys(schema, outer))
        return f'{prefix}"{key}" is not an allowed key; {right}'
    text = repr(error["input"])
    shown = text if len(text) <= 60 else f"{text[:50]} ..."
    expected = error["msg"].removeprefix("Value error, ")
    expected = expected.replace("Input should be", "").strip()
    if error["type"] in ("model_type", "dict_type"):
        expected = "a table, as { key = value } or under a [heading]"
    expected = expected[0].lower() + expected[1:]
    return f"{_place(error['loc'])} = {shown} is refused; right would be: {expected}"


def _place(keys: Keys) -> str:
    """Keys as a path for the user; items of a list are counted from 1."""
    return " -> ".join(
        f"no. {key + 1}" if isinstance(key, int) else f'"{key}"'
        for key in keys
        if key != ""
    )


def _allowed_keys(schema: Any, keys: Keys) -> list[str]:
    """Keys that a schema allows at a place in the file."""
    for key in keys:
        # any other key is a free key of a table, or a position in a list
        if field := _fields(schema).get(str(key)):
            schema = _inner_schema(field.annotation)
    return list(_fields(schema))


def _fields(schema: Any) -> dict[str, FieldInfo]:
    if not _is_schema(schema):
        return {}
    return {field.alias or name: field for name, field in schema.model_fields.items()}


def _inner_schema(annotation: Any) -> Any:
    """The schema inside list[...], dict[str, ...] or optional, if there is one."""
    for part in getattr(annotation, "__args__", ()):
        inner = _inner_schema(part)
        if _is_schema(inner):
            return inner
    return annotation


def _is_schema(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)
