"""What a file of an instrument holds, whatever the instrument."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import DataFileError, printable

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

    @property
    def described(self):
        """What the file was taken for, and what is in it."""
        if self.table is None:
            count = len(self.spectra)
            return f"{self.format}, {count} spectr" + ("a" if count > 1 else "um")
        words = self.format
        if not words.endswith((" rows", " points")):
            words += f", {len(self.table)} rows"
        names = (name.split(" [")[0] for name in self.table.columns)
        return f"{words} of " + ", ".join(name[0].lower() + name[1:] for name in names)


@contextmanager
def told_as(path, words):
    """Refusals within that begin with the path also say what the file was taken for."""
    try:
        yield
    except DataFileError as error:
        name, said = printable(path), str(error)
        if not said.startswith(f"{name}: "):
            raise
        raise DataFileError(
            f"{name} ({words}){said.removeprefix(name)}"
        ) from error.__cause__
