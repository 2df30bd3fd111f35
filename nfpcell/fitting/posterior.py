"""The posterior distribution of the fitted parameters, by the sampler emcee."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nfpcell.arrays import FloatArray
from nfpcell.columns import LOWER_95, NAME, UPPER_95
from nfpcell.fitting.finite_differences import cost_of
from nfpcell.fitting.fit_result import Fit
from nfpcell.fitting.fit_run import FitProgress
from nfpcell.fitting.fit_settings import check_posterior

# walkers for each parameter; fraction of the steps that is discarded at the beginning
WALKERS, WARM_UP = 3, 0.3
COLUMNS = [NAME, "Median", LOWER_95, UPPER_95]


@dataclass(frozen=True, eq=False)
class Posterior:
    """A sample of the posterior."""

    samples: pd.DataFrame  # values, one column for each parameter
    summary: pd.DataFrame  # with COLUMNS


def sample(
    fit: Fit,
    steps: int,
    seed: int = 0,
    progress: FitProgress | None = None,
) -> Posterior:
    """Sample the posterior of a fit with ``steps`` of every walker of emcee's ensemble.

    The density is the likelihood of the residuals times the priors, and uniform in the
    coordinates between the bounds. The same seed gives the same sample.
    """
    check_posterior(steps)
    import emcee

    objective, free, z = fit.optimum.objective, fit.plan.free, fit.optimum.z
    low, high = free.bounds
    inflation = 1.0 if fit.uncertainty is None else fit.uncertainty.inflation
    objective.fix_meshes(z)

    def log_probability(points: FloatArray) -> FloatArray:
        inside = ((points >= low) & (points <= high)).all(axis=1)
        values = np.full(len(points), -np.inf)
        residuals = objective.many(list(points[inside]))
        values[inside] = [-cost_of(r) / inflation**2 for r in residuals]
        return values

    rng = np.random.default_rng(seed)
    walkers = max(2 * WALKERS, WALKERS * len(z))
    spread = 0.01 * (high - low)
    if fit.uncertainty is not None:
        spread = np.minimum(spread, np.sqrt(np.diag(fit.uncertainty.covariance)))
    margin = 1e-6 * (high - low)
    first = z + spread * rng.standard_normal((walkers, len(z)))
    first = np.clip(first, low + margin, high - margin)
    # walkers on one bound must differ, or the ensemble has no volume
    first += margin * rng.uniform(-1, 1, first.shape)
    sampler = emcee.EnsembleSampler(walkers, len(z), log_probability, vectorize=True)
    sampler.random_state = np.random.RandomState(seed).get_state()
    for number, _ in enumerate(sampler.sample(first, iterations=steps), start=1):
        if progress:
            progress(f"posterior, step {number} of {steps}", None)
    chain = sampler.get_chain(discard=int(WARM_UP * steps), flat=True)
    samples = pd.DataFrame([free.values(row) for row in chain], columns=free.names)
    quantiles = np.quantile(samples, [0.5, 0.025, 0.975], axis=0)
    rows = list(zip(free.names, *quantiles, strict=True))
    return Posterior(samples, pd.DataFrame(rows, columns=COLUMNS))
