"""What the sections of a report ask for, each computed once."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.outcome import succeeded
from nfpcell.simulation import constant_current
from nfpcell.simulation.cycling import Cycler, Schedule
from nfpcell.simulation.protocol import Protocol
from nfpcell.simulation.protocol import run as run_protocol
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment

# every half-cycle of the first experiment is also one of the second
CONTAINED_IN = {"resistance_30C": "operando_impedance"}

_T = TypeVar("_T")


@dataclass(frozen=True)
class TargetSelection:
    """
    Targets of an experiment that belong to one section.

    Attributes
    ----------
    experiment : its name
    cells : of the targets, such as "A B"; all by default
    quantities : of the targets; all by default
    """

    experiment: str
    cells: str | None = None
    quantities: tuple[str, ...] | None = None

    def contains(self, cell: str, quantity: str) -> bool:
        """Whether a target of this cell and quantity is selected."""
        right_cell = self.cells is None or cell in self.cells.split()
        return right_cell and (self.quantities is None or quantity in self.quantities)


def _once(method: Callable[..., _T]) -> Callable[..., _T]:
    """Keep a result by its arguments; a failure is raised again, not tried again."""

    @functools.wraps(method)
    def kept(self: "SectionResults", *arguments: Any) -> _T:
        key = method.__name__, arguments
        if key not in self._kept:
            try:
                self._kept[key] = method(self, *arguments)
            except Exception as error:  # the other sections are still computed
                self._kept[key] = error
        result = self._kept[key]
        if isinstance(result, Exception):
            raise result
        return result

    return kept


class SectionResults:
    """
    Results of one model, kept so that two sections share one run.

    Attributes
    ----------
    model : "full" or "particle"; cycling is always computed with "particle"
    cells : the cells of the report; none if it is about the paper
    tick : called during long runs; may raise to stop them
    problems : sentences on rows that failed; the caller empties the list
    """

    def __init__(
        self,
        model: str,
        cells: Sequence[Cell] = (),
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        self.model, self.cells, self.tick = model, list(cells), tick
        self.problems: list[str] = []
        self._kept: dict[Any, Any] = {}

    def checked(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table; note in ``problems`` how many of its rows failed."""
        failed = table[~succeeded(table[columns.STATUS])]
        if len(failed):
            self.problems.append(
                f"{len(failed)} of {len(table)} rows failed: "
                f"{failed[columns.STATUS].iloc[0]}."
            )
        return table

    # ---------------------------------------------------------------------- experiments
    def experiment(
        self, name: str, cells: str | None = None, directions: str | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        Return an experiment's table, and its curves or spectra, see ``scoring.run``.

        Parameters
        ----------
        name : of the experiment
        cells, directions : those wanted, such as "A B"; all by default
        """
        table, curves = self._run(name)
        if curves is None:  # an experiment of single spectra: its table holds them
            curves = table
        for column, words in ((columns.CELL, cells), (columns.DIRECTION, directions)):
            if words is not None:
                table = table[table[column].isin(words.split())]
                curves = curves[curves[column].isin(words.split())]
        return self.checked(table), curves

    @_once
    def _run(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        if name in CONTAINED_IN:
            return self._run(CONTAINED_IN[name])
        return scoring.run(Experiment.load(name), self.model)

    @_once
    def scored(self, name: str) -> pd.DataFrame:
        """Return the score of an experiment, see ``scoring.judge``."""
        return scoring.judge(Experiment.load(name), *self._run(name))

    def targets(self, selection: TargetSelection) -> pd.DataFrame:
        """Return the score of selected targets, with the note and source of each."""
        targets = Experiment.load(selection.experiment).targets
        table = self.scored(selection.experiment).assign(
            Note=[target.note for target in targets],
            Source=[target.source for target in targets],
        )
        return table[[selection.contains(t.cell, t.quantity) for t in targets]]

    # ------------------------------------------------------------- runs that are shared
    def half_cycles(
        self,
        cells: Sequence[Cell],
        rates: Sequence[float],
        temperatures: Sequence[float],
        direction: str,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return table and curves of half-cycles that are in no experiment."""
        table, curves = self._half_cycles(
            tuple(cells), tuple(rates), tuple(temperatures), direction
        )
        return self.checked(table), curves

    @_once
    def _half_cycles(self, *conditions: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        cells, rates, temperatures, direction = conditions
        return constant_current.simulate(
            cells, rates, temperatures, direction, self.model, curves=True
        )

    def protocol(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return table and curves of a protocol."""
        table, curves = self._protocol(name)
        return self.checked(table), curves

    @_once
    def _protocol(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        return run_protocol(Protocol.load(name), self.model)

    def cycles(self, name: str) -> pd.DataFrame:
        """Return the cycles of a schedule, always computed with "particle"."""
        return self.checked(self._cycles(name))

    @_once
    def _cycles(self, name: str) -> pd.DataFrame:
        schedule = Schedule.load(name)
        cycler = Cycler(schedule.cell, schedule.steps, schedule.temperature, "particle")
        rows = []
        for row in cycler.rows():
            rows.append(row)
            self.tick()
        return pd.DataFrame(rows)
