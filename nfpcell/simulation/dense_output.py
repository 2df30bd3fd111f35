"""Outputs along a run: at the steps of its integrator and between them.

A run has up to some ten thousand states, and its voltage looks at a few of them: these
and the mean of all sodium are what is read between two steps.
"""

import casadi
import numpy as np
from scipy.sparse import csr_array

from nfpcell.model import ocp_inverse

# of a recorded curve, which is read as straight lines from point to point: parts in
# each of the integrator's steps, at least; in all, where steps are long; and how far
# voltage may bend away from a line before more points go between [V]
PARTS = 3
POINTS = 200
BEND = 2e-4
MOST_PARTS = 12
# points at which outputs are worked out at once
BLOCK = 64


class Recorder:
    """
    Outputs of a model as one program of those states that they look at.

    Parameters
    ----------
    t, y, p : casadi symbols of time, states and quantities
    outputs : casadi expressions of them, by name
    mean : name of the output that is a weighted sum of states, as the mean of the
        sodium is; it alone may look at all of them
    """

    def __init__(self, t, y, p, outputs, mean):
        self._weights = np.array(casadi.evalf(casadi.jacobian(outputs[mean], y)))
        others = casadi.vertcat(*(outputs[name] for name in outputs if name != mean))
        # scalar, because vectors do not know what they look at
        cut, given, _ = ocp_inverse.without_levels(others)
        whole = casadi.Function("whole", [t, y, p, *given], [cut]).expand()
        self._places = np.unique(whole.jac_sparsity(0, 1).get_triplet()[1])
        count = len(self._places)
        looked_at = casadi.Sparsity.triplet(
            *y.shape, self._places, np.zeros(count, int)
        )
        seen = casadi.MX.sym("seen", count + 1)
        states = casadi.densify(casadi.MX(looked_at, seen[:count]))
        parts = casadi.symvar(y)
        ends = np.cumsum([0, *(part.numel() for part in parts)])
        states = casadi.vertsplit(states, ends.tolist())
        found = casadi.vertsplit(*casadi.graph_substitute([others], parts, states))
        found.insert(list(outputs).index(mean), seen[count])
        found = casadi.densify(casadi.vertcat(*found))
        self._program = ocp_inverse.over_points("outputs", [t, seen, p], found, BLOCK)
        self._names = tuple(outputs)

    def seen(self, states):
        """What of the states is looked at, of shape (seen, points); a linear map."""
        return np.vstack([states[self._places], self._weights @ states])

    def at(self, times, seen, numbers):
        """
        Outputs at points.

        Through buffers: to make casadi's own arrays of all points takes ten times as
        long as the program.

        Parameters
        ----------
        times : [s], shape (points,)
        seen : see ``seen``
        numbers : the quantities p

        Returns
        -------
        dict of the outputs by name, each of shape (points,)
        """
        count = len(times)
        blocks = -(-count // BLOCK)
        # the last block is full of its last point
        places = np.minimum(np.arange(blocks * BLOCK), max(count - 1, 0))
        times = np.ascontiguousarray(np.ravel(times)[places], float)
        points = np.ascontiguousarray(seen.T[places], dtype=float)
        found = np.empty((blocks * BLOCK, len(self._names)))
        buffer, evaluate = self._program.buffer()
        buffer.set_arg(2, memoryview(numbers))
        for k in range(0, blocks * BLOCK, BLOCK):
            own = slice(k, k + BLOCK)
            buffer.set_arg(0, memoryview(times[own]))
            buffer.set_arg(1, memoryview(points[own].reshape(-1)))
            buffer.set_res(0, memoryview(found[own].reshape(-1)))
            evaluate()
        found = found[:count]
        return dict(zip(self._names, found.T, strict=True))

    def along(self, solution):
        """What is looked at in a run: at its steps, and as a function of any times."""
        own = self.seen(np.asarray(solution.y))
        return own, spline(solution.t, own, self.seen(np.hstack(solution.all_yps)))

    def curve(self, solution, numbers, voltage):
        """
        Outputs along a run, at points dense enough for straight lines between them.

        Parameters
        ----------
        solution : PyBaMM's, with the rates of its states
        numbers : the quantities p
        voltage : name of the output that the lines are for

        Returns
        -------
        times : [s]
        found : as ``at`` gives it
        """
        t, (own, between) = solution.t, self.along(solution)
        longest = (t[-1] - t[0]) / POINTS
        parts = np.maximum(PARTS, np.ceil(np.diff(t) / longest)).astype(int)
        coarse, places = divided(t, parts)
        seen = between(coarse)
        # at the integrator's own points its own states, to the last bit
        seen[:, places] = own
        found = self.at(coarse, seen, numbers)
        times, places = divided(coarse, bent(coarse, found[voltage]))
        more = np.ones(len(times), dtype=bool)
        more[places] = False
        added = self.at(times[more], between(times[more]), numbers)
        for name, known in found.items():
            found[name] = np.empty(len(times))
            found[name][places], found[name][more] = known, added[name]
        return times, found


def spline(t, values, rates):
    """
    Values at any times: the cubic of Hermite through them and their rates.

    As a sparse product, because all values share their weights: SciPy's spline works
    out four coefficients for each of them in each step first, five times as long.

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

    def at(times):
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
        return (csr_array(data, shape=(len(times), 2 * n)) @ known).T

    return at


def divided(times, parts):
    """Times with each interval in that many parts, and where the given ones are."""
    places = np.concatenate([[0], np.cumsum(parts)])
    within = np.arange(places[-1]) - np.repeat(places[:-1], parts)
    width = np.repeat(np.diff(times) / parts, parts)
    finer = np.append(np.repeat(times[:-1], parts) + within * width, times[-1])
    return finer, places


def bent(times, values):
    """Parts in which the chord of each interval leaves the curve by at most BEND."""
    widths = np.diff(times)
    turn = np.abs(np.diff(np.diff(values) / widths))
    turn = np.maximum(np.append(turn, 0), np.append(0, turn))
    return np.clip(np.ceil(np.sqrt(turn * widths / (8 * BEND))), 1, MOST_PARTS).astype(
        int
    )
