"""Checks of the steps of a protocol, for what PyBaMM takes but cannot be meant."""

from typing import Any

import pybamm

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF, Range
from nfpcell.errors import NfpcellError, refusal
from nfpcell.simulation.protocol_steps import LONGEST, Instruction

_DURATIONS = Range(0, LONGEST, low_open=True)
_CONSTANT = (pybamm.step.Current, pybamm.step.CRate)
_AT = (pybamm.step.CurrentTermination, pybamm.step.CRateTermination)


def checked(instruction: Instruction, cell: Cell, place: str) -> Any:
    """The step of PyBaMM; one that PyBaMM takes but that cannot be meant is refused."""
    step = instruction.step(place)
    place = f'{place}: "{instruction.sentence}"'
    if step.duration not in _DURATIONS:
        right = f"above 0 and up to {LONGEST / 3600:g} h"
        raise refusal(place, f"lasts {step.duration:g} s", right)
    voltages = [
        end.value
        for end in step.termination
        if isinstance(end, pybamm.step.VoltageTermination)
    ]
    if isinstance(step, pybamm.step.Voltage):
        voltages.append(step.value)
    for voltage in voltages:
        _check_voltage(voltage, cell, place)
    if isinstance(step, (pybamm.step.Voltage, pybamm.step.Rest)):
        return step
    if isinstance(step, _CONSTANT) and any(
        isinstance(e, _AT) for e in step.termination
    ):
        what = "a constant current ends at a current"
        raise refusal(place, what, 'a voltage; only "Hold at 4.5 V" ends at a current')
    word = instruction.sentence.split()[0].lower()
    if step.value * (-1 if word == "charge" else 1) <= 0:
        what = "the value is not positive"
        raise refusal(place, what, "a positive one; the word is the direction")
    if isinstance(step, pybamm.step.Resistance):
        if word == "charge":
            raise refusal(place, "a load does not charge a cell", "a discharge")
        return step
    rate = abs(step.value)
    if not isinstance(step, pybamm.step.CRate):
        volts = cell[UPPER_CUTOFF] if isinstance(step, pybamm.step.Power) else 1.0
        rate /= volts * float(cell.derived().nominal_capacity)
    if rate not in validation.RATES:
        what = f"is a rate of {rate:.3g}C of cell {cell.name}"
        raise refusal(place, what, f"a rate {validation.RATES}, or another unit")
    return step


def _check_voltage(voltage: float, cell: Cell, place: str) -> None:
    """Refuse a voltage that the cell does not reach, because a cut-off comes before."""
    low, high = cell[LOWER_CUTOFF], cell[UPPER_CUTOFF]
    if low <= voltage <= high:
        return
    name, side = (LOWER_CUTOFF, "lower") if voltage < low else (UPPER_CUTOFF, "upper")
    what = f"{voltage:g} V is beyond the {side} cut-off, {cell[name]:g} V"
    right = f'a voltage from {low:g} to {high:g} V, or the cell with another "{name}"'
    raise NfpcellError(f"{place}: {what}; right would be {right}")
