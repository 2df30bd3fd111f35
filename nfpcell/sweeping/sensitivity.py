"""Which quantity an output hangs on, over the whole sampled space, by SALib."""

import numpy as np
import pandas as pd

from nfpcell.sweeping import sweep_plan as plans

COLUMNS = [
    "Cell",
    "Output",
    "Quantity",
    "Method",
    "Cases",
    "First-order index",
    "First-order index, 95 %",
    "Total index",
    "Total index, 95 %",
]
# blocks of a Saltelli design, or cases of another sample: in all, and a quantity
LEAST, LEAST_EACH = 64, 10
SEED = 0


def analyse(sweep, table):
    """
    Indices of Sobol of every output with respect to every varied quantity.

    A Saltelli design gives the first-order index (the share of the output's variance
    that goes when only this quantity is known) and the total index (the share that
    stays when all but this one are known), each with half the width of its 95 %
    interval. Any other sample gives the first-order index only, by random balance
    designs (Tarantola, Gatelli and Mara 2006, in the form of Plischke 2010 for given
    data). A case that failed takes its block out of a Saltelli design, and itself out
    of any other.

    Parameters
    ----------
    sweep : Sweep with a sampled space
    table : its rows, all of them

    Returns
    -------
    table with COLUMNS; empty where there are too few cases
    """
    rows = []
    for cell in sweep.cells:
        own = table[table["Cell"] == cell.name]
        for output in sweep.numbers:
            for row in _one(sweep, own, output):
                rows.append({"Cell": cell.name, "Output": output, **row})
    return pd.DataFrame(rows, columns=COLUMNS)


def _one(sweep, own, output):
    names = [axis.name for axis in sweep.axes]
    values = own[output].to_numpy(float)
    good = np.isfinite(values) & (own["Status"] == "ok").to_numpy()
    problem = plans.unit_problem(names)
    block = len(names) + 2
    if sweep.method == "saltelli":
        good = np.repeat(good.reshape(-1, block).all(axis=1), block)
        number = good.sum() // block
    else:
        number = good.sum()
    if number < max(LEAST, LEAST_EACH * len(names)) or np.ptp(values[good]) == 0:
        return
    if sweep.method == "saltelli":
        found = plans.salib("analyze.sobol").analyze(
            problem, values[good], calc_second_order=False, seed=SEED
        )
        method, total = "Sobol", (found["ST"], found["ST_conf"])
    else:
        shares = np.column_stack(
            [_share(axis, own[axis.name].to_numpy(float)) for axis in sweep.axes]
        )
        found = plans.salib("analyze.rbd_fast").analyze(
            problem, shares[good], values[good], seed=SEED
        )
        method, total = "RBD-FAST", (np.full(len(names), np.nan),) * 2
    columns = found["S1"], found["S1_conf"], *total
    for name, *numbers in zip(names, *columns, strict=True):
        start = {"Quantity": name, "Method": method, "Cases": int(good.sum())}
        yield {**start, **dict(zip(COLUMNS[5:], map(float, numbers), strict=True))}


def _share(axis, values):
    """Where values lie between the ends of an axis, on its own scale, from 0 to 1."""
    if axis.scale == "log":
        return np.log(values / axis.lower) / np.log(axis.upper / axis.lower)
    return (values - axis.lower) / (axis.upper - axis.lower)
