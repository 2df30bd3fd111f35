"""Measured files as sequences: when a file is one, and what is recognised in it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError, SolveError
from nfpcell.fitting.observations import Origin
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
from nfpcell.simulation.starting_state import starting_voltages

# options that are about single half-cycles: with one of them a file is no sequence
OF_HALF_CYCLES = ("half_cycles", "direction", "rate")
# with more segments, what is recognised has a row for each kind of them
MOST_ROWS = 12


def recorded_sequences(
    options: Data, cell: Cell, recording: Recording
) -> list[RecordedSequence]:
    """The sequences of a file, in the sizes of the cell."""
    d = cell.derived()
    sizes = CellSizes(float(d.area), float(d.mass), float(d.nominal_capacity), None)
    sign = options.sign
    if sign is not None:
        sign = validation.one_of(sign, "sign", validation.HALF_CYCLES)
    return sequences(recording, sizes, sign)


def as_sequence(
    options: Data, cell: Cell, recording: Recording, least_rest: float
) -> tuple[list[RecordedSequence], str]:
    """
    The sequences that a file is fitted as, and why; none for single half-cycles.

    The user decides, or the first segment that does not start from an equilibrium.
    """
    if options.sequence is False:
        return [], ""
    stated = [name for name in OF_HALF_CYCLES if getattr(options, name) is not None]
    wanted = options.sequence or options.segments is not None
    if wanted and stated:
        raise DataFileError(
            f"{options.path}: {stated[0]} is about single half-cycles, and the file is "
            "taken as one sequence; right would be one of the two"
        )
    if not wanted and (stated or options.start is not None):
        return [], ""
    try:
        recorded = recorded_sequences(options, cell, recording)
    except DataFileError:
        if wanted:
            raise
        return [], ""
    if wanted:
        return recorded, "the model runs through the whole file, as stated"
    first = next(filter(None, (unrelaxed(r, least_rest) for r in recorded)), None)
    if first is None:
        return [], ""
    return recorded, (
        f"segment {first.number} does not start from an equilibrium, so the model runs "
        "through the whole file; --half-cycle-by-half-cycle takes each as if it did"
    )


def measured_sequences(
    recorded: Sequence[RecordedSequence],
    why: str,
    options: Data,
    key: str,
    cell: Cell,
    sigma: float,
    assumed_temperature: float,
) -> list[MeasuredSequence]:
    """The sequences of a file as observations."""
    validation.half_cells(cell)
    _check_segments(recorded, options)
    found = []
    for one in recorded:
        stated = options.start if isinstance(options.start, int | float) else None
        start, words = start_of(one, cell, _slow(one, cell), stated)
        remarks = [why, *one.remarks]
        if (
            options.temperature is None
            and one.temperature is None
            and one.named_temperature is None
        ):
            remarks.append(
                f"no temperature is stated; {assumed_temperature:g} °C is assumed"
            )
        found.append(
            measured_sequence(
                one,
                key,
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
        raise DataFileError(
            f"{options.path}: the chosen segments have no row to compare; right would "
            "be others (--segments)"
        )
    return chosen


def _slow(recorded: RecordedSequence, cell: Cell) -> float:
    """Open-circuit voltage after a slow half-cycle against the first current [V]."""
    first = next(s for s in recorded.segments if s.kind is not Kind.REST)
    discharges = recorded.current[first.rows].mean() > 0
    direction: validation.Direction = "discharge" if discharges else "charge"
    (voltage,) = starting_voltages([(cell, direction)], "particle")
    if isinstance(voltage, SolveError):
        raise voltage
    return voltage


def _check_segments(recorded: Sequence[RecordedSequence], options: Data) -> None:
    """Refuse numbers of segments that the file does not have."""
    last = recorded[-1].segments[-1].number
    for number in options.segments or ():
        if not 1 <= number <= last:
            raise DataFileError(
                f"{options.path}: has no segment {number}; right would be from 1 to "
                f"{last}"
            )


def recognised(sequence: MeasuredSequence, nominal_capacity: float) -> list[dict[str, Any]]:
    """What is recognised in a sequence: a row for each segment, or for each kind."""
    groups: dict[Any, list[Segment]] = defaultdict(list)
    for segment in sequence.segments:
        single = len(sequence.segments) <= MOST_ROWS
        groups[segment.number if single else segment.kind].append(segment)
    rows = []
    for k, segments in enumerate(groups.values()):
        rows.append(_row(sequence, segments, nominal_capacity, first=k == 0))
    return rows


def _row(
    sequence: MeasuredSequence,
    segments: Sequence[Segment],
    nominal_capacity: float,
    first: bool,
) -> dict[str, Any]:
    points, origin = sequence.points, sequence.origin
    inside = [k for k, n in enumerate(points.segment) if n in {s.number for s in segments}]
    current = points.current[inside].mean() if inside else 0.0
    numbers = [segment.number for segment in segments]
    what = f"{segments[0].kind}, segment {_listed(numbers)}"
    return {
        "What": what,
        "Direction": "at rest"
        if segments[0].kind is Kind.REST
        else "discharge" if current > 0 else "charge",
        "C-rate": abs(current) / nominal_capacity,
        "Points": len(inside),
        "First voltage [V]": points.voltage[inside[0]] if inside else float("nan"),
        "Last voltage [V]": points.voltage[inside[-1]] if inside else float("nan"),
        "Starts from": origin.starts_from if first else "the segment before",
        "Remarks": origin.remarks if first else (),
    }


def _listed(numbers: Sequence[int]) -> str:
    """Numbers as a user would type them: 1, or 2,4,…,80."""
    if len(numbers) <= 3:
        return ",".join(map(str, numbers))
    return f"{numbers[0]},{numbers[1]},…,{numbers[-1]}"
