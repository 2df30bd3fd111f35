"""Which columns of a table are used: one for each quantity, with a unit that fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nfpcell.errors import DataFileError, printable
from nfpcell.measured.readers import units
from nfpcell.measured.readers.headings import Heading, parse_heading, plain_unit
from nfpcell.measured.readers.quantities import (
    DEFAULT_UNITS,
    DIMENSIONS,
    EXAMPLE_UNITS,
    IMPEDANCE,
    MEASURED,
    OPTIONAL,
    READABLE,
    TIMES,
    UNIQUE,
)


@dataclass(frozen=True)
class Column:
    """A column chosen for a quantity: its heading, and its place from 0."""

    heading: Heading
    place: int


@dataclass(frozen=True)
class ColumnChoice:
    """The columns chosen, by quantity, and what was assumed in choosing."""

    columns: dict[str, Column]
    remarks: list[str]


def choose(
    titles: Sequence[str], path: Path | str, units_below: Sequence[str] = ()
) -> ColumnChoice:
    """
    The columns of a table that are used, one for each quantity.

    ``units_below`` are the cells of a row of units under the headings, if there is
    one.

    Raises
    ------
    DataFileError : for a unit that a quantity cannot have, two units of one column, or
        a heading that occurs twice
    """
    candidates: dict[str, list[Column]] = {}
    for place, title in enumerate(titles):
        below = units_below[place] if place < len(units_below) else ""
        heading = parse_heading(title, below)
        if heading is None:
            continue
        _check_one_unit(heading, below, path)
        candidates.setdefault(heading.quantity, []).append(Column(heading, place))
    columns: dict[str, Column] = {}
    remarks = []
    fewest = min(map(len, candidates.values()), default=0)
    for quantity, rivals in candidates.items():
        rivals.sort(key=_preference)
        chosen = rivals[0]
        title = chosen.heading.title
        if chosen.heading.dimension is None:
            if quantity not in OPTIONAL:
                raise _unknown_unit(chosen.heading, path)
            remarks.append(f'"{title}" has no unit that is known')
            continue
        places = [rival.place for rival in rivals if rival.heading.title == title]
        # unless the whole table stands side by side several times
        if quantity in UNIQUE and len(places) > max(fewest, 1):
            raise _repeated_heading(title, places, path)
        columns[quantity] = chosen
        others = [f'"{rival.heading.title}"' for rival in rivals[1:4]]
        if others and quantity in ("voltage", "current", "temperature"):
            remarks.append(
                f'{quantity} is taken from "{title}", not from {", ".join(others)}'
            )
    return ColumnChoice(columns, remarks)


def check_usable(columns: dict[str, Column], titles: Sequence[str], path: Path) -> None:
    """Raise an error for a table without a column that a curve or spectrum needs."""
    known = set(columns)
    missing = None
    if "frequency" in known:
        if {"modulus", "phase"} <= known:
            return
        parts = ("real part", "imaginary part")
        missing = next((part for part in parts if part not in known), None)
    elif known & IMPEDANCE or not known & MEASURED:
        missing = "frequency"
    elif not known & MEASURED - TIMES - {"temperature"}:
        missing = "voltage"
    if missing:
        raise DataFileError(
            f"{path}: no column of the {missing} among {listed(titles)}; {READABLE}"
        )


def listed(titles: Iterable[str]) -> str:
    """Headings for an error message: printable, and not too many."""
    shown: list[str] = []
    for title in titles:
        shown.append(printable(title[:40]) + "…" * (len(title) > 40))
        if sum(map(len, shown)) > 150:
            shown.append("…")
            break
    return ", ".join(shown)


def assumed_units(columns: Iterable[Column]) -> list[str]:
    """One remark on the columns whose heading gives no unit, if there are any."""
    without = []
    for column in columns:
        heading, dimension = column.heading, column.heading.dimension
        if not heading.unit and dimension not in (None, units.NUMBER):
            without.append(f'"{heading.title}" {DEFAULT_UNITS[dimension]}')
    return [f"no unit is given and assumed for {', '.join(without)}"] if without else []


def _preference(column: Column) -> tuple[bool, int, int, int]:
    """Order of the columns of one quantity: known unit, name, unit, place."""
    heading, dimension = column.heading, column.heading.dimension
    if dimension is None:
        return True, heading.rank, 0, column.place
    order = DIMENSIONS[heading.quantity].index(dimension)
    return False, heading.rank, order, column.place


def _check_one_unit(heading: Heading, below: str, path: Path | str) -> None:
    below = plain_unit(below)
    if not below or not heading.unit or below == heading.unit:
        return
    under = replace(heading, unit=below)
    if units.parse(below) is None or under.dimension is None:
        return
    if (under.dimension, under.factor) != (heading.dimension, heading.factor):
        raise DataFileError(
            f'{path}: column "{heading.title}" has the unit {below} under its heading; '
            "right would be one unit"
        )


def _repeated_heading(title: str, places: list[int], path: Path | str) -> DataFileError:
    often = "twice" if len(places) == 2 else f"{len(places)} times"
    columns = ", ".join(str(place + 1) for place in places[:5])
    return DataFileError(
        f'{path}: the heading "{title}" occurs {often}, in columns {columns}; right '
        "would be another heading for each column"
    )


def _unknown_unit(heading: Heading, path: Path | str) -> DataFileError:
    return DataFileError(
        f'{path}: column "{heading.title}": unit {heading.unit.lower()} is not known; '
        f"right would be {EXAMPLE_UNITS[DIMENSIONS[heading.quantity][0]]}"
    )
