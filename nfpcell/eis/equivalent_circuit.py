"""Fits of the paper's equivalent circuit: R0 + (R1 || CPE1) + (R2 || CPE2).

The arcs are numbered from high to low frequency. Two arcs can fit one spectrum in more
than one way. So one spectrum of a series is fitted from many starts, and every other
from the result of its neighbour, with the time constant of the first arc held near that
of the first spectrum. The first arc is the anode's, which does not change along a
charge. If it is not held, it merges with the cathode's interfaces where diffusion makes
an arc of its own, and R1 and R2 jump.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares, nnls
from scipy.stats import qmc

from nfpcell.arrays import ComplexArray, FloatArray
from nfpcell.outcome import OK
from nfpcell.physics.circuit import arcs_impedance

# least and largest exponent of a constant-phase element
EXPONENTS = (0.7, 1.0)
# how far above the measured range the peak of an arc may lie [decades]; below the range
# only the capacitance of an arc is measured, and its resistance would be a guess
BEYOND = 1.0
STARTS = 24
MOST_EVALUATIONS = 300
# a fit this much worse than its neighbour's has left the branch of the neighbour
WORSE = 1.3
# how far the first arc's time constant may move along a series, as a factor
HOLD = 2.0
# misfit below which a further arc would only describe the width of another
CLOSE = 0.015
# misfit above which a fit does not describe its spectrum; two arcs deviate by a tenth
# where diffusion is steepest
MOST_MISFIT = 0.25


@dataclass(frozen=True)
class Circuit:
    """
    A fitted circuit; arcs from high to low frequency.

    Attributes
    ----------
    R_0 : series resistance [Ohm]
    R, tau, n : resistance [Ohm], time constant [s] and exponent of every arc
    misfit : root mean square of the residual over the modulus [-]
    status : "ok", or why there is no fit
    """

    R_0: float
    R: tuple[float, ...]
    tau: tuple[float, ...]
    n: tuple[float, ...]
    misfit: float
    status: str = OK

    @property
    def total(self) -> float:
        """R0 + R1 + R2 ... [Ohm]."""
        return self.R_0 + sum(self.R)

    def impedance(self, frequencies: ArrayLike) -> ComplexArray:
        """Impedance of the circuit [Ohm]."""
        omega = 2 * np.pi * np.asarray(frequencies)
        Z: ComplexArray = arcs_impedance(omega, self.R_0, self.R, self.tau, self.n)
        return Z


def fit(
    frequencies: ArrayLike,
    Z: ArrayLike,
    arcs: int = 2,
    near: Circuit | None = None,
    first: float | None = None,
    starts: int = STARTS,
) -> Circuit:
    """
    The circuit of one spectrum, by least squares with modulus weights.

    A neighbour's circuit is the first start, and its result is kept if it fits about as
    well as the neighbour fitted. Else the best of all starts is returned.

    Parameters
    ----------
    frequencies : [Hz], shape (frequencies,)
    Z : complex impedance [Ohm]
    arcs : number of arcs
    near : circuit of a neighbouring spectrum
    first : time constant that the first arc is held near [s]; None if it is free
    starts : number of starts, spread over time constants and exponents
    """
    frequencies, Z = np.asarray(frequencies, float), np.asarray(Z, complex)
    if not np.isfinite(Z).all():
        return nothing(arcs, "no spectrum to fit")
    problem = _Problem(frequencies, Z, arcs, first)
    results = []
    if near is not None:
        results.append(problem.descend(problem.start(near.tau, near.n)))
        found = problem.circuit(results[0])
        if found.status == OK and found.misfit <= WORSE * near.misfit:
            return found
    results += [problem.descend(start) for start in problem.spread(starts)]
    return problem.circuit(min(results, key=lambda result: result.cost))


def fit_series(
    frequencies: ArrayLike, spectra: ComplexArray, arcs: int = 2
) -> list[Circuit]:
    """
    Circuits of a series of spectra, such as those along a charge.

    Parameters
    ----------
    frequencies : [Hz]
    spectra : shape (spectra, frequencies) [Ohm]; nan where there is none
    arcs : number of arcs
    """
    there = [k for k, Z in enumerate(spectra) if np.isfinite(Z).all()]
    fits = [nothing(arcs, "no spectrum to fit") for _ in spectra]
    if not there:
        return fits
    middle = there[len(there) // 2]
    fits[middle] = fit(frequencies, spectra[middle], arcs)
    after = [k for k in there if k > middle]
    before = [k for k in reversed(there) if k < middle]
    for order in (after, before):
        near, first = fits[middle], fits[middle].tau[0]
        for k in order:
            fits[k] = fit(frequencies, spectra[k], arcs, near, first)
            near = fits[k] if fits[k].status == OK else near
    return fits


def arcs_needed(frequencies: ArrayLike, Z: ArrayLike) -> float:
    """The least number of arcs, up to 5, that fit a spectrum within 1.5 % of its
    modulus; nan if 5 do not.
    """
    for arcs in range(1, 6):
        if fit(frequencies, Z, arcs).misfit <= CLOSE:
            return arcs
    return np.nan


def nothing(arcs: int, status: str) -> Circuit:
    """A circuit whose values are unknown, and why."""
    unknown = (np.nan,) * arcs
    return Circuit(np.nan, unknown, unknown, unknown, np.nan, status)


class _Problem:
    """Least squares of one spectrum; the unknowns are ln R0, ln R_k, ln tau_k, n_k."""

    def __init__(
        self,
        frequencies: FloatArray,
        Z: ComplexArray,
        arcs: int,
        first: float | None = None,
    ) -> None:
        self.omega = 2 * np.pi * frequencies
        self.Z = Z
        self.arcs = arcs
        self.weight = 1 / np.abs(Z)
        ln_tau = np.log(1 / self.omega)
        beyond = BEYOND * np.log(10)
        self.ln_tau = ln_tau.min() - beyond, ln_tau.max()
        largest = np.log(np.abs(Z).max())
        ones = np.ones(arcs)
        low_tau, high_tau = self.ln_tau[0] * ones, self.ln_tau[1] * ones
        if first is not None:
            low_tau[0], high_tau[0] = np.log(first / HOLD), np.log(first * HOLD)
        smallest = largest - 14
        n_low, n_high = (exponent * ones for exponent in EXPONENTS)
        self.low = np.concatenate([[smallest], smallest * ones, low_tau, n_low])
        self.high = np.concatenate(
            [[largest + 1], (largest + 3) * ones, high_tau, n_high]
        )

    def start(self, tau: ArrayLike, n: ArrayLike) -> FloatArray:
        """Unknowns with the best resistances for given time constants and exponents."""
        n = np.asarray(n)
        shapes = 1 / (1 + (1j * self.omega[:, None] * np.asarray(tau)) ** n)
        shapes = np.hstack([np.ones((len(self.omega), 1)), shapes])
        shapes *= self.weight[:, None]
        target = self.Z * self.weight
        R, _ = nnls(
            np.vstack([shapes.real, shapes.imag]),
            np.concatenate([target.real, target.imag]),
        )
        least = 1e-4 * np.abs(self.Z).max()
        x = np.concatenate([np.log(np.maximum(R, least)), np.log(tau), n])
        margin = 1e-6 * (self.high - self.low)
        inside: FloatArray = np.clip(x, self.low + margin, self.high - margin)
        return inside

    def spread(self, number: int) -> Iterator[FloatArray]:
        """Starts spread evenly over time constants and exponents."""
        sample = qmc.Halton(2 * self.arcs, scramble=False).random(number + 1)[1:]
        low, high = self.ln_tau
        for row in sample:
            ln_tau = np.sort(low + (high - low) * row[: self.arcs])
            n = EXPONENTS[0] + (EXPONENTS[1] - EXPONENTS[0]) * row[self.arcs :]
            yield self.start(np.exp(ln_tau), n)

    def descend(self, start: FloatArray) -> Any:
        """SciPy's result from one start."""
        return least_squares(
            self._residuals,
            start,
            self._jacobian,
            bounds=(self.low, self.high),
            max_nfev=MOST_EVALUATIONS,
            ftol=1e-10,
            xtol=1e-10,
            gtol=1e-12,
        )

    def circuit(self, result: Any) -> Circuit:
        """The circuit of a result."""
        R_0, R, tau, n = self._split(result.x)
        order = np.argsort(tau)
        misfit = np.sqrt(2 * result.cost / len(self.Z))
        status = OK
        if not result.success:
            status = "the fit of the circuit did not converge"
        elif misfit > MOST_MISFIT:
            status = f"the circuit deviates from the spectrum by {100 * misfit:.0f} %"
        return Circuit(
            float(R_0),
            tuple(map(float, R[order])),
            tuple(map(float, tau[order])),
            tuple(map(float, n[order])),
            float(misfit),
            status,
        )

    def _split(self, x: FloatArray) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        R_0, R, ln_tau, n = np.split(x, [1, 1 + self.arcs, 1 + 2 * self.arcs])
        return np.exp(R_0[0]), np.exp(R), np.exp(ln_tau), n

    def _residuals(self, x: FloatArray) -> FloatArray:
        difference = arcs_impedance(self.omega, *self._split(x)) - self.Z
        difference *= self.weight
        return np.concatenate([difference.real, difference.imag])

    def _jacobian(self, x: FloatArray) -> FloatArray:
        R_0, R, tau, n = self._split(x)
        ln = np.log(self.omega[:, None] * tau) + 0.5j * np.pi
        power = np.exp(n * ln)
        arc = R / (1 + power)
        slope = -arc * power / (1 + power)
        columns = np.hstack(
            [np.full((len(self.omega), 1), R_0), arc, slope * n, slope * ln]
        )
        columns *= self.weight[:, None]
        return np.vstack([columns.real, columns.imag])
