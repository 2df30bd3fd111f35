"""Where cell and experiment files lie, and the words that name them."""

import os
import re
from pathlib import Path

from nfpcell.cell import toml_files
from nfpcell.cell.naming import nearest, suggestion
from nfpcell.errors import DataFileError, UnknownNameError

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
    return toml_files.read(folder(EXPERIMENTS) / f"{stem}.toml").get("kind")


def cell_stems():
    """Stems of the built-in cells."""
    found = stems(CELLS)
    bases = {
        toml_files.read(folder(CELLS) / f"{stem}.toml").get("based_on")
        for stem in found
    }
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
    schema : see ``toml_files.check``
    word_or_path : see ``find_experiment``

    Returns
    -------
    path and content, an instance of the schema
    """
    path = find_experiment(word_or_path)
    raw = toml_files.read(path)
    if raw.get("kind") != kind:
        raise DataFileError(
            f'{path}: is of kind "{raw.get("kind")}"; right would be one of kind '
            f'"{kind}": {", ".join(of_kind(kind))}'
        )
    return path, toml_files.check(schema, raw, path)


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
    content = toml_files.read(base)
    if "based_on" in content:
        raise DataFileError(
            f'{path}: based_on = "{stem}" is itself based on "{content["based_on"]}"; '
            "right would be one level, as a file that stands alone or that one"
        )
    return base, content
