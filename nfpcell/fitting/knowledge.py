"""What is known of the free constants of a cell: best values and their covariance.

A cell file that a fit wrote has the covariance. Of other files the 95 % intervals are
taken, as if the constants were independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from nfpcell.arrays import FloatArray
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import split_unit
from nfpcell.cell.schema import Scale
from nfpcell.errors import NfpcellError, refusal
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.material_covariance import bounds_about, of_material

Bounds = Mapping[str, tuple[float, float]]
# half the width of a 95 % interval, in standard deviations
HALF_WIDTH = float(norm.ppf(0.975))
# Of a constant without the bounds of a fit, values are computed up to so many half
# widths of its interval.
REACH = 3.0
MOST_LISTED = 4  # names in a remark
# an interval whose ends differ by more than this factor is one of the logarithm
WIDE = 10.0


@dataclass(frozen=True)
class Knowledge:
    """Best values and uncertainty of the free constants of a cell."""

    cell: Cell
    free: FreeParameters
    z: FloatArray  # coordinates of the values of the cell
    covariance: FloatArray  # of the coordinates
    remarks: tuple[str, ...] = ()  # what was assumed, one sentence each

    @classmethod
    def of(cls, cell: Cell, given: Bounds | None = None) -> "Knowledge":
        """
        What a cell file states, and intervals that are given instead or in addition.

        Parameters
        ----------
        cell : its quantities with an interval are free, and those of its covariance, or
            of the one beside its material file
        given : 95 % intervals (lower, upper) by the name of a quantity
        """
        given = given or {}
        stated = {name: q.interval for name, q in cell.quantities.items() if q.interval}
        joint = cell.covariance or of_material(cell)
        if joint is not None:
            joint = joint.of([name for name in joint.names if name not in given])
        together = () if joint is None else joint.names
        single = {n: i for n, i in (stated | dict(given)).items() if n not in together}
        free = [
            _with_interval(cell, name, interval) for name, interval in single.items()
        ]
        size = len(together) + len(single)
        covariance = np.zeros((size, size))
        if joint is not None:
            scales = zip(joint.names, joint.bounds, joint.scales, strict=True)
            free = [
                Free(n, *_around(b, cell[n]), scale) for n, b, scale in scales
            ] + free
            units = np.array([parameter.unit for parameter in free[: len(together)]])
            block = slice(len(together))
            covariance[block, block] = joint.array / np.outer(units, units)
        for k, interval in enumerate(single.values(), start=len(together)):
            low, high = (_coordinate(free[k], end) for end in interval)
            covariance[k, k] = ((high - low) / 2 / HALF_WIDTH) ** 2
        chosen = FreeParameters(free)
        values = [cell[name] for name in chosen.names]
        z = [p.coordinate(v) for p, v in zip(chosen.parameters, values, strict=True)]
        remarks = _remarks(cell, [n for n in single if n not in given], chosen.names)
        return cls(cell, chosen, np.array(z), covariance, remarks)

    def __len__(self) -> int:
        return len(self.free)

    def places(self, names: Sequence[str]) -> list[int]:
        """The place of each of these quantities; refuses one that is not free."""
        if not names:
            raise NfpcellError(
                "no quantity is wanted; right would be the name of a free one"
            )
        for name in names:
            if name in self.free.names:
                continue
            self.cell[name]  # refuses a name that no cell has
            known = ", ".join(f'"{free}"' for free in self.free.names) or "none"
            raise NfpcellError(
                f'"{name}" counts as known in cell {self.cell.name}, which has no '
                f"interval of it (free are: {known}); right would be one of these, or "
                f'its 95 % interval, --free "{name}=LOWER:UPPER"'
            )
        return [self.free.names.index(name) for name in names]

    def after(self, root: FloatArray) -> "Knowledge":
        r"""What is known after a measurement.

        .. math:: C' = C - C R^\top (1 + R C R^\top)^{-1} R C

        ``root`` is R, with the Fisher information of the measurement as R^T R, shape
        (any, constants). Equal to (C^-1 + R^T R)^-1, also where C has no inverse.
        """
        C, R = self.covariance, root
        gain = np.linalg.solve(np.eye(len(R)) + R @ C @ R.T, R @ C)
        updated = C - C @ R.T @ gain
        return replace(self, covariance=(updated + updated.T) / 2)

    def interval(self, place: int) -> tuple[float, float]:
        """The 95 % interval of a constant, within its bounds."""
        parameter = self.free.parameters[place]
        low, high = self._ends(place)
        return parameter.value(low), parameter.value(high)

    def width(self, place: int) -> float:
        """Width of the 95 % interval of a constant, in its coordinate."""
        low, high = self._ends(place)
        return high - low

    @property
    def correlations(self) -> FloatArray:
        """Of the coordinates, shape (constants, constants)."""
        deviations = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(deviations, deviations)

    def _ends(self, place: int) -> tuple[float, float]:
        half = HALF_WIDTH * float(np.sqrt(self.covariance[place, place]))
        low, high = (bound[place] for bound in self.free.bounds)
        z = self.z[place]
        return max(float(z - half), float(low)), min(float(z + half), float(high))


def _remarks(cell: Cell, single: list[str], free: list[str]) -> tuple[str, ...]:
    remarks = []
    if len(single) > 1:
        remarks.append(
            f"The file of cell {cell.name} does not state how the errors of "
            f"{_listed(single)} are correlated; they are taken as independent."
        )
    known = [
        name
        for name, quantity in cell.quantities.items()
        if quantity.kind == "fitted" and name not in free
    ]
    if known:
        remarks.append(
            f"These fitted constants have no interval and count as known: "
            f'{_listed(known)}. --free "NAME=LOWER:UPPER" makes them free.'
        )
    return tuple(remarks)


def _listed(names: list[str]) -> str:
    shown = [split_unit(name)[0] for name in names[:MOST_LISTED]]
    if len(names) > MOST_LISTED:
        shown.append(f"{len(names) - MOST_LISTED} more")
    return ", ".join(shown)


def _around(bounds: tuple[float, float], value: float) -> tuple[float, float]:
    """The bounds, moved outwards to a value that was rounded beyond one."""
    return min(bounds[0], value), max(bounds[1], value)


def _with_interval(cell: Cell, name: str, interval: tuple[float, float]) -> Free:
    """A free constant that is known to lie in an interval, with wider bounds."""
    value, (low, high) = cell[name], interval
    if not low < high or not low <= value <= high:
        raise refusal(
            "--free",
            f'"{name}" = {low:g} to {high:g} is no 95 % interval around the value of '
            f"the cell, {value:g}",
            f"an interval that contains {value:g}, or --set with another value",
        )
    scale = _scale(value, low, high)
    half = (np.log(high / low) if scale == "log" else high - low) / 2
    lowest, highest = bounds_about(cell, name, scale, REACH * half)
    return Free(name, min(lowest, low), max(highest, high), scale)


def _scale(value: float, low: float, high: float) -> Scale:
    """The scale on which an interval is more nearly symmetric about the value."""
    if low <= 0:
        return "linear"
    if high > WIDE * low:
        return "log"
    linear = abs(high + low - 2 * value) / (high - low)
    logarithmic = abs(np.log(high * low / value**2)) / np.log(high / low)
    return "log" if logarithmic < linear else "linear"


def _coordinate(parameter: Free, value: float) -> float:
    """The coordinate of a value, that of the lowest bound for 0 on a log scale."""
    return parameter.coordinate(max(value, parameter.lower))
