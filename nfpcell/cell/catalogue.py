"""Where cell and experiment files lie, and the words that name them."""

import os
import re
from pathlib import Path
from typing import TypeVar

from nfpcell.cell import toml_files
from nfpcell.cell.naming import nearest, suggestion
from nfpcell.cell.schema import StrictModel
from nfpcell.errors import DataFileError, UnknownNameError

CELLS = "parameter_sets"
EXPERIMENTS = "experiments"
# kinds of experiment files that another command than run takes, and that command
COMMANDS = {
    "fit": "fit",
    "cycles": "cycle",
    "protocol": "protocol",
    "chemistries": "chemistries",
    "sweep": "sweep",
}
# the cell with a liquid electrolyte, which is a model of PyBaMM
LIQUID = "liquid"
# part of the stems of the built-in cells, not of their words
_LITERATURE = "yamauchi2020_"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PACKAGE = Path(__file__).resolve().parents[1]

WordOrPath = str | os.PathLike[str]
Schema = TypeVar("Schema", bound=StrictModel)


def folder(kind: str) -> Path:
    """The folder of a kind of file: inside the package if installed, else beside it."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def stems(kind: str) -> list[str]:
    """Stems of all files of a kind, sorted."""
    return sorted(path.stem for path in folder(kind).glob("*.toml"))


# ------------------------------------------------------------------------------- cells
def cells() -> list[str]:
    """
    Words of the built-in cells: every file that is not the base of another.

    Examples
    --------
    >>> cells()
    ['anode-symmetric', 'cathode-symmetric', 'A', 'B', 'C', 'D', 'E', 'pouch']
    """
    return [cell_word(stem) for stem in cell_stems()]


def cell_stems() -> list[str]:
    """Stems of the built-in cells."""
    paths = [folder(CELLS) / f"{stem}.toml" for stem in stems(CELLS)]
    bases = {toml_files.read(path).get("based_on") for path in paths}
    return [path.stem for path in paths if path.stem not in bases]


def cell_word(stem: str) -> str:
    """
    The word a user types for a built-in cell.

    Examples
    --------
    >>> cell_word("yamauchi2020_cell_a"), cell_word("yamauchi2020_cathode_symmetric")
    ('A', 'cathode-symmetric')
    """
    word = stem.removeprefix(_LITERATURE).removeprefix("cell_")
    return word.upper() if len(word) == 1 else word.replace("_", "-")


def find_cell(word_or_path: WordOrPath) -> tuple[Path, str]:
    """Path of a cell's file and the cell's name in records."""
    if is_path(word_or_path):
        path = Path(word_or_path)
        built_in = _resolved(path).parent == _resolved(folder(CELLS))
        return path, cell_word(path.stem) if built_in else path.stem
    asked = _folded(str(word_or_path))
    if asked == LIQUID:
        raise UnknownNameError(
            f'"{word_or_path}" is a model of PyBaMM with a command of its own; right '
            "would be nfpcell liquid"
        )
    for stem in cell_stems():
        word = cell_word(stem)
        if asked in map(_folded, (word, stem.removeprefix(_LITERATURE), stem)):
            return folder(CELLS) / f"{stem}.toml", word
    raise UnknownNameError(_unknown("cell", str(word_or_path), cells()))


def find_base(stem: str, path: Path) -> Path:
    """Path of the file that the cell file at ``path`` names as its base.

    ``stem`` is a plain name, of a file in parameter_sets/ or else beside ``path``.
    """
    if not _PLAIN_NAME.fullmatch(stem):
        raise DataFileError(
            f'{path}: based_on = "{stem}" is not a plain name; right would be the name '
            "of a file in parameter_sets/ or beside this one, without .toml"
        )
    for place in (folder(CELLS), path.parent):
        base = place / f"{stem}.toml"
        if _is_file(base):
            break
    else:
        known = {*stems(CELLS), *(near.stem for near in path.parent.glob("*.toml"))}
        bases = sorted(known - {path.stem})
        raise DataFileError(
            f'{path}: based_on = "{stem}" names no file; {suggestion(stem, bases)}'
        )
    if _resolved(base) == _resolved(path):
        raise DataFileError(
            f'{path}: based_on = "{stem}" names this file itself; right would be a '
            'shared file such as "yamauchi2020"'
        )
    return base


# ------------------------------------------------------------------------- experiments
def experiments() -> list[str]:
    """Words of the built-in experiments: the stems of their files."""
    return stems(EXPERIMENTS)


def of_kind(*kinds: str) -> list[str]:
    """Words of the experiments of these kinds."""
    return [stem for stem in experiments() if _kind(stem) in kinds]


def scored() -> list[str]:
    """Words of the experiments that may have targets to score."""
    return [stem for stem in experiments() if _kind(stem) not in COMMANDS]


def _kind(stem: str) -> str | None:
    return toml_files.read(folder(EXPERIMENTS) / f"{stem}.toml").get("kind")


def find_experiment(word_or_path: WordOrPath) -> Path:
    """Path of an experiment's file."""
    if is_path(word_or_path):
        return Path(word_or_path)
    word = str(word_or_path)
    known = {stem.lower(): stem for stem in experiments()}
    if stem := known.get(_folded(word)):
        return folder(EXPERIMENTS) / f"{stem}.toml"
    raise UnknownNameError(_unknown("experiment", word, experiments()))


def read_experiment(
    kind: str, schema: type[Schema], word_or_path: WordOrPath
) -> tuple[Path, Schema]:
    """Path and checked content of an experiment, which has to be of one kind."""
    path = find_experiment(word_or_path)
    raw = toml_files.read(path)
    if raw.get("kind") != kind:
        raise DataFileError(
            f'{path}: is of kind "{raw.get("kind")}"; right would be one of kind '
            f'"{kind}": {", ".join(of_kind(kind))}'
        )
    return path, toml_files.check(schema, raw, path)


# ----------------------------------------------------------------------- words or paths
def is_path(word_or_path: WordOrPath) -> bool:
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


def beside(word: str, path: Path, place: str | None = None) -> Path:
    """
    Path of a file that the file at ``path`` names; it has to lie in the same folder.

    ``place`` says where in the file, for the sentence of a refusal.
    """
    near = path.parent / word
    if Path(word).name != word or "\\" in word or not _is_file(near):
        raise DataFileError(
            f'{place or path}: "{word}" is not a file beside this one; right would be '
            f"such a file's name, or one of {', '.join(cells())}"
        )
    return near


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")


def _resolved(path: Path) -> Path:
    """A path without links; unchanged where links lead in a circle or nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _is_file(path: Path) -> bool:
    """Whether the file exists; a name that no file can have is False, not an error."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _unknown(what: str, word: str, known: list[str]) -> str:
    """The sentence that refuses a word."""
    listed = f"there are {', '.join(known)}" if known else "there is none"
    sentence = f'"{word}" is no {what} ({listed}, or a path to a .toml file)'
    match = f"{word}.toml" if _is_file(Path(f"{word}.toml")) else nearest(word, known)
    return f'{sentence}; did you mean "{match}"?' if match else sentence
