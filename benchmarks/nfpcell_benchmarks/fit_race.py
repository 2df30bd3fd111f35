"""A fit against what a user would pick instead.

Discharges of Cell C by the single particle, 100 points each, 1 mV of noise:

* near: four rates at 30 °C, four constants free, each started a factor of three off
* far: four rates at three temperatures, five constants free, a factor of thirty off

each with the constants off in both directions. The same physics, data and start for
all, in one process. The time is that of the processor, until the misfit is within a
thousandth of the lowest that any way finds (what the meshes differ by), at most a
limit.

* ``nfpcell.fit``, with the search that it does by itself
* SciPy's least_squares over a ``pybamm.Simulation`` for each curve and trial, the way
  one writes it first; and over one built Simulation whose inputs vary, the best way
* PyBOP, if it is installed (``pip install "nfpcell[pybop]"``): those of its
  optimisers that fared best of twelve (docs/pybop.md)
"""

import contextlib
import io
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pybamm
from scipy.optimize import least_squares

from nfpcell.cell.definition import Cell
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.fitting.fit import fit
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.fitting.optimise import FINE
from nfpcell.fitting.read_options import Data
from nfpcell.model.single_particle import SingleParticle
from nfpcell.simulation import constant_current, starting_state

POINTS, NOISE = 100, 1e-3


@dataclass(frozen=True)
class Case:
    """A problem: which constants are free and which way they are off where the first is
    off upwards, by what factor, and within what factor of the start they are sought.
    """

    name: str
    signs: dict
    rates: tuple
    temperatures: tuple
    off: float
    within: float


NEAR = {
    "Positive particle diffusivity [m2.s-1]": 1,
    "Positive particle diffusivity ratio of sodium-rich to sodium-poor end": 1,
    "Plate-cathode interface exchange-current density [A.m-2]": -1,
    "Contact resistance [Ohm]": 1,
}
FAR = {**NEAR, "Positive electrode exchange-current density [A.m-2]": -1}
CASES = (
    Case("near", NEAR, (0.1, 0.5, 1.0, 2.0), (30.0,), 3.0, 30.0),
    Case("far", FAR, (0.1, 0.2, 0.5, 1.0), (30.0, 15.0, 0.0), 30.0, 100.0),
)
CURRENT, KELVINS = "Current function [A]", "Ambient temperature [K]"
START = "Initial voltage in positive electrode [V]"
# below this voltage a model without cut-offs is compressed to a logarithm [V]
FLOOR, SOFT = 1.8, 0.2
SAME = 1.001
OURS = "nfpcell.fit"
LAWS = {"double_layers": False, "explicit_surface": True}


class Enough(BaseException):
    """A way has had its time."""


class Watch:
    """Time of the processor, and the lowest misfit so far at every moment."""

    def __init__(self, limit):
        self.limit, self.begin = limit, time.process_time()
        self.lowest, self.history, self.trials = np.inf, [], 0

    def see(self, residuals):
        """Root mean square of residuals in units of the noise; ends a way in time."""
        self.trials += 1
        spent = time.process_time() - self.begin
        misfit = float(np.sqrt(np.mean(np.square(residuals))))
        if misfit < self.lowest:
            self.lowest = misfit
            self.history.append((spent, misfit))
        if spent > self.limit:
            raise Enough

    def reached(self, misfit):
        """When it was at most so far away [s]; nan if never."""
        return next((t for t, m in self.history if m <= misfit), np.nan)


