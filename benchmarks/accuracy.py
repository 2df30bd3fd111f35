"""Make the present accuracy the one to hold to: ``python -m benchmarks.accuracy``.

Writes ``accuracy.json``, ``paper.png`` and ``targets.png`` beside this file, unless a
target that was met before is missed now.
"""

from pathlib import Path

from nfpcell.benchmark import accuracy

if __name__ == "__main__":
    for path in accuracy.keep(accuracy.measure(), Path(__file__).parent):
        print(path)
