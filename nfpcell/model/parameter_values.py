"""A cell as PyBaMM takes it, and what its ``initial_soc=`` asks of the values.

PyBaMM finds the state of charge of a half-cell from ``Positive electrode OCP [V]`` over
a coordinate from 0 to 1, and returns it as an initial concentration. Here this
coordinate is the regularised sodium fraction, which can be inverted far outside the
plateaus too, with a margin at both ends. 1 is charged to the upper cut-off and 0
discharged to the lower one, both at open circuit.

Everything is an expression of the quantities of the cell, so each of them can still be
an input, the galleries too. A user who sets ``Initial voltage in positive electrode
[V]`` to a number or to an input overrules all this.
"""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pybamm

from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import (
    CHARGED_POTENTIAL,
    NAMES,
    ROOM_TEMPERATURE,
    Derived,
    derive,
)
from nfpcell.cell.parameters import CONDITIONS, Parameters
from nfpcell.cell.parameters import NAMES as QUANTITIES
from nfpcell.errors import DataFileError, refusal
from nfpcell.model import ocp_inverse
from nfpcell.physics.open_circuit import regularised_occupancy
from nfpcell.physics.value import Value

U_INIT = CONDITIONS["U_init"]
C_INIT = "Initial concentration in positive electrode [mol.m-3]"
NOMINAL_CAPACITY = NAMES["nominal_capacity"]
T_INIT = "Initial temperature [K]"
H_INIT = "Initial hysteresis state in positive electrode"
HYSTERESIS_GAP = QUANTITIES["hysteresis_gap"]

AMBIENT = CONDITIONS["T"]
# quantities that PyBaMM's own models take as functions, with the number of arguments
FUNCTIONS = {
    "Positive particle diffusivity [m2.s-1]": 2,
    "Positive electrode exchange-current density [A.m-2]": 4,
    "Positive electrode OCP entropic change [V.K-1]": 1,
    "Positive electrode double-layer capacity [F.m-2]": 1,
    "Positive electrode specific heat capacity [J.kg-1.K-1]": 1,
    "Separator specific heat capacity [J.kg-1.K-1]": 1,
    "Electrolyte conductivity [S.m-1]": 2,
}

# 2e-4 a volt, so that the coordinate of 2 and 4.5 V can be inverted
REGULARISATION = 8e-4
SAME_POTENTIAL = 1e-9  # V
MARGIN = 2.5e-3  # at both ends of the coordinate, where PyBaMM adds a barrier


def ambient_temperature(time: Value) -> Value:
    """Temperature of the surroundings [K], as PyBaMM's models take it."""
    places = (
        "Distance across electrode width [m]",
        "Distance across electrode height [m]",
    )
    inputs = dict.fromkeys(places, pybamm.Scalar(0)) | {"Time [s]": time}
    return pybamm.FunctionParameter(AMBIENT, inputs)


def quantity(name: str) -> Value:
    """
    A quantity of a cell as a parameter of PyBaMM.

    A function of one of FUNCTIONS gets no arguments that mean anything, so that it
    reaches ``value_checks``, which refuses it by its name.
    """
    if name == AMBIENT:
        return ambient_temperature(pybamm.t)
    if name not in FUNCTIONS:
        return pybamm.Parameter(name)
    arguments = {f"Argument {k}": pybamm.Scalar(1) for k in range(FUNCTIONS[name])}
    return pybamm.FunctionParameter(name, arguments)


def open_circuit_potential(coordinate: Value) -> Value:
    """``Positive electrode OCP [V]`` over the coordinate."""
    p = Parameters.of(pybamm.Parameter)
    x = (coordinate - MARGIN) / (1 - 2 * MARGIN)
    return ocp_inverse.potential(x, REGULARISATION, p, derive(p))


def lithiation_potential(coordinate: Value) -> Value:
    """The same on the branch of discharge, in a model with hysteresis."""
    return open_circuit_potential(coordinate) - pybamm.Parameter(HYSTERESIS_GAP) / 2


