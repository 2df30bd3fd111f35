"""The content of a file of any instrument."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.errors import DataFileError, printable

# least number of frequencies of a spectrum
LEAST_POINTS = 5


@dataclass(frozen=True)
class Spectrum:
    """
    An impedance over frequency, highest frequency first.

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
    sha256 : of the file on the disk
    format : format of the file
    table : the curve, or None. It has those of these columns that the file has: "Time
        [s]", "Voltage [V]", "Current [A]" (or "Current density [A.m-2]", "Specific
        current [A.kg-1]", "C-rate"), "Capacity [A.h]" (or "Areal capacity [A.h.m-2]",
        "Specific capacity [A.h.kg-1]"), "Energy [W.h]", "Temperature [degC]", "Cycle",
        "Step", "State" (1 for charge, -1 for discharge, else 0, by the words of the
        file) and "Counted direction" (the same by the counter that rises in the row).
        The current has its sign as in the file. The capacity rises on charge if the
        file has separate columns for charge and discharge.
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
        """The format of the file and a summary of its content."""
        if self.table is None:
            return f"{self.format}, {self._spectra_counted}"
        text = self.format
        if not text.endswith((" rows", " points")):
            text += f", {len(self.table)} rows"
        names = (name.split(" [")[0] for name in self.table.columns)
        return f"{text} of " + ", ".join(name[0].lower() + name[1:] for name in names)

    @property
    def _spectra_counted(self) -> str:
        return f"{len(self.spectra)} spectr" + ("um" if len(self.spectra) == 1 else "a")

    def _repr_html_(self) -> str:
        """First rows, number of spectra and remarks, for a notebook."""
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
    """Add the format of a file to the errors that begin with its path."""
    try:
        yield
    except DataFileError as error:
        name, sentence = printable(path), str(error)
        if not sentence.startswith(f"{name}: "):
            raise
        raise DataFileError(
            f"{name} ({format_}){sentence.removeprefix(name)}"
        ) from error.__cause__
