"""Random protocols, through ``nfpcell protocol`` and through plain PyBaMM.

Each has steps of every kind, rests up to 30 days, pulses of 1 s and temperatures from
-40 to 60 degC. A run passes if every step ends by its time, by its own end or at a
cut-off, and if what is said of its end is what its last state shows.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pybamm

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.outcome import succeeded
from nfpcell.simulation.engine import FIDELITIES
from nfpcell.simulation.protocol import Protocol, run
from nfpcell.simulation.protocol_steps import BEYOND, Instruction, Segment, Start

CELLS = ("A", "B", "C", "D", "E", "pouch")
STARTS: tuple[Start, ...] = ("charged", "discharged")
COLDEST, HOTTEST = -40, 60  # degC
LONGEST_REST = 30 * 24  # h
MOST_STEPS = 6
# largest deviation of the last voltage [V], and of the duration, from what was said
VOLTAGE_ERROR, TIME_ERROR = 2e-3, 1e-6

# kinds of ending
FINISHED = "by its time"
AT_END = "at its own end or a cut-off"
PASSED = "not run: passed at its start"
CELL_CUTOFF = "at a cut-off of the cell, which ends PyBaMM's experiment"
TOO_LONG = "after the longest duration of a step, which ends PyBaMM's experiment"
STOPPED = "the solver stopped"
NOT_RUN = "not run after that"
FALSE = "not as said"
BAD = (STOPPED, FALSE)
REPORT = ("Route", "Model", "Ending", "Steps")


@dataclass(frozen=True)
class RandomProtocol:
    """A protocol drawn at random; the seed makes it again."""

    seed: int
    cell: Cell
    start: Start  # of ``nfpcell protocol``
    state_of_charge: float  # at the start in plain PyBaMM
    instructions: tuple[Instruction, ...]


def drawn(seed: int) -> RandomProtocol:
    """Return the protocol of a seed."""
    rng = np.random.default_rng(seed)
    cell = Cell.load(str(rng.choice(CELLS)))
    kinds = rng.permutation(len(KINDS))[: rng.integers(3, MOST_STEPS + 1)]
    instructions = tuple(
        Instruction(KINDS[kind](rng, cell), float(rng.integers(COLDEST, HOTTEST + 1)))
        for kind in kinds
    )
    start = STARTS[rng.integers(2)]
    return RandomProtocol(seed, cell, start, float(rng.uniform()), instructions)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _text(number: float) -> str:
    """Three digits, without an exponent, which PyBaMM does not read."""
    return np.format_float_positional(number, 3, fractional=False, trim="-")


def _direction(rng: np.random.Generator) -> tuple[str, str]:
    """A direction and a voltage that ends it."""
    if rng.integers(2):
        return "Discharge", f"{rng.uniform(2.0, 2.8):.2f} V"
    return "Charge", f"{rng.uniform(3.3, 4.5):.2f} V"


def _ending(rng: np.random.Generator, end: str, rate: float) -> str:
    """Until an end, for a time, or until the first of both."""
    hours = f"{_text(_between(rng, 0.01, 2) / rate)} hours"
    return (f"until {end}", f"for {hours}", f"for {hours} or until {end}")[
        rng.integers(3)
    ]


def _amount(rng: np.random.Generator, cell: Cell) -> tuple[float, float]:
    """A C-rate, and its current in this cell [A]."""
    rate = _between(rng, 1e-3, 2)
    return rate, rate * float(cell.derived().nominal_capacity)


def _current(rng: np.random.Generator, cell: Cell) -> str:
    direction, end = _direction(rng)
    rate, _ = _amount(rng, cell)
    return f"{direction} at {_text(rate)}C {_ending(rng, end, rate)}"


def _power(rng: np.random.Generator, cell: Cell) -> str:
    direction, end = _direction(rng)
    rate, current = _amount(rng, cell)
    # a quarter of the power of this current at 3 V
    return f"{direction} at {_text(750 * current)} mW {_ending(rng, end, rate)}"


def _resistance(rng: np.random.Generator, cell: Cell) -> str:
    rate, current = _amount(rng, cell)
    end = f"{rng.uniform(2.0, 2.8):.2f} V"
    return f"Discharge at {_text(3 / current)} Ohm {_ending(rng, end, rate)}"


def _hold(rng: np.random.Generator, cell: Cell) -> str:
    volts = rng.uniform(cell[LOWER_CUTOFF], cell[UPPER_CUTOFF])
    end = f"C/{_text(_between(rng, 5, 500))}"
    return f"Hold at {volts:.2f} V {_ending(rng, end, _between(rng, 0.01, 1))}"


def _rest(rng: np.random.Generator, cell: Cell) -> str:
    return f"Rest for {_text(_between(rng, 1e-3, LONGEST_REST))} hours"


def _pulse(rng: np.random.Generator, cell: Cell) -> str:
    direction, _ = _direction(rng)
    return f"{direction} at {_text(_between(rng, 0.5, 20))}C for 1 second"


KINDS: tuple[Callable[[np.random.Generator, Cell], str], ...] = (
    _current,
    _current,
    _power,
    _resistance,
    _hold,
    _rest,
    _rest,
    _pulse,
)


# --------------------------------------------------------------------------- the routes
def by_command(protocol: RandomProtocol, model: str) -> list[str]:
    """Kinds of ending of the steps in ``nfpcell protocol``."""
    segment = Segment("random", protocol.cell, protocol.start, protocol.instructions)
    name = f"seed {protocol.seed}"
    table, curves = run(Protocol(name, "", "", protocol.cell, (segment,)), model)
    kinds = [
        _kind(row, instruction)
        for (_, row), instruction in zip(
            table.iterrows(), protocol.instructions, strict=True
        )
    ]
    numbers = curves.select_dtypes("number") if len(curves) else curves
    if not np.isfinite(numbers.to_numpy()).all():
        kinds[-1] = FALSE
    return kinds


def _kind(row: "pd.Series[Any]", instruction: Instruction) -> str:
    if row[columns.STATUS].startswith(BEYOND):
        return PASSED
    if row[columns.STATUS].startswith("not run"):
        return NOT_RUN
    if not succeeded(pd.Series([row[columns.STATUS]])).all():
        return STOPPED
    seconds = row[columns.DURATION] * SECONDS_PER_HOUR
    return _checked(
        row[columns.ENDED_BY], row[columns.FINAL_VOLTAGE], seconds, instruction
    )


def _checked(
    ended_by: str, voltage: float, seconds: float, instruction: Instruction
) -> str:
    """The kind of ending, if the last voltage and the duration agree with it."""
    if ended_by == "final time":
        expected = instruction.step("random").duration
        return FINISHED if abs(seconds / expected - 1) < TIME_ERROR else FALSE
    if ended_by.startswith("Voltage"):
        said = float(ended_by.split()[2])
        return AT_END if abs(voltage - said) < VOLTAGE_ERROR else FALSE
    return AT_END


class _Log(pybamm.callbacks.LoggingCallback):
    """Keeps why an experiment ended early; logs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.kind, self.failed = STOPPED, False

    def on_experiment_error(self, logs: dict[str, Any]) -> None:
        """Keep whether the cell starts beyond a cut-off, or the solver stopped."""
        beyond = "non-positive at initial conditions" in str(logs["error"])
        self.kind, self.failed = CELL_CUTOFF if beyond else STOPPED, True

    def on_experiment_infeasible_time(self, logs: dict[str, Any]) -> None:
        """Keep the kind of a step that PyBaMM ends after its longest duration."""
        self.kind = TOO_LONG

    def on_experiment_infeasible_event(self, logs: dict[str, Any]) -> None:
        """Keep the kind of an end at a cut-off of the cell."""
        self.kind = CELL_CUTOFF


