"""What was measured, as a fit takes it: curves, spectra and published numbers."""

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

# a curve with more points is averaged over this many stretches of neighbours
MOST_STRETCHES = 400
# Where the voltage changes by more than STEEP [V] over WINDOW of the charge, points are
# not compared: there an error of 0.01 % in the charge is worth more than the
# uncertainty of a voltage, and neither a cycler nor an integrator is that accurate.
WINDOW, STEEP = 0.004, 0.04
FEWEST_COMPARED = 5
# deviations where nothing could be computed: of an impedance over its modulus, and of a
# number in its tolerances
IMPEDANCE_NOT_COMPUTED, NUMBER_NOT_COMPUTED = 1.0, 100.0


@dataclass(frozen=True)
class Origin:
    """Where a measurement is from, and what was recognised or assumed about it."""

    file: str = ""
    half_cycle: float = np.nan  # number among those of the file, from 1
    starts_from: str = ""  # state at the start, in words
    remarks: tuple[str, ...] = ()


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
        """Which points are compared one by one: those where the curve is not steep."""
        fraction = self.charge / self.charge[-1]
        below = np.maximum(fraction - WINDOW / 2, fraction[0])
        above = np.minimum(fraction + WINDOW / 2, fraction[-1])
        after, before = (np.interp(x, fraction, self.voltage) for x in (above, below))
        flat = np.abs(after - before) <= STEEP / WINDOW * (above - below)
        return flat if flat.sum() >= FEWEST_COMPARED else np.ones(len(flat), bool)

    @functools.cached_property
    def stretches(self) -> NDArray[np.int64]:
        """Index, among the compared points, of the first of each averaged stretch."""
        points = int(self.compared.sum())
        number = min(points, MOST_STRETCHES)
        return np.arange(number) * points // number


@dataclass(frozen=True)
class MeasuredSpectrum:
    """A spectrum of a cell in one state: at a depth of discharge, or at rest."""

    label: str  # its name in tables and figures
    cell: str  # key of the cell that was measured
    spectrum: Spectrum
    depth: float | None = None  # over the cell's own discharge at this rate
    voltage: float = np.nan  # open-circuit voltage at rest [V], if there is no depth
    direction: Direction = "discharge"
    rate: float = 0.0  # of the half-cycle in which it was taken; 0 at rest
    temperature: float = 30.0  # [degC]
    sigma: float = 0.01  # standard deviation of either part over the modulus [-]
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
    experiment: Experiment  # with only the conditions that the target is about
    target: Target
    tolerance_percent: float  # standard deviation in the fit [%]
    stated: bool = field(default=True, init=False)

    @classmethod
    def of(
        cls, experiment: Experiment, target: Target, tolerance: float | None = None
    ) -> Self:
        """A target of an experiment, with its own tolerance or another [%]."""
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
        """The residual of a number; a large one for None."""
        value = self.target.value
        if computed is None or value is None:
            return np.array([NUMBER_NOT_COMPUTED])
        return np.array([residuals.of_number(computed, value, self.tolerance_percent)])


Measured = MeasuredCurve | MeasuredSpectrum
Observation = Measured | PublishedNumber
