"""Rows on disk: a folder of Parquet files, one for each finished chunk.

Each file is written under another name and renamed, so that a kill at any moment leaves
finished chunks and nothing else. A manifest records what was asked for; a lock that
ends with its process keeps a second run out.
"""

import json
import os
import platform
import re
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pandas as pd

from nfpcell import __version__
from nfpcell.columns import CELL, DIRECTION, STATUS
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.files import write_whole
from nfpcell.sweeping.sweep_outputs import LISTS, TEXTS
from nfpcell.sweeping.sweep_plan import CASE, Sweep

MANIFEST, CASES, LOCK = "manifest.json", "cases", ".lock"
# another version of any of these may change the last bit of a row
PACKAGES = ("pybamm", "pybammsolvers", "casadi", "numpy", "scipy")


def versions() -> dict[str, str]:
    """Versions of everything that the numbers depend on."""
    packages = {package: metadata.version(package) for package in PACKAGES}
    return {"nfpcell": __version__, "python": platform.python_version(), **packages}


def libraries() -> tuple[ModuleType, ModuleType, ModuleType]:
    """PyArrow, its Parquet part and filelock, which come with ``nfpcell[sweep]``."""
    try:
        import filelock
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise NfpcellError(
            f"a sweep needs {error.name}, which is not installed; right would be "
            "pip install nfpcell[sweep]"
        ) from error
    return pyarrow, pyarrow.parquet, filelock


class Dataset:
    """
    The rows of one sweep in a folder, which is locked for this run while it is open.

    The folder is created where it is missing; with ``resume`` its content is
    continued. ``finished`` are the numbers of the cases on disk.
    """

    def __init__(self, folder: str | Path, sweep: Sweep, resume: bool = False) -> None:
        self.folder, self.sweep = Path(folder), sweep
        self._arrow, self._parquet, filelock = libraries()
        self._schema = self._arrow.schema(
            [(name, self._type(name)) for name in sweep.columns]
        )
        self._lock = filelock.FileLock(self.folder / LOCK)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._check_or_write_manifest(resume)
            (self.folder / CASES).mkdir(exist_ok=True)
            for unfinished in (self.folder / CASES).glob(".*.part"):
                unfinished.unlink()
            self.finished = self._numbers()
        except filelock.Timeout as error:
            raise DataFileError(
                f"--out: another run is at work in {self.folder}; right would be to "
                "wait for it, or another folder"
            ) from error
        except OSError as error:
            self.close()
            raise self._unwritable(error) from error
        except BaseException:
            self.close()
            raise

    def _type(self, name: str) -> Any:
        if name == CASE:
            return self._arrow.int64()
        if name in (CELL, DIRECTION, STATUS, *TEXTS):
            return self._arrow.string()
        number = self._arrow.float64()
        return self._arrow.list_(number) if name in LISTS else number

    def _check_or_write_manifest(self, resume: bool) -> None:
        """Refuse a folder that holds anything but a part of this sweep."""
        path = self.folder / MANIFEST
        manifest = {
            "program": "nfpcell sweep",
            "sweep": self.sweep.name,
            "title": self.sweep.title,
            "sha256": self.sweep.sha256,
            "cases": len(self.sweep),
            "columns": self.sweep.columns,
            "versions": versions(),
        }
        if not path.exists():
            text = json.dumps(manifest, indent=2, ensure_ascii=False)
            write_whole(path, lambda part: part.write_text(text, "utf-8"))
            return
        if not resume:
            raise DataFileError(
                f"--out: {self.folder} holds a sweep already; right would be --resume, "
                "or another folder"
            )
        try:
            kept = json.loads(path.read_text("utf-8"))
            sha256, before = kept["sha256"], dict(kept["versions"])
            differing = sorted(versions().items() - before.items())
        except (ValueError, KeyError, TypeError) as error:
            raise DataFileError(
                f"--resume: {path} cannot be read; right would be to start again in "
                "another folder"
            ) from error
        if sha256 != manifest["sha256"]:
            raise DataFileError(
                f"--resume: {self.folder} holds another sweep, or other cells; right "
                "would be the same files as before, or another folder"
            )
        if differing:
            changes = [
                f"{name} {before.get(name)} for {new}" for name, new in differing
            ]
            raise DataFileError(
                f"--resume: {self.folder} was begun with {', '.join(changes)}; right "
                "would be the same versions, or another folder"
            )

    def _files(self) -> list[Path]:
        return sorted((self.folder / CASES).glob("*.parquet"))

    def _read(self, path: Path, columns: list[str]) -> Any:
        try:
            return self._parquet.read_table(path, columns=columns)
        except (self._arrow.ArrowException, OSError) as error:
            raise DataFileError(
                f"{path}: cannot be read; right would be to delete it, and --resume "
                "computes its cases again"
            ) from error

    def _numbers(self) -> set[int]:
        tables = [self._read(path, [CASE]) for path in self._files()]
        return {number for table in tables for number in table[CASE].to_pylist()}

    def _unwritable(self, error: OSError) -> DataFileError:
        # an error of PyArrow has the number in its text only
        number = re.search(r"\[errno (\d+)\]", str(error))
        reason = os.strerror(int(number[1])) if number else error.strerror or error
        return DataFileError(
            f"--out: {self.folder} cannot be written to ({reason}); finished cases are "
            "kept, right would be free space and permission to write, then --resume"
        )

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Write the rows of a finished chunk."""
        table = self._arrow.Table.from_pylist(rows, self._schema)
        path = self.folder / CASES / f"{rows[0][CASE]:09d}.parquet"
        try:
            write_whole(path, lambda part: self._parquet.write_table(table, part))
        except OSError as error:
            raise self._unwritable(error) from error
        self.finished.update(row[CASE] for row in rows)

    def table(self, lists: bool = True) -> pd.DataFrame:
        """All rows so far in the order of the cases, with or without whole curves."""
        columns = [c for c in self.sweep.columns if lists or c not in LISTS]
        parts = [self._read(path, columns) for path in self._files()]
        empty = self._schema.empty_table().select(columns)
        table: pd.DataFrame = (
            self._arrow.concat_tables([empty, *parts]).sort_by(CASE).to_pandas()
        )
        return table

    def close(self) -> None:
        """Release the folder."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
