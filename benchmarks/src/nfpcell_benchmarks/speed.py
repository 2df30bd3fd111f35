"""Times beside those of peers, growth of the time, and error over time."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from functools import partial
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
from nfpcell_benchmarks.ratios import SpeedRow
from nfpcell_benchmarks.single_discharge import clock

FIDELITIES = ("particle", "full")
PROCESSES = 3
# cases of the sweep whose time for each case is compared
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
FIT_LIMIT = 15.0  # [s]
# least ratios that are wanted
WANTED_HELP, WANTED_CURVE, WANTED_SWEEP = 1 / 0.3, 1 / 1.5, 1 / 1.2
WANTED_WARM = {"particle": 1.0, "full": 2.0}
PYBAMM_IMPORT = "import pybamm"
FIRST_CURVE = """
import pybamm
model = pybamm.lithium_ion.DFN({"working electrode": "positive"})
values = pybamm.ParameterValues("Xu2019")
solution = pybamm.Simulation(model, parameter_values=values).solve([0, 3600])
print(solution["Voltage [V]"].entries[-1])
"""


def against_peers(
    progress: Callable[[int, int, str], None] | None = None,
) -> pd.DataFrame:
    """
    Every case against every peer: the table with ``ratios.COLUMNS``.

    ``progress`` is called with (done, all) and the name of the next part.
    """
    parts: dict[str, Callable[[], list[SpeedRow]]] = {
        "cold starts": cold_starts,
        "warm curves": warm_curves,
        "480 curves": many_curves.against_peers,
        "operando maps": operando_maps,
        "fit": fit,
        "many cases": long_sweep,
    }
    rows: list[SpeedRow] = []
    for number, (name, part) in enumerate(parts.items()):
        if progress:
            progress(number, len(parts), name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows += part()
    return ratios.table(rows)


def cold_starts() -> list[SpeedRow]:
    """Help, and the table of one curve, each in a new process."""
    commands = {
        "help": ["-m", "nfpcell", "--help"],
        "curve": ["-m", "nfpcell", "simulate", "C", "--rates", "1"],
        "import": ["-c", PYBAMM_IMPORT],
        "first": ["-c", FIRST_CURVE],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(PROCESSES + 1):
        for name, words in commands.items():
            seconds = clock(partial(_process, words))
            if turn:  # the first turn fills the disk cache
                times[name].append(seconds)
    curve, first = "simulate C --rates 1, a process", "its half-cell DFN, as a script"
    return [
        ratios.row(
            "--help, a process",
            times["help"],
            PYBAMM_IMPORT,
            times["import"],
            wanted=WANTED_HELP,
        ),
        ratios.row(
            curve, times["curve"], PYBAMM_IMPORT, times["import"], wanted=WANTED_CURVE
        ),
        ratios.row(curve, times["curve"], first, times["first"]),
    ]


def _process(words: Sequence[str]) -> None:
    environment = {**os.environ, "PYBAMM_DISABLE_TELEMETRY": "true"}
    environment["SUNLOGGER_ERROR_FILENAME"] = os.devnull
    subprocess.run(
        [sys.executable, *words], check=True, capture_output=True, env=environment
    )


def warm_curves() -> list[SpeedRow]:
    """A warm discharge; the peer on the cheapest mesh whose error is no larger."""
    rows = []
    for fidelity in FIDELITIES:
        discharge = single_discharge.ours(fidelity)
        job, inputs = discharge.job(), discharge.inputs
        error = rms(job(), single_discharge.ours_fine(fidelity).job()())
        cheapest = single_discharge.cheapest_peer(fidelity, inputs, error)
        case = f"a warm discharge at 1C, {fidelity}"
        peer = f"half-cell {peers.NAMES[fidelity]}"
        note = f"errors {error:.2f} and {cheapest.error:.2f} mV"
        rows.append(
            single_discharge.compare(
                case,
                job,
                f"{peer}, built once: {cheapest.label}",
                cheapest.job,
                note,
                WANTED_WARM[fidelity],
            )
        )
        mesh = single_discharge.MESHES[fidelity][-1]
        anew = partial(_build_and_solve, fidelity, inputs, mesh)
        with_build = [clock(anew) for _ in range(3)]
        rows.append(
            ratios.row(case, rows[-1].ours, f"{peer}, a Simulation for it", with_build)
        )
    return rows


def _build_and_solve(
    fidelity: str, inputs: dict[str, float], mesh: peers.PeerMesh
) -> None:
    peers.job(fidelity, inputs, mesh)()


def operando_maps() -> list[SpeedRow]:
    """An operando map against two ways to make PyBaMM's own spectra."""
    cell = Cell.load("C")
    rows = []
    for fidelity in FIDELITIES:
        operando.ours(cell, fidelity)
        times = [operando.ours(cell, fidelity) for _ in range(operando.REPEATS)]
        size = f"{operando.STATES} x {len(operando.FREQUENCIES)}"
        case = f"operando map, {size}, {fidelity}"
        for peer, function, note in (
            ("EISSimulation for each state", operando.per_state, "one in ten, scaled"),
            ("EISSimulation built once", operando.built_once, "at rest only"),
        ):
            rows.append(ratios.row(case, times, peer, function(cell, fidelity), note))
    return rows


