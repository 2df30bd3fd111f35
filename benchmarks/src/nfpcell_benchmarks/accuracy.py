"""Against the paper, and against mathematics."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES
from nfpcell.cell.validation import Direction
from nfpcell.reports.section_results import SectionResults
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import charge_balance_error
from nfpcell.simulation.numerics import engine_for
from nfpcell_benchmarks import mesh_error, peers, single_discharge

# what identifies a target in the committed state
IDENTITY = ["Experiment", "Cell", "Quantity", "Where"]
COLUMNS = ["What", "Model", "Value", "Unit", "Bound", "Met"]
# with this PyBaMM's half-cell agrees: it has no sodium whose contact changes
AGREED = {NAMES["na_asymmetry"]: 1.0}
# half-cycles of Cell C on the default mesh: direction, C-rate, temperature [degC]
SETTINGS: dict[str, list[tuple[Direction, float, float]]] = {
    "particle": [
        ("discharge", 0.1, 30),
        ("charge", 0.1, -20),
        ("discharge", 1, 30),
        ("discharge", 1, 0),
        ("charge", 5, 30),
    ],
    "full": [("discharge", 1, 30)],
}


def against_the_paper(
    computed: SectionResults | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """
    Every target of every experiment, as ``scoring.score`` gives it.

    Parameters
    ----------
    computed : keeps what is run; by default of "full"
    progress : called with (done, all)
    """
    computed = computed or SectionResults("full")
    names, tables = catalogue.scored(), []
    for number, name in enumerate(names, start=1):
        tables.append(computed.scored(name))
        if progress:
            progress(number, len(names))
    return pd.concat(tables, ignore_index=True)


def against_mathematics() -> pd.DataFrame:
    """
    Convergence, conservation and agreement with an independent model, one row each.

    The table has COLUMNS; a value is met if it is at most its bound.
    """
    cell, rows = Cell.load("C"), []
    for model, settings in SETTINGS.items():
        conditions = mesh_error.half_cycles(cell, settings)
        errors = [mesh_error.mesh_error(c, model) for c in conditions]
        imbalance = max(_charge_balance_error(c, model) for c in conditions)
        mesh = "default mesh and tolerances against four times finer"
        balance = "charge-balance error of a half-cycle, of all sodium"
        rows += [
            (f"{mesh}, worst RMS", model, max(e.rms for e in errors), "mV", 1.0),
            (f"{mesh}, worst end", model, max(e.end for e in errors), "mAh/g", 0.05),
            (balance, model, imbalance, "of all", 1e-6),
        ]
    what = "PyBaMM's half-cell DFN, both on fine meshes: median of a discharge"
    rows.append((what, "full", _difference_to_pybamm(cell), "mV", 1.0))
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(Met=table["Value"] <= table["Bound"])


def _difference_to_pybamm(cell: Cell) -> float:
    """
    Median difference of the voltages of a discharge of ``full`` [mV].

    A mean square would show only the drop between two galleries, where a shift of
    0.03 mAh/g is 100 mV. PyBaMM's SPM is not compared: unlike ``particle`` it has no
    ohmic loss across the cathode.
    """
    ours = single_discharge.ours_fine("full", cell.with_values(AGREED))
    mesh = single_discharge.FINE["full"]
    peer = peers.job("full", ours.inputs, mesh, **mesh_error.FINE_TOLERANCES)
    return float(np.median(np.abs(mesh_error.difference(ours.job()(), peer()))))


def _charge_balance_error(condition: Condition, model: str) -> float:
    """Of a half-cycle on the default mesh, as a share of all sodium."""
    engine = engine_for(
        condition.cell,
        condition.direction,
        condition.rate,
        condition.temperature,
        model,
    )
    inputs = engine.inputs_of(condition)
    (run,) = engine.solve([inputs], [0, condition.longest])
    return charge_balance_error(engine, run, inputs)


def slipped(table: pd.DataFrame, state: Iterable[Mapping[str, Any]]) -> list[str]:
    """
    One sentence for each target that was met in a committed state and is not any more.

    Parameters
    ----------
    table : as ``against_the_paper`` gives it
    state : records of the committed table
    """
    present = {tuple(row[k] for k in IDENTITY): row for row in table.to_dict("records")}
    sentences = []
    for before in filter(lambda row: row["Met"], state):
        key = tuple(before[k] for k in IDENTITY)
        target = present.get(key)
        if target is None:
            sentences.append(f"{', '.join(key)}: was met, and is no target any more")
        elif not target["Met"]:
            values = f"was {before['Computed']}, is {target['Computed']}"
            sentences.append(f"{', '.join(key)}: {values}")
    return sentences
