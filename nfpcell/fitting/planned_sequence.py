"""A sequence of steps that was not measured yet, such as a titration or pulses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.fitting.free_parameters import StartVoltage
from nfpcell.fitting.sequence_runs import MODEL, SequenceRuns
from nfpcell.fitting.sequences import (
    BEYOND_CUTOFF,
    MeasuredSequence,
    SequencePoints,
)
from nfpcell.simulation.current_steps import CurrentSteps
from nfpcell.simulation.starting_state import starting_voltage

# compared points of a step; the first [s] is after the double layers are charged
POINTS, FIRST = 12, 10.0


@dataclass(frozen=True)
class Step:
    """A step at constant current, or a rest."""

    current: float  # positive on discharge [A]
    duration: float  # [s]

    @property
    def times(self) -> FloatArray:
        """Times since its start at which the voltage is compared [s]."""
        return np.geomspace(min(FIRST, self.duration / 2), self.duration, POINTS)


def planned_sequence(
    name: str, cell: Cell, steps: Sequence[Step], temperature: float, sigma: float
) -> MeasuredSequence:
    """The steps of a charged cell as if they had been measured, without noise.

    Parameters
    ----------
    temperature : [degC]
    sigma : standard deviation of a voltage [V]
    """
    starts = np.cumsum([0.0, *(step.duration for step in steps)])
    time = np.concatenate(
        [start + step.times for start, step in zip(starts, steps, strict=False)]
    )
    # a point at the end of a step, and the end itself, are one
    knots = np.concatenate([[0.0], time])
    current = np.repeat([step.current for step in steps], POINTS)
    voltage = starting_voltage(cell, "discharge", MODEL)
    limits = cell[LOWER_CUTOFF] - BEYOND_CUTOFF, cell[UPPER_CUTOFF] + BEYOND_CUTOFF
    size = len(time)
    points = SequencePoints(
        time,
        np.zeros(size),
        current,
        np.ones(size),
        np.repeat(np.arange(len(steps)) + 1, POINTS),
        np.zeros(size, dtype=bool),
        np.arange(size) + 1,
    )
    sequence = MeasuredSequence(
        name,
        cell.name,
        (temperature,),
        max(abs(step.current) for step in steps),
        CurrentSteps(np.diff(knots), current, np.zeros(size, dtype=np.int64)),
        points,
        (),
        limits,
        StartVoltage(f"Start of {name} [V]", *limits, guess=voltage),
        True,
        sigma,
        True,
    )
    (result,) = SequenceRuns(sequence, None).computed([{cell.name: cell}], [{}])
    if result is not None:
        points = replace(points, voltage=result.voltage)
    return replace(sequence, points=points)
