"""PyBaMM's integrator for experiments of any length."""

from typing import Any

import numpy as np
import pybamm

# PyBaMM's input for the time at which a step of an experiment starts [s]
START_TIME = pybamm.Simulation._START_TIME_INPUT
# second attempt: factor by which the tolerances are tighter, and number of Newton
# iterations
TIGHTER, PATIENT = 30, 40


class FromZero(pybamm.IDAKLUSolver):
    """
    IDAKLU whose time is 0 at the start of every step of an experiment.

    Where a voltage is applied at once, the current falls within 1e-7 s, the time in
    which grain boundaries charge. After a day such steps are lost in the rounding of
    the time, and IDAKLU gives up. So each step is integrated from 0 and its times are
    moved afterwards, if the model depends on time only as the time in its step. A step
    or a run that fails is tried once more with tighter tolerances.
    """

    def solve(
        self,
        model: pybamm.BaseModel,
        t_eval: Any = None,
        inputs: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """See ``pybamm.BaseSolver.solve``."""
        try:
            return super().solve(model, t_eval, inputs, *args, **kwargs)
        except pybamm.SolverError:
            sensitive = kwargs.get("calculate_sensitivities")
            if self.output_variables or sensitive:
                raise
            careful = self._careful_for(model)
            return careful.solve(model, t_eval, inputs, *args, **kwargs)

    def step(
        self,
        old_solution: Any,
        model: pybamm.BaseModel,
        dt: float,
        t_eval: Any = None,
        npts: Any = None,
        inputs: Any = None,
        save: bool = True,
        calculate_sensitivities: Any = False,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """See ``pybamm.BaseSolver.step``."""

        def solved(before: Any, inputs: Any, save: bool) -> Any:
            steps = dt, t_eval, npts, inputs, save, calculate_sensitivities, *args
            try:
                return super(FromZero, self).step(before, model, *steps, **kwargs)
            except pybamm.SolverError:
                careful = self._careful_for(model)
                return careful.step(before, model, *steps, **kwargs)

        if (
            not isinstance(old_solution, pybamm.Solution)
            or old_solution.t[-1] == 0
            or self.output_variables
            or calculate_sensitivities
            or _reads_time(model)
        ):
            return solved(old_solution, inputs, save)
        last = old_solution.last_state
        before = pybamm.Solution(
            np.zeros(1),
            last.all_ys,
            last.all_models,
            last.all_inputs,
            termination=old_solution.termination,
        )
        from_zero = dict(inputs or {})
        if START_TIME in from_zero:
            from_zero[START_TIME] = 0.0
        new = solved(before, from_zero, save=False)
        if new is before:  # an event had already ended the run
            return old_solution
        new = _moved(new, float(old_solution.t[-1]), inputs or {})
        return old_solution + new if save else new

    def _careful_for(self, model: pybamm.BaseModel) -> pybamm.IDAKLUSolver:
        """The solver of a second attempt, kept for each model."""
        solvers = self.__dict__.setdefault("_careful", {})
        if model not in solvers:
            solvers[model] = pybamm.IDAKLUSolver(
                rtol=self.rtol / TIGHTER,
                atol=self.atol / TIGHTER,
                on_failure=self._on_failure,
                options={**self.options, "max_nonlinear_iterations": PATIENT},
            )
        return solvers[model]

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        state.pop("_careful", None)
        return state


def _reads_time(model: pybamm.BaseModel) -> bool:
    """Whether a discretised model depends on time other than that in its step."""
    expressions = [model.concatenated_rhs, model.concatenated_algebraic]
    expressions += [event.expression for event in model.events]
    return any(map(_has_time, expressions))


def _has_time(symbol: Any) -> bool:
    if isinstance(symbol, pybamm.Subtraction):
        left, right = symbol.children
        if isinstance(left, pybamm.Time) and right.name == START_TIME:
            return False
    return isinstance(symbol, pybamm.Time) or any(map(_has_time, symbol.children))


def _moved(solution: Any, start: float, inputs: dict[str, Any]) -> Any:
    """The solution of a step, later by its start [s], with the inputs of the step."""

    def later(times: Any) -> Any:
        # PyBaMM's first time of a step: the next number after the last time before it
        return np.maximum(times + start, np.nextafter(start, np.inf))

    (y,), (t,) = solution.all_ys, solution.all_ts
    times = later(t)
    # of equal times the last, but of those at the start the first
    points = np.append(np.diff(times) > 0, True) & (times > times[0])
    points[0] = True
    moved = pybamm.Solution(
        times[points],
        y[:, points],
        solution.all_models[0],
        inputs,
        None if solution.t_event is None else later(solution.t_event),
        solution.y_event,
        solution.termination,
        all_yps=solution.all_yps and [yp[:, points] for yp in solution.all_yps],
        all_t_evals=[later(times) for times in solution.all_t_evals],
        options=solution.user_options,
    )
    for name in (
        "closest_event_idx",
        "extrap_events",
        "integration_time",
        "set_up_time",
        "solve_time",
        "solver_statistics",
    ):
        setattr(moved, name, getattr(solution, name, None))
    return moved
