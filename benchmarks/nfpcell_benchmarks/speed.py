"""Against peers side by side, and how cost grows."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.cell.definition import Cell
from nfpcell.eis.impedance import frequency_range, impedance
from nfpcell.simulation import constant_current, engine
from nfpcell.simulation.numerics import numerics_for
from nfpcell.sweeping import runner, sweep_plan
from nfpcell_benchmarks import (
    fit_race,
    many_curves,
    operando,
    peers,
    ratios,
    single_discharge,
)
from nfpcell_benchmarks.mesh_error import rms

FIDELITIES = ("particle", "full")
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
        "480 curves": many_curves.against_peers,
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
    return ratios.table(rows)


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
            seconds = single_discharge.clock(lambda words=words: _process(words))
            if turn:  # the first fills the caches of the disk
                taken[name].append(seconds)
    first = "its half-cell DFN, as a script"
    return [
        ratios.row("--help, a process", taken["help"], PYBAMM_IMPORT, taken["import"]),
        ratios.row(
            "simulate C --rates 1, a process",
            taken["curve"],
            PYBAMM_IMPORT,
            taken["import"],
        ),
        ratios.row(
            "simulate C --rates 1, a process", taken["curve"], first, taken["first"]
        ),
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
        job, case = single_discharge.ours(fidelity)
        exact, _ = single_discharge.ours_fine(fidelity)
        own = rms(job(), exact())
        what, theirs, other = single_discharge.peer(fidelity, case, own)
        a, b, *spread = single_discharge.compare(job, other)
        name = f"a warm discharge at 1C, {fidelity}"
        peer = f"half-cell {peers.NAMES[fidelity]}"
        note = f"errors {own:.2f} and {theirs:.2f} mV"
        rows.append((name, a, f"{peer}, built once: {what}", b, *spread, note))
        naive = [
            single_discharge.clock(lambda f=fidelity, c=case: _peer_anew(f, c))
            for _ in range(3)
        ]
        rows.append(ratios.row(name, a, f"{peer}, a Simulation for it", naive))
    return rows


def _peer_anew(fidelity, case):
    shells, depths = single_discharge.MESHES[fidelity][-1]
    peers.job(fidelity, case, shells, depths)()


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
            rows.append(ratios.row(f"{case}, {fidelity}", own, peer, seconds, note))
    return rows


def fit():
    """Five constants from twelve curves; what never gets there counts as the limit."""
    case = next(case for case in fit_race.CASES if case.name == "far")
    asked = fit_race.problem(case, 1)
    fit_race.ours(*asked, fit_race.Watch(np.inf), starts=None)
    ways = fit_race.ways()
    del ways["nfpcell.fit, four descents"]
    watches = {}
    for name, way in ways.items():
        watches[name], _ = fit_race.watched(way, asked, FIT_LIMIT)
    lowest = min(watch.lowest for watch in watches.values()) * fit_race.SAME
    own = watches[fit_race.OURS].reached(lowest)
    rows = []
    for name, watch in watches.items():
        if name == fit_race.OURS:
            continue
        there = watch.reached(lowest)
        note = "" if np.isfinite(there) else "not there when its time was up"
        there = there if np.isfinite(there) else FIT_LIMIT
        rows.append(
            ratios.row("fit of five constants, twelve curves", own, name, there, note)
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
    return [ratios.row(case, many / MANY, f"nfpcell, each of {FEW}", few / FEW, note)]


def _streamed(number):
    """Time in the cases of a sweep [s], and the most memory of a worker [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "growth.toml")
        path.write_text(SWEEP.format(number=number), encoding="utf-8")
        _, work = runner.run(
            sweep_plan.Sweep.load(path), Path(folder, "out"), 2, lists=False
        )
    return work.seconds + work.waited, work.memory / 1e6


def growth(cases=(10, 100, 1000, 10_000)):
    """
    Seconds over the number of cases, shells and frequencies.

    Returns
    -------
    table of What, Number and Seconds
    """
    cell, rows = Cell.load("C"), []
    constant_current.simulate(cell, [1], [30], model="particle")
    for number in cases:
        rates = np.geomspace(0.5, 2, number)
        seconds = single_discharge.clock(
            lambda r=rates: constant_current.simulate(cell, r, [30], model="particle")
        )
        rows.append(("half-cycles of particle", number, seconds))
    for fidelity in FIDELITIES:
        for shells in (10, 20, 40, 80, 160, 320):
            points = (("r_p", shells), ("x_p", 16))[: 1 + (fidelity == "full")]
            numerics = {"points": points}
            constant_current.simulate(cell, [1], [30], model=fidelity, **numerics)
            seconds = single_discharge.clock(
                lambda f=fidelity, n=numerics: constant_current.simulate(
                    cell, [1], model=f, **n
                )
            )
            rows.append((f"shells of {fidelity}", shells, seconds))
    for number in (10, 30, 100, 300, 1000):
        per_decade = (number - 1) / np.log10(1e6 / 0.025)
        frequencies = frequency_range(1e6, 0.025, per_decade)
        seconds = min(
            single_discharge.clock(
                lambda f=frequencies: impedance(cell, [0.5], frequencies=f)
            )
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
        exact, _ = single_discharge.ours_fine(fidelity)
        exact = exact()
        own = numerics_for(cell, *single_discharge.CONDITION, fidelity)
        points, rtol = dict(own["points"]), own["rtol"]
        usual = points["r_p"], rtol
        tried = {(n, t) for n in (8, 12, 16, 24, 40, 60) for t in (3e-4, 1e-4, 1e-5)}
        for shells, tolerance in sorted(tried | {usual}):
            finer = tuple({**points, "r_p": shells}.items())
            numerics = {**own, "points": finer, "rtol": tolerance}
            if (shells, tolerance) != usual:
                numerics["atol"] = tolerance / 10
            built = engine.built(fidelity, cell.diffusion, **numerics)
            job, _ = single_discharge.with_engine(built, cell)
            solution = job()
            if solution is None:
                continue
            rows.append(
                (
                    fidelity,
                    shells,
                    tolerance,
                    1e3 * single_discharge.seconds(job),
                    rms(solution, exact),
                    (shells, tolerance) == usual,
                )
            )
    columns = ["Model", "Shells", "Tolerance", "Milliseconds", "Error [mV]", "Default"]
    return pd.DataFrame(rows, columns=columns)
