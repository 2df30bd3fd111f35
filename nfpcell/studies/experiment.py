"""An experiment: conditions to run, and published numbers to hold the results to."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from nfpcell.cell import catalogue, toml_files
from nfpcell.cell.naming import suggestion
from nfpcell.cell.schema import Fraction, StrictModel, Text
from nfpcell.errors import DataFileError, UnknownNameError

DIRECTIONS = ("discharge", "charge")
# columns of a record that say which condition it is, and those that are results
CONDITION_COLUMNS = (
    "Direction",
    "C-rate",
    "Ambient temperature [degC]",
    "Depth of discharge",
)
RESULT_COLUMNS = {
    "cycling": (
        "Specific capacity [mA.h.g-1]",
        "Mean voltage [V]",
        "Specific energy [W.h.kg-1]",
        # shapes, computed by scoring.SHAPES
        "Depth of plateau transition",
        "Upper step voltage [V]",
        "Lower step voltage [V]",
    ),
    "resistance": (
        "Low-frequency resistance [Ohm]",
        "Resistance rise at 3 %",
        "Resistance rise at 97 %",
        "Depth of resistance peak",
        # of the circuit, at the depth where its total is lowest
        "Total resistance [Ohm]",
        "R0 [Ohm]",
        "R1 [Ohm]",
        "R2 [Ohm]",
        "Separator resistance [Ohm]",
        "Total over low-frequency resistance",
        "R2 rise at 3 %",
        "R2 rise at 97 %",
    ),
    "impedance": ("Number of arcs",),
}


# ------------------------------------------------------------------ the file's schema
# quantities that were renamed: a file may still say the former name
FORMER_NAMES: dict[str, str] = toml_files.read(
    Path(__file__).with_name("former_names.toml")
)["quantities"]


def present_name(quantity: str) -> str:
    """The name that a quantity of an experiment has now."""
    return FORMER_NAMES.get(quantity, quantity)


QuantityName = Annotated[Text, pydantic.AfterValidator(present_name)]
_Rate = Annotated[pydantic.FiniteFloat, pydantic.Field(ge=0, le=1000)]
_Temperature = Annotated[pydantic.FiniteFloat, pydantic.Field(gt=-273.15, le=1000)]


def _some(item):
    return Annotated[list[item], pydantic.Field(min_length=1)]


class _Block(StrictModel):
    cells: _some(Text)
    rates: _some(_Rate) = pydantic.Field(alias="C-rate")
    temperatures: _some(_Temperature) = pydantic.Field(
        alias="Ambient temperature [degC]"
    )
    directions: _some(Literal[DIRECTIONS]) = pydantic.Field(alias="Direction")
    depths: _some(Fraction) | None = pydantic.Field(None, alias="Depth of discharge")


class _Target(StrictModel):
    quantity: QuantityName
    cell: Text
    where: dict[str, Any] = {}
    over: Text | None = None
    value: pydantic.FiniteFloat | None = None
    tolerance_percent: Annotated[pydantic.FiniteFloat, pydantic.Field(gt=0)] | None = (
        None
    )
    lower: pydantic.FiniteFloat | None = None
    upper: pydantic.FiniteFloat | None = None
    use: Literal["calibrated", "predicted"]
    source: Text
    note: str = ""


class ExperimentFile(StrictModel):
    """A file in experiments/, as it stands."""

    title: Text
    kind: Literal[tuple(RESULT_COLUMNS)]
    source: Text
    conditions: _some(_Block)
    protocol: dict[str, str] = {}
    targets: list[_Target] = []


# ---------------------------------------------------------------------- the experiment
@dataclass(frozen=True)
class Condition:
    """One half-cycle, the resistances over one, or one spectrum."""

    cell: str
    direction: str
    rate: float
    temperature: float
    cell_name: str = field(default="", compare=False)
    depth: float | None = None

    @property
    def columns(self):
        """The condition under the names of a record's columns."""
        columns = {
            "Cell": self.cell_name or self.cell,
            "Direction": self.direction,
            "C-rate": self.rate,
            "Ambient temperature [degC]": self.temperature,
        }
        depth = {} if self.depth is None else {"Depth of discharge": self.depth}
        return columns | depth


@dataclass(frozen=True)
class Target:
    """
    A published number, or the range it lies in.

    Attributes
    ----------
    name : a label, unique in its experiment
    quantity : column of the record; of a resistance, its minimum over depth of
        discharge
    cell : name of the cell in the record
    where : columns and values that pick the one condition meant
    over : name of the cell whose same quantity it is divided by, None for none
    value, tolerance_percent : the published number, or None
    lower, upper : bounds instead of a value, either may be None
    use : "calibrated" or "predicted"
    """

    name: str
    quantity: str
    cell: str
    where: dict
    value: float | None
    tolerance_percent: float | None
    lower: float | None
    upper: float | None
    use: str
    source: str
    note: str = ""
    over: str | None = None


