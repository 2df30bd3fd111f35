"""One function for each figure: it takes a table of nfpcell and returns a ``Figure``.

The docstrings give the units of the axes. ``save`` writes a figure as PNG, SVG or PDF,
``appearance`` chooses another size, style or unit of capacity; all methods of
``matplotlib.figure.Figure`` work, without a display. ``marks`` are published
numbers from ``nfpcell.studies.scoring.published``, drawn for the half-cycles of the
table.

Functions with an axis of capacity take its unit: ``capacity`` is "mAh/g" by default, or
"mAh" or "mAh/cm2". For these, they also take the ``cells`` that are not built in.

Examples
--------
>>> import nfpcell
>>> from nfpcell import plot
>>> cell, model = nfpcell.Cell.load("C"), "particle"

Half-cycles:

>>> table, curves = nfpcell.simulate(cell, rates=[0.5, 1], model=model, curves=True)
>>> figures = [plot.curves(curves), plot.capacity(table), plot.losses(curves)]
>>> figures = [plot.losses_along(curves), plot.differential_capacity(curves)]

Spectra and resistance:

>>> depths = [0.2, 0.5, 0.8]
>>> spectra = nfpcell.impedance(cell, depth_of_discharge=depths)
>>> resistances = nfpcell.resistance(cell, depths=depths)
>>> figures = [plot.nyquist(spectra), plot.operando(spectra, resistances)]
>>> figures = [plot.resistance(resistances), plot.circuit(resistances)]

One spectrum:

>>> from nfpcell.eis import equivalent_circuit, spectrum_analysis
>>> spectrum = spectra[spectra["Depth of discharge"] == 0.5]
>>> f = spectrum["Frequency [Hz]"].to_numpy()
>>> Z = (spectrum["Z_re [Ohm]"] + 1j * spectrum["Z_im [Ohm]"]).to_numpy()
>>> figure = plot.kramers_kronig({"C": (f, spectrum_analysis.kramers_kronig(f, Z))})
>>> figure = plot.relaxation_times({"C": spectrum_analysis.relaxation_times(f, Z)})
>>> circuit = equivalent_circuit.fit(f, Z)
>>> figure = plot.circuit_fit({"C": (Z, circuit.impedance(f))})

Protocols, closed loops and cycles:

>>> import pandas as pd
>>> from nfpcell.simulation.cycling import Cycler
>>> from nfpcell.simulation.protocol import Protocol, efficiency, run
>>> table, curves = run(Protocol.load("overcharge_9V"), model)
>>> figures = [plot.protocol(table, curves), plot.heat(table)]
>>> figure = plot.protocol_capacity(table)
>>> table, curves = run(Protocol.load("hysteresis_30C"), model)
>>> figure = plot.loops(efficiency(table), curves)
>>> figure = plot.cycles(pd.DataFrame(Cycler(cell, [(1.0, 2)]).rows()))

Published and computed numbers, changes of a recipe, other chemistries:

>>> from nfpcell.studies import chemistries, recipe_steps
>>> figure = plot.scores(nfpcell.score(["rate_30C"], model))
>>> cells = [nfpcell.Cell.load(name) for name in "CD"]
>>> figure = plot.steps(recipe_steps.steps(cells, model=model))
>>> comparison = chemistries.Comparison.load()
>>> figure = plot.chemistries(chemistries.compare(comparison, model))
>>> from nfpcell.sweeping.assumptions import assumptions
>>> table = assumptions(["rate_30C"], model)  # doctest: +SKIP
>>> figure = plot.assumptions(table)  # doctest: +SKIP

Measured files, with and without a fit, and a sweep:

>>> table, points = nfpcell.compare("C", "mine.csv", curves=True)  # doctest: +SKIP
>>> figure = plot.compare(points)  # doctest: +SKIP
>>> figure = plot.compare_differential_capacity(points)  # doctest: +SKIP
>>> free = {"Contact resistance [Ohm]": (0, 40)}
>>> fit = nfpcell.fit(cell, data=["mine.csv"], free=free)  # doctest: +SKIP
>>> figures = [plot.fit(fit), plot.fit_prediction(fit)]  # doctest: +SKIP
>>> wanted = "Contact resistance [Ohm]"
>>> found = nfpcell.measure_next("my_cell.toml", wanted)  # doctest: +SKIP
>>> figure = plot.next_measurements(found.table)  # doctest: +SKIP
>>> from nfpcell.sweeping.sweep_plan import Sweep
>>> sweep = Sweep.load("plate_and_roughness")
>>> table = nfpcell.sweep("plate_and_roughness", "my_sweep")  # doctest: +SKIP
>>> figures = [plot.ragone(sweep, table), plot.sweep(sweep, table)]  # doctest: +SKIP
"""

