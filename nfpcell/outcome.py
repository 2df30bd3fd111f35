"""How a run ended: an enum for the program and a sentence for the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Status of a row with a result
OK = "ok"
# Status of a result in a state that the model does not describe
EMPTY_CATHODE = (
    "ok; the cathode is empty; side reactions above 4.5 V are not in the model"
)
_SUCCEEDED = (OK, EMPTY_CATHODE)


class Ending(Enum):
    """What ended a run; the value is the text of the column ``Termination``."""

    FINISHED = "final time"
    LOWER_CUTOFF = "Minimum voltage [V]"
    UPPER_CUTOFF = "Maximum voltage [V]"
    CONTACT_LOST = "Sodium contact lost to voids"
    STARTED_BELOW = "starts below the lower cut-off"
    STARTED_ABOVE = "starts above the upper cut-off"
    FAILED = "failed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    ending: Ending
    reason: str = ""  # why a run failed, for the user; empty if it did not

    @property
    def failed(self) -> bool:
        """Whether there is no result. A start beyond a cut-off is a zero capacity."""
        return self.ending in (Ending.FAILED, Ending.TIMED_OUT)

    @property
    def termination(self) -> str:
        """Text of the column ``Termination``."""
        return self.ending.value

    @property
    def status(self) -> str:
        """Text of the column ``Status``."""
        return self.reason if self.failed else OK


def failure(reason: str) -> Outcome:
    """Return the outcome of a run that failed for this reason."""
    return Outcome(Ending.FAILED, reason)


def succeeded(statuses: pd.Series) -> pd.Series:
    """Return True for each row of a Status column that has a result."""
    return statuses.isin(_SUCCEEDED)
