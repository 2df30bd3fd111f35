"""Coordinates and meshes: x and r run from 0 to 1; lengths stand in the equations.

With unit coordinates every length, the particle radius included, can be an input of
a model that is built once.
"""

import numpy as np
import pybamm

ELECTRODE = "positive electrode"
PARTICLE = "positive particle"

SHELLS = 64
DEPTHS = 32
SURFACE_GRADING = 4.0
EDGE_GRADING = 0.6

x = pybamm.SpatialVariable("x_p", domain=[ELECTRODE], coord_sys="cartesian")
r_single = pybamm.SpatialVariable(
    "r_p", domain=[PARTICLE], coord_sys="spherical polar"
)
r_everywhere = pybamm.SpatialVariable(
    "r_p",
    domain=[PARTICLE],
    auxiliary_domains={"secondary": ELECTRODE},
    coord_sys="spherical polar",
)


class BothEnds1DSubMesh(pybamm.SubMesh1D):
    """
    Submesh graded smoothly toward both ends of its domain.

    Parameters
    ----------
    lims, npts : as any submesh of PyBaMM
    grading : 0 for equal cells, toward 1 for ever smaller ones at the ends
    """

    def __init__(self, lims, npts, grading=EDGE_GRADING):
        variable, limits, tabs = self.read_lims(lims)
        s = np.linspace(0, 1, npts[variable.name] + 1)
        s = s - grading / (2 * np.pi) * np.sin(2 * np.pi * s)
        low, high = float(limits["min"]), float(limits["max"])
        super().__init__(low + (high - low) * s, variable.coord_sys, tabs=tabs)


def geometry(through_thickness):
    """Domains of the model, each from 0 to 1."""
    unit = {"min": pybamm.Scalar(0), "max": pybamm.Scalar(1)}
    domains = {PARTICLE: {"r_p": dict(unit)}}
    if through_thickness:
        domains[ELECTRODE] = {"x_p": dict(unit)}
    return domains


def submesh_types(through_thickness):
    """Shells graded toward the surface, the outermost 0.12 % of the radius; depths
    graded toward the plate and the collector, where a step of current starts."""
    types = {
        PARTICLE: pybamm.MeshGenerator(
            pybamm.Exponential1DSubMesh,
            submesh_params={"side": "right", "stretch": SURFACE_GRADING},
        )
    }
    if through_thickness:
        types[ELECTRODE] = pybamm.MeshGenerator(BothEnds1DSubMesh)
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
