"""One fit, step by step: search, leave out, weigh, and estimate the uncertainty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nfpcell.errors import FitError
from nfpcell.fitting import uncertainty
from nfpcell.fitting.diagnostics import Deviations, cannot_run, findings
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_result import Fit, fitted_cell, parameter_table, predict
from nfpcell.fitting.fit_settings import FitSettings
from nfpcell.fitting.free_parameters import FloatArray
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.objective import EvaluationCounter, Objective
from nfpcell.fitting.observations import Observation, PublishedNumber
from nfpcell.fitting.optimise import FINE, NO_JACOBIAN, Optimum, Search, minimise
from nfpcell.fitting.uncertainty import LowerCostFound, Uncertainty

# most rounds of weighing by scatter, and of starting again from a lower cost
ROUNDS = 3

# called with the stage in words and the RMS residual at every set of values tried
Progress = Callable[[str, float | None], None]


@dataclass
class Monitor:
    """Reports progress, and keeps the best values so that Ctrl-C does not lose them."""

    model: str
    progress: Progress | None
    stage: str = "exploring"
    best: Optimum | None = None
    _rank: int = field(default=-1, init=False)

    def __call__(self, objective: Objective, z: FloatArray, cost: float) -> None:
        """Watch a set of values; a later stage of the search wins over a lower cost."""
        pointwise = objective.metric.pointwise
        rank = 2 * pointwise + (objective.model == self.model)
        if pointwise:
            self.stage = f"fitting, {objective.model}"
        if self.best is None or (-rank, cost) < (-self._rank, self.best.cost):
            self.best, self._rank = (
                Optimum(z, cost, np.empty(0), NO_JACOBIAN, False),
                rank,
            )
        self.report(self.stage, objective.rms_residual(cost))

    def report(self, stage: str, rms_residual: float) -> None:
        """Report progress, if anybody listens."""
        if self.progress:
            self.progress(stage, rms_residual)

    def forget_cost(self) -> None:
        """Costs from now on are those of other weights: keep the values alone."""
        if self.best is not None:
            self.best = replace(self.best, cost=np.inf)


class FitRun:
    """One run of a fit; what it has found so far survives Ctrl-C."""

    def __init__(
        self,
        plan: FitPlan,
        measured: MeasuredData,
        settings: FitSettings,
        progress: Progress | None = None,
    ) -> None:
        self.plan, self.measured, self.settings = plan, measured, settings
        self.observations: list[Observation] = [*measured.observations, *plan.targets]
        self.counter = EvaluationCounter()
        self.monitor = Monitor(plan.model, progress)
        self.left_out: list[str] = []
        self.start_rms: tuple[float, ...] = ()

    def run(self) -> Fit:
        """All steps, in their order."""
        estimated = None
        try:
            optimum, objective = self._search()
            optimum, objective = self._without_what_cannot_run(optimum, objective)
            optimum, objective = self._weighed_by_scatter(optimum, objective)
            if self.settings.intervals != "none":
                optimum, estimated = self._with_uncertainty(optimum, objective)
        except KeyboardInterrupt:
            best = self.monitor.best
            if best is None:
                raise
            objective = self._objective(self.observations)
            return self._result(best, objective, None, interrupted=True)
        return self._result(optimum, objective, estimated)

    # -------------------------------------------------------------------------- steps
    def _search(self) -> tuple[Optimum, Objective]:
        search = Search(
            self.plan, self.observations, self.settings, self.counter, self.monitor
        )
        result = search.run()
        self.start_rms = result.start_rms
        return result.optimum, result.objective

    def _without_what_cannot_run(
        self, optimum: Optimum, objective: Objective
    ) -> tuple[Optimum, Objective]:
        """Leave out the observations that the model cannot run at all."""
        computed = objective.computed(optimum.z)
        kept: list[Observation] = []
        for one, values in zip(objective.observations, computed, strict=True):
            if cannot_run(one, values):
                self.left_out.append(one.label)
            else:
                kept.append(one)
        if not kept:
            raise FitError(
                "no set of values between the bounds could be computed for these data; "
                "right would be other bounds, a cell closer to what was measured, or "
                "another current or temperature, if those were recognised wrongly"
            )
        if not self.left_out:
            return optimum, objective
        return self._minimised(kept, optimum.z)

    def _weighed_by_scatter(
        self, optimum: Optimum, objective: Objective
    ) -> tuple[Optimum, Objective]:
        """Set uncertainties that were not stated to the scatter about the fit."""
        for _ in range(ROUNDS):
            observations = _with_sigma_of_scatter(objective, optimum)
            if observations is None:
                break
            optimum, objective = self._minimised(observations, optimum.z)
        return optimum, objective

    def _with_uncertainty(
        self, optimum: Optimum, objective: Objective
    ) -> tuple[Optimum, Uncertainty]:
        """Estimate intervals; start again where a profile leads to a better fit."""
        loss = self.settings.loss

        def progress(done: int, total: int) -> None:
            rms_residual = objective.rms_residual(optimum.cost)
            self.monitor.report(f"intervals, {done} of {total}", rms_residual)

        for _ in range(ROUNDS):
            try:
                return optimum, uncertainty.estimate(
                    objective, optimum, loss, self.settings.intervals, progress
                )
            except LowerCostFound as lower:
                optimum = minimise(objective, lower.z, loss=loss, watch=self.monitor)
        # still lower and lower: only the linear approximation is left
        return optimum, uncertainty.estimate(objective, optimum, loss, "linear")

    def _objective(self, observations: Sequence[Observation]) -> Objective:
        plan, counter = self.plan, self.counter
        return Objective(
            plan.cells, plan.free, observations, plan.model, counter=counter, **FINE
        )

    def _minimised(
        self, observations: list[Observation], z: FloatArray
    ) -> tuple[Optimum, Objective]:
        """The optimum for other observations, or for others of their weights."""
        self.observations = observations
        self.monitor.forget_cost()
        objective, loss = self._objective(observations), self.settings.loss
        return minimise(objective, z, loss=loss, watch=self.monitor), objective

    # ------------------------------------------------------------------------- result
    def _result(
        self,
        optimum: Optimum,
        objective: Objective,
        estimated: Uncertainty | None,
        interrupted: bool = False,
    ) -> Fit:
        plan, measured = self.plan, self.measured
        intervals = estimated.intervals if estimated else ()
        parameters = parameter_table(objective, optimum, intervals)
        computed = objective.computed(optimum.z)
        deviations = Deviations.of(objective.observations, computed)
        evaluations, failures = self.counter.evaluations, self.counter.failures
        sentences = findings(
            objective,
            optimum,
            estimated,
            deviations,
            self.settings.loss,
            left_out=self.left_out,
            interrupted=interrupted,
        )
        return Fit(
            plan,
            {
                key: fitted_cell(
                    cell, plan, measured, parameters, objective.observations
                )
                for key, cell in plan.cells.items()
            },
            parameters,
            sentences,
            tuple(objective.observations),
            tuple(computed),
            measured.recognised,
            deviations.voltage,
            deviations.spectrum,
            evaluations,
            failures,
            optimum,
            objective,
            predict(objective, plan, optimum, estimated),
            self.start_rms,
            estimated,
            interrupted,
            tuple(self.left_out),
        )


def _with_sigma_of_scatter(
    objective: Objective, optimum: Optimum
) -> list[Observation] | None:
    """
    The observations with uncertainties that were not stated set to the scatter about
    the fit, one for all curves and one for all spectra; None if nothing changes.
    """
    residuals: dict[type[Observation], list[FloatArray]] = {}
    for one, part in zip(objective.observations, objective.parts(), strict=True):
        if not one.stated:
            residuals.setdefault(type(one), []).append(optimum.residuals[part])
    factors = {
        kind: float(np.sqrt(np.mean(np.concatenate(parts) ** 2)))
        for kind, parts in residuals.items()
    }
    if all(0.95 < factor < 1.05 for factor in factors.values()):
        return None
    return [
        one
        if one.stated or isinstance(one, PublishedNumber)
        else replace(one, sigma=one.sigma * max(factors[type(one)], 1e-3))
        for one in objective.observations
    ]
