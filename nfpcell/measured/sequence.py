"""A recording as a list of segments: rests, currents, pulses, holds, free profiles.

A sequence is one stretch of a file without a gap. Every segment has its kind, its rows,
and the time at which its current started, which is often before its first row.
"""

import itertools
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from nfpcell.cell.validation import Direction
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.errors import DataFileError, refusal
from nfpcell.measured.current_levels import CONSTANT
from nfpcell.measured.direction import current_sign
from nfpcell.measured.readers import Recording
from nfpcell.measured.readers.recording import naming_format
from nfpcell.measured.rest import EQUILIBRIUM_DRIFT, drift_of
from nfpcell.measured.segmentation import constant_stretches
from nfpcell.measured.series_from_table import CellSizes, time_series_of
from nfpcell.measured.steps import LARGE_GAP_STEPS, LEAST_JUMP, Flags, Floats
from nfpcell.measured.temperature import temperature_in_name
from nfpcell.measured.time_series import LEAST_ROWS, TimeSeries

# largest change of a voltage that is held [V], and least fall of the current meanwhile
HELD, DECAYED = 2e-3, 0.05
# largest relative change of a constant power while the current changes
CONSTANT_POWER = 0.01
# a current that passes less than this share of the range of the charge in the sequence,
# and stands between rests, is a pulse
PULSE_CHARGE = 0.1
# this many successive stretches of fewer than LEAST_ROWS rows are a free profile
SHORT_STRETCHES = 8
# a stretch of fewer rows beside a free profile belongs to it
PROFILE_ROWS = 20
# a gap in the time is longer than this number of the steps on both sides, and than [s]
GAP_STEPS, LEAST_GAP = 20, 60.0
# evidence for the sign of a current: correlation of steps of voltage and current
CLEAR = 0.3


class Kind(StrEnum):
    """What was imposed in a segment."""

    REST = "rest"
    CURRENT = "constant current"
    PULSE = "pulse"
    VOLTAGE = "constant voltage"
    POWER = "constant power"
    PROFILE = "free profile"

    @property
    def constant(self) -> bool:
        """Whether the current is constant in such a segment."""
        return self in (Kind.REST, Kind.CURRENT, Kind.PULSE)


@dataclass(frozen=True)
class Segment:
    """Successive rows of a sequence in which one thing was imposed."""

    number: int  # in the file, from 1
    kind: Kind
    first: int  # its rows in the sequence
    end: int
    start: float  # time at which its current started [s]

    @property
    def rows(self) -> slice:
        """Index of its rows."""
        return slice(self.first, self.end)


@dataclass(frozen=True, eq=False)
class RecordedSequence:
    """A stretch of a recording without a gap, in SI units."""

    name: str  # of the file, with the number of the sequence if there are several
    path: Path
    time: Floats  # [s]
    voltage: Floats  # [V]
    current: Floats  # positive on discharge [A]
    temperature: Floats | None  # [degC]
    named_temperature: float | None  # by the name of the file [degC]
    segments: tuple[Segment, ...]
    restarts: bool  # whether the time of the file restarts in it
    remarks: tuple[str, ...]

    @property
    def end(self) -> float:
        """Time of the last row [s]."""
        return float(self.time[-1])


def sequences(
    recording: Recording, sizes: CellSizes, sign: Direction | None = None
) -> list[RecordedSequence]:
    """
    The sequences of a recording; a file without gaps has one.

    Parameters
    ----------
    sizes : for a file with currents or charges per area, mass or C-rate
    sign : what a positive current in the file is; by default it is recognised

    Raises
    ------
    DataFileError : the file has no time, current and voltage that can be used
    """
    path = recording.path
    with naming_format(path, recording.described):
        series = time_series_of(recording, sizes, constant=False)
        current = _signed_current(series, sign)
        bounds = [0, *np.flatnonzero(_gaps(series)).tolist(), len(series.time)]
        pieces = [
            (first, end)
            for first, end in itertools.pairwise(bounds)
            if end - first >= LEAST_ROWS and np.any(~series.resting[first:end])
        ]
        if not pieces:
            what = "has no stretch with a current"
            raise refusal(path, what, "time, current and voltage of one cell")
        number, found = 1, []
        stem = Path(path.name.removesuffix(".gz")).stem
        in_name = temperature_in_name(path.name)
        for k, (first, end) in enumerate(pieces, start=1):
            segments = _segments(series, current, first, end, number)
            number += len(segments)
            rows = slice(first, end)
            found.append(
                RecordedSequence(
                    stem if len(pieces) == 1 else f"{stem}#{k}",
                    path,
                    series.time[rows],
                    series.voltage[rows],
                    current[rows],
                    None if series.temperature is None else series.temperature[rows],
                    in_name.value,
                    segments,
                    bool(series.restarts[rows].any()),
                    tuple(dict.fromkeys([*recording.remarks, *series.remarks])),
                )
            )
    return found


