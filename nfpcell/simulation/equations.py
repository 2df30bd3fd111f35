"""The equations of a discretised model as CasADi programs.

PyBaMM integrates the model. These programs compute the outputs, the consistent states
and the linearised model of a spectrum from the same equations.
"""

import functools
from dataclasses import dataclass
from typing import Any

import casadi
import numpy as np
import pybamm

from nfpcell.arrays import FloatArray, IntArray, Mask
from nfpcell.columns import (
    CHARGE,
    CURRENT,
    MODEL_OVERPOTENTIALS,
    STOICHIOMETRY,
    SURFACE_POTENTIAL,
    VOLTAGE,
)
from nfpcell.simulation.dense_output import Recorder

APPLIED_CURRENT = "Current function [A]"
# the vector of all inputs of the discretised equations
QUANTITIES = "Quantities"
# potential and overpotentials that make up the voltage
OUTPUTS = (SURFACE_POTENTIAL, *MODEL_OVERPOTENTIALS)
# outputs that can be read along a run
RECORDED = (VOLTAGE, CURRENT, CHARGE, STOICHIOMETRY, *OUTPUTS)


@dataclass(frozen=True)
class Linearisation:
    """The linearised model at several points; see ``Equations.linearise``."""

    mass: FloatArray  # diagonal of M, shape (states,)
    rows: IntArray  # indices of the entries of J, shape (entries,)
    columns: IntArray
    J: FloatArray  # entries, shape (points, entries)
    b: FloatArray  # shape (points, states)
    c: FloatArray  # shape (points, outputs, states)
    d: FloatArray  # shape (points, outputs)


