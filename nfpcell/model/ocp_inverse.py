"""The potential of a sodium fraction as an expression of the quantities of a cell."""

import functools
from typing import Any

import casadi
import pybamm

from nfpcell.cell.derived import Derived
from nfpcell.cell.parameters import Parameters
from nfpcell.physics.open_circuit import equilibrium_potential
from nfpcell.physics.value import Value


def potential(x: Value, regularisation: float, p: Parameters, d: Derived) -> Value:
    """
    Potential at which ``open_circuit.regularised_occupancy`` is x.

    Parameters
    ----------
    x : expression, of a domain or of none
    regularisation : share of the potential in x
    """
    constants = *d.fractions, *d.potentials, *d.widths
    return pybamm.Function(_inverse, x, regularisation, p.T_ref, *constants)


def _inverse(x: Value, *constants: Value) -> Value:
    """For CasADi's symbols one scalar program, in a tenth of the time of single nodes;
    for numbers the law itself.
    """
    if not any(isinstance(argument, casadi.MX) for argument in (x, *constants)):
        return _law(x, *constants)
    column = casadi.vertcat(*constants)
    return _program(casadi.MX(x).size1(), column.size1())(x, column)


@functools.cache
def _program(points: int, count: int) -> Any:
    x, constants = casadi.SX.sym("x", points), casadi.SX.sym("constants", count)
    inverse = casadi.cse(_law(x, *casadi.vertsplit(constants)))
    return casadi.Function("potential", [x, constants], [inverse])


def _law(x: Value, regularisation: Value, T_ref: Value, *galleries: Value) -> Value:
    n = len(galleries) // 3
    sites = galleries[:n], galleries[n : 2 * n], galleries[2 * n :]
    return equilibrium_potential(x, T_ref, *sites, regularisation)
