"""Whether a stretch of constant current is a charge or a discharge.

The words and the counters of a file say so themselves. Without them, the sign of the
current has one meaning in the whole file, which follows from the voltage.
"""

import itertools

import numpy as np

from nfpcell.cell.validation import Direction
from nfpcell.errors import refusal
from nfpcell.measured.rest import rest_before
from nfpcell.measured.steps import LEAST_SWING, Floats
from nfpcell.measured.time_series import Stretch, TimeSeries

# least share of the charge, or of the rows, that agrees on a sign
AGREED = 0.9
# an opposite change of the voltage larger than this contradicts the file's words [V]
LARGE_SWING = 0.5
# a pulse changes the voltage by less than this within its rows [V]
PULSE_SWING = 0.1
_SIGNS: dict[str | None, int] = {"charge": 1, "discharge": -1}
_NAMES: dict[int, Direction] = {1: "charge", -1: "discharge"}
_CHOICE = 'sign="charge" or sign="discharge"'


def named_direction(stretch: Stretch) -> int:
    """1 for charge and -1 for discharge, by the words and counters; 0 if unknown."""
    series = stretch.series
    by_word = _majority(series.state, stretch, 0)
    # in its first row, a counter has counted the row before
    by_count = _majority(series.counted_direction, stretch, 1)
    if by_word * by_count < 0:
        what = (
            f'the state of its rows is "{_NAMES[by_word]}", but the counter of '
            f"{_NAMES[by_count]} rises"
        )
        raise refusal(stretch.where, what, "columns that agree")
    return by_word or by_count


def _majority(signs: Floats | None, stretch: Stretch, skipped: int) -> int:
    if signs is None:
        return 0
    rows = signs[stretch.first + skipped : stretch.end]
    rows = rows[np.isfinite(rows) & (rows != 0)]
    mean = float(rows.mean()) if len(rows) else 0.0
    return int(np.sign(mean)) if abs(mean) >= AGREED else 0


def current_sign(
    series: TimeSeries, stretches: list[Stretch], given: Direction | None
) -> int:
    """1 if a positive current charges, -1 if it discharges, 0 if it has no sign."""
    named = _sign_by_name(stretches)
    given_sign = _SIGNS.get(given, 0)
    if named is not None:
        _check_voltage(series, stretches)
        if given_sign * named < 0:
            what = f'sign="{given}" contradicts the states or counters of the file'
            raise refusal(series.path, what, f'sign="{_NAMES[named]}", or no sign')
        return named
    return _sign_by_voltage(series, stretches, given)


def _sign_by_name(stretches: list[Stretch]) -> int | None:
    """The sign by words and counters, 0 if both occur; None if there are none."""
    signs = {}
    for stretch in stretches:
        name = named_direction(stretch)
        if name:
            signs[name * int(np.sign(stretch.level))] = stretch
    if not signs:
        return None
    unsigned = len({np.sign(stretch.level) for stretch in stretches}) == 1
    if len(signs) == 1:
        sign = next(iter(signs))
        others = [s for s in stretches if not named_direction(s)]
        against = [_change(s) * s.level * sign < 0 for s in others]
        return 0 if unsigned and any(against) else sign
    series = stretches[0].series
    if unsigned:
        return 0
    what = (
        "the current has another sign in its discharges than the states or counters of "
        "the file say"
    )
    raise refusal(series.path, what, "columns that agree")


def _check_voltage(series: TimeSeries, stretches: list[Stretch]) -> None:
    """Raise an error for a large change of the voltage that contradicts the names."""
    swings = [stretch.swing * named_direction(stretch) for stretch in stretches]
    opposite = -min(swings)
    alone = max(swings) < LARGE_SWING
    if opposite > (LARGE_SWING if alone else 2 * LARGE_SWING):
        stretch = stretches[int(np.argmin(swings))]
        name = _NAMES[named_direction(stretch)]
        change = "falls" if stretch.swing < 0 else "rises"
        raise refusal(
            series.path,
            f"the voltage {change} by {abs(stretch.swing):.3g} V in what its states or "
            f"counters call a {name}",
            "the voltage of the cathode, which rises in a charge",
        )


def _sign_by_voltage(
    series: TimeSeries, stretches: list[Stretch], given: Direction | None
) -> int:
    path, agree, total = series.path, 0.0, 0.0
    for stretch in stretches:
        change = _change(stretch)
        if abs(change) < LEAST_SWING:
            continue
        weight = abs(stretch.level) * stretch.duration
        total += weight
        agree += weight if change * stretch.level > 0 else 0.0
    given_sign = _SIGNS.get(given, 0)
    if total == 0:
        if given_sign:
            return given_sign
        raise refusal(
            path,
            "the voltage is nearly constant, so charge and discharge look the same",
            f"{_CHOICE}, the half-cycle with the positive current",
        )
    share = agree / total
    if not (share >= AGREED or share <= 1 - AGREED):
        if given_sign:
            return given_sign
        if len({np.sign(stretch.level) for stretch in stretches}) == 1:
            _check_unsigned(stretches)
            return 0
        raise refusal(
            path,
            f"the voltage rises under a positive current in {100 * share:.0f} % of the "
            "charge and falls in the rest, so the meaning of the sign is unknown",
            _CHOICE,
        )
    sign = 1 if share >= AGREED else -1
    if given_sign not in (0, sign):
        positive = _NAMES[sign]
        raise refusal(
            path,
            f'sign="{given}" contradicts the voltage, which shows that a positive '
            f"current is a {positive}",
            f'sign="{positive}", or no sign',
        )
    return sign


def _change(stretch: Stretch) -> float:
    """Change of the voltage [V]: of a pulse from the rest before, else of its rows."""
    rest = rest_before(stretch, 0.0, None).voltage
    if rest is None or abs(stretch.swing) > PULSE_SWING:
        return stretch.swing
    return float(np.median(stretch.series.voltage[stretch.rows])) - rest


def _check_unsigned(stretches: list[Stretch]) -> None:
    """
    Raise an error where a lower current may look like a change of the direction.

    After a step to a lower current the voltage falls back in a charge too. A discharge
    that follows a charge directly changes the voltage by more than its first jump.
    """
    for before, stretch in itertools.pairwise(stretches):
        if stretch.first != before.end or abs(stretch.level) > 0.9 * abs(before.level):
            continue
        voltage = stretch.series.voltage
        jump = float(voltage[stretch.first] - voltage[before.end - 1])
        if stretch.swing * jump > 0 and abs(stretch.swing) < abs(jump):
            what = (
                "the current has no sign and falls, so it may be a charge or a "
                "discharge"
            )
            right = f"{_CHOICE}, or a column of the state"
            raise refusal(stretch.where, what, right)


def direction_of(stretch: Stretch, sign: int, remarks: list[str]) -> Direction:
    """Direction of a stretch; ``sign`` is as of ``current_sign``."""
    direction, change = named_direction(stretch), _change(stretch)
    if direction:
        remark = "the direction is from the states or counters in the file"
    elif sign:
        direction = int(np.sign(stretch.level * sign))
        remark = f"a positive current is a {_NAMES[sign]}"
    else:
        direction = 1 if change > 0 else -1
        remark = "the current has no sign; the direction is that of the voltage"
    if abs(change) >= LEAST_SWING and change * direction < 0:
        remark += (
            f", but the voltage of this {_NAMES[direction]} changes in the wrong "
            "direction"
        )
    remarks.append(remark)
    return _NAMES[direction]