def delithiation_potential(coordinate: Value) -> Value:
    """The same on the branch of charge, in a model with hysteresis."""
    return open_circuit_potential(coordinate) + pybamm.Parameter(HYSTERESIS_GAP) / 2


@functools.cache
def derive_symbols() -> Derived:
    """The derived quantities as expressions of PyBaMM's parameters."""
    return derive(Parameters.of(pybamm.Parameter))


@functools.cache
def follows() -> Mapping[str, Any]:
    """
    Values that PyBaMM's own tools read, and no equation of these models does.

    They are expressions of the quantities of a cell, so they follow when one changes.
    ``value_checks`` refuses other ones.
    """
    d = derive_symbols()
    return MappingProxyType(
        {
            "Positive electrode OCP [V]": open_circuit_potential,
            "Positive electrode lithiation OCP [V]": lithiation_potential,
            "Positive electrode delithiation OCP [V]": delithiation_potential,
            "Maximum concentration in positive electrode [mol.m-3]": d.c_max,
            "Positive electrode active material volume fraction": d.eps_nfp,
            "Positive electrode thickness [m]": d.thickness,
            "Number of electrodes connected in parallel to make a cell": 1,
            "Number of cells connected in series to make a battery": 1,
        }
    )


@functools.cache
def potential_of_concentration() -> Value:
    """``U_INIT`` as it follows from ``C_INIT``, which ``initial_soc`` sets."""
    return open_circuit_potential(pybamm.Parameter(C_INIT) / derive_symbols().c_max)


def concentration_for_initial_soc() -> Value:
    """
    Maximum concentration, with which ``initial_soc`` sets ``C_INIT`` [mol.m-3].

    Refused where that has no effect, because the user has set ``U_INIT``.
    """
    start = pybamm.Parameter(U_INIT), potential_of_concentration()
    return pybamm.Function(_unless_start_is_set, derive_symbols().c_max, *start)


def _unless_start_is_set(c_max: float, given: float, followed: float) -> float:
    if abs(given - followed) > SAME_POTENTIAL:
        raise start_given_twice()
    return c_max


def start_given_twice() -> DataFileError:
    """The error for a start by ``initial_soc`` or concentration, and by a voltage."""
    return refusal(
        f'initial_soc= or "{C_INIT}"', f'has no effect beside "{U_INIT}"', "one of them"
    )


def initial_state_values(potential: float) -> dict[str, Any]:
    """Values for ``initial_soc``; without it a run starts at this potential [V]."""
    p, d = Parameters.of(pybamm.Parameter), derive_symbols()
    start = pybamm.Scalar(potential)
    x = regularised_occupancy(start, p.T_ref, *d.galleries, REGULARISATION)
    return {
        C_INIT: (MARGIN + (1 - 2 * MARGIN) * x) * d.c_max,
        U_INIT: potential_of_concentration(),
        "Open-circuit voltage at 0% SOC [V]": p.voltage_min,
        "Open-circuit voltage at 100% SOC [V]": p.voltage_max,
        # 1 on the branch of charge, where the state of these models is -1
        H_INIT: -p.hysteresis_init,
        T_INIT: ambient_temperature(pybamm.Scalar(0)),
        **follows(),
    }


def pybamm_values(
    cell: Cell, initial_potential: float = CHARGED_POTENTIAL
) -> dict[str, Any]:
    """Everything PyBaMM needs to know of a cell, by PyBaMM's names."""
    nominal_capacity = float(cell.derived().nominal_capacity)
    return {
        **cell.values,
        "Ambient temperature [K]": ROOM_TEMPERATURE,
        "Initial sodium contact state": 0.0,
        "Initial hysteresis state": 0.0,
        "Current function [A]": nominal_capacity,
        NOMINAL_CAPACITY: nominal_capacity,
        **initial_state_values(initial_potential),
    }


def parameter_values(cell: Cell) -> pybamm.ParameterValues:
    """A cell as ``pybamm.ParameterValues``."""
    return pybamm.ParameterValues(pybamm_values(cell))
