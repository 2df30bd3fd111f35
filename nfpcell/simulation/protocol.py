"""Protocols: steps that a cell runs one after the other, by PyBaMM's Experiment.

A step is an instruction in PyBaMM's words ("Charge at 0.2C until 4.5 V", "Hold at 4.5 V
until C/50", "Discharge at 50 mW until 2.0 V", "Discharge at 400 Ohm for 2 hours", "Rest
for 1 hour") and the ambient temperature during the step.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
import pydantic

from nfpcell import columns
from nfpcell.arrays import FloatArray
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import Number, StrictModel, Temperature
from nfpcell.cell.validation import Applied, Direction
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.errors import DataFileError, SolveError, refusal
from nfpcell.model.heat_sources import HEATS
from nfpcell.outcome import EMPTY_CATHODE, OK, succeeded
from nfpcell.parallel import Progress, reported
from nfpcell.simulation import profile
from nfpcell.simulation.protocol_steps import (
    KNOWN_TO,
    LONGEST,
    Instruction,
    Segment,
    Start,
    StepRun,
    Thermal,
    step_runs,
)
from nfpcell.simulation.step_checks import checked
from nfpcell.simulation.stripping_limit import stripping_remark

# largest relative difference between the capacities of the two half-cycles of a loop
CLOSED = 0.01
CELL_TEMPERATURE = "Cell temperature [K]"
OUTPUTS = (
    columns.VOLTAGE,
    columns.CURRENT,
    columns.CHARGE,
    columns.STOICHIOMETRY,
    CELL_TEMPERATURE,
)
# number of parts of a step of the integrator, for integrals
PARTS = 3
# sodium fraction below which the cathode is empty
EMPTY = 0.01
# A point of the integrator is one of the curve if the voltage has changed by VISIBLE
# [V], or the time or the current by one of INTERVALS parts of the step
VISIBLE, INTERVALS = 2e-3, 200


class _ProtocolStep(StrictModel):
    do: Annotated[str, pydantic.Field(min_length=1)] | None = None
    profile: Annotated[str, pydantic.Field(min_length=1)] | None = None
    sign: Direction | None = None
    apply: Applied | None = None
    temperature: Temperature | None = pydantic.Field(
        None, alias="Ambient temperature [degC]"
    )


class _SegmentEntry(StrictModel):
    name: Annotated[str, pydantic.Field(min_length=1)]
    start: Start
    thermal: Thermal | None = None
    steps: Annotated[list[_ProtocolStep], pydantic.Field(min_length=1)]
    quantities: dict[str, Number] = {}


class ProtocolFile(StrictModel):
    """A file of kind "protocol" in experiments/."""

    title: str
    kind: Literal["protocol"]
    source: str
    cell: str
    temperature: Temperature = pydantic.Field(alias="Ambient temperature [degC]")
    thermal: Thermal = "isothermal"
    segments: Annotated[list[_SegmentEntry], pydantic.Field(min_length=1)] = (
        pydantic.Field(alias="legs")
    )
    protocol: dict[str, str] = {}


@dataclass(frozen=True)
class Protocol:
    """The content of a file of kind "protocol"."""

    name: str
    title: str
    source: str
    cell: Cell
    segments: tuple[Segment, ...]
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """Load a built-in protocol by its name, or the protocol of a .toml file."""
        path, content = catalogue.read_experiment(
            "protocol", ProtocolFile, name_or_path
        )
        cell = Cell.load_named(content.cell, path)
        segments = tuple(
            _segment(entry, cell, content, path) for entry in content.segments
        )
        if len({segment.name for segment in segments}) < len(segments):
            raise DataFileError(
                f"{path}: two legs have the same name; right would be different names"
            )
        return cls(path.stem, content.title, content.source, cell, segments, path)

    @classmethod
    def of_profile(
        cls,
        cell: Cell,
        path: str | Path,
        temperature: float = 30.0,
        start: Start = "charged",
        sign: Direction | None = None,
        applied: Applied | None = None,
    ) -> Self:
        """
        The protocol of one profile of current or power from a file.

        Parameters
        ----------
        temperature : of the surroundings [degC]
        start : state of the cell after a slow half-cycle, "charged" or "discharged"
        sign, applied : as of ``profile.read``
        """
        validation.number(temperature, "temperature", validation.TEMPERATURES)
        drive = profile.read(path, cell, sign, applied)
        step = Instruction(drive.sentence, temperature, drive)
        segment = Segment(Path(drive.name).stem, cell, start, (step,))
        return cls(segment.name, drive.sentence, str(path), cell, (segment,))

    @property
    def remarks(self) -> list[str]:
        """What was assumed when the profiles were read, one short sentence each."""
        steps = [step for segment in self.segments for step in segment.instructions]
        profiles = dict.fromkeys(step.profile for step in steps if step.profile)
        return list(dict.fromkeys(text for p in profiles for text in p.remarks))


def _segment(
    entry: _SegmentEntry, cell: Cell, content: ProtocolFile, path: Path
) -> Segment:
    cell = cell.with_values(entry.quantities)
    instructions = [
        _instruction(step, entry, cell, content, path) for step in entry.steps
    ]
    thermal = entry.thermal or content.thermal
    return Segment(entry.name, cell, entry.start, tuple(instructions), thermal)


def _instruction(
    step: _ProtocolStep,
    entry: _SegmentEntry,
    cell: Cell,
    content: ProtocolFile,
    path: Path,
) -> Instruction:
    place = f"{path}: {entry.name}"
    temperature = step.temperature
    if temperature is None:
        temperature = content.temperature
    if (step.do is None) == (step.profile is None):
        what = "a step has both do and profile, or none of them"
        raise refusal(place, what, 'do = "Rest for 1 hour" or profile = "drive.csv"')
    if step.profile is not None:
        file = catalogue.data_beside(step.profile, path, entry.name)
        drive = profile.read(file, cell, step.sign, step.apply)
        return Instruction(drive.sentence, temperature, drive)
    if step.sign or step.apply:
        raise refusal(place, "sign and apply are for a profile", "a step without them")
    instruction = Instruction(str(step.do), temperature)
    checked(instruction, cell, place)
    return instruction


def run(
    protocol: Protocol | Iterable[Protocol],
    model: str = "full",
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Run every segment of a protocol, or of several.

    Parameters
    ----------
    protocol : one or more, whose segments have different names
    model : "full" or "particle"
    progress : called with (done, all) after each segment

    Returns
    -------
    table, curves : a row for each step with ``columns.PROTOCOL`` and the heats of the
        model; and time, current, voltage and power along every segment. The Status of a
        step that was not run, or not to its end, is the reason.
    """
    validation.one_of(model, "model", validation.MODELS)
    protocols = [protocol] if isinstance(protocol, Protocol) else protocol
    segments = [segment for one in protocols for segment in one.segments]
    rows, curves = [], []
    for segment in reported(segments, progress):
        try:
            for step, run in enumerate(step_runs(segment, model)):
                rows.append(_row(segment, step, run))
                if run.solution is not None:
                    curves.append(_curve(segment, step, run))
        except SolveError as error:
            # there is no state to start from
            rows.append({**_empty_row(segment, 0), columns.STATUS: str(error)})
    table = pd.DataFrame(rows, columns=[*columns.PROTOCOL, *HEATS])
    return table, pd.concat(curves, ignore_index=True) if curves else pd.DataFrame()


