"""A fit as tables: data beside model, and how its uncertainty shows over rate."""

import numpy as np
import pandas as pd

from nfpcell.fitting.curve_metrics import LOWER, UPPER
from nfpcell.fitting.observations import Curve, MeasuredSpectrum, Published
from nfpcell.simulation import constant_current
from nfpcell.simulation.condition import Condition
from nfpcell.studies import scoring

CURVE_COLUMNS = [
    "Data",
    "Cell",
    "Direction",
    "C-rate",
    "Ambient temperature [degC]",
    "Specific capacity [mA.h.g-1]",
    "Measured voltage [V]",
    "Voltage [V]",
    "Deviation [mV]",
    "Compared",
]
SPECTRUM_COLUMNS = [
    "Data",
    "Cell",
    "Ambient temperature [degC]",
    "Frequency [Hz]",
    "Measured Z_re [Ohm]",
    "Measured Z_im [Ohm]",
    "Z_re [Ohm]",
    "Z_im [Ohm]",
]
BAND_COLUMNS = [
    "Cell",
    "Direction",
    "Ambient temperature [degC]",
    "C-rate",
    "Specific capacity [mA.h.g-1]",
    "Lower 95 %",
    "Upper 95 %",
    "Measured capacity [mA.h.g-1]",
]
# how near its cut-off a measured curve has to come to have a capacity [V]
NEAR_CUT_OFF = 0.02
# of a prediction: rates, draws from what the data leave open, and its seed
RATES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
DRAWS = 60
SEED = 2020


def curves(fit):
    """Every fitted curve, measured and computed, with CURVE_COLUMNS."""
    tables = [pd.DataFrame(columns=CURVE_COLUMNS)]
    for one, voltage in _of(fit, Curve):
        cell = fit.plan.cells[one.cell]
        d = cell.derived()
        tables.append(
            pd.DataFrame(
                {
                    "Data": one.label,
                    "Cell": one.cell,
                    "Direction": one.direction,
                    "C-rate": one.current / float(d.nominal_capacity),
                    "Ambient temperature [degC]": one.temperature,
                    "Specific capacity [mA.h.g-1]": one.charge / float(d.mass),
                    "Measured voltage [V]": one.voltage,
                    "Voltage [V]": voltage,
                    "Deviation [mV]": 1e3 * (voltage - one.voltage),
                    "Compared": one.kept,
                }
            )
        )
    return _joined(tables)


def spectra(fit):
    """Every fitted spectrum, measured and computed, with SPECTRUM_COLUMNS."""
    tables = [pd.DataFrame(columns=SPECTRUM_COLUMNS)]
    for one, Z in _of(fit, MeasuredSpectrum):
        tables.append(
            pd.DataFrame(
                {
                    "Data": one.label,
                    "Cell": one.cell,
                    "Ambient temperature [degC]": one.temperature,
                    "Frequency [Hz]": one.spectrum.frequencies,
                    "Measured Z_re [Ohm]": one.spectrum.Z.real,
                    "Measured Z_im [Ohm]": one.spectrum.Z.imag,
                    "Z_re [Ohm]": Z.real,
                    "Z_im [Ohm]": Z.imag,
                }
            )
        )
    return _joined(tables)


def targets(fit):
    """Every published number, fitted or predicted, and what was computed, as
    ``scoring.judge`` tells it; of a prediction also the ends of its 95 % interval.
    """
    rows = []
    for one, value in zip(fit.observations, fit.computed, strict=True):
        if isinstance(one, Published):
            value = np.nan if value is None else value
            row = scoring.judged(one.experiment, one.target, value)
            rows.append({**row, "Use": "calibrated"})
    for one, (value, low, high) in zip(fit.plan.predicted, fit.predicted, strict=True):
        row = scoring.judged(one.experiment, one.target, value)
        interval = {"Lower 95 %": low, "Upper 95 %": high}
        rows.append({**row, "Use": "predicted", **interval})
    return pd.DataFrame(rows, columns=[*scoring.COLUMNS, "Lower 95 %", "Upper 95 %"])


def draws(fit, number=DRAWS, seed=SEED):
    """
    Sets of coordinates from what the data leave open: normal about the best fit, by
    the covariance of the linearised problem, inside the bounds.

    Returns
    -------
    array of shape (number, quantities); the best fit alone where nothing is known of
    its uncertainty
    """
    if fit.certainty is None:
        return fit.point.z[None, :]
    low, high = fit.plan.free.bounds
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(fit.certainty.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    found = []
    for _ in range(100 * number):
        z = fit.point.z + root @ rng.standard_normal(len(low))
        if ((z >= low) & (z <= high)).all():
            found.append(z)
        if len(found) == number:
            break
    return np.array([fit.point.z, *found][: number + 1])


def bands(fit, rates=RATES, model="particle", progress=None):
    """
    Specific capacity over rate with its 95 % band, at the temperatures and in the
    directions of the data: how the uncertainty shows on a C-rate curve.

    Parameters
    ----------
    fit : Fit
    rates : C-rates
    model : that predicts; the single particle is quick, and it is the spread that
        matters here
    progress : called with (done, all)

    Returns
    -------
    table with BAND_COLUMNS: the predictions, without a measured capacity; then a row a
    measured curve that reached its cut-off, without a prediction
    """
    asked = dict.fromkeys(
        (one.cell, one.direction, one.temperature)
        for one in fit.observations
        if isinstance(one, Curve)
    )
    rows = []
    sets = [fit.plan.free.cells(fit.plan.cells, z) for z in draws(fit)]
    for number, (key, direction, temperature) in enumerate(asked, start=1):
        conditions = [
            Condition(cells[key], direction, rate, temperature)
            for cells in sets
            for rate in rates
        ]
        table, _ = constant_current.half_cycles(conditions, model, curves=False)
        found = table["Specific capacity [mA.h.g-1]"].to_numpy()
        found = found.reshape(len(sets), len(rates))
        low, high = np.nanquantile(found, [0.025, 0.975], axis=0)
        for rate, best, below, above in zip(rates, found[0], low, high, strict=True):
            condition = (key, direction, temperature, rate)
            rows.append((*condition, best, min(below, best), max(above, best), np.nan))
        if progress:
            progress(number, len(asked))
    rows += _capacities(fit)
    return pd.DataFrame(rows, columns=BAND_COLUMNS)


def _capacities(fit):
    """Rows of BAND_COLUMNS with what the curves delivered until their cut-off."""
    rows = []
    for one in fit.observations:
        charge = _until_cut_off(one, fit.plan) if isinstance(one, Curve) else None
        if charge is not None:
            d = fit.plan.cells[one.cell].derived()
            rate = one.current / float(d.nominal_capacity)
            condition = (one.cell, one.direction, one.temperature, rate)
            rows.append((*condition, *[np.nan] * 3, charge / float(d.mass)))
    return rows


def _until_cut_off(curve, plan):
    """Charge at which a curve reaches its cell's cut-off [A.h]; None if it ends before:
    that is no capacity.
    """
    cell = plan.cells[curve.cell]
    if curve.direction == "discharge":
        there = curve.voltage <= cell[LOWER] + NEAR_CUT_OFF
    else:
        there = curve.voltage >= cell[UPPER] - NEAR_CUT_OFF
    return curve.charge[np.argmax(there)] if there.any() else None


def _of(fit, kind):
    for one, found in zip(fit.observations, fit.computed, strict=True):
        if isinstance(one, kind) and found is not None:
            yield one, found


def _joined(tables):
    filled = [table for table in tables if len(table)] or tables
    return pd.concat(filled, ignore_index=True)
