"""The far side of a lane: computes what comes in by the standard input.

A program of its own, ``python -m nfpcell.sweeping.worker_main``; see ``lane``.
"""

import faulthandler
import os
import pickle
import sys
import time
from pathlib import Path

from nfpcell.sweeping.worker import BROKEN, Done

# building a model is no part of a case [s]
BUILDING = 120.0
# beyond this a process ends after its chunk, and a fresh one takes over [B]
MOST_MEMORY = 800e6


def main():
    """Compute what comes in by the standard input, until that is closed."""
    # what a library prints must not come between the rows
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    silence = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115

    from nfpcell.sweeping import sweep_case

    _send(out, "ready")
    sweep, limit, before = None, BUILDING, None
    while True:
        try:
            told, cases = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        sweep, limit = told or (sweep, limit)
        for columns in cases:
            asked = time.perf_counter()
            waited = 0.0 if before is None else asked - before
            faulthandler.dump_traceback_later(BUILDING + limit, exit=True, file=silence)
            sweep_case.prepare(sweep, columns)
            faulthandler.dump_traceback_later(limit, exit=True, file=silence)
            row = sweep_case.compute(sweep, columns)
            faulthandler.cancel_dump_traceback_later()
            before = time.perf_counter()
            _send(out, Done(row, before - asked, waited, _peak_memory()))
        if _peak_memory() > MOST_MEMORY:
            return


def _send(out, what):
    pickle.dump(what, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


def _peak_memory():
    """Of this process so far [B]; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    peak = next((line for line in lines if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return 1024.0 * float(peak.split()[1])


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
    except BaseException:
        os._exit(BROKEN)
