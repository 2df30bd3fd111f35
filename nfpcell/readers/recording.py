"""What a file of an instrument holds, whatever the instrument."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

# fewer frequencies are no spectrum
LEAST_POINTS = 5


@dataclass(frozen=True)
class Spectrum:
    """An impedance over frequency, highest frequency first.

    Attributes
    ----------
    name : of the file or the cell
    frequencies : [Hz], shape (frequencies,)
    Z : complex, negative imaginary part for a capacitor [Ohm]
    current, voltage, temperature : direct current [A] and voltage [V] it was measured
        at, sign of the current as in the file, and temperature [degC]; None where the
        file does not tell
    """

    name: str
    frequencies: np.ndarray
    Z: np.ndarray
    current: float | None = None
    voltage: float | None = None
    temperature: float | None = None


@dataclass(frozen=True)
class Recording:
    """
    A file of an instrument, in SI units.

    Attributes
    ----------
    path : of the file
    sha256 : of the file as it lies on the disk
    format : what the file was taken for, in words
    table : curves, or None; those of the columns "Time [s]", "Voltage [V]",
        "Current [A]" or "Current density [A.m-2]" or "Specific current [A.kg-1]" or
        "C-rate", "Capacity [A.h]" or "Areal capacity [A.h.m-2]" or "Specific capacity
        [A.h.kg-1]", "Temperature [degC]", "Cycle", "Step" that the file has; the sign
        of the current is that of the file, capacity is counted up by a charge where
        the file tells the two apart
    spectra : tuple of Spectrum
    remarks : what was assumed or left out, one short sentence each
    """

    path: Path
    sha256: str
    format: str
    table: pd.DataFrame | None
    spectra: tuple[Spectrum, ...]
    remarks: tuple[str, ...]
