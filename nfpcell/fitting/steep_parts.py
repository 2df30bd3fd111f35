"""The parts of a curve that are too steep to be compared point by point."""

import numpy as np
from numpy.typing import NDArray

from nfpcell.arrays import FloatArray

# Points are not compared where the voltage changes by more than STEEP [V] over the
# fraction WINDOW of the charge: there an error of 0.01 % in the charge exceeds the
# uncertainty of the voltage, and neither cycler nor integrator is that accurate.
WINDOW, STEEP = 0.004, 0.04
FEWEST_COMPARED = 5


def not_steep(charge: FloatArray, voltage: FloatArray) -> NDArray[np.bool_]:
    """Mask of the points of a curve that are not steep: all if these are too few."""
    fraction = charge / charge[-1]
    below = np.maximum(fraction - WINDOW / 2, fraction[0])
    above = np.minimum(fraction + WINDOW / 2, fraction[-1])
    after, before = (np.interp(x, fraction, voltage) for x in (above, below))
    flat = np.abs(after - before) <= STEEP / WINDOW * (above - below)
    return flat if flat.sum() >= FEWEST_COMPARED else np.ones(len(flat), bool)
