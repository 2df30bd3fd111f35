"""The figure of measurements that could be made next."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullFormatter

from nfpcell.cell import units
from nfpcell.figures import style
from nfpcell.fitting.measure_next import (
    AFTER,
    HOURS,
    KIND,
    MEASUREMENT,
    NARROWER,
    NOW,
    ORDER,
    PER_HOUR,
    QUANTITY,
)

# an axis is logarithmic if the ends of the interval now differ by more than this factor
LOGARITHMIC = 3.0
DECADES = 30.0  # a wider interval has ticks at powers of ten only
LABEL_WIDTH = 24  # characters of a line of a label
# most measurements that are drawn
MOST = 24


@style.styled
def next_measurements(table: pd.DataFrame) -> Figure:
    """Measurements by what each does for an hour, and the interval after each.

    ``table`` is that of ``nfpcell.measure_next``. Left: ln(interval now / interval
    after) for each hour [1/h]. Then, for each wanted quantity, its 95 % interval now (a
    band) and after each measurement, and how many times narrower it is.
    """
    if table.empty:
        return style.no_data("No measurement can be made")
    names = list(dict.fromkeys(table[MEASUREMENT]))
    quantities = list(dict.fromkeys(table[QUANTITY]))
    shown = names[:MOST]
    notes = ["beside a bar: hours on the cycler, and place in the best combination"]
    notes += [f"the best {MOST} of {len(names)} shown"] * (len(names) > MOST)
    ratios = {"width_ratios": [1.2, *[1.3] * len(quantities)], "sharey": True}
    width = 4.2 + 2.0 * len(quantities)
    figure, panels = style.grid(
        1, 1 + len(quantities), width, 1.1 + 0.24 * len(shown), **ratios
    )
    bars, *intervals = panels[0]
    kinds = style.distinct_colours(dict.fromkeys(table[KIND]))
    rows = table[table[MEASUREMENT].isin(shown)]
    _draw_bars(bars, rows, shown, kinds)
    for axes, quantity in zip(intervals, quantities, strict=True):
        _draw_intervals(axes, rows[rows[QUANTITY] == quantity], kinds)
    handles: list[Any] = [
        Patch(color=colour, label=kind) for kind, colour in kinds.items()
    ]
    handles.append(Patch(color="0.85", label="interval now"))
    style.legend(figure, handles, notes, loc="outside lower center", ncols=3)
    return figure


def _draw_bars(axes: Axes, rows: pd.DataFrame, shown: list[str], kinds: Any) -> None:
    """A bar for each measurement, the best on top; its hours stand at its end."""
    means = rows.groupby(MEASUREMENT, sort=False)[PER_HOUR].mean()
    first = rows.drop_duplicates(MEASUREMENT)
    heights = means[first[MEASUREMENT]].to_numpy()
    colours = [kinds[kind] for kind in first[KIND]]
    axes.barh(range(len(shown)), heights, 0.7, color=colours)
    for place, (height, row) in enumerate(
        zip(heights, first.to_dict("records"), strict=True)
    ):
        order = "" if pd.isna(row[ORDER]) else f", no. {row[ORDER]}"
        axes.annotate(
            f"{row[HOURS]:.3g} h{order}",
            (height, place),
            (2, 0),
            textcoords="offset points",
            va="center",
            fontsize=6,
        )
    labels = [style.signs(name) for name in shown]
    axes.set_yticks(range(len(shown)), labels, fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, 1.6 * max(heights.max(), 1e-9))
    axes.set_xlabel("ln(interval now / after)\nfor each hour (h$^{-1}$)")


def _draw_intervals(axes: Axes, rows: pd.DataFrame, kinds: Any) -> None:
    """The interval of a quantity now, and after each measurement."""
    name = rows[QUANTITY].iloc[0]
    shown = units.shown(name, max(map(abs, rows[NOW].iloc[0])))
    low, high = map(shown.value, rows[NOW].iloc[0])
    axes.axvspan(low, high, color="0.85", zorder=0)
    beside = axes.get_yaxis_transform()
    for place, row in enumerate(rows.to_dict("records")):
        ends = np.array([shown.value(end) for end in row[AFTER]])
        colour = kinds[row[KIND]]
        axes.plot(ends, [place, place], color=colour, lw=2.2, solid_capstyle="butt")
        axes.plot(ends, [place, place], "|", color=colour, ms=5)
        text = f"{row[NARROWER]:.3g} ×"
        axes.text(1.02, place, text, va="center", fontsize=6, transform=beside)
    if low > 0 and high > LOGARITHMIC * low:
        axes.set_xscale("log")
        subdivided = (1.0, 2.0, 5.0) if high < DECADES * low else (1.0,)
        axes.xaxis.set_major_locator(LogLocator(subs=subdivided))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", length=0)
    label = textwrap.fill(style.quantity_label(name, unit=False), LABEL_WIDTH)
    unit = f" ({shown.printed})" if shown.unit else ""
    axes.set_xlabel(f"{label},\n95 % interval{unit}")
