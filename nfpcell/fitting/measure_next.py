"""``nfpcell.measure_next``: which measurement to make next, as a table and in words."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nfpcell.cell import validation
from nfpcell.cell.definition import OneCell
from nfpcell.cell.parameters import Range
from nfpcell.cell.validation import DirectionChoice
from nfpcell.errors import escaped
from nfpcell.fitting.candidates import Candidate, Choice
from nfpcell.fitting.design_words import answer, sentences
from nfpcell.fitting.experiment_design import Design, design
from nfpcell.fitting.knowledge import Bounds, Knowledge
from nfpcell.parallel import Progress

# keys of the records
MEASUREMENT, KIND, QUANTITY, HOURS = "Measurement", "Kind", "Quantity", "Hours"
NOW, AFTER = "Interval now", "Interval after"
NARROWER, PER_HOUR = "Times narrower", "Shrinkage per hour"
ORDER, ANSWER, FILE = "Order in combination", "Answer", "Protocol file"
COLUMNS = [
    *(MEASUREMENT, KIND, QUANTITY, HOURS, NOW, AFTER),
    *(NARROWER, PER_HOUR, ORDER, ANSWER, FILE),
]
_HOURS, _SIGMAS = Range(0, 1e5, low_open=True), Range(0, 1e3, low_open=True)
_DEFAULTS = Choice()
SHOWN = 8  # rows of the table in a notebook


@dataclass(frozen=True, eq=False)
class NextMeasurements:
    """Measurements in the order of what each does for an hour on the cycler."""

    design: Design
    table: pd.DataFrame  # with COLUMNS, a row for each measurement and wanted quantity
    sentences: tuple[str, ...]  # the answer in words

    @property
    def best(self) -> tuple[Candidate, ...]:
        """All measurements: those of the best combination, then the others."""
        combined = [p.candidate for p in self.design.combination.prospects]
        ranked = [p.candidate for p in self.design.prospects]
        names = [candidate.name for candidate in combined]
        return (*combined, *(one for one in ranked if one.name not in names))

    def __repr__(self) -> str:
        return escaped(f"<NextMeasurements: {' '.join(self.sentences[:3])}>")

    def _repr_html_(self) -> str:
        shown = self.table.drop(columns=[FILE, QUANTITY, KIND]).head(SHOWN)
        lines = "".join(f"<li>{html.escape(text)}</li>" for text in self.sentences)
        return f"{shown.to_html(index=False)}<ul>{lines}</ul>"


def measure_next(
    cell: OneCell,
    want: str | Sequence[str],
    hours: float = 48.0,
    free: Bounds | None = None,
    *,
    rates: float | Sequence[float] = _DEFAULTS.rates,
    temperatures: float | Sequence[float] = _DEFAULTS.temperatures,
    direction: DirectionChoice = _DEFAULTS.direction,
    depth_of_discharge: float | Sequence[float] = _DEFAULTS.depths,
    preparation: float = _DEFAULTS.preparation,
    sigma: float = _DEFAULTS.sigma,
    impedance_sigma: float = _DEFAULTS.impedance_sigma,
    model: str = "full",
    progress: Progress | None = None,
) -> NextMeasurements:
    """Rank measurements by how much they narrow the wanted intervals for each hour.

    Parameters
    ----------
    cell : Cell, name or path. Its quantities with an interval are the free constants,
        as ``fit`` writes them
    want : the names of one or more free constants
    hours : on the cycler, for the best combination
    free : 95 % intervals (lower, upper) of further free constants, or other intervals,
        by name
    rates, temperatures, direction : of the half-cycles that are considered
    depth_of_discharge : of the spectra and pulses; () for none
    preparation : C-rate of the charge before a measurement
    sigma, impedance_sigma : standard deviation of a voltage [V], and of an impedance
        over its modulus
    model : "full" or "particle"
    progress : called with (done, all) after each measurement

    Raises
    ------
    NfpcellError : invalid arguments, or a wanted quantity that is not free

    Examples
    --------
    >>> free = {"Contact resistance [Ohm]": (10, 40)}
    >>> result = measure_next("C", list(free), free=free, rates=1, temperatures=30,
    ...                       depth_of_discharge=(), model="particle")
    >>> bool(result.table["Times narrower"].iloc[0] > 1.5)
    True
    """
    (loaded,) = validation.half_cells(cell)
    numbers = validation.numbers
    choice = Choice(
        tuple(numbers(rates, "rate", validation.RATES)),
        tuple(numbers(temperatures, "temperature", validation.TEMPERATURES)),
        validation.one_of(direction, "direction", validation.DIRECTIONS),
        _depths(depth_of_discharge),
        validation.number(preparation, "preparation", validation.RATES),
        validation.number(sigma, "sigma", _SIGMAS),
        validation.number(impedance_sigma, "impedance_sigma", _SIGMAS),
    )
    validation.one_of(model, "model", validation.MODELS)
    validation.number(hours, "hours", _HOURS)
    wanted = [want] if isinstance(want, str) else list(want)
    known = Knowledge.of(loaded, free)
    result = design(known, wanted, hours, choice, model, progress)
    return NextMeasurements(result, table(result), tuple(sentences(result)))


def _depths(depths: float | Sequence[float]) -> tuple[float, ...]:
    if not isinstance(depths, float | int) and not len(depths):
        return ()
    return tuple(validation.numbers(depths, "depth of discharge", validation.DEPTHS))


def table(result: Design, files: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Table with COLUMNS; ``files`` are protocol files by the name of a measurement."""
    chosen = [prospect.candidate.name for prospect in result.combination.prospects]
    rows: list[tuple[Any, ...]] = []
    for prospect in result.prospects:
        candidate, after = prospect.candidate, prospect.after
        order = chosen.index(candidate.name) + 1 if candidate.name in chosen else None
        for place, name in zip(result.places, result.wanted, strict=True):
            times = result.narrower(after, place)
            intervals = result.known.interval(place), after.interval(place)
            rows.append(
                (
                    *(candidate.name, candidate.kind, name, candidate.hours),
                    *map(list, intervals),
                    *(times, float(np.log(times)) / candidate.hours, order),
                    *(
                        answer(result, prospect, place),
                        (files or {}).get(candidate.name),
                    ),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS).astype({ORDER: "Int64"})
