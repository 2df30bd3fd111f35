"""The style of all figures: colours, labels, entries of legends, choice of data.

``canvas`` has their sheets. No figure needs a display. A note above a figure says what
it does not show.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from nfpcell.cell import units
from nfpcell.columns import CONDITION, DIRECTION, TEMPERATURE
from nfpcell.figures.canvas import BASE, sheet
from nfpcell.figures.canvas import grid as grid
from nfpcell.figures.canvas import legend as legend
from nfpcell.figures.canvas import panels as panels
from nfpcell.figures.canvas import save as save
from nfpcell.figures.canvas import set_height as set_height
from nfpcell.figures.canvas import single as single
from nfpcell.figures.canvas import styled as styled

Value = TypeVar("Value")
Colour = str | tuple[float, float, float, float]
HalfCycle = tuple[tuple[Any, ...], pd.DataFrame]  # values of CONDITION, their rows

VOLTAGE_LABEL = "Voltage (V)"
CURVE_POINTS = 500
KILO_OHM = 2000.0  # resistances above this [Ohm] are drawn in kilo-ohms


def _palette(codes: str) -> tuple[str, ...]:
    return tuple(f"#{code}" for code in codes.split())


# Okabe and Ito, Color Universal Design (2008), without yellow and black
OKABE_ITO: tuple[str, ...] = tuple(BASE["axes.prop_cycle"].by_key()["color"])
# Tol, Colour Schemes (2021), muted
MUTED = _palette(
    "332288 88CCEE 44AA99 117733 999933 DDCC77 CC6677 882255 AA4499 BBBBBB"
)
GREY = "0.35"
_LOSSES: Mapping[str, Colour] = dict(
    zip(
        (
            "Sodium",
            "Separator bulk",
            "Separator grain-boundary",
            "Plate-cathode interface",
            "Interphase",
            "Positive electrode ionic",
            "Positive electrode electronic",
            "Positive electrode reaction",
            "Positive electrode concentration",
            "Contact",
            "Hysteresis",
            "Reversible",
        ),
        (*MUTED, "0.2", "#E69F00"),
        strict=True,
    )
)
LINES: Mapping[Any, Any] = {"discharge": "-", "charge": (0, (4, 1.5))}


# ------------------------------------------------------------------------------ labels
# name of a heat -> name of the overpotential that gives it
_SAME_LOSS = {"Uneven sodium": "Positive electrode concentration"}
# names of parts of the cell: in columns and parameters, and in figures
_PARTS = {
    "Plate-cathode": "β″-alumina–cathode",
    "Separator grain-boundary": "β″-alumina grain boundaries",
    "Separator": "β″-alumina",
    "Plate": "β″-alumina",
    "Positive electrode": "Cathode",
}


def quantity_label(name: str, unit: bool = True) -> str:
    """The label of a column or parameter in a figure, with the unit it is drawn in.

    Examples
    --------
    >>> quantity_label("Separator thickness [m]")
    'β″-alumina thickness (µm)'
    """
    shown = units.shown(name)
    label = shown.base
    for part, part_label in _PARTS.items():
        label = label.replace(part, part_label)
    return f"{label} ({shown.printed})" if unit and shown.unit else label


def loss_label(name: str) -> str:
    """The label of an overpotential or of its heat, without its unit.

    Examples
    --------
    >>> loss_label("Positive electrode ionic heat [J]")
    'Cathode ionic'
    """
    return quantity_label(_loss(name), unit=False)


def _loss(name: str) -> str:
    """The part of the name of an overpotential or of its heat that both share."""
    part = re.sub(r" (overpotential|heat) \[.*", "", name)
    return _SAME_LOSS.get(part, part)


def cell_label(cell: object) -> str:
    """The label of a cell: such as "cell C" if built in, else the stem of its file."""
    return f"cell {cell}" if len(str(cell)) == 1 else literal(str(cell))


def rate_label(rate: float) -> str:
    """A C-rate as a label."""
    return f"{rate:g}C"


def degrees(temperature: float) -> str:
    """A temperature [degC] as a label."""
    shown = units.shown(TEMPERATURE)
    return signs(f"{shown.value(temperature):g} {shown.printed}")


def cell_at(cell: object, temperature: float) -> str:
    """Cell and temperature [degC] as the title of a panel."""
    return f"{cell_label(cell)}, {degrees(temperature)}"


def half_cycle_label(
    cell: object, direction: object, rate: float, temperature: float
) -> str:
    """Cell, C-rate, direction and temperature of a half-cycle, or of a cell at rest."""
    applied = f"{rate_label(rate)} {direction}" if rate else "at rest"
    return f"{cell_label(cell)}, {applied}, {degrees(temperature)}"


def shared_label(keys: Sequence[tuple[Any, ...]]) -> tuple[str, list[str]]:
    """The label of what several half-cycles share, and one of the rest for each."""
    parts = [
        (cell_label(c), f"{rate_label(r)} {d}" if r else "at rest", degrees(T))
        for c, d, r, T in keys
    ]
    shared = [len({*column}) == 1 for column in zip(*parts, strict=True)]
    if all(shared):
        return "", [", ".join(parts[0])] * len(parts)
    title = ", ".join(p for p, same in zip(parts[0], shared, strict=True) if same)
    return title, [
        ", ".join(p for p, same in zip(row, shared, strict=True) if not same)
        for row in parts
    ]


def signs(text: str) -> str:
    """Text with the characters for minus, °C and Ω."""
    text = text.replace("degC", "°C").replace(" Ohm", " Ω").replace(" -", " −")
    return text.replace("-", "−", 1) if text.startswith("-") else text


def literal(text: str) -> str:
    """Text with escaped dollar signs, cut to 24 characters."""
    text = text if len(text) <= 24 else f"{text[:22]}…"
    return text.replace("$", r"\$")


def ohm_scale(resistances: ArrayLike) -> tuple[float, str]:
    """The unit for resistances: its value in ohms, and its symbol."""
    limit = KILO_OHM if units.current() == "lab" else math.inf
    return (1e3, "kΩ") if np.nanmax(resistances) > limit else (1.0, "Ω")


def no_data(sentence: str) -> Figure:
    """A figure that says why it shows nothing."""
    figure = sheet(3.4, 2.6)
    figure.text(0.5, 0.5, sentence, ha="center", va="center")
    return figure


# ---------------------------------------------------------------------------- colours
def ramp(number: int, name: str | None = None) -> list[Colour]:
    """Ordered colours that also differ in black and white; by default of the style."""
    ends = (0.82, 0.0) if name == "plasma" else (0.0, 0.88)
    if _is_dark():
        ends = (0.9, 0.25) if name == "plasma" else (0.25, 1.0)
    name = name or matplotlib.rcParams["image.cmap"]
    places = np.linspace(*ends, number) if number > 1 else [0.25]
    return [matplotlib.colormaps[name](place) for place in places]


def _is_dark() -> bool:
    """Whether the style has a dark background."""
    return float(np.mean(to_rgb(paper()))) < 0.5


def ink() -> Colour:
    """The colour of axes in the style: black on white paper."""
    colour: Colour = matplotlib.rcParams["text.color"]
    return colour


def paper() -> Colour:
    """The colour of panels in the style."""
    colour: Colour = matplotlib.rcParams["axes.facecolor"]
    return colour


def ordered_colours(
    values: Sequence[Value], name: str | None = None
) -> dict[Value, Colour]:
    """A colour for each of several ordered values."""
    return dict(zip(values, ramp(len(values), name), strict=True))


def distinct_colours(values: Iterable[Value]) -> dict[Value, Colour]:
    """A colour of the style for each of several unordered values; they repeat."""
    cycle = matplotlib.rcParams["axes.prop_cycle"].by_key().get("color", OKABE_ITO)
    return dict(zip(values, itertools.cycle(cycle), strict=False))


def loss_colours(names: Iterable[str]) -> dict[str, Colour]:
    """The colour of each overpotential or heat, the same in all figures."""
    return {name: _LOSSES.get(_loss(name), GREY) for name in names}


# ---------------------------------------------------------------------------- legends
def entry(label: str, color: Colour = GREY, **line: Any) -> Line2D:
    """An entry of a legend that is a line, with a marker if one is given."""
    return Line2D([], [], label=label, color=color, **line)


def mark_entry(label: str, marker: str, color: Colour = GREY, **line: Any) -> Line2D:
    """An entry of a legend that is a marker alone."""
    return entry(label, color, ls="", marker=marker, **line)


def colour_entries(
    colours: dict[Value, Colour], label: Callable[[Value], str], **line: Any
) -> list[Line2D]:
    """Entries of the legend for colours."""
    return [entry(label(value), colour, **line) for value, colour in colours.items()]


def directions(table: pd.DataFrame) -> list[str]:
    """Directions of the half-cycles in a table, discharge first."""
    return [direction for direction in LINES if (table[DIRECTION] == direction).any()]


def face(direction: object, colour: Colour) -> Colour:
    """Inside of a marker: filled for a discharge, open for a charge."""
    return colour if direction == "discharge" else paper()


def direction_entries(table: pd.DataFrame, marker: str | None = None) -> list[Line2D]:
    """Entries of the legend for charge and discharge, if a table has both."""
    shown = directions(table)
    if len(shown) < 2:
        return []
    return [entry(d, ls=LINES[d], marker=marker, mfc=face(d, GREY)) for d in shown]


# ------------------------------------------------------------------------------- axes
def outer_labels(figure: Figure, x: str, y: str) -> None:
    """Labels of the lowest and of the leftmost panels, which share their axes."""
    for axes in figure.axes:
        place = axes.get_subplotspec()
        if axes.xaxis.get_tick_params().get("labelbottom"):
            axes.set_xlabel(x)
        if place is not None and place.is_first_col():
            axes.set_ylabel(y)


def log_numbers(axis: Axis) -> None:
    """Plain numbers along a logarithmic axis instead of powers of ten."""
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(LogLocator(subs=range(2, 10)))
    axis.set_minor_formatter(NullFormatter())


def fixed_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Ticks at these values alone."""
    axis.set_ticks(ticks)
    axis.set_ticks([], minor=True)
    axis.set_major_formatter("{x:g}")


