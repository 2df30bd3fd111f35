"""Against peers side by side, and how cost grows."""

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pybamm

from nfpcell import cycling, engine
from nfpcell.benchmarking import fits, operando, peers, warm
from nfpcell.benchmarking.convergence import rms
from nfpcell.cell import Cell
from nfpcell.linearised import frequency_range, impedance
from nfpcell.sweeping import plan, run

COLUMNS = [
    "Case",
    "nfpcell [s]",
    "Peer",
    "Peer [s]",
    "Ratio",
    "Least ratio",
    "Largest ratio",
    "Note",
    "Wanted ratio",
    "As wanted",
]
# what is wanted of a case against a peer: at least this ratio
WANTED = (
    ("--help", "import pybamm", 1 / 0.3),
    ("simulate C", "import pybamm", 1 / 1.5),
    ("a warm discharge at 1C, particle", "half-cell SPM, built once", 1.0),
    ("a warm discharge at 1C, full", "half-cell DFN, built once", 2.0),
    ("480 curves", "the same model and protocol", 20.0),
    ("480 curves", "the integrator alone", 0.5),
    ("half-cycles of a sweep", "nfpcell, each of 100", 1 / 1.2),
)
FIDELITIES = ("particle", "full")
# 6 cells x 8 rates x 5 temperatures x 2 directions
CELLS = ("A", "B", "C", "D", "E", "pouch")
RATES = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5)
TEMPERATURES = (-20, 0, 15, 30, 45)
# of those, every which one has a Simulation of its own; the time is scaled
EVERY = {"particle": 10, "full": 40}
# the same of our own
OWN_EVERY = {"particle": 1, "full": 13}
# of the former every which one has the slow half-cycle and the rest before, too
WHOLE = 3
PROCESSES = 3
FEW, MANY = 100, 10_000
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
FIT_LIMIT = 15.0
PYBAMM_IMPORT = "import pybamm"
FIRST_CURVE = """
import pybamm
model = pybamm.lithium_ion.DFN({"working electrode": "positive"})
values = pybamm.ParameterValues("Xu2019")
solution = pybamm.Simulation(model, parameter_values=values).solve([0, 3600])
print(solution["Voltage [V]"].entries[-1])
"""


def against_peers(progress=None):
    """
    Every case against every peer.

    Parameters
    ----------
    progress : called with (done, all, what is next)

    Returns
    -------
    table with COLUMNS; a ratio above 1 is faster than the peer
    """
    parts = {
        "cold starts": cold,
        "warm curves": warm_curves,
        "480 curves": sweep,
        "operando maps": maps,
        "fit": fit,
        "many cases": streamed,
    }
    rows = []
    for number, (what, part) in enumerate(parts.items()):
        if progress:
            progress(number, len(parts), what)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows += part()
    return pd.DataFrame([(*row, *_wanted(*row)) for row in rows], columns=COLUMNS)


def _wanted(case, _, peer, __, ratio, *___):
    """What is wanted of a ratio, and whether it is so; nothing where nothing is."""
    for of_case, of_peer, least in WANTED:
        if case.startswith(of_case) and peer.startswith(of_peer):
            return least, bool(ratio >= least)
    return np.nan, None


def _row(case, ours, peer, theirs, note=""):
    """Medians of both, and the ratio over all pairs of repeats."""
    ours, theirs = np.atleast_1d(ours), np.atleast_1d(theirs)
    ratios = (theirs[:, None] / ours[None, :]).ravel()
    return (
        case,
        float(np.median(ours)),
        peer,
        float(np.median(theirs)),
        float(np.median(ratios)),
        float(ratios.min()),
        float(ratios.max()),
        note,
    )


