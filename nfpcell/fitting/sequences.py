"""A measured sequence as an observation: the current that flowed, and what is compared.

The model runs through the whole sequence with the measured current. Its voltage is
compared at points of every segment; where the voltage was held, its current.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nfpcell.arrays import FloatArray, IntArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF, Parameters
from nfpcell.constants import FARADAY, GAS_CONSTANT, SECONDS_PER_HOUR
from nfpcell.fitting.free_parameters import StartVoltage
from nfpcell.fitting.origin import Origin
from nfpcell.fitting.steep_parts import STEEP, WINDOW, not_steep
from nfpcell.measured.rest import drift_of
from nfpcell.measured.sequence import Kind, RecordedSequence, Segment
from nfpcell.physics import open_circuit
from nfpcell.simulation.current_steps import CurrentSteps

# compared points of a segment: at equal steps of the logarithm of its time, and of its
# time; those of all segments together at equal steps; of a free profile
LOG_POINTS, MOST_EVEN_POINTS, EVEN_POINTS, PROFILE_POINTS = 12, 120, 4000, 4000
# a rest of more rows is compared without its last row
FEWEST_OF_REST = 3
# rows at which the current of a segment that is not constant is known to the model
PROFILE_ROWS = 40_000
# The mean of n rows counts as at most this number of independent readings: errors of
# neighbouring rows are alike, and a rest at 1 s must not outweigh all else
READINGS = 10
# a current of a charge above this share of the nominal one has steep parts, see
# ``steep_parts.not_steep``; a rest or a hold where the open circuit is as steep
WHOLE = 0.05
# after a steep end, rows within this share of its duration are not compared either
AFTER_STEEP = 0.01
# after a change of the current, rows within this number of time constants of the double
# layers are not compared
TIME_CONSTANTS = 10.0
# standard deviation of the open circuit at the end of a rest without drift [V]; with a
# drift, DRIFTED times the change at this rate over the duration of the rest is added
REST_SIGMA, DRIFTED = 1e-3, 2.0
# a prior of the start is cut at this number of standard deviations
PRIOR_REACH = 8.0
# the voltages of a model are limited to the cut-offs and this beyond [V]
BEYOND_CUTOFF = 0.5
# pieces of constant temperature differ by this at least [K]; rows of the median that
# leaves out single wrong temperatures
TEMPERATURE_STEP, MEDIAN_ROWS = 0.5, 5


@dataclass(frozen=True)
class SequencePoints:
    """The compared points of a sequence; arrays of equal length."""

    time: FloatArray  # [s]
    voltage: FloatArray  # [V]
    current: FloatArray  # [A]
    readings: FloatArray  # number of independent readings of each
    segment: IntArray  # number of its segment
    held: NDArray[np.bool_]  # whether the voltage was held there
    after: IntArray  # index of the state of the model after the steps

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, eq=False)
class SequenceResult:
    """What the model computes at the compared points."""

    voltage: FloatArray  # under the measured current [V]
    current: FloatArray  # measured, or that at the voltage that was held [A]


@dataclass(frozen=True)
class MeasuredSequence:
    """Segments that follow each other, with one state carried through them."""

    label: str  # its name in tables and figures
    cell: str  # key of the cell that was measured
    temperatures: tuple[float, ...]  # of each piece of the steps [degC]
    largest_current: float  # [A]
    steps: CurrentSteps
    points: SequencePoints
    segments: tuple[Segment, ...]
    limits: tuple[float, float]  # of a computed voltage [V]
    start: StartVoltage
    start_stated: bool = False  # whether the start is known, and not fitted
    sigma: float = 1e-3  # standard deviation of a reading [V]
    stated: bool = False  # whether sigma was stated, or follows from the scatter
    origin: Origin = field(default_factory=Origin)

    @property
    def direction(self) -> str:
        """Of the first current."""
        flowing = self.steps.current[self.steps.current != 0]
        return "charge" if len(flowing) and flowing[0] < 0 else "discharge"

    @property
    def temperature(self) -> float:
        """Mean temperature [degC]."""
        return float(np.mean(self.temperatures))

    def residuals(self, computed: SequenceResult | None) -> FloatArray:
        r"""
        Residuals of the compared points; large ones for None.

        .. math:: r = \frac{\sqrt{n}}{\sigma}\,(V - V_\mathrm{measured})

        with the number n of independent readings. Where the voltage was held, the
        difference is that of the currents times the resistance :math:`-\partial
        V/\partial I` of the model, which is the same number.
        """
        if computed is None:
            difference = np.ones(len(self.points))
        else:
            difference = computed.voltage - self.points.voltage
        return difference * np.sqrt(self.points.readings) / self.sigma


def measured_sequence(
    recorded: RecordedSequence,
    key: str,
    cell: Cell,
    temperature: float | None,
    start: StartVoltage,
    start_stated: bool,
    chosen: tuple[int, ...] | None,
    sigma: float,
    stated: bool,
    origin: Origin,
    assumed_temperature: float,
) -> MeasuredSequence:
    """The observation of a recorded sequence, with the chosen segments compared."""
    current = _Current(recorded)
    pieces, changes = _temperatures(recorded, temperature, assumed_temperature)
    settled = TIME_CONSTANTS * _time_constant(cell)
    rows, least = [], settled
    for segment in recorded.segments:
        compared = _compared(recorded, segment, cell, least)
        if chosen is None or segment.number in chosen:
            rows.append(compared)
        steep = AFTER_STEEP * _duration_to_steep_end(recorded, segment, cell)
        least = max(settled, steep)
    time = np.concatenate([r["time"] for r in rows])
    knots = np.unique(np.concatenate([current.knots, time, changes[1:]]))
    knots = knots[(knots >= current.first) & (knots <= recorded.end)]
    duration = np.diff(knots)
    middle = knots[:-1] + duration / 2
    steps = CurrentSteps(
        duration,
        np.diff(current.charge(knots)) / duration,
        np.maximum(np.searchsorted(changes, middle, "right") - 1, 0),
    )
    joined: dict[str, Any] = {
        name: np.concatenate([r[name] for r in rows]) for name in rows[0]
    }
    points = SequencePoints(**joined, after=np.searchsorted(knots, time))
    return MeasuredSequence(
        recorded.name,
        key,
        tuple(pieces),
        float(np.percentile(np.abs(steps.current), 99)),
        steps,
        points,
        recorded.segments,
        (cell[LOWER_CUTOFF] - BEYOND_CUTOFF, cell[UPPER_CUTOFF] + BEYOND_CUTOFF),
        start,
        start_stated,
        sigma,
        stated,
        origin,
    )


class _Current:
    """Charge that the current of a sequence has passed, as a function of time.

    The current is constant in a constant segment, else linear between the rows.
    """

    def __init__(self, recorded: RecordedSequence) -> None:
        segments = recorded.segments
        self.first = segments[0].start
        ends = [segment.start for segment in segments[1:]] + [recorded.end]
        times, charges, knots = [self.first], [0.0], [self.first]
        for segment, end in zip(segments, ends, strict=True):
            if end <= times[-1]:
                continue
            knots.append(segment.start)
            begin = times[-1]
            t, i = recorded.time[segment.rows], recorded.current[segment.rows]
            if segment.kind.constant:
                level = 0.0 if segment.kind is Kind.REST else float(np.mean(i))
                t, passed = np.array([end]), np.array([level * (end - begin)])
            else:
                inside = (t > begin) & (t < end)
                t = np.concatenate([[begin], t[inside], [end]])
                i = np.concatenate([i[:1], i[inside], i[-1:]])
                knots += t[:: -(-len(t) // PROFILE_ROWS)].tolist()
                passed = np.cumsum(np.diff(t) * (i[1:] + i[:-1]) / 2)
                t = t[1:]
            charges += (charges[-1] + passed).tolist()
            times += t.tolist()
        self.knots = np.array([*knots, recorded.end])
        self._times, self._charges = np.array(times), np.array(charges)

    def charge(self, time: FloatArray) -> FloatArray:
        """Charge passed [A.s]."""
        return np.interp(time, self._times, self._charges)


def _compared(
    recorded: RecordedSequence, segment: Segment, cell: Cell, least: float
) -> dict[str, Any]:
    """The compared points of a segment, as fields of SequencePoints.

    ``least`` is the time after its start from which rows are compared [s].
    """
    time, voltage, current, since = _columns(recorded, segment)
    used = (since >= least) & _flat(recorded, segment, cell)
    if segment.kind is Kind.REST and len(used) > FEWEST_OF_REST:
        # its last row is often under load already
        used[-1] = False
    columns = [a[used] for a in (time, voltage, current)]
    counts = np.ones(len(columns[0]))
    if segment.kind.constant and len(counts):
        first = _first_of_bins(_bins(since[used], len(recorded.segments)))
        counts = np.diff([*first, len(counts)]).astype(float)
        columns = list(_means(first, *columns))
    elif len(counts):
        every = -(-len(counts) // PROFILE_POINTS)
        columns, counts = [a[::every] for a in columns], counts[::every]
    size = len(counts)
    return {
        "time": columns[0],
        "voltage": columns[1],
        "current": columns[2],
        "readings": np.minimum(counts, READINGS),
        "segment": np.full(size, segment.number),
        "held": np.full(size, segment.kind is Kind.VOLTAGE),
    }


def _flat(
    recorded: RecordedSequence, segment: Segment, cell: Cell
) -> NDArray[np.bool_]:
    """Mask of the rows of a segment that are not in a steep part."""
    _, voltage, current, since = _columns(recorded, segment)
    charge = np.abs(current) * since / SECONDS_PER_HOUR
    if segment.kind in (Kind.REST, Kind.VOLTAGE):
        p, d = Parameters.of(cell.values.get), cell.derived()
        galleries = float(p.T_ref), *d.galleries
        slope = open_circuit.occupancy_slope(voltage, *galleries, 0.0)
        return np.asarray(np.abs(slope) * STEEP >= WINDOW)
    if charge[-1] > WHOLE * float(cell.derived().nominal_capacity):
        return not_steep(charge, voltage)
    return np.ones(len(voltage), bool)


def _duration_to_steep_end(
    recorded: RecordedSequence, segment: Segment, cell: Cell
) -> float:
    """Duration of a segment that ends in a steep part [s]; 0 if it does not."""
    if segment.kind is Kind.REST or _flat(recorded, segment, cell)[-1]:
        return 0.0
    return float(recorded.time[segment.end - 1]) - segment.start


def _columns(
    recorded: RecordedSequence, segment: Segment
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Time, voltage, current, and time since the start, of the rows of a segment."""
    time, voltage = recorded.time[segment.rows], recorded.voltage[segment.rows]
    current = recorded.current[segment.rows]
    if segment.kind.constant:
        level = 0.0 if segment.kind is Kind.REST else float(np.mean(current))
        current = np.full(len(time), level)
    return time, voltage, current, time - segment.start


