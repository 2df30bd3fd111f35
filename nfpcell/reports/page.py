"""One web page about the paper, or about cells: computed, rendered and written.

A section that fails becomes a sentence on the page; the others are still computed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from nfpcell import columns, files
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import printed
from nfpcell.errors import NfpcellError
from nfpcell.number_format import is_known, plain, signed
from nfpcell.outcome import succeeded
from nfpcell.reports import cell_report, run_folder, webpage
from nfpcell.reports.section_results import SectionResults
from nfpcell.reports.sections import NOT_SIMULATED, SECTIONS, Section
from nfpcell.reports.webpage import Image, Table, TextWithNote

PAPER_TITLE = "An oxide solid-state sodium cell: the paper, simulated"
PAPER = (
    "Yamauchi et al., Scientific Reports 10, 9453 (2020), "
    "doi 10.1038/s41598-020-66410-1"
)
HOW_TO_READ = (
    "Calibrated: constants of the model were fitted or set by hand to this number. "
    "Agreement shows that the model is consistent; it is not a test of the model.",
    "Predicted: nothing was fitted to this number. A predicted range or bound is "
    "weaker evidence than a number. The notes say which are our own checks.",
    "Only numbers that the text of the paper quotes are marked in the figures. The "
    "data points of the paper's figures are not available.",
    "Cut-offs, rests and loadings that the text does not state are assumed. The "
    "experiment files list these assumptions.",
)
# the usual source of a target, left out of the notes
MAIN_TEXT = "Yamauchi et al., Sci. Rep. 10, 9453 (2020), main text"
HASH_DIGITS = 16

# called with (done, all) and, before a section, its title
Progress = Callable[..., object]


@dataclass(frozen=True)
class ComputedSection:
    """
    A section with its results.

    Attributes
    ----------
    content : figures and tables in the order of the page
    targets : score of the published numbers that belong to the section
    problems : sentences on what could not be computed
    """

    section: Section
    content: tuple[Image | Table, ...]
    targets: pd.DataFrame
    problems: tuple[str, ...]

    @property
    def targets_met(self) -> int:
        """Number of targets that are met."""
        return int(self.targets[columns.MET].sum())

    @property
    def sound(self) -> bool:
        """Whether everything was computed and every target is met."""
        return not self.problems and self.targets_met == len(self.targets)

    @property
    def brief(self) -> str:
        """The result in a few words, for the contents."""
        if self.problems:
            return "not fully computed"
        if self.targets.empty:
            return "no published number"
        return f"{self.targets_met} of {len(self.targets)} met"

    @property
    def record(self) -> dict[str, Any]:
        """The section as a record of ``--json``."""
        return {
            "Section": self.section.word,
            "Title": self.section.title,
            "Targets": len(self.targets),
            "Met": self.targets_met,
            "Problems": list(self.problems),
        }


@dataclass(frozen=True)
class Report:
    """A page that was written, and the sections on it."""

    path: Path
    sections: tuple[ComputedSection, ...]

    @property
    def sound(self) -> bool:
        """Whether everything was computed and every target is met."""
        return all(section.sound for section in self.sections)

    @property
    def summary(self) -> str:
        """How many targets are met, and how many sections have problems."""
        return summary(self.sections)

    @property
    def record(self) -> dict[str, Any]:
        """The report as one value for ``--json``."""
        sections = [section.record for section in self.sections]
        return {"page": str(self.path), "sections": sections}


def write(
    path: str | Path,
    cells: Sequence[Cell] = (),
    sections: Sequence[str] | None = None,
    model: str = "full",
    progress: Progress | None = None,
    *,
    force: bool = False,
) -> Report:
    """
    Compute a report and write it as one HTML file.

    Parameters
    ----------
    path : of the page, ``*.html``
    cells : that the report is about; about the paper if there are none
    sections : words of the sections, see ``select_sections``
    model : "full" or "particle"
    progress : called with (done, all) and, before a section, its title
    force : replace a file that exists
    """
    path = files.writable_path(path, force, ".html")
    chosen = select_sections(sections, cells)
    computed = compute_sections(chosen, model, progress, cells)
    text = render(computed, model, cells=cells)
    return Report(files.write(path, text, force, ".html"), tuple(computed))


def select_sections(
    words: Sequence[str] | None = None, cells: Sequence[Cell] = ()
) -> list[Section]:
    """
    Return the named sections in the order of the page; all of them by default.

    Examples
    --------
    >>> [section.word for section in select_sections(["fig-8", "fig-1"])]
    ['fig-1', 'fig-8']
    """
    sections = cell_report.sections(cells) if cells else SECTIONS
    known = [section.word for section in sections]
    for word in words or []:
        if word not in known:
            raise NfpcellError(
                f'--sections: there is no "{word}"; right would be some of '
                f"{', '.join(known)}"
            )
    return [section for section in sections if not words or section.word in words]


def compute_sections(
    sections: Sequence[Section],
    model: str = "full",
    progress: Progress | None = None,
    cells: Sequence[Cell] = (),
) -> list[ComputedSection]:
    """Compute sections one after the other; parameters as for ``write``."""
    validation.one_of(model, "model", validation.MODELS)
    show = progress or (lambda *_: None)
    computed: list[ComputedSection] = []
    results = SectionResults(model, cells, lambda: show(len(computed), len(sections)))
    for section in sections:
        show(len(computed), len(sections), section.title.partition(":")[0])
        computed.append(_computed(section, results))
    show(len(computed), len(sections))
    return computed


def _computed(section: Section, results: SectionResults) -> ComputedSection:
    content: list[Image | Table] = []
    failures = []
    results.problems.clear()
    try:
        for item in section.draw(results):
            content.append(item if isinstance(item, Image) else _table(item))
    except Exception as error:  # whatever fails, the other sections are computed
        failures.append(f"Not all of this could be computed: {_reason(error)}")
    # a failed row is named once, however often its table is used
    failures += dict.fromkeys(results.problems)
    targets = [pd.DataFrame(columns=[*columns.SCORE, "Note", "Source"])]
    for selection in section.targets:
        try:
            targets.append(results.targets(selection))
        except Exception as error:  # as above
            failures.append(
                f"The targets of {selection.experiment} could not be computed: "
                f"{_reason(error)}"
            )
    return ComputedSection(section, tuple(content), _joined(targets), tuple(failures))


def _table(frame: pd.DataFrame) -> Table:
    statuses = frame.get(columns.STATUS)
    return Table(frame, () if statuses is None else ~succeeded(statuses))


def _joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Tables below each other; empty ones would change the types of the columns."""
    tables = list(tables)
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else tables[0]


