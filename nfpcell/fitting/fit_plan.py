"""The plan of a fit: read from a file of kind "fit", or made from arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from nfpcell.cell import catalogue, toml_files, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import Number, Positive, StrictModel, Temperature, Text
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.observations import PublishedNumber
from nfpcell.fitting.read_options import Data
from nfpcell.studies.experiment import Experiment, QuantityName

_NOT_EMPTY = Field(min_length=1)
_PAIR = Field(min_length=2, max_length=2)


# ------------------------------------------------------------------ the file's schema
class FreeEntry(StrictModel):
    """One table of [free]; its keys are the fields of ``Free``."""

    lower: Number
    upper: Number
    scale: Literal["log", "linear"] | None = None
    cells: list[Text] = []
    best: Number | None = None
    range: Annotated[list[Number], _PAIR] | None = None
    source: Text | None = None


class DataEntry(StrictModel):
    """One table of [[data]]; its keys are the fields of ``Data``."""

    file: Text
    cell: Text | None = None
    temperature: Temperature | None = Field(None, alias="Ambient temperature [degC]")
    half_cycles: list[int] | None = None
    direction: validation.Direction | None = Field(None, alias="Direction")
    sign: validation.Direction | None = None
    rate: Number | None = Field(None, alias="C-rate")
    start: Literal["slow", "rest"] | Number | None = None
    depth_of_discharge: Number | list[Number] | None = Field(
        None, alias="Depth of discharge"
    )
    sigma: Positive | None = None
    impedance_sigma: Positive | None = None
    sequence: bool | None = None
    segments: list[int] | None = None


class NumbersEntry(StrictModel):
    """One table of [[targets]] or [[predicted]]: which targets of an experiment."""

    experiment: Text
    quantity: QuantityName | None = None
    cell: Text | None = None
    where: dict[str, Any] = {}
    tolerance_percent: Positive | None = None


class FixedEntry(StrictModel):
    """One table of [fixed]: a value that is not fitted, in all cells or in some."""

    value: Number
    cells: list[Text] = []
    source: Text | None = None


class FitFile(StrictModel):
    """A file of kind "fit" in experiments/."""

    title: Text
    kind: Literal["fit"]
    source: Text
    cells: Annotated[list[Text], _NOT_EMPTY]
    model: validation.Fidelity = "full"
    free: Annotated[dict[str, FreeEntry], _NOT_EMPTY]
    fixed: dict[str, FixedEntry] = {}
    data: list[DataEntry] = []
    targets: list[NumbersEntry] = []
    predicted: list[NumbersEntry] = []


def _fields(entry: StrictModel, *left_out: str) -> dict[str, Any]:
    """Content of an entry as arguments of a dataclass, with tuples for lists."""
    content = entry.model_dump(exclude=set(left_out))
    return {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}


# -------------------------------------------------------------------------- the plan
@dataclass(frozen=True)
class FitPlan:
    """Cells, their free parameters, and what they are fitted to."""

    name: str
    title: str
    cells: Mapping[str, Cell]  # by the key that data refer to
    free: FreeParameters
    data: tuple[Data, ...] = ()  # measured files
    targets: tuple[PublishedNumber, ...] = ()  # to fit to
    predicted: tuple[PublishedNumber, ...] = ()  # only compared with the result
    model: str = "full"  # or "particle"
    source: str = ""  # of the data, for people
    # file of each cell, by its key; None if it has no file
    files: Mapping[str, Path | None] = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        validation.one_of(self.model, "model", validation.MODELS)
        if not len(self.free):
            raise NfpcellError(
                "no quantity is free; right would be a name with its bounds, such as "
                '"Contact resistance [Ohm]" = (0, 40), on the command line --free '
                '"Contact resistance [Ohm]=0:40"'
            )
        if not self.data and not self.targets:
            raise NfpcellError(
                "no data to fit to; right would be a measured file, or targets"
            )
        fitted = [cell.name for cell in self.cells.values()]
        for parameter in self.free.parameters:
            for name in parameter.cells:
                if name not in fitted:
                    raise NfpcellError(
                        f'free: "{parameter.name}": cell "{name}" is not in this fit; '
                        f"right would be one of {', '.join(fitted)}"
                    )

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """A built-in fit by its name, or one in a .toml file."""
        path = catalogue.find_experiment(name_or_path, "fit")
        raw = toml_files.read(path)
        if raw.get("kind") != "fit":
            raise DataFileError(
                f'{path}: nfpcell fit does not take kind "{raw.get("kind")}"; right '
                f"would be nfpcell run {name_or_path}, or one of: "
                f"{', '.join(catalogue.of_kind('fit'))}"
            )
        content = toml_files.check(FitFile, raw, path)
        named = [Cell.load_named(name, path) for name in content.cells]
        cells = {cell.name: _with_fixed(cell, content.fixed, path) for cell in named}
        files = {cell.name: cell.path for cell in named}
        free = [
            Free(name, **_fields(entry, "source"))
            for name, entry in content.free.items()
        ]
        return cls(
            path.stem,
            content.title,
            cells,
            FreeParameters(free),
            tuple(_data(entry, path) for entry in content.data),
            _numbers("targets", content.targets, cells, path),
            _numbers("predicted", content.predicted, cells, path),
            content.model,
            content.source,
            files,
            path,
        )


def _with_fixed(cell: Cell, fixed: Mapping[str, FixedEntry], path: Path) -> Cell:
    values = {
        name: entry.value
        for name, entry in fixed.items()
        if not entry.cells or cell.name in entry.cells
    }
    return cell.with_values(values, reference=f"set by {path.name}")


def _data(entry: DataEntry, path: Path) -> Data:
    file = catalogue.data_beside(entry.file, path, "data")
    return Data(file, **_fields(entry, "file"))


def _numbers(
    key: Literal["targets", "predicted"],
    entries: list[NumbersEntry],
    cells: Mapping[str, Cell],
    path: Path,
) -> tuple[PublishedNumber, ...]:
    """The published numbers of all [[targets]] or [[predicted]] of a file."""
    numbers: list[PublishedNumber] = []
    for number, entry in enumerate(entries, start=1):
        place = f"{path}: [[{key}]] {number}"
        source: str | Path = entry.experiment
        if catalogue.is_path(source):
            source = catalogue.beside(entry.experiment, path, place)
        experiment = Experiment.load(source)
        # a fit needs a value; a prediction may also be compared with a range
        targets = [
            target
            for target in experiment.targets
            if (key == "predicted" or target.value is not None)
            and entry.quantity in (None, target.quantity)
            and entry.cell in (None, target.cell)
            and all(
                target.condition.columns.get(column) == value
                for column, value in entry.where.items()
            )
        ]
        if not targets:
            raise DataFileError(
                f"{place}: no target of {experiment.name} with a value matches; right "
                "would be the quantity, cell and where of one of its [[targets]]"
            )
        missing = [target.cell for target in targets if target.cell not in cells]
        if missing:
            raise DataFileError(
                f'{place}: cell "{missing[0]}" is not in this fit; right would be to '
                "add it to cells"
            )
        numbers += [
            PublishedNumber.of(experiment, target, entry.tolerance_percent)
            for target in targets
        ]
    return tuple(numbers)
