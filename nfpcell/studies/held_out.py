"""Published numbers that no calibration used, against the model with its 95 % band.

Every number is computed with the calibrated values, and with draws of what is not
known: fitted constants, assumed values in their ranges, circumstances of liquid cells.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell import catalogue, toml_files, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import CellFile
from nfpcell.eis.resistance import minimum, resistances
from nfpcell.errors import NfpcellError
from nfpcell.parallel import Progress
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import half_cycles
from nfpcell.studies import draws, liquid, liquid_cell, residuals, scoring
from nfpcell.studies.held_out_file import HALF_CYCLE, LAWS, HeldOut, HeldOutNumber

DRAWS = 100
# ends of the band, in per cent of the draws
BAND = (2.5, 97.5)
# mesh and tolerances of the liquid cells; finer ones: 0.7 mAh/g less at 10C, else 0.1
POINTS = {"x_n": 5, "x_s": 6, "x_p": 6, "r_p": 40}
RTOL, ATOL = 1e-4, 1e-5
# depths of discharge at which a resistance is computed; a parabola gives the lowest
DEPTHS = tuple(round(0.05 * k, 2) for k in range(1, 20))
# largest number of discharges of liquid cells in one batch
BATCH = 64
USE = "held out"


# ----------------------------------------------------------------------------- material
@dataclass(frozen=True)
class _Solid:
    """A cell, and which of its quantities are those of the material file."""

    cell: Cell
    material: Path
    own: frozenset[str]  # quantities that the cell's file states itself

    @classmethod
    def load(cls, name: str, base: str | None) -> "_Solid":
        path, _ = catalogue.find_cell(name)
        content = toml_files.check(CellFile, toml_files.read(path), path)
        stem = base or content.based_on
        material = path if stem is None else catalogue.find_base(stem, path)
        own = frozenset(content.quantities) if stem else frozenset[str]()
        return cls(Cell.load(name, base), material, own)

    def with_draw(self, drawn: Mapping[str, float]) -> Cell | None:
        """The cell with drawn values; None if they contradict each other."""
        try:
            return self.cell.with_values(
                {name: value for name, value in drawn.items() if name not in self.own}
            )
        except NfpcellError:
            return None


def cells(held_out: HeldOut) -> list[Cell]:
    """The cells with a solid electrolyte, each once."""
    pairs: list[tuple[str, str | None]] = [(held_out.material, None)]
    pairs += [(n.cell, n.base) for n in held_out.numbers if not n.is_liquid]
    return [_Solid.load(*pair).cell for pair in dict.fromkeys(pairs)]


def _distribution(material: Path) -> draws.Distribution:
    content = toml_files.check(CellFile, toml_files.read(material), material)
    path = draws.covariance_path(material)
    covariance = (
        draws.Covariance.read(path)
        if path.exists()
        else draws.Covariance.of_intervals(content.quantities)
    )
    return draws.Distribution.of(content.quantities, covariance)


# ---------------------------------------------------------------------------- computing
@dataclass(frozen=True)
class _Case:
    """A number with the values of one draw."""

    entry: HeldOutNumber
    cell: Cell | None  # None if the values contradict each other
    values: Mapping[str, float]  # of the liquid cell


def computed(
    numbers: Sequence[HeldOutNumber],
    material: str,
    count: int = DRAWS,
    model: str = "full",
    progress: Progress | None = None,
) -> FloatArray:
    """Every number with the calibrated values (row 0) and with ``count`` draws.

    Shape (1 + count, numbers); nan where there is no result.
    """
    solids = {
        entry: _Solid.load(material if entry.is_liquid else entry.cell, entry.base)
        for entry in numbers
    }
    liquids = {
        entry.cell: liquid_cell.LiquidCell.load(entry.cell)
        for entry in numbers
        if entry.is_liquid
    }
    distributions = {
        str(solid.material): _distribution(solid.material) for solid in solids.values()
    } | {name: draws.Distribution.of(c.quantities) for name, c in liquids.items()}
    drawn = draws.draw(distributions, count)
    cases: list[_Case] = []
    for k in range(-1, count):
        for entry in numbers:
            solid = solids[entry]
            values: Mapping[str, float] = {}
            cell: Cell | None = solid.cell
            if entry.is_liquid:
                values = liquids[entry.cell].values
            if k >= 0:
                cell = solid.with_draw(drawn[str(solid.material)][k])
                if entry.is_liquid:
                    values = {**values, **drawn[entry.cell][k]}
            cases.append(_Case(entry, cell, values))
    return _results(cases, model, progress).reshape(1 + count, len(numbers))


def rows_with(
    held_out: HeldOut,
    values: Mapping[str, float],
    users: Iterable[str],
    model: str = "full",
) -> list[dict[str, Any]]:
    """Rows of the score, without a band, with other values in some cells.

    ``users`` are names of cells, of the material cell among them, or of liquid cells;
    only the numbers that depend on one of them are computed.
    """
    cases = []
    for entry in held_out.numbers:
        name = held_out.material if entry.is_liquid else entry.cell
        if not {name, entry.cell} & set(users):
            continue
        cell, liquids = _Solid.load(name, entry.base).cell, dict[str, float]()
        if name in users:
            cell = cell.with_values(values)
        if entry.is_liquid:
            liquids = liquid_cell.LiquidCell.load(entry.cell).values
            liquids |= values if entry.cell in users else {}
        cases.append(_Case(entry, cell, liquids))
    results = _results(cases, model)
    return [
        _row(held_out, case.entry, np.array([value]))
        for case, value in zip(cases, results, strict=True)
    ]


def _results(
    cases: Sequence[_Case], model: str, progress: Progress | None = None
) -> FloatArray:
    """The number of each case; nan where there is no result."""
    results = np.full(len(cases), np.nan)
    groups: dict[Callable[..., Any], list[int]] = {}
    for place, case in enumerate(cases):
        if case.cell is not None:
            groups.setdefault(_method(case.entry), []).append(place)
    done = 0
    for method, places in groups.items():
        for first in range(0, len(places), BATCH):
            batch = places[first : first + BATCH]
            results[batch] = method([cases[place] for place in batch], model)
            done += len(batch)
            if progress:
                progress(done, len(cases))
    return results


def _method(entry: HeldOutNumber) -> Callable[[Sequence[_Case], str], list[float]]:
    if entry.quantity in LAWS:
        return _of_laws
    if entry.is_liquid:
        return _of_liquid
    return _of_half_cycles if entry.quantity in HALF_CYCLE else _of_resistances


def _of_laws(cases: Sequence[_Case], _: str) -> list[float]:
    return [
        LAWS[case.entry.quantity](case.cell, case.entry.kelvin)
        for case in cases
        if case.cell is not None
    ]


def _of_liquid(cases: Sequence[_Case], _: str) -> list[float]:
    discharges = [
        liquid.case(
            case.cell, case.values, case.entry.rate or 0.0, case.entry.temperature
        )
        for case in cases
        if case.cell is not None
    ]
    results = liquid.run(discharges, POINTS, RTOL, ATOL)
    return [
        liquid.summary(*result)[case.entry.quantity]
        for case, result in zip(cases, results, strict=True)
    ]


def _conditions(cases: Sequence[_Case]) -> list[Condition]:
    return [
        Condition(c.cell, c.entry.direction, c.entry.rate or 0.0, c.entry.temperature)
        for c in cases
        if c.cell is not None
    ]


def _of_half_cycles(cases: Sequence[_Case], model: str) -> list[float]:
    table, _ = half_cycles(_conditions(cases), model, curves=False)
    return [
        float(row[case.entry.quantity])
        for case, (_, row) in zip(cases, table.iterrows(), strict=True)
    ]


def _of_resistances(cases: Sequence[_Case], model: str) -> list[float]:
    table, _ = resistances(_conditions(cases), model, depths=DEPTHS, circuits=False)
    rows = (table[k : k + len(DEPTHS)] for k in range(0, len(table), len(DEPTHS)))
    return [minimum(of_case)[1] for of_case in rows]


# ---------------------------------------------------------------------------- the score
def score(
    held_out: HeldOut | catalogue.NameOrPath = catalogue.HELD_OUT,
    count: int = DRAWS,
    model: str = "full",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """
    Compare published numbers that no calibration used with the model and its band.

    Table with ``columns.HELD_OUT_SCORE``. The rows of the experiments ``beside`` come
    last, without a band. ``count`` is the number of draws of the band; ``model`` is
    "full" or "particle" for solid cells, liquid ones have the DFN.
    """
    if not isinstance(held_out, HeldOut):
        held_out = HeldOut.load(held_out)
    validation.one_of(model, "model", validation.MODELS)
    results = computed(held_out.numbers, held_out.material, count, model, progress)
    rows = [
        _row(held_out, *pair) for pair in zip(held_out.numbers, results.T, strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(columns.HELD_OUT_SCORE))
    beside = [_beside(name, model) for name in held_out.beside]
    return pd.concat([table, *beside], ignore_index=True)


def _row(held_out: HeldOut, entry: HeldOutNumber, values: FloatArray) -> dict[str, Any]:
    """A row of the table; ``values`` as of ``computed``, the calibrated one first."""
    drawn = values[1:][np.isfinite(values[1:])]
    low, high = np.percentile(drawn, BAND) if len(drawn) else (np.nan, np.nan)
    bound = "" if entry.lower is None else f">= {entry.lower:g}"
    missing = len(values) - 1 - len(drawn)
    remark = f"{missing} of {len(values) - 1} draws without a result" if missing else ""
    return {
        columns.SOURCE_NAME: entry.name,
        columns.EXPERIMENT: held_out.name,
        columns.CELL: entry.cell,
        columns.QUANTITY: entry.quantity,
        columns.WHERE: entry.where,
        columns.PUBLISHED: bound or entry.value,
        columns.COMPUTED: values[0],
        columns.ERROR: residuals.error_percent(values[0], entry.value),
        columns.TOLERANCE: np.nan,
        columns.USE: USE,
        columns.MET: entry.inside(low, high),
        columns.LOWER: entry.lower,
        columns.UPPER: None,
        columns.EVIDENCE: entry.reliability,
        columns.REMARK: remark,
        columns.LOWER_95: low,
        columns.UPPER_95: high,
        columns.INSIDE: entry.inside(low, high),
        columns.ASSUMED: entry.assumed,
    }


def _beside(name: str, model: str) -> pd.DataFrame:
    """The targets of an experiment that have a value, in the same columns."""
    table = scoring.score(name, model)
    table = table[table[columns.TOLERANCE].notna()]
    quantity = table[columns.QUANTITY].str.replace(r" \[.*", "", regex=True)
    named = table[columns.CELL] + ", " + quantity + ", " + table[columns.WHERE]
    return table.assign(**{columns.SOURCE_NAME: named}).reindex(
        columns=list(columns.HELD_OUT_SCORE)
    )


def sentence(table: pd.DataFrame) -> str:
    """How many numbers lie in their band, and how wide the bands are."""
    rows = table[table[columns.USE] == USE]
    values = rows[rows[columns.LOWER].isna()]
    published = values[columns.PUBLISHED].astype(float)
    inside = values[columns.INSIDE].astype(bool)
    half_width = 50 * (values[columns.UPPER_95] - values[columns.LOWER_95]) / published
    bounds = rows[rows[columns.LOWER].notna()]
    text = (
        f"{inside.sum()} of {len(values)} held-out numbers inside the 95 % band, whose "
        f"half width is {half_width.median():.0f} % in the median"
    )
    if len(bounds):
        kept = bounds[columns.INSIDE].astype(bool).sum()
        text += f"; {kept} of {len(bounds)} bounds kept by the whole band"
    return text
