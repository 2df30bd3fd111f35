"""What may move in a fit: quantities of a cell file with bounds, scale and prior."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, qmc

from nfpcell.cell import parameters
from nfpcell.cell.naming import suggestion
from nfpcell.cell.quantity import unknown_name
from nfpcell.errors import DataFileError, UnknownNameError

SCALES = ("log", "linear")
# a prior's range is read as its central 95 %
_SIGMAS_IN_RANGE = 4.0

CUT_OFFS = ("Lower voltage cut-off [V]", "Upper voltage cut-off [V]")

_KEYS = {name: key for key, name in parameters.NAMES.items()}


@dataclass(frozen=True)
class Free:
    """
    One quantity that a fit may move.

    Attributes
    ----------
    name : as in a cell file
    lower, upper : bounds, in the unit of the name
    scale : "log", where a step is a factor, or "linear"; None lets the bounds decide:
        logarithmic if they span more than a factor of ten
    cells : names of the cells in which it moves, the same value in all; () for all
    best, range : prior, read as the middle and the central 95 % of a normal
        distribution of the value, or of its logarithm; None for none
    """

    name: str
    lower: float
    upper: float
    scale: str | None = None
    cells: tuple[str, ...] = ()
    best: float | None = None
    range: tuple[float, float] | None = None

    def __post_init__(self):
        if self.name not in _KEYS:
            raise UnknownNameError(f"free: {unknown_name(self.name)}")
        if self.name in CUT_OFFS:
            raise DataFileError(
                f'free: "{self.name}" is set by whoever measures; right would be to '
                "state it in the cell file"
            )
        for bound in (self.lower, self.upper):
            self._refuse_senseless(bound)
        if self.lower >= self.upper:
            raise DataFileError(
                f'free: "{self.name}": lower = {self.lower:g} is not below upper = '
                f"{self.upper:g}; right would be the smaller first"
            )
        if self.scale is None:
            wide = self.lower > 0 and self.upper > 10 * self.lower
            object.__setattr__(self, "scale", "log" if wide else "linear")
        if self.scale not in SCALES:
            raise DataFileError(
                f'free: "{self.name}": scale "{self.scale}" is not known; '
                f"{suggestion(str(self.scale), SCALES)}"
            )
        if self.scale == "log" and self.lower <= 0:
            raise DataFileError(
                f'free: "{self.name}": lower = {self.lower:g} has no logarithm; right '
                'would be a number above 0, or scale = "linear"'
            )
        if (self.best is None) != (self.range is None):
            raise DataFileError(
                f'free: "{self.name}": right would be both best and range of a prior, '
                "or neither"
            )
        if self.best is not None and not self.lower <= self.best <= self.upper:
            raise DataFileError(
                f'free: "{self.name}": best = {self.best:g} is not between lower and '
                f"upper; right would be from {self.lower:g} to {self.upper:g}"
            )
        if self.range is not None:
            low, high = self.range
            if not low < high or (self.scale == "log" and low <= 0):
                raise DataFileError(
                    f'free: "{self.name}": range = {low:g} to {high:g} is no range; '
                    "right would be the smaller first"
                )

    def _refuse_senseless(self, bound):
        allowed = parameters.ALLOWED[_KEYS[self.name]]
        if not math.isfinite(bound) or bound not in allowed:
            raise DataFileError(
                f'free: "{self.name}": the bound {bound:g} makes no sense; right would '
                f"be {allowed}"
            )

    def moves_in(self, cell_name):
        """Whether it moves in a cell."""
        return not self.cells or cell_name in self.cells

    def coordinate(self, value):
        """Where a value lies for the search: 0 in the middle of the bounds; a step of 1
        is a factor of e, or the distance between the bounds.
        """
        if self.scale == "log":
            return np.log(value / self._middle)
        return (value - self._middle) / self._unit

    def value(self, coordinate):
        """The value at a coordinate, inside the bounds whatever the rounding."""
        if self.scale == "log":
            value = self._middle * np.exp(coordinate)
        else:
            value = self._middle + self._unit * coordinate
        return float(np.clip(value, self.lower, self.upper))

    @property
    def prior(self):
        """Mean and standard deviation of the coordinate, or None."""
        if self.range is None:
            return None
        low, high = (self.coordinate(end) for end in self.range)
        return self.coordinate(self.best), (high - low) / _SIGMAS_IN_RANGE

    @property
    def _unit(self):
        return self.upper - self.lower

    @property
    def _middle(self):
        if self.scale == "log":
            return math.sqrt(self.lower * self.upper)
        return (self.lower + self.upper) / 2


class FreeSet:
    """Several quantities as one vector of coordinates."""

    def __init__(self, free):
        self.free = tuple(free)
        seen = set()
        for one in self.free:
            if one.name in seen:
                raise DataFileError(f'free: "{one.name}" stands twice')
            seen.add(one.name)

    def __len__(self):
        return len(self.free)

    @property
    def names(self):
        """Names in the order of the coordinates."""
        return [one.name for one in self.free]

    @property
    def bounds(self):
        """Lowest and highest coordinates."""
        low = [one.coordinate(one.lower) for one in self.free]
        high = [one.coordinate(one.upper) for one in self.free]
        return np.array(low), np.array(high)

    def start(self, cells):
        """Coordinates to start from: the best of a prior, else what the cells hold, or
        the nearest bound.
        """
        found = []
        for one in self.free:
            value = one.best
            if value is None:
                value = next(c for c in cells.values() if one.moves_in(c.name))[
                    one.name
                ]
            found.append(one.coordinate(np.clip(value, one.lower, one.upper)))
        return np.array(found)

    def drawn(self, number, seed):
        """Coordinates spread evenly (Sobol) between the bounds, or as the priors say,
        shape (number, coordinates); the same for the same seed.
        """
        sample = qmc.Sobol(len(self), seed=seed).random(number)
        low, high = self.bounds
        spread = low + sample * (high - low)
        for k, one in enumerate(self.free):
            if one.prior is not None:
                mean, deviation = one.prior
                spread[:, k] = mean + deviation * norm.ppf(sample[:, k])
        return np.clip(spread, low, high)

    def values(self, z):
        """Values at coordinates, by name."""
        return {one.name: one.value(x) for one, x in zip(self.free, z, strict=True)}

    def cells(self, cells, z):
        """
        The cells with their free quantities at the coordinates.

        Parameters
        ----------
        cells : mapping of a key to Cell
        z : coordinates

        Raises
        ------
        DataFileError where the quantities together make no sense
        """
        values = self.values(z)
        return {
            key: cell.with_values(
                {o.name: values[o.name] for o in self.free if o.moves_in(cell.name)}
            )
            for key, cell in cells.items()
        }

    def pull(self, z):
        """Distance from each prior in its standard deviations."""
        priors = [(x, one.prior) for one, x in zip(self.free, z, strict=True)]
        return np.array([(x - p[0]) / p[1] for x, p in priors if p is not None])

    def pull_slope(self):
        """Derivative of ``pull``, shape (priors, coordinates)."""
        rows = []
        for k, one in enumerate(self.free):
            if one.prior is not None:
                row = np.zeros(len(self.free))
                row[k] = 1 / one.prior[1]
                rows.append(row)
        return np.array(rows).reshape(len(rows), len(self.free))
