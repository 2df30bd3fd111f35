"""The built model: discretised once a process, then varied by inputs.

Every quantity of a cell file is an input of a run, so six cells at any rate and
temperature are one build and one batch of solves. What follows from them is worked out
once a case, and is what the discretised equations take. The Jacobian for a
linearisation is taken of the same equations.
"""

import functools
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import casadi
import numpy as np
import pybamm

from nfpcell.cell import derived, parameters
from nfpcell.errors import NfpcellError
from nfpcell.model import half_cell as models
from nfpcell.model import mesh, ocp_inverse
from nfpcell.parallel import threads
from nfpcell.simulation import dense_output

CURRENT = "Current function [A]"
GAP = parameters.NAMES["hysteresis_gap"]
# all that the equations take, as one vector
QUANTITIES = "Quantities"
FIDELITIES = {"full": models.HalfCell, "particle": models.SingleParticle}
# whose answers to a small current add up to that of the voltage
OUTPUTS = (models.SURFACE_POTENTIAL, *models.LOSSES)
# what a run can be asked for along its way
VOLTAGE, STOICHIOMETRY = "Voltage [V]", "Positive electrode stoichiometry"
RECORDED = (
    VOLTAGE,
    "Current [A]",
    "Discharge capacity [A.h]",
    STOICHIOMETRY,
    *OUTPUTS,
)
# of a second attempt: tolerances this many times tighter, and iterations
TIGHTER, PATIENT = 30, 40
# cases solved at once, at most; and what their states may take together, of which a
# case keeps some STEPS with their rates [B]
BATCH = 64
STEPS = 2000
MEMORY = 1e9
# states up to which a Jacobian as one scalar program is made in no time
SMALL = 600
# cut-offs that no run gets to [V]
OUT_OF_REACH = {"voltage_min": -9.0, "voltage_max": 25.0}
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
    grading=mesh.GRADING,
    explicit_surface=True,
):
    """
    The model of one fidelity and diffusion law, discretised with all quantities as
    inputs; the same object for the same arguments.

    Parameters
    ----------
    fidelity : "full" or "particle"
    diffusion : one of ``cell.schema.DIFFUSION_LAWS``
    double_layers : with the capacities of all interfaces, as a spectrum needs; without
        them every milliampere-hour of a half-cycle is sodium in NFP
    points : pairs of mesh variable and number, e.g. (("r_p", 160),); the rest default
    rtol, atol : tolerances of the solver
    grading : of the shells, see ``mesh.SurfaceGraded``
    explicit_surface : surfaces without double layers follow from the current, where the
        law of diffusion has an inverse; False for a potential of each as an unknown
    """
    return Built(
        fidelity,
        diffusion,
        dict(points),
        double_layers,
        rtol,
        atol,
        grading,
        explicit_surface,
    )


