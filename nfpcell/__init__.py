"""Simulator of an oxide all-solid-state sodium half-cell.

Na | beta''-alumina plate | composite cathode of Na2FeP2O7, on PyBaMM. The names below
are imported on first use, so that ``import nfpcell`` and ``nfpcell --help`` are quick.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Cell": "nfpcell.cell.definition",
    "Quantity": "nfpcell.cell.quantity",
    "new_cell": "nfpcell.cell.new_recipe",
    "RecipeWarning": "nfpcell.cell.new_recipe",
    "Experiment": "nfpcell.studies.experiment",
    "simulate": "nfpcell.simulation.constant_current",
    "impedance": "nfpcell.eis.impedance",
    "resistance": "nfpcell.eis.resistance",
    "score": "nfpcell.studies.scoring",
    "sweep": "nfpcell.sweeping.runner",
    "fit": "nfpcell.fitting.fit",
    "Data": "nfpcell.fitting.read_options",
    "Free": "nfpcell.fitting.free_parameters",
    "read": "nfpcell.measured.readers",
    "half_cycles": "nfpcell.measured.extraction",
    "cells": "nfpcell.cell.catalogue",
    "experiments": "nfpcell.cell.catalogue",
    "NfpcellError": "nfpcell.errors",
    "DataFileError": "nfpcell.errors",
    "UnknownNameError": "nfpcell.errors",
    "SolveError": "nfpcell.errors",
    "FitError": "nfpcell.errors",
}

__all__ = ["__version__", "plot", *_HOME]


def __getattr__(name: str) -> Any:
    if name == "plot":
        return importlib.import_module("nfpcell.plot")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
