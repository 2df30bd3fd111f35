"""Speed as a ratio to a peer in this process: ``python -m benchmarks``.

One warm constant-current discharge at 1C and 30 degC, each model built once and solved
again: ``particle`` against PyBaMM's half-cell SPM, ``full`` against its half-cell DFN
(Xu2019, whose functions are smooth), all at their own default meshes and at equal
tolerances. Ratios, peer over nfpcell: above 1 is faster than the peer. Absolute times
are a machine's own.
"""

import os

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

import statistics
import time

import pybamm

from nfpcell import engine
from nfpcell.cell import Cell
from nfpcell.cycling import engine_for, longest, starting_voltage

REPEATS = 7
TOLERANCES = {"rtol": 3e-6, "atol": 1e-6}


def ours(fidelity):
    cell = Cell.load("C")
    built = engine_for(cell, 1.0, 30.0, fidelity, **TOLERANCES)
    start = starting_voltage(cell, "discharge", "particle")
    case = built.inputs(cell, cell.derived().nominal_capacity, 303.15, start)
    horizon = [0, longest(cell, 1.0)]
    return lambda: built.solve([case], horizon)[0].solution


def peer(model):
    simulation = pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues("Xu2019"),
        solver=pybamm.IDAKLUSolver(**TOLERANCES),
    )
    return lambda: simulation.solve([0, 5000])


def compare(one, other):
    """Median times of both, run in turn, and the ratio pair by pair."""
    times = []
    for job in (one, other):
        job()  # builds and sets up
    for _ in range(REPEATS):
        pair = []
        for job in (one, other):
            begin = time.perf_counter()
            job()
            pair.append(time.perf_counter() - begin)
        times.append(pair)
    ratios = sorted(b / a for a, b in times)
    return (
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(ratios),
        ratios[0],
        ratios[-1],
    )


def main():
    options = {"working electrode": "positive"}
    pairs = [
        ("particle", "SPM half-cell", pybamm.lithium_ion.SPM(options)),
        ("full", "DFN half-cell", pybamm.lithium_ion.DFN(options)),
    ]
    print(f"{'Case':10s} {'nfpcell [s]':>12s} {'Peer':>14s} {'Peer [s]':>10s}  Ratio")
    for fidelity, name, model in pairs:
        a, b, ratio, low, high = compare(ours(fidelity), peer(model))
        print(
            f"{fidelity:10s} {a:12.4f} {name:>14s} {b:10.4f}  "
            f"{ratio:.2f} ({low:.2f} to {high:.2f})"
        )
    sizes = {
        fidelity: engine.built(fidelity).model.concatenated_initial_conditions.shape[0]
        for fidelity in engine.FIDELITIES
    }
    print("states with the default mesh of plain PyBaMM:", sizes)


if __name__ == "__main__":
    main()
