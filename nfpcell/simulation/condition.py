"""The condition of a run: a half-cycle of a cell at constant current."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cell.validation import Direction, DirectionChoice
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.simulation.stripping_limit import stripping_remark


@dataclass(frozen=True)
class Condition:
    """A half-cycle at constant current."""

    cell: Cell
    direction: Direction
    rate: float  # C-rate; 1C is 97 mA per gram of NFP of the cell
    temperature: float  # of the cell and its surroundings [degC]
    # rest potential of the cathode at the start, at the reference temperature [V];
    # None for the potential after a slow half-cycle in the other direction
    start: float | None = None

    @property
    def values(self) -> tuple[Cell, Direction, float, float]:
        """Cell, direction, C-rate and temperature [degC]."""
        return self.cell, self.direction, self.rate, self.temperature

    @property
    def current(self) -> float:
        """Applied current, positive on discharge [A]."""
        sign = 1 if self.direction == "discharge" else -1
        return sign * self.rate * float(self.cell.derived().nominal_capacity)

    @property
    def kelvin(self) -> float:
        """Temperature [K]."""
        return self.temperature + ZERO_CELSIUS

    @property
    def longest(self) -> float:
        """Longest possible duration of the half-cycle [s]."""
        return longest_duration(self.cell, self.rate)

    @property
    def record(self) -> dict[str, str | float]:
        """The condition as columns of a table."""
        cell, *others = self.values
        return dict(zip(columns.CONDITION, (cell.name, *others), strict=True))

    @property
    def remark(self) -> str:
        """The remark on a discharge past the limit of stripping, else empty."""
        return stripping_remark(self.cell, self.current, self.kelvin)

    def starting_at(self, voltage: float) -> "Condition":
        """The same condition, started from this rest potential of the cathode [V]."""
        return replace(self, start=voltage)


def every_condition(
    cells: Iterable[Cell],
    direction: DirectionChoice,
    rates: Sequence[float],
    temperatures: Sequence[float],
) -> list[Condition]:
    """Half-cycles of every cell in these directions, at every temperature and rate."""
    half_cycles: Sequence[Direction] = ("charge", "discharge")
    if direction != "both":
        half_cycles = (direction,)
    return [
        Condition(cell, half_cycle, rate, temperature)
        for cell in cells
        for half_cycle in half_cycles
        for temperature in temperatures
        for rate in rates
    ]


def longest_duration(cell: Cell, rate: float) -> float:
    """Time in which this C-rate would pass 1.1 times all sodium of the cell [s]."""
    capacity_over_1C = (
        cell["Positive electrode active fraction of theoretical capacity"]
        * cell["Positive electrode theoretical capacity [A.h.kg-1]"]
        / cell["Nominal specific current at 1C [A.kg-1]"]
    )
    return 1.1 * capacity_over_1C * SECONDS_PER_HOUR / rate
