"""``nfpcell.fit`` against what a user would choose instead.

Discharges of Cell C by the single particle, 100 points each, 1 mV of noise:

* near: four rates at 30 °C, four free constants, each starts at a factor of 3 from the
  true value
* far: four rates at three temperatures, five free constants, a factor of 30

Both directions of the factor are tried. Physics, data and start are the same for all
methods, in one process. The time is processor time until the misfit is within 0.1 % of
the lowest that any method finds (the difference between the meshes), up to a limit.

* ``nfpcell.fit`` with its default search
* SciPy's least_squares: over a new ``pybamm.Simulation`` for each curve and trial, as
  one writes it first; and over one Simulation with inputs, the best way
* PyBOP, if it is installed (``pip install "nfpcell[pybop]"``): the best three of twelve
  of its optimisers (docs/pybop.md)
"""

import contextlib
import importlib.util
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pybamm
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_request import fit
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.fitting.optimise import FINE
from nfpcell.fitting.read_options import Data
from nfpcell.model.single_particle import SingleParticle
from nfpcell.simulation import constant_current, starting_state
from nfpcell.simulation.condition import Condition

NOISE = 1e-3  # standard deviation of a point [V]
CURRENT, KELVIN = "Current function [A]", "Ambient temperature [K]"
START = "Initial voltage in positive electrode [V]"
RUN = (CURRENT, START, KELVIN)  # what the curves differ in
BOUNDED = "Bounded voltage [V]"
# below this voltage a model without cut-offs is compressed to a logarithm [V]
FLOOR, SOFT = 1.8, 0.2
# a misfit at most this factor above the lowest counts as reached
SAME = 1.001
OURS, FOUR_STARTS = "nfpcell.fit", "nfpcell.fit, four starts"


@dataclass(frozen=True)
class FitProblem:
    """
    What is fitted, and from where.

    Attributes
    ----------
    signs : free constants, with the direction in which each start is off
    rates, temperatures : of the discharges [C-rate, degC]
    factor : start over true value, or its inverse
    within : factor from the start to either bound
    """

    name: str
    signs: Mapping[str, int]
    rates: tuple[float, ...]
    temperatures: tuple[float, ...]
    factor: float
    within: float


NEAR = {
    "Positive particle diffusivity [m2.s-1]": 1,
    "Positive particle diffusivity ratio of sodium-rich to sodium-poor end": 1,
    "Plate-cathode interface exchange-current density [A.m-2]": -1,
    "Contact resistance [Ohm]": 1,
}
FAR = {**NEAR, "Positive electrode exchange-current density [A.m-2]": -1}
PROBLEMS = (
    FitProblem("near", NEAR, (0.1, 0.5, 1.0, 2.0), (30.0,), 3.0, 30.0),
    FitProblem("far", FAR, (0.1, 0.2, 0.5, 1.0), (30.0, 15.0, 0.0), 30.0, 100.0),
)


@dataclass(frozen=True)
class FitTask:
    """Cell to start from, free constants, and noisy curves."""

    cell: Cell
    free: FreeParameters
    curves: list[MeasuredCurve]


class TimeIsUpError(BaseException):
    """A method has used its time; no Exception, which an optimiser may catch."""


class Watch:
    """Processor time of a method, and its lowest misfit at every moment."""

    def __init__(self, limit: float) -> None:
        self.limit, self.begin = limit, time.process_time()
        self.lowest, self.trials = np.inf, 0
        self.history: list[tuple[float, float]] = []  # time [s], lowest misfit

    def record(self, residuals: ArrayLike) -> None:
        """Note residuals in units of the noise; ends the method at the time limit."""
        self.trials += 1
        spent = time.process_time() - self.begin
        misfit = float(np.sqrt(np.mean(np.square(residuals))))
        if misfit < self.lowest:
            self.lowest = misfit
            self.history.append((spent, misfit))
        if spent > self.limit:
            raise TimeIsUpError

    def reached(self, misfit: float) -> float:
        """Time at which the misfit was at most this [s]; nan if it never was."""
        return next((t for t, lowest in self.history if lowest <= misfit), np.nan)


Method = Callable[[FitTask, Watch], None]


