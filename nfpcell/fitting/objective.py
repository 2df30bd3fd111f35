"""The objective of a fit: residuals of all observations, over their uncertainty.

It is evaluated for many sets of values at once, so that their runs form one batch.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import HALF_CYCLES
from nfpcell.columns import COMPUTED
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis import impedance, operating_points
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.fitting.curve_metrics import POINTWISE, Pointwise
from nfpcell.fitting.free_parameters import FreeParameters
from nfpcell.fitting.observations import (
    MeasuredCurve,
    MeasuredSpectrum,
    Observation,
    PublishedNumber,
)
from nfpcell.fitting.sequence_runs import SequenceRuns
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.engine import Engine, Inputs, Run
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import starting_voltages
from nfpcell.studies import scoring
from nfpcell.studies.quantities import WITHOUT_CIRCUIT

# half of the usual depths of discharge are enough: a parabola gives the lowest value
DEPTHS = tuple(round(0.01 + 0.02 * k, 2) for k in range(50))
# the result of the model for an observation: voltages at its charges (or an
# ``Outline``), impedances at its frequencies, or a number; None if it failed
Computed = Any
# the fitted cells by key; None if the values of a set contradict each other
CellSet = dict[str, Cell] | None


@dataclass
class EvaluationCounter:
    """Number of evaluations of a fit so far."""

    evaluations: int = 0  # sets of values tried
    failures: int = 0  # half-cycles, spectra, numbers that could not be computed
    # why an observation could not be computed the last time, by its label
    reasons: dict[str, str] = field(default_factory=dict)

    def fail(self, observation: Observation, reason: str) -> None:
        """Count an observation that could not be computed."""
        self.failures += 1
        self.reasons[observation.label] = reason


@dataclass(frozen=True)
class _CurveRun:
    """A curve to run, with its inputs."""

    row: int  # index of the set of values
    index: int  # of the observation
    curve: MeasuredCurve
    inputs: Inputs


@dataclass(eq=False)
class Objective:
    """Residuals of all observations as a function of the free coordinates."""

    cells: Mapping[str, Cell]  # that are fitted, by key
    free: FreeParameters
    # sorted: curves, sequences, spectra, published numbers
    observations: Sequence[Observation]
    model: str = "full"  # or "particle"
    metric: Pointwise = POINTWISE  # how curves are compared
    # points, rtol, atol of ``engine.built``; chosen for each curve if not given
    numerics: Mapping[str, Any] = field(default_factory=dict)
    # shared by all objectives of one fit
    counter: EvaluationCounter = field(default_factory=EvaluationCounter)
    _engines: dict[int, Engine] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        order = (MeasuredCurve, MeasuredSequence, MeasuredSpectrum, PublishedNumber)
        self.observations = sorted(
            self.observations, key=lambda datum: order.index(type(datum))
        )
        self._curves = [
            (k, datum)
            for k, datum in enumerate(self.observations)
            if isinstance(datum, MeasuredCurve)
        ]
        self._sequences = {
            k: SequenceRuns(datum, self.numerics.get("points"))
            for k, datum in enumerate(self.observations)
            if isinstance(datum, MeasuredSequence)
        }
        # for spectra and numbers the mesh is always chosen automatically
        self._tolerances = {k: v for k, v in self.numerics.items() if k != "points"}

    def __getstate__(self) -> dict[str, Any]:
        # CasADi's functions in an engine cannot be pickled; engines are built again
        return {**self.__dict__, "_engines": {}}

    def fix_meshes(self, z: FloatArray) -> bool:
        """
        Use the meshes for the values at ``z`` from now on; return whether any changed.

        Another mesh changes a voltage by more than a small step of a parameter does.
        """
        before = self._engines
        cells = self.free.cells(self.cells, z)
        self._engines = {
            k: self._engine(cells[curve.cell], curve) for k, curve in self._curves
        }
        for runs in self._sequences.values():
            runs.fix_steps(cells, self.free.values(z))
        return bool(before) and self._engines != before

    def residuals(self, z: FloatArray) -> FloatArray:
        """All residuals at one set of coordinates, those of the priors last."""
        return self.many([z])[0]

    def many(self, zs: Sequence[FloatArray]) -> list[FloatArray]:
        """Residuals at several sets of coordinates."""
        self.counter.evaluations += len(zs)
        return [
            np.concatenate([*self._residuals(row), self.free.prior_residuals(z)])
            for z, row in zip(zs, self._computed(zs), strict=True)
        ]

    def computed(self, z: FloatArray) -> list[Computed]:
        """The ``Computed`` result for every observation."""
        return self._computed([z])[0]

    def parts(self) -> list[slice]:
        """Slice of each observation in a vector of residuals."""
        nothing = [None] * len(self.observations)
        ends = np.cumsum([0, *map(len, self._residuals(nothing))])
        return list(map(slice, ends[:-1], ends[1:]))

    def rms_residual(self, cost: float) -> float:
        """Root mean square of the residuals that have this cost [-]."""
        return float(np.sqrt(2 * cost / self.parts()[-1].stop))

    def _residuals(self, computed: Sequence[Computed]) -> list[FloatArray]:
        """Residuals of each observation; large ones where nothing was computed."""
        return [
            self.metric.residuals(datum, values)
            if isinstance(datum, MeasuredCurve)
            else datum.residuals(values)
            for datum, values in zip(self.observations, computed, strict=True)
        ]

    def _computed(self, zs: Sequence[FloatArray]) -> list[list[Computed]]:
        """The results for every observation, at every set of coordinates."""
        cell_sets = [self._cells_at(z) for z in zs]
        rows: list[list[Computed]] = [[None] * len(self.observations) for _ in zs]
        self._compute_curves(cell_sets, rows)
        values = [self.free.values(z) for z in zs]
        for k, runs in self._sequences.items():
            for row, result in zip(rows, runs.computed(cell_sets, values), strict=True):
                row[k] = result
        for cells, row in zip(cell_sets, rows, strict=True):
            if cells is not None:
                self._compute_spectra(cells, row)
                self._compute_numbers(cells, row)
        return rows

    def _cells_at(self, z: FloatArray) -> CellSet:
        try:
            return self.free.cells(self.cells, z)
        except NfpcellError:
            self.counter.failures += len(self.observations)
            return None

    # ------------------------------------------------------------------------- curves
    def _engine(self, cell: Cell, curve: MeasuredCurve) -> Engine:
        rate = curve.current / cell.derived().nominal_capacity
        condition = curve.direction, rate, curve.temperature
        return engine_for(cell, *condition, self.model, **self.numerics)

    def _compute_curves(
        self, cell_sets: list[CellSet], rows: list[list[Computed]]
    ) -> None:
        """Run every curve of every set, in one batch for each engine."""
        starts = self._starting_voltages(cell_sets)
        batches: dict[Engine, list[_CurveRun]] = defaultdict(list)
        for row, cells in enumerate(cell_sets):
            if cells is None:
                continue
            for k, curve in self._curves:
                cell = cells[curve.cell]
                key = row, curve.cell, curve.direction
                start = starts[key] if curve.start is None else curve.start
                if isinstance(start, SolveError):
                    self.counter.fail(curve, str(start))
                    continue
                engine = self._engines.get(k) or self._engine(cell, curve)
                inputs = engine.inputs(
                    cell.with_values(self.metric.cutoffs(cell, curve)),
                    curve.current if curve.direction == "discharge" else -curve.current,
                    curve.temperature + ZERO_CELSIUS,
                    start,
                )
                batches[engine].append(_CurveRun(row, k, curve, inputs))
        for engine, batch in batches.items():
            for curve_run, run in self._runs(engine, batch):
                if run.failed:
                    self.counter.fail(curve_run.curve, run.outcome.reason)
                else:
                    rows[curve_run.row][curve_run.index] = self.metric.computed(
                        engine, run, curve_run.curve, curve_run.inputs
                    )

    def _starting_voltages(
        self, cell_sets: list[CellSet]
    ) -> dict[tuple[int, str, str], float | SolveError]:
        """Voltage [V] after the preceding slow half-cycle, by set, cell, direction."""
        cells_to_start = {
            (row, curve.cell, curve.direction): cells[curve.cell]
            for row, cells in enumerate(cell_sets)
            if cells is not None
            for _, curve in self._curves
            if curve.start is None
        }
        starts: dict[tuple[int, str, str], float | SolveError] = {}
        for direction in HALF_CYCLES:
            keys = [key for key in cells_to_start if key[-1] == direction]
            # a charge follows a slow discharge, whose steep end allows any tolerance
            settings = self.numerics if direction == "charge" else {}
            pairs = [(cells_to_start[key], direction) for key in keys]
            voltages = starting_voltages(pairs, self.model, **settings) if pairs else []
            starts |= dict(zip(keys, voltages, strict=True))
        return starts

    def _runs(
        self, engine: Engine, batch: list[_CurveRun]
    ) -> Iterator[tuple[_CurveRun, Run]]:
        """Each curve with the run from which its voltages follow.

        Point by point, curves with the same trajectory share one run: a parameter that
        changes only the voltage, such as the exchange current of an interface, needs no
        new run.
        """
        groups: dict[Any, list[_CurveRun]] = defaultdict(list)
        for curve_run in batch:
            key: Any = len(groups)
            if self.metric.pointwise:
                key = curve_run.index, engine.trajectory_key(curve_run.inputs)
            groups[key].append(curve_run)
        again = []
        runs = self._solved(engine, [group[0] for group in groups.values()])
        for (first, *others), run in zip(groups.values(), runs, strict=True):
            yield first, run
            if run.solution is None:
                # the others may start with their own inputs
                again += others
            else:
                yield from ((curve_run, run) for curve_run in others)
        if again:
            yield from zip(again, self._solved(engine, again), strict=True)

    def _solved(self, engine: Engine, batch: list[_CurveRun]) -> list[Run]:
        longest = max(self.metric.duration(curve_run.curve) for curve_run in batch)
        return engine.solve([curve_run.inputs for curve_run in batch], [0, longest])

    # -------------------------------------------------------------- spectra and numbers
    def _compute_spectra(self, cells: dict[str, Cell], row: list[Computed]) -> None:
        for k, measured in enumerate(self.observations):
            if not isinstance(measured, MeasuredSpectrum):
                continue
            cell = cells[measured.cell]
            points = self._operating_point(cell, measured)
            if points.reached.any():
                frequencies = measured.spectrum.frequencies
                parts = impedance.impedance_at(points, frequencies, cell.layout)
                row[k] = parts[0].sum(axis=-1)
            else:
                self.counter.fail(measured, points.reason)

    def _operating_point(
        self, cell: Cell, measured: MeasuredSpectrum
    ) -> operating_points.OperatingPoints:
        """The state of a cell during a spectrum."""
        model, settings = self.model, self._tolerances
        if measured.depth is not None:
            condition = Condition(
                cell, measured.direction, measured.rate, measured.temperature
            )
            return operating_points.operating_points(
                condition, [measured.depth], model, **settings
            )
        # the voltage was measured at the temperature of the cell
        slope = cell["Positive electrode OCP entropic change [V.K-1]"]
        warmer = measured.temperature + ZERO_CELSIUS - cell["Reference temperature [K]"]
        voltage = measured.voltage - slope * warmer
        return operating_points.resting_at(
            cell, [voltage], measured.temperature, model, **settings
        )

    def _compute_numbers(self, cells: dict[str, Cell], row: list[Computed]) -> None:
        """Run each experiment once, for all of its numbers."""
        by_name = {cell.name: cell for cell in cells.values()}
        groups: dict[str, dict[int, PublishedNumber]] = defaultdict(dict)
        for k, number in enumerate(self.observations):
            if isinstance(number, PublishedNumber):
                groups[number.experiment.name][k] = number
        for group in groups.values():
            experiments = [number.experiment for number in group.values()]
            conditions = dict.fromkeys(c for e in experiments for c in e.conditions)
            experiment = replace(
                experiments[0],
                conditions=tuple(conditions),
                targets=tuple(number.target for number in group.values()),
            )
            settings: dict[str, Any] = dict(self._tolerances)
            if experiment.kind == "resistance":
                quantities = {target.quantity for target in experiment.targets}
                circuits = not quantities.issubset(WITHOUT_CIRCUIT)
                settings |= {"circuits": circuits, "depths": DEPTHS}
            used = {c.cell: by_name[c.cell_name] for c in conditions}
            results = scoring.run(experiment, self.model, cells=used, **settings)
            judged = scoring.judge(experiment, *results)
            for k, value in zip(group, judged[COMPUTED], strict=True):
                if np.isfinite(value):
                    row[k] = float(value)
                else:
                    self.counter.failures += 1
