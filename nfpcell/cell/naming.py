"""Names of the form "Domain quantity [unit]", and suggestions for unknown names."""

import difflib
from collections.abc import Iterable

# units that are printed with another symbol
_PRINTED = {"Ohm": "Ω", "degC": "°C", "um": "µm", "uF": "µF"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def split_unit(name: str) -> tuple[str, str]:
    """A name without its bracket, and the unit in it (empty for a pure number).

    Examples
    --------
    >>> split_unit("Separator thickness [m]")
    ('Separator thickness', 'm')
    >>> split_unit("Positive electrode void fraction")
    ('Positive electrode void fraction', '')
    """
    if name.endswith("]") and " [" in name:
        base, _, unit = name[:-1].rpartition(" [")
        return base, unit
    return name, ""


def with_value(name: str, value: str) -> str:
    """A name without "Positive electrode", with its value before the unit.

    Examples
    --------
    >>> with_value("Positive electrode areal capacity [A.h.m-2]", "3 to 4")
    'areal capacity 3 to 4 A.h.m-2'
    """
    base, unit = split_unit(name)
    return f"{base.removeprefix('Positive electrode ')} {value} {unit}".strip()


def titled(name: str, title: str) -> str:
    """
    A title after the name of its cell, which is left out if the title begins with it.

    Examples
    --------
    >>> titled("C", "Cell C: fine powders"), titled("mine", "Cell C: fine powders")
    ('Cell C: fine powders', 'mine: Cell C: fine powders')
    """
    start = title.casefold().partition(":")[0].removeprefix("cell ")
    return title if start == name.casefold() else f"{name}: {title}"


def printed(name: str) -> str:
    """A name with its unit, with the symbols used in print.

    Examples
    --------
    >>> printed("Electrode area [m2]")
    'Electrode area [m²]'
    """
    name, unit = split_unit(name)
    return f"{name} [{printed_unit(unit)}]" if unit else name


def printed_unit(unit: str) -> str:
    """A unit with the symbols used in print.

    Examples
    --------
    >>> printed_unit("mA.h.g-1"), printed_unit("Ohm.m2")
    ('mAh g⁻¹', 'Ω m²')
    """
    factors = []
    for factor in unit.replace("A.h", "Ah").replace("W.h", "Wh").split("."):
        symbol = factor.rstrip("-0123456789")
        exponent = factor[len(symbol) :].translate(_RAISED)
        factors.append(_PRINTED.get(symbol, symbol) + exponent)
    return " ".join(factors)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most similar to a name, or None if none is similar.

    A candidate that differs only by its unit, or by upper and lower case, comes first.

    Examples
    --------
    >>> nearest("Separator thickness [um]", ["Separator width [m]",
    ...                                      "Separator thickness [m]"])
    'Separator thickness [m]'
    >>> nearest("qqq", ["Separator thickness [m]"]) is None
    True
    """
    candidates = list(candidates)
    for simplified in (str.lower, lambda text: split_unit(text)[0].strip().lower()):
        for candidate in candidates:
            if simplified(candidate) == simplified(name):
                return candidate
    folded = {candidate.lower(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """Return the end of an error message: the most similar candidate, or all of them.

    Examples
    --------
    >>> suggestion("fallling", ["falling", "constant"])
    'did you mean "falling"?'
    >>> suggestion("x", ["falling", "constant"])
    'right would be falling or constant'
    """
    candidates = list(candidates)
    if match := nearest(name, candidates):
        return f'did you mean "{match}"?'
    if not candidates:
        return "there are none yet"
    if len(candidates) > 12:
        return "no name is similar"
    head = ", ".join(candidates[:-1])
    return "right would be " + (f"{head} or " if head else "") + candidates[-1]
