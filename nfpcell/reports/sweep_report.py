"""Tables, figures and lines of text of a finished sweep."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from nfpcell import columns, plot
from nfpcell.outcome import succeeded
from nfpcell.reports import remarks
from nfpcell.sweeping import sensitivity
from nfpcell.sweeping.runner import failures
from nfpcell.sweeping.sweep_outputs import LISTS
from nfpcell.sweeping.sweep_plan import Sweep

MOST_REASONS = 8


@dataclass(frozen=True)
class SweepReport:
    """Tables by file name, figures by the stem of their file, lines to print."""

    tables: dict[str, pd.DataFrame]
    figures: dict[str, Figure]
    lines: list[str]


def report(sweep: Sweep, table: pd.DataFrame) -> SweepReport:
    """Return the report of a sweep from the table of all its cases."""
    lists = [name for name in table if name in LISTS]
    tables = {"summary.csv": table.drop(columns=lists)}
    figures: dict[str, Figure] = {}
    computed = table[succeeded(table[columns.STATUS])]
    if len(computed) and plot.has_ragone(sweep):
        figures["ragone"] = plot.ragone(sweep, computed)
    if sweep.sampled:
        indices = sensitivity.analyse(sweep, table)
        if len(indices):
            tables["sensitivity.csv"] = indices
            figures["sensitivity"] = plot.sensitivity(indices)
    elif len(computed):
        figure = plot.sweep(sweep, computed)
        if figure:
            figures["sweep"] = figure
    return SweepReport(tables, figures, _lines(table))


def _lines(table: pd.DataFrame) -> list[str]:
    """Return how many cases failed, and the most frequent reasons."""
    reasons = failures(table)
    failed = sum(reasons.values())
    lines = [f"{len(table)} cases: {len(table) - failed} ok, {failed} failed"]
    shown = list(reasons.items())[:MOST_REASONS]
    lines += [f"  {number} x {reason}" for reason, number in shown]
    if len(reasons) > len(shown):
        others = failed - sum(number for _, number in shown)
        lines.append(f"  {others} for {len(reasons) - len(shown)} other reasons")
    return [*lines, *remarks.lines(table)]
