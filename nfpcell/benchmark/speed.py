"""The same work by nfpcell and by what a user would pick instead, side by side.

All in one process, except what is a process; times are taken in turn and told as
ratios. A slow peer does a share of the conditions and its time is scaled.
"""

import contextlib
import functools
import importlib.util
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pybamm

from nfpcell import cycling, engine, linearised
from nfpcell import model as models
from nfpcell.benchmark import fit, operando, warm
from nfpcell.cell import Cell
from nfpcell.engine import FIDELITIES
from nfpcell.sweeping import plan, run

COLUMNS = [
    "Case",
    "nfpcell [s]",
    "Peer",
    "Peer [s]",
    "Ratio",
    "Least ratio",
    "Largest ratio",
    "Wanted ratio",
    "Met",
    "Note",
]
CELLS = ("A", "B", "C", "D", "E", "pouch")
RATES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0)
TEMPERATURES = (30.0, 15.0, 0.0, -10.0, -20.0)
# every so many of the 480 conditions: ours, a Simulation for each, one with inputs
SHARES = {"particle": (4, 48, 24), "full": (24, 120, 80)}
CURRENT, KELVINS = "Current function [A]", "Ambient temperature [K]"
START = "Initial voltage in positive electrode [V]"
PROCESSES = 3
# of the peers of the fit, each [s]
FIT_LIMIT = 15.0
NUMBERS = (10, 100, 1000, 10_000)
SWEEP = """title = "Rates"
kind = "sweep"
source = "nfpcell benchmark"
cells = ["C"]
model = "particle"
outputs = ["Specific capacity [mA.h.g-1]", "Mean voltage [V]", "Termination"]
[sample]
method = "latin hypercube"
number = {number}
seed = 1
[vary."C-rate"]
lower = 0.5
upper = 5.0
scale = "log"
[vary."Contact resistance [Ohm]"]
lower = 0.0
upper = 40.0
"""
_HALF_CELL = (
    "import pybamm; pybamm.Simulation(pybamm.lithium_ion.{}({{'working electrode': "
    "'positive'}}), parameter_values=pybamm.ParameterValues('Xu2019')).solve([0, 3600])"
)


@dataclass(frozen=True)
class Speed:
    """
    What ``measure`` found.

    Attributes
    ----------
    rows : table with COLUMNS
    growth : table of cost over size
    """

    rows: pd.DataFrame
    growth: pd.DataFrame


def measure(progress=None):
    """All cases; called back with (done, all, what is next)."""
    progress = progress or (lambda *_: None)
    cases = {
        "cold start": commands,
        "warm curve": curves,
        "sweep, particle": lambda: sweep("particle"),
        "sweep, full": lambda: sweep("full"),
        "operando map": maps,
        "fit": fits,
        "growth": growth,
    }
    rows, table = [], pd.DataFrame()
    for number, (name, case) in enumerate(cases.items()):
        progress(number, len(cases), name)
        found = case()
        if name == "growth":
            found, table = found
        rows += found
    progress(len(cases), len(cases))
    return Speed(pd.DataFrame(rows, columns=COLUMNS), table)


def row(case, own, peer, other, wanted=np.nan, note=""):
    """
    One line: times of both, in pairs or all against all, as medians and ratios.

    Parameters
    ----------
    own, other : times [s]; pairs if there are as many of both
    wanted : ratio that is to be reached, nan where none was set
    """
    own, other = np.ravel(own), np.ravel(other)
    same = len(own) == len(other)
    ratios = other / own if same else np.divide.outer(other, own).ravel()
    ratio = float(np.median(ratios))
    found = (case, float(np.median(own)), peer, float(np.median(other)), ratio)
    ends = float(ratios.min()), float(ratios.max())
    met = None if np.isnan(wanted) else bool(ratio >= wanted)
    return dict(zip(COLUMNS, (*found, *ends, wanted, met, note), strict=True))


def seconds(job):
    """Time of a job [s], and what it gives."""
    begin = time.perf_counter()
    found = job()
    return time.perf_counter() - begin, found


