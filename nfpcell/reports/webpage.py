"""Web pages that need no other file, no script and no network.

The HTML stands in ``templates/``; this module turns figures and tables into what the
templates print.
"""

import base64
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup, escape
from matplotlib.figure import Figure

# a figure as wide as the page stays sharp on a high-resolution screen
DOTS_PER_INCH = 200
# width on the page for an inch of figure: its small print is then as large as ours
_PIXELS_PER_INCH = 115


@dataclass(frozen=True)
class Image:
    """A figure as a PNG in base64, with its text alternative and its caption."""

    alt: str
    caption: str
    width: int
    png: str


def image(figure: Figure, caption: str) -> Image:
    """Render a figure; the first sentence of its caption describes it in words."""
    buffer = io.BytesIO()
    metadata = {"Software": "nfpcell"}
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata=metadata)
    png = base64.b64encode(buffer.getvalue()).decode("ascii")
    alt = caption.partition(". ")[0].removesuffix(".")
    return Image(alt, caption, round(_PIXELS_PER_INCH * figure.get_figwidth()), png)


@dataclass(frozen=True)
class TextWithNote:
    """Text of a table cell, with a note in small print below it."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Table:
    """
    A table as the templates print it.

    Attributes
    ----------
    frame : the data; numbers, text, sequences of text and ``TextWithNote``
    failed : which rows are printed in red
    right_aligned : columns of numbers that are text already
    number_format : format specification of the numbers
    """

    frame: pd.DataFrame
    failed: Iterable[bool] = ()
    right_aligned: Sequence[str] = ()
    number_format: str = ".4g"
    columns: list[tuple[str, bool]] = field(init=False)
    rows: list[tuple[bool, list[TextWithNote]]] = field(init=False)

    def __post_init__(self) -> None:
        columns = [
            (name, name in self.right_aligned or pd.api.types.is_numeric_dtype(dtype))
            for name, dtype in self.frame.dtypes.items()
        ]
        failed = list(self.failed) or [False] * len(self.frame)
        records = self.frame.itertuples(index=False, name=None)
        rows = [
            (bool(red), [self._cell(value) for value in record])
            for red, record in zip(failed, records, strict=True)
        ]
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "rows", rows)

    def _cell(self, value: Any) -> TextWithNote:
        if isinstance(value, TextWithNote):
            return value
        if isinstance(value, str):
            return TextWithNote(value)
        if isinstance(value, tuple):
            return TextWithNote("; ".join(value))
        if value is None or not np.isfinite(value):
            return TextWithNote("–")
        form = "d" if isinstance(value, int) else self.number_format
        return TextWithNote(f"{value:{form}}")


def code(text: str) -> Markup:
    """
    Return text as HTML, with what stands between back-ticks as code.

    Examples
    --------
    >>> print(code("run `nfpcell list` if a < b"))
    run <code>nfpcell list</code> if a &lt; b
    """
    return Markup(re.sub("`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def render(template: str, **values: Any) -> str:
    """Fill a template of ``templates/``; all text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nfpcell.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["code"] = code
    return environment.get_template(template).render(values)
