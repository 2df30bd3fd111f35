"""Measured files as sequences: when a file is one, and what is recognised in it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.columns import CELL, DIRECTION, RATE
from nfpcell.errors import DataFileError, SolveError, refusal
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.fitting.origin import Origin
from nfpcell.fitting.read_options import Data
from nfpcell.fitting.sequences import MeasuredSequence, measured_sequence, start_of
from nfpcell.measured.readers import Recording
from nfpcell.measured.sequence import (
    Kind,
    RecordedSequence,
    Segment,
    sequences,
    unrelaxed,
)
from nfpcell.measured.series_from_table import CellSizes
from nfpcell.model.cathode import EXPLICIT_LAWS
from nfpcell.simulation.engine import HYSTERESIS_GAP
from nfpcell.simulation.numerics import LENGTH_SPREAD
from nfpcell.simulation.starting_state import starting_voltages

# a file with more half-cycles or pulses is a sequence, unless the user chooses some
MOST_HALF_CYCLES = 24
# options that are about single half-cycles: with one of them a file is no sequence
OF_HALF_CYCLES = ("half_cycles", "direction", "rate")
# with more segments, what is recognised has a row for each kind of them
MOST_ROWS = 12


@dataclass(frozen=True, eq=False)
class SequenceFile:
    """A measured file that may be a sequence, with its options and its cell."""

    options: Data
    key: str  # of the cell
    cell: Cell
    recording: Recording
    least_rest: float  # duration of a rest that may be an equilibrium [s]

    def observations(
        self,
        half_cycles: Callable[[], list[MeasuredCurve]],
        sigma: float,
        assumed_temperature: float,
    ) -> Sequence[MeasuredCurve | MeasuredSequence]:
        """
        The half-cycles of the file, or the sequences.

        The user decides, or the first segment that does not start from an equilibrium.
        A file whose half-cycles cannot be used is a sequence too.
        """
        given = sigma, assumed_temperature
        if self._wanted:
            return self._measured(self._recorded(), "as stated", *given)
        if not self._allowed:
            return half_cycles()
        try:
            recorded = self._recorded()
        except DataFileError:
            return half_cycles()
        why = self._why(recorded)
        return self._measured(recorded, why, *given) if why else half_cycles()

    def _why(self, recorded: Sequence[RecordedSequence]) -> str:
        """Why the file cannot be taken as half-cycles one by one; "" if it can."""
        constant = [
            segment
            for one in recorded
            for segment in one.segments
            if segment.kind in (Kind.CURRENT, Kind.PULSE)
        ]
        following = (unrelaxed(one, self.least_rest) for one in recorded)
        first = next((segment for segment in following if segment), None)
        if not constant:
            return "it has no half-cycle at constant current"
        if len(constant) > MOST_HALF_CYCLES:
            return f"it has {len(constant)} half-cycles or pulses"
        if first is None:
            return ""
        return (
            f"segment {first.number} does not start from an equilibrium; --no-sequence "
            "takes every half-cycle as if it did"
        )

    @property
    def _wanted(self) -> bool:
        """Whether the user wants a sequence."""
        options = self.options
        wanted = bool(options.sequence) or options.segments is not None
        stated = [name for name in OF_HALF_CYCLES if getattr(options, name) is not None]
        if wanted and (stated or options.sequence is False):
            name = f"--{(stated or ['half-cycles'])[0].replace('_', '-')}"
            what = f"{name} is about half-cycles one by one, but a sequence is wanted"
            raise refusal(options.path, what, "one of the two")
        return wanted

    @property
    def _allowed(self) -> bool:
        """Whether the file may be taken as a sequence."""
        options = self.options
        names = (*OF_HALF_CYCLES, "start")
        stated = any(getattr(options, name) is not None for name in names)
        half_cell = self.cell.layout == "half-cell"
        can_run = half_cell and not _cannot_run(self.cell)
        return options.sequence is None and not stated and can_run

    def _recorded(self) -> list[RecordedSequence]:
        """The sequences of the file, in the sizes of the cell."""
        d, sign = self.cell.derived(), self.options.sign
        sizes = CellSizes(float(d.area), float(d.mass), float(d.nominal_capacity), None)
        if sign is not None:
            sign = validation.one_of(sign, "sign", validation.HALF_CYCLES)
        return sequences(self.recording, sizes, sign)

    def _measured(
        self,
        recorded: Sequence[RecordedSequence],
        why: str,
        sigma: float,
        assumed_temperature: float,
    ) -> list[MeasuredSequence]:
        """The sequences as observations."""
        options, cell = self.options, self.cell
        self._check(recorded)
        found = []
        for one in recorded:
            stated = options.start if isinstance(options.start, int | float) else None
            start, words = start_of(one, cell, _slow(one, cell), stated)
            remarks = [f"the model runs through the whole file: {why}", *one.remarks]
            known = options.temperature, one.named_temperature
            if one.temperature is None and known == (None, None):
                assumed = f"{assumed_temperature:g} °C is assumed"
                remarks.append(f"no temperature is stated; {assumed}")
            found.append(
                measured_sequence(
                    one,
                    self.key,
                    cell,
                    options.temperature,
                    start,
                    stated is not None,
                    options.segments,
                    options.sigma or sigma,
                    options.sigma is not None,
                    Origin(one.path.name, float("nan"), words, tuple(remarks)),
                    assumed_temperature,
                )
            )
        chosen = [sequence for sequence in found if len(sequence.points)]
        if not chosen:
            what = "the chosen segments have no row to compare"
            raise refusal(options.path, what, "others (--segments)")
        return chosen

    def _check(self, recorded: Sequence[RecordedSequence]) -> None:
        """Refuse segments that the file does not have, and cells that cannot run."""
        options, cell = self.options, self.cell
        validation.half_cells(cell)
        if what := _cannot_run(cell):
            right = "half-cycles one by one (--no-sequence)"
            raise refusal(options.path, f"a sequence of a cell with {what}", right)
        last = recorded[-1].segments[-1].number
        for number in options.segments or ():
            if not 1 <= number <= last:
                what = f"has no segment {number}"
                raise refusal(options.path, what, f"from 1 to {last}")


def _cannot_run(cell: Cell) -> str:
    """What of a cell the model of a sequence does not have; "" if nothing."""
    if cell.diffusion not in EXPLICIT_LAWS:
        return f'the diffusion law "{cell.diffusion}"'
    for name in (LENGTH_SPREAD, HYSTERESIS_GAP):
        if cell[name]:
            return f"{name} = {cell[name]:g}"
    return ""


def _slow(recorded: RecordedSequence, cell: Cell) -> float:
    """Open-circuit voltage after a slow half-cycle against the first current [V]."""
    first = next(s for s in recorded.segments if s.kind is not Kind.REST)
    discharges = recorded.current[first.rows].mean() > 0
    direction: validation.Direction = "discharge" if discharges else "charge"
    (voltage,) = starting_voltages([(cell, direction)], "particle")
    if isinstance(voltage, SolveError):
        raise voltage
    return voltage


def recognised_rows(
    sequence: MeasuredSequence, nominal_capacity: float, columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """What is recognised in a sequence: a row for each segment, or for each kind."""
    groups: dict[Any, list[Segment]] = defaultdict(list)
    for segment in sequence.segments:
        single = len(sequence.segments) <= MOST_ROWS
        groups[segment.number if single else segment.kind].append(segment)
    rows = []
    for k, segments in enumerate(groups.values()):
        row = _row(sequence, segments, nominal_capacity, first=k == 0)
        rows.append(tuple(row.get(column, float("nan")) for column in columns))
    return rows


def _row(
    sequence: MeasuredSequence,
    segments: Sequence[Segment],
    nominal_capacity: float,
    first: bool,
) -> dict[str, Any]:
    points, origin = sequence.points, sequence.origin
    numbers = [segment.number for segment in segments]
    (inside,) = np.isin(points.segment, numbers).nonzero()
    current = float(points.current[inside].mean()) if len(inside) else 0.0
    at_rest = segments[0].kind is Kind.REST
    direction = "discharge" if current > 0 else "charge"
    ends = points.voltage[inside[[0, -1]]] if len(inside) else (np.nan, np.nan)
    return {
        "File": origin.file,
        "What": f"{segments[0].kind}, segment {_listed(numbers)}",
        CELL: sequence.cell,
        DIRECTION: "at rest" if at_rest else direction,
        RATE: abs(current) / nominal_capacity,
        "Temperature [degC]": sequence.temperature,
        "Points": len(inside),
        "First voltage [V]": ends[0],
        "Last voltage [V]": ends[1],
        "Starts from": origin.starts_from if first else "the segment before",
        "Remarks": origin.remarks if first else (),
    }


def _listed(numbers: Sequence[int]) -> str:
    """Numbers as a user would type them: 1, or 2,4,…,80."""
    if len(numbers) <= 3:
        return ",".join(map(str, numbers))
    return f"{numbers[0]},{numbers[1]},…,{numbers[-1]}"