class Built:
    """A discretised model with its solver; made by ``built``."""

    def __init__(
        self,
        fidelity,
        diffusion,
        points,
        double_layers,
        rtol,
        atol,
        grading,
        explicit_surface,
    ):
        model = FIDELITIES[fidelity](
            diffusion_law=diffusion,
            double_layers=double_layers,
            explicit_surface=explicit_surface,
            derived_given=True,
        )
        primary = [*parameters.NAMES.values(), *parameters.CONDITIONS.values(), CURRENT]
        # one order for ever: PyBaMM stacks inputs in the order of the first call
        inputs = {parameter.name for parameter in model.parameters}
        self._inputs = sorted(inputs - {ocp_inverse.LEVELS})
        # behind them the levels of the open circuit, if the model has a use for them
        count = len(self._inputs)
        self._levels, self._regularisation = (
            ocp_inverse.LEVELS in inputs,
            model.regularisation,
        )
        self._size = count + self._levels * ocp_inverse.SIZE
        vector = pybamm.InputParameter(QUANTITIES, expected_size=self._size)
        places = {name: pybamm.Index(vector, k) for k, name in enumerate(self._inputs)}
        if self._levels:
            places[ocp_inverse.LEVELS] = pybamm.Index(vector, slice(count, self._size))
        simulation = pybamm.Simulation(
            model,
            parameter_values=pybamm.ParameterValues(places),
            submesh_types=mesh.submesh_types(model.through_thickness, grading),
            var_pts={**model.default_var_pts, **points},
        )
        simulation.build()
        self.model = simulation.built_model
        self._converted = {}
        self.model.events = [self._as_program(event) for event in self.model.events]
        if self.model.len_rhs_and_alg < SMALL:
            self.model.build_casadi_jacobian = _scalar_jacobian
        # name of a state -> its places among all states
        self.layout = {
            variable.name: np.concatenate([np.arange(s.start, s.stop) for s in slices])
            for variable, slices in self.model.y_slices.items()
        }
        self.names = sorted(primary)
        history = 2 * 8 * STEPS * self.model.len_rhs_and_alg
        # how many cases a caller may well ask for at once
        self.batch = int(np.clip(MEMORY / history, 1, BATCH))
        self._latest = functools.lru_cache(maxsize=2 * BATCH)(self._worked_out)
        tight_newton = models.PARTICLE_SURFACE in self.layout
        self.solver, self._careful = (
            models.solver(
                rtol / tighter,
                atol / tighter,
                tight_newton,
                threads(),
                newton_steps,
                on_failure="ignore",
            )
            # a rare case stalls where the open circuit bends, or where a depth runs out
            # of sodium; tighter steps and more patience get past it
            for tighter, newton_steps in ((1, models.NEWTON_STEPS), (TIGHTER, PATIENT))
        )

    def _as_program(self, event):
        """The same event as one scalar program, which takes half of the time of as many
        single nodes; events are looked at in every step.
        """
        states = pybamm.StateVector(slice(0, self.model.len_rhs_and_alg))
        expression = self._expression(event.expression)
        program = casadi.Function("event", self._symbols, [expression]).expand()
        inputs = pybamm.InputParameter(QUANTITIES, expected_size=self._size)
        call = pybamm.Function(program, pybamm.t, states, inputs)
        return pybamm.Event(event.name, call, event.event_type)

    def inputs(self, cell, current, temperature, initial_voltage, contact_state=0.0):
        """Inputs of one case: a cell, its current [A], temperature [K] and the
        potential of its cathode at rest at the start [V].
        """
        if cell[GAP]:
            raise NfpcellError(
                f"cell {cell.name}: {GAP} is {cell[GAP]:g}, and only nfpcell protocol "
                "follows hysteresis; right would be 0 here"
            )
        values = {
            **cell.values,
            CURRENT: current,
            parameters.CONDITIONS["T"]: temperature,
            parameters.CONDITIONS["U_init"]: initial_voltage,
            parameters.CONDITIONS["na_contact_init"]: contact_state,
            parameters.CONDITIONS["hysteresis_init"]: 0.0,
        }
        # the cut-off that a current leads away from ends no run: a cell may rest beyond
        if current:
            behind = "voltage_max" if current > 0 else "voltage_min"
            values[parameters.NAMES[behind]] = OUT_OF_REACH[behind]
        return {name: float(values[name]) for name in self.names}

    def _numbers(self, case):
        """What the equations take, from the inputs of one case."""
        # a run asks for them when it is solved, checked, and recorded
        return self._latest(tuple(map(case.__getitem__, self.names)))

    def _worked_out(self, inputs):
        case = dict(zip(self.names, inputs, strict=True))
        p = parameters.Parameters.of(case.__getitem__)
        d = derived.derive(p)
        values = {**case, **d.values()}
        numbers = np.array([values[name] for name in self._inputs])
        if not self._levels:
            return numbers
        galleries = *d.fractions, *d.potentials, *d.widths
        levels = ocp_inverse.levels(self._regularisation, p.T_ref, *galleries)
        return np.concatenate([numbers, levels])

    @functools.cached_property
    def _driving(self):
        """Which of the quantities move the states; the rest is seen in outputs only."""
        _, _, p = self._symbols
        rates_and_start = casadi.vertcat(self._rates, self._start)
        return np.array(casadi.which_depends(rates_and_start, p, 1, False))

    def course(self, case):
        """What the states of a run follow from: two cases of the same course differ in
        outputs, and in where these reach a cut-off, only.
        """
        return self._numbers(case)[self._driving].tobytes()

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
        if not cases:
            return []
        numbers = [self._numbers(case) for case in cases]
        runs = self._outside(cases, numbers)
        for solver in (self.solver, self._careful):
            again = [k for k, run in enumerate(runs) if run is None or run.failed]
            if not again:
                break
            try:
                solutions = solver.solve(
                    self.model, t_eval, inputs=[{QUANTITIES: numbers[k]} for k in again]
                )
            except pybamm.SolverError as error:
                # some errors end a whole batch: then each case stands for itself
                if len(again) > 1:
                    for k in again:
                        (runs[k],) = self.solve([cases[k]], t_eval)
                    return runs
                why = _reason(error)
                (k,) = again
                runs[k] = self._outside_at_once(cases[k]) or Run(
                    None, "failed", f"the solver stopped: {why}"
                )
                continue
            for k, solution in zip(again, as_list(solutions), strict=True):
                runs[k] = _run(solution)
        return runs

    def go_on(self, state, case, longest):
        """
        Run from a state that another run of this model has left, until a cut-off.

        Parameters
        ----------
        state : shape (states,), as the last of a solution's ``y``
        case : inputs; their voltage at the start is not used
        longest : [s]

        Returns
        -------
        Run
        """
        inputs = {QUANTITIES: self._numbers(case)}
        before = pybamm.Solution(
            np.zeros(1), np.reshape(state, (-1, 1)), self.model, inputs
        )
        why = ""
        for solver in (self.solver, self._careful):
            try:
                solution = solver.step(
                    before, self.model, longest, inputs=inputs, save=False
                )
            except pybamm.SolverError as error:
                why = _reason(error)
                continue
            run = _run(solution)
            if not run.failed:
                return run
            why = run.status
        return Run(None, "failed", f"the solver stopped: {why}")

    def past_cut_off(self, state, case):
        """Whether a state is past a cut-off as soon as the current of a case flows."""
        state = self.consistent(0.0, np.ravel(state), case)
        (voltage,) = self.voltages([0.0], np.reshape(state, (-1, 1)), case)
        low, high = (parameters.NAMES[f"voltage_{end}"] for end in ("min", "max"))
        return not case[low] < voltage < case[high]

    def _outside(self, cases, numbers):
        """A Run for each case whose very first voltage is past a cut-off, else None."""
        columns = np.array(numbers).T
        voltages = self._initial_voltage(columns).full().ravel()
        return [_past(v, case) for case, v in zip(cases, voltages, strict=True)]

    def _outside_at_once(self, case):
        """As ``_outside``, by the voltage once all without capacity has followed."""
        state = self.initial_state(case)
        return _past(*self.voltages([0.0], np.reshape(state, (-1, 1)), case), case)

    @functools.cached_property
    def _symbols(self):
        """Time, states and quantities, of CasADi."""
        parts = self.model.len_rhs, self.model.len_alg
        y = casadi.vertcat(*(casadi.MX.sym("y", size) for size in parts))
        return casadi.MX.sym("t"), y, casadi.MX.sym("p", self._size)

    def _expression(self, symbol):
        """Of PyBaMM's symbol one of these; what is asked for twice is made once."""
        t, y, p = self._symbols
        known = self._converted
        return symbol.to_casadi(t, y, inputs={QUANTITIES: p}, casadi_symbols=known)

    @functools.cached_property
    def _rates(self):
        """What the mass matrix times the rates of the states is."""
        model = self.model
        each = model.concatenated_rhs, model.concatenated_algebraic
        return casadi.vertcat(*map(self._expression, each))

    @functools.cached_property
    def _start(self):
        return self._expression(self.model.concatenated_initial_conditions)

    @functools.cached_property
    def _outputs(self):
        known = self.model.get_processed_variable
        return {name: self._expression(known(name)) for name in RECORDED}

    @functools.cached_property
    def _initial_voltage(self):
        _, _, p = self._symbols
        at = casadi.Function("voltage", self._symbols, [self._outputs[VOLTAGE]])
        return casadi.Function("initial_voltage", [p], [at(0, self._start, p)])

    @functools.cached_property
    def _recorder(self):
        return dense_output.Recorder(*self._symbols, self._outputs, STOICHIOMETRY)

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
        seen = self._recorder.seen(np.asarray(states))
        return self._recorder.at(times, seen, self._numbers(case))

    def curve(self, run, case):
        """Times along a run, dense enough for straight lines between them [s], and the
        outputs there as ``record`` gives them.
        """
        return self._recorder.curve(run.solution, self._numbers(case), VOLTAGE)

    def curves(self, runs, cases):
        """``curve`` of several runs on all cores; None where there is no solution."""
        _ = self._recorder  # made once, before several threads ask for it

        def one(run, case):
            return None if run.solution is None else self.curve(run, case)

        with ThreadPoolExecutor(threads()) as pool:
            return list(pool.map(one, runs, cases))

    def voltages(self, times, states, case):
        """Voltage at operating points [V], shape (points,)."""
        return self.record(times, states, case)[VOLTAGE]

    def voltage_along(self, run, times, case):
        """Voltage of a run at any times between its first and its last [V]."""
        _, between = self._recorder.along(run.solution)
        return self._recorder.at(times, between(times), self._numbers(case))[VOLTAGE]

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
        solution = run.solution
        between = dense_output.spline(
            solution.t, np.asarray(solution.y), np.hstack(solution.all_yps)
        )
        found = [
            self.consistent(t, y, case)
            for t, y in zip(times, between(times).T, strict=True)
        ]
        return np.array(found).T

    def consistent(self, t, y, case):
        """A state with its algebraic part solved for, from near by."""
        x, z = np.split(y, [self.model.len_rhs])
        p = self._numbers(case)
        return np.concatenate(
            [x, self._algebraic(z, np.concatenate([[t], x, p])).full().ravel()]
        )

    @functools.cached_property
    def _algebraic(self):
        t, y, p = self._symbols
        n, f = self.model.len_rhs, self._rates
        problem = {"x": y[n:], "p": casadi.vertcat(t, y[:n], p), "g": f[n:]}
        options = {"abstol": 1e-16, "abstolStep": 1e-11, "error_on_fail": False}
        return casadi.rootfinder("algebraic", "newton", problem, options)

    def initial_state(self, case):
        """Consistent state at the start of a run, shape (states,)."""
        _, _, p = self._symbols
        start = casadi.Function("start", [p], [self._start])
        return self.consistent(0.0, start(self._numbers(case)).full().ravel(), case)

    @functools.cached_property
    def _jacobians(self):
        """Function of (t, y, p) for the numbers of a linearisation, and its places."""
        t, y, p = self._symbols
        k, f = self._inputs.index(CURRENT), self._rates
        outputs = casadi.vertcat(*(self._outputs[name] for name in OUTPUTS))
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
        p = self._numbers(case)
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


