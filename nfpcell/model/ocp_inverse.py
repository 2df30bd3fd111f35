"""The potential of a sodium fraction as an expression of the cell's own quantities."""

import functools

import casadi
import numpy as np
import pybamm

from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.physics import open_circuit

# name of the levels of a cell: with them at hand a potential is looked up and joined
# between two instead of found by halving, in a quarter of the time
LEVELS = "Levels of the open circuit"
# of this many a cubic is within 5 microvolts; as many a volt where no slope changes
COUNT = 384
LEAST = 10.0  # V-1
SIZE = 3 * COUNT
# beyond the outermost galleries, in their widths: from there on it only leaks
REACH = 40
_SHARES = np.linspace(0, 1, 8001)


@functools.lru_cache
def levels(regularisation, T_ref, *galleries):
    """
    Levels of a cell in numbers.

    From one to the next the slope of the open circuit changes by about one and the same
    factor, and the same across the galleries, so that a cubic tells what is between.

    Parameters
    ----------
    regularisation, T_ref : see ``potential``, numbers
    galleries : fractions, potentials and widths, in one list of numbers

    Returns
    -------
    array of SIZE: sodium fractions of the levels, rising; their potentials [V]; and
    their slopes of potential over fraction [V]
    """
    sites = _, potentials, widths = _sites(galleries)
    tail = REACH * GAS_CONSTANT * T_ref / FARADAY * max(widths)
    lowest, highest = min(potentials) - tail, max(potentials) + tail
    U = lowest + (highest - lowest) * _SHARES
    each = [
        open_circuit.occupancy_slope(U, T_ref, *([part] for part in site)) / site[2]
        for site in zip(*sites, strict=True)
    ]
    slope = open_circuit.regularised_slope(U, regularisation, T_ref, *sites)
    # and a few where the potential leaks and no slope changes
    folds = FARADAY / (GAS_CONSTANT * T_ref) * sum(each) / slope + LEAST
    passed = np.cumsum((folds[1:] + folds[:-1]) / 2 * np.diff(U))
    passed = np.concatenate([[0], passed])
    U = np.interp(np.linspace(passed[-1], 0, COUNT), passed, U)
    x = open_circuit.regularised_occupancy(U, regularisation, T_ref, *sites)
    return np.concatenate(
        [x, U, -1 / open_circuit.regularised_slope(U, regularisation, T_ref, *sites)]
    )


def _sites(galleries):
    """Fractions, potentials and widths from the list of all."""
    n = len(galleries) // 3
    return galleries[:n], galleries[n : 2 * n], galleries[2 * n :]


def _by_halving(x, regularisation, T_ref, *galleries):
    return open_circuit.regularised_potential(
        x, regularisation, T_ref, *_sites(galleries)
    )


def _cubic(x, x_0, x_1, U_0, U_1, slope_0, slope_1):
    """Through two points with their slopes; straight on beyond them."""
    width = x_1 - x_0
    s = np.fmin(np.fmax((x - x_0) / width, 0), 1)
    rise, first, last = U_1 - U_0, width * slope_0, width * slope_1
    bend = 3 * rise - 2 * first - last + s * (first + last - 2 * rise)
    beyond = x - x_0 - s * width
    return U_0 + s * (first + s * bend) + slope_0 * beyond


@functools.cache
def _around(points):
    """The level below and above each of some sodium fractions, as six columns.

    Left as a call in every program made of it, and with no derivative: the cubic
    between two levels has all of it.
    """
    x, levels = casadi.MX.sym("x", points), casadi.MX.sym("levels", SIZE)
    k = casadi.low(levels[:COUNT], x)
    ends = [levels[k + start + of] for start in (0, COUNT, 2 * COUNT) for of in (0, 1)]
    found = casadi.horzcat(*ends)
    none = [casadi.MX(found.numel(), argument.numel()) for argument in (x, levels)]
    still = casadi.Function("jac_around", [x, levels, casadi.MX(*found.shape)], none)
    options = {"never_inline": True, "custom_jacobian": still}
    return casadi.Function("around", [x, levels], [found], options)


@functools.cache
def _between(points):
    symbols = casadi.SX.sym("x", points), casadi.SX.sym("ends", points, 6)
    result = _cubic(symbols[0], *casadi.horzsplit(symbols[1]))
    return casadi.Function("between", symbols, [result])


def _by_levels(x, levels):
    points = x.size1()
    return _between(points)(x, _around(points)(x, levels))


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
        return _by_levels(casadi.MX(x), levels)
    return _by_halving(x, *constants)


def looked_up(expression):
    """What an expression of CasADi takes from levels, which has no derivative."""
    seen, found, ahead = set(), [], [expression]
    while ahead:
        node = ahead.pop()
        if node.__hash__() in seen:
            continue
        seen.add(node.__hash__())
        below = [node.dep(k) for k in range(node.n_dep())]
        called = node.is_output() and below[0].is_call()
        if called and below[0].which_function().name() == "around":
            found.append(node)
        ahead += below
    return found


def without_levels(expression):
    """
    An expression with symbols for what it takes from levels.

    Returns
    -------
    cut : the expression
    given, found : these symbols, and what each stands for
    """
    found = looked_up(expression)
    given = [casadi.MX.sym("given", *each.shape) for each in found]
    (cut,) = casadi.graph_substitute([expression], found, given)
    return cut, given, found


def over_points(name, symbols, expression, points):
    """
    An expression at many points at once, as scalar programs but for what it takes from
    levels, which is looked up for all points in one call.

    Parameters
    ----------
    name : of the function
    symbols : of CasADi; the last stands for the same at all points
    expression : column of them
    points : their number

    Returns
    -------
    function of the symbols, each but the last with a column a point, that gives a
    column a point
    """
    *each, same = symbols
    cut, given, found = without_levels(expression)

    def program(what, arguments):
        alone = casadi.Function(name, arguments, [what]).expand()
        return alone.map(name, "serial", points, [len(each)], [])

    asked = [casadi.MX.sym("asked", s.size1(), points) for s in each] + [same]
    ends = []
    for node in found:
        x, levels = node.dep(0).dep(0), node.dep(0).dep(1)
        wide = program(x, symbols)(*asked)
        known = casadi.Function("known", [same], [levels])(same)
        rows = casadi.reshape(_around(wide.numel())(casadi.vec(wide), known), -1, 1)
        # from all points of one end after the other to all ends of one point
        order = np.arange(rows.numel()).reshape(6, points, x.numel())
        order = order.transpose(1, 0, 2).ravel()
        ends.append(casadi.reshape(rows[order.tolist()], x.numel(), 6 * points))
    result = program(cut, [*symbols, *given])(*asked, *ends)
    return casadi.Function(name, asked, [result])


def potential(x, regularisation, p, d, levels=None):
    """
    Potential at which ``open_circuit.regularised_occupancy`` is x, as an expression.

    Parameters
    ----------
    x : expression, of a domain or of none
    regularisation : share of the potential in x, a number
    p, d : primary and derived quantities
    levels : LEVELS of the cell, where they are known
    """
    constants = regularisation, p.T_ref, *d.fractions, *d.potentials, *d.widths
    if levels is None:
        return pybamm.Function(_halving, x, *constants)
    return pybamm.Function(_looking_up, x, levels, *constants)
