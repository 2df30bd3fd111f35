"""Coordinates and meshes: x and r run from 0 to 1; lengths stand in the equations.

With unit coordinates every length, the particle radius included, can be an input of
a model that is built once.
"""

from typing import NamedTuple

import numpy as np
import pybamm

ELECTRODE = "positive electrode"
PARTICLE = "positive particle"

# what plain PyBaMM gets; nfpcell's own runs choose by ``resolution``, ``shells`` and
# ``depths``
SHELLS = 120
DEPTHS = 16
GRADING = 5.0


class Resolution(NamedTuple):
    """Shells of a run at a given current, and tolerances of its integrator.

    Attributes
    ----------
    n_r : their number
    grading : exponent by which they thin out, see ``SurfaceGraded``
    rtol, atol : tolerances
    """

    n_r: int
    grading: float
    rtol: float
    atol: float


# by direction, from this diffusion number on; see benchmarks/README.md for the errors
# they leave. Where sodium gets to the centre many times over, few and even shells do. A
# charge drives a front inward, and takes thin shells wherever that front may be; a
# discharge in the cold ends with a drop of half a volt between two galleries, whose
# place takes many. A run of both directions takes what serves either
RESOLUTIONS = {
    "discharge": (
        (30.0, Resolution(32, 1.5, 2e-5, 3e-6)),
        (10.0, Resolution(48, 1.75, 5e-5, 3e-6)),
        (3.0, Resolution(64, 3.0, 3e-6, 1e-6)),
        (1.0, Resolution(96, 3.0, 3e-6, 1e-6)),
        (0.1, Resolution(192, 3.0, 3e-6, 1e-6)),
        (0.03, Resolution(288, 3.0, 3e-6, 1e-6)),
        (0.0, Resolution(96, 6.5, 1e-5, 1e-6)),
    ),
    "charge": (
        (30.0, Resolution(32, 1.5, 2e-5, 3e-6)),
        (10.0, Resolution(48, 1.75, 5e-5, 3e-6)),
        (3.0, Resolution(64, 3.0, 1e-4, 3e-6)),
        (0.1, Resolution(96, 6.5, 1e-4, 3e-6)),
        (0.03, Resolution(128, 8.0, 1e-4, 3e-6)),
        (0.0, Resolution(288, 8.0, 3e-5, 3e-6)),
    ),
    "either": (
        (30.0, Resolution(32, 1.5, 2e-5, 3e-6)),
        (10.0, Resolution(48, 1.75, 5e-5, 3e-6)),
        (1.0, Resolution(96, 3.0, 1e-5, 1e-6)),
        (0.3, Resolution(192, 5.0, 1e-5, 1e-6)),
        (0.03, Resolution(288, 5.0, 3e-6, 1e-6)),
        (0.0, Resolution(288, 8.0, 1e-5, 1e-6)),
    ),
}
# where the reaction crowds to a face every depth has its front at another place, and
# the sum of all is smooth with fewer shells
NONUNIFORM = {
    "discharge": (
        (1.0, Resolution(48, 3.0, 1e-5, 3e-6)),
        (0.3, Resolution(72, 3.0, 1e-5, 3e-6)),
        (0.03, Resolution(144, 3.0, 1e-5, 3e-6)),
        (0.0, Resolution(192, 8.0, 3e-6, 1e-6)),
    ),
    "charge": (
        (1.0, Resolution(48, 3.0, 1e-4, 1e-5)),
        (0.3, Resolution(72, 3.0, 1e-4, 1e-5)),
        (0.03, Resolution(96, 5.0, 1e-4, 1e-5)),
        (0.01, Resolution(112, 6.5, 1e-4, 1e-5)),
        (0.0, Resolution(192, 8.0, 1e-4, 1e-5)),
    ),
    "either": (
        (1.0, Resolution(48, 3.0, 1e-5, 3e-6)),
        (0.3, Resolution(72, 3.0, 1e-5, 3e-6)),
        (0.03, Resolution(144, 5.0, 1e-5, 3e-6)),
        (0.0, Resolution(192, 8.0, 1e-5, 3e-6)),
    ),
}
# where sodium gets this little of the way to the centre in the time of a whole charge,
# a curve ends within the outermost shells
SHALLOW = 1.0
SHALLOW_SHELLS = 240
DEEP_SHELLS = 96
# where it gets there many times over, thin shells only add round-off to their balance
EVEN = 30.0
EVEN_SHELLS = 48
# what ions and electrons lose on their way through the layer [V]: up to here the
# reaction is nearly even, and few depths tell it; see benchmarks/README.md for errors
UNIFORM_DROP = 0.1
UNIFORM_DEPTHS = ((0.02, 6), (0.0, 3))
# by what either loses [V]: there it crowds to one face, on discharge the more
STEEP_DEPTHS = {
    "discharge": ((1.0, 80), (0.4, 32), (0.0, 12)),
    "charge": ((1.0, 80), (0.4, DEPTHS), (0.0, 8)),
}
STEEP_DEPTHS["either"] = STEEP_DEPTHS["discharge"]
# a fast alternating current stays in the depths at either face and meets their halves
# in full: too much of a spectrum where electrons meet this much through the layer
POOR_CONDUCTION = 1e-2  # Ohm.m2
SPECTRAL_DEPTHS = 80

