"""What a fit is asked to do: a file of kind "fit" in experiments/, or arguments."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from nfpcell.cell import catalogue, toml_files, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import Number, Positive, StrictModel, Text
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting.free_parameters import SCALES, Free, FreeSet
from nfpcell.fitting.measured_data import Data
from nfpcell.fitting.observations import Published
from nfpcell.studies.experiment import Experiment, QuantityName

# ------------------------------------------------------------------ the file's schema


class _Free(StrictModel):
    lower: Number
    upper: Number
    scale: Literal[SCALES] | None = None
    cells: list[Text] = []
    best: Number | None = None
    range: (
        Annotated[list[Number], pydantic.Field(min_length=2, max_length=2)] | None
    ) = None
    source: Text | None = None


class _Data(StrictModel):
    file: Text
    cell: Text | None = None
    temperature: Number | None = pydantic.Field(
        None, alias="Ambient temperature [degC]"
    )
    half_cycles: list[int] | None = None
    direction: Literal[validation.HALF_CYCLES] | None = pydantic.Field(
        None, alias="Direction"
    )
    sign: Literal["charge", "discharge"] | None = None
    rate: Number | None = pydantic.Field(None, alias="C-rate")
    start: Literal["slow", "rest"] | Number | None = None
    depth: Number | list[Number] | None = pydantic.Field(
        None, alias="Depth of discharge"
    )
    sigma: Positive | None = None
    impedance_sigma: Positive | None = None


class _Targets(StrictModel):
    experiment: Text
    quantity: QuantityName | None = None
    cell: Text | None = None
    where: dict[str, Any] = {}
    tolerance_percent: Positive | None = None


class _Fixed(StrictModel):
    value: Number
    cells: list[Text] = []
    source: Text | None = None


class FitFile(StrictModel):
    """A file of kind "fit" in experiments/, as it stands."""

    title: Text
    kind: Literal["fit"]
    source: Text
    cells: Annotated[list[Text], pydantic.Field(min_length=1)]
    model: Literal[validation.MODELS] = "full"
    free: Annotated[dict[str, _Free], pydantic.Field(min_length=1)]
    fixed: dict[str, _Fixed] = {}
    data: list[_Data] = []
    targets: list[_Targets] = []
    predicted: list[_Targets] = []


# -------------------------------------------------------------------------- the plan
@dataclass(frozen=True)
class Plan:
    """
    Cells, what may move in them, and what they are fitted to.

    Attributes
    ----------
    name, title, source : of the fit, for people
    cells : mapping of the key that data name to Cell
    free : FreeSet
    data : measured files
    targets : published numbers to fit to
    predicted : published numbers to hold the result to, which it is not fitted to
    model : "full" or "particle"
    files : mapping of the key to the file a cell was read from, or None
    path : file it was read from, None if it was not
    """

    name: str
    title: str
    cells: dict
    free: FreeSet
    data: tuple[Data, ...] = ()
    targets: tuple[Published, ...] = ()
    predicted: tuple[Published, ...] = ()
    model: str = "full"
    source: str = ""
    files: dict = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False)

    def __post_init__(self):
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
        for one in self.free.free:
            for name in one.cells:
                if name not in [cell.name for cell in self.cells.values()]:
                    raise NfpcellError(
                        f'free: "{one.name}": cell "{name}" is not fitted; right would '
                        f"be one of {', '.join(c.name for c in self.cells.values())}"
                    )

    @classmethod
    def load(cls, word_or_path):
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
        cells, origins = {}, {}
        for word in content.cells:
            cell = Cell.load_named(word, path)
            origins[cell.name] = cell.path
            cells[cell.name] = cell.with_values(
                {
                    name: entry.value
                    for name, entry in content.fixed.items()
                    if not entry.cells or cell.name in entry.cells
                },
                reference=f"set by {path.name}",
            )
        free = [
            Free(
                name,
                entry.lower,
                entry.upper,
                entry.scale,
                tuple(entry.cells),
                entry.best,
                tuple(entry.range) if entry.range else None,
            )
            for name, entry in content.free.items()
        ]
        numbers = {"targets": [], "predicted": []}
        for key, found in numbers.items():
            for number, entry in enumerate(getattr(content, key), start=1):
                found += _chosen(entry, cells, key, path, number)
        return cls(
            path.stem,
            content.title,
            cells,
            FreeSet(free),
            tuple(_data(entry, path) for entry in content.data),
            tuple(numbers["targets"]),
            tuple(numbers["predicted"]),
            content.model,
            content.source,
            origins,
            path,
        )


def _data(entry, path):
    name = Path(entry.file)
    if name.is_absolute() or ".." in name.parts:
        raise DataFileError(
            f'{path}: data: "{entry.file}" is not beside this file; right would be a '
            "file in the same folder or below it"
        )
    depth = entry.depth
    return Data(
        path.parent / name,
        entry.cell,
        entry.temperature,
        None if entry.half_cycles is None else tuple(entry.half_cycles),
        entry.direction,
        entry.sign,
        entry.rate,
        entry.start,
        tuple(depth) if isinstance(depth, list) else depth,
        entry.sigma,
        entry.impedance_sigma,
    )


def _chosen(entry, cells, key, path, number):
    """Targets of an experiment that an entry means, whose cells are fitted; for a fit
    those with a value, while a prediction may be held against a range.
    """
    place = f"{path}: [[{key}]] {number}"
    word = entry.experiment
    if catalogue.is_path(word):
        word = catalogue.beside(word, path, place)
    experiment = Experiment.load(word)
    found = [
        target
        for target in experiment.targets
        if (key == "predicted" or target.value is not None)
        and entry.quantity in (None, target.quantity)
        and entry.cell in (None, target.cell)
        and all(
            target.condition.columns.get(key) == value
            for key, value in entry.where.items()
        )
    ]
    if not found:
        raise DataFileError(
            f"{place}: no target of {experiment.name} is meant that has a value; right "
            "would be a quantity, cell and where that one of its [[targets]] has"
        )
    missing = [target.cell for target in found if target.cell not in cells]
    if missing:
        raise DataFileError(
            f'{place}: its cell "{missing[0]}" is not fitted; right would be to add it '
            "to cells"
        )
    return [Published.of(experiment, t, entry.tolerance_percent) for t in found]
