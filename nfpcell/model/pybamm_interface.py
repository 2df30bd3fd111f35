"""What PyBaMM and PyBOP ask of a model beside its equations."""

from dataclasses import dataclass
from typing import Any

import pybamm

from nfpcell import columns
from nfpcell.model import mesh
from nfpcell.model.integrator import solver
from nfpcell.physics.value import Value


@dataclass(frozen=True)
class ParticlePhase:
    """What PyBaMM asks of the particles."""

    c_max: Value


@dataclass(frozen=True)
class PositiveElectrode:
    """What PyBaMM asks of the positive electrode."""

    prim: ParticlePhase


@dataclass(frozen=True)
class PybammParam:
    """``model.param``, of which PyBaMM and PyBOP ask these symbols."""

    Q: Value  # nominal capacity [A.h]
    A_cc: Value  # electrode area [m2]
    p: PositiveElectrode
    ocv_init: Value  # open circuit at the start [V]


class PybammDefaults(pybamm.BaseModel):
    """Meshes, methods, solver and values of a ``pybamm.Simulation`` of its own."""

    through_thickness: bool

    @property
    def default_geometry(self) -> dict[str, Any]:
        """Domains from 0 to 1."""
        return mesh.geometry(self.through_thickness)

    @property
    def default_submesh_types(self) -> dict[str, Any]:
        """Radial points graded to the surface, even ones through the thickness."""
        return mesh.submesh_types(self.through_thickness)

    @property
    def default_var_pts(self) -> dict[str, int]:
        """Numbers of mesh points."""
        return mesh.points(self.through_thickness)

    @property
    def default_spatial_methods(self) -> dict[str, Any]:
        """Finite volumes."""
        return mesh.spatial_methods(self.through_thickness)

    @property
    def default_solver(self) -> pybamm.IDAKLUSolver:
        """See ``integrator.solver``."""
        return solver()

    @property
    def default_quick_plot_variables(self) -> list[str]:
        """What ``solution.plot()`` shows."""
        return [columns.VOLTAGE, columns.CURRENT, columns.STOICHIOMETRY, columns.SODIUM]

    @property
    def default_parameter_values(self) -> pybamm.ParameterValues:
        """Cell C."""
        return pybamm.ParameterValues("Yamauchi2020_cell_c")

    @property
    def summary_variables(self) -> list[str]:
        """None: these models have no cycle summary."""
        return []
