"""A measured or computed spectrum: read, tested and resolved into relaxation times.

Why no library: the tests of impedance.py spread their time constants over the measured
range only and leave 1e-3 of an exact spectrum, pyimpspec is under the GPL, and PyDRT
and pyDRTtools are one person's releases. Each of the two is one linear solve of SciPy.
"""

import csv
import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import nnls
from scipy.signal import find_peaks

from nfpcell.errors import DataFileError

MAX_BYTES = 10_000_000
LEAST_POINTS = 5
SENSIBLE_FREQUENCIES = (1e-9, 1e12)
SENSIBLE_MODULI = (1e-9, 1e15)
# time constants beyond the measured range, on either side [decades]
BEYOND = 2.0
MEASURED_DENSITY, COMPUTED_DENSITY = 4, 8
RELAXATION_DENSITY = 10
# of a relaxation time's weight, over the misfit it may cost
SMOOTHING = 1e-3
# share of the whole below which a peak is none
LEAST_SHARE = 0.01
# words that head a column, without unit, brackets, blanks and case
FREQUENCY = {"frequency", "freq", "f"}
REAL = {"z_re", "zre", "re(z)", "z'", "zreal", "real", "zr", "re"}
IMAGINARY = {"z_im", "zim", "im(z)", "z''", 'z"', "zimag", "imag", "zi", "im"}
SCALE = {"ohm": 1.0, "ω": 1.0, "kohm": 1e3, "kω": 1e3, "mohm": 1e-3, "mω": 1e-3}
HERTZ = {"hz": 1.0, "khz": 1e3, "mhz": 1e6}


@dataclass(frozen=True)
class Spectrum:
    """An impedance over frequency, highest frequency first.

    Attributes
    ----------
    name : of the file or the cell
    frequencies : [Hz], shape (frequencies,)
    Z : complex, negative imaginary part for a capacitor [Ohm]
    """

    name: str
    frequencies: np.ndarray
    Z: np.ndarray


# --------------------------------------------------------------------------- the file
def read(path):
    """
    A measured spectrum from a CSV file.

    Columns by their header: frequency, real and imaginary part, in any order, with the
    usual spellings and units ("freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm"; "Frequency [Hz],
    Z_re [Ohm], Z_im [Ohm]"; "Z'", "-Z''"); a minus before the imaginary part says that
    the file has its sign turned. Without a header: frequency, Z_re, Z_im.

    Parameters
    ----------
    path : of a .csv or .txt file, with commas, semicolons or tabs

    Returns
    -------
    Spectrum

    Raises
    ------
    DataFileError : one sentence that says what is wrong, and where
    """
    path = Path(path)
    rows = _rows(path)
    places, scales, first = _columns(rows, path)
    numbers = {}
    for line, row in rows[first:]:
        values = [_value(row, place, f"{path}: line {line}") for place in places]
        f, re, im = (v * scale for v, scale in zip(values, scales, strict=True))
        for what, value, (low, high) in (
            ("frequency [Hz]", f, SENSIBLE_FREQUENCIES),
            ("modulus [Ohm]", math.hypot(re, im), SENSIBLE_MODULI),
        ):
            if not low <= value <= high:
                raise DataFileError(
                    f"{path}: line {line}: {what} {value:g} is refused; right would be "
                    f"at least {low:g} and at most {high:g}"
                )
        if f in numbers:
            raise DataFileError(
                f"{path}: line {line}: {f:g} Hz stands twice; right would be a file of "
                "one spectrum"
            )
        numbers[f] = re + 1j * im
    if len(numbers) < LEAST_POINTS:
        raise DataFileError(
            f"{path}: {len(numbers)} frequencies are no spectrum; right would be at "
            f"least {LEAST_POINTS}"
        )
    frequencies = np.array(sorted(numbers, reverse=True))
    return Spectrum(path.stem, frequencies, np.array([numbers[f] for f in frequencies]))


def _rows(path):
    """Numbers of lines and their cells, as text; empty lines left out."""
    if path.suffix.lower() not in (".csv", ".txt"):
        raise DataFileError(
            f"{path}: no spectrum is read from such a file; right would be a .csv with "
            "the columns frequency, Z_re and Z_im"
        )
    try:
        if not path.is_file():
            raise DataFileError(f"{path}: there is no such file")
        if path.stat().st_size > MAX_BYTES:
            raise DataFileError(
                f"{path}: is larger than {MAX_BYTES / 1e6:g} MB; right would be a file "
                "of one spectrum"
            )
        text = path.read_bytes().decode("utf-8-sig", "replace")
        if any(not (c.isprintable() or c.isspace()) for c in text):
            raise DataFileError(
                f"{path}: is not text; right would be a table with the columns "
                "frequency, Z_re and Z_im"
            )
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read ({error.strerror})") from error
    separator = max(";\t,", key=text.split("\n", 1)[0].count)
    if separator == ";":
        text = text.replace(",", ".")
    try:
        lines = enumerate(csv.reader(text.splitlines(), delimiter=separator), start=1)
        rows = [(n, [cell.strip() for cell in row]) for n, row in lines if any(row)]
    except csv.Error as error:
        raise DataFileError(f"{path}: is no table ({error})") from error
    if not rows:
        raise DataFileError(f"{path}: is empty; right would be a table of a spectrum")
    return rows


def _columns(rows, path):
    """Where the three columns stand, what their unit and sign are, the first row."""
    _, head = rows[0]
    if all(_is_number(cell) for cell in head):
        return (0, 1, 2), (1.0, 1.0, 1.0), 0
    places, scales = [None] * 3, [1.0] * 3
    for place, title in enumerate(head):
        word, unit, sign = _title(title)
        for k, words in enumerate((FREQUENCY, REAL, IMAGINARY)):
            if word in words and places[k] is None:
                units = HERTZ if k == 0 else SCALE
                if unit and unit not in units:
                    raise DataFileError(
                        f'{path}: column "{title}": unit {unit} is not known; right '
                        f"would be one of {', '.join(units)}"
                    )
                places[k], scales[k] = place, sign * units.get(unit, 1.0)
    if None in places:
        missing = ("frequency", "real part", "imaginary part")[places.index(None)]
        raise DataFileError(
            f"{path}: no column of the {missing} among {', '.join(head)[:200]}; right "
            "would be such as Frequency [Hz], Z_re [Ohm], Z_im [Ohm]"
        )
    return places, scales, 1


def _title(title):
    """Word, unit and sign of a heading.

    Examples
    --------
    >>> _title("-Im(Z)/Ohm"), _title("Frequency [Hz]")
    (('im(z)', 'ohm', -1), ('frequency', 'hz', 1))
    """
    text = title.strip().lower().replace("ohms", "ohm").replace("Ω".lower(), "ω")
    sign = -1 if text.startswith(("-", "−")) else 1
    text = text.lstrip("-−")
    unit = ""
    for opening, closing in (("[", "]"), ("/", ""), (" (", ")")):
        word, found, rest = text.partition(opening)
        if found:
            text, unit = word, rest.removesuffix(closing)
            break
    return text.replace(" ", ""), unit.strip(), sign


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _value(row, place, where):
    text = row[place] if place < len(row) else ""
    if not _is_number(text) or not math.isfinite(float(text)):
        raise DataFileError(
            f'{where}: "{text[:40]}" is not a number; right would be a finite one'
        )
    return float(text)


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