def unrelaxed(sequence: RecordedSequence, least_rest: float) -> Segment | None:
    """
    The first constant current that follows another one without an equilibrium between.

    None if every one starts from an equilibrium: a rest of ``least_rest`` [s] whose
    voltage does not drift. None too if the time of the file restarts: then the parts
    may be separate measurements.
    """
    if sequence.restarts:
        return None
    flowed, rested = False, False
    for segment, after in itertools.zip_longest(
        sequence.segments, sequence.segments[1:]
    ):
        if segment.kind is Kind.REST:
            time = sequence.time[segment.rows]
            drift = drift_of(time, sequence.voltage[segment.rows])
            end = after.start if after else sequence.end
            long_enough = end - segment.start >= least_rest
            still = drift is not None and abs(drift) <= EQUILIBRIUM_DRIFT
            rested = long_enough and still
        else:
            if flowed and not rested and segment.kind is not Kind.VOLTAGE:
                return segment
            flowed, rested = True, False
    return None


def _gaps(series: TimeSeries) -> Flags:
    """Rows before which rows are missing: the state of the cell is not known."""
    dt = np.diff(series.time)
    before, after = np.append(dt[:1], dt[:-1]), np.append(dt[1:], dt[-1:])
    longer = dt > np.maximum(GAP_STEPS * np.maximum(before, after), LEAST_GAP)
    jump = np.abs(np.diff(series.voltage)) > LEAST_JUMP
    same = np.sign(series.current[1:]) == np.sign(series.current[:-1])
    # where the time restarts, a jump under the same current has no other cause
    return np.append(False, jump & (longer | (series.restarts[1:] & same)))


def _signed_current(series: TimeSeries, sign: Direction | None) -> Floats:
    """The current, positive on discharge [A]."""
    try:
        stretches = constant_stretches(series)
        positive = current_sign(series, stretches, sign)
    except DataFileError:
        positive = {"charge": 1, "discharge": -1, None: 0}[sign]
    if positive == 0:
        positive = _sign_by_steps(series)
    return np.asarray(-positive * series.current)


def _sign_by_steps(series: TimeSeries) -> int:
    """1 if a positive current charges: the voltage rises where the current does."""
    steps, answers = np.diff(series.current), np.diff(series.voltage)
    size = float(np.sqrt((steps**2).sum() * (answers**2).sum()))
    evidence = float((steps * answers).sum()) / size if size else 0.0
    if abs(evidence) < CLEAR:
        what = "what a positive current is does not follow from the voltage"
        raise refusal(series.path, what, 'sign="charge" or sign="discharge"')
    return int(np.sign(evidence))


def _segments(
    series: TimeSeries, current: Floats, first: int, end: int, number: int
) -> tuple[Segment, ...]:
    """The segments of the rows from ``first`` to ``end``."""
    edges = series.edges[first:end].copy()
    resting = series.resting[first:end]
    current, voltage = current[first:end], series.voltage[first:end]
    time = series.time[first:end]
    edges[1:] |= resting[1:] != resting[:-1]
    edges[1:] |= np.sign(current[1:]) * np.sign(current[:-1]) < 0
    bounds = np.unique([0, *np.flatnonzero(edges), len(edges)]).tolist()
    parts = _joined(list(itertools.pairwise(bounds)), resting)
    kinds: list[tuple[Kind, int, int]] = []
    for profile, group in itertools.groupby(parts, lambda part: part[2]):
        stretches = [(begin, stop) for begin, stop, _ in group]
        if profile:
            begin, stop = stretches[0][0], stretches[-1][1]
            # a hold that decays fast has a change in every row
            rows = slice(begin, stop)
            held = _start_of_hold(voltage[rows], current[rows]) == 0
            kinds.append((Kind.VOLTAGE if held else Kind.PROFILE, begin, stop))
        else:
            kinds += _constant_or_held(stretches, voltage, current, resting)
    passed = (current[1:] + current[:-1]) / 2 * np.diff(time)
    charge = np.append(0.0, np.cumsum(passed)) / SECONDS_PER_HOUR
    kinds = _merged(kinds)
    segments = []
    for k, (kind, begin, stop) in enumerate(kinds):
        if kind is Kind.CURRENT and _is_pulse(kinds, k, charge):
            kind = Kind.PULSE
        start = _start(time, begin, stop)
        segments.append(Segment(number + k, kind, begin, stop, start))
    return tuple(segments)


