"""Steps of a segment, one after the other, each a simulation of PyBaMM's own.

Each step starts at time 0 of the integrator and from the last state of the step before,
so that it does not depend on how long the cell has run, and only one step is in memory.
"""

import functools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pybamm

from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.columns import CURRENT, VOLTAGE
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.errors import DataFileError
from nfpcell.model import integrator
from nfpcell.model.from_zero import PATIENT
from nfpcell.model.interfaces_in_series import CONTACT_FRACTION
from nfpcell.physics.sodium_contact import LOST
from nfpcell.simulation.engine import (
    FIDELITIES,
    HYSTERESIS_GAP,
)
from nfpcell.simulation.numerics import classes_of
from nfpcell.simulation.profile import Profile
from nfpcell.simulation.solver_reasons import reason_of
from nfpcell.simulation.starting_state import starting_voltage

# highest voltage for which the paper describes the reactions [V]
KNOWN_TO = 4.5
# Arguments of ``integrator.solver``, each tried if the one before fails. The heat of a
# slow step is the small difference of two potentials, which needs the first
ATTEMPTS: tuple[dict[str, Any], ...] = (
    {"rtol": 1e-8, "atol": 1e-9},
    {},
    {"rtol": 1e-7, "atol": 3e-8, "newton_steps": PATIENT},
)
# longest duration of a step that says only where it ends [s]
LONGEST = 1e5 * SECONDS_PER_HOUR
# simulations of different steps that are kept
KEPT = 32

Thermal = Literal["isothermal", "lumped"]
Start = Literal["charged", "discharged"]

# how the Status of a step begins that was not run, if the next one is
BEYOND = "not run: at its start "
# time after which the voltage at the start of a step is read [s]
MOMENT = 1e-3
# error of the contact fraction at which a step ended
SAME_FRACTION = 1e-4
# number of voltages at which the largest power of a cell is sought
LOADS = 9


@dataclass(frozen=True)
class Instruction:
    """A step of a segment."""

    sentence: str  # as PyBaMM reads it
    temperature: float  # of the surroundings [degC]
    profile: Profile | None = None  # that it follows instead of the sentence

    def step(self, place: str) -> Any:
        """The step of PyBaMM; ``place`` is the place that an error names."""
        kelvin = self.temperature + ZERO_CELSIUS
        if self.profile is not None:
            return self.profile.step(kelvin)
        try:
            return pybamm.step.string(self.sentence, temperature=kelvin)
        except (ValueError, TypeError, ArithmeticError) as error:
            why = str(error).partition("For example")[0].strip().rstrip(": .")
            # the other messages are Python's own
            reason = f" ({why})" if "must" in why else ""
            raise DataFileError(
                f'{place}: "{self.sentence}" is no step{reason}; right would be, for '
                'example, "Charge at 0.2C until 4.5 V" or "Discharge at 400 Ohm until '
                '2 V"'
            ) from error


@dataclass(frozen=True)
class Segment:
    """Successive steps with one starting state."""

    name: str  # in tables and figures
    cell: Cell  # with the quantities that the segment changes
    start: Start  # by a slow half-cycle at 30 degC
    instructions: tuple[Instruction, ...]
    thermal: Thermal = "isothermal"  # "lumped": losses heat the cell


@dataclass(frozen=True)
class StepRun:
    """What a step came to."""

    start: float  # time since the start of the segment [s]
    solution: Any = None  # of PyBaMM, from time 0; None if there is no result
    reason: str = ""  # why there is no result
    stopped: bool = False  # whether the solver stopped, so that no later step is run


def step_runs(segment: Segment, model: str) -> Iterator[StepRun]:
    """Run the steps of a segment; none is run after one at which the solver stopped."""
    simulations = _Simulations(segment, model)
    state, time, stopped = None, 0.0, ""
    for number, instruction in enumerate(segment.instructions, start=1):
        if stopped:
            yield StepRun(time, reason=stopped)
            continue
        run = simulations.solve(instruction, state, time)
        yield run
        if run.solution is not None:
            state = _last_state(run.solution)
            time += float(run.solution.t[-1])
        elif run.stopped:
            stopped = f"not run: in step {number} {run.reason}"


