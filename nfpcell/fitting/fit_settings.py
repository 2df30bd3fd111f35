"""Settings of a fit: the search, the intervals, the posterior."""

import importlib.util
from dataclasses import dataclass

from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.errors import NfpcellError
from nfpcell.fitting.finite_differences import LOSSES

INTERVALS = ("profile", "linear", "none")
_STARTS = Range(1, 1000)
_SEEDS = Range(0, 2**31)
_POSTERIOR_STEPS = Range(10, 1_000_000)


@dataclass(frozen=True)
class FitSettings:
    """Settings of a fit, checked on construction."""

    # starts of the optimiser; None: one, or four if the first ends far from the data
    starts: int | None = None
    seed: int = 0  # the same seed gives the same result
    loss: str = "linear"  # or a robust one: "soft_l1", "huber", "cauchy", "arctan"
    global_search: bool = False  # differential evolution first
    # 95 % confidence intervals: by "profile" likelihood (most of the time of a fit), by
    # the "linear" approximation of the problem, or "none"
    intervals: str = "profile"
    posterior: int = 0  # steps of the MCMC sampler after the fit; 0 for none

    def __post_init__(self) -> None:
        validation.one_of(self.loss, "loss", LOSSES)
        validation.one_of(self.intervals, "intervals", INTERVALS)
        numbers = [("seed", self.seed, _SEEDS)]
        if self.starts is not None:
            numbers.append(("starts", self.starts, _STARTS))
        for name, value, allowed in numbers:
            if validation.number(value, name, allowed) != int(value):
                raise NfpcellError(
                    f"{name} {value!r} is refused; right would be a whole number"
                )
        if self.posterior:
            check_posterior(self.posterior)


def check_posterior(steps: int) -> None:
    """Refuse a number of steps that makes no sense, or a missing sampler."""
    validation.number(steps, "posterior", _POSTERIOR_STEPS)
    if importlib.util.find_spec("emcee") is None:
        raise NfpcellError(
            'a posterior needs emcee; right would be pip install "nfpcell[posterior]"'
        )
