"""What is to be said of a fit, in sentences."""

import numpy as np

from nfpcell.cell.naming import split_unit
from nfpcell.fitting.finite_differences import weights
from nfpcell.fitting.observations import Curve, MeasuredSpectrum
from nfpcell.fitting.uncertainty import RISE

# an exponent this near to a simple fraction is written as one
SIMPLE = 0.04
# correlation from which two quantities are told together, where neither is alone
TIED = 0.99
# share of the range between the bounds within which a quantity stands at one
NEAR_BOUND = 1e-3
# share of the misfit that a fall beyond a bound is at least
SHARE = 0.05
# root mean squares of the deviations from which on a model does not describe the
# data: of voltages [V], and of impedances over their modulus [-]
POOR_VOLTAGE, POOR_IMPEDANCE = 0.1, 0.5


def findings(found, misfit, point, loss, deviations, dead=(), interrupted=False):
    """
    Sentences on a fit: the gravest first.

    Parameters
    ----------
    found : Certainty, or None
    misfit, point : Misfit, and the Point where it ended
    loss : of the fit
    deviations : root mean squares of voltages [V] and of spectra [-]; nan without any
    dead : labels of the data that no run could be computed for
    interrupted : whether Ctrl-C ended it
    """
    said = []
    if interrupted:
        said.append("Interrupted: these are the best values so far, without intervals.")
    elif not point.converged:
        said.append("The last descent ended by its number of steps, not on its own.")
    for label in dead:
        said.append(
            f"{label} is left out: the model cannot run it at all, not even its start; "
            "are its current, its temperature and the cell those of the measurement?"
        )
    if poor(*deviations):
        said.append(
            f"The model does not describe these data: {_told(*deviations)}. The "
            "values mean nothing before it does; look at the figure, at what was "
            "recognised in the files, and at the bounds."
        )
    pressing = _pressing(found, misfit, point, loss)
    for name, (bound, way) in pressing.items():
        said.append(
            f'The data ask for {way} than the bound {bound:.4g} of "{name}"; right '
            "would be a wider bound, unless something else is amiss."
        )
    intervals = found.intervals if found else ()
    for interval in intervals:
        if not interval.identifiable and interval.name not in pressing:
            said.append(_undetermined(interval, tied(found, interval)))
    if found and all(interval.identifiable for interval in intervals):
        said.append("The data determine every quantity that was free.")
        said += _leaning(found)
    if found and found.inflation > 1:
        said.append(
            f"Intervals are widened by {found.inflation:.2f}, because the residuals "
            "scatter more, or are more alike from one to the next, than the "
            "uncertainties say: the model misses something that the data show "
            f"({_told(*deviations)})."
        )
    for one, bound in standing(misfit.free, point.z):
        if one.name not in pressing:
            said.append(f'"{one.name}" ended at its bound {bound:.4g}.')
    if misfit.model == "particle" and _half_cell_spectra(misfit):
        said.append(
            "The single particle has the whole ohmic drop of the cathode at every "
            "frequency: what a spectrum says through it may be off by some ohms. Fit "
            "with --model full before you trust it."
        )
    if misfit.tally.failures:
        said.append(
            f"{misfit.tally.failures} runs could not be computed and counted as misfit."
        )
    return tuple(said)


def poor(voltage, spectra):
    """
    Whether deviations are so large that the model does not describe the data.

    Examples
    --------
    >>> poor(0.02, float("nan")), poor(0.3, float("nan")), poor(float("nan"), 0.6)
    (False, True, True)
    """
    return bool(voltage > POOR_VOLTAGE or spectra > POOR_IMPEDANCE)


def silent(one, computed):
    """Whether the model has nothing to say of an observation: no number, or the cut-off
    that a run would start past.
    """
    if computed is None:
        return True
    return isinstance(one, Curve) and np.ptp(computed) == 0


def standing(free, z):
    """Pairs of a Free and the bound it stands at."""
    found = []
    for one, own in zip(free.free, z, strict=True):
        low, high = one.coordinate(one.lower), one.coordinate(one.upper)
        for bound, end in ((one.lower, low), (one.upper, high)):
            if abs(own - end) < NEAR_BOUND * (high - low):
                found.append((one, bound))
    return found


