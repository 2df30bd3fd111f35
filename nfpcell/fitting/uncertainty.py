"""95 % confidence intervals of the fitted parameters, and their correlations.

Intervals are those of the profile likelihood: one parameter is fixed at a distance from
its best value, and all others are fitted again. The interval ends where the cost has
risen by an amount that chance exceeds in 5 % of all cases. If the cost rises as the
linear approximation predicts, one or two points on each side are enough. If it does not
rise before the bound, the data do not determine the parameter. Then the change of the
other parameters shows which combination the data determine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import solve_triangular
from scipy.stats import chi2

from nfpcell.arrays import FloatArray
from nfpcell.fitting.finite_differences import FiniteDifferences, cost_of, weights
from nfpcell.fitting.free_parameters import NEAR_BOUND, FreeParameters
from nfpcell.fitting.optimise import Optimum
from nfpcell.parallel import Progress

# rise of twice the cost at the ends of a 95 % interval, before it is scaled
RISE = float(chi2.ppf(0.95, 1))
# method of an interval, as the tables state it
LINEAR = "linearised problem"
CHECKED = "linearised problem, checked by profile"
PROFILE = "profile likelihood"
# most points on each side of a profile, and steps of the other parameters at each
MOST_POINTS, MOST_STEPS = 12, 8
# relative tolerance between computed and predicted rise of the cost
AS_PREDICTED = 0.05
# significance limit [standard deviations] for the scatter of the residuals, and for the
# correlation between neighbours
SIGNIFICANT = 3.0
# the correlation is not estimated from fewer residuals
FEWEST_RESIDUALS = 20
# a parameter that follows another with a smaller slope is not part of a combination
LEAST_SLOPE = 0.1


@dataclass(frozen=True)
class ConfidenceInterval:
    """The 95 % interval of one parameter."""

    name: str
    value: float
    lower: float | None  # None where it reaches the bound
    upper: float | None
    method: str  # LINEAR, CHECKED or PROFILE
    # of an open interval: change of the coordinate of each other parameter, by name,
    # over the change of this one
    followers: Mapping[str, float] = field(default_factory=dict)

    @property
    def identifiable(self) -> bool:
        """Whether both ends lie inside the bounds."""
        return self.lower is not None and self.upper is not None


@dataclass(frozen=True)
class Uncertainty:
    """Uncertainty of all fitted parameters."""

    intervals: tuple[ConfidenceInterval, ...]
    covariance: FloatArray  # of the coordinates, linearised, with the inflation
    inflation: float  # factor on every standard deviation, see ``inflation_of``

    @property
    def correlations(self) -> FloatArray:
        """Of the coordinates, shape (parameters, parameters)."""
        deviations = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(deviations, deviations)


class LowerCostFound(Exception):  # noqa: N818 - no error
    """Ends the profiles: the cost at ``z`` is lower than that of the optimum."""

    def __init__(self, z: FloatArray) -> None:
        super().__init__("a lower cost was found")
        self.z = z


def estimate(
    optimum: Optimum,
    method: str = "profile",
    progress: Progress | None = None,
) -> Uncertainty:
    """Uncertainty of all free parameters about the optimum.

    ``method`` is "profile", or "linear" for the linear approximation only. Raises
    LowerCostFound if a profile meets a lower cost.
    """
    free, inflation = optimum.objective.free, inflation_of(optimum)
    covariance = inflation**2 * inverse(optimum.weighted[1], free)
    intervals = []
    for k, parameter in enumerate(free.parameters):
        profile = _Profile(optimum, covariance, inflation, k)
        sides = []
        for sign, bound in zip((-1, 1), free.bounds, strict=True):
            if method == "linear" or not parameter.of_cell:
                sides.append(profile.linear_side(sign, bound[k]))
            else:
                sides.append(profile.side(sign, bound[k]))
            if progress:
                progress(2 * k + len(sides), 2 * len(free))
        ends = (s.end for s in sides)
        lower, upper = (None if e is None else parameter.value(e) for e in ends)
        profiled = CHECKED if all(s.as_predicted for s in sides) else PROFILE
        used = profiled if method != "linear" and parameter.of_cell else LINEAR
        followers = {**sides[0].followers, **sides[1].followers}
        values = parameter.value(optimum.z[k]), lower, upper
        intervals.append(ConfidenceInterval(parameter.name, *values, used, followers))
    return Uncertainty(tuple(intervals), covariance, inflation)


def inflation_of(optimum: Optimum) -> float:
    r"""Factor by which the scatter of the residuals widens every interval.

    .. math:: \sqrt{\max(1, \chi^2_\nu\,\tau)},\qquad \tau = 1 + 2\sum_k \rho_k

    :math:`\chi^2_\nu` is the scatter over the stated uncertainties. :math:`\tau` is the
    autocorrelation time: if the model is incomplete, neighbouring residuals of a curve
    are correlated, and N points count as fewer. Each is 1 if chance can explain it. The
    autocorrelation times are averaged with the sums of squares as weights.
    """
    # the residuals include those of the priors
    residuals, objective = optimum.residuals, optimum.objective
    freedom = max(len(residuals) - len(objective.free), 1)
    scatter = float(np.sum(residuals**2)) / freedom
    if abs(scatter - 1) < SIGNIFICANT * np.sqrt(2 / freedom):
        scatter = 1.0
    parts = [residuals[part] for part in objective.parts()]
    squares = [float(np.sum(part**2)) for part in parts]
    autocorrelation = 1.0
    if sum(squares):
        taus = [autocorrelation_time(part) for part in parts]
        autocorrelation = float(np.average(taus, weights=squares))
    return float(np.sqrt(max(scatter * autocorrelation, 1.0)))


def autocorrelation_time(residuals: FloatArray) -> float:
    """Number of neighbouring residuals that count as one: 1 for noise.

    The correlations are summed up to the first that chance can explain (the initial
    sequence of Geyer). 1 for fewer residuals than FEWEST_RESIDUALS.
    """
    n = len(residuals)
    if n < FEWEST_RESIDUALS:
        return 1.0
    spectrum = np.abs(np.fft.rfft(residuals, 2 * n)) ** 2
    correlation = np.fft.irfft(spectrum)[:n]
    if correlation[0] <= 0:
        return 1.0
    correlation = correlation / correlation[0]
    by_chance = np.flatnonzero(correlation < SIGNIFICANT / np.sqrt(n))
    last = by_chance[0] if len(by_chance) else n
    return float(1 + 2 * np.sum(correlation[1:last]))


def inverse(J: FloatArray, free: FreeParameters) -> FloatArray:
    """(J^T J)^-1, with the bounds as a wide prior so that it exists."""
    low, high = free.bounds
    R = np.linalg.qr(np.vstack([J, np.diag(1 / (high - low))]), mode="r")
    inverse = solve_triangular(R, np.eye(len(R)))
    return inverse @ inverse.T


@dataclass(frozen=True)
class _Side:
    """One side of a profile."""

    end: float | None  # coordinate at which the interval ends; None if it is open
    as_predicted: bool = False  # whether the cost rises as the linearised one
    followers: Mapping[str, float] = field(default_factory=dict)


class _Profile:
    """The profile of the parameter with index ``k``: the others are refitted."""

    def __init__(
        self, optimum: Optimum, covariance: FloatArray, inflation: float, k: int
    ) -> None:
        self.optimum, self.objective, self.k = optimum, optimum.objective, k
        self.inflation, self.covariance = inflation, covariance
        self.others = [i for i in range(len(optimum.z)) if i != k]
        self.low, self.high = (b[self.others] for b in self.objective.free.bounds)
        # change of the others over that of this one, by the linear approximation
        self.slopes = covariance[self.others, k] / covariance[k, k]

    def side(self, sign: int, bound: float) -> _Side:
        """End of the interval below (sign -1) or above (1): the cost has risen by RISE.

        The interval is open if the cost rises less up to the bound, or only because
        another parameter reaches its bound.
        """
        best, others = self.optimum.z[self.k], self.optimum.z[self.others]
        deviation, target = np.sqrt(self.covariance[self.k, self.k]), np.sqrt(RISE)
        reach = abs(bound - best)
        distance = min(target * deviation, reach)
        # distance and root of the rise, on either side of the end
        inside, outside = (0.0, 0.0), None
        change, others_inside = sign * distance * self.slopes, others
        as_predicted = True
        for point in range(MOST_POINTS):
            refitted, rise = self._refit(best + sign * distance, others + change)
            risen = np.sqrt(max(rise, 0.0)) / self.inflation
            if point == 0:
                predicted = distance / deviation
                as_predicted = bool(abs(risen / predicted - 1) < AS_PREDICTED)
            if risen < target:
                inside, others_inside = (distance, risen), refitted
                if distance >= reach * (1 - 1e-9):
                    return self._open((refitted - others) / (sign * distance))
            else:
                outside = distance, risen
            if abs(risen / target - 1) < AS_PREDICTED:
                # the remaining distance is short enough for a linear extrapolation
                distance *= target / risen
                break
            last, distance = distance, _next_distance(inside, outside, target, reach)
            # starting values of the others, extrapolated to the new distance
            if risen < target or inside[0] == 0:
                change = (refitted - others) * distance / last
            else:
                change = (others_inside - others) * distance / inside[0]
        else:
            # not converged: the outer point, so that the interval is not too narrow
            distance = reach if outside is None else outside[0]
        if self._stopped_by_bound(refitted, others):
            distance = sign * (inside[0] or distance)
            return self._open((others_inside - others) / distance)
        return _Side(best + sign * min(distance, reach), as_predicted)

    def linear_side(self, sign: int, bound: float) -> _Side:
        """As ``side``, by the linear approximation; open if it ends past the bound."""
        half = np.sqrt(RISE * self.covariance[self.k, self.k])
        end = self.optimum.z[self.k] + sign * half
        return _Side(end) if sign * end < sign * bound else self._open(self.slopes)

    def _open(self, slopes: FloatArray) -> _Side:
        """A side without an end, with the slopes of the other parameters."""
        names = [self.objective.free.names[i] for i in self.others]
        followers = {
            name: float(slope)
            for name, slope in zip(names, slopes, strict=True)
            if abs(slope) > LEAST_SLOPE
        }
        return _Side(None, False, followers)

    def _stopped_by_bound(self, others: FloatArray, best: FloatArray) -> bool:
        """Whether another parameter has reached its bound in the profile."""
        edge = NEAR_BOUND * (self.high - self.low)
        at_bound, before = (
            (z <= self.low + edge) | (z >= self.high - edge) for z in (others, best)
        )
        return bool((at_bound & ~before).any())

    def _refit(self, held: float, start: FloatArray) -> tuple[FloatArray, float]:
        """The other coordinates at the lowest cost with this one fixed at ``held``, and
        the rise of twice the cost.

        By Gauss-Newton steps, with the Jacobian of the optimum while it predicts the
        cost.
        """
        chance = RISE * self.inflation**2
        others = np.clip(start, self.low, self.high)
        residuals, cost = self._cost(held, others)
        J, fresh = self.optimum.jacobian[:, self.others], False
        for _ in range(MOST_STEPS):
            weight = weights(residuals, self.optimum.loss)
            step = self._step(J * weight[:, None], residuals * weight, others)
            predicted = (residuals + J @ step) * weight
            expected = cost_of(residuals * weight) - cost_of(predicted)
            if expected < 0.02 * chance / 2:
                break
            new_others = np.clip(others + step, self.low, self.high)
            new_residuals, new_cost = self._cost(held, new_others)
            decrease = cost - new_cost
            if decrease > 0:
                others, residuals, cost = new_others, new_residuals, new_cost
            elif fresh:
                break
            if decrease < 0.5 * expected:
                z = np.insert(others, self.k, held)
                differences = FiniteDifferences(self.objective)
                J, fresh = differences(z, residuals)[:, self.others], True
        rise = 2 * (cost - self.optimum.cost)
        if rise < -0.1 * chance:
            raise LowerCostFound(np.insert(others, self.k, held))
        return others, rise

    def _step(self, J: FloatArray, residuals: FloatArray, z: FloatArray) -> FloatArray:
        """Gauss-Newton step that does not cross a bound at which it starts."""
        step, free = np.zeros(len(z)), np.ones(len(z), bool)
        while free.any():
            step[:] = 0
            scale = np.maximum(np.linalg.norm(J[:, free], axis=0), 1e-300)
            scaled, *_ = np.linalg.lstsq(J[:, free] / scale, -residuals, rcond=1e-8)
            step[free] = scaled / scale
            leaving = ((step < 0) & (z <= self.low)) | ((step > 0) & (z >= self.high))
            if not (leaving & free).any():
                return step
            free &= ~leaving
        return np.zeros(len(z))

    def _cost(self, held: float, others: FloatArray) -> tuple[FloatArray, float]:
        residuals = self.objective.residuals(np.insert(others, self.k, held))
        return residuals, cost_of(residuals, self.optimum.loss)


def _next_distance(
    inside: tuple[float, float],
    outside: tuple[float, float] | None,
    target: float,
    reach: float,
) -> float:
    """The next distance of a profile: between ``inside`` and ``outside``, or larger."""
    if outside is None:
        larger = inside[0] * min(4.0, 1.1 * target / max(inside[1], 1e-3))
        return min(max(larger, 1.5 * inside[0]), reach)
    # linear interpolation is inaccurate if the rise outside is large
    fraction = (target - inside[1]) / (outside[1] - inside[1])
    least = 0.5 if outside[1] > 3 * target else 0.1
    return inside[0] + np.clip(fraction, least, 0.9) * (outside[0] - inside[0])
