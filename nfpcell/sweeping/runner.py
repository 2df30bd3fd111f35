"""A sweep from its plan to its table, on this machine or on a Dask cluster."""

import contextlib
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from nfpcell.cell import validation
from nfpcell.errors import NfpcellError
from nfpcell.parallel import cores
from nfpcell.sweeping import worker
from nfpcell.sweeping.dataset import Dataset, versions
from nfpcell.sweeping.sweep_plan import Sweep

LIMIT = 300.0
# work in a chunk: a share of what has gone by, so that files stay few and a kill costs
# little; at least and at most [s]
SHARE, SHORTEST, LONGEST = 0.01, 2.0, 60.0
FIRST = 4
# times that Dask gives a chunk of a lost worker to another one
RETRIES = 3


@dataclass
class Work:
    """
    What a run took.

    Attributes
    ----------
    computed : number of cases
    seconds, waited : in cases, and of processes that waited for one [s]
    memory : most that a process held [B]
    elapsed : from the first chunk to the last [s]
    """

    computed: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    memory: float = 0.0
    workers: int = 1
    elapsed: float = field(default=0.0)

    def add(self, done):
        """Count a finished case."""
        self.computed += 1
        self.seconds += done.seconds
        self.waited += done.waited
        self.memory = max(self.memory, done.memory)

    @property
    def dispatch(self):
        """Share of the work that went into handing it out."""
        whole = self.seconds + self.waited
        return self.waited / whole if whole else 0.0

    def record(self):
        """For run.json."""
        return {
            "cases computed": self.computed,
            "workers": self.workers,
            "elapsed [s]": round(self.elapsed, 3),
            "in cases [s]": round(self.seconds, 3),
            "share of dispatch": round(self.dispatch, 5),
            "peak memory of a worker [MB]": round(self.memory / 1e6, 1),
        }


def run(
    sweep,
    folder,
    workers=None,
    *,
    resume=False,
    limit=LIMIT,
    scheduler=None,
    progress=None,
    lists=True,
):
    """
    Compute the cases of a sweep that a folder does not hold yet.

    Parameters
    ----------
    sweep : Sweep
    folder : path; every finished chunk is a file there at once
    workers : processes; all cores if nothing is said
    resume : go on with what the folder holds
    limit : time limit of a case [s]
    scheduler : address of a Dask scheduler, whose workers are used instead
    progress : called with (done, all) after each chunk
    lists : False leaves whole curves and spectra out of the table; they are on disk

    Returns
    -------
    table, Work : all rows in the order of the cases; a case that failed is a row with
    its "Status"

    Raises
    ------
    NfpcellError for what makes no sense, and where the folder cannot be written to;
    what was finished is kept
    """
    if workers is None:
        workers = cores()
    validation.number(workers, "workers", validation.WORKERS)
    validation.number(limit, "time limit", validation.TIME_LIMITS)
    with Dataset(folder, sweep, resume) as dataset:
        if len(dataset.there) < len(sweep):
            with _pool(int(workers), scheduler) as (pool, number):
                work = _all(sweep, dataset, pool, number, limit, progress)
        else:
            work = Work()
        return dataset.table(lists), work


def sweep(experiment, out, **options):
    """
    A sweep as a table; see ``run`` for the options.

    Parameters
    ----------
    experiment : word of a built-in sweep, or path of a .toml file
    out : folder
    """
    table, _ = run(Sweep.load(experiment), out, **options)
    return table


def failures(table):
    """How many rows failed for which reason, most frequent first."""
    failed = table["Status"][table["Status"] != "ok"]
    return dict(Counter(failed).most_common())


def _all(sweep, dataset, pool, workers, limit, progress):
    points = sweep.points()
    left = [k for k in range(len(sweep)) if k not in dataset.there]
    left.reverse()
    work, began, flying = Work(workers=workers), time.perf_counter(), set()
    while left or flying:
        # one more than there are workers waits for the next that is free
        while left and len(flying) < 2 * workers:
            size = _size(work, time.perf_counter() - began, len(left), workers)
            numbers = [left.pop() for _ in range(size)]
            cases = [sweep.case(k, points[k % len(points)]) for k in numbers]
            flying.add(pool.submit(worker.run_chunk, sweep, cases, limit))
        finished, flying = wait(flying, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in finished:
            found = future.result()
            dataset.add([done.row for done in found])
            for done in found:
                work.add(done)
        if progress:
            progress(len(dataset.there), len(sweep))
    work.elapsed = time.perf_counter() - began
    return work


def _size(work, elapsed, left, workers):
    """Cases in the next chunk."""
    if not work.computed:
        return min(FIRST, left)
    target = min(max(SHARE * elapsed, SHORTEST), LONGEST)
    each = max(work.seconds / work.computed, 1e-5)
    # at the end all workers shall have something
    fair = -(-left // (2 * workers))
    return max(1, min(int(target / each), fair, left))


@contextlib.contextmanager
def _pool(workers, scheduler):
    """An executor and how many chunks it works on at a time."""
    if scheduler is not None:
        with _dask(scheduler) as pool:
            yield pool
        return
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool, workers
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        # ends what the threads wait for
        worker.kill_all()
        pool.shutdown()
        worker.close_all()


@contextlib.contextmanager
def _dask(scheduler):
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
            "such as tcp://127.0.0.1:8786"
        ) from error
    with client:
        _check_workers(client)
        threads = sum(client.nthreads().values())
        pool = client.get_executor(retries=RETRIES, pure=False)
        try:
            yield pool, threads
        finally:
            pool.shutdown(wait=False)


def _check_workers(client):
    """Refuse a cluster without workers, or with other versions of what computes."""
    try:
        theirs = client.run(versions)
    except Exception as error:
        raise NfpcellError(
            f"--scheduler: its workers cannot import nfpcell ({type(error).__name__}); "
            "right would be the same environment on all machines"
        ) from error
    if not theirs:
        raise NfpcellError(
            "--scheduler: it has no workers; right would be dask worker ADDRESS"
        )
    mine = versions()
    for address, found in theirs.items():
        differing = [
            f"{name} {found[name]}" for name in mine if found[name] != mine[name]
        ]
        if differing:
            raise NfpcellError(
                f"--scheduler: the worker at {address} has {', '.join(differing)}; "
                "right would be the same versions as here"
            )
