"""What the assumed quantities decide: each at both ends of its range, all others held.

A case sets one quantity to one end, in all cells that share it, and computes the
targets and held-out numbers of these cells.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import validation
from nfpcell.cell.catalogue import NameOrPath, is_held_out
from nfpcell.cell.definition import Cell
from nfpcell.cell.quantity import Quantity
from nfpcell.errors import NfpcellError
from nfpcell.outcome import OK
from nfpcell.parallel import Progress, cores
from nfpcell.studies import scoring
from nfpcell.studies.constants import StatedQuantity, stated_once
from nfpcell.studies.experiment import Experiment, NamedCondition, Target
from nfpcell.studies.held_out import rows_with
from nfpcell.studies.held_out_file import HeldOut
from nfpcell.studies.liquid_cell import LiquidCell
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

    @property
    def values(self) -> dict[str, float]:
        """The changed value by the name of its quantity."""
        return {self.assumed.quantity.name: self.value}

    def cells(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        """The cells with the quantity at this end."""
        return {
            key: cell.with_values(self.values, reference="an end of its range")
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
    held_out: tuple[HeldOut, ...]
    cells: Mapping[str, Cell]  # by the name of the conditions of experiments
    model: str

    @classmethod
    def load(cls, names: Sequence[NameOrPath | Experiment], model: str) -> Self:
        """The plan for built-in experiments by their names, or .toml files."""
        held = [n for n in names if not isinstance(n, Experiment) and is_held_out(n)]
        experiments = [Experiment.load(name) for name in names if name not in held]
        cells = {name: Cell.load(name) for e in experiments for name in e.cells}
        return cls(tuple(experiments), tuple(map(HeldOut.load, held)), cells, model)

    @property
    def assumed(self) -> list[StatedQuantity]:
        """The assumed quantities with a range: of the cells, then of liquid cells."""
        by_name = {cell.name: cell for cell in self.cells.values()}
        for held in self.held_out:
            solid = [held.material, *(n.cell for n in held.numbers if not n.is_liquid)]
            by_name |= {name: Cell.load(name) for name in solid if name not in by_name}
        return [
            stated
            for stated in [*stated_once(by_name.values()), *self._of_liquid_cells()]
            if stated.quantity.kind == "assumed" and stated.quantity.range
        ]

    def _of_liquid_cells(self) -> list[StatedQuantity]:
        users: dict[Quantity, list[str]] = {}
        numbers = [number for held in self.held_out for number in held.numbers]
        for name in dict.fromkeys(n.cell for n in numbers if n.is_liquid):
            for quantity in LiquidCell.load(name).stated:
                users.setdefault(quantity, []).append(name)
        return [
            StatedQuantity(quantity, tuple(cells)) for quantity, cells in users.items()
        ]

    @property
    def ends(self) -> list[End]:
        """The ends of the range of every assumed quantity."""
        return [
            End(stated, end)
            for stated in self.assumed
            for end in stated.quantity.range or ()
        ]

    def targets(self, case: End | None) -> list[tuple[Experiment, list[Target]]]:
        """The targets that a case may change, of each experiment that has any."""
        names = {
            key
            for key, cell in self.cells.items()
            if case is None or cell.name in case.assumed.cells
        }
        chosen = [
            (e, [t for t in e.targets if names & {c.cell for c in _conditions(t)}])
            for e in self.experiments
        ]
        return [(experiment, targets) for experiment, targets in chosen if targets]

    def prepare(self, case: End | None) -> None:
        """Nothing: engines are built in the first case, and its limit allows for it."""

    def compute(self, case: End | None) -> dict[str, Any]:
        """Scores of the targets and held-out numbers; never raises."""
        try:
            numbers = [*self._scores(case), *self._held_out_scores(case)]
        except NfpcellError as error:
            return self.failed_row(case, Failure.REFUSED, str(error))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            return self.failed_row(case, Failure.FAILED, reason)
        return {_NUMBERS: numbers, columns.STATUS: OK}

    def failed_row(
        self, case: End | None, failure: Failure, reason: str
    ) -> dict[str, Any]:
        """The same without a number."""
        status = failure.status(reason)
        return {_NUMBERS: [], columns.STATUS: status, _FAILURE: failure}

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

    def _held_out_scores(self, case: End | None) -> Iterator[dict[str, Any]]:
        for held in self.held_out:
            if case is None:
                every = [held.material, *(number.cell for number in held.numbers)]
                yield from rows_with(held, {}, every, self.model)
            else:
                yield from rows_with(held, case.values, case.assumed.cells, self.model)


def assumptions(
    experiments: Sequence[NameOrPath | Experiment],
    model: str = "full",
    workers: int | None = None,
    limit: float = 900.0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """How every assumed quantity, at the ends of its range, moves the targets.

    The table has COLUMNS: one row for each end and each target or held-out number of
    the cells that have the quantity. "Change [%]" is relative to the number with every
    quantity as it is; "Moved" is whether it is above MOVED_BY, or whether a number came
    or went. An end that the experiments refuse has no row; one that fails has a row
    with the reason as its status.

    Parameters
    ----------
    workers : number of processes; None for one on each core
    limit : time limit of one end of one quantity [s]
    """
    validation.one_of(model, "model", validation.MODELS)
    plan = AssumptionPlan.load(experiments, model)
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
    if _FAILURE in unchanged:
        raise NfpcellError(f"with every quantity as it is: {unchanged[columns.STATUS]}")
    before = {_identity(row): row[columns.COMPUTED] for row in unchanged[_NUMBERS]}
    # a target of two experiments has one number
    numbers: dict[tuple[object, ...], int] = {}
    for identity in before:
        numbers.setdefault(identity[1:], len(numbers) + 1)
    for end, result in zip(ends, results, strict=True):
        for score in result[_NUMBERS]:
            identity = _identity(score)
            row = _row(end, score, before[identity])
            yield row | {TARGET: numbers[identity[1:]]}
        if result.get(_FAILURE) is Failure.FAILED:
            yield _of_end(end) | {columns.STATUS: result[columns.STATUS]}


def _of_end(end: End) -> dict[str, Any]:
    """What a row says of the quantity and its end; TARGET is 0 without a target."""
    return {
        columns.NAME: end.assumed.quantity.name,
        CELLS: ", ".join(end.assumed.cells),
        columns.VALUE: end.assumed.quantity.value,
        END: end.value,
        TARGET: 0,
        MOVED: False,
        columns.STATUS: OK,
    }


def _row(end: End, score: Mapping[Any, Any], before: float) -> dict[Any, Any]:
    """A row of the table."""
    computed = score[columns.COMPUTED]
    change = np.float64(0)
    if computed != before:
        with np.errstate(divide="ignore"):
            change = 100 * (np.float64(computed) / before - 1)
    both_missing = np.isnan(computed) and np.isnan(before)
    return {
        **score,
        **_of_end(end),
        BEFORE: before,
        CHANGE: float(change),
        MOVED: not (abs(change) <= MOVED_BY or both_missing),
    }


def _conditions(target: Target) -> list[NamedCondition]:
    """The conditions that the number of a target needs."""
    return [target.condition, *filter(None, [target.divisor])]


def _identity(row: Mapping[str, Any]) -> tuple[object, ...]:
    # a held-out number may be a target of the other calibration
    keys = columns.EXPERIMENT, columns.CELL, columns.QUANTITY, columns.WHERE
    return tuple(row[key] for key in (*keys, columns.USE))


# ------------------------------------------------------------------- what is printed
def targets(table: pd.DataFrame) -> pd.DataFrame:
    """The targets of the table, each once, in the order of their numbers."""
    return table[table[TARGET] > 0].drop_duplicates(TARGET).sort_values(TARGET)


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
