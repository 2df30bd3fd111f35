"""A process of its own for cases: one that hangs or crashes costs a case, not the run.

A solver that hangs in compiled code cannot be interrupted from within Python, so the
process ends itself by a watchdog thread in C when a case runs past its limit. The other
side sees the pipe close, writes that case down and starts a new process for the rest.
Started as a program, not by ``multiprocessing``: that forks, or imports the user's
script again, or is refused inside a Dask worker.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from nfpcell.errors import NfpcellError

# one thread a process: as many processes as cores would else fight for them
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
# exit codes of the far side: to be replaced by a fresh process; by its watchdog, which
# knows of no other than 1; by an error of its own
SPENT, PAST_LIMIT, BROKEN = 0, 1, 70


class Done(NamedTuple):
    """
    A row and what it took.

    Attributes
    ----------
    row : of the table
    seconds, waited : that the case took, and that its process had waited for it [s]
    memory : most that the process has held so far [B]
    """

    row: dict
    seconds: float = 0.0
    waited: float = 0.0
    memory: float = 0.0


class Lane:
    """One process that computes cases, and is replaced when it ends."""

    # -P: nothing is imported from the working directory
    command = (sys.executable, "-P", "-m", "nfpcell.sweeping.worker_main")

    def __init__(self):
        self._process, self._asked, self.closed = None, None, False

    def rows(self, sweep, cases, limit):
        """
        Rows of cases, in their order, each as soon as it is there.

        Parameters
        ----------
        sweep : Sweep
        cases : list of columns, see ``Sweep.case``
        limit : of a case [s]

        Returns
        -------
        iterator of Done
        """
        left, again = list(cases), False
        while left:
            began = time.perf_counter()
            try:
                self._ask(sweep, left, limit)
                while left:
                    done = pickle.load(self._process.stdout)
                    left.pop(0)
                    again, began = False, time.perf_counter()
                    yield done
            except (EOFError, OSError, pickle.UnpicklingError):
                if self.closed:
                    return
                code = self._ended()
                if code == PAST_LIMIT or again:
                    why = _why(code, limit, again)
                    seconds = time.perf_counter() - began
                    yield Done(_empty(sweep, left.pop(0), why), seconds)
                    again = False
                elif code != SPENT:
                    # another process may have been in want of memory, say
                    again = True

    def _ask(self, sweep, cases, limit):
        if self._process is None:
            self._start()
        asked = (sweep.sha256, limit)
        told = (sweep, limit) if asked != self._asked else None
        self._asked = asked
        pickle.dump((told, cases), self._process.stdin)
        self._process.stdin.flush()

    def _start(self):
        home = str(Path(__file__).resolve().parents[2])
        known = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            **ONE_THREAD,
            "PYTHONPATH": os.pathsep.join(known),
            "PYBAMM_DISABLE_TELEMETRY": "true",
            "SUNLOGGER_ERROR_FILENAME": os.devnull,
        }
        self._asked = None
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # a Ctrl-C is this side's to answer
            start_new_session=True,
        )
        with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
            if pickle.load(self._process.stdout) == "ready":
                return
        if self.closed:
            raise EOFError
        raise NfpcellError(
            f"a worker process ended with {self._ended()} before it began; right would "
            f"be a Python that can import nfpcell: {sys.executable}"
        )

    def _ended(self):
        """Exit code of the process, which is gone after that."""
        process, self._process = self._process, None
        if process is None:
            return None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            code = process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdout.close()
        return code

    def kill(self):
        """End the process whatever it does, and start no other."""
        self.closed = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self):
        """As ``kill``, when nobody waits for a row any more."""
        self.kill()
        self._ended()


def _why(code, limit, again):
    if code == PAST_LIMIT:
        return f"failed: ran past the time limit of {limit:g} s"
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return f"failed: the process of this case ended with {how}{' twice' * again}"


def _empty(sweep, columns, status):
    # brings PyBaMM with it, which this side does not need
    from nfpcell.sweeping.sweep_plan import LISTS, TEXTS

    row = dict.fromkeys(sweep.outputs, float("nan"))
    row |= {name: None for name in sweep.outputs if name in LISTS}
    row |= {name: "" for name in sweep.outputs if name in TEXTS}
    return {**columns, **row, "Status": status}


# ------------------------------------------------------- lanes of the threads there are
_own = threading.local()
_all = []


def run_chunk(sweep, cases, limit):
    """Rows of cases as a list of Done, in the lane of this thread."""
    if getattr(_own, "lane", None) is None or _own.lane.closed:
        _own.lane = Lane()
        _all.append(_own.lane)
    return list(_own.lane.rows(sweep, cases, limit))


def kill_all():
    """End every process, whoever waits for it."""
    for own in _all:
        own.kill()


def close_all():
    """End every lane of this process."""
    while _all:
        _all.pop().close()