def problem(case, direction):
    """Cell to start from, free quantities and noisy curves, of one starting point."""
    cell = Cell.load("C")
    start = {n: cell[n] * case.off ** (s * direction) for n, s in case.signs.items()}
    free = FreeParameters(
        [Free(n, v / case.within, v * case.within) for n, v in start.items()]
    )
    begin = starting_state.starting_voltage(cell, "discharge", "particle")
    curves = []
    for temperature in case.temperatures:
        table = constant_current.simulate(
            cell, case.rates, temperature, model="particle", **FINE
        )
        for rate, specific in zip(
            case.rates, table["Specific capacity [mA.h.g-1]"], strict=True
        ):
            last = specific * float(cell.derived().mass)
            charge = np.linspace(last / POINTS, last, POINTS)
            current = rate * float(cell.derived().nominal_capacity)
            label = f"{rate:g}C, {temperature:g} degC"
            way = "discharge", current, temperature
            curves.append(MeasuredCurve(label, "C", *way, charge, charge, begin))
    misfit = Objective({"C": cell}, free, curves, "particle", numerics=FINE)
    rng = np.random.default_rng(2020)
    noisy = [
        replace(
            one,
            voltage=volts + NOISE * rng.standard_normal(POINTS),
            sigma=NOISE,
            stated=True,
        )
        for one, volts in zip(
            curves, misfit.computed(free.start({"C": cell})), strict=True
        )
    ]
    return cell.with_values(start), free, noisy


def compared(curves, computed):
    """Residuals over the noise at the points that nfpcell compares too."""
    return np.concatenate(
        [
            (v - c.voltage)[c.compared] / NOISE
            for c, v in zip(curves, computed, strict=True)
        ]
    )


# ------------------------------------------------------------------------------- ways
def ours(cell, free, curves, watch, starts):
    """``nfpcell.fit``."""
    plan = FitPlan("", "", {"C": cell}, free, (Data("drawn"),), model="particle")
    observed = MeasuredData(curves, pd.DataFrame(), {})

    def progress(stage, misfit):
        # while it explores, another misfit is told than that of all points
        if stage.startswith("fitting"):
            watch.see([misfit])

    found = fit(
        plan=plan,
        observed=observed,
        starts=starts,
        intervals="none",
        progress=progress,
    )
    computed = found.computed
    watch.see(compared(curves, computed))
    watch.trials = found.evaluations


def scipy(cell, free, curves, watch, built_once):
    """SciPy's least_squares over PyBaMM's own Simulation."""
    one = simulation(cell, (*free.names, KELVINS)) if built_once else None

    def volts(curve, values):
        seconds = curve.charge * SECONDS_PER_HOUR / curve.current
        kelvins = curve.temperature + ZERO_CELSIUS
        inputs = {**values, CURRENT: curve.current, START: curve.start}
        inputs[KELVINS] = kelvins
        sim = one
        if not built_once:
            own = cell.with_values(values)
            sim = simulation(own, (), curve.current, curve.start, kelvins)
            inputs = None
        solution = sim.solve([0, 1.0001 * seconds[-1]], inputs=inputs)
        last = solution.t[-1]
        return solution["Voltage [V]"](np.minimum(seconds, last))

    def residuals(z):
        found = compared(curves, [volts(c, free.values(z)) for c in curves])
        watch.see(found)
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


def simulation(cell, inputs, current="[input]", begin="[input]", kelvins="[input]"):
    """PyBaMM's Simulation of a cell, some of its numbers inputs."""
    values = cell.parameter_values()
    for name in inputs:
        values[name] = "[input]"
    values["Lower voltage cut-off [V]"] = 1.5
    values[CURRENT], values[START], values[KELVINS] = current, begin, kelvins
    return pybamm.Simulation(
        SingleParticle(**LAWS),
        parameter_values=values,
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-6),
    )


