"""A section of a report: what it shows, how it is drawn, what it is compared with."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import Image
from nfpcell.studies.experiment import Experiment, Target

# figures and tables one by one: those before a failure stay on the page
Content = Iterator[Image | pd.DataFrame]


@dataclass(frozen=True)
class TargetSelection:
    """
    Targets of an experiment that a section is compared with.

    Attributes
    ----------
    experiment : its name
    cells : of the targets, such as "A B"; all by default
    quantities : of the targets; all by default
    """

    experiment: str
    cells: str | None = None
    quantities: tuple[str, ...] | None = None

    def contains(self, target: Target, report_cells: Sequence[Cell] = ()) -> bool:
        """Whether a target is selected; for a report on cells, only if it is theirs."""
        names = {cell.name for cell in report_cells} & set(catalogue.cells())
        return (
            (self.cells is None or target.cell in self.cells.split())
            and (self.quantities is None or target.quantity in self.quantities)
            and (not report_cells or target.cell in names)
        )

    def targets(self, report_cells: Sequence[Cell] = ()) -> list[Target]:
        """Return the targets, see ``contains``."""
        targets = Experiment.load(self.experiment).targets
        return [target for target in targets if self.contains(target, report_cells)]

    def score(self, results: SectionResults) -> pd.DataFrame:
        """Return the score of the targets, with their notes and sources."""
        targets = Experiment.load(self.experiment).targets
        chosen = [self.contains(target, results.cells) for target in targets]
        if not any(chosen):
            return pd.DataFrame()
        table = results.scored(self.experiment).assign(
            Note=[target.note for target in targets],
            Source=[target.source for target in targets],
        )
        return table[chosen]


@dataclass(frozen=True)
class Section:
    """
    A section of a report.

    Attributes
    ----------
    word : its name for ``--sections``, and its anchor on the page
    title : heading
    paper : what the paper shows; empty for cells that are not in the paper
    here : what is simulated; commands stand between back-ticks
    draw : yields the figures and tables
    selections : published numbers that the section is compared with
    """

    word: str
    title: str
    paper: str
    here: str
    draw: Callable[[SectionResults], Content]
    selections: tuple[TargetSelection, ...] = ()

    def targets(self, cells: Sequence[Cell] = ()) -> list[Target]:
        """Return the published numbers of the section, for a report on these cells."""
        return [
            target
            for selection in self.selections
            for target in selection.targets(cells)
        ]


def section(
    word: str, title: str, *selections: TargetSelection, paper: str = ""
) -> Callable[[Callable[[SectionResults], Content]], Section]:
    """Make a section of a function; its docstring says what is simulated."""

    def decorate(draw: Callable[[SectionResults], Content]) -> Section:
        here = " ".join((inspect.getdoc(draw) or "").split())
        return Section(word, title, paper, here, draw, selections)

    return decorate
