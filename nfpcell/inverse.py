"""The potential of a sodium fraction as an expression of the cell's own quantities."""

import functools

import casadi
import numpy as np
import pybamm

from nfpcell.physics import open_circuit
from nfpcell.physics.temperature import FARADAY, GAS_CONSTANT

# name of the levels of a cell: with them at hand a potential is looked up and polished
# instead of found by halving, in a third of the time
LEVELS = "Levels of the open circuit"
COUNT = 64
SIZE = 2 * COUNT + 1
_RANGE = np.linspace(0, 6, 2001)  # V


@functools.lru_cache
def levels(leak, T_ref, *galleries):
    """
    Levels of a cell in numbers.

    Between two of them the slope of the open circuit changes by about one and the same
    factor, and the same across the galleries, so that Newton's steps get from the
    middle to anywhere between.

    Parameters
    ----------
    leak, T_ref : see ``potential``, numbers
    galleries : fractions, potentials and widths, in one list of numbers

    Returns
    -------
    array of SIZE: sodium fractions where one level ends; the potential in the middle of
    the first [V]; and from there to the middle of each next
    """
    sites = list(zip(*_sites(galleries), strict=True))
    slopes = [
        open_circuit.occupancy_slope(_RANGE, T_ref, *([part] for part in site))
        for site in sites
    ]
    folds = (
        FARADAY
        / (GAS_CONSTANT * T_ref)
        * sum(slope / width for slope, (*_, width) in zip(slopes, sites, strict=True))
        / (sum(slopes) + leak)
    )
    passed = np.concatenate([[0], np.cumsum((folds[1:] + folds[:-1]) / 2)])
    U = np.interp(np.linspace(0, passed[-1], 2 * COUNT + 3), passed, _RANGE)
    ends = open_circuit.leaky_occupancy(U[2:-1:2], leak, T_ref, *_sites(galleries))
    return np.concatenate([ends, U[1:2], np.diff(U[1::2])])


def _sites(galleries):
    """Fractions, potentials and widths from the list of all."""
    n = len(galleries) // 3
    return galleries[:n], galleries[n : 2 * n], galleries[2 * n :]


def _by_halving(x, leak, T_ref, *galleries):
    return open_circuit.leaky_potential(x, leak, T_ref, *_sites(galleries))


def _by_levels(x, *arguments):
    levels, (leak, T_ref, *galleries) = arguments[:SIZE], arguments[SIZE:]
    ends, (U, *further) = levels[:COUNT], levels[COUNT:]
    for end, step in zip(ends, further, strict=True):
        U = U + step * (end > x)
    return open_circuit.polished_potential(U, x, leak, T_ref, *_sites(galleries))


@functools.cache
def _program(law, points, count):
    x = casadi.SX.sym("x", points)
    constants = casadi.SX.sym("constants", count)
    result = casadi.cse(law(x, *casadi.vertsplit(constants)))
    return casadi.Function("potential", [x, constants], [result])


def _potential(law, x, *constants):
    """For CasADi's symbols one scalar program, which takes a tenth of the time of as
    many single nodes; for numbers the law itself.
    """
    if any(isinstance(argument, casadi.MX) for argument in (x, *constants)):
        constants = casadi.vertcat(*constants)
        return _program(law, casadi.MX(x).size1(), constants.size1())(x, constants)
    return law(x, *constants)


_halving = functools.partial(_potential, _by_halving)


def _looking_up(x, levels, *constants):
    if isinstance(levels, casadi.MX):
        return _potential(_by_levels, x, levels, *constants)
    return _by_halving(x, *constants)


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
        return pybamm.Function(_halving, x, *constants)
    return pybamm.Function(_looking_up, x, levels, *constants)
