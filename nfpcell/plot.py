"""One function for each figure: a table of nfpcell in, a matplotlib ``Figure`` out.

Axes have the units of the docstrings. ``save`` writes a figure as PNG and SVG; every
method of ``matplotlib.figure.Figure`` works too, and no display is needed. Figures that
take ``marks`` show published numbers, as ``nfpcell.studies.scoring.published`` gives
them, for the half-cycles of the table.

Examples
--------
>>> import nfpcell
>>> from nfpcell import plot
>>> cell, model = nfpcell.Cell.load("C"), "particle"

Half-cycles:

>>> table, curves = nfpcell.simulate(cell, rates=[0.5, 1], model=model, curves=True)
>>> figures = [plot.curves(curves), plot.capacity(table), plot.losses(curves)]

Spectra and resistance:

>>> depths = [0.2, 0.5, 0.8]
>>> spectra = nfpcell.impedance(cell, depth_of_discharge=depths)
>>> resistances = nfpcell.resistance(cell, depths=depths)
>>> figures = [plot.nyquist(spectra), plot.operando(spectra, resistances)]
>>> figures = [plot.resistance(resistances), plot.circuit(resistances)]

Protocols:

>>> from nfpcell.simulation.protocol import Protocol, run
>>> table, curves = run(Protocol.load("overcharge_9V"), model)
>>> figures = [plot.protocol(table, curves), plot.heat(table)]

Published against computed, and the changes from one recipe to the next:

>>> figure = plot.scores(nfpcell.score(["rate_30C"], model))
>>> from nfpcell.studies import recipe_steps
>>> cells = [nfpcell.Cell.load(word) for word in "CD"]
>>> figure = plot.steps(recipe_steps.steps(cells, model=model))
"""

from matplotlib.figure import Figure

from nfpcell.figures.fit_figures import (
    fitted_curves,
    fitted_spectra,
    predicted_capacity,
)
from nfpcell.figures.half_cycle_figures import capacity, curves, losses
from nfpcell.figures.impedance_figures import (
    circuit_fit,
    kramers_kronig,
    nyquist,
    operando,
    relaxation_times,
)
from nfpcell.figures.protocol_figures import cycles, heat, loops, protocol
from nfpcell.figures.resistance_figures import circuit, resistance
from nfpcell.figures.study_figures import chemistries, scores, steps
from nfpcell.figures.style import save
from nfpcell.figures.sweep_figures import has_ragone, ragone, sensitivity, sweep
from nfpcell.fitting import fit_tables
from nfpcell.fitting.fit_result import Fit

__all__ = [
    "capacity",
    "chemistries",
    "circuit",
    "circuit_fit",
    "curves",
    "cycles",
    "fit",
    "fit_prediction",
    "fit_spectra",
    "has_ragone",
    "heat",
    "kramers_kronig",
    "loops",
    "losses",
    "nyquist",
    "operando",
    "protocol",
    "ragone",
    "relaxation_times",
    "resistance",
    "save",
    "scores",
    "sensitivity",
    "steps",
    "sweep",
]


def fit(fit: Fit) -> Figure:
    """Measured and fitted voltage [V] over capacity, and their difference [mV]."""
    return fitted_curves(fit_tables.curves(fit))


def fit_spectra(fit: Fit) -> Figure:
    """Measured and fitted spectra [Ohm], and their difference [% of the modulus]."""
    return fitted_spectra(fit_tables.spectra(fit))


def fit_prediction(fit: Fit) -> Figure:
    """Capacity [mAh/g of NFP] over C-rate that a fit predicts, with its 95 % band."""
    return predicted_capacity(fit_tables.bands(fit))
