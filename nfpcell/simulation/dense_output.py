"""Outputs along a run: at the steps of the integrator and between them.

A run has up to some ten thousand states, and its outputs depend on few of them. Only
these, and the mean of all sodium, are interpolated between two steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import casadi
import numpy as np
from scipy.sparse import csr_array

from nfpcell.arrays import FloatArray, IntArray

# a curve is read as straight lines from point to point. Each step of the integrator is
# divided into at least PARTS parts, a whole run into at least POINTS, and an interval
# whose voltage leaves the straight line by more than BEND [V] into up to MOST_PARTS
PARTS = 3
POINTS = 200
BEND = 2e-4
MOST_PARTS = 12
# points at which outputs are computed in one call
BLOCK = 64


@dataclass(frozen=True)
class Samples:
    """Outputs by name, and the times they are of [s]; arrays of shape (points,)."""

    times: FloatArray
    outputs: dict[str, FloatArray]


class Recorder:
    """
    Outputs of a model as one program of those states that they depend on.

    Parameters
    ----------
    t, y, p : casadi symbols of time, states and quantities
    outputs : casadi expressions of them, by name
    mean : name of the output that is a weighted sum of states, as the mean of the
        sodium is; it alone may depend on all of them
    """

    def __init__(
        self, t: Any, y: Any, p: Any, outputs: Mapping[str, Any], mean: str
    ) -> None:
        self._weights = np.array(casadi.evalf(casadi.jacobian(outputs[mean], y)))
        others = casadi.vertcat(*(outputs[name] for name in outputs if name != mean))
        # scalar, because only then is the dependence on single states known
        whole = casadi.Function("whole", [t, y, p], [others]).expand()
        self._places = np.unique(whole.jac_sparsity(0, 1).get_triplet()[1])
        count = len(self._places)
        places = casadi.Sparsity.triplet(*y.shape, self._places, np.zeros(count, int))
        seen = casadi.MX.sym("seen", count + 1)
        states = casadi.densify(casadi.MX(places, seen[:count]))
        values = casadi.vertsplit(whole(t, states, p))
        values.insert(list(outputs).index(mean), seen[count])
        column = casadi.densify(casadi.vertcat(*values))
        program = casadi.Function("outputs", [t, seen, p], [column]).expand()
        self._program = program.map("outputs", "serial", BLOCK, [2], [])
        self._names = tuple(outputs)

    def seen(self, states: FloatArray) -> FloatArray:
        """The states that outputs depend on, shape (seen, points); a linear map."""
        return np.vstack([states[self._places], self._weights @ states])

    def at(
        self,
        times: Sequence[float] | FloatArray,
        seen: FloatArray,
        numbers: FloatArray,
    ) -> dict[str, FloatArray]:
        """
        Outputs at points by name, each of shape (points,).

        The program is called through buffers: converting all points to casadi's own
        arrays takes ten times as long as the program.

        Parameters
        ----------
        times : [s], shape (points,)
        seen : see ``seen``
        numbers : the quantities p
        """
        count = len(times)
        blocks = -(-count // BLOCK)
        # the last block is full of its last point
        places = np.minimum(np.arange(blocks * BLOCK), max(count - 1, 0))
        times = np.ascontiguousarray(np.ravel(times)[places], float)
        points = np.ascontiguousarray(seen.T[places], dtype=float)
        outputs = np.empty((blocks * BLOCK, len(self._names)))
        buffer, evaluate = self._program.buffer()
        buffer.set_arg(2, numbers.data)
        for k in range(0, blocks * BLOCK, BLOCK):
            block = slice(k, k + BLOCK)
            buffer.set_arg(0, times[block].data)
            buffer.set_arg(1, points[block].reshape(-1).data)
            buffer.set_res(0, outputs[block].reshape(-1).data)
            evaluate()
        return dict(zip(self._names, outputs[:count].T, strict=True))

    def along(
        self, solution: Any
    ) -> tuple[FloatArray, Callable[[FloatArray], FloatArray]]:
        """``seen`` of a run: at its steps, and as a function of any times."""
        at_steps = self.seen(np.asarray(solution.y))
        rates = self.seen(np.hstack(solution.all_yps))
        return at_steps, hermite(solution.t, at_steps, rates)

    def curve(self, solution: Any, numbers: FloatArray, voltage: str) -> Samples:
        """
        Outputs along a run, at times dense enough for straight lines between them.

        Parameters
        ----------
        solution : PyBaMM's, with the rates of its states
        numbers : the quantities p
        voltage : name of the output that decides how dense
        """
        t, (at_steps, between) = solution.t, self.along(solution)
        longest = (t[-1] - t[0]) / POINTS
        parts = np.maximum(PARTS, np.ceil(np.diff(t) / longest)).astype(int)
        coarse, places = divided(t, parts)
        seen = between(coarse)
        # at the steps of the integrator its own states, to the last bit
        seen[:, places] = at_steps
        known = self.at(coarse, seen, numbers)
        times, places = divided(coarse, parts_by_curvature(coarse, known[voltage]))
        more = np.ones(len(times), dtype=bool)
        more[places] = False
        added = self.at(times[more], between(times[more]), numbers)
        outputs = {}
        for name, values in known.items():
            outputs[name] = np.empty(len(times))
            outputs[name][places], outputs[name][more] = values, added[name]
        return Samples(times, outputs)


def hermite(
    t: FloatArray, values: FloatArray, rates: FloatArray
) -> Callable[[FloatArray], FloatArray]:
    """
    Cubic Hermite interpolation through values and their rates.

    Computed as a sparse product, because all values share their weights. SciPy's
    CubicHermiteSpline first computes four coefficients for each value in each step,
    which takes five times as long.

    Parameters
    ----------
    t : shape (steps,)
    values, rates : shape (values, steps)

    Returns
    -------
    function of times within t that gives an array of shape (values, times)
    """
    n = len(t)
    known = np.vstack([values.T, rates.T])

    def at(times: FloatArray) -> FloatArray:
        times = np.atleast_1d(times)
        k = np.clip(np.searchsorted(t, times, side="right") - 1, 0, n - 2)
        h = t[k + 1] - t[k]
        s = (times - t[k]) / h
        weights = (
            (1 + 2 * s) * (1 - s) ** 2,
            s**2 * (3 - 2 * s),
            h * s * (1 - s) ** 2,
            -h * s**2 * (1 - s),
        )
        places = np.stack([k, k + 1, n + k, n + k + 1], axis=1)
        rows = 4 * np.arange(len(times) + 1)
        data = np.stack(weights, axis=1).ravel(), places.ravel(), rows
        interpolated: FloatArray = csr_array(data, shape=(len(times), 2 * n)) @ known
        return interpolated.T

    return at


def divided(times: FloatArray, parts: IntArray) -> tuple[FloatArray, IntArray]:
    """Times with each interval in that many parts, and the places of the given ones."""
    places = np.concatenate([[0], np.cumsum(parts)])
    within = np.arange(places[-1]) - np.repeat(places[:-1], parts)
    width = np.repeat(np.diff(times) / parts, parts)
    finer = np.append(np.repeat(times[:-1], parts) + within * width, times[-1])
    return finer, places


def parts_by_curvature(times: FloatArray, values: FloatArray) -> IntArray:
    """Parts in which the chord of each interval leaves the curve by at most BEND."""
    widths = np.diff(times)
    turn = np.abs(np.diff(np.diff(values) / widths))
    turn = np.maximum(np.append(turn, 0), np.append(0, turn))
    parts = np.ceil(np.sqrt(turn * widths / (8 * BEND)))
    whole: IntArray = np.clip(parts, 1, MOST_PARTS).astype(np.int64)
    return whole
