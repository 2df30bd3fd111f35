"""Sections computed and put on one page; a part that fails is a sentence there."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from nfpcell.cell import catalogue, validation
from nfpcell.cell.naming import printed
from nfpcell.errors import NfpcellError
from nfpcell.figures.style import cell_label
from nfpcell.number_format import is_known, plain, signed
from nfpcell.reports import cell_report, run_folder, webpage
from nfpcell.reports.section_figures import Picture
from nfpcell.reports.section_results import Results
from nfpcell.reports.sections import NOT_SIMULATED, SECTIONS

PAPER_TITLE = "An oxide solid-state sodium cell: the paper, simulated"
PAPER = (
    "Yamauchi et al., Scientific Reports 10, 9453 (2020), "
    "doi 10.1038/s41598-020-66410-1"
)
HOW_TO_READ = (
    "Calibrated: constants of the model were fitted, or set by hand, with this very "
    "number in view. Meeting it shows consistency and proves nothing.",
    "Predicted: nothing was fitted to it. A predicted range or bound is weaker than a "
    "number, and the notes say where one is a check of our own.",
    "Not more than what the text quotes is marked: the points of the paper's figures "
    "are not in it.",
    "Circumstances on which the text is silent (cut-offs, rests, loading) are assumed; "
    "the files of the experiments say which.",
)
# the source that needs no mention
MAIN_TEXT = "Yamauchi et al., Sci. Rep. 10, 9453 (2020), main text"

# of a fingerprint
DIGITS = 16


@dataclass(frozen=True)
class Built:
    """
    A section as it came out.

    Attributes
    ----------
    section : Section
    html : of its figures and tables
    targets : table of what was held against published numbers
    problems : sentences on what could not be computed
    """

    section: object
    html: str
    targets: pd.DataFrame
    problems: tuple[str, ...]

    @property
    def sound(self):
        """Whether all of it was computed and every target is met."""
        return not self.problems and bool(self.targets["Met"].all())


def chosen(words=None, cells=()):
    """
    Sections by their words, in the order of the page; all if nothing is said.

    Parameters
    ----------
    words : of the sections
    cells : Cells that the page is on; on the paper if there are none

    Examples
    --------
    >>> [section.word for section in chosen(["fig-8", "fig-1"])]
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
    return [one for one in sections if not words or one.word in words]


def build(sections, model="full", progress=None, cells=()):
    """
    Compute sections one after the other.

    Parameters
    ----------
    sections : list of Section
    model : "full" or "particle"
    progress : called with (done, all, what is next)
    cells : as for ``chosen``

    Returns
    -------
    list of Built
    """
    validation.one_of(model, "model", validation.MODELS)
    progress = progress or (lambda *_: None)
    built, number = [], len(sections)
    results = Results(model, lambda: progress(len(built), number), cells)
    for section in sections:
        progress(len(built), number, section.title.partition(":")[0])
        built.append(_built(section, results))
    progress(number, number)
    return built


def _built(section, results):
    parts, problems = [], []
    results.complaints.clear()
    try:
        for part in section.draw(results):
            parts.append(_part(part))
    except Exception as error:  # whatever fails, the other sections are worth having
        problems.append(f"Not all of this could be computed: {_why(error)}")
    problems += dict.fromkeys(results.complaints)
    judged = []
    for held in section.targets:
        try:
            judged.append(results.judged(held))
        except Exception as error:  # as above
            problems.append(
                f"The targets of {held.experiment} could not be judged: {_why(error)}"
            )
    judged = [table for table in judged if len(table)]
    targets = pd.concat(judged, ignore_index=True) if judged else _no_targets()
    return Built(section, "\n".join(parts), targets, tuple(problems))


def _part(part):
    if isinstance(part, Picture):
        return webpage.picture(part.figure, part.alt, part.caption)
    bad = ~part["Status"].str.startswith("ok") if "Status" in part else ()
    return webpage.table(part, list(bad))


def _why(error):
    """The first line of what went wrong, as a sentence."""
    lines = str(error).strip().splitlines()
    said = lines[0] if lines else "nothing more is known"
    if not isinstance(error, NfpcellError):
        said = f"{type(error).__name__}: {said}"
    return said.rstrip(".") + "."


def _no_targets():
    return pd.DataFrame({"Use": pd.Series(dtype=str), "Met": pd.Series(dtype=bool)})


# -------------------------------------------------------------------------- the page
def page(built, model="full", date=None, cells=()):
    """
    The page as text.

    Parameters
    ----------
    built : list of Built
    model : of the results
    date : to be told, now if nothing is said
    cells : as for ``chosen``
    """
    date = date or datetime.now(UTC).isoformat(timespec="minutes")
    parts = [
        webpage.paragraph(f"{PAPER}. Computed by the model `{model}` of nfpcell."),
        webpage.paragraph(counted(built)),
        _how_to_read(),
        _contents(built, not cells),
        *map(_section, built),
        "" if cells else _not_simulated(),
        '<h2 id="made-with">What this page was made with</h2>',
        _made_with(model, date, cells),
    ]
    title = PAPER_TITLE
    if cells:
        title = "; ".join(f"{cell.name} – {cell.title}" for cell in cells)
    return webpage.page(title, "\n".join(part for part in parts if part))


