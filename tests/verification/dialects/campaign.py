"""Many draws, counted by dialect."""

import collections
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.verification.dialects import (
    analysers,
    binary_files,
    contradictions,
    cyclers,
    ec_lab,
    generic_tables,
)
from tests.verification.dialects.case import Case
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.verdict import CRASHED, REFUSED, WRONG, Verdict, judge

Dialect = Callable[[Draw], Case]
# the functions that write each format
FORMATS: dict[str, list[Dialect]] = {
    "table of a curve": [generic_tables.plain_curve],
    "table of a spectrum": [generic_tables.plain_spectrum],
    "three bare columns": [generic_tables.bare_spectrum],
    "curve and spectrum in one table": [generic_tables.curve_and_spectrum],
    "Battery Data Format": [cyclers.battery_data_format, binary_files.parquet],
    "BioLogic .mpr": [binary_files.mpr_curve, binary_files.mpr_spectrum],
    "EC-Lab and BT-Lab text": [
        ec_lab.ec_lab_curve,
        ec_lab.ec_lab_spectrum,
        ec_lab.ec_lab_both,
    ],
    "Arbin": [cyclers.arbin],
    "Neware, records": [cyclers.neware],
    "Neware, BTSDA": [cyclers.neware_bts8],
    "Neware, levels": [cyclers.neware_levels],
    "Maccor": [cyclers.maccor],
    "Landt and Lanhe": [cyclers.landt],
    "Novonix": [cyclers.novonix],
    "Basytec": [cyclers.basytec],
    "Digatron": [cyclers.digatron],
    "PEC": [cyclers.pec],
    "Gamry": [analysers.gamry_curve, analysers.gamry_spectrum],
    "ZPlot and ZView": [analysers.zplot],
    "VersaStudio": [analysers.versastudio],
    "Autolab NOVA": [analysers.nova_curve, analysers.nova],
    "PalmSens": [analysers.palmsens],
    "Zahner": [analysers.zahner],
    "Squidstat": [analysers.squidstat],
    "CH Instruments": [analysers.ch_instruments],
    "Excel": [binary_files.excel_curve, binary_files.excel_spectrum],
    "compressed by gzip": [binary_files.compressed],
}
_FORMAT_OF = {dialect: name for name, ones in FORMATS.items() for dialect in ones}
# a seventh of the draws are contradictions
DIALECTS = (*_FORMAT_OF, *(None,) * (len(_FORMAT_OF) // 6))


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
    if dialect is None:
        case = draw.pick(contradictions.DIALECTS)(draw)
    else:
        case = replace(dialect(draw), dialect=_FORMAT_OF[dialect])
    return case, tuple(dict.fromkeys(draw.variations))


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
