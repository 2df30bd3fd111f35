"""Error of voltage over time of a curve, for meshes and tolerances of both models."""

import time

import numpy as np
import pandas as pd

from nfpcell import cycling, engine
from nfpcell.benchmark import warm
from nfpcell.cell import Cell

COLUMNS = ["Model", "Mesh", "Tolerance", "Error [mV]", "Time [ms]", "Default"]
# shells and depths
MESHES = {
    "particle": [(n, None) for n in (12, 24, 48, 96, 192)],
    "full": [(n, x) for x in (4, 8, 16) for n in (12, 24, 48)],
}
TOLERANCES = {"particle": (1e-3, 1e-4, 1e-5, 1e-6), "full": (1e-4, 1e-5)}


def measure():
    """
    One discharge of Cell C at 1C and 30 degC, against itself on a fine mesh.

    Returns
    -------
    table with COLUMNS; the last row of each model is what ``nfpcell simulate`` takes
    """
    rows = []
    for model in ("particle", "full"):
        fine, case = warm.ours(model, fine=True)
        exact = fine()
        horizon = [0, cycling.longest(Cell.load("C"), 1.0)]
        own = cycling.numerics_for(Cell.load("C"), 1.0, 30.0, model)
        default = dict(own["points"])
        for shells, depths in MESHES[model]:
            points = {"r_p": shells} | ({"x_p": depths} if depths else {})
            for rtol in TOLERANCES[model]:
                numerics = {"points": tuple(points.items()), "grading": own["grading"]}
                numerics |= {"rtol": rtol, "atol": rtol / 30}
                rows.append(_row(model, points, numerics, case, horizon, exact))
        row = _row(model, default, own, case, horizon, exact)
        rows.append(row | {"Default": True})
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(model, points, numerics, case, horizon, exact):
    built = engine.built(model, **numerics)
    solution, took = None, []
    for _ in range(4):
        begin = time.perf_counter()
        (run,) = built.solve([case], horizon)
        took.append(1e3 * (time.perf_counter() - begin))
        solution = run.solution
    error = np.nan if solution is None else warm.error(solution, exact)
    mesh = f"{points['r_p']} shells"
    if "x_p" in points:
        mesh += f", {points['x_p']} depths"
    found = (model, mesh, numerics.get("rtol", np.nan), error, min(took), False)
    return dict(zip(COLUMNS, found, strict=True))
