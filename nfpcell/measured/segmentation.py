"""Where a curve is a charge or discharge at constant current, and which of them."""

import itertools

import numpy as np

from nfpcell.errors import DataFileError
from nfpcell.measured.time_series import (
    LEAST_POINTS,
    counted_through,
    jumps,
    long_steps,
    slopes,
)

# below this share of the largest current there is rest
REST_SHARE = 1e-3
# a current within this share of its level is constant, and however noisy it is
CONSTANT, LARGEST_BAND = 0.05, 0.15
# what it has lost at constant voltage when that is no longer constant current
DECAYED = 0.01
PULSE_SHARE = 0.02
# share of the charge that has to agree on the sign of the current
AGREED = 0.9
LEAST_SWING = 2e-3  # V


def constant_pieces(curve):
    """
    Stretches of constant current, as (first, last + 1) rows.

    Cut where the current begins, ends or turns, where it jumps to another level, and
    where the time starts anew; what follows at constant voltage is left out.
    """
    current, size, smooth = curve.current, np.abs(curve.current), curve.smooth_size
    flowing = np.sign(current) * ~resting(curve)
    edges = np.zeros(len(current), bool)
    edges[1:] = np.diff(flowing) != 0
    # a jump of the level that is more than noise and the resolution of the column
    step = np.abs(np.diff(size, prepend=size[0]))
    level = np.maximum(size, np.roll(size, 1))
    noise = _noise(size, flowing)
    edges |= (step > np.maximum(CONSTANT * level, 4 * noise)) & (flowing != 0)
    edges |= curve.breaks | _beginnings(curve)
    starts = np.flatnonzero(edges)
    bounds = np.unique(np.concatenate([[0], starts, [len(current)]]))
    found, skipped = [], 0
    for first, end in itertools.pairwise(bounds):
        if flowing[first] == 0 or end - first < LEAST_POINTS:
            continue
        piece = _constant_part(curve, size, smooth, first, end, noise)
        if piece is None:
            skipped += 1
            continue
        found.append(piece)
    if skipped:
        curve.remarks.append(
            f"{skipped} stretches of changing current, as at constant voltage, are "
            "left "
            "out"
        )
    if not found:
        raise DataFileError(
            f"{curve.path}: has no stretch of constant current of at least "
            f"{LEAST_POINTS} rows; right would be a charge or discharge at constant "
            "current"
        )
    return found


def _beginnings(curve):
    """
    Rows after a stretch without rows that another half-cycle of the current begins.

    The voltage is back from where it went, and goes the same way again.
    """
    found = np.zeros(len(curve.time), bool)
    gaps = long_steps(curve.time)
    if gaps.any():
        steps = np.diff(curve.voltage)
        before, after = slopes(steps)
        back = (before * after > 0) & (before * steps < 0)
        found[1:] = gaps & back & jumps(steps)
        if curve.capacity is not None:
            found &= ~counted_through(curve.time, curve.current, curve.capacity)
    return found


def same_current(curve, one, other):
    """Whether two rows have one current, that is not zero."""
    a, b = curve.current[one], curve.current[other]
    level = max(abs(a), abs(b))
    least = REST_SHARE * curve.smooth_size.max()
    return bool(level > least and abs(a - b) <= CONSTANT * level)


def resting(curve):
    """Rows in which no current flows."""
    return np.abs(curve.current) <= REST_SHARE * curve.smooth_size.max()


def _noise(size, flowing):
    """Scatter of the current from row to row while it flows [A]."""
    bends = np.abs(np.diff(size, 2))
    same = (flowing[1:-1] != 0) & (flowing[:-2] == flowing[2:])
    return float(0.9 * np.median(bends[same])) if same.any() else 0.0


