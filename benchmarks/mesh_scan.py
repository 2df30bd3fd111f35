"""Rows of nfpcell/model/radial_mesh.csv: ``python -m benchmarks.mesh_scan``.

Half-cycles of one cell, C/100 to 20C and -40 to 80 degC, with every radial mesh and
tolerance of a grid, against a fine one (900 radial points at 1e-7; 400 at 1e-6 through
the thickness). For each range of the diffusion
number the cheapest setting whose worst error is small enough is printed as a row: Cell
C by ``particle`` for a uniform reaction, Cell B by ``full`` (half-cycles that lose more
than 0.1 V in the layer) for a non-uniform one. All of it takes hours on two cores;
``--every 20 --meshes-every 5`` takes a minute and shows the form.
"""

import argparse
import csv
import itertools
import sys
from dataclasses import dataclass

import numpy as np
from nfpcell_benchmarks.mesh_error import rms

from nfpcell.cell.definition import Cell
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.model.mesh import Resolution, n_x, uniform_reaction
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import built
from nfpcell.simulation.starting_state import starting_voltage

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
ALLOWED = 0.7  # mV
HEADER = ("reaction", "direction", "least_diffusion_number", *Resolution._fields)


@dataclass(frozen=True)
class Case:
    """A half-cycle, its diffusion number, and how many points it has through x."""

    condition: Condition
    diffusion_number: float
    n_x: int | None


@dataclass(frozen=True)
class Result:
    """What a mesh costs (radial points times steps), and the error it leaves [mV]."""

    cost: float
    error: float


def cases(reaction: str, every: int) -> list[Case]:
    cell = Cell.load("C" if reaction == "uniform" else "B")
    found = []
    for way in ("discharge", "charge"):
        start = starting_voltage(cell, way, "particle")
        for T, rate in itertools.product(TEMPERATURES, RATES):
            d = cell.derived(T + ZERO_CELSIUS)
            number = d.D_over_R2 * SECONDS_PER_HOUR / rate
            i_L = rate * d.nominal_capacity / d.area * d.thickness
            drops = i_L / d.kappa_eff, i_L / d.sigma_eff
            condition = Condition(cell, way, float(rate), T, start)
            if reaction == "uniform":
                found.append(Case(condition, number, None))
            elif not uniform_reaction(*drops):
                found.append(Case(condition, number, n_x(*drops, way)))
    return found[::every]


def solution(case: Case, mesh: Resolution):
    points = [("r_p", mesh.n_r)]
    if case.n_x:
        points.append(("x_p", case.n_x))
    engine = built(
        "full" if case.n_x else "particle",
        case.condition.cell.diffusion,
        tuple(points),
        rtol=mesh.rtol,
        atol=mesh.atol,
        grading=mesh.grading,
        explicit_surface=not case.n_x,
    )
    inputs = engine.inputs_of(case.condition)
    return engine.solve([inputs], [0, case.condition.longest])[0].solution


def results(case: Case, meshes: list[Resolution]) -> dict[Resolution, Result]:
    """Of every mesh; nothing where the half-cycle starts beyond its cut-off."""
    fine = solution(case, FINE["nonuniform" if case.n_x else "uniform"])
    if fine is None:
        return {}
    found = {}
    for mesh in meshes:
        coarse = solution(case, mesh)
        if coarse is None:
            found[mesh] = Result(np.inf, np.inf)
        else:
            found[mesh] = Result(mesh.n_r * len(coarse.t), rms(coarse, fine))
    return found


def cheapest(scanned: list[dict[Resolution, Result]]) -> Resolution | None:
    """The mesh with the least cost in all whose worst error is allowed."""
    meshes = set.intersection(*(set(one) for one in scanned)) if scanned else set()
    good = [m for m in meshes if max(one[m].error for one in scanned) <= ALLOWED]
    if not good:
        return None
    return min(good, key=lambda m: (sum(one[m].cost for one in scanned), m))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reaction", choices=RANGES, default="uniform")
    parser.add_argument("--every", type=int, default=1, help="every n-th half-cycle")
    parser.add_argument("--meshes-every", type=int, default=1, help="every n-th mesh")
    args = parser.parse_args()
    meshes = MESHES[:: args.meshes_every]
    scanned = []
    for case in cases(args.reaction, args.every):
        found = results(case, meshes)
        if found:
            scanned.append((case, found))
            c = case.condition
            least = min(found.values(), key=lambda result: result.error)
            print(
                f"{c.direction} {c.rate:.3g}C {c.temperature} degC: number "
                f"{case.diffusion_number:.3g}, least error {least.error:.2f} mV",
                file=sys.stderr,
            )
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    for direction in ("discharge", "charge", "either"):
        upper = np.inf
        for lower in RANGES[args.reaction]:
            inside = [
                found
                for case, found in scanned
                if lower <= case.diffusion_number < upper
                and direction in ("either", case.condition.direction)
            ]
            upper, mesh = lower, cheapest(inside)
            if mesh is not None:
                numbers = (f"{number:g}" for number in mesh)
                writer.writerow((args.reaction, direction, f"{lower:g}", *numbers))
            elif inside:
                print(f"{direction} from {lower:g}: no mesh", file=sys.stderr)


if __name__ == "__main__":
    main()
