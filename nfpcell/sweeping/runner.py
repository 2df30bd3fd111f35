"""Run a sweep on this machine or on a Dask cluster."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nfpcell.cell import validation
from nfpcell.columns import STATUS
from nfpcell.errors import NfpcellError
from nfpcell.outcome import succeeded
from nfpcell.parallel import Progress, cores
from nfpcell.sweeping import worker
from nfpcell.sweeping.dataset import Dataset, versions
from nfpcell.sweeping.sweep_plan import Sweep

LIMIT = 300.0
# computing time of a chunk: a fraction of the time so far, at least and at most [s]; so
# there are few files, and an interruption loses little
SHARE, SHORTEST, LONGEST = 0.01, 2.0, 60.0
# cases of the first chunk
FIRST = 4
# how often Dask gives the chunk of a lost worker to another one
RETRIES = 3


@dataclass
class SweepWork:
    """Time and memory of a run."""

    computed: int = 0  # number of cases
    damaged: int = 0  # number of files of an earlier run that were damaged
    seconds: float = 0.0  # computing time of all processes
    waited: float = 0.0  # waiting time of all processes [s]
    memory: float = 0.0  # peak memory of a process [B]
    workers: int = 1
    elapsed: float = 0.0  # from the first chunk to the last [s]

    def add(self, case: worker.ComputedCase) -> None:
        """Count a finished case."""
        self.computed += 1
        self.seconds += case.seconds
        self.waited += case.waited
        self.memory = max(self.memory, case.memory)

    def record(self) -> dict[str, Any]:
        """The content of run.json; dispatch is the fraction of waiting time."""
        whole = self.seconds + self.waited
        return {
            "cases computed": self.computed,
            "damaged files computed again": self.damaged,
            "workers": self.workers,
            "elapsed [s]": round(self.elapsed, 3),
            "in cases [s]": round(self.seconds, 3),
            "share of dispatch": round(self.waited / whole, 5) if whole else 0.0,
            "peak memory of a worker [MB]": round(self.memory / 1e6, 1),
        }


def run(
    sweep: Sweep,
    folder: str | Path,
    workers: int | None = None,
    *,
    resume: bool = False,
    limit: float = LIMIT,
    scheduler: str | None = None,
    progress: Progress | None = None,
    lists: bool = True,
) -> tuple[pd.DataFrame, SweepWork]:
    """Compute the cases of a sweep that are missing in a folder.

    Returns all rows in the order of the cases, and the work of the run. The "Status" of
    a row says why its case failed. Raises NfpcellError for invalid options, and for a
    folder that cannot be written to; finished cases remain.

    Parameters
    ----------
    folder : for a file of each finished chunk
    workers : number of processes; None for one on each core
    resume : continue the sweep in the folder
    limit : time limit of a case [s]
    scheduler : address of a Dask scheduler, whose workers are used instead
    lists : whether the table contains the whole curves and spectra, which are on disk
    """
    if workers is None:
        workers = cores()
    validation.number(workers, "workers", validation.WORKERS)
    validation.number(limit, "time limit", validation.TIME_LIMITS)
    work = SweepWork()
    with Dataset(folder, sweep, resume) as dataset:
        work.damaged = len(dataset.damaged)
        if len(dataset.finished) < len(sweep):
            with executor(int(workers), scheduler) as (pool, work.workers):
                _compute_missing(sweep, dataset, pool, work, limit, progress)
        return dataset.table(lists), work


def sweep(experiment: str | Path, out: str | Path, **options: Any) -> pd.DataFrame:
    """Run a built-in sweep by its name, or a .toml file; options as of ``run``."""
    table, _ = run(Sweep.load(experiment), out, **options)
    return table


def failures(table: pd.DataFrame) -> dict[str, int]:
    """Number of failed rows by reason, the most frequent first."""
    failed = table[STATUS][~succeeded(table[STATUS])]
    return dict(Counter(failed).most_common())


def _compute_missing(
    sweep: Sweep,
    dataset: Dataset,
    pool: futures.Executor,
    work: SweepWork,
    limit: float,
    progress: Progress | None,
) -> None:
    points, began = sweep.design.points(), time.perf_counter()
    missing = [k for k in reversed(range(len(sweep))) if k not in dataset.finished]
    pending: set[futures.Future[list[worker.ComputedCase]]] = set()
    while missing or pending:
        # two chunks for each worker: one is computed, one waits
        while missing and len(pending) < 2 * work.workers:
            size = _chunk_size(work, time.perf_counter() - began, len(missing))
            numbers = [missing.pop() for _ in range(size)]
            cases = [sweep.case(k, points[k % len(points)]) for k in numbers]
            pending.add(pool.submit(worker.run_chunk, sweep, cases, limit))
        finished, pending = futures.wait(
            pending, timeout=0.5, return_when=futures.FIRST_COMPLETED
        )
        for future in finished:
            computed = future.result()
            dataset.add([case.row for case in computed])
            for case in computed:
                work.add(case)
        if progress:
            progress(len(dataset.finished), len(sweep))
    work.elapsed = time.perf_counter() - began


def _chunk_size(work: SweepWork, elapsed: float, missing: int) -> int:
    """Number of cases in the next chunk."""
    if not work.computed:
        return min(FIRST, missing)
    chunk_time = min(max(SHARE * elapsed, SHORTEST), LONGEST)
    case_time = max(work.seconds / work.computed, 1e-5)
    # smaller chunks at the end, so that no worker is idle
    most = -(-missing // (2 * work.workers))
    return max(1, min(int(chunk_time / case_time), most))


@contextlib.contextmanager
def executor(
    workers: int, scheduler: str | None = None
) -> Iterator[tuple[futures.Executor, int]]:
    """An executor, and the number of chunks that it computes at a time."""
    if scheduler is not None:
        with _dask(scheduler) as pool:
            yield pool
        return
    threads = futures.ThreadPoolExecutor(workers)
    try:
        yield threads, workers
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        # ends the processes for which the threads wait
        worker.kill_all()
        threads.shutdown()
        worker.close_all()


@contextlib.contextmanager
def _dask(scheduler: str) -> Iterator[tuple[futures.Executor, int]]:
    try:
        from distributed import Client
    except ImportError as error:
        raise NfpcellError(
            "--scheduler needs Dask; right would be pip install nfpcell[dask]"
        ) from error
    try:
        client = Client(scheduler, timeout=20)
    except (OSError, ValueError, TimeoutError) as error:
        raise NfpcellError(
            f'--scheduler: no Dask scheduler answers at "{scheduler}"; right would be '
            "an address such as tcp://127.0.0.1:8786"
        ) from error
    with client:
        _check_versions(client)
        pool = client.get_executor(retries=RETRIES, pure=False)
        try:
            yield pool, sum(client.nthreads().values())
        finally:
            pool.shutdown(wait=False)


def _check_versions(client: Any) -> None:
    """Refuse a cluster without workers, or with other versions of the packages."""
    try:
        by_address = client.run(versions)
    except Exception as error:
        raise NfpcellError(
            f"--scheduler: its workers cannot import nfpcell ({type(error).__name__}); "
            "right would be the same environment on all machines"
        ) from error
    if not by_address:
        raise NfpcellError(
            "--scheduler: the cluster has no workers; right would be "
            "dask worker ADDRESS"
        )
    for address, worker_versions in by_address.items():
        differing = worker_versions.items() - versions().items()
        if differing:
            names = ", ".join(f"{name} {version}" for name, version in differing)
            raise NfpcellError(
                f"--scheduler: the worker at {address} has {names}; right would be the "
                "same versions as here"
            )
