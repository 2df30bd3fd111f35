"""Why an integrator stopped, in plain words."""

import re

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.model import integrator

# names of errors of SUNDIALS, and what they mean here
MEANINGS = {
    "IDA_CONV_FAIL": "no solution of the equations was found, however small the step",
    "IDA_ERR_FAIL": "no step was small enough for the tolerances",
    "IDA_TOO_MUCH_WORK": "too many steps",
    "IDA_LSETUP_FAIL": "the equations are singular",
    "IDA_LSOLVE_FAIL": "the equations are singular",
    "IDA_BAD_K": "no first step was possible",
    "IDA_LINESEARCH_FAIL": "no state at the start fulfils the equations",
    "IDA_NO_RECOVERY": "no state at the start fulfils the equations",
    "IDA_REP_RES_ERR": "the equations have no finite value",
    "IDA_FIRST_RES_FAIL": "the equations have no finite value at the start",
}


def reason_of(error: Exception) -> str:
    """Why the integrator raised an error, without the index of the run in its batch."""
    first = str(error).split(" with inputs")[0].splitlines()[0]
    for name, meaning in MEANINGS.items():
        if re.search(rf"\b{name}\b", first):
            return f"{meaning} ({name})"
    return re.sub(r"^input set \d+: ", "", first)


def reason_of_times(times: FloatArray) -> str:
    """Why a half-cycle is incomplete, by the times of its steps [s]."""
    last = times[-integrator.MOST_STEPS :]
    duration = float(np.ptp(last))
    where = f"{times[-1]:.3g} s after the start"
    few = len(last) < integrator.MOST_STEPS
    if few or duration > integrator.PROGRESS_OF_HALF_CYCLES:
        return f"no step was small enough for the tolerances, {where}"
    return f"{integrator.MOST_STEPS} steps took only {duration:.3g} s, {where}"
