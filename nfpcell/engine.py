"""The built model: discretised once a process, then varied by inputs.

Every quantity of a cell file is an input of the built model, so six cells at any rate
and temperature are one build and one batch of solves. The Jacobian for a linearisation
is taken of the same discretised equations.
"""

import functools
from dataclasses import dataclass

import casadi
import numpy as np
import pybamm
from scipy.interpolate import CubicHermiteSpline

from nfpcell import model as models
from nfpcell import parameters

CURRENT = "Current function [A]"
FIDELITIES = {"full": models.HalfCell, "particle": models.SingleParticle}
# whose answers to a small current add up to that of the voltage
OUTPUTS = (models.SURFACE_POTENTIAL, *models.LOSSES)
# what a run can be asked for along its way
RECORDED = (
    "Voltage [V]",
    "Current [A]",
    "Discharge capacity [A.h]",
    "Positive electrode stoichiometry",
    *OUTPUTS,
)
# points of a recorded curve in each of the integrator's steps, which are so long that
# a straight line from end to end is two millivolts off
PARTS = 4
STARTS_OUTSIDE = {
    "Minimum voltage [V]": "starts below the lower cut-off",
    "Maximum voltage [V]": "starts above the upper cut-off",
}


@dataclass(frozen=True)
class Run:
    """One case solved: ``solution`` is None where the case starts outside its cut-offs
    or failed; ``status`` is "ok" or says why it failed.
    """

    solution: object
    termination: str
    status: str = "ok"

    @property
    def failed(self):
        """Whether the solver gave up; a start outside the cut-offs is no failure."""
        return self.status != "ok"


@functools.cache
def built(
    fidelity="full",
    diffusion="falling",
    points=(),
    double_layers=False,
    rtol=3e-6,
    atol=1e-6,
):
    """
    The model of one fidelity and diffusion law, discretised with all quantities as
    inputs; the same object for the same arguments.

    Parameters
    ----------
    fidelity : "full" or "particle"
    diffusion : name of a law in ``model.DIFFUSION_LAWS``
    double_layers : with the capacities of all interfaces, as a spectrum needs; without
        them every milliampere-hour of a half-cycle is sodium in NFP
    points : pairs of mesh variable and number, e.g. (("r_p", 160),); the rest default
    rtol, atol : tolerances of the solver
    """
    return Built(fidelity, diffusion, dict(points), double_layers, rtol, atol)


