"""A separate process for cases, so that a hang or a crash affects one case only.

``faulthandler`` of the standard library enforces the time limit: its watchdog thread
ends the process even while compiled code blocks the interpreter. The parent then finds
the pipe closed, records the case as failed, and starts a new process for the others.

No process pool does this. In ``concurrent.futures``, joblib and loky a crashed process
fails all running cases, and no case has a time limit. billiard and mpire have limits,
but like ``multiprocessing`` they fork, import the user's script again, or do not work
inside a Dask worker. Pebble has the LGPL.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from nfpcell.errors import NfpcellError
from nfpcell.sweeping.sweep_plan import Failure

# one thread for each process, because there are as many processes as cores
_LIMITS = "OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM"
ONE_THREAD = {f"{library}_THREADS": "1" for library in _LIMITS}
# exit codes of the process: it needs to be replaced because of its memory; its watchdog
# ended it (always with 1); it ended with an error
SPENT, PAST_LIMIT, BROKEN = 0, 1, 70
_PIPE_ERRORS = (EOFError, OSError, pickle.UnpicklingError)


class Plan(Protocol):
    """What a process computes: a ``Sweep``, or another object with cases and rows."""

    def prepare(self, case: Any) -> None:
        """Do what is done once in each process, and is no part of the case's time."""

    def compute(self, case: Any) -> dict[str, Any]:
        """The row of a case; never raises."""

    def failed_row(self, case: Any, failure: Failure, reason: str) -> dict[str, Any]:
        """The row of a case without a result."""


class ComputedCase(NamedTuple):
    """A row, with the time and memory of its computation."""

    row: dict[str, Any]
    seconds: float = 0.0  # computing time
    waited: float = 0.0  # time that the process waited for the case [s]
    memory: float = 0.0  # peak memory of the process so far [B]


class Worker:
    """One process that computes cases; it is replaced when it ends."""

    # -P: nothing is imported from the working directory
    command = (sys.executable, "-P", "-m", "nfpcell.sweeping.worker_main")

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.closed = False

    def rows(
        self, plan: Plan, cases: list[Any], limit: float
    ) -> Iterator[ComputedCase]:
        """Yield the row of each case in order; ``limit`` is the time of a case [s]."""
        remaining, crashed = list(cases), False
        while remaining:
            began = time.perf_counter()
            try:
                results = self._send(plan, remaining, limit)
                while remaining:
                    computed = pickle.load(results)
                    del remaining[0]
                    crashed, began = False, time.perf_counter()
                    yield computed
            except _PIPE_ERRORS:
                if self.closed:
                    return
                code = self._reap()
                if code == PAST_LIMIT or crashed:
                    reason = _reason(code, limit, crashed)
                    row = plan.failed_row(remaining.pop(0), Failure.FAILED, reason)
                    yield ComputedCase(row, time.perf_counter() - began)
                    crashed = False
                else:
                    # a second attempt: the process may have run out of memory
                    crashed = code != SPENT

    def _send(self, plan: Plan, cases: list[Any], limit: float) -> IO[bytes]:
        """Send cases to the process; return the stream of its results."""
        if self._process is None:
            self._start()
        stdin, stdout = _streams(self._process)
        pickle.dump((plan, cases, limit), stdin)
        stdin.flush()
        return stdout

    def _start(self) -> None:
        home = str(Path(__file__).resolve().parents[2])
        paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
        settings = {
            "PYTHONPATH": os.pathsep.join(paths),
            "PYBAMM_DISABLE_TELEMETRY": "true",
            "SUNLOGGER_ERROR_FILENAME": os.devnull,
        }
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD, **settings},
            start_new_session=True,  # only the parent handles Ctrl-C
        )
        with contextlib.suppress(*_PIPE_ERRORS):
            if pickle.load(_streams(self._process)[1]) == "ready":
                return
        if self.closed:
            raise EOFError
        raise NfpcellError(
            f"a worker process ended with {self._reap()} before it began; right would "
            f"be a Python that can import nfpcell: {sys.executable}"
        )

    def _reap(self) -> int | None:
        """Wait for the end of the process and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        with process:
            with contextlib.suppress(OSError):
                _streams(process)[0].close()
            try:
                return process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait()

    def kill(self) -> None:
        """End the process at once, and start no other."""
        self.closed = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """As ``kill``, and wait for the end; no thread may be reading rows."""
        self.kill()
        self._reap()


def _streams(process: subprocess.Popen[bytes] | None) -> tuple[IO[bytes], IO[bytes]]:
    """The streams for cases and for results."""
    if process is None or process.stdin is None or process.stdout is None:
        raise EOFError
    return process.stdin, process.stdout


def _reason(code: int | None, limit: float, crashed: bool) -> str:
    if code == PAST_LIMIT:
        return f"ran past the time limit of {limit:g} s"
    end = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return f"the process of this case ended with {end}{' twice' * crashed}"


# ----------------------------------------------------------- one worker for each thread
_thread = threading.local()
_workers: list[Worker] = []


def run_chunk(plan: Plan, cases: list[Any], limit: float) -> list[ComputedCase]:
    """Rows of cases, by the worker of this thread."""
    worker: Worker | None = getattr(_thread, "worker", None)
    if worker is None or worker.closed:
        worker = _thread.worker = Worker()
        _workers.append(worker)
    return list(worker.rows(plan, cases, limit))


def kill_all() -> None:
    """End every process, even if a thread waits for it."""
    for worker in _workers:
        worker.kill()


def close_all() -> None:
    """Close every worker of this process."""
    while _workers:
        _workers.pop().close()
