"""What was measured, as a fit takes it: curves, spectra and published numbers."""

import functools
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nfpcell.eis.spectrum_analysis import Spectrum
from nfpcell.fitting.free_parameters import FloatArray
from nfpcell.studies.experiment import Experiment, Target

# a curve with more points is averaged over this many stretches of neighbours
MOST_STRETCHES = 400
# Where the voltage changes by more than STEEP [V] over WINDOW of the charge, points are
# not compared: there an error of 0.01 % in the charge is worth more than the
# uncertainty of a voltage, and neither a cycler nor an integrator is that accurate.
WINDOW, STEEP = 0.004, 0.04
FEWEST_COMPARED = 5


@dataclass(frozen=True)
class MeasuredCurve:
    """
    A half-cycle at constant current.

    Attributes
    ----------
    label : its name in tables and figures
    cell : key of the cell that was measured
    direction : "discharge" or "charge"
    current : not negative [A]
    temperature : [degC]
    charge : passed since the start, ascending [A.h]
    voltage : [V]
    start : open-circuit voltage at the start [V]; None for that after a slow half-cycle
    sigma : standard deviation of a point [V]
    stated : whether sigma was stated; if not, it follows from the scatter
    """

    label: str
    cell: str
    direction: str
    current: float
    temperature: float
    charge: FloatArray
    voltage: FloatArray
    start: float | None = None
    sigma: float = 1e-3
    stated: bool = False

    @functools.cached_property
    def compared(self) -> NDArray[np.bool_]:
        """Which points are compared one by one: those where the curve is not steep."""
        fraction = self.charge / self.charge[-1]
        below = np.maximum(fraction - WINDOW / 2, fraction[0])
        above = np.minimum(fraction + WINDOW / 2, fraction[-1])
        change = np.interp(above, fraction, self.voltage) - np.interp(
            below, fraction, self.voltage
        )
        flat = np.abs(change) <= STEEP / WINDOW * (above - below)
        return flat if flat.sum() >= FEWEST_COMPARED else np.ones(len(flat), bool)

    @functools.cached_property
    def stretches(self) -> NDArray[np.int64]:
        """Index, among the compared points, of the first of each averaged stretch."""
        points = int(self.compared.sum())
        number = min(points, MOST_STRETCHES)
        return np.arange(number) * points // number


@dataclass(frozen=True)
class MeasuredSpectrum:
    """
    A spectrum of a cell in one state, under load or at rest.

    Attributes
    ----------
    label, cell, temperature, stated : see ``MeasuredCurve``
    spectrum : frequencies and impedance
    depth : depth of discharge, over the cell's own discharge at this rate; None for a
        cell at rest at ``voltage``
    voltage : open-circuit voltage at rest [V], if there is no depth
    direction, rate : of the half-cycle in which it was taken; rate 0 for a cell at rest
    sigma : standard deviation of either part over the modulus [-]
    """

    label: str
    cell: str
    spectrum: Spectrum
    depth: float | None = None
    voltage: float | None = None
    direction: str = "discharge"
    rate: float = 0.0
    temperature: float = 30.0
    sigma: float = 0.01
    stated: bool = False


@dataclass(frozen=True)
class PublishedNumber:
    """
    A published number to fit to: a target of an experiment.

    Attributes
    ----------
    label : see ``MeasuredCurve``
    experiment : with only the condition (two for a ratio) that the target is about
    target : the number, where it holds, and its tolerance
    tolerance_percent : standard deviation of the number in the fit [%]
    """

    label: str
    experiment: Experiment
    target: Target
    tolerance_percent: float
    stated: bool = field(default=True, init=False)

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        target: Target,
        tolerance_percent: float | None = None,
    ) -> Self:
        """A target of an experiment, with its own tolerance or another [%]."""
        conditions = [target.condition, target.divisor]
        reduced = replace(
            experiment,
            conditions=tuple(c for c in conditions if c is not None),
            targets=(target,),
        )
        label = f"{target.name}, {target.quantity}"
        tolerance = tolerance_percent or target.tolerance_percent or np.nan
        return cls(label, reduced, target, tolerance)


Observation = MeasuredCurve | MeasuredSpectrum | PublishedNumber
