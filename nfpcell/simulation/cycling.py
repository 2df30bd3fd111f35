"""Many cycles of a cell; each starts from the state at the end of the last one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
import pydantic

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell, Cells
from nfpcell.cell.parameters import Range
from nfpcell.cell.schema import Number, StrictModel, Temperature
from nfpcell.cell.validation import Direction
from nfpcell.errors import NfpcellError, SolveError, refusal
from nfpcell.outcome import OK
from nfpcell.parallel import Progress
from nfpcell.simulation.checkpoint import Checkpoint
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.curve import specific_capacity
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import starting_voltage

CONTACT_RESISTANCE = "Contact resistance [Ohm]"
ACTIVE_FRACTION = "Positive electrode active fraction of theoretical capacity"
MOST_CYCLES = 1_000_000
NUMBERS_OF_CYCLES = Range(1, MOST_CYCLES)


@dataclass(frozen=True)
class Fade:
    """Empirical ageing with every cycle; the cells of the paper did not age."""

    resistance: float = 0.0  # added to the contact resistance in every cycle [Ohm]
    contact: float = 0.0  # fraction of active material that loses contact per cycle

    def __post_init__(self) -> None:
        validation.number(self.resistance, "resistance growth", Range(0, 1e6))
        validation.number(self.contact, "contact loss", Range(0, 0.5))

    def aged(self, cell: Cell, cycle: int) -> Cell:
        r"""
        The cell in its n-th cycle; n = 1 is the new cell.

        .. math:: R_n = R_1 + (n - 1)\,\Delta R,\qquad
                  f_n = f_1 (1 - \lambda)^{n - 1}
        """
        if not (self.resistance or self.contact):
            return cell
        past = cycle - 1
        return cell.with_values(
            {
                CONTACT_RESISTANCE: cell[CONTACT_RESISTANCE] + past * self.resistance,
                ACTIVE_FRACTION: cell[ACTIVE_FRACTION] * (1 - self.contact) ** past,
            }
        )


def rates_of(steps: Iterable[tuple[float, int]]) -> list[float]:
    """
    C-rate of every cycle, from pairs of a C-rate and a number of cycles.

    Examples
    --------
    >>> rates_of([(0.1, 2), (1.0, 1)])
    [0.1, 0.1, 1.0]
    """
    rates: list[float] = []
    for rate, number in steps:
        validation.numbers([rate], "rate", validation.RATES)
        if validation.number(number, "cycles", NUMBERS_OF_CYCLES) != int(number):
            raise NfpcellError(
                f"cycles {number!r} is refused; right would be a whole number from 1"
            )
        rates += [float(rate)] * int(number)
    if not 1 <= len(rates) <= MOST_CYCLES:
        raise NfpcellError(
            f"{len(rates)} cycles are refused; right would be 1 to {MOST_CYCLES}"
        )
    return rates


# ------------------------------------------------------------------------- as a file
class _CycleStep(StrictModel):
    rate: Annotated[Number, pydantic.Field(gt=0, le=1000, alias="C-rate")]
    cycles: Annotated[int, pydantic.Field(ge=1, le=MOST_CYCLES)]


class CyclesFile(StrictModel):
    """A file of kind "cycles" in experiments/."""

    title: str
    kind: Literal["cycles"]
    source: str
    cell: str
    temperature: Temperature = pydantic.Field(alias="Ambient temperature [degC]")
    steps: Annotated[list[_CycleStep], pydantic.Field(min_length=1)]
    protocol: dict[str, str] = {}


@dataclass(frozen=True)
class Schedule:
    """Cycles to run, from a file of kind "cycles" or from the command line."""

    name: str
    title: str
    cell: Cell
    steps: tuple[tuple[float, int], ...]  # pairs of a C-rate and a number of cycles
    temperature: float  # [degC]
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def of_rates(
        cls,
        cell: Cell,
        rates: float | Sequence[float] = 0.1,
        cycles: int = 10,
        temperature: float = 30.0,
    ) -> Self:
        """The schedule of a cell: this number of cycles at each C-rate, in this order.

        The temperature is in degC.
        """
        checked = validation.numbers(rates, "rate", validation.RATES)
        steps = tuple((rate, cycles) for rate in checked)
        return cls(cell.name, cell.title, cell, steps, temperature, cell.path)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """Load a built-in schedule by its name, or the schedule of a .toml file."""
        path, content = catalogue.read_experiment("cycles", CyclesFile, name_or_path)
        cell = Cell.load_named(content.cell, path)
        steps = tuple((step.rate, step.cycles) for step in content.steps)
        return cls(path.stem, content.title, cell, steps, content.temperature, path)


# --------------------------------------------------------------------------- running
class Cycler:
    """
    Runs cycles of a charge and a discharge at constant current.

    The first charge starts after a slow discharge. Every other half-cycle starts from
    the state at the end of the half-cycle before, without a rest.

    Attributes
    ----------
    cycle : number of the last finished cycle
    state : states of the model after that cycle; None at the start
    """

    def __init__(
        self,
        cell: Cell,
        steps: Iterable[tuple[float, int]],
        temperature: float = 30.0,
        model: str = "particle",
        fade: Fade | None = None,
    ) -> None:
        (self.cell,) = validation.half_cells(cell)
        validation.one_of(model, "model", validation.MODELS)
        validation.numbers([temperature], "temperature", validation.TEMPERATURES)
        self.temperature, self.fade = float(temperature), fade or Fade()
        self.rates = rates_of(steps)
        # the highest rate needs the finest mesh
        highest = max(self.rates)
        self.engine = engine_for(self.cell, "either", highest, temperature, model)
        self.model = model
        self.cycle = 0
        self.state: FloatArray | None = None

    def resume_from(self, cycle: int, state: FloatArray | None) -> None:
        """Continue after a cycle, from the state of a Cycler with the same steps."""
        expected = self.engine.model.len_rhs_and_alg
        if state is not None and (
            np.size(state) != expected or not np.isfinite(state).all()
        ):
            raise refusal(
                "--resume",
                f"the saved state is not {expected} finite numbers",
                "to start again in another folder",
            )
        self.cycle, self.state = cycle, state

    def stop(self) -> None:
        """Run no further cycle."""
        self.cycle = len(self.rates)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows with ``columns.CYCLES``, each after its cycle; stops after a failure."""
        for rate in self.rates[self.cycle :]:
            row = self._cycle(self.cycle + 1, rate)
            self.cycle += 1
            yield row
            if row[columns.STATUS] != OK:
                return

    def _cycle(self, number: int, rate: float) -> dict[str, Any]:
        cell = self.fade.aged(self.cell, number)
        row: dict[str, Any] = dict.fromkeys(columns.CYCLES, np.nan)
        row |= {
            columns.CELL: cell.name,
            columns.CYCLE: number,
            columns.RATE: rate,
            columns.TEMPERATURE: self.temperature,
            columns.STATUS: OK,
            columns.REMARK: Condition(cell, "discharge", rate, self.temperature).remark,
        }
        charge = self._half_cycle(cell, "charge", rate)
        row[columns.CHARGE_CAPACITY] = charge.capacity
        row[columns.CHARGE_ENERGY] = charge.energy
        if charge.status != OK:
            return row | {columns.STATUS: f"charge: {charge.status}"}
        discharge = self._half_cycle(cell, "discharge", rate)
        row[columns.DISCHARGE_CAPACITY] = discharge.capacity
        row[columns.DISCHARGE_ENERGY] = discharge.energy
        if discharge.status != OK:
            return row | {columns.STATUS: f"discharge: {discharge.status}"}
        if charge.capacity > 0:
            row[columns.COULOMBIC_EFFICIENCY] = discharge.capacity / charge.capacity
        if charge.energy > 0:
            row[columns.ENERGY_EFFICIENCY] = discharge.energy / charge.energy
        return row

    def _half_cycle(
        self, cell: Cell, direction: Direction, rate: float
    ) -> "_Delivered":
        start = 0.0
        if self.state is None:
            try:
                start = starting_voltage(self.cell, direction, self.model)
            except SolveError as error:
                return _Delivered(np.nan, np.nan, str(error))
        condition = Condition(cell, direction, rate, self.temperature, start)
        inputs = self.engine.inputs_of(condition)
        if self.state is None:
            (run,) = self.engine.solve([inputs], [0, condition.longest])
        elif self.engine.starts_beyond_cutoff(self.state, inputs):
            return _Delivered(0.0, 0.0)
        else:
            run = self.engine.resume_from(self.state, inputs, condition.longest)
        if run.failed:
            return _Delivered(np.nan, np.nan, run.outcome.reason)
        if run.solution is None:
            return _Delivered(0.0, 0.0)
        self.state = np.array(run.solution.y[:, -1]).ravel()
        samples = self.engine.curve(run, inputs)
        charge = specific_capacity(condition, samples)
        passed = np.abs(charge - charge[0])
        energy = np.trapezoid(samples.outputs[columns.VOLTAGE], passed)
        return _Delivered(float(passed[-1]), float(energy))


