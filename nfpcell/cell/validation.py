"""Arguments of the Python verbs, checked once on input and typed from then on.

The command line names its own options in its messages, and has the same limits.
"""

import itertools
import math
from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from nfpcell.cell.naming import suggestion
from nfpcell.cell.parameters import Range
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import NfpcellError

if TYPE_CHECKING:
    from nfpcell.cell.definition import Cell

Direction = Literal["discharge", "charge"]
HALF_CYCLES: tuple[Direction, ...] = get_args(Direction)
DirectionChoice = Literal["discharge", "charge", "both"]
DIRECTIONS: tuple[DirectionChoice, ...] = get_args(DirectionChoice)
Fidelity = Literal["full", "particle"]
MODELS: tuple[Fidelity, ...] = get_args(Fidelity)

RATES = Range(0, 1000, low_open=True)
REST_OR_RATES = Range(0, 1000)
TEMPERATURES = Range(-ZERO_CELSIUS, 1000, low_open=True)  # degC
DEPTHS = Range(0, 1)
FREQUENCIES = Range(1e-9, 1e12)  # Hz
WORKERS = Range(1, 1024)  # processes of a sweep
TIME_LIMITS = Range(0, 1e6, low_open=True)  # s, for one case of a sweep

Word = TypeVar("Word", bound=str)


def one_of(value: object, what: str, allowed: Sequence[Word]) -> Word:
    """The value as one of the allowed words."""
    for word in allowed:
        if isinstance(value, str) and value == word:
            return word
    raise NfpcellError(
        f"{what} {value!r} is refused; {suggestion(str(value), allowed)}"
    )


def number(value: object, what: str, allowed: Range) -> float:
    """The value as a finite float in its range; True and text are not numbers."""
    if isinstance(value, Real) and not isinstance(value, bool):
        checked = float(value)
        if math.isfinite(checked) and checked in allowed:
            return checked
    raise NfpcellError(
        f"{what} {value!r} is refused; right would be a number {allowed}"
    )


def numbers(values: Any, what: str, allowed: Range) -> list[float]:
    """The values as a list that is not empty; a single number is a list of one."""
    if isinstance(values, Real) or values is None or isinstance(values, str | bytes):
        values = [values]
    try:
        checked = [number(value, what, allowed) for value in values]
    except TypeError:
        raise NfpcellError(
            f"{what} {values!r} is refused; right would be a list of numbers {allowed}"
        ) from None
    if not checked:
        raise NfpcellError(
            f"{what}: the list is empty; right would be a list of numbers {allowed}"
        )
    return checked


def frequencies(values: Any) -> list[float]:
    """Frequencies [Hz] that rise or fall all along, highest first."""
    checked = numbers(values, "frequency", FREQUENCIES)
    steps = [after - before for before, after in itertools.pairwise(checked)]
    if not (all(step < 0 for step in steps) or all(step > 0 for step in steps)):
        raise NfpcellError(
            "the frequencies are in no order; right would be each above the one before "
            "or each below it"
        )
    return sorted(checked, reverse=True)


def cells(value: object) -> "list[Cell]":
    """Cells as a list that is not empty; a single cell is a list of one."""
    # imports NumPy and pydantic, which `nfpcell --help` does without
    from nfpcell.cell.definition import Cell

    wrong = value
    if isinstance(value, Cell):
        return [value]
    if isinstance(value, list | tuple) and value:
        others = [cell for cell in value if not isinstance(cell, Cell)]
        if not others:
            return list(value)
        wrong = others[0]
    raise NfpcellError(
        f"cell {wrong!r} is refused; right would be a Cell, such as "
        'nfpcell.Cell.load("C"), or a list of them'
    )


def half_cells(value: object) -> "list[Cell]":
    """As ``cells``; symmetric cells are refused, because they store no charge."""
    checked = cells(value)
    for cell in checked:
        if cell.layout != "half-cell":
            raise NfpcellError(
                f"cell {cell.name} is symmetric and stores no charge; right would be a "
                f"half-cell, or a spectrum of this one: nfpcell impedance {cell.name}"
            )
    return checked