def _joined(
    parts: list[tuple[int, int]], resting: Flags
) -> list[tuple[int, int, bool]]:
    """The stretches; many short ones in succession are one, a free profile."""
    joined: list[tuple[int, int, bool]] = []
    for short, group in itertools.groupby(parts, lambda p: p[1] - p[0] < LEAST_ROWS):
        stretches = list(group)
        flows = not all(resting[first] for first, _ in stretches)
        if short and flows and len(stretches) >= SHORT_STRETCHES:
            joined.append((stretches[0][0], stretches[-1][1], True))
        else:
            joined += [(*stretch, False) for stretch in stretches]
    return joined


def _constant_or_held(
    stretches: list[tuple[int, int]], voltage: Floats, current: Floats, resting: Flags
) -> list[tuple[Kind, int, int]]:
    """The segments of neighbouring stretches; edges may divide a hold."""
    kinds: list[tuple[Kind, int, int]] = []

    def sign(stretch: tuple[int, int]) -> float:
        rows = slice(*stretch)
        return 0.0 if resting[stretch[0]] else float(np.sign(current[rows].mean()))

    for direction, group in itertools.groupby(stretches, sign):
        parts = list(group)
        if not direction:
            kinds += [(Kind.REST, *part) for part in parts]
            continue
        first, last = parts[0][0], parts[-1][1]
        held = first + _start_of_hold(voltage[first:last], current[first:last])
        for begin, stop in parts:
            end = min(stop, held)
            if end > begin:
                kind = _kind(voltage[begin:end], current[begin:end])
                kinds.append((kind, begin, end))
        if held < last:
            kinds.append((Kind.VOLTAGE, held, last))
    return kinds


def _start_of_hold(voltage: Floats, current: Floats) -> int:
    """First row from which the voltage is held; without a hold the number of rows."""
    size, n = np.abs(current), len(current)
    away = np.flatnonzero(np.abs(voltage - voltage[-1]) > HELD)
    first = int(away[-1]) + 1 if len(away) else 0
    if n - first < LEAST_ROWS or size[-1] > (1 - DECAYED) * size[first]:
        return n
    # rows of the constant current before may be as near to the voltage
    level = size[first]
    fallen = np.flatnonzero(size[first:] < (1 - 0.2 * DECAYED) * level)
    return first + max(int(fallen[0]) - 1, 0)


def _kind(voltage: Floats, current: Floats) -> Kind:
    """Constant current, constant power or a free profile."""
    size = np.abs(current)
    middle = float(np.median(size))
    low, high = np.percentile(size, [5, 95])
    if high - low <= CONSTANT * middle:
        return Kind.CURRENT
    power = size * voltage
    low, high = np.percentile(power, [5, 95])
    if high - low <= 2 * CONSTANT_POWER * float(np.median(power)):
        return Kind.POWER
    return Kind.PROFILE


def _merged(kinds: list[tuple[Kind, int, int]]) -> list[tuple[Kind, int, int]]:
    """Neighbouring segments of one changing kind as one: an edge may divide a hold.

    In a free profile the current may hardly change for some rows.
    """
    merged: list[tuple[Kind, int, int]] = []
    for k, (kind, begin, stop) in enumerate(kinds):
        beside = [kinds[j][0] for j in (k - 1, k + 1) if 0 <= j < len(kinds)]
        if Kind.PROFILE in beside and stop - begin < PROFILE_ROWS:
            kind = Kind.PROFILE
        if merged and merged[-1][0] is kind and not kind.constant:
            merged[-1] = (kind, merged[-1][1], stop)
        else:
            merged.append((kind, begin, stop))
    return merged


def _is_pulse(kinds: list[tuple[Kind, int, int]], k: int, charge: Floats) -> bool:
    """Whether a constant current stands between rests and passes little charge."""
    neighbours = [kinds[j][0] for j in (k - 1, k + 1) if 0 <= j < len(kinds)]
    _, begin, stop = kinds[k]
    passed = abs(charge[stop - 1] - charge[max(begin - 1, 0)])
    between = all(kind is Kind.REST for kind in neighbours)
    return bool(neighbours) and between and passed < PULSE_CHARGE * np.ptp(charge)


def _start(time: Floats, begin: int, stop: int) -> float:
    """Time at which the current of a segment started [s].

    It is the last row of the segment before: cyclers record a row at the end of every
    step. If that row is much older than the rows of the segment are apart, the rest or
    the current before went on, up to one such step before the first row.
    """
    first = float(time[begin])
    usual = float(time[begin + 1] - first) if stop - begin > 1 else np.inf
    if begin == 0:
        # a time that starts at zero with the current
        return 0.0 if 0 < first <= 2 * usual < np.inf else first
    before = float(time[begin - 1])
    if first - before <= LARGE_GAP_STEPS * usual:
        return before
    return first - usual
