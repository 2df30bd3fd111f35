"""How well the data determine what was fitted: intervals, correlations, directions.

Intervals are those of the profile likelihood: a quantity is held at a distance from its
best value, all others follow, and the interval ends where the misfit has risen by what
chance gives once in twenty. Where the misfit rises as the linearised problem says, two
points a side tell; where it never rises, the data do not determine the quantity, and
the others that followed it tell which combination they do determine.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.stats import chi2

from nfpcell.fitting.finite_differences import Differences, cost_of, weights

# rise of twice the cost at the ends of a 95 % interval, before it is scaled
RISE = float(chi2.ppf(0.95, 1))
LINEAR = "linearised problem"
CHECKED = "linearised problem, checked by profile"
PROFILE = "profile likelihood"
# points tried on each side of a profile, and steps of the rest at each of them
MOST_POINTS, MOST_STEPS = 12, 8
# the misfit rose as predicted: a linear profile needs no further point
AS_PREDICTED = 0.05
# residuals this much larger, or this much alike from one to the next, than chance
# gives make intervals wider
SIGNIFICANT = 3.0
# fewer residuals do not tell whether they are alike
LEAST_POINTS = 20
# share of the range between the bounds within which a quantity stands at one
NEAR_BOUND = 1e-3
# share of a null direction below which a quantity has no part in it
PART = 0.1


@dataclass(frozen=True)
class Interval:
    """
    What is known of one quantity.

    Attributes
    ----------
    name, value : of the quantity
    lower, upper : ends of its 95 % interval; None where it reaches the bound
    how : by which method, in words
    along : where it is not determined, how the others follow it: name to the change of
        their coordinate for one of its own
    """

    name: str
    value: float
    lower: float | None
    upper: float | None
    how: str
    along: dict

    @property
    def identifiable(self):
        """Whether both ends lie inside the bounds."""
        return self.lower is not None and self.upper is not None


@dataclass(frozen=True)
class Certainty:
    """
    Attributes
    ----------
    intervals : one Interval a quantity
    covariance : of the coordinates, linearised and scaled like the intervals
    inflation : factor on every standard deviation: the scatter over the stated
        uncertainty, and likeness of neighbouring residuals
    better : coordinates of a lower misfit found on the way, or None
    """

    intervals: tuple[Interval, ...]
    covariance: np.ndarray
    inflation: float
    better: np.ndarray | None = None

    @property
    def correlations(self):
        """Of the coordinates, shape (quantities, quantities)."""
        deviations = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(deviations, deviations)


def certainty(misfit, point, loss="linear", method="profile", watch=None):
    """
    Intervals of all free quantities about the best fit.

    Parameters
    ----------
    misfit : Misfit, anchored
    point : Point, its best fit
    loss : of the fit
    method : "profile", or "linear" for the linearised problem alone
    watch : called with (done, all)

    Returns
    -------
    Certainty
    """
    inflation = inflation_of(misfit, point)
    weighted = point.jacobian * weights(point.residuals, loss)[:, None]
    covariance = inflation**2 * _inverse(weighted, misfit.free)
    low, high = misfit.free.bounds
    if method == "linear":
        intervals = _linearised(misfit.free, point.z, covariance)
        return Certainty(intervals, covariance, inflation)
    intervals = []
    for k, one in enumerate(misfit.free.free):
        ends, linear, along = [], True, {}
        for sign in (-1, 1):
            profile = _Profile(misfit, point, covariance, inflation, loss, k)
            end, by_line, path, better = profile.end(sign, (low, high)[sign > 0][k])
            if better is not None:
                return Certainty((), covariance, inflation, better)
            ends.append(end)
            linear &= by_line
            along |= {} if end is not None else path
            if watch:
                watch(2 * k + (sign + 1) // 2 + 1, 2 * len(low))
        lower, upper = (None if e is None else one.value(e) for e in ends)
        value = one.value(point.z[k])
        how = CHECKED if linear else PROFILE
        intervals.append(Interval(one.name, value, lower, upper, how, along))
    return Certainty(tuple(intervals), covariance, inflation)


def _linearised(free, z, covariance):
    """Intervals of the linearised problem; open where they pass a bound."""
    found = []
    for k, one in enumerate(free.free):
        variance = covariance[k, k]
        half = np.sqrt(RISE * variance)
        low, high = (one.coordinate(bound) for bound in (one.lower, one.upper))
        lower = one.value(z[k] - half) if z[k] - half > low else None
        upper = one.value(z[k] + half) if z[k] + half < high else None
        along = {}
        if lower is None or upper is None:
            follow = covariance[k] / variance
            along = {
                name: float(slope)
                for name, slope in zip(free.names, follow, strict=True)
                if name != one.name and abs(slope) > PART
            }
        interval = Interval(one.name, one.value(z[k]), lower, upper, LINEAR, along)
        found.append(interval)
    return tuple(found)


def inflation_of(misfit, point):
    r"""
    Factor by which the scatter of the residuals widens every interval.

    .. math:: \sqrt{\max(1, \chi^2_\nu\,\tau)},\qquad \tau = 1 + 2\sum_k \rho_k

    The first is the scatter over the stated uncertainties, the second how far
    neighbouring residuals of a curve are alike, as a model's own error makes them: then
    N points hold less than N answers. Both are one where chance could give them; a
    curve's share in the second is its share in the misfit.
    """
    # a prior is a datum too
    residuals, parts = point.residuals, misfit.parts()
    freedom = max(len(residuals) - len(misfit.free), 1)
    scatter = float(np.sum(residuals**2)) / freedom
    if abs(scatter - 1) < SIGNIFICANT * np.sqrt(2 / freedom):
        scatter = 1.0
    likeness, weight = 0.0, 0.0
    for part in parts:
        own = residuals[part]
        share = float(np.sum(own**2))
        likeness += share * (likeness_of(own) if len(own) >= LEAST_POINTS else 1.0)
        weight += share
    tau = likeness / weight if weight else 1.0
    return float(np.sqrt(max(scatter * tau, 1.0)))


def likeness_of(residuals):
    """
    Time that residuals remember their neighbours: 1 for noise.

    The sum of correlations until the first that chance could give (the initial
    sequence of Geyer); 1 if even that of direct neighbours is within chance.
    """
    n = len(residuals)
    spectrum = np.abs(np.fft.rfft(residuals, 2 * n)) ** 2
    correlation = np.fft.irfft(spectrum)[:n]
    if correlation[0] <= 0:
        return 1.0
    correlation = correlation / correlation[0]
    within = np.flatnonzero(correlation < SIGNIFICANT / np.sqrt(n))
    last = within[0] if len(within) else n
    return float(1 + 2 * np.sum(correlation[1:last]))


def _inverse(J, free):
    """(J^T J)^-1, with the bounds as a wide prior so that it exists."""
    low, high = free.bounds
    wide = np.diag(1 / (high - low))
    R = np.linalg.qr(np.vstack([J, wide]), mode="r")
    inverse = solve_triangular(R, np.eye(len(R)))
    return inverse @ inverse.T


class _Profile:
    """The profile of one quantity on one side."""

    def __init__(self, misfit, point, covariance, inflation, loss, k):
        self.misfit, self.point, self.loss, self.k = misfit, point, loss, k
        self.inflation, self.covariance = inflation, covariance
        self.rest = [i for i in range(len(point.z)) if i != k]
        self.low, self.high = (b[self.rest] for b in misfit.free.bounds)
        self.base = 2 * point.cost
        self.better = None

    def end(self, sign, bound):
        """
        Coordinate where the misfit has risen by RISE on one side, None if it has not
        at the bound, or only because another quantity stands at its own; whether the
        linearised problem was enough; how the rest followed; and a better point if one
        was met.
        """
        own, z = self.point.z[self.k], self.point.z[self.rest]
        deviation = np.sqrt(self.covariance[self.k, self.k])
        reach = abs(bound - own)
        wanted = np.sqrt(RISE)
        follow = self.covariance[self.rest, self.k] / self.covariance[self.k, self.k]
        distance = min(wanted * deviation, reach)
        near, far = (0.0, 0.0), None
        path, kept = sign * distance * follow, z
        linear = True
        for tried in range(MOST_POINTS):
            rest, risen = self._hold(own + sign * distance, z + path)
            if self.better is not None:
                return None, False, {}, self.better
            risen = np.sqrt(max(risen, 0.0)) / self.inflation
            if tried == 0:
                linear = bool(abs(risen / (distance / deviation) - 1) < AS_PREDICTED)
            if risen < wanted:
                near, kept = (distance, risen), rest
                if distance >= reach * (1 - 1e-9):
                    return None, False, self._path(rest, sign * distance), None
            else:
                far = distance, risen
            if abs(risen / wanted - 1) < AS_PREDICTED:
                # the root of the rise is straight enough for the last bit
                distance *= wanted / risen
                break
            last, distance = distance, self._next(near, far, wanted, reach)
            # the others go on the way they went, inside their bounds
            at = rest if risen < wanted or near[0] == 0 else kept
            path = (at - z) * distance / (last if at is rest else near[0])
        else:
            # not found more closely: the outer side is the honest one
            distance = reach if far is None else far[0]
        if self._held_up(rest, z):
            return None, False, self._path(kept, sign * (near[0] or distance)), None
        return own + sign * min(distance, reach), linear, {}, None

    def _held_up(self, rest, best):
        """Whether another quantity came to its bound on the way."""
        edge = NEAR_BOUND * (self.high - self.low)
        at_bound = (rest <= self.low + edge) | (rest >= self.high - edge)
        began = (best <= self.low + edge) | (best >= self.high - edge)
        return bool((at_bound & ~began).any())

    @staticmethod
    def _next(near, far, wanted, reach):
        """The next distance: between the two sides, or further out."""
        if far is None:
            grown = near[0] * min(4.0, 1.1 * wanted / max(near[1], 1e-3))
            return min(max(grown, 1.5 * near[0]), reach)
        # where the far side has risen much, a straight line to it says little
        share = (wanted - near[1]) / (far[1] - near[1])
        least = 0.5 if far[1] > 3 * wanted else 0.1
        return near[0] + np.clip(share, least, 0.9) * (far[0] - near[0])

    def _hold(self, value, start):
        """
        The other coordinates where the misfit is lowest with this one held, and the
        rise of twice the cost; by Gauss-Newton steps, with the Jacobian of the best
        fit as long as it serves.
        """
        rest = np.clip(start, self.low, self.high)
        residuals, cost = self._try(value, rest)
        J, fresh = self.point.jacobian[:, self.rest], False
        for _ in range(MOST_STEPS):
            weight = weights(residuals, self.loss)
            step = self._step(J * weight[:, None], residuals * weight, rest)
            expected = cost_of(residuals * weight) - cost_of(
                (residuals + J @ step) * weight
            )
            if expected < 0.02 * RISE * self.inflation**2 / 2:
                break
            moved = np.clip(rest + step, self.low, self.high)
            tried, lower = self._try(value, moved)
            gained = cost - lower
            if gained > 0:
                rest, residuals, cost = moved, tried, lower
            elif fresh:
                break
            if gained < 0.5 * expected:
                z = np.insert(rest, self.k, value)
                J = Differences(self.misfit)(z, residuals)[:, self.rest]
                fresh = True
        if 2 * cost < self.base - 0.1 * RISE * self.inflation**2:
            self.better = np.insert(rest, self.k, value)
        return rest, 2 * cost - self.base

    def _step(self, J, residuals, rest):
        """Gauss-Newton step that does not leave the bounds it stands at."""
        step, free = np.zeros(len(rest)), np.ones(len(rest), bool)
        while free.any():
            step[:] = 0
            scale = np.maximum(np.linalg.norm(J[:, free], axis=0), 1e-300)
            found, *_ = np.linalg.lstsq(J[:, free] / scale, -residuals, rcond=1e-8)
            step[free] = found / scale
            outside = ((step < 0) & (rest <= self.low)) | (
                (step > 0) & (rest >= self.high)
            )
            if not (outside & free).any():
                return step
            free &= ~outside
        return np.zeros(len(rest))

    def _try(self, value, rest):
        residuals = self.misfit.residuals(np.insert(rest, self.k, value))
        return residuals, cost_of(residuals, self.loss)

    def _path(self, rest, distance):
        """How far the other coordinates followed, for one of this one's own."""
        followed = (rest - self.point.z[self.rest]) / distance
        names = [self.misfit.free.names[i] for i in self.rest]
        return {
            name: float(value)
            for name, value in zip(names, followed, strict=True)
            if abs(value) > PART
        }
