"""A process of its own for cases: one that hangs or crashes costs a case, not the run.

``faulthandler`` of the standard library keeps the time limit. Its watchdog is a thread
in C that ends the process, also where a solver in compiled code holds the interpreter.
The side here then finds the pipe closed, records that case as failed and starts a new
process for the rest.

No process pool does this. In those of ``concurrent.futures``, joblib and loky one
crashed process fails every case in flight, and none limits the time of one case.
billiard and mpire do, but as ``multiprocessing`` does they fork, or import the user's
script again, or are refused inside a Dask worker. Pebble is under the LGPL.
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
from typing import IO, Any, NamedTuple

from nfpcell.errors import NfpcellError
from nfpcell.sweeping.sweep_plan import Case, Failure, Sweep

# one thread a process: as many processes as cores would compete for them
ONE_THREAD = {
    f"{library}_THREADS": "1"
    for library in (
        "OMP_NUM",
        "OPENBLAS_NUM",
        "MKL_NUM",
        "NUMEXPR_NUM",
        "VECLIB_MAXIMUM",
    )
}
# exit codes of the process: it asks for a fresh one; its watchdog ended it (which knows
# no other code); it ended by an error of its own
SPENT, PAST_LIMIT, BROKEN = 0, 1, 70
_PIPE_ERRORS = (EOFError, OSError, pickle.UnpicklingError)


class ComputedCase(NamedTuple):
    """A row and what it took."""

    row: dict[str, Any]
    seconds: float = 0.0  # that the case took
    waited: float = 0.0  # that its process had waited for it [s]
    memory: float = 0.0  # most that its process has held so far [B]


class Worker:
    """One process that computes cases; it is replaced when it ends."""

    # -P: nothing is imported from the working directory
    command = (sys.executable, "-P", "-m", "nfpcell.sweeping.worker_main")

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.closed = False

    def rows(
        self, sweep: Sweep, cases: list[Case], limit: float
    ) -> Iterator[ComputedCase]:
        """Rows of cases in their order, each at once; ``limit`` is of a case [s]."""
        left, crashed = list(cases), False
        while left:
            began = time.perf_counter()
            try:
                results = self._send(sweep, left, limit)
                while left:
                    computed = pickle.load(results)
                    del left[0]
                    crashed, began = False, time.perf_counter()
                    yield computed
            except _PIPE_ERRORS:
                if self.closed:
                    return
                code = self._reap()
                if code == PAST_LIMIT or crashed:
                    reason = _reason(code, limit, crashed)
                    row = sweep.failed_row(left.pop(0), Failure.FAILED, reason)
                    yield ComputedCase(row, time.perf_counter() - began)
                    crashed = False
                else:
                    # one more try: the process may have run out of memory, for example
                    crashed = code != SPENT

    def _send(self, sweep: Sweep, cases: list[Case], limit: float) -> IO[bytes]:
        """Send cases to the process; the stream where its results come."""
        if self._process is None:
            self._start()
        stdin, stdout = _streams(self._process)
        pickle.dump((sweep, cases, limit), stdin)
        stdin.flush()
        return stdout

    def _start(self) -> None:
        home = str(Path(__file__).resolve().parents[2])
        paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                **ONE_THREAD,
                "PYTHONPATH": os.pathsep.join(paths),
                "PYBAMM_DISABLE_TELEMETRY": "true",
                "SUNLOGGER_ERROR_FILENAME": os.devnull,
            },
            # this side answers a Ctrl-C
            start_new_session=True,
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
        """Exit code of the process, which is gone after that."""
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
        """End the process whatever it does, and start no other."""
        self.closed = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """As ``kill``, when nobody waits for a row any more."""
        self.kill()
        self._reap()


def _streams(process: subprocess.Popen[bytes] | None) -> tuple[IO[bytes], IO[bytes]]:
    """Where cases are written to and results are read from."""
    if process is None or process.stdin is None or process.stdout is None:
        raise EOFError
    return process.stdin, process.stdout


def _reason(code: int | None, limit: float, crashed: bool) -> str:
    if code == PAST_LIMIT:
        return f"ran past the time limit of {limit:g} s"
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return f"the process of this case ended with {how}{' twice' * crashed}"


# ----------------------------------------------------------- one worker for each thread
_here = threading.local()
_workers: list[Worker] = []


def run_chunk(sweep: Sweep, cases: list[Case], limit: float) -> list[ComputedCase]:
    """Rows of cases, by the worker of this thread."""
    worker: Worker | None = getattr(_here, "worker", None)
    if worker is None or worker.closed:
        worker = _here.worker = Worker()
        _workers.append(worker)
    return list(worker.rows(sweep, cases, limit))


def kill_all() -> None:
    """End every process, also those that a thread waits for."""
    for worker in _workers:
        worker.kill()


def close_all() -> None:
    """End every worker of this process."""
    while _workers:
        _workers.pop().close()
