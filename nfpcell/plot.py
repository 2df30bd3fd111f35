"""One function for each figure: a table of nfpcell in, a matplotlib ``Figure`` out.

``nfpcell.plot.save(figure, stem)`` writes a figure as PNG and SVG; any other method of
``matplotlib.figure.Figure`` works as well. No display is needed. Figures of published
numbers take them as ``marks``.

| what was computed | figures |
|---|---|
| ``simulate(..., curves=True)`` | ``curves``, ``capacity``, ``losses`` |
| ``impedance`` | ``nyquist``, ``operando`` |
| ``resistance`` | ``resistance``, ``circuit`` |
| ``fit`` | ``fit``, ``fit_spectra``, ``fit_prediction`` |
| ``score`` | ``scores`` |
| recipe steps, other chemistries | ``steps``, ``chemistries`` |
| cycles, protocols | ``cycles``, ``protocol``, ``heat``, ``loops`` |
| sweeps | ``ragone``, ``sweep``, ``sensitivity`` |
| measured spectra | ``circuit_fit``, ``kramers_kronig``, ``relaxation_times`` |
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
from nfpcell.fitting.fit import Fit

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
