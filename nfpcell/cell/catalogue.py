"""Where cell and experiment files lie, and how they are read: checked, no code."""

import contextlib
import math
import os
import re
import tomllib
from pathlib import Path

import pydantic

from nfpcell.cell.naming import nearest, suggestion
from nfpcell.errors import DataFileError, UnknownNameError

MAX_BYTES = 1_000_000
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PACKAGE = Path(__file__).resolve().parents[1]

CELLS = "parameter_sets"
EXPERIMENTS = "experiments"
# kinds of experiments that another command takes than run
COMMANDS = {
    "fit": "fit",
    "cycles": "cycle",
    "protocol": "protocol",
    "chemistries": "chemistries",
    "sweep": "sweep",
}
# the cell that is not one of ours, and the folder of its file
LIQUID = "liquid"
# the literature set that stands in the stems of the built-in cells, not in their words
_LITERATURE = "yamauchi2020_"


def folder(kind):
    """The folder of a kind of file: inside the package if installed, else beside it."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def stems(kind):
    """Stems of all files of a kind, sorted."""
    return sorted(path.stem for path in folder(kind).glob("*.toml"))


def cells():
    """
    Words of the built-in cells: every file that is not the base of another.

    Examples
    --------
    >>> cells()
    ['anode-symmetric', 'cathode-symmetric', 'A', 'B', 'C', 'D', 'E', 'pouch']
    """
    return [cell_word(stem) for stem in cell_stems()]


def experiments():
    """Words of the built-in experiments: the stems of their files."""
    return stems(EXPERIMENTS)


def of_kind(*kinds):
    """Words of those experiments that are of one of these kinds."""
    return [stem for stem in experiments() if _kind(stem) in kinds]


def scored():
    """Words of those experiments that may have targets to score."""
    return [stem for stem in experiments() if _kind(stem) not in COMMANDS]


def _kind(stem):
    return read(folder(EXPERIMENTS) / f"{stem}.toml").get("kind")


def cell_stems():
    """Stems of the built-in cells."""
    found = stems(CELLS)
    bases = {read(folder(CELLS) / f"{stem}.toml").get("based_on") for stem in found}
    return [stem for stem in found if stem not in bases]


def cell_word(stem):
    """
    The word a user types for a built-in cell.

    Examples
    --------
    >>> cell_word("yamauchi2020_cell_a"), cell_word("yamauchi2020_cathode_symmetric")
    ('A', 'cathode-symmetric')
    """
    word = stem.removeprefix(_LITERATURE).removeprefix("cell_")
    return word.upper() if len(word) == 1 else word.replace("_", "-")


def find_cell(word_or_path):
    """Path of a cell's file and the cell's name in records."""
    if is_path(word_or_path):
        path = Path(word_or_path)
        built_in = resolved(path).parent == resolved(folder(CELLS))
        return path, cell_word(path.stem) if built_in else path.stem
    asked = word_or_path.lower().replace("-", "_")
    if asked == LIQUID:
        raise UnknownNameError(
            f'"{word_or_path}" is a model of PyBaMM with a command of its own; right '
            "would be nfpcell liquid"
        )
    words = {}
    for stem in cell_stems():
        word = cell_word(stem)
        short = stem.removeprefix(_LITERATURE)
        for alias in (word, short, stem):
            words[alias.lower().replace("-", "_")] = (stem, word)
    if asked in words:
        stem, word = words[asked]
        return folder(CELLS) / f"{stem}.toml", word
    raise UnknownNameError(_unknown("cell", word_or_path, cells()))


def resolved(path):
    """A path without links; as it is where links lead in a circle, or nowhere."""
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError):
        return Path(path)


def is_file(path):
    """Whether there is such a file; what cannot be one, as a name too long, is none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def beside(word, path, place=None):
    """
    Path of a cell or experiment file that another file names: in the same folder, and
    nowhere else.

    Parameters
    ----------
    word : name of the file
    path : of the file that names it
    place : in that file, for the sentence of a refusal
    """
    near = Path(path).parent / word
    if Path(word).name != word or "\\" in word or not is_file(near):
        raise DataFileError(
            f'{place or path}: "{word}" is not a file beside this one; right would be '
            f"such a file's name, or one of {', '.join(cells())}"
        )
    return near