# ------------------------------------------------------------------------ cold start
def commands():
    """From the prompt to a table, as processes."""
    ours = {
        "nfpcell --help": ["-m", "nfpcell", "--help"],
        "one curve, particle": _one_curve("particle"),
        "one curve, full": _one_curve("full"),
    }
    theirs = {
        "python -c 'import pybamm'": ["-c", "import pybamm"],
        "PyBaMM, SPM half-cell as a script": ["-c", _HALF_CELL.format("SPM")],
        "PyBaMM, DFN half-cell as a script": ["-c", _HALF_CELL.format("DFN")],
    }
    times = {name: [] for name in (*ours, *theirs)}
    for _ in range(PROCESSES):
        for name, words in {**theirs, **ours}.items():
            times[name].append(seconds(lambda words=words: _process(words))[0])
    imported, spm, dfn = theirs
    note = "at most 1.5 times the import alone"
    pairs = [
        ("nfpcell --help", imported, 1 / 0.3, "at most 0.3 times the import alone"),
        ("one curve, particle", imported, 1 / 1.5, note),
        ("one curve, full", imported, 1 / 1.5, note),
        ("one curve, particle", spm, np.nan, "another cell, no table"),
        ("one curve, full", dfn, np.nan, "another cell, no table"),
    ]
    return [
        row(f"cold start: {own}", times[own], peer, times[peer], wanted, why)
        for own, peer, wanted, why in pairs
    ]


def _one_curve(model):
    return ["-m", "nfpcell", "simulate", "C", "--rates", "1", "--model", model]


