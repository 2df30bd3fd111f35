"""Resistances of a cell over depth of discharge, and their minimum."""

import itertools
from collections.abc import Sequence
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell import validation
from nfpcell.cell.definition import Cells
from nfpcell.cell.validation import Direction
from nfpcell.eis import equivalent_circuit
from nfpcell.eis import impedance as spectrum
from nfpcell.eis.equivalent_circuit import Circuit
from nfpcell.eis.operating_points import operating_points
from nfpcell.outcome import OK
from nfpcell.parallel import Progress, reported
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.equations import OUTPUTS

DEPTHS = tuple(round(0.01 * k, 2) for k in range(1, 100))
# parts of R0 and R1 according to the paper (Methods); R2 is the sum of the others
MODEL_PARTS = {
    columns.MODEL_R0: (columns.SEPARATOR_BULK, columns.CONTACT),
    columns.MODEL_R1: (columns.SODIUM, columns.GRAIN_BOUNDARIES),
}
SEPARATOR_PARTS = (columns.SEPARATOR_BULK, columns.GRAIN_BOUNDARIES)


@overload
def resistance(
    cell: Cells,
    direction: Direction = ...,
    rate: float = ...,
    temperature: float | Sequence[float] = ...,
    depths: Sequence[float] = ...,
    model: str = ...,
    *,
    spectra: Literal[False] = ...,
    circuits: bool = ...,
    **numerics: Any,
) -> pd.DataFrame: ...


@overload
def resistance(
    cell: Cells,
    direction: Direction = ...,
    rate: float = ...,
    temperature: float | Sequence[float] = ...,
    depths: Sequence[float] = ...,
    model: str = ...,
    *,
    spectra: Literal[True],
    circuits: bool = ...,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]: ...