# ------------------------------------------------------------------------- cold starts
def cold():
    """From the prompt: help, and the table of one curve, each as a process."""
    commands = {
        "help": ["-m", "nfpcell", "--help"],
        "curve": ["-m", "nfpcell", "simulate", "C", "--rates", "1"],
        "import": ["-c", PYBAMM_IMPORT],
        "first": ["-c", FIRST_CURVE],
    }
    taken = {name: [] for name in commands}
    for turn in range(PROCESSES + 1):
        for name, words in commands.items():
            seconds = warm.clock(lambda words=words: _process(words))
            if turn:  # the first fills the caches of the disk
                taken[name].append(seconds)
    first = "its half-cell DFN, as a script"
    return [
        _row("--help, a process", taken["help"], PYBAMM_IMPORT, taken["import"]),
        _row(
            "simulate C --rates 1, a process",
            taken["curve"],
            PYBAMM_IMPORT,
            taken["import"],
        ),
        _row("simulate C --rates 1, a process", taken["curve"], first, taken["first"]),
    ]


def _process(words):
    environment = {**os.environ, "PYBAMM_DISABLE_TELEMETRY": "true"}
    environment["SUNLOGGER_ERROR_FILENAME"] = os.devnull
    subprocess.run(
        [sys.executable, *words], check=True, capture_output=True, env=environment
    )


# -------------------------------------------------------------------------- one curve
def warm_curves():
    """A warm discharge, the peer at the cheapest mesh with no larger an error."""
    rows = []
    for fidelity in FIDELITIES:
        job, case = warm.ours(fidelity)
        exact, _ = warm.ours_fine(fidelity)
        own = rms(job(), exact())
        what, theirs, other = warm.peer(fidelity, case, own)
        a, b, *ratios = warm.compare(job, other)
        name = f"a warm discharge at 1C, {fidelity}"
        peer = f"half-cell {peers.NAMES[fidelity]}"
        note = f"errors {own:.2f} and {theirs:.2f} mV"
        rows.append((name, a, f"{peer}, built once: {what}", b, *ratios, note))
        naive = [
            warm.clock(lambda f=fidelity, c=case: _peer_anew(f, c)) for _ in range(3)
        ]
        rows.append(_row(name, a, f"{peer}, a Simulation for it", naive))
    return rows


def _peer_anew(fidelity, case):
    shells, depths = warm.MESHES[fidelity][-1]
    peers.job(fidelity, case, shells, depths)()


