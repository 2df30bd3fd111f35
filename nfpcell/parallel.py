"""How many processors there are to share work out to."""

import os

# every mesh has a solver of its own for each of them, a tenth of a gigabyte in all
MOST_THREADS = 8


def cores():
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads():
    """As many, or what OpenMP's own variable OMP_NUM_THREADS says first; at most
    MOST_THREADS, for more there are the processes of a sweep.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    number = int(asked) if asked.isdecimal() else 0
    return min(number or cores(), MOST_THREADS)
