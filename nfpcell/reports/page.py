"""The report on the paper or on cells: computed, and written as one HTML page.

If a section fails, the page states the reason, and the others are still computed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nfpcell import columns, files
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import printed, titled
from nfpcell.errors import NfpcellError, refusal
from nfpcell.figures import style
from nfpcell.number_format import is_known, plain, signed
from nfpcell.outcome import succeeded
from nfpcell.reports import sections, webpage
from nfpcell.reports.cell_sections import CELL_SECTIONS
from nfpcell.reports.section import Section
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.webpage import Image, Table, TextWithNote, listed

# the usual source of a target, not repeated in the notes
MAIN_TEXT = "Yamauchi et al., Sci. Rep. 10, 9453 (2020), main text"
HASH_DIGITS = 16
TITLE = "An oxide solid-state sodium cell: the paper, simulated"

# called with (done, all) and, before a section, its title
Progress = Callable[..., object]


@dataclass(frozen=True)
class ComputedSection:
    """A section with its results."""

    section: Section
    content: tuple[Image | Table, ...]  # in the order of the page
    targets: pd.DataFrame  # score of the published numbers of the section
    problems: tuple[str, ...]  # sentences on what could not be computed
    findings: tuple[str, ...] = ()  # results for the summary of the report
    remarks: tuple[str, ...] = ()  # on results to be used with care

    @property
    def met(self) -> int:
        """Number of targets that are met."""
        return int(self.targets[columns.MET].sum())

    @property
    def sound(self) -> bool:
        """Whether everything was computed and every target is met."""
        return not self.problems and self.met == len(self.targets)

    @property
    def record(self) -> dict[str, Any]:
        """The section as a record of ``--json``."""
        return {
            "Section": self.section.name,
            "Title": self.section.title,
            "Targets": len(self.targets),
            "Met": self.met,
            "Problems": list(self.problems),
            "Remarks": list(self.remarks),
        }


@dataclass(frozen=True)
class Report:
    """Computed sections on the paper or on cells."""

    sections: tuple[ComputedSection, ...]
    model: str
    cells: tuple[Cell, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether everything was computed and every target is met."""
        return all(section.sound for section in self.sections)

    @property
    def summary(self) -> str:
        """What was simulated, what was found, and how it compares with the paper."""
        number = len(self.sections)
        what = f"{number} part{'s' * (number > 1)} of the paper"
        if self.cells:
            what = listed([cell.name for cell in self.cells])
            what = f"Cell{'s' * (len(self.cells) > 1)} {what}"
        are = "was" if (len(self.cells) or number) == 1 else "were"
        sentences = [f"{what} {are} simulated with the model {self.model}."]
        targets = _joined(section.targets for section in self.sections)
        findings = [text for section in self.sections for text in section.findings]
        if findings:
            text = "; ".join(findings)
            sentences.append(f"{text[:1].upper()}{text[1:]}.")
        elif furthest := _furthest_predicted(targets):
            sentences.append(furthest)
        sentences.append(count_targets(targets))
        failed = sum(bool(section.problems) for section in self.sections)
        if failed:
            sentences.append(f"{failed} of {number} sections are incomplete.")
        return " ".join(sentences)

    def record(self, path: Path) -> dict[str, Any]:
        """Return the report, written to a path, as one value for ``--json``."""
        sections = [section.record for section in self.sections]
        return {"page": str(path), "sections": sections}

    def html(self, date: str | None = None) -> str:
        """Return the page; ``date`` is now by default."""
        title = "; ".join(titled(cell.name, cell.title) for cell in self.cells)
        return webpage.render(
            "sections.html.jinja",
            title=title or TITLE,
            report=self,
            count_targets=count_targets,
            target_table=target_table,
            date=date,
            files=_files(self.cells),
        )


def select_sections(
    names: Sequence[str] | None = None, cells: Sequence[Cell] = ()
) -> list[Section]:
    """Return the named sections in the order of the page; all of them by default.

    Examples
    --------
    >>> [section.name for section in select_sections(["fig-8", "fig-1"])]
    ['fig-1', 'fig-8']
    """
    known = CELL_SECTIONS if cells else sections.SECTIONS
    known_names = [section.name for section in known]
    for name in names or []:
        if name not in known_names:
            right = f"some of {', '.join(known_names)}"
            raise refusal("--sections", f'there is no "{name}"', right)
    return [section for section in known if not names or section.name in names]


def compute(
    chosen: Sequence[Section],
    model: str = "full",
    progress: Progress | None = None,
    cells: Sequence[Cell] = (),
) -> Report:
    """Compute sections, chosen by ``select_sections``, one after the other.

    The report is on the cells; without any, it is on the paper.
    """
    validation.one_of(model, "model", validation.MODELS)
    show = progress or (lambda *_: None)
    computed: list[ComputedSection] = []
    results = SectionResults(model, cells, lambda: show(len(computed), len(chosen)))
    for section in chosen:
        show(len(computed), len(chosen), section.title.partition(":")[0])
        computed.append(_computed(section, results))
    show(len(computed), len(chosen))
    return Report(tuple(computed), model, tuple(cells))


def write(
    path: str | Path,
    cells: Sequence[Cell] = (),
    section_names: Sequence[str] | None = None,
    model: str = "full",
    progress: Progress | None = None,
    *,
    force: bool = False,
) -> Report:
    """Compute a report and write it as one HTML file; ``force`` replaces an old one."""
    path = files.writable_path(path, force, ".html")
    report = compute(select_sections(section_names, cells), model, progress, cells)
    files.write(path, report.html(), force, ".html")
    return report


