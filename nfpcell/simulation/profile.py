"""A current or power over time from a file, as a step of a protocol.

Between two rows the value is linear. A repeated time, and rows that are missing while
the value changes, are refused.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import UPPER_CUTOFF
from nfpcell.cell.validation import RATES, Applied, Direction
from nfpcell.errors import refusal
from nfpcell.measured import readers
from nfpcell.measured.readers import Recording

_POWER = "Power [W]"
# a time step is a gap if it is longer than this number of the steps before and after,
# if the value changes by more than this share of its largest size, and if no more than
# this share of all steps is so long: a ramp between two jumps is one, too
_GAP_STEPS, _GAP_CHANGE, _GAP_SHARE = 20, 0.01, 0.2
# duration of a jump between two steps, over the time to the row after it
_JUMP = 1e-3
# least share of the evidence on the meaning of the sign that agrees
_AGREED = 0.5
_NAMES: dict[int, Direction] = {1: "charge", -1: "discharge"}


class _Rows(np.ndarray):
    """Rows of a step; PyBaMM takes steps for equal if the text of their rows is."""

    def __str__(self) -> str:
        # NumPy's own text leaves out rows in the middle
        return hashlib.sha256(self.tobytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Profile:
    """A current or a power over time; positive in a discharge."""

    name: str  # of the file
    applied: Applied
    time: FloatArray  # from 0, ascending [s]
    values: FloatArray  # [A] or [W]
    remarks: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What the step does, for tables."""
        return f"{self.applied.capitalize()} of {self.name} for {self.time[-1]:g} s"

    def step(self, temperature: float) -> Any:
        """The step of PyBaMM in surroundings of a temperature [K]."""
        import pybamm

        kind = {"current": pybamm.step.current, "power": pybamm.step.power}
        rows = np.column_stack([self.time, self.values]).view(_Rows)
        return kind[self.applied](rows, temperature=temperature)


def read(
    path: str | Path,
    cell: Cell,
    sign: Direction | None = None,
    applied: Applied | None = None,
) -> Profile:
    """
    Read a profile from a file of any instrument or a table of text.

    Parameters
    ----------
    cell : gives the current of a C-rate, of a current per area or per mass
    sign : what a positive value is; by default what the words or the voltage of the
        file show, else a discharge
    applied : which column of a file with current and power; by default the current

    Raises
    ------
    DataFileError : the file has no profile, or its times or values are not sound
    """
    recording = readers.read(path)
    table = recording.table
    if table is None or "Time [s]" not in table:
        what = "has no time"
        raise refusal(path, what, "columns such as Time [s], Current [mA]")
    values, used = _values(recording, table, cell, applied)
    time = _with_jumps(table)
    _check(path, time, values)
    positive, reason = _positive(path, table, values, sign)
    assumed = "" if reason else "the sign is assumed: "
    remark = f"{assumed}a positive {used} is a {positive}{reason}"
    remarks = (*recording.remarks, remark)
    kind: Applied = "power" if used == "power" else "current"
    _check_rate(path, values / (1.0 if kind == "current" else cell[UPPER_CUTOFF]), cell)
    signed = values if positive == "discharge" else -values
    named = tuple(f"{recording.path.name}: {remark}" for remark in remarks)
    return Profile(recording.path.name, kind, time - time[0], signed, named)


def _values(
    recording: Recording, table: pd.DataFrame, cell: Cell, applied: Applied | None
) -> tuple[FloatArray, str]:
    """The current [A] or the power [W] as in the file, and the name of its column."""
    derived = cell.derived()
    in_amperes = {
        "Current [A]": 1.0,
        "Current density [A.m-2]": float(derived.area),
        "Specific current [A.kg-1]": float(derived.mass),
        "C-rate": float(derived.nominal_capacity),
    }
    given = [name for name in (*in_amperes, _POWER) if name in table]
    currents = [name for name in given if name != _POWER]
    if applied == "power" or not currents:
        given = [name for name in given if name == _POWER]
    if not given:
        wanted = applied or "current, power or C-rate"
        right = "a column such as Current [mA], Power [mW] or C-rate"
        raise refusal(recording.path, f"has no {wanted}", right)
    name = given[0]
    values = table[name].to_numpy(float) * in_amperes.get(name, 1.0)
    word = name.split(" [")[0]
    return values, word if word == "C-rate" else word.lower()


