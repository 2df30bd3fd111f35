r"""Response of the linearised cell to a small alternating current.

A radial mesh point couples only to its two neighbours, and a particle surface only to
its particle and to the potential difference, which couples to its neighbours through
the thickness. So one continued fraction along the radius and one through the thickness
give the response at all frequencies and operating points, without a factorisation of
the full matrix. If a law couples more
states, or if the mesh is so small that PyBaMM writes full matrices, the matrix is
factorised at each frequency, which takes 44 (``particle``) or 90 times (``full``) as
long. ``by_factorisation`` is also the reference for tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, diags_array
from scipy.sparse.linalg import splu

from nfpcell.arrays import ComplexArray, FloatArray, IntArray
from nfpcell.model.cathode import (
    POTENTIAL_DIFFERENCE,
    STOICHIOMETRY,
    SURFACE_POTENTIAL,
)
from nfpcell.model.classes import of_classes
from nfpcell.simulation import shortcuts
from nfpcell.simulation.equations import Linearisation

# largest number of complex numbers in memory, of 16 bytes each
MOST_AT_ONCE = 2_000_000


def responses(
    linear: Linearisation,
    layout: Mapping[str, IntArray],
    frequencies: Sequence[float] | FloatArray | ComplexArray,
) -> ComplexArray:
    r"""Response of every output to a small current, over frequency.

    .. math:: \frac{\delta o}{\delta I} = c\,(\mathrm i\omega M - J)^{-1}\,b + d

    :Returns: complex array of shape (points, frequencies, outputs)
    :Source: Hallemans et al., J. Electrochem. Soc. 172 (2025) for the linearised model;
        the formula is the transfer function of a descriptor system. Continued fraction:
        Golub and Van Loan, Matrix Computations, 4th ed., sec. 4.3.6.

    Parameters
    ----------
    linear : linearised model at several operating points
    layout : name of a state -> its indices among all states
    frequencies : [Hz]; a complex f gives the response at s = 2 pi i f
    """
    s = 2j * np.pi * np.asarray(frequencies)
    chain = coupling(linear, layout) if shortcuts.CONTINUED_FRACTION else None
    if chain is None:
        return by_factorisation(linear, s)
    surfaces = chain.surface[0].size
    width = max(1, MOST_AT_ONCE // (len(s) * surfaces))
    pieces = []
    for first in range(0, len(linear.J), width):
        part = slice(first, first + width)
        pieces.append(_by_continued_fraction(linear, chain, part, s))
    return np.concatenate(pieces)


def by_factorisation(linear: Linearisation, s: ComplexArray) -> ComplexArray:
    """``responses`` at s = 2 pi i f, by a sparse factorisation for each s."""
    size = len(linear.mass)
    mass = csc_matrix(diags_array(linear.mass))
    response = np.empty((len(linear.J), len(s), linear.d.shape[1]), dtype=complex)
    for k, entries in enumerate(linear.J):
        J = csc_matrix((entries, (linear.rows, linear.columns)), shape=(size, size))
        for m, value in enumerate(s):
            x = splu(csc_matrix(value * mass - J)).solve(linear.b[k].astype(complex))
            response[k, m] = linear.c[k] @ x + linear.d[k]
    return response


# ----------------------------------------------------------------------- the coupling
@dataclass(frozen=True)
class Coupling:
    """
    Entries of J by the states they couple: shape (points, n_x), for the surfaces of the
    size classes (points, n_x, classes), for their sodium (points, n_x, classes, n_r).

    A name is "row_column", or one word for a diagonal entry. ``sodium`` is the sodium
    fraction at a radial point; ``inward`` and ``outward`` couple it to its neighbours.
    ``surface`` is the potential of the particle surface. ``difference`` is the
    potential difference across the double layer; ``below`` and ``above`` couple it to
    its neighbours through the thickness. ``other`` states couple only to the current
    and to each other.
    """

    sodium: FloatArray
    inward: FloatArray
    outward: FloatArray
    sodium_surface: FloatArray
    surface_sodium: FloatArray
    surface: FloatArray
    surface_difference: FloatArray
    difference_sodium: FloatArray
    difference_surface: FloatArray
    difference: FloatArray
    below: FloatArray
    above: FloatArray
    other: FloatArray
    b: FloatArray
    b_other: FloatArray
    mass_sodium: FloatArray
    mass: FloatArray
    mass_other: FloatArray
    c: FloatArray
    c_surface: FloatArray
    c_other: FloatArray


def coupling(linear: Linearisation, layout: Mapping[str, IntArray]) -> Coupling | None:
    """The coupling of J, or None if J couples other states too."""
    difference = layout[POTENTIAL_DIFFERENCE]
    surface = np.stack(of_classes(layout, SURFACE_POTENTIAL), axis=1)
    radial = [
        points.reshape(len(difference), -1)
        for points in of_classes(layout, STOICHIOMETRY)
    ]
    sodium = np.stack(radial, axis=1)
    difference_of_surface = difference[:, None]
    other = np.setdiff1d(
        np.arange(len(linear.mass)),
        np.concatenate([sodium.ravel(), difference, surface.ravel()]),
    )
    pairs = zip(linear.rows, linear.columns, strict=True)
    places = {pair: place for place, pair in enumerate(pairs)}
    used = np.zeros(len(linear.rows), dtype=bool)

    def entries(rows: IntArray, columns: IntArray) -> FloatArray:
        """Entries of J at these rows and columns; 0 if J has none."""
        rows, columns = np.broadcast_arrays(rows, columns)
        values = np.zeros((len(linear.J), *rows.shape))
        for index, pair in enumerate(zip(rows.flat, columns.flat, strict=True)):
            if pair in places:
                place = places[pair]
                used[place] = True
                values.reshape(len(linear.J), -1)[:, index] = linear.J[:, place]
        return values

    outermost = sodium[..., -1]
    chain = Coupling(
        sodium=entries(sodium, sodium),
        inward=entries(sodium[..., 1:], sodium[..., :-1]),
        outward=entries(sodium[..., :-1], sodium[..., 1:]),
        sodium_surface=entries(outermost, surface),
        surface_sodium=entries(surface, outermost),
        surface=entries(surface, surface),
        surface_difference=entries(surface, difference_of_surface),
        difference_sodium=entries(difference_of_surface, outermost),
        difference_surface=entries(difference_of_surface, surface),
        difference=entries(difference, difference),
        below=entries(difference[1:], difference[:-1]),
        above=entries(difference[:-1], difference[1:]),
        other=entries(other[:, None], other[None, :]),
        b=linear.b[:, difference],
        b_other=linear.b[:, other],
        mass_sodium=linear.mass[sodium],
        mass=linear.mass[difference],
        mass_other=linear.mass[other],
        c=linear.c[:, :, difference],
        c_surface=linear.c[:, :, surface],
        c_other=linear.c[:, :, other],
    )
    # no direct effect of the current on sodium and surfaces, or of sodium on outputs
    absent = (
        linear.J[:, ~used],
        linear.b[:, sodium.ravel()],
        linear.b[:, surface.ravel()],
        linear.c[:, :, sodium.ravel()],
    )
    return None if any(entry.any() for entry in absent) else chain


def _by_continued_fraction(
    linear: Linearisation, chain: Coupling, part: slice, s: ComplexArray
) -> ComplexArray:
    """``responses`` at the operating points of a slice."""

    def at(array: FloatArray) -> FloatArray:
        """Entries of these points, with an axis for the frequencies."""
        return array[part][:, None]

    # 1/pivot becomes the response of the outermost point to a flux into it
    product = chain.inward[part] * chain.outward[part]
    s_of_classes = s[:, None, None]
    pivot = s_of_classes * chain.mass_sodium[..., 0] - at(chain.sodium)[..., 0]
    for k in range(1, chain.sodium.shape[-1]):
        pivot = (
            s_of_classes * chain.mass_sodium[..., k]
            - at(chain.sodium)[..., k]
            - product[:, None, ..., k - 1] / pivot
        )
    to_surface = at(chain.sodium_surface) / pivot
    # the surface has no capacitance: its potential is proportional to the difference
    surface_ratio = -at(chain.surface_difference) / (
        at(chain.surface) + at(chain.surface_sodium) * to_surface
    )
    of_surfaces = surface_ratio * (
        at(chain.difference_surface) + at(chain.difference_sodium) * to_surface
    )
    local = at(chain.difference) + of_surfaces.sum(axis=-1)
    diagonal = s[:, None] * chain.mass - local
    difference = _tridiagonal(-at(chain.below), diagonal, -at(chain.above), at(chain.b))
    effect = np.einsum("pod,pfd->pfo", chain.c[part], difference)
    response: ComplexArray = at(linear.d) + effect
    surface = surface_ratio * difference[..., None]
    response += np.einsum("podk,pfdk->pfo", chain.c_surface[part], surface)
    if chain.other.size:
        system = s[:, None, None] * np.diag(chain.mass_other) - at(chain.other)
        b = np.broadcast_to(at(chain.b_other)[..., None], (*system.shape[:-1], 1))
        other = np.linalg.solve(system, b)[..., 0]
        response += np.einsum("por,pfr->pfo", chain.c_other[part], other)
    return response


def _tridiagonal(
    below: FloatArray, diagonal: ComplexArray, above: FloatArray, b: FloatArray
) -> ComplexArray:
    """Solution of tridiagonal systems along the last axis (Thomas algorithm).

    ``below`` and ``above`` are shorter by one element than ``diagonal``.
    """
    size = diagonal.shape[-1]
    b_all: ComplexArray = np.broadcast_to(b, diagonal.shape).astype(complex)
    pivots, right = [diagonal[..., 0]], [b_all[..., 0]]
    for k in range(1, size):
        factor = below[..., k - 1] / pivots[-1]
        pivots.append(diagonal[..., k] - factor * above[..., k - 1])
        right.append(b_all[..., k] - factor * right[-1])
    x = [right[-1] / pivots[-1]]
    for k in range(size - 2, -1, -1):
        x.append((right[k] - above[..., k] * x[-1]) / pivots[k])
    return np.stack(x[::-1], axis=-1)
