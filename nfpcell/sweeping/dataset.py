"""Rows on disk: a folder of Parquet files, one for each finished chunk.

Each file is written under another name and then renamed, so that an interruption at any
time leaves only complete files. Its name has the number of its first case and the
SHA-256 of its content, so that a damaged file is found; its cases are computed again.
A manifest records the sweep. A lock, which ends with its process, prevents a second run
in the same folder.
"""

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pandas as pd

from nfpcell import __version__
from nfpcell.columns import CELL, DIRECTION, REMARK, STATUS
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.files import write_whole
from nfpcell.sweeping.sweep_outputs import LISTS, TEXTS
from nfpcell.sweeping.sweep_plan import CASE, Sweep

MANIFEST, CASES, LOCK = "manifest.json", "cases", ".lock"
# packages whose version may change the last bit of a row
PACKAGES = ("pybamm", "pybammsolvers", "casadi", "numpy", "scipy")


def versions() -> dict[str, str]:
    """Versions of all packages that affect the numbers."""
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
    """The rows of one sweep in a folder, which is locked while the dataset is open.

    The folder is created if it is missing; ``resume`` continues the sweep in it.
    ``finished`` are the numbers of the cases on disk, ``damaged`` the names of files
    that were set aside because their content is not what was written.
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
            self.damaged = self._set_damaged_aside()
            self.finished = self._numbers()
        except filelock.Timeout as error:
            raise DataFileError(
                f"--out: another run uses {self.folder}; right would be to wait for "
                "its end, or another folder"
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
        if name in (CELL, DIRECTION, STATUS, REMARK, *TEXTS):
            return self._arrow.string()
        number = self._arrow.float64()
        return self._arrow.list_(number) if name in LISTS else number

    def _check_or_write_manifest(self, resume: bool) -> None:
        """Refuse a folder with anything but a part of this sweep."""
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
                f"--out: {self.folder} already contains a sweep; right would be "
                "--resume, or another folder"
            )
        try:
            previous = json.loads(path.read_text("utf-8"))
            sha256, before = previous["sha256"], dict(previous["versions"])
            differing = sorted(versions().items() - before.items())
        except (ValueError, KeyError, TypeError) as error:
            raise DataFileError(
                f"--resume: {path} cannot be read; right would be to start again in "
                "another folder"
            ) from error
        if sha256 != manifest["sha256"]:
            raise DataFileError(
                f"--resume: {self.folder} contains another sweep, or other cells; "
                "right would be the same files as before, or another folder"
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

    @staticmethod
    def _is_whole(path: Path) -> bool:
        return path.stem.endswith(f"-{_digest(path.read_bytes())}")

    def _set_damaged_aside(self) -> list[str]:
        damaged = [path for path in self._files() if not self._is_whole(path)]
        for path in damaged:
            # Parquet's readers ignore a name with a dot in front
            path.rename(path.with_name(f".{path.name}.damaged"))
        return [path.name for path in damaged]

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
        return DataFileError(
            f"--out: {self.folder} cannot be written to ({error.strerror or error}); "
            "finished cases remain. Right would be free space and write permission, "
            "then --resume"
        )

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Write the rows of a finished chunk."""
        table = self._arrow.Table.from_pylist(rows, self._schema)
        content = self._arrow.BufferOutputStream()
        self._parquet.write_table(table, content)
        whole = content.getvalue().to_pybytes()
        name = f"{rows[0][CASE]:09d}-{_digest(whole)}.parquet"
        try:
            write_whole(
                self.folder / CASES / name, lambda part: part.write_bytes(whole)
            )
        except OSError as error:
            raise self._unwritable(error) from error
        self.finished.update(row[CASE] for row in rows)

    def table(self, lists: bool = True) -> pd.DataFrame:
        """All rows so far in the order of the cases, with or without the lists."""
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


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
