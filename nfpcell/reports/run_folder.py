"""What ``--out`` writes: tables, figures and a record of what was run."""

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from nfpcell import __version__
from nfpcell.errors import DataFileError

RECORD = "run.json"
TABLES = (
    "summary.csv",
    "curves.csv",
    "spectra.csv",
    "targets.csv",
    "cycles.csv",
    "steps.csv",
    "efficiency.csv",
    "chemistries.csv",
    "sensitivity.csv",
    "accuracy.csv",
    "mathematics.csv",
    "speed.csv",
    "growth.csv",
    "error_per_cost.csv",
)
FIGURES = (
    "paper",
    "growth",
    "speed",
    "error_per_cost",
    "cycles",
    "protocol",
    "heat",
    "loops",
    "chemistries",
    "voltage",
    "capacity",
    "losses",
    "resistance",
    "steps",
    "circuit",
    "operando",
    "nyquist",
    "kramers_kronig",
    "relaxation_times",
    "targets",
    "ragone",
    "sensitivity",
    "sweep",
)
FILES = (*TABLES, *(f"{f}.{end}" for f in FIGURES for end in ("png", "svg")), RECORD)
PACKAGES = ("pybamm", "numpy", "scipy", "pandas", "matplotlib")


def check(folder):
    """
    Refuse a folder that cannot be written to, or that holds somebody else's files.

    Files that an earlier run of nfpcell wrote there, as its run.json says, will be
    replaced; any other file of one of our names is not touched. Leaves nothing behind.

    Parameters
    ----------
    folder : path of a folder, which need not exist

    Returns
    -------
    its absolute path
    """
    missing = []
    try:
        folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() follows links
        place = folder
        while not place.exists():
            missing.insert(0, place)
            place = place.parent
        if not place.is_dir():
            raise DataFileError(f"--out: {place} is a file; right would be a folder")
        _try_to_write(folder, missing)
        ours = _ours(folder)
        foreign = [n for n in FILES if (folder / n).exists() and n not in ours]
    except (OSError, ValueError) as error:
        raise DataFileError(_unwritable(folder, error)) from error
    if foreign:
        raise DataFileError(
            f"--out: {folder / foreign[0]} was not written by nfpcell and is not "
            "replaced; right would be another folder"
        )
    return folder


def _try_to_write(folder, missing):
    made = []
    try:
        for place in missing:
            place.mkdir()
            made.append(place)
        with tempfile.NamedTemporaryFile(prefix=".nfpcell-", dir=folder):
            pass
    finally:
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.rmdir()


def _ours(folder):
    """Names of the files an earlier run left in a folder."""
    path = folder / RECORD
    if not path.is_file():
        return []
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return []
    if not isinstance(record, dict) or record.get("program") != "nfpcell":
        return []
    listed = record.get("files"), record.get("files_of_earlier_runs")
    return [name for names in listed if isinstance(names, list) for name in names]


def _unwritable(folder, error):
    reason = getattr(error, "strerror", None) or error
    return (
        f"--out: {folder} cannot be written to ({reason}); right would be a folder "
        "that can, or one that can be made"
    )


def write(folder, tables, figures, record):
    """
    Write everything into a folder, or nothing.

    Parameters
    ----------
    folder : as ``check`` returns it
    tables : mapping of file name to table
    figures : mapping of a stem to a figure, written as PNG and SVG
    record : what was run, for run.json

    Returns
    -------
    list of the paths written
    """
    from nfpcell import plot

    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".nfpcell-", dir=folder) as half:
            for name, table in tables.items():
                table.to_csv(
                    Path(half, name),
                    index=False,
                    float_format="%.10g",
                    lineterminator="\n",
                )
            for stem, figure in figures.items():
                plot.save(figure, Path(half, stem))
            names = [name for name in FILES if Path(half, name).exists()]
            names.append(RECORD)
            earlier = [name for name in _ours(folder) if name not in names]
            record = {**record, "files": names, "files_of_earlier_runs": earlier}
            text = json.dumps(record, indent=2, allow_nan=False)
            Path(half, RECORD).write_text(f"{text}\n", encoding="utf-8")
            for name in names:
                Path(half, name).replace(folder / name)
    except OSError as error:
        raise DataFileError(_unwritable(folder, error)) from error
    finally:
        # an empty folder says nothing
        if new:
            with contextlib.suppress(OSError):
                folder.rmdir()
    return [folder / name for name in names]


# -------------------------------------------------------------- the record of the run
def record(command, options, cells, experiments=()):
    """
    What is about to be run, for run.json; taken before the run, as files may change.

    Parameters
    ----------
    command : the verb
    options : mapping of option to value
    cells : list of Cell
    experiments : list of Experiment
    """
    versions = {"nfpcell": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        versions[package] = metadata.version(package)
    return {
        "program": "nfpcell",
        "command": command,
        "options": options,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions,
        "platform": platform.platform(),
        "cells": [
            {**_file(cell), "title": cell.title, "content_sha256": cell.sha256}
            for cell in cells
        ],
        "experiments": [_file(experiment) for experiment in experiments],
    }


def _file(of):
    """Name of a cell or an experiment, and its file with the hash of that."""
    if of.path is None:
        return {"name": of.name, "path": None, "file_sha256": None}
    digest = hashlib.sha256(Path(of.path).read_bytes()).hexdigest()
    return {"name": of.name, "path": str(of.path), "file_sha256": digest}
