"""The curve of a file as a time series in SI units, and stretches of it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nfpcell.measured.steps import Flags, Floats

LEAST_ROWS = 5


@dataclass(frozen=True, eq=False)
class TimeSeries:
    """The curve of a file: arrays of equal length, and remarks on their origin."""

    path: Path  # of the file
    time: Floats  # never decreases [s]
    voltage: Floats  # [V]
    current: Floats  # sign as in the file, without noisy rows [A]
    capacity: Floats | None  # as counted in the file [A.h]
    absolute: bool  # whether it is counted neither per area nor per mass
    energy: Floats | None  # as counted in the file [W.h]
    temperature: Floats | None  # [degC]
    step: Floats | None  # number of the step of the protocol
    state: Floats | None  # 1 for charge, -1 for discharge, by the words of the file
    counted_direction: Floats | None  # the same, by the counter that rises
    edges: Flags  # rows at which the current changes or a new half-cycle starts
    resting: Flags  # rows without current
    noise: Floats  # standard deviation of the current around each row [A]
    restarts: Flags  # rows at which the time of the file restarts
    since_last_row: bool  # whether a row has the mean current since the row before
    remarks: list[str]

    @cached_property
    def rows_of_rest(self) -> NDArray[np.int64]:
        """Number of rows without current directly before each row."""
        rows = np.arange(len(self.current))
        last_flowing = np.maximum.accumulate(np.where(self.resting, -1, rows))
        before = np.concatenate([[-1], last_flowing[:-1]])
        return np.asarray(rows - before - 1)


@dataclass(frozen=True)
class Stretch:
    """Successive rows of a time series, from ``first`` to ``end``, without ``end``."""

    series: TimeSeries
    first: int
    end: int
    number: int = 0  # of the half-cycle in the file, from 1

    @property
    def rows(self) -> slice:
        """Index of these rows in an array of the time series."""
        return slice(self.first, self.end)

    @property
    def time(self) -> Floats:
        """[s]"""
        return self.series.time[self.rows]

    @property
    def duration(self) -> float:
        """[s]"""
        return float(self.time[-1] - self.time[0])

    @property
    def usual_step(self) -> float:
        """Median step of the time [s]."""
        return float(np.median(np.diff(self.time)))

    @property
    def swing(self) -> float:
        """Last voltage minus the first [V]."""
        voltage = self.series.voltage
        return float(voltage[self.end - 1] - voltage[self.first])

    @cached_property
    def level(self) -> float:
        """Median of the current, with its sign [A]."""
        return float(np.median(self.series.current[self.rows]))

    @property
    def where(self) -> str:
        """The file and the half-cycle, for an error message."""
        return f"{self.series.path}: half-cycle {self.number}"
