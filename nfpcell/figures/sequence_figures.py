"""The figure of fitted sequences: data over model, segments shaded, and differences."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from nfpcell import columns as col
from nfpcell.columns import DATA
from nfpcell.figures import measured_points, style
from nfpcell.figures.style import Colour
from nfpcell.fitting.fit_tables import DEVIATION, MEASURED_VOLTAGE
from nfpcell.fitting.sequence_tables import END, HOURS, KIND, SEGMENT, START
from nfpcell.measured.sequence import Kind

MOST_SEQUENCES = 3
# colours of the segments behind the curves; a rest is white
SHADES: dict[str, Colour] = {
    Kind.REST: "white",
    Kind.CURRENT: "#0072B2",
    Kind.PULSE: "#56B4E9",
    Kind.VOLTAGE: "#E69F00",
    Kind.POWER: "#CC79A7",
    Kind.PROFILE: "#009E73",
}
OPACITY = 0.16
DATA_COLOUR = style.OKABE_ITO[1]
# a line is not drawn across segments that are not compared [h], over the whole time
GAP = 0.03


@style.styled
def fitted_sequences(table: pd.DataFrame) -> Figure:
    """Measured and computed voltage [V] over time, and below their difference [mV].

    The segments are shaded by their kind, rests are white. One column for each
    sequence. ``table`` is that of ``nfpcell.fitting.sequence_tables.sequences``.
    """
    if table.empty:
        return style.no_data("No sequence was fitted")
    groups: list[Any] = list(table.groupby(DATA, sort=False))
    shown, notes = style.at_most(groups, MOST_SEQUENCES, "sequences")
    width = (5.0 if len(shown) == 1 else 3.4) * len(shown) + 1.2
    shape = {"height_ratios": [2.2, 1], "sharex": "col", "sharey": "row"}
    figure, grid = style.grid(2, len(shown), width, 4.2, **shape)
    for (above, below), (name, rows) in zip(grid.T, shown, strict=True):
        above.set_title(style.literal(str(name)))
        for axes in (above, below):
            _shade(axes, rows)
        _draw(above, rows)
        below.plot(rows[HOURS], rows[DEVIATION], ".", color=style.GREY, ms=2)
        below.axhline(0, color="black", lw=0.5)
        below.set_xlabel("Time (h)")
    reach = max(1.6 * float(table[DEVIATION].abs().quantile(0.99)), 0.1)
    grid[0, 0].set_ylabel(style.VOLTAGE_LABEL)
    grid[1, 0].set(ylim=(-reach, reach), ylabel="Model $-$ data (mV)")
    figure.align_ylabels(grid[:, 0])
    kinds = [kind for kind in SHADES if kind in set(table[KIND]) - {Kind.REST}]
    handles: list[Any] = [
        Patch(color=SHADES[kind], alpha=OPACITY, lw=0, label=str(kind))
        for kind in kinds
    ]
    handles.append(style.mark_entry("measured", "o", DATA_COLOUR, mfc="none"))
    handles.append(style.entry("model", "0.1"))
    style.legend(figure, handles, notes)
    return figure


def _shade(axes: Axes, rows: pd.DataFrame) -> None:
    """The compared segments, behind the curves."""
    for _, segment in rows.groupby(SEGMENT, sort=False):
        kind, start, end = segment[[KIND, START, END]].iloc[0]
        if kind != Kind.REST:
            axes.axvspan(start, end, color=SHADES[kind], alpha=OPACITY, lw=0)


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    """The data as markers, the model as a line that is broken at gaps."""
    time = rows[HOURS].to_numpy(float)
    voltage = rows[col.VOLTAGE].to_numpy(float)
    gaps = np.flatnonzero(np.diff(time) > GAP * np.ptp(time)) + 1
    axes.plot(np.insert(time, gaps, np.nan), np.insert(voltage, gaps, np.nan), "0.1")
    axes.lines[-1].set_linewidth(0.9)
    measured = rows[MEASURED_VOLTAGE]
    extent = np.array([np.ptp(time) or 1.0, float(np.ptp(measured)) or 1.0])
    measured_points.draw(axes, rows[HOURS], measured, extent, DATA_COLOUR, "o")
