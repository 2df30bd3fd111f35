"""The result of a fit: parameters with intervals, fitted cells, predicted numbers."""

import html
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from nfpcell.arrays import FloatArray
from nfpcell.cell.covariance import Covariance
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.cell.quantity import Quantity
from nfpcell.columns import IDENTIFIABLE, LOWER_95, NAME, UPPER_95, VALUE
from nfpcell.errors import NfpcellError, escaped
from nfpcell.fitting.diagnostics import Deviations
from nfpcell.fitting.finite_differences import FiniteDifferences
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.free_parameters import Free
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.objective import Computed
from nfpcell.fitting.observations import Observation
from nfpcell.fitting.optimise import Optimum
from nfpcell.fitting.uncertainty import Uncertainty

START, INTERVAL_BY = "Start", "Interval by"
INTERVAL = (VALUE, LOWER_95, UPPER_95)
PARAMETER_COLUMNS = [NAME, *INTERVAL, IDENTIFIABLE, START, INTERVAL_BY]


@dataclass(frozen=True)
class PredictedNumber:
    """A predicted number and the ends of its 95 % interval; nan if not computed."""

    value: float
    lower: float = np.nan
    upper: float = np.nan


@dataclass(frozen=True, eq=False)
class Fit:
    """The result of a fit."""

    plan: FitPlan
    cells: Mapping[str, Cell]  # the fitted cells, by key
    parameters: pd.DataFrame  # with PARAMETER_COLUMNS, one row for each free parameter
    findings: tuple[str, ...]  # what the data do not determine, and what to check
    observations: tuple[Observation, ...]
    computed: tuple[Computed, ...]  # by the fitted model, for each observation
    recognised: pd.DataFrame  # what was recognised in the files
    deviations: Deviations
    evaluations: int  # sets of values tried
    failures: int  # runs that could not be computed
    optimum: Optimum  # where the optimiser ended
    predicted: tuple[PredictedNumber, ...]  # one for each of the plan's ``predicted``
    start_rms: tuple[float, ...] = ()  # RMS residual reached from each start [-]
    uncertainty: Uncertainty | None = None  # None if not computed
    interrupted: bool = False  # by Ctrl-C; then the values are the best so far
    left_out: tuple[str, ...] = ()  # labels of data that the model could not run

    @property
    def measured_cells(self) -> Mapping[str, Cell]:
        """The cells before the fit, by key: with their masses the data were read."""
        return self.plan.cells

    @property
    def sound(self) -> bool:
        """Whether the model could run all data, and describes them."""
        return not (self.left_out or self.deviations.poor)

    @property
    def residual_rms(self) -> float:
        """Root mean square deviation of the voltages [V]; nan without curves."""
        return self.deviations.voltage

    @property
    def spectrum_rms(self) -> float:
        """Root mean square deviation of the spectra over their modulus [-], or nan."""
        return self.deviations.spectrum

    @property
    def correlations(self) -> FloatArray | None:
        """Of the coordinates of ``parameters``; the starts of sequences come later."""
        if self.uncertainty is None:
            return None
        of_cells = slice(len(self.parameters))
        return self.uncertainty.correlations[of_cells, of_cells]

    @property
    def cell(self) -> Cell:
        """The fitted cell, if there is only one."""
        if len(self.cells) > 1:
            raise NfpcellError(
                f"fit.cell: {len(self.cells)} cells were fitted; right would be "
                "fit.cells"
            )
        return next(iter(self.cells.values()))

    def __repr__(self) -> str:
        determined = sum(value is True for value in self.parameters[IDENTIFIABLE])
        rms = f", RMS residual {1e3 * self.residual_rms:.3g} mV"
        return escaped(
            f"<Fit of {', '.join(self.cells)}: {len(self.parameters)} parameters, "
            f"{determined} identifiable{rms * math.isfinite(self.residual_rms)}>"
        )

    def _repr_html_(self) -> str:
        """The parameters with their 95 % intervals as a table, then the findings."""
        shown = self.parameters[[NAME, *INTERVAL, IDENTIFIABLE]].astype(object)
        for column in INTERVAL:
            shown[column] = ["-" if pd.isna(x) else f"{x:.4g}" for x in shown[column]]
        yes_or_no = shown[IDENTIFIABLE].map({True: "yes", False: "no"})
        shown[IDENTIFIABLE] = yes_or_no.fillna("-")
        sentences = "".join(f"<li>{html.escape(text)}</li>" for text in self.findings)
        title = html.escape(self.plan.title)
        return f"<h4>{title}</h4>{shown.to_html(index=False)}<ul>{sentences}</ul>"


