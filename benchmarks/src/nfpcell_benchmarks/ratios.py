"""Rows of the table of speeds: the time of nfpcell beside that of a peer."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

COLUMNS = [
    "Case",
    "nfpcell [s]",
    "Peer",
    "Peer [s]",
    "Ratio",
    "Least ratio",
    "Largest ratio",
    "Note",
    "Wanted ratio",
    "As wanted",
]


@dataclass(frozen=True)
class SpeedRow:
    """
    One case against one peer: the columns of the table, in their order.

    Attributes
    ----------
    ours, theirs : medians of the times [s]
    ratio, least, largest : time of the peer over ours, median and ends
    note : how it was measured
    wanted : least ratio that is wanted; nan if none is
    """

    case: str
    ours: float
    peer: str
    theirs: float
    ratio: float
    least: float
    largest: float
    note: str = ""
    wanted: float = np.nan

    @property
    def as_wanted(self) -> bool | None:
        """Whether the ratio is as large as wanted; None if nothing is wanted."""
        return None if np.isnan(self.wanted) else bool(self.ratio >= self.wanted)


def row(
    case: str,
    ours: ArrayLike,
    peer: str,
    theirs: ArrayLike,
    note: str = "",
    wanted: float = np.nan,
) -> SpeedRow:
    """Medians of repeated times [s], and the ratio over all pairs of repeats."""
    our_times = np.atleast_1d(np.asarray(ours, float))
    peer_times = np.atleast_1d(np.asarray(theirs, float))
    pairs = peer_times[:, None] / our_times[None, :]
    return SpeedRow(
        case,
        float(np.median(our_times)),
        peer,
        float(np.median(peer_times)),
        float(np.median(pairs)),
        float(pairs.min()),
        float(pairs.max()),
        note,
        wanted,
    )


def table(rows: Iterable[SpeedRow]) -> pd.DataFrame:
    """The table with COLUMNS."""
    return pd.DataFrame(
        [(*astuple(each), each.as_wanted) for each in rows], columns=COLUMNS
    )