def rate_axis(axes: Axes, rates: Sequence[float]) -> None:
    """A logarithmic axis of C-rates, with a tick at each where there is room."""
    axes.set_xscale("log")
    if len(rates) == 1:
        axes.set_xlim(rates[0] / 2, rates[0] * 2)
    span = math.log(rates[-1] / rates[0]) or 1.0
    ticks = [rates[0]]
    for rate in rates[1:]:
        if math.log(rate / ticks[-1]) >= 0.09 * span:
            ticks.append(rate)
    fixed_ticks(axes.xaxis, ticks)


def annotate(
    axes: Axes, text: str, x: float, y: float, points: float, **style: Any
) -> None:
    """Text at a distance [points] above a point, or below it if negative."""
    style |= {"ha": "center", "va": "bottom" if points > 0 else "top"}
    axes.annotate(text, (x, y), (0, points), textcoords="offset points", **style)


def nyquist_labels(axes: Axes, unit: str = "Ω") -> None:
    """Labels of the axes of a Nyquist plot."""
    axes.set_xlabel(f"Re Z ({unit})")
    axes.set_ylabel(f"−Im Z ({unit})")


# ------------------------------------------------------------------------------- data
def half_cycles(table: pd.DataFrame) -> list[HalfCycle]:
    """The rows of each half-cycle with its condition, in the order of the table."""
    return list(table.groupby(list(CONDITION), sort=False))