def resistance(
    cell: Cells,
    direction: Direction = "discharge",
    rate: float = 0.1,
    temperature: float | Sequence[float] = 30,
    depths: Sequence[float] = DEPTHS,
    model: str = "full",
    *,
    spectra: bool = False,
    circuits: bool = True,
    **numerics: Any,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """Resistances of cells over depth of discharge.

    R0, R1 and R2 are those of the circuit of the paper, R0 + (R1 || CPE1) +
    (R2 || CPE2); their sum is the total. "Model R0", "Model R1" and "Model R2" are Re Z
    at 25 mHz of parts of the model: electrolyte bulk and contact; sodium and grain
    boundaries; cathode and its interface with the electrolyte. Their sum is the
    low-frequency resistance.

    The table has ``columns.RESISTANCE``. A depth that is not reached, or whose circuit
    does not fit, is a row with the reason as its status. Raises NfpcellError for
    arguments that are not allowed.

    Parameters
    ----------
    cell, direction, rate, temperature, model : see ``impedance``
    depths : depths of discharge, from 0 to 1
    spectra : return (table, spectra), with the spectra as ``impedance`` returns them
    circuits : False for the resistances of the model only, in a tenth of the time

    Examples
    --------
    >>> table = resistance("C", depths=[0.2, 0.5], circuits=False)
    >>> table["Depth of discharge"].tolist()
    [0.2, 0.5]
    """
    temperatures = validation.numbers(
        temperature, "temperature", validation.TEMPERATURES
    )
    conditions = [
        Condition(one, direction, rate, T)
        for one, T in itertools.product(validation.cells(cell), temperatures)
    ]
    both = resistances(conditions, model, depths=depths, circuits=circuits, **numerics)
    return both if spectra else both[0]


def _of_condition(
    condition: Condition,
    model: str,
    depths: Sequence[float] = DEPTHS,
    circuits: bool = True,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    condition, checked_depths = spectrum.checked_condition(
        *condition.values, depths, model
    )
    points = operating_points(condition, checked_depths, model, **numerics)
    count = len(checked_depths)
    rows = [
        dict.fromkeys(columns.RESISTANCE, np.nan) | {columns.STATUS: points.reason}
    ] * count
    frequencies = spectrum.FREQUENCIES if circuits else (spectrum.LOWEST_FREQUENCY,)
    Z = np.full((count, len(frequencies)), np.nan, dtype=complex)
    if points.reached.any():
        parts = spectrum.impedance_at(points, frequencies, condition.cell.layout)
        Z[points.reached] = parts.sum(axis=-1)
        if circuits:
            fits = equivalent_circuit.fit_series(frequencies, Z[points.reached])
        else:
            fits = [equivalent_circuit.nothing(2, OK)] * len(parts)
        voltages = points.engine.voltages(points.times, points.states, points.inputs)
        for k, voltage, circuit, at_point in zip(
            np.flatnonzero(points.reached), voltages, fits, parts, strict=True
        ):
            rows[k] = _row(voltage, circuit, at_point[-1].real)
    table = pd.DataFrame(rows, columns=list(columns.RESISTANCE))
    table = table.assign(**condition.record, **{columns.DEPTH: checked_depths})
    table[columns.REMARK] = condition.remark
    return table, spectrum.spectra_table(
        condition, checked_depths, frequencies, Z, points.reason
    )


def resistances(
    conditions: Sequence[Condition],
    model: str = "full",
    progress: Progress | None = None,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Resistances over depth of discharge, and the spectra from which they are computed.

    ``numerics`` may have ``depths`` and ``circuits`` of ``resistance``; ``progress`` is
    called with (done, all) after each half-cycle.
    """
    results = [
        _of_condition(condition, model, **numerics)
        for condition in reported(conditions, progress)
    ]
    tables, spectra = zip(*results, strict=True)
    return pd.concat(tables, ignore_index=True), pd.concat(spectra, ignore_index=True)


def _row(voltage: float, circuit: Circuit, lowest: FloatArray) -> dict[str, Any]:
    """A row of the table; ``lowest`` is Re Z of the parts at the lowest frequency."""
    parts = dict(zip(OUTPUTS, lowest, strict=True))
    total = sum(parts.values())
    model = {name: sum(parts[part] for part in of) for name, of in MODEL_PARTS.items()}
    return model | {
        columns.VOLTAGE: voltage,
        columns.R0: circuit.R_0,
        columns.R1: circuit.R[0],
        columns.R2: circuit.R[1],
        columns.TOTAL: circuit.total,
        columns.LOW_FREQUENCY: total,
        columns.MODEL_R2: total - model[columns.MODEL_R0] - model[columns.MODEL_R1],
        columns.SEPARATOR_RESISTANCE: sum(parts[part] for part in SEPARATOR_PARTS),
        columns.CIRCUIT_MISFIT: 100 * circuit.misfit,
        columns.STATUS: circuit.status,
    }


def lowest_total(table: pd.DataFrame) -> pd.Series:
    """The row with the lowest total of the circuit; all nan if no row has a total."""
    totals = table[columns.TOTAL]
    if not totals.notna().any():
        return table.iloc[0].where(pd.Series(False, table.columns), np.nan)
    return table.iloc[int(totals.argmin())]


def minimum(
    table: pd.DataFrame, column: str = columns.LOW_FREQUENCY
) -> tuple[float, float]:
    """
    Depth of discharge [-] and value [Ohm] of the lowest resistance of one half-cycle.

    The minimum of the parabola through the lowest row and its neighbours; nan if no row
    has a resistance. ``table`` is as ``resistance`` returns it.
    """
    return vertex(table[columns.DEPTH].to_numpy(), table[column].to_numpy())


def vertex(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """The vertex (x, y) of the parabola through the lowest sample and its neighbours.

    If the lowest sample is the first or the last, it is returned; nan if all are nan.
    """
    finite = np.isfinite(y)
    x, y = x[finite], y[finite]
    if not len(y):
        return np.nan, np.nan
    k = int(np.argmin(y))
    if k in (0, len(y) - 1):
        return float(x[k]), float(y[k])
    near = slice(k - 1, k + 2)
    curvature, slope, constant = np.polyfit(x[near] - x[k], y[near], 2)
    shift = -slope / (2 * curvature)
    return float(x[k] + shift), float(constant - slope**2 / (4 * curvature))
