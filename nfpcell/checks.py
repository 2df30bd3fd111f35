"""What the verbs take: checked at the door, trusted inside.

Used by the Python verbs; the command line has its own sentences for its own options,
and the same limits.
"""

import math
from numbers import Real

from nfpcell.errors import NfpcellError
from nfpcell.names import suggestion
from nfpcell.parameters import Range

RATES = Range(0, 1000, low_open=True)
TEMPERATURES = Range(-273.15, 1000, low_open=True)  # degC
DEPTHS = Range(0, 1, low_open=True, high_open=True)
HALF_CYCLES = ("discharge", "charge")
DIRECTIONS = (*HALF_CYCLES, "both")
MODELS = ("full", "particle")


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
