"""One page of HTML about a fit, that needs no other file and no network."""

import base64
import html
import io
import string
from datetime import UTC, datetime
from importlib import metadata

import numpy as np
import pandas as pd

from nfpcell import __version__
from nfpcell.names import split_unit

# correlations from here on are worth a line
STRONG = 0.9
_PAGE = string.Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto;
       padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; font-size: 0.85em; }
th, td { padding: 0.25em 0.8em 0.25em 0; text-align: left; vertical-align: top;
         border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
img { max-width: 100%; height: auto; }
.no { color: #b33; font-weight: 600; } small { color: #666; }
</style>
</head>
<body>
<h1>$title</h1>
<p>$summary</p>
$findings
<h2>Fitted quantities</h2>
$parameters
<p><small>$intervals</small></p>
$figures
<h2>What was recognised in the data</h2>
$recognised
$correlations
<h2>How to go on</h2>
<p>The cell file runs in every other command: <code>nfpcell simulate $cell_file</code>,
<code>nfpcell show $cell_file</code>.</p>
<p><small>$versions</small></p>
</body>
</html>
""")


def page(fit, figures, cell_file="my_cell.toml"):
    """
    The report as text.

    Parameters
    ----------
    fit : Fit
    figures : mapping of a heading to a matplotlib figure
    cell_file : name of the file the fitted cell is written to
    """
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("pybamm", "numpy", "scipy")
    )
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return _PAGE.substitute(
        title=_escaped(f"Fit: {fit.plan.title}"),
        summary=_escaped(summary(fit)),
        findings=_list(fit.findings),
        parameters=_table(_shown(fit.parameters), bad=_open_rows(fit.parameters)),
        intervals=_escaped(_about_intervals(fit)),
        figures="\n".join(
            f'<h2>{_escaped(heading)}</h2>\n<img alt="{_escaped(heading)}" '
            f'src="data:image/png;base64,{_png(figure)}">'
            for heading, figure in figures.items()
        ),
        recognised=_table(fit.recognised) or "<p>Published numbers only.</p>",
        correlations=_correlations(fit),
        cell_file=_escaped(cell_file),
        versions=_escaped(f"nfpcell {__version__}, {versions}, {now}"),
    )


def summary(fit):
    """What came out, in two sentences."""
    parts = []
    if np.isfinite(fit.residual_rms):
        parts.append(f"voltages to {1e3 * fit.residual_rms:.2f} mV")
    if np.isfinite(fit.spectrum_rms):
        parts.append(f"spectra to {100 * fit.spectrum_rms:.2f} % of their modulus")
    if fit.plan.targets:
        parts.append(f"{len(fit.plan.targets)} published numbers")
    number = len(fit.parameters)
    return (
        f"{number} quantit{'y' if number == 1 else 'ies'} of "
        f"{', '.join(fit.plan.cells)} fitted to {len(fit.observations)} data sets with "
        f"the model {fit.plan.model}: {' and '.join(parts)} (root mean square). "
        f"{fit.evaluations} sets of values were tried."
    )


def _about_intervals(fit):
    if fit.certainty is None:
        return "Intervals were not computed."
    text = (
        "Intervals hold the true value in 95 of 100 such measurements if the model is "
        "right: by profile likelihood, or by the linearised problem where a profile "
        "rose as that says."
    )
    if fit.certainty.inflation > 1:
        text += (
            f" They are widened by {fit.certainty.inflation:.2f} for residuals that "
            "scatter more, or are more alike, than the stated uncertainties say."
        )
    return text


def _shown(parameters):
    rows = []
    for row in parameters.to_dict("records"):
        name, unit = split_unit(row["Name"])
        known = row["Identifiable"]
        rows.append(
            {
                "Quantity": name,
                "Value": row["Value"],
                "Lower 95 %": row["Lower 95 %"],
                "Upper 95 %": row["Upper 95 %"],
                "Unit": unit,
                "Identifiable": "-" if known is None else "yes" if known else "no",
                "Start": row["Start"],
                "Interval by": row["Interval by"],
            }
        )
    return pd.DataFrame(rows)


def _open_rows(parameters):
    return [known is False for known in parameters["Identifiable"]]


def _correlations(fit):
    if fit.certainty is None or len(fit.parameters) < 2:
        return ""
    names = [split_unit(name)[0] for name in fit.parameters["Name"]]
    matrix = pd.DataFrame(
        fit.certainty.correlations, columns=[str(k + 1) for k in range(len(names))]
    )
    matrix.insert(0, "Quantity", [f"{k + 1} {n}" for k, n in enumerate(names)])
    return f"<h2>Correlations</h2>\n{_table(matrix, '+.2f')}"


def _table(table, form=".4g", bad=()):
    if not len(table):
        return ""
    numeric = [pd.api.types.is_numeric_dtype(table[name]) for name in table]
    head = "".join(
        f"<th{' class=number' if number else ''}>{_escaped(name)}</th>"
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
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "</table>"


def _cell(value, form):
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, tuple):
        return _escaped("; ".join(value))
    if value is None or not np.isfinite(value):
        return "–"
    return _escaped(f"{value:d}" if isinstance(value, int) else f"{value:{form}}")


def _list(sentences):
    if not sentences:
        return ""
    return "<ul>" + "".join(f"<li>{_escaped(s)}</li>" for s in sentences) + "</ul>"


def _png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, metadata={"Software": "nfpcell"})
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _escaped(text):
    return html.escape(str(text))
