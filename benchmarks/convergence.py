"""Error of the default mesh and tolerances: ``python -m benchmarks.convergence``.

Every built-in cell from -40 to 80 degC and C/100 to 20C, both directions; see
``nfpcell_benchmarks.mesh_error``. The default model ``particle`` has the radial mesh;
``full`` adds the mesh through the thickness.
"""

import argparse

from nfpcell_benchmarks.mesh_error import half_cycles, mesh_error

from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import HALF_CYCLES

TEMPERATURES = (-40, -20, 0, 30, 80)  # [degC]
RATES = (0.01, 0.05, 0.2, 1, 5, 20)
SHOWN = 4  # half-cycles with the largest errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", default=["A", "B", "C", "D", "E", "pouch"])
    parser.add_argument("--model", choices=["particle", "full"], default="particle")
    parser.add_argument("--every", type=int, default=1, help="every n-th condition")
    args = parser.parse_args()
    settings = [
        (direction, rate, temperature)
        for direction in HALF_CYCLES
        for temperature in TEMPERATURES
        for rate in RATES
    ][:: args.every]
    for word in args.cells:
        conditions = half_cycles(Cell.load(word), settings)
        errors = [mesh_error(condition, args.model) for condition in conditions]
        errors.sort(key=lambda error: -error.rms)
        end = max(error.end for error in errors)
        print(f"{word} {args.model}: worst of {len(errors)}, ends {end:.3f} mAh/g")
        for error in errors[:SHOWN]:
            c = error.condition
            print(
                f"   {error.rms:5.2f} mV  {error.end:6.4f} of {error.capacity:6.2f} "
                f"mAh/g  {c.direction} {c.rate:g}C {c.temperature:g} degC",
                flush=True,
            )


if __name__ == "__main__":
    main()
