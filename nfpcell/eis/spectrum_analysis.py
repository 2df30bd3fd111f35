"""Analysis of a spectrum: Kramers-Kronig test and distribution of relaxation times.

No library is suitable. The test of impedance.py has time constants in the measured
range only, so an exact spectrum has residuals of 1e-3; pyimpspec has the GPL; PyDRT and
pyDRTtools have one maintainer each. Each analysis here is one linear solve of SciPy.
"""

import itertools
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import nnls
from scipy.signal import find_peaks

from nfpcell.arrays import ComplexArray, FloatArray
from nfpcell.errors import DataFileError
from nfpcell.measured import readers
from nfpcell.measured.readers import Recording, Spectrum

# range of the time constants of the test beyond the measured range, on each side
# [decades]
BEYOND = 2.0
# time constants per decade: of the test, for measured spectra and for those with few
# frequencies; and of a distribution
MEASURED_DENSITY, SPARSE_DENSITY = 4, 3
# parameters of the test besides the resistances: R_0, C and L
_SERIES_ELEMENTS = 3
RELAXATION_DENSITY = 10
# range of the relaxation times beyond the measured range, on each side [decades]; a
# spectrum does not determine what is there
OUTSIDE = 0.5
SMOOTHING = 1e-3  # default weight of the ridge
# least share of the whole resistance that counts as a peak
LEAST_SHARE = 0.01


# --------------------------------------------------------------------------- the file
def read(path: str | Path) -> Spectrum:
    """
    Read the measured spectrum of a file, in any format of ``readers.read``.

    The headings of a table may be in any order, with the usual spellings and units
    ("freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm"; "Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"; "Z'",
    "-Z''"). A minus in the heading of the imaginary part means that the file has -Im Z.
    Without headings, the columns are frequency, Z_re and Z_im.

    Raises
    ------
    DataFileError : the file has no spectrum, or several
    """
    spectra = read_all(path)
    if len(spectra) > 1:
        raise DataFileError(
            f"{path}: has {len(spectra)} spectra; right would be a file of one spectrum"
        )
    return spectra[0]


def read_all(path: str | Path) -> list[Spectrum]:
    """
    Read all spectra of a file, in the order of measurement; see ``read``.

    Several spectra are named file#1, file#2 ...
    """
    return list(recording(path).spectra)


def recording(path: str | Path) -> Recording:
    """The content of a file that has at least one spectrum."""
    content = readers.read(path)
    if not content.spectra:
        raise DataFileError(
            f"{path}: has a curve over time and no spectrum; right would be columns "
            "such as Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"
        )
    return content


# ---------------------------------------------------------------------------- the test
def kramers_kronig(
    frequencies: ArrayLike, Z: ArrayLike, per_decade: int = MEASURED_DENSITY
) -> ComplexArray:
    r"""
    Linear Kramers-Kronig test: residuals of the best fit by a sum of relaxations.

    .. math:: Z \approx R_0 + \sum_k\frac{R_k}{1 + \mathrm i\omega\tau_k}
              + \frac{1}{\mathrm i\omega C} + \mathrm i\omega L

    The time constants cover the measured range and two decades on each side. The
    resistances may be negative; they follow from least squares with modulus weights.

    Parameters
    ----------
    frequencies : [Hz]
    Z : complex impedance [Ohm]
    per_decade : time constants per decade. With 4, an exact spectrum has residuals
        below 1e-3, and noise is not fitted. With 8, and at least as many frequencies
        per decade, an exact spectrum has residuals below 1e-6

    Returns
    -------
    complex residuals over the modulus, shape of Z; only noise for a steady, linear and
    causal system

    Source
    ------
    Boukamp, J. Electrochem. Soc. 142, 1885 (1995); Schoenleber, Klotz and
    Ivers-Tiffee, Electrochim. Acta 131, 20 (2014).
    """
    return sum_of_relaxations(frequencies, Z, per_decade)[0]


def sum_of_relaxations(
    frequencies: ArrayLike, Z: ArrayLike, per_decade: int
) -> tuple[ComplexArray, int]:
    """
    Residuals of ``kramers_kronig``, and the number of parameters that the data fix.

    Some parameters describe the same to the last digit, so there are fewer than
    resistances.
    """
    omega = 2 * np.pi * np.asarray(frequencies, float)
    Z = np.asarray(Z, complex)
    tau = _time_constants(omega, per_decade, BEYOND)
    shapes = [np.ones(len(omega)), 1 / (1j * omega), 1j * omega]
    columns = np.column_stack([*shapes, 1 / (1 + 1j * omega[:, None] * tau)])
    columns = columns / np.abs(Z)[:, None]
    A = np.vstack([columns.real, columns.imag])
    # without equal norms, the smallest columns would have no weight
    size = np.linalg.norm(A, axis=0)
    target = Z / np.abs(Z)
    b = np.concatenate([target.real, target.imag])
    x, _, rank, _ = np.linalg.lstsq(A / size, b, rcond=1e-15)
    residuals: ComplexArray = target - columns @ (x / size)
    return residuals, int(rank)


def degrees_of_freedom(
    frequencies: ArrayLike, per_decade: int = MEASURED_DENSITY
) -> int:
    """
    Numbers of a spectrum less parameters of ``kramers_kronig``.

    If it is 0 or less, the test describes any numbers, and its residuals mean nothing.
    """
    omega = 2 * np.pi * np.asarray(frequencies, float)
    constants = _time_constants(omega, per_decade, BEYOND)
    return 2 * len(omega) - len(constants) - _SERIES_ELEMENTS


def _time_constants(omega: FloatArray, per_decade: int, beyond: float) -> FloatArray:
    low = np.log10(1 / omega.max()) - beyond
    high = np.log10(1 / omega.min()) + beyond
    return np.logspace(low, high, round((high - low) * per_decade) + 1)


# ---------------------------------------------------------------- the relaxation times
def relaxation_times(
    frequencies: ArrayLike, Z: ArrayLike, smoothing: float = SMOOTHING
) -> tuple[FloatArray, FloatArray]:
    r"""
    Distribution of relaxation times of a spectrum.

    .. math:: Z = R_\infty + \int\frac{\gamma(\tau)}{1 + \mathrm i\omega\tau}
              \,\mathrm d\ln\tau + \frac{1}{\mathrm i\omega C}

    Non-negative least squares with modulus weights and a ridge.

    Parameters
    ----------
    frequencies : [Hz]
    Z : complex impedance [Ohm]
    smoothing : weight of the ridge; larger gives broader peaks

    Returns
    -------
    tau : [s], ascending
    gamma : not negative; its integral over ln(tau) is the resistance of all arcs [Ohm]

    Source
    ------
    Saccoccio, Wan, Chen and Ciucci, Electrochim. Acta 147, 470 (2014), with Tikhonov's
    regularisation of order 0 and the constraint of Lawson and Hanson (1974).
    """
    omega = 2 * np.pi * np.asarray(frequencies, float)
    Z = np.asarray(Z, complex)
    tau = _time_constants(omega, RELAXATION_DENSITY, OUTSIDE)
    step = np.log(tau[1] / tau[0])
    columns = np.column_stack(
        [
            np.ones(len(omega)),
            omega.min() / (1j * omega),
            step / (1 + 1j * omega[:, None] * tau),
        ]
    )
    # relative to the largest modulus, so that the ridge is independent of it
    scale = np.abs(Z).max()
    columns = columns * (scale / np.abs(Z))[:, None]
    target = Z / np.abs(Z)
    ridge = np.sqrt(smoothing) * np.eye(columns.shape[1])
    ridge[0, 0] = ridge[1, 1] = 0
    x, _ = nnls(
        np.vstack([columns.real, columns.imag, ridge]),
        np.concatenate([target.real, target.imag, np.zeros(len(ridge))]),
        maxiter=50 * len(ridge),
    )
    return tau, scale * x[2:]


def peaks(tau: FloatArray, gamma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """
    The arcs of a distribution of relaxation times.

    Parameters
    ----------
    tau, gamma : as ``relaxation_times`` returns them

    Returns
    -------
    tau, R : time constant [s] and resistance [Ohm] of each peak with at least 1 % of
        the total resistance; a peak extends to the minima on both sides
    """
    step = np.log(tau[1] / tau[0])
    total = gamma.sum() * step
    tops, _ = find_peaks(np.concatenate([[0], gamma, [0]]))
    tops = tops - 1
    if not len(tops):
        return np.empty(0), np.empty(0)
    valleys = [a + int(np.argmin(gamma[a:b])) for a, b in itertools.pairwise(tops)]
    areas = np.array([peak.sum() * step for peak in np.split(gamma, valleys)])
    large = areas > LEAST_SHARE * total
    return tau[tops][large], areas[large]
