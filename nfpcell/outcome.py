"""How a run ended: one enum for the program, one sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# what a Status column says where a result is there
OK = "ok"
# a result that is there, of a cell in a state that the model does not describe
EMPTY_CATHODE = (
    "ok; the cathode is empty, and past 4.5 V whatever else reacts is not in the model"
)
_SUCCEEDED = (OK, EMPTY_CATHODE)


class Ending(Enum):
    """What ended a run; the value is what the column ``Termination`` says of it."""

    FINISHED = "final time"
    LOWER_CUTOFF = "Minimum voltage [V]"
    UPPER_CUTOFF = "Maximum voltage [V]"
    STARTED_BELOW = "starts below the lower cut-off"
    STARTED_ABOVE = "starts above the upper cut-off"
    FAILED = "failed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Outcome:
    """
    How a run ended.

    Attributes
    ----------
    ending : for the program, which never reads the sentence
    reason : one sentence for people, why a run failed; empty for all others
    """

    ending: Ending
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is no result; a start beyond a cut-off is one: no capacity."""
        return self.ending in (Ending.FAILED, Ending.TIMED_OUT)

    @property
    def termination(self) -> str:
        """What a record says under ``Termination``."""
        return self.ending.value

    @property
    def status(self) -> str:
        """What a record says under ``Status``."""
        return self.reason if self.failed else OK


def failure(reason: str) -> Outcome:
    """The outcome of a run that failed for this reason."""
    return Outcome(Ending.FAILED, reason)


def succeeded(statuses: pd.Series) -> pd.Series:
    """Which rows of a Status column have a result."""
    return statuses.isin(_SUCCEEDED)
