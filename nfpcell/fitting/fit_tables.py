"""A fit as tables: data beside model, and predicted capacity over rate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.columns import (
    CAPACITY,
    CELL,
    DATA,
    LOWER_95,
    MEASURED_CAPACITY,
    TEMPERATURE,
    UPPER_95,
    USE,
)
from nfpcell.fitting import curve_metrics
from nfpcell.fitting.fit_result import Fit
from nfpcell.fitting.objective import Computed
from nfpcell.fitting.observations import (
    MeasuredCurve,
    MeasuredSpectrum,
    Observation,
    PublishedNumber,
)
from nfpcell.parallel import Progress, reported
from nfpcell.simulation import constant_current
from nfpcell.simulation.condition import Condition
from nfpcell.studies import scoring

COMPARED = "Compared"
MEASURED_VOLTAGE, DEVIATION = "Measured voltage [V]", "Deviation [mV]"
MEASURED_RE, MEASURED_IM = f"Measured {columns.Z_RE}", f"Measured {columns.Z_IM}"
_VOLTAGES = [MEASURED_VOLTAGE, columns.VOLTAGE, DEVIATION, COMPARED]
CURVE_COLUMNS = [DATA, *columns.CONDITION, CAPACITY, *_VOLTAGES]
_IMPEDANCES = [MEASURED_RE, MEASURED_IM, columns.Z_RE, columns.Z_IM]
SPECTRUM_COLUMNS = [DATA, CELL, TEMPERATURE, columns.FREQUENCY, *_IMPEDANCES]
_CONDITION = [CELL, columns.DIRECTION, TEMPERATURE, columns.RATE]
_CAPACITIES = [CAPACITY, LOWER_95, UPPER_95, MEASURED_CAPACITY]
BAND_COLUMNS = [*_CONDITION, *_CAPACITIES]
# of a prediction: rates, samples of the uncertain parameters, and their seed
RATES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
DRAWS = 60
SEED = 2020

Kind = TypeVar("Kind", MeasuredCurve, MeasuredSpectrum, PublishedNumber)


class Evaluated(Protocol):
    """Observations and what the model computes for them: a fit, or a comparison."""

    @property
    def measured_cells(self) -> Mapping[str, Cell]:
        """The cells that were measured, by the key of the observations."""

    @property
    def observations(self) -> Sequence[Observation]:
        """What was measured."""

    @property
    def computed(self) -> Sequence[Computed]:
        """The ``Computed`` result for each observation."""


def curves(result: Evaluated) -> pd.DataFrame:
    """Every curve, measured and computed, with CURVE_COLUMNS."""
    tables = []
    for curve, voltage in _computed(result, MeasuredCurve):
        d = result.measured_cells[curve.cell].derived()
        rate = curve.current / float(d.nominal_capacity)
        condition = curve.cell, curve.direction, rate, curve.temperature
        deviation = 1e3 * (voltage - curve.voltage)
        points = curve.voltage, voltage, deviation, curve.compared
        values = curve.label, *condition, curve.charge / float(d.mass), *points
        tables.append(pd.DataFrame(dict(zip(CURVE_COLUMNS, values, strict=True))))
    return _joined(tables, CURVE_COLUMNS)


def spectra(result: Evaluated) -> pd.DataFrame:
    """Every spectrum, measured and computed, with SPECTRUM_COLUMNS."""
    tables = []
    for spectrum, Z in _computed(result, MeasuredSpectrum):
        measured, frequencies = spectrum.spectrum.Z, spectrum.spectrum.frequencies
        condition = spectrum.label, spectrum.cell, spectrum.temperature
        impedances = measured.real, measured.imag, Z.real, Z.imag
        values = *condition, frequencies, *impedances
        tables.append(pd.DataFrame(dict(zip(SPECTRUM_COLUMNS, values, strict=True))))
    return _joined(tables, SPECTRUM_COLUMNS)


def targets(fit: Fit) -> pd.DataFrame:
    """Published and computed numbers, with the columns of ``scoring.judge``, and for
    predicted ones the ends of the 95 % interval.
    """
    rows = []
    for number, value in zip(fit.observations, fit.computed, strict=True):
        if isinstance(number, PublishedNumber):
            value = np.nan if value is None else value
            row = scoring.judged(number.experiment, number.target, value)
            rows.append({**row, USE: "calibrated"})
    for number, predicted in zip(fit.plan.predicted, fit.predicted, strict=True):
        row = scoring.judged(number.experiment, number.target, predicted.value)
        interval = {LOWER_95: predicted.lower, UPPER_95: predicted.upper}
        rows.append({**row, USE: "predicted", **interval})
    return pd.DataFrame(rows, columns=[*scoring.COLUMNS, LOWER_95, UPPER_95])


def draws(fit: Fit, number: int = DRAWS, seed: int = SEED) -> FloatArray:
    """Coordinates sampled from the normal distribution of the fitted parameters.

    Shape (number + 1, parameters): the best fit first, all inside the bounds. The best
    fit alone if its uncertainty was not computed.
    """
    best = fit.optimum.z
    if fit.uncertainty is None:
        return best[None, :]
    low, high = fit.plan.free.bounds
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(fit.uncertainty.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    drawn = [best]
    for _ in range(100 * number):
        z = best + root @ rng.standard_normal(len(low))
        if ((z >= low) & (z <= high)).all():
            drawn.append(z)
        if len(drawn) > number:
            break
    return np.array(drawn)


def bands(
    fit: Fit,
    rates: Sequence[float] = RATES,
    model: str = "particle",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Table with BAND_COLUMNS: specific capacity over C-rate with its 95 % band.

    First the predictions at the temperatures and directions of the data, without a
    measured capacity. Then one row, without a prediction, for each measured curve that
    reached its cut-off.
    """
    measured = dict.fromkeys(
        (curve.cell, curve.direction, curve.temperature)
        for curve in fit.observations
        if isinstance(curve, MeasuredCurve)
    )
    rows: list[tuple[object, ...]] = []
    sets = [fit.plan.free.cells(fit.plan.cells, z) for z in draws(fit)]
    for key, direction, temperature in reported(measured, progress):
        conditions = [
            Condition(cells[key], direction, rate, temperature)
            for cells in sets
            for rate in rates
        ]
        table, _ = constant_current.half_cycles(conditions, model, curves=False)
        capacities = table[CAPACITY].to_numpy().reshape(len(sets), len(rates))
        low, high = np.nanquantile(capacities, [0.025, 0.975], axis=0)
        # the band contains the best fit
        low, high = np.minimum(low, capacities[0]), np.maximum(high, capacities[0])
        rows += [
            (key, direction, temperature, *values, np.nan)
            for values in zip(rates, capacities[0], low, high, strict=True)
        ]
    rows += _measured_capacities(fit)
    return pd.DataFrame(rows, columns=BAND_COLUMNS)


def _measured_capacities(fit: Fit) -> list[tuple[object, ...]]:
    """Rows of BAND_COLUMNS with the charge of each curve at its cut-off."""
    rows: list[tuple[object, ...]] = []
    for curve in fit.observations:
        if not isinstance(curve, MeasuredCurve):
            continue
        cell = fit.plan.cells[curve.cell]
        place = curve_metrics.at_cutoff(cell, curve)
        if place is not None:
            d, charge = cell.derived(), float(curve.charge[place])
            rate = curve.current / float(d.nominal_capacity)
            condition = (curve.cell, curve.direction, curve.temperature, rate)
            rows.append((*condition, *[np.nan] * 3, charge / float(d.mass)))
    return rows


def _computed(result: Evaluated, kind: type[Kind]) -> Iterator[tuple[Kind, FloatArray]]:
    """The observations of one kind, each with its computed values."""
    for datum, values in zip(result.observations, result.computed, strict=True):
        if isinstance(datum, kind) and values is not None:
            yield datum, values


def _joined(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(tables or [pd.DataFrame(columns=columns)], ignore_index=True)