@dataclass(frozen=True)
class Experiment:
    """
    Conditions, circumstances and targets.

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
    conditions: tuple[Condition, ...]
    protocol: dict
    targets: tuple[Target, ...]
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, word_or_path):
        """A built-in experiment by its word, or one in a .toml file."""
        if isinstance(word_or_path, cls):
            return word_or_path
        path = catalogue.find_experiment(word_or_path)
        raw = toml_files.read(path)
        if str(raw.get("kind")) in catalogue.COMMANDS:
            raise DataFileError(
                f'{path}: is of kind "{raw["kind"]}" and has nothing to run; right '
                f"would be nfpcell {catalogue.COMMANDS[raw['kind']]} {word_or_path}"
            )
        content = toml_files.check(ExperimentFile, raw, path)
        conditions = _conditions(content.conditions, content.kind, path)
        targets = tuple(
            _target(target, content.kind, conditions, f"{path}: target {number}")
            for number, target in enumerate(content.targets, start=1)
        )
        return cls(
            path.stem,
            content.title,
            content.kind,
            content.source,
            conditions,
            content.protocol,
            targets,
            path,
        )

    @property
    def cells(self):
        """The cells as ``Cell.load`` takes them, each once, in the file's order."""
        return tuple(dict.fromkeys(condition.cell for condition in self.conditions))

    def selected(self, target):
        """The condition a target is about."""
        return _matching(self.conditions, target.cell, target.where)[0]

    def divisor(self, target):
        """The condition whose quantity it is divided by, or None."""
        if target.over is None:
            return None
        return _matching(self.conditions, target.over, target.where)[0]


def _conditions(blocks, kind, path):
    found = {}
    for number, block in enumerate(blocks, start=1):
        place = f"{path}: [[conditions]] {number}"
        if (block.depths is None) == (kind == "impedance"):
            raise DataFileError(
                f'{place}: "Depth of discharge" belongs to kind "impedance" only; '
                "right would be such as [0.2, 0.5] there, and nothing elsewhere"
            )
        if kind != "impedance" and 0 in block.rates:
            raise DataFileError(
                f'{place}: C-rate = 0 is a cell at rest, which is of kind "impedance"; '
                "right would be a number above 0"
            )
        for word in block.cells:
            cell, name = _cell(word, path, place)
            for direction in block.directions:
                for temperature in block.temperatures:
                    for rate in block.rates:
                        for depth in block.depths or [None]:
                            condition = Condition(
                                cell, direction, rate, temperature, name, depth
                            )
                            found.setdefault(condition)
    return tuple(found)


def _cell(word, path, place):
    """What ``Cell.load`` takes for a cell of a file, and its name in records."""
    if not catalogue.is_path(word):
        try:
            _, name = catalogue.find_cell(word)
        except UnknownNameError as error:
            raise DataFileError(f"{place}: {error}") from error
        return name, name
    beside = catalogue.beside(word, path, place)
    return str(beside), beside.stem


def _target(target, kind, conditions, place):
    if target.quantity not in RESULT_COLUMNS[kind]:
        raise DataFileError(
            f'{place}: quantity "{target.quantity}" is not a result of kind "{kind}"; '
            f"{suggestion(target.quantity, RESULT_COLUMNS[kind])}"
        )
    bounds = (target.lower, target.upper)
    if (target.value is None) == (bounds == (None, None)):
        raise DataFileError(
            f"{place}: right would be either a value with its tolerance_percent, or "
            "lower, upper or both"
        )
    if (target.value is None) != (target.tolerance_percent is None):
        raise DataFileError(
            f"{place}: right would be a tolerance_percent with a value, and none with "
            "bounds"
        )
    if target.value == 0:
        raise DataFileError(f"{place}: value = 0 has no error in percent; use bounds")
    if None not in bounds and target.lower >= target.upper:
        raise DataFileError(
            f"{place}: lower = {target.lower:g} is not below upper = {target.upper:g}"
        )
    for column in target.where:
        if column not in CONDITION_COLUMNS:
            raise DataFileError(
                f'{place}: where: "{column}" is not a column of a condition; '
                f"{suggestion(column, CONDITION_COLUMNS)}"
            )
    cell, condition = _one_condition(target.cell, target.where, conditions, place)
    over = None
    if target.over is not None:
        over, _ = _one_condition(target.over, target.where, conditions, place)
    columns = condition.columns
    quantity = "" if kind == "cycling" else f"{kind}, "
    name = (
        f"{cell} {quantity}{columns['C-rate']:g}C {columns['Direction']} "
        f"{columns['Ambient temperature [degC]']:g} degC"
    )
    return Target(
        name,
        target.quantity,
        cell,
        dict(target.where),
        target.value,
        target.tolerance_percent,
        target.lower,
        target.upper,
        target.use,
        target.source,
        target.note,
        over,
    )


def _one_condition(word, where, conditions, place):
    """Name of a cell in the records, and the one condition of it that is meant."""
    names = list(dict.fromkeys(condition.cell_name for condition in conditions))
    cell = {name.lower(): name for name in names}.get(word.lower())
    if cell is None:
        raise DataFileError(
            f'{place}: cell "{word}" is in no condition of this file; '
            f"{suggestion(word, names)}"
        )
    matching = _matching(conditions, cell, where)
    if len(matching) != 1:
        told = ", ".join(f"{key} = {value}" for key, value in where.items())
        raise DataFileError(
            f"{place}: cell {cell} where {told or 'nothing is said'} picks "
            f"{len(matching)} of the conditions of this file; right would be exactly 1"
        )
    return cell, matching[0]


def _matching(conditions, cell, where):
    return [
        condition
        for condition in conditions
        if condition.cell_name == cell
        and all(
            _same(condition.columns.get(key), value) for key, value in where.items()
        )
    ]


def _same(one, other):
    if isinstance(one, float):
        number = isinstance(other, (int, float)) and not isinstance(other, bool)
        return number and abs(one - other) <= 1e-9 * max(1.0, abs(one))
    return one == other
