"""Evaluation of measured spectra: Kramers-Kronig test and fit of a circuit."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nfpcell import columns
from nfpcell.eis import equivalent_circuit
from nfpcell.eis.equivalent_circuit import Circuit
from nfpcell.eis.spectrum_analysis import kramers_kronig
from nfpcell.measured.readers import Spectrum

FILE = "File"
KRAMERS_KRONIG_RESIDUAL = "Largest Kramers-Kronig residual [%]"


@dataclass(frozen=True)
class Evaluation:
    """Measured spectra and the circuits fitted to them, in the same order."""

    spectra: tuple[Spectrum, ...]
    circuits: tuple[Circuit, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each spectrum: resistances of the circuit, residuals, status."""
        return pd.DataFrame(map(_row, self.spectra, self.circuits))

    @property
    def points(self) -> pd.DataFrame:
        """One row for each frequency of each spectrum."""
        tables = [
            pd.DataFrame(
                {
                    FILE: spectrum.name,
                    columns.FREQUENCY: spectrum.frequencies,
                    columns.Z_RE: spectrum.Z.real,
                    columns.Z_IM: spectrum.Z.imag,
                }
            )
            for spectrum in self.spectra
        ]
        return pd.concat(tables, ignore_index=True)


def evaluate(spectra: Sequence[Spectrum], arcs: int = 2) -> Evaluation:
    """Fit a circuit with this number of arcs to each spectrum."""
    circuits = [
        equivalent_circuit.fit(spectrum.frequencies, spectrum.Z, arcs)
        for spectrum in spectra
    ]
    return Evaluation(tuple(spectra), tuple(circuits))


def _row(spectrum: Spectrum, circuit: Circuit) -> dict[str, object]:
    residuals = kramers_kronig(spectrum.frequencies, spectrum.Z)
    arcs = {f"R{k} [Ohm]": R for k, R in enumerate(circuit.R, start=1)}
    return {
        FILE: spectrum.name,
        columns.R0: circuit.R_0,
        **arcs,
        columns.TOTAL: circuit.total,
        columns.CIRCUIT_MISFIT: 100 * circuit.misfit,
        KRAMERS_KRONIG_RESIDUAL: 100 * float(abs(residuals).max()),
        columns.STATUS: circuit.status,
    }
