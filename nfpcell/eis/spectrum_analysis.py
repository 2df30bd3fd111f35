"""A measured or computed spectrum: read, tested and resolved into relaxation times.

Why no library: the tests of impedance.py spread their time constants over the measured
range only and leave 1e-3 of an exact spectrum, pyimpspec is under the GPL, and PyDRT
and pyDRTtools are one person's releases. Each of the two is one linear solve of SciPy.
"""

import itertools

import numpy as np
from scipy.optimize import nnls
from scipy.signal import find_peaks

from nfpcell.errors import DataFileError
from nfpcell.measured import readers
from nfpcell.measured.readers import LEAST_POINTS, Spectrum

__all__ = [
    "COMPUTED_DENSITY",
    "LEAST_POINTS",
    "MEASURED_DENSITY",
    "Spectrum",
    "kramers_kronig",
    "peaks",
    "read",
    "read_all",
    "relaxation_times",
]

# time constants beyond the measured range, on either side [decades]
BEYOND = 2.0
MEASURED_DENSITY, COMPUTED_DENSITY = 4, 8
RELAXATION_DENSITY = 10
# of a relaxation time's weight, over the misfit it may cost
SMOOTHING = 1e-3
# share of the whole below which a peak is none
LEAST_SHARE = 0.01


# --------------------------------------------------------------------------- the file
def read(path):
    """
    The measured spectrum of a file of any format that ``readers.read`` knows.

    Columns of a table by their header: frequency, real and imaginary part, in any
    order, with the usual spellings and units ("freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm";
    "Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"; "Z'", "-Z''"); a minus before the
    imaginary part says that the file has its sign turned. Without a header: frequency,
    Z_re, Z_im.

    Parameters
    ----------
    path : of a .csv, .mpr, .mpt, .dta, .z, .par ... with one spectrum

    Returns
    -------
    Spectrum

    Raises
    ------
    DataFileError : one sentence that says what is wrong, and where
    """
    found = read_all(path)
    if len(found) > 1:
        raise DataFileError(
            f"{path}: holds {len(found)} spectra; right would be a file of one spectrum"
        )
    return found[0]


def read_all(path):
    """
    Every spectrum of a file, in the order in which they were measured; see ``read``.

    Returns
    -------
    list of Spectrum, named file#1, file#2 ... if there are several
    """
    found = list(readers.read(path).spectra)
    if not found:
        raise DataFileError(
            f"{path}: holds a curve over time and no spectrum; right would be such as "
            "Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"
        )
    return found


# ---------------------------------------------------------------------------- the test
def kramers_kronig(frequencies, Z, per_decade=MEASURED_DENSITY):
    r"""
    Linear Kramers-Kronig test: what no chain of relaxations can describe.

    .. math:: Z \approx R_0 + \sum_k\frac{R_k}{1 + \mathrm i\omega\tau_k}
              + \frac{1}{\mathrm i\omega C} + \mathrm i\omega L

    Time constants are spread evenly over the measured range and two decades beyond;
    resistances of either sign, by least squares with modulus weights.

    Parameters
    ----------
    frequencies : [Hz]
    Z : complex impedance [Ohm]
    per_decade : time constants a decade. With 4 an exact spectrum leaves less than
        1e-3 and noise is not fitted; with 8, and at least as many frequencies a
        decade, an exact one leaves less than 1e-6

    Returns
    -------
    complex residuals over the modulus, shape of Z; a steady, linear and causal
    system leaves only its noise

    Source
    ------
    Boukamp, J. Electrochem. Soc. 142, 1885 (1995); Schoenleber, Klotz and
    Ivers-Tiffee, Electrochim. Acta 131, 20 (2014).
    """
    omega = 2 * np.pi * np.asarray(frequencies, float)
    Z = np.asarray(Z, complex)
    tau = _time_constants(omega, per_decade, BEYOND)
    shapes = [np.ones(len(omega)), 1 / (1j * omega), 1j * omega]
    columns = np.column_stack([*shapes, 1 / (1 + 1j * omega[:, None] * tau)])
    columns = columns / np.abs(Z)[:, None]
    A = np.vstack([columns.real, columns.imag])
    # columns of one size, or the smallest would count for nothing
    size = np.linalg.norm(A, axis=0)
    target = Z / np.abs(Z)
    b = np.concatenate([target.real, target.imag])
    x, *_ = np.linalg.lstsq(A / size, b, rcond=1e-15)
    return target - columns @ (x / size)


def _time_constants(omega, per_decade, beyond):
    low = np.log10(1 / omega.max()) - beyond
    high = np.log10(1 / omega.min()) + beyond
    return np.logspace(low, high, round((high - low) * per_decade) + 1)


# ---------------------------------------------------------------- the relaxation times
def relaxation_times(frequencies, Z, smoothing=SMOOTHING):
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
    gamma : not negative; its integral over ln(tau) is what the arcs add up to [Ohm]

    Source
    ------
    Saccoccio, Wan, Chen and Ciucci, Electrochim. Acta 147, 470 (2014), with Tikhonov's
    regularisation of order 0 and the constraint of Lawson and Hanson (1974).
    """
    omega = 2 * np.pi * np.asarray(frequencies, float)
    Z = np.asarray(Z, complex)
    tau = _time_constants(omega, RELAXATION_DENSITY, 0.5)
    step = np.log(tau[1] / tau[0])
    columns = np.column_stack(
        [
            np.ones(len(omega)),
            omega.min() / (1j * omega),
            step / (1 + 1j * omega[:, None] * tau),
        ]
    )
    # in units of the largest resistance, so that the ridge means the same everywhere
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


def peaks(tau, gamma):
    """
    The arcs of a distribution of relaxation times.

    Parameters
    ----------
    tau, gamma : as ``relaxation_times`` returns them

    Returns
    -------
    tau, R : time constant [s] and resistance [Ohm] of each peak that holds a
        hundredth of the whole; a peak reaches to the lowest places on either side
    """
    step = np.log(tau[1] / tau[0])
    whole = gamma.sum() * step
    tops, _ = find_peaks(np.concatenate([[0], gamma, [0]]))
    tops = tops - 1
    if not len(tops):
        return np.empty(0), np.empty(0)
    valleys = [a + int(np.argmin(gamma[a:b])) for a, b in itertools.pairwise(tops)]
    areas = [part.sum() * step for part in np.split(gamma, valleys)]
    arcs = zip(tau[tops], areas, strict=True)
    kept = [(t, R) for t, R in arcs if LEAST_SHARE * whole < R]
    return tuple(np.array(part) for part in zip(*kept, strict=True))
