"""Run random protocols by both routes and both models; print a table of their endings.

    python -m benchmarks.protocols [NUMBER] [FIRST SEED]

Exit code 1 if a solver stopped or an ending is not what was said.
"""

import sys

from nfpcell_benchmarks.random_protocols import failures, report, results


def main(number: int = 100, first: int = 0) -> int:
    """Run this number of seeds from the first one."""
    runs = []
    for seed, route, model, kinds in results(range(first, first + number)):
        runs.append((seed, route, model, kinds))
        for line in failures(runs[-1:]):
            print(line, flush=True)
    print(report(runs).to_string(index=False))
    return 1 if failures(runs) else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
