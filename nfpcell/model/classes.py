"""The classes that stand for a distribution: their number, and names of variables."""

from collections.abc import Mapping
from typing import TypeVar

import pybamm

from nfpcell.physics.distributions import MOST_CLASSES

Entry = TypeVar("Entry")


def check_counts(*counts: int) -> None:
    """Refuse a number of classes that cannot be."""
    for count in counts:
        if count not in range(1, MOST_CLASSES + 1):
            right = f"a whole number from 1 to {MOST_CLASSES}"
            raise pybamm.OptionError(f"{count!r} classes; right would be {right}")


def prefixes(count: int) -> list[str]:
    """What the names of the variables of each class begin with.

    Examples
    --------
    >>> prefixes(1), prefixes(2)
    ([''], ['Class 1: ', 'Class 2: '])
    """
    if count == 1:
        return [""]
    return [f"Class {k}: " for k in range(1, count + 1)]


def of_classes(mapping: Mapping[str, Entry], name: str) -> list[Entry]:
    """What a mapping has under the name of a variable, or of that of each class."""
    names = (prefix + name for prefix in ["", *prefixes(MOST_CLASSES)])
    return [mapping[each] for each in names if each in mapping]
