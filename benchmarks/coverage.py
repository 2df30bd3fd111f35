"""How often an interval holds the true value: ``python -m benchmarks.coverage``.

Discharges of Cell C by the single particle at four rates and three temperatures, 200
points each, with 1 mV of noise. Five constants are free within wide bounds; each starts
at a factor of 30 from the true value, up or down at random. For every draw of the noise
``nfpcell.fit`` runs with its defaults, search and intervals.
"""

import argparse
import os

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from nfpcell_benchmarks.fit_race import clean_curves, with_noise

from nfpcell.cell.definition import Cell
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_request import fit
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.read_options import Data

HERE = Path(__file__).parent
RATES, TEMPERATURES = (0.1, 0.2, 0.5, 1.0), (30.0, 15.0, 0.0)
POINTS, FACTOR = 200, 30.0
FREE = (
    Free("Positive particle diffusivity [m2.s-1]", 1e-19, 1e-14),
    Free(
        "Positive particle diffusivity ratio of sodium-rich to sodium-poor end",
        1e-4,
        1.0,
    ),
    Free("Plate-cathode interface exchange-current density [A.m-2]", 0.06, 600.0),
    Free("Positive electrode exchange-current density [A.m-2]", 2e-4, 2.0),
    Free("Contact resistance [Ohm]", 0.5, 800.0),
)
COLUMNS = ["Draw", "Name", "Truth", "Value", "Lower 95 %", "Upper 95 %", "Bound"]


def draw(seed: int) -> list[tuple[int, str, float, float, float, float, float]]:
    """One draw of the noise: rows with COLUMNS."""
    cell = Cell.load("C")
    rng = np.random.default_rng([2020, seed])
    free = FreeParameters(FREE)
    curves = clean_curves(cell, free, RATES, TEMPERATURES, POINTS)
    noisy = with_noise(curves, rng)
    low, high = free.bounds
    shift = np.log(FACTOR) * rng.choice([-1, 1], len(free))
    start = np.clip(free.start({"C": cell}) + shift, low, high)
    plan = FitPlan(
        "coverage",
        "Coverage of intervals",
        {"C": cell.with_values(free.values(start))},
        free,
        (Data("drawn"),),
        model="particle",
    )
    observed = MeasuredData(noisy, pd.DataFrame(), {})
    result = fit(plan=plan, observed=observed, seed=seed)
    J = result.optimum.jacobian
    # Cramér-Rao bound of each standard deviation, at the optimum
    deviations = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    rows = result.parameters.to_dict("records")
    return [
        (
            seed,
            row["Name"],
            cell[row["Name"]],
            row["Value"],
            row["Lower 95 %"],
            row["Upper 95 %"],
            float(deviation),
        )
        for row, deviation in zip(rows, deviations, strict=True)
    ]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """For each constant: how many intervals hold the true value, and their width over
    the Cramér-Rao bound.
    """
    lower, upper = table["Lower 95 %"], table["Upper 95 %"]
    width = np.log(upper / lower) / (2 * 1.96 * table["Bound"])
    return (
        table.assign(Held=table["Truth"].between(lower, upper), Width=width)
        .groupby("Name", sort=False)
        .agg(
            Draws=("Held", "size"),
            Held=("Held", "sum"),
            Width_median=("Width", "median"),
            Width_largest=("Width", "max"),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    args = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(args.workers) as pool:
        for drawn in pool.map(draw, range(args.draws)):
            rows += drawn
            table = pd.DataFrame(rows, columns=COLUMNS)
            table.to_csv(HERE / "coverage.csv", index=False, float_format="%.6g")
            print(f"{len(rows) // len(FREE)} of {args.draws} draws", flush=True)
    print(summary(table).to_string())


if __name__ == "__main__":
    main()
