"""The rest before a half-cycle: its duration, its last voltage and its drift."""

from dataclasses import dataclass

import numpy as np

from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.measured.steps import Floats
from nfpcell.measured.time_series import Stretch

LEAST_REST = 10.0  # s
# rows under load between a rest and a half-cycle, and their share of its duration
MOST_LOADED_ROWS, LOADED_SHARE = 3, 0.02
# a rest whose last row is earlier than this share of it has no known last voltage
LARGEST_SILENCE = 0.5
# a larger jump of the voltage in the last row of a rest is that of the load [V]
LEAST_LOAD = 5e-3
# a rest that drifts by more than this is no equilibrium [V.s-1]
EQUILIBRIUM_DRIFT = 1e-3 / SECONDS_PER_HOUR
# least share and number of the rows of a rest in which the drift is measured
DRIFT_SHARE, DRIFT_ROWS = 1 / 3, 3


@dataclass(frozen=True)
class RestBefore:
    """The rest before a half-cycle, if there is any."""

    duration: float | None  # [s]
    voltage: float | None  # at its end [V]
    remark: str  # origin of the values
    drift: float | None = None  # of the voltage at its end [V.s-1]

    @property
    def drifts(self) -> bool:
        """Whether the voltage at its end is no equilibrium."""
        return abs(self.drift or 0.0) > EQUILIBRIUM_DRIFT


def rest_before(stretch: Stretch, lead: float, given: float | None) -> RestBefore:
    """
    The rest directly before a half-cycle; ``given`` is a rest voltage from the user.

    ``lead`` is the time from the start of the current to the first row [s].
    """
    rest = _measured_rest(stretch, lead)
    if given is not None:
        return RestBefore(rest.duration, given, "the rest voltage is given")
    return rest


def _measured_rest(stretch: Stretch, lead: float) -> RestBefore:
    series, start = stretch.series, _first_loaded_row(stretch)
    first = start - int(series.rows_of_rest[start])
    none = RestBefore(None, None, "no rest before")
    if first == start:
        return none
    begins = float(series.time[stretch.first]) - lead
    if start < stretch.first:
        begins = min(begins, float(series.time[start]))
    last = _last_row_of_rest(stretch, first, start)
    # a single row of a rest is after its start
    beginning = first if last > first else max(first - 1, 0)
    duration = begins - float(series.time[beginning])
    if last == beginning or duration < LEAST_REST:
        return none
    voltage, silence = float(series.voltage[last]), begins - float(series.time[last])
    text = f"{duration:.4g} s of rest before"
    if silence > LARGEST_SILENCE * duration:
        text += f"; its last voltage is not known, the last row is {silence:.4g} s old"
        return RestBefore(duration, None, text)
    text += f", to {voltage:.4f} V"
    if last < start - 1:
        text += "; its last rows without current are under load already"
    drift = drift_of(series.time[first : last + 1], series.voltage[first : last + 1])
    rest = RestBefore(duration, voltage, text, drift)
    if not rest.drifts or drift is None:
        return rest
    text += f", which still changes by {_millivolts_per_hour(drift)}"
    return RestBefore(duration, voltage, text, drift)


def _first_loaded_row(stretch: Stretch) -> int:
    """First row after the rest, some rows before the half-cycle if it starts slowly."""
    series, row = stretch.series, stretch.first
    earliest = float(series.time[row]) - LOADED_SHARE * stretch.duration
    while row > max(stretch.first - MOST_LOADED_ROWS, 0):
        if series.resting[row - 1]:
            return row
        row -= 1
        if series.time[row] < earliest:
            break
    rests = row > 0 and series.resting[row - 1] and series.time[row] >= earliest
    return row if rests else stretch.first


def _last_row_of_rest(stretch: Stretch, first: int, start: int) -> int:
    """Last row of a rest, without rows in which the voltage is under load already."""
    series, last = stretch.series, start - 1
    voltage = series.voltage
    for names in (series.step, series.state):
        # rows without current that belong to the step of the half-cycle
        own = start
        while names is not None and own > first and names[own - 1] == names[start]:
            own -= 1
        if first < own < start and start - own <= MOST_LOADED_ROWS:
            return own - 1
    if last - first < 2:
        return last
    jump = float(voltage[last] - voltage[last - 1])
    usual = np.abs(np.diff(voltage[max(first, last - 6) : last]))
    to_load = float(voltage[stretch.first] - voltage[last])
    loaded = abs(jump) > max(LEAST_LOAD, 5 * float(np.max(usual)))
    return last - 1 if loaded and to_load * jump >= 0 else last


def drift_of(time: Floats, voltage: Floats) -> float | None:
    """Slope of the voltage at the end of a rest [V.s-1]; 0 within its error."""
    since = time[-1] - DRIFT_SHARE * (time[-1] - time[0])
    first = min(int(np.searchsorted(time, since)), len(time) - DRIFT_ROWS)
    if first < 0 or not np.ptp(time[first:]) > 0:
        return None
    t, v = time[first:] - time[first:].mean(), voltage[first:]
    slope = float((t * v).sum() / (t * t).sum())
    scatter = v - v.mean() - slope * t
    error = np.sqrt((scatter**2).sum() / max(len(t) - 2, 1) / (t * t).sum())
    return slope if abs(slope) > 3 * error else 0.0


def _millivolts_per_hour(drift: float) -> str:
    return f"{1e3 * drift * SECONDS_PER_HOUR:+.3g} mV per hour: it is no equilibrium"
