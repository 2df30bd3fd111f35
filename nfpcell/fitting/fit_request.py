"""``nfpcell.fit``, and the request of a fit by a user: checked, prepared and run.

``FitRequest(...).prepare()`` checks the request and reads the files, for a dry run too.
``.run()`` of its result fits; ``.run_all()`` also samples and predicts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from nfpcell.cell.definition import Cell
from nfpcell.errors import NfpcellError, shown
from nfpcell.fitting import fit_tables, measured_data
from nfpcell.fitting import posterior as sampler
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_result import Fit
from nfpcell.fitting.fit_run import FitProgress, FitRun
from nfpcell.fitting.fit_settings import FitSettings
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.posterior import Posterior
from nfpcell.fitting.read_options import Data, ReadOptions, listed

Bounds = Mapping[str, tuple[float, float]]
_NOTHING_STATED, _DEFAULTS = ReadOptions(), FitSettings()


@dataclass(frozen=True, eq=False)
class FitRequest:
    """What to fit: an experiment, or a cell with data and free parameters."""

    experiment: FitPlan | str | Path | None = None  # a plan, or its name or path
    cell: Cell | str | Path | None = None  # with the starting values
    data: str | Path | Data | Sequence[str | Path | Data] = ()
    free: Bounds | Sequence[Free] = ()
    model: str | None = None  # None for that of the experiment, or full
    options: ReadOptions = _NOTHING_STATED  # of the files that are given as paths
    settings: FitSettings = _DEFAULTS

    def __post_init__(self) -> None:
        if self.experiment is None:
            if self.cell is None:
                raise NfpcellError(
                    "no cell to fit; right would be the name of an experiment, or a "
                    "cell, data and free parameters (--cell, --data, --free)"
                )
            return
        for name in ("cell", "data", "free"):
            if getattr(self, name):
                raise NfpcellError(
                    f"{name} (--{name}) cannot be combined with an experiment, which "
                    "states it; right would be one of the two"
                )
        for name in self.options.stated:
            option = f"--{name.replace('_', '-')}".replace("depth-of-discharge", "dod")
            raise NfpcellError(
                f"{name} ({option}) cannot be combined with an experiment; right would "
                "be to state it for each file under [[data]] of the experiment"
            )

    def plan(self) -> FitPlan:
        """The plan of the experiment, or one of the cell, data and free parameters."""
        if self.experiment is not None:
            plan = self.experiment
            if not isinstance(plan, FitPlan):
                plan = FitPlan.load(plan)
            return plan if self.model is None else replace(plan, model=self.model)
        cell = Cell.load(self.cell or "")
        return FitPlan(
            f"fit of {cell.name}",
            f"{cell.title}, fitted",
            {cell.name: cell},
            FreeParameters(self._free_parameters()),
            tuple(listed(self.data, self.options)),
            model=self.model or "full",
            files={cell.name: cell.path},
        )

    def recognised(self) -> pd.DataFrame:
        """What is recognised in the files; no quantity need be free for this."""
        cell = Cell.load(self.cell or "")
        return measured_data.read(
            listed(self.data, self.options), {cell.name: cell}, sequences=True
        ).recognised

    def prepare(
        self, plan: FitPlan | None = None, measured: MeasuredData | None = None
    ) -> "PreparedFit":
        """Read the files; a plan or data that exist already can be passed."""
        plan = plan or self.plan()
        if measured is None:
            measured = measured_data.read(plan.data, plan.cells, sequences=True)
        return PreparedFit(plan, measured, self.settings)

    def _free_parameters(self) -> list[Free]:
        if isinstance(self.free, Mapping):
            return [_free_between(name, bounds) for name, bounds in self.free.items()]
        if not isinstance(self.free, list | tuple) or not all(
            isinstance(parameter, Free) for parameter in self.free
        ):
            raise NfpcellError(
                "free: right would be a mapping of names to (lower, upper), or a list "
                "of Free"
            )
        return list(self.free)


def _free_between(name: str, bounds: tuple[float, float]) -> Free:
    try:
        lower, upper = (float(bound) for bound in bounds)
        if any(isinstance(bound, bool) for bound in bounds):
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise NfpcellError(
            f'free: "{name}" = {shown(bounds)} is refused; right would be (lower, '
            "upper)"
        ) from None
    return Free(name, lower, upper)


@dataclass(frozen=True, eq=False)
class PreparedFit:
    """A fit that is checked and ready to run."""

    plan: FitPlan
    measured: MeasuredData  # what was read and recognised in the files
    settings: FitSettings

    def run(self, progress: FitProgress | None = None) -> Fit:
        """Fit. Ctrl-C ends it with the best values so far."""
        return FitRun(self.plan, self.measured, self.settings, progress).run()

    def run_all(
        self, progress: FitProgress | None = None, *, rate_bands: bool = False
    ) -> "CompletedFit":
        """Fit; then sample the posterior if ``settings.posterior``, and predict the
        capacity over rate if ``rate_bands``. Ctrl-C keeps the results so far.
        """
        fit = self.run(progress)
        posterior = bands = None
        interrupted = fit.interrupted
        try:
            if self.settings.posterior and not interrupted:
                steps, seed = self.settings.posterior, self.settings.seed
                posterior = sampler.sample(fit, steps, seed, progress)
            if rate_bands and not interrupted:
                bands = fit_tables.bands(fit)
        except KeyboardInterrupt:
            interrupted = True
        return CompletedFit(fit, posterior, bands, interrupted)


@dataclass(frozen=True, eq=False)
class CompletedFit:
    """A fit, with the posterior and the predictions that were computed after it."""

    fit: Fit
    posterior: Posterior | None = None
    rate_bands: pd.DataFrame | None = None  # capacity over rate, of fit_tables.bands
    interrupted: bool = False  # by Ctrl-C, in the fit or after it


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

    Examples
    --------
    >>> from nfpcell.simulation.constant_current import simulate
    >>> _, curves = simulate("C", rates=1, model="particle", curves=True)
    >>> curves.to_csv("my_discharge.csv", index=False)
    >>> free = {"Contact resistance [Ohm]": (0, 40)}
    >>> found = fit("C", "my_discharge.csv", free, model="particle", intervals="none")
    >>> new, old = found.cell, Cell.load("C")
    >>> round(new["Contact resistance [Ohm]"] / old["Contact resistance [Ohm]"], 1)
    1.0
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
