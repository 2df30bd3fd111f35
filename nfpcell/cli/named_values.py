"""Values of quantities as they are typed: NAME=VALUE and NAME=LOWER:UPPER.

A name has the unit of cell files, or one of the lab as tables show it.
"""

from collections.abc import Iterable, Mapping

from nfpcell.cell import units
from nfpcell.cell.naming import with_value
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.cli.parsing import finite_number
from nfpcell.errors import refusal


def bounds(texts: Iterable[str], option: str) -> dict[str, tuple[float, float]]:
    """Return the bounds of each free quantity.

    Examples
    --------
    >>> bounds(["Contact resistance [Ohm]=0:40"], "--free")
    {'Contact resistance [Ohm]': (0.0, 40.0)}
    """
    right = '"NAME=lower:upper", such as "Contact resistance [Ohm]=0:40"'
    values = _named(texts, option, 2, right)
    return {name: (lower, upper) for name, (lower, upper) in values.items()}


def settings(texts: Iterable[str], option: str) -> dict[str, float]:
    """Return the value of each quantity that is set.

    Examples
    --------
    >>> settings(["Separator thickness [µm]=50"], "--set")
    {'Separator thickness [m]': 5e-05}
    """
    right = '"NAME=number", such as "Positive electrode void fraction=0.1"'
    return {name: value for name, (value,) in _named(texts, option, 1, right).items()}


def changes(
    texts: Iterable[str] | None, lower: float | None, upper: float | None
) -> dict[str, float]:
    """Return the values of --set, --lower-cutoff and --upper-cutoff, by full name.

    Examples
    --------
    >>> changes(["Contact resistance [Ohm]=20"], None, 4.2)
    {'Contact resistance [Ohm]': 20.0, 'Upper voltage cut-off [V]': 4.2}
    """
    values = settings(texts or [], "--set")
    for name, value in ((LOWER_CUTOFF, lower), (UPPER_CUTOFF, upper)):
        if value is None:
            continue
        if name in values:
            raise refusal("--set", f'"{name}" is given twice', "once")
        values[name] = value
    return values


def remark(changed: Mapping[str, float]) -> list[str]:
    """Return a line on the values that the cells of an experiment got; none if none.

    Examples
    --------
    >>> remark({"Contact resistance [Ohm]": 20.0})
    ['Every cell is changed: Contact resistance 20 Ohm']
    """
    values = [with_value(name, f"{value:g}") for name, value in changed.items()]
    return [f"Every cell is changed: {', '.join(values)}"] if values else []


def _named(
    texts: Iterable[str], option: str, count: int, right: str
) -> dict[str, list[float]]:
    """Return the numbers after each NAME=, in the unit of cell files.

    A repeated name is refused.
    """
    values: dict[str, list[float]] = {}
    for text in texts:
        name, equals, rest = (part.strip() for part in text.rpartition("="))
        numbers = rest.split(":")
        if not name or not equals or len(numbers) != count:
            raise refusal(option, f'"{text[:80]}" is refused', right)
        typed = [finite_number(number, option, right) for number in numbers]
        name, conversion = units.typed(name)
        if name in values:
            raise refusal(option, f'"{name}" is given twice', "once")
        values[name] = [conversion.in_si(number) for number in typed]
    return values
