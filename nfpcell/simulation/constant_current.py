"""Charge and discharge curves at constant current, over rates and temperatures."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import parameters, validation
from nfpcell.cell.definition import Cells
from nfpcell.cell.derived import derive
from nfpcell.errors import SolveError
from nfpcell.model.cathode import STOICHIOMETRY as PARTICLE_STOICHIOMETRY
from nfpcell.model.classes import of_classes
from nfpcell.outcome import failure
from nfpcell.parallel import Progress
from nfpcell.simulation.batches import batches
from nfpcell.simulation.condition import Condition, every_condition
from nfpcell.simulation.curve import Curve, empty_table
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.simulation.numerics import STRICT, engine_for
from nfpcell.simulation.starting_state import starting_voltages

# largest stoichiometry below 0 or above 1, and largest charge-balance error as a share
# of all sodium; usual runs have 1e-6
TOLERATED = 1e-4


@overload
def simulate(
    cells: Cells,
    rates: float | Sequence[float] = ...,
    temperatures: float | Sequence[float] = ...,
    direction: str = ...,
    model: str = ...,
    *,
    curves: Literal[False] = ...,
    progress: Progress | None = ...,
    **numerics: Any,
) -> pd.DataFrame: ...


@overload
def simulate(
    cells: Cells,
    rates: float | Sequence[float] = ...,
    temperatures: float | Sequence[float] = ...,
    direction: str = ...,
    model: str = ...,
    *,
    curves: Literal[True],
    progress: Progress | None = ...,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]: ...


@overload
def simulate(
    cells: Cells,
    rates: float | Sequence[float] = ...,
    temperatures: float | Sequence[float] = ...,
    direction: str = ...,
    model: str = ...,
    *,
    curves: bool,
    progress: Progress | None = ...,
    **numerics: Any,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]: ...


def simulate(
    cells: Cells,
    rates: float | Sequence[float] = (0.2, 0.5, 1, 2),
    temperatures: float | Sequence[float] = (30,),
    direction: str = "discharge",
    model: str = "full",
    *,
    curves: bool = False,
    progress: Progress | None = None,
    **numerics: Any,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """
    Constant-current half-cycles of every cell at every rate and temperature.

    Parameters
    ----------
    cells : Cell, name or path, or a list of them
    rates : C-rates; 1C is 97 mA per gram of NFP of the cell
    temperatures : [degC]
    direction : "discharge", "charge" or "both"
    model : "full" or "particle"
    curves : also return every curve
    progress : called with (done, all) after each batch
    numerics : arguments of ``engine.built``, such as ``points``, ``rtol``, ``atol``

    Returns
    -------
    table : a row for each condition, with ``columns.SUMMARY``; or (table, curves),
        curves with ``columns.CURVE``

    Raises
    ------
    NfpcellError for arguments that are not allowed. A condition that fails gives a row
    with the reason as its ``Status``.

    Examples
    --------
    >>> table = simulate("C", rates=[0.2, 2], model="particle")
    >>> table["Specific capacity [mA.h.g-1]"].round(-1).tolist()
    [80.0, 60.0]
    """
    loaded = validation.half_cells(cells)
    rates = validation.numbers(rates, "rate", validation.RATES)
    temperatures = validation.numbers(
        temperatures, "temperature", validation.TEMPERATURES
    )
    both = validation.one_of(direction, "direction", validation.DIRECTIONS)
    validation.one_of(model, "model", validation.MODELS)
    conditions = every_condition(loaded, both, rates, temperatures)
    table, along = half_cycles(conditions, model, progress, curves=curves, **numerics)
    return table if along is None else (table, along)


def half_cycles(
    conditions: Sequence[Condition],
    model: str = "full",
    progress: Progress | None = None,
    *,
    curves: bool = True,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """
    Run a list of half-cycles; table and curves are as of ``simulate``, in this order.

    Without ``curves`` the second value is None, and the run takes less time.
    """
    rows: dict[int, dict[str, Any]] = {}
    tables: dict[int, pd.DataFrame] = {}
    for k, curve in _curves(conditions, model, progress, numerics):
        rows[k] = curve.summary()
        if curves:
            tables[k] = curve.table()
    places = range(len(conditions))
    table = pd.DataFrame([rows[k] for k in places], columns=list(columns.SUMMARY))
    if not curves:
        return table, None
    filled = [tables[k] for k in places if len(tables[k])]
    return table, pd.concat(filled or [empty_table()], ignore_index=True)


def _curves(
    conditions: Sequence[Condition],
    model: str,
    progress: Progress | None,
    numerics: dict[str, Any],
) -> Iterator[tuple[int, Curve]]:
    """Each half-cycle with its index in the list, as soon as it is computed."""
    pairs = list(
        dict.fromkeys((c.cell, c.direction) for c in conditions if c.start is None)
    )
    voltages = starting_voltages(pairs, model, **numerics)
    starts = dict(zip(pairs, voltages, strict=True))
    started: dict[int, Condition] = {}
    engines, durations = {}, {}
    for k, condition in enumerate(conditions):
        started[k] = condition
        if condition.start is None:
            voltage = starts[condition.cell, condition.direction]
            if isinstance(voltage, SolveError):
                yield k, Curve(condition, failure(str(voltage)), None)
                continue
            started[k] = condition.starting_at(voltage)
        engines[k] = engine_for(*condition.values, model, **numerics)
        durations[k] = condition.longest
    done = 0
    for engine, batch, duration in batches(engines, durations):
        inputs = [engine.inputs_of(started[k]) for k in batch]
        solved = engine.solve(inputs, [0, duration])
        runs = [
            checked(engine, run, values)
            for run, values in zip(solved, inputs, strict=True)
        ]
        samples = engine.curves(runs, inputs)
        for k, as_solved, run, along in zip(batch, solved, runs, samples, strict=True):
            if run is not as_solved and not STRICT.items() <= numerics.items():
                strict = {**numerics, **STRICT}
                ((_, again),) = _curves([conditions[k]], model, None, strict)
                yield k, again
            else:
                yield k, Curve(conditions[k], run.outcome, along)
        done += len(batch)
        if progress:
            progress(done, len(engines))


def checked(engine: Engine, run: Run, inputs: Inputs) -> Run:
    """
    Return the run, or a failed run if its result is not physical.

    All stoichiometries must lie between 0 and 1, and the sodium in the particles must
    change by the charge passed.

    Parameters
    ----------
    engine : without double layers, which would store charge too
    run, inputs : a run of this engine and its inputs
    """
    if run.solution is None:
        return run
    y = np.asarray(run.solution.y)
    sodium = np.concatenate(of_classes(engine.layout, PARTICLE_STOICHIOMETRY))
    lowest, highest = y.min(axis=1), y.max(axis=1)  # of each state, without a copy
    low, high = lowest[sodium].min(), highest[sodium].max()
    error = charge_balance_error(engine, run, inputs)
    # "not (a <= b)" is also true for nan
    if not (low >= -TOLERATED and high <= 1 + TOLERATED):
        reason = f"stoichiometry from {low:.4g} to {high:.4g}"
    elif not error <= TOLERATED:
        reason = f"charge-balance error of {error:.2g} of all sodium"
    else:
        return run
    return Run(None, failure(f"left the physical range: {reason}"))


def charge_balance_error(engine: Engine, run: Run, inputs: Inputs) -> float:
    """
    Change of the sodium in the particles minus the charge passed.

    As a share of the capacity of the particles; arguments as of ``checked``, for a run
    with a solution.
    """
    y = np.asarray(run.solution.y)
    ends = engine.record(run.solution.t[[0, -1]], y[:, [0, -1]], inputs)
    fraction, charge = (
        float(np.diff(ends[name])[0])
        for name in (columns.STOICHIOMETRY, columns.CHARGE)
    )
    p = parameters.Parameters.of(inputs.__getitem__)
    capacity = p.active_fraction * p.specific_capacity * derive(p).mass
    return float(abs(fraction - charge / capacity))
