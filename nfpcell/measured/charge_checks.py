"""Current and time, capacity and energy of a half-cycle, checked by one another."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nfpcell.errors import refusal
from nfpcell.measured.steps import Floats

# current and capacity agree within the first share. Above the second, one of them is
# wrong; per area or mass, where the file may count another one, above the third
CLOSE, GROSS, GROSS_PER_SIZE = 0.03, 0.2, 0.5
# an energy is wrong above this factor; another voltage explains a smaller one
GROSS_ENERGY = 3.0
# a factor is that of a unit within this share
OF_UNIT = 0.05
# what a charge of current and time that is too small by these factors looks like
_TIME_UNITS = {60.0: "min", 3600.0: "h", 86_400.0: "d", 1e-3: "ms"}
_CURRENT_UNITS = {1e-3: "mA", 1e-6: "µA"}
_COUNT_UNITS = {1e3: "mAh", 1e6: "µAh", 3600.0: "C"}


@dataclass(frozen=True)
class Counts:
    """What a file counted from the first row of a half-cycle on, if it did."""

    capacity: Floats | None  # [A.h]
    energy: Floats | None  # [W.h]
    absolute: bool  # whether the capacity is neither per area nor per mass


def counted_from(counts: Floats | None, rows: slice) -> Floats | None:
    """Counts of a column from the first of some rows on, also if they restart."""
    if counts is None or not np.isfinite(counts[rows]).all():
        return None
    steps = np.diff(counts[rows])
    if not np.any(steps):
        return None
    sign = np.sign(np.median(steps[steps != 0]))
    steps = np.where(steps * sign < 0, 0.0, np.abs(steps))
    return np.concatenate([[0.0], np.cumsum(steps)])


def checked_charge(
    where: str,
    charge: Floats,
    voltage: Floats,
    counts: Counts,
    size: Floats,
    remarks: list[str],
) -> Floats:
    """
    Charge of the current, or the counted charge if the current is too coarse [A.h].

    ``charge`` is the integral of the current of magnitude ``size`` [A].
    """
    counted = counts.capacity
    energy_ratio = _energy_ratio(charge, voltage, counts.energy)
    if counted is None or not counted[-1] > 0:
        if energy_ratio is not None:
            _check_energy(where, charge, counts, energy_ratio, remarks)
        return charge
    ratio = float(charge[-1] / counted[-1])
    error = abs(ratio - 1)
    if error <= CLOSE:
        if energy_ratio is not None:
            _check_energy(where, charge, counts, energy_ratio, remarks)
        return charge
    steps = np.diff(counted)
    coarse = (steps == 0).any() and steps.max() >= error * counted[-1]
    if coarse:
        return charge
    exact = energy_ratio is not None and abs(energy_ratio - 1) < 0.5 * error
    if error <= GROSS_PER_SIZE and _resolution(size) >= 0.5 * error and not exact:
        remarks.append(
            f"the current is too coarse ({size[0]:.2g} A); the capacity is used instead"
        )
        # the charge rises evenly between the steps of the count
        return np.asarray(charge / ratio)
    sentence = (
        f"the current adds up to {charge[-1]:.4g} A.h, the capacity to "
        f"{counted[-1]:.4g} A.h"
    )
    # a count may be late by a step
    allowed = GROSS if counts.absolute else GROSS_PER_SIZE
    allowed += 1.5 * float(steps.max() / counted[-1])
    if abs(np.log(ratio)) > np.log1p(allowed):
        larger = max(ratio, 1 / ratio)
        raise refusal(
            where,
            f"{sentence}, a factor of {larger:.4g} between Current times Time and "
            "Capacity",
            _right(ratio, energy_ratio),
        )
    remarks.append(f"{sentence}; the charge of the current is used")
    return charge


def check_power(
    path: Path, power: Floats | None, product: Floats, remarks: list[str]
) -> None:
    """Compare the power of a file with the product of voltage and current [W]."""
    if power is None:
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.abs(product / power)
    ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    ratio = float(np.median(ratios)) if len(ratios) else 1.0
    if abs(ratio - 1) <= GROSS:
        return
    sentence = f"voltage times current is {ratio:.4g} times the column Power"
    if max(ratio, 1 / ratio) > GROSS_ENERGY:
        raise refusal(path, sentence, "units that fit")
    remarks.append(sentence)


def _energy_ratio(
    charge: Floats, voltage: Floats, energy: Floats | None
) -> float | None:
    """Integral of voltage and charge over the counted energy."""
    if energy is None or not energy[-1] > 0 or np.ptp(np.sign(voltage)) > 0:
        return None
    passed = float(np.abs(np.trapezoid(voltage, charge)))
    coarse = float(np.diff(energy).max() / energy[-1])
    # a count with few steps is late by a part of it
    return passed / float(energy[-1]) if coarse < 1 - 1 / GROSS_ENERGY else None


def _check_energy(
    where: str, charge: Floats, counts: Counts, ratio: float, remarks: list[str]
) -> None:
    """Compare the energy of voltage, current and time with the counted one."""
    if counts.energy is None or abs(ratio - 1) <= GROSS:
        return
    sentence = (
        f"voltage, current and time give {ratio:.4g} times the {counts.energy[-1]:.4g} "
        "W.h of the column Energy"
    )
    if max(ratio, 1 / ratio) <= GROSS_ENERGY:
        remarks.append(sentence)
        return
    right = _of_unit(1 / ratio, _COUNT_UNITS)
    if right:
        right = right.replace("Ah", "Wh").replace("C", "J")
        right = f"units that fit: Energy looks like {right}"
    if counts.capacity is None:
        right = _right(ratio, None).replace("Capacity", "Energy").replace("Ah", "Wh")
    raise refusal(where, sentence, right or "an energy that fits the other columns")


def _right(ratio: float, energy_ratio: float | None) -> str:
    """What would be right, by the factors of current times time over the counts."""
    time = _of_unit(1 / ratio, _TIME_UNITS)
    current = _of_unit(1 / ratio, _CURRENT_UNITS)
    count = _of_unit(1 / ratio, _COUNT_UNITS)
    if energy_ratio is not None:
        # the energy tells which of the two is wrong
        if abs(np.log(energy_ratio)) < np.log(1 + GROSS):
            time = current = None
        elif abs(np.log(energy_ratio / ratio)) < np.log(1 + GROSS):
            count = None
    looks = [
        f"{column} looks like {unit}"
        for column, unit in (("Time", time), ("Current", current), ("Capacity", count))
        if unit
    ]
    if looks:
        return f"units that fit: {' or '.join(looks)}"
    return (
        "units that fit: is one of them in mA, mAh or min, or per gram, under another "
        "heading?"
    )


def _of_unit(factor: float, units: dict[float, str]) -> str | None:
    """The unit whose factor this is."""
    for size, unit in units.items():
        if abs(np.log(factor / size)) < np.log1p(OF_UNIT):
            return unit
    return None


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
