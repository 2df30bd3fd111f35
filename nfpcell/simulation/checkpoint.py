"""A table written row by row beside the state to go on from: a long run that was ended
at any moment goes on where it stood.
"""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError

ROWS, STATE = "cycles.partial.csv", "cycles.state.npz"


class Journal:
    """
    Rows and a state in a folder.

    Parameters
    ----------
    folder : path, made if it is not there
    columns : of the table
    asked : what the run is, as plain values; a run goes on only if it is asked for the
        same
    resume : whether to go on with what is there

    Attributes
    ----------
    number, state : of rows that are there, and the state after them; 0 and None at the
        start
    """

    def __init__(self, folder, columns, asked, resume=False):
        self.folder, self.columns = Path(folder), list(columns)
        self.asked = json.dumps(asked, sort_keys=True)
        self.number, self.state = 0, None
        there = self._path(STATE).exists()
        if there and not resume:
            raise DataFileError(
                f"--out: {self.folder} holds a run that was not finished; right would "
                "be --resume, or another folder"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if resume and there:
                self._take_up()
            else:
                self._path(ROWS).write_text(",".join(self.columns) + "\n", "utf-8")
            self._file = self._path(ROWS).open("a", encoding="utf-8", newline="")
        except OSError as error:
            raise self._unwritable(error) from error
        self._writer = csv.writer(self._file, lineterminator="\n")

    def _path(self, name):
        return self.folder / name

    def _unwritable(self, error):
        return DataFileError(
            f"--out: {self.folder} cannot be written to ({error.strerror}); right "
            "would be a folder that can"
        )

    def _take_up(self):
        try:
            with np.load(self._path(STATE), allow_pickle=False) as kept:
                asked, number = str(kept["asked"]), int(kept["number"])
                self.state = np.array(kept["state"], dtype=float)
        except (ValueError, KeyError, OSError, EOFError) as error:
            raise DataFileError(
                f"--resume: {self._path(STATE)} cannot be read; right would be to "
                "start again in another folder"
            ) from error
        if asked != self.asked:
            raise DataFileError(
                f"--resume: {self.folder} holds another run; right would be the same "
                "cell, steps and options, or another folder"
            )
        lines = self._path(ROWS).read_text("utf-8").splitlines()
        # a row more than the state knows of was written just before the end
        kept = lines[: number + 1]
        self._path(ROWS).write_text("\n".join(kept) + "\n", "utf-8")
        self.number = number

    def add(self, row, state):
        """Write a row, and the state that follows it."""
        try:
            self._writer.writerow([row[name] for name in self.columns])
            self._file.flush()
            self.number += 1
            half = self._path(f".{STATE}")
            with half.open("wb") as file:
                np.savez(file, asked=self.asked, number=self.number, state=state)
            os.replace(half, self._path(STATE))  # noqa: PTH105 - both are ours
        except OSError as error:
            raise self._unwritable(error) from error

    def table(self):
        """All rows so far."""
        self._file.flush()
        return pd.read_csv(self._path(ROWS))

    def close(self, finished):
        """End; a finished run leaves nothing to go on from."""
        self._file.close()
        if finished:
            for name in (ROWS, STATE):
                self._path(name).unlink(missing_ok=True)
