"""Known measurements, written in every dialect and read back.

    python -m benchmarks.reading [NUMBER] [FIRST]

NUMBER draws (10000) from the seed FIRST (0). Each draw writes a known curve, spectrum
or both as an instrument or a person would, with random columns, units, encodings, lines
and gaps. It has to be read to the last digit. Files with a deliberate contradiction
have to be refused, or read with a remark. Prints how many files of each dialect were
read, refused, remarked or read wrongly; files of failures are kept as draw_SEED.* in
the folder reading_failures. ``tests/verification/test_reading.py`` runs 200 draws.
"""

import sys
import time
from multiprocessing import Pool
from pathlib import Path

from tests.verification.dialects import campaign
from tests.verification.dialects.verdict import KINDS

WORKERS = 2
SHOWN = 20


def table(result: campaign.Campaign) -> str:
    """The counts as a table in Markdown."""
    lines = [f"| dialect | draws | {' | '.join(KINDS)} |", "|---" * 7 + "|"]
    names = sorted({name for name, _ in result.counts})
    for name in names:
        counts = [result.counts[name, kind] for kind in KINDS]
        cells = " | ".join(str(count or "") for count in counts)
        lines.append(f"| {name} | {sum(counts)} | {cells} |")
    totals = [sum(result.counts[name, kind] for name in names) for kind in KINDS]
    lines.append(f"| all | {sum(totals)} | {' | '.join(map(str, totals))} |")
    return "\n".join(lines)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    folder = Path("reading_failures")
    folder.mkdir(exist_ok=True)
    seeds = range(first, first + count)
    start = time.perf_counter()
    with Pool(WORKERS) as pool:
        results = zip(seeds, pool.imap(campaign.judged, seeds, 50), strict=True)
        result = campaign.collect(results, folder)
    print(table(result))
    for failure in result.failures[:SHOWN]:
        print(f"\n{failure}")
    seconds = time.perf_counter() - start
    print(f"\n{count} draws, {len(result.failures)} failures, {seconds:.0f} s")
    return 1 if result.failures else 0


if __name__ == "__main__":
    sys.exit(main())
