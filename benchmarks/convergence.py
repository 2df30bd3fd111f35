"""Error of the default mesh and tolerances: ``python -m benchmarks.convergence``.

Every built-in cell from -40 to 80 degC and C/100 to 20C, both directions: the curve as
``nfpcell simulate`` gives it against the same with four times the shells (and depths)
at tolerances of 1e-7, over the common time to 98 % of the end. The model ``particle``
by default, because it holds the shells; ``full`` adds the depths.
"""

import os

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

import argparse

import numpy as np

from nfpcell.cell import Cell
from nfpcell.cycling import KELVIN, longest, numerics_for, starting_voltage
from nfpcell.engine import built

TEMPERATURES = (-40, -20, 0, 30, 80)
RATES = (0.01, 0.05, 0.2, 1, 5, 20)
FINER = 4


def errors(cell, model, conditions):
    """RMS of voltage [mV] and difference of the ends [mA.h.g-1] for each condition."""
    starts = {w: starting_voltage(cell, w, "particle") for w in ("discharge", "charge")}
    mass = cell.derived().mass
    for way, rate, temperature in conditions:
        sign = 1 if way == "discharge" else -1
        current = sign * rate * cell.derived().nominal_capacity
        own = numerics_for(cell, rate, temperature, model)
        points = tuple((name, FINER * number) for name, number in own["points"])
        coarse = built(model, cell.diffusion, **own)
        fine = built(
            model,
            cell.diffusion,
            **{**own, "points": points, "rtol": 1e-7, "atol": 1e-8},
        )
        runs = []
        for engine in (coarse, fine):
            case = engine.inputs(cell, current, temperature + KELVIN, starts[way])
            runs += engine.solve([case], [0, longest(cell, rate)])
        one, other = (run.solution for run in runs)
        if one is None or other is None:
            same = runs[0].termination == runs[1].termination
            yield way, rate, temperature, 0.0 if same else np.nan, 0.0, 0.0
            continue
        t = np.linspace(0, 0.98 * min(one.t[-1], other.t[-1]), 2000)
        difference = one["Voltage [V]"](t=t) - other["Voltage [V]"](t=t)
        gram = abs(current) / 3600 / mass
        yield (
            way,
            rate,
            temperature,
            1e3 * np.sqrt(np.mean(difference**2)),
            abs(one.t[-1] - other.t[-1]) * gram,
            one.t[-1] * gram,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", default=["A", "B", "C", "D", "E", "pouch"])
    parser.add_argument("--model", choices=["particle", "full"], default="particle")
    parser.add_argument(
        "--every", type=int, default=1, help="take every n-th condition"
    )
    args = parser.parse_args()
    conditions = [
        (way, rate, temperature)
        for way in ("discharge", "charge")
        for temperature in TEMPERATURES
        for rate in RATES
    ][:: args.every]
    for word in args.cells:
        rows = sorted(
            errors(Cell.load(word), args.model, conditions), key=lambda row: -row[3]
        )
        worst_end = max(row[4] for row in rows)
        print(f"{word} {args.model}: worst of {len(rows)}, ends {worst_end:.3f} mAh/g")
        for way, rate, temperature, rms, end, capacity in rows[:4]:
            print(
                f"   {rms:5.2f} mV  {end:6.4f} of {capacity:6.2f} mAh/g  "
                f"{way} {rate:g}C {temperature:g} degC",
                flush=True,
            )


if __name__ == "__main__":
    main()
