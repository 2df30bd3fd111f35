"""The engine: a model that is discretised once, then run with many inputs.

Every quantity of a cell file is an input of a run. So one discretised model serves all
cells, rates and temperatures, and many runs are solved in one batch. The derived
quantities are computed once for each run; the discretised equations take their values.
"""

import functools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pybamm

from nfpcell.arrays import FloatArray
from nfpcell.cell import derived, parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.columns import VOLTAGE
from nfpcell.errors import NfpcellError
from nfpcell.model import integrator, mesh
from nfpcell.model.cathode import SURFACE_POTENTIAL
from nfpcell.model.classes import of_classes
from nfpcell.model.from_zero import PATIENT, TIGHTER
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from nfpcell.outcome import Ending, Outcome, failure
from nfpcell.parallel import threads
from nfpcell.simulation import shortcuts
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.dense_output import (
    Reader,
    Samples,
    processed_variables,
    samples,
    states_at,
)
from nfpcell.simulation.equations import (
    APPLIED_CURRENT,
    QUANTITIES,
    RECORDED,
    Equations,
    Linearisation,
    scalar_jacobian,
)
from nfpcell.simulation.solver_reasons import reason_of, reason_of_times

HYSTERESIS_GAP = parameters.NAMES["hysteresis_gap"]
FIDELITIES = {"full": HalfCell, "particle": SingleParticle}
# largest number of runs of a batch; largest memory of its states [B], if each run
# stores STEPS steps with their rates
BATCH = 64
STEPS = 2000
MEMORY = 1e9
# states up to which a Jacobian as one scalar program is faster than that of PyBaMM
MOST_SCALAR_STATES = 200
# third attempt: rtol, atol, tight_newton and newton_steps of ``integrator.solver``
LAST_ATTEMPT = (1e-7, 1e-8, True, 10)
# cut-offs that no run reaches [V]
OUT_OF_REACH = {LOWER_CUTOFF: -9.0, UPPER_CUTOFF: 25.0}

Inputs = Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """The result of one set of inputs."""

    solution: Any  # of PyBaMM; None if the run failed or started beyond a cut-off
    outcome: Outcome

    @property
    def failed(self) -> bool:
        """Whether the solver failed; a start beyond a cut-off is not a failure."""
        return self.outcome.failed


