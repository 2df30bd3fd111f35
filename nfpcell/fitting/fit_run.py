"""The steps of a fit: search, exclude data, set weights, estimate the uncertainty."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.errors import FitError
from nfpcell.fitting.diagnostics import Deviations, cannot_run, findings
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_result import Fit, fitted_cell, parameter_table, predict
from nfpcell.fitting.fit_settings import FitSettings
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.observations import Observation, PublishedNumber
from nfpcell.fitting.optimise import FINE, NO_JACOBIAN, Optimum, Search, minimise
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.fitting.uncertainty import LowerCostFound, Uncertainty, estimate

# most repetitions of the weighting, and of the intervals after a lower cost was met
ROUNDS = 3

# called with the stage and the RMS residual (or None) at every evaluation
FitProgress = Callable[[str, float | None], None]


@dataclass
class Monitor:
    """Reports progress and stores the best values, which Ctrl-C returns."""

    model: str
    progress: FitProgress | None
    stage: str = "exploring"
    best: Optimum | None = None
    best_rank: int = 0

    def __call__(self, objective: Objective, z: FloatArray, cost: float) -> None:
        """Store a set of values if it is of a later stage, or has a lower cost."""
        pointwise = objective.metric.pointwise
        rank = 2 * pointwise + (objective.model == self.model)
        if pointwise:
            self.stage = f"fitting, {objective.model}"
        if self.best is None or (-rank, cost) < (-self.best_rank, self.best.cost):
            self.best = Optimum(
                objective, "linear", z, cost, np.empty(0), NO_JACOBIAN, False
            )
            self.best_rank = rank
        self.report(self.stage, objective.rms_residual(cost))

    def report(self, stage: str, rms_residual: float) -> None:
        """Call ``progress`` if there is one."""
        if self.progress:
            self.progress(stage, rms_residual)


class FitRun:
    """One run of a fit; Ctrl-C ends it with the best values so far."""

    optimum: Optimum
    start_rms: tuple[float, ...] = ()
    uncertainty: Uncertainty | None = None

    def __init__(
        self,
        plan: FitPlan,
        measured: MeasuredData,
        settings: FitSettings,
        progress: FitProgress | None = None,
    ) -> None:
        starts = [
            datum.start
            for datum in measured.observations
            if isinstance(datum, MeasuredSequence) and not datum.start_stated
        ]
        plan = replace(plan, free=plan.free.with_starts(starts))
        self.plan, self.measured, self.settings = plan, measured, settings
        observations = [*measured.observations, *plan.targets]
        self.objective = Objective(
            plan.cells, plan.free, observations, plan.model, numerics=FINE
        )
        self.monitor = Monitor(plan.model, progress)
        self.left_out: list[str] = []

    def run(self) -> Fit:
        """Run all steps."""
        try:
            self._search()
            self._exclude_failing_data()
            self._weight_by_scatter()
            if self.settings.intervals != "none":
                self._estimate_uncertainty()
        except KeyboardInterrupt:
            if self.monitor.best is None:
                raise
            self.optimum = replace(self.monitor.best, objective=self.objective)
            self.uncertainty = None
            return self._result(interrupted=True)
        return self._result()

    def _search(self) -> None:
        result = Search(self.objective, self.settings, self.monitor).run()
        self.optimum, self.start_rms = result.optimum, result.start_rms
        self.objective = self.optimum.objective

    def _exclude_failing_data(self) -> None:
        """Fit again without the observations that the model cannot even start."""
        computed = self.objective.computed(self.optimum.z)
        runnable: list[Observation] = []
        for datum, values in zip(self.objective.observations, computed, strict=True):
            if cannot_run(datum, values):
                self.left_out.append(datum.label)
            else:
                runnable.append(datum)
        if not runnable:
            raise FitError(
                "no set of values between the bounds could be computed for these data; "
                "right would be other bounds, a cell closer to the measured one, or "
                "another current or temperature, if those were recognised wrongly"
            )
        if self.left_out:
            self._fit_to(runnable)

    def _weight_by_scatter(self) -> None:
        """Set uncertainties that were not stated to the scatter about the fit."""
        for _ in range(ROUNDS):
            observations = _with_sigma_of_scatter(self.optimum)
            if observations is None:
                return
            self._fit_to(observations)

    def _estimate_uncertainty(self) -> None:
        """Estimate intervals; fit again if a profile meets a lower cost."""

        def progress(done: int, total: int) -> None:
            stage = f"intervals, {done} of {total}"
            self.monitor.report(stage, self.optimum.rms_residual)

        for _ in range(ROUNDS):
            try:
                self.uncertainty = estimate(
                    self.optimum, self.settings.intervals, progress
                )
            except LowerCostFound as lower:
                self._minimise(lower.z)
            else:
                return
        # every profile met a lower cost: only the linear approximation is possible
        self.uncertainty = estimate(self.optimum, "linear")

    def _fit_to(self, observations: list[Observation]) -> None:
        """Fit again, to other observations or with other weights."""
        if self.monitor.best is not None:
            # its cost belongs to the former observations
            self.monitor.best = replace(self.monitor.best, cost=np.inf)
        self.objective = replace(self.objective, observations=observations)
        self._minimise(self.optimum.z)

    def _minimise(self, z: FloatArray) -> None:
        loss = self.settings.loss
        self.optimum = minimise(self.objective, z, loss=loss, watch=self.monitor)

    def _result(self, interrupted: bool = False) -> Fit:
        plan, measured = self.plan, self.measured
        objective, optimum = self.objective, self.optimum
        computed = objective.computed(optimum.z)
        deviations = Deviations.of(objective.observations, computed)
        parameters = parameter_table(optimum, self.uncertainty)
        return Fit(
            plan=plan,
            cells={
                key: fitted_cell(cell, plan, measured, parameters, self.uncertainty)
                for key, cell in plan.cells.items()
            },
            parameters=parameters,
            findings=findings(
                optimum, self.uncertainty, deviations, self.left_out, interrupted
            ),
            observations=tuple(objective.observations),
            computed=tuple(computed),
            recognised=measured.recognised,
            deviations=deviations,
            evaluations=self.objective.counter.evaluations,
            failures=self.objective.counter.failures,
            optimum=optimum,
            predicted=predict(plan, optimum, self.uncertainty),
            start_rms=self.start_rms,
            uncertainty=self.uncertainty,
            interrupted=interrupted,
            left_out=tuple(self.left_out),
        )


def _with_sigma_of_scatter(optimum: Optimum) -> list[Observation] | None:
    """The observations, their unstated uncertainties set to the scatter about the fit.

    One scatter for all curves and one for all spectra; None if nothing changes.
    """
    objective = optimum.objective
    residuals: dict[type[Observation], list[FloatArray]] = defaultdict(list)
    for datum, part in zip(objective.observations, objective.parts(), strict=True):
        if not datum.stated:
            residuals[type(datum)].append(optimum.residuals[part])
    factors = {
        kind: float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))
        for kind, parts in residuals.items()
    }
    if all(0.95 < factor < 1.05 for factor in factors.values()):
        return None
    return [
        datum
        if datum.stated or isinstance(datum, PublishedNumber)
        else replace(datum, sigma=datum.sigma * max(factors[type(datum)], 1e-3))
        for datum in objective.observations
    ]
