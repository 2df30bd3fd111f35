"""The objective of a fit: computed less measured over its uncertainty.

It is evaluated for many sets of values at once, so that their runs are one batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import HALF_CYCLES
from nfpcell.columns import LOW_FREQUENCY
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis import impedance
from nfpcell.eis.operating_points import (
    OperatingPoints,
    operating_points,
    resting_at,
)
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.fitting.curve_metrics import POINTWISE, CurveMetric, Inputs
from nfpcell.fitting.free_parameters import FloatArray, FreeParameters
from nfpcell.fitting.observations import (
    MeasuredCurve,
    MeasuredSpectrum,
    Observation,
    PublishedNumber,
)
from nfpcell.simulation.engine import Engine, Run
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import starting_voltages
from nfpcell.studies import residuals, scoring

# deviations where nothing could be computed: of an impedance over its modulus, and of a
# number in its tolerances
IMPEDANCE_NOT_COMPUTED, NUMBER_NOT_COMPUTED = 1.0, 100.0
# every other depth of discharge: the lowest resistance is found by a parabola anyway
DEPTHS = tuple(round(0.01 + 0.02 * k, 2) for k in range(50))
# quantities that are computed without fitting a circuit
WITHOUT_CIRCUIT = (
    LOW_FREQUENCY,
    "Resistance rise at 3 %",
    "Resistance rise at 97 %",
    "Depth of resistance peak",
)

# what the model gives for an observation: voltages at its charges (or the ``Outline``),
# impedances at its frequencies, or a number; None where nothing could be computed
Computed = Any


@dataclass
class EvaluationCounter:
    """
    Work of a fit so far.

    Attributes
    ----------
    evaluations : sets of values tried
    failures : half-cycles, spectra and numbers among them that could not be computed
    """

    evaluations: int = 0
    failures: int = 0


@dataclass(frozen=True)
class _CurveRun:
    """A curve to run: for which set of values, which observation, with what inputs."""

    row: int
    index: int
    curve: MeasuredCurve
    inputs: Inputs


class Objective:
    """
    Residuals of all observations as a function of the free coordinates.

    Attributes
    ----------
    cells : that are fitted, by key
    free : free parameters
    observations : curves, then spectra, then published numbers
    model : "full" or "particle"
    metric : how curves are compared
    numerics : ``points``, ``rtol``, ``atol`` of ``engine.built``; by default chosen for
        every curve
    counter : counts the evaluations, shared by all objectives of one fit
    """

    def __init__(
        self,
        cells: Mapping[str, Cell],
        free: FreeParameters,
        observations: Sequence[Observation],
        model: str,
        metric: CurveMetric = POINTWISE,
        *,
        counter: EvaluationCounter | None = None,
        **numerics: Any,
    ) -> None:
        self.cells, self.free, self.model = cells, free, model
        self.metric = metric
        self.counter = counter or EvaluationCounter()
        self.numerics = numerics
        order = (MeasuredCurve, MeasuredSpectrum, PublishedNumber)
        self.observations = sorted(observations, key=lambda o: order.index(type(o)))
        self._engines: dict[int, Engine] = {}

    def fix_meshes(self, z: FloatArray) -> bool:
        """
        Keep the meshes that the values at ``z`` need, whatever is tried next; return
        whether any of them changed.

        A mesh that changed between two sets of values would change a voltage by more
        than a small step of a parameter does.
        """
        before = self._engines
        cells = self.free.cells(self.cells, z)
        self._engines = {
            k: self._engine(cells[curve.cell], curve) for k, curve in self._curves()
        }
        return bool(before) and self._engines != before

    def residuals(self, z: FloatArray) -> FloatArray:
        """All residuals at one set of coordinates, those of the priors last."""
        (values,) = self.many([z])
        return values

    def many(self, zs: Sequence[FloatArray]) -> list[FloatArray]:
        """Residuals at several sets of coordinates."""
        self.counter.evaluations += len(zs)
        priors = map(self.free.prior_residuals, zs)
        return [
            np.concatenate([*map(self._residuals, self.observations, row), prior])
            for prior, row in zip(priors, self._computed(zs), strict=True)
        ]

    def computed(self, z: FloatArray) -> list[Computed]:
        """What the model gives for every observation, see ``Computed``."""
        (row,) = self._computed([z])
        return row

    def parts(self) -> list[slice]:
        """Slice of each observation in a vector of residuals."""
        sizes = [len(self._residuals(one, None)) for one in self.observations]
        ends = np.cumsum(sizes)
        return [slice(end - n, end) for end, n in zip(ends, sizes, strict=True)]

    def rms_residual(self, cost: float) -> float:
        """Root mean square of the residuals that have this cost [-]."""
        return float(np.sqrt(2 * cost / self.parts()[-1].stop))

    # ------------------------------------------------------- computing the observations
    def _computed(self, zs: Sequence[FloatArray]) -> list[list[Computed]]:
        """What the model gives for every observation, at every set of coordinates."""
        cell_sets = [self._cells_at(z) for z in zs]
        rows: list[list[Computed]] = [[None] * len(self.observations) for _ in zs]
        self._compute_curves(cell_sets, rows)
        for cells, row in zip(cell_sets, rows, strict=True):
            if cells is not None:
                self._compute_spectra(cells, row)
                self._compute_numbers(cells, row)
        return rows

    def _cells_at(self, z: FloatArray) -> dict[str, Cell] | None:
        """The cells at coordinates, None where the values contradict each other."""
        try:
            return self.free.cells(self.cells, z)
        except NfpcellError:
            self.counter.failures += len(self.observations)
            return None

    def _curves(self) -> list[tuple[int, MeasuredCurve]]:
        """Index and curve of the observations that are curves."""
        return [
            (k, one)
            for k, one in enumerate(self.observations)
            if isinstance(one, MeasuredCurve)
        ]

    @property
    def _tolerances(self) -> dict[str, Any]:
        """The numerics without the mesh, which is chosen for curves only."""
        return {key: v for key, v in self.numerics.items() if key in ("rtol", "atol")}

    def _engine(self, cell: Cell, curve: MeasuredCurve) -> Engine:
        rate = curve.current / cell.derived().nominal_capacity
        condition = curve.direction, rate, curve.temperature
        return engine_for(cell, *condition, self.model, **self.numerics)

    def _compute_curves(
        self, cell_sets: list[dict[str, Cell] | None], rows: list[list[Computed]]
    ) -> None:
        """Run every curve of every set, in one batch for each engine."""
        starts = self._starting_voltages(cell_sets)
        batches: dict[Engine, list[_CurveRun]] = {}
        for row, cells in enumerate(cell_sets):
            if cells is None:
                continue
            for k, curve in self._curves():
                cell = cells[curve.cell]
                key = row, curve.cell, curve.direction
                start = starts[key] if curve.start is None else curve.start
                if isinstance(start, SolveError):
                    self.counter.failures += 1
                    continue
                engine = self._engines.get(k) or self._engine(cell, curve)
                sign = 1 if curve.direction == "discharge" else -1
                inputs = engine.inputs(
                    cell.with_values(self.metric.cutoffs(cell, curve)),
                    sign * curve.current,
                    curve.temperature + ZERO_CELSIUS,
                    start,
                )
                batches.setdefault(engine, []).append(_CurveRun(row, k, curve, inputs))
        for engine, batch in batches.items():
            for asked, run in self._runs(engine, batch):
                if run.failed:
                    self.counter.failures += 1
                else:
                    rows[asked.row][asked.index] = self.metric.computed(
                        engine, run, asked.curve, asked.inputs
                    )

    def _starting_voltages(
        self, cell_sets: list[dict[str, Cell] | None]
    ) -> dict[tuple[int, str, str], float | SolveError]:
        """Voltage after the slow half-cycle before, by set, cell and direction [V]."""
        wanted = {
            (row, curve.cell, curve.direction): cells[curve.cell]
            for row, cells in enumerate(cell_sets)
            if cells is not None
            for _, curve in self._curves()
            if curve.start is None
        }
        starts: dict[tuple[int, str, str], float | SolveError] = {}
        for direction in HALF_CYCLES:
            keys = [key for key in wanted if key[-1] == direction]
            if keys:
                # a slow discharge ends on a steep curve, which needs no tolerance
                settings = self.numerics if direction == "charge" else {}
                pairs = [(wanted[key], direction) for key in keys]
                voltages = starting_voltages(pairs, self.model, **settings)
                starts |= dict(zip(keys, voltages, strict=True))
        return starts

    def _runs(
        self, engine: Engine, batch: list[_CurveRun]
    ) -> Iterator[tuple[_CurveRun, Run]]:
        """
        Each curve with the run that gives its voltages.

        Point by point, curves with the same trajectory share one run: a parameter that
        only changes the voltage, such as the exchange current of an interface, needs no
        run of its own.
        """
        groups: dict[Any, list[_CurveRun]] = {}
        for asked in batch:
            key: Any = len(groups)
            if self.metric.pointwise:
                key = asked.index, engine.trajectory_key(asked.inputs)
            groups.setdefault(key, []).append(asked)
        again = []
        firsts = [group[0] for group in groups.values()]
        runs = self._solved(engine, firsts)
        for (first, *others), run in zip(groups.values(), runs, strict=True):
            yield first, run
            if run.solution is None:
                # this one did not start, others may
                again += others
            else:
                yield from ((asked, run) for asked in others)
        if again:
            yield from zip(again, self._solved(engine, again), strict=True)

    def _solved(self, engine: Engine, batch: list[_CurveRun]) -> list[Run]:
        longest = max(self.metric.duration(asked.curve) for asked in batch)
        return engine.solve([asked.inputs for asked in batch], [0, longest])

    def _compute_spectra(self, cells: dict[str, Cell], row: list[Computed]) -> None:
        for k, one in enumerate(self.observations):
            if not isinstance(one, MeasuredSpectrum):
                continue
            cell = cells[one.cell]
            points = self._operating_point(cell, one)
            if not points.reached.any():
                self.counter.failures += 1
                continue
            frequencies = one.spectrum.frequencies
            parts = impedance.impedance_at(points, frequencies, cell.layout)
            row[k] = parts[0].sum(axis=-1)

    def _operating_point(self, cell: Cell, one: MeasuredSpectrum) -> OperatingPoints:
        """The state in which a spectrum was taken."""
        settings = self._tolerances
        if one.depth is None:
            # the voltage was measured at the temperature of the cell
            slope = cell["Positive electrode OCP entropic change [V.K-1]"]
            warmer = one.temperature + ZERO_CELSIUS - cell["Reference temperature [K]"]
            voltages = [one.voltage - slope * warmer]
            return resting_at(cell, voltages, one.temperature, self.model, **settings)
        condition = one.direction, one.rate, one.temperature
        return operating_points(cell, *condition, [one.depth], self.model, **settings)

    def _compute_numbers(self, cells: dict[str, Cell], row: list[Computed]) -> None:
        """Run each experiment once, for all of its numbers."""
        by_name = {cell.name: cell for cell in cells.values()}
        groups: dict[str, list[tuple[int, PublishedNumber]]] = {}
        for k, one in enumerate(self.observations):
            if isinstance(one, PublishedNumber):
                groups.setdefault(one.experiment.name, []).append((k, one))
        for group in groups.values():
            experiments = [one.experiment for _, one in group]
            conditions = dict.fromkeys(c for e in experiments for c in e.conditions)
            experiment = replace(
                experiments[0],
                conditions=tuple(conditions),
                targets=tuple(one.target for _, one in group),
            )
            settings = self._tolerances
            if experiment.kind == "resistance":
                quantities = {target.quantity for target in experiment.targets}
                circuits = not quantities <= set(WITHOUT_CIRCUIT)
                settings |= {"circuits": circuits, "depths": DEPTHS}
            used = {c.cell: by_name[c.cell_name] for c in conditions}
            results = scoring.run(experiment, self.model, cells=used, **settings)
            table = scoring.judge(experiment, *results)
            for (k, _), value in zip(group, table["Computed"], strict=True):
                if np.isfinite(value):
                    row[k] = float(value)
                else:
                    self.counter.failures += 1

    def _residuals(self, one: Observation, computed: Computed) -> FloatArray:
        """Residuals of one observation; large ones if nothing could be computed."""
        if isinstance(one, MeasuredCurve):
            return self.metric.residuals(one, computed)
        if isinstance(one, MeasuredSpectrum):
            Z = one.spectrum.Z
            if computed is None:
                computed = Z + IMPEDANCE_NOT_COMPUTED * np.abs(Z)
            return residuals.of_spectrum(computed, Z, one.sigma)
        if computed is None:
            return np.array([NUMBER_NOT_COMPUTED])
        return np.array(
            [residuals.of_number(computed, one.target.value, one.tolerance_percent)]
        )
