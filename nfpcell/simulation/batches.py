"""Runs of several engines, put together into batches."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from nfpcell.simulation.engine import Engine

Key = TypeVar("Key")


def batches(
    engines: Mapping[Key, Engine], durations: Mapping[Key, float]
) -> Iterator[tuple[Engine, list[Key], float]]:
    """
    Runs that one engine solves together, those of similar duration in one batch.

    A batch is integrated as long as its longest run needs.

    Parameters
    ----------
    engines : engine of each run
    durations : how long each run may take [s]

    Yields
    ------
    engine, keys of the runs, and how long they may take [s]
    """
    runs: dict[Engine, list[Key]] = {}
    for key, engine in engines.items():
        runs.setdefault(engine, []).append(key)
    for engine, keys in runs.items():
        keys.sort(key=lambda key: -durations[key])
        for first in range(0, len(keys), engine.batch):
            batch = keys[first : first + engine.batch]
            yield engine, batch, max(durations[key] for key in batch)
