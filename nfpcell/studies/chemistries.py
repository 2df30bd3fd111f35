"""Rate capability over internal resistance: computed cells, and published ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
import pydantic

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import (
    Fraction,
    Positive,
    StrictModel,
    Temperature,
    Text,
)
from nfpcell.columns import CAPACITY, RATE, STATUS
from nfpcell.eis.resistance import minimum, resistances
from nfpcell.outcome import OK
from nfpcell.parallel import Progress, reported
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import half_cycles

THEORY = "Positive electrode theoretical capacity [A.h.kg-1]"
RESISTANCE = "Resistance [Ohm]"
OF_THEORY = "Share of theoretical capacity"
OF_REFERENCE = "Share of capacity at reference rate"
NUMBERS = (RESISTANCE, RATE, OF_THEORY, OF_REFERENCE)
COLUMNS = ["Chemistry", *NUMBERS, "Origin", "Source", "Note", STATUS]


class PublishedChemistry(StrictModel):
    """A table of ``[[published]]``; values that were not published are None."""

    chemistry: Text
    resistance: Positive | None = pydantic.Field(None, alias="Resistance [Ohm]")
    rate: Positive | None = pydantic.Field(None, alias="C-rate")
    of_theory: Fraction | None = pydantic.Field(
        None, alias="Share of theoretical capacity"
    )
    of_reference: Fraction | None = pydantic.Field(
        None, alias="Share of capacity at reference rate"
    )
    source: Text
    note: str = ""


class ChemistriesFile(StrictModel):
    """A file of kind "chemistries" in experiments/."""

    title: str
    kind: Literal["chemistries"]
    source: str
    cells: Annotated[list[str], pydantic.Field(min_length=1)]
    rates: Annotated[list[Positive], pydantic.Field(min_length=1)]
    reference_rate: Positive
    temperature: Temperature = pydantic.Field(alias="Ambient temperature [degC]")
    published: list[PublishedChemistry]


@dataclass(frozen=True)
class Comparison:
    """A file of kind "chemistries", with its cells loaded."""

    name: str
    cells: tuple[Cell, ...]
    content: ChemistriesFile

    @classmethod
    def load(cls, name_or_path: str | Path = "chemistries") -> Self:
        """A built-in comparison by its name, or one in a .toml file."""
        path, content = catalogue.read_experiment(
            "chemistries", ChemistriesFile, name_or_path
        )
        cells = tuple(Cell.load_named(cell, path) for cell in content.cells)
        return cls(path.stem, cells, content)

    def with_values(self, values: Mapping[str, float]) -> Self:
        """The comparison of cells with other values, see ``Cell.with_values``."""
        return replace(self, cells=tuple(c.with_values(values) for c in self.cells))


def compare(
    comparison: Comparison, model: str = "full", progress: Progress | None = None
) -> pd.DataFrame:
    """
    Table with COLUMNS: computed rows for each cell and rate, then the published ones.

    Values that were not published are nan. The resistance is the lowest Re Z at 25 mHz
    over depth of discharge at 0.1C, as in the paper. ``model`` is "full" or "particle".
    """
    content = comparison.content
    tables = [
        _computed(cell, content, model) for cell in reported(comparison.cells, progress)
    ]
    published = [
        {
            **entry.model_dump(by_alias=True),
            "Chemistry": entry.chemistry,
            "Origin": "published",
            "Source": entry.source,
            "Note": entry.note,
            STATUS: OK,
        }
        for entry in content.published
    ]
    table = pd.concat([*tables, pd.DataFrame(published)], ignore_index=True)[COLUMNS]
    return table.astype(dict.fromkeys(NUMBERS, float))


def _computed(cell: Cell, content: ChemistriesFile, model: str) -> pd.DataFrame:
    temperature = content.temperature
    rates = (0.1, content.reference_rate, *content.rates)
    slow, *conditions = (
        Condition(cell, "discharge", rate, temperature) for rate in rates
    )
    resistance, _ = resistances([slow], model, circuits=False)
    table, _ = half_cycles(conditions, model, curves=False)
    reference, capacity = table[CAPACITY].iloc[0], table[CAPACITY].iloc[1:]
    rows = {
        "Chemistry": cell.name,
        RESISTANCE: minimum(resistance)[1],
        RATE: content.rates,
        OF_THEORY: capacity / cell[THEORY],
        OF_REFERENCE: capacity / reference if reference else np.nan,
        "Origin": "computed",
        "Source": "nfpcell",
        "Note": "",
        STATUS: table[STATUS].iloc[1:],
    }
    return pd.DataFrame(rows)
