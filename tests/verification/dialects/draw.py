"""Random choices of one draw, reproducible from its seed."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draw:
    """A random generator that notes the variations it has chosen."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.variations: list[str] = []

    def chance(self, share: float, variation: str = "") -> bool:
        """True in this share of the draws; notes the variation then."""
        chosen = bool(self.random.random() < share)
        if chosen and variation:
            self.variations.append(variation)
        return chosen

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.random.integers(len(options)))]

    def note(self, what: str, option: str) -> str:
        """Note a chosen option as a variation, and return it."""
        self.variations.append(f"{what}: {option}")
        return option

    def integer(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def number(self, low: float, high: float) -> float:
        """A number between low and high."""
        return float(self.random.uniform(low, high))

    def magnitude(self, low: float, high: float) -> float:
        """A number between low and high, evenly distributed in its logarithm."""
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a random order."""
        return [items[k] for k in self.random.permutation(len(items))]
