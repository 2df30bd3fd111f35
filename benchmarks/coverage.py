"""How often an interval holds the truth: ``python -m benchmarks.coverage``.

Discharges of Cell C by the single particle at four rates and three temperatures, 200
points each, with 1 mV of noise; five constants free within wide bounds, started a
factor of thirty off in each, up or down at random. For every draw of the noise the
whole of ``nfpcell.fit`` runs: search, intervals, all by itself.
"""

import argparse
import os

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.cell.definition import Cell
from nfpcell.fitting.fit import fit
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.fitting.optimise import FINE
from nfpcell.fitting.read_options import Data
from nfpcell.simulation import constant_current

HERE = Path(__file__).parent
RATES, TEMPERATURES = (0.1, 0.2, 0.5, 1.0), (30.0, 15.0, 0.0)
POINTS, NOISE, OFF = 200, 1e-3, 30.0
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


def curves(cell, free):
    """The discharges without noise."""
    found = []
    for temperature in TEMPERATURES:
        table = constant_current.simulate(
            cell, RATES, temperature, model="particle", **FINE
        )
        for rate, specific in zip(
            table["C-rate"], table["Specific capacity [mA.h.g-1]"], strict=True
        ):
            last = specific * float(cell.derived().mass)
            charge = np.linspace(last / POINTS, last, POINTS)
            current = rate * float(cell.derived().nominal_capacity)
            label = f"{rate:g}C, {temperature:g} degC"
            one = MeasuredCurve(
                label, cell.name, "discharge", current, temperature, charge, charge
            )
            found.append(replace(one, sigma=NOISE, stated=True))
    misfit = Objective({cell.name: cell}, free, found, "particle", numerics=FINE)
    voltages = misfit.computed(free.start(misfit.cells))
    return [replace(one, voltage=v) for one, v in zip(found, voltages, strict=True)]


def draw(seed):
    """One draw of the noise: rows with COLUMNS."""
    cell = Cell.load("C")
    rng = np.random.default_rng([2020, seed])
    free = FreeParameters(FREE)
    noisy = [
        replace(one, voltage=one.voltage + NOISE * rng.standard_normal(POINTS))
        for one in curves(cell, free)
    ]
    low, high = free.bounds
    away = np.log(OFF) * rng.choice([-1, 1], len(free))
    start = np.clip(free.start({"C": cell}) + away, low, high)
    plan = FitPlan(
        "coverage",
        "Coverage of intervals",
        {"C": cell.with_values(free.values(start))},
        free,
        (Data("drawn"),),
        model="particle",
    )
    found = fit(plan=plan, observed=MeasuredData(noisy, pd.DataFrame(), {}), seed=seed)
    J = found.optimum.jacobian
    # the bound of Cramer and Rao, at the fit
    deviations = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
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
        for row, deviation in zip(
            found.parameters.to_dict("records"), deviations, strict=True
        )
    ]


def summary(table):
    """How many of the draws are held, and how wide over the bound, by quantity."""
    held = table["Truth"].between(table["Lower 95 %"], table["Upper 95 %"])
    width = np.log(table["Upper 95 %"] / table["Lower 95 %"]) / (
        2 * 1.96 * table["Bound"]
    )
    return (
        table.assign(Held=held, Width=width)
        .groupby("Name", sort=False)
        .agg(
            Draws=("Held", "size"),
            Held=("Held", "sum"),
            Width_median=("Width", "median"),
            Width_largest=("Width", "max"),
        )
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    args = parser.parse_args()
    rows = []
    with ProcessPoolExecutor(args.workers) as pool:
        for found in pool.map(draw, range(args.draws)):
            rows += found
            table = pd.DataFrame(rows, columns=COLUMNS)
            table.to_csv(HERE / "coverage.csv", index=False, float_format="%.6g")
            print(f"{len(rows) // len(FREE)} of {args.draws} draws", flush=True)
    print(summary(table).to_string())


if __name__ == "__main__":
    main()
