"""Paths and names of the built-in cell and experiment files."""

import os
import re
from pathlib import Path
from typing import TypeVar

from nfpcell.cell import toml_files
from nfpcell.cell.naming import nearest, suggestion
from nfpcell.cell.schema import StrictModel
from nfpcell.errors import DataFileError, UnknownNameError, refusal

CELLS = "parameter_sets"
EXPERIMENTS = "experiments"
# kind of the file of published numbers that no calibration used
HELD_OUT = "held_out"
# command for each kind of experiment file that ``Experiment.load`` does not take
COMMANDS = {
    HELD_OUT: "score",
    "fit": "fit",
    "cycles": "cycle",
    "protocol": "protocol",
    "chemistries": "chemistries",
    "sweep": "sweep",
}
# and the command that takes a cell instead of such a file
_WITH_A_CELL = {
    "cycles": "cycle {}",
    "protocol": 'protocol {} --steps "Discharge at 1C until 2 V"',
    "fit": "fit --cell {}",
}
# the cell with a liquid electrolyte, computed by a model of PyBaMM
LIQUID = "liquid"
# prefix of the file stems that is not part of a cell's name
_PREFIX = "yamauchi2020_"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PACKAGE = Path(__file__).resolve().parents[1]

NameOrPath = str | os.PathLike[str]
Schema = TypeVar("Schema", bound=StrictModel)


def folder(kind: str) -> Path:
    """Folder of a kind of file: in the package if it is installed, else beside it."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def stems(kind: str) -> list[str]:
    """Stems of all files of a kind, sorted."""
    return sorted(path.stem for path in folder(kind).glob("*.toml"))


# ------------------------------------------------------------------------------- cells
def cells() -> list[str]:
    """Names of the built-in cells: every file that is based on another.

    Examples
    --------
    >>> cells()
    ['anode-symmetric', 'cathode-symmetric', 'A', 'B', 'C', 'D', 'E', 'pouch']
    """
    return list(map(cell_name, cell_stems()))


def cell_stems() -> list[str]:
    """Stems of the built-in cells."""
    paths = [folder(CELLS) / f"{stem}.toml" for stem in stems(CELLS)]
    return [path.stem for path in paths if "based_on" in toml_files.read(path)]


def cell_name(stem: str) -> str:
    """The name by which a user calls a built-in cell.

    Examples
    --------
    >>> cell_name("yamauchi2020_cell_a"), cell_name("yamauchi2020_cathode_symmetric")
    ('A', 'cathode-symmetric')
    """
    name = stem.removeprefix(_PREFIX).removeprefix("cell_")
    return name.upper() if len(name) == 1 else name.replace("_", "-")


def find_cell(name_or_path: NameOrPath) -> tuple[Path, str]:
    """Path of a cell file, and the cell's name in records."""
    if is_path(name_or_path):
        path = Path(name_or_path)
        built_in = _resolved(path).parent == _resolved(folder(CELLS))
        return path, cell_name(path.stem) if built_in else path.stem
    folded = _folded(str(name_or_path))
    if folded == LIQUID:
        raise UnknownNameError(
            f'"{name_or_path}" is a model of PyBaMM with a separate command; right '
            "would be nfpcell liquid"
        )
    for stem in cell_stems():
        name = cell_name(stem)
        if folded in map(_folded, (name, stem.removeprefix(_PREFIX), stem)):
            return folder(CELLS) / f"{stem}.toml", name
    if (experiment := _experiment(str(name_or_path))) is not None:
        command = COMMANDS.get(str(_kind(experiment)), "run")
        raise UnknownNameError(
            f'"{name_or_path}" is an experiment, not a cell; right would be '
            f"nfpcell {command} {experiment}"
        )
    raise UnknownNameError(_unknown("cell", str(name_or_path), cells()))


def find_base(stem: str, path: Path) -> Path:
    """Path of the base ``stem`` of the cell file at ``path``.

    The base is in parameter_sets/ or in the folder of ``path``.
    """
    if not _PLAIN_NAME.fullmatch(stem):
        raise DataFileError(
            f'{path}: based_on = "{stem}" is not a plain name; right would be the name '
            "of a file in parameter_sets/ or in the same folder, without .toml"
        )
    candidates = [parent / f"{stem}.toml" for parent in (folder(CELLS), path.parent)]
    base = next(filter(_is_file, candidates), None)
    if base is None:
        near = {file.stem for file in path.parent.glob("*.toml")}
        bases = sorted({*stems(CELLS), *near} - {path.stem})
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
    """
    Names of the built-in experiments: the stems of their files.

    Examples
    --------
    >>> "rate_30C" in experiments()
    True
    """
    return stems(EXPERIMENTS)


