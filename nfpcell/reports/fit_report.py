"""The web page about a fit."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from nfpcell import __version__
from nfpcell.cell.naming import printed, printed_unit, split_unit
from nfpcell.columns import IDENTIFIABLE, LOWER_95, NAME, UPPER_95, VALUE
from nfpcell.fitting.fit_result import Fit
from nfpcell.fitting.free_parameters import Free
from nfpcell.fitting.observations import (
    MeasuredCurve,
    MeasuredSpectrum,
    PublishedNumber,
)
from nfpcell.number_format import is_known, with_interval
from nfpcell.reports import webpage
from nfpcell.reports.webpage import Table

INTERVAL = (VALUE, LOWER_95, UPPER_95)
ABOUT_INTERVALS = (
    "A 95 % interval contains the true value in 95 of 100 such measurements, if the "
    "model is right. Intervals are by profile likelihood, or by the linearised problem "
    "where the profile agrees with it."
)
ABOUT_MEASUREMENTS = (
    "Uncertainty is one standard deviation of a voltage, or of the real or imaginary "
    "part of an impedance. It is stated, or it is the scatter about the fit: then all "
    "curves have one value and all spectra have one. Deviation is the root mean square "
    "of computed minus measured."
)
ABOUT_STEEP_POINTS = (
    "Points on steep parts of a curve are drawn, but they are not compared one by one."
)
ABOUT_PUBLISHED = "The uncertainty of a published number is its tolerance."


def render(
    fit: Fit, figures: Mapping[str, Figure], cell_file: str = "my_cell.toml"
) -> str:
    """
    Return the page as HTML.

    Parameters
    ----------
    fit : to report on
    figures : by heading
    cell_file : name of the file that the fitted cell is written to
    """
    versions = [
        f"{name} {metadata.version(name)}" for name in ("pybamm", "numpy", "scipy")
    ]
    title = fit.plan.title
    recognised = fit.recognised.rename(columns=printed)
    return webpage.render(
        "fit.html.jinja",
        # the title of a plan for one cell says already that the cell is fitted
        title=title if title.endswith(", fitted") else f"Fit: {title}",
        summary=summary(fit),
        findings=fit.findings,
        parameters=_parameters(fit),
        about_intervals=_about_intervals(fit),
        images={name: webpage.image(figure, name) for name, figure in figures.items()},
        observations=_observations(fit),
        about_data=_about_data(fit),
        recognised=Table(recognised),
        correlations=_correlations(fit),
        cell_file=cell_file,
        versions=", ".join([f"nfpcell {__version__}", *versions]),
        date=datetime.now(UTC).isoformat(timespec="minutes"),
    )


def summary(fit: Fit) -> str:
    """The result in two sentences."""
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
    rows = [
        _parameter(row, free)
        for row, free in zip(
            fit.parameters.to_dict("records"), fit.plan.free.parameters, strict=True
        )
    ]
    frame = pd.DataFrame(rows)
    if not any(free.range for free in fit.plan.free.parameters):
        frame = frame.drop(columns="Prior")
    undetermined = [known is False for known in fit.parameters[IDENTIFIABLE]]
    return Table(frame, undetermined, INTERVAL)


def _parameter(row: dict[Any, Any], free: Free) -> dict[str, Any]:
    name, unit = split_unit(row[NAME])
    interval = with_interval(row[VALUE], row[LOWER_95], row[UPPER_95])
    prior = "–"
    if free.range is not None:
        low, high = free.range
        prior = f"{free.best:.4g}, {low:.4g} to {high:.4g}"
    return {
        "Quantity": name,
        **dict(zip(INTERVAL, interval, strict=True)),
        "Unit": printed_unit(unit),
        "Bounds": f"{free.lower:.4g} to {free.upper:.4g}, {free.scale}",
        "Prior": prior,
        IDENTIFIABLE: {True: "yes", False: "no"}.get(row[IDENTIFIABLE], "–"),
        "Start": row["Start"],
        "Interval by": row["Interval by"],
    }


def _about_intervals(fit: Fit) -> str:
    if fit.uncertainty is None:
        return "Intervals were not computed."
    if fit.uncertainty.inflation <= 1:
        return ABOUT_INTERVALS
    return (
        f"{ABOUT_INTERVALS} They are widened by the factor "
        f"{fit.uncertainty.inflation:.2f}, because the residuals scatter more, or are "
        "more correlated, than the stated uncertainties allow."
    )


def _correlations(fit: Fit) -> Table | None:
    """Correlations of the fitted quantities, where there are two or more."""
    if fit.uncertainty is None or len(fit.parameters) < 2:
        return None
    names = [
        f"{number} {split_unit(name)[0]}"
        for number, name in enumerate(fit.parameters[NAME], start=1)
    ]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    frame = pd.DataFrame(fit.uncertainty.correlations, columns=numbers)
    frame.insert(0, "Quantity", names)
    return Table(frame, number_format="+.2f")


# -------------------------------------------------------------------- data of the fit
def _observations(fit: Fit) -> Table:
    """Every data set with its uncertainty and its deviation from the fit."""
    rows = [
        _observation(observation, computed)
        for observation, computed in zip(fit.observations, fit.computed, strict=True)
    ]
    return Table(pd.DataFrame(rows))


def _observation(
    observation: MeasuredCurve | MeasuredSpectrum | PublishedNumber, computed: Any
) -> dict[str, Any]:
    """One row; ``computed`` is None where the model could not be run."""
    points, steep, cell = 1, 0, None
    deviation = "not computed"
    if isinstance(observation, PublishedNumber):
        target = observation.target
        cell, sigma = target.cell, f"{observation.tolerance_percent:g} %"
        if is_known(computed) and target.value:
            deviation = f"{100 * (computed / target.value - 1):+.2g} %"
    elif isinstance(observation, MeasuredCurve):
        points, steep = len(observation.voltage), int((~observation.compared).sum())
        cell, sigma = observation.cell, f"{1e3 * observation.sigma:.3g} mV"
        if computed is not None:
            difference = (computed - observation.voltage)[observation.compared]
            deviation = f"{1e3 * _rms(difference):.3g} mV"
    else:
        Z = observation.spectrum.Z
        points, cell = len(Z), observation.cell
        sigma = f"{100 * observation.sigma:.3g} % of |Z|"
        if computed is not None:
            # of the real or imaginary part, as the uncertainty is
            relative = np.abs(computed - Z) / np.abs(Z) / np.sqrt(2)
            deviation = f"{100 * _rms(relative):.3g} % of |Z|"
    return {
        "Data set": observation.label,
        "Cell": cell,
        "Points": points,
        "Steep points left out": steep,
        "Uncertainty": sigma,
        "Uncertainty from": "stated" if observation.stated else "scatter",
        "Deviation": deviation,
    }


def _rms(values: Any) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _about_data(fit: Fit) -> str:
    """How to read the table of data sets, for the kinds of data that it has."""
    kinds = {type(observation) for observation in fit.observations}
    sentences = {
        ABOUT_MEASUREMENTS: bool(kinds & {MeasuredCurve, MeasuredSpectrum}),
        ABOUT_STEEP_POINTS: MeasuredCurve in kinds,
        ABOUT_PUBLISHED: PublishedNumber in kinds,
    }
    return " ".join(text for text, applies in sentences.items() if applies)