def _pressing(found, misfit, point, loss):
    """
    Quantities beyond whose bound the misfit would fall by more than chance: name to the
    bound and which way.

    What residuals scatter at a bound may be the bound's own doing: a fall by a share
    of the misfit counts, too.
    """
    if point.jacobian is None:
        return {}
    inflation = found.inflation if found else 1.0
    chance = min(RISE * inflation**2, SHARE * 2 * point.cost)
    J = point.jacobian * weights(point.residuals, loss)[:, None]
    slope = J.T @ (point.residuals * weights(point.residuals, loss))
    curvature = np.sum(J**2, axis=0)
    names = list(misfit.free.names)
    pressing = {}
    for one, bound in standing(misfit.free, point.z):
        k = names.index(one.name)
        outwards = slope[k] > 0 if bound == one.lower else slope[k] < 0
        fall = slope[k] ** 2 / curvature[k] if curvature[k] else 0.0
        if outwards and fall > chance:
            pressing[one.name] = bound, "less" if bound == one.lower else "more"
    return pressing


def _leaning(found):
    """Pairs that are determined, but only together with each other."""
    names = [split_unit(one.name)[0] for one in found.intervals]
    return [
        f"{names[i]} and {names[j]} are known only as well as each other (correlation "
        f"{found.correlations[i, j]:+.3f}), and only if what was held fixed is right."
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
        if abs(found.correlations[i, j]) > TIED
    ]


def _half_cell_spectra(misfit):
    return any(
        isinstance(one, MeasuredSpectrum)
        and misfit.cells[one.cell].layout == "half-cell"
        for one in misfit.observations
    )


def _told(voltage, spectra):
    parts = []
    if np.isfinite(voltage):
        parts.append(f"voltages are off by {1e3 * voltage:.3g} mV")
    if np.isfinite(spectra):
        parts.append(f"spectra by {100 * spectra:.3g} % of their modulus")
    return ", ".join(parts) + ", root mean square" if parts else "see the numbers"


def tied(found, interval):
    """
    Names of what follows an undetermined quantity so closely that the two together are
    determined: their correlation is one but for what TIED leaves.
    """
    names = [one.name for one in found.intervals]
    row = found.correlations[names.index(interval.name)]
    return {
        name
        for name, correlation in zip(names, row, strict=True)
        if name in interval.along and abs(correlation) > TIED
    }


def _undetermined(interval, tied):
    """Why a quantity is not identifiable, and which combinations are."""
    name = split_unit(interval.name)[0]
    if interval.lower is not None:
        ends = f", only that it is at least {interval.lower:.4g}"
    elif interval.upper is not None:
        ends = f", only that it is at most {interval.upper:.4g}"
    else:
        ends = ""
    pairs, others = [], []
    for other, slope in interval.along.items():
        bare = split_unit(other)[0]
        if other in tied:
            pairs.append(combined(name, bare, slope))
        else:
            others.append(bare)
    told = f"; they determine {' and '.join(pairs)}" if pairs else ""
    if others:
        told += f"; {', '.join(others)} can make up for it"
    return f"The data do not tell {name}{ends}{told}."


def combined(name, other, slope):
    """
    The combination that stays the same where one quantity follows another.

    Examples
    --------
    >>> combined("D", "R", 0.5), combined("R", "D", 1.99), combined("a", "b", -1.0)
    ('D / R^2', 'D / R^2', 'a x b')
    >>> combined("a", "b", 0.37)
    'a / b^2.7'
    """
    power = 1 / slope
    if abs(power) < 1 - SIMPLE:
        return combined(other, name, power)
    near = round(power * 2) / 2
    if near and abs(power / near - 1) < SIMPLE:
        power = near
    sign, size = ("/" if power > 0 else "x"), abs(power)
    if size == 1:
        return f"{name} {sign} {other}"
    base = f"({other})" if " " in other else other
    return f"{name} {sign} {base}^{size:.2g}"