class Engine:
    """
    A discretised model with its solver.

    Parameters
    ----------
    fidelity : "full" or "particle"
    diffusion : name of a law in ``cell.schema.DIFFUSION_LAWS``
    points : pairs of mesh variable and number of points, e.g. (("r_p", 160),)
    double_layers : include the capacitances of all interfaces, as a spectrum needs;
        without them the charge of a half-cycle is equal to the sodium in NFP
    rtol, atol : tolerances of the solver
    grading : of the radial mesh, see ``mesh.SurfaceGraded``
    explicit_surface : without double layers, compute the surface of the particles from
        the current if the diffusion law allows it; False makes it an unknown
    sodium_contact : a law in ``cell.schema.SODIUM_CONTACTS``
    size_classes, grain_boundary_classes : see ``half_cell.SodiumHalfCell``

    Attributes
    ----------
    model : the discretised PyBaMM model
    layout : name of a state -> its indices among all states
    names : the inputs of a run, in the order of the solver
    batch : number of runs that one call of ``solve`` should take
    """

    def __init__(
        self,
        fidelity: str = "full",
        diffusion: str = "falling",
        points: tuple[tuple[str, int], ...] = (),
        double_layers: bool = False,
        rtol: float = 3e-6,
        atol: float = 1e-6,
        grading: float = mesh.GRADING,
        explicit_surface: bool = True,
        sodium_contact: str = "unlimited",
        size_classes: int = 1,
        grain_boundary_classes: int = 1,
    ) -> None:
        model = FIDELITIES[fidelity](
            diffusion_law=diffusion,
            double_layers=double_layers,
            explicit_surface=explicit_surface,
            derived_given=True,
            sodium_contact=sodium_contact,
            size_classes=size_classes,
            grain_boundary_classes=grain_boundary_classes,
        )
        # sorted, because PyBaMM stacks inputs in the order of the first call
        self._quantities = sorted({parameter.name for parameter in model.parameters})
        size = len(self._quantities)
        vector = pybamm.InputParameter(QUANTITIES, expected_size=size)
        values = {
            name: pybamm.Index(vector, k) for k, name in enumerate(self._quantities)
        }
        simulation = pybamm.Simulation(
            model,
            parameter_values=pybamm.ParameterValues(values),
            submesh_types=mesh.submesh_types(model.through_thickness, grading),
            var_pts={**model.default_var_pts, **dict(points)},
        )
        simulation.build()
        self.model = simulation.built_model
        current = self._quantities.index(APPLIED_CURRENT)
        self.equations = Equations(self.model, size, current)
        states = self.model.len_rhs_and_alg
        if shortcuts.SCALAR_PROGRAMS:
            self.model.events = list(
                map(self.equations.scalar_event, self.model.events)
            )
            if states < MOST_SCALAR_STATES:
                self.model.build_casadi_jacobian = scalar_jacobian
        self.layout = {
            variable.name: np.concatenate([np.arange(s.start, s.stop) for s in slices])
            for variable, slices in self.model.y_slices.items()
        }
        primary = {*parameters.NAMES.values(), *parameters.CONDITIONS.values()}
        self.names = sorted({*primary, APPLIED_CURRENT})
        self.batch = int(np.clip(MEMORY / (2 * 8 * STEPS * states), 1, BATCH))
        self._remembered = functools.lru_cache(maxsize=2 * BATCH)(self._evaluated)
        # A few runs stall at a bend of the open-circuit potential, or where sodium is
        # used up in a part of the cathode. Smaller steps and more iterations help, and
        # strict tolerances where the reaction is at one face.
        surface = bool(of_classes(self.layout, SURFACE_POTENTIAL))
        attempts = (
            (rtol, atol, surface, integrator.NEWTON_STEPS),
            (rtol / TIGHTER, atol / TIGHTER, surface, PATIENT),
            LAST_ATTEMPT,
        )
        self.solver, *self._careful = (
            integrator.solver(
                relative,
                absolute,
                tight_newton,
                threads(),
                newton_steps,
                integrator.PROGRESS_OF_HALF_CYCLES,
                on_failure="ignore",
            )
            for relative, absolute, tight_newton, newton_steps in attempts
        )

    # ------------------------------------------------------------------------- inputs
    def inputs(
        self,
        cell: Cell,
        current: float,
        temperature: float,
        initial_voltage: float,
        contact_state: float = 0.0,
    ) -> dict[str, float]:
        """
        Inputs of one run.

        Parameters
        ----------
        current : [A], positive on discharge
        temperature : [K]
        initial_voltage : rest potential of the cathode at the start [V]
        contact_state : of the sodium contact at the start, -1 to 1
        """
        if cell[HYSTERESIS_GAP]:
            raise NfpcellError(
                f"cell {cell.name}: {HYSTERESIS_GAP} is {cell[HYSTERESIS_GAP]:g}, and "
                "only nfpcell protocol computes hysteresis; right would be 0 here"
            )
        values = {
            **cell.values,
            APPLIED_CURRENT: current,
            parameters.CONDITIONS["T"]: temperature,
            parameters.CONDITIONS["U_init"]: initial_voltage,
            parameters.CONDITIONS["na_contact_init"]: contact_state,
            parameters.CONDITIONS["hysteresis_init"]: 0.0,
        }
        # the upper cut-off does not stop a discharge, and the lower one not a charge:
        # the cell may have rested beyond it
        if current:
            cutoff = UPPER_CUTOFF if current > 0 else LOWER_CUTOFF
            values[cutoff] = OUT_OF_REACH[cutoff]
        return {name: float(values[name]) for name in self.names}

    def inputs_of(self, condition: Condition) -> dict[str, float]:
        """Inputs of a half-cycle with a given start."""
        if condition.start is None:
            raise ValueError("the condition has no start")
        return self.inputs(
            condition.cell, condition.current, condition.kelvin, condition.start
        )

    def numbers(self, inputs: Inputs) -> FloatArray:
        """The quantities that the equations take; cached for recent inputs."""
        return self._remembered(tuple(map(inputs.__getitem__, self.names)))

    def _evaluated(self, values: tuple[float, ...]) -> FloatArray:
        inputs = dict(zip(self.names, values, strict=True))
        p = parameters.Parameters.of(inputs.__getitem__)
        values_by_name = {**inputs, **derived.derive(p).values()}
        return np.array([values_by_name[name] for name in self._quantities])

    def trajectory_key(self, inputs: Inputs) -> bytes:
        """
        The quantities that determine the states of a run.

        Runs with the same key have the same states. Their outputs differ, and therefore
        the times at which they reach a cut-off.
        """
        return self.numbers(inputs)[self.equations.driving].tobytes()

    # ------------------------------------------------------------------------ running
    def solve(self, batch: Sequence[Inputs], t_eval: Sequence[float]) -> list[Run]:
        """
        Solve a batch of runs, each until one of its cut-offs.

        Parameters
        ----------
        batch : inputs of each run
        t_eval : times at which the integrator stops, besides its steps [s]

        Returns
        -------
        runs in the order of the batch; a failed run does not affect the others
        """
        if not batch:
            return []
        numbers = [self.numbers(inputs) for inputs in batch]
        voltages = self.equations.initial_voltages(np.array(numbers).T)
        runs: list[Run | None] = [
            _start_beyond_cutoff(voltage, inputs)
            for voltage, inputs in zip(voltages, batch, strict=True)
        ]
        for solver in (self.solver, *self._careful):
            unsolved = [k for k, run in enumerate(runs) if run is None or run.failed]
            if not unsolved:
                break
            try:
                solutions = solver.solve(
                    self.model,
                    t_eval,
                    inputs=[{QUANTITIES: numbers[k]} for k in unsolved],
                )
            except pybamm.SolverError as error:
                # some errors end the whole batch; then each run is solved alone
                if len(unsolved) > 1:
                    for k in unsolved:
                        (runs[k],) = self.solve([batch[k]], t_eval)
                    break
                (k,) = unsolved
                runs[k] = self._start_beyond_cutoff(batch[k]) or _stopped(
                    reason_of(error)
                )
                continue
            for k, solution in zip(unsolved, as_list(solutions), strict=True):
                runs[k] = _run(solution)
        return [run for run in runs if run is not None]

    def resume_from(self, state: FloatArray, inputs: Inputs, longest: float) -> Run:
        """
        Continue from the last state of another run of this engine.

        Parameters
        ----------
        state : shape (states,), the last of a solution's ``y``
        inputs : of the new run; their initial voltage is not used
        longest : longest duration [s]
        """
        quantities = {QUANTITIES: self.numbers(inputs)}
        before = pybamm.Solution(
            np.zeros(1), np.reshape(state, (-1, 1)), self.model, quantities
        )
        run = _stopped("")
        for solver in (self.solver, *self._careful):
            try:
                solution = solver.step(
                    before, self.model, longest, inputs=quantities, save=False
                )
            except pybamm.SolverError as error:
                run = _stopped(reason_of(error))
                continue
            run = _run(solution)
            if not run.failed:
                break
        return run

    def starts_beyond_cutoff(self, state: FloatArray, inputs: Inputs) -> bool:
        """Whether the voltage of a state is beyond a cut-off under the current."""
        state = self.consistent(0.0, np.ravel(state), inputs)
        (voltage,) = self.voltages([0.0], np.reshape(state, (-1, 1)), inputs)
        return not inputs[LOWER_CUTOFF] < voltage < inputs[UPPER_CUTOFF]

    def _start_beyond_cutoff(self, inputs: Inputs) -> Run | None:
        """As the function below, with the voltage of the consistent initial state."""
        state = self.initial_state(inputs)
        (voltage,) = self.voltages([0.0], np.reshape(state, (-1, 1)), inputs)
        return _start_beyond_cutoff(voltage, inputs)

    # ------------------------------------------------------------------------ outputs
    def record(
        self, times: Sequence[float] | FloatArray, states: FloatArray, inputs: Inputs
    ) -> dict[str, FloatArray]:
        """
        Outputs at points of a run, by their names in RECORDED, shape (points,) each.

        Parameters
        ----------
        times : [s], shape (points,)
        states : shape (states, points)
        inputs : of that run
        """
        recorder = self.equations.recorder
        return recorder.at(
            times, recorder.seen(np.asarray(states)), self.numbers(inputs)
        )

    def curve(self, run: Run, inputs: Inputs) -> Samples:
        """Outputs along a run, at times dense enough for linear interpolation."""
        return samples(run.solution.t, self._reader(run, inputs), VOLTAGE)

    def _reader(self, run: Run, inputs: Inputs) -> Reader:
        """Reader of the outputs of a run at any times."""
        if not shortcuts.OUTPUT_PROGRAM:
            return processed_variables(run.solution, RECORDED)
        return self.equations.recorder.along(run.solution, self.numbers(inputs))

    def curves(
        self, runs: Sequence[Run], batch: Sequence[Inputs]
    ) -> list[Samples | None]:
        """``curve`` of several runs on all cores; None where there is no solution."""
        _ = self.equations.recorder  # build it before several threads need it

        def curve(run: Run, inputs: Inputs) -> Samples | None:
            return None if run.solution is None else self.curve(run, inputs)

        with ThreadPoolExecutor(threads()) as pool:
            return list(pool.map(curve, runs, batch))

    def voltages(
        self, times: Sequence[float] | FloatArray, states: FloatArray, inputs: Inputs
    ) -> FloatArray:
        """Voltage at operating points [V], shape (points,)."""
        return self.record(times, states, inputs)[VOLTAGE]

    def voltage_along(self, run: Run, times: FloatArray, inputs: Inputs) -> FloatArray:
        """Voltage of a run at any of its times [V]."""
        return self._reader(run, inputs)(times)[VOLTAGE]

    # ------------------------------------------------------------------------- states
    def states(self, run: Run, times: FloatArray, inputs: Inputs) -> FloatArray:
        """
        Consistent states of a run at any of its times [s], shape (states, times).

        Their algebraic part is solved for, because an interpolated one would cause
        noise in an impedance.
        """
        consistent = [
            self.consistent(t, y, inputs)
            for t, y in zip(times, states_at(run.solution, times).T, strict=True)
        ]
        return np.array(consistent).T

    def consistent(self, t: float, state: FloatArray, inputs: Inputs) -> FloatArray:
        """The state with its algebraic part solved for, shape (states,)."""
        return self.equations.consistent(t, state, self.numbers(inputs))

    def initial_state(self, inputs: Inputs) -> FloatArray:
        """Consistent state at the start of a run, shape (states,)."""
        return self.equations.initial_state(self.numbers(inputs))

    def linearise(
        self, times: FloatArray, states: FloatArray, inputs: Inputs
    ) -> Linearisation:
        """The model about operating points; see ``Equations.linearise``."""
        return self.equations.linearise(times, states, self.numbers(inputs))


# engines are cached: equal arguments give the same engine
built = functools.cache(Engine)


def _start_beyond_cutoff(voltage: float, inputs: Inputs) -> Run | None:
    """The result of a run whose first voltage is beyond a cut-off, else None."""
    if voltage <= inputs[LOWER_CUTOFF]:
        return Run(None, Outcome(Ending.STARTED_BELOW))
    if voltage >= inputs[UPPER_CUTOFF]:
        return Run(None, Outcome(Ending.STARTED_ABOVE))
    return None


def _stopped(reason: str) -> Run:
    return Run(None, failure(f"the solver stopped: {reason}"))


def as_list(solutions: Any) -> list[Any]:
    """The solutions of a batch as a list; PyBaMM returns none for a batch of one."""
    return solutions if isinstance(solutions, list) else [solutions]


def _run(solution: Any) -> Run:
    """The run of a PyBaMM solution, whose termination names the event that ended it."""
    termination = solution.termination.removeprefix("event: ")
    try:
        return Run(solution, Outcome(Ending(termination)))
    except ValueError:
        return _stopped(reason_of_times(solution.t))
