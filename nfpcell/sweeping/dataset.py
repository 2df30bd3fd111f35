"""Rows on disk: a folder of Parquet files, one for each finished chunk.

A file comes into being whole, by a rename, so that a kill at any moment leaves finished
chunks and nothing else. What was asked for stands in a manifest; a lock that ends with
its process keeps a second run out.
"""

import contextlib
import json
import os
import platform
import re
from importlib import metadata
from pathlib import Path

from nfpcell import __version__
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.sweeping import sweep_plan as plans

MANIFEST, CASES, LOCK = "manifest.json", "cases", ".lock"
# another version of any of these may change the last bit of a row
PACKAGES = ("pybamm", "pybammsolvers", "casadi", "numpy", "scipy")
TEXT = ("Cell", "Direction", "Status", *plans.TEXTS)


def versions():
    """What the numbers depend on."""
    found = {package: metadata.version(package) for package in PACKAGES}
    return {"nfpcell": __version__, "python": platform.python_version(), **found}


def arrow():
    """PyArrow with its Parquet part, which comes with ``nfpcell[sweep]``."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise NfpcellError(
            "a sweep writes Parquet files by PyArrow, which is not installed; right "
            "would be pip install nfpcell[sweep]"
        ) from error
    return pyarrow


class Dataset:
    """
    The rows of one sweep in a folder, which is this run's alone while it is open.

    Parameters
    ----------
    folder : path, made if it is not there
    sweep : Sweep
    resume : whether to go on with what is there

    Attributes
    ----------
    there : set of the numbers of the cases that are on disk
    """

    def __init__(self, folder, sweep, resume=False):
        self.folder, self.sweep = Path(folder), sweep
        self._arrow = arrow()
        self._schema = self._arrow.schema(
            [(name, self._type(name)) for name in sweep.columns]
        )
        self._lock = None
        manifest = {
            "program": "nfpcell sweep",
            "sweep": sweep.name,
            "title": sweep.title,
            "sha256": sweep.sha256,
            "cases": len(sweep),
            "columns": sweep.columns,
            "versions": versions(),
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._only_one()
            if (self.folder / MANIFEST).exists():
                self._compare(manifest, resume)
            else:
                text = json.dumps(manifest, indent=2, ensure_ascii=False)
                self._whole(MANIFEST, lambda part: part.write_text(text, "utf-8"))
            (self.folder / CASES).mkdir(exist_ok=True)
            for half in (self.folder / CASES).glob(".*.part"):
                half.unlink()
            self.there = self._numbers()
        except OSError as error:
            self.close()
            raise self._unwritable(error) from error
        except BaseException:
            self.close()
            raise

    def _type(self, name):
        if name == "Case":
            return self._arrow.int64()
        if name in TEXT:
            return self._arrow.string()
        number = self._arrow.float64()
        return self._arrow.list_(number) if name in plans.LISTS else number

    def _only_one(self):
        self._lock = (self.folder / LOCK).open("w", encoding="utf-8")
        try:
            _lock(self._lock)
        except BlockingIOError as error:
            raise DataFileError(
                f"--out: another run is at work in {self.folder}; right would be to "
                "wait for it, or another folder"
            ) from error

    def _compare(self, manifest, resume):
        path = self.folder / MANIFEST
        if not resume:
            raise DataFileError(
                f"--out: {self.folder} holds a sweep already; right would be --resume, "
                "or another folder"
            )
        try:
            kept = json.loads(path.read_text("utf-8"))
            same = kept["sha256"] == manifest["sha256"]
            differing = [
                f"{name} {kept['versions'].get(name)} for {version}"
                for name, version in manifest["versions"].items()
                if kept["versions"].get(name) != version
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataFileError(
                f"--resume: {path} cannot be read; right would be to start again in "
                "another folder"
            ) from error
        if not same:
            raise DataFileError(
                f"--resume: {self.folder} holds another sweep, or other cells; right "
                "would be the same files as before, or another folder"
            )
        if differing:
            raise DataFileError(
                f"--resume: {self.folder} was begun with {', '.join(differing)}; right "
                "would be the same versions, or another folder"
            )

    def _files(self):
        return sorted((self.folder / CASES).glob("*.parquet"))

    def _read(self, path, columns=None):
        try:
            return self._arrow.parquet.read_table(path, columns=columns)
        except (self._arrow.ArrowException, OSError) as error:
            raise DataFileError(
                f"{path}: cannot be read; right would be to delete it, and --resume "
                "computes its cases again"
            ) from error

    def _numbers(self):
        found = set()
        for path in self._files():
            found.update(self._read(path, ["Case"])["Case"].to_pylist())
        return found

    def _whole(self, name, write):
        """A file by way of another one beside it, so that it is there whole or not."""
        path = self.folder / name
        half = path.with_name(f".{path.name}.part")
        try:
            write(half)
            with half.open("rb") as file:
                os.fsync(file.fileno())
            half.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise

    def _unwritable(self, error):
        # PyArrow has the number in its text only
        told = re.search(r"\[errno (\d+)\]", str(error))
        reason = os.strerror(int(told[1])) if told else error.strerror or error
        return DataFileError(
            f"--out: {self.folder} cannot be written to ({reason}); what is there is "
            "kept, right would be room and leave to write, then --resume"
        )

    def add(self, rows):
        """Write the rows of a finished chunk."""
        table = self._arrow.Table.from_pylist(rows, self._schema)
        name = f"{CASES}/{rows[0]['Case']:09d}.parquet"
        try:
            self._whole(name, lambda part: self._arrow.parquet.write_table(table, part))
        except OSError as error:
            raise self._unwritable(error) from error
        self.there.update(row["Case"] for row in rows)

    def table(self, lists=True):
        """
        All rows so far in the order of the cases, as a pandas table.

        Parameters
        ----------
        lists : whether with the columns that hold a list in each row
        """
        columns = [c for c in self.sweep.columns if lists or c not in plans.LISTS]
        parts = [self._read(path, columns) for path in self._files()]
        empty = self._schema.empty_table().select(columns)
        table = self._arrow.concat_tables([empty, *parts]).sort_by("Case")
        return table.to_pandas()

    def close(self):
        """Let the folder go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _lock(file):
    """Lock a file until it is closed or its process ends; BlockingIOError if taken."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