def by_pybamm(protocol: RandomProtocol, model: str) -> list[str]:
    """Kinds of ending of the steps in a plain ``pybamm.Simulation``."""
    steps = [instruction.step("random") for instruction in protocol.instructions]
    simulation = pybamm.Simulation(
        FIDELITIES[model](),
        parameter_values=protocol.cell.parameter_values(),
        experiment=pybamm.Experiment([tuple(steps)]),
    )
    log = _Log()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            solution = simulation.solve(
                initial_soc=protocol.state_of_charge, callbacks=log
            )
    except pybamm.SolverError:
        if not log.failed:
            return len(steps) * [PASSED]
        return [log.kind] + (len(steps) - 1) * [NOT_RUN]
    done = solution.cycles[0].steps
    kinds = [
        _kind_of(step, instruction)
        for step, instruction in zip(done, protocol.instructions, strict=False)
    ]
    if len(done) < len(steps) and log.failed:
        kinds.append(log.kind)
    elif len(done) < len(steps):
        kinds[-1] = log.kind
    return kinds + (len(steps) - len(kinds)) * [NOT_RUN]


def _kind_of(step: Any, instruction: Instruction) -> str:
    if isinstance(step, pybamm.EmptySolution):
        return PASSED
    ended_by = step.termination.removeprefix("event: ").removesuffix(" [experiment]")
    if ended_by in ("Minimum voltage [V]", "Maximum voltage [V]"):
        return CELL_CUTOFF
    voltage = step["Voltage [V]"].entries
    if not np.isfinite(voltage).all():
        return FALSE
    return _checked(ended_by, voltage[-1], step.t[-1] - step.t[0], instruction)


ROUTES: dict[str, Callable[[RandomProtocol, str], list[str]]] = {
    "nfpcell protocol": by_command,
    "plain PyBaMM": by_pybamm,
}


def results(
    seeds: Sequence[int], models: Sequence[str] = tuple(FIDELITIES)
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Seed, route, model and the kinds of ending, one run after the other."""
    for seed in seeds:
        protocol = drawn(seed)
        for route, solve in ROUTES.items():
            for model in models:
                yield seed, route, model, solve(protocol, model)


def report(runs: Sequence[tuple[int, str, str, list[str]]]) -> pd.DataFrame:
    """Number of steps by route, model and kind of ending."""
    steps = [(route, model, kind) for _, route, model, kinds in runs for kind in kinds]
    table = pd.DataFrame(steps, columns=list(REPORT[:3]))
    return table.value_counts(sort=False).rename(REPORT[3]).reset_index()


def failures(runs: Sequence[tuple[int, str, str, list[str]]]) -> list[str]:
    """One line for each run with a bad ending."""
    return [
        f"seed {seed}, {route}, {model}: {'; '.join(kinds)}"
        for seed, route, model, kinds in runs
        if set(kinds) & set(BAD)
    ]
