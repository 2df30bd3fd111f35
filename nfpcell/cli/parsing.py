"""Text from the command line as checked values: numbers, ranges, names and cells.

Every refusal is one sentence: which option, what was typed, what would be right.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nfpcell.cell import units, validation
from nfpcell.cell.parameters import Range
from nfpcell.cli import terminal
from nfpcell.errors import NfpcellError, refusal

if TYPE_CHECKING:
    from nfpcell.cell.definition import Cell
    from nfpcell.simulation.cycling import Schedule
    from nfpcell.studies.experiment import Experiment

MOST_VALUES = 1000
MOST_PER_DECADE = 100
_NUMBERS = "a list such as 1,2 or a range first:last:step"

# C/10, or 0.1C
_C_RATE = re.compile(r"[cC]\s*/\s*([0-9.]+)|([0-9.]*)\s*[cC]")

_Named = TypeVar("_Named", "Cell", "Experiment")


# ------------------------------------------------------------------------ numbers
def number(text: str, option: str, allowed: Range) -> float:
    """Return a number; one outside its range is refused."""
    value = finite_number(text, option, f"a number {allowed}")
    _check(value, option, allowed)
    return value


def whole_number(text: str, option: str, allowed: Range) -> int:
    """Return a whole number; one outside its range is refused."""
    value = number(text, option, allowed)
    if value != int(value):
        raise refusal(option, f"{value:g} is refused", f"a whole number {allowed}")
    return int(value)


def c_rate(text: str, option: str, allowed: Range) -> float:
    """Return a C-rate; one outside its range is refused."""
    value = _c_rate(text, option, f"a C-rate {allowed}, such as 0.1 or C/10")
    _check(value, option, allowed)
    return value


def c_rates(
    text: str, option: str, allowed: Range, in_order: bool = False
) -> tuple[float, ...]:
    """Return the C-rates of a list as ``numbers`` does; each may be such as C/10 or 2C.

    Examples
    --------
    >>> c_rates("C/10,1C,2", "--rates", validation.RATES)
    (0.1, 1.0, 2.0)
    >>> c_rates("1,C/10,1", "--rates", validation.RATES, in_order=True)
    (1.0, 0.1, 1.0)
    """
    return numbers(text, option, allowed, in_order, _c_rate)


def numbers(
    text: str,
    option: str,
    allowed: Range,
    in_order: bool = False,
    read: Callable[[str, str], float] | None = None,
) -> tuple[float, ...]:
    """Return the numbers of a comma-separated list; an item may be a range.

    A number that is repeated counts once, and a remark says so, unless the numbers are
    used ``in_order``. ``read`` reads one number.

    Examples
    --------
    >>> numbers("0.1,1:2:0.5", "--rates", validation.RATES)
    (0.1, 1.0, 1.5, 2.0)
    >>> numbers("30:-20:-25", "--temperatures", validation.TEMPERATURES)
    (30.0, 5.0, -20.0)
    """
    if not text.strip():
        raise refusal(option, "the list is empty", "such as 1,2")
    values: list[float] = []
    read = read or finite_number
    for item in text.split(","):
        values += _range(item, option, read) if ":" in item else [read(item, option)]
        if len(values) > MOST_VALUES:
            what = f'"{short(text)}" holds more than {MOST_VALUES} values'
            raise refusal(option, what, "fewer")
    for value in values:
        _check(value, option, allowed)
    distinct = tuple(dict.fromkeys(values))
    if in_order or len(distinct) == len(values):
        return tuple(values)
    (repeated, _), *_ = Counter(values).most_common(1)
    terminal.remark(f"{option}: {repeated:g} is repeated and computed once")
    return distinct


def spectrum_frequencies(text: str, option: str) -> list[float]:
    """Return frequencies [Hz] of highest:lowest:points-per-decade, or of a list.

    Examples
    --------
    >>> [round(f, 3) for f in spectrum_frequencies("100:1:1", "--frequencies")]
    [100.0, 10.0, 1.0]
    """
    if ":" not in text:
        return validation.frequencies(numbers(text, option, validation.FREQUENCIES))
    right = "highest:lowest:points-per-decade, such as 1e6:0.025:10"
    parts = text.split(":")
    if len(parts) != 3:
        raise refusal(option, f'"{short(text)}" is not a range', right)
    allowed = validation.FREQUENCIES
    highest, lowest = (number(part, option, allowed) for part in parts[:2])
    if highest <= lowest:
        what = f"{highest:g} is not above {lowest:g}"
        raise refusal(option, what, f"the highest first: {right}")
    points = f"{option}, points per decade"
    per_decade = number(parts[2], points, Range(1, MOST_PER_DECADE))
    from nfpcell.eis.impedance import frequency_range

    return [float(f) for f in frequency_range(highest, lowest, per_decade)]


def whole_numbers(text: str, option: str) -> tuple[int, ...]:
    """Return the whole numbers, from 1, of a list with ranges first:last:step.

    Examples
    --------
    >>> whole_numbers("1,3", "--half-cycles"), whole_numbers("1,2:6:2", "--segments")
    ((1, 3), (1, 2, 4, 6))
    """
    numbers: list[int] = []
    for item in text.split(","):
        ends = [
            whole_number(end, option, Range(1, 100_000)) for end in item.split(":", 2)
        ]
        first, last, step = (*ends, *(ends[0], 1)[len(ends) - 1 :])[:3]
        numbers += range(first, last + 1, step)
    return tuple(numbers)


def finite_number(text: str, option: str, right: str = _NUMBERS) -> float:
    """Return a finite number; ``right`` is the end of a refusal."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        typed = f'"{short(text.strip())}" is' if text.strip() else "an empty item is"
        raise refusal(option, f"{typed} not a number", right)
    return value + 0.0  # -0.0 becomes 0.0


