"""A sweep as a file says it: a cell, what varies and how, and what is wanted."""

import hashlib
import itertools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pydantic

from nfpcell.cell import catalogue, parameters, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import suggestion
from nfpcell.cell.quantity import unknown_name
from nfpcell.cell.schema import Number, StrictModel, Text
from nfpcell.errors import DataFileError, NfpcellError

RATE, TEMPERATURE = "C-rate", "Ambient temperature [degC]"
DEPTH = "Depth of discharge"
# conditions that may vary as the quantities of a cell do, and what they are if not said
CONDITIONS = {RATE: 1.0, TEMPERATURE: 30.0, DEPTH: 0.5}

# what may be asked for, by how it is computed
HALF_CYCLE = (
    "Specific capacity [mA.h.g-1]",
    "Mean voltage [V]",
    "Specific energy [W.h.kg-1]",
    "Specific power [W.kg-1]",
    "Stack specific energy [W.h.kg-1]",
    "Stack specific power [W.kg-1]",
    "Termination",
)
CURVE = (
    "Time [s]",
    "Current [A]",
    "Voltage [V]",
    "Capacity along the curve [mA.h.g-1]",
)
RESISTANCE = (
    "Low-frequency resistance [Ohm]",
    "Model R0 [Ohm]",
    "Model R1 [Ohm]",
    "Model R2 [Ohm]",
    "Separator resistance [Ohm]",
)
CIRCUIT = ("R0 [Ohm]", "R1 [Ohm]", "R2 [Ohm]", "Total resistance [Ohm]")
SPECTRUM = ("Frequency [Hz]", "Z_re [Ohm]", "Z_im [Ohm]")
OUTPUTS = (*HALF_CYCLE, *CURVE, *RESISTANCE, *CIRCUIT, *SPECTRUM)
LISTS = (*CURVE, *SPECTRUM)
TEXTS = ("Termination",)

GRIDS, SAMPLES = ("grid", "list"), ("sobol", "latin hypercube", "saltelli")
MOST_CASES, MOST_NUMBERS = 2_000_000, 20_000_000
MOST_AXES, MOST_STEPS = 100, 10_000


# ------------------------------------------------------------------ the file's schema
_Texts = Annotated[list[Text], pydantic.Field(min_length=1)]


class _Axis(StrictModel):
    values: Annotated[list[Number], pydantic.Field(min_length=1)] | None = None
    lower: Number | None = None
    upper: Number | None = None
    number: Annotated[int, pydantic.Field(ge=2, le=MOST_STEPS)] | None = None
    scale: Literal["linear", "log"] = "linear"
    also: _Texts | None = None


class _Sample(StrictModel):
    method: Literal[(*GRIDS, *SAMPLES)] = "grid"
    number: Annotated[int, pydantic.Field(ge=1, le=MOST_CASES)] | None = None
    seed: Annotated[int, pydantic.Field(ge=0, lt=2**32)] = 0


class SweepFile(StrictModel):
    """A file of kind "sweep" in experiments/, as it stands."""

    title: Text
    kind: Literal["sweep"]
    source: Text
    cells: _Texts
    model: Literal[validation.MODELS] = "full"
    direction: Literal[validation.HALF_CYCLES] = pydantic.Field(
        "discharge", alias="Direction"
    )
    outputs: _Texts
    sample: _Sample = _Sample()
    vary: dict[str, _Axis]
    fixed: dict[str, Number] = {}
    protocol: dict[str, str] = {}


# -------------------------------------------------------------------------- the sweep
@dataclass(frozen=True)
class Axis:
    """
    A quantity that varies, or several with one value.

    Attributes
    ----------
    names : of the quantities; the first is its own
    values : on a grid or a list
    lower, upper, scale : of a sampled one; "linear" or "log"
    """

    names: tuple[str, ...]
    values: tuple[float, ...] = ()
    lower: float = math.nan
    upper: float = math.nan
    scale: str = "linear"

    @property
    def name(self):
        """The first of its names."""
        return self.names[0]

    def at(self, share):
        """Values at shares from 0 to 1 of the way from the lower end to the upper."""
        if self.scale == "linear":
            return self.lower + share * (self.upper - self.lower)
        return self.lower * (self.upper / self.lower) ** share


