"""The choice of the columns to read: one for each quantity, with a suitable unit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from nfpcell.errors import printable, refusal
from nfpcell.measured.readers import column_quantities, units
from nfpcell.measured.readers.column_quantities import (
    APPLIED,
    COUNTERS,
    DIMENSIONS,
    IMPEDANCE,
    MEASURED,
    TIMES,
    VOLTAGES,
    WORKING_ELECTRODE,
)
from nfpcell.measured.readers.headings import Heading, parse_heading, plain_unit

# of two columns of a quantity, one with fewer values than this share of the other's
# is read only if no other is left
MOSTLY_FILLED = 0.5
# reference electrodes of a voltage that is none against sodium
_OTHER_REFERENCE = re.compile(
    r"(?i)\bvs\.?\s*((?:li|ag|k|sce|she|rhe|nhe|hg|mg|zn)\b\S*)"
)


@dataclass(frozen=True)
class ChosenColumn:
    """A column chosen for a quantity."""

    heading: Heading
    place: int  # from 0


@dataclass(frozen=True)
class ColumnChoice:
    """The columns of a table that are used."""

    columns: dict[str, ChosenColumn]  # by quantity
    remarks: list[str]  # what was assumed
    empty: bool = False  # whether a column without any value is left out


def candidates(
    titles: Sequence[str], path: Path | str, units_below: Sequence[str] = ()
) -> dict[str, list[ChosenColumn]]:
    """Every column with a meaning, by quantity; ``units_below`` is the row of units."""
    rivals: dict[str, list[ChosenColumn]] = {}
    for place, title in enumerate(titles):
        below = units_below[place] if place < len(units_below) else ""
        heading = parse_heading(title, below)
        if heading is not None:
            _check_one_unit(heading, below, path)
            rivals.setdefault(heading.quantity, []).append(ChosenColumn(heading, place))
    return rivals


def choose(
    titles: Sequence[str],
    path: Path | str,
    units_below: Sequence[str] = (),
    filled: Mapping[int, int] | None = None,
) -> ColumnChoice:
    """
    Choose the columns to read.

    ``units_below`` is the row of units under the titles; ``filled`` has the number of
    rows with a value of each column with a meaning, by place.
    """
    columns: dict[str, ChosenColumn] = {}
    unknown: dict[str, Heading] = {}
    remarks, empty, tables = [], False, 1
    most: dict[str, int] = {}
    rivals_of = candidates(titles, path, units_below)
    fewest = min(map(len, rivals_of.values()), default=0)
    for quantity, rivals in rivals_of.items():
        counts = [filled[rival.place] if filled else 1 for rival in rivals]
        least = MOSTLY_FILLED * max(counts)
        poor = {
            rival.place
            for rival, count in zip(rivals, counts, strict=True)
            if count < least
        }
        rivals.sort(key=lambda rival: (rival.place in poor, *_preference(rival)))
        heading, title = rivals[0].heading, rivals[0].heading.title
        if heading.dimension is None:
            unknown[quantity] = heading
            continue
        same = [str(c.place + 1) for c in rivals if c.heading.title == title]
        # a heading may repeat if all of them do, in tables side by side
        if quantity in column_quantities.UNIQUE and len(same) > max(fewest, 1):
            often = "twice" if len(same) == 2 else f"{len(same)} times"
            places = ", ".join(same[:5])
            what = f'the heading "{title}" occurs {often}, in columns {places}'
            raise refusal(path, what, "another heading for each column")
        if quantity in column_quantities.UNIQUE:
            tables = max(tables, len(same))
        if not max(counts):
            remarks.append(f'column "{title}" is empty and is left out')
            empty = True
            continue
        columns[quantity] = rivals[0]
        most[quantity] = max(counts)
        if len(rivals) > 1 and quantity in ("time", "current", "temperature"):
            remarks.append(_taken_from(quantity, rivals))
    if tables > 1:
        remarks.append(f"only the first of {tables} tables side by side is read")
    for quantity, mean in column_quantities.MEANS.items():
        # BioLogic can write zeros for the value at one moment
        if most.get(quantity, 2) < 2 < most.get(mean, 0):
            title = columns.pop(quantity).heading.title
            remarks.append(f'column "{title}" is zero and is left out')
    remarks += _choose_electrodes(columns, rivals_of)
    remarks += _other_reference(columns)
    remarks += _other_impedance(columns, titles)
    complete = is_complete(set(columns))
    for quantity, heading in unknown.items():
        if not complete and quantity not in column_quantities.OPTIONAL:
            what = f'column "{heading.title}": unit {heading.unit.lower()} is not known'
            allowed = column_quantities.EXAMPLE_UNITS[DIMENSIONS[quantity][0]]
            raise refusal(path, what, allowed)
        remarks.append(f'"{heading.title}" has an unknown unit and is left out')
    return ColumnChoice(columns, remarks, empty)


def is_complete(quantities: AbstractSet[str]) -> bool:
    """Whether these quantities are a whole spectrum, or a whole curve."""
    return _is_spectrum(quantities) or _is_curve(quantities)


def _is_spectrum(quantities: AbstractSet[str]) -> bool:
    return "frequency" in quantities and any(
        parts <= quantities for parts in column_quantities.WHOLE_IMPEDANCE
    )


def _is_curve(quantities: AbstractSet[str]) -> bool:
    needed = (VOLTAGES, TIMES, column_quantities.CURRENT_OR_CHARGE)
    return all(quantities & alternatives for alternatives in needed)


def _choose_electrodes(
    columns: dict[str, ChosenColumn], rivals_of: dict[str, list[ChosenColumn]]
) -> list[str]:
    """
    Choose the voltage between working and counter electrode if the file has both.

    The column of the counter electrode is kept where it is to be subtracted.
    """
    remarks: list[str] = []
    for quantity, counter in COUNTERS.items():
        rivals = rivals_of.get(quantity, [])
        chosen = columns.get(quantity)
        working = [c for c in rivals if c.heading.rank == WORKING_ELECTRODE]
        if chosen not in working:
            columns.pop(counter, None)
        if chosen is None:
            continue
        if working and (chosen.heading.rank == 0 or counter in columns):
            remarks.append(
                f"{quantity} is taken between working and counter electrode, "
                f'not from "{working[0].heading.title}"'
            )
        elif len(rivals) > 1 and quantity == "voltage":
            remarks.append(_taken_from(quantity, rivals))
        elif remarks and chosen in working:
            # the mean of another voltage
            del columns[quantity]
    return remarks


def _other_reference(columns: dict[str, ChosenColumn]) -> list[str]:
    """The remark on a voltage against another electrode than sodium."""
    titles = [columns[name].heading.title for name in VOLTAGES & set(columns)]
    found = next(filter(None, map(_OTHER_REFERENCE.search, titles)), None)
    if found is None:
        return []
    reference = found[1].rstrip(")]")
    return [f"voltage is against {reference}, and is not converted to sodium"]


def _taken_from(quantity: str, rivals: Sequence[ChosenColumn]) -> str:
    """The remark on the first of several columns, which is used."""
    title, *others = (f'"{rival.heading.title}"' for rival in rivals[:4])
    return f"{quantity} is taken from {title}, not from {', '.join(others)}"


def _other_impedance(
    columns: dict[str, ChosenColumn], titles: Sequence[str]
) -> list[str]:
    """The remark on an impedance between working and counter electrode."""
    other = next((title for title in titles if "zwe-ce" in title.lower()), None)
    if other is None or not IMPEDANCE & set(columns):
        return []
    return [f'impedance is that of the working electrode, not "{other.strip()}"']


def check_usable(
    choice: ColumnChoice, titles: Sequence[str], path: Path
) -> ColumnChoice:
    """
    The choice without the columns of an incomplete spectrum in a curve.

    Raises
    ------
    DataFileError : a column that a curve or spectrum needs is missing
    """
    quantities = set(choice.columns)
    of_spectrum = quantities & (IMPEDANCE | {"frequency"})
    if of_spectrum and not _is_spectrum(quantities) and _is_curve(quantities):
        named = listed(choice.columns[q].heading.title for q in sorted(of_spectrum))
        remark = f"{named}: no whole spectrum, and left out"
        columns = {q: c for q, c in choice.columns.items() if q not in of_spectrum}
        return ColumnChoice(columns, [*choice.remarks, remark])
    missing = None
    if "frequency" in quantities:
        if not _is_spectrum(quantities):
            parts = ("real part", "imaginary part")
            missing = next((part for part in parts if part not in quantities), None)
    elif of_spectrum or not quantities & MEASURED:
        missing = "frequency"
    elif not quantities & (MEASURED | APPLIED) - TIMES - {"temperature"}:
        missing = "voltage"
    if missing:
        which = "filled column" if choice.empty else "column"
        what = f"no {which} of the {missing} among {listed(titles)}"
        raise refusal(path, what, column_quantities.READABLE)
    return choice


def listed(titles: Iterable[str]) -> str:
    """Headings for an error message: printable and of limited length."""
    shown: list[str] = []
    for title in titles:
        shown.append(printable(title[:40]) + "…" * (len(title) > 40))
        if sum(map(len, shown)) > 150:
            shown.append("…")
            break
    return ", ".join(shown)


def assumed_units(columns: Iterable[ChosenColumn]) -> list[str]:
    """A remark on the columns whose heading gives no unit, if there are any."""
    without = [
        f'"{heading.title}" {column_quantities.DEFAULT_UNITS[heading.quantity]}'
        for heading in (column.heading for column in columns)
        if not heading.unit and heading.dimension != units.NUMBER
    ]
    return [f"no unit is given; assumed are {', '.join(without)}"] if without else []


def _preference(column: ChosenColumn) -> tuple[bool, int, int, int]:
    """Sorting key of the columns of a quantity: known unit, name, unit, place."""
    dimension, rank = column.heading.dimension, column.heading.rank
    if dimension is None:
        return True, rank, 0, column.place
    order = DIMENSIONS[column.heading.quantity].index(dimension)
    return False, rank, order, column.place


def _check_one_unit(heading: Heading, below: str, path: Path | str) -> None:
    below = plain_unit(below)
    under = replace(heading, unit=below)
    if not below or not heading.unit or not units.parse(below) or not under.dimension:
        return
    if (under.dimension, under.factor) != (heading.dimension, heading.factor):
        what = f'column "{heading.title}" has the unit {below} under its heading'
        raise refusal(path, what, "one unit")
