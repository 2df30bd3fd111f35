"""480 curves: six cells over rate, temperature and direction, on all cores.

Ours are the table of ``nfpcell simulate``: of each condition the slow half-cycle
before, the rest and the half-cycle itself, at an error below 1 mV. The peer is the same
model in plain PyBaMM on the usual mesh of that, once in the way its users write it, a
``Simulation`` for each condition, and once in the best way, built once and given all
numbers as inputs in one batch on all cores. Of the conditions of the peer some are done
and the time is scaled.
"""

import contextlib
import itertools
import time

import numpy as np
import pybamm

from nfpcell import columns
from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.model import integrator
from nfpcell.parallel import threads
from nfpcell.simulation import constant_current, engine, equations, starting_state
from nfpcell.simulation.condition import Condition, longest_duration
from nfpcell_benchmarks import ratios, single_discharge

CELLS = ("A", "B", "C", "D", "E", "pouch")
RATES = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5)
TEMPERATURES = (-20, 0, 15, 30, 45)
CONDITIONS = [
    (cell, way, rate, temperature)
    for cell in CELLS
    for rate in RATES
    for temperature in TEMPERATURES
    for way in ("discharge", "charge")
]
REPEATS = {"particle": 3, "full": 2}
# every which condition has a Simulation of its own: 53 and 17 of 480
EVERY = {"particle": 9, "full": 29}
START = parameters.CONDITIONS["U_init"]


