"""What was measured, as a fit takes it: curves, spectra and published numbers."""

import functools
from dataclasses import dataclass, field, replace

import numpy as np

from nfpcell.eis.spectrum_analysis import Spectrum
from nfpcell.studies.experiment import Experiment, Target

# a curve of more points is averaged over this many stretches of neighbours
MOST_STRETCHES = 400
# where voltage changes by more than STEEP [V] over WINDOW of the charge, a
# ten-thousandth of the charge is worth more than a voltage's uncertainty: there, at an
# end and where one step gives way to the next, a voltage would tell the charge to more
# digits than a cycler or an integrator has
WINDOW, STEEP = 0.004, 0.04
LEAST_KEPT = 5


@dataclass(frozen=True)
class Curve:
    """
    A half-cycle at constant current.

    Attributes
    ----------
    label : how it is called in tables and figures
    cell : key of the cell it is of
    direction : "discharge" or "charge"
    current : its amount [A]
    temperature : [degC]
    charge : passed since its start, ascending [A.h]
    voltage : [V]
    start : open-circuit voltage it started from [V]; None for what a slow half-cycle
        leaves
    sigma : standard deviation of a point [V]
    stated : whether sigma was stated, else it follows from the scatter
    """

    label: str
    cell: str
    direction: str
    current: float
    temperature: float
    charge: np.ndarray
    voltage: np.ndarray
    start: float | None = None
    sigma: float = 1e-3
    stated: bool = False

    @functools.cached_property
    def kept(self):
        """Which points are compared one by one: those where the curve is not steep."""
        share = self.charge / self.charge[-1]
        below = np.maximum(share - WINDOW / 2, share[0])
        above = np.minimum(share + WINDOW / 2, share[-1])
        change = np.interp(above, share, self.voltage) - np.interp(
            below, share, self.voltage
        )
        flat = np.abs(change) <= STEEP / WINDOW * (above - below)
        return flat if flat.sum() >= LEAST_KEPT else np.ones(len(share), bool)

    @functools.cached_property
    def first(self):
        """Index, among the kept points, of the first of each averaged stretch."""
        points = int(self.kept.sum())
        number = min(points, MOST_STRETCHES)
        return np.arange(number) * points // number


@dataclass(frozen=True)
class MeasuredSpectrum:
    """
    A spectrum at one state of a cell, under load or at rest.

    Attributes
    ----------
    label, cell, temperature, stated : see ``Curve``
    spectrum : frequencies and impedance
    depth : depth of discharge, over the cell's own discharge at this rate; None for a
        cell at rest at ``voltage``
    voltage : open-circuit voltage that the cell rests at [V], if it has no depth
    direction, rate : of the half-cycle it was taken in; 0 for a cell at rest
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
class Published:
    """
    A number to be met: a target of an experiment.

    Attributes
    ----------
    label : see ``Curve``
    experiment : with the one condition (two for a ratio) that the target is about
    target : the number, where it holds, and within what it counts as met
    tolerance_percent : standard deviation that a fit reads into the number [%]
    """

    label: str
    experiment: Experiment
    target: Target
    tolerance_percent: float
    stated: bool = field(default=True, init=False)

    @classmethod
    def of(cls, experiment, target, tolerance_percent=None):
        """A target of an experiment, weighed by its own tolerance or another [%]."""
        conditions = [target.condition, target.divisor]
        small = replace(
            experiment,
            conditions=tuple(c for c in conditions if c is not None),
            targets=(target,),
        )
        if tolerance_percent is None:
            tolerance_percent = target.tolerance_percent
        label = f"{target.name}, {target.quantity}"
        return cls(label, small, target, tolerance_percent)