def clean_curves(
    cell: Cell,
    free: FreeParameters,
    rates: Sequence[float],
    temperatures: Sequence[float],
    points: int = 100,
    start: float | None = None,
) -> list[MeasuredCurve]:
    """Discharges by the single particle as measured curves, without noise."""
    derived = cell.derived()
    curves = []
    for temperature in temperatures:
        conditions = [Condition(cell, "discharge", r, temperature) for r in rates]
        table, _ = constant_current.half_cycles(
            conditions, "particle", curves=False, **FINE
        )
        capacities = table["Specific capacity [mA.h.g-1]"] * float(derived.mass)
        for rate, capacity in zip(rates, capacities, strict=True):
            charge = np.linspace(capacity / points, capacity, points)
            curve = MeasuredCurve(
                label=f"{rate:g}C, {temperature:g} degC",
                cell=cell.name,
                direction="discharge",
                current=rate * float(derived.nominal_capacity),
                temperature=temperature,
                charge=charge,
                voltage=charge,
                start=start,
                sigma=NOISE,
                stated=True,
            )
            curves.append(curve)
    objective = Objective({cell.name: cell}, free, curves, "particle", numerics=FINE)
    voltages = objective.computed(free.start(objective.cells))
    return [replace(c, voltage=v) for c, v in zip(curves, voltages, strict=True)]


def with_noise(
    curves: Sequence[MeasuredCurve], rng: np.random.Generator
) -> list[MeasuredCurve]:
    """The curves with normal noise."""
    return [
        replace(c, voltage=c.voltage + NOISE * rng.standard_normal(len(c.voltage)))
        for c in curves
    ]


def fit_task(problem: FitProblem, direction: int) -> FitTask:
    """The problem from one start: 1 with the signs of the problem, -1 against them."""
    cell = Cell.load("C")
    start = {
        name: cell[name] * problem.factor ** (sign * direction)
        for name, sign in problem.signs.items()
    }
    free = FreeParameters(
        Free(name, value / problem.within, value * problem.within)
        for name, value in start.items()
    )
    voltage = starting_state.starting_voltage(cell, "discharge", "particle")
    curves = clean_curves(
        cell, free, problem.rates, problem.temperatures, start=voltage
    )
    noisy = with_noise(curves, np.random.default_rng(2020))
    return FitTask(cell.with_values(start), free, noisy)


def _residuals(curves: Sequence[MeasuredCurve], voltages: Sequence[Any]) -> FloatArray:
    """Residuals over the noise at the points that nfpcell compares too."""
    return np.concatenate(
        [
            (voltage - curve.voltage)[curve.compared] / NOISE
            for curve, voltage in zip(curves, voltages, strict=True)
        ]
    )


# ---------------------------------------------------------------------------- methods
def nfpcell_fit(task: FitTask, watch: Watch, starts: int | None = None) -> None:
    """``nfpcell.fit``."""
    plan = FitPlan(
        "", "", {"C": task.cell}, task.free, (Data("drawn"),), model="particle"
    )

    def progress(stage: str, misfit: float | None) -> None:
        # the exploration reports another misfit than that of all points
        if misfit is not None and stage.startswith("fitting"):
            watch.record([misfit])

    result = fit(
        plan=plan,
        observed=MeasuredData(task.curves, pd.DataFrame(), {}),
        starts=starts,
        intervals="none",
        progress=progress,
    )
    watch.record(_residuals(task.curves, result.computed))
    watch.trials = result.evaluations


def scipy_fit(task: FitTask, watch: Watch, built_once: bool) -> None:
    """SciPy's least_squares over PyBaMM's own Simulation."""
    cell, free = task.cell, task.free
    if built_once:
        simulation = _simulation(cell, dict.fromkeys((*free.names, *RUN), "[input]"))

    def voltage(curve: MeasuredCurve, values: Mapping[str, float]) -> Any:
        seconds = curve.charge * SECONDS_PER_HOUR / curve.current
        times = [0, 1.0001 * seconds[-1]]
        inputs = {**values, **_run_values(curve)}
        if built_once:
            solution = simulation.solve(times, inputs=inputs)
        else:
            solution = _simulation(cell, inputs).solve(times)
        return solution["Voltage [V]"](np.minimum(seconds, solution.t[-1]))

    def residuals(z: FloatArray) -> FloatArray:
        values = free.values(z)
        found = _residuals(task.curves, [voltage(c, values) for c in task.curves])
        watch.record(found)
        return found

    least_squares(
        residuals,
        free.start({"C": cell}),
        bounds=free.bounds,
        diff_step=1e-3,
        x_scale="jac",
        xtol=1e-12,
        ftol=1e-12,
    )


def _run_values(curve: MeasuredCurve) -> dict[str, Any]:
    kelvin = curve.temperature + ZERO_CELSIUS
    return dict(zip(RUN, (curve.current, curve.start, kelvin), strict=True))


