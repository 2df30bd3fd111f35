"""Observations to fit to: measured curves and spectra, published numbers."""

import functools
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nfpcell.arrays import FloatArray
from nfpcell.cell.validation import Direction
from nfpcell.measured.readers import Spectrum
from nfpcell.studies import residuals
from nfpcell.studies.experiment import Experiment, Target

# a curve with more points is averaged over this number of stretches
MOST_STRETCHES = 400
# Points are not compared where the voltage changes by more than STEEP [V] over the
# fraction WINDOW of the charge: there an error of 0.01 % in the charge exceeds the
# uncertainty of the voltage, and neither cycler nor integrator is that accurate.
WINDOW, STEEP = 0.004, 0.04
FEWEST_COMPARED = 5
# deviations if nothing could be computed: of an impedance over its modulus, and of a
# number in tolerances
IMPEDANCE_NOT_COMPUTED, NUMBER_NOT_COMPUTED = 1.0, 100.0


@dataclass(frozen=True)
class Origin:
    """The source of a measurement, and what was recognised or assumed about it."""

    file: str = ""
    half_cycle: float = np.nan  # number among those of the file, from 1
    starts_from: str = ""  # state at the start, in words
    remarks: tuple[str, ...] = ()


def not_steep(charge: FloatArray, voltage: FloatArray) -> NDArray[np.bool_]:
    """Mask of the points of a curve that are not steep: all if these are too few."""
    fraction = charge / charge[-1]
    below = np.maximum(fraction - WINDOW / 2, fraction[0])
    above = np.minimum(fraction + WINDOW / 2, fraction[-1])
    after, before = (np.interp(x, fraction, voltage) for x in (above, below))
    flat = np.abs(after - before) <= STEEP / WINDOW * (above - below)
    return flat if flat.sum() >= FEWEST_COMPARED else np.ones(len(flat), bool)


@dataclass(frozen=True)
class MeasuredCurve:
    """A half-cycle at constant current."""

    label: str  # its name in tables and figures
    cell: str  # key of the cell that was measured
    direction: Direction
    current: float  # not negative [A]
    temperature: float  # [degC]
    charge: FloatArray  # passed since the start, ascending [A.h]
    voltage: FloatArray  # [V]
    start: float | None = None  # open circuit [V]; None: after a slow half-cycle
    sigma: float = 1e-3  # standard deviation of a point [V]
    stated: bool = False  # whether sigma was stated, or follows from the scatter
    origin: Origin = Origin()

    @functools.cached_property
    def compared(self) -> NDArray[np.bool_]:
        """Mask of the points that are compared: those where the curve is not steep."""
        return not_steep(self.charge, self.voltage)

    @functools.cached_property
    def stretches(self) -> NDArray[np.int64]:
        """Index among the compared points at which each averaged stretch begins."""
        points = int(self.compared.sum())
        number = min(points, MOST_STRETCHES)
        return np.arange(number) * points // number


@dataclass(frozen=True)
class MeasuredSpectrum:
    """A spectrum of a cell in one state: at a depth of discharge, or at rest."""

    label: str  # its name in tables and figures
    cell: str  # key of the cell that was measured
    spectrum: Spectrum
    depth: float | None = None  # of the cell's discharge at this rate
    voltage: float = np.nan  # open-circuit voltage at rest [V], if there is no depth
    direction: Direction = "discharge"
    rate: float = 0.0  # of the half-cycle in which it was taken; 0 at rest
    temperature: float = 30.0  # [degC]
    sigma: float = 0.01  # standard deviation of each part over the modulus [-]
    stated: bool = False  # whether sigma was stated, or follows from the scatter
    origin: Origin = Origin()

    def residuals(self, computed: NDArray[np.complex128] | None) -> FloatArray:
        """Residuals of an impedance at the frequencies; large ones for None."""
        Z = self.spectrum.Z
        if computed is None:
            computed = Z + IMPEDANCE_NOT_COMPUTED * np.abs(Z)
        return residuals.of_spectrum(computed, Z, self.sigma)


@dataclass(frozen=True)
class PublishedNumber:
    """A published number to fit to: a target of an experiment."""

    label: str  # its name in tables and figures
    experiment: Experiment  # with only the conditions of this target
    target: Target
    tolerance_percent: float  # standard deviation in the fit [%]
    stated: bool = field(default=True, init=False)

    @classmethod
    def of(
        cls, experiment: Experiment, target: Target, tolerance: float | None = None
    ) -> Self:
        """A target of an experiment; ``tolerance`` [%] replaces its own."""
        conditions = [target.condition, target.divisor]
        reduced = replace(
            experiment,
            conditions=tuple(c for c in conditions if c is not None),
            targets=(target,),
        )
        label = f"{target.name}, {target.quantity}"
        tolerance = tolerance or target.tolerance_percent or np.nan
        return cls(label, reduced, target, tolerance)

    def residuals(self, computed: float | None) -> FloatArray:
        """The residual; a large one for None."""
        value = self.target.value
        if computed is None or value is None:
            return np.array([NUMBER_NOT_COMPUTED])
        return np.array([residuals.of_number(computed, value, self.tolerance_percent)])


Measured = MeasuredCurve | MeasuredSpectrum
Observation = Measured | PublishedNumber
