"""What a finished sweep is shown as: tables, figures and lines."""

from nfpcell import plot
from nfpcell.sweeping import sensitivity
from nfpcell.sweeping import sweep_plan as plans
from nfpcell.sweeping.runner import failures

MOST_REASONS = 8


def report(sweep, table):
    """
    Tables and figures by the names of their files, and lines for the terminal.

    Parameters
    ----------
    sweep : Sweep
    table : its rows, all of them
    """
    scalars = table.drop(columns=[n for n in table if n in plans.LISTS])
    tables, figures = {"summary.csv": scalars}, {}
    good = table[table["Status"] == "ok"]
    if len(good) and plot.has_ragone(sweep):
        figures["ragone"] = plot.ragone(sweep, good)
    if sweep.sampled:
        found = sensitivity.analyse(sweep, table)
        if len(found):
            tables["sensitivity.csv"] = found
            figures["sensitivity"] = plot.sensitivity(found)
    elif len(good):
        figure = plot.sweep(sweep, good)
        figures |= {"sweep": figure} if figure else {}
    return tables, figures, _lines(table)


def _lines(table):
    reasons = failures(table)
    failed = sum(reasons.values())
    lines = [f"{len(table)} cases: {len(table) - failed} ok, {failed} failed"]
    shown = list(reasons.items())[:MOST_REASONS]
    lines += [f"  {number} x {reason}" for reason, number in shown]
    if len(reasons) > len(shown):
        rest = sum(reasons.values()) - sum(number for _, number in shown)
        lines.append(f"  {rest} for {len(reasons) - len(shown)} other reasons")
    return lines
