"""Operating points: states, under load or at rest, at which spectra are computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nfpcell.arrays import FloatArray, Mask
from nfpcell.cell.definition import Cell
from nfpcell.errors import SolveError
from nfpcell.outcome import failure
from nfpcell.physics import open_circuit
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import (
    SLOW_RATE,
    open_circuit_voltage,
    starting_voltage,
)

NOT_REACHED = "not reached at this rate and temperature"


@dataclass(frozen=True)
class OperatingPoints:
    """States of a run at given depths of discharge."""

    engine: Engine  # of the run
    inputs: Inputs  # of the run
    reached: Mask  # which of the depths the run reached, shape (depths,)
    times: FloatArray  # of the points reached [s], shape (points,)
    states: FloatArray  # at these times, shape (states, points)
    reason: str = NOT_REACHED  # why the other depths were not reached


def _none_reached(engine: Engine, count: int, reason: str) -> OperatingPoints:
    nothing = np.empty(0)
    reached = np.zeros(count, dtype=bool)
    return OperatingPoints(engine, {}, reached, nothing, nothing, reason)


def operating_points(
    condition: Condition,
    depths: Sequence[float] | FloatArray,
    model: str = "full",
    **numerics: Any,
) -> OperatingPoints:
    """States of a half-cycle, or at rest if the C-rate is 0, at depths of discharge."""
    numerics = {"double_layers": True, **numerics}
    depths = np.asarray(depths)
    if condition.rate == 0:
        cell, temperature = condition.cell, condition.temperature
        return _at_rest(cell, temperature, depths, model, numerics)
    engine = engine_for(*condition.values, model, **numerics)
    discharge = replace(condition, direction="discharge")
    inputs, run = _half_cycle(engine, discharge, model, numerics)
    times = np.empty(0)
    if run.solution is not None:
        length = run.solution.t[-1]
        if condition.direction == "charge":
            # depth of discharge on charge is 1 - q/Q of the discharge
            inputs, run = _half_cycle(engine, condition, model, numerics)
            times = (1 - depths) * length
        else:
            times = depths * length
    if run.solution is None:
        outcome = run.outcome
        reason = outcome.status if outcome.failed else outcome.termination
        return _none_reached(engine, len(depths), reason)
    reached = times <= run.solution.t[-1]
    states = engine.states(run, times[reached], inputs)
    return OperatingPoints(engine, inputs, reached, times[reached], states)


def _half_cycle(
    engine: Engine, condition: Condition, model: str, numerics: dict[str, Any]
) -> tuple[Inputs, Run]:
    """Run a half-cycle that follows a slow half-cycle; its inputs and the run."""
    try:
        voltage = starting_voltage(
            condition.cell, condition.direction, model, **numerics
        )
    except SolveError as error:
        return {}, Run(None, failure(str(error)))
    inputs = engine.inputs_of(condition.starting_at(voltage))
    (run,) = engine.solve([inputs], [0, condition.longest])
    return inputs, run


def _at_rest(
    cell: Cell,
    temperature: float,
    depths: FloatArray,
    model: str,
    numerics: dict[str, Any],
) -> OperatingPoints:
    """Rest states with uniform sodium, between a slow charge and a slow discharge."""
    try:
        charged, discharged = (
            _sodium_at(cell, starting_voltage(cell, direction, model, **numerics))
            for direction in ("discharge", "charge")
        )
    except SolveError as error:
        engine = engine_for(cell, "either", SLOW_RATE, temperature, model, **numerics)
        return _none_reached(engine, len(depths), str(error))
    fractions = charged + depths * (discharged - charged)
    voltages = [float(open_circuit_voltage(cell, theta)) for theta in fractions]
    return resting_at(cell, voltages, temperature, model, **numerics)


def resting_at(
    cell: Cell,
    voltages: Sequence[float],
    temperature: float,
    model: str = "full",
    **numerics: Any,
) -> OperatingPoints:
    """Rest states with uniform sodium at open-circuit voltages.

    The voltages [V] are those at the reference temperature.
    """
    numerics = {"double_layers": True, **numerics}
    engine = engine_for(cell, "either", SLOW_RATE, temperature, model, **numerics)
    condition = Condition(cell, "discharge", 0.0, temperature)
    inputs = [engine.inputs_of(condition.starting_at(voltage)) for voltage in voltages]
    states = np.array([engine.initial_state(values) for values in inputs]).T
    reached, times = np.ones(len(voltages), dtype=bool), np.zeros(len(voltages))
    return OperatingPoints(engine, inputs[-1], reached, times, states)


def _sodium_at(cell: Cell, voltage: float) -> float:
    """Sodium fraction at an open-circuit voltage [V]."""
    T_ref, d = cell["Reference temperature [K]"], cell.derived()
    occupancy, _ = open_circuit.occupancy(voltage, T_ref, *d.galleries)
    return float(occupancy)
