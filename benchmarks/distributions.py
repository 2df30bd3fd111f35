"""``python -m benchmarks.distributions``: the figure of docs/particle_sizes.md.

Discharges, slow spectra and spectra of the plate of Cell C with several spreads.
"""

from pathlib import Path

from matplotlib.figure import Figure

from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES
from nfpcell.eis.impedance import frequency_range, impedance
from nfpcell.figures import style
from nfpcell.simulation.constant_current import simulate

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "particle_sizes.png"
SIZES, BOUNDARIES = (0.0, 0.3, 0.6), (0.0, 0.5, 1.0)
PLATE, SLOW = frequency_range(1e9, 2e5, 25), frequency_range(1e3, 3e-6, 10)
LENGTH = NAMES["length_spread"]
CAPACITY, VOLTAGE = "Specific capacity [mA.h.g-1]", "Voltage [V]"
COUNT = 9  # classes of sizes


def cells(attribute: str, spreads: tuple[float, ...]) -> dict[str, Cell]:
    """Cell C with several values of a spread, by a label."""
    c = Cell.load("C")
    return {f"σ = {s:g}": c.with_values({NAMES[attribute]: s}) for s in spreads}


@style.styled
def draw() -> Figure:
    """Discharges at 30 and 0 degC, slow spectra and those of the plate."""
    figure = Figure(figsize=(7.2, 5.4), layout="constrained")
    (warm, cold), (slow, plate) = figure.subplots(2, 2)
    colours = style.OKABE_ITO
    numerics = {"model": "particle"}
    for (label, cell), colour in zip(
        cells("length_spread", SIZES).items(), colours, strict=False
    ):
        # as many classes as are needed for a smooth line
        classes = numerics | ({"size_classes": COUNT} if cell.values[LENGTH] else {})
        for axes, temperature in ((warm, 30), (cold, 0)):
            _, along = simulate(cell, [1], [temperature], curves=True, **classes)
            axes.plot(along[CAPACITY], along[VOLTAGE], color=colour, label=label)
        spectrum = impedance(cell, 0.8, rate=0, frequencies=SLOW, **classes)
        slow.plot(spectrum["Z_re [Ohm]"], -spectrum["Z_im [Ohm]"], color=colour)
    for (label, cell), colour in zip(
        cells("gb_spread", BOUNDARIES).items(), colours, strict=False
    ):
        spectrum = impedance(cell, 0.5, frequencies=PLATE, **numerics)
        Z = spectrum["Z_re [Ohm]"], -spectrum["Z_im [Ohm]"]
        plate.plot(*Z, color=colour, label=label)
    warm.set(title="Diffusion length: 1C at 30 °C")
    cold.set(title="Diffusion length: 1C at 0 °C")
    for axes in (warm, cold):
        axes.set(xlabel="Capacity (mAh/g)", ylabel="Voltage (V)")
    slow.set(title="Diffusion length: at rest", xlim=(0, 900), ylim=(0, 4000))
    plate.set(title="Time constant of the grain boundaries", xlim=(50, 65), ylim=(0, 6))
    for axes in (slow, plate):
        axes.set(xlabel="Re Z (Ω)", ylabel="−Im Z (Ω)")
    plate.set_aspect("equal", "box")
    warm.legend()
    plate.legend()
    return figure


if __name__ == "__main__":
    draw().savefig(FIGURE, dpi=160)
    print(f"Written: {FIGURE}")
