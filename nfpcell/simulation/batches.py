"""Batches of runs that one engine solves together."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from nfpcell.simulation.engine import Engine

Key = TypeVar("Key")


def batches(
    engines: Mapping[Key, Engine], durations: Mapping[Key, float]
) -> Iterator[tuple[Engine, list[Key], float]]:
    """
    Group runs of similar duration into batches, one engine for each batch.

    A batch is integrated as long as its longest run needs.

    Parameters
    ----------
    engines : engine of each run
    durations : longest duration of each run [s]

    Yields
    ------
    engine, keys of the runs, and the longest duration of any of them [s]
    """
    runs: dict[Engine, list[Key]] = {}
    for key, engine in engines.items():
        runs.setdefault(engine, []).append(key)
    for engine, keys in runs.items():
        keys.sort(key=lambda key: -durations[key])
        for first in range(0, len(keys), engine.batch):
            batch = keys[first : first + engine.batch]
            yield engine, batch, max(durations[key] for key in batch)
