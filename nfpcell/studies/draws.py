"""Draws of what is not known: fitted constants together, assumed values in ranges.

The fitted constants follow the normal distribution of the linearised fit, with their
correlations. An assumed value is drawn evenly over its stated range.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import norm, qmc

from nfpcell.arrays import FloatArray
from nfpcell.cell import parameters
from nfpcell.cell.schema import QuantityEntry
from nfpcell.errors import DataFileError

NAME, SCALE, DEVIATION = "Name", "Scale", "Standard deviation"
SCALES = ("log", "linear")
# a range over more than this factor is drawn evenly in the logarithm
DECADE = 10.0
SEED = 20200610
# settings of the measurement, and what isothermal half-cycles of the built-in cells do
# not have: hysteresis, a limit of stripping, spreads, heat
_WITHOUT_EFFECT = (
    "voltage_min voltage_max hysteresis_gap hysteresis_decay length_spread gb_spread "
    "stack_pressure i_strip_pressure i_strip_energy void_charge separator_heat "
    "cathode_heat casing_heat cooling_area heat_transfer"
)
NOT_DRAWN = tuple(parameters.NAMES[key] for key in _WITHOUT_EFFECT.split())


@dataclass(frozen=True)
class Covariance:
    """Joint normal distribution of quantities about their values, or their logarithms.

    A file has a row for each quantity: its name, scale ("log" or "linear"), standard
    deviation (of the natural logarithm, or of the value), and its correlations.
    """

    names: tuple[str, ...]
    scales: tuple[str, ...]
    deviations: FloatArray
    correlations: FloatArray

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file that ``to_csv`` has written."""
        table = pd.read_csv(path)
        names = list(table.get(NAME, []))
        if [NAME, SCALE, DEVIATION, *names] != list(table.columns) or not set(
            table[SCALE]
        ) <= set(SCALES):
            raise DataFileError(
                f"{path}: is not a table of correlations; right would be the columns "
                f"{NAME}, {SCALE} (log or linear), {DEVIATION}, and one for each name"
            )
        numbers = table[[DEVIATION, *names]].to_numpy(float)
        return cls(tuple(names), tuple(table[SCALE]), numbers[:, 0], numbers[:, 1:])

    @classmethod
    def of_intervals(cls, quantities: Mapping[str, QuantityEntry]) -> Self:
        """Without a file of correlations: the 95 % intervals, as if independent.

        The scale is that on which the interval is more symmetrical.
        """
        names, scales, deviations = [], [], []
        for name, entry in quantities.items():
            if entry.interval is None:
                continue
            low, high = entry.interval
            middle = abs((low + high) / 2 - entry.value)
            log = low > 0 and abs(np.sqrt(low * high) - entry.value) < middle
            width = np.log(high / low) if log else high - low
            names.append(name)
            scales.append("log" if log else "linear")
            deviations.append(width / (2 * norm.ppf(0.975)))
        correlations = np.eye(len(names))
        return cls(tuple(names), tuple(scales), np.array(deviations), correlations)

    def to_csv(self) -> str:
        """Return the text of a file."""
        columns = {NAME: self.names, SCALE: self.scales, DEVIATION: self.deviations}
        table = pd.DataFrame(columns)
        correlations = pd.DataFrame(self.correlations, columns=list(self.names))
        numbers = pd.concat([table, correlations.round(5)], axis=1)
        return numbers.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def covariance_path(material: Path) -> Path:
    """The file of correlations that belongs to a material file."""
    return material.with_name(f"{material.stem}_covariance.csv")


@dataclass(frozen=True)
class Distribution:
    """What is drawn: quantities of a covariance, and others evenly in their ranges."""

    values: Mapping[str, float]  # of the quantities, by name
    ranges: Mapping[str, tuple[float, float]]  # those drawn evenly
    covariance: Covariance | None = None

    @classmethod
    def of(
        cls,
        quantities: Mapping[str, QuantityEntry],
        covariance: Covariance | None = None,
    ) -> Self:
        """The distribution of the quantities of a file."""
        joint = covariance.names if covariance else ()
        ranges = {
            name: (entry.range[0], entry.range[1])
            for name, entry in quantities.items()
            if entry.range and name not in (*joint, *NOT_DRAWN)
        }
        values = {name: entry.value for name, entry in quantities.items()}
        return cls(values, ranges, covariance)

    def __len__(self) -> int:
        return len(self.ranges) + (len(self.covariance.names) if self.covariance else 0)

    def drawn(self, fractions: FloatArray) -> list[dict[str, float]]:
        """Values by name for fractions from 0 to 1, shape (draws, ``len(self)``)."""
        split = len(fractions.T) - len(self.ranges)
        joint = self._joint(fractions[:, :split])
        return [
            values | self._within_ranges(row)
            for values, row in zip(joint, fractions[:, split:], strict=True)
        ]

    def _within_ranges(self, fractions: FloatArray) -> dict[str, float]:
        return {
            name: between(low, high, fraction)
            for (name, (low, high)), fraction in zip(
                self.ranges.items(), fractions, strict=True
            )
        }

    def _joint(self, fractions: FloatArray) -> list[dict[str, float]]:
        if self.covariance is None:
            return [{} for _ in fractions]
        c = self.covariance
        eigenvalues, vectors = np.linalg.eigh(c.correlations)
        root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
        steps = norm.ppf(fractions) @ root.T * c.deviations
        return [
            {
                name: _moved(name, self.values[name], scale, step)
                for name, scale, step in zip(c.names, c.scales, row, strict=True)
            }
            for row in steps
        ]


def between(low: float, high: float, fraction: float) -> float:
    """A value of a range; evenly in the logarithm over a decade or more.

    Examples
    --------
    >>> between(0.0, 1.0, 0.25), round(between(0.01, 1.0, 0.5), 9)
    (0.25, 0.1)
    """
    if low > 0 and high >= DECADE * low:
        return float(low * (high / low) ** fraction)
    return float(low + (high - low) * fraction)


def _moved(name: str, value: float, scale: str, step: float) -> float:
    """A value moved by a step on its scale, within what the model allows."""
    moved = value * np.exp(step) if scale == "log" else value + step
    allowed = parameters.ALLOWED[parameters.ATTRIBUTES[name]]
    if moved in allowed:
        return float(moved)
    # open ends are never reached: half way to the bound
    bound = allowed.low if moved < value else allowed.high
    return float(bound if bound in allowed else (value + bound) / 2)


def draw(
    distributions: Mapping[str, Distribution], count: int, seed: int = SEED
) -> dict[str, list[dict[str, float]]]:
    """Draws of several distributions, which are independent, by their names.

    A Latin hypercube: the draws of each quantity are spread evenly.
    """
    sizes = [len(distribution) for distribution in distributions.values()]
    sample = np.empty((count, 0))
    if sum(sizes):
        sample = qmc.LatinHypercube(sum(sizes), rng=seed).random(count)
    parts = np.split(sample, np.cumsum(sizes)[:-1], axis=1)
    return {
        name: distribution.drawn(part)
        for (name, distribution), part in zip(distributions.items(), parts, strict=True)
    }