def _simulation(cell: Cell, values: Mapping[str, Any]) -> Any:
    """PyBaMM's Simulation of a cell with other values, some of them inputs."""
    parameter_values = cell.parameter_values()
    parameter_values.update({**values, "Lower voltage cut-off [V]": 1.5})
    return pybamm.Simulation(
        SingleParticle(double_layers=False, explicit_surface=True),
        parameter_values=parameter_values,
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-6),
    )


def pybop_fit(task: FitTask, watch: Watch, name: str) -> None:
    """One of PyBOP's optimisers."""
    import pybop

    pints = pybop.PintsOptions(max_iterations=5000, max_unchanged_iterations=100)
    slsqp = pybop.SciPyMinimizeOptions(
        method="SLSQP", maxiter=1000, solver_options={"ftol": 1e-15}
    )
    optimiser, options = {
        "CMAES": (pybop.CMAES, pints),
        "IRPropPlus": (pybop.IRPropPlus, pints),
        "SLSQP": (pybop.SciPyMinimize, slsqp),
    }[name]
    np.random.seed(0)  # noqa: NPY002 - the generator that PINTS draws from
    problem = _pybop_problem(task)
    evaluate_batch = problem.evaluate_batch
    count = sum(int(curve.compared.sum()) for curve in task.curves)

    def recorded(inputs: Any, calculate_sensitivities: bool = False) -> Any:
        result = evaluate_batch(inputs, calculate_sensitivities=calculate_sensitivities)
        for cost in np.atleast_1d(np.asarray(result.values, float)):
            watch.record([np.sqrt(cost / count) if np.isfinite(cost) else np.inf])
        return result

    problem.evaluate_batch = recorded
    optimiser(problem, options).run()


def _pybop_problem(task: FitTask) -> Any:
    """A simulator for each curve; free is the logarithm of each constant over its
    start.
    """
    import pybop

    problems = []
    for curve in task.curves:
        values = task.cell.parameter_values()
        values.update({START: curve.start, KELVIN: curve.temperature + ZERO_CELSIUS})
        for free in task.free.parameters:
            name, start = f"ln {free.name}", task.cell[free.name]
            values[free.name] = start * pybamm.exp(pybamm.Parameter(name))
            ends = [np.log(free.lower / start), np.log(free.upper / start)]
            # CMA-ES starts with a quarter of the way to the bounds
            spread = pybop.Gaussian(0, ends[1] / 4, truncated_at=ends)
            parameter = pybop.Parameter(distribution=spread, initial_value=0.0)
            values.update({name: parameter}, check_already_exists=False)
        model = SingleParticle(double_layers=False, explicit_surface=True)
        voltage = model.variables["Voltage [V]"]
        below = pybamm.maximum(FLOOR - voltage, 0)
        model.variables[BOUNDED] = pybamm.maximum(voltage, FLOOR) - SOFT * pybamm.log(
            1 + below / SOFT
        )
        seconds = curve.charge[curve.compared] * SECONDS_PER_HOUR / curve.current
        # PyBOP begins at the first point of the data: at one without weight
        dataset = pybop.Dataset(
            {
                "Time [s]": np.concatenate([[0.0], seconds]),
                "Current [A]": np.full(len(seconds) + 1, curve.current),
                BOUNDED: np.append(curve.voltage[0], curve.voltage[curve.compared]),
            }
        )
        simulator = pybop.pybamm.Simulator(
            model,
            parameter_values=values,
            protocol=dataset,
            solver=pybop.pybamm.RecommendedSolver(),
        )
        cost = pybop.SumSquaredError(dataset, target=BOUNDED)
        cost.weighting = np.concatenate([[0.0], np.ones(len(seconds))])
        problems.append(pybop.Problem(simulator, cost))
    return pybop.MetaProblem(*problems, weights=[NOISE**-2] * len(problems))


def methods() -> dict[str, Method]:
    """Every method by its name."""
    found: dict[str, Method] = {
        OURS: nfpcell_fit,
        FOUR_STARTS: partial(nfpcell_fit, starts=4),
        "SciPy, a Simulation per curve and trial": partial(scipy_fit, built_once=False),
        "SciPy, one Simulation with inputs": partial(scipy_fit, built_once=True),
    }
    if importlib.util.find_spec("pybop") is not None:
        for name in ("CMAES", "IRPropPlus", "SLSQP"):
            found[f"PyBOP, {name}"] = partial(pybop_fit, name=name)
    return found


def timed(
    method: Method, task: FitTask, limit: float
) -> tuple[Watch, Exception | None]:
    """
    One method on one task, at most for a time [s].

    The second value is the error that ended the method, or None: a peer that fails is a
    result.
    """
    watch = Watch(limit)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            method(task, watch)
    except TimeIsUpError:
        pass
    except Exception as error:
        return watch, error
    return watch, None