def _c_rate(text: str, option: str, right: str = _NUMBERS) -> float:
    """Return a C-rate written as 0.1, 0.1C or C/10."""
    match = _C_RATE.fullmatch(text.strip())
    if match is None:
        return finite_number(text, option, right)
    divisor, factor = match.groups()
    if divisor is None:
        return finite_number(factor or "1", option, right)
    hours = finite_number(divisor, option, right)
    if not hours:
        raise refusal(option, f'"{short(text)}" is not a C-rate', right)
    return 1 / hours


def _check(value: float, option: str, allowed: Range) -> None:
    if value not in allowed:
        raise refusal(option, f"{value:g} is refused", allowed.right(value))


def _range(text: str, option: str, read: Callable[[str, str], float]) -> list[float]:
    """Return the numbers of first:last:step."""
    parts = text.split(":")
    if len(parts) != 3:
        raise refusal(option, f'"{short(text)}" is not a range', "first:last:step")
    first, last, step = (read(part, option) for part in parts)
    intervals = (last - first) / step if step else -1
    if intervals < 0 or not math.isfinite(intervals):
        what = f'the step of "{short(text)}" does not lead from {first:g} to {last:g}'
        raise refusal(option, what, "first:last:step")
    # a rounding error must not drop the last value
    count = min(int(intervals + 1e-9), MOST_VALUES) + 1
    return [float(f"{first + k * step:.12g}") + 0.0 for k in range(count)]


# --------------------------------------------------------------------------- text
def short(text: str) -> str:
    """Return a text, cut after 40 characters, to quote it in a message."""
    return text if len(text) <= 40 else f"{text[:37]}..."


def one_of(value: str, option: str, known: Sequence[str]) -> str:
    """Return a value that is one of the known ones; any other is refused."""
    if value not in known:
        from nfpcell.cell.naming import suggestion

        raise NfpcellError(
            f'{option}: "{short(value)}" is not known; {suggestion(value, known)}'
        )
    return value


def names(text: str, option: str) -> list[str]:
    """Return the names of a comma-separated list.

    Examples
    --------
    >>> names("fig-1, fig-3", "--sections")
    ['fig-1', 'fig-3']
    """
    items = [item.strip() for item in text.split(",")]
    if not all(items):
        what = f'"{short(text)}" has an empty name'
        raise refusal(option, what, "names with commas between them")
    return items


def start(text: str, option: str) -> str | float:
    """Return the initial state of a half-cycle: "slow", "rest", or a voltage [V].

    Examples
    --------
    >>> start("slow", "--start"), start("3.4", "--start")
    ('slow', 3.4)
    """
    if text in ("slow", "rest"):
        return text
    return finite_number(text, option, "slow, rest or a voltage in V such as 3.4")


def both_sides(text: str, option: str) -> tuple[float, float]:
    """
    Return a pair of numbers, for the cathode side and the anode side of the separator.

    Examples
    --------
    >>> both_sides("0.75", "--roughness"), both_sides("0.75:0", "--roughness")
    ((0.75, 0.75), (0.75, 0.0))
    """
    right = "cathode:anode, such as 0.75:0, or one number for both sides"
    sides = text.split(":")
    if len(sides) > 2:
        raise refusal(option, f'"{short(text)}" is refused', right)
    return finite_number(sides[0], option, right), finite_number(
        sides[-1], option, right
    )


# ------------------------------------------------------------------ units of tables
def shown_in(text: str, option: str) -> units.System:
    """Return the units of tables and figures; from now on, these are shown."""
    known = {system.lower(): system for system in units.SYSTEMS}
    typed = one_of(known.get(text.lower(), text), option, units.SYSTEMS)
    system = known[typed.lower()]
    units.choose(system)
    return system


