"""Reading a TOML file and checking its content against a schema; no code runs."""

import tomllib
from pathlib import Path

import pydantic

from nfpcell.cell.naming import suggestion
from nfpcell.errors import DataFileError

MAX_BYTES = 1_000_000


def read(path):
    """The content of a TOML file as a dict; refuses what is not a small text file."""
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
                f"{path}: holds {size} bytes; a file of this kind has at most "
                f"{MAX_BYTES}"
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
        raise DataFileError(f"{path}: is not a text file (it holds zero bytes)")
    if not text.strip():
        raise DataFileError(
            f"{path}: is empty; parameter_sets/README.md and "
            "experiments/README.md show the formats"
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataFileError(f"{path}: is not valid TOML: {error}") from error


def check(schema, content, path):
    """The content as an instance of a pydantic schema, or one sentence why not."""
    try:
        return schema.model_validate(content)
    except pydantic.ValidationError as error:
        # a misspelt key explains the one that is missing
        errors = error.errors(include_url=False)
        first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
        raise DataFileError(f"{path}: {_sentence(schema, first)}") from error


def _sentence(schema, error):
    *outer, key = error["loc"] or ("",)
    where = _place(outer)
    here = f"{where}: " if where else ""
    if error["type"] == "missing":
        return f'{here}"{key}" is missing; every such entry needs it'
    if error["type"] == "extra_forbidden":
        return f'{here}"{key}" is no known key; {suggestion(key, _keys(schema, outer))}'
    given = repr(error["input"])
    shown = given if len(given) <= 60 else f"{given[:50]} ..."
    wish = error["msg"].removeprefix("Value error, ").replace("Input should be", "")
    wish = wish.strip()
    if error["type"] in ("model_type", "dict_type"):
        wish = "a table, as { key = value } or under a [heading]"
    wish = wish[0].lower() + wish[1:]
    return f"{_place(error['loc'])} = {shown} is refused; right would be: {wish}"


def _place(loc):
    """Keys as a reader of the file would look for them; list items from 1."""
    return " -> ".join(
        f"no. {part + 1}" if isinstance(part, int) else f'"{part}"'
        for part in loc
        if part != ""
    )


def _keys(schema, loc):
    """Keys a schema allows at a place in the file."""
    for part in loc:
        field = _fields(schema).get(part)
        # a name or a number in between is the key of a table or a place in a list
        if field is not None:
            schema = _inner(field.annotation)
    return list(_fields(schema))


def _fields(schema):
    if not _is_schema(schema):
        return {}
    return {field.alias or name: field for name, field in schema.model_fields.items()}


def _inner(annotation):
    """The schema inside list[...], dict[str, ...] or optional, if there is one."""
    for part in getattr(annotation, "__args__", ()):
        found = _inner(part)
        if _is_schema(found):
            return found
    return annotation


def _is_schema(annotation):
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)
