"""An experiment: conditions to run, and published numbers to compare the results to."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import pydantic

from nfpcell.cell import catalogue, toml_files
from nfpcell.cell.catalogue import NameOrPath
from nfpcell.cell.naming import suggestion
from nfpcell.cell.schema import (
    Fraction,
    Number,
    Positive,
    StrictModel,
    Temperature,
    Text,
)
from nfpcell.cell.validation import Direction
from nfpcell.columns import CELL, DEPTH, DIRECTION, RATE, TEMPERATURE
from nfpcell.errors import DataFileError, UnknownNameError
from nfpcell.studies import residuals

# columns of a condition that ``where`` of a target may name
CONDITION_COLUMNS = (DIRECTION, RATE, TEMPERATURE, DEPTH)
# present name of each renamed quantity; a file may use the former name
FORMER_NAMES: dict[str, str] = toml_files.read(
    Path(__file__).with_name("former_names.toml")
)["quantities"]


def present_name(quantity: str) -> str:
    """The present name of a quantity that may have been renamed."""
    return FORMER_NAMES.get(quantity, quantity)


# ------------------------------------------------------------------ the file's schema
_T = TypeVar("_T")
_Some = Annotated[list[_T], pydantic.Field(min_length=1)]
_Rate = Annotated[Number, pydantic.Field(ge=0, le=1000)]
# how much a published number says: it stands in the text, it is read off a figure that
# the text describes, or it is concluded from the text
Evidence = Literal["text", "figure described in the text", "inferred"]
QuantityName = Annotated[Text, pydantic.AfterValidator(present_name)]


class _ConditionBlock(StrictModel):
    """A table of ``[[conditions]]``: every combination is run."""

    cells: _Some[Text]
    rates: _Some[_Rate] = pydantic.Field(alias="C-rate")
    temperatures: _Some[Temperature] = pydantic.Field(
        alias="Ambient temperature [degC]"
    )
    directions: _Some[Direction] = pydantic.Field(alias="Direction")
    depths: _Some[Fraction] | None = pydantic.Field(None, alias="Depth of discharge")


class _TargetEntry(StrictModel):
    """A table of ``[[targets]]``."""

    quantity: QuantityName
    cell: Text
    where: dict[str, Any] = {}
    over: Text | None = None
    value: Number | None = None
    tolerance_percent: Positive | None = None
    lower: Number | None = None
    upper: Number | None = None
    use: Literal["calibrated", "predicted"]
    evidence: Evidence | None = None  # None if nothing is published
    source: Text
    note: str = ""


class ExperimentFile(StrictModel):
    """A file in experiments/ for ``nfpcell run``."""

    title: Text
    kind: Literal["cycling", "resistance", "impedance"]
    source: Text
    conditions: _Some[_ConditionBlock]
    protocol: dict[str, str] = {}
    targets: list[_TargetEntry] = []


# ---------------------------------------------------------------------- the experiment
@dataclass(frozen=True)
class NamedCondition:
    """A named cell with one half-cycle, its resistances, or one spectrum."""

    cell: str  # as ``Cell.load`` takes it
    direction: Direction
    rate: float
    temperature: float  # [degC]
    cell_name: str = field(default="", compare=False)  # in records
    depth: float | None = None  # of a spectrum

    @property
    def columns(self) -> dict[str, str | float]:
        """The condition under the names of a record's columns."""
        columns: dict[str, str | float] = {
            CELL: self.cell_name or self.cell,
            DIRECTION: self.direction,
            RATE: self.rate,
            TEMPERATURE: self.temperature,
        }
        return columns if self.depth is None else columns | {DEPTH: self.depth}

    def matches(self, cell_name: str, where: dict[str, Any]) -> bool:
        """Whether the cell is this one and the columns have these values."""
        return self.cell_name == cell_name and all(
            _equal(self.columns.get(column), value) for column, value in where.items()
        )


class Target(_TargetEntry):
    """A published number with its tolerance, or a published range."""

    name: str  # a label, unique in its experiment
    condition: NamedCondition  # for which it was published
    divisor: NamedCondition | None  # the number is relative to this condition

    @property
    def published(self) -> float | str:
        """The value, or the bounds as text."""
        if self.value is not None:
            return self.value
        if self.lower is None:
            return f"<= {self.upper:g}"
        if self.upper is None:
            return f">= {self.lower:g}"
        return f"{self.lower:g} to {self.upper:g}"

    def is_met_by(self, computed: float) -> bool:
        """Whether a number is within the tolerance or the bounds; False for nan."""
        if self.value is not None and self.tolerance_percent is not None:
            error = residuals.error_percent(computed, self.value)
            return bool(abs(error) <= self.tolerance_percent)
        lower = -np.inf if self.lower is None else self.lower
        upper = np.inf if self.upper is None else self.upper
        return bool(lower <= computed <= upper)


