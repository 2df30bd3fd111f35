"""Free parameters of a fit: quantities of a cell file with bounds, scale and prior."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, qmc

from nfpcell.arrays import FloatArray
from nfpcell.cell import parameters
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import suggestion
from nfpcell.cell.parameters import LOWER_CUTOFF, UPPER_CUTOFF
from nfpcell.cell.quantity import unknown_name
from nfpcell.cell.schema import Scale
from nfpcell.errors import DataFileError, UnknownNameError

SCALES = ("log", "linear")
# the range of a prior is its central 95 %, in standard deviations
_DEVIATIONS_IN_RANGE = 4.0
# largest distance of a parameter at its bound, over the distance between the bounds
NEAR_BOUND = 1e-3


@dataclass(frozen=True)
class Free:
    """One free parameter of a fit."""

    name: str  # as in a cell file
    lower: float  # bounds, in the unit of the name
    upper: float
    scale: Scale | None = None  # None: "log" if the bounds span over a factor of ten
    cells: tuple[
        str, ...
    ] = ()  # in which it is free, with one common value; () for all
    # prior: mean and central 95 % of a normal distribution of value or logarithm
    best: float | None = None
    range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.name not in parameters.ATTRIBUTES:
            raise UnknownNameError(f"free: {unknown_name(self.name)}")
        if self.name in (LOWER_CUTOFF, UPPER_CUTOFF):
            raise self._refused(
                "is a setting of the measurement and cannot be fitted; right would be "
                "to state it in the cell file"
            )
        allowed = parameters.ALLOWED[parameters.ATTRIBUTES[self.name]]
        for bound in (self.lower, self.upper):
            if not math.isfinite(bound) or bound not in allowed:
                raise self._refused(
                    f"cannot have the bound {bound:g}; right would be {allowed}"
                )
        if self.lower >= self.upper:
            raise self._refused(
                f"lower = {self.lower:g} is not below upper = {self.upper:g}; right "
                "would be the smaller first"
            )
        if self.scale is None:
            wide = self.lower > 0 and self.upper > 10 * self.lower
            object.__setattr__(self, "scale", "log" if wide else "linear")
        if self.scale not in SCALES:
            raise self._refused(
                f'scale "{self.scale}" is not known; '
                f"{suggestion(str(self.scale), SCALES)}"
            )
        if self.scale == "log" and self.lower <= 0:
            raise self._refused(
                f"lower = {self.lower:g} has no logarithm; right would be a number "
                'above 0, or scale = "linear"'
            )
        self._check_prior()

    def _check_prior(self) -> None:
        if self.best is None or self.range is None:
            if self.best is not None or self.range is not None:
                raise self._refused(
                    "right would be both best and range of a prior, or neither"
                )
            return
        if not self.lower <= self.best <= self.upper:
            raise self._refused(
                f"best = {self.best:g} is not between lower and upper; right would be "
                f"from {self.lower:g} to {self.upper:g}"
            )
        low, high = self.range
        if not low < high or (self.scale == "log" and low <= 0):
            raise self._refused(
                f"range = {low:g} to {high:g} is refused; right would be the smaller "
                'number first, and numbers above 0 for scale = "log"'
            )

    def _refused(self, reason: str) -> DataFileError:
        return DataFileError(f'free: "{self.name}": {reason}')

    @property
    def of_cell(self) -> bool:
        """Whether it is a quantity of a cell."""
        return True

    def applies_to(self, cell_name: str) -> bool:
        """Whether it is free in this cell."""
        return not self.cells or cell_name in self.cells

    def coordinate(self, value: float) -> float:
        """Coordinate of a value in the search.

        0 is the middle of the bounds; 1 more is a factor of e on a logarithmic scale,
        and the distance between the bounds on a linear one.
        """
        if self.scale == "log":
            return float(np.log(value / self._middle))
        return (value - self._middle) / (self.upper - self.lower)

    def value(self, coordinate: float) -> float:
        """The value at a coordinate, clipped to the bounds."""
        if self.scale == "log":
            value = self._middle * np.exp(coordinate)
        else:
            value = self._middle + (self.upper - self.lower) * coordinate
        return float(np.clip(value, self.lower, self.upper))

    @property
    def unit(self) -> float:
        """Change of the value, on a logarithmic scale of its logarithm, for a change of
        the coordinate by 1.
        """
        return 1.0 if self.scale == "log" else self.upper - self.lower

    @property
    def prior(self) -> tuple[float, float] | None:
        """Mean and standard deviation of the coordinate; None without a prior."""
        if self.best is None or self.range is None:
            return None
        low, high = (self.coordinate(end) for end in self.range)
        return self.coordinate(self.best), (high - low) / _DEVIATIONS_IN_RANGE

    @property
    def _middle(self) -> float:
        if self.scale == "log":
            return math.sqrt(self.lower * self.upper)
        return (self.lower + self.upper) / 2


@dataclass(frozen=True)
class StartVoltage(Free):
    """The open-circuit voltage at the start of a sequence: free, but of no cell.

    Without a range it has no prior, and ``guess`` is where the search begins.
    """

    guess: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", "linear")
        object.__setattr__(self, "best", self.guess)

    @property
    def of_cell(self) -> bool:
        """Whether it is a quantity of a cell."""
        return False

    def applies_to(self, cell_name: str) -> bool:
        """Whether it is free in this cell."""
        return False


class FreeParameters:
    """The free parameters of a fit as one vector of coordinates."""

    def __init__(self, parameters: Iterable[Free]) -> None:
        self.parameters = tuple(parameters)
        self.names = [parameter.name for parameter in self.parameters]
        for name in self.names:
            if self.names.count(name) > 1:
                raise DataFileError(
                    f'free: "{name}" is given twice; right would be once'
                )

    def with_starts(self, starts: Iterable[StartVoltage]) -> "FreeParameters":
        """These parameters, and after them the starts of sequences."""
        return FreeParameters([*self.parameters, *starts])

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest coordinates."""
        low = [p.coordinate(p.lower) for p in self.parameters]
        high = [p.coordinate(p.upper) for p in self.parameters]
        return np.array(low), np.array(high)

    def start(self, cells: Mapping[str, Cell]) -> FloatArray:
        """Coordinates of the starting values, clipped to the bounds.

        These are the best value of a prior, else the value of the first cell in which
        the parameter is free.
        """
        coordinates = []
        for p in self.parameters:
            value = p.best
            if value is None:
                value = next(c for c in cells.values() if p.applies_to(c.name))[p.name]
            coordinates.append(p.coordinate(float(np.clip(value, p.lower, p.upper))))
        return np.array(coordinates)

    def sample(self, number: int, seed: int) -> FloatArray:
        """Coordinates from a Sobol sequence, shape (number, coordinates).

        They are uniform between the bounds, or have the distribution of the prior.
        """
        power = math.ceil(math.log2(number))  # Sobol' points are even in such a number
        fractions = qmc.Sobol(len(self), seed=seed).random_base2(power)[:number]
        low, high = self.bounds
        z = low + fractions * (high - low)
        for k, parameter in enumerate(self.parameters):
            if parameter.prior is not None:
                mean, deviation = parameter.prior
                z[:, k] = mean + deviation * norm.ppf(fractions[:, k])
        return np.clip(z, low, high)

    def values(self, z: FloatArray) -> dict[str, float]:
        """Values at coordinates, by name."""
        return {p.name: p.value(x) for p, x in zip(self.parameters, z, strict=True)}

    def at_bounds(self, z: FloatArray) -> dict[str, float]:
        """The bound of each parameter that is at one, by name."""
        return {
            p.name: bound
            for p, x in zip(self.parameters, z, strict=True)
            for bound in (p.lower, p.upper)
            if abs(x - p.coordinate(bound))
            < NEAR_BOUND * (p.coordinate(p.upper) - p.coordinate(p.lower))
        }

    def cells(self, cells: Mapping[str, Cell], z: FloatArray) -> dict[str, Cell]:
        """The cells with the values at the coordinates.

        Raises DataFileError if the values contradict each other.
        """
        values = self.values(z)
        changed = {}
        for key, cell in cells.items():
            free = [p.name for p in self.parameters if p.applies_to(cell.name)]
            changed[key] = cell.with_values({name: values[name] for name in free})
        return changed

    def prior_residuals(self, z: FloatArray) -> FloatArray:
        """Distance from the mean of each prior, in its standard deviations."""
        pairs = zip(z, (parameter.prior for parameter in self.parameters), strict=True)
        return np.array([(x - p[0]) / p[1] for x, p in pairs if p is not None])
