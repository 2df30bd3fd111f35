"""An operando map, 100 x 60: ``python -m nfpcell.benchmark.operando``.

Against two ways of PyBaMM's public interface, in the same process. The naive one is
what its users write: per state the run's state set as initial conditions and a new
``EISSimulation``; every tenth state is done and the time scaled. The best one builds
one ``EISSimulation`` with the state of charge as an input: that gives spectra at rest
only, no state under load.
"""

import argparse
import json
import time

import numpy as np
import pybamm

from nfpcell import engine
from nfpcell.cell import Cell
from nfpcell.cycling import open_circuit_voltage
from nfpcell.linearised import frequency_range, impedance
from nfpcell.mesh import shells

STATES, REPEATS, SAMPLED = 100, 3, 10
FREQUENCIES = frequency_range(1e6, 0.025, 59 / np.log10(1e6 / 0.025))
DEPTHS = np.linspace(0.005, 0.995, STATES)
U_INIT = "Initial voltage in positive electrode [V]"


def ours(cell, model):
    start = time.perf_counter()
    table = impedance(cell, DEPTHS, frequencies=FREQUENCIES, model=model)
    seconds = time.perf_counter() - start
    assert (table["Status"] == "ok").all()  # noqa: S101 - a map with holes is no map
    return seconds, table["Z_re [Ohm]"].to_numpy().reshape(STATES, -1)[:, -1]


def mesh(cell, model):
    """The mesh of our own map, for the peers."""
    fresh = engine.FIDELITIES[model]()
    number = shells(cell.derived().D_over_R2 * 36_000)
    return {"var_pts": {**fresh.default_var_pts, "r_p": number}}


def naive(cell, model):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON value")
    asked = parser.parse_args()
    cell = Cell.load("C")
    rows = []
    for model in ("particle", "full"):
        ours(cell, model)  # the first builds, which later calls in a process share
        own = [ours(cell, model)[0] for _ in range(REPEATS)]
        for peer, function in (
            ("EISSimulation per state", naive),
            ("EISSimulation built once, at rest", best),
        ):
            seconds = function(cell, model)[0]
            ratios = [seconds / one for one in own]
            rows.append(
                {
                    "Case": f"operando map, {STATES} x {len(FREQUENCIES)}, {model}",
                    "nfpcell [s]": float(np.median(own)),
                    "Peer": peer,
                    "Peer [s]": seconds,
                    "Ratio": float(np.median(ratios)),
                    "Least ratio": min(ratios),
                    "Largest ratio": max(ratios),
                }
            )
    if asked.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(
            f"{row['Case']:36s} {row['nfpcell [s]']:7.2f} s  {row['Peer']:36s} "
            f"{row['Peer [s]']:7.1f} s  ratio {row['Ratio']:6.1f} "
            f"({row['Least ratio']:.1f} to {row['Largest ratio']:.1f})"
        )


if __name__ == "__main__":
    main()