class _Simulations:
    """The simulations of the steps of a segment; equal steps share one."""

    def __init__(self, segment: Segment, model: str) -> None:
        cell, charged = segment.cell, segment.start == "charged"
        self.segment = segment
        self.model = FIDELITIES[model](
            diffusion_law=cell.diffusion,
            thermal=segment.thermal,
            energies=True,
            with_hysteresis=cell[HYSTERESIS_GAP] > 0,
            sodium_contact=cell.sodium_contact,
            **classes_of(cell),
        )
        self.values = cell.parameter_values()
        self.values["Initial voltage in positive electrode [V]"] = starting_voltage(
            _cell_of_start(cell), "discharge" if charged else "charge", model
        )
        # hysteresis state after the slow half-cycle
        self.values["Initial hysteresis state"] = -1.0 if charged else 1.0
        self._simulation = functools.lru_cache(KEPT)(self._built)

    def solve(self, instruction: Instruction, state: Any, start: float) -> StepRun:
        """Run a step from the last state of another; ``start`` is its time [s]."""
        if self._contact_lost(instruction, state):
            return StepRun(start, reason=f"{BEYOND}the sodium contact is lost to voids")
        reason = ""
        for attempt in range(len(ATTEMPTS)):
            simulation = self._simulation(instruction, attempt)
            log = _Silent()
            try:
                with warnings.catch_warnings():
                    # the warnings repeat the Status of the table
                    warnings.simplefilter("ignore")
                    solution = simulation.solve(starting_solution=state, callbacks=log)
            except pybamm.SolverError as error:
                if log.error is None:
                    passed = self._passed(instruction, state)
                    return StepRun(start, reason=BEYOND + passed)
                reason = reason or reason_of(error)
            else:
                return StepRun(start, solution.cycles[-1].steps[-1])
        too_much = self._too_much_power(instruction, state)
        reason = too_much or f"the solver stopped: {reason}"
        return StepRun(start, reason=reason, stopped=True)

    def _contact_lost(self, instruction: Instruction, state: Any) -> bool:
        """Whether a discharge begins where the one before lost the sodium contact."""
        if self.segment.cell.sodium_contact == "unlimited" or state is None:
            return False
        fraction = float(state[CONTACT_FRACTION].entries[-1])
        step = instruction.step(self.segment.name)
        return step.direction == "discharge" and fraction <= LOST + SAME_FRACTION

    def _passed(self, instruction: Instruction, state: Any) -> str:
        """Which cut-off or end has been passed at the start of a step."""
        step = instruction.step(self.segment.name)
        ends = {end.value for end in step.termination}
        step.termination = []
        try:
            voltage, _ = self._at_start(step, state)
        except pybamm.SolverError:
            return "the voltage is beyond a cut-off, or its end condition is met"
        for cutoff, words, operator in self._cutoffs(step):
            beyond = voltage >= cutoff if operator == ">" else voltage <= cutoff
            if beyond and cutoff not in ends:
                return (
                    f"the voltage, {voltage:.3f} V, is beyond the {words} cut-off, "
                    f"{cutoff:g} V"
                )
        return f"its end condition is met; the voltage is {voltage:.3f} V"

    def _too_much_power(self, instruction: Instruction, state: Any) -> str:
        """That a discharge asks for more power than the cell can deliver, or ""."""
        step = instruction.step(self.segment.name)
        if not isinstance(step, pybamm.step.Power) or step.direction != "discharge":
            return ""
        kelvin = instruction.temperature + ZERO_CELSIUS
        try:
            rest, _ = self._at_start(pybamm.step.rest(temperature=kelvin), state)
            least = min(self.segment.cell[LOWER_CUTOFF], rest)
            loads = [
                self._at_start(pybamm.step.voltage(volts, temperature=kelvin), state)
                for volts in np.linspace(least, rest, LOADS, endpoint=False)
            ]
        except pybamm.SolverError:
            return ""
        most = max(volts * amperes for volts, amperes in loads)
        if most >= step.value:
            return ""
        return (
            f"the cell cannot deliver {step.value:g} W: at the start of the step it "
            f"delivers at most {max(most, 0):.3g} W above its lower cut-off"
        )

    def _at_start(self, step: Any, state: Any) -> tuple[float, float]:
        """Voltage [V] and current [A] a MOMENT after the start of a step."""
        step.duration = step.input_duration = MOMENT
        solution = pybamm.Simulation(
            self.model,
            parameter_values=self.values,
            experiment=pybamm.Experiment([step]),
            solver=integrator.solver(),
        ).solve(starting_solution=state, callbacks=_Silent())
        last = solution.cycles[-1].steps[-1]
        voltage, current = (
            float(last[name].entries[-1]) for name in (VOLTAGE, CURRENT)
        )
        return voltage, current

    def _cutoffs(self, step: Any) -> list[tuple[float, str, str]]:
        """The cut-offs that end a step: voltage, name and PyBaMM's operator."""
        cell = self.segment.cell
        return [
            (cell[name], words, operator)
            for name, words, operator, other in (
                (LOWER_CUTOFF, "lower", "<", "charge"),
                (UPPER_CUTOFF, "upper", ">", "discharge"),
            )
            # a step is not stopped by the cut-off that its current leads away from
            if step.direction not in (other, "rest")
            and not isinstance(step, pybamm.step.Voltage)
        ]

    def _built(self, instruction: Instruction, attempt: int) -> Any:
        step = instruction.step(self.segment.name)
        step.skip_ok = False  # an error instead of an empty solution
        if step.uses_default_duration:
            # the second is what a copy of the step has, and an Experiment copies it
            step.duration = step.input_duration = LONGEST
        # in an Experiment, PyBaMM lets a cell run 1 V beyond its cut-offs
        step.termination += [
            pybamm.step.VoltageTermination(cutoff, operator)
            for cutoff, _, operator in self._cutoffs(step)
        ]
        return pybamm.Simulation(
            self.model,
            parameter_values=self.values,
            experiment=pybamm.Experiment([step]),
            solver=integrator.solver(**ATTEMPTS[attempt]),
        )


