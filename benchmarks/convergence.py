"""Error of the default mesh and tolerances: ``python -m benchmarks.convergence``.

Every built-in cell from -40 to 80 degC and C/100 to 20C, both directions, see
``nfpcell_benchmarks.mesh_error``. The model ``particle`` by default, because it
holds the shells; ``full`` adds the depths.
"""

import argparse

from nfpcell_benchmarks.mesh_error import errors

from nfpcell.cell.definition import Cell

TEMPERATURES = (-40, -20, 0, 30, 80)
RATES = (0.01, 0.05, 0.2, 1, 5, 20)


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
