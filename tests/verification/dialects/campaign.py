"""Many draws, counted by dialect."""

import collections
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.verification.dialects import (
    analysers,
    binary_files,
    cyclers,
    generic_tables,
)
from tests.verification.dialects.case import Case
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.verdict import CRASHED, REFUSED, WRONG, Verdict, judge

DIALECTS: tuple[Callable[[Draw], Case], ...] = (
    *generic_tables.DIALECTS,
    *cyclers.DIALECTS,
    *analysers.DIALECTS,
    *binary_files.DIALECTS,
)


@dataclass(frozen=True)
class Failure:
    """A file that was read wrongly, or refused without a reason."""

    seed: int
    case: Case
    variations: tuple[str, ...]
    verdict: Verdict

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, {self.case.dialect}, {self.verdict.kind}: "
            f"{self.verdict.sentence}\n  {', '.join(self.variations)}"
        )


@dataclass
class Campaign:
    """How the files of many draws were read."""

    counts: collections.Counter[tuple[str, str]] = field(
        default_factory=collections.Counter
    )
    refused: collections.Counter[str] = field(default_factory=collections.Counter)
    drawn: collections.Counter[str] = field(default_factory=collections.Counter)
    failures: list[Failure] = field(default_factory=list)


def case_of(seed: int) -> tuple[Case, tuple[str, ...]]:
    """The file of a seed, and its variations."""
    draw = Draw(seed)
    dialect = DIALECTS[seed % len(DIALECTS)]
    return dialect(draw), tuple(dict.fromkeys(draw.variations))


def judged(seed: int) -> tuple[Case, tuple[str, ...], Verdict]:
    """The file of a seed, its variations, and how it was read."""
    case, variations = case_of(seed)
    return case, variations, judge(case)


def is_failure(case: Case, verdict: Verdict) -> bool:
    """Whether a verdict is a fault of the reader."""
    if verdict.kind in (WRONG, CRASHED):
        return True
    return verdict.kind == REFUSED and not case.contradiction


def collect(
    results: Iterable[tuple[int, tuple[Case, tuple[str, ...], Verdict]]],
    folder: Path | None = None,
) -> Campaign:
    """Count results, and keep the files of the failures in a folder."""
    campaign = Campaign()
    for seed, (case, variations, verdict) in results:
        name = case.contradiction or case.dialect
        campaign.counts[name, verdict.kind] += 1
        campaign.drawn.update(variations)
        if not is_failure(case, verdict):
            continue
        campaign.refused.update(variations)
        campaign.failures.append(Failure(seed, case, variations, verdict))
        if folder is not None:
            (folder / f"draw_{seed}{case.suffix}").write_bytes(case.raw)
    return campaign


def run(seeds: Iterable[int], folder: Path | None = None) -> Campaign:
    """Judge the files of these seeds."""
    return collect(((seed, judged(seed)) for seed in seeds), folder)
