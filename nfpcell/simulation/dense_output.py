"""Outputs along a run, at the steps of the integrator and between them.

A model may have ten thousand states, but its outputs depend on few of them. Only these
states, and the mean of all sodium, are interpolated between two steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import casadi
import numpy as np
from scipy.interpolate import CubicHermiteSpline

from nfpcell.arrays import FloatArray, IntArray

# Linear interpolation between the points of a curve has to be accurate. So each step
# of the integrator is divided into at least PARTS parts, a run into at least POINTS,
# and an interval whose voltage deviates from a line by more than BEND [V] into at most
# MOST_PARTS.
PARTS = 3
POINTS = 200
BEND = 2e-4
MOST_PARTS = 12
# points at which outputs are computed in one call
BLOCK = 64


@dataclass(frozen=True)
class Samples:
    """Outputs by name at times [s]; arrays of shape (points,)."""

    times: FloatArray
    outputs: dict[str, FloatArray]


# outputs by name at any times of a run [s]
Reader = Callable[[FloatArray], dict[str, FloatArray]]


class Recorder:
    """
    Computes the outputs of a model by one program of the states they depend on.

    Parameters
    ----------
    t, y, p : CasADi symbols of time, states and quantities
    outputs : CasADi expressions of these symbols, by name
    mean : name of the output that is a weighted sum of all states, such as the mean of
        the sodium; no other output may depend on all states
    """

    def __init__(
        self, t: Any, y: Any, p: Any, outputs: Mapping[str, Any], mean: str
    ) -> None:
        self._weights = np.array(casadi.evalf(casadi.jacobian(outputs[mean], y)))
        others = casadi.vertcat(*(outputs[name] for name in outputs if name != mean))
        # only scalar expressions show the dependence on single states
        full = casadi.Function("full", [t, y, p], [others]).expand()
        self._places = np.unique(full.jac_sparsity(0, 1).get_triplet()[1])
        count = len(self._places)
        places = casadi.Sparsity.triplet(*y.shape, self._places, np.zeros(count, int))
        seen = casadi.MX.sym("seen", count + 1)
        states = casadi.densify(casadi.MX(places, seen[:count]))
        values = casadi.vertsplit(full(t, states, p))
        values.insert(list(outputs).index(mean), seen[count])
        column = casadi.densify(casadi.vertcat(*values))
        program = casadi.Function("outputs", [t, seen, p], [column]).expand()
        self._program = program.map("outputs", "serial", BLOCK, [2], [])
        self._names = tuple(outputs)

    def seen(self, states: FloatArray) -> FloatArray:
        """The states on which outputs depend, and the mean, shape (seen, points)."""
        return np.vstack([states[self._places], self._weights @ states])

    def at(
        self,
        times: Sequence[float] | FloatArray,
        seen: FloatArray,
        numbers: FloatArray,
    ) -> dict[str, FloatArray]:
        """
        Outputs at points by name, each of shape (points,).

        The program is called through buffers, because converting all points to CasADi's
        arrays takes ten times as long as the program.

        Parameters
        ----------
        times : [s], shape (points,)
        seen : see ``seen``
        numbers : the quantities p
        """
        count = len(times)
        blocks = -(-count // BLOCK)
        # the last block is filled up with the last point
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

    def along(self, solution: Any, numbers: FloatArray) -> Reader:
        """Reader of the outputs of a run at any times."""
        seen, rates = (
            self.seen(np.asarray(part))
            for part in (solution.y, np.hstack(solution.all_yps))
        )
        between = CubicHermiteSpline(solution.t, seen, rates, axis=1)
        return lambda times: self.at(times, between(times), numbers)


def processed_variables(solution: Any, names: Sequence[str]) -> Reader:
    """Outputs as PyBaMM interpolates them: the reference for ``Recorder.along``."""

    def read(times: FloatArray) -> dict[str, FloatArray]:
        return {name: solution[name](times) if times.size else times for name in names}

    return read


def states_at(solution: Any, times: FloatArray) -> FloatArray:
    """
    States of a run between its steps, shape (states, times).

    Only the steps next to the times are read, because a run may have ten thousand
    states.
    """
    last = len(solution.t) - 2
    before = np.clip(np.searchsorted(solution.t, times, "right") - 1, 0, last)
    steps = np.unique(np.concatenate([before, before + 1]))
    y, rates = np.asarray(solution.y), np.hstack(solution.all_yps)
    between = CubicHermiteSpline(
        solution.t[steps], y[:, steps], rates[:, steps], axis=1
    )
    states: FloatArray = between(times)
    return states


def samples(t: FloatArray, read: Reader, voltage: str) -> Samples:
    """
    Outputs along a run, at times dense enough for linear interpolation.

    Parameters
    ----------
    t : steps of the integrator [s]
    read : outputs at any times
    voltage : name of the output whose curvature determines the times
    """
    longest = (t[-1] - t[0]) / POINTS
    parts = np.maximum(PARTS, np.ceil(np.diff(t) / longest)).astype(int)
    coarse, _ = divided(t, parts)
    at_coarse = read(coarse)
    times, places = divided(coarse, parts_by_curvature(coarse, at_coarse[voltage]))
    is_added = np.ones(len(times), dtype=bool)
    is_added[places] = False
    at_added = read(times[is_added])
    outputs = {}
    for name, values in at_coarse.items():
        outputs[name] = np.empty(len(times))
        outputs[name][places], outputs[name][is_added] = values, at_added[name]
    return Samples(times, outputs)


def divided(times: FloatArray, parts: IntArray) -> tuple[FloatArray, IntArray]:
    """Times with each interval divided into parts, and the indices of the old times."""
    places = np.concatenate([[0], np.cumsum(parts)])
    within = np.arange(places[-1]) - np.repeat(places[:-1], parts)
    width = np.repeat(np.diff(times) / parts, parts)
    finer = np.append(np.repeat(times[:-1], parts) + within * width, times[-1])
    return finer, places


def parts_by_curvature(times: FloatArray, values: FloatArray) -> IntArray:
    """Number of parts for which lines deviate from the curve by at most BEND."""
    widths = np.diff(times)
    turn = np.abs(np.diff(np.diff(values) / widths))
    turn = np.maximum(np.append(turn, 0), np.append(0, turn))
    parts = np.ceil(np.sqrt(turn * widths / (8 * BEND)))
    whole: IntArray = np.clip(parts, 1, MOST_PARTS).astype(np.int64)
    return whole