def parameter_table(optimum: Optimum, uncertainty: Uncertainty | None) -> pd.DataFrame:
    """Table with PARAMETER_COLUMNS; the intervals are None without an uncertainty."""
    objective, free = optimum.objective, optimum.objective.free
    # a parameter at its bound has exactly that value
    values = free.values(optimum.z) | free.at_bounds(optimum.z)
    start = free.values(free.start(objective.cells))
    rows: list[tuple[object, ...]] = []
    for k, (name, parameter) in enumerate(
        zip(free.names, free.parameters, strict=True)
    ):
        if not parameter.of_cell:
            continue
        ends: tuple[object, ...] = (None, None, None)
        method = "not computed"
        if uncertainty is not None:
            i = uncertainty.intervals[k]
            ends, method = (i.lower, i.upper, i.identifiable), i.method
        rows.append((name, values[name], *ends, start[name], method))
    return pd.DataFrame(rows, columns=PARAMETER_COLUMNS)


def fitted_cell(
    cell: Cell,
    plan: FitPlan,
    measured: MeasuredData,
    parameters: pd.DataFrame,
    uncertainty: Uncertainty | None,
) -> Cell:
    """The cell with its fitted values; each states its interval and its data.

    It also has their covariance.
    """
    files = [f"{name} (sha256 {sha[:16]})" for name, sha in measured.hashes.items()]
    count = Counter(target.experiment.name for target in plan.targets)
    targets = [f"{n} number{'s' * (n > 1)} of {name}" for name, n in count.items()]
    if not (files or targets):
        targets = [datum.label for datum in measured.observations]
    name = f" {plan.path.stem}" if plan.path else ""
    reference = f"nfpcell fit{name}, {date.today().isoformat()}, model {plan.model}"
    if files:
        reference += f", to {', '.join(files)}"
    free = {p.name for p in plan.free.parameters if p.applies_to(cell.name)}
    quantities = [
        Quantity(
            row[NAME],
            row[VALUE],
            split_unit(row[NAME])[1],
            "fitted",
            reference,
            _note(row),
            (*files, *targets),
            (row[LOWER_95], row[UPPER_95]) if row[IDENTIFIABLE] is True else None,
            cell.quantities[row[NAME]].range,
        )
        for row in parameters.to_dict("records")
        if row[NAME] in free
    ]
    title = cell.title.removesuffix(", fitted") + ", fitted"
    covariance = None
    if uncertainty is not None:
        covariance = covariance_of(plan.free.parameters, uncertainty.covariance)
        covariance = covariance.of([q.name for q in quantities])
    return cell.with_quantities(quantities, title=title, covariance=covariance)


def covariance_of(free: Sequence[Free], coordinates: FloatArray) -> Covariance:
    """The covariance for a cell file from that of the coordinates.

    Nine digits: a combination such as j0/R is known much better than its parts.
    """
    units = np.array([parameter.unit for parameter in free])
    matrix = coordinates * np.outer(units, units)
    return Covariance(
        tuple(parameter.name for parameter in free),
        tuple(parameter.scale or "linear" for parameter in free),
        tuple((parameter.lower, parameter.upper) for parameter in free),
        tuple(tuple(float(f"{x:.9g}") for x in row) for row in matrix),
    )


def _note(row: Mapping[Any, Any]) -> str:
    """The note of a cell file on the interval of a parameter."""
    if row[IDENTIFIABLE] is None:
        return "interval not computed"
    if row[IDENTIFIABLE]:
        return f"95 % interval by {row[INTERVAL_BY]}"
    for text, column in (("at least", LOWER_95), ("at most", UPPER_95)):
        if not pd.isna(row[column]):
            return f"not determined by these data: {text} {row[column]:.4g} at 95 %"
    return "not determined by these data"


def predict(
    plan: FitPlan, optimum: Optimum, uncertainty: Uncertainty | None
) -> tuple[PredictedNumber, ...]:
    """The ``predicted`` numbers of a plan, with intervals by linearisation."""
    if not plan.predicted:
        return ()
    objective = optimum.objective
    computed = replace(objective, observations=plan.predicted).computed(optimum.z)
    values = np.array([np.nan if v is None else v for v in computed])
    if uncertainty is None:
        return tuple(PredictedNumber(value) for value in values)
    # with its computed value as target, the residual of a number is its change [%]
    numbers = [
        replace(
            number,
            target=number.target.model_copy(update={"value": value}),
            tolerance_percent=1.0,
        )
        for number, value in zip(plan.predicted, values, strict=True)
    ]
    changes = replace(objective, observations=numbers)
    differences = FiniteDifferences(changes)
    J = differences(optimum.z, changes.residuals(optimum.z))[: len(values)]
    deviation = np.sqrt(np.einsum("ij,jk,ik->i", J, uncertainty.covariance, J))
    half = norm.ppf(0.975) * deviation * np.abs(values) / 100
    return tuple(
        PredictedNumber(value, value - h, value + h)
        for value, h in zip(values, half, strict=True)
    )
