"""Figure of the lowest resistance over the carbon of the cathode, for docs/recipes.md.

python -m benchmarks.carbon
"""

import warnings
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import nfpcell
from nfpcell import columns
from nfpcell.figures import style

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "carbon.png"
CARBON = np.round(np.arange(0.02, 0.0551, 0.001), 3)
POWDERS = {"27 m² g⁻¹, as Cell C": 27.0, "14 m² g⁻¹": 14.0}
PUBLISHED = {"B": (3.5, 331.0), "C": (4.2, 234.0)}
DEPTHS = (0.35, 0.41, 0.45, 0.49, 0.53)  # around the lowest resistance


def lowest(carbon: float, surface: float) -> float:
    """Lowest resistance of Cell C with this carbon and surface of its powder [Ohm]."""
    cell = nfpcell.new_cell("C", carbon=carbon, powder_surface=surface)
    table = nfpcell.resistance(cell, depths=DEPTHS, circuits=False)
    return float(table[columns.LOW_FREQUENCY].min())


@style.styled
def figure() -> Figure:
    """Lowest resistance over carbon, and the published numbers."""
    drawn, axes = style.single(4.6, 3.2)
    for label, surface in POWDERS.items():
        values = [lowest(float(carbon), surface) for carbon in CARBON]
        axes.plot(100 * CARBON, values, label=label)
    for cell, (carbon, resistance) in PUBLISHED.items():
        axes.plot(carbon, resistance, "ko", mfc="white", zorder=4)
        style.annotate(axes, f"Cell {cell}", carbon, resistance, 6)
    axes.axvline(5, color=style.GREY, ls=":", label="did not sinter")
    axes.set(xlabel="Carbon (wt%)", ylabel="Lowest resistance at 25 mHz (Ω)")
    axes.set_yscale("log")
    style.fixed_ticks(axes.yaxis, (200, 300, 500, 1000, 2000))
    axes.legend()
    return drawn


if __name__ == "__main__":
    warnings.simplefilter("ignore", nfpcell.RecipeWarning)
    figure().savefig(FIGURE)
