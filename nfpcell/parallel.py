"""How many processor cores a computation may use, and how it reports its progress."""

import os
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

# called with (done, all)
Progress = Callable[[int, int], None]
Item = TypeVar("Item")

# every mesh has a solver for each thread; eight of them take 0.1 GB
MOST_THREADS = 8


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def reported(items: Collection[Item], progress: Progress | None) -> Iterator[Item]:
    """Yield the items one by one; each is reported when its work is done."""
    for done, item in enumerate(items, start=1):
        yield item
        if progress:
            progress(done, len(items))


def threads() -> int:
    """Return OMP_NUM_THREADS if it is set, else the number of cores.

    At most MOST_THREADS. A sweep uses more cores by starting several processes.
    """
    setting = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    number = int(setting) if setting.isdecimal() else 0
    return min(number or cores(), MOST_THREADS)
