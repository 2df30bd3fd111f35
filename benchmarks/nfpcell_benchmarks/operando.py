"""An operando map, 100 states x 60 frequencies.

Against two ways of PyBaMM's public interface, in the same process. The naive one is
what its users write: per state the run's state set as initial conditions and a new
``EISSimulation``; every tenth state is done and the time scaled. The best one builds
one ``EISSimulation`` with the state of charge as an input: that gives spectra at rest
only, no state under load.
"""

import time

import numpy as np
import pybamm

from nfpcell.cell import parameters
from nfpcell.eis.impedance import frequency_range, impedance
from nfpcell.model.mesh import n_r_with_double_layers
from nfpcell.simulation import engine
from nfpcell.simulation.starting_state import open_circuit_voltage

STATES, REPEATS, SAMPLED = 100, 3, 10
FREQUENCIES = frequency_range(1e6, 0.025, 59 / np.log10(1e6 / 0.025))
DEPTHS = np.linspace(0.005, 0.995, STATES)
U_INIT = parameters.CONDITIONS["U_init"]


def ours(cell, model):
    """Seconds of our map, and its real parts at the lowest frequency."""
    start = time.perf_counter()
    table = impedance(cell, DEPTHS, frequencies=FREQUENCIES, model=model)
    seconds = time.perf_counter() - start
    assert (table["Status"] == "ok").all()  # noqa: S101 - a map with holes is no map
    return seconds, table["Z_re [Ohm]"].to_numpy().reshape(STATES, -1)[:, -1]


def mesh(cell, model):
    """The mesh of our own map, for the peers."""
    fresh = engine.FIDELITIES[model]()
    number = n_r_with_double_layers(cell.derived().D_over_R2 * 36_000)
    return {"var_pts": {**fresh.default_var_pts, "r_p": number}}


def naive(cell, model):
    """The same by a spectrum of PyBaMM's for each state, one in ten done."""
    values = cell.parameter_values()
    values.update({"Current function [A]": 0.1 * cell.derived().nominal_capacity})
    start = time.perf_counter()
    simulation = pybamm.Simulation(
        engine.FIDELITIES[model](), parameter_values=values, **mesh(cell, model)
    )
    solution = simulation.solve([0, 40_000])
    length = solution.t[-1]
    once = time.perf_counter() - start
    low = []
    start = time.perf_counter()
    for depth in DEPTHS[SAMPLED // 2 :: SAMPLED]:
        reached = simulation.solve([0, depth * length])
        fresh = engine.FIDELITIES[model]()
        fresh.set_initial_conditions_from(reached)
        spectrum = pybamm.EISSimulation(
            fresh, parameter_values=values, **mesh(cell, model)
        )
        low.append(spectrum.solve(FREQUENCIES).impedance[-1].real)
    return once + SAMPLED * (time.perf_counter() - start), np.array(low)


def best(cell, model):
    """Seconds of one of PyBaMM's built once, at rest only."""
    values = cell.parameter_values()
    values[U_INIT] = "[input]"
    thetas = np.linspace(0.005, 0.995, STATES)
    start = time.perf_counter()
    fresh = engine.FIDELITIES[model]()
    spectrum = pybamm.EISSimulation(fresh, parameter_values=values, **mesh(cell, model))
    for theta in thetas:
        U = float(open_circuit_voltage(cell, theta))
        spectrum.solve(FREQUENCIES, inputs={U_INIT: U})
    return time.perf_counter() - start, None
