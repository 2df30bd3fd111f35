"""Charge and discharge curves at constant current, over rates and temperatures."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import parameters, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import derive
from nfpcell.cell.validation import Direction
from nfpcell.errors import SolveError
from nfpcell.outcome import failure
from nfpcell.parallel import Progress
from nfpcell.simulation.batches import batches
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.curve import Curve
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.simulation.numerics import STRICT, engine_for
from nfpcell.simulation.starting_state import starting_voltages

# how far a run may leave the bounds of stoichiometry, and its charge balance may be
# off, as a share of all sodium; runs reach some 1e-6
TOLERATED = 1e-4


def simulate(
    cells: Cell | Sequence[Cell],
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
    cells : Cell or list of Cell
    rates : C-rates; 1C is 97 mA per gram of NFP of that cell
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
    NfpcellError for words and numbers that make no sense. A condition that fails is a
    row with its ``Status``.
    """
    cells = validation.half_cells(cells)
    rates = validation.numbers(rates, "rate", validation.RATES)
    temperatures = validation.numbers(
        temperatures, "temperature", validation.TEMPERATURES
    )
    validation.one_of(direction, "direction", validation.DIRECTIONS)
    validation.one_of(model, "model", validation.MODELS)
    conditions = [
        Condition(cell, way, rate, temperature)
        for cell in cells
        for way in half_cycle_directions(direction)
        for temperature in temperatures
        for rate in rates
    ]
    table, along = half_cycles(conditions, model, progress, curves=curves, **numerics)
    return table if along is None else (table, along)


def half_cycle_directions(direction: str) -> tuple[Direction, ...]:
    """The half-cycles of a direction, which may be "both"."""
    if direction == "both":
        return ("charge", "discharge")
    return ("discharge",) if direction == "discharge" else ("charge",)


def half_cycles(
    conditions: Sequence[Condition],
    model: str = "full",
    progress: Progress | None = None,
    *,
    curves: bool = True,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """
    Any list of half-cycles; table and curves as of ``simulate``, in the same order.

    Without ``curves`` the second value is None, which takes less time.
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
    return table, pd.concat(filled or [_empty_curves()], ignore_index=True)


def _empty_curves() -> pd.DataFrame:
    return pd.DataFrame({c: [] for c in (*columns.CONDITION, *columns.CURVE)})


def _curves(
    conditions: Sequence[Condition],
    model: str,
    progress: Progress | None,
    numerics: dict[str, Any],
) -> Iterator[tuple[int, Curve]]:
    """Each half-cycle with its place in the list, as soon as it is known."""
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
        engines[k] = engine_for(
            condition.cell,
            condition.direction,
            condition.rate,
            condition.temperature,
            model,
            **numerics,
        )
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
    The run as it is, or a failed one if its numbers are not physical.

    Stoichiometries lie from 0 to 1, and the sodium in the particles changes by the
    charge that has passed.

    Parameters
    ----------
    engine : without double layers, which would hold charge too
    run : run of it
    inputs : of that run
    """
    if run.solution is None:
        return run
    y = np.asarray(run.solution.y)
    names = [name for name in engine.layout if name.endswith("particle stoichiometry")]
    lowest, highest = y.min(axis=1), y.max(axis=1)  # of each state, without a copy
    low = min(lowest[engine.layout[name]].min() for name in names)
    high = max(highest[engine.layout[name]].max() for name in names)
    error = charge_balance_error(engine, run, inputs)
    # written so that nan does not pass
    if not (low >= -TOLERATED and high <= 1 + TOLERATED):
        reason = f"stoichiometry from {low:.4g} to {high:.4g}"
    elif not error <= TOLERATED:
        reason = f"charge-balance error of {error:.2g} of all sodium"
    else:
        return run
    return Run(None, failure(f"left the physical range: {reason}"))


def charge_balance_error(engine: Engine, run: Run, inputs: Inputs) -> float:
    """Change of the sodium in the particles less the charge passed, as a share of all
    sodium the particles can hold; arguments as of ``checked``, with a solution.
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
