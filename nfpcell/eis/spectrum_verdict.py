"""The verdict of the Kramers-Kronig test on a measured spectrum.

The test fits many relaxations, so a residual means something only if a spectrum has
more numbers than the test has parameters. The root mean square is divided by the
degrees of freedom, so that it is the noise of the spectrum.

Residuals of 1 % are the usual limit of a good spectrum: Schoenleber, Klotz and
Ivers-Tiffee, Electrochim. Acta 131, 20 (2014); 1 to 2 % in Kanoun and Kallel,
Electrochim. Acta (2024) 144351. The limits of a usable one are chosen: four published
spectra of instruments' examples have 0.1 to 3 %, a resistance that triples during a
sweep 8 to 10 %, a spectrum with the wrong sign of Im Z 50 %.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from nfpcell.arrays import ComplexArray
from nfpcell.eis.spectrum_analysis import (
    MEASURED_DENSITY,
    SPARSE_DENSITY,
    degrees_of_freedom,
    sum_of_relaxations,
)
from nfpcell.measured.readers import Spectrum

# largest residuals over the modulus, as root mean square: of a good and of a usable
# spectrum; and largest residual of a single frequency
GOOD, USABLE, LARGEST = 0.01, 0.05, 0.2
# with fewer degrees of freedom, the root mean square is uncertain by more than 25 %
LEAST_FREEDOM = 8


class Verdict(Enum):
    """What the Kramers-Kronig test says; the value is the text for people."""

    GOOD = "good"
    USABLE = "usable"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, eq=False)
class Judgement:
    """The verdict on a spectrum and its reasons."""

    verdict: Verdict
    sentence: str = ""  # the reason; empty for a good spectrum
    # over the modulus [-]; nan if not judged
    residual: float = np.nan  # root mean square, for each degree of freedom
    largest: float = np.nan  # of a frequency
    residuals: ComplexArray | None = None  # shape of Z


def judge(spectrum: Spectrum) -> Judgement:
    """Judge whether a spectrum obeys the Kramers-Kronig relations."""
    frequencies, count = spectrum.frequencies, len(spectrum.frequencies)
    for density in (MEASURED_DENSITY, SPARSE_DENSITY):
        freedom = degrees_of_freedom(frequencies, density)
        if freedom >= LEAST_FREEDOM:
            break
    if freedom < LEAST_FREEDOM:
        needed = count - (freedom - LEAST_FREEDOM) // 2
        return Judgement(
            Verdict.NOT_JUDGED,
            f"not judged: {count} frequencies are too few for the Kramers-Kronig test; "
            f"right would be at least {needed} in this range",
        )
    residuals, parameters = sum_of_relaxations(frequencies, spectrum.Z, density)
    sizes = np.abs(residuals)
    # a complex number has two degrees of freedom
    rms = float(np.sqrt(np.sum(sizes**2) / (count - parameters / 2)))
    worst = int(np.argmax(sizes))
    largest = float(sizes[worst])
    numbers = rms, largest, residuals
    found = (
        f"the Kramers-Kronig residual is {_percent(rms)} for each degree of freedom, "
        f"the largest {_percent(largest)} at {frequencies[worst]:.3g} Hz"
    )
    if rms > USABLE or largest > LARGEST:
        sentence = (
            f"{found}; right would be at most {_percent(USABLE)}, and "
            f"{_percent(LARGEST)} at each frequency: the cell changed during the "
            "measurement, its response was not linear, or the file is no spectrum"
        )
        return Judgement(Verdict.FAILED, sentence, *numbers)
    if rms > GOOD:
        sentence = (
            f"{found}: it is usable; a good spectrum has at most {_percent(GOOD)}"
        )
        return Judgement(Verdict.USABLE, sentence, *numbers)
    return Judgement(Verdict.GOOD, "", *numbers)


def _percent(residual: float) -> str:
    return f"{100 * residual:.4g} %"
