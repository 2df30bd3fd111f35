"""Cell C with changed quantities, solved by PyBaMM at tight tolerances."""

import pybamm

from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import derive

NAMES = parameters.NAMES


def values(**changed):
    return {
        **Cell.load("yamauchi2020_cell_c").values,
        "Ambient temperature [K]": 303.15,
        "Initial voltage in positive electrode [V]": 3.34,
        "Initial sodium contact state": 0.0,
        "Initial hysteresis state": 0.0,
        **{NAMES[key]: value for key, value in changed.items()},
    }


def at_rate(rate, **changed):
    numbers = values(**changed)
    p = parameters.Parameters.of(lambda name: numbers[name])
    d = derive(p)
    numbers["Current function [A]"] = rate * d.nominal_capacity
    return numbers, p, d


def solve(cls, numbers, seconds, points=None, tol=1e-8, **laws):
    model = cls(**laws)
    return pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues(numbers),
        var_pts={**model.default_var_pts, **(points or {})},
        solver=pybamm.IDAKLUSolver(rtol=tol, atol=tol),
    ).solve([0, seconds])
