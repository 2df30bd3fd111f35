"""One warm discharge against a peer in this process.

One warm constant-current discharge of Cell C at 1C and 30 degC, each model built once
and solved again: ``particle`` against PyBaMM's half-cell SPM, ``full`` against its
half-cell DFN, both peers with the laws of the same cell as smooth functions of numbers
(see ``peers``). Every model is held against itself on a fine mesh at tight tolerances,
and the peer runs at the cheapest of its meshes and tolerances whose error is no larger
than ours. Ratios, peer over nfpcell: above 1 is faster than the peer. Absolute times
are a machine's own.
"""

import statistics
import time

import pybamm

from nfpcell.cell.definition import Cell
from nfpcell.simulation import engine
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import starting_voltage
from nfpcell_benchmarks import peers
from nfpcell_benchmarks.mesh_error import rms

# direction, C-rate and temperature [degC]
CONDITION = ("discharge", 1.0, 30.0)
REPEATS = 15
# of the peer, from cheap to dear: shells (a grading of 2 served best of 0 to 4), depths
MESHES = {
    "particle": [(n, 1) for n in (14, 20, 28, 40, 56, 80)],
    "full": [(n, x) for x in (3, 4, 5, 6, 8, 12) for n in (20, 28, 40, 56)],
}
TOLERANCES = [
    (1e-3, 1e-5),
    (3e-4, 1e-5),
    (1e-4, 1e-5),
    (1e-4, 1e-6),
    (3e-5, 1e-5),
    (3e-5, 1e-6),
    (1e-5, 1e-6),
]
FINE = {"particle": (480, 1), "full": (160, 48)}


def ours(fidelity, cell=None):
    """A function that solves our model of Cell C or another once, warm, and the inputs
    of its case.
    """
    cell = cell or Cell.load("C")
    return with_engine(engine_for(cell, *CONDITION, fidelity), cell)


def ours_fine(fidelity, cell=None):
    """The same on a fine mesh at tight tolerances."""
    points = dict(zip(("r_p", "x_p"), FINE[fidelity], strict=True))
    if fidelity == "particle":
        del points["x_p"]
    points = tuple(points.items())
    built = engine.built(fidelity, points=points, rtol=1e-7, atol=1e-8, grading=3.0)
    return with_engine(built, cell or Cell.load("C"))


def with_engine(built, cell):
    """The same by an engine that somebody built."""
    start = starting_voltage(cell, "discharge", "particle")
    condition = Condition(cell, *CONDITION, start)
    case = built.inputs_of(condition)
    horizon = [0, condition.longest]
    return lambda: built.solve([case], horizon)[0].solution, case


def clock(job):
    """Time of a job [s]."""
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def seconds(job, repeats=3):
    """The least time of a few."""
    return min(clock(job) for _ in range(repeats))


def peer(fidelity, case, allowed):
    """What the cheapest peer within an error is [mV], its own error and its job."""
    shells, depths = FINE[fidelity]
    exact = peers.job(fidelity, case, shells, depths, rtol=1e-7, atol=1e-8)()
    found = []
    for shells, depths in MESHES[fidelity]:
        for rtol, atol in TOLERANCES:
            job = peers.job(fidelity, case, shells, depths, rtol=rtol, atol=atol)
            try:
                own = rms(job(), exact)
            except pybamm.SolverError:  # it gives up at some loose tolerances
                continue
            if own <= allowed:
                through = f" {depths} depths," if fidelity == "full" else ""
                what = f"{shells} shells,{through} rtol {rtol:g}"
                found.append((seconds(job), what, own, job))
    return min(found, key=lambda one: one[0])[1:]


def compare(one, other):
    """Median times of both, run in turn, and the ratio pair by pair."""
    pairs = [(clock(one), clock(other)) for _ in range(REPEATS)]
    ratios = sorted(b / a for a, b in pairs)
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(ratios),
        ratios[0],
        ratios[-1],
    )