class Built:
    """A discretised model with its solver; made by ``built``."""

    def __init__(self, fidelity, diffusion, points, double_layers, rtol, atol):
        model = FIDELITIES[fidelity](
            diffusion_law=diffusion, double_layers=double_layers, current_given=True
        )
        names = [*parameters.NAMES.values(), *parameters.CONDITIONS.values(), CURRENT]
        simulation = pybamm.Simulation(
            model,
            parameter_values=pybamm.ParameterValues(dict.fromkeys(names, "[input]")),
            var_pts={**model.default_var_pts, **points},
        )
        simulation.build()
        self.model = simulation.built_model
        # name of a state -> its places among all states
        self.layout = {
            variable.name: np.concatenate([np.arange(s.start, s.stop) for s in slices])
            for variable, slices in self.model.y_slices.items()
        }
        # one order for ever: PyBaMM stacks inputs in the order of the first call
        self.names = sorted({p.name for p in self.model.input_parameters})
        self.solver = models.solver(rtol, atol, on_failure="ignore")
        # a rare case stalls where the open circuit bends; tighter steps get past it
        self._careful = models.solver(rtol / 10, atol / 10, on_failure="ignore")

    def inputs(self, cell, current, temperature, initial_voltage, contact_state=0.0):
        """Inputs of one case: a cell, its current [A], temperature [K] and the
        potential of its cathode at rest at the start [V].
        """
        values = {
            **cell.values,
            CURRENT: current,
            parameters.CONDITIONS["T"]: temperature,
            parameters.CONDITIONS["U_init"]: initial_voltage,
            parameters.CONDITIONS["na_contact_init"]: contact_state,
        }
        return {name: float(values[name]) for name in self.names}

    def solve(self, cases, t_eval):
        """
        Solve a batch of cases, each until one of its cut-offs.

        Parameters
        ----------
        cases : list of inputs
        t_eval : times the integrator stops at [s]; its own steps lie between

        Returns
        -------
        list of Run, in the order of the cases; one that fails does not touch the rest
        """
        runs = [self._outside(case) for case in cases]
        for solver in (self.solver, self._careful):
            again = [k for k, run in enumerate(runs) if run is None or run.failed]
            if not again:
                break
            try:
                solutions = solver.solve(
                    self.model, t_eval, inputs=[cases[k] for k in again]
                )
            except pybamm.SolverError as error:
                # some errors end a whole batch: then each case stands for itself
                if len(again) > 1:
                    for k in again:
                        (runs[k],) = self.solve([cases[k]], t_eval)
                    return runs
                why = str(error).split(" with inputs")[0].splitlines()[0]
                runs[again[0]] = Run(None, "failed", f"the solver stopped: {why}")
                continue
            for k, solution in zip(again, _as_list(solutions), strict=True):
                runs[k] = _run(solution)
        return runs

    def _outside(self, case):
        """A Run for a case whose very first voltage is past a cut-off, else None."""
        voltage = self._initial_voltage(list(case.values()))
        low = case[parameters.NAMES["voltage_min"]]
        high = case[parameters.NAMES["voltage_max"]]
        if voltage <= low:
            return Run(None, STARTS_OUTSIDE["Minimum voltage [V]"])
        if voltage >= high:
            return Run(None, STARTS_OUTSIDE["Maximum voltage [V]"])
        return None

    @functools.cached_property
    def _symbols(self):
        exported = self.model.export_casadi_objects(list(RECORDED), self.names)
        y = casadi.vertcat(exported["x"], exported["z"])
        p = exported["inputs"]
        f = casadi.vertcat(exported["rhs"], exported["algebraic"])
        y_0 = casadi.vertcat(exported["x0"], exported["z0"])
        return exported["t"], y, p, f, y_0, exported["variables"]

    @functools.cached_property
    def _initial_voltage(self):
        t, y, p, _, y_0, variables = self._symbols
        at = casadi.Function("voltage", [t, y, p], [variables["Voltage [V]"]])
        start = casadi.Function("start", [p], [y_0])
        return lambda case: float(at(0, start(case), case))

    @functools.cached_property
    def _recorder(self):
        t, y, p, _, _, variables = self._symbols
        outputs = casadi.vertcat(*(variables[name] for name in RECORDED))
        return casadi.Function("recorder", [t, y, p], [outputs])

    def record(self, times, states, case):
        """
        Outputs at points of a run.

        Parameters
        ----------
        times : [s], shape (points,)
        states : shape (states, points)
        case : inputs of that run

        Returns
        -------
        dict of the names in RECORDED, each of shape (points,)
        """
        times = np.reshape(times, (1, -1))
        if not times.size:
            return dict.fromkeys(RECORDED, np.empty(0))
        found = self._recorder(times, states, list(case.values())).full()
        return dict(zip(RECORDED, found, strict=True))

    def curve(self, run, case):
        """Times along a run, with several in each step of the integrator [s], and the
        outputs there as ``record`` gives them.
        """
        t, states = _along(run.solution)
        return t, self.record(t, states, case)

    def voltages(self, times, states, case):
        """Voltage at operating points [V], shape (points,)."""
        return self.record(times, states, case)["Voltage [V]"]

    def states(self, run, times, case):
        """
        States of a run at any times, consistent: their algebraic part solves the
        model's equations, where an interpolated one would be noise in an impedance.

        Parameters
        ----------
        run : Run of this model with a solution
        times : between its first and its last [s]
        case : inputs of that run

        Returns
        -------
        array of shape (states, times)
        """
        spline = _spline(run.solution)
        p = list(case.values())
        found = [
            self.consistent(t, y, p) for t, y in zip(times, spline(times), strict=True)
        ]
        return np.array(found).T

    def consistent(self, t, y, p):
        """A state with its algebraic part solved for, from near by."""
        x, z = np.split(y, [self.model.len_rhs])
        return np.concatenate(
            [x, self._algebraic(z, np.concatenate([[t], x, p])).full().ravel()]
        )

    @functools.cached_property
    def _algebraic(self):
        t, y, p, f, _, _ = self._symbols
        n = self.model.len_rhs
        problem = {"x": y[n:], "p": casadi.vertcat(t, y[:n], p), "g": f[n:]}
        options = {"abstol": 1e-16, "abstolStep": 1e-11, "error_on_fail": False}
        return casadi.rootfinder("algebraic", "newton", problem, options)

    def initial_state(self, case):
        """Consistent state at the start of a run, shape (states,)."""
        _, _, p, _, y_0, _ = self._symbols
        values = list(case.values())
        start = casadi.Function("start", [p], [y_0])
        return self.consistent(0.0, start(values).full().ravel(), values)

    @functools.cached_property
    def _jacobians(self):
        """Function of (t, y, p) for the numbers of a linearisation, and its places."""
        t, y, p, f, _, variables = self._symbols
        k = self.names.index(CURRENT)
        outputs = casadi.vertcat(*(variables[name] for name in OUTPUTS))
        J = casadi.jacobian(f, y)
        function = casadi.Function(
            "jacobians",
            [t, y, p],
            [
                J.nz[:],
                casadi.densify(casadi.jacobian(f, p)[:, k]),
                casadi.densify(casadi.jacobian(outputs, y)),
                casadi.densify(casadi.jacobian(outputs, p)[:, k]),
            ],
        )
        rows, columns = J.sparsity().get_triplet()
        return function, np.array(rows), np.array(columns)

    def linearise(self, times, states, case):
        r"""
        The model about operating points of one run.

        .. math:: M\,\delta\dot y = J\,\delta y + b\,\delta I,\qquad
                  \delta o = c\,\delta y + d\,\delta I

        Parameters
        ----------
        times : [s], shape (points,)
        states : that the solver accepted there, shape (states, points)
        case : inputs of that run

        Returns
        -------
        Linearisation, with the outputs o in the order of OUTPUTS
        """
        function, rows, columns = self._jacobians
        p = list(case.values())
        found = [
            [part.full() for part in function(t, y, p)]
            for t, y in zip(times, np.asarray(states).T, strict=True)
        ]
        J, b, c, d = (np.array(part) for part in zip(*found, strict=True))
        return Linearisation(
            self.model.mass_matrix.entries.diagonal(),
            rows,
            columns,
            J[:, :, 0],
            b[:, :, 0],
            c,
            d[:, :, 0],
        )


