"""The file of a sweep: its schema, and further checks."""

import itertools
import math
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pydantic

from nfpcell.cell import derived, parameters
from nfpcell.cell.naming import suggestion
from nfpcell.cell.quantity import unknown_name
from nfpcell.cell.schema import Number, StrictModel, Text
from nfpcell.cell.validation import DEPTHS, RATES, TEMPERATURES, Direction, Fidelity
from nfpcell.columns import DEPTH, RATE, TEMPERATURE
from nfpcell.errors import DataFileError, refusal
from nfpcell.sweeping.case_design import (
    SAMPLES,
    Axis,
    CaseDesign,
    GridMethod,
    SampleMethod,
    Scale,
)
from nfpcell.sweeping.sweep_outputs import OUTPUTS

# conditions that may vary as the quantities of a cell do, with their defaults
CONDITIONS = {RATE: 1.0, TEMPERATURE: 30.0, DEPTH: 0.5}
_ALLOWED = {RATE: RATES, TEMPERATURE: TEMPERATURES, DEPTH: DEPTHS}
MOST_CASES, MOST_NUMBERS = 2_000_000, 20_000_000
MOST_AXES, MOST_STEPS = 100, 10_000

_Texts = Annotated[list[Text], pydantic.Field(min_length=1)]


class _AxisEntry(StrictModel):
    """A table of ``[vary]``."""

    values: Annotated[list[Number], pydantic.Field(min_length=1)] | None = None
    lower: Number | None = None
    upper: Number | None = None
    number: Annotated[int, pydantic.Field(ge=2, le=MOST_STEPS)] | None = None
    scale: Scale = "linear"
    also: _Texts | None = None


class _Sample(StrictModel):
    method: GridMethod | SampleMethod = "grid"
    number: Annotated[int, pydantic.Field(ge=1, le=MOST_CASES)] | None = None
    seed: Annotated[int, pydantic.Field(ge=0, lt=2**32)] = 0


class SweepFile(StrictModel):
    """A file of kind "sweep" in experiments/."""

    title: Text
    kind: Literal["sweep"]
    source: Text
    cells: _Texts
    model: Fidelity = "full"
    direction: Direction = pydantic.Field("discharge", alias="Direction")
    outputs: _Texts
    sample: _Sample = _Sample()
    vary: Annotated[
        dict[str, _AxisEntry], pydantic.Field(min_length=1, max_length=MOST_AXES)
    ]
    fixed: dict[str, Number] = {}
    protocol: dict[str, str] = {}


# -------------------------------------------------------------------- further checks
def checked_design(content: SweepFile, path: Path) -> CaseDesign:
    """The design of a file; an error for unknown names and invalid numbers."""
    for name in content.outputs:
        if name not in OUTPUTS:
            raise DataFileError(
                f'{path}: output "{name}" is not known; {suggestion(name, OUTPUTS)}'
            )
    _check_names(content, path)
    _check_conditions(content, path)
    sample = content.sample
    axes = tuple(
        _axis(name, entry, sample.method, f'{path}: vary -> "{name}"')
        for name, entry in content.vary.items()
    )
    if error := _number_error(sample, axes):
        raise DataFileError(f"{path}: {error}")
    design = CaseDesign(axes, sample.method, sample.number or 0, sample.seed)
    size = len(content.cells) * len(design)
    if size > MOST_CASES or size * len(axes) > MOST_NUMBERS:
        raise DataFileError(
            f"{path}: has {size} cases of {len(axes)} quantities; right would be at "
            f"most {MOST_CASES} cases, and {MOST_NUMBERS} values in total"
        )
    return design


def _check_names(content: SweepFile, path: Path) -> None:
    """Check that every varied or fixed name exists and is given once."""
    varied = [[name, *(entry.also or ())] for name, entry in content.vary.items()]
    names = [*itertools.chain(*varied), *content.fixed]
    allowed = {*parameters.NAMES.values(), *CONDITIONS}
    for name in names:
        if name in (*derived.NAMES.values(), *parameters.CONDITIONS.values()):
            raise DataFileError(f"{path}: {unknown_name(name)}")
        if name not in allowed:
            raise DataFileError(
                f'{path}: "{name}" is not a quantity that can vary; '
                f"{suggestion(name, allowed)}"
            )
        if names.count(name) > 1:
            raise DataFileError(
                f'{path}: "{name}" is given twice under [vary] and [fixed]; right '
                "would be once"
            )


def _check_conditions(content: SweepFile, path: Path) -> None:
    """Check the stated values of conditions; those of a cell are checked with it."""
    for name, allowed in _ALLOWED.items():
        stated = [content.fixed.get(name)]
        if entry := content.vary.get(name):
            stated += [*(entry.values or ()), entry.lower, entry.upper]
        for value in stated:
            if value is not None and value not in allowed:
                what = f"{value:g} is refused"
                raise refusal(f'{path}: "{name}"', what, allowed.right(value))


def _axis(name: str, entry: _AxisEntry, method: str, place: str) -> Axis:
    names, sampled = (name, *(entry.also or ())), method in SAMPLES
    lower, upper = entry.lower, entry.upper
    if entry.values is not None and not sampled:
        if (lower, upper, entry.number) != (None,) * 3 or entry.scale != "linear":
            raise DataFileError(
                f"{place}: right would be values, or lower, upper and number, not both"
            )
        return Axis(names, tuple(entry.values))
    if sampled:
        right = f"lower < upper, and neither values nor number, for the method {method}"
        refused = bool(entry.values or entry.number)
    else:
        right, refused = "values, or lower, upper and number", entry.number is None
    if refused or lower is None or upper is None or (sampled and lower >= upper):
        raise DataFileError(f"{place}: right would be {right}")
    if entry.scale == "log" and min(lower, upper) <= 0:
        raise DataFileError(
            f"{place}: {min(lower, upper):g} has no logarithm; right would be bounds "
            "above 0"
        )
    axis = Axis(names, (), lower, upper, entry.scale)
    if entry.number is None:
        return axis
    values = axis.at(np.linspace(0, 1, entry.number))
    return Axis(names, tuple(float(f"{value:.12g}") for value in values))


def _number_error(sample: _Sample, axes: tuple[Axis, ...]) -> str:
    """What is wrong with the numbers of a design; empty if nothing."""
    method, number = sample.method, sample.number
    if method not in SAMPLES:
        lengths = sorted({len(axis.values) for axis in axes})
        if number is not None:
            return (
                f"[sample] number is not for the method {method}; right would be to "
                "leave it out"
            )
        if method == "list" and len(lengths) > 1:
            return (
                f"the lists of values have {lengths} items; right would be lists of "
                'one length, or method = "grid" for all combinations'
            )
    elif number is None:
        return "[sample] has no number; right would be one such as number = 256"
    elif method != "latin hypercube" and number & (number - 1):
        below = 2 ** int(math.log2(number))
        return (
            f"[sample] number = {number} does not suit a Sobol sequence; right would "
            f"be a power of two, such as {below} or {2 * below}"
        )
    return ""