def select(table: pd.DataFrame, values: Mapping[Any, Any]) -> pd.DataFrame:
    """Rows of a table that have these values in these columns."""
    for name, value in values.items():
        table = table[table[name] == value]
    return table


def some_of(values: Iterable[Value], most: int) -> list[Value]:
    """At most this number of the values, evenly spaced, with both ends."""
    values = list(values)
    if len(values) <= most:
        return values
    if most == 1:
        return values[-1:]
    return [values[round(k)] for k in np.linspace(0, len(values) - 1, most)]


def at_most(
    values: Iterable[Value], most: int, plural: str
) -> tuple[list[Value], list[str]]:
    """At most this number of the values, and a note if there are more."""
    values = list(values)
    shown, total = some_of(values, most), len(values)
    return shown, [f"{len(shown)} of {total} {plural} shown"] * (len(shown) < total)


def thinned(*columns: ArrayLike, most: int = CURVE_POINTS) -> list[NDArray[np.float64]]:
    """Columns as arrays with at most this number of points, with both ends."""
    arrays = [np.asarray(column, dtype=float) for column in columns]
    number = len(arrays[0])
    if number > most:
        picks = np.unique(np.linspace(0, number - 1, most).round().astype(int))
        arrays = [array[picks] for array in arrays]
    return arrays
