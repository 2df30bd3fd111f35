"""Time, charge and voltage of a half-cycle, from its current or its capacity."""

from dataclasses import dataclass

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import refusal
from nfpcell.measured import missing_rows
from nfpcell.measured.steps import Floats
from nfpcell.measured.time_series import LEAST_ROWS, Stretch

# current and capacity agree within the first share; above the second, one is wrong
CLOSE, GROSS = 0.03, 0.5


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
    time, voltage = time[keep], voltage[keep]
    size = np.abs(series.current[stretch.rows])[keep]
    if len(time) < LEAST_ROWS:
        what = f"{len(time)} rows at different times are no half-cycle"
        raise refusal(where, what, f"at least {LEAST_ROWS}")
    steps = 0.5 * (size[1:] + size[:-1]) * np.diff(time)
    charge = np.concatenate([[0.0], np.cumsum(steps)]) / SECONDS_PER_HOUR
    counted = _counted(series.capacity, stretch)
    counted = None if counted is None else counted[keep]
    missing_rows.check_within(where, time, voltage, counted, charge, remarks)
    charge = _checked_charge(where, charge, counted, size, remarks)
    current = float(charge[-1] / (time[-1] - time[0]) * SECONDS_PER_HOUR)
    if given_current is not None:
        remarks.append(f"current is given as {given_current:.4g} A")
        if abs(given_current / current - 1) > CLOSE:
            remarks.append(f"the current in the file is {current:.4g} A")
        charge, current = charge * (given_current / current), given_current
    lead = missing_rows.lead_of(stretch, current, remarks)
    charge = charge + current * lead / SECONDS_PER_HOUR
    return PassedCharge(time - time[0] + lead, charge, voltage, remarks)


def _counted(capacity: Floats | None, stretch: Stretch) -> Floats | None:
    """Charge counted in the file from the first row on [A.h]; None if it has none."""
    if capacity is None or not np.isfinite(capacity[stretch.rows]).all():
        return None
    steps = np.diff(capacity[stretch.rows])
    if not np.any(steps):
        return None
    # the count may restart within the half-cycle
    sign = np.sign(np.median(steps[steps != 0]))
    steps = np.where(steps * sign < 0, 0.0, np.abs(steps))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _checked_charge(
    where: str,
    charge: Floats,
    counted: Floats | None,
    size: Floats,
    remarks: list[str],
) -> Floats:
    """Charge of the current, or the counted charge if the current is too coarse."""
    if counted is None or not counted[-1] > 0:
        return charge
    ratio = charge[-1] / counted[-1]
    error = abs(ratio - 1)
    if error <= CLOSE:
        return charge
    if error <= GROSS and _resolution(size) >= 0.5 * error:
        remarks.append(
            f"the current is too coarse ({size[0]:.2g} A); the capacity is used instead"
        )
        # the charge rises evenly between the steps of the count
        return np.asarray(charge / ratio)
    sentence = (
        f"the current adds up to {charge[-1]:.4g} A.h, the capacity to "
        f"{counted[-1]:.4g} A.h"
    )
    if error > GROSS:
        raise refusal(
            where,
            sentence,
            "units that fit: is one of them in mA, mAh or min, or per gram, under "
            "another heading?",
        )
    remarks.append(f"{sentence}; the charge of the current is used")
    return charge


def _resolution(size: Floats) -> float:
    """Resolution of a current relative to its magnitude."""
    values = np.unique(np.round(size[:20_000], 15))
    level = np.median(size)
    if len(values) > 50 or not level > 0:
        return 0.0
    # few values: the resolution is the last decimal place
    mantissa, _, exponent = f"{values[-1]:.6g}".rstrip("0").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - decimals) / level)