def find_experiment(word_or_path):
    """Path of an experiment's file."""
    if is_path(word_or_path):
        return Path(word_or_path)
    known = {stem.lower(): stem for stem in experiments()}
    asked = word_or_path.lower().replace("-", "_")
    if asked in known:
        return folder(EXPERIMENTS) / f"{known[asked]}.toml"
    raise UnknownNameError(_unknown("experiment", word_or_path, experiments()))


def read_experiment(kind, schema, word_or_path):
    """
    A file of experiments/ of one kind, or one beside it, checked.

    Parameters
    ----------
    kind : that it has to be of
    schema : see ``check``
    word_or_path : see ``find_experiment``

    Returns
    -------
    path and content, an instance of the schema
    """
    path = find_experiment(word_or_path)
    raw = read(path)
    if raw.get("kind") != kind:
        raise DataFileError(
            f'{path}: is of kind "{raw.get("kind")}"; right would be one of kind '
            f'"{kind}": {", ".join(of_kind(kind))}'
        )
    return path, check(schema, raw, path)


def is_path(word_or_path):
    """Whether this is meant as a path: it ends in .toml or has a separator."""
    if "\0" in str(word_or_path):
        raise UnknownNameError(f"{str(word_or_path)!r} cannot be the path of a file")
    if isinstance(word_or_path, os.PathLike):
        return True
    if not isinstance(word_or_path, str):
        kind = type(word_or_path).__name__
        raise UnknownNameError(
            f"{word_or_path!r} is a {kind}; right would be a word such as 'C' or the "
            "path of a .toml file"
        )
    return word_or_path.lower().endswith(".toml") or any(
        separator in word_or_path for separator in "/\\"
    )


def _unknown(what, word, known):
    there = f"there are {', '.join(known)}" if known else "there is none"
    sentence = f'"{word}" is no {what} ({there}, or a path to a .toml file)'
    if is_file(f"{word}.toml"):
        return f'{sentence}; did you mean "{word}.toml"?'
    match = nearest(word, known)
    return f'{sentence}; did you mean "{match}"?' if match else sentence


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


def read_base(stem, path):
    """
    Path and content of the file another one is based on.

    ``stem`` is a plain name, of a file in parameter_sets/ or else beside ``path``; the
    base has no base of its own.
    """
    if not _PLAIN.fullmatch(stem):
        raise DataFileError(
            f'{path}: based_on = "{stem}" is not a plain name; right would be the name '
            "of a file in parameter_sets/ or beside this one, without .toml"
        )
    beside = Path(path).parent
    for place in (folder(CELLS), beside):
        base = place / f"{stem}.toml"
        if is_file(base):
            break
    else:
        known = {*stems(CELLS), *(near.stem for near in beside.glob("*.toml"))}
        bases = sorted(known - {Path(path).stem})
        raise DataFileError(
            f'{path}: based_on = "{stem}" names no file; {suggestion(stem, bases)}'
        )
    if resolved(base) == resolved(path):
        raise DataFileError(
            f'{path}: based_on = "{stem}" names this file itself; right would be a '
            'shared file such as "yamauchi2020"'
        )
    content = read(base)
    if "based_on" in content:
        raise DataFileError(
            f'{path}: based_on = "{stem}" is itself based on "{content["based_on"]}"; '
            "right would be one level, as a file that stands alone or that one"
        )
    return base, content


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


def free(path, force=False, suffix=".toml"):
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


def write(path, text, force=False, suffix=".toml"):
    """Write a file whole or not at all; returns its path."""
    path = free(path, force, suffix)
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise DataFileError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
    return path


def jsonable(value):
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
