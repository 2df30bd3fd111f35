"""What the page holds, in the order of the paper, and what of the paper it does not.

A new section is one more ``Section`` in SECTIONS with a function of ``drawing``; what
is simulated at last is one line less in NOT_SIMULATED.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nfpcell.reports import section_figures


@dataclass(frozen=True)
class Held:
    """
    Targets of an experiment that a section holds its results against.

    Attributes
    ----------
    experiment : word
    cells : of the targets, such as "A B"; all if nothing is said
    quantities : of the targets; all if nothing is said
    """

    experiment: str
    cells: str | None = None
    quantities: tuple[str, ...] | None = None

    def holds(self, cell, quantity):
        """Whether a target of this experiment is meant."""
        known = self.cells is None or cell in self.cells.split()
        return known and (self.quantities is None or quantity in self.quantities)


@dataclass(frozen=True)
class Section:
    """
    One figure of the paper, or one sentence of its text.

    Attributes
    ----------
    word : for --sections, and its place in the page
    title : heading
    paper : what the paper shows, nothing for cells that are not of it
    here : what is simulated of it; what is to type stands between back-ticks
    draw : function of Results that yields figures and tables
    targets : what is held against published numbers
    """

    word: str
    title: str
    paper: str
    here: str
    draw: Callable
    targets: tuple[Held, ...] = ()


TOTAL, RATIO = "Total resistance [Ohm]", "Total over low-frequency resistance"
R1, R2, PEAK = "R1 [Ohm]", "R2 [Ohm]", "Depth of resistance peak"
RISES = ("R2 rise at 3 %", "R2 rise at 97 %")

SECTIONS = (
    Section(
        "fig-1",
        "Fig. 1: Nyquist plot of the fresh Cell A",
        "A spectrum of Cell A as made, of three semicircles: large, medium and small.",
        "The spectrum at rest, 1 MHz to 25 mHz, and how many arcs describe it "
        "(`nfpcell run fresh_cell_a`). The resistance of each arc is not in the text.",
        section_figures.fresh_cell,
        (Held("fresh_cell_a"),),
    ),
    Section(
        "fig-2",
        "Fig. 2: operando impedance of Cell A",
        "Charge and discharge curve, the spectra along it, and each resistance; the "
        "resistance rises where charge and discharge are completed.",
        "The same under 0.1C at 30 °C, with the paper's circuit fitted to the "
        "computed spectra (`nfpcell run operando_impedance`). Hysteresis of "
        "the potential is none here; what charge and discharge differ by is losses.",
        section_figures.operando,
        (Held("operando_impedance", "A", (TOTAL, RATIO, *RISES)),),
    ),
    Section(
        "fig-2-hysteresis",
        "Fig. 2: hysteresis between charge and discharge",
        "Observed between the curves of charge and discharge; no number is given.",
        "Loops of Cell C with a gap of 40 mV that is assumed, no prediction of the "
        "cell: the shipped cells have none (`nfpcell protocol hysteresis_30C`).",
        section_figures.hysteresis,
    ),
    Section(
        "fig-s1",
        "Figs. S1 and S2: Nyquist plots over depth of discharge",
        "Spectra of Cells A to E and of a non-aqueous half-cell for reference; the "
        "text gives no number of them.",
        "The same from the operando impedance, and the half-cell in a liquid by "
        "PyBaMM's own DFN with the laws of the same material (`nfpcell liquid`).",
        section_figures.depths,
    ),
    Section(
        "fig-3",
        "Fig. 3: resistances of Cells A and B",
        "Each resistance over depth of discharge with coarse (A) and fine powders "
        "(B): a peak at 60 %, and a resistance that falls by one order of magnitude.",
        "The same at 0.1C and 30 °C (`nfpcell run operando_impedance`).",
        section_figures.powder,
        (
            Held("operando_impedance", "A", (PEAK, R1, R2)),
            Held("operando_impedance", "B", (TOTAL, RATIO, *RISES, PEAK)),
            Held("resistance_30C", "A B"),
            Held("rate_30C", "B"),
        ),
    ),
    Section(
        "fig-6",
        "Fig. 6: carbon and roughness, Cells B to E",
        "Resistance over depth of discharge as carbon is added (B to C) and the plate "
        "is roughened (C to E): from 3929 Ω in Cell A by way of 331 Ω to 120 Ω.",
        "The same as Re Z at 25 mHz, and what each change of the recipe is worth "
        "(`nfpcell run resistance_30C`, `nfpcell steps A B C D E`).",
        section_figures.roughness,
        (
            Held("resistance_30C", "C D E"),
            Held("operando_impedance", "C D E"),
        ),
    ),
    Section(
        "fig-7a",
        "Fig. 7a: discharge of Cell A at 30 °C",
        "Discharges at 0.01C and 0.1C; the evaluation of this cell was limited to "
        "0.1C.",
        "The same, and 1C, where the cell is to give nearly nothing "
        "(`nfpcell run rate_30C`).",
        section_figures.rates_of_a,
        (Held("rate_30C", "A"),),
    ),
    Section(
        "fig-7b",
        "Fig. 7b and d: rate capability of Cell C at 30 °C",
        "Charges and discharges from 0.2C to 2C: 61 mAh/g on discharge and 85.6 mAh/g "
        "on charge at 2C. The curve has two steps.",
        "Every half-cycle from what a slow one leaves, as the two numbers cannot both "
        "be of one cycle; and a slow discharge (`nfpcell run rate_30C`).",
        section_figures.rates_of_c,
        (Held("rate_30C", "C"),),
    ),
    Section(
        "fig-7c",
        "Fig. 7c: cycles of Cell C in steps of the rate",
        "Capacity over cycle number; the text gives no number of it.",
        "Five cycles at each rate, charge and discharge at the same rate without a "
        "rest, by the model `particle` (`nfpcell cycle rate_steps`). At 2C such a "
        "cycle gives less on charge than Fig. 7d, as the discharge before has not "
        "emptied the cell.",
        section_figures.rate_steps,
    ),
    Section(
        "fig-7e",
        "Fig. 7e and f: Cell C at 0 and −20 °C",
        "At constant current 58 mAh/g at 0.2C and 0 °C, 50 mAh/g at 0.1C and −20 °C.",
        "Discharges over rate and temperature, and charges, every one from what a slow "
        "half-cycle at 30 °C leaves (`nfpcell run low_temperature`).",
        section_figures.cold,
        (Held("low_temperature"),),
    ),
    Section(
        "charging",
        "Text: room to increase the capacity by changing the charging process",
        "Said of the discharges in the cold; no number is given.",
        "Constant current, then constant voltage; a higher cut-off; and a warm charge "
        "before a cold discharge (`nfpcell protocol cold_charging`).",
        section_figures.charging,
    ),
    Section(
        "fig-s7",
        "Fig. S7: resistance of the pouch cell",
        "8.2 Ω on discharge where it is lowest, which is 206 Ω cm² on 25.2 cm².",
        "The same at 0.1C and 30 °C (`nfpcell run operando_impedance`).",
        section_figures.pouch_resistance,
        (Held("operando_impedance", "pouch"), Held("resistance_30C", "pouch")),
    ),
    Section(
        "fig-8",
        "Fig. 8: the pouch cell drives a fan at 0 °C",
        "A photograph and a video of 7.7 mAh between two blocks of ice; of the motor "
        "and of how long it runs no number is given.",
        "A constant power, a constant resistance and a motor that asks for more while "
        "it starts, all assumed. The heat warms the cell, by an assumed heat capacity "
        "and cooling; still air and no cooling at all beside it (`nfpcell protocol "
        "fan_0C`).",
        section_figures.fan,
    ),
    Section(
        "cycling",
        "Text: 623 cycles at 0.1C of the cell before",
        "The earlier cell, made as Cell A, was stable for 623 cycles at room "
        "temperature.",
        "As many cycles of Cell A at 30 °C by the model `particle`. No fade was "
        "reported and none is in the model, so this shows a steady cycle and predicts "
        "no lifetime (`nfpcell cycle long_cycling`).",
        section_figures.long_cycling,
    ),
    Section(
        "overcharge",
        "Text: overcharge to 9 V",
        "The earlier cell withstood it.",
        "Cell C at 0.1C to 4.5 V and to 9 V. What reacts once the cathode is empty is "
        "not in the model, and the status says so (`nfpcell protocol overcharge_9V`).",
        section_figures.overcharge,
    ),
    Section(
        "table-1",
        "Table 1: rate capability over internal resistance",
        "Capacity at high rates beside the resistance of sulphide and liquid cells; "
        "the rows of the table are not in the text, which quotes a few numbers.",
        "Cells A to E at 0.5C, 1C and 2C and 30 °C, and what the text quotes of others "
        "(`nfpcell chemistries`).",
        section_figures.chemistries,
    ),
    Section(
        "methods",
        "Methods: symmetric cells",
        "Spectra of cathode | plate | cathode and Na | plate | Na assign the arcs; "
        "none is shown.",
        "Both at rest (`nfpcell impedance cathode-symmetric`, `nfpcell impedance "
        "anode-symmetric`).",
        section_figures.symmetric,
    ),
)

# what, and why
NOT_SIMULATED = (
    (
        "Figs. 4, 5, S3 and S6: micrographs and maps of elements",
        "pictures of how a cell was made; powder, firing, carbon and roughness enter "
        "as numbers of its recipe",
    ),
    (
        "Figs. S4 and S5: thermal analysis and X-ray diffraction",
        "crystallisation is not simulated; the cell starts with its cathode as fired",
    ),
    (
        "5 % carbon, which did not sinter",
        "sintering is not simulated; nfpcell new-cell warns beyond 4.2 %",
    ),
    (
        "Tables S1 and S2, and the points of every figure",
        "not in the text: what is marked here are the numbers it quotes",
    ),
)