# ---------------------------------------------------------- cells and experiments
def cells(
    paths: Iterable[str],
    changed: Mapping[str, float] | None = None,
    in_order: bool = False,
) -> list[Cell]:
    """Return cells from names or paths; two different ones of one name are refused.

    ``changed`` has the values that all of them get. A cell that is repeated counts
    once, and a remark says so, unless the cells are used ``in_order``.
    """
    from nfpcell.cell.definition import Cell

    named = list(map(Cell.load, paths))
    distinct = _distinct(named, "cells", in_order)
    loaded = named if in_order else distinct
    return [cell.with_values(changed or {}) for cell in loaded]


def half_cells(
    paths: Iterable[str],
    changed: Mapping[str, float] | None = None,
    in_order: bool = False,
) -> list[Cell]:
    """Return cells as ``cells`` does; a symmetric cell is refused."""
    return validation.half_cells(cells(paths, changed, in_order))


def experiments(
    paths: Iterable[str], changed: Mapping[str, float] | None = None
) -> tuple[list[Experiment], list[Cell]]:
    """Return experiments, each once, and all their cells, see ``cells``."""
    from nfpcell.studies.experiment import Experiment

    loaded = _distinct(map(Experiment.load, paths), "experiments")
    used: dict[Cell, None] = {}
    for experiment in loaded:
        # symmetric cells have spectra only
        load = cells if experiment.kind == "impedance" else half_cells
        used |= dict.fromkeys(load(experiment.cells, changed))
    return loaded, list(used)


def scored(
    paths: Iterable[str], changed: Mapping[str, float] | None = None
) -> tuple[list[Experiment], list[Cell]]:
    """As ``experiments``; one without targets is refused."""
    loaded, used = experiments(paths, changed)
    for experiment in loaded:
        if not experiment.targets:
            raise NfpcellError(
                f'"{experiment.name}" has no targets to score; right would be an '
                "experiment with [[targets]] in its file"
            )
    return loaded, used


def _distinct(
    loaded: Iterable[_Named], kind: str, in_order: bool = False
) -> list[_Named]:
    """Return each item once; two different items of one name are refused."""
    by_name: dict[str, _Named] = {}
    for item in loaded:
        is_repeated = item.name in by_name
        other = by_name.setdefault(item.name, item)
        if other != item:
            raise NfpcellError(
                f'two different {kind} have the name "{item.name}" ({other.path} and '
                f"{item.path}); right would be another name for one of the files"
            )
        if is_repeated and not in_order:
            terminal.remark(f"{kind}: {item.name} is repeated and computed once")
    return list(by_name.values())


def folder(out: str | None, excel: bool = False) -> Path | None:
    """Return the folder of --out; one that cannot be written to is refused."""
    if out is None:
        return None
    if not out.strip():
        raise refusal("--out", "the name is empty", "the name of a folder")
    from nfpcell.reports import run_folder

    return run_folder.check(out, excel)


def changed_cell(path: str | None, changed: Mapping[str, float]) -> Cell | str | None:
    """Return the cell of --cell with changed values; as typed if none is changed."""
    if not changed:
        return path
    if path is None:
        raise refusal("--set or a cut-off", "needs a cell", "--cell C")
    return half_cells([path], changed)[0]


def schedules(
    paths: Sequence[str],
    rates: Sequence[float] | None,
    cycles: int | None,
    temperature: float | None,
    changed: Mapping[str, float],
) -> list[Schedule]:
    """Return the cycles to run: those of an experiment, or of cells with the options.

    By default a cell is cycled 10 times at 0.1C and 30 °C.
    """
    from nfpcell.simulation.cycling import Schedule

    given = {
        "--rates": rates,
        "--cycles": cycles,
        "--temperature": temperature,
        "--set or a cut-off": changed or None,
    }
    if experiment := next(filter(_is_schedule, paths), None):
        if len(paths) > 1:
            what = "is an experiment, and there is more to run"
            raise refusal(experiment, what, "one experiment alone, or cells")
        for option, value in given.items():
            if value is not None:
                what = "is refused with an experiment, whose file states it"
                raise refusal(option, what, "only one of them")
        return [Schedule.load(experiment)]
    return [
        Schedule.of_rates(
            cell,
            0.1 if rates is None else rates,
            10 if cycles is None else cycles,
            30.0 if temperature is None else temperature,
        )
        for cell in half_cells(paths, changed)
    ]


def _is_schedule(path: str) -> bool:
    from nfpcell.cell import catalogue, toml_files

    if not catalogue.is_path(path):
        return path in catalogue.experiments()
    return toml_files.read(catalogue.find_experiment(path)).get("kind") is not None
