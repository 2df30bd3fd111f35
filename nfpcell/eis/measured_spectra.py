"""Evaluation of measured spectra: Kramers-Kronig test and fit of a circuit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nfpcell import columns
from nfpcell.cell import validation
from nfpcell.eis import equivalent_circuit, spectrum_analysis
from nfpcell.eis.equivalent_circuit import Circuit
from nfpcell.eis.spectrum_verdict import Judgement, Verdict, judge
from nfpcell.errors import refusal
from nfpcell.measured.readers import Recording, Spectrum
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
    # what was assumed or left out when its file was read
    file_remarks: tuple[tuple[str, ...], ...]

    def __iter__(self) -> Iterator[tuple[Spectrum, Judgement, Circuit]]:
        return zip(self.spectra, self.judgements, self.circuits, strict=True)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each spectrum: resistances of the circuit, residuals, status."""
        rows = [_row(*evaluated) for evaluated in self]
        for row, remarks in zip(rows, self.file_remarks, strict=True):
            row[REMARK] = "; ".join(filter(None, (str(row[REMARK]), *remarks)))
        return pd.DataFrame(rows)

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
    def remarks(self) -> list[str]:
        """Remarks on each spectrum, then those on its file, each file once."""
        found = []
        previous: tuple[str, ...] = ()
        for (spectrum, judgement, circuit), on_file in zip(
            self, self.file_remarks, strict=True
        ):
            status = _status(judgement, circuit)
            own = judgement.sentence if status == OK else status
            new = on_file if on_file is not previous else ()
            previous = on_file
            found += [f"{spectrum.name}: {text}" for text in (own, *new) if text]
        return found

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
    recordings: Sequence[Recording], arcs: int = 2, progress: Progress | None = None
) -> Evaluation:
    """Judge each spectrum, and fit a circuit with this number of arcs to it."""
    spectra: list[Spectrum] = []
    remarks: list[tuple[str, ...]] = []
    for recording in recordings:
        on_file = recording.remarks
        if recording.table is not None:
            rows = len(recording.table)
            on_file += (f"the file also has a curve of {rows} rows, not used here",)
        spectra += recording.spectra
        remarks += [on_file] * len(recording.spectra)
    circuits = [
        equivalent_circuit.fit(spectrum.frequencies, spectrum.Z, arcs)
        for spectrum in reported(spectra, progress)
    ]
    judgements = tuple(map(judge, spectra))
    return Evaluation(tuple(spectra), judgements, tuple(circuits), tuple(remarks))


def spectrum(
    files: str | Path | Sequence[str | Path],
    arcs: int = 2,
    progress: Progress | None = None,
) -> Evaluation:
    """
    Evaluate measured spectra: Kramers-Kronig test and fit of a circuit.

    Parameters
    ----------
    files : one or more: a table with the columns frequency, Z_re and Z_im, or a file of
        an instrument
    arcs : number of arcs of the circuit, 1 to 5
    progress : called with (done, all) after each spectrum

    Returns
    -------
    Evaluation: ``.table`` has a row for each spectrum, ``.points`` one for each
        frequency; ``.summary`` is a sentence

    Examples
    --------
    >>> from nfpcell.eis.impedance import impedance
    >>> impedance("C").to_csv("spectrum_of_cell_c.csv", index=False)
    >>> evaluation = spectrum("spectrum_of_cell_c.csv")
    >>> evaluation.summary
    'Kramers-Kronig test: 1 good, 0 usable, 0 failed, 0 not judged'
    """
    if validation.number(arcs, "arcs", validation.ARCS) != int(arcs):
        raise refusal("arcs", f"{arcs:g} is refused", "a whole number")
    paths = [files] if isinstance(files, str | Path) else files
    recordings = [spectrum_analysis.recording(path) for path in paths]
    return evaluate(recordings, int(arcs), progress)


def _row(
    spectrum: Spectrum, judgement: Judgement, circuit: Circuit
) -> dict[str, object]:
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
        columns.STATUS: _status(judgement, circuit),
    }


def _status(judgement: Judgement, circuit: Circuit) -> str:
    """What is wrong with a spectrum or its circuit, or OK."""
    wrong = []
    if judgement.verdict in (Verdict.FAILED, Verdict.NOT_JUDGED):
        wrong.append(judgement.sentence)
    if circuit.status != OK:
        wrong.append(circuit.status)
    return "; ".join(wrong) or OK
