"""Against the paper, and against mathematics."""

import numpy as np
import pandas as pd

from nfpcell import scoring
from nfpcell.benchmarking import convergence, peers, warm
from nfpcell.cell import Cell
from nfpcell.cycling import KELVIN, engine_for, longest, starting_voltage
from nfpcell.parameters import NAMES

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


def against_the_paper(model="full", progress=None):
    """Every target of every experiment, as ``scoring.score`` gives it."""
    return scoring.score(model=model, progress=progress)


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
        found = list(convergence.errors(cell, model, conditions))
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
        astray = _astray(cell, model)
        rows.append(
            ("sodium that goes astray in a half-cycle", model, astray, "of all", 1e-6)
        )
    # the SPM has no loss of volts across the layer, which ``particle`` has
    job, case = warm.ours("full", fine=True, cell=cell.with_values(AGREED))
    fine = peers.job("full", case, *warm.FINE["full"], rtol=1e-7, atol=1e-8)
    what = "PyBaMM's half-cell DFN, both fine: median of a discharge"
    rows.append((what, "full", _median(job(), fine()), "mV", 1.0))
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(Met=table["Value"] <= table["Bound"])


def _median(one, other):
    """Half of a discharge is closer [mV]; a mean square would tell of the drop from one
    gallery to the next only, where a shift of 0.03 mAh/g is 100 mV.
    """
    t = np.linspace(0, 0.98 * min(one.t[-1], other.t[-1]), 2000)
    difference = one["Voltage [V]"](t=t) - other["Voltage [V]"](t=t)
    return 1e3 * float(np.median(np.abs(difference)))


def _astray(cell, model):
    """Charge passed less what the particles hold more of, over what they can hold."""
    worst = 0.0
    for way, rate, temperature in CONDITIONS[model]:
        engine = engine_for(cell, rate, temperature, model)
        sign = 1 if way == "discharge" else -1
        d = cell.derived()
        start = starting_voltage(cell, way, "particle")
        current = sign * rate * d.nominal_capacity
        case = engine.inputs(cell, current, temperature + KELVIN, start)
        (run,) = engine.solve([case], [0, longest(cell, rate)])
        ends = engine.record(
            run.solution.t[[0, -1]], np.asarray(run.solution.y)[:, [0, -1]], case
        )
        all_ = (
            cell["Positive electrode active fraction of theoretical capacity"]
            * cell["Positive electrode theoretical capacity [A.h.kg-1]"]
            * d.mass
        )
        theta, passed = (
            np.diff(ends[name])[0]
            for name in ("Positive electrode stoichiometry", "Discharge capacity [A.h]")
        )
        worst = max(worst, abs(float(theta - passed / all_)))
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
