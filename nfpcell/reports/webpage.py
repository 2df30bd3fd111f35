"""Web pages that need no other file, no script and no network.

The HTML is in ``templates/``. This module prepares figures and tables for it.
"""

import base64
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup, escape
from matplotlib.figure import Figure
from pandas.api.types import is_numeric_dtype

from nfpcell.figures import appearance, canvas
from nfpcell.reports import run_folder

# a figure as wide as the page stays sharp on a high-resolution screen
DOTS_PER_INCH = 200
# Width on the page for an inch of figure. Its text is then as large as small text.
_PIXELS_PER_INCH = 115
MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Image:
    """A figure as PNG or SVG in base64, with its text alternative and its caption."""

    alt: str
    caption: str
    width: int
    media_type: str
    content: str


def image(figure: Figure, caption: str) -> Image:
    """Render a figure; the first sentence of its caption is the text alternative."""
    kind: appearance.Format = "png" if "png" in appearance.current().formats else "svg"
    buffer = io.BytesIO()
    canvas.write(figure, buffer, kind, dpi=DOTS_PER_INCH)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    alt = caption.partition(". ")[0].removesuffix(".")
    width = round(_PIXELS_PER_INCH * figure.get_figwidth())
    return Image(alt, caption, width, MEDIA_TYPES[kind], content)


@dataclass(frozen=True)
class TextWithNote:
    """Text of a table cell, with a note in small text below it."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table as the templates print it: numbers, text and ``TextWithNote``."""

    frame: pd.DataFrame
    failed: Iterable[bool] = ()  # rows that are printed in red
    right_aligned: Sequence[str] = ()  # columns of numbers that are already text
    number_format: str = ".4g"

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Headings, and whether the column is aligned to the right."""
        return [
            (name, name in self.right_aligned or is_numeric_dtype(self.frame[name]))
            for name in map(str, self.frame.columns)
        ]

    @property
    def rows(self) -> list[tuple[bool, list[TextWithNote]]]:
        """Whether the row is printed in red, and its cells."""
        failed = list(self.failed) or [False] * len(self.frame)
        records = self.frame.itertuples(index=False, name=None)
        return [
            (bool(red), [self._cell(value) for value in record])
            for red, record in zip(failed, records, strict=True)
        ]

    def _cell(self, value: Any) -> TextWithNote:
        if isinstance(value, TextWithNote):
            return value
        if isinstance(value, str):
            return TextWithNote(value)
        if value is None or not np.isfinite(value):
            return TextWithNote("–")
        form = "d" if isinstance(value, int) else self.number_format
        return TextWithNote(f"{value:{form}}")


def listed(words: Sequence[str]) -> str:
    """Return words with commas, and "and" before the last.

    Examples
    --------
    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def code(text: str) -> Markup:
    """Return text as HTML, with the parts between back-ticks as code.

    Examples
    --------
    >>> print(code("run `nfpcell list` if a < b"))
    run <code>nfpcell list</code> if a &lt; b
    """
    return Markup(re.sub("`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def render(template: str, date: str | None = None, **values: Any) -> str:
    """Fill a template; text is escaped, and the default of ``date`` is now."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nfpcell.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["code"] = code
    return environment.get_template(template).render(
        values,
        versions=", ".join(map(" ".join, run_folder.versions().items())),
        date=date or datetime.now(UTC).isoformat(timespec="minutes"),
    )
