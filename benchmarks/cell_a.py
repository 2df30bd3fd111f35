"""What the bonded fraction of Cell A can explain at once, for docs/calibration.md.

    python -m benchmarks.cell_a

writes the table and docs/figures/cell_a.png. For each bonded fraction the interphase is
fitted to the published 3929 Ohm once more.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import nfpcell
from benchmarks.assumptions import DOCUMENT, markdown, replaced
from nfpcell import Cell, columns
from nfpcell.eis.resistance import lowest_total
from nfpcell.figures import style

EXPONENT = "Bonded-fraction exponent"
FILM = "Interphase resistance of reference firing [Ohm.m2]"
FRACTIONS = (0.10, 0.126, 0.14, 0.16, 0.19, 0.22)
PUBLISHED = 3929.0  # Ohm
DEPTHS = (0.41, 0.45, 0.49, 0.51, 0.53, 0.57)  # around the lowest resistance
FIGURE = DOCUMENT.parent / "figures" / "cell_a.png"
HEADING = ("bonded fraction", "R1, A over B", "R2, A over B", "0.1C", "1C", "peak")


def cell_a(fraction: float) -> Cell:
    """Cell A with a bonded fraction and the published lowest resistance."""
    cell = Cell.load("A")
    surfaces = (
        "Positive electrode active powder specific surface [m2.kg-1]",
        "Well-bonding active powder specific surface [m2.kg-1]",
    )
    ratio = np.divide(*(cell[name] for name in surfaces))
    cell = cell.with_values({EXPONENT: float(np.log(fraction) / np.log(ratio))})
    for _ in range(3):
        table = nfpcell.resistance(cell, depths=DEPTHS, circuits=False)
        missing = PUBLISHED - table[columns.LOW_FREQUENCY].min()
        area = cell["Electrode height [m]"] * cell["Electrode width [m]"]
        cell = cell.with_values({FILM: cell[FILM] + missing * area * fraction})
    return cell


def circuit(cell: Cell) -> tuple[float, float]:
    """R1 and R2 of the circuit at the depth of its lowest total [Ohm]."""
    row = lowest_total(nfpcell.resistance(cell, depths=DEPTHS))
    return float(row[columns.R1]), float(row[columns.R2])


def computed() -> pd.DataFrame:
    """What each bonded fraction gives."""
    of_b = circuit(Cell.load("B"))
    rows = []
    for fraction in FRACTIONS:
        cell = cell_a(fraction)
        ratios = np.divide(circuit(cell), of_b)
        capacities = nfpcell.simulate(cell, [0.1, 1])[columns.CAPACITY]
        peak = nfpcell.resistance(
            cell, depths=[round(0.6 + 0.001 * k, 3) for k in range(50)], circuits=False
        ).set_index(columns.DEPTH)[columns.LOW_FREQUENCY]
        rows.append((fraction, *ratios, *capacities, peak.idxmax()))
    return pd.DataFrame(rows, columns=list(HEADING))


@style.styled
def figure(table: pd.DataFrame) -> Figure:
    """Ratios of the arcs and capacity at 1C over the bonded fraction."""
    drawn, ((above,), (below,)) = style.grid(2, 1, 4.2, 4.6, sharex=True)
    for name, marker in ((HEADING[1], "o"), (HEADING[2], "s")):
        above.plot(table[HEADING[0]], table[name], marker=marker, label=name)
    above.axhspan(5, 20, color="0.9", zorder=0, label="published: about 10 (5 to 20)")
    above.set(ylabel="Ratio of resistances", ylim=(0, None))
    above.legend()
    below.plot(table[HEADING[0]], table["1C"], "o-", label="Cell A at 1C")
    below.axhspan(0, 15, color="0.9", zorder=0, label="inferred: less than 15")
    below.set(xlabel="Bonded fraction of Cell A", ylabel="Capacity (mAh g⁻¹)")
    below.legend()
    return drawn


def main() -> None:
    table = computed()
    rows = [[f"{value:.3g}" for value in row] for row in table.itertuples(index=False)]
    document = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(replaced(document, "cell A", markdown(HEADING, rows)), "utf-8")
    figure(table).savefig(FIGURE)


if __name__ == "__main__":
    main()