def _with_jumps(table: pd.DataFrame) -> FloatArray:
    """The time [s]; of two rows at one time the second is later if its step is another.

    Instruments, and nfpcell's own curves, end a step and begin the next at one time.
    """
    time = table["Time [s]"].to_numpy(float).copy()
    if "Step" not in table or len(time) < 2:
        return time
    dt, step = np.diff(time), table["Step"].to_numpy(float)
    after = np.append(dt[1:], 1.0)  # from the second row to the next [s]
    jumps = (dt == 0) & (np.diff(step) != 0)
    time[1:][jumps] += _JUMP * after[jumps]
    return time


def _check(path: str | Path, time: FloatArray, values: FloatArray) -> None:
    """Refuse a profile whose times or values are not sound."""
    if len(time) < 2:
        raise refusal(path, f"has {len(time)} rows", "a profile of at least two")
    if not (np.isfinite(time).all() and np.isfinite(values).all()):
        raise refusal(path, "has a row without a number", "a number in every row")
    dt = np.diff(time)
    if (dt <= 0).any():
        row = int(np.argmax(dt <= 0))
        how = "occurs twice" if dt[row] == 0 else f"is followed by {time[row + 1]:g} s"
        what = f"the time {time[row]:g} s of row {row + 1} {how}"
        raise refusal(path, what, "times that rise from row to row")
    around = np.maximum(dt[:-2], dt[2:])
    changes = np.abs(np.diff(values)) > _GAP_CHANGE * np.abs(values).max()
    longer = dt[1:-1] > _GAP_STEPS * around
    gaps = longer & changes[1:-1]
    if gaps.any() and longer.sum() <= _GAP_SHARE * len(dt):
        row = int(np.argmax(gaps)) + 1
        what = f"rows are missing from {time[row]:g} s to {time[row + 1]:g} s"
        raise refusal(path, what, "a row wherever the value changes")


def _check_rate(path: str | Path, current: FloatArray, cell: Cell) -> None:
    """Refuse a current or power that is too large; its unit may be wrong."""
    nominal = float(cell.derived().nominal_capacity)
    rate = float(np.abs(current).max()) / nominal
    if rate > RATES.high:
        what = f"its largest value is a rate of {rate:.3g}C of cell {cell.name}"
        right = f"at most {RATES.high:g}C, or another unit in the heading"
        raise refusal(path, what, right)


def _positive(
    path: str | Path, table: pd.DataFrame, values: FloatArray, given: Direction | None
) -> tuple[Direction, str]:
    """What a positive value is, and how this is known."""
    evidence = {
        "words": _by_words(table, values),
        "voltage": _by_voltage(table, values),
    }
    for by, shown in evidence.items():
        if shown is None:
            continue
        if given not in (None, shown):
            what = f'sign = "{given}" contradicts the {by} of the file'
            raise refusal(path, what, f'sign = "{shown}", or no sign')
        return shown, f" by the {by} of the file"
    if given:
        return given, ", as stated"
    return "discharge", ""


def _by_words(table: pd.DataFrame, values: FloatArray) -> Direction | None:
    """What the states or counters of the file say; None if nothing."""
    for name in ("State", "Counted direction"):
        if name in table:
            return _agreed(np.sign(table[name].to_numpy(float)) * values)
    return None


def _by_voltage(table: pd.DataFrame, values: FloatArray) -> Direction | None:
    """What the voltage shows: it rises in a charge; None if it shows nothing."""
    if "Voltage [V]" not in table:
        return None
    voltage = table["Voltage [V]"].to_numpy(float)
    rises = np.diff(voltage)
    return _agreed(rises * np.where(values[1:] * values[:-1] > 0, values[1:], 0.0))


def _agreed(evidence: FloatArray) -> Direction | None:
    whole = float(np.nansum(np.abs(evidence)))
    share = float(np.nansum(evidence)) / whole if whole else 0.0
    return _NAMES[int(np.sign(share))] if abs(share) > _AGREED else None
