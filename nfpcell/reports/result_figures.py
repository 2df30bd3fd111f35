"""The figures of each kind of result, by the stems of their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import nfpcell
from nfpcell import columns

# pandas, matplotlib and PyBaMM take seconds to import: only when a figure is drawn
if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    import nfpcell.plot
    from nfpcell.eis.measured_spectra import Evaluation
    from nfpcell.measured.readers import Spectrum
    from nfpcell.studies.experiment import Experiment

# number of computed spectra whose relaxation times are drawn
MOST_RESOLVED = 6


def half_cycle_figures(
    table: pd.DataFrame,
    curves: pd.DataFrame,
    experiment: Experiment | None = None,
) -> dict[str, Figure]:
    """Voltage over capacity, capacity over rate, and overpotentials of half-cycles."""
    capacities = _published(experiment, columns.CAPACITY)
    return {
        "voltage": nfpcell.plot.curves(curves, capacities),
        "capacity": nfpcell.plot.capacity(table, capacities),
        "losses": nfpcell.plot.losses(curves),
    }


def resistance_figures(
    table: pd.DataFrame,
    spectra: pd.DataFrame,
    experiment: Experiment | None = None,
) -> dict[str, Figure]:
    """Resistances over depth of discharge, and the spectra along the half-cycle."""
    low = _published(experiment, columns.LOW_FREQUENCY)
    total = _published(experiment, columns.TOTAL)
    return {
        "resistance": nfpcell.plot.resistance(table, low),
        "circuit": nfpcell.plot.circuit(table, total),
        "operando": nfpcell.plot.operando(spectra, table),
    }


def spectrum_figures(table: pd.DataFrame) -> dict[str, Figure]:
    """Computed spectra, and the relaxation times of some of them."""
    from nfpcell.eis.spectrum_analysis import COMPUTED_DENSITY
    from nfpcell.measured.readers import Spectrum
    from nfpcell.outcome import succeeded

    computed = table[succeeded(table[columns.STATUS])]
    spectra = [
        Spectrum(
            f"depth {depth:g}",
            points[columns.FREQUENCY].to_numpy(),
            (points[columns.Z_RE] + 1j * points[columns.Z_IM]).to_numpy(),
        )
        for depth, points in computed.groupby(columns.DEPTH)
    ]
    interval = max(1, -(-len(spectra) // MOST_RESOLVED))
    resolved = _resolved(spectra[::interval], COMPUTED_DENSITY)
    return {"nyquist": nfpcell.plot.nyquist(table), **resolved}


def evaluation_figures(evaluation: Evaluation) -> dict[str, Figure]:
    """Measured spectra with the circuits fitted to them, and their relaxation times."""
    from nfpcell.eis.spectrum_analysis import MEASURED_DENSITY

    pairs = {
        spectrum.name: (spectrum.Z, circuit.impedance(spectrum.frequencies))
        for spectrum, circuit in zip(
            evaluation.spectra, evaluation.circuits, strict=True
        )
    }
    resolved = _resolved(evaluation.spectra, MEASURED_DENSITY)
    return {"nyquist": nfpcell.plot.circuit_fit(pairs), **resolved}


def protocol_figures(
    table: pd.DataFrame, curves: pd.DataFrame, loops: pd.DataFrame
) -> dict[str, Figure]:
    """A protocol over time, its heat, and its closed loops if there are any."""
    figures = {
        "protocol": nfpcell.plot.protocol(table, curves),
        "heat": nfpcell.plot.heat(table),
    }
    if len(loops):
        figures["loops"] = nfpcell.plot.loops(loops, curves)
    return figures


def experiment_figures(
    experiment: Experiment,
    table: pd.DataFrame,
    second: pd.DataFrame | None,
    targets: pd.DataFrame | None,
) -> dict[str, Figure]:
    """The figures of an experiment of any kind, and of its targets if it has any."""
    if second is None:
        figures = spectrum_figures(table)
    elif experiment.kind == "cycling":
        figures = half_cycle_figures(table, second, experiment)
    else:
        figures = resistance_figures(table, second, experiment)
    if targets is not None:
        figures["targets"] = nfpcell.plot.scores(targets)
    return figures


def _published(experiment: Experiment | None, quantity: str) -> pd.DataFrame | None:
    """Published numbers of a quantity, for marks in a figure."""
    if experiment is None:
        return None
    from nfpcell.studies import scoring

    return scoring.published(experiment, quantity)


def _resolved(spectra: Sequence[Spectrum], density: int) -> dict[str, Figure]:
    """The Kramers-Kronig test and the relaxation times of spectra."""
    from nfpcell.eis.spectrum_analysis import kramers_kronig, relaxation_times
    from nfpcell.measured.readers import LEAST_POINTS

    spectra = [s for s in spectra if len(s.frequencies) >= LEAST_POINTS]
    if not spectra:
        return {}
    residuals = {
        s.name: (s.frequencies, kramers_kronig(s.frequencies, s.Z, density))
        for s in spectra
    }
    times = {s.name: relaxation_times(s.frequencies, s.Z) for s in spectra}
    return {
        "kramers_kronig": nfpcell.plot.kramers_kronig(residuals),
        "relaxation_times": nfpcell.plot.relaxation_times(times),
    }
