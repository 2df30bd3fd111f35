"""What ``nfpcell benchmark`` prints, draws and writes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from nfpcell import plot
from nfpcell.reports import paper_figure
from nfpcell.reports.section_results import SectionResults
from nfpcell_benchmarks import accuracy, benchmark_figures, speed


@dataclass(frozen=True)
class PartResults:
    """
    Results of one part of the benchmark.

    Attributes
    ----------
    records : for --json
    tables, figures : by the stem of their file
    sentences : printed below the tables
    """

    records: list[dict[Any, Any]]
    tables: dict[str, pd.DataFrame]
    sentences: list[str]
    figures: dict[str, Figure] = field(default_factory=dict)


def run(
    part: str,
    model: str,
    progress: Callable[..., None] | None = None,
    figures: bool = False,
) -> PartResults:
    """
    One part of the benchmark.

    Parameters
    ----------
    part : "accuracy" or "speed"
    model : of the targets
    progress : called with (done, all) and the name of the next step
    figures : whether to draw figures
    """
    if part == "speed":
        return _speed(progress, figures)
    return _accuracy(model, progress, figures)


def _accuracy(
    model: str, progress: Callable[..., None] | None, figures: bool
) -> PartResults:
    # kept, so that the page of figures runs nothing twice
    computed = SectionResults(model)
    targets = accuracy.against_the_paper(computed, progress)
    mathematics = accuracy.against_mathematics()
    drawn = {}
    if figures:
        drawn = {
            "targets": plot.scores(targets),
            "paper": paper_figure.paper_figure(computed),
        }
    return PartResults(
        [*targets.to_dict("records"), *mathematics.to_dict("records")],
        {"accuracy": targets, "mathematics": mathematics},
        [f"{int(targets['Met'].sum())} of {len(targets)} targets met."],
        drawn,
    )


def _speed(progress: Callable[..., None] | None, figures: bool) -> PartResults:
    speeds = speed.against_peers(progress)
    growth = speed.growth()
    errors = speed.error_per_cost()
    drawn = {}
    if figures:
        drawn = {
            "speed": benchmark_figures.speed_figure(speeds),
            "growth": benchmark_figures.growth_figure(growth),
            "error_per_cost": benchmark_figures.error_figure(errors),
        }
    return PartResults(
        speeds.to_dict("records"),
        {"speed": speeds, "growth": growth, "error_per_cost": errors},
        ["Ratio: time of the peer over time of nfpcell; above 1 nfpcell is faster."],
        drawn,
    )
