"""Resuming a long run from its finished rows and the state after the last row."""

import csv
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.arrays import FloatArray
from nfpcell.columns import CELL, REMARK
from nfpcell.errors import DataFileError, refusal

ROWS, STATE = "cycles.partial.csv", "cycles.state.npz"
# what NumPy raises for a damaged file
_DAMAGED = (
    *(ValueError, KeyError, TypeError, AttributeError, OSError, EOFError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
)


class Checkpoint:
    """
    The rows and the last state of a run in a folder, so that it can be resumed.

    Parameters
    ----------
    folder : created if it does not exist
    columns : of the table
    request : options of the run; a run is resumed only with the same options
    resume : whether to continue the unfinished run in the folder

    Attributes
    ----------
    number, state : number of finished rows and the state after them; 0 and None at the
        start
    """

    def __init__(
        self,
        folder: str | Path,
        columns: Iterable[str],
        request: Any,
        resume: bool = False,
    ) -> None:
        self.folder, self.columns = Path(folder), list(columns)
        self.request = json.dumps(request, sort_keys=True)
        self.number = 0
        self.state: FloatArray | None = None
        header = (",".join(self.columns) + "\n").encode()
        self._rows_sha256 = hashlib.sha256(header)
        unfinished = self._path(STATE).exists()
        if unfinished and not resume:
            raise DataFileError(
                f"--out: {self.folder} contains an unfinished run; right would be "
                "--resume, or another folder"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if unfinished:
                self._read()
            else:
                self._path(ROWS).write_bytes(header)
            self._file = self._path(ROWS).open("a", encoding="utf-8", newline="")
        except OSError as error:
            raise self._unwritable(error) from error

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _unwritable(self, error: OSError) -> DataFileError:
        return DataFileError(
            f"--out: {self.folder} cannot be written to ({error.strerror}); right "
            "would be a writable folder"
        )

    def _read(self) -> None:
        """Continue after the last row whose state was saved."""
        try:
            with (
                self._path(STATE).open("rb") as file,
                np.load(file, allow_pickle=False) as saved,
            ):
                request, number = str(saved["asked"]), int(saved["number"])
                self.state = np.array(saved["state"], dtype=float)
                rows_sha256 = str(saved["rows_sha256"])
        except _DAMAGED as error:
            raise self._damaged(
                STATE, "is damaged, or of an earlier version"
            ) from error
        if request != self.request:
            raise DataFileError(
                f"--resume: {self.folder} contains another run; right would be the "
                "same cell, steps and options, or another folder"
            )
        try:
            lines = self._path(ROWS).read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise self._damaged(ROWS, "cannot be read") from error
        # a row after the saved state was written just before the interruption
        rows = b"".join(lines[: number + 1])
        self._rows_sha256 = hashlib.sha256(rows)
        if self._rows_sha256.hexdigest() != rows_sha256:
            raise self._damaged(ROWS, f"does not have the {number} rows of {STATE}")
        self._path(ROWS).write_bytes(rows)
        self.number = number

    def _damaged(self, name: str, what: str) -> DataFileError:
        return refusal(
            f"--resume: {self._path(name)}", what, "to start again in another folder"
        )

    def add(self, row: Mapping[str, Any], state: FloatArray | None) -> None:
        """Write a row and the state after it."""
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row[k] for k in self.columns)
        try:
            self._file.write(line.getvalue())
            self._file.flush()
            self._rows_sha256.update(line.getvalue().encode())
            self.number += 1
            partial = self._path(f".{STATE}")
            with partial.open("wb") as file:
                np.savez(
                    file,
                    asked=np.array(self.request),
                    number=np.array(self.number),
                    state=np.asarray(state, dtype=float),
                    rows_sha256=np.array(self._rows_sha256.hexdigest()),
                )
            os.replace(partial, self._path(STATE))  # noqa: PTH105 - internal files
        except OSError as error:
            raise self._unwritable(error) from error

    def table(self) -> pd.DataFrame:
        """All rows so far."""
        self._file.flush()
        # as text also the name 01 or NA of a cell, and no remark
        return pd.read_csv(self._path(ROWS), converters={CELL: str, REMARK: str})

    def close(self, finished: bool) -> None:
        """Close the files; delete them if the run is finished."""
        self._file.close()
        if finished:
            for name in (ROWS, STATE):
                self._path(name).unlink(missing_ok=True)
