"""PyBaMM's integrator for plain PyBaMM, which refuses inputs that nothing reads."""

from collections.abc import Mapping
from typing import Any

import pybamm

from nfpcell.errors import refusal
from nfpcell.model.from_zero import START_TIME, FromZero
from nfpcell.model.parameter_values import follows
from nfpcell.model.value_checks import KNOWN, RANGES, TEMPERATURES, check_ranges, unread

# the inputs that the steps of an experiment have besides those of the user
OF_EXPERIMENTS = pybamm.Simulation._INTERNAL_EXPERIMENT_INPUTS


class IDAKLUSolver(FromZero):
    """
    ``pybamm.IDAKLUSolver``, which checks its inputs and counts time from each step.

    PyBaMM itself ignores an input that the model does not have. The name is PyBaMM's,
    because it finds the class of a solver in a JSON file by its name.
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
        for one in inputs if isinstance(inputs, list) else [inputs]:
            check_inputs(model, one or {})
        return super().solve(model, t_eval, inputs, *args, **kwargs)

    def step(
        self,
        old_solution: Any,
        model: pybamm.BaseModel,
        dt: float,
        t_eval: Any = None,
        npts: Any = None,
        inputs: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """See ``pybamm.BaseSolver.step``."""
        check_inputs(model, inputs or {})
        arguments = old_solution, model, dt, t_eval, npts, inputs, *args
        return super().step(*arguments, **kwargs)


def check_inputs(model: pybamm.BaseModel, inputs: Mapping[str, Any]) -> None:
    """Refuse inputs that the model does not have, or that cannot be."""
    names = {parameter.name for parameter in model.input_parameters}
    if START_TIME in inputs:
        names |= OF_EXPERIMENTS
    for name in inputs:
        if name in names:
            continue
        if name not in KNOWN or name in follows():
            raise unread(name)
        raise refusal(
            f'inputs: "{name}"',
            "the model has a value for it",
            f'values["{name}"] = "[input]" before the model is built',
        )
    check_ranges(inputs, RANGES | TEMPERATURES)
