"""Sobol sensitivity indices of the varied quantities, by SALib."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.columns import CELL, QUANTITY, STATUS
from nfpcell.outcome import succeeded
from nfpcell.sweeping.case_design import salib, unit_problem
from nfpcell.sweeping.sweep_plan import Sweep

INDICES = (
    "First-order index",
    "First-order index, 95 %",
    "Total index",
    "Total index, 95 %",
)
COLUMNS = [CELL, "Output", QUANTITY, "Method", "Cases", *INDICES]
# fewest blocks of a Saltelli design, or cases of another sample: in total, and for each
# quantity
LEAST, LEAST_EACH = 64, 10
SEED = 0


def analyse(sweep: Sweep, table: pd.DataFrame) -> pd.DataFrame:
    """Sobol indices of every output with respect to every varied quantity.

    The first-order index is the fraction of the output's variance that vanishes if only
    this quantity is fixed; the total index is the fraction that remains if all others
    are fixed. A Saltelli design gives both, each with half the width of its 95 %
    interval. Any other sample gives the first-order index only, by random balance
    designs (Tarantola, Gatelli and Mara 2006, for given data: Plischke 2010). A failed
    case removes its block from a Saltelli design, and only itself from other samples.

    ``table`` has all rows of the sweep. The result has COLUMNS; it is empty if there
    are too few cases.
    """
    rows = [
        {CELL: cell.name, "Output": output, **row}
        for cell in sweep.cells
        for output in sweep.numbers
        for row in output_indices(sweep, table[table[CELL] == cell.name], output)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def output_indices(
    sweep: Sweep, table: pd.DataFrame, output: str
) -> Iterator[dict[str, Any]]:
    """A row for each quantity, of one output of one cell."""
    names = [axis.name for axis in sweep.axes]
    problem, block = unit_problem(names), len(names) + 2
    saltelli = sweep.design.method == "saltelli"
    values = table[output].to_numpy(float)
    used = np.isfinite(values) & succeeded(table[STATUS]).to_numpy()
    if saltelli:
        used = np.repeat(used.reshape(-1, block).all(axis=1), block)
    number = used.sum() // (block if saltelli else 1)
    if number < max(LEAST, LEAST_EACH * len(names)) or np.ptp(values[used]) == 0:
        return
    if saltelli:
        method = "Sobol"
        results = salib("analyze.sobol").analyze(
            problem, values[used], calc_second_order=False, seed=SEED
        )
    else:
        method = "RBD-FAST"
        shares = [axis.share(table[axis.name].to_numpy(float)) for axis in sweep.axes]
        results = salib("analyze.rbd_fast").analyze(
            problem, np.column_stack(shares)[used], values[used], seed=SEED
        )
        results["ST"] = results["ST_conf"] = np.full(len(names), np.nan)
    for k, name in enumerate(names):
        indices = [float(results[key][k]) for key in ("S1", "S1_conf", "ST", "ST_conf")]
        yield {
            QUANTITY: name,
            "Method": method,
            "Cases": int(used.sum()),
            **dict(zip(INDICES, indices, strict=True)),
        }
