"""Coordinates and meshes: x and r run from 0 to 1; lengths stand in the equations.

With unit coordinates every length, the particle radius included, can be an input of
a model that is built once.
"""

import csv
import functools
from importlib import resources
from typing import Any, NamedTuple, Self

import numpy as np
import pybamm

ELECTRODE = "positive electrode"
PARTICLE = "positive particle"

# numbers of radial and through-thickness points in plain PyBaMM; nfpcell's own runs
# choose by the functions at the end of this file
N_R, N_X = 120, 16
GRADING = 5.0
# from here on a charge reaches the centre of a particle, or reaches it many times over;
# and the number of radial points below, between and above, with double layers
REACHES_CENTRE, UNIFORM_PARTICLE = 1.0, 30.0
N_R_SURFACE, N_R_CENTRE, N_R_UNIFORM = 240, 96, 48
# voltage drop of ions and electrons together up to which the reaction is nearly uniform
# through the thickness [V]
UNIFORM_DROP = 0.1
# number of through-thickness points, from a drop on: of ions and electrons together
# where the reaction is uniform, else of the larger of the two, by direction [V]
UNIFORM_N_X: tuple[tuple[float, int], ...] = ((0.02, 6), (0.0, 3))
NONUNIFORM_N_X: dict[str, tuple[tuple[float, int], ...]] = {
    "discharge": ((1.0, 80), (0.4, 32), (0.0, 12)),
    "charge": ((1.0, 80), (0.4, 16), (0.0, 8)),
    "either": ((1.0, 80), (0.4, 32), (0.0, 12)),
}
# numbers of classes that stand for a distribution of the diffusion length and of the
# time constant of the grain boundaries
SIZE_CLASSES, GRAIN_BOUNDARY_CLASSES = 5, 11
# a fast alternating current stays at the two faces of the layer, where it meets half a
# mesh cell in full: too much of a spectrum above this electronic resistance [Ohm.m2]
POOR_CONDUCTION = 1e-2
N_X_POOR_CONDUCTION = 80

x = pybamm.SpatialVariable("x_p", domain=[ELECTRODE], coord_sys="cartesian")
r_single = pybamm.SpatialVariable("r_p", domain=[PARTICLE], coord_sys="spherical polar")
r_everywhere = pybamm.SpatialVariable(
    "r_p",
    domain=[PARTICLE],
    auxiliary_domains={"secondary": ELECTRODE},
    coord_sys="spherical polar",
)


def by_domain(through_thickness: bool, radial: Any, along_x: Any) -> dict[str, Any]:
    """What belongs to the particles and, in ``full``, to the thickness."""
    both = {PARTICLE: radial, ELECTRODE: along_x}
    return both if through_thickness else {PARTICLE: radial}


def geometry(through_thickness: bool) -> dict[str, Any]:
    """Domains of the model, each from 0 to 1."""
    unit = {"min": pybamm.Scalar(0), "max": pybamm.Scalar(1)}
    return by_domain(through_thickness, {"r_p": unit}, {"x_p": dict(unit)})


class SurfaceGraded(pybamm.SubMesh1D):
    r"""
    Radial mesh whose cells become thinner toward the surface of a particle.

    .. math:: 1 - r = \frac{e^{\alpha s} - 1}{e^{\alpha} - 1}\,
              \frac{(1 + b)\,s}{s + b},\qquad s = k/N

    The exponential serves fronts at any depth; the second factor makes the outermost
    cells thinner still, for the first seconds of a fast charge in the cold, whose
    sodium comes from the outer thousandth of the radius.

    Parameters
    ----------
    lims, npts : as of every submesh of PyBaMM
    alpha : exponent of the grading
    b : share of the cells that the second factor makes thinner
    """

    def __init__(
        self, lims: Any, npts: dict[str, int], alpha: float = GRADING, b: float = 0.1
    ) -> None:
        variable, _, tabs = self.read_lims(lims)
        s = np.linspace(0, 1, npts[variable.name] + 1)
        depth = np.expm1(alpha * s) / np.expm1(alpha) * (1 + b) * s / (s + b)
        super().__init__(1 - depth[::-1], variable.coord_sys, tabs=tabs)

    @classmethod
    def _from_json(cls, snippet: dict[str, Any]) -> Self:
        # made from its edges: the formula needs a variable, which is not written
        mesh = cls.__new__(cls)
        edges, tabs = np.array(snippet["edges"]), snippet.get("tabs")
        pybamm.SubMesh1D.__init__(mesh, edges, snippet["coord_sys"], tabs)
        return mesh


