"""A section of a report: its texts, its figures and tables, and its targets."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import Image
from nfpcell.studies.experiment import Experiment, Target

# Figures and tables one by one, so that those before a failure stay on the page. Text
# is a result for the summary of the report.
Content = Iterator[Image | pd.DataFrame | str]
Draw = Callable[[SectionResults], Content]


@dataclass(frozen=True)
class TargetSelection:
    """Targets of an experiment: all, or of some cells ("A B") and quantities."""

    experiment: str
    cells: str | None = None
    quantities: tuple[str, ...] | None = None

    def targets(self, report_cells: Sequence[Cell] = ()) -> list[Target]:
        """Return the targets; in a report on cells only those of its built-in cells."""
        built_in = {cell.name for cell in report_cells} & set(catalogue.cells())
        return [
            target
            for target in Experiment.load(self.experiment).targets
            if (self.cells is None or target.cell in self.cells.split())
            and (self.quantities is None or target.quantity in self.quantities)
            and (not report_cells or target.cell in built_in)
        ]

    def score(self, results: SectionResults) -> pd.DataFrame:
        """Return the score of the targets, with their notes and sources."""
        selected = self.targets(results.cells)
        if not selected:
            return pd.DataFrame()
        targets = Experiment.load(self.experiment).targets
        score = results.scored(self.experiment)
        return score[[target in selected for target in targets]].assign(
            Note=[target.note for target in selected],
            Source=[target.source for target in selected],
        )


@dataclass(frozen=True)
class Section:
    """A section of a report; in its texts, commands are between back-ticks."""

    name: str  # for ``--sections``, and as an anchor on the page
    title: str
    paper: str  # what the paper shows; empty in a report on cells
    simulated: str
    draw: Draw
    selections: tuple[TargetSelection, ...] = ()  # compared with these targets


def section(title: str, *selections: TargetSelection) -> Callable[[Draw], Section]:
    """Make a section from a function; its name is that of the function.

    The docstring of the function is printed on the page. It says what is simulated; in
    a section on the paper, a paragraph before that says what the paper shows.
    """

    def decorate(draw: Draw) -> Section:
        paragraphs = (inspect.getdoc(draw) or "").split("\n\n")
        *paper, simulated = (" ".join(paragraph.split()) for paragraph in paragraphs)
        name = draw.__name__.replace("_", "-")
        return Section(name, title, "".join(paper), simulated, draw, selections)

    return decorate