import pandas as pd
from matplotlib.figure import Figure

from nfpcell.columns import CAPACITY, FREQUENCY
from nfpcell.figures.appearance import CapacityUnit, appearance
from nfpcell.figures.assumption_figures import assumptions
from nfpcell.figures.canvas import save
from nfpcell.figures.capacity_axis import Cells
from nfpcell.figures.differential_figures import (
    compare_differential_capacity,
    differential_capacity,
)
from nfpcell.figures.fit_figures import (
    fitted_curves,
    fitted_spectra,
    predicted_capacity,
)
from nfpcell.figures.half_cycle_figures import capacity, curves
from nfpcell.figures.held_out_figure import held_out
from nfpcell.figures.impedance_figures import (
    circuit_fit,
    kramers_kronig,
    nyquist,
    operando,
    relaxation_times,
)
from nfpcell.figures.loss_figures import losses, losses_along
from nfpcell.figures.next_figures import next_measurements
from nfpcell.figures.protocol_figures import (
    cycles,
    heat,
    loops,
    protocol,
    protocol_capacity,
)
from nfpcell.figures.resistance_figures import circuit, resistance
from nfpcell.figures.study_figures import chemistries, scores, steps
from nfpcell.figures.sweep_figures import has_ragone, ragone, sensitivity, sweep
from nfpcell.fitting import fit_tables
from nfpcell.fitting.fit_result import Fit

__all__ = [
    "appearance",
    "assumptions",
    "capacity",
    "chemistries",
    "circuit",
    "circuit_fit",
    "compare",
    "compare_differential_capacity",
    "compare_spectra",
    "curves",
    "cycles",
    "differential_capacity",
    "fit",
    "fit_prediction",
    "fit_spectra",
    "has_ragone",
    "heat",
    "held_out",
    "kramers_kronig",
    "loops",
    "losses",
    "losses_along",
    "next_measurements",
    "nyquist",
    "operando",
    "protocol",
    "protocol_capacity",
    "ragone",
    "relaxation_times",
    "resistance",
    "save",
    "scores",
    "sensitivity",
    "steps",
    "sweep",
]


def __dir__() -> list[str]:
    return __all__


def compare(
    points: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """Measured and computed voltage [V] over capacity, and their difference [mV].

    ``points`` is the second table of ``nfpcell.compare(..., curves=True)``.
    """
    return fitted_curves(points.dropna(subset=CAPACITY), capacity, cells)


def compare_spectra(points: pd.DataFrame) -> Figure:
    """Measured and computed spectra [Ohm], and their difference [% of the modulus].

    ``points`` is the second table of ``nfpcell.compare(..., curves=True)``.
    """
    return fitted_spectra(points.dropna(subset=FREQUENCY))


def fit(fit: Fit, capacity: CapacityUnit | None = None) -> Figure:
    """Measured and fitted voltage [V] over capacity, and their difference [mV]."""
    return fitted_curves(fit_tables.curves(fit), capacity, fit.measured_cells)


def fit_spectra(fit: Fit) -> Figure:
    """Measured and fitted spectra [Ohm], and their difference [% of the modulus]."""
    return fitted_spectra(fit_tables.spectra(fit))


def fit_prediction(fit: Fit, capacity: CapacityUnit | None = None) -> Figure:
    """Capacity [mAh/g of NFP] over C-rate that a fit predicts, with its 95 % band."""
    return predicted_capacity(fit_tables.bands(fit), capacity, fit.measured_cells)
