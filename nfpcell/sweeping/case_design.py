"""The points of a sweep: a grid, lists of values, or a sample of the ranges."""

import importlib
import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nfpcell.errors import NfpcellError

GridMethod = Literal["grid", "list"]
SampleMethod = Literal["sobol", "latin hypercube", "saltelli"]
SAMPLES: tuple[SampleMethod, ...] = get_args(SampleMethod)
Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class Axis:
    """A quantity that varies, or several that take the same value."""

    names: tuple[str, ...]
    values: tuple[float, ...] = ()  # on a grid or in a list
    lower: float = math.nan  # this, upper and scale: of a sample
    upper: float = math.nan
    scale: Scale = "linear"

    @property
    def name(self) -> str:
        """The first of its names."""
        return self.names[0]

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at shares from 0 (the lower end) to 1 (the upper end) of the range."""
        if self.scale == "linear":
            return self.lower + share * (self.upper - self.lower)
        return self.lower * (self.upper / self.lower) ** share

    def share(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of ``at``."""
        if self.scale == "linear":
            return (values - self.lower) / (self.upper - self.lower)
        return np.log(values / self.lower) / np.log(self.upper / self.lower)


@dataclass(frozen=True)
class CaseDesign:
    """The choice of the points; its length is their number."""

    axes: tuple[Axis, ...]
    method: GridMethod | SampleMethod
    number: int = 0  # of a sample
    seed: int = 0  # the same points for the same seed

    def __len__(self) -> int:
        if self.method == "grid":
            return math.prod(len(axis.values) for axis in self.axes)
        if self.method == "list":
            return len(self.axes[0].values)
        if self.method == "saltelli":
            return self.number * (len(self.axes) + 2)
        return self.number

    def points(self) -> NDArray[np.float64]:
        """Values of the axes, shape (points, axes)."""
        values = [axis.values for axis in self.axes]
        if self.method == "grid":
            grid = np.meshgrid(*values, indexing="ij")
            return np.stack(grid, -1).reshape(-1, len(values))
        if self.method == "list":
            return np.array(values).T
        columns = zip(self.axes, self._shares().T, strict=True)
        return np.column_stack([axis.at(share) for axis, share in columns])

    def _shares(self) -> NDArray[np.float64]:
        """Points of the unit cube, shape (points, axes)."""
        if self.method == "saltelli":
            problem = unit_problem([str(k) for k in range(len(self.axes))])
            shares: NDArray[np.float64] = salib("sample.sobol").sample(
                problem, self.number, calc_second_order=False, seed=self.seed
            )
            return shares
        from scipy.stats import qmc

        kind = qmc.Sobol if self.method == "sobol" else qmc.LatinHypercube
        return np.asarray(kind(len(self.axes), seed=self.seed).random(self.number))


def unit_problem(names: list[str]) -> dict[str, Any]:
    """Names with the bounds 0 and 1, as SALib takes them."""
    return {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}


def salib(module: str) -> ModuleType:
    """A module of SALib, which comes with ``nfpcell[sweep]``."""
    try:
        return importlib.import_module(f"SALib.{module}")
    except ImportError as error:
        raise NfpcellError(
            "a sensitivity analysis needs SALib; right would be "
            "pip install nfpcell[sweep]"
        ) from error
