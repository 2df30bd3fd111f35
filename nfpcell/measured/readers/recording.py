"""What a file of an instrument holds, whatever the instrument."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.errors import DataFileError, printable

# fewer frequencies are not taken as a spectrum
LEAST_POINTS = 5


@dataclass(frozen=True)
class Spectrum:
    """An impedance over frequency, highest frequency first.

    Attributes
    ----------
    name : of the file or the cell
    frequencies : [Hz], shape (frequencies,)
    Z : impedance, with a negative imaginary part for a capacitor [Ohm]
    current, voltage, temperature : direct current [A], with its sign as in the file,
        direct voltage [V] and temperature [degC] of the measurement; None where the
        file does not give them
    """

    name: str
    frequencies: NDArray[np.float64]
    Z: NDArray[np.complex128]
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
    format : the format the file was read as
    table : the curve, or None. Of the columns "Time [s]", "Voltage [V]",
        "Current [A]" or "Current density [A.m-2]" or "Specific current [A.kg-1]" or
        "C-rate", "Capacity [A.h]" or "Areal capacity [A.h.m-2]" or "Specific capacity
        [A.h.kg-1]", "Temperature [degC]", "Cycle" and "Step" it has those that the
        file has. The current has its sign as in the file. The capacity rises on
        charge where the file gives the two directions apart.
    spectra : every spectrum of the file, in the order of measurement
    remarks : what was assumed or left out, one short sentence each
    """

    path: Path
    sha256: str
    format: str
    table: pd.DataFrame | None
    spectra: tuple[Spectrum, ...]
    remarks: tuple[str, ...]

    @property
    def described(self) -> str:
        """The format of the file, and what is in it."""
        if self.table is None:
            return f"{self.format}, {self._spectra_counted}"
        words = self.format
        if not words.endswith((" rows", " points")):
            words += f", {len(self.table)} rows"
        names = (name.split(" [")[0] for name in self.table.columns)
        return f"{words} of " + ", ".join(name[0].lower() + name[1:] for name in names)

    @property
    def _spectra_counted(self) -> str:
        return f"{len(self.spectra)} spectr" + ("um" if len(self.spectra) == 1 else "a")

    def _repr_html_(self) -> str:
        """First rows, number of spectra and remarks, as a notebook shows them."""
        name, format_ = escape(printable(self.path.name)), escape(self.format)
        parts = [f"<p><b>{name}</b>: {format_}</p>"]
        if self.table is not None:
            parts.append(self.table.head().to_html(border=0))
            parts.append(f"<p>{len(self.table)} rows</p>")
        if self.spectra:
            points = [len(spectrum.frequencies) for spectrum in self.spectra]
            bounds = dict.fromkeys((min(points), max(points)))
            counts = " to ".join(map(str, bounds))
            parts.append(f"<p>{self._spectra_counted} of {counts} frequencies</p>")
        if self.remarks:
            items = "".join(f"<li>{escape(remark)}</li>" for remark in self.remarks)
            parts.append(f"<p>Remarks:</p><ul>{items}</ul>")
        return "\n".join(parts)


@contextmanager
def naming_format(path: Path, format_: str) -> Iterator[None]:
    """Errors raised inside that begin with the path also name the file's format."""
    try:
        yield
    except DataFileError as error:
        name, sentence = printable(path), str(error)
        if not sentence.startswith(f"{name}: "):
            raise
        raise DataFileError(
            f"{name} ({format_}){sentence.removeprefix(name)}"
        ) from error.__cause__
