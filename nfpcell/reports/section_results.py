"""Results for the sections of a report, each computed once."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import pandas as pd

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.eis.resistance import resistance
from nfpcell.outcome import succeeded
from nfpcell.reports import remarks
from nfpcell.simulation import constant_current
from nfpcell.simulation.cycling import Cycler, Schedule
from nfpcell.simulation.protocol import Protocol
from nfpcell.simulation.protocol import run as run_protocol
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment

# every half-cycle of the first experiment is also one of the second
CONTAINED_IN = {"resistance_30C": "operando_impedance"}
_T = TypeVar("_T")


class SectionResults:
    """Results of one model, stored so that sections share them."""

    def __init__(
        self,
        model: str,
        cells: Sequence[Cell] = (),
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        self.model = model
        self.cells = tuple(cells)  # none if the report is about the paper
        self.tick = tick  # called during long runs; may raise to stop them
        self.problems: list[str] = []  # rows that failed; the caller empties the list
        self.remarks: list[str] = []  # on results, as above
        self._stored: dict[Hashable, Any] = {}

    def checked(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table; note its failed rows and its remarks for the page."""
        failed = table.loc[~succeeded(table[columns.STATUS]), columns.STATUS]
        if len(failed):
            self.problems.append(
                f"{len(failed)} of {len(table)} rows failed: {failed.iloc[0]}."
            )
        if columns.REMARK in table:
            self.remarks += remarks.lines(table)
        return table

    def _once(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """Compute and store a result; a failure is stored too, and raised again."""
        if key not in self._stored:
            try:
                self._stored[key] = compute()
            except Exception as error:  # the other sections are still computed
                self._stored[key] = error
        result: _T | Exception = self._stored[key]
        if isinstance(result, Exception):
            raise result
        return result

    def experiment(
        self, name: str, cells: str | None = None, directions: str | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return an experiment's table, and its curves or spectra, see ``scoring.run``.

        Only the rows of some cells or directions, such as "A B", if these are given.
        """
        table, curves = self._run(name)
        if curves is None:  # the table of an experiment of single spectra contains them
            curves = table
        for column, names in ((columns.CELL, cells), (columns.DIRECTION, directions)):
            if names is not None:
                table = table[table[column].isin(names.split())]
                curves = curves[curves[column].isin(names.split())]
        return self.checked(table), curves

    def _run(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        experiment = Experiment.load(CONTAINED_IN.get(name, name))
        return self._once(
            ("experiment", experiment.name), lambda: scoring.run(experiment, self.model)
        )

    def scored(self, name: str) -> pd.DataFrame:
        """Return the score of an experiment, see ``scoring.judge``."""
        experiment = Experiment.load(name)
        key = "score", name
        return self._once(key, lambda: scoring.judge(experiment, *self._run(name)))

    def published(self, name: str, quantity: str) -> pd.DataFrame:
        """Return the published numbers of an experiment, for marks in a figure."""
        return scoring.published(Experiment.load(name), quantity)

    def half_cycles(
        self,
        cells: Sequence[Cell],
        rates: Sequence[float],
        temperatures: Sequence[float],
        direction: str,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return table and curves of half-cycles that are in no experiment."""
        arguments = cells, rates, temperatures, direction, self.model
        table, curves = self._once(
            (*cells, *rates, *temperatures, direction),
            lambda: constant_current.simulate(*arguments, curves=True),
        )
        return self.checked(table), curves

    def resistance(self) -> pd.DataFrame:
        """Return the resistances of the report's cells over depth of discharge."""
        tables: list[Any] = [resistance(c, model=self.model) for c in self.cells]
        return self.checked(pd.concat(tables, ignore_index=True))

    def protocol(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return table and curves of a protocol."""
        table, curves = self._once(
            ("protocol", name), lambda: run_protocol(Protocol.load(name), self.model)
        )
        return self.checked(table), curves

    def cycles(self, name: str) -> pd.DataFrame:
        """Return the cycles of a schedule; the model is always "particle"."""
        return self.checked(self._once(("cycles", name), lambda: self._cycles(name)))

    def _cycles(self, name: str) -> pd.DataFrame:
        schedule = Schedule.load(name)
        cycler = Cycler(schedule.cell, schedule.steps, schedule.temperature, "particle")
        rows = []
        for row in cycler.rows():
            rows.append(row)
            self.tick()
        return pd.DataFrame(rows)
