"""What the assumed quantities decide: each at both ends of its range, all others held.

A case sets one quantity to one end, in all cells that share it, and computes the
targets of these cells.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.errors import NfpcellError
from nfpcell.outcome import OK
from nfpcell.parallel import Progress, cores
from nfpcell.studies import scoring
from nfpcell.studies.constants import StatedQuantity, stated_once
from nfpcell.studies.experiment import Experiment, NamedCondition, Target
from nfpcell.studies.quantities import WITHOUT_CIRCUIT
from nfpcell.sweeping import runner, worker
from nfpcell.sweeping.sweep_plan import Failure

# a target has moved if its number changes by more than this [%]
MOVED_BY = 2.0
CELLS, END = "Cells", "Set to"
TARGET = "Target"  # number of a target in this table, from 1
BEFORE, CHANGE, MOVED = "Before", "Change [%]", "Moved"
COLUMNS = [
    columns.NAME,
    CELLS,
    columns.VALUE,
    END,
    TARGET,
    columns.EXPERIMENT,
    columns.CELL,
    columns.QUANTITY,
    columns.WHERE,
    columns.PUBLISHED,
    columns.USE,
    BEFORE,
    columns.COMPUTED,
    CHANGE,
    MOVED,
    columns.MET,
    columns.STATUS,
]
_NUMBERS, _FAILURE = "Numbers", "Failure"


@dataclass(frozen=True)
class End:
    """One end of the range of an assumed quantity."""

    assumed: StatedQuantity
    value: float

    def cells(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        """The cells with the quantity at this end."""
        values = {self.assumed.quantity.name: self.value}
        return {
            key: cell.with_values(values, reference="an end of its range")
            if cell.name in self.assumed.cells
            else cell
            for key, cell in cells.items()
        }


@dataclass(frozen=True)
class AssumptionPlan:
    """The cases, and how a process computes one (see ``worker.Plan``).

    A case is an ``End``, or None for the cells as they are.
    """

    experiments: tuple[Experiment, ...]
    cells: Mapping[str, Cell]  # by the name of the conditions
    model: str

    @property
    def ends(self) -> list[End]:
        """The ends of the range of every assumed quantity."""
        return [
            End(stated, end)
            for stated in assumed(self.cells.values())
            for end in stated.quantity.range or ()
        ]

    def targets(self, case: End | None) -> list[tuple[Experiment, list[Target]]]:
        """The targets that a case may change, of each experiment that has any."""
        users = (
            [c.name for c in self.cells.values()] if not case else case.assumed.cells
        )
        names = {key for key, cell in self.cells.items() if cell.name in users}
        chosen = [
            (e, [t for t in e.targets if names & {c.cell for c in _conditions(t)}])
            for e in self.experiments
        ]
        return [(experiment, targets) for experiment, targets in chosen if targets]

    def prepare(self, case: End | None) -> None:
        """Nothing: engines are built in the first case, and its limit allows for it."""

    def compute(self, case: End | None) -> dict[str, Any]:
        """Rows of ``scoring.judge`` of the targets; never raises."""
        try:
            return {_NUMBERS: list(self._scores(case)), columns.STATUS: OK}
        except NfpcellError as error:
            return self.failed_row(case, Failure.REFUSED, str(error))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            return self.failed_row(case, Failure.FAILED, reason)

    def failed_row(
        self, case: End | None, failure: Failure, reason: str
    ) -> dict[str, Any]:
        """The same without a number."""
        rows = [
            scoring.judged(experiment, target, np.nan, "no result")
            for experiment, targets in self.targets(case)
            for target in targets
        ]
        status = failure.status(reason)
        return {_NUMBERS: rows, columns.STATUS: status, _FAILURE: failure}

    def _scores(self, case: End | None) -> Iterator[dict[Any, Any]]:
        cells = self.cells if case is None else case.cells(self.cells)
        for experiment, targets in self.targets(case):
            conditions = dict.fromkeys(c for t in targets for c in _conditions(t))
            part = replace(
                experiment, targets=tuple(targets), conditions=tuple(conditions)
            )
            used = {c.cell: cells[c.cell] for c in conditions}
            settings: dict[str, Any] = {}
            if part.kind == "resistance":
                wanted = {target.quantity for target in targets}
                settings["circuits"] = not wanted.issubset(WITHOUT_CIRCUIT)
            results = scoring.run(part, self.model, cells=used, **settings)
            yield from scoring.judge(part, *results).to_dict("records")


def assumed(cells: Iterable[Cell]) -> list[StatedQuantity]:
    """The assumed quantities of cells with a range, each once."""
    return [
        stated
        for stated in stated_once(cells)
        if stated.quantity.kind == "assumed" and stated.quantity.range
    ]


def assumptions(
    experiments: Sequence[str | Experiment],
    model: str = "full",
    workers: int | None = None,
    limit: float = 900.0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """How every assumed quantity, at the ends of its range, moves the targets.

    The table has COLUMNS: one row for each end and each target of the cells that have
    the quantity. "Change [%]" is relative to the number with every quantity as it is;
    "Moved" is whether it is above MOVED_BY, or whether a number came or went. An end
    that the experiments refuse has no rows.

    Parameters
    ----------
    workers : number of processes; None for one on each core
    limit : time limit of one end of one quantity [s]
    """
    validation.one_of(model, "model", validation.MODELS)
    loaded = tuple(map(Experiment.load, experiments))
    cells = {name: Cell.load(name) for e in loaded for name in e.cells}
    plan = AssumptionPlan(loaded, cells, model)
    rows = _rows(plan, workers or cores(), limit, progress)
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    plan: AssumptionPlan, workers: int, limit: float, progress: Progress | None
) -> Iterator[dict[str, Any]]:
    ends = plan.ends
    cases = [None, *ends]
    with runner.executor(workers) as (pool, _):
        pending = [pool.submit(worker.run_chunk, plan, [case], limit) for case in cases]
        for done, _ in enumerate(futures.as_completed(pending), start=1):
            if progress:
                progress(done, len(pending))
        unchanged, *results = [future.result()[0].row for future in pending]
    before = {_identity(row): row[columns.COMPUTED] for row in unchanged[_NUMBERS]}
    # a target of two experiments has one number
    numbers: dict[tuple[object, ...], int] = {}
    for identity in before:
        numbers.setdefault(identity[1:], len(numbers) + 1)
    for end, result in zip(ends, results, strict=True):
        if result.get(_FAILURE) is Failure.REFUSED:
            continue
        for score in result[_NUMBERS]:
            identity = _identity(score)
            row = _row(end, score, before[identity], result[columns.STATUS])
            yield row | {TARGET: numbers[identity[1:]]}


def _row(end: End, score: dict[str, Any], before: float, status: str) -> dict[str, Any]:
    """A row of the table."""
    quantity, computed = end.assumed.quantity, score[columns.COMPUTED]
    change = np.float64(0)
    if computed != before:
        with np.errstate(divide="ignore"):
            change = 100 * (np.float64(computed) / before - 1)
    both_missing = np.isnan(computed) and np.isnan(before)
    return {
        **score,
        columns.NAME: quantity.name,
        CELLS: ", ".join(end.assumed.cells),
        columns.VALUE: quantity.value,
        END: end.value,
        BEFORE: before,
        CHANGE: float(change),
        MOVED: status == OK and not (abs(change) <= MOVED_BY or both_missing),
        columns.STATUS: status,
    }


def _conditions(target: Target) -> list[NamedCondition]:
    """The conditions that the number of a target needs."""
    return [target.condition, *filter(None, [target.divisor])]


def _identity(row: Mapping[str, Any]) -> tuple[object, ...]:
    keys = columns.EXPERIMENT, columns.CELL, columns.QUANTITY, columns.WHERE
    return tuple(row[key] for key in keys)


# ------------------------------------------------------------------- what is printed
def targets(table: pd.DataFrame) -> pd.DataFrame:
    """The targets of the table, each once, in the order of their numbers."""
    return table.drop_duplicates(TARGET).sort_values(TARGET)


def moves(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """One record for each end that moves a target, with its changes in words.

    The keys are NAME, CELLS, VALUE, END and MOVED, a list such as "1: -8 %" of the
    numbers of the targets and their changes.
    """
    moved = table[table[MOVED]].drop_duplicates([columns.NAME, CELLS, END, TARGET])
    keys = [columns.NAME, CELLS, columns.VALUE, END]
    return [
        dict(zip(keys, values, strict=True))
        | {MOVED: [*map(_change, rows.to_dict("records"))]}
        for values, rows in moved.groupby(keys, sort=False)
    ]


def others(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Names of quantities that move no target, and of those with a refused end."""
    by_name = table.groupby(columns.NAME, sort=False)
    moved, ends = by_name[MOVED].any(), by_name[END].nunique()
    return list(moved.index[~moved & (ends > 1)]), list(ends.index[ends == 1])


def _change(row: Mapping[Any, Any]) -> str:
    """A change in a few characters; a number may also go, or come anew."""
    change = row[CHANGE]
    if np.isfinite(change):
        return f"{row[TARGET]}: {change:+.0f} %"
    return f"{row[TARGET]}: {'gone' if np.isnan(row[columns.COMPUTED]) else 'new'}"