def _computed(section: Section, results: SectionResults) -> ComputedSection:
    content: list[Image | Table] = []
    failures: list[str] = []
    findings: list[str] = []
    results.problems.clear()
    results.remarks.clear()
    try:
        for item in section.draw(results):
            if isinstance(item, str):
                findings.append(item)
            else:
                content.append(item if isinstance(item, Image) else _table(item))
    except Exception as error:  # the other sections are still computed
        failures.append(f"Only a part could be computed: {_reason(error)}")
    # each problem is stated once, even if two figures use the table
    failures += dict.fromkeys(results.problems)
    scores = []
    for selection in section.selections:
        try:
            scores.append(selection.score(results))
        except Exception as error:  # as above
            failures.append(
                f"The targets of {selection.experiment} could not be computed: "
                f"{_reason(error)}"
            )
    remarks = tuple(dict.fromkeys(results.remarks))
    return ComputedSection(
        section,
        tuple(content),
        _joined(scores),
        tuple(failures),
        findings=tuple(findings),
        remarks=remarks,
    )


def _joined(scores: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Join scores; empty ones are left out, as they would change the column types."""
    filled = [score for score in scores if len(score)]
    return pd.concat(filled or [pd.DataFrame(columns=list(columns.SCORE))])


def _table(frame: pd.DataFrame) -> Table:
    failed = ~succeeded(frame[columns.STATUS]) if columns.STATUS in frame else ()
    return Table(frame, failed)


def _reason(error: Exception) -> str:
    """Return the first line of an error, as a sentence."""
    reason = (str(error).strip() or "no reason is known").splitlines()[0]
    if not isinstance(error, NfpcellError):
        reason = f"{type(error).__name__}: {reason}"
    return reason.rstrip(".") + "."


# ----------------------------------------------------------- published and computed
def count_targets(targets: pd.DataFrame) -> str:
    """Return how many targets are met, of the calibrated and of the predicted ones.

    Examples
    --------
    >>> count_targets(pd.DataFrame({"Use": ["predicted"] * 2, "Met": [True, False]}))
    'Targets met: 1 of 2 (predicted 1 of 2).'
    """
    if targets.empty:
        return "There is no published number to compare with."
    uses = targets.groupby(columns.USE)[columns.MET].agg(["sum", "size"])
    parts = [f"{use} {int(met)} of {number}" for use, met, number in uses.itertuples()]
    met = int(targets[columns.MET].sum())
    return f"Targets met: {met} of {len(targets)} ({', '.join(parts)})."


def _furthest_predicted(targets: pd.DataFrame) -> str:
    """Return a sentence on the predicted number with the largest error."""
    predicted = targets[targets[columns.USE] == "predicted"]
    rows = predicted.dropna(subset=columns.ERROR).to_dict("records")
    if not rows:
        return ""
    row = max(rows, key=lambda row: abs(row[columns.ERROR]))
    quantity = printed(row[columns.QUANTITY])
    return (
        f"Of the predicted numbers, {quantity} of {_condition(row)} deviates most, by "
        f"{signed(row[columns.ERROR])} %."
    )


def target_table(targets: pd.DataFrame) -> Table:
    """Return published and computed numbers, with missed targets in red."""
    rows = [
        {
            "Quantity": TextWithNote(printed(row[columns.QUANTITY]), _note(row)),
            "Condition": _condition(row),
            "Published": _published(row),
            "Computed": _computed_number(row),
            "Use": row[columns.USE],
            "Evidence": row[columns.EVIDENCE] or "–",
            "Met": "met" if row[columns.MET] else "missed",
        }
        for row in targets.to_dict("records")
    ]
    missed = ~targets[columns.MET].astype(bool)
    return Table(pd.DataFrame(rows), missed, ("Published", "Computed"))


def _condition(row: dict[Any, Any]) -> str:
    cell = row[columns.CELL]
    name = f"Cell {cell}" if len(cell) == 1 else cell
    return f"{name}, {style.signs(row[columns.WHERE])}"


def _published(row: dict[Any, Any]) -> str:
    lower, upper = row[columns.LOWER], row[columns.UPPER]
    if is_known(lower) and is_known(upper):
        return f"{lower:g} – {upper:g}"
    if is_known(lower):
        return f"≥ {lower:g}"
    if is_known(upper):
        return f"≤ {upper:g}"
    return f"{plain(row[columns.PUBLISHED])} ± {row[columns.TOLERANCE]:g} %"


def _computed_number(row: dict[Any, Any]) -> str:
    if row[columns.REMARK]:
        return str(row[columns.REMARK])
    computed, error = plain(row[columns.COMPUTED]), row[columns.ERROR]
    if is_known(error):
        computed += f" ({signed(error)} %)"
    return computed.replace("-", "−")


def _note(row: dict[Any, Any]) -> str:
    """Return the note of a target, and its source if that is not the main text."""
    source = row["Source"].removeprefix(MAIN_TEXT).strip(":; ")
    notes = dict.fromkeys(text for text in (row["Note"], source) if text)
    return "; ".join(notes).replace("Ohm.cm2", "Ω cm²")


def _files(cells: Sequence[Cell]) -> Table:
    """Return hashes of the cells and of all built-in cell and experiment files."""
    hashes = {f"Cell {cell.name} of this report": cell.sha256 for cell in cells}
    for kind in (catalogue.CELLS, catalogue.EXPERIMENTS):
        folder = catalogue.folder(kind)
        for path in sorted(folder.rglob("*.toml")):
            name = path.relative_to(folder.parent).as_posix()
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = [(name, digits[:HASH_DIGITS]) for name, digits in hashes.items()]
    heading = f"SHA-256, first {HASH_DIGITS} digits"
    return Table(pd.DataFrame(rows, columns=["File", heading]))
