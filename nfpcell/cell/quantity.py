"""A quantity of a cell with its source, and the checks of a complete set."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nfpcell.cell import derived, parameters, toml_files, units
from nfpcell.cell.naming import split_unit, suggestion
from nfpcell.cell.parameters import ATTRIBUTES
from nfpcell.cell.schema import KINDS, CellFile, Kind, QuantityEntry
from nfpcell.errors import DataFileError, shown

# value, or derived quantity, for each quantity that cell files did not have at first
FORMER_FILES: dict[str, float | str] = toml_files.read(
    Path(__file__).with_name("former_files.toml")
)["quantities"]
# kinds that a quantity without targets may have, and those of one with targets
HAS_TARGETS: tuple[tuple[Kind, ...], tuple[Kind, ...]] = (
    tuple(kind for kind in KINDS if kind != "fitted"),
    ("fitted", "assumed"),
)
Place = str | os.PathLike[str]  # a file or a place in it, for an error message


@dataclass(frozen=True)
class Quantity:
    """A number of a cell and its source."""

    name: str  # with the unit
    value: float
    unit: str
    kind: Kind  # of the source
    reference: str
    note: str = ""
    # published numbers that the value was fitted to, or set by hand with
    targets: tuple[str, ...] = ()
    interval: tuple[float, float] | None = None  # 95 % confidence interval, if stated
    range: tuple[float, float] | None = None  # possible values, if stated

    def _repr_html_(self) -> str:
        return html_table([self])


def html_table(quantities: list[Quantity]) -> str:
    """A table of quantities for a notebook, in the chosen units."""
    import pandas as pd  # slow to import, and needed in a notebook only

    rows = []
    for quantity in quantities:
        shown = units.shown(quantity.name, quantity.value)
        rows.append(
            {
                "Quantity": shown.base,
                "Value": f"{shown.value(quantity.value):.6g}",
                "Unit": shown.printed,
                "Kind": quantity.kind,
                "Reference": quantity.reference,
            }
        )
    with pd.option_context("display.max_colwidth", None):
        return pd.DataFrame(rows).to_html(index=False, border=0)


def quantities_of_file(
    content: CellFile, sources: Mapping[str, str], path: Place
) -> dict[str, Quantity]:
    """The quantities of a cell file; their sources are keys of ``sources``."""
    for name in content.quantities:
        if name not in ATTRIBUTES:
            raise DataFileError(f"{path}: {unknown_name(name)}")
    return {
        name: from_entry(name, entry, sources, path)
        for name, entry in content.quantities.items()
    }


def from_entry(
    name: str, entry: QuantityEntry, sources: Mapping[str, str], path: Place
) -> Quantity:
    """A quantity of a file; its source is a key of ``sources``."""
    if entry.source not in sources:
        raise DataFileError(
            f'{path}: "{name}": source "{entry.source}" is not in [sources]; '
            f"{suggestion(entry.source, sources)}"
        )
    source = entry.kind, sources[entry.source], entry.note, tuple(entry.targets or ())
    ends = _ends(entry.interval), _ends(entry.range)
    return Quantity(name, entry.value, split_unit(name)[1], *source, *ends)


def _ends(listed: list[float] | None) -> tuple[float, float] | None:
    return None if listed is None else (listed[0], listed[1])


def with_absent(quantities: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """The quantities with those that only newer files state; see former_files.toml."""
    absent = {k: value for k, value in FORMER_FILES.items() if k not in quantities}
    of_derived = {k: value for k, value in absent.items() if isinstance(value, str)}
    numbers = {k: value for k, value in absent.items() if isinstance(value, float)}
    complete = dict(quantities) | {k: _absent(k, v) for k, v in numbers.items()}
    if not of_derived or set(complete) | set(of_derived) != set(ATTRIBUTES):
        return complete  # nothing to derive, or refused by check_quantities
    stated = {k: quantity.value for k, quantity in complete.items()}
    with np.errstate(all="ignore"):
        try:
            values = derived.derive_numbers(dict.fromkeys(of_derived, 1.0) | stated)
        except (ArithmeticError, ValueError):
            return complete  # refused by check_quantities
    by_name = values.values()
    return complete | {k: _absent(k, by_name[of]) for k, of in of_derived.items()}


def _absent(name: str, value: float) -> Quantity:
    reference = "Not in the cell file: the value that changes nothing"
    return Quantity(name, value, split_unit(name)[1], "assumed", reference)


def unknown_name(name: str) -> str:
    """Say why a cell file cannot have a quantity of this name."""
    if name in derived.NAMES.values():
        return f'"{name}" is derived from other quantities and cannot be set'
    if name in parameters.CONDITIONS.values():
        return f'"{name}" is set by a run, not by a cell'
    return (
        f'"{name}" is not a name the model reads; {suggestion(str(name), ATTRIBUTES)}'
    )


def finite_number(name: str, value: Any) -> float:
    """Return the value as a finite float; text, True and False are refused."""
    if not isinstance(value, (bool, np.bool_, str, bytes)):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise DataFileError(
        f'"{name}" = {shown(value)} is refused; right would be a number'
    )


def check_quantities(quantities: Mapping[str, Quantity], where: Place) -> None:
    """Refuse a set that is incomplete or inconsistent."""
    for name, quantity in quantities.items():
        _check_one(name, quantity, where)
    missing = [name for name in ATTRIBUTES if name not in quantities]
    if missing:
        listed = ", ".join(f'"{name}"' for name in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        raise DataFileError(
            f"{where}: lacks {listed}{more}; a cell needs every quantity, in its file "
            'or by based_on = "yamauchi2020"'
        )
    numbers = {name: quantity.value for name, quantity in quantities.items()}
    check_together(numbers, where)


def check_together(numbers: Mapping[str, float], where: Place) -> None:
    """Refuse numbers of a complete set that are inconsistent."""
    for keys, allowed in parameters.SUMS:
        names = [parameters.NAMES[key] for key in keys]
        total = sum(numbers[name] for name in names)
        if total not in allowed:
            together = '" and "'.join(names)
            raise DataFileError(
                f'{where}: "{together}" sum to {total:g}; right would be {allowed}'
            )
    lower, upper = (parameters.NAMES[key] for key in ("voltage_min", "voltage_max"))
    if numbers[lower] >= numbers[upper]:
        raise DataFileError(
            f'{where}: "{lower}" = {numbers[lower]:g} is not below "{upper}" = '
            f"{numbers[upper]:g}"
        )
    with np.errstate(all="ignore"):
        try:
            derived_values = derived.derive_numbers(numbers).values()
        except (ArithmeticError, ValueError):
            derived_values = {}
    for name in derived.NAMES.values():
        if not math.isfinite(derived_values.get(name, math.nan)):
            raise DataFileError(
                f'{where}: the quantities give no finite "{name}"; compare them with '
                "those of a built-in cell"
            )


def _range_error(quantity: Quantity, allowed: parameters.Range) -> str:
    """What is wrong with the range of a quantity; empty if nothing."""
    low, high = quantity.range or (quantity.value, quantity.value)
    for end in (low, high):
        if end not in allowed:
            return f": range to {end:g} is refused; right would be {allowed}"
    # a fitted value may leave the range that was known before
    inside = low <= quantity.value <= high or quantity.kind == "fitted"
    if low > high or not inside:
        return (
            f" = {quantity.value:g} lies outside its range {low:g} to {high:g}; right "
            "would be a range that contains it"
        )
    return ""


def _check_one(name: str, quantity: Quantity, where: Place) -> None:
    """Refuse a quantity outside its range or without a valid source."""
    if name not in ATTRIBUTES:
        raise DataFileError(f"{where}: {unknown_name(name)}")
    allowed = parameters.ALLOWED[ATTRIBUTES[name]]
    problem = None
    if quantity.value not in allowed:
        problem = f" = {quantity.value:g} is refused; right would be {allowed}"
    elif quantity.kind not in KINDS:
        problem = (
            f': kind "{quantity.kind}" is unknown; '
            f"{suggestion(str(quantity.kind), KINDS)}"
        )
    elif quantity.interval is not None and not (
        quantity.interval[0] <= quantity.value <= quantity.interval[1]
    ):
        problem = (
            " = {:g} lies outside its interval {:g} to {:g}; right would be a 95 % "
            "interval that contains it".format(quantity.value, *quantity.interval)
        )
    elif quantity.range is not None and (wrong := _range_error(quantity, allowed)):
        problem = wrong
    elif not str(quantity.reference).strip():
        problem = " has no reference; every number needs a reference"
    elif quantity.kind not in HAS_TARGETS[bool(quantity.targets)]:
        problem = (
            f" is {quantity.kind} with {len(quantity.targets)} targets; right would be "
            "a list of targets for a fitted quantity, or for an assumed one that was "
            "set with regard to them, and none for any other"
        )
    if problem:
        raise DataFileError(f'{where}: "{name}"{problem}')