def _reason(error: Exception) -> str:
    """The first line of an error, as a sentence."""
    reason = (str(error).strip() or "no reason is known").splitlines()[0]
    if not isinstance(error, NfpcellError):
        reason = f"{type(error).__name__}: {reason}"
    return reason.rstrip(".") + "."


# -------------------------------------------------------------------------- the page
def render(
    sections: Sequence[ComputedSection],
    model: str = "full",
    date: str | None = None,
    cells: Sequence[Cell] = (),
) -> str:
    """Return the page as HTML; ``date`` is now by default."""
    title = "; ".join(f"{cell.name} – {cell.title}" for cell in cells)
    versions = run_folder.record("report", {}, cells)["versions"]
    return webpage.render(
        "sections.html.jinja",
        title=title or PAPER_TITLE,
        of_paper=not cells,
        source=PAPER,
        summary=summary(sections),
        model=model,
        reading=HOW_TO_READ,
        sections=sections,
        count_targets=count_targets,
        target_table=target_table,
        not_simulated=Table(pd.DataFrame(NOT_SIMULATED, columns=["Paper", "Reason"])),
        versions=", ".join(f"{name} {number}" for name, number in versions.items()),
        date=date or datetime.now(UTC).isoformat(timespec="minutes"),
        files=_files(cells),
    )


def summary(sections: Sequence[ComputedSection]) -> str:
    """How many targets are met, and how many sections have problems."""
    text = count_targets(_joined(section.targets for section in sections))
    failed = sum(bool(section.problems) for section in sections)
    if failed:
        text += f" {failed} of {len(sections)} sections could not be computed in full."
    return text


def count_targets(targets: pd.DataFrame) -> str:
    """
    How many targets are met, those calibrated and those predicted apart.

    Examples
    --------
    >>> count_targets(pd.DataFrame({"Use": ["predicted"] * 2, "Met": [True, False]}))
    'Targets met: 1 of 2 (predicted 1 of 2).'
    """
    if targets.empty:
        return "These sections have no published number to compare with."
    parts = [
        f"{use} {int(met.sum())} of {len(met)}"
        for use, met in targets.groupby(columns.USE)[columns.MET]
    ]
    met = int(targets[columns.MET].sum())
    return f"Targets met: {met} of {len(targets)} ({', '.join(parts)})."


def target_table(targets: pd.DataFrame) -> Table:
    """Published and computed numbers, missed targets in red."""
    rows = [
        {
            "Quantity": TextWithNote(printed(row[columns.QUANTITY]), _note(row)),
            "Condition": _condition(row),
            "Published": _published(row),
            "Computed": _computed_number(row),
            "Use": row[columns.USE],
            "Met": "met" if row[columns.MET] else "missed",
        }
        for row in targets.to_dict("records")
    ]
    missed = ~targets[columns.MET].astype(bool)
    return Table(pd.DataFrame(rows), missed, ("Published", "Computed"))


def _condition(row: dict[Any, Any]) -> str:
    cell = row[columns.CELL]
    where = row[columns.WHERE].replace("degC", "°C").replace(" -", " −")
    return f"{f'Cell {cell}' if len(cell) == 1 else cell}, {where}"


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
    computed, error = plain(row[columns.COMPUTED]), row[columns.ERROR]
    if is_known(error):
        computed += f" ({signed(error)} %)"
    return computed.replace("-", "−")


def _note(row: dict[Any, Any]) -> str:
    """The note and the source of a target, where it is not the main text."""
    source = row["Source"].removeprefix(MAIN_TEXT).strip(":; ")
    notes = dict.fromkeys(text for text in (row["Note"], source) if text)
    return "; ".join(notes).replace("Ohm.cm2", "Ω cm²")


def _files(cells: Sequence[Cell]) -> Table:
    """Hashes of the cells and of all built-in cell and experiment files."""
    hashes = {f"cell {cell.name}, as used": cell.sha256 for cell in cells}
    for kind in (catalogue.CELLS, catalogue.EXPERIMENTS):
        folder = catalogue.folder(kind)
        for path in sorted(folder.rglob("*.toml")):
            name = path.relative_to(folder.parent).as_posix()
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = [(name, digits[:HASH_DIGITS]) for name, digits in hashes.items()]
    heading = f"SHA-256, first {HASH_DIGITS} digits"
    return Table(pd.DataFrame(rows, columns=["File", heading]))
