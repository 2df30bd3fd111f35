r"""Answers of the linearised cell to a small alternating current.

Every particle touches the rest of the cell only with its outermost shell, and the
depths of the cathode only their neighbours. So a frequency needs no factorisation of
the whole: a continued fraction runs through the shells, then one through the depths,
for all frequencies, depths and operating points at once. Where a law couples more (or
a mesh is so small that PyBaMM writes full matrices) each frequency is factorised.
"""

from types import SimpleNamespace

import numpy as np
from scipy.sparse import csc_matrix, diags_array
from scipy.sparse.linalg import splu

THETA = "Positive particle stoichiometry"
DIFFERENCE = "Positive electrode potential difference [V]"
SURFACE = "Positive particle surface potential [V]"
# complex numbers held at once, 16 bytes each
MOST_AT_ONCE = 2_000_000


def answers(linear, layout, frequencies):
    r"""
    Answers of every output to a small current, over frequency.

    .. math:: \frac{\delta o}{\delta I} = c\,(\mathrm i\omega M - J)^{-1}\,b + d

    Parameters
    ----------
    linear : engine.Linearisation, at a number of operating points
    layout : mapping of a state's name to its places among the states
    frequencies : [Hz]; complex ones give the answer at s = 2 pi i f

    Returns
    -------
    complex array of shape (points, frequencies, outputs)

    Source
    ------
    Hallemans et al., J. Electrochem. Soc. 172 (2025) for the linearised model; the
    formula is the transfer function of a descriptor system. Continued fraction:
    Golub and Van Loan, Matrix Computations, 4th ed., sec. 4.3.6.
    """
    s = 2j * np.pi * np.asarray(frequencies)
    chain = _chain(linear, layout)
    if chain is None:
        return _by_factorisation(linear, s)
    width = max(1, MOST_AT_ONCE // (len(s) * chain.b.shape[1]))
    pieces = []
    for first in range(0, len(linear.J), width):
        part = slice(first, first + width)
        pieces.append(_along_chain(linear, chain, part, s))
    return np.concatenate(pieces)


def _by_factorisation(linear, s):
    """One sparse factorisation for each point and frequency."""
    size = len(linear.mass)
    mass = csc_matrix(diags_array(linear.mass))
    found = np.empty((len(linear.J), len(s), linear.d.shape[1]), dtype=complex)
    for k, entries in enumerate(linear.J):
        J = csc_matrix((entries, (linear.rows, linear.columns)), shape=(size, size))
        for m, value in enumerate(s):
            x = splu(csc_matrix(value * mass - J)).solve(linear.b[k].astype(complex))
            found[k, m] = linear.c[k] @ x + linear.d[k]
    return found


# --------------------------------------------------------------------- the structure
def _chain(linear, layout):
    """
    Entries of J by what they couple, or None where they do not fit the structure.

    Shapes are (points, depths[, shells]); ``rest`` are the states that couple to the
    current and to each other only.
    """
    difference, surface = layout[DIFFERENCE], layout[SURFACE]
    depths = len(difference)
    shells = layout[THETA].reshape(depths, -1)
    rest = np.setdiff1d(
        np.arange(len(linear.mass)),
        np.concatenate([shells.ravel(), difference, surface]),
    )
    places = {}
    for place, pair in enumerate(zip(linear.rows, linear.columns, strict=True)):
        places[pair] = place
    used = np.zeros(len(linear.rows), dtype=bool)

    def entries(rows, columns):
        """J at pairs of places, 0 where it has no entry."""
        rows, columns = np.broadcast_arrays(rows, columns)
        found = np.zeros((len(linear.J), *rows.shape))
        for index, pair in enumerate(zip(rows.flat, columns.flat, strict=True)):
            if pair in places:
                place = places[pair]
                used[place] = True
                found.reshape(len(linear.J), -1)[:, index] = linear.J[:, place]
        return found

    outer = shells[:, -1]
    chain = SimpleNamespace(
        # sodium in the shells, and what drives it from the surface
        shell=entries(shells, shells),
        inward=entries(shells[:, 1:], shells[:, :-1]),
        outward=entries(shells[:, :-1], shells[:, 1:]),
        shell_surface=entries(outer, surface),
        # the surface: no capacity of its own
        surface_shell=entries(surface, outer),
        surface=entries(surface, surface),
        surface_difference=entries(surface, difference),
        # the double layer on the particles
        difference_shell=entries(difference, outer),
        difference_surface=entries(difference, surface),
        difference=entries(difference, difference),
        below=entries(difference[1:], difference[:-1]),
        above=entries(difference[:-1], difference[1:]),
        rest=entries(rest[:, None], rest[None, :]),
        b=linear.b[:, difference],
        b_rest=linear.b[:, rest],
        mass_shell=linear.mass[shells],
        mass=linear.mass[difference],
        mass_rest=linear.mass[rest],
        c=linear.c[:, :, difference],
        c_surface=linear.c[:, :, surface],
        c_rest=linear.c[:, :, rest],
    )
    driven = linear.b[:, shells.ravel()], linear.b[:, surface]
    seen = linear.c[:, :, shells.ravel()]
    fits = not linear.J[:, ~used].any() and not any(d.any() for d in (*driven, seen))
    return chain if fits else None


def _along_chain(linear, chain, part, s):
    def at(array):
        """Entries of these points, with an axis for the frequencies."""
        return array[part][:, None]

    # answer of the outermost shell to a flux into it: 1 over the last denominator
    product = chain.inward[part] * chain.outward[part]
    pivot = s[:, None] * chain.mass_shell[:, 0] - at(chain.shell)[..., 0]
    for k in range(1, chain.shell.shape[-1]):
        pivot = (
            s[:, None] * chain.mass_shell[:, k]
            - at(chain.shell)[..., k]
            - product[:, None, :, k - 1] / pivot
        )
    to_surface = at(chain.shell_surface) / pivot
    # the surface follows the potential difference at once
    follows = -at(chain.surface_difference) / (
        at(chain.surface) + at(chain.surface_shell) * to_surface
    )
    local = at(chain.difference) + follows * (
        at(chain.difference_surface) + at(chain.difference_shell) * to_surface
    )
    difference = _tridiagonal(
        -at(chain.below),
        s[:, None] * chain.mass - local,
        -at(chain.above),
        at(chain.b),
    )
    found = at(linear.d) + np.einsum("pod,pfd->pfo", chain.c[part], difference)
    found += np.einsum("pod,pfd->pfo", chain.c_surface[part], follows * difference)
    if chain.rest.size:
        system = s[:, None, None] * np.diag(chain.mass_rest) - at(chain.rest)
        b = np.broadcast_to(at(chain.b_rest)[..., None], (*system.shape[:-1], 1))
        rest = np.linalg.solve(system, b)[..., 0]
        found += np.einsum("por,pfr->pfo", chain.c_rest[part], rest)
    return found


def _tridiagonal(below, diagonal, above, b):
    """
    Solution of tridiagonal systems along the last axis (Thomas).

    Parameters
    ----------
    below, above : one shorter than the diagonal along the last axis
    diagonal, b : of shapes that broadcast
    """
    size = diagonal.shape[-1]
    b = np.broadcast_to(b, diagonal.shape)
    pivots, right = [diagonal[..., 0]], [b[..., 0]]
    for k in range(1, size):
        factor = below[..., k - 1] / pivots[-1]
        pivots.append(diagonal[..., k] - factor * above[..., k - 1])
        right.append(b[..., k] - factor * right[-1])
    x = [right[-1] / pivots[-1]]
    for k in range(size - 2, -1, -1):
        x.append((right[k] - above[..., k] * x[-1]) / pivots[k])
    return np.stack(x[::-1], axis=-1)
