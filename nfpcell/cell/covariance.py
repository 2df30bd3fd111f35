"""The joint uncertainty of fitted quantities, as a cell file keeps it.

An interval states how well one quantity is known. The covariance also states which
combinations are known better than each quantity alone, such as j0/R.
"""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from nfpcell.arrays import FloatArray
from nfpcell.cell.schema import CovarianceEntry, Scale
from nfpcell.errors import DataFileError

# least eigenvalue of a matrix of correlations; rounding in a file lowers that of 0
LEAST_EIGENVALUE = -1e-4


@dataclass(frozen=True)
class Covariance:
    """Covariance of fitted quantities: of values, or of natural logarithms."""

    names: tuple[str, ...]
    scales: tuple[Scale, ...]  # "log" for a logarithm, "linear" for a value
    bounds: tuple[tuple[float, float], ...]  # of the fit, of the values
    matrix: tuple[tuple[float, ...], ...]

    @classmethod
    def of_entry(
        cls,
        entry: CovarianceEntry,
        known: Collection[str],
        path: str | os.PathLike[str],
    ) -> Self:
        """The covariance in a cell file whose quantities are ``known``."""
        number = len(entry.names)
        lengths = {len(entry.scales), len(entry.lower), len(entry.upper)}
        lengths |= {len(entry.matrix), *map(len, entry.matrix)}
        if lengths != {number}:
            raise DataFileError(
                f"{path}: [covariance] has lists of {min(lengths)} to {max(lengths)} "
                f"entries for {number} names; right would be {number} in each list and "
                "in each row of the matrix"
            )
        unknown = [name for name in entry.names if name not in known]
        if unknown:
            raise DataFileError(
                f'{path}: [covariance] names "{unknown[0]}", which is not in '
                "[quantities]; right would be one of its names"
            )
        matrix = np.array(entry.matrix)
        deviations = np.sqrt(np.clip(np.diag(matrix), 0, None))
        with np.errstate(all="ignore"):
            correlations = matrix / np.outer(deviations, deviations)
        if (
            not np.isfinite(correlations).all()
            or not np.allclose(correlations, correlations.T, atol=1e-4)
            or np.linalg.eigvalsh(correlations)[0] < LEAST_EIGENVALUE
        ):
            raise DataFileError(
                f"{path}: the matrix of [covariance] is no covariance; right would be "
                "a symmetric, positive one"
            )
        bounds = zip(entry.lower, entry.upper, strict=True)
        rows = tuple(map(tuple, entry.matrix))
        return cls(tuple(entry.names), tuple(entry.scales), tuple(bounds), rows)

    def entry(self) -> dict[str, object]:
        """The content of the table [covariance]."""
        lower, upper = zip(*self.bounds, strict=True)
        return {
            "names": list(self.names),
            "scales": list(self.scales),
            "lower": list(lower),
            "upper": list(upper),
            "matrix": [list(row) for row in self.matrix],
        }

    @property
    def array(self) -> FloatArray:
        """The matrix, shape (names, names)."""
        return np.array(self.matrix)

    def of(self, names: Sequence[str]) -> "Covariance | None":
        """The covariance of those of these names that it has; None if it has none."""
        places = [k for k, name in enumerate(self.names) if name in names]
        if len(places) == len(self.names):
            return self
        if not places:
            return None
        return Covariance(
            tuple(self.names[k] for k in places),
            tuple(self.scales[k] for k in places),
            tuple(self.bounds[k] for k in places),
            tuple(tuple(self.matrix[i][k] for k in places) for i in places),
        )
