"""An operando map, 100 states x 60 frequencies.

It is compared with two ways to use PyBaMM's public interface, in the same process.
``per_state`` sets the state of the run as initial conditions and makes a new
``EISSimulation`` for each state; every tenth state is computed and the time scaled.
``built_once`` builds one ``EISSimulation`` with the state of charge as an input; it
gives spectra at rest only, not under load.
"""

import time
from typing import Any

import numpy as np
import pybamm

from nfpcell import columns
from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.eis.impedance import frequency_range, impedance
from nfpcell.model.mesh import n_r_with_double_layers
from nfpcell.outcome import succeeded
from nfpcell.simulation import engine
from nfpcell.simulation.starting_state import open_circuit_voltage

STATES, REPEATS, SAMPLED = 100, 3, 10
RATE = 0.1
FREQUENCIES = list(frequency_range(1e6, 0.025, 59 / np.log10(1e6 / 0.025)))
DEPTHS_OF_DISCHARGE = np.linspace(0.005, 0.995, STATES)
U_INIT = parameters.CONDITIONS["U_init"]


def ours(cell: Cell, model: str) -> float:
    """Time of our map [s]."""
    begin = time.perf_counter()
    table = impedance(
        cell, list(DEPTHS_OF_DISCHARGE), frequencies=FREQUENCIES, model=model
    )
    seconds = time.perf_counter() - begin
    if not succeeded(table[columns.STATUS]).all():
        raise RuntimeError("a spectrum of the operando map failed")
    return seconds


def per_state(cell: Cell, model: str) -> float:
    """Time of a new ``EISSimulation`` for each state [s]."""
    values = cell.parameter_values()
    values.update({"Current function [A]": RATE * cell.derived().nominal_capacity})
    mesh = _mesh(cell, model)
    begin = time.perf_counter()
    simulation = pybamm.Simulation(
        engine.FIDELITIES[model](), parameter_values=values, **mesh
    )
    end = simulation.solve([0, 40_000]).t[-1]
    half_cycle = time.perf_counter() - begin
    begin = time.perf_counter()
    for depth in DEPTHS_OF_DISCHARGE[SAMPLED // 2 :: SAMPLED]:
        state_model = engine.FIDELITIES[model]()
        state_model.set_initial_conditions_from(simulation.solve([0, depth * end]))
        pybamm.EISSimulation(state_model, parameter_values=values, **mesh).solve(
            FREQUENCIES
        )
    return half_cycle + SAMPLED * (time.perf_counter() - begin)


def built_once(cell: Cell, model: str) -> float:
    """Time of one ``EISSimulation`` for all states, at rest [s]."""
    values = cell.parameter_values()
    values[U_INIT] = "[input]"
    begin = time.perf_counter()
    spectrum = pybamm.EISSimulation(
        engine.FIDELITIES[model](), parameter_values=values, **_mesh(cell, model)
    )
    for fraction in np.linspace(0.005, 0.995, STATES):
        voltage = float(open_circuit_voltage(cell, fraction))
        spectrum.solve(FREQUENCIES, inputs={U_INIT: voltage})
    return time.perf_counter() - begin


def _mesh(cell: Cell, model: str) -> dict[str, Any]:
    """The mesh of our own map, for the peers."""
    n_r = n_r_with_double_layers(cell.derived().inverse_time * SECONDS_PER_HOUR / RATE)
    return {"var_pts": {**engine.FIDELITIES[model]().default_var_pts, "r_p": n_r}}
