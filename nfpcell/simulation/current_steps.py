"""A model run along any measured current, in steps of time that are fixed beforehand.

A fit runs the same current hundreds of times. With fixed steps of time a voltage is a
smooth function of the parameters, a change of the current costs no restart, and no
trial fails: where the particles are full or empty the voltage only leaves the range of
the cell. The steps follow from the estimated error of each step, see ``refined``.
"""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import casadi
import numpy as np

from nfpcell.arrays import FloatArray, IntArray
from nfpcell.columns import REACTION, SURFACE_POTENTIAL, VOLTAGE
from nfpcell.parallel import threads
from nfpcell.simulation.engine import Engine, Inputs

# RODAS3: third order, L-stable; one factorisation and three right-hand sides a step.
# A. Sandu et al., Atmos. Environ. 31, 3459 (1997)
_GAMMA = 0.5
_A: tuple[tuple[float, ...], ...] = ((), (0.0,), (2.0, 0.0), (2.0, 0.0, 1.0))
_C: tuple[tuple[float, ...], ...] = (
    (),
    (4.0,),
    (1.0, -1.0),
    (1.0, -1.0, -8.0 / 3.0),
)
_WEIGHTS = (2.0, 0.0, 1.0, 1.0)
# steps, or points, that one call of a program takes
BLOCK = 64
# largest estimated error of a step: of the voltage [V], and of a state
VOLTAGE_ERROR, STATE_ERROR = 2e-5, 2e-5
# passes of the refinement, most parts of a step in one of them, most steps in all
PASSES, MOST_PARTS, MOST_STEPS = 6, 4, 200_000


@dataclass(frozen=True, eq=False)
class CurrentSteps:
    """Successive steps, in each of which current and temperature are constant."""

    duration: FloatArray  # of each step [s]
    current: FloatArray  # positive on discharge [A]
    piece: IntArray  # index of the set of quantities (of its temperature) of each step

    def divided(self, parts: IntArray) -> "CurrentSteps":
        """The same current, each step in a number of equal parts."""
        return CurrentSteps(
            np.repeat(self.duration / parts, parts),
            np.repeat(self.current, parts),
            np.repeat(self.piece, parts),
        )


def stepper(engine: Engine) -> "Stepper":
    """The stepper of an engine, made once."""
    return _stepper(engine)


