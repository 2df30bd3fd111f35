"""Impedance spectra of cells, at rest and under load."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.arrays import ComplexArray, FloatArray
from nfpcell.cell import validation
from nfpcell.cell.definition import Cells, OneCell
from nfpcell.cell.schema import LAYOUTS, Layout
from nfpcell.cell.validation import Direction
from nfpcell.eis import frequency_response
from nfpcell.eis.operating_points import OperatingPoints, operating_points
from nfpcell.errors import NfpcellError
from nfpcell.outcome import OK
from nfpcell.parallel import Progress, reported
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.equations import OUTPUTS

# frequency range of the paper's spectra under load [Hz], and points per decade
HIGHEST_FREQUENCY, LOWEST_FREQUENCY, PER_DECADE = 1e6, 0.025, 10
# frequency range for its symmetric cells (Methods) [Hz]
SYMMETRIC_RANGE = (1e7, 0.01)
ANODE = (columns.SODIUM,)
ELECTROLYTE = (columns.SEPARATOR_BULK, columns.CONTACT, columns.GRAIN_BOUNDARIES)


def frequency_range(highest: float, lowest: float, per_decade: float) -> FloatArray:
    """Frequencies from highest to lowest [Hz], evenly spaced on a logarithmic axis.

    Both ends are included, so the number in a decade is approximate.
    """
    number = round(np.log10(highest / lowest) * per_decade)
    return np.geomspace(highest, lowest, max(number, 1) + 1)


FREQUENCIES = tuple(frequency_range(HIGHEST_FREQUENCY, LOWEST_FREQUENCY, PER_DECADE))


def impedance_at(
    points: OperatingPoints,
    frequencies: Sequence[float] | FloatArray,
    layout: Layout = "half-cell",
) -> ComplexArray:
    r"""Impedance of every part of the cell at operating points.

    .. math:: Z(\omega) = -\frac{\delta V}{\delta I} =
              \sum_k \frac{\delta\eta_k}{\delta I} - \frac{\delta U_s}{\delta I}

    Complex array of shape (points reached, frequencies, parts), parts in the order of
    OUTPUTS; their sum is the impedance of the cell [Ohm]. Frequencies are in Hz. A
    symmetric cell at rest has the impedance of the parts of a half-cell, with its
    electrode twice.
    """
    linear = points.engine.linearise(points.times, points.states, points.inputs)
    responses = frequency_response.responses(linear, points.engine.layout, frequencies)
    anode, electrolyte, cathode = LAYOUTS[layout]
    weights = dict.fromkeys(OUTPUTS, cathode)
    weights |= dict.fromkeys(ANODE, anode) | dict.fromkeys(ELECTROLYTE, electrolyte)
    weights[columns.SURFACE_POTENTIAL] = -cathode
    return responses * list(weights.values())


def impedance(
    cell: Cells,
    depth_of_discharge: float | Sequence[float] = (0.5,),
    direction: Direction = "discharge",
    rate: float | None = None,
    temperature: float | Sequence[float] = 30,
    frequencies: Sequence[float] | None = None,
    model: str = "full",
    progress: Progress | None = None,
    **numerics: Any,
) -> pd.DataFrame:
    """
    Spectra of cells at depths of discharge, under the load of a half-cycle or at rest.

    Depth of discharge is q/Q, with Q the capacity of the discharge at this rate and
    temperature. On charge it is 1 - q/Q, with the Q of the discharge. At rest, Q is the
    capacity of a slow discharge. The table has ``columns.SPECTRUM``; a depth that is
    not reached is a row with the reason as its status. Raises NfpcellError for
    arguments that are not allowed.

    Parameters
    ----------
    cell : one or more: Cell, name or path
    depth_of_discharge : one or more, from 0 to 1
    rate : C-rate of the direct current, 0 for a cell at rest. Default 0.1, and 0 for a
        symmetric cell
    temperature : one or more [degC]
    frequencies : ascending or descending [Hz]. Default 1 MHz to 25 mHz, and 10 MHz to
        10 mHz for a symmetric cell
    model : "full" or "particle"
    progress : called with (done, all) after each cell and temperature

    Examples
    --------
    >>> table = impedance("C", depth_of_discharge=[0.2, 0.8], frequencies=[1000, 1])
    >>> table["Frequency [Hz]"].tolist()
    [1000.0, 1.0, 1000.0, 1.0]
    """
    temperatures = validation.numbers(
        temperature, "temperature", validation.TEMPERATURES
    )
    checked = [
        checked_condition(one, direction, rate, T, depth_of_discharge, model)
        for one, T in itertools.product(validation.cells(cell), temperatures)
    ]
    tables = [
        _spectra(condition, depths, frequencies, model, **numerics)
        for condition, depths in reported(checked, progress)
    ]
    return pd.concat(tables, ignore_index=True)


def _spectra(
    condition: Condition,
    depths: FloatArray,
    frequencies: Sequence[float] | None,
    model: str,
    **numerics: Any,
) -> pd.DataFrame:
    """The spectra of one condition; the arguments are those of ``impedance``."""
    if frequencies is None:
        frequencies = FREQUENCIES
        if condition.cell.layout != "half-cell":
            frequencies = tuple(frequency_range(*SYMMETRIC_RANGE, PER_DECADE))
    frequencies = validation.frequencies(frequencies)
    points = operating_points(condition, depths, model, **numerics)
    Z = np.full((len(depths), len(frequencies)), np.nan, dtype=complex)
    if points.reached.any():
        parts = impedance_at(points, frequencies, condition.cell.layout)
        Z[points.reached] = parts.sum(axis=-1)
    return spectra_table(condition, depths, frequencies, Z, points.reason)


def checked_condition(
    cell: OneCell,
    direction: Direction,
    rate: float | None,
    temperature: float,
    depths: float | Sequence[float],
    model: str,
) -> tuple[Condition, FloatArray]:
    """The condition of a spectrum, and its depths in ascending order, both checked."""
    (loaded,) = validation.cells([cell])
    validation.one_of(direction, "direction", validation.HALF_CYCLES)
    validation.one_of(model, "model", validation.MODELS)
    symmetric = loaded.layout != "half-cell"
    if rate is None:
        rate = 0 if symmetric else 0.1
    rate = validation.number(rate, "rate", validation.REST_OR_RATES)
    if symmetric and rate:
        raise NfpcellError(
            f"rate {rate:g} is refused: cell {loaded.name} is symmetric and cannot be "
            "discharged; right would be 0, for a spectrum at rest"
        )
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    depths = validation.numbers(depths, "depth of discharge", validation.DEPTHS)
    return Condition(loaded, direction, rate, temperature), np.unique(depths)


def spectra_table(
    condition: Condition,
    depths: FloatArray,
    frequencies: Sequence[float] | FloatArray,
    Z: ComplexArray,
    reason: str,
) -> pd.DataFrame:
    """Table of spectra with ``columns.SPECTRUM``.

    ``Z`` has the shape (depths, frequencies). A depth for which it is nan gives one row
    with the reason as its status.
    """
    blocks = []
    for depth, spectrum in zip(depths, Z, strict=True):
        reached = np.isfinite(spectrum).all()
        block = condition.record | {
            columns.DEPTH: depth,
            columns.FREQUENCY: frequencies if reached else [np.nan],
            columns.Z_RE: spectrum.real if reached else [np.nan],
            columns.Z_IM: spectrum.imag if reached else [np.nan],
            columns.STATUS: OK if reached else reason,
            columns.REMARK: condition.remark,
        }
        blocks.append(pd.DataFrame(block, columns=list(columns.SPECTRUM)))
    return pd.concat(blocks, ignore_index=True)
