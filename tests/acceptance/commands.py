"""What the tests of the commands share."""

import subprocess
import sys
from pathlib import Path

import pandas as pd

from nfpcell import columns
from nfpcell.cell import catalogue
from nfpcell.cli import app

ROOT = Path(catalogue.__file__).resolve().parents[2]
HALF_CYCLE_FILES = {
    "summary.csv", "curves.csv", "run.json",
    "voltage.png", "voltage.svg", "capacity.png", "capacity.svg",
    "losses.png", "losses.svg",
    "differential_capacity.png", "differential_capacity.svg",
}  # fmt: skip


def fake_table(conditions, status="ok"):
    rows, curves = [], []
    for cell, way, rate, temperature in conditions:
        keys = (cell.name, way, rate, temperature)
        rows.append((*keys, 80.0, 2.9, 232.0, "Minimum voltage [V]", status, ""))
        curve = dict(zip(columns.CONDITION, keys, strict=True))
        curve |= {"Time [s]": [0.0, 1.0], "Current [A]": 1.0, "Voltage [V]": [3.0, 2.0]}
        curve["Specific capacity [mA.h.g-1]"] = [0.0, 80.0]
        curve |= dict.fromkeys(columns.OVERPOTENTIALS, 0.1)
        curves.append(pd.DataFrame(curve))
    return pd.DataFrame(rows, columns=columns.SUMMARY), pd.concat(curves)


def refused(capfd, *words):
    """The one sentence of a refusal."""
    assert app.main(list(words)) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("nfpcell: ")
    assert err.count("\n") == 1
    return err


def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "nfpcell", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


# the command line, which says on standard error that a function of a module begins; the
# first two words name them
ANNOUNCED = """
import importlib, sys
from nfpcell.__main__ import main

module, name = importlib.import_module(sys.argv.pop(1)), sys.argv.pop(1)
compute = getattr(module, name)

def announced(*words, **options):
    print("computing", file=sys.stderr, flush=True)
    return compute(*words, **options)

setattr(module, name, announced)
sys.exit(main())
"""
# the command line, with a Ctrl-C in the middle of its own imports
INTERRUPTED_IMPORT = """
import signal, sys

class Press:
    def find_spec(self, name, *_):
        if name == "nfpcell.cli.text_tables":
            signal.raise_signal(signal.SIGINT)

# a shell may start its background jobs with Ctrl-C ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Press())
from nfpcell.__main__ import main
sys.exit(main())
"""


def program(source, *words, **options):
    """A Python program as a process of its own, with its own group of processes."""
    return subprocess.Popen(
        [sys.executable, "-c", source, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )
