"""Fits of the paper's equivalent circuit: R0 + (R1 || CPE1) + (R2 || CPE2).

The arcs are numbered from high to low frequency. Two arcs can fit a spectrum in more
than one way. So one spectrum of a series is fitted from many starts. Every other
spectrum is fitted from the result of its neighbour, and the time constant of its first
arc is bounded near that of the first fit. The first arc is that of the anode, which
does not change during a charge. Without the bounds, the fit assigns it to the cathode's
interfaces where diffusion adds an arc, and R1 and R2 jump.
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

# smallest and largest exponent of a constant-phase element
EXPONENTS = (0.7, 1.0)
# largest distance of the peak of an arc above the measured range [decades]; no peak may
# be below the range, because the resistance of such an arc is not measured
BEYOND = 1.0
STARTS = 24
MOST_EVALUATIONS = 300
# largest ratio of the misfit to that of the neighbour; above it, all starts are tried
WORSE = 1.3
# largest factor between the time constants of the first arc in a series
HOLD = 2.0
# misfit below which the number of arcs is sufficient
CLOSE = 0.015
# misfit above which the circuit does not describe the spectrum; two arcs deviate by
# 10 % where diffusion is steepest
MOST_MISFIT = 0.25


@dataclass(frozen=True)
class Circuit:
    """A fitted circuit; arcs from high to low frequency."""

    R_0: float  # series resistance [Ohm]
    R: tuple[float, ...]  # resistance of every arc [Ohm]
    tau: tuple[float, ...]  # time constants [s]
    n: tuple[float, ...]  # exponents
    misfit: float  # root mean square of the residual over the modulus
    status: str = OK  # "ok", or the reason why there is no fit

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
    """Fit a circuit to one spectrum, by least squares with modulus weights.

    The first start is ``near``, the circuit of a neighbouring spectrum, if given. Its
    result is returned if it fits nearly as well as the neighbour did. Otherwise the
    best result of all starts is returned; they are spread over time constants and
    exponents. The time constant of the first arc is bounded near ``first`` [s] if
    given. Frequencies are in Hz, the complex impedance Z in Ohm.
    """
    frequencies, Z = np.asarray(frequencies, float), np.asarray(Z, complex)
    if not np.isfinite(Z).all():
        return nothing(arcs, "no spectrum to fit")
    problem = _Problem(frequencies, Z, arcs, first)
    results = []
    if near is not None:
        results.append(problem.descend(problem.start(near.tau, near.n)))
        circuit = problem.circuit(results[0])
        if circuit.status == OK and circuit.misfit <= WORSE * near.misfit:
            return circuit
    results += [problem.descend(start) for start in problem.spread(starts)]
    return problem.circuit(min(results, key=lambda result: result.cost))


def fit_series(
    frequencies: ArrayLike, spectra: ComplexArray, arcs: int = 2
) -> list[Circuit]:
    """Fit circuits to a series of spectra, such as those of a charge.

    ``spectra`` [Ohm] has the shape (spectra, frequencies); a missing one is nan.
    """
    present = [k for k, Z in enumerate(spectra) if np.isfinite(Z).all()]
    fits = [nothing(arcs, "no spectrum to fit") for _ in spectra]
    if not present:
        return fits
    middle = present[len(present) // 2]
    fits[middle] = fit(frequencies, spectra[middle], arcs)
    after = [k for k in present if k > middle]
    before = [k for k in reversed(present) if k < middle]
    for order in (after, before):
        near, first = fits[middle], fits[middle].tau[0]
        for k in order:
            fits[k] = fit(frequencies, spectra[k], arcs, near, first)
            near = fits[k] if fits[k].status == OK else near
    return fits


def arcs_needed(frequencies: ArrayLike, Z: ArrayLike) -> float:
    """Least number of arcs with a misfit of at most 1.5 %; nan if 5 arcs do not fit."""
    for arcs in range(1, 6):
        if fit(frequencies, Z, arcs).misfit <= CLOSE:
            return arcs
    return np.nan


def nothing(arcs: int, status: str) -> Circuit:
    """A circuit without values; the status says why."""
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
        self.low = np.hstack([smallest, smallest * ones, low_tau, n_low])
        self.high = np.hstack([largest + 1, (largest + 3) * ones, high_tau, n_high])

    def start(self, tau: ArrayLike, n: ArrayLike) -> FloatArray:
        """Start with these time constants and exponents, and the best resistances."""
        n = np.asarray(n)
        shapes = 1 / (1 + (1j * self.omega[:, None] * np.asarray(tau)) ** n)
        shapes = np.hstack([np.ones((len(self.omega), 1)), shapes])
        shapes *= self.weight[:, None]
        target = self.Z * self.weight
        parts = np.vstack([shapes.real, shapes.imag])
        R, _ = nnls(parts, np.concatenate([target.real, target.imag]))
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
        """Result of SciPy's least squares from one start."""
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
        """The circuit of a result, with its arcs in order."""
        R_0, R, tau, n = self._split(result.x)
        order = np.argsort(tau)
        misfit = np.sqrt(2 * result.cost / len(self.Z))
        status = OK
        if not result.success:
            status = "the fit of the circuit did not converge"
        elif misfit > MOST_MISFIT:
            status = f"the circuit deviates from the spectrum by {100 * misfit:.0f} %"
        R, tau, n = (values[order].tolist() for values in (R, tau, n))
        return Circuit(R_0, tuple(R), tuple(tau), tuple(n), float(misfit), status)

    def _split(self, x: FloatArray) -> tuple[float, FloatArray, FloatArray, FloatArray]:
        R_0, R, ln_tau, n = np.split(x, [1, 1 + self.arcs, 1 + 2 * self.arcs])
        return float(np.exp(R_0[0])), np.exp(R), np.exp(ln_tau), n

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
        series = np.full((len(self.omega), 1), R_0)
        columns = np.hstack([series, arc, slope * n, slope * ln])
        columns *= self.weight[:, None]
        return np.vstack([columns.real, columns.imag])
