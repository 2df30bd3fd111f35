"""One page of HTML about a fit, that needs no other file and no network."""

from datetime import UTC, datetime
from importlib import metadata

import numpy as np
import pandas as pd

from nfpcell import __version__
from nfpcell.cell.naming import printed, printed_unit, split_unit
from nfpcell.fitting.observations import Curve, MeasuredSpectrum, Published
from nfpcell.number_format import is_known, with_interval
from nfpcell.reports import webpage
from nfpcell.reports.webpage import escaped, listed, marked, paragraph

INTERVAL = ("Value", "Lower 95 %", "Upper 95 %")


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
    parts = [
        paragraph(summary(fit)),
        listed(fit.findings),
        "<h2>Fitted quantities</h2>",
        webpage.table(_shown(fit), _open_rows(fit.parameters), INTERVAL),
        _small(_about_intervals(fit)),
        *(
            f"<h2>{escaped(heading)}</h2>\n{webpage.picture(figure, heading)}"
            for heading, figure in figures.items()
        ),
        "<h2>What it was fitted to</h2>",
        webpage.table(_observations(fit)),
        _small(_about_data(fit)),
        "<h2>What was recognised in the data</h2>",
        webpage.table(_recognised(fit)) or paragraph("Published numbers only."),
        _correlations(fit),
        "<h2>How to go on</h2>",
        paragraph(
            "The cell file runs in every other command: "
            f"`nfpcell simulate {cell_file}`, `nfpcell show {cell_file}`."
        ),
        _small(f"nfpcell {__version__}, {versions}, {now}"),
    ]
    return webpage.page(_title(fit), "\n".join(part for part in parts if part))


def _small(text):
    return f"<p><small>{marked(text)}</small></p>"


def summary(fit):
    """What came out, in two sentences."""
    number, published = len(fit.parameters), len(fit.plan.targets)
    measured = len(fit.observations) - published
    sources = [
        f"{count} {what}{'s' * (count > 1)}"
        for count, what in (
            (measured, "measured data set"),
            (published, "published number"),
        )
        if count
    ]
    left = []
    if np.isfinite(fit.residual_rms):
        left.append(f"voltages to {1e3 * fit.residual_rms:.2f} mV")
    if np.isfinite(fit.spectrum_rms):
        left.append(f"spectra to {100 * fit.spectrum_rms:.2f} % of their modulus")
    told = f": {' and '.join(left)} (root mean square)" if left else ""
    return (
        f"{number} quantit{'y' if number == 1 else 'ies'} of "
        f"{', '.join(fit.plan.cells)} fitted to {' and '.join(sources)} with "
        f"the model {fit.plan.model}{told}. "
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


def _title(fit):
    """The plan's own, which for one cell says already that it is fitted."""
    title = fit.plan.title
    return title if title.endswith(", fitted") else f"Fit: {title}"


def _shown(fit):
    rows = []
    for row, one in zip(
        fit.parameters.to_dict("records"), fit.plan.free.free, strict=True
    ):
        name, unit = split_unit(row["Name"])
        known = row["Identifiable"]
        value, lower, upper = with_interval(*(row[key] for key in INTERVAL))
        rows.append(
            {
                "Quantity": name,
                "Value": value,
                "Lower 95 %": lower,
                "Upper 95 %": upper,
                "Unit": printed_unit(unit),
                "Bounds": f"{one.lower:.4g} to {one.upper:.4g}, {one.scale}",
                "Prior": _prior(one),
                "Identifiable": "-" if known is None else "yes" if known else "no",
                "Start": row["Start"],
                "Interval by": row["Interval by"],
            }
        )
    table = pd.DataFrame(rows)
    if not any(one.range for one in fit.plan.free.free):
        table = table.drop(columns="Prior")
    return table


def _prior(one):
    if one.range is None:
        return "-"
    low, high = one.range
    return f"{one.best:.4g}, {low:.4g} to {high:.4g}"


# ------------------------------------------------------------------ what is fitted to
def _observations(fit):
    """Every data set with its uncertainty, and what of it was compared."""
    rows = [
        _told(one, computed)
        for one, computed in zip(fit.observations, fit.computed, strict=True)
    ]
    columns = ["Data set", "Cell", "Points", "Left out as steep", "Uncertainty"]
    return pd.DataFrame(rows, columns=[*columns, "Known by", "Deviation"])


def _told(one, computed):
    """A row of ``_observations``."""
    how = "stated" if one.stated else "scatter"
    if isinstance(one, Published):
        target = one.target
        sigma = f"{one.tolerance_percent:g} %"
        return one.label, target.cell, 1, 0, sigma, how, _relative(computed, target)
    if isinstance(one, Curve):
        steep = int((~one.kept).sum())
        rest = one.label, one.cell, len(one.voltage), steep
        left = None if computed is None else (computed - one.voltage)[one.kept]
        return *rest, f"{1e3 * one.sigma:.3g} mV", how, _rms(left, 1e3, "mV")
    Z = one.spectrum.Z
    # of either part, as the uncertainty is
    left = None if computed is None else np.abs(computed - Z) / np.abs(Z) / np.sqrt(2)
    sigma = f"{100 * one.sigma:.3g} % of |Z|"
    return one.label, one.cell, len(Z), 0, sigma, how, _rms(left, 100, "% of |Z|")


def _rms(left, factor, unit):
    if left is None:
        return "not computed"
    return f"{factor * np.sqrt(np.mean(np.square(left))):.3g} {unit}"


def _relative(computed, target):
    if not is_known(computed) or not target.value:
        return "not computed"
    return f"{100 * (computed / target.value - 1):+.2g} %"


def _about_data(fit):
    """How to read the table of data sets, as far as it has such."""
    kinds = {type(one) for one in fit.observations}
    sentences = []
    if kinds & {Curve, MeasuredSpectrum}:
        sentences.append(
            "Uncertainty is one standard deviation of a voltage, or of either part of "
            "an impedance: as stated, or from the scatter about the fit, which is then "
            "one for all curves and one for all spectra. Deviation is the root mean "
            "square of computed less measured."
        )
    if Curve in kinds:
        sentences.append(
            "Points on steep stretches of a curve are drawn, but not compared one by "
            "one."
        )
    if Published in kinds:
        sentences.append("The uncertainty of a published number is its tolerance.")
    return " ".join(sentences)


def _recognised(fit):
    """What was recognised, with units as they are printed."""
    table = fit.recognised
    return table.rename(columns={name: printed(name) for name in table})


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
    return f"<h2>Correlations</h2>\n{webpage.table(matrix, form='+.2f')}"
