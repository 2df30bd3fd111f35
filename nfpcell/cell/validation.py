"""Checks of the arguments of the public functions; each returns a typed value.

The command line has the same limits, but names its options in its messages.
"""

import itertools
import math
from collections.abc import Sequence
from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from nfpcell.cell.naming import suggestion
from nfpcell.cell.parameters import KELVIN_FROM, CelsiusRange, Range, RateRange
from nfpcell.constants import SODIUM_MELTS, ZERO_CELSIUS
from nfpcell.errors import NfpcellError, shown

if TYPE_CHECKING:
    from nfpcell.cell.definition import Cell

Direction = Literal["discharge", "charge"]
HALF_CYCLES: tuple[Direction, ...] = get_args(Direction)
DirectionChoice = Literal["discharge", "charge", "both"]
DIRECTIONS: tuple[DirectionChoice, ...] = get_args(DirectionChoice)
Applied = Literal["current", "power"]  # what a profile over time gives
APPLIED: tuple[Applied, ...] = get_args(Applied)
Fidelity = Literal["full", "particle"]
MODELS: tuple[Fidelity, ...] = get_args(Fidelity)

RATES = RateRange(1e-6, 1000)
REST_OR_RATES = Range(0, 1000)
# degC, of a cell that is simulated
TEMPERATURES = CelsiusRange(
    -ZERO_CELSIUS, SODIUM_MELTS, low_open=True, limit=", where sodium melts"
)
# degC, in a measured file; a kelvin value of any laboratory is above it
MEASURED_TEMPERATURES = CelsiusRange(-ZERO_CELSIUS, KELVIN_FROM, low_open=True)
DEPTHS = Range(0, 1)
FREQUENCIES = Range(1e-9, 1e12)  # Hz
ARCS = Range(1, 5)  # of an equivalent circuit
WORKERS = Range(1, 1024)  # processes of a sweep
DRAWS = Range(1, 100_000)  # of a 95 % band
TIME_LIMITS = Range(0, 1e6, low_open=True)  # s, for one case of a sweep

Choice = TypeVar("Choice", bound=str)


def one_of(value: object, what: str, allowed: Sequence[Choice]) -> Choice:
    """Return the value if it is one of the allowed ones."""
    for choice in allowed:
        if isinstance(value, str) and value == choice:
            return choice
    name = value if isinstance(value, str) else ""
    raise NfpcellError(f"{what} {shown(value)} is refused; {suggestion(name, allowed)}")


def number(value: object, what: str, allowed: Range) -> float:
    """Return the value as a finite float in its range; True and text are refused."""
    right = f"a number {allowed}"
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            checked = float(value)
        except OverflowError:
            checked = math.inf
        if math.isfinite(checked):
            if checked in allowed:
                return checked
            right = allowed.right(checked)
    raise NfpcellError(f"{what} {shown(value)} is refused; right would be {right}")


def numbers(values: Any, what: str, allowed: Range) -> list[float]:
    """Return the values as a list that is not empty; one number gives a list too."""
    if values is None or isinstance(values, Real | str | bytes):
        values = [values]
    try:
        checked = [number(value, what, allowed) for value in values]
    except TypeError:
        raise NfpcellError(
            f"{what} {shown(values)} is refused; right would be a list of numbers "
            f"{allowed}"
        ) from None
    if not checked:
        raise NfpcellError(
            f"{what}: the list is empty; right would be a list of numbers {allowed}"
        )
    return checked


def frequencies(values: Any) -> list[float]:
    """Return frequencies [Hz], highest first; they must be in order."""
    checked = numbers(values, "frequency", FREQUENCIES)
    steps = [after - before for before, after in itertools.pairwise(checked)]
    if not (all(step < 0 for step in steps) or all(step > 0 for step in steps)):
        raise NfpcellError(
            "the frequencies are not in order; right would be ascending or descending "
            "frequencies, without repetition"
        )
    return sorted(checked, reverse=True)


def cells(value: object) -> "list[Cell]":
    """Return cells, or names and paths of them, as a list of cells that is not empty.

    One cell gives a list too.
    """
    # deferred, so that `nfpcell --help` need not import NumPy and pydantic
    from nfpcell.cell.definition import Cell

    values = list(value) if isinstance(value, list | tuple) and value else [value]
    cells = [v for v in values if isinstance(v, Cell | str | PathLike)]
    if len(cells) == len(values):
        return [Cell.load(cell) for cell in cells]
    wrong = [v for v in values if v not in cells]
    raise NfpcellError(
        f"cell {shown(wrong[0])} is refused; right would be a Cell or a name, such as "
        'nfpcell.Cell.load("C") or "C", or a list of them'
    )


def half_cells(value: object) -> "list[Cell]":
    """As ``cells``, but symmetric cells are refused: they store no charge."""
    checked = cells(value)
    for cell in checked:
        if cell.layout != "half-cell":
            raise NfpcellError(
                f"cell {cell.name} is symmetric and stores no charge; right would be a "
                f"half-cell, or a spectrum of this one: nfpcell impedance {cell.name}"
            )
    return checked


def distinct_names(cells: "Sequence[Cell]") -> None:
    """Refuse two cells of one name, where results are told apart by names."""
    names = [cell.name for cell in cells]
    for name in names:
        if names.count(name) > 1:
            raise NfpcellError(
                f'two cells have the name "{name}"; right would be each cell once, or '
                'another name, as in cell.with_values(..., name="thin")'
            )
