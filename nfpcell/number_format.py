"""Numbers as text, for tables on the terminal and in reports."""

import math
from typing import TypeGuard


def is_known(value: float | None) -> TypeGuard[float]:
    """Whether the value is a finite number."""
    return value is not None and math.isfinite(value)


def plain(value: float | str | None, digits: int = 4) -> str:
    """Return a number with ``digits`` significant digits, or a dash if it is unknown.

    Text is returned unchanged.

    Examples
    --------
    >>> plain(3.14159, 3), plain(None), plain("at least 40")
    ('3.14', '-', 'at least 40')
    """
    if isinstance(value, str):
        return value
    return f"{value:.{digits}g}" if is_known(value) else "-"


def ohms(value: float | None) -> str:
    """Return a resistance: three digits below 100 Ω, whole ohms above."""
    if is_known(value) and abs(value) < 100:
        return plain(value, 3)
    return fixed(value, 0)


def fixed(value: float | None, decimals: int) -> str:
    """Return a number with a fixed count of decimals, a dash if unknown."""
    return f"{value:.{decimals}f}" if is_known(value) else "-"


def signed(value: float | None) -> str:
    """Return a number with its sign and one decimal, a dash if unknown."""
    return f"{value:+.1f}" if is_known(value) else "-"


# significant digits of a fitted value
_FEWEST, _MOST = 4, 9


def with_interval(
    value: float, lower: float | None, upper: float | None
) -> tuple[str, str, str]:
    """
    Return a value and the ends of its interval, with enough digits to tell them apart.

    One digit more is printed than is needed. An unknown end is a dash.

    Examples
    --------
    >>> with_interval(1.18873e-17, 1.18799e-17, None)
    ('1.1887e-17', '1.1880e-17', '-')
    """
    ends = [end for end in (lower, upper) if is_known(end) and end != value]
    for digits in range(_FEWEST, _MOST + 1):
        coarse = digits - 1
        if all(f"{end:.{coarse}g}" != f"{value:.{coarse}g}" for end in ends):
            break
    first, second, third = (
        f"{number:#.{digits}g}".removesuffix(".") if is_known(number) else "-"
        for number in (value, lower, upper)
    )
    return first, second, third
