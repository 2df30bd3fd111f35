"""The figures of each kind of result, by the stems of their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

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

# number of computed and of measured spectra whose relaxation times are drawn
MOST_RESOLVED, MOST_MEASURED = 6, 12

_Item = TypeVar("_Item")


def half_cycle_figures(
    table: pd.DataFrame,
    curves: pd.DataFrame,
    experiment: Experiment | None = None,
    measured: pd.DataFrame | None = None,
) -> dict[str, Figure]:
    """Voltage over capacity, capacity over rate, and overpotentials of half-cycles."""
    capacities = _published(experiment, columns.CAPACITY)
    return {
        "voltage": nfpcell.plot.curves(curves, capacities, measured),
        "capacity": nfpcell.plot.capacity(table, capacities),
        "losses": nfpcell.plot.losses(curves),
        "differential_capacity": nfpcell.plot.differential_capacity(curves, measured),
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


def spectrum_figures(
    table: pd.DataFrame, measured: Sequence[Spectrum] = ()
) -> dict[str, Figure]:
    """Computed spectra, and the relaxation times of some of them."""
    from nfpcell.measured.readers import LEAST_POINTS
    from nfpcell.outcome import succeeded

    computed = table[succeeded(table[columns.STATUS])]
    groups = list(computed.groupby([*columns.CONDITION, columns.DEPTH], sort=False))
    groups = [group for group in groups if len(group[1]) >= LEAST_POINTS]
    figures = {"nyquist": nfpcell.plot.nyquist(table, [s.Z for s in measured])}
    if groups:
        shown = _some(groups, MOST_RESOLVED)
        figures["relaxation_times"] = _relaxation_times_of(shown)
    return figures


def _relaxation_times_of(groups: Sequence[tuple[Any, pd.DataFrame]]) -> Figure:
    """Relaxation times of computed spectra, by condition and depth of discharge.

    Spectra of one condition have the colours of the Nyquist plot.
    """
    from nfpcell.figures import impedance_figures, style
    from nfpcell.measured.readers import Spectrum

    *conditions, depths = zip(*(key for key, _ in groups), strict=True)
    _, labels = style.shared_label(list(zip(*conditions, strict=True)))
    one = len({*zip(*conditions, strict=True)}) == 1
    names = [
        f"depth {depth:g}" if one else f"{label}, {depth:g}"
        for label, depth in zip(labels, depths, strict=True)
    ]
    spectra = [
        Spectrum(
            name,
            points[columns.FREQUENCY].to_numpy(),
            (points[columns.Z_RE] + 1j * points[columns.Z_IM]).to_numpy(),
        )
        for name, (_, points) in zip(names, groups, strict=True)
    ]
    of_depths = impedance_figures.depth_colours(sorted({*depths}))
    colours = {n: of_depths[d] for n, d in zip(names, depths, strict=True)}
    return _relaxation_times(spectra, colours if one else None)


def evaluation_figures(evaluation: Evaluation) -> dict[str, Figure]:
    """Measured spectra with the circuits fitted to them, and their relaxation times."""
    pairs, residuals = {}, {}
    for spectrum, judgement, circuit in evaluation:
        f = spectrum.frequencies
        pairs[spectrum.name] = spectrum.Z, circuit.impedance(f)
        if judgement.residuals is not None:
            residuals[spectrum.name] = f, judgement.residuals
    figures = {"nyquist": nfpcell.plot.circuit_fit(pairs)}
    if residuals:
        tested = dict(_some(list(residuals.items()), MOST_MEASURED))
        figures["kramers_kronig"] = nfpcell.plot.kramers_kronig(tested)
    shown = _some(evaluation.spectra, MOST_MEASURED)
    return figures | {"relaxation_times": _relaxation_times(shown)}


def protocol_figures(
    table: pd.DataFrame,
    curves: pd.DataFrame,
    loops: pd.DataFrame,
    measured: Sequence[pd.DataFrame] = (),
) -> dict[str, Figure]:
    """A protocol over time, its heat, and its closed loops if there are any."""
    figures = {
        "protocol": nfpcell.plot.protocol(table, curves, measured),
        "charged": nfpcell.plot.protocol_capacity(table),
        "heat": nfpcell.plot.heat(table),
    }
    if len(loops):
        figures["loops"] = nfpcell.plot.loops(loops, curves)
    return figures


def comparison_figures(
    curves: pd.DataFrame, spectra: pd.DataFrame
) -> dict[str, Figure]:
    """Measured and computed curves and spectra, with their differences."""
    figures = {}
    if len(curves):
        figures["comparison"] = nfpcell.plot.compare(curves)
        differential = nfpcell.plot.compare_differential_capacity(curves)
        figures["differential_capacity"] = differential
    if len(spectra):
        figures["comparison_spectra"] = nfpcell.plot.compare_spectra(spectra)
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


def _some(items: Sequence[_Item], most: int) -> Sequence[_Item]:
    """Every item, or every second, third ... if they are too many for a figure."""
    return items[:: max(1, -(-len(items) // most))]


def _relaxation_times(
    spectra: Sequence[Spectrum], colours: Mapping[str, Any] | None = None
) -> Figure:
    from nfpcell.eis.spectrum_analysis import relaxation_times

    times = {s.name: relaxation_times(s.frequencies, s.Z) for s in spectra}
    return nfpcell.plot.relaxation_times(times, colours)
