"""The speed part of the suite as a whole: rows, tables, figures and a sentence."""

import logging
import os
import platform
import time
import warnings
from dataclasses import dataclass

import pandas as pd
import pybamm

from nfpcell import plot_benchmark
from nfpcell.benchmark import error_per_cost, speed


@dataclass(frozen=True)
class Suite:
    """
    What ``measure`` found.

    Attributes
    ----------
    rows : table with ``speed.COLUMNS``
    tables, figures : for ``--out``
    told : how long it took, and on what
    """

    rows: pd.DataFrame
    tables: dict
    figures: dict
    told: str


def measure(progress=None):
    """All of it; progress is called with (done, all, what is next)."""
    progress = progress or (lambda *_: None)
    begin = time.perf_counter()
    # what peers say of a step that they repeat is no result
    level = pybamm.logger.level
    pybamm.logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fast = speed.measure(progress)
            cost = error_per_cost.measure()
    finally:
        pybamm.logger.setLevel(level)
    took = time.perf_counter() - begin
    return Suite(
        fast.rows,
        {
            "summary.csv": fast.rows,
            "growth.csv": fast.growth,
            "error_per_cost.csv": cost,
        },
        {
            "speed": plot_benchmark.speed_figure(fast.rows),
            "error_per_cost": plot_benchmark.error_figure(cost),
            "growth": plot_benchmark.growth_figure(fast.growth),
        },
        f"{took:.0f} s on {os.cpu_count()} cores, {platform.machine()}; ratios above 1 "
        "are faster than the peer, absolute times are this machine's",
    )
