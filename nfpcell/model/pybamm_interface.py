"""What PyBaMM and PyBOP ask of a model beside its equations."""

from dataclasses import dataclass
from typing import Any, Self

import pybamm

from nfpcell import columns
from nfpcell.cell.derived import Derived
from nfpcell.cell.parameters import Parameters
from nfpcell.model import mesh
from nfpcell.model.cathode import Cathode
from nfpcell.model.checked_solver import IDAKLUSolver
from nfpcell.model.heat_sources import HYSTERESIS, REVERSIBLE, potential_of_even_sodium
from nfpcell.model.integrator import solver
from nfpcell.model.value_checks import CheckedValues
from nfpcell.physics.value import Value

ELECTROLYTE_LOSSES = (
    columns.SEPARATOR_BULK,
    columns.GRAIN_BOUNDARIES,
    columns.INTERPHASE,
    columns.IONIC,
)


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


def voltage_components(
    voltage: Value,
    overpotentials: dict[str, Value],
    cathode: Cathode,
    p: Parameters,
    d: Derived,
) -> dict[str, Value]:
    """
    What ``pybamm.plot_voltage_components`` adds up to the voltage.

    Ohmic losses are negative on discharge, as all of PyBaMM's overpotentials of a
    positive electrode. Grain boundaries and interphase are in the losses of the
    electrolyte; one ion moves in it, so there is no concentration overpotential.

    Parameters
    ----------
    voltage : [V]
    overpotentials : of ``columns.MODEL_OVERPOTENTIALS`` and of the hysteresis, by name,
        positive on discharge [V]
    """
    loss = overpotentials.__getitem__
    open_circuit = potential_of_even_sodium(cathode, p, d) - loss(HYSTERESIS)
    particle = cathode.surface_potential - open_circuit - loss(HYSTERESIS)
    negative = loss(columns.SODIUM)
    positive = -loss(columns.REACTION) - loss(columns.SEPARATOR_CATHODE)
    electrolyte = -sum(map(loss, ELECTROLYTE_LOSSES))
    electronic = -loss(columns.ELECTRONIC)
    none = pybamm.Scalar(0)
    return {
        "Battery voltage [V]": voltage,
        "Battery open-circuit voltage [V]": open_circuit,
        "Bulk open-circuit voltage [V]": open_circuit,
        "Surface open-circuit voltage [V]": cathode.surface_potential,
        "Positive electrode bulk open-circuit potential [V]": open_circuit,
        "Negative electrode bulk open-circuit potential [V]": none,
        "Battery particle concentration overpotential [V]": particle,
        "Positive particle concentration overpotential [V]": particle,
        "Negative particle concentration overpotential [V]": none,
        "X-averaged battery reaction overpotential [V]": positive - negative,
        "X-averaged battery negative reaction overpotential [V]": negative,
        "X-averaged positive electrode reaction overpotential [V]": positive,
        "X-averaged battery concentration overpotential [V]": none,
        "X-averaged battery electrolyte ohmic losses [V]": electrolyte,
        "X-averaged battery solid phase ohmic losses [V]": electronic,
        "X-averaged battery positive solid phase ohmic losses [V]": electronic,
        "X-averaged battery negative solid phase ohmic losses [V]": none,
    }


def thermal_components(
    heating: dict[str, Value], p: Parameters, d: Derived, T_ambient: Value
) -> dict[str, Value]:
    """
    What ``pybamm.plot_thermal_components`` adds up, besides the reversible heat.

    Parameters
    ----------
    heating : heat of each loss, by the names of ``heat_sources.HEATINGS`` [W]
    T_ambient : [K]
    """
    ohmic = sum(
        heating[name.replace("overpotential [V]", "heating [W]")]
        for name in (*ELECTROLYTE_LOSSES, columns.ELECTRONIC, columns.CONTACT)
    )
    irreversible = sum(heating.values()) - ohmic - heating[REVERSIBLE]
    return {
        "Ohmic heating [W]": ohmic,
        "Irreversible electrochemical heating [W]": irreversible,
        "Surface total cooling [W]": -d.cooling * (p.T - T_ambient),
        "Cell thermal volume [m3]": d.area * (p.separator_thickness + d.thickness),
    }


class PybammDefaults(pybamm.BaseModel):
    """Meshes, methods, solver and values of a ``pybamm.Simulation`` of its own."""

    through_thickness: bool

    def new_copy(self) -> Self:
        """A copy, which checks its values itself."""
        copy: Self = super().new_copy()
        if isinstance(self._symbol_processor, CheckedValues):
            copy._symbol_processor = self._symbol_processor.copy_for(copy)
        return copy

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
        return solver(kind=IDAKLUSolver)

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
        """What a cycle begins and ends with; there is no ageing to sum up."""
        return ["Time [s]", "Time [h]", columns.CHARGE, columns.STOICHIOMETRY]
