"""The findings of a fit, in sentences for the user."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nfpcell.cell.naming import split_unit
from nfpcell.fitting.objective import Computed, Objective
from nfpcell.fitting.observations import MeasuredCurve, MeasuredSpectrum, Observation
from nfpcell.fitting.optimise import Optimum
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.fitting.uncertainty import RISE, ConfidenceInterval, Uncertainty
from nfpcell.studies import residuals

# an exponent within this relative distance of a multiple of 1/2 is rounded to it
NEAR_FRACTION = 0.04
# correlation above which two parameters are determined only together
STRONG_CORRELATION = 0.99
# a decrease of the cost beyond a bound is reported from this fraction of the cost
LEAST_FALL = 0.05
# the model does not describe the data if an RMS deviation is larger: of the voltages
# [V], or of the impedances over their modulus [-]
POOR_VOLTAGE, POOR_IMPEDANCE = 0.1, 0.5


@dataclass(frozen=True)
class Deviations:
    """Root mean squares of computed less measured; nan without such data.

    Examples
    --------
    >>> Deviations(0.02, np.nan).poor, Deviations(0.3, np.nan).poor
    (False, True)
    >>> print(Deviations(0.02, 0.01))
    voltages deviate by 20 mV, spectra by 1 % of their modulus (root mean square)
    """

    voltage: float
    spectrum: float

    @classmethod
    def of(
        cls, observations: Sequence[Observation], computed: Sequence[Computed]
    ) -> "Deviations":
        """Deviations of the computed from the measured values of the observations."""
        curves, spectra = [], []
        for datum, values in zip(observations, computed, strict=True):
            if values is None:
                continue
            if isinstance(datum, MeasuredCurve):
                k = datum.compared & np.isfinite(values)
                curves.append(residuals.of_curve(values[k], datum.voltage[k], 1.0))
            if isinstance(datum, MeasuredSequence):
                k = ~datum.points.held
                curves.append((values.voltage - datum.points.voltage)[k])
            if isinstance(datum, MeasuredSpectrum):
                spectra.append(residuals.of_spectrum(values, datum.spectrum.Z, 1.0))
        rms = [
            float(np.sqrt(np.mean(np.square(parts)))) if len(parts) else np.nan
            for parts in (np.concatenate([[], *parts]) for parts in (curves, spectra))
        ]
        return cls(*rms)

    @property
    def poor(self) -> bool:
        """Whether the model does not describe the data."""
        return self.voltage > POOR_VOLTAGE or self.spectrum > POOR_IMPEDANCE

    def __str__(self) -> str:
        parts = []
        if np.isfinite(self.voltage):
            parts.append(f"voltages deviate by {1e3 * self.voltage:.3g} mV")
        if np.isfinite(self.spectrum):
            parts.append(f"spectra by {100 * self.spectrum:.3g} % of their modulus")
        if not parts:
            return "see the published numbers"
        return f"{', '.join(parts)} (root mean square)"


def findings(
    optimum: Optimum,
    uncertainty: Uncertainty | None,
    deviations: Deviations,
    left_out: Sequence[str] = (),
    interrupted: bool = False,
) -> tuple[str, ...]:
    """Sentences on a fit, the most important first."""
    objective, sentences = optimum.objective, []
    if interrupted:
        sentences.append(
            "Interrupted: these are the best values so far, without intervals."
        )
    elif not optimum.converged:
        sentences.append(
            "The optimiser reached its maximum number of steps before it converged."
        )
    for label in left_out:
        sentences.append(
            f"{label} is left out: the model cannot even start it. Check its current, "
            "its temperature and the cell."
        )
    if deviations.poor:
        sentences.append(
            f"The model does not describe these data: {deviations}. Do not use the "
            "fitted values; check the figure, what was recognised in the files, and "
            "the bounds."
        )
    beyond = _wanted_beyond_bounds(optimum, uncertainty)
    for name, (bound, side) in beyond.items():
        sentences.append(
            f'The best value of "{name}" lies {side} its bound {bound:.4g}; right '
            "would be a wider bound, if the data and the cell are right."
        )
    if uncertainty is not None:
        of_cell = [
            interval
            for interval, parameter in zip(
                uncertainty.intervals, objective.free.parameters, strict=True
            )
            if parameter.of_cell
        ]
        undetermined = [i for i in of_cell if not i.identifiable]
        sentences += [
            _undetermined(interval, determined_with(uncertainty, interval))
            for interval in undetermined
            if interval.name not in beyond
        ]
        if not undetermined:
            sentences.append("The data determine all free parameters.")
            sentences += _correlated_pairs(uncertainty)
        if uncertainty.inflation > 1:
            sentences.append(
                f"The intervals are widened by a factor of {uncertainty.inflation:.2f},"
                " because the residuals are larger than the stated uncertainties, or "
                "neighbouring residuals are correlated. The model does not describe "
                f"all that the data show: {deviations}."
            )
    for name, bound in objective.free.at_bounds(optimum.z).items():
        if name not in beyond:
            sentences.append(f'"{name}" ended at its bound {bound:.4g}.')
    if objective.model == "particle" and _has_half_cell_spectra(objective):
        sentences.append(
            "The model particle contains the whole ohmic resistance of the cathode at "
            "every frequency: its spectra may be wrong by some ohms. Fit with --model "
            "full before you use these values."
        )
    failures = objective.counter.failures
    if failures:
        sentences.append(
            f"{failures} run{'s' * (failures > 1)} could not be computed; each counted "
            "as a large deviation."
        )
    return tuple(sentences)


def cannot_run(datum: Observation, computed: Computed) -> bool:
    """Whether nothing was computed, or the curve starts beyond a cut-off."""
    if computed is None:
        return True
    # such a curve has the voltage of the cut-off at every point
    return isinstance(datum, MeasuredCurve) and bool(np.ptp(computed) == 0)


def _wanted_beyond_bounds(
    optimum: Optimum, uncertainty: Uncertainty | None
) -> dict[str, tuple[float, str]]:
    """
    Parameters whose best value lies beyond a bound, by name: the bound, and the side.

    There the cost would fall by more than chance explains. Because the bound itself may
    cause the scatter of the residuals, a fall by the fraction LEAST_FALL is enough.
    """
    if not optimum.jacobian.size:
        return {}
    inflation = uncertainty.inflation if uncertainty else 1.0
    least_fall = min(RISE * inflation**2, LEAST_FALL * 2 * optimum.cost)
    residuals, J = optimum.weighted
    slopes, curvatures = J.T @ residuals, np.sum(J**2, axis=0)
    free = optimum.objective.free
    at_bounds = free.at_bounds(optimum.z)
    beyond = {}
    for k, parameter in enumerate(free.parameters):
        if parameter.name not in at_bounds or not curvatures[k]:
            continue
        bound = at_bounds[parameter.name]
        below = bound == parameter.lower
        falls_outwards = slopes[k] > 0 if below else slopes[k] < 0
        if falls_outwards and slopes[k] ** 2 / curvatures[k] > least_fall:
            beyond[parameter.name] = bound, "below" if below else "above"
    return beyond


def _correlated_pairs(uncertainty: Uncertainty) -> list[str]:
    """A sentence on each pair of strongly correlated parameters."""
    names = [split_unit(interval.name)[0] for interval in uncertainty.intervals]
    correlations = uncertainty.correlations
    return [
        f"{names[i]} and {names[j]} are strongly correlated "
        f"({correlations[i, j]:+.3f}): an error of either, or of a quantity that is "
        "not free, changes the other."
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
        if abs(correlations[i, j]) > STRONG_CORRELATION
    ]


def _has_half_cell_spectra(objective: Objective) -> bool:
    return any(
        isinstance(datum, MeasuredSpectrum)
        and objective.cells[datum.cell].layout == "half-cell"
        for datum in objective.observations
    )


def determined_with(u: Uncertainty, interval: ConfidenceInterval) -> set[str]:
    """Names of the parameters that are determined only in combination with another."""
    names = [other.name for other in u.intervals]
    row = u.correlations[names.index(interval.name)]
    return {
        name
        for name, correlation in zip(names, row, strict=True)
        if name in interval.followers and abs(correlation) > STRONG_CORRELATION
    }


def _undetermined(interval: ConfidenceInterval, partners: set[str]) -> str:
    """A sentence on a parameter that is not identifiable, and on its combinations."""
    name = split_unit(interval.name)[0]
    sentence = f"The data do not determine {name}"
    if interval.lower is not None:
        sentence += f", only that it is at least {interval.lower:.4g}"
    elif interval.upper is not None:
        sentence += f", only that it is at most {interval.upper:.4g}"
    combinations = [
        combination(name, split_unit(other)[0], slope)
        for other, slope in interval.followers.items()
        if other in partners
    ]
    if combinations:
        sentence += f"; they determine {' and '.join(combinations)}"
    others = [split_unit(o)[0] for o in interval.followers if o not in partners]
    if others:
        sentence += f"; a change of {', '.join(others)} has the same effect"
    return f"{sentence}."


def combination(name: str, other: str, slope: float) -> str:
    """The combination that stays the same if ``other`` follows ``name`` with a slope.

    Examples
    --------
    >>> combination("D", "R", 0.5), combination("R", "D", 1.99)
    ('D / R^2', 'D / R^2')
    >>> combination("a", "b", -1.0), combination("a", "b", 0.37)
    ('a x b', 'a / b^2.7')
    """
    power = 1 / slope
    if abs(power) < 1 - NEAR_FRACTION:
        return combination(other, name, power)
    rounded = round(power * 2) / 2
    if rounded and abs(power / rounded - 1) < NEAR_FRACTION:
        power = rounded
    sign, size = ("/" if power > 0 else "x"), abs(power)
    if size == 1:
        return f"{name} {sign} {other}"
    base = f"({other})" if " " in other else other
    return f"{name} {sign} {base}^{size:.2g}"
