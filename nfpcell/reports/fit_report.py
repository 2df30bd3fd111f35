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
from nfpcell.reports.webpage import Table, TextWithNote, listed
from nfpcell.studies import residuals

INTERVAL = (VALUE, LOWER_95, UPPER_95)
# more fitted quantities are counted in the summary, not named
MOST_NAMED = 3


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
    """Return what was fitted, the values, and how well they describe the data."""
    published = len(fit.plan.targets)
    counts = {
        "measured data set": len(fit.observations) - published,
        "published number": published,
    }
    sources = [
        f"{count} {name}{'s' * (count > 1)}" for name, count in counts.items() if count
    ]
    names = [_in_a_sentence(name) for name in fit.parameters[NAME]]
    number = len(names)
    are = "was" if number == 1 else "were"
    what = listed(names) if number <= MOST_NAMED else f"{number} quantities"
    cells = [f"cell {name}" for name in fit.plan.cells]
    done = (
        f"{what} of {listed(cells)} {are} fitted to {listed(sources)} with the model "
        f"{fit.plan.model}"
    )
    found = _determined(fit)
    if number <= MOST_NAMED:
        found = "; ".join(map(_value, fit.parameters.to_dict("records")))
    deviations = []
    if np.isfinite(fit.residual_rms):
        deviations.append(f"{1e3 * fit.residual_rms:.2f} mV from the voltages")
    if np.isfinite(fit.spectrum_rms):
        deviations.append(f"{100 * fit.spectrum_rms:.2f} % of |Z| from the spectra")
    sets = f"{fit.evaluations} sets of values were tried"
    if deviations:
        sets = f"{sets}; the best deviates by {listed(deviations)} (root mean square)"
    sentences = (done, found, sets)
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in sentences)


def _in_a_sentence(name: str) -> str:
    """The name of a quantity without its unit, in small letters if it has any."""
    base = split_unit(name)[0]
    return base[:1].lower() + base[1:] if base[1:2].islower() else base


def _determined(fit: Fit) -> str:
    """How many of many quantities the data determine."""
    number = len(fit.parameters)
    if fit.uncertainty is None:
        return f"intervals of the {number} values were not computed"
    determined = sum(value is True for value in fit.parameters[IDENTIFIABLE])
    return f"the data determine {determined} of the {number}"


def _value(row: dict[Any, Any]) -> str:
    """A fitted value with its interval, or what is wrong with it."""
    shown = units.shown(row[NAME], row[VALUE])
    values = (shown.value(row[key]) for key in INTERVAL)
    value, lower, upper = with_interval(*values)
    text = f"{_in_a_sentence(row[NAME])} is {value} {shown.printed}".rstrip()
    if row[IDENTIFIABLE] is False:
        return f"{text}, but the data do not determine it"
    if is_known(row[LOWER_95]) and is_known(row[UPPER_95]):
        return f"{text} (95 %: {lower} to {upper})"
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
    frame = pd.DataFrame(fit.correlations, columns=list(names))
    frame.insert(0, "Quantity", [" ".join(item) for item in names.items()])
    return Table(frame, number_format="+.2f")


# -------------------------------------------------------------------- data of the fit
def _recognised(fit: Fit) -> Table:
    """Return what was recognised in the files.

    The name of a file, and what all of its rows have in common, is in its first row.
    """
    frame = fit.recognised.reset_index(drop=True).rename(columns=printed)
    remarks = frame.pop("Remarks")
    files = [TextWithNote("")] * len(frame)
    for name, of_file in remarks.groupby(frame["File"], sort=False):
        common = [t for t in of_file.iloc[0] if all(t in texts for texts in of_file)]
        for row, texts in zip(map(int, of_file.index), of_file, strict=True):
            first = row == of_file.index[0]
            own = [text for text in texts if text not in common]
            note = "; ".join([*common, *own] if first else own)
            files[row] = TextWithNote(str(name) if first else "", note)
    return Table(frame.assign(File=pd.Series(files, dtype=object)))


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
