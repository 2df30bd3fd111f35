"""The verb: measured data in; a cell with intervals, and what they mean, out."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from nfpcell.cell import validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.cell.parameters import Range
from nfpcell.cell.quantity import Quantity
from nfpcell.errors import FitError, NfpcellError
from nfpcell.fitting import measured_data as measured_data
from nfpcell.fitting.diagnostics import findings, poor, silent, standing
from nfpcell.fitting.finite_differences import LOSSES, Differences
from nfpcell.fitting.fit_plan import Plan
from nfpcell.fitting.free_parameters import Free, FreeSet
from nfpcell.fitting.measured_data import Data
from nfpcell.fitting.objective import Misfit, Tally
from nfpcell.fitting.observations import Curve, MeasuredSpectrum
from nfpcell.fitting.optimise import FINE, Point, descend, search
from nfpcell.fitting.uncertainty import Certainty, certainty
from nfpcell.studies import residuals

PARAMETER_COLUMNS = [
    "Name",
    "Value",
    "Lower 95 %",
    "Upper 95 %",
    "Identifiable",
    "Start",
    "Interval by",
]
# rounds of weighing by scatter, and of starting over from a lower misfit
ROUNDS = 3
INTERVALS = ("profile", "linear", "none")
_STARTS = Range(1, 1000)
_SEEDS = Range(0, 2**31)


@dataclass(frozen=True, eq=False)
class Fit:
    """
    What a fit found.

    Attributes
    ----------
    plan : what was asked
    cells : mapping of a key to the fitted Cell
    parameters : table with PARAMETER_COLUMNS, one row a free quantity
    findings : sentences: what the data do not determine, and what was noticed
    observations, computed : what was measured, and what the fitted model says of it
    recognised : table of what was recognised in the files
    residual_rms : root mean square of the voltages' deviation [V]; nan without curves
    spectrum_rms : that of the spectra over their modulus [-]; nan without spectra
    evaluations, failures : sets of values tried, and runs that could not be computed
    point, misfit : where it ended, and the Misfit it is of
    predicted : values of the plan's ``predicted`` and the ends of their 95 % intervals,
        linearised, shape (numbers, 3)
    tried : misfits in which the descents from several starts ended, the first of them
        from the cell's own values or the middle of the priors
    certainty : intervals, covariance and correlations; None if interrupted before
    interrupted : whether Ctrl-C ended it: then this is the best so far
    left_out : labels of the data that the model could not run at all
    """

    plan: Plan
    cells: dict
    parameters: pd.DataFrame
    findings: tuple[str, ...]
    observations: tuple
    computed: tuple
    recognised: pd.DataFrame
    residual_rms: float
    spectrum_rms: float
    evaluations: int
    failures: int
    point: Point
    misfit: Misfit
    predicted: np.ndarray
    tried: tuple[float, ...] = ()
    certainty: Certainty | None = None
    interrupted: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def sound(self):
        """Whether the model could run all data, and describes them."""
        return not (self.left_out or poor(self.residual_rms, self.spectrum_rms))

    @property
    def cell(self):
        """The fitted cell, where there is one."""
        if len(self.cells) > 1:
            raise NfpcellError(
                f"{len(self.cells)} cells were fitted; right would be fit.cells"
            )
        return next(iter(self.cells.values()))


def fit(
    cell=None,
    data=(),
    free=None,
    *,
    plan=None,
    observed=None,
    model=None,
    temperature=None,
    sigma=None,
    starts=None,
    seed=0,
    loss="linear",
    everywhere=False,
    intervals="profile",
    progress=None,
):
    """
    Fit quantities of a cell to measured curves and spectra.

    Parameters
    ----------
    cell : Cell to start from; its word or path
    data : files, as paths or ``Data`` with what is said of them
    free : mapping of a quantity's name to (lower, upper), or a list of ``Free``
    plan : instead of these three, a Plan, or the word or path of one
    observed : what ``data.read`` has read of the plan's files already
    model : "full" or "particle", which is fitted first in any case; that of the plan,
        or full, if nothing is said
    temperature, sigma : of files that are given as paths, see ``Data``
    starts : number of descents; None for one, or for four where the cell's own values
        do not lead near
    seed : of the points tried first; the same seed gives the same result
    loss : "linear", or a robust one: "soft_l1", "huber", "cauchy", "arctan"
    everywhere : search globally first, by differential evolution
    intervals : "profile" likelihood, "linear" for those of the linearised problem, or
        "none"; the first takes most of the time
    progress : called with (stage, cost) at every set of values tried

    Returns
    -------
    Fit

    Raises
    ------
    NfpcellError : one sentence, for what makes no sense
    """
    check(starts, seed, loss, intervals)
    if plan is None:
        if isinstance(data, str | Path | Data):
            data = [data]
        if not isinstance(data, list | tuple):
            raise NfpcellError(
                f"data: {type(data).__name__} is refused; right would be a list of "
                "paths, or of Data"
            )
        files = [
            one
            if isinstance(one, Data)
            else Data(one, temperature=temperature, sigma=sigma)
            for one in data
        ]
        plan = plan_of(cell, files, free or {}, model or "full")
    else:
        plan = planned(plan, model)
    observed = observed or measured_data.read(plan.data, plan.cells)
    fitting = _Fitting(plan, observed, loss, progress)
    return fitting.run(starts, seed, everywhere, intervals)


def check(starts, seed, loss, intervals):
    """Refuse settings of a fit that make no sense."""
    validation.one_of(loss, "loss", LOSSES)
    validation.one_of(intervals, "intervals", INTERVALS)
    for what, value, allowed in (("starts", starts, _STARTS), ("seed", seed, _SEEDS)):
        if value is None and what == "starts":
            continue
        if validation.number(value, what, allowed) != int(value):
            raise NfpcellError(f"{what} {value!r} is refused; right is a whole number")


def planned(plan, model=None):
    """A Plan, or the one of that word or path, with another model if one is named."""
    if not isinstance(plan, Plan):
        plan = Plan.load(plan)
    return plan if model is None else replace(plan, model=model)


def plan_of(cell, data, free, model="full"):
    """The Plan for one cell: measured files as Data, and what may move in it."""
    cell = Cell.load(cell)
    if isinstance(free, dict):
        free = [_free(name, bounds) for name, bounds in free.items()]
    if not all(isinstance(one, Free) for one in free):
        raise NfpcellError(
            "free: right would be a mapping of names to (lower, upper), or a list of "
            "Free"
        )
    return Plan(
        f"fit of {cell.name}",
        f"{cell.title}, fitted",
        {cell.name: cell},
        FreeSet(free),
        tuple(data),
        model=model,
        files={cell.name: cell.path},
    )


def _free(name, bounds):
    try:
        lower, upper = (float(bound) for bound in bounds)
        if any(isinstance(bound, bool) for bound in bounds):
            raise TypeError
    except (TypeError, ValueError):
        raise NfpcellError(
            f'free: "{name}" = {bounds!r} is refused; right would be (lower, upper)'
        ) from None
    return Free(name, lower, upper)


class _Fitting:
    """One run of the verb: what is known so far survives Ctrl-C."""

    def __init__(self, plan, observed, loss, progress):
        self.plan, self.observed = plan, observed
        self.loss, self.progress = loss, progress
        self.observations = [*observed.observations, *plan.targets]
        self.tally = Tally()
        self.tried = []
        self.dead = []
        self.best = None  # (rank, cost, z): the later the stage, the higher its rank
        self.stage = "exploring"

    def run(self, starts, seed, everywhere, intervals):
        """Search, weigh by scatter, and tell how certain the result is."""
        found = None
        try:
            point, misfit, self.tried = search(
                self.plan.cells,
                self.plan.free,
                self.observations,
                self.plan.model,
                starts=starts,
                seed=seed,
                loss=self.loss,
                everywhere=everywhere,
                watch=self._watch,
                tally=self.tally,
            )
            point, misfit = self._alive(point, misfit)
            point, misfit = self._weighed(point, misfit)
            if intervals != "none":
                self.stage = "intervals"
                point, found = self._certain(point, misfit, intervals)
        except KeyboardInterrupt:
            if self.best is None:
                raise
            return self._so_far()
        return self._result(point, misfit, found)

    # ------------------------------------------------------------------ on the way
    def _watch(self, misfit, z, cost):
        last = misfit.model == self.plan.model
        rank = 2 * misfit.view.pointwise + last
        if misfit.view.pointwise:
            self.stage = f"fitting, {misfit.model}"
        if self.best is None or (-rank, cost) < (-self.best[0], self.best[1]):
            self.best = rank, cost, z
        if self.progress:
            self.progress(self.stage, misfit.told(cost))

    def _so_far(self):
        """The result of the best values met before Ctrl-C."""
        _, cost, z = self.best
        misfit = self._misfit(self.observations)
        point = Point(z, cost, None, None, False)
        return self._result(point, misfit, None, interrupted=True)

    def _alive(self, point, misfit):
        """Go on without what the model cannot run at all."""
        pairs = zip(misfit.observations, misfit.computed(point.z), strict=True)
        alive = []
        for one, computed in pairs:
            if silent(one, computed):
                self.dead.append(one.label)
            else:
                alive.append(one)
        if not alive:
            raise FitError(
                "no set of values between the bounds could be computed for these data; "
                "right would be other bounds, a cell nearer to what was measured, or "
                "another current or temperature, if those were recognised wrongly"
            )
        if self.dead:
            misfit = self._again(misfit, alive)
            point = descend(misfit, point.z, loss=self.loss, watch=self._watch)
        return point, misfit

    def _weighed(self, point, misfit):
        """Uncertainties that nobody stated, by the scatter about the fit."""
        for _ in range(ROUNDS):
            observations = _by_scatter(misfit, point)
            if observations is None:
                break
            misfit = self._again(misfit, observations)
            point = descend(misfit, point.z, loss=self.loss, watch=self._watch)
        return point, misfit

    def _again(self, misfit, observations):
        self.observations = observations
        self.best = self.best[0] + 1, np.inf, self.best[2]
        return self._misfit(observations)

    def _misfit(self, observations):
        plan = self.plan
        settings = {**FINE, "tally": self.tally}
        return Misfit(plan.cells, plan.free, observations, plan.model, **settings)

    def _certain(self, point, misfit, method):
        def watch(done, all_):
            if self.progress:
                self.progress(f"intervals, {done} of {all_}", misfit.told(point.cost))

        for _ in range(ROUNDS):
            found = certainty(misfit, point, self.loss, method, watch)
            if found.better is None:
                return point, found
            point = descend(misfit, found.better, loss=self.loss, watch=self._watch)
        # lower and lower: what can be said is what the linearised problem says
        return point, certainty(misfit, point, self.loss, "linear")

    # ------------------------------------------------------------------- the result
    def _result(self, point, misfit, found, interrupted=False):
        free = self.plan.free
        # a bound that was met is that number, and not one beside it
        at = {one.name: bound for one, bound in standing(free, point.z)}
        values = free.values(point.z) | at
        start = free.start(misfit.cells)
        rows = []
        intervals = found.intervals if found else [None] * len(free)
        for one, z, interval in zip(free.free, start, intervals, strict=True):
            rows.append(
                {
                    "Name": one.name,
                    "Value": values[one.name],
                    "Lower 95 %": interval.lower if interval else None,
                    "Upper 95 %": interval.upper if interval else None,
                    "Identifiable": interval.identifiable if interval else None,
                    "Start": one.value(z),
                    "Interval by": _how(interval),
                }
            )
        parameters = pd.DataFrame(rows, columns=PARAMETER_COLUMNS)
        computed = misfit.computed(point.z)
        voltage, spectra = _deviations(misfit.observations, computed)
        cells = {
            key: self._fitted(cell, parameters) for key, cell in self.plan.cells.items()
        }
        off = voltage, spectra
        said = findings(found, misfit, point, self.loss, off, self.dead, interrupted)
        return Fit(
            self.plan,
            cells,
            parameters,
            said,
            tuple(misfit.observations),
            tuple(computed),
            self.observed.recognised,
            voltage,
            spectra,
            self.tally.evaluations,
            self.tally.failures,
            point,
            misfit,
            self._predicted(point, found),
            tuple(
                np.sqrt(2 * tried.cost / len(tried.residuals)) for tried in self.tried
            ),
            found,
            interrupted,
            tuple(self.dead),
        )

    def _predicted(self, point, found):
        """Numbers that were not fitted to, and how far the fit leaves them open."""
        plan = self.plan
        if not plan.predicted:
            return np.empty((0, 3))
        values = self._misfit(list(plan.predicted)).computed(point.z)
        values = np.array([np.nan if v is None else v for v in values])
        if found is None:
            return np.column_stack([values, values * np.nan, values * np.nan])
        # held against itself, a number has residuals in percent of it
        own = [
            replace(one, target=replace(one.target, value=v), tolerance_percent=1.0)
            for one, v in zip(plan.predicted, values, strict=True)
        ]
        misfit = self._misfit(own)
        base = misfit.residuals(point.z)
        J = Differences(misfit)(point.z, base)[: len(values)]
        spread = np.sqrt(np.einsum("ij,jk,ik->i", J, found.covariance, J))
        half = norm.ppf(0.975) * spread * np.abs(values) / 100
        return np.column_stack([values, values - half, values + half])

    def _fitted(self, cell, parameters):
        """The cell with its fitted numbers, each with its interval and its data."""
        free = {one.name: one for one in self.plan.free.free}
        files = [
            f"{name} (sha256 {code[:16]})"
            for name, code in self.observed.hashes.items()
        ]
        labels = _collected(self.plan.targets)
        if not (files or labels):
            labels = [one.label for one in self.observations]
        today = date.today().isoformat()
        name = f" {self.plan.path.stem}" if self.plan.path else ""
        reference = f"nfpcell fit{name}, {today}, model {self.plan.model}"
        if files:
            reference += f", to {', '.join(files)}"
        quantities = []
        for row in parameters.to_dict("records"):
            if not free[row["Name"]].moves_in(cell.name):
                continue
            known = row["Identifiable"] is True
            quantities.append(
                Quantity(
                    row["Name"],
                    row["Value"],
                    split_unit(row["Name"])[1],
                    "fitted",
                    reference,
                    _note(row),
                    (*files, *labels),
                    (row["Lower 95 %"], row["Upper 95 %"]) if known else None,
                )
            )
        title = (
            cell.title if cell.title.endswith(", fitted") else f"{cell.title}, fitted"
        )
        return cell.with_quantities(quantities, title=title)


def _collected(targets):
    """What published numbers are called in a cell file: by their experiments."""
    count = {}
    for one in targets:
        count[one.experiment.name] = count.get(one.experiment.name, 0) + 1
    return [
        f"{number} number{'s' if number > 1 else ''} of {name}"
        for name, number in count.items()
    ]


def _how(interval):
    if interval is None:
        return "not computed"
    return interval.how


def _note(row):
    if row["Identifiable"] is None:
        return "interval not computed"
    if row["Identifiable"]:
        return f"95 % interval by {row['Interval by']}"
    ends = [
        f"{word} {row[key]:.4g}"
        for word, key in (("at least", "Lower 95 %"), ("at most", "Upper 95 %"))
        if row[key] is not None and not np.isnan(row[key])
    ]
    told = f": {' and '.join(ends)} at 95 %" if ends else ""
    return f"not determined by these data{told}"


def _by_scatter(misfit, point):
    """Observations with unstated uncertainties set to the scatter about a fit; None
    where all are stated, or right already.
    """
    groups = {}
    for one, part in zip(misfit.observations, misfit.parts(), strict=True):
        if not one.stated:
            groups.setdefault(type(one), []).append(point.residuals[part])
    factors = {
        kind: float(np.sqrt(np.mean(np.concatenate(own) ** 2)))
        for kind, own in groups.items()
    }
    if all(0.95 < factor < 1.05 for factor in factors.values()):
        return None
    return [
        one
        if one.stated
        else replace(one, sigma=one.sigma * max(factors[type(one)], 1e-3))
        for one in misfit.observations
    ]


def _deviations(observations, computed):
    """Root mean squares of voltages [V] and of spectra over their modulus [-]."""
    curves, spectra = [np.empty(0)], [np.empty(0)]
    for one, found in zip(observations, computed, strict=True):
        if found is None:
            continue
        if isinstance(one, Curve):
            own = one.kept
            curves.append(residuals.of_curve(found[own], one.voltage[own], 1.0))
        if isinstance(one, MeasuredSpectrum):
            spectra.append(residuals.of_spectrum(found, one.spectrum.Z, 1.0))
    return tuple(
        float(np.sqrt(np.mean(np.concatenate(own) ** 2))) if len(own) > 1 else np.nan
        for own in (curves, spectra)
    )
