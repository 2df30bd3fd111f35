"""Fits against what a user would pick instead: ``python -m benchmarks.fit``.

All cases and ways of ``nfpcell_benchmarks.fit_race``, of which ``nfpcell benchmark
speed`` takes one case and the quickest of each sort.
"""

import argparse
import warnings

import numpy as np
import pybamm
from nfpcell_benchmarks.fit_race import (
    CASES,
    OURS,
    SAME,
    Watch,
    ours,
    problem,
    watched,
    ways,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60.0, help="of each way [s]")
    parser.add_argument("--only", help="part of a way's name")
    parser.add_argument("--case", choices=[case.name for case in CASES])
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    pybamm.set_logging_level("ERROR")
    chosen = [case for case in CASES if args.case in (None, case.name)]
    for case in chosen:
        for direction in (1, -1):
            compare(case, direction, args)


def compare(case, direction, args):
    """All ways on one problem from one start."""
    asked = problem(case, direction)
    # the program's own first call, which imports and builds
    ours(*asked, Watch(np.inf), starts=None)
    watches = {}
    for name, way in ways().items():
        if args.only and args.only not in name and name != OURS:
            continue
        watches[name], error = watched(way, asked, args.limit)
        if error is not None:
            print(f"{name}: {type(error).__name__}: {str(error)[:100]}")
    way = "up" if direction > 0 else "down"
    show(watches, f"{case.name}: started a factor of {case.off:g} off, {way}")


def show(watches, where):
    lowest = min(watch.lowest for watch in watches.values())
    own = watches[OURS].reached(lowest * SAME)
    print(f"\n{where}; lowest misfit {lowest:.5f}")
    print(f"{'way':45s} {'trials':>7s} {'misfit':>9s} {'there [s]':>10s} {'ratio':>7s}")
    for name, watch in watches.items():
        there = watch.reached(lowest * SAME)
        told = f"{there:10.2f} {there / own:7.1f}"
        if not np.isfinite(there):
            told = f"{'never':>10s} {'> ' + format(watch.limit / own, '.0f'):>7s}"
        print(f"{name:45s} {watch.trials:7d} {watch.lowest:9.5f} {told}", flush=True)


if __name__ == "__main__":
    main()
