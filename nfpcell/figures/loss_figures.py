"""Figures of the overpotentials of half-cycles: their means, and along each."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from nfpcell.arrays import FloatArray
from nfpcell.columns import CAPACITY, DIRECTION
from nfpcell.figures import style
from nfpcell.figures.appearance import CapacityUnit
from nfpcell.figures.capacity_axis import Cells, capacity_axis

OVERPOTENTIAL = " overpotential [V]"
MOST_BARS, MOST_PANELS = 24, 16
# overpotentials are not visible below this fraction of the largest capacity
SHORTEST = 0.02
# smaller negative overpotentials are errors of the solver [V]
LEAST_GAIN = 1e-3
STACK_POINTS = 160


@style.styled
def losses(curves: pd.DataFrame) -> Figure:
    """Voltage [mV] and energy [Wh/kg of NFP] lost to each overpotential, as bars.

    One bar for each half-cycle. The voltage is the mean over the capacity; times the
    capacity it is the energy. Positive losses lower the voltage of a discharge and
    raise that of a charge. ``curves`` is the second table of
    ``nfpcell.simulate(..., curves=True)``.
    """
    names = _overpotentials(curves)
    if curves.empty or not names:
        return style.no_data("No half-cycle gave a curve")
    half_cycles = style.half_cycles(curves)
    ends = [curve[CAPACITY].max() for _, curve in half_cycles]
    # the mean of a half-cycle that ends at once has no meaning
    long = [h for h, end in zip(half_cycles, ends, strict=True) if end > 0]
    if not long:
        return style.no_data("No half-cycle gave a capacity")
    shown, notes = style.at_most(long, MOST_BARS, "half-cycles")
    if len(long) < len(ends):
        notes.append(f"{len(ends) - len(long)} without capacity not shown")
    title, labels = style.shared_label([key for key, _ in shown])
    figure, ((left, right),) = style.grid(
        1, 2, 7.6, 1.0 + 0.24 * max(len(shown), 4), sharey=True
    )
    energies = np.array([_energies(curve, names) for _, curve in shown])
    capacities = np.array([curve[CAPACITY].max() for _, curve in shown])
    quantities = (
        (
            left,
            1e3 * energies / capacities[:, None],
            "Mean voltage lost (mV)",
            "{:.0f}",
        ),
        (right, energies, "Energy lost (Wh kg⁻¹)", "{:.1f}"),
    )
    colours = style.loss_colours(names)
    for panel, values, label, number in quantities:
        _bars(panel, values, list(colours.values()), number)
        panel.set_xlabel(label)
    left.set_yticks(range(len(shown)), labels)
    left.invert_yaxis()
    if title:
        left.set_title(title)
    handles = [Patch(color=c, label=style.loss_label(n)) for n, c in colours.items()]
    style.legend(figure, handles, notes)
    return figure


def _overpotentials(curves: pd.DataFrame) -> list[str]:
    return [name for name in curves.columns if name.endswith(OVERPOTENTIAL)]


def _energies(curve: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    """Energy lost to each overpotential along a half-cycle [Wh/kg]."""
    sign = 1 if curve[DIRECTION].iloc[0] == "discharge" else -1
    losses = sign * curve[list(names)].to_numpy()
    return np.asarray(np.trapezoid(losses, curve[CAPACITY], axis=0))


def _bars(
    panel: Axes, values: FloatArray, colours: Sequence[style.Colour], number: str
) -> None:
    """A stacked bar for each row of values, negative ones to the left, and its sum."""
    places = np.arange(len(values))
    for side in (np.maximum, np.minimum):
        base = np.zeros(len(values))
        for column, colour in zip(values.T, colours, strict=True):
            part = side(column, 0)
            panel.barh(places, part, left=base, color=colour, height=0.72)
            base += part
    right = np.maximum(values, 0).sum(axis=1)
    for place, (end, total) in enumerate(zip(right, values.sum(axis=1), strict=True)):
        text = " " + style.signs(number.format(total))
        panel.text(end, place, text, va="center", fontsize=6.5)
    panel.set_xlim(right=1.25 * max(right.max(), 1e-12))
    panel.axvline(0, color=style.ink(), lw=0.5)
    panel.tick_params(axis="y", left=False, right=False)


@style.styled
def losses_along(
    curves: pd.DataFrame, capacity: CapacityUnit | None = None, cells: Cells = ()
) -> Figure:
    """All overpotentials [V] along the half-cycles, stacked; each row has its scale.

    Their sum is the difference between the voltage and the open-circuit voltage.
    Positive ones lower the voltage of a discharge and raise that of a charge.
    ``curves`` is the second table of ``nfpcell.simulate(..., curves=True)``, where they
    have the sign of the current.
    ``capacity`` is the unit of the axis, of these ``cells``; see ``nfpcell.plot``.
    """
    names = _overpotentials(curves)
    if curves.empty or not names:
        return style.no_data("No half-cycle gave a curve")
    axis = capacity_axis(curves, capacity, cells)
    half_cycles = dict(style.half_cycles(axis.scaled(curves)))
    ends = {key: curve[CAPACITY].max() for key, curve in half_cycles.items()}
    long = [key for key, end in ends.items() if end > SHORTEST * max(ends.values())]
    chosen, notes = _chosen(long)
    if len(long) < len(ends):
        notes.append(f"{len(ends) - len(long)} without visible capacity not shown")
    # a row for each cell, direction and temperature, if all have the same rates
    lengths = {*Counter((c, d, T) for c, d, _, T in chosen).values()}
    columns = lengths.pop() if len(lengths) == 1 and lengths <= {3, 4, 5} else None
    size = (3.4, 2.7) if len(chosen) == 1 else (2.2, 1.85)
    figure, axes = style.panels(
        len(chosen),
        size,
        (1.5, 0.5),
        columns,
        sharex=True,
        sharey="row" if columns else False,
    )
    colours = style.loss_colours(names)
    gains = False
    for key, panel in zip(chosen, axes, strict=True):
        cell, direction, rate, T = key
        gains |= _stack(panel, half_cycles[key], direction, colours)
        applied = f"{direction} {style.rate_label(rate)}"
        panel.set_title(f"{style.cell_at(cell, T)}\n{applied}")
        panel.margins(x=0, y=0.03)
    if not gains:
        for panel in axes:
            panel.set_ylim(bottom=0)
    style.outer_labels(figure, axis.label, "Overpotential (V)")
    handles = [Patch(color=c, label=style.loss_label(n)) for n, c in colours.items()]
    # the legend has the order of the stack, from the top
    style.legend(figure, handles[::-1], notes)
    return figure


def _stack(
    axes: Axes, curve: pd.DataFrame, direction: str, colours: dict[str, style.Colour]
) -> bool:
    """Stack the overpotentials of a curve; return whether one of them is negative."""
    sign = 1 if direction == "discharge" else -1
    columns = curve[CAPACITY], *(sign * curve[name] for name in colours)
    x, *overpotentials = style.thinned(*columns, most=STACK_POINTS)
    gain = bool(min(values.min() for values in overpotentials) < -LEAST_GAIN)
    for side in (np.maximum, np.minimum)[: 1 + gain]:
        base = np.zeros_like(x)
        for values, colour in zip(overpotentials, colours.values(), strict=True):
            top = base + side(values, 0)
            axes.fill_between(x, base, top, color=colour, linewidth=0)
            base = top
    return gain


def _chosen(keys: list[tuple]) -> tuple[list[tuple], list[str]]:
    """At most MOST_PANELS half-cycles, at rates from the lowest to the highest."""
    rates = sorted({rate for _, _, rate, _ in keys})
    chosen = keys
    for number in range(len(rates), 1, -1):
        shown = style.some_of(rates, number)
        chosen = [key for key in keys if key[2] in shown]
        if len(chosen) <= MOST_PANELS:
            break
    chosen = style.some_of(chosen, MOST_PANELS)
    return chosen, style.at_most(keys, len(chosen), "half-cycles")[1]