def _process(words):
    subprocess.run(
        [sys.executable, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


# ------------------------------------------------------------------------ warm curve
def curves():
    """One warm curve, against the cheapest mesh of a peer that is as accurate."""
    rows = []
    for fidelity, name, wanted in (
        ("particle", "PyBaMM, SPM half-cell", 1.0),
        ("full", "PyBaMM, DFN half-cell", 2.0),
    ):
        job, case = warm.ours(fidelity)
        exact, _ = warm.ours(fidelity, fine=True)
        error = warm.error(job(), exact())
        what, theirs, other = warm.peer(fidelity, case, error)
        pairs = [(seconds(job)[0], seconds(other)[0]) for _ in range(warm.REPEATS)]
        note = f"{what}; errors {error:.2f} and {theirs:.2f} mV"
        rows.append(
            row(f"one warm curve, {fidelity}", *_split(pairs, name), wanted, note)
        )
    return rows


def _split(pairs, name):
    own, other = zip(*pairs, strict=True)
    return own, name, other


# ----------------------------------------------------------------------------- sweep
def sweep(model):
    """6 cells x 8 rates x 5 temperatures x 2 directions."""
    conditions = conditions_of_sweep()
    mine, each, batch = SHARES[model]
    own = conditions[::mine]
    cycling.half_cycles(own[::4], model)  # builds what later calls share
    pairs = []
    for _ in range(2):
        with counting() as spent:
            took, _ = seconds(lambda: cycling.half_cycles(own, model))
        pairs.append((mine * took, mine * sum(spent)))
    times = [one for one, _ in pairs]
    ways = {
        (cell, way): cycling.starting_voltage(cell, way, "particle")
        for cell, way, *_ in conditions
    }
    some = conditions[::each]
    whole, _ = seconds(lambda: [_protocol(c, model) for c in some])
    bare, _ = seconds(lambda: [_alone(c, model, ways) for c in some])
    batched = sum(
        _batched(cell, conditions, model, ways, batch)
        for cell in dict.fromkeys(c for c, *_ in conditions)
    )
    case = f"480 curves, {model}"
    note = f"ours every {mine}th, the peer every {each}th condition, scaled"
    return [
        row(
            case,
            times,
            "a pybamm.Simulation per condition, same model and protocol",
            [each * whole],
            20.0,
            note,
        ),
        row(
            case,
            times,
            "the same without the slow half-cycle, its state given; our mesh",
            [each * bare],
            note=note,
        ),
        row(
            case,
            times,
            "best: a pybamm.Simulation per cell with inputs, state given",
            [batched],
            note=f"every {batch}th condition, scaled; warm mesh, no curve recorded",
        ),
        row(
            case,
            times,
            "the integrator alone, by its own counter",
            [other for _, other in pairs],
            0.5,
        ),
    ]


def conditions_of_sweep():
    """The 480 of them, mixed, so that every n-th is a fair share."""
    cells = [Cell.load(word) for word in CELLS]
    every = [
        (cell, way, rate, temperature)
        for cell in cells
        for way in ("charge", "discharge")
        for temperature in TEMPERATURES
        for rate in RATES
    ]
    order = np.random.default_rng(480).permutation(len(every))
    return [every[k] for k in order]


@contextlib.contextmanager
def counting():
    """Times that the integrator says it took, one a batch [s]."""
    spent, inner = [], pybamm.IDAKLUSolver._integrate

    def counted(self, *args, **kwargs):
        found = inner(self, *args, **kwargs)
        # all of a batch carry the time of the batch
        spent.append(found[0].integration_time.value)
        return found

    pybamm.IDAKLUSolver._integrate = counted
    try:
        yield spent
    finally:
        pybamm.IDAKLUSolver._integrate = inner


def _protocol(condition, model):
    """A Simulation of its own for one condition, the whole of it, as users write it."""
    cell, way, rate, temperature = condition
    capacity = float(cell.derived().nominal_capacity)
    low, high = (cell[f"{side} voltage cut-off [V]"] for side in ("Lower", "Upper"))
    ends = {"Charge": high, "Discharge": low}
    now = way.capitalize()
    (before,) = set(ends) - {now}

    def step(word, c_rate, at):
        sign = 1 if word == "Discharge" else -1
        return pybamm.step.current(
            sign * c_rate * capacity,
            duration=cycling.longest(cell, c_rate),
            termination=f"{ends[word]:g}V",
            temperature=at,
        )

    slow = step(before, cycling.SLOW_RATE, cycling.SLOW_TEMPERATURE)
    at = temperature + cycling.KELVIN
    rest = pybamm.step.string("Rest for 1 hour", temperature=at)
    values = cell.parameter_values()
    # a hair inside the window, as ours
    values[START] = ends[now] + (1e-3 if now == "Discharge" else -1e-3)
    simulation = pybamm.Simulation(
        FIDELITIES[model](),
        parameter_values=values,
        experiment=pybamm.Experiment([slow, rest, step(now, rate, at)]),
        solver=models.solver(on_failure="ignore"),
    )
    with contextlib.suppress(pybamm.SolverError):
        simulation.solve()


def _alone(condition, model, starts):
    """A Simulation of its own for one condition, as users write it."""
    cell, way, rate, temperature = condition
    numerics = cycling.numerics_for(cell, rate, temperature, model)
    values = cell.parameter_values()
    current = rate * cell.derived().nominal_capacity
    values[CURRENT] = current if way == "discharge" else -current
    values[KELVINS] = temperature + cycling.KELVIN
    values[START] = starts[cell, way]
    fresh = FIDELITIES[model]()
    tolerances = {name: numerics[name] for name in ("rtol", "atol") if name in numerics}
    simulation = pybamm.Simulation(
        fresh,
        parameter_values=values,
        var_pts={**fresh.default_var_pts, **dict(numerics["points"])},
        solver=models.solver(**tolerances, on_failure="ignore"),
    )
    # one that starts past a cut-off is refused
    with contextlib.suppress(pybamm.SolverError):
        simulation.solve([0, cycling.longest(cell, rate)])


def _batched(cell, conditions, model, starts, share):
    """Time of all conditions of a cell by one Simulation with inputs [s]."""
    own = [c for c in conditions if c[0] is cell]

    def build():
        values = cell.parameter_values()
        values.update(dict.fromkeys((CURRENT, KELVINS, START), "[input]"))
        fresh = FIDELITIES[model]()
        points = {"r_p": 48, "x_p": 16} if model == "full" else {"r_p": 48}
        simulation = pybamm.Simulation(
            fresh,
            parameter_values=values,
            var_pts={**fresh.default_var_pts, **points},
            solver=models.solver(1e-4, 3e-6, on_failure="ignore"),
        )
        simulation.build()
        return simulation

    built, simulation = seconds(build)
    solved = 0.0
    for condition in own[::share]:
        _, way, rate, temperature = condition
        current = rate * cell.derived().nominal_capacity
        inputs = {
            CURRENT: current if way == "discharge" else -current,
            KELVINS: temperature + cycling.KELVIN,
            START: starts[cell, way],
        }

        def solve(inputs=inputs, rate=rate):
            with contextlib.suppress(pybamm.SolverError):
                simulation.solve([0, cycling.longest(cell, rate)], inputs=inputs)

        solved += seconds(solve)[0]
    return built + solved * len(own) / len(own[::share])


# ---------------------------------------------------------------------- operando map
def maps():
    """100 states x 60 frequencies."""
    cell, rows = Cell.load("C"), []
    size = f"{operando.STATES} x {len(operando.FREQUENCIES)}"
    for model in ("particle", "full"):
        operando.ours(cell, model)
        own = [operando.ours(cell, model)[0] for _ in range(operando.REPEATS)]
        for peer, function, note in (
            (
                "pybamm.EISSimulation per state",
                operando.naive,
                f"every {operando.SAMPLED}th state, scaled",
            ),
            (
                "pybamm.EISSimulation built once, at rest",
                operando.best,
                "no state under load",
            ),
        ):
            other = function(cell, model)[0]
            rows.append(
                row(f"operando map {size}, {model}", own, peer, [other], note=note)
            )
    return rows


# ------------------------------------------------------------------------------- fit
def fits():
    """Five constants from four curves."""
    case = fit.Case("five", fit.FAR, (0.1, 0.5, 1.0, 2.0), (30.0,), 3.0, 30.0)
    asked = fit.problem(case, 1)
    fit.ours(*asked, fit.Watch(np.inf), starts=None)  # builds
    watches = {}
    for name, way in fit.ways().items():
        if name.endswith("four descents") or "CMAES" in name:
            continue
        watch = watches[name] = fit.Watch(FIT_LIMIT)
        with contextlib.suppress(fit.Enough, Exception):
            way(*asked, watch)
    lowest = min(watch.lowest for watch in watches.values())
    own = watches.pop(fit.OURS).reached(lowest * fit.SAME)
    rows = []
    for name, watch in watches.items():
        there = watch.reached(lowest * fit.SAME)
        note = "until within a thousandth of the lowest misfit"
        if not np.isfinite(there):
            there, note = FIT_LIMIT, "not there by then: the ratio is a lower bound"
        rows.append(row("fit of five constants", [own], name, [there], note=note))
    if importlib.util.find_spec("pybop") is None:
        rows.append(
            row(
                "fit of five constants",
                [own],
                "PyBOP",
                [np.nan],
                note="not installed: pip install nfpcell[pybop]",
            )
        )
    return rows


# ---------------------------------------------------------------------------- growth
def growth():
    """Cost over the number of cases, of shells and of frequencies."""
    cell, rows, found = Cell.load("C"), [], []
    if importlib.util.find_spec("pyarrow"):
        rows = [("cases", number, *_streamed(number)) for number in NUMBERS]
        each = {number: took / number for _, number, took, _ in rows}
        most = NUMBERS[-1]
        found = [
            row(
                f"{most} cases of a sweep, particle, each",
                [each[most]],
                "nfpcell itself, each of 100",
                [each[100]],
                1 / 1.2,
                f"streamed to disk by two workers, the largest of which held "
                f"{rows[1][3]:.0f} MB at 100 cases and {rows[-1][3]:.0f} MB at {most}",
            )
        ]
    for shells in (10, 20, 40, 80, 160, 320):
        built = engine.built("particle", points=(("r_p", shells),), rtol=1e-5)
        start = cycling.starting_voltage(cell, "discharge", "particle")
        case = built.inputs(cell, cell.derived().nominal_capacity, 303.15, start)
        horizon = [0, cycling.longest(cell, 1.0)]
        solve = functools.partial(built.solve, [case], horizon)
        took = min(seconds(solve)[0] for _ in range(5))
        rows.append(("shells", shells, took, np.nan))
    for number in (10, 30, 100, 300, 1000):
        frequencies = np.geomspace(1e6, 0.025, number)

        def spectra(frequencies=frequencies):
            return linearised.impedance(cell, [0.5], frequencies=frequencies)

        took = min(seconds(spectra)[0] for _ in range(3))
        rows.append(("frequencies", number, took, np.nan))
    table = pd.DataFrame(rows, columns=["Of", "Number", "Time [s]", "Memory [MB]"])
    return found, table


def _streamed(number):
    """Time in the cases of a sweep [s], and the memory of a worker at its peak [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "growth.toml")
        path.write_text(SWEEP.format(number=number), encoding="utf-8")
        _, work = run.run(plan.Sweep.load(path), Path(folder, "out"), 2, lists=False)
    return work.seconds + work.waited, work.memory / 1e6