def efficiency(table: pd.DataFrame) -> pd.DataFrame:
    """
    Energy efficiency of each segment that ends with a loop.

    A loop is a charge and a discharge whose capacities differ by less than CLOSED.

    Parameters
    ----------
    table : as ``run`` returns it

    Returns
    -------
    table with ``columns.LOOP``, a row for each loop
    """
    rows = []
    for name, steps in table.groupby(columns.SEGMENT, sort=False):
        last = steps.tail(2)
        if len(last) < 2 or not succeeded(last[columns.STATUS]).all():
            continue
        charged, discharged = last[columns.CAPACITY]
        energy_in, energy_out = last[columns.ENERGY]
        loop = abs(discharged + charged) < CLOSED * discharged
        if charged < 0 < discharged and loop:
            cell = last[columns.CELL].iloc[0]
            instruction = last[columns.INSTRUCTION].iloc[1]
            ratio = energy_out / -energy_in
            rows.append((cell, name, instruction, discharged, energy_out, ratio))
    return pd.DataFrame(rows, columns=list(columns.LOOP))


def _empty_row(segment: Segment, number: int) -> dict[str, Any]:
    instruction = segment.instructions[number]
    return dict.fromkeys(columns.PROTOCOL, np.nan) | {
        columns.CELL: segment.cell.name,
        columns.SEGMENT: segment.name,
        columns.STEP: number + 1,
        columns.INSTRUCTION: instruction.sentence,
        columns.TEMPERATURE: instruction.temperature,
        columns.ENDED_BY: "",
        columns.STATUS: OK,
        columns.REMARK: "",
    }