@dataclass(frozen=True)
class Experiment:
    """Conditions to run, the assumptions about them, and the published targets.

    Examples
    --------
    >>> experiment = Experiment.load("low_temperature")
    >>> sorted({condition.temperature for condition in experiment.conditions})
    [-20.0, 0.0, 30.0]
    """

    name: str
    title: str
    kind: str
    source: str
    conditions: tuple[NamedCondition, ...]
    protocol: dict[str, str]
    targets: tuple[Target, ...]
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, name_or_path: "NameOrPath | Experiment") -> "Experiment":
        """A built-in experiment by its name, or one in a .toml file."""
        if isinstance(name_or_path, Experiment):
            return name_or_path
        path = catalogue.find_experiment(name_or_path)
        raw = toml_files.read(path)
        if str(raw.get("kind")) in catalogue.COMMANDS:
            raise DataFileError(
                f'{path}: nfpcell run does not take kind "{raw["kind"]}"; right '
                f"would be nfpcell {catalogue.COMMANDS[raw['kind']]} {name_or_path}"
            )
        content = toml_files.check(ExperimentFile, raw, path)
        conditions = _conditions(content.conditions, content.kind, path)
        targets = tuple(
            _target(entry, content.kind, conditions, f"{path}: target {number}")
            for number, entry in enumerate(content.targets, start=1)
        )
        return cls(
            name=path.stem,
            conditions=conditions,
            targets=targets,
            path=path,
            **content.model_dump(include={"title", "kind", "source", "protocol"}),
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells as ``Cell.load`` takes them, each once, in the file's order."""
        return tuple(dict.fromkeys(condition.cell for condition in self.conditions))


# -------------------------------------------------------------- from file to experiment
def _conditions(
    blocks: list[_ConditionBlock], kind: str, path: Path
) -> tuple[NamedCondition, ...]:
    """Every combination of every block, each once."""
    conditions: dict[NamedCondition, None] = {}
    for number, block in enumerate(blocks, start=1):
        place = f"{path}: [[conditions]] {number}"
        if (block.depths is None) == (kind == "impedance"):
            raise DataFileError(
                f'{place}: kind "impedance" needs "{DEPTH}", and no other kind has '
                "it; right would be such as [0.2, 0.5] for impedance, else nothing"
            )
        if kind != "impedance" and 0 in block.rates:
            raise DataFileError(
                f'{place}: C-rate = 0 (a cell at rest) needs kind "impedance"; '
                "right would be a number above 0"
            )
        for name_or_path in block.cells:
            cell, name = _cell(name_or_path, path, place)
            for direction, temperature, rate, depth in itertools.product(
                block.directions,
                block.temperatures,
                block.rates,
                block.depths or (None,),
            ):
                load = direction, rate, temperature
                conditions.setdefault(NamedCondition(cell, *load, name, depth))
    return tuple(conditions)


def _cell(name_or_path: str, path: Path, place: str) -> tuple[str, str]:
    """The argument of ``Cell.load`` for a cell of a file, and its name in records."""
    if catalogue.is_path(name_or_path):
        cell_file = catalogue.beside(name_or_path, path, place)
        return str(cell_file), cell_file.stem
    try:
        _, name = catalogue.find_cell(name_or_path)
    except UnknownNameError as error:
        raise DataFileError(f"{place}: {error}") from error
    return name, name


def _target(
    entry: _TargetEntry, kind: str, conditions: Sequence[NamedCondition], place: str
) -> Target:
    """A target with its condition; an error if it cannot be compared with results."""
    # imports PyBaMM, which takes seconds: only after the schema has been checked
    from nfpcell.studies import quantities

    names = quantities.of_kind(kind)
    if entry.quantity not in names:
        raise DataFileError(
            f'{place}: quantity "{entry.quantity}" is not a result of kind "{kind}"; '
            f"{suggestion(entry.quantity, names)}"
        )
    if error := _number_error(entry):
        raise DataFileError(f"{place}: {error}")
    for column in entry.where:
        if column not in CONDITION_COLUMNS:
            raise DataFileError(
                f'{place}: where: "{column}" is not a column of a condition; '
                f"{suggestion(column, CONDITION_COLUMNS)}"
            )
    condition = _condition_of(entry.cell, entry.where, conditions, place)
    divisor = None
    if entry.over is not None:
        divisor = _condition_of(entry.over, entry.where, conditions, place)
    shown_kind = "" if kind == "cycling" else f"{kind}, "
    name = (
        f"{condition.cell_name} {shown_kind}{condition.rate:g}C "
        f"{condition.direction} {condition.temperature:g} degC"
    )
    return Target(
        **entry.model_dump() | {"cell": condition.cell_name},
        name=name,
        condition=condition,
        divisor=divisor,
    )


def _number_error(entry: _TargetEntry) -> str:
    """What is wrong with the numbers of a target; empty if nothing."""
    lower, upper = entry.lower, entry.upper
    if (entry.value is None) == (lower is None and upper is None):
        return (
            "right would be either a value with its tolerance_percent, or lower, "
            "upper or both"
        )
    if (entry.value is None) != (entry.tolerance_percent is None):
        return "right would be a tolerance_percent with a value, and none with bounds"
    if entry.value == 0:
        return "value = 0 has no relative error; right would be lower and upper"
    if lower is not None and upper is not None and lower >= upper:
        return (
            f"lower = {lower:g} is not below upper = {upper:g}; right would be the "
            "smaller number as lower"
        )
    return ""


def _condition_of(
    name: str, where: dict[str, Any], conditions: Sequence[NamedCondition], place: str
) -> NamedCondition:
    """The condition of a cell that ``where`` selects; an error unless exactly one."""
    names = list(dict.fromkeys(condition.cell_name for condition in conditions))
    cell = {known.lower(): known for known in names}.get(name.lower())
    if cell is None:
        raise DataFileError(
            f'{place}: cell "{name}" is in no condition of this file; '
            f"{suggestion(name, names)}"
        )
    matching = [c for c in conditions if c.matches(cell, where)]
    if len(matching) != 1:
        shown = ", ".join(f"{key} = {value}" for key, value in where.items())
        raise DataFileError(
            f"{place}: cell {cell} where {shown or 'nothing is given'} matches "
            f"{len(matching)} of the conditions of this file; right would be exactly 1"
        )
    return matching[0]


def _equal(value: object, selected: object) -> bool:
    if isinstance(selected, bool):
        return False
    if isinstance(value, float) and isinstance(selected, int | float):
        return math.isclose(value, selected, rel_tol=1e-9, abs_tol=1e-9)
    return value == selected