def of_kind(*kinds: str) -> list[str]:
    """Names of the experiments of these kinds."""
    return [stem for stem in experiments() if _kind(stem) in kinds]


def scored() -> list[str]:
    """Names of the experiments that may have targets to score."""
    return [stem for stem in experiments() if _kind(stem) not in COMMANDS]


def is_held_out(name_or_path: NameOrPath) -> bool:
    """Whether this is a file of published numbers that no calibration used."""
    return bool(toml_files.read(find_experiment(name_or_path)).get("kind") == HELD_OUT)


def _kind(stem: str) -> str | None:
    return toml_files.read(folder(EXPERIMENTS) / f"{stem}.toml").get("kind")


def find_experiment(name_or_path: NameOrPath, kind: str = "") -> Path:
    """Path of an experiment's file; ``kind`` is the one that is wanted."""
    if is_path(name_or_path):
        return Path(name_or_path)
    name = str(name_or_path)
    if (stem := _experiment(name)) is not None:
        return folder(EXPERIMENTS) / f"{stem}.toml"
    if _folded(name) in map(_folded, cells()):
        raise UnknownNameError(
            f'"{name}" is a cell, not an experiment; right would be, for example, '
            f"nfpcell {_WITH_A_CELL.get(kind, 'simulate {}').format(name)}"
        )
    raise UnknownNameError(_unknown("experiment", name, experiments()))


def _experiment(name: str) -> str | None:
    """Stem of the built-in experiment of this name, if there is one."""
    return {stem.lower(): stem for stem in experiments()}.get(_folded(name))


def read_experiment(
    kind: str, schema: type[Schema], name_or_path: NameOrPath
) -> tuple[Path, Schema]:
    """Path and checked content of an experiment; any other kind is refused."""
    path = find_experiment(name_or_path, kind)
    raw = toml_files.read(path)
    if (stated := raw.get("kind")) != kind:
        what = f'is of kind "{stated}"' if stated else 'has no "kind" (a cell file?)'
        right = f'one of kind "{kind}": {", ".join(of_kind(kind))}'
        raise refusal(path, what, right)
    return path, toml_files.check(schema, raw, path)


# ----------------------------------------------------------------------- names or paths
def is_path(name_or_path: NameOrPath) -> bool:
    """Whether this is a path: it ends in .toml or has a separator."""
    if "\0" in str(name_or_path):
        raise UnknownNameError(f"{str(name_or_path)!r} cannot be the path of a file")
    if isinstance(name_or_path, os.PathLike):
        return True
    if not isinstance(name_or_path, str):
        kind = type(name_or_path).__name__
        raise UnknownNameError(
            f"{name_or_path!r} is a {kind}; right would be a name such as 'C' or the "
            "path of a .toml file"
        )
    return name_or_path.lower().endswith(".toml") or any(
        separator in name_or_path for separator in "/\\"
    )


def beside(name: str, path: Path, place: str | None = None) -> Path:
    """Path of the file ``name`` in the folder of ``path``; no other folder is allowed.

    ``place`` is the place in the file at ``path`` that the error message names.
    """
    file = path.parent / name
    if Path(name).name != name or "\\" in name or not _is_file(file):
        raise DataFileError(
            f'{place or path}: "{name}" is not a file in the same folder; right would '
            f"be the name of such a file, or one of {', '.join(cells())}"
        )
    return file


def data_beside(name: str, path: Path, place: str) -> Path:
    """Path of a data file in the folder of the file ``path``, or in one below it."""
    file = Path(name)
    if file.is_absolute() or ".." in file.parts:
        raise DataFileError(
            f'{path}: {place}: "{name}" is outside the folder of this file; right '
            "would be a file in the same folder or below it"
        )
    return path.parent / file


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")


def _resolved(path: Path) -> Path:
    """A path without links; unchanged if a link is circular or broken."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _is_file(path: Path) -> bool:
    """Whether the file exists; False, without an error, for an impossible name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _unknown(what: str, name: str, names: list[str]) -> str:
    """The message for an unknown name."""
    listed = f"there are {', '.join(names)}" if names else "there is none"
    message = f'"{name}" is no {what} ({listed}, or a path to a .toml file)'
    match = f"{name}.toml" if _is_file(Path(f"{name}.toml")) else nearest(name, names)
    return f'{message}; did you mean "{match}"?' if match else message
