"""Rate capability over internal resistance: cells computed, others as published."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
import pydantic

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import Fraction, Positive, StrictModel
from nfpcell.columns import CAPACITY
from nfpcell.eis.resistance import minimum, resistance
from nfpcell.simulation.constant_current import simulate

THEORY = "Positive electrode theoretical capacity [A.h.kg-1]"
RESISTANCE, RATE = "Resistance [Ohm]", "C-rate"
OF_THEORY = "Share of theoretical capacity"
OF_REFERENCE = "Share of capacity at reference rate"
COLUMNS = [
    "Chemistry",
    RESISTANCE,
    RATE,
    OF_THEORY,
    OF_REFERENCE,
    "Origin",
    "Source",
    "Note",
    "Status",
]


class _Published(StrictModel):
    chemistry: Annotated[str, pydantic.Field(min_length=1)]
    resistance: Positive | None = pydantic.Field(None, alias=RESISTANCE)
    rate: Positive | None = pydantic.Field(None, alias=RATE)
    of_theory: Fraction | None = pydantic.Field(None, alias=OF_THEORY)
    of_reference: Fraction | None = pydantic.Field(None, alias=OF_REFERENCE)
    source: Annotated[str, pydantic.Field(min_length=1)]
    note: str = ""


class _File(StrictModel):
    """A file of kind "chemistries" in experiments/, as it stands."""

    title: str
    kind: Literal["chemistries"]
    source: str
    cells: Annotated[list[str], pydantic.Field(min_length=1)]
    rates: Annotated[list[Positive], pydantic.Field(min_length=1)]
    reference_rate: Positive
    temperature: pydantic.FiniteFloat = pydantic.Field(
        alias="Ambient temperature [degC]"
    )
    published: list[_Published]


@dataclass(frozen=True)
class Comparison:
    """What is compared: a file of kind "chemistries", its cells loaded."""

    name: str
    cells: tuple
    content: _File

    @classmethod
    def load(cls, word_or_path="chemistries"):
        """A built-in comparison by its word, or one in a .toml file."""
        path, content = catalogue.read_experiment("chemistries", _File, word_or_path)
        return cls(
            path.stem,
            tuple(Cell.load_named(cell, path) for cell in content.cells),
            content,
        )


def compare(comparison, model="full", progress=None):
    """
    A row for each cell and rate, computed, and for each published number.

    Parameters
    ----------
    comparison : Comparison
    model : "full" or "particle"
    progress : called with (done, all) after each cell

    Returns
    -------
    table with COLUMNS; nan is what was not published. The resistance is Re Z at 25 mHz
    under 0.1C, lowest over depth of discharge, as the paper states it.
    """
    content = comparison.content
    rows = []
    for number, cell in enumerate(comparison.cells, start=1):
        rows += _computed(cell, content, model)
        if progress:
            progress(number, len(comparison.cells))
    for one in content.published:
        given = (one.resistance, one.rate, one.of_theory, one.of_reference)
        rows.append(
            (
                one.chemistry,
                *(np.nan if value is None else value for value in given),
                "published",
                one.source,
                one.note,
                "ok",
            )
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _computed(cell, content, model):
    """Rows of one cell."""
    warm = content.temperature
    ohms = resistance(cell, "discharge", 0.1, warm, model=model, circuits=False)
    rates = [content.reference_rate, *content.rates]
    table = simulate(cell, rates, [warm], model=model)
    found = {row[RATE]: row for row in table.to_dict("records")}
    slow = found[content.reference_rate][CAPACITY]
    return [
        (
            cell.name,
            minimum(ohms)[1],
            rate,
            found[rate][CAPACITY] / cell[THEORY],
            found[rate][CAPACITY] / slow if slow else np.nan,
            "computed",
            "nfpcell",
            "",
            found[rate]["Status"],
        )
        for rate in content.rates
    ]
