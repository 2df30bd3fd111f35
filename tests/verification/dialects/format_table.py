"""The tables of docs/measured_data.md, from the files of the draws and their reading.

    python -m tests.verification.dialects.format_table

writes them between their marks in the document; ``test_reading.py`` checks that they
are there.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from nfpcell.errors import NfpcellError
from tests.verification.dialects.campaign import FORMATS
from tests.verification.dialects.case import Case
from tests.verification.dialects.contradictions import DIALECTS as CONTRADICTIONS
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.refused import refused_files
from tests.verification.dialects.verdict import READ, judge

DOCUMENT = Path(__file__).parents[3] / "docs" / "measured_data.md"
BEGIN, END = "<!-- made by format_table.py -->\n", "<!-- end of format_table.py -->"
DRAWS = 8  # of each dialect
# a curve has these, so they need not be named
_USUAL = ("time", "voltage", "current")


def _read(dialects: list[Callable[[Draw], Case]]) -> str:
    """What the files of a format hold that were read to the last digit."""
    columns: dict[str, None] = {}
    spectra, both = set(), False
    for dialect in dialects:
        for seed in range(DRAWS):
            verdict = judge(dialect(Draw(seed)))
            if verdict.kind != READ or verdict.recording is None:
                continue
            table, count = verdict.recording.table, len(verdict.recording.spectra)
            names = [] if table is None else list(table.columns)
            columns |= dict.fromkeys(re.sub(r" \[.*", "", n).lower() for n in names)
            spectra.add(count)
            both |= table is not None and count > 0
    parts = []
    if columns:
        others = sorted(name for name in columns if name not in _USUAL)
        parts.append(f"curves: {', '.join([*_USUAL, *others])}")
    if spectra - {0}:
        parts.append("spectra" if max(spectra) > 1 else "a spectrum")
    return "; ".join(parts) + (", also in one file" if both else "")


def _files() -> str:
    """The formats, those of which the same is read in one row."""
    formats: dict[str, list[str]] = {}
    for name, dialects in FORMATS.items():
        formats.setdefault(_read(dialects), []).append(name)
    rows = [f"| {', '.join(names)} | {read} |" for read, names in formats.items()]
    return "\n".join(["| format | what is read |", "|---|---|", *rows])


def _reason(sentence: str) -> str:
    """The reason of a refusal or a remark, without the name of the file."""
    reason = sentence.split("; right would be")[0]
    reason = re.sub(r"^cell\S* ?(\(.*\))?: ", "", reason)
    return reason.replace("|", "\\|")


def _wrong() -> str:
    lines = [
        "| wrong in the file | result | reason, in one example |",
        "|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for file in refused_files():
            path = Path(folder) / f"cell{file.suffix}"
            path.write_bytes(file.raw)
            try:
                file.read(path)
                sentence, result = "", "**read**"
            except NfpcellError as error:
                sentence, result = str(error).replace(f"{folder}/", ""), "refused"
            lines.append(f"| {file.what} | {result} | {_reason(sentence)} |")
    for contradiction in CONTRADICTIONS:
        case = contradiction(Draw(1))
        verdict = judge(case)
        reason = _reason(verdict.sentence)
        lines.append(f"| {case.contradiction} | {verdict.kind} | {reason} |")
    return "\n".join(lines)


def tables() -> str:
    """Both tables."""
    return f"{_files()}\n\n### What is refused, or read with a remark\n\n{_wrong()}\n"


def written() -> str:
    """The document with these tables between the marks."""
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{tables()}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(), "utf-8")
