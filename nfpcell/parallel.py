"""How many processor cores a computation may use, and how it reports its progress."""

import os
from collections.abc import Callable

# called with (done, all)
Progress = Callable[[int, int], None]

# each mesh has one solver for each thread, a tenth of a gigabyte in all
MOST_THREADS = 8


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """Threads of this process: OMP_NUM_THREADS if it is set, else all cores.

    At most MOST_THREADS; a sweep uses further cores by processes.
    """
    setting = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    number = int(setting) if setting.isdecimal() else 0
    return min(number or cores(), MOST_THREADS)