@dataclass(frozen=True)
class Sweep:
    """
    What is to be computed: every cell at every point of the design.

    Attributes
    ----------
    name, title, source : of the file
    cells : tuple of Cell, with what the file sets for all
    axes : tuple of Axis
    method, number, seed : how the points are chosen
    conditions : C-rate, temperature [degC] and depth where they do not vary
    direction, model : of the half-cycle
    outputs : names out of OUTPUTS

    Examples
    --------
    >>> sweep = Sweep.load("plate_and_roughness")
    >>> sweep.axes[0].name, len(sweep)
    ('Separator thickness [m]', 96)
    """

    name: str
    title: str
    source: str
    cells: tuple[Cell, ...]
    axes: tuple[Axis, ...]
    method: str
    number: int
    seed: int
    conditions: dict
    direction: str
    model: str
    outputs: tuple[str, ...]
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, word_or_path):
        """A built-in sweep by its word, or one in a .toml file."""
        if isinstance(word_or_path, cls):
            return word_or_path
        path, content = catalogue.read_experiment("sweep", SweepFile, word_or_path)
        for name in content.outputs:
            if name not in OUTPUTS:
                raise DataFileError(
                    f'{path}: output "{name}" is not known; {suggestion(name, OUTPUTS)}'
                )
        _check_names(content, path)
        axes = tuple(
            _axis(name, axis, content.sample, f'{path}: vary -> "{name}"')
            for name, axis in content.vary.items()
        )
        method, number = _design(axes, content.sample, path)
        size = len(content.cells) * _length(method, number, axes)
        if size > MOST_CASES or size * len(axes) > MOST_NUMBERS:
            raise DataFileError(
                f"{path}: asks for {size} cases of {len(axes)} quantities; right would "
                f"be at most {MOST_CASES} cases and {MOST_NUMBERS} numbers in all"
            )
        own = {k: v for k, v in content.fixed.items() if k not in CONDITIONS}
        cells = _cells(content.cells, own, path)
        return cls(
            path.stem,
            content.title,
            content.source,
            cells,
            axes,
            method,
            number,
            content.sample.seed,
            {k: content.fixed.get(k, v) for k, v in CONDITIONS.items()},
            content.direction,
            content.model,
            tuple(dict.fromkeys(content.outputs)),
            path,
        )

    def __len__(self):
        return len(self.cells) * _length(self.method, self.number, self.axes)

    @property
    def sampled(self):
        """Whether the points fill a space, as an analysis of sensitivity needs."""
        return self.method in SAMPLES

    def points(self):
        """The design, the same for every cell: shape (points, axes)."""
        if self.method == "grid":
            values = [axis.values for axis in self.axes]
            return np.stack(np.meshgrid(*values, indexing="ij"), -1).reshape(
                -1, len(values)
            )
        if self.method == "list":
            return np.array([axis.values for axis in self.axes]).T
        shares = _shares(self.method, len(self.axes), self.number, self.seed)
        columns = zip(self.axes, shares.T, strict=True)
        return np.column_stack([axis.at(column) for axis, column in columns])

    def case(self, number, point):
        """Columns that say which case a number is: its cell, conditions and values."""
        cell = self.cells[number // _length(self.method, self.number, self.axes)]
        columns = {
            "Case": number,
            "Cell": cell.name,
            "Direction": self.direction,
            RATE: self.conditions[RATE],
            TEMPERATURE: self.conditions[TEMPERATURE],
        }
        if self.wants(RESISTANCE, CIRCUIT, SPECTRUM):
            columns[DEPTH] = self.conditions[DEPTH]
        for axis, value in zip(self.axes, point, strict=True):
            columns |= dict.fromkeys(axis.names, float(value))
        return columns

    def cell(self, columns):
        """The cell of a case, as its columns say; refuses what makes no sense."""
        base = next(cell for cell in self.cells if cell.name == columns["Cell"])
        varied = [name for axis in self.axes for name in axis.names]
        values = {k: columns[k] for k in varied if k not in CONDITIONS}
        return base.with_values(values, reference="varied in a sweep")

    def wants(self, *groups):
        """Whether an output of one of these groups is asked for."""
        return any(name in group for group in groups for name in self.outputs)

    @property
    def numbers(self):
        """Outputs that are one number a case."""
        return [name for name in self.outputs if name not in (*LISTS, *TEXTS)]

    @property
    def columns(self):
        """Names of the columns of the table, in order."""
        point = [0.0] * len(self.axes)
        return [*self.case(0, point), *self.outputs, "Status"]

    @property
    def sha256(self):
        """Hash of all that decides the table."""
        content = {
            "cells": [[cell.name, cell.sha256] for cell in self.cells],
            "axes": [
                [axis.names, axis.values, str(axis.lower), str(axis.upper), axis.scale]
                for axis in self.axes
            ],
            "design": [self.method, self.number, self.seed],
            "conditions": self.conditions,
            "run": [self.direction, self.model, self.outputs],
        }
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


# ------------------------------------------------------------------- from file to plan
def _check_names(content, path):
    """Every varied or fixed name is known, and stands once."""
    if not content.vary:
        raise DataFileError(f"{path}: [vary] is empty; right would be a quantity")
    if len(content.vary) > MOST_AXES:
        raise DataFileError(
            f"{path}: varies {len(content.vary)} quantities; right would be at most "
            f"{MOST_AXES}"
        )
    varied = [[name, *(axis.also or ())] for name, axis in content.vary.items()]
    names = [*itertools.chain(*varied), *content.fixed]
    known = {*parameters.NAMES.values(), *CONDITIONS}
    for name in names:
        if name not in known:
            raise DataFileError(f"{path}: {_unknown(name, known)}")
        if names.count(name) > 1:
            raise DataFileError(
                f'{path}: "{name}" stands twice under [vary] and [fixed]; right would '
                "be once"
            )


def _unknown(name, known):
    said = unknown_name(name)
    if "is not a name" not in said:
        return said
    return f'"{name}" is no quantity that can vary; {suggestion(name, known)}'


def _axis(name, axis, sample, place):
    names = (name, *(axis.also or ()))
    ends = axis.lower, axis.upper
    if sample.method in SAMPLES:
        if axis.values or axis.number or None in ends or ends[0] >= ends[1]:
            raise DataFileError(
                f"{place}: right would be lower and upper, the lower below the upper, "
                f"and no values or number, for the method {sample.method}"
            )
        _check_log(axis, place)
        return Axis(names, (), *ends, axis.scale)
    if axis.values is not None:
        if ends != (None, None) or axis.number or axis.scale != "linear":
            raise DataFileError(f"{place}: right would be values, or lower, upper and "
                                "number, not both")  # fmt: skip
        return Axis(names, tuple(axis.values))
    if None in ends or axis.number is None:
        raise DataFileError(
            f"{place}: right would be values, or lower, upper and number"
        )
    _check_log(axis, place)
    found = Axis(names, (), *ends, axis.scale)
    values = found.at(np.linspace(0, 1, axis.number))
    return Axis(names, tuple(float(f"{value:.12g}") for value in values))


def _check_log(axis, place):
    if axis.scale == "log" and min(axis.lower, axis.upper) <= 0:
        raise DataFileError(
            f"{place}: a logarithmic scale has no {min(axis.lower, axis.upper):g}; "
            "right would be ends above 0"
        )


def _design(axes, sample, path):
    """Method and number of a design that can be made."""
    method, number = sample.method, sample.number
    if method in GRIDS:
        if number is not None:
            raise DataFileError(
                f"{path}: [sample] number belongs to a sampled space; right would be "
                f"none for the method {method}"
            )
        lengths = {len(axis.values) for axis in axes}
        if method == "list" and len(lengths) > 1:
            raise DataFileError(
                f"{path}: the lists of values have {sorted(lengths)} items; right "
                'would be equally many, or method = "grid" for all combinations'
            )
        return method, 0
    if number is None:
        raise DataFileError(
            f"{path}: [sample] needs a number; right would be such as number = 256"
        )
    if method != "latin hypercube" and number & (number - 1):
        below = 2 ** int(math.log2(number))
        raise DataFileError(
            f"{path}: [sample] number = {number} leaves a Sobol sequence uneven; right "
            f"would be a power of two, such as {below} or {2 * below}"
        )
    return method, number


def _length(method, number, axes):
    if method == "grid":
        return math.prod(len(axis.values) for axis in axes)
    if method == "list":
        return len(axes[0].values)
    return number * (len(axes) + 2) if method == "saltelli" else number


def _shares(method, axes, number, seed):
    """Points of the unit cube, the same for the same seed."""
    if method == "saltelli":
        sobol = salib("sample.sobol")
        problem = unit_problem([str(k) for k in range(axes)])
        return sobol.sample(problem, number, calc_second_order=False, seed=seed)
    from scipy.stats import qmc

    kinds = {"sobol": qmc.Sobol, "latin hypercube": qmc.LatinHypercube}
    return kinds[method](axes, seed=seed).random(number)


def unit_problem(names):
    """Names with the bounds 0 and 1, as SALib takes them."""
    return {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}


def salib(module):
    """A module of SALib, which comes with ``nfpcell[sweep]``."""
    import importlib

    try:
        return importlib.import_module(f"SALib.{module}")
    except ImportError as error:
        raise NfpcellError(
            "an analysis of sensitivity needs SALib; right would be "
            "pip install nfpcell[sweep]"
        ) from error


def _cells(words, values, path):
    found = {}
    for word in words:
        cell = Cell.load_named(word, path)
        if cell.name in found:
            raise DataFileError(f'{path}: cell "{cell.name}" stands twice')
        (cell,) = validation.half_cells(cell)
        if values:
            cell = cell.with_values(values, reference=f"{path.name}")
        found[cell.name] = cell
    return tuple(found.values())
