"""Cells with a liquid electrolyte as data: the files in parameter_sets/liquid/."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from nfpcell.cell import catalogue, parameters, toml_files
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import suggestion
from nfpcell.cell.quantity import Quantity, from_entry
from nfpcell.cell.schema import CellFile, QuantityEntry
from nfpcell.errors import UnknownNameError

FOLDER = catalogue.folder(catalogue.CELLS) / catalogue.LIQUID
# the non-aqueous reference cell of the paper, on which the others are based
REFERENCE = "yamauchi2020_liquid"


def names() -> list[str]:
    """Names of the built-in cells with a liquid electrolyte: the stems of their files.

    Examples
    --------
    >>> REFERENCE in names()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@dataclass(frozen=True)
class LiquidCell:
    """Sodium against NFP powder in a liquid electrolyte."""

    name: str
    title: str
    quantities: Mapping[str, QuantityEntry]  # by full name
    sources: Mapping[str, str]
    path: Path = field(compare=False)

    @classmethod
    def load(cls, name: str = REFERENCE) -> Self:
        """Load a built-in cell by its name."""
        if name not in names():
            raise UnknownNameError(
                f'"{name}" is no cell with a liquid electrolyte; '
                f"{suggestion(name, names())}"
            )
        path = FOLDER / f"{name}.toml"
        content = toml_files.check(CellFile, toml_files.read(path), path)
        quantities: dict[str, QuantityEntry] = {}
        sources: dict[str, str] = {}
        if content.based_on is not None:
            base = cls.load(content.based_on)
            quantities, sources = dict(base.quantities), dict(base.sources)
        quantities |= content.quantities
        sources |= content.sources
        return cls(name, content.title, quantities, sources, path)

    @property
    def values(self) -> dict[str, float]:
        """Every value by its full name."""
        return {name: entry.value for name, entry in self.quantities.items()}

    @property
    def stated(self) -> list[Quantity]:
        """Every quantity with its source."""
        return [
            from_entry(name, entry, self.sources, self.path)
            for name, entry in self.quantities.items()
        ]


def powder(material: Cell, values: Mapping[str, Any]) -> Cell:
    """The material with the quantities that a liquid cell states for its own powder.

    These have the names of a cell file, such as the active fraction.
    """
    own = {name: values[name] for name in parameters.NAMES.values() if name in values}
    return material.with_values(own)