@dataclass(frozen=True)
class Linearisation:
    """Matrices of the linearised model at several points; see ``Built.linearise``.

    Attributes
    ----------
    mass : diagonal of M, shape (states,)
    rows, columns : where J has entries, shape (entries,)
    J : the entries, shape (points, entries)
    b : shape (points, states)
    c : shape (points, outputs, states)
    d : shape (points, outputs)
    """

    mass: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    J: np.ndarray
    b: np.ndarray
    c: np.ndarray
    d: np.ndarray


def _as_list(solutions):
    """PyBaMM gives a list for a batch, but not for a batch of one."""
    return solutions if isinstance(solutions, list) else [solutions]


def _spline(solution):
    """The states of a solution at any time, as the integrator interpolates them."""
    return CubicHermiteSpline(
        solution.t, np.asarray(solution.y).T, np.hstack(solution.all_yps).T
    )


def _along(solution):
    """Times with each step in PARTS, and the states there."""
    t = solution.t
    inside = t[:-1, None] + np.diff(t)[:, None] * np.arange(PARTS) / PARTS
    times = np.append(inside, t[-1])
    states = _spline(solution)(times).T
    # at the integrator's own points its own states, to the last bit
    states[:, ::PARTS] = solution.y
    return times, states


def _run(solution):
    termination = solution.termination
    if termination.startswith("event: "):
        return Run(solution, termination.removeprefix("event: "))
    if termination == "final time":
        return Run(solution, termination)
    return Run(None, "failed", f"the solver stopped: {termination}")
