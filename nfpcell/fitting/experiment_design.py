"""Which measurement to make next: the one that narrows the wanted intervals most.

For every candidate the model computes what would be measured, and its derivatives with
respect to the free constants. With the noise they give the Fisher information, and with
what is known already the interval of each wanted constant after the measurement. The
other free constants are not taken as known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.fitting import candidates as offers
from nfpcell.fitting.candidates import Candidate, Choice, LeftOut
from nfpcell.fitting.knowledge import Knowledge
from nfpcell.fitting.sensitivities import NoInformation, information_root
from nfpcell.parallel import Progress

# a measurement that narrows the wanted intervals by a smaller factor is not combined
LEAST_GAIN = float(np.log(1.05))


@dataclass(frozen=True)
class Prospect:
    """A measurement with what would be known after it."""

    candidate: Candidate
    root: FloatArray  # R of its Fisher information R^T R
    after: Knowledge
    gain: float  # mean of ln(width now / width after) of the wanted constants

    @property
    def per_hour(self) -> float:
        """Gain for each hour on the cycler [1/h]."""
        return self.gain / self.candidate.hours


@dataclass(frozen=True)
class Combination:
    """Measurements one after the other, and what is known after all of them."""

    prospects: tuple[Prospect, ...]
    after: Knowledge

    @property
    def hours(self) -> float:
        """Of all of them."""
        return sum(prospect.candidate.hours for prospect in self.prospects)


@dataclass(frozen=True, eq=False)
class Design:
    """Measurements in the order of their gain for each hour, and the best of them."""

    known: Knowledge  # before
    wanted: tuple[str, ...]
    hours: float  # that are available
    choice: Choice
    prospects: tuple[Prospect, ...]  # the best first
    left_out: tuple[LeftOut, ...]
    combination: Combination

    @property
    def places(self) -> list[int]:
        """Places of the wanted among the free constants."""
        return self.known.places(self.wanted)

    def narrower(self, after: Knowledge, place: int) -> float:
        """By which factor the interval of a constant is narrower than now."""
        return self.known.width(place) / after.width(place)


def design(
    known: Knowledge,
    wanted: Sequence[str],
    hours: float,
    choice: Choice,
    model: str,
    progress: Progress | None = None,
) -> Design:
    """Rank the measurements of a choice; arguments are as of ``measure_next``."""
    places = known.places(wanted)
    prospects: list[Prospect] = []
    left_out: list[LeftOut] = []
    roots: dict[str, FloatArray | NoInformation] = {}
    total = offers.count(choice)
    for done, offer in enumerate(offers.candidates(known.cell, choice, model), start=1):
        result: Prospect | LeftOut
        if isinstance(offer, Candidate):
            result = _prospect(known, places, offer, model, roots)
        else:
            result = offer
        if isinstance(result, Prospect):
            prospects.append(result)
        else:
            left_out.append(result)
        if progress:
            progress(done, total)
    prospects.sort(key=lambda prospect: -prospect.per_hour)
    best = best_combination(known, places, prospects, hours)
    return Design(
        known, tuple(wanted), hours, choice, tuple(prospects), tuple(left_out), best
    )


def _prospect(
    known: Knowledge,
    places: list[int],
    candidate: Candidate,
    model: str,
    roots: dict[str, FloatArray | NoInformation],
) -> Prospect | LeftOut:
    """A candidate with its information; ``roots`` keeps that of each datum."""
    parts = []
    for datum in candidate.data:
        if datum.label not in roots:
            roots[datum.label] = information_root(known, datum, model)
        root = roots[datum.label]
        if isinstance(root, NoInformation):
            return LeftOut(candidate.name, root.reason)
        parts.append(root)
    joined = np.vstack(parts)
    after = known.after(joined)
    return Prospect(candidate, joined, after, gain(known, after, places))


def gain(before: Knowledge, after: Knowledge, places: Sequence[int]) -> float:
    """Mean of ln(width before / width after) of these constants."""
    ratios = [before.width(k) / after.width(k) for k in places]
    return float(np.mean(np.log(ratios)))


def best_combination(
    known: Knowledge, places: list[int], prospects: Sequence[Prospect], hours: float
) -> Combination:
    """
    Measurements that together narrow the intervals most in the hours that there are.

    One after the other is added: once the one with the largest gain for each hour, once
    the one with the largest gain. The better of the two combinations is returned. No
    measurement is made twice.
    """
    combinations = [
        _combined(known, places, prospects, hours, for_each_hour)
        for for_each_hour in (True, False)
    ]
    return max(combinations, key=lambda c: gain(known, c.after, places))


def _combined(
    known: Knowledge,
    places: list[int],
    prospects: Sequence[Prospect],
    hours: float,
    for_each_hour: bool,
) -> Combination:
    chosen = Combination((), known)
    while True:
        steps: list[tuple[float, int, Prospect, Knowledge]] = []
        for prospect in prospects:
            fits = prospect.candidate.hours <= hours - chosen.hours
            if not fits or prospect in chosen.prospects:
                continue
            after = chosen.after.after(prospect.root)
            gained = gain(chosen.after, after, places)
            if gained > LEAST_GAIN:
                rank = gained / (prospect.candidate.hours if for_each_hour else 1)
                steps.append((rank, len(steps), prospect, after))
        if not steps:
            return chosen
        *_, prospect, after = max(steps)
        chosen = Combination((*chosen.prospects, prospect), after)
