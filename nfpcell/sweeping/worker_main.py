"""The program of a worker process, see ``worker``: reads cases, writes their rows."""

import faulthandler
import importlib
import os
import pickle
import sys
import time
from pathlib import Path
from typing import IO

from nfpcell.sweeping.worker import BROKEN, ComputedCase

# time limit for building a model, which does not count for the case [s]
BUILDING = 120.0
# above this the process ends after its chunk, and a new one replaces it [B]
MOST_MEMORY = 800e6


def main() -> None:
    """Compute the cases from standard input until it is closed."""
    # prints of libraries go to standard error, so that the results contain rows only
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    silence = os.open(os.devnull, os.O_WRONLY)

    # loads PyBaMM, which takes seconds
    importlib.import_module("nfpcell.sweeping.sweep_case")

    _send(results, "ready")
    idle_since = None
    while True:
        try:
            plan, cases, limit = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        for case in cases:
            began = time.perf_counter()
            waited = 0.0 if idle_since is None else began - idle_since
            faulthandler.dump_traceback_later(BUILDING + limit, exit=True, file=silence)
            plan.prepare(case)
            faulthandler.dump_traceback_later(limit, exit=True, file=silence)
            row = plan.compute(case)
            faulthandler.cancel_dump_traceback_later()
            idle_since = time.perf_counter()
            _send(results, ComputedCase(row, idle_since - began, waited, peak_memory()))
        if peak_memory() > MOST_MEMORY:
            return


def _send(results: IO[bytes], message: object) -> None:
    pickle.dump(message, results, protocol=pickle.HIGHEST_PROTOCOL)
    results.flush()


def peak_memory() -> float:
    """Peak memory of this process so far [B]; 0 if the system does not give it."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(1024 * float(x.split()[1]) for x in lines if x.startswith("VmHWM:"))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
    except BaseException:
        os._exit(BROKEN)
