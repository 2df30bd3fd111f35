"""Observations to fit to: measured curves and spectra, published numbers."""

import functools
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nfpcell.arrays import FloatArray
from nfpcell.cell.validation import Direction
from nfpcell.fitting.origin import Origin
from nfpcell.fitting.sequences import MeasuredSequence
from nfpcell.fitting.steep_parts import not_steep
from nfpcell.measured.readers import Spectrum
from nfpcell.studies import residuals
from nfpcell.studies.experiment import Experiment, Target

# a curve with more points is averaged over this number of stretches
MOST_STRETCHES = 400
# deviations if nothing could be computed: of an impedance over its modulus, and of a
# number in tolerances
IMPEDANCE_NOT_COMPUTED, NUMBER_NOT_COMPUTED = 1.0, 100.0


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
    origin: Origin = field(default_factory=Origin)

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
    origin: Origin = field(default_factory=Origin)

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
Observation = Measured | MeasuredSequence | PublishedNumber
