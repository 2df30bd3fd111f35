"""Compare fits with other programs: ``python -m benchmarks.fit``.

All problems and methods of ``nfpcell_benchmarks.fit_race``. ``nfpcell benchmark speed``
takes one problem from one start.
"""

import argparse
import warnings

import numpy as np
import pybamm
from nfpcell_benchmarks.fit_race import (
    OURS,
    PROBLEMS,
    SAME,
    FitProblem,
    Watch,
    fit_task,
    methods,
    nfpcell_fit,
    timed,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60.0, help="of each method [s]")
    parser.add_argument("--only", default="", help="part of a method's name")
    parser.add_argument("--case", choices=[problem.name for problem in PROBLEMS])
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    pybamm.set_logging_level("ERROR")
    for problem in PROBLEMS:
        if args.case in (None, problem.name):
            for direction in (1, -1):
                compare(problem, direction, args.limit, args.only)


def compare(problem: FitProblem, direction: int, limit: float, only: str) -> None:
    """All methods on one problem from one start."""
    task = fit_task(problem, direction)
    # the first call imports and builds
    nfpcell_fit(task, Watch(np.inf))
    watches: dict[str, Watch] = {}
    for name, method in methods().items():
        if only not in name and name != OURS:
            continue
        watches[name], error = timed(method, task, limit)
        if error is not None:
            print(f"{name}: {type(error).__name__}: {str(error)[:100]}")
    side = "up" if direction > 0 else "down"
    print(f"\n{problem.name}: start a factor of {problem.factor:g} off, {side}")
    show(watches)


def show(watches: dict[str, Watch]) -> None:
    """Print the table of one problem."""
    lowest = min(watch.lowest for watch in watches.values())
    our_time = watches[OURS].reached(lowest * SAME)
    print(f"lowest misfit {lowest:.5f}")
    print(f"{'method':45} {'trials':>7} {'misfit':>9} {'time [s]':>10} {'ratio':>7}")
    for name, watch in watches.items():
        reached = watch.reached(lowest * SAME)
        times = f"{reached:10.2f} {reached / our_time:7.1f}"
        if not np.isfinite(reached):
            times = f"{'never':>10} {f'> {watch.limit / our_time:.0f}':>7}"
        print(f"{name:45} {watch.trials:7d} {watch.lowest:9.5f} {times}", flush=True)


if __name__ == "__main__":
    main()