def submesh_types(through_thickness: bool, grading: float = GRADING) -> dict[str, Any]:
    """Graded radial cells, even ones through the thickness."""
    radial = pybamm.MeshGenerator(SurfaceGraded, {"alpha": grading})
    along_x = pybamm.MeshGenerator(pybamm.Uniform1DSubMesh)
    return by_domain(through_thickness, radial, along_x)


def points(through_thickness: bool) -> dict[str, int]:
    """Numbers of mesh points in plain PyBaMM."""
    return {"r_p": N_R, "x_p": N_X} if through_thickness else {"r_p": N_R}


def spatial_methods(through_thickness: bool) -> dict[str, Any]:
    """Finite volumes; boundary values use the boundary conditions, to second order."""
    options = {
        "extrapolation": {
            "order": {"gradient": "linear", "value": "quadratic"},
            "use bcs": True,
        }
    }
    radial, along_x = pybamm.FiniteVolume(options), pybamm.FiniteVolume(options)
    return by_domain(through_thickness, radial, along_x)


class Resolution(NamedTuple):
    """Radial mesh of a run, and tolerances of its integrator."""

    n_r: int
    grading: float  # alpha of ``SurfaceGraded``
    rtol: float
    atol: float


@functools.cache
def _resolutions(reaction: str, direction: str) -> list[tuple[float, Resolution]]:
    """Rows of radial_mesh.csv, which benchmarks/mesh_scan.py makes, as it has them."""
    text = resources.files(__package__).joinpath("radial_mesh.csv").read_text("utf-8")
    return [
        (
            float(row["least_diffusion_number"]),
            Resolution(
                int(row["n_r"]),
                float(row["grading"]),
                float(row["rtol"]),
                float(row["atol"]),
            ),
        )
        for row in csv.DictReader(text.splitlines())
        if (row["reaction"], row["direction"]) == (reaction, direction)
    ]


def resolution(
    diffusion_number: float, direction: str, nonuniform: bool = False
) -> Resolution:
    """
    Radial mesh and tolerances for a run at a given current without double layers.

    Where sodium reaches the centre many times over, few and even cells are enough. A
    charge drives a front inward and needs thin cells wherever it may be. A discharge in
    the cold ends with a drop of half a volt between two galleries, whose place needs
    many cells.

    Parameters
    ----------
    diffusion_number : D t/R^2 over the time t of a whole charge [-]
    direction : "discharge", "charge", or "either" for a run of both
    nonuniform : not ``uniform_reaction``. Then the front is at another place at every
        x, and their sum is smooth with fewer radial points
    """
    reaction = "nonuniform" if nonuniform else "uniform"
    rows = _resolutions(reaction, direction)
    return next(chosen for least, chosen in rows if diffusion_number >= least)


def n_r_with_double_layers(diffusion_number: float) -> int:
    """Number of radial points with double layers, and for spectra."""
    if diffusion_number < REACHES_CENTRE:
        return N_R_SURFACE
    return N_R_CENTRE if diffusion_number < UNIFORM_PARTICLE else N_R_UNIFORM


def uniform_reaction(ionic_drop: float, electronic_drop: float) -> bool:
    """Whether the reaction is nearly uniform through the thickness, see ``n_x``."""
    return ionic_drop + electronic_drop < UNIFORM_DROP


def n_x(ionic_drop: float, electronic_drop: float, direction: str) -> int:
    """
    Number of through-thickness points for a run.

    Parameters
    ----------
    ionic_drop : i L/kappa, the drop if all ions crossed the layer [V]
    electronic_drop : i L/sigma, the same of electrons [V]
    direction : "discharge", "charge", or "either" for a run of both
    """
    if uniform_reaction(ionic_drop, electronic_drop):
        drop, numbers = ionic_drop + electronic_drop, UNIFORM_N_X
    else:
        drop, numbers = max(ionic_drop, electronic_drop), NONUNIFORM_N_X[direction]
    return next(number for least, number in numbers if drop >= least)


def n_x_of_spectra(electronic_resistance: float) -> int:
    """Number of through-thickness points for spectra, by L/sigma [Ohm.m2]."""
    return N_X_POOR_CONDUCTION if electronic_resistance > POOR_CONDUCTION else N_X
