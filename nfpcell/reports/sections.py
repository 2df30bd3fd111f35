"""What the report holds, in the order of the paper, and what it does not simulate.

A new section is one more ``Section`` in SECTIONS and a function in ``section_figures``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from nfpcell.columns import R1, R2, TOTAL
from nfpcell.reports import section_figures
from nfpcell.reports.section_results import SectionResults, TargetSelection
from nfpcell.reports.webpage import Image


@dataclass(frozen=True)
class Section:
    """
    One figure of the paper, or one statement of its text.

    Attributes
    ----------
    word : name of the section for ``--sections``, and its anchor in the page
    title : heading
    paper : what the paper shows; empty for cells that are not in the paper
    here : what is simulated; commands stand between back-ticks
    draw : yields the figures and tables of the section
    targets : published numbers that the section is compared with
    """

    word: str
    title: str
    paper: str
    here: str
    draw: Callable[[SectionResults], Iterator[Image | pd.DataFrame]]
    targets: tuple[TargetSelection, ...] = ()


_RATIO, _PEAK = "Total over low-frequency resistance", "Depth of resistance peak"
_RISES = ("R2 rise at 3 %", "R2 rise at 97 %")

SECTIONS = (
    Section(
        "fig-1",
        "Fig. 1: Nyquist plot of the fresh Cell A",
        "A spectrum of Cell A as made. It has three semicircles: a large, a medium "
        "and a small one. The text does not give their resistances.",
        "The spectrum at rest from 1 MHz to 25 mHz, and the number of arcs that "
        "describe it (`nfpcell run fresh_cell_a`).",
        section_figures.fresh_cell,
        (TargetSelection("fresh_cell_a"),),
    ),
    Section(
        "fig-2",
        "Fig. 2: operando impedance of Cell A",
        "Charge and discharge curves, the spectra along them, and each resistance. The "
        "resistance rises at the end of charge and at the end of discharge.",
        "The same at 0.1C and 30 °C. The paper's equivalent circuit is fitted to the "
        "computed spectra (`nfpcell run operando_impedance`). This cell has no "
        "hysteresis of the potential; charge and discharge differ by their losses.",
        section_figures.operando,
        (TargetSelection("operando_impedance", "A", (TOTAL, _RATIO, *_RISES)),),
    ),
    Section(
        "fig-2-hysteresis",
        "Fig. 2: hysteresis between charge and discharge",
        "Hysteresis was observed between the charge and discharge curves. The text "
        "gives no number.",
        "Charge–discharge loops of Cell C with an assumed hysteresis of 40 mV. This is "
        "not a prediction: the built-in cells have no hysteresis "
        "(`nfpcell protocol hysteresis_30C`).",
        section_figures.hysteresis,
    ),
    Section(
        "fig-s1",
        "Figs. S1 and S2: Nyquist plots over depth of discharge",
        "Spectra of Cells A to E and of a non-aqueous half-cell as a reference. The "
        "text gives no numbers.",
        "The spectra of the operando impedance (`nfpcell run operando_impedance`). "
        "The non-aqueous half-cell is PyBaMM's own DFN model with the same cathode "
        "material (`nfpcell liquid`).",
        section_figures.depths,
    ),
    Section(
        "fig-3",
        "Fig. 3: resistances of Cells A and B",
        "Each resistance over depth of discharge for coarse (A) and fine powders (B). "
        "There is a peak at 60 %. Fine powder lowers the resistance by one order of "
        "magnitude.",
        "The same at 0.1C and 30 °C (`nfpcell run operando_impedance`).",
        section_figures.powder,
        (
            TargetSelection("operando_impedance", "A", (_PEAK, R1, R2)),
            TargetSelection("operando_impedance", "B", (TOTAL, _RATIO, *_RISES, _PEAK)),
            TargetSelection("resistance_30C", "A B"),
            TargetSelection("rate_30C", "B"),
        ),
    ),
    Section(
        "fig-6",
        "Fig. 6: carbon and roughness, Cells B to E",
        "Resistance over depth of discharge with more carbon (B to C) and with a "
        "roughened β″-alumina electrolyte (C to E). It falls from 3929 Ω in Cell A and "
        "331 Ω in Cell B to 120 Ω in Cell E.",
        "The same as Re Z at 25 mHz, and the effect of each change of the recipe "
        "(`nfpcell run resistance_30C`, `nfpcell steps A B C D E`).",
        section_figures.roughness,
        (
            TargetSelection("resistance_30C", "C D E"),
            TargetSelection("operando_impedance", "C D E"),
        ),
    ),
    Section(
        "fig-7a",
        "Fig. 7a: discharge of Cell A at 30 °C",
        "Discharges at 0.01C and 0.1C. Cell A was not measured at higher rates.",
        "The same, and 1C, where the cell is expected to deliver almost nothing "
        "(`nfpcell run rate_30C`).",
        section_figures.rates_of_a,
        (TargetSelection("rate_30C", "A"),),
    ),
    Section(
        "fig-7b",
        "Fig. 7b and d: rate capability of Cell C at 30 °C",
        "Charges and discharges from 0.2C to 2C. At 2C the cell delivers 61 mAh/g on "
        "discharge and takes 85.6 mAh/g on charge. The curve has two plateaus.",
        "Each half-cycle starts from the state that a slow half-cycle leaves, because "
        "the two numbers cannot be from one cycle. A discharge at 0.02C is added "
        "(`nfpcell run rate_30C`).",
        section_figures.rates_of_c,
        (TargetSelection("rate_30C", "C"),),
    ),
    Section(
        "fig-7c",
        "Fig. 7c: cycles of Cell C at increasing rates",
        "Capacity over cycle number. The text gives no numbers.",
        "Five cycles at each rate. Charge and discharge have the same rate, without a "
        "rest between them; the model is `particle` (`nfpcell cycle rate_steps`). At "
        "2C such a cycle takes less charge than in Fig. 7d, because the discharge "
        "before it did not empty the cell.",
        section_figures.rate_steps,
    ),
    Section(
        "fig-7e",
        "Fig. 7e and f: Cell C at 0 and −20 °C",
        "At constant current, 58 mAh/g at 0.2C and 0 °C, and 50 mAh/g at 0.1C and "
        "−20 °C.",
        "Discharges and charges at several rates and temperatures. Each starts from "
        "the state that a slow half-cycle at 30 °C leaves (`nfpcell run "
        "low_temperature`).",
        section_figures.cold,
        (TargetSelection("low_temperature"),),
    ),
    Section(
        "charging",
        "Text: a higher capacity by another charging process",
        "The text says that another charging process can increase the capacity in the "
        "cold. It gives no number.",
        "Constant current followed by constant voltage, a higher upper cut-off, and a "
        "warm charge before a cold discharge (`nfpcell protocol cold_charging`).",
        section_figures.charging,
    ),
    Section(
        "fig-s7",
        "Fig. S7: resistance of the pouch cell",
        "The lowest resistance on discharge is 8.2 Ω. With an area of 25.2 cm² this is "
        "206 Ω cm².",
        "The same at 0.1C and 30 °C (`nfpcell run operando_impedance`).",
        section_figures.pouch_resistance,
        (
            TargetSelection("operando_impedance", "pouch"),
            TargetSelection("resistance_30C", "pouch"),
        ),
    ),
    Section(
        "fig-8",
        "Fig. 8: the pouch cell drives a fan at 0 °C",
        "A photograph and a video of a cell of 7.7 mAh between two blocks of ice. The "
        "text gives neither data of the motor nor the running time.",
        "Three assumed loads: a constant power, a constant resistance, and a motor "
        "that draws more power while it starts. The cell warms itself; its heat "
        "capacity and cooling are assumed. Still air and no cooling are shown for "
        "comparison (`nfpcell protocol fan_0C`).",
        section_figures.fan,
    ),
    Section(
        "cycling",
        "Text: 623 cycles of the earlier cell at 0.1C",
        "The earlier cell, made like Cell A, was stable for 623 cycles at room "
        "temperature.",
        "As many cycles of Cell A at 30 °C with the model `particle`. The model has no "
        "ageing, so this shows a repeatable cycle and does not predict a lifetime "
        "(`nfpcell cycle long_cycling`).",
        section_figures.long_cycling,
    ),
    Section(
        "overcharge",
        "Text: overcharge to 9 V",
        "The earlier cell withstood an overcharge to 9 V.",
        "Cell C charged at 0.1C to 4.5 V and to 9 V. Reactions after the cathode is "
        "empty are not in the model, and the status says so "
        "(`nfpcell protocol overcharge_9V`).",
        section_figures.overcharge,
    ),
    Section(
        "table-1",
        "Table 1: rate capability over internal resistance",
        "Capacity at high rates and resistance, compared with cells with sulphide and "
        "liquid electrolytes. The text quotes only a few numbers of this table.",
        "Cells A to E at 0.5C, 1C and 2C and 30 °C, and the numbers that the text "
        "quotes for other cells (`nfpcell chemistries`).",
        section_figures.chemistries,
    ),
    Section(
        "methods",
        "Methods: symmetric cells",
        "Spectra of the symmetric cells cathode | electrolyte | cathode and "
        "Na | electrolyte | Na were used to assign the arcs. None is shown.",
        "Both symmetric cells at rest (`nfpcell impedance cathode-symmetric`, "
        "`nfpcell impedance anode-symmetric`).",
        section_figures.symmetric,
    ),
)

# what is not simulated, and why
NOT_SIMULATED = (
    (
        "Figs. 4, 5, S3 and S6: micrographs and element maps",
        "These show how a cell was made. Powder, firing, carbon and roughness enter as "
        "numbers of the recipe.",
    ),
    (
        "Figs. S4 and S5: thermal analysis and X-ray diffraction",
        "Crystallisation is not simulated. The cell starts with its fired cathode.",
    ),
    (
        "Cathode with 5 % carbon, which did not sinter",
        "Sintering is not simulated. nfpcell new-cell warns above 4.2 %.",
    ),
    (
        "Tables S1 and S2, and the data points of the figures",
        "They are not in the text. Marks in the figures are the numbers it quotes.",
    ),
)
