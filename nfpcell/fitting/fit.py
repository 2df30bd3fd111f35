"""``nfpcell.fit``: measured data in, a cell with 95 % confidence intervals out."""

from collections.abc import Sequence
from pathlib import Path

from nfpcell.cell.definition import Cell
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_request import Bounds, FitRequest
from nfpcell.fitting.fit_result import Fit
from nfpcell.fitting.fit_run import FitProgress
from nfpcell.fitting.fit_settings import FitSettings
from nfpcell.fitting.free_parameters import Free
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.read_options import Data, ReadOptions


def fit(
    cell: Cell | str | Path | None = None,
    data: str | Path | Data | Sequence[str | Path | Data] = (),
    free: Bounds | Sequence[Free] | None = None,
    *,
    plan: FitPlan | str | Path | None = None,
    observed: MeasuredData | None = None,
    model: str | None = None,
    temperature: float | None = None,
    sigma: float | None = None,
    starts: int | None = None,
    seed: int = 0,
    loss: str = "linear",
    everywhere: bool = False,
    intervals: str = "profile",
    progress: FitProgress | None = None,
) -> Fit:
    """Fit quantities of a cell to measured curves and spectra.

    Parameters
    ----------
    cell : the starting values: a Cell, or its name or path
    data : paths of measured files, or ``Data`` with what the files do not state
    free : bounds (lower, upper) by the name of a quantity, or a list of ``Free``
    plan : instead of cell, data and free: a FitPlan, or the name or path of a file of
        kind "fit"
    observed : the files, if ``measured_data.read`` has already read them
    model : "full" or "particle"; None for that of the plan, or full. Every search
        begins with particle
    temperature, sigma : of the files that are given as paths, see ``Data``
    starts, seed, loss, intervals : see ``FitSettings``
    everywhere : search by differential evolution first
    progress : called with the stage and the RMS residual (or None) at every evaluation

    Raises
    ------
    NfpcellError : invalid arguments or data
    FitError : nothing could be computed
    """
    request = FitRequest(
        plan,
        cell,
        data,
        free or {},
        model,
        ReadOptions(temperature=temperature, sigma=sigma),
        FitSettings(starts, seed, loss, everywhere, intervals),
    )
    return request.prepare(measured=observed).run(progress)
