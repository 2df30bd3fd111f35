"""Against the paper, and against mathematics."""

import numpy as np
import pandas as pd

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES
from nfpcell.reports.section_results import SectionResults
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import charge_balance_error
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import starting_voltage
from nfpcell_benchmarks import mesh_error, peers, single_discharge

# what identifies a target in the committed state
IDENTITY = ["Experiment", "Cell", "Quantity", "Where"]
COLUMNS = ["What", "Model", "Value", "Unit", "Bound", "Met"]
# where PyBaMM's half-cell agrees: it knows no sodium whose contact changes
AGREED = {NAMES["na_asymmetry"]: 1.0}
# half-cycles of Cell C that the default mesh is tried at: cold, warm, slow and fast
CONDITIONS = {
    "particle": [
        ("discharge", 0.1, 30),
        ("charge", 0.1, -20),
        ("discharge", 1, 30),
        ("discharge", 1, 0),
        ("charge", 5, 30),
    ],
    "full": [("discharge", 1, 30)],
}


def against_the_paper(computed=None, progress=None):
    """
    Every target of every experiment, as ``scoring.score`` gives it.

    Parameters
    ----------
    computed : SectionResults, which keep what is run; of "full" if nothing is said
    progress : called with (done, all)
    """
    computed = computed or SectionResults("full")
    names, tables = catalogue.scored(), []
    for number, name in enumerate(names, start=1):
        tables.append(computed.scored(name))
        if progress:
            progress(number, len(names))
    return pd.concat(tables, ignore_index=True)


def against_mathematics():
    """
    Convergence, conservation and agreement with an independent model, one row each.

    Returns
    -------
    table with COLUMNS; a value is met if it is at most its bound
    """
    rows = []
    cell = Cell.load("C")
    for model, conditions in CONDITIONS.items():
        found = list(mesh_error.errors(cell, model, conditions))
        rows.append(
            (
                "default mesh and tolerances against four times finer, worst RMS",
                model,
                max(row[3] for row in found),
                "mV",
                1.0,
            )
        )
        rows.append(
            (
                "the same, worst end of a half-cycle",
                model,
                max(row[4] for row in found),
                "mAh/g",
                0.05,
            )
        )
        what = "sodium that goes charge_balance_error in a half-cycle"
        rows.append((what, model, _charge_balance_error(cell, model), "of all", 1e-6))
    # the SPM has no loss of volts across the layer, which ``particle`` has
    job, case = single_discharge.ours_fine("full", cell.with_values(AGREED))
    fine = peers.job("full", case, *single_discharge.FINE["full"], rtol=1e-7, atol=1e-8)
    what = "PyBaMM's half-cell DFN, both fine: median of a discharge"
    rows.append((what, "full", _median(job(), fine()), "mV", 1.0))
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(Met=table["Value"] <= table["Bound"])


def _median(one, other):
    """Half of a discharge is closer [mV]; a mean square would tell of the drop from one
    gallery to the next only, where a shift of 0.03 mAh/g is 100 mV.
    """
    return float(np.median(np.abs(mesh_error.difference(one, other))))


def _charge_balance_error(cell, model):
    """The most sodium that goes charge_balance_error in a half-cycle, of all."""
    worst = 0.0
    for way, rate, temperature in CONDITIONS[model]:
        engine = engine_for(cell, way, rate, temperature, model)
        start = starting_voltage(cell, way, "particle")
        condition = Condition(cell, way, rate, temperature, start)
        case = engine.inputs_of(condition)
        (run,) = engine.solve([case], [0, condition.longest])
        worst = max(worst, float(charge_balance_error(engine, run, case)))
    return worst


def slipped(table, state):
    """
    Targets that were met in a committed state and are not any more.

    Parameters
    ----------
    table : as ``against_the_paper`` gives it
    state : list of its records

    Returns
    -------
    list of sentences
    """
    now = {tuple(row[k] for k in IDENTITY): row for row in table.to_dict("records")}
    found = []
    for row in state:
        if not row["Met"]:
            continue
        key = tuple(row[k] for k in IDENTITY)
        name = ", ".join(key)
        if key not in now:
            found.append(f"{name}: was met, and is no target any more")
        elif not now[key]["Met"]:
            found.append(f"{name}: was {row['Computed']}, is {now[key]['Computed']}")
    return found
