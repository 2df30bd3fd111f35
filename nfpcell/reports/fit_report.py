"""The web page about a fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nfpcell.cell import units
from nfpcell.cell.naming import printed, split_unit
from nfpcell.columns import IDENTIFIABLE, LOWER_95, NAME, UPPER_95, VALUE
from nfpcell.fitting.diagnostics import Deviations
from nfpcell.fitting.fit_result import Fit
from nfpcell.fitting.free_parameters import Free
from nfpcell.fitting.objective import Computed
from nfpcell.fitting.observations import MeasuredCurve, Observation, PublishedNumber
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.number_format import is_known, with_interval
from nfpcell.reports import webpage
from nfpcell.reports.webpage import Table, TextWithNote
from nfpcell.studies import residuals

INTERVAL = (VALUE, LOWER_95, UPPER_95)


def render(
    fit: Fit, figures: Mapping[str, Figure], cell_file: str = "my_cell.toml"
) -> str:
    """Return the page as HTML; ``figures`` are by heading."""
    title = fit.plan.title
    return webpage.render(
        "fit.html.jinja",
        # the title of a fit of one cell says this already
        title=title if title.endswith(", fitted") else f"Fit: {title}",
        fit=fit,
        summary=summary(fit),
        parameters=_parameters(fit),
        images={name: webpage.image(figure, name) for name, figure in figures.items()},
        observations=_observations(fit),
        kinds={type(observation).__name__ for observation in fit.observations},
        recognised=_recognised(fit),
        correlations=_correlations(fit),
        cell_file=cell_file,
    )


def summary(fit: Fit) -> str:
    """Return the result in two sentences."""
    number, published = len(fit.parameters), len(fit.plan.targets)
    counts = {
        "measured data set": len(fit.observations) - published,
        "published number": published,
    }
    sources = [
        f"{count} {name}{'s' * (count > 1)}" for name, count in counts.items() if count
    ]
    deviations = []
    if np.isfinite(fit.residual_rms):
        deviations.append(f"voltages {1e3 * fit.residual_rms:.2f} mV")
    if np.isfinite(fit.spectrum_rms):
        deviations.append(f"spectra {100 * fit.spectrum_rms:.2f} % of |Z|")
    text = (
        f"{number} quantit{'y' if number == 1 else 'ies'} of "
        f"{', '.join(fit.plan.cells)} fitted to {' and '.join(sources)} with the model "
        f"{fit.plan.model}, after {fit.evaluations} sets of values."
    )
    if deviations:
        text += f" Root-mean-square deviation: {', '.join(deviations)}."
    return text


# ------------------------------------------------------------------ fitted quantities
def _parameters(fit: Fit) -> Table:
    free_parameters = fit.plan.free.parameters
    records = fit.parameters.to_dict("records")
    frame = pd.DataFrame(list(map(_parameter, records, free_parameters)))
    if not any(free.range for free in free_parameters):
        frame = frame.drop(columns="Prior")
    undetermined = [known is False for known in fit.parameters[IDENTIFIABLE]]
    return Table(frame, undetermined, INTERVAL)


def _parameter(row: dict[Any, Any], free: Free) -> dict[str, Any]:
    shown = units.shown(row[NAME], row[VALUE])
    values = (shown.value(row[key]) for key in (VALUE, LOWER_95, UPPER_95))
    lower, upper = shown.value(free.lower), shown.value(free.upper)
    prior = "–"
    if free.range is not None:
        best, low, high = map(shown.value, (free.best, *free.range))
        prior = f"{best:.4g}, {low:.4g} to {high:.4g}"
    return {
        "Quantity": shown.base,
        **dict(zip(INTERVAL, with_interval(*values), strict=True)),
        "Unit": shown.printed,
        "Bounds": f"{lower:.4g} to {upper:.4g}, {free.scale}",
        "Prior": prior,
        IDENTIFIABLE: {True: "yes", False: "no"}.get(row[IDENTIFIABLE], "–"),
        "Start": shown.value(row["Start"]),
        "Interval by": row["Interval by"],
    }


def _correlations(fit: Fit) -> Table | None:
    """Return the correlations of two or more fitted quantities."""
    if fit.uncertainty is None or len(fit.parameters) < 2:
        return None
    names = {str(k): split_unit(n)[0] for k, n in enumerate(fit.parameters[NAME], 1)}
    frame = pd.DataFrame(fit.uncertainty.correlations, columns=list(names))
    frame.insert(0, "Quantity", [" ".join(item) for item in names.items()])
    return Table(frame, number_format="+.2f")


# -------------------------------------------------------------------- data of the fit
def _recognised(fit: Fit) -> Table:
    """Return what was recognised in the files, with remarks below the file names."""
    frame = fit.recognised.rename(columns=printed)
    remarks = zip(frame["File"], frame.pop("Remarks"), strict=True)
    files = [TextWithNote(name, "; ".join(texts)) for name, texts in remarks]
    return Table(frame.assign(File=pd.Series(files, frame.index, dtype=object)))


def _observations(fit: Fit) -> Table:
    """Return every data set with its uncertainty and its deviation from the fit."""
    rows = map(_observation, fit.observations, fit.computed)
    return Table(pd.DataFrame(list(rows)))


def _observation(observation: Observation, computed: Computed) -> dict[str, Any]:
    """Return a row; ``computed`` is None where the model failed."""
    points, steep, deviation = 1, 0, "not computed"
    rms = Deviations.of([observation], [computed])
    if isinstance(observation, PublishedNumber):
        target = observation.target
        cell, sigma = target.cell, f"{observation.tolerance_percent:g} %"
        if is_known(computed) and target.value:
            deviation = f"{residuals.error_percent(computed, target.value):+.2g} %"
    elif isinstance(observation, MeasuredCurve):
        points, steep = len(observation.voltage), int((~observation.compared).sum())
        cell, sigma = observation.cell, f"{1e3 * observation.sigma:.3g} mV"
        if computed is not None:
            deviation = f"{1e3 * rms.voltage:.3g} mV"
    elif isinstance(observation, MeasuredSequence):
        points, cell = len(observation.points), observation.cell
        sigma = f"{1e3 * observation.sigma:.3g} mV"
        if computed is not None:
            deviation = f"{1e3 * rms.voltage:.3g} mV"
    else:
        points, cell = len(observation.spectrum.Z), observation.cell
        sigma = f"{100 * observation.sigma:.3g} % of |Z|"
        if computed is not None:
            deviation = f"{100 * rms.spectrum:.3g} % of |Z|"
    return {
        "Data set": observation.label,
        "Cell": cell,
        "Points": points,
        "Steep points left out": steep,
        "Uncertainty": sigma,
        "Uncertainty from": "stated" if observation.stated else "scatter",
        "Deviation": deviation,
    }