class _Silent(pybamm.callbacks.LoggingCallback):
    """Keeps the error of the solver, which PyBaMM only logs; logs nothing itself."""

    def __init__(self) -> None:
        super().__init__()
        self.error: pybamm.SolverError | None = None

    def on_experiment_error(self, logs: dict[str, Any]) -> None:
        """Keep the error."""
        self.error = logs["error"]

    def on_experiment_infeasible_time(self, logs: dict[str, Any]) -> None:
        """Log nothing: the table says how a step ended."""

    def on_experiment_infeasible_event(self, logs: dict[str, Any]) -> None:
        """Log nothing: the table says how a step ended."""


def _cell_of_start(cell: Cell) -> Cell:
    """The cell for the slow half-cycle: with the paper's cut-off, without hysteresis.

    A segment may raise the cut-off. The hysteresis is neglected, because the potential
    is so steep at the cut-offs that half a gap corresponds to no charge.
    """
    upper = min(cell[UPPER_CUTOFF], KNOWN_TO)
    return cell.with_values({UPPER_CUTOFF: upper, HYSTERESIS_GAP: 0.0})


def _last_state(solution: Any) -> Any:
    """The last state of a solution as one of PyBaMM's at time 0."""
    return pybamm.Solution(
        np.zeros(1),
        solution.y[:, -1:],
        solution.all_models[-1],
        solution.all_inputs[-1],
    )
