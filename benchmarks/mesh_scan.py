"""Rows of nfpcell/model/radial_mesh.csv: ``python -m benchmarks.mesh_scan``.

Half-cycles of one cell, C/100 to 20C and -40 to 80 degC, run with every radial mesh and
tolerance of a grid, and on a fine mesh (900 radial points at 1e-7; for ``full`` 400 at
1e-6). For each range of the diffusion number the cheapest setting whose worst error is
at most ALLOWED is printed as a row. A uniform reaction is Cell C by ``particle``; a
non-uniform one is Cell B by ``full``, the half-cycles with an ohmic drop above 0.1 V in
the cathode. A complete scan takes hours on two cores; ``--every 20 --meshes-every 5``
takes a minute and shows the form.
"""

import argparse
import csv
import itertools
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from nfpcell_benchmarks.mesh_error import half_cycles, rms

from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import HALF_CYCLES
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.model.mesh import Resolution, n_x, uniform_reaction
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import built

RATES = np.geomspace(0.01, 20, 12)
TEMPERATURES = (-40, -20, 0, 20, 40, 60, 80)
MESHES = [
    Resolution(n_r, grading, rtol, atol)
    for n_r, grading, (rtol, atol) in itertools.product(
        (32, 48, 64, 96, 112, 128, 144, 192, 240, 288),
        (1.5, 3.0, 5.0, 6.5, 8.0),
        ((1e-4, 1e-5), (3e-5, 3e-6), (1e-5, 1e-6), (3e-6, 1e-6)),
    )
]
FINE = {
    "uniform": Resolution(900, 5.0, 1e-7, 1e-8),
    "nonuniform": Resolution(400, 5.0, 1e-6, 1e-7),
}
# lower ends of the ranges of the diffusion number, as the table has them
RANGES = {"uniform": (30, 10, 3, 1, 0.1, 0.03, 0), "nonuniform": (1, 0.3, 0.03, 0)}
ALLOWED = 0.7  # error [mV]
HEADER = ("reaction", "direction", "least_diffusion_number", *Resolution._fields)


@dataclass(frozen=True)
class ScannedHalfCycle:
    """A half-cycle, its diffusion number, and its points through the thickness."""

    condition: Condition
    diffusion_number: float
    n_x: int | None


@dataclass(frozen=True)
class MeshResult:
    """Cost of a mesh (radial points times steps), and its error [mV]."""

    cost: float
    error: float


def scanned_half_cycles(reaction: str, every: int) -> list[ScannedHalfCycle]:
    """Every n-th half-cycle with this kind of reaction."""
    cell = Cell.load("C" if reaction == "uniform" else "B")
    scanned = []
    for condition in half_cycles(
        cell, itertools.product(HALF_CYCLES, map(float, RATES), TEMPERATURES)
    ):
        d = cell.derived(condition.kelvin)
        number = d.inverse_time * SECONDS_PER_HOUR / condition.rate
        i_L = condition.rate * d.nominal_capacity / d.area * d.thickness
        drops = i_L / d.kappa_eff, i_L / d.sigma_eff
        if reaction == "uniform":
            scanned.append(ScannedHalfCycle(condition, number, None))
        elif not uniform_reaction(*drops):
            points = n_x(*drops, condition.direction)
            scanned.append(ScannedHalfCycle(condition, number, points))
    return scanned[::every]


def solution(half_cycle: ScannedHalfCycle, mesh: Resolution) -> Any:
    """PyBaMM's solution on a mesh; None if there is none."""
    condition = half_cycle.condition
    points: tuple[tuple[str, int], ...] = (("r_p", mesh.n_r),)
    if half_cycle.n_x:
        points += (("x_p", half_cycle.n_x),)
    engine = built(
        "full" if half_cycle.n_x else "particle",
        condition.cell.diffusion,
        points,
        rtol=mesh.rtol,
        atol=mesh.atol,
        grading=mesh.grading,
        explicit_surface=not half_cycle.n_x,
    )
    inputs = engine.inputs_of(condition)
    return engine.solve([inputs], [0, condition.longest])[0].solution


def mesh_results(
    half_cycle: ScannedHalfCycle, meshes: list[Resolution]
) -> dict[Resolution, MeshResult]:
    """Of every mesh; empty where the half-cycle starts beyond its cut-off."""
    fine = solution(half_cycle, FINE["nonuniform" if half_cycle.n_x else "uniform"])
    if fine is None:
        return {}
    results = {}
    for mesh in meshes:
        coarse = solution(half_cycle, mesh)
        if coarse is None:
            results[mesh] = MeshResult(np.inf, np.inf)
        else:
            results[mesh] = MeshResult(mesh.n_r * len(coarse.t), rms(coarse, fine))
    return results


def cheapest(scanned: list[dict[Resolution, MeshResult]]) -> Resolution | None:
    """The mesh with the least total cost whose worst error is allowed."""
    meshes = set.intersection(*map(set, scanned)) if scanned else set()
    good = [m for m in meshes if max(r[m].error for r in scanned) <= ALLOWED]
    if not good:
        return None
    return min(good, key=lambda m: (sum(r[m].cost for r in scanned), m))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reaction", choices=RANGES, default="uniform")
    parser.add_argument("--every", type=int, default=1, help="every n-th half-cycle")
    parser.add_argument("--meshes-every", type=int, default=1, help="every n-th mesh")
    args = parser.parse_args()
    meshes = MESHES[:: args.meshes_every]
    scanned = []
    for half_cycle in scanned_half_cycles(args.reaction, args.every):
        results = mesh_results(half_cycle, meshes)
        if results:
            scanned.append((half_cycle, results))
            c = half_cycle.condition
            least = min(result.error for result in results.values())
            print(
                f"{c.direction} {c.rate:.3g}C {c.temperature} degC: diffusion number "
                f"{half_cycle.diffusion_number:.3g}, least error {least:.2f} mV",
                file=sys.stderr,
            )
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    for direction in ("discharge", "charge", "either"):
        upper = np.inf
        for lower in RANGES[args.reaction]:
            in_range = [
                results
                for half_cycle, results in scanned
                if lower <= half_cycle.diffusion_number < upper
                and direction in ("either", half_cycle.condition.direction)
            ]
            upper, mesh = lower, cheapest(in_range)
            if mesh is not None:
                numbers = (f"{number:g}" for number in mesh)
                writer.writerow((args.reaction, direction, f"{lower:g}", *numbers))
            elif in_range:
                print(f"{direction} from {lower:g}: no mesh", file=sys.stderr)


if __name__ == "__main__":
    main()
