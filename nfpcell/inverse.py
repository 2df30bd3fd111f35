"""The potential of a sodium fraction as an expression of the cell's own quantities."""

import functools

import casadi
import numpy as np
import pybamm

from nfpcell.physics import open_circuit

# name of the sodium fractions at even potentials of a cell: with them at hand the
# potential of any other is looked up and polished instead of found by halving
LEVELS = "Sodium fractions at even potentials"
COUNT = 2001
_HIGH, _LOW = 6.0, 0.0  # V


def levels(leak, p, d):
    """LEVELS of a cell in numbers, rising; fine enough for two steps of Newton."""
    U = np.linspace(_HIGH, _LOW, COUNT)
    return open_circuit.leaky_occupancy(U, leak, p.T_ref, *_galleries(d))


def _galleries(d):
    return d.fractions, d.potentials, d.widths


def _sites(constants):
    """The arguments of a law behind x, from their flat list."""
    leak, T_ref, *galleries = constants
    n = len(galleries) // 3
    return leak, T_ref, galleries[:n], galleries[n : 2 * n], galleries[2 * n :]


@functools.cache
def _program(law, points, count):
    """A law for so many sodium fractions as one scalar program, which takes a tenth of
    the time of as many single nodes.
    """
    first = [casadi.SX.sym("x", points)]
    if law is open_circuit.polished_potential:
        first.insert(0, casadi.SX.sym("U", points))
    constants = casadi.SX.sym("constants", count)
    result = law(*first, *_sites(casadi.vertsplit(constants)))
    return casadi.Function("potential", [*first, constants], [casadi.cse(result)])


def _found(x, *constants):
    """By halving."""
    law = open_circuit.leaky_potential
    if any(isinstance(argument, casadi.MX) for argument in (x, *constants)):
        points = casadi.MX(x).size1()
        return _program(law, points, len(constants))(x, casadi.vertcat(*constants))
    return law(x, *_sites(constants))


def _looked_up(x, levels, *constants):
    """Between two of the levels, then polished."""
    if not isinstance(x, casadi.MX):
        return _found(x, *constants)
    k = casadi.low(levels, x, {"lookup_mode": "binary"})
    between = (x - levels[k]) / (levels[k + 1] - levels[k])
    U = _HIGH - (k + between) * (_HIGH - _LOW) / (COUNT - 1)
    program = _program(open_circuit.polished_potential, x.size1(), len(constants))
    return program(U, x, casadi.vertcat(*constants))


def potential(x, leak, p, d, levels=None):
    """
    Potential at which ``open_circuit.leaky_occupancy`` is x, as an expression.

    Parameters
    ----------
    x : expression, of a domain or of none
    leak : share of the potential in x, a number
    p, d : primary and derived quantities
    levels : LEVELS of the cell, where they are known
    """
    constants = leak, p.T_ref, *d.fractions, *d.potentials, *d.widths
    if levels is None:
        return pybamm.Function(_found, x, *constants)
    return pybamm.Function(_looked_up, x, levels, *constants)