@dataclass(frozen=True)
class _Delivered:
    """Capacity [mA.h.g-1] and energy [W.h.kg-1] of a half-cycle, and its status."""

    capacity: float
    energy: float
    status: str = OK


def cycle(
    cell: Cells,
    rates: float | Sequence[float] = 0.1,
    cycles: int = 10,
    temperature: float = 30.0,
    model: str = "particle",
    *,
    resistance_growth: float = 0.0,
    contact_loss: float = 0.0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """
    Many cycles of each cell, of a charge and a discharge, one after the other.

    Parameters
    ----------
    cell : Cell, name or path, or a list of them
    rates : C-rates in this order; a rate may be repeated
    cycles : number of cycles at each rate
    temperature : [degC]
    model : "full" or "particle"
    resistance_growth : of the contact resistance with every cycle [Ohm], an assumption
    contact_loss : fraction of the active material that loses contact in every cycle, an
        assumption
    progress : called with (done, all) after each cycle

    Returns
    -------
    table with ``columns.CYCLES``, a row for each cycle. A cycle that fails has the
    reason as its ``Status`` and is the last one of its cell

    Examples
    --------
    >>> table = cycle("C", rates=[0.5, 1, 0.5], cycles=1)
    >>> table["C-rate"].tolist()
    [0.5, 1.0, 0.5]
    """
    schedules = [
        Schedule.of_rates(half_cell, rates, cycles, temperature)
        for half_cell in validation.half_cells(cell)
    ]
    fade = Fade(resistance_growth, contact_loss)
    return run_cycles(schedules, model, fade, progress=progress)[0]


def run_cycles(
    schedules: Sequence[Schedule],
    model: str,
    fade: Fade,
    folder: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, Checkpoint | None]:
    """
    Run the cycles of schedules; with a folder, save each cycle in a checkpoint.

    Parameters
    ----------
    schedules : each of another cell
    folder : of the checkpoint; None for a run that cannot be resumed
    resume : continue the unfinished run in the folder
    progress : called with (done, all) after each cycle

    Returns
    -------
    table with ``columns.CYCLES``, and the checkpoint. The caller writes the table, then
    closes the checkpoint.
    """
    validation.distinct_names([schedule.cell for schedule in schedules])
    cyclers = [Cycler(s.cell, s.steps, s.temperature, model, fade) for s in schedules]
    checkpoint = None
    if folder is not None:
        request = [_request(schedule, model, fade) for schedule in schedules]
        checkpoint = Checkpoint(folder, columns.CYCLES, request, resume)
        if checkpoint.number:
            _resume(cyclers, checkpoint)
    total = sum(len(cycler.rates) for cycler in cyclers)
    rows, before = [], 0
    try:
        for cycler in cyclers:
            for row in cycler.rows():
                rows.append(row)
                if checkpoint is not None:
                    checkpoint.add(row, cycler.state)
                if progress:
                    progress(before + cycler.cycle, total)
            before += len(cycler.rates)
    except BaseException:
        if checkpoint is not None:
            checkpoint.close(finished=False)
        raise
    # a checkpoint also has the rows of an earlier run
    table = pd.DataFrame(rows) if checkpoint is None else checkpoint.table()
    return table, checkpoint


def _request(schedule: Schedule, model: str, fade: Fade) -> dict[str, Any]:
    """What a run must have in common with the run that it continues."""
    return {
        "programme": schedule.name,
        "steps": [list(step) for step in schedule.steps],
        "temperature": schedule.temperature,
        "model": model,
        "resistance_growth": fade.resistance,
        "contact_loss": fade.contact,
        "cell": schedule.cell.values,
    }


def _resume(cyclers: Iterable[Cycler], checkpoint: Checkpoint) -> None:
    """Continue after the rows of a checkpoint; its state is that of its last cell."""
    table = checkpoint.table()
    for cycler in cyclers:
        rows = table[table[columns.CELL] == cycler.cell.name]
        failed = (rows[columns.STATUS] != OK).any()
        if failed or len(rows) == len(cycler.rates):
            cycler.stop()
        elif len(rows):
            cycler.resume_from(len(rows), checkpoint.state)
