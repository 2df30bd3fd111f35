"""Evaluation of measured spectra: Kramers-Kronig test and fit of a circuit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from nfpcell import columns
from nfpcell.eis import equivalent_circuit
from nfpcell.eis.equivalent_circuit import Circuit
from nfpcell.eis.spectrum_verdict import Judgement, Verdict, judge
from nfpcell.measured.readers import Spectrum
from nfpcell.outcome import OK
from nfpcell.parallel import Progress, reported

FILE, SPECTRUM = "File", "Spectrum"
RESIDUAL = "Kramers-Kronig residual [%]"
LARGEST_RESIDUAL = "Largest Kramers-Kronig residual [%]"
VERDICT, REMARK = "Kramers-Kronig verdict", "Remark"


@dataclass(frozen=True)
class Evaluation:
    """Measured spectra, their judgements and their circuits, in the same order."""

    spectra: tuple[Spectrum, ...]
    judgements: tuple[Judgement, ...]
    circuits: tuple[Circuit, ...]

    def __iter__(self) -> Iterator[tuple[Spectrum, Judgement, Circuit]]:
        return zip(self.spectra, self.judgements, self.circuits, strict=True)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each spectrum: resistances of the circuit, residuals, status."""
        return pd.DataFrame([_row(*evaluated) for evaluated in self])

    @property
    def failed(self) -> "pd.Series[bool]":
        """Spectra that fail the Kramers-Kronig test or that no circuit describes."""
        return pd.Series(
            [
                judgement.verdict is Verdict.FAILED or circuit.status != OK
                for _, judgement, circuit in self
            ]
        )

    @property
    def summary(self) -> str:
        """How many spectra have each verdict."""
        verdicts = [judgement.verdict for judgement in self.judgements]
        counts = [f"{verdicts.count(verdict)} {verdict.value}" for verdict in Verdict]
        return f"Kramers-Kronig test: {', '.join(counts)}"

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


def evaluate(
    spectra: Sequence[Spectrum], arcs: int = 2, progress: Progress | None = None
) -> Evaluation:
    """Judge each spectrum, and fit a circuit with this number of arcs to it."""
    circuits = [
        equivalent_circuit.fit(spectrum.frequencies, spectrum.Z, arcs)
        for spectrum in reported(spectra, progress)
    ]
    return Evaluation(tuple(spectra), tuple(map(judge, spectra)), tuple(circuits))


def _row(
    spectrum: Spectrum, judgement: Judgement, circuit: Circuit
) -> dict[str, object]:
    wrong = []
    if judgement.verdict in (Verdict.FAILED, Verdict.NOT_JUDGED):
        wrong.append(judgement.sentence)
    if circuit.status != OK:
        wrong.append(circuit.status)
    arcs = {f"R{k} [Ohm]": R for k, R in enumerate(circuit.R, start=1)}
    return {
        FILE: spectrum.name,
        SPECTRUM: spectrum.name,
        columns.R0: circuit.R_0,
        **arcs,
        columns.TOTAL: circuit.total,
        columns.CIRCUIT_MISFIT: 100 * circuit.misfit,
        LARGEST_RESIDUAL: 100 * judgement.largest,
        RESIDUAL: 100 * judgement.residual,
        VERDICT: judgement.verdict.value,
        REMARK: judgement.sentence,
        columns.STATUS: "; ".join(wrong) or OK,
    }
