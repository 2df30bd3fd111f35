"""One warm discharge of Cell C at 1C and 30 degC against a peer in the same process.

Each model is built once and solved again. ``particle`` is compared with PyBaMM's
half-cell SPM, ``full`` with its half-cell DFN, both with the laws of the same cell (see
``peers``). The error of each model is that against itself on a fine mesh at tight
tolerances. The peer runs on the cheapest of its meshes and tolerances whose error is no
larger than ours. Absolute times depend on the machine; ratios less so.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pybamm

from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import Direction
from nfpcell.simulation import engine
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.numerics import engine_for
from nfpcell_benchmarks import peers, ratios
from nfpcell_benchmarks.mesh_error import FINE_TOLERANCES, half_cycles, rms

# direction, C-rate and temperature [degC]
SETTING: tuple[Direction, float, float] = ("discharge", 1.0, 30.0)
REPEATS = 15
# meshes of the peer, from cheap to expensive; the best of five radial gradings is 2
MESHES = {
    "particle": [peers.PeerMesh(n_r, 1) for n_r in (14, 20, 28, 40, 56, 80)],
    "full": [
        peers.PeerMesh(n_r, n_x)
        for n_x in (3, 4, 5, 6, 8, 12)
        for n_r in (20, 28, 40, 56)
    ],
}
# rtol and atol of the peer
TOLERANCES = [
    (1e-3, 1e-5),
    (3e-4, 1e-5),
    (1e-4, 1e-5),
    (1e-4, 1e-6),
    (3e-5, 1e-5),
    (3e-5, 1e-6),
    (1e-5, 1e-6),
]
FINE = {"particle": peers.PeerMesh(480, 1), "full": peers.PeerMesh(160, 48)}

Job = Callable[[], Any]


@dataclass(frozen=True)
class Discharge:
    """A warm discharge of ours: a built engine, and the condition that it solves."""

    engine: engine.Engine
    condition: Condition

    @property
    def inputs(self) -> dict[str, float]:
        """Inputs of the run."""
        return self.engine.inputs_of(self.condition)

    def job(self) -> Job:
        """A function that solves it once and returns PyBaMM's solution."""
        batch, times = [self.inputs], [0, self.condition.longest]
        return lambda: self.engine.solve(batch, times)[0].solution


@dataclass(frozen=True)
class CheapestPeer:
    """The peer that takes the least time at an error that is allowed [mV]."""

    seconds: float
    label: str
    error: float
    job: Job


def ours(fidelity: str, cell: Cell | None = None) -> Discharge:
    """Our discharge of Cell C, or of another, on the default mesh."""
    cell = cell or Cell.load("C")
    return with_engine(engine_for(cell, *SETTING, fidelity), cell)


def ours_fine(fidelity: str, cell: Cell | None = None) -> Discharge:
    """The same on a fine mesh at tight tolerances."""
    mesh = FINE[fidelity]
    points: tuple[tuple[str, int], ...] = (("r_p", mesh.n_r),)
    if fidelity == "full":
        points += (("x_p", mesh.n_x),)
    fine = engine.built(fidelity, points=points, grading=3.0, **FINE_TOLERANCES)
    return with_engine(fine, cell or Cell.load("C"))


def with_engine(built: engine.Engine, cell: Cell) -> Discharge:
    """The same with an engine that is built."""
    (condition,) = half_cycles(cell, [SETTING])
    return Discharge(built, condition)


def clock(job: Job) -> float:
    """Time of a job [s]."""
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def seconds(job: Job, repeats: int = 3) -> float:
    """The least time of a few repeats [s]."""
    return min(clock(job) for _ in range(repeats))


def cheapest_peer(
    fidelity: str, inputs: dict[str, float], allowed: float
) -> CheapestPeer:
    """The cheapest peer whose error is at most the allowed one [mV]."""
    found = list(_peers(fidelity, inputs, allowed))
    if not found:
        raise RuntimeError(
            f"no mesh of the {peers.NAMES[fidelity]} has an error of {allowed:.2g} mV "
            "or less; right would be a finer mesh in MESHES"
        )
    return min(found, key=lambda peer: peer.seconds)


def _peers(
    fidelity: str, inputs: dict[str, float], allowed: float
) -> Iterator[CheapestPeer]:
    reference = peers.job(fidelity, inputs, FINE[fidelity], **FINE_TOLERANCES)()
    for mesh in MESHES[fidelity]:
        for rtol, atol in TOLERANCES:
            job = peers.job(fidelity, inputs, mesh, rtol=rtol, atol=atol)
            try:
                error = rms(job(), reference)
            except pybamm.SolverError:  # it gives up at some loose tolerances
                continue
            if error <= allowed:
                n_x = f" n_x {mesh.n_x}," if fidelity == "full" else ""
                label = f"n_r {mesh.n_r},{n_x} rtol {rtol:g}"
                yield CheapestPeer(seconds(job), label, error, job)


def compare(
    case: str, ours: Job, peer: str, theirs: Job, note: str, wanted: float
) -> ratios.SpeedRow:
    """Row of two jobs that run in turn; its ratios are those of the pairs."""
    pairs = [(clock(ours), clock(theirs)) for _ in range(REPEATS)]
    pair_ratios = [theirs / ours for ours, theirs in pairs]
    our_times, peer_times = zip(*pairs, strict=True)
    return ratios.SpeedRow(
        case,
        statistics.median(our_times),
        peer,
        statistics.median(peer_times),
        statistics.median(pair_ratios),
        min(pair_ratios),
        max(pair_ratios),
        note,
        wanted,
    )
