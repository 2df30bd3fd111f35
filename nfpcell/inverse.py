"""The potential of a sodium fraction as an expression of the cell's own quantities."""

import functools

import casadi
import pybamm

from nfpcell.physics.open_circuit import leaky_potential


def _unpacked(x, leak, T_ref, *galleries):
    n = len(galleries) // 3
    sites = galleries[:n], galleries[n : 2 * n], galleries[2 * n :]
    return leaky_potential(x, leak, T_ref, *sites)


@functools.cache
def _program(points, count):
    x = casadi.SX.sym("x", points)
    constants = casadi.SX.sym("constants", count)
    result = _unpacked(x, *casadi.vertsplit(constants))
    return casadi.Function("potential", [x, constants], [casadi.cse(result)])


def _potential(x, *constants):
    """For CasADi's symbols one scalar program, which takes a tenth of the time of as
    many single nodes; for numbers the law itself.
    """
    if any(isinstance(argument, casadi.MX) for argument in (x, *constants)):
        points = casadi.MX(x).size1()
        return _program(points, len(constants))(x, casadi.vertcat(*constants))
    return _unpacked(x, *constants)


def potential(x, leak, p, d):
    """
    Potential at which ``open_circuit.leaky_occupancy`` is x, as an expression.

    Parameters
    ----------
    x : expression of no domain
    leak : share of the potential in x, a number
    p, d : primary and derived quantities
    """
    galleries = *d.fractions, *d.potentials, *d.widths
    return pybamm.Function(_potential, x, leak, p.T_ref, *galleries)
