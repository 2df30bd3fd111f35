"""Make the present accuracy the one to hold to: ``python -m benchmarks.accuracy``.

Writes ``accuracy.json``, ``paper.png`` and ``targets.png`` beside this file, unless a
target that was met before is missed now.
"""

from pathlib import Path

from nfpcell.benchmarking import accuracy, results
from nfpcell.report.results import Results

if __name__ == "__main__":
    computed = Results(accuracy.STATE_MODEL)
    targets = accuracy.against_the_paper(computed)
    figures = results.accuracy_figures(targets, computed)
    for path in accuracy.keep(targets, figures, Path(__file__).parent):
        print(path)
