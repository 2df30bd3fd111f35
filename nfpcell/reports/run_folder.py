"""The folder of ``--out``: tables, figures and ``run.json``, the record of the run."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nfpcell import __version__
from nfpcell.errors import refusal
from nfpcell.figures import appearance
from nfpcell.reports import output_files

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nfpcell.cell.definition import Cell
    from nfpcell.studies.experiment import Experiment
    from nfpcell.studies.held_out_file import HeldOut

RECORD = "run.json"
# stems of all files that a command may write
TABLES = (
    "summary curves curves_wide spectra targets cycles steps efficiency chemistries "
    "sensitivity accuracy mathematics speed growth error_per_cost"
)
FIGURES = (
    "paper growth speed error_per_cost cycles protocol heat loops chemistries voltage "
    "capacity losses charged resistance steps circuit operando nyquist kramers_kronig "
    "relaxation_times differential_capacity comparison comparison_spectra targets "
    "ragone sensitivity sweep next held_out assumptions"
)
# measurements that could be made next, and their cell
CELL_FILE, NEXT_PAGE = "cell.toml", "next.html"
PROTOCOLS = tuple(f"measurement_{k}.toml" for k in range(1, 6))
FILES = (
    *(f"{stem}.csv" for stem in TABLES.split()),
    *(f"{stem}.{ending}" for stem in FIGURES.split() for ending in appearance.FORMATS),
    CELL_FILE,
    NEXT_PAGE,
    *PROTOCOLS,
    RECORD,
)
EXCEL = "summary.xlsx"  # with --excel, all tables of a run
PACKAGES = ("pybamm", "numpy", "scipy", "pandas", "matplotlib")


def check(folder: str | Path, excel: bool = False) -> Path:
    """Return the absolute path of a folder, if the files of a run can be written there.

    Files of an earlier run, listed in its ``run.json``, will be replaced. A folder with
    other files of these names is refused.
    """
    path = output_files.writable_folder(folder)
    with output_files.refusing(path):
        earlier = _earlier_files(path)
        names = (*FILES, EXCEL) if excel else FILES
        foreign = [n for n in names if n not in earlier and (path / n).exists()]
    if foreign:
        what = f"{path / foreign[0]} was not written by nfpcell and is not replaced"
        raise refusal("--out", what, "another folder")
    return path


def _earlier_files(folder: Path) -> list[str]:
    """Return the names of the files of earlier runs in a folder."""
    path = folder / RECORD
    if not path.is_file():
        return []
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return []
    if not isinstance(record, dict) or record.get("program") != "nfpcell":
        return []
    lists = record.get("files"), record.get("files_of_earlier_runs")
    return [name for names in lists if isinstance(names, list) for name in names]


def write(
    folder: Path,
    tables: Mapping[str, output_files.Content],
    figures: Mapping[str, Figure],
    record: Mapping[str, Any],
) -> list[Path]:
    """Write all files of a run into a folder, or none; return the paths.

    Tables, those of an Excel file and texts are by file name, figures by the stem of
    their files.
    """
    contents: dict[str, output_files.Content] = {**tables, **figures, RECORD: ""}
    names = output_files.names_of(contents)
    earlier = [] if not folder.exists() else _earlier_files(folder)
    kept = [name for name in earlier if name not in names]
    record = {**record, "files": names, "files_of_earlier_runs": kept}
    contents[RECORD] = f"{json.dumps(record, indent=2, allow_nan=False)}\n"
    return output_files.write_files(folder, contents)


def record(
    command: str,
    options: Mapping[str, Any],
    cells: Iterable[Cell],
    experiments: Iterable[Experiment | HeldOut] = (),
) -> dict[str, Any]:
    """Return the record of a run; made before the run, because files may change."""
    return {
        "program": "nfpcell",
        "command": command,
        "options": options,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "platform": platform.platform(),
        "cells": [
            {**_file(cell), "title": cell.title, "content_sha256": cell.sha256}
            for cell in cells
        ],
        "experiments": [_file(experiment) for experiment in experiments],
    }


def versions() -> dict[str, str]:
    """Return the versions of nfpcell, Python and the numerical packages."""
    packages = {name: metadata.version(name) for name in PACKAGES}
    return {"nfpcell": __version__, "python": platform.python_version(), **packages}


def _file(source: Cell | Experiment | HeldOut) -> dict[str, str | None]:
    """Return the name of a cell or an experiment, its file and the hash of the file."""
    if source.path is None:
        return {"name": source.name, "path": None, "file_sha256": None}
    digits = hashlib.sha256(Path(source.path).read_bytes()).hexdigest()
    return {"name": source.name, "path": str(source.path), "file_sha256": digits}
