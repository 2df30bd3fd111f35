"""Parts of a page of HTML that needs no other file, no script and no network."""

import base64
import html
import io
import string
from dataclasses import dataclass

import numpy as np
import pandas as pd

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
       max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; color: #222;
       background: #fff; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.6rem 0 0.6rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 0.4rem; }
p, li { max-width: 46rem; }
.wide { overflow-x: auto; margin: 0.8rem 0; }
table { border-collapse: collapse; font-size: 0.85rem; line-height: 1.4; }
th, td { padding: 0.3rem 1rem 0.3rem 0; text-align: left; vertical-align: top;
         border-bottom: 1px solid #e2e2e2; }
th { border-bottom-color: #999; font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child { min-width: 8rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
                       white-space: nowrap; }
figure { margin: 1.2rem 0; }
figcaption { font-size: 0.85rem; color: #555; max-width: 46rem; margin-top: 0.3rem; }
img { display: block; max-width: 100%; height: auto; }
code { font-size: 0.92em; background: #f4f4f2; padding: 0.05em 0.3em;
       border-radius: 3px; }
a { color: #0b5a8a; }
tr.no td, .no { color: #a8321f; font-weight: 600; }
small { color: #666; } tr.no small { font-weight: 400; }
@media print { body { max-width: none; } table { font-size: 0.65rem; }
               h2 { break-after: avoid; }
               figure, tr { break-inside: avoid; } }
"""
_PAGE = string.Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
""")
# of a picture; one that is as wide as the page is sharp on a fine screen
DOTS_PER_INCH = 200
# of the page to an inch of a figure, so that its small print is no smaller than ours
_PIXELS_PER_INCH = 115


@dataclass(frozen=True)
class Noted:
    """What stands in a table, and in small print below it."""

    text: str
    note: str = ""


def page(title, body):
    """A whole page: its title as plain text, its body as HTML."""
    return _PAGE.substitute(title=escaped(title), style=_STYLE, body=body)


def escaped(text):
    """
    Text as HTML.

    Examples
    --------
    >>> escaped("a < b")
    'a &lt; b'
    """
    return html.escape(str(text))


def paragraph(text):
    """
    Text as a paragraph, nothing where there is none; what stands between back-ticks is
    something to type.

    Examples
    --------
    >>> paragraph("run `nfpcell list`")
    '<p>run <code>nfpcell list</code></p>'
    """
    return f"<p>{marked(text)}</p>" if text else ""


def marked(text):
    """Text as HTML, with what stands between back-ticks as code."""
    parts = escaped(text).split("`")
    return "".join(
        f"<code>{part}</code>" if place % 2 else part
        for place, part in enumerate(parts)
    )


def listed(sentences):
    """Sentences as a list, nothing where there are none."""
    if not sentences:
        return ""
    return "<ul>" + "".join(f"<li>{marked(s)}</li>" for s in sentences) + "</ul>"


def picture(figure, alt, caption=""):
    """A matplotlib figure within the page, with the words for who does not see it."""
    told = f"\n<figcaption>{marked(caption)}</figcaption>" if caption else ""
    width = round(_PIXELS_PER_INCH * figure.get_figwidth())
    return (
        f'<figure><img alt="{escaped(alt)}" width="{width}" '
        f'src="data:image/png;base64,{_png(figure)}">{told}</figure>'
    )


def table(table, bad=(), numbers=(), form=".4g"):
    """
    A table as HTML, nothing where it is empty: rows that are bad are marked, columns of
    numbers, and those that hold numbers as text already, end at the right.
    """
    if not len(table):
        return ""
    numeric = [
        name in numbers or pd.api.types.is_numeric_dtype(table[name]) for name in table
    ]
    head = "".join(
        f"<th{' class=number' if number else ''}>{escaped(name)}</th>"
        for name, number in zip(table, numeric, strict=True)
    )
    lines = []
    for place, row in enumerate(table.itertuples(index=False, name=None)):
        cells = "".join(
            f"<td{' class=number' if number else ''}>{_cell(value, form)}</td>"
            for value, number in zip(row, numeric, strict=True)
        )
        marked = " class=no" if place < len(bad) and bad[place] else ""
        lines.append(f"<tr{marked}>{cells}</tr>")
    body = "\n".join(lines)
    return f'<div class="wide"><table><tr>{head}</tr>\n{body}</table></div>'


def _cell(value, form):
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, Noted):
        below = f"<br><small>{escaped(value.note)}</small>" if value.note else ""
        return escaped(value.text) + below
    if isinstance(value, tuple):
        return escaped("; ".join(value))
    if value is None or not np.isfinite(value):
        return "–"
    return escaped(f"{value:d}" if isinstance(value, int) else f"{value:{form}}")


def _png(figure):
    buffer = io.BytesIO()
    metadata = {"Software": "nfpcell"}
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata=metadata)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