def _time_constant(cell: Cell) -> float:
    """Longest time constant of the double layers of a cell [s]."""
    p, d = Parameters.of(cell.values.get), cell.derived()
    volts = GAS_CONSTANT * float(p.T_ref) / FARADAY
    pairs = (p.c_na, d.i0_na), (p.c_separator, d.i0_separator), (p.c_dl, d.j0)
    return max(volts * float(c) / float(j0) for c, j0 in pairs)


def _bins(since: FloatArray, segments: int) -> IntArray:
    """Index of the bin of each row, by the time since the start of its segment."""
    if not len(since):
        return np.empty(0, dtype=np.int64)
    last = float(since[-1])
    even = int(np.clip(EVEN_POINTS // segments, LOG_POINTS, MOST_EVEN_POINTS))
    first = max(float(since[since > 0][0]) if (since > 0).any() else last, 1e-9)
    edges = np.concatenate(
        [
            np.geomspace(first, max(last, first), LOG_POINTS),
            np.linspace(0, last, even + 1),
        ]
    )
    places: IntArray = np.searchsorted(np.unique(edges), since, "left")
    return places


def _first_of_bins(bins: IntArray) -> IntArray:
    """The first row of each bin."""
    return np.flatnonzero(np.diff(bins, prepend=-1))


def _means(first: IntArray, *columns: FloatArray) -> tuple[FloatArray, ...]:
    """Means over bins, whose first rows are given."""
    counts = np.diff([*first, len(columns[0])])
    return tuple(np.add.reduceat(column, first) / counts for column in columns)


def _temperatures(
    recorded: RecordedSequence, given: float | None, assumed: float
) -> tuple[list[float], FloatArray]:
    """Temperatures of the pieces [degC], and the times at which they begin [s]."""
    first = recorded.segments[0].start
    measured = recorded.temperature
    if given is not None or measured is None or not np.isfinite(measured).any():
        if given is None:
            given = recorded.named_temperature
        return [assumed if given is None else given], np.array([first])
    known = np.isfinite(measured)
    time, values = recorded.time[known], measured[known]
    ahead = pd.Series(values[::-1]).rolling(MEDIAN_ROWS, min_periods=1).median()
    sums = np.append(0.0, np.cumsum(values))
    pieces, begins, since = [], [first], 0
    for k, coming in enumerate(ahead.to_numpy()[::-1]):
        mean = (sums[k] - sums[since]) / max(k - since, 1)
        if k > since and abs(coming - mean) > TEMPERATURE_STEP:
            pieces.append(float(mean))
            begins.append(float(time[k]))
            since = k
    return [*pieces, float(np.mean(values[since:]))], np.array(begins)


def start_of(
    recorded: RecordedSequence, cell: Cell, slow: float, stated: float | None
) -> tuple[StartVoltage, str]:
    """
    Open-circuit voltage at the start of a sequence, and what is known of it in words.

    Parameters
    ----------
    slow : after a slow half-cycle [V]
    stated : by the user [V], or None
    """
    name = f"Open-circuit voltage at the start of {recorded.name} [V]"
    lower, upper = cell[LOWER_CUTOFF], cell[UPPER_CUTOFF]
    if stated is not None:
        low, high = min(lower, stated) - 0.1, max(upper, stated) + 0.1
        return StartVoltage(name, low, high, guess=stated), f"{stated:.3f} V, as stated"
    first = recorded.segments[0]
    if first.kind is not Kind.REST:
        low, high = min(lower, slow) - 0.1, max(upper, slow) + 0.1
        words = "fitted: there is no rest before the first current"
        return StartVoltage(name, low, high, guess=slow), words
    time, voltage = recorded.time[first.rows], recorded.voltage[first.rows]
    best, duration = float(voltage[-1]), float(time[-1] - time[0])
    drift = drift_of(time, voltage) if len(time) > 1 else None
    change = DRIFTED * abs(drift or 0.0) * duration
    deviation = float(np.hypot(REST_SIGMA, change))
    reach = PRIOR_REACH * deviation
    span = best - 2 * deviation, best + 2 * deviation
    words = f"fitted about the rest before, {best:.3f} V ± {1e3 * deviation:.2g} mV"
    return StartVoltage(name, best - reach, best + reach, range=span, guess=best), words
