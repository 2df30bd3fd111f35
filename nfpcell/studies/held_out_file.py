"""The file of published numbers that no calibration used, and what can be computed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import pydantic

from nfpcell import columns
from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import suggestion
from nfpcell.cell.schema import Number, Positive, StrictModel, Text
from nfpcell.cell.validation import Direction
from nfpcell.constants import FARADAY, GAS_CONSTANT, ZERO_CELSIUS
from nfpcell.errors import DataFileError
from nfpcell.studies import liquid_cell
from nfpcell.studies.experiment import QuantityName


# -------------------------------------------------------------------- laws of materials
def bulk_conductivity(cell: Cell, kelvin: float) -> float:
    """Conductivity of beta''-alumina without its grain boundaries [S.m-1]."""
    thickness = cell["Separator thickness [m]"]
    return float(thickness / cell.derived(kelvin).r_bulk)


def contact_resistance(cell: Cell, kelvin: float) -> float:
    """Charge transfer of the sodium contact at low current [Ohm.cm2]."""
    i0 = cell.derived(kelvin).i0_na
    return float(1e4 * GAS_CONSTANT * kelvin / (FARADAY * i0))


LAWS: dict[str, Callable[[Cell, float], float]] = {
    "Electrolyte bulk conductivity [S.m-1]": bulk_conductivity,
    "Sodium contact resistance [Ohm.cm2]": contact_resistance,
}
HALF_CYCLE = (columns.CAPACITY, columns.MEAN_VOLTAGE, columns.ENERGY)
QUANTITIES = (*HALF_CYCLE, columns.LOW_FREQUENCY, *LAWS)


# ----------------------------------------------------------------------------- the file
class HeldOutNumber(StrictModel):
    """A table of ``[[numbers]]``."""

    model_config = pydantic.ConfigDict(frozen=True)

    name: Text  # in figures
    cell: Text
    base: Text | None = pydantic.Field(None, alias="set")  # material file
    quantity: QuantityName
    rate: Positive | None = pydantic.Field(None, alias="C-rate")
    temperature: Number = pydantic.Field(alias="Ambient temperature [degC]")
    direction: Direction = pydantic.Field("discharge", alias="Direction")
    value: Number | None = None
    lower: Number | None = None
    reliability: Literal["text", "abstract", "recalled"]
    assumed: Text
    source: Text

    @property
    def kelvin(self) -> float:
        """Temperature [K]."""
        return self.temperature + ZERO_CELSIUS

    @property
    def is_liquid(self) -> bool:
        """Whether the cell has a liquid electrolyte."""
        return self.cell in liquid_cell.names()

    @property
    def where(self) -> str:
        """The condition in words."""
        load = f"{self.rate:g}C {self.direction}, " if self.rate else ""
        return f"{load}{self.temperature:g} degC"

    def inside(self, low: float, high: float) -> bool:
        """Whether the number is in a band, or the whole band at its bound or above."""
        if self.value is not None:
            return bool(low <= self.value <= high)
        return bool(self.lower is not None and low >= self.lower)


class HeldOutFile(StrictModel):
    """A file of kind ``held_out``."""

    title: Text
    kind: Literal["held_out"]
    source: Text
    material: Text
    beside: list[Text] = []
    numbers: list[HeldOutNumber] = pydantic.Field(min_length=1)


@dataclass(frozen=True)
class HeldOut:
    """Published numbers that no calibration used."""

    name: str
    title: str
    material: str  # the cell whose constants of NFP the liquid cells take
    beside: tuple[str, ...]  # experiments whose values are shown beside these
    numbers: tuple[HeldOutNumber, ...]
    path: Path

    @classmethod
    def load(cls, name_or_path: catalogue.NameOrPath = catalogue.HELD_OUT) -> Self:
        """A built-in file of this kind by its name, or one at a path."""
        path, content = catalogue.read_experiment(
            catalogue.HELD_OUT, HeldOutFile, name_or_path
        )
        for number, entry in enumerate(content.numbers, start=1):
            if error := _error(entry):
                raise DataFileError(f"{path}: number {number}: {error}")
        return cls(
            path.stem,
            content.title,
            content.material,
            tuple(content.beside),
            tuple(content.numbers),
            path,
        )


def _error(entry: HeldOutNumber) -> str:
    """What is wrong with a number; empty if nothing."""
    possible = HALF_CYCLE if entry.is_liquid else QUANTITIES
    if entry.quantity not in possible:
        right = suggestion(entry.quantity, possible)
        return f'quantity "{entry.quantity}" is not a result of "{entry.cell}"; {right}'
    if (entry.value is None) == (entry.lower is None):
        return "right would be either a value or a lower bound"
    if (entry.rate is None) != (entry.quantity in LAWS):
        return 'right would be a "C-rate", except for a property of a material'
    if entry.is_liquid and entry.base is not None:
        return "right would be no set for a liquid cell: it has the shipped constants"
    return ""