def _constant_part(curve, size, smooth, first, end, noise):
    """The rows of a stretch at its largest current; None if that is no level."""
    level = float(np.percentile(smooth[first:end], 95))
    band = max(CONSTANT * level, min(3 * noise, LARGEST_BAND * level))
    within = np.abs(smooth[first:end] - level) <= band
    # a row or two until the current is there
    begin = int(np.argmax(within))
    outside = np.flatnonzero(~within[begin:])
    last = first + begin + (int(outside[0]) if len(outside) else end - first - begin)
    begin += first
    late = begin - first > max(3, 0.02 * (end - first))
    if late or last - begin < LEAST_POINTS:
        return None
    # a current that decays at constant voltage is within the band for a while too
    voltage = curve.voltage[begin:last]
    away = np.flatnonzero(np.abs(voltage - voltage[-1]) > LEAST_SWING)
    held = begin + (int(away[-1]) + 1 if len(away) else 0)
    if smooth[held] - smooth[last - 1] > max(DECAYED * level, 2 * noise):
        fallen = smooth[held:last] < smooth[held] - max(0.2 * DECAYED * level, noise)
        last = held + int(np.argmax(fallen))
    return (begin, last) if last - begin >= LEAST_POINTS else None


def without_pulses(curve, pieces):
    """Pieces of some charge; those of next to none, such as pulses, are left out."""
    passed = [
        np.trapezoid(np.abs(curve.current[a:b]), curve.time[a:b]) for a, b in pieces
    ]
    largest = max(passed)
    kept = [
        p for p, q in zip(pieces, passed, strict=True) if q >= PULSE_SHARE * largest
    ]
    if len(kept) < len(pieces):
        curve.remarks.append(
            f"{len(pieces) - len(kept)} pulses of less than {100 * PULSE_SHARE:g} % of "
            "the largest half-cycle are left out"
        )
    return kept


# ---------------------------------------------------------------------------- the sign
def current_sign(curve, pieces, given):
    """
    Which half-cycle a positive current is: 1 charge, -1 discharge, 0 if it has no sign.
    """
    agree = against = 0.0
    for first, end in pieces:
        swing = curve.voltage[end - 1] - curve.voltage[first]
        if abs(swing) < LEAST_SWING:
            continue
        middle = curve.current[(first + end) // 2]
        weight = abs(middle) * (curve.time[end - 1] - curve.time[first])
        if swing * middle > 0:
            agree += weight
        else:
            against += weight
    whole = agree + against
    asked = {"charge": 1, "discharge": -1}.get(given, 0)
    if whole == 0:
        if asked:
            return asked
        raise DataFileError(
            f"{curve.path}: the voltage hardly changes, so that charge and discharge "
            'cannot be told apart; right would be sign="charge" or sign="discharge", '
            "the half-cycle with the positive current"
        )
    share = agree / whole
    found = 1 if share >= AGREED else -1 if share <= 1 - AGREED else 0
    if found and asked and found != asked:
        told = "charge" if found > 0 else "discharge"
        raise DataFileError(
            f'{curve.path}: sign="{given}" contradicts the voltage, which says that a '
            f'positive current is a {told}; right would be sign="{told}", or none'
        )
    if found:
        return found
    if (curve.current >= 0).all() or (curve.current <= 0).all():
        return 0
    if asked:
        return asked
    raise DataFileError(
        f"{curve.path}: the voltage rises under a positive current in "
        f"{100 * share:.0f} "
        "% of the charge and falls in the rest, so that its sign cannot be told; right "
        'would be sign="charge" or sign="discharge"'
    )


def direction_of(curve, piece, known):
    """Direction of a piece, and how it is known."""
    first, end = piece
    swing = curve.voltage[end - 1] - curve.voltage[first]
    if known == 0:
        way = "charge" if swing > 0 else "discharge"
        return way, "the current has no sign; the voltage tells the direction"
    charges = curve.current[(first + end) // 2] * known > 0
    way = "charge" if charges else "discharge"
    told = "charge" if known > 0 else "discharge"
    remark = f"a positive current is a {told}"
    if abs(swing) >= LEAST_SWING and (swing > 0) != charges:
        remark += f", though the voltage of this {way} goes the other way"
    return way, remark
