"""A posterior by an established sampler, from where the fit has led."""

import importlib.util

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.errors import NfpcellError
from nfpcell.fitting.finite_differences import cost_of

_STEPS = Range(10, 1_000_000)
# walkers a quantity; the first share of the steps is left out
WALKERS, WARM_UP = 3, 0.3
COLUMNS = ["Name", "Median", "Lower 95 %", "Upper 95 %"]


def check(steps):
    """Refuse a number of steps that makes no sense, or a sampler that is not there."""
    validation.number(steps, "posterior", _STEPS)
    if importlib.util.find_spec("emcee") is None:
        raise NfpcellError(
            'a posterior needs emcee; right would be pip install "nfpcell[posterior]"'
        )


def sample(fit, steps, seed=0, progress=None):
    """
    Sample the posterior of a fit: uniform between the bounds (in the coordinates),
    times the priors, times the likelihood of the residuals.

    Parameters
    ----------
    fit : Fit, with its uncertainties
    steps : of every walker of emcee's ensemble
    seed : the same gives the same sample
    progress : called with (stage, None) at every step

    Returns
    -------
    samples : table of values, one column a quantity
    summary : table with COLUMNS
    """
    check(steps)
    import emcee

    misfit, free, z = fit.misfit, fit.plan.free, fit.point.z
    low, high = free.bounds
    scale = 1.0 if fit.certainty is None else fit.certainty.inflation
    misfit.anchor(z)

    def log_probability(points):
        inside = ((points >= low) & (points <= high)).all(axis=1)
        found = np.full(len(points), -np.inf)
        residuals = misfit.many(list(points[inside]))
        found[inside] = [-cost_of(r) / scale**2 for r in residuals]
        return found

    rng = np.random.default_rng(seed)
    walkers = max(2 * WALKERS, WALKERS * len(z))
    spread = 0.01 * (high - low)
    if fit.certainty is not None:
        spread = np.minimum(spread, np.sqrt(np.diag(fit.certainty.covariance)))
    margin = 1e-6 * (high - low)
    first = z + spread * rng.standard_normal((walkers, len(z)))
    first = np.clip(first, low + margin, high - margin)
    # two walkers on one bound would span no volume
    first += margin * rng.uniform(-1, 1, first.shape)
    sampler = emcee.EnsembleSampler(walkers, len(z), log_probability, vectorize=True)
    sampler.random_state = np.random.RandomState(seed).get_state()
    for number, _ in enumerate(sampler.sample(first, iterations=steps), start=1):
        if progress:
            progress(f"posterior, step {number} of {steps}", None)
    chain = sampler.get_chain(discard=int(WARM_UP * steps), flat=True)
    values = pd.DataFrame([free.values(row) for row in chain], columns=free.names)
    middle, below, above = np.quantile(values, [0.5, 0.025, 0.975], axis=0)
    rows = zip(free.names, middle, below, above, strict=True)
    return values, pd.DataFrame(list(rows), columns=COLUMNS)
