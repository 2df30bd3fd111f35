"""Bounded least squares, and the search for its starting values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import differential_evolution, least_squares

from nfpcell.arrays import FloatArray
from nfpcell.fitting.curve_metrics import COARSE, VOLTAGE_SIGMA
from nfpcell.fitting.finite_differences import FiniteDifferences, cost_of, weights
from nfpcell.fitting.fit_settings import FitSettings
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.observations import (
    MeasuredCurve,
    MeasuredSpectrum,
    Observation,
    PublishedNumber,
)
from nfpcell.fitting.sequences import MeasuredSequence

# numerics of the exploration, accurate to some mV; and of the final minimisation, whose
# finite differences must exceed the errors of the integrator
ROUGH: dict[str, Any] = {"points": (("r_p", 40),), "rtol": 1e-4, "atol": 1e-5}
FINE: dict[str, Any] = {"rtol": 1e-7, "atol": 1e-8}
# exploration: number of points, size of a batch, and number of curves
EXPLORED, EXPLORED_AT_ONCE, EXPLORED_CURVES = 64, 16, 4
# number of starts if the first one ends at an RMS residual above NEAR
STARTS, NEAR = 4, 0.3
# most repetitions of a minimisation because its optimum needs another mesh
MOST_MESHES = 3
# least uncertainty of a spectrum over its modulus, and of a number [%], during the
# exploration, where the curves shall have most of the weight
LEAST_RELATIVE, LEAST_TOLERANCE = 0.1, 5.0

NO_JACOBIAN = np.empty((0, 0))

Watch = Callable[[Objective, FloatArray, float], None]


def ignore(objective: Objective, z: FloatArray, cost: float) -> None:
    """A ``Watch`` that does nothing."""


@dataclass(frozen=True)
class Optimum:
    """The end of a minimisation."""

    objective: Objective
    loss: str  # one of LOSSES
    z: FloatArray  # coordinates
    cost: float  # half the sum of squares, under the loss
    residuals: FloatArray
    jacobian: FloatArray  # of the residuals; empty after a rough minimisation
    converged: bool  # False if it reached the number of evaluations

    @property
    def rms_residual(self) -> float:
        """Root mean square of the residuals, under the loss [-]."""
        return self.objective.rms_residual(self.cost)

    @property
    def weighted(self) -> tuple[FloatArray, FloatArray]:
        """Residuals and Jacobian with the weights of the loss."""
        weight = weights(self.residuals, self.loss)
        return self.residuals * weight, self.jacobian * weight[:, None]


@dataclass(frozen=True)
class Effort:
    """Criteria for the end of a minimisation."""

    evaluations: int = 40  # most evaluations, without those of the Jacobian
    precision: float = 1e-5  # relative change of the cost, change of the coordinates
    rough: bool = False  # gives starting values only, without a final Jacobian
    near_enough: float = 0.0  # RMS residual at which a rough one ends [-]


THOROUGH = Effort()
QUICK = Effort(evaluations=60, precision=1e-3, rough=True)
EXPLORATORY = replace(QUICK, near_enough=0.05)
BETWEEN_MODELS = replace(QUICK, evaluations=15)


def minimise(
    objective: Objective,
    z: FloatArray,
    effort: Effort = THOROUGH,
    loss: str = "linear",
    watch: Watch = ignore,
) -> Optimum:
    """Bounded trust-region least squares from the coordinates ``z``.

    ``loss`` is one of LOSSES; ``watch`` is called at every evaluation.
    """
    for _ in range(MOST_MESHES):
        optimum = _minimise(objective, z, effort, loss, watch)
        if effort.rough or not objective.fix_meshes(optimum.z):
            break
        # the optimum needs another mesh, which moves it slightly
        z = optimum.z
    return optimum


class _NearEnough(Exception):  # noqa: N818 - no error
    """Ends a rough minimisation from its residual function."""


def _minimise(
    objective: Objective, z: FloatArray, effort: Effort, loss: str, watch: Watch
) -> Optimum:
    """``minimise`` on one mesh."""
    low, high = objective.free.bounds
    margin = 1e-9 * (high - low)
    z = np.clip(z, low + margin, high - margin)
    objective.fix_meshes(z)
    differences = FiniteDifferences(objective)
    computed: dict[bytes, FloatArray] = {}

    def residuals(z: FloatArray) -> FloatArray:
        key = z.tobytes()
        if key not in computed:
            computed[key] = objective.residuals(z)
            cost = cost_of(computed[key], loss)
            watch(objective, z, cost)
            if effort.rough and objective.rms_residual(cost) <= effort.near_enough:
                raise _NearEnough(z)
        return computed[key]

    try:
        result = least_squares(
            residuals,
            z,
            lambda z: differences(z, residuals(z)),
            bounds=(low, high),
            x_scale="jac",
            loss=loss,
            max_nfev=effort.evaluations,
            ftol=effort.precision,
            xtol=effort.precision,
            gtol=1e-10,
        )
    except _NearEnough as near:
        (z,) = near.args
        r = computed[z.tobytes()]
        cost = cost_of(r, loss)
        return Optimum(objective, loss, z, cost, r, NO_JACOBIAN, True)
    r = residuals(result.x)
    J = NO_JACOBIAN if effort.rough else differences(result.x, r, central=True)
    cost, converged = float(result.cost), result.status > 0
    return Optimum(objective, loss, result.x, cost, r, J, converged)


# --------------------------------------------------------------------------- searching
@dataclass(frozen=True)
class SearchResult:
    """The best optimum from several starts."""

    optimum: Optimum
    start_rms: tuple[float, ...]  # RMS residual reached from each start [-]


@dataclass(frozen=True)
class Search:
    """The search for the best fit from several starts, fast steps first.

    With curves, it minimises the coarse comparison of a few of them with rough
    numerics, from the starting values of the fit. If the result is far from the data,
    it also starts from the best of many points between the bounds. Without curves it
    starts from the starting values and from sampled points. Then it compares all
    observations point by point, first with ``particle``, then with the final model.
    """

    objective: Objective  # of all observations, with the final model
    settings: FitSettings
    watch: Watch = ignore

    def run(self) -> SearchResult:
        """Run the search."""
        curves, others = [], []
        for datum in self.objective.observations:
            if isinstance(datum, MeasuredCurve):
                curves.append(datum)
            else:  # a sequence, a spectrum, a number
                others.append(_loosened(datum))
        if curves or any(isinstance(o, MeasuredSequence) for o in others):
            z, optima = self._explore_curves(curves, others)
        else:
            z, optima = self._explore_without_curves()
        loss = self.settings.loss
        for model in dict.fromkeys(("particle", self.objective.model)):
            last = model == self.objective.model
            objective = replace(self.objective, model=model)
            effort = THOROUGH if last else BETWEEN_MODELS
            optimum = minimise(objective, z, effort, loss, self.watch)
            z = optimum.z
        rms = (float(np.sqrt(2 * o.cost / len(o.residuals))) for o in optima)
        return SearchResult(optimum, tuple(rms))

    @property
    def _starting_values(self) -> FloatArray:
        return self.objective.free.start(self.objective.cells)

    def _explore_without_curves(self) -> tuple[FloatArray, list[Optimum]]:
        """The best coordinates, and the optimum from each start."""
        settings = self.settings
        objective = replace(self.objective, model="particle")
        sampled = objective.free.sample(settings.starts or STARTS, settings.seed)[1:]
        optima = [
            minimise(objective, z, QUICK, settings.loss, self.watch)
            for z in (self._starting_values, *sampled)
        ]
        return min(optima, key=lambda optimum: optimum.cost).z, optima

    def _explore_curves(
        self, curves: Sequence[MeasuredCurve], others: Sequence[Observation]
    ) -> tuple[FloatArray, list[Optimum]]:
        """The best coordinates, and the optimum from each start."""
        subset = _most_different(curves)
        coarse = replace(self.objective, model="particle", metric=COARSE)
        rough = replace(coarse, observations=[*subset, *others], numerics=ROUGH)
        optima = [self._explore_from(rough, self._starting_values)]
        starts = self.settings.starts
        if starts is None:
            starts = STARTS if optima[0].rms_residual > NEAR else 1
        further = self._sampled_starts(rough, starts - 1) if starts > 1 else []
        if self.settings.global_search:
            further.append(self._evolved_start(rough))
        optima += [self._explore_from(rough, z) for z in further]
        z = min(optima, key=lambda optimum: optimum.cost).z
        if len(curves) > len(subset):
            all_curves = replace(coarse, observations=[*curves, *others], numerics={})
            z = self._explore_from(all_curves, z).z
        return z, optima

    def _explore_from(self, objective: Objective, z: FloatArray) -> Optimum:
        return minimise(objective, z, EXPLORATORY, watch=self.watch)

    def _sampled_starts(self, objective: Objective, number: int) -> list[FloatArray]:
        """The best of EXPLORED points between the bounds."""
        points = objective.free.sample(EXPLORED, self.settings.seed)
        costs: list[float] = []
        for batch in np.split(points, EXPLORED // EXPLORED_AT_ONCE):
            costs += map(cost_of, objective.many(list(batch)))
            best = int(np.argmin(costs))
            self.watch(objective, points[best], costs[best])
        return list(points[np.argsort(costs, kind="stable")[:number]])

    def _evolved_start(self, objective: Objective) -> FloatArray:
        """Lowest cost by differential evolution, one batch for each generation."""

        def costs(columns: FloatArray) -> FloatArray:
            values = [cost_of(r) for r in objective.many(list(columns.T))]
            best = int(np.argmin(values))
            self.watch(objective, columns[:, best], values[best])
            return np.array(values)

        result = differential_evolution(
            costs,
            list(zip(*objective.free.bounds, strict=True)),
            rng=self.settings.seed,
            vectorized=True,
            updating="deferred",
            polish=False,
            maxiter=30,
            popsize=8,
            tol=1e-2,
        )
        return result.x


def _most_different(curves: Sequence[MeasuredCurve]) -> Sequence[MeasuredCurve]:
    """EXPLORED_CURVES curves that differ most in current, temperature, direction."""
    if len(curves) <= EXPLORED_CURVES:
        return curves
    traits = np.array(
        [
            [np.log(c.current), c.temperature / 10, 3.0 * (c.direction == "charge")]
            for c in curves
        ]
    )
    chosen = [int(np.argmin(traits[:, 0]))]
    while len(chosen) < EXPLORED_CURVES:
        distances = np.linalg.norm(traits[:, None] - traits[chosen], axis=-1)
        chosen.append(int(np.argmax(distances.min(axis=1))))
    return [curves[k] for k in sorted(chosen)]


def _loosened(
    datum: MeasuredSequence | MeasuredSpectrum | PublishedNumber,
) -> MeasuredSequence | MeasuredSpectrum | PublishedNumber:
    """A sequence, spectrum or number with more uncertainty, for the exploration."""
    if isinstance(datum, MeasuredSequence):
        return replace(datum, sigma=max(datum.sigma, VOLTAGE_SIGMA))
    if isinstance(datum, MeasuredSpectrum):
        return replace(datum, sigma=max(datum.sigma, LEAST_RELATIVE))
    tolerance = max(datum.tolerance_percent, LEAST_TOLERANCE)
    return replace(datum, tolerance_percent=tolerance)
