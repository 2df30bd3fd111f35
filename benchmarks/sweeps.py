"""Long sweeps: time of two workers against one, and kills at random moments.

    python -m benchmarks.sweeps cost  FOLDER [CASES]
    python -m benchmarks.sweeps kills FOLDER [CASES]

Both write into FOLDER and print the numbers of docs/sweeps.md.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from nfpcell.columns import STATUS
from nfpcell.outcome import succeeded
from nfpcell.sweeping.dataset import Dataset
from nfpcell.sweeping.sweep_plan import Sweep

KILLS = 10
FILE = """
title = "Many electrolyte thicknesses and rates"
kind = "sweep"
source = "benchmarks/sweeps.py"
cells = ["C"]
model = "particle"
outputs = [
    "Specific capacity [mA.h.g-1]",
    "Mean voltage [V]",
    "Specific energy [W.h.kg-1]",
    "Termination",
]
[sample]
method = "latin hypercube"
number = {cases}
seed = 1
[vary."Separator thickness [m]"]
lower = 2e-5
upper = 1e-3
[vary."C-rate"]
lower = 0.1
upper = 10.0
scale = "log"
[vary."Contact resistance [Ohm]"]
lower = 0.0
upper = 40.0
# in one case of twenty this is not a mass fraction
[vary."Positive electrode electrolyte mass fraction"]
lower = {lower}
upper = 0.958
"""


def sweep_file(folder: Path, cases: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "many.toml"
    # carbon has 0.042, so the upper end is 0.958; below 0 it is no fraction
    path.write_text(FILE.format(cases=cases, lower=-0.0504), encoding="utf-8")
    return path


def command(path: Path, out: Path, workers: int, *more: str) -> list[str]:
    words = ["sweep", path, "--out", out, "--workers", workers, *more]
    return [sys.executable, "-m", "nfpcell", *map(str, words)]


def cost(folder: Path, cases: int) -> None:
    """Processor time of all processes with one worker and with two."""
    path = sweep_file(folder, cases)
    for workers in (1, 2):
        out = folder / f"workers_{workers}"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        load, began = os.getloadavg()[0], time.perf_counter()
        # a grandchild is counted once its parent has waited for it
        code = subprocess.run(
            command(path, out, workers), stdout=subprocess.DEVNULL
        ).returncode
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = sum(after[:2]) - sum(before[:2])
        work = json.loads((out / "run.json").read_text("utf-8"))["work"]
        size = sum(p.stat().st_size for p in out.glob("cases/*"))
        table = pd.read_csv(out / "summary.csv")
        print(
            f"{workers} workers: exit {code}, CPU {cpu:.1f} s, wall "
            f"{time.perf_counter() - began:.1f} s, load before {load:.2f}, "
            f"{len(list(out.glob('cases/*')))} files, {size / len(table):.0f} bytes a "
            f"case, {succeeded(table[STATUS]).sum()} of {len(table)} ok; {work}",
            flush=True,
        )
    tables = {(folder / f"workers_{k}" / "summary.csv").read_bytes() for k in (1, 2)}
    print("the same table:", len(tables) == 1)


def kills(folder: Path, cases: int) -> None:
    """Kill and resume at random moments; compare with a run that was not killed."""
    path = sweep_file(folder, cases)
    whole, out = folder / "whole", folder / "killed"
    began = time.perf_counter()
    subprocess.run(command(path, whole, 2), stdout=subprocess.DEVNULL)
    length = time.perf_counter() - began
    chance, sweep, twice = random.Random(1), Sweep.load(path), 0
    written: dict[Path, int] = {}
    for number in range(KILLS):
        process = subprocess.Popen(
            command(path, out, 2, "--resume"),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait = chance.uniform(0.5, 2 * length / KILLS)
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with Dataset(out, sweep, resume=True) as dataset:
            table = dataset.table()
        twice += table["Case"].duplicated().sum()
        files = {p: p.stat().st_mtime_ns for p in out.glob("cases/*.parquet")}
        twice += sum(files.get(p) != when for p, when in written.items())
        written = files
        print(
            f"kill {number + 1} after {wait:.1f} s: {len(table)} cases",
            flush=True,
        )
    subprocess.run(command(path, out, 2, "--resume"), stdout=subprocess.DEVNULL)
    with Dataset(whole, sweep, resume=True) as dataset:
        expected = dataset.table()
    with Dataset(out, sweep, resume=True) as dataset:
        pd.testing.assert_frame_equal(dataset.table(), expected, check_exact=True)
    print(f"{len(sweep)} cases, the same to the last bit; computed twice: {twice}")


if __name__ == "__main__":
    which, place, *number = sys.argv[1:]
    tasks = {"cost": (cost, 10_000), "kills": (kills, 3000)}
    task, usual = tasks[which]
    task(Path(place), int(number[0]) if number else usual)
