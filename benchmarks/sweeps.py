"""Sweeps at length: cost of two workers against one, and kills at random moments.

    python -m benchmarks.sweeps cost  FOLDER [CASES]
    python -m benchmarks.sweeps kills FOLDER [CASES]

Both write under FOLDER, and print what docs/sweeps.md quotes.
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

from nfpcell.sweeping.dataset import Dataset
from nfpcell.sweeping.sweep_plan import Sweep

KILLS = 10
FILE = """
title = "Many plates and rates"
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
# for one case in twenty this is no mass fraction
[vary."Positive electrode electrolyte mass fraction"]
lower = {lower}
upper = 0.958
"""


def sweep_file(folder, cases):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "many.toml"
    # carbon has 0.042: above 0.958 nothing is left; below 0 is no fraction
    path.write_text(FILE.format(cases=cases, lower=-0.0504), encoding="utf-8")
    return path


def command(path, out, workers, *more):
    words = ["sweep", path, "--out", out, "--workers", workers, *more]
    return [sys.executable, "-m", "nfpcell", *map(str, words)]


def cost(folder, cases):
    """CPU seconds of all processes with one worker and with two."""
    path = sweep_file(folder, cases)
    for workers in (1, 2):
        out = folder / f"workers_{workers}"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        load, began = os.getloadavg()[0], time.perf_counter()
        # the children's children are counted once their parent has waited for them
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
            f"case, {(table['Status'] == 'ok').sum()} of {len(table)} ok; {work}",
            flush=True,
        )
    one, two = (folder / f"workers_{k}" / "summary.csv" for k in (1, 2))
    print("the same table:", one.read_bytes() == two.read_bytes())


def kills(folder, cases):
    """Kill and resume at random moments; compare with an undisturbed run."""
    path = sweep_file(folder, cases)
    whole, out = folder / "whole", folder / "killed"
    began = time.perf_counter()
    subprocess.run(command(path, whole, 2), stdout=subprocess.DEVNULL)
    length = time.perf_counter() - began
    chance, sweep, twice = random.Random(1), Sweep.load(path), 0
    seen = {}
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
        twice += sum(files.get(p) != when for p, when in seen.items())
        seen = files
        print(
            f"kill {number + 1} after {wait:.1f} s: {len(table)} cases",
            flush=True,
        )
    subprocess.run(command(path, out, 2, "--resume"), stdout=subprocess.DEVNULL)
    tables = []
    for place in (whole, out):
        with Dataset(place, sweep, resume=True) as dataset:
            tables.append(dataset.table())
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    print(f"{len(sweep)} cases, the same to the last bit; computed twice: {twice}")


if __name__ == "__main__":
    which, place, *number = sys.argv[1:]
    tasks = {"cost": (cost, 10_000), "kills": (kills, 3000)}
    task, usual = tasks[which]
    task(Path(place), int(number[0]) if number else usual)
