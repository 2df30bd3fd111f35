"""Figure of what the assumed quantities decide."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nfpcell import columns as col
from nfpcell.figures import style
from nfpcell.sweeping.assumptions import CELLS, CHANGE, MOVED, MOVED_BY, TARGET, targets

# change of the darkest colour [%]
LARGEST = 200.0


@style.styled
def assumptions(table: pd.DataFrame) -> Figure:
    """Largest change [%] of each target over the range of each assumed quantity.

    Changes within MOVED_BY are white. ``table`` is that of
    ``nfpcell.sweeping.assumptions.assumptions``.
    """
    moved = table[table[MOVED]]
    if moved.empty:
        return style.no_data(f"No target moves by more than {MOVED_BY:g} %")
    # a number that comes or goes has no finite change
    size = moved[CHANGE].abs().fillna(np.inf).clip(upper=LARGEST)
    largest = size.groupby([moved[col.NAME], moved[CELLS], moved[TARGET]]).max()
    shown = targets(moved)
    grid_of = largest.unstack(TARGET).reindex(columns=shown[TARGET])
    order = grid_of.fillna(0).sum(axis=1).sort_values(ascending=False).index
    grid_of = grid_of.reindex(order)
    rows, count = grid_of.shape
    figure, axes = style.single(3.4 + 0.3 * count, 2.0 + 0.2 * rows)
    image = axes.pcolormesh(
        grid_of.to_numpy(float),
        norm=LogNorm(MOVED_BY, LARGEST),
        cmap="viridis_r",
        edgecolors="white",
        linewidth=0.8,
    )
    axes.set_yticks(np.arange(rows) + 0.5, [_row_label(*key) for key in grid_of.index])
    labels = [_target_label(row) for row in shown.to_dict("records")]
    axes.set_xticks(np.arange(count) + 0.5, labels, rotation=90, fontsize=7)
    axes.tick_params(length=0)
    axes.invert_yaxis()
    bar = figure.colorbar(image, ax=axes, shrink=min(1.0, 8 / rows), pad=0.01)
    bar.set_label("Largest change (%)")
    ticks = [2, 5, 10, 20, 50, 100, LARGEST]
    bar.set_ticks(ticks, labels=[*(f"{t:g}" for t in ticks[:-1]), f"≥ {LARGEST:g}"])
    bar.minorticks_off()
    return figure


def _row_label(name: str, cells: str) -> str:
    """A quantity, and its cells if these are not all."""
    label, users = style.quantity_label(name, unit=False), cells.split(", ")
    if "C" in users:
        return label
    return (
        f"{label}, {style.literal(cells if len(users) < 4 else f'{len(users)} cells')}"
    )


def _target_label(row: dict[Any, Any]) -> str:
    quantity = style.quantity_label(row[col.QUANTITY], unit=False)
    return f"{row[col.CELL]}: {quantity},\n{style.signs(row[col.WHERE])}"
