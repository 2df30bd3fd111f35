"""Bounded least squares from one or more starts, and the Jacobian it needs."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import differential_evolution, least_squares

from nfpcell.fitting.curve_metrics import OUTLINE
from nfpcell.fitting.finite_differences import Differences, cost_of
from nfpcell.fitting.objective import Misfit
from nfpcell.fitting.observations import Curve, MeasuredSpectrum, Published

# exploring: points tried, curves looked at, numerics good to some mV
EXPLORED, EXPLORED_CURVES = 64, 4
# and a last descent, whose differences are to be answers of the model and not of the
# integrator's steps
FINE = {"rtol": 1e-7, "atol": 1e-8}
ROUGH = {"points": (("r_p", 40),), "rtol": 1e-4, "atol": 1e-5}
# descents where the cells' own values lead nowhere near, unless a number is said; what
# counts as near, and what is near enough to go on point by point from
STARTS, NEAR, ENOUGH = 4, 0.3, 0.05
ROUGHLY = {"evaluations": 60, "precision": 1e-3, "rough": True}
EXPLORED_AT_ONCE = 16
# descents with the mesh that the last one's end needs
MOST_MESHES = 3
# of spectra and numbers while exploring, so that the outlines of curves lead
LEAST_RELATIVE, LEAST_TOLERANCE = 0.1, 5.0


@dataclass(frozen=True)
class Point:
    """Where a descent ended.

    Attributes
    ----------
    z : coordinates
    cost : half the sum of squares, after the loss
    residuals, jacobian : there; the latter None after a rough descent
    converged : whether it stopped on its own
    """

    z: np.ndarray
    cost: float
    residuals: np.ndarray
    jacobian: np.ndarray
    converged: bool


def descend(
    misfit,
    z,
    *,
    loss="linear",
    evaluations=40,
    precision=1e-5,
    rough=False,
    enough=0.0,
    watch=None,
):
    """
    Bounded trust-region least squares from one start.

    Parameters
    ----------
    misfit : Misfit
    z : coordinates to start from
    loss : one of LOSSES
    evaluations : most points tried on the way, those of a Jacobian not counted
    precision : relative change of the cost, or change of the coordinates, that ends it
    rough : only a place to go on from is wanted, and no Jacobian there
    enough : root mean square of the residuals at which a rough descent may end
    watch : called with (misfit, z, cost) at every point tried

    Returns
    -------
    Point
    """
    for _ in range(MOST_MESHES):
        settings = loss, evaluations, precision, rough, enough, watch
        point = _descend(misfit, z, *settings)
        if rough or not misfit.anchor(point.z):
            break
        # other values need another mesh, and that moves them a little
        z = point.z
    return point


class _NearEnough(Exception):  # noqa: N818 - no error
    """Raised out of a rough descent where it may end."""


def _descend(misfit, z, loss, evaluations, precision, rough, enough, watch):
    low, high = misfit.free.bounds
    margin = 1e-9 * (high - low)
    z = np.clip(z, low + margin, high - margin)
    misfit.anchor(z)
    differences = Differences(misfit)
    seen = {}

    def residuals(z):
        key = z.tobytes()
        if key not in seen:
            seen[key] = misfit.residuals(z)
            cost = cost_of(seen[key], loss)
            if watch:
                watch(misfit, z, cost)
            if rough and misfit.told(cost) <= enough:
                raise _NearEnough(z)
        return seen[key]

    try:
        result = least_squares(
            residuals,
            z,
            lambda z: differences(z, residuals(z)),
            bounds=(low, high),
            x_scale="jac",
            loss=loss,
            max_nfev=evaluations,
            ftol=precision,
            xtol=precision,
            gtol=1e-10,
        )
    except _NearEnough as near:
        (z,) = near.args
        r = seen[z.tobytes()]
        return Point(z, cost_of(r, loss), r, None, True)
    base = residuals(result.x)
    J = None if rough else differences(result.x, base, central=True)
    return Point(result.x, float(result.cost), base, J, result.status > 0)


# --------------------------------------------------------------------------- searching
def search(
    cells,
    free,
    observations,
    model="full",
    *,
    starts=None,
    seed=0,
    loss="linear",
    everywhere=False,
    watch=None,
    tally=None,
):
    """
    The best fit from several starts, cheap steps first.

    With curves: descends from the cells' own values by the outlines of a few of them
    and rough numerics; explores the range between the bounds for further places to
    descend from; then goes on point by point, on all observations. Without curves:
    descends from the cells' own values, or the middle of the priors, and from points
    drawn between the bounds or from the priors. The single particle always before
    ``full``.

    Parameters
    ----------
    cells, free, observations, model : see ``Misfit``
    starts : number of descents; None for one, or for STARTS where the cells' own values
        do not lead near
    seed : of the Sobol points that are tried
    loss : of the last descents, one of LOSSES
    everywhere : look for the lowest outline by differential evolution, too
    watch : see ``descend``
    tally : see ``Misfit``

    Returns
    -------
    point, misfit : the best Point, and the Misfit it is of
    tried : list of the Points in which the descents from several starts ended
    """
    own = free.start(cells)
    fine = {**FINE, "tally": tally}
    if any(isinstance(one, Curve) for one in observations):
        z, tried = _explore(
            cells, free, observations, own, starts, seed, everywhere, watch, tally
        )
    else:
        misfit = Misfit(cells, free, observations, "particle", **fine)
        drawn = free.drawn(starts or STARTS, seed)[1:]
        tried = [
            descend(misfit, z, loss=loss, watch=watch, **ROUGHLY) for z in (own, *drawn)
        ]
        z = min(tried, key=lambda point: point.cost).z
    for fidelity in dict.fromkeys(("particle", model)):
        misfit = Misfit(cells, free, observations, fidelity, **fine)
        last = fidelity == model
        settings = {} if last else {**ROUGHLY, "evaluations": 15}
        point = descend(misfit, z, loss=loss, watch=watch, **settings)
        z = point.z
    return point, misfit, tried


def _explore(cells, free, observations, own, starts, seed, everywhere, watch, tally):
    """Coordinates from which a descent point by point leads to the answer, and where
    the descents to them ended.
    """
    others = [_leading(one) for one in observations if not isinstance(one, Curve)]
    curves = [one for one in observations if isinstance(one, Curve)]
    few = Misfit(
        cells,
        free,
        [*_far_apart(curves), *others],
        "particle",
        OUTLINE,
        tally=tally,
        **ROUGH,
    )
    settings = {"watch": watch, "enough": ENOUGH, **ROUGHLY}
    found = [descend(few, own, **settings)]
    lost = few.told(found[0].cost) > NEAR
    further = (STARTS if lost else 1) if starts is None else starts
    places = _from_afar(few, further - 1, seed, watch) if further > 1 else []
    if everywhere:
        places.append(_evolve(few, seed, watch))
    found += [descend(few, z, **settings) for z in places]
    best = min(found, key=lambda point: point.cost)
    if len(curves) == len(few.curves):
        return best.z, found
    everything = Misfit(
        cells, free, [*curves, *others], "particle", OUTLINE, tally=tally
    )
    return descend(everything, best.z, **settings).z, found


def _from_afar(few, number, seed, watch):
    """The best of many places between the bounds."""
    candidates = few.free.drawn(EXPLORED, seed)
    costs = []
    for first in range(0, len(candidates), EXPLORED_AT_ONCE):
        batch = candidates[first : first + EXPLORED_AT_ONCE]
        costs += [cost_of(residuals) for residuals in few.many(list(batch))]
        if watch:
            best = int(np.argmin(costs))
            watch(few, candidates[best], costs[best])
    return list(candidates[np.argsort(costs, kind="stable")[:number]])


def _evolve(misfit, seed, watch):
    """Lowest cost by differential evolution, a generation in one batch."""

    def costs(columns):
        found = [cost_of(r) for r in misfit.many(list(columns.T))]
        if watch:
            k = int(np.argmin(found))
            watch(misfit, columns[:, k], found[k])
        return np.array(found)

    low, high = misfit.free.bounds
    result = differential_evolution(
        costs,
        list(zip(low, high, strict=True)),
        rng=seed,
        vectorized=True,
        updating="deferred",
        polish=False,
        maxiter=30,
        popsize=8,
        tol=1e-2,
    )
    return result.x


def _far_apart(curves):
    """A few curves that differ most in current and temperature, both directions."""
    if len(curves) <= EXPLORED_CURVES:
        return curves
    traits = np.array(
        [
            [np.log(c.current), c.temperature / 10, 3.0 * (c.direction == "charge")]
            for c in curves
        ]
    )
    chosen = [int(np.argmin(traits[:, 0]))]
    while len(chosen) < EXPLORED_CURVES:
        distances = np.linalg.norm(traits[:, None] - traits[chosen], axis=-1)
        chosen.append(int(np.argmax(distances.min(axis=1))))
    return [curves[k] for k in sorted(chosen)]


def _leading(one):
    """A spectrum or a number, loose enough that outlines lead."""
    if isinstance(one, MeasuredSpectrum):
        return replace(one, sigma=max(one.sigma, LEAST_RELATIVE))
    tolerance = max(one.tolerance_percent, LEAST_TOLERANCE)
    return Published.of(one.experiment, one.target, tolerance)
