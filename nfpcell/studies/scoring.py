"""Run experiments and compare the results with their published targets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.eis.impedance import impedance
from nfpcell.eis.resistance import resistances
from nfpcell.parallel import Progress, reported
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import half_cycles
from nfpcell.studies import quantities, residuals
from nfpcell.studies.experiment import Experiment, NamedCondition, Target

COLUMNS = list(columns.SCORE)
HALF_CYCLE = [columns.CELL, columns.DIRECTION, columns.RATE, columns.TEMPERATURE]
MARKS = (columns.PUBLISHED, columns.LOWER, columns.UPPER)


def run(
    experiment: str | Path | Experiment,
    model: str = "full",
    progress: Progress | None = None,
    cells: Mapping[str, Cell] | None = None,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Run every condition of an experiment.

    Returns for kind "cycling" table and curves of ``constant_current.half_cycles``; for
    "resistance" the rows over depth of discharge, and all spectra; for "impedance" the
    rows of every spectrum, and None. ``cells`` has the Cell for each
    ``NamedCondition.cell``, by default those of the files. ``numerics`` are those of
    ``constant_current.simulate``, or of ``resistances``.
    """
    validation.one_of(model, "model", validation.MODELS)
    experiment = Experiment.load(experiment)
    cells = cells or cells_of(experiment)
    if experiment.kind != "impedance":
        validation.half_cells(list(cells.values()))
    conditions = [
        Condition(cells[c.cell], c.direction, c.rate, c.temperature)
        for c in experiment.conditions
    ]
    if experiment.kind == "cycling":
        return half_cycles(conditions, model, progress, **numerics)
    if experiment.kind == "resistance":
        results = resistances(conditions, model, progress, **numerics)
        return _with_peaks(experiment, conditions, results, model, **numerics)
    tables = []
    for c in reported(experiment.conditions, progress):
        load = (c.direction, c.rate, c.temperature)
        depths = () if c.depth is None else (c.depth,)
        tables.append(impedance(cells[c.cell], depths, *load, model=model, **numerics))
    return pd.concat(tables, ignore_index=True), None


def cells_of(
    experiment: Experiment, changed: Mapping[str, float] | None = None
) -> dict[str, Cell]:
    """The cells of an experiment for ``run``; ``changed`` is that of ``score``."""
    return {c: Cell.load(c).with_values(changed or {}) for c in experiment.cells}


def _with_peaks(
    experiment: Experiment,
    conditions: Sequence[Condition],
    results: tuple[pd.DataFrame, pd.DataFrame],
    model: str,
    **numerics: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The results of ``resistances``, with more depths where a peak is a target."""
    wanted = [t.condition for t in experiment.targets if t.quantity == quantities.PEAK]
    table, spectra = results
    for named, condition in zip(experiment.conditions, conditions, strict=True):
        if named not in wanted:
            continue
        depths = quantities.depths_around_peaks(_rows_of(table, named))
        if depths:
            chosen = {**numerics, "depths": depths}
            more = resistances([condition], model, **chosen)
            table, spectra = _merged(table, more[0]), _merged(spectra, more[1])
    return table, spectra


def _merged(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Both tables, each half-cycle where it was and sorted by depth of discharge."""
    both = pd.concat([table, more], ignore_index=True)
    half_cycle = both.groupby(HALF_CYCLE, sort=False).ngroup()
    order = np.lexsort((both[columns.DEPTH], half_cycle))
    return both.iloc[order].reset_index(drop=True)


def judge(
    experiment: Experiment, table: pd.DataFrame, curves: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Compare the targets of an experiment with its results, as ``run`` returns them.

    The table has COLUMNS. A target without a result is not met.
    """
    rows = []
    for target in experiment.targets:
        computed = _computed(target.quantity, target.condition, table, curves)
        if target.divisor:
            computed /= _computed(target.quantity, target.divisor, table, curves)
        remark = quantities.remark(
            target.quantity, computed, _rows_of(table, target.condition)
        )
        rows.append(judged(experiment, target, computed, remark))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype(dict.fromkeys((columns.LOWER, columns.UPPER), float))


def judged(
    experiment: Experiment, target: Target, computed: float, remark: str = ""
) -> dict[str, Any]:
    """One target compared with a computed number, as a row of ``judge``.

    ``remark`` says why there is no number.
    """
    condition, quantity = target.condition, target.quantity
    if target.divisor:
        quantity = f"{split_unit(quantity)[0]} over that of {target.divisor.cell_name}"
    load = f"{condition.rate:g}C {condition.direction}" if condition.rate else "at rest"
    return {
        columns.EXPERIMENT: experiment.name,
        columns.CELL: target.cell,
        columns.QUANTITY: quantity,
        columns.WHERE: f"{load}, {condition.temperature:g} degC",
        columns.PUBLISHED: target.published,
        columns.COMPUTED: computed,
        columns.ERROR: residuals.error_percent(computed, target.value),
        columns.TOLERANCE: target.tolerance_percent,
        columns.USE: target.use,
        columns.MET: target.is_met_by(computed),
        columns.LOWER: target.lower,
        columns.UPPER: target.upper,
        columns.EVIDENCE: target.evidence or "",
        columns.REMARK: remark,
    }


def published(experiment: Experiment, quantity: str) -> pd.DataFrame:
    """The published numbers of one quantity of an experiment, as marks of a figure.

    Table of the conditions with MARKS (nan if not published) and "Use", without the
    ratios of two cells.
    """
    rows = [
        {
            **target.condition.columns,
            columns.PUBLISHED: target.value,
            columns.LOWER: target.lower,
            columns.UPPER: target.upper,
            columns.USE: target.use,
        }
        for target in experiment.targets
        if target.quantity == quantity and not target.divisor
    ]
    table = pd.DataFrame(rows, columns=[*columns.CONDITION, *MARKS, columns.USE])
    return table.astype(dict.fromkeys(MARKS, float))


def score(
    names: str | Sequence[str | Path | Experiment] | None = None,
    model: str = "full",
    progress: Progress | None = None,
    changed: Mapping[str, float] | None = None,
    **numerics: Any,
) -> pd.DataFrame:
    """
    Run the named experiments, or all that have targets, and compare with the targets.

    The table has COLUMNS. Names are those of ``Experiment.load``; ``changed`` has the
    values, by full name, that every cell gets. The other arguments are those of
    ``run``.

    Examples
    --------
    >>> table = score("rate_30C", model="particle")
    >>> table["Experiment"].unique().tolist()
    ['rate_30C']
    """
    validation.one_of(model, "model", validation.MODELS)
    if isinstance(names, str) or not isinstance(names, Sequence | None):
        names = [names]
    experiments = [Experiment.load(name) for name in names or catalogue.scored()]
    experiments = [experiment for experiment in experiments if experiment.targets]
    scores = [pd.DataFrame(columns=COLUMNS)]
    for experiment in reported(experiments, progress):
        cells = cells_of(experiment, changed)
        results = run(experiment, model, cells=cells, **numerics)
        scores.append(judge(experiment, *results))
    return pd.concat(scores[1:] or scores, ignore_index=True)


def _rows_of(table: pd.DataFrame, condition: NamedCondition) -> pd.DataFrame:
    values = pd.Series(condition.columns)
    return table[(table[list(values.index)] == values).all(axis=1)]


def _computed(
    quantity: str,
    condition: NamedCondition,
    table: pd.DataFrame,
    curves: pd.DataFrame | None,
) -> float:
    curve = None if curves is None else _rows_of(curves, condition)
    return float(quantities.compute(quantity, _rows_of(table, condition), curve))
