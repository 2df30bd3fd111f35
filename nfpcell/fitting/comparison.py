"""``nfpcell.compare``: measured files beside what the model computes, without a fit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import NfpcellError
from nfpcell.fitting import fit_tables, measured_data
from nfpcell.fitting.curve_metrics import AsSimulated, SimulatedCurve, at_cutoff
from nfpcell.fitting.diagnostics import Deviations
from nfpcell.fitting.free_parameters import FreeParameters
from nfpcell.fitting.objective import Computed, Objective
from nfpcell.fitting.observations import Measured, MeasuredCurve
from nfpcell.fitting.read_options import Data, ReadOptions, listed
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.outcome import OK, Ending
from nfpcell.parallel import Progress, reported
from nfpcell.simulation.stripping_limit import stripping_remark
from nfpcell.studies import residuals

NOT_COMPUTED = "could not be computed"
_NOTHING_STATED = ReadOptions()
_NO_COORDINATES = np.empty(0)

Files = str | Path | Data | Sequence[str | Path | Data]
Cells = Cell | str | Path | Sequence[Cell | str | Path]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Measured half-cycles and spectra, and what the model computes for each."""

    measured_cells: Mapping[str, Cell]  # by name
    observations: tuple[Measured, ...]
    results: tuple[Computed, ...]  # SimulatedCurve or impedances; None if it failed
    reasons: Mapping[str, str]  # why there is no result, by the label
    recognised: pd.DataFrame  # what was recognised in the files

    @property
    def computed(self) -> list[Computed]:
        """Voltages or impedances at the measured points, as of a fit."""
        return [
            result.voltage if isinstance(result, SimulatedCurve) else result
            for result in self.results
        ]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each half-cycle and spectrum, with ``columns.COMPARISON``."""
        rows = map(self._row, self.observations, self.results, self.computed)
        return pd.DataFrame(list(rows), columns=list(columns.COMPARISON))

    @property
    def curves(self) -> pd.DataFrame:
        """The curves with ``fit_tables.CURVE_COLUMNS``, measured and computed.

        A computed curve goes on after the last measured point, until its cut-off.
        """
        tables = fit_tables.curves(self)
        beyond = [
            self._beyond(datum, result)
            for datum, result in zip(self.observations, self.results, strict=True)
            if isinstance(datum, MeasuredCurve) and result is not None
        ]
        parts = [part for part in (tables, *beyond) if len(part)]
        if not parts:
            return tables
        order = {datum.label: k for k, datum in enumerate(self.observations)}
        joined = pd.concat(parts, ignore_index=True)
        places = joined[columns.DATA].map(order).sort_values(kind="stable").index
        return joined.loc[places].reset_index(drop=True)

    @property
    def spectra(self) -> pd.DataFrame:
        """The spectra with ``fit_tables.SPECTRUM_COLUMNS``, measured and computed."""
        return fit_tables.spectra(self)

    def _row(
        self, datum: Measured, result: Computed, values: Computed
    ) -> dict[str, Any]:
        origin, rms = datum.origin, Deviations.of([datum], [values])
        past_limit = self._past_limit(datum)
        row: dict[str, Any] = {
            columns.DATA: datum.label,
            columns.FILE: origin.file,
            columns.HALF_CYCLE: origin.half_cycle,
            columns.CELL: datum.cell,
            columns.DIRECTION: datum.direction,
            columns.TEMPERATURE: datum.temperature,
            columns.RMS_VOLTAGE: 1e3 * rms.voltage,
            columns.RMS_IMPEDANCE: 100 * rms.spectrum,
            columns.STARTS_FROM: origin.starts_from,
            columns.REMARK: "; ".join(filter(None, (*origin.remarks, past_limit))),
            columns.TERMINATION: "",
            columns.STATUS: OK,
        }
        if result is None:
            row[columns.STATUS] = self.reasons.get(datum.label) or NOT_COMPUTED
        if not isinstance(datum, MeasuredCurve):
            return row | {columns.RATE: datum.rate, columns.DEPTH: datum.depth}
        d = self.measured_cells[datum.cell].derived()
        row[columns.RATE] = datum.current / float(d.nominal_capacity)
        place = at_cutoff(self.measured_cells[datum.cell], datum)
        measured = np.nan if place is None else float(datum.charge[place])
        row[columns.MEASURED_CAPACITY] = measured / float(d.mass)
        if result is not None:
            lasts = result.capacity >= datum.charge[-1]
            ending = Ending.FINISHED if place is None and lasts else result.ending
            capacity = np.nan if place is None else result.capacity
            row |= {
                columns.COMPUTED_CAPACITY: capacity / float(d.mass),
                columns.CAPACITY_ERROR: residuals.error_percent(capacity, measured),
                columns.TERMINATION: ending.value,
            }
        return row

    def _past_limit(self, datum: Measured) -> str:
        """The remark on a discharge past the limit of stripping."""
        if not isinstance(datum, MeasuredCurve) or datum.direction == "charge":
            return ""
        kelvin = datum.temperature + ZERO_CELSIUS
        return stripping_remark(self.measured_cells[datum.cell], datum.current, kelvin)

    def _beyond(self, datum: MeasuredCurve, result: SimulatedCurve) -> pd.DataFrame:
        """The computed curve after the last measured point, if that is at a cut-off."""
        cell = self.measured_cells[datum.cell]
        if at_cutoff(cell, datum) is None:
            return pd.DataFrame()
        d = cell.derived()
        charge, voltage = result.beyond
        values = {
            columns.DATA: datum.label,
            columns.CELL: datum.cell,
            columns.DIRECTION: datum.direction,
            columns.RATE: datum.current / float(d.nominal_capacity),
            columns.TEMPERATURE: datum.temperature,
            columns.CAPACITY: charge / float(d.mass),
            columns.VOLTAGE: voltage,
            fit_tables.COMPARED: False,
        }
        return pd.DataFrame(values)


def comparison(
    cells: Sequence[Cell],
    data: Files,
    options: ReadOptions = _NOTHING_STATED,
    model: str = "full",
    progress: Progress | None = None,
) -> Comparison:
    """Read the files, and compute every half-cycle and spectrum with every cell.

    Parameters
    ----------
    options : of the files that are given as paths
    progress : called with (done, all) after each file
    """
    validation.one_of(model, "model", validation.MODELS)
    files = listed(data, options)
    if not files:
        raise NfpcellError("no data to compare; right would be a measured file")
    by_name = {cell.name: cell for cell in cells}
    if len(by_name) < len(set(cells)):
        raise NfpcellError(
            "two different cells have the same name; right would be another name for "
            "one of them"
        )
    contents = [
        measured_data.read(files, {name: cell}) for name, cell in by_name.items()
    ]
    measured = [
        datum
        for content in contents
        for datum in content.observations
        if not isinstance(datum, MeasuredSequence)
    ]
    recognised = pd.concat([content.recognised for content in contents])
    groups: dict[tuple[str, str], list[Measured]] = {}
    for datum in _distinct(measured, len(by_name) > 1):
        groups.setdefault((datum.cell, datum.origin.file), []).append(datum)
    observations: list[Measured] = []
    results: list[Computed] = []
    reasons: dict[str, str] = {}
    for group in reported(list(groups.values()), progress):
        objective = Objective(by_name, FreeParameters(()), group, model, AsSimulated())
        results += objective.computed(_NO_COORDINATES)
        # the objective has sorted them
        observations += objective.observations  # type: ignore[arg-type]
        reasons |= objective.counter.reasons
    return Comparison(by_name, tuple(observations), tuple(results), reasons, recognised)


def _distinct(measured: Sequence[Measured], with_cell: bool) -> list[Measured]:
    """The measurements with labels that differ, and name the cell if there are several.

    Files in different folders may have the same name.
    """
    named: list[Measured] = []
    count: Counter[str] = Counter()
    for datum in measured:
        label = f"{datum.label}, {datum.cell}" if with_cell else datum.label
        count[label] += 1
        number = f" ({count[label]})" if count[label] > 1 else ""
        named.append(replace(datum, label=f"{label}{number}"))
    return named


@overload
def compare(
    cell: Cells,
    data: Files,
    model: str = ...,
    *,
    temperature: float | None = ...,
    depth_of_discharge: float | Sequence[float] | None = ...,
    curves: Literal[False] = ...,
    progress: Progress | None = ...,
) -> pd.DataFrame: ...


@overload
def compare(
    cell: Cells,
    data: Files,
    model: str = ...,
    *,
    temperature: float | None = ...,
    depth_of_discharge: float | Sequence[float] | None = ...,
    curves: Literal[True],
    progress: Progress | None = ...,
) -> tuple[pd.DataFrame, pd.DataFrame]: ...


@overload
def compare(
    cell: Cells,
    data: Files,
    model: str = ...,
    *,
    temperature: float | None = ...,
    depth_of_discharge: float | Sequence[float] | None = ...,
    curves: bool,
    progress: Progress | None = ...,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]: ...


def compare(
    cell: Cells,
    data: Files,
    model: str = "full",
    *,
    temperature: float | None = None,
    depth_of_discharge: float | Sequence[float] | None = None,
    curves: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """
    Compare measured curves and spectra with what the model computes; nothing is fitted.

    Parameters
    ----------
    cell : a Cell, or its name or path; or a list of them, to see which is closer
    data : paths of measured files, or ``Data`` with what the files do not state
    model : "full" or "particle"
    temperature, depth_of_discharge : of the files that are given as paths, see ``Data``
    curves : whether to return the points too
    progress : called with (done, all) after each file

    Returns
    -------
    table with ``columns.COMPARISON``, one row for each half-cycle and spectrum. With
    ``curves`` also the measured and computed points: curves with
    ``fit_tables.CURVE_COLUMNS``, then spectra with ``fit_tables.SPECTRUM_COLUMNS``

    Raises
    ------
    NfpcellError : invalid arguments or data

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from nfpcell.studies import example_data
    >>> path = Path(tempfile.mkdtemp(), "spectra_30degC.csv")
    >>> _ = path.write_text(example_data.text(path.name), encoding="utf-8")
    >>> table = compare("C", path, depth_of_discharge=[0.2, 0.5, 0.8])
    >>> table["RMS difference [%]"].round().tolist()
    [16.0, 16.0, 16.0]
    """
    depths = depth_of_discharge
    options = ReadOptions(
        temperature=temperature,
        depth_of_discharge=depths
        if depths is None or isinstance(depths, int | float)
        else tuple(depths),
    )
    compared = comparison(validation.cells(cell), data, options, model, progress)
    if not curves:
        return compared.table
    points = [part for part in (compared.curves, compared.spectra) if len(part)]
    return compared.table, pd.concat(points or [compared.curves], ignore_index=True)
