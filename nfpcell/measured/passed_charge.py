"""Time, charge and voltage of a half-cycle, from its current or its capacity."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import refusal
from nfpcell.measured import missing_rows
from nfpcell.measured.charge_checks import (
    CLOSE,
    Counts,
    checked_charge,
    counted_from,
)
from nfpcell.measured.steps import Floats
from nfpcell.measured.time_series import LEAST_ROWS, Stretch

# share of rows above which those of another cell are between those of the cell, and the
# least difference of their voltages [V]
MANY_OTHERS, OTHER_VOLTAGE = 0.3, 0.05


@dataclass(frozen=True)
class PassedCharge:
    """The rows of a half-cycle."""

    time: Floats  # since the start of the current [s]
    charge: Floats  # passed since the start [A.h]
    voltage: Floats  # [V]
    remarks: list[str]  # origin of the charge

    @property
    def current(self) -> float:
        """Mean current [A]."""
        return float(self.charge[-1] / self.time[-1] * SECONDS_PER_HOUR)


def passed_charge(stretch: Stretch, given_current: float | None) -> PassedCharge:
    """The rows of a half-cycle without repeated times, with the charge passed."""
    remarks: list[str] = []
    series, where = stretch.series, stretch.where
    time, voltage = stretch.time, series.voltage[stretch.rows]
    keep = np.concatenate([[True], np.diff(time) > 0])
    others = np.abs(np.diff(voltage))[~keep[1:]] > OTHER_VOLTAGE
    if others.sum() > MANY_OTHERS * len(time):
        what = f"{others.sum()} rows have another voltage at the time of the row before"
        raise refusal(where, what, "the rows of one cell")
    time, voltage = time[keep], voltage[keep]
    size = _magnitude(stretch)[keep]
    if len(time) < LEAST_ROWS:
        what = f"{len(time)} rows at different times are no half-cycle"
        raise refusal(where, what, f"at least {LEAST_ROWS}")
    steps = 0.5 * (size[1:] + size[:-1]) * np.diff(time)
    charge = np.concatenate([[0.0], np.cumsum(steps)]) / SECONDS_PER_HOUR
    capacity, energy = (
        None if counted is None else counted[keep]
        for counted in (
            counted_from(series.capacity, stretch.rows),
            counted_from(series.energy, stretch.rows),
        )
    )
    missing_rows.check_within(where, time, voltage, capacity, charge, remarks)
    counts = Counts(capacity, energy, series.absolute)
    if series.since_last_row and capacity is not None:
        # the charge rises evenly between the steps of the count
        charge = charge * (capacity[-1] / charge[-1])
    charge = checked_charge(where, charge, voltage, counts, size, remarks)
    current = float(charge[-1] / (time[-1] - time[0]) * SECONDS_PER_HOUR)
    if given_current is not None:
        remarks.append(f"current is given as {given_current:.4g} A")
        if abs(given_current / current - 1) > CLOSE:
            remarks.append(f"the current in the file is {current:.4g} A")
        charge, current = charge * (given_current / current), given_current
    lead = missing_rows.lead_of(stretch, current, remarks)
    charge = charge + current * lead / SECONDS_PER_HOUR
    return PassedCharge(time - time[0] + lead, charge, voltage, remarks)


def _magnitude(stretch: Stretch) -> Floats:
    """Magnitude of the current [A]; averaged where noise changes its sign."""
    size = stretch.series.current[stretch.rows] * np.sign(stretch.level)
    if (size > 0).all():
        return np.asarray(size)
    rows = max(LEAST_ROWS, len(size) // 5)
    mean = pd.Series(size).rolling(rows, center=True, min_periods=1).mean()
    return np.asarray(np.maximum(mean, 0.1 * abs(stretch.level)), float)