# --------------------------------------------------------------------------- 480 curves
def sweep():
    """Cells over rate, temperature and direction, against a Simulation for each and
    against what the integrator alone takes of our own time.
    """
    conditions = [
        (cell, way, rate, temperature)
        for cell in map(Cell.load, CELLS)
        for rate in RATES
        for temperature in TEMPERATURES
        for way in ("discharge", "charge")
    ]
    rows = []
    for fidelity in FIDELITIES:
        own = conditions[:: OWN_EVERY[fidelity]]
        # the first time builds, which later calls in a process share
        cycling.half_cycles(own, fidelity)
        scale = len(conditions) / len(own)
        pairs = list(dict.fromkeys((cell, way) for cell, way, *_ in conditions))
        before, inside = Integrator(), Integrator()
        with before.watched():
            first = warm.clock(
                lambda p=pairs, f=fidelity: cycling.starting_voltages(p, f)
            )
        with inside.watched():
            seconds = warm.clock(
                lambda own=own, f=fidelity: cycling.half_cycles(own, f)
            )
        # the slow half-cycles are the same however many conditions there are
        seconds = scale * (seconds - first) + first
        integrator = scale * (inside.seconds - before.seconds) + before.seconds
        every = EVERY[fidelity]
        # what a user would type in, so not within the time of the peer
        starts = dict(
            zip(pairs, cycling.starting_voltages(pairs, "particle"), strict=True)
        )
        taken = [
            warm.clock(lambda c=c, u=starts[c[:2]], f=fidelity: _simulation(f, u, *c))
            for c in conditions[every // 2 :: every]
        ]
        scaled = len(conditions) * float(np.mean(taken))
        case = f"{len(conditions)} curves, {fidelity}"
        note = f"{len(own)} of ours and {len(taken)} of the peer's done, scaled"
        peer = "the same model, a Simulation for each, from a given state"
        rows.append(_row(case, seconds, peer, scaled, note))
        whole = [
            warm.clock(lambda c=c, f=fidelity: _protocol(f, *c))
            for c in conditions[every // 2 :: WHOLE * every]
        ]
        note = f"{len(own)} of ours and {len(whole)} of the peer's done, scaled"
        peer = "the same model and protocol, a Simulation for each"
        scaled = len(conditions) * float(np.mean(whole))
        rows.append(_row(case, seconds, peer, scaled, note))
        peer, note = "the integrator alone, in ours", "its share of our time"
        rows.append(_row(case, seconds, peer, integrator, note))
    return rows


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


def _simulation(fidelity, start, cell, way, rate, temperature):
    """One condition as one writes it in PyBaMM first: model, Simulation, solve."""
    values = cell.parameter_values()
    sign = 1 if way == "discharge" else -1
    values["Current function [A]"] = float(
        sign * rate * cell.derived().nominal_capacity
    )
    values["Ambient temperature [K]"] = temperature + cycling.KELVIN
    values["Initial voltage in positive electrode [V]"] = start
    model = engine.FIDELITIES[fidelity](double_layers=False, current_given=True)
    simulation = pybamm.Simulation(model, parameter_values=values)
    with contextlib.suppress(pybamm.SolverError):
        simulation.solve([0, cycling.longest(cell, rate)])


def _protocol(fidelity, cell, way, rate, temperature):
    """The same with the slow half-cycle and the rest before it, as an Experiment."""
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
    inside = 1e-3 if now == "Discharge" else -1e-3
    values["Initial voltage in positive electrode [V]"] = ends[now] + inside
    simulation = pybamm.Simulation(
        engine.FIDELITIES[fidelity](double_layers=False),
        parameter_values=values,
        experiment=pybamm.Experiment([slow, rest, step(now, rate, at)]),
    )
    with contextlib.suppress(pybamm.SolverError):
        simulation.solve()


# ----------------------------------------------------------------------- maps and fits
def maps():
    """An operando map against both ways of PyBaMM's own spectra."""
    cell = Cell.load("C")
    rows = []
    for fidelity in FIDELITIES:
        operando.ours(cell, fidelity)
        own = [operando.ours(cell, fidelity)[0] for _ in range(operando.REPEATS)]
        case = f"operando map, {operando.STATES} x {len(operando.FREQUENCIES)}"
        for peer, function, note in (
            ("EISSimulation for each state", operando.naive, "one in ten, scaled"),
            ("EISSimulation built once", operando.best, "at rest only"),
        ):
            seconds = function(cell, fidelity)[0]
            rows.append(_row(f"{case}, {fidelity}", own, peer, seconds, note))
    return rows


def fit():
    """Five constants from twelve curves; what never gets there counts as the limit."""
    case = next(case for case in fits.CASES if case.name == "far")
    asked = fits.problem(case, 1)
    fits.ours(*asked, fits.Watch(np.inf), starts=None)
    ways = fits.ways()
    del ways["nfpcell.fit, four descents"]
    watches = {}
    for name, way in ways.items():
        watches[name], _ = fits.watched(way, asked, FIT_LIMIT)
    lowest = min(watch.lowest for watch in watches.values()) * fits.SAME
    own = watches[fits.OURS].reached(lowest)
    rows = []
    for name, watch in watches.items():
        if name == fits.OURS:
            continue
        there = watch.reached(lowest)
        note = "" if np.isfinite(there) else "not there when its time was up"
        there = there if np.isfinite(there) else FIT_LIMIT
        rows.append(
            _row("fit of five constants, twelve curves", own, name, there, note)
        )
    return rows


# ------------------------------------------------------------------------------ growth
def streamed():
    """Each of 10,000 cases of a sweep that goes to disk as it comes, against 100."""
    if importlib.util.find_spec("pyarrow") is None:
        return []
    (few, memory), (many, most) = map(_streamed, (FEW, MANY))
    case = f"half-cycles of a sweep, each of {MANY}, particle"
    note = f"a worker held at most {memory:.0f} MB in {FEW}, {most:.0f} MB in {MANY}"
    return [_row(case, many / MANY, f"nfpcell, each of {FEW}", few / FEW, note)]


def _streamed(number):
    """Time in the cases of a sweep [s], and the most memory of a worker [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "growth.toml")
        path.write_text(SWEEP.format(number=number), encoding="utf-8")
        _, work = run.run(plan.Sweep.load(path), Path(folder, "out"), 2, lists=False)
    return work.seconds + work.waited, work.memory / 1e6


def growth(cases=(10, 100, 1000)):
    """
    Seconds over the number of cases, shells and frequencies.

    Returns
    -------
    table of What, Number and Seconds
    """
    cell, rows = Cell.load("C"), []
    cycling.simulate(cell, [1], [30], model="particle")
    for number in cases:
        rates = np.geomspace(0.5, 2, number)
        seconds = warm.clock(
            lambda r=rates: cycling.simulate(cell, r, [30], model="particle")
        )
        rows.append(("half-cycles of particle", number, seconds))
    for fidelity in FIDELITIES:
        for shells in (10, 20, 40, 80, 160, 320):
            points = (("r_p", shells), ("x_p", 16))[: 1 + (fidelity == "full")]
            if fidelity == "full" and shells > 80:
                continue
            numerics = {"points": points}
            cycling.simulate(cell, [1], [30], model=fidelity, **numerics)
            seconds = warm.clock(
                lambda f=fidelity, n=numerics: cycling.simulate(cell, [1], model=f, **n)
            )
            rows.append((f"shells of {fidelity}", shells, seconds))
    for number in (10, 30, 100, 300, 1000):
        per_decade = (number - 1) / np.log10(1e6 / 0.025)
        frequencies = frequency_range(1e6, 0.025, per_decade)
        seconds = min(
            warm.clock(lambda f=frequencies: impedance(cell, [0.5], frequencies=f))
            for _ in range(2)
        )
        rows.append(("frequencies of a spectrum of full", number, seconds))
    return pd.DataFrame(rows, columns=["What", "Number", "Seconds"])


def error_per_cost():
    """
    Error of a warm discharge over its time, for meshes and tolerances.

    Returns
    -------
    table of Model, Shells, Tolerance, Milliseconds, Error [mV] and Default
    """
    cell, rows = Cell.load("C"), []
    for fidelity in FIDELITIES:
        exact, _ = warm.ours_fine(fidelity)
        exact = exact()
        own = cycling.numerics_for(cell, *warm.CONDITION, fidelity)
        points, rtol = dict(own["points"]), own.get("rtol", 3e-6)
        usual = points["r_p"], rtol
        tried = {(n, t) for n in (8, 12, 16, 24, 40, 60) for t in (1e-3, 1e-4, 1e-5)}
        for shells, tolerance in sorted(tried | {usual}):
            finer = tuple({**points, "r_p": shells}.items())
            numerics = {**own, "points": finer, "rtol": tolerance}
            if (shells, tolerance) != usual:
                numerics["atol"] = tolerance / 10
            built = engine.built(fidelity, cell.diffusion, **numerics)
            job, _ = warm.with_engine(built, cell)
            solution = job()
            if solution is None:
                continue
            rows.append(
                (
                    fidelity,
                    shells,
                    tolerance,
                    1e3 * warm.seconds(job),
                    rms(solution, exact),
                    (shells, tolerance) == usual,
                )
            )
    columns = ["Model", "Shells", "Tolerance", "Milliseconds", "Error [mV]", "Default"]
    return pd.DataFrame(rows, columns=columns)