class Integrator:
    """Seconds that pass within PyBaMM's compiled integrator."""

    def __init__(self):
        self.seconds = 0.0

    @contextlib.contextmanager
    def watched(self):
        """While this is entered."""
        usual = pybamm.IDAKLUSolver._integrate

        def integrate(*args, **kwargs):
            begin = time.perf_counter()
            try:
                return usual(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - begin

        pybamm.IDAKLUSolver._integrate = integrate
        try:
            yield self
        finally:
            pybamm.IDAKLUSolver._integrate = usual


def against_peers():
    """Rows of both fidelities, see ``ratios``."""
    # which conditions it leaves out is no news here
    pybamm.set_logging_level("ERROR")
    cells = {word: Cell.load(word) for word in CELLS}
    conditions = [(cells[word], *rest) for word, *rest in CONDITIONS]
    return [*_of("particle", conditions), *_of("full", conditions)]


def _of(fidelity, conditions):
    engine.built.cache_clear()
    begin = time.perf_counter()
    table = _table(conditions, fidelity)
    first = time.perf_counter() - begin
    inside, own = [], []
    for _ in range(REPEATS[fidelity]):
        integrator = Integrator()
        with integrator.watched():
            own.append(single_discharge.clock(lambda: _table(conditions, fidelity)))
        inside.append(integrator.seconds)

    sampled = slice(EVERY[fidelity] // 2, None, EVERY[fidelity])
    sample = conditions[sampled]
    # what a user would type in, so not within the time of the peer
    starts = starting_state.starting_voltages([c[:2] for c in sample], "particle")
    # one that starts past its cut-off would end a batch
    runs = table[columns.CAPACITY].to_numpy()[sampled] > 0
    running = [list(itertools.compress(each, runs)) for each in (sample, starts)]
    each = sum(
        single_discharge.clock(lambda c=c: protocol(fidelity, *c)) for c in sample
    )
    alone = sum(
        single_discharge.clock(lambda s=s, c=c: simulation(fidelity, s, *c))
        for s, c in zip(starts, sample, strict=True)
    )
    together = single_discharge.seconds(batch(fidelity, *running), 2)
    each, alone, together = (
        np.array([each, alone, together]) * len(conditions) / len(sample)
    )
    case = f"{len(conditions)} curves, {fidelity}"
    note = f"{len(sample)} of the peer's done, scaled"
    usual = "the same model and protocol, a Simulation for each"
    given = "the same model from a given state"
    shares = np.divide(inside, own)
    return [
        ratios.row(case, own, usual, each, note),
        ratios.row(f"{case}, with all builds", first, usual, each, note),
        ratios.row(case, own, f"{given}, a Simulation for each", alone, note),
        ratios.row(case, own, f"{given}, one build and batch", together, note),
        (
            *(case, float(np.median(own))),
            *("the integrator alone, in ours", float(np.median(inside))),
            *(float(np.median(shares)), float(shares.min()), float(shares.max())),
            "its share of our time",
        ),
    ]


def _table(conditions, fidelity):
    runs = [Condition(*condition) for condition in conditions]
    table, _ = constant_current.half_cycles(runs, fidelity, curves=False)
    return table


def _model(fidelity, **more):
    return engine.FIDELITIES[fidelity](double_layers=False, **more)


def simulation(fidelity, start, cell, way, rate, temperature):
    """One condition as one writes it in PyBaMM first: model, Simulation, solve."""
    values = cell.parameter_values()
    values.update(_inputs(start, cell, way, rate, temperature))
    model = _model(fidelity, explicit_surface=True)
    own = pybamm.Simulation(model, parameter_values=values)
    with contextlib.suppress(pybamm.SolverError):
        return own.solve([0, longest_duration(cell, rate)])
    return None


def _inputs(start, cell, way, rate, temperature):
    sign = 1 if way == "discharge" else -1
    return {
        equations.APPLIED_CURRENT: float(sign * rate * cell.derived().nominal_capacity),
        parameters.CONDITIONS["T"]: temperature + ZERO_CELSIUS,
        START: start,
    }


def batch(fidelity, conditions, starts):
    """A function that solves conditions in one batch of a model built before."""
    inputs, longest = [], []
    for start, condition in zip(starts, conditions, strict=True):
        cell, _, rate, _ = condition
        values = {**cell.values, **_inputs(start, *condition)}
        inputs.append({name: float(value) for name, value in values.items()})
        longest.append(longest_duration(cell, rate))
    values = conditions[0][0].parameter_values()
    values.update(dict.fromkeys(inputs[0], "[input]"))
    model = _model(fidelity, explicit_surface=True)
    own = pybamm.Simulation(model, parameter_values=values)
    own.build()
    # the model's own, but on all cores
    several = integrator.solver(threads=threads(), on_failure="ignore")

    def job():
        found = several.solve(own.built_model, [0, max(longest)], inputs=inputs)
        return engine.as_list(found)

    return job


def protocol(fidelity, cell, way, rate, temperature):
    """One condition with the slow half-cycle and the rest before it, an Experiment."""
    capacity = float(cell.derived().nominal_capacity)
    low, high = (cell[f"{side} voltage cut-off [V]"] for side in ("Lower", "Upper"))
    ends = {"Charge": high, "Discharge": low}
    now = way.capitalize()
    (before,) = set(ends) - {now}

    def step(word, c_rate, at):
        sign = 1 if word == "Discharge" else -1
        return pybamm.step.current(
            sign * c_rate * capacity,
            duration=longest_duration(cell, c_rate),
            termination=f"{ends[word]:g}V",
            temperature=at,
        )

    slow = step(
        before, starting_state.SLOW_RATE, starting_state.SLOW_TEMPERATURE + ZERO_CELSIUS
    )
    at = temperature + ZERO_CELSIUS
    rest = pybamm.step.string("Rest for 1 hour", temperature=at)
    values = cell.parameter_values()
    # a hair inside the window, as ours
    inside = 1e-3 if now == "Discharge" else -1e-3
    values[START] = ends[now] + inside
    own = pybamm.Simulation(
        _model(fidelity),
        parameter_values=values,
        experiment=pybamm.Experiment([slow, rest, step(now, rate, at)]),
    )
    with contextlib.suppress(pybamm.SolverError):
        return own.solve()
    return None