x = pybamm.SpatialVariable("x_p", domain=[ELECTRODE], coord_sys="cartesian")
r_single = pybamm.SpatialVariable("r_p", domain=[PARTICLE], coord_sys="spherical polar")
r_everywhere = pybamm.SpatialVariable(
    "r_p",
    domain=[PARTICLE],
    auxiliary_domains={"secondary": ELECTRODE},
    coord_sys="spherical polar",
)


def geometry(through_thickness):
    """Domains of the model, each from 0 to 1."""
    unit = {"min": pybamm.Scalar(0), "max": pybamm.Scalar(1)}
    domains = {PARTICLE: {"r_p": dict(unit)}}
    if through_thickness:
        domains[ELECTRODE] = {"x_p": dict(unit)}
    return domains


class SurfaceGraded(pybamm.SubMesh1D):
    r"""
    Shells that thin out toward the surface of a particle.

    .. math:: 1 - r = \frac{e^{\alpha s} - 1}{e^{\alpha} - 1}\,
              \frac{(1 + b)\,s}{s + b},\qquad s = k/N

    The exponential serves fronts at any depth; the second factor makes the outermost
    shells thinner still, for the first seconds of a fast charge in the cold, whose
    sodium comes from the outer thousandth of the radius.

    Parameters
    ----------
    lims, npts : as of every submesh of PyBaMM
    alpha : exponent of the grading
    b : share of the shells that the second factor thins
    """

    def __init__(self, lims, npts, alpha=GRADING, b=0.1):
        variable, _, tabs = self.read_lims(lims)
        s = np.linspace(0, 1, npts[variable.name] + 1)
        depth = np.expm1(alpha * s) / np.expm1(alpha) * (1 + b) * s / (s + b)
        super().__init__(1 - depth[::-1], variable.coord_sys, tabs=tabs)


def submesh_types(through_thickness, grading=GRADING):
    """Graded shells, even depths."""
    types = {PARTICLE: pybamm.MeshGenerator(SurfaceGraded, {"alpha": grading})}
    if through_thickness:
        types[ELECTRODE] = pybamm.MeshGenerator(pybamm.Uniform1DSubMesh)
    return types


def points(through_thickness):
    """Default numbers of shells and depths; see benchmarks for the error they leave."""
    return {"r_p": SHELLS, **({"x_p": DEPTHS} if through_thickness else {})}


def spatial_methods(through_thickness):
    """Finite volumes; boundary values use the boundary conditions, to second order."""
    options = {
        "extrapolation": {
            "order": {"gradient": "linear", "value": "quadratic"},
            "use bcs": True,
        }
    }
    methods = {PARTICLE: pybamm.FiniteVolume(options)}
    if through_thickness:
        methods[ELECTRODE] = pybamm.FiniteVolume(options)
    return methods


def uniform_reaction(ionic_drop, electronic_drop):
    """Whether the reaction is nearly even through the thickness, see ``depths``."""
    return ionic_drop + electronic_drop < UNIFORM_DROP


def n_x(ionic_drop, electronic_drop, direction):
    """
    Number of depths for a run.

    Parameters
    ----------
    ionic_drop : i L/kappa, the drop if all ions crossed the layer [V]
    electronic_drop : i L/sigma, as much of electrons [V]
    direction : "discharge", "charge", or "either" for a run of both
    """
    drop, numbers = max(ionic_drop, electronic_drop), STEEP_DEPTHS[direction]
    if uniform_reaction(ionic_drop, electronic_drop):
        drop, numbers = ionic_drop + electronic_drop, UNIFORM_DEPTHS
    return next(number for least, number in numbers if drop >= least)


def n_x_of_spectra(electronic_resistance):
    """
    Number of depths for spectra.

    Parameters
    ----------
    electronic_resistance : L/sigma of the layer [Ohm.m2]
    """
    return SPECTRAL_DEPTHS if electronic_resistance > POOR_CONDUCTION else DEPTHS


def n_r_with_double_layers(diffusion_number):
    """
    Number of shells for a run with double layers, and for its spectra.

    Parameters
    ----------
    diffusion_number : D t/R^2 over the time t of a whole charge [-]
    """
    if diffusion_number < SHALLOW:
        return SHALLOW_SHELLS
    return DEEP_SHELLS if diffusion_number < EVEN else EVEN_SHELLS


def resolution(diffusion_number, direction, nonuniform=False):
    """
    Shells and tolerances for a run at a given current without double layers.

    Parameters
    ----------
    diffusion_number : see ``shells``
    direction : "discharge", "charge", or "either" for a run of both
    nonuniform : the reaction is concentrated at a face: not ``uniform_reaction``
    """
    known = (NONUNIFORM if nonuniform else RESOLUTIONS)[direction]
    return next(found for least, found in known if diffusion_number >= least)
