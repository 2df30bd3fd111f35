"""What the verbs take: checked at the door, trusted inside.

Used by the Python verbs; the command line has its own sentences for its own options,
and the same limits.
"""

import itertools
import math
from numbers import Real
from typing import Literal, get_args

from nfpcell.cell.naming import suggestion
from nfpcell.cell.parameters import Range
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import NfpcellError

RATES = Range(0, 1000, low_open=True)
TEMPERATURES = Range(-ZERO_CELSIUS, 1000, low_open=True)  # degC
REST_OR_RATES = Range(0, 1000)
DEPTHS = Range(0, 1)
FREQUENCIES = Range(1e-9, 1e12)  # Hz
# processes of a sweep, and seconds for one of its cases
WORKERS = Range(1, 1024)
TIME_LIMITS = Range(0, 1e6, low_open=True)
Direction = Literal["discharge", "charge"]
HALF_CYCLES: tuple[Direction, ...] = get_args(Direction)
DIRECTIONS = (*HALF_CYCLES, "both")
Fidelity = Literal["full", "particle"]
MODELS: tuple[Fidelity, ...] = get_args(Fidelity)


def one_of(value, what, allowed):
    """A word out of a few."""
    if not isinstance(value, str) or value not in allowed:
        raise NfpcellError(
            f"{what} {value!r} is refused; {suggestion(str(value), allowed)}"
        )
    return value


def number(value, what, allowed):
    """A finite number in its range; True and text are none."""
    if isinstance(value, Real) and not isinstance(value, bool):
        found = float(value)
        if math.isfinite(found) and found in allowed:
            return found
    raise NfpcellError(
        f"{what} {value!r} is refused; right would be a number {allowed}"
    )


def numbers(values, what, allowed):
    """A list of numbers in their range, not empty; a single number is a list of one."""
    if isinstance(values, Real) or values is None or isinstance(values, str | bytes):
        values = [values]
    try:
        found = [number(value, what, allowed) for value in values]
    except TypeError:
        raise NfpcellError(
            f"{what} {values!r} is refused; right would be a list of numbers {allowed}"
        ) from None
    if not found:
        raise NfpcellError(
            f"{what}: the list is empty; right would be a list of numbers {allowed}"
        )
    return found


def frequencies(values):
    """Frequencies in one order, up or down, none twice; highest first."""
    found = numbers(values, "frequency", FREQUENCIES)
    steps = [b - a for a, b in itertools.pairwise(found)]
    if not (all(step < 0 for step in steps) or all(step > 0 for step in steps)):
        raise NfpcellError(
            "the frequencies are in no order; right would be each above the one before "
            "or each below it"
        )
    return sorted(found, reverse=True)


def cells(value, cell_type):
    """A list of cells, not empty; a single cell is a list of one."""
    found = [value] if isinstance(value, cell_type) else value
    if isinstance(found, list | tuple) and found:
        wrong = [cell for cell in found if not isinstance(cell, cell_type)]
        if not wrong:
            return list(found)
        found = wrong[0]
    raise NfpcellError(
        f"cell {found!r} is refused; right would be a Cell, such as "
        'nfpcell.Cell.load("C"), or a list of them'
    )


def half_cells(value, cell_type):
    """As ``cells``, and none of them symmetric: those have no charge to give."""
    found = cells(value, cell_type)
    for cell in found:
        if cell.layout != "half-cell":
            raise NfpcellError(
                f"cell {cell.name} is symmetric and has no charge to give; right would "
                f"be a half-cell, or the spectrum of it: nfpcell impedance {cell.name}"
            )
    return found