class Equations:
    """
    CasADi programs of a discretised model; each is built when it is first needed.

    Parameters
    ----------
    model : discretised PyBaMM model whose only input is the vector QUANTITIES
    size : length of that vector
    applied_current : index of the applied current in it
    """

    def __init__(self, model: Any, size: int, applied_current: int) -> None:
        self.model = model
        self._size = size
        self.applied_current = applied_current
        self._converted: dict[Any, Any] = {}

    @functools.cached_property
    def symbols(self) -> tuple[Any, Any, Any]:
        """Time, states and quantities."""
        lengths = self.model.len_rhs, self.model.len_alg
        y = casadi.vertcat(*(casadi.MX.sym("y", length) for length in lengths))
        return casadi.MX.sym("t"), y, casadi.MX.sym("p", self._size)

    def _expression(self, symbol: Any) -> Any:
        """A PyBaMM symbol as a CasADi expression; repeated parts are converted once."""
        t, y, p = self.symbols
        return symbol.to_casadi(
            t, y, inputs={QUANTITIES: p}, casadi_symbols=self._converted
        )

    @functools.cached_property
    def rates(self) -> Any:
        """Right-hand sides: the mass matrix times the rates of the states."""
        sides = self.model.concatenated_rhs, self.model.concatenated_algebraic
        return casadi.vertcat(*map(self._expression, sides))

    @functools.cached_property
    def _start(self) -> Any:
        return self._expression(self.model.concatenated_initial_conditions)

    @functools.cached_property
    def outputs(self) -> dict[str, Any]:
        """Expressions of RECORDED, by name."""
        variable = self.model.get_processed_variable
        return {name: self._expression(variable(name)) for name in RECORDED}

    def scalar_event(self, event: Any) -> Any:
        """
        The event as one scalar program.

        The integrator evaluates events at every step. With PyBaMM's separate nodes a
        discharge of ``particle`` takes 1.3 times as long, see ``shortcuts``.
        """
        states = pybamm.StateVector(slice(0, self.model.len_rhs_and_alg))
        expression = self._expression(event.expression)
        program = casadi.Function("event", self.symbols, [expression]).expand()
        quantities = pybamm.InputParameter(QUANTITIES, expected_size=self._size)
        call = pybamm.Function(program, pybamm.t, states, quantities)
        return pybamm.Event(event.name, call, event.event_type)

    @functools.cached_property
    def recorder(self) -> Recorder:
        """Program of the outputs along a run."""
        return Recorder(*self.symbols, self.outputs, STOICHIOMETRY)

    @functools.cached_property
    def driving(self) -> Mask:
        """Which quantities affect the states; the others affect outputs only."""
        _, _, p = self.symbols
        rates_and_start = casadi.vertcat(self.rates, self._start)
        return np.array(casadi.which_depends(rates_and_start, p, 1, False))

    @functools.cached_property
    def _initial_voltage(self) -> Any:
        _, _, p = self.symbols
        voltage = casadi.Function("voltage", self.symbols, [self.outputs[VOLTAGE]])
        start = voltage(0, self._start, p)
        return casadi.Function("initial_voltage", [p], [start])

    def initial_voltages(self, quantities: FloatArray) -> FloatArray:
        """Voltages at the start [V], shape (runs,); a column of quantities per run."""
        voltages: FloatArray = self._initial_voltage(quantities).full().ravel()
        return voltages

    def initial_state(self, quantities: FloatArray) -> FloatArray:
        """Consistent state at the start, shape (states,)."""
        _, _, p = self.symbols
        start = casadi.Function("start", [p], [self._start])
        return self.consistent(0.0, start(quantities).full().ravel(), quantities)

    @functools.cached_property
    def _algebraic(self) -> Any:
        t, y, p = self.symbols
        n, f = self.model.len_rhs, self.rates
        problem = {"x": y[n:], "p": casadi.vertcat(t, y[:n], p), "g": f[n:]}
        options = {"abstol": 1e-16, "abstolStep": 1e-11, "error_on_fail": False}
        return casadi.rootfinder("algebraic", "newton", problem, options)

    def consistent(
        self, t: float, state: FloatArray, quantities: FloatArray
    ) -> FloatArray:
        """The state with its algebraic part solved for; the given part is a guess."""
        x, z = np.split(state, [self.model.len_rhs])
        constants = np.concatenate([[t], x, quantities])
        return np.concatenate([x, self._algebraic(z, constants).full().ravel()])

    @functools.cached_property
    def _jacobians(self) -> tuple[Any, IntArray, IntArray]:
        """Function of (t, y, p) for the entries of a linearisation; indices of J."""
        t, y, p = self.symbols
        k, f = self.applied_current, self.rates
        outputs = casadi.vertcat(*(self.outputs[name] for name in OUTPUTS))
        J = casadi.jacobian(f, y)
        entries = [
            J.nz[:],
            casadi.densify(casadi.jacobian(f, p)[:, k]),
            casadi.densify(casadi.jacobian(outputs, y)),
            casadi.densify(casadi.jacobian(outputs, p)[:, k]),
        ]
        rows, columns = J.sparsity().get_triplet()
        function = casadi.Function("jacobians", [t, y, p], entries)
        return function, np.array(rows), np.array(columns)

    def linearise(
        self, times: FloatArray, states: FloatArray, quantities: FloatArray
    ) -> Linearisation:
        r"""
        The model linearised about operating points of one run.

        .. math:: M\,\delta\dot y = J\,\delta y + b\,\delta I,\qquad
                  \delta o = c\,\delta y + d\,\delta I

        Parameters
        ----------
        times : [s], shape (points,)
        states : consistent states at these times, shape (states, points)
        quantities : of that run

        Returns
        -------
        Linearisation, with the outputs o in the order of OUTPUTS
        """
        function, rows, columns = self._jacobians
        entries = [
            [part.full() for part in function(t, y, quantities)]
            for t, y in zip(times, np.asarray(states).T, strict=True)
        ]
        J, b, c, d = (np.array(part) for part in zip(*entries, strict=True))
        mass = self.model.mass_matrix.entries.diagonal()
        return Linearisation(mass, rows, columns, J[:, :, 0], b[:, :, 0], c, d[:, :, 0])


def scalar_jacobian(expression: Any, y: Any) -> Any:
    """Jacobian as one scalar program.

    With PyBaMM's Jacobian a discharge of ``full`` takes 1.2 times as long.
    """
    symbols = casadi.symvar(casadi.veccat(y, expression))
    program = casadi.Function("f", symbols, [expression, y]).expand()
    scalars = [casadi.SX.sym(symbol.name(), *symbol.shape) for symbol in symbols]
    values, states = program(*scalars)
    J = casadi.cse(casadi.jacobian(values, states))
    return casadi.Function("jacobian", scalars, [J])(*symbols)