def fit() -> list[SpeedRow]:
    """Five constants from twelve curves; a peer that fails gets the time limit."""
    problem = next(p for p in fit_race.PROBLEMS if p.name == "far")
    task = fit_race.fit_task(problem, 1)
    fit_race.nfpcell_fit(task, fit_race.Watch(np.inf))
    methods = fit_race.methods()
    del methods[fit_race.FOUR_STARTS]
    watches = {
        name: fit_race.timed(method, task, FIT_LIMIT)[0]
        for name, method in methods.items()
    }
    lowest = min(watch.lowest for watch in watches.values()) * fit_race.SAME
    our_time = watches.pop(fit_race.OURS).reached(lowest)
    rows = []
    for name, watch in watches.items():
        reached = watch.reached(lowest)
        missed = not np.isfinite(reached)
        rows.append(
            ratios.row(
                "fit of five constants, twelve curves",
                our_time,
                name,
                FIT_LIMIT if missed else reached,
                "not reached within the time limit" if missed else "",
            )
        )
    return rows


def long_sweep() -> list[SpeedRow]:
    """Time for each of 10,000 cases of a sweep written to disk, against 100."""
    if importlib.util.find_spec("pyarrow") is None:
        return []
    few, many = _sweep(FEW), _sweep(MANY)
    case = f"half-cycles of a sweep, each of {MANY}, particle"
    note = (
        f"a worker held at most {few.memory / 1e6:.0f} MB in {FEW}, "
        f"{many.memory / 1e6:.0f} MB in {MANY}"
    )
    each_of_few = (few.seconds + few.waited) / FEW
    each_of_many = (many.seconds + many.waited) / MANY
    peer = f"nfpcell, each of {FEW}"
    return [ratios.row(case, each_of_many, peer, each_of_few, note, WANTED_SWEEP)]


def _sweep(number: int) -> runner.SweepWork:
    """What a sweep of a number of cases took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "growth.toml")
        path.write_text(SWEEP.format(number=number), encoding="utf-8")
        sweep = sweep_plan.Sweep.load(path)
        _, work = runner.run(sweep, Path(folder, "out"), 2, lists=False)
    return work


def growth(cases: Sequence[int] = (10, 100, 1000, 10_000)) -> pd.DataFrame:
    """
    Time over the number of half-cycles, radial mesh points and frequencies.

    The table has What, Number and Seconds.
    """
    rows: list[tuple[str, int, float]] = []
    half_cycles = partial(constant_current.simulate, Cell.load("C"))
    half_cycles([1], model="particle")
    for number in cases:
        rates = list(np.geomspace(0.5, 2, number))
        seconds = clock(partial(half_cycles, rates, model="particle"))
        rows.append(("half-cycles of particle", number, seconds))
    for fidelity in FIDELITIES:
        for n_r in (10, 20, 40, 80, 160, 320):
            points = (("r_p", n_r), ("x_p", 16))[: 1 + (fidelity == "full")]
            half_cycle = partial(half_cycles, [1], model=fidelity, points=points)
            half_cycle()
            rows.append((f"radial mesh points of {fidelity}", n_r, clock(half_cycle)))
    for number in (10, 30, 100, 300, 1000):
        per_decade = (number - 1) / np.log10(1e6 / 0.025)
        frequencies = list(frequency_range(1e6, 0.025, per_decade))
        spectrum = partial(impedance, Cell.load("C"), [0.5], frequencies=frequencies)
        seconds = single_discharge.seconds(spectrum, repeats=2)
        rows.append(("frequencies of a spectrum of full", number, seconds))
    return pd.DataFrame(rows, columns=["What", "Number", "Seconds"])


def error_per_cost() -> pd.DataFrame:
    """
    Error over time of a warm discharge, for meshes and tolerances.

    The table has Model, Shells (radial mesh points), Tolerance (relative),
    Milliseconds, Error [mV] and Default.
    """
    cell, rows = Cell.load("C"), []
    for fidelity in FIDELITIES:
        reference = single_discharge.ours_fine(fidelity).job()()
        default = numerics_for(cell, *single_discharge.SETTING, fidelity)
        points, rtol = dict(default["points"]), default["rtol"]
        default_pair = points["r_p"], rtol
        tried = {(n, t) for n in (8, 12, 16, 24, 40, 60) for t in (3e-4, 1e-4, 1e-5)}
        for n_r, tolerance in sorted(tried | {default_pair}):
            numerics = {
                **default,
                "points": tuple({**points, "r_p": n_r}.items()),
                "rtol": tolerance,
            }
            if (n_r, tolerance) != default_pair:
                numerics["atol"] = tolerance / 10
            built = engine.built(fidelity, cell.diffusion, **numerics)
            job = single_discharge.with_engine(built, cell).job()
            solution = job()
            if solution is None:
                continue
            rows.append(
                (
                    fidelity,
                    n_r,
                    tolerance,
                    1e3 * single_discharge.seconds(job),
                    rms(solution, reference),
                    (n_r, tolerance) == default_pair,
                )
            )
    columns = ["Model", "Shells", "Tolerance", "Milliseconds", "Error [mV]", "Default"]
    return pd.DataFrame(rows, columns=columns)
