"""One function for each figure: a table of nfpcell in, a matplotlib ``Figure`` out."""

from nfpcell.figures.cycling_figures import chemistries, cycles, heat, loops, protocol
from nfpcell.figures.fit_figures import fitted_curves, fitted_spectra, prediction
from nfpcell.figures.impedance_figures import (
    circuit,
    circuit_fit,
    kramers_kronig,
    nyquist,
    operando,
    relaxation_times,
)
from nfpcell.figures.style import (
    capacity,
    curves,
    losses,
    resistance,
    save,
    scores,
    steps,
)
from nfpcell.figures.sweep_figures import has_ragone, ragone, sensitivity, sweep

__all__ = [
    "capacity",
    "chemistries",
    "circuit",
    "circuit_fit",
    "curves",
    "cycles",
    "fitted_curves",
    "fitted_spectra",
    "has_ragone",
    "heat",
    "kramers_kronig",
    "loops",
    "losses",
    "nyquist",
    "operando",
    "prediction",
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
