"""A cell as PyBaMM takes it."""

from typing import Any

import pybamm

from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import CHARGED_POTENTIAL, ROOM_TEMPERATURE
from nfpcell.model.initial_state import initial_state_values


def pybamm_values(cell: Cell) -> dict[str, Any]:
    """Everything PyBaMM needs to know of a cell, by PyBaMM's names."""
    nominal_capacity = float(cell.derived().nominal_capacity)
    known = {
        **cell.values,
        "Ambient temperature [K]": ROOM_TEMPERATURE,
        "Initial voltage in positive electrode [V]": CHARGED_POTENTIAL,
        "Initial sodium contact state": 0.0,
        "Initial hysteresis state": 0.0,
        "Current function [A]": nominal_capacity,
        "Nominal cell capacity [A.h]": nominal_capacity,
    }
    return {**known, **initial_state_values(known)}


def parameter_values(cell: Cell) -> pybamm.ParameterValues:
    """A cell as ``pybamm.ParameterValues``."""
    return pybamm.ParameterValues(pybamm_values(cell))