def pybop_with(name):
    """A way with one of PyBOP's optimisers."""

    def run(cell, free, curves, watch):
        import pybop

        settings = {"max_iterations": 5000, "max_unchanged_iterations": 100}
        tight = {"ftol": 1e-15}
        optimisers = {
            "CMAES": (pybop.CMAES, pybop.PintsOptions(**settings)),
            "IRPropPlus": (pybop.IRPropPlus, pybop.PintsOptions(**settings)),
            "SLSQP": (
                pybop.SciPyMinimize,
                pybop.SciPyMinimizeOptions(
                    method="SLSQP", maxiter=1000, solver_options=tight
                ),
            ),
        }
        optimiser, options = optimisers[name]
        np.random.seed(0)  # noqa: NPY002 - the generator that PINTS draws from
        meta = pybop_problem(pybop, cell, free, curves)
        inner = meta.evaluate_batch

        def watched(inputs, calculate_sensitivities=False):
            found = inner(inputs, calculate_sensitivities=calculate_sensitivities)
            for value in np.atleast_1d(np.asarray(found.values, float)):
                count = sum(int(c.compared.sum()) for c in curves)
                watch.see([np.sqrt(value / count) if np.isfinite(value) else np.inf])
            return found

        meta.evaluate_batch = watched
        with contextlib.redirect_stdout(io.StringIO()):
            optimiser(meta, options).run()

    return run


def pybop_problem(pybop, cell, free, curves):
    """One simulator a curve, the logarithm of every constant over its start free."""
    problems = []
    for curve in curves:
        values = cell.parameter_values()
        values[START] = curve.start
        values[KELVINS] = curve.temperature + ZERO_CELSIUS
        for one in free.parameters:
            start = cell[one.name]
            values[one.name] = start * pybamm.exp(pybamm.Parameter(f"ln {one.name}"))
            ends = [np.log(one.lower / start), np.log(one.upper / start)]
            # a quarter of the way to the bounds, which CMA-ES starts with
            spread = pybop.Gaussian(0, ends[1] / 4, truncated_at=ends)
            moves = pybop.Parameter(distribution=spread, initial_value=0.0)
            values.update({f"ln {one.name}": moves}, check_already_exists=False)
        model = SingleParticle(**LAWS)
        volts = model.variables["Voltage [V]"]
        below = pybamm.maximum(FLOOR - volts, 0)
        bounded = pybamm.maximum(volts, FLOOR) - SOFT * pybamm.log(1 + below / SOFT)
        model.variables["Bounded voltage [V]"] = bounded
        kept = curve.compared
        seconds = curve.charge[kept] * SECONDS_PER_HOUR / curve.current
        dataset = pybop.Dataset(
            {
                "Time [s]": np.concatenate([[0.0], seconds]),
                "Current [A]": np.full(len(seconds) + 1, curve.current),
                # PyBOP begins where the data do: at a point that has no say
                "Bounded voltage [V]": np.concatenate(
                    [[curve.voltage[0]], curve.voltage[kept]]
                ),
            }
        )
        simulator = pybop.pybamm.Simulator(
            model,
            parameter_values=values,
            protocol=dataset,
            solver=pybop.pybamm.RecommendedSolver(),
        )
        cost = pybop.SumSquaredError(dataset, target="Bounded voltage [V]")
        cost.weighting = np.concatenate([[0.0], np.ones(len(seconds))])
        problems.append(pybop.Problem(simulator, cost))
    with contextlib.redirect_stdout(io.StringIO()):
        return pybop.MetaProblem(*problems, weights=[NOISE**-2] * len(problems))


def ways():
    """Function of (cell, free, curves, watch) for each way, by its name."""
    found = {
        OURS: lambda *a: ours(*a, starts=None),
        "nfpcell.fit, four descents": lambda *a: ours(*a, starts=4),
        "SciPy, a Simulation per curve and trial": lambda *a: scipy(*a, False),
        "SciPy, one Simulation with inputs": lambda *a: scipy(*a, True),
    }
    with contextlib.suppress(ImportError):
        import pybop  # noqa: F401 - only whether it is there

        for name in ("CMAES", "IRPropPlus", "SLSQP"):
            found[f"PyBOP, {name}"] = pybop_with(name)
    return found


def watched(way, asked, limit):
    """
    One way on one problem.

    Parameters
    ----------
    way : one of ``ways``
    asked : as ``problem`` gives it
    limit : [s]

    Returns
    -------
    Watch, and the error that ended the way, or None: a peer that fails is a result
    """
    watch = Watch(limit)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            way(*asked, watch)
    except Enough:
        pass
    except Exception as error:
        return watch, error
    return watch, None
