"""What a fit is to do: read from a file of kind "fit", or made from arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic

from nfpcell.cell import catalogue, toml_files, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import Number, Positive, StrictModel, Text
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.measured_data import Data
from nfpcell.fitting.observations import PublishedNumber
from nfpcell.studies.experiment import Experiment, QuantityName


# ------------------------------------------------------------------ the file's schema
class FreeEntry(StrictModel):
    """One table of [free]; its keys are the fields of ``Free``."""

    lower: Number
    upper: Number
    scale: Literal["log", "linear"] | None = None
    cells: list[Text] = []
    best: Number | None = None
    range: (
        Annotated[list[Number], pydantic.Field(min_length=2, max_length=2)] | None
    ) = None
    source: Text | None = None


class DataEntry(StrictModel):
    """One table of [[data]]; its keys are the fields of ``Data``."""

    file: Text
    cell: Text | None = None
    temperature: Number | None = pydantic.Field(
        None, alias="Ambient temperature [degC]"
    )
    half_cycles: list[int] | None = None
    direction: Literal["discharge", "charge"] | None = pydantic.Field(
        None, alias="Direction"
    )
    sign: Literal["charge", "discharge"] | None = None
    rate: Number | None = pydantic.Field(None, alias="C-rate")
    start: Literal["slow", "rest"] | Number | None = None
    depth_of_discharge: Number | list[Number] | None = pydantic.Field(
        None, alias="Depth of discharge"
    )
    sigma: Positive | None = None
    impedance_sigma: Positive | None = None


class NumbersEntry(StrictModel):
    """One table of [[targets]] or [[predicted]]: which targets of an experiment."""

    experiment: Text
    quantity: QuantityName | None = None
    cell: Text | None = None
    where: dict[str, Any] = {}
    tolerance_percent: Positive | None = None


class FixedEntry(StrictModel):
    """One table of [fixed]: a value that the fit sets, in all cells or in some."""

    value: Number
    cells: list[Text] = []
    source: Text | None = None


class FitFile(StrictModel):
    """A file of kind "fit" in experiments/, as written."""

    title: Text
    kind: Literal["fit"]
    source: Text
    cells: Annotated[list[Text], pydantic.Field(min_length=1)]
    model: Literal["full", "particle"] = "full"
    free: Annotated[dict[str, FreeEntry], pydantic.Field(min_length=1)]
    fixed: dict[str, FixedEntry] = {}
    data: list[DataEntry] = []
    targets: list[NumbersEntry] = []
    predicted: list[NumbersEntry] = []


def _fields(entry: StrictModel, *left_out: str) -> dict[str, Any]:
    """Content of an entry as arguments of a dataclass: tuples in place of lists."""
    content = entry.model_dump(exclude=set(left_out))
    return {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}


# -------------------------------------------------------------------------- the plan
@dataclass(frozen=True)
class FitPlan:
    """
    Cells, their free parameters, and what they are fitted to.

    Attributes
    ----------
    name, title, source : of the fit, for people
    cells : by the key that data refer to
    free : free parameters
    data : measured files
    targets : published numbers to fit to
    predicted : published numbers that are not fitted to, and compared with the result
    model : "full" or "particle"
    files : file that each cell was read from, by its key; None if it was not
    path : file that the plan was read from, None if it was not
    """

    name: str
    title: str
    cells: Mapping[str, Cell]
    free: FreeParameters
    data: tuple[Data, ...] = ()
    targets: tuple[PublishedNumber, ...] = ()
    predicted: tuple[PublishedNumber, ...] = ()
    model: str = "full"
    source: str = ""
    files: Mapping[str, Path | None] = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        validation.one_of(self.model, "model", validation.MODELS)
        if not len(self.free):
            raise NfpcellError(
                'nothing is free; right would be such as "Contact resistance [Ohm]" '
                "with its bounds"
            )
        if not self.data and not self.targets:
            raise NfpcellError(
                "there is nothing to fit to; right would be a measured file, or targets"
            )
        fitted = [cell.name for cell in self.cells.values()]
        for parameter in self.free.parameters:
            for name in parameter.cells:
                if name not in fitted:
                    raise NfpcellError(
                        f'free: "{parameter.name}": cell "{name}" is not fitted; right '
                        f"would be one of {', '.join(fitted)}"
                    )

    @classmethod
    def load(cls, word_or_path: str | Path) -> Self:
        """A built-in fit by its word, or one in a .toml file."""
        path = catalogue.find_experiment(word_or_path)
        raw = toml_files.read(path)
        if raw.get("kind") != "fit":
            raise DataFileError(
                f'{path}: is of kind "{raw.get("kind")}" and is no fit; right would be '
                f"nfpcell run {word_or_path}, or one of: "
                f"{', '.join(catalogue.of_kind('fit'))}"
            )
        content = toml_files.check(FitFile, raw, path)
        cells, files = {}, {}
        for word in content.cells:
            cell = Cell.load_named(word, path)
            files[cell.name] = cell.path
            fixed = {
                name: entry.value
                for name, entry in content.fixed.items()
                if not entry.cells or cell.name in entry.cells
            }
            cells[cell.name] = cell.with_values(fixed, reference=f"set by {path.name}")
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


def _data(entry: DataEntry, path: Path) -> Data:
    name = Path(entry.file)
    if name.is_absolute() or ".." in name.parts:
        raise DataFileError(
            f'{path}: data: "{entry.file}" is not beside this file; right would be a '
            "file in the same folder or below it"
        )
    return Data(path.parent / name, **_fields(entry, "file"))


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
        word = entry.experiment
        if catalogue.is_path(word):
            word = catalogue.beside(word, path, place)
        experiment = Experiment.load(word)
        # a fit needs a value, a prediction can also be compared with a range
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
                "would be a quantity, cell and where of one of its [[targets]]"
            )
        missing = [target.cell for target in targets if target.cell not in cells]
        if missing:
            raise DataFileError(
                f'{place}: its cell "{missing[0]}" is not fitted; right would be to '
                "add it to cells"
            )
        numbers += [
            PublishedNumber.of(experiment, target, entry.tolerance_percent)
            for target in targets
        ]
    return tuple(numbers)