def _row(segment: Segment, number: int, run: StepRun) -> dict[str, Any]:
    """The row of a step, also of one that was not run."""
    row = _empty_row(segment, number)
    if run.solution is None:
        return row | {columns.STATUS: run.reason}
    return row | _results(run.solution, segment.cell)


def _results(step: Any, cell: Cell) -> dict[str, Any]:
    """Results of a step of PyBaMM's solution."""
    mass = float(cell.derived().mass)
    hours, outputs = _along(step)
    voltage, current, charge, stoichiometry, kelvin = (
        outputs[name] for name in OUTPUTS
    )
    energy = float(np.trapezoid(voltage * current, hours))
    heats = {name: float(np.diff(step[name](step.t[[0, -1]]))[0]) for name in HEATS}
    duration = float(hours[-1] - hours[0])
    status = OK
    if step.t[-1] >= LONGEST:
        status = f"its end was not reached in {LONGEST / SECONDS_PER_HOUR:g} h"
    elif stoichiometry[-1] < EMPTY and voltage[-1] > KNOWN_TO + 1e-3:
        status = EMPTY_CATHODE
    ended_by = step.termination.removeprefix("event: ").removesuffix(" [experiment]")
    return {
        columns.DURATION: duration,
        columns.CAPACITY: float(charge[-1] - charge[0]) / mass,
        columns.ENERGY: energy / mass,
        columns.MEAN_POWER: energy / duration if duration else 0.0,
        columns.HEAT: sum(heats.values()),
        columns.HIGHEST_TEMPERATURE: float(kelvin.max()) - ZERO_CELSIUS,
        columns.FINAL_VOLTAGE: float(voltage[-1]),
        columns.FINAL_STOICHIOMETRY: float(stoichiometry[-1]),
        columns.ENDED_BY: ended_by,
        columns.STATUS: status,
        columns.REMARK: stripping_remark(cell, current.max(), kelvin.min()),
        **heats,
    }


def _along(step: Any) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Hours and OUTPUTS, at PARTS times in each step of the integrator."""
    parts = np.linspace(0, 1, PARTS, endpoint=False)
    inner = step.t[:-1, None] + np.diff(step.t)[:, None] * parts
    times = np.append(inner.ravel(), step.t[-1])
    outputs = {name: np.ravel(step[name](times)) for name in OUTPUTS}
    return times / SECONDS_PER_HOUR, outputs


def _curve(segment: Segment, number: int, run: StepRun) -> pd.DataFrame:
    """Outputs along a step, at points close enough for lines between them."""
    voltage, current, _, stoichiometry, kelvin = (
        run.solution[name].entries for name in OUTPUTS
    )
    times = run.solution.t
    apart = (
        voltage / VISIBLE,
        times / max(times[-1], 1e-9) * INTERVALS,
        current / max(np.abs(current).max(), 1e-9) * INTERVALS,
    )
    changed = np.diff(np.floor(apart), prepend=np.nan) != 0
    points = changed.any(axis=0)
    points[-1] = True
    curve = pd.DataFrame(
        {
            columns.SEGMENT: segment.name,
            columns.STEP: number + 1,
            columns.TIME: run.start + times,
            columns.CURRENT: current,
            columns.VOLTAGE: voltage,
            "Power [W]": voltage * current,
            "Cell temperature [degC]": kelvin - ZERO_CELSIUS,
            columns.STOICHIOMETRY: stoichiometry,
        }
    )
    return curve.iloc[np.flatnonzero(points)]