def _past(voltage, case):
    """A Run that starts past a cut-off, or None."""
    if voltage <= case[parameters.NAMES["voltage_min"]]:
        return Run(None, STARTS_OUTSIDE["Minimum voltage [V]"])
    if voltage >= case[parameters.NAMES["voltage_max"]]:
        return Run(None, STARTS_OUTSIDE["Maximum voltage [V]"])
    return None


def _scalar_jacobian(expression, y):
    """Jacobian as one scalar program, which takes a ninth of the time of matrices.

    Levels are looked up outside it: they have no derivative, and their table is long.
    """
    cut, given, found = ocp_inverse.without_levels(expression)
    symbols = casadi.symvar(casadi.veccat(y, cut))
    program = casadi.Function("f", symbols, [cut, y]).expand()
    scalars = [casadi.SX.sym(symbol.name(), *symbol.shape) for symbol in symbols]
    values, states = program(*scalars)
    J = casadi.cse(casadi.jacobian(values, states))
    rows = casadi.Function("jacobian", scalars, [J])(*symbols)
    return casadi.graph_substitute([rows], given, found)[0]


def _reason(error):
    """Why the integrator stopped, without the number of the case in its batch."""
    first = str(error).split(" with inputs")[0].splitlines()[0]
    return re.sub(r"^input set \d+: ", "", first)


def as_list(solutions):
    """PyBaMM gives a list for a batch, but not for a batch of one."""
    return solutions if isinstance(solutions, list) else [solutions]


def _run(solution):
    termination = solution.termination
    if termination.startswith("event: "):
        return Run(solution, termination.removeprefix("event: "))
    if termination == "final time":
        return Run(solution, termination)
    return Run(None, "failed", f"the solver stopped: {termination}")