class Stepper:
    """
    Integrates the equations of an engine along ``CurrentSteps``.

    The engine must have no algebraic equation: one of ``particle`` with an explicit
    surface.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        t, y, p = engine.equations.symbols
        self._size = y.shape[0], p.shape[0]
        self._current = engine.equations.applied_current
        self._rates = casadi.Function("f", [y, p], [engine.equations.rates]).expand()
        outputs = engine.equations.outputs
        particles = outputs[SURFACE_POTENTIAL] - outputs[REACTION]
        parts = [outputs[VOLTAGE], particles]
        self._voltages = casadi.Function("V", [t, y, p], parts).expand()

    # ----------------------------------------------------------------------- programs
    def _at_current(self, p: Any, current: Any) -> Any:
        k = self._current
        return casadi.vertcat(p[:k], current, p[k + 1 :])

    def _step(self) -> Any:
        """Program of one step: state, current, duration, quantities -> state, error."""
        n, count = self._size
        y, p = casadi.SX.sym("y", n), casadi.SX.sym("p", count)
        current, h = casadi.SX.sym("current"), casadi.SX.sym("h")
        quantities = self._at_current(p, current)
        f = self._rates(y, quantities)
        J = casadi.jacobian(f, y)
        rows: list[dict[int, Any]] = [{i: 1 / _GAMMA} for i in range(n)]
        for i, j in zip(*J.sparsity().get_triplet(), strict=True):
            rows[i][j] = rows[i].get(j, 0.0) - h * J[i, j]
        factors = _factorised(rows)
        stages: list[Any] = []
        for a, c in zip(_A, _C, strict=True):
            if any(a):
                f = self._rates(y + _combined(a, stages), quantities)
            right = h * f + _combined(c, stages)
            stages.append(casadi.vertcat(*_solved(factors, casadi.vertsplit(right))))
        after = y + _combined(_WEIGHTS, stages)
        arguments = [y, current, h, p]
        return casadi.Function("step", arguments, [after, stages[-1]], {"cse": True})

    @functools.cached_property
    def _program(self) -> Any:
        """``_step`` for a BLOCK of steps, of as many runs as there are cores."""
        n, count = self._size
        y, p = casadi.MX.sym("y", n), casadi.MX.sym("p", count)
        current, h = casadi.MX.sym("current", 1, BLOCK), casadi.MX.sym("h", 1, BLOCK)
        accumulated = self._step().mapaccum("steps", BLOCK)
        results = accumulated(y, current, h, casadi.repmat(p, 1, BLOCK))
        block = casadi.Function("block", [y, current, h, p], results)
        return block.map(threads(), "thread", threads())

    @functools.cached_property
    def _outputs(self) -> Any:
        """Program of the voltage at a BLOCK of states, each with its currents."""
        n, count = self._size
        y, p = casadi.SX.sym("y", n), casadi.SX.sym("p", count)
        current, inserted = casadi.SX.sym("current"), casadi.SX.sym("inserted")
        voltage, particles = self._voltages(0, y, self._at_current(p, current))
        _, at_inserted = self._voltages(0, y, self._at_current(p, inserted))
        results = [voltage - particles + at_inserted, at_inserted]
        arguments = [y, current, inserted, p]
        program = casadi.Function("V", arguments, results, {"cse": True})
        return program.map(BLOCK, [False, False, False, True], [False, False])

    # ------------------------------------------------------------------------ running
    def states(
        self,
        steps: CurrentSteps,
        inputs: Sequence[Sequence[Inputs]],
        errors: bool = False,
    ) -> tuple[list[FloatArray], list[FloatArray]]:
        """
        States at the start and after each step, of several runs of the same steps.

        Parameters
        ----------
        inputs : of each run, one for each piece of the steps; the first has the start
        errors : whether to return the estimated errors too

        Returns
        -------
        states of each run, shape (steps + 1, states), and their errors, (steps, states)
        """
        numbers = [[self.engine.numbers(piece) for piece in run] for run in inputs]
        first = [self.engine.initial_state(run[0]) for run in inputs]
        runs = [np.empty((len(steps.duration) + 1, self._size[0])) for _ in inputs]
        estimates = [np.empty((len(steps.duration) if errors else 0, self._size[0]))]
        estimates = [estimates[0].copy() for _ in inputs]
        for begin in range(0, len(inputs), threads()):
            some = slice(begin, begin + threads())
            self._advance(
                steps, numbers[some], first[some], runs[some], estimates[some], errors
            )
        return runs, estimates

    def _advance(
        self,
        steps: CurrentSteps,
        numbers: list[list[FloatArray]],
        first: list[FloatArray],
        runs: list[FloatArray],
        estimates: list[FloatArray],
        errors: bool,
    ) -> None:
        """``states`` of at most as many runs as the program takes."""
        lanes, (n, count) = threads(), self._size
        lane = np.minimum(np.arange(lanes), len(first) - 1)
        y = np.array([first[k] for k in lane])
        current, h = np.zeros((lanes, BLOCK)), np.zeros((lanes, BLOCK))
        p = np.empty((lanes, count))
        after, error = np.empty((2, lanes, BLOCK, n))
        buffer, evaluate = self._program.buffer()
        for k, array in enumerate((y, current, h, p)):
            buffer.set_arg(k, array.reshape(-1).data)
        for k, array in enumerate((after, error)):
            buffer.set_res(k, array.reshape(-1).data)
        for run, start in zip(runs, first, strict=True):
            run[0] = start
        for begin, end in _blocks(steps.piece):
            size, piece = end - begin, steps.piece[begin]
            # the block is filled up with steps of no duration
            h[:] = 0.0
            h[:, :size] = steps.duration[begin:end]
            current[:, :size] = steps.current[begin:end]
            current[:, size:] = steps.current[end - 1]
            p[:] = [numbers[k][piece] for k in lane]
            evaluate()
            y[:] = after[:, size - 1]
            for k, run in enumerate(runs):
                run[begin + 1 : end + 1] = after[k, :size]
                if errors:
                    estimates[k][begin:end] = error[k, :size]

    def voltages(
        self,
        states: FloatArray,
        current: FloatArray,
        piece: IntArray,
        inputs: Sequence[Inputs],
        inserted: FloatArray | None = None,
    ) -> tuple[FloatArray, FloatArray]:
        """
        Voltages of the cell and of the double layers on its particles [V], at states.

        Parameters
        ----------
        states : shape (points, states)
        current : at each of them [A]
        piece : index of its inputs
        inserted : the part of the current that moves sodium, if another part charges
            the double layers [A]
        """
        inserted = current if inserted is None else inserted
        voltages = np.empty((2, len(states)))
        numbers = [self.engine.numbers(one) for one in inputs]
        buffer, evaluate = self._outputs.buffer()
        results = np.empty((2, BLOCK))
        for k, result in enumerate(results):
            buffer.set_res(k, result.data)
        for begin, end in _blocks(piece):
            # the last block is filled up with its last point
            places = np.minimum(np.arange(begin, begin + BLOCK), end - 1)
            currents = current[places], inserted[places]
            arrays = states[places], *currents, numbers[piece[begin]]
            for k, array in enumerate(arrays):
                buffer.set_arg(k, np.ascontiguousarray(array).reshape(-1).data)
            evaluate()
            voltages[:, begin:end] = results[:, : end - begin]
        return voltages[0], voltages[1]

    # --------------------------------------------------------------------- refinement
    def refined(
        self, steps: CurrentSteps, inputs: Sequence[Inputs]
    ) -> tuple[CurrentSteps, IntArray]:
        """
        Steps that are short enough for the voltage, and the end of each given step.

        Each step whose estimated error is too large is divided, until none is.

        Returns
        -------
        steps, ends : the states after the given steps are at ``ends`` of ``states``
        """
        ends: IntArray = np.arange(len(steps.duration)) + 1
        for _ in range(PASSES):
            (states,), (errors,) = self.states(steps, [inputs], errors=True)
            after = states[1:]
            parts = self._parts(steps, after, errors, inputs)
            if (parts == 1).all() or parts.sum() > MOST_STEPS:
                break
            ends = np.concatenate([[0], np.cumsum(parts)])[ends]
            steps = steps.divided(parts)
        return steps, ends

    def _parts(
        self,
        steps: CurrentSteps,
        after: FloatArray,
        errors: FloatArray,
        inputs: Sequence[Inputs],
    ) -> IntArray:
        """Number of parts of each step, by the cube root of its error."""
        given = steps.current, steps.piece, inputs
        voltage, _ = self.voltages(after, *given)
        wrong, _ = self.voltages(after - errors, *given)
        change = np.abs(voltage - wrong)
        size = np.abs(errors).max(axis=1)
        ratio = np.maximum(change / VOLTAGE_ERROR, size / STATE_ERROR)
        ratio = np.where(np.isfinite(ratio), ratio, 1.0)
        parts = np.ceil(np.cbrt(ratio))
        whole: IntArray = np.clip(parts, 1, MOST_PARTS).astype(np.int64)
        return whole


_stepper = functools.cache(Stepper)


def _blocks(piece: IntArray) -> list[tuple[int, int]]:
    """First and last of at most BLOCK successive indices of one piece."""
    bounds = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(piece)]
    return [
        (begin, min(begin + BLOCK, bound))
        for first, bound in itertools.pairwise(bounds)
        for begin in range(first, bound, BLOCK)
    ]


def _combined(factors: Sequence[float], stages: Sequence[Any]) -> Any:
    """Weighted sum of the stages; 0 without any."""
    return sum(a * k for a, k in zip(factors, stages, strict=False) if a)


def _factorised(rows: list[dict[int, Any]]) -> list[dict[int, Any]]:
    """LU factors of a sparse matrix without pivoting, in one table of its rows.

    The particles' equations are tridiagonal and come first, so that there is little
    fill-in.
    """
    below: list[set[int]] = [set() for _ in rows]
    for i, row in enumerate(rows):
        for j in row:
            if j < i:
                below[j].add(i)
    for k, pivots in enumerate(rows):
        for i in sorted(below[k]):
            factor = rows[i][k] / pivots[k]
            rows[i][k] = factor
            for j, value in pivots.items():
                if j > k:
                    rows[i][j] = rows[i].get(j, 0.0) - factor * value
                    if j < i:
                        below[j].add(i)
    return rows


def _solved(factors: list[dict[int, Any]], right: Sequence[Any]) -> list[Any]:
    """Solution of a system of equations with the factors of ``_factorised``."""
    x = list(right)
    for i, row in enumerate(factors):
        for j, value in row.items():
            if j < i:
                x[i] = x[i] - value * x[j]
    for i in reversed(range(len(x))):
        for j, value in factors[i].items():
            if j > i:
                x[i] = x[i] - value * x[j]
        x[i] = x[i] / factors[i][i]
    return x
