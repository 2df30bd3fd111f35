"""480 curves: six cells over rate, temperature and direction, on all cores.

Ours is the table of ``nfpcell simulate``: for each condition the slow half-cycle
before, the rest and the half-cycle itself, at an error below 1 mV. The peer is the same
model in plain PyBaMM on its default mesh: once as its users write it, a ``Simulation``
for each condition, and once in the best way, one build that takes all numbers as inputs
in one batch on all cores. The peer runs a sample of the conditions; its time is scaled.
"""

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pybamm

from nfpcell import columns
from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import HALF_CYCLES
from nfpcell.model import integrator
from nfpcell.parallel import threads
from nfpcell.simulation import constant_current, engine, equations, starting_state
from nfpcell.simulation.condition import Condition
from nfpcell_benchmarks import ratios
from nfpcell_benchmarks.mesh_error import started
from nfpcell_benchmarks.ratios import SpeedRow
from nfpcell_benchmarks.single_discharge import clock, seconds

CELLS = ("A", "B", "C", "D", "E", "pouch")
RATES = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5)
TEMPERATURES = (-20, 0, 15, 30, 45)  # [degC]
REPEATS = {"particle": 3, "full": 2}
# the peer runs every n-th condition: 53 and 17 of 480
EVERY = {"particle": 9, "full": 29}
START = parameters.CONDITIONS["U_init"]
WANTED, WANTED_SHARE = 20.0, 0.5


class IntegratorTime:
    """Time that passes within PyBaMM's compiled integrator [s]."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """Add up the time while this is entered."""
        original = pybamm.IDAKLUSolver._integrate

        def integrate(*args: Any, **kwargs: Any) -> Any:
            begin = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - begin

        pybamm.IDAKLUSolver._integrate = integrate
        try:
            yield
        finally:
            pybamm.IDAKLUSolver._integrate = original


def against_peers() -> list[SpeedRow]:
    """Rows of both models."""
    # warnings of the peer about the conditions that it does not run
    pybamm.set_logging_level("ERROR")
    cells = [Cell.load(word) for word in CELLS]
    conditions = [
        Condition(cell, direction, rate, temperature)
        for cell in cells
        for rate in RATES
        for temperature in TEMPERATURES
        for direction in HALF_CYCLES
    ]
    return [*_rows("particle", conditions), *_rows("full", conditions)]


def _rows(fidelity: str, conditions: Sequence[Condition]) -> list[SpeedRow]:
    engine.built.cache_clear()
    begin = time.perf_counter()
    table = _table(conditions, fidelity)
    with_builds = time.perf_counter() - begin
    our_times, integrator_times = [], []
    for _ in range(REPEATS[fidelity]):
        within = IntegratorTime()
        with within.measured():
            our_times.append(clock(partial(_table, conditions, fidelity)))
        integrator_times.append(within.seconds)

    # the starts are computed before: a user of the peer would type them in
    sampled = slice(EVERY[fidelity] // 2, None, EVERY[fidelity])
    sample = started(conditions[sampled])
    # a condition that starts beyond its cut-off would end a batch
    runs = table[columns.CAPACITY].to_numpy()[sampled] > 0
    running = list(itertools.compress(sample, runs))
    scale = len(conditions) / len(sample)
    protocols = scale * sum(clock(partial(protocol, fidelity, c)) for c in sample)
    simulations = scale * sum(clock(partial(simulation, fidelity, c)) for c in sample)
    batched = scale * seconds(batch(fidelity, running), 2)

    case = f"{len(conditions)} curves, {fidelity}"
    note = f"{len(sample)} of the peer's done, scaled"
    same = "the same model and protocol, a Simulation for each"
    given = "the same model from a given state"
    shares = np.divide(integrator_times, our_times)
    return [
        ratios.row(case, our_times, same, protocols, note, WANTED),
        ratios.row(
            f"{case}, with all builds", with_builds, same, protocols, note, WANTED
        ),
        ratios.row(
            case, our_times, f"{given}, a Simulation for each", simulations, note
        ),
        ratios.row(case, our_times, f"{given}, one build and batch", batched, note),
        SpeedRow(
            case,
            float(np.median(our_times)),
            "the integrator alone, in ours",
            float(np.median(integrator_times)),
            float(np.median(shares)),
            float(shares.min()),
            float(shares.max()),
            "its share of our time",
            WANTED_SHARE,
        ),
    ]


def _table(conditions: Sequence[Condition], fidelity: str) -> pd.DataFrame:
    table, _ = constant_current.half_cycles(conditions, fidelity, curves=False)
    return table


def _model(fidelity: str, **options: Any) -> Any:
    return engine.FIDELITIES[fidelity](double_layers=False, **options)


def _inputs(condition: Condition) -> dict[str, float]:
    if condition.start is None:
        raise ValueError("the condition has no start")
    return {
        equations.APPLIED_CURRENT: condition.current,
        parameters.CONDITIONS["T"]: condition.kelvin,
        START: condition.start,
    }


def simulation(fidelity: str, condition: Condition) -> Any:
    """One condition as one writes it in PyBaMM first: model, Simulation, solve."""
    values = condition.cell.parameter_values()
    values.update(_inputs(condition))
    built = pybamm.Simulation(
        _model(fidelity, explicit_surface=True), parameter_values=values
    )
    with contextlib.suppress(pybamm.SolverError):
        return built.solve([0, condition.longest])
    return None


def batch(fidelity: str, conditions: Sequence[Condition]) -> Callable[[], list[Any]]:
    """A function that solves conditions in one batch of a model that is built."""
    inputs = [
        {name: float(value) for name, value in {**c.cell.values, **_inputs(c)}.items()}
        for c in conditions
    ]
    values = conditions[0].cell.parameter_values()
    values.update(dict.fromkeys(inputs[0], "[input]"))
    built = pybamm.Simulation(
        _model(fidelity, explicit_surface=True), parameter_values=values
    )
    built.build()
    # the model's own solver, but on all cores
    solver = integrator.solver(threads=threads(), on_failure="ignore")
    times = [0, max(condition.longest for condition in conditions)]
    return lambda: engine.as_list(solver.solve(built.built_model, times, inputs=inputs))


def protocol(fidelity: str, condition: Condition) -> Any:
    """One condition after the slow half-cycle and a rest, as PyBaMM's Experiment."""
    cell = condition.cell
    cutoffs = {
        "charge": cell["Upper voltage cut-off [V]"],
        "discharge": cell["Lower voltage cut-off [V]"],
    }
    (slow_direction,) = set(HALF_CYCLES) - {condition.direction}

    def step(half_cycle: Condition) -> Any:
        return pybamm.step.current(
            half_cycle.current,
            duration=half_cycle.longest,
            termination=f"{cutoffs[half_cycle.direction]:g}V",
            temperature=half_cycle.kelvin,
        )

    slow = Condition(
        cell,
        slow_direction,
        starting_state.SLOW_RATE,
        starting_state.SLOW_TEMPERATURE,
    )
    rest = pybamm.step.string("Rest for 1 hour", temperature=condition.kelvin)
    values = cell.parameter_values()
    # 1 mV within the cut-off, as ours
    inward = 1e-3 if condition.direction == "discharge" else -1e-3
    values[START] = cutoffs[condition.direction] + inward
    built = pybamm.Simulation(
        _model(fidelity),
        parameter_values=values,
        experiment=pybamm.Experiment([step(slow), rest, step(condition)]),
    )
    with contextlib.suppress(pybamm.SolverError):
        return built.solve()
    return None
