"""Where a measurement is from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Origin:
    """The source of a measurement, and what was recognised or assumed about it."""

    file: str = ""
    half_cycle: float = np.nan  # number among those of the file, from 1
    starts_from: str = ""  # state at the start, in words
    remarks: tuple[str, ...] = ()