def _not_simulated():
    table = pd.DataFrame(NOT_SIMULATED, columns=["Of the paper", "Why"])
    heading = '<h2 id="not-simulated">What of the paper is not simulated</h2>'
    return f"{heading}\n{webpage.table(table)}"


def counted(built):
    """How many targets are met, and what could not be computed, in two sentences."""
    targets = pd.concat([one.targets for one in built], ignore_index=True)
    failed = sum(bool(one.problems) for one in built)
    told = _count(targets) or "No published number is held against these sections."
    if failed:
        told += f" {failed} of {len(built)} sections could not be computed in full."
    return told


def _count(targets):
    """Met of all, calibrated and predicted told apart."""
    if targets.empty:
        return ""
    parts = [
        f"{use} {int(own['Met'].sum())} of {len(own)}"
        for use, own in targets.groupby("Use")
    ]
    met = int(targets["Met"].sum())
    return f"Targets met: {met} of {len(targets)} ({', '.join(parts)})."


def _how_to_read():
    return f"<h2>How to read it</h2>\n{webpage.listed(HOW_TO_READ)}"


def _contents(built, of_paper):
    lines = []
    for one in built:
        told = _short(one)
        style = "" if one.sound else ' class="no"'
        title = webpage.escaped(one.section.title)
        lines.append(
            f'<li><a href="#{one.section.word}">{title}</a> '
            f"<small{style}>{told}</small></li>"
        )
    if of_paper:
        lines.append(
            '<li><a href="#not-simulated">What of the paper is not simulated</a></li>'
        )
    lines.append('<li><a href="#made-with">What this page was made with</a></li>')
    return f"<h2>Contents</h2>\n<nav><ul>{''.join(lines)}</ul></nav>"


def _short(one):
    """Met of all targets of a section, in a few words."""
    if one.problems:
        return "not all computed"
    if one.targets.empty:
        return "no published number"
    return f"{int(one.targets['Met'].sum())} of {len(one.targets)} met"


def _section(one):
    section = one.section
    problems = "".join(
        f'<p class="no">{webpage.escaped(problem)}</p>' for problem in one.problems
    )
    parts = [
        f'<section id="{section.word}">',
        f"<h2>{webpage.escaped(section.title)}</h2>",
        section.paper and webpage.paragraph(f"In the paper: {_lower(section.paper)}"),
        webpage.paragraph(f"Here: {_lower(section.here)}"),
        problems,
        one.html,
        webpage.paragraph(_count(one.targets)),
        _targets(one.targets),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _lower(text):
    """
    A sentence after a colon; what is no word, such as R2, stays as it is.

    Examples
    --------
    >>> _lower("A peak of Cell A"), _lower("R2 over that of B")
    ('a peak of Cell A', 'R2 over that of B')
    """
    first = text.split(" ")[0].replace("-", "")
    return text[:1].lower() + text[1:] if first.isalpha() else text


def _targets(table):
    """The table of targets as it is read, a miss marked."""
    if table.empty:
        return ""
    rows = [
        {
            "Target": webpage.Noted(_what(row), _note(row)),
            "Published": _published(row),
            "Computed": _computed(row),
            "Use": row["Use"],
            "Met": "met" if row["Met"] else "missed",
        }
        for row in table.to_dict("records")
    ]
    missed = list(~table["Met"].astype(bool))
    return webpage.table(pd.DataFrame(rows), missed, ("Published", "Computed"))


def _what(row):
    where = row["Where"].replace("degC", "°C").replace(" -", " −")
    cell = cell_label(row["Cell"])
    return f"{cell[:1].upper()}{cell[1:]}, {where}: {_lower(printed(row['Quantity']))}"


def _published(row):
    value = row["Published"]
    if isinstance(value, str):
        return value.replace(">=", "≥").replace("<=", "≤").replace(" to ", " – ")
    return f"{plain(value)} ± {row['Tolerance [%]']:g} %"


def _computed(row):
    value, error = row["Computed"], row["Error [%]"]
    if not is_known(error):
        return plain(value)
    return f"{plain(value)} ({signed(error)} %)".replace("-", "−")


def _note(row):
    other = row["Source"].removeprefix(MAIN_TEXT).strip(":; ")
    notes = dict.fromkeys(part for part in (row["Note"], other) if part)
    return "; ".join(notes).replace("Ohm.cm2", "Ω cm²")


def _made_with(model, date, cells):
    """Versions, the date and the fingerprints of all parameter files."""
    record = run_folder.record("report", {"model": model}, cells)
    versions = ", ".join(f"{name} {v}" for name, v in record["versions"].items())
    rows = [(f"cell {cell.name}, as it was used", cell.sha256) for cell in cells]
    for kind in (catalogue.CELLS, catalogue.EXPERIMENTS):
        for path in sorted(catalogue.folder(kind).rglob("*.toml")):
            name = path.relative_to(catalogue.folder(kind).parent).as_posix()
            rows.append((name, hashlib.sha256(path.read_bytes()).hexdigest()))
    rows = [(name, digest[:DIGITS]) for name, digest in rows]
    table = pd.DataFrame(rows, columns=["File", f"SHA-256, first {DIGITS} digits"])
    return f"{webpage.paragraph(f'{versions}; {date}.')}\n{webpage.table(table)}"
