"""Units of the lab and SI: conversions, printed tables, figures."""

import re

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns, plot
from nfpcell.cell import units
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import printed_unit, split_unit
from nfpcell.cell.parameters import NAMES
from nfpcell.cli import terminal, text_tables
from nfpcell.cli.printed_table import in_units
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.studies.recipe_steps import COLUMNS, intermediate_cells
from nfpcell.sweeping.sweep_plan import Sweep

# each symbol in base units
SYMBOLS = {
    "m": 1.0, "cm": 1e-2, "um": 1e-6, "kg": 1.0, "g": 1e-3, "mg": 1e-6, "s": 1.0,
    "min": 60.0, "h": 3600.0, "A": 1.0, "mA": 1e-3, "V": 1.0, "mV": 1e-3, "W": 1.0,
    "mW": 1e-3, "J": 1.0, "kJ": 1e3, "mJ": 1e-3, "K": 1.0, "degC": 1.0, "mol": 1.0,
    "Ohm": 1.0, "S": 1.0, "mS": 1e-3, "F": 1.0, "uF": 1e-6, "L": 1e-3,
    "Pa": 1.0, "MPa": 1e6,
}  # fmt: skip


def in_base_units(unit):
    factor = 1.0
    for part in unit.split("."):
        symbol, exponent = re.fullmatch(r"([A-Za-z]+)(-?\d*)", part).groups()
        factor *= SYMBOLS[symbol] ** int(exponent or 1)
    return factor


@pytest.mark.parametrize("conversion", units.CONVERSIONS, ids=lambda c: c.lab)
def test_a_factor_is_the_ratio_of_the_units(conversion):
    ratio = in_base_units(conversion.si) / in_base_units(conversion.lab)
    assert conversion.factor == pytest.approx(ratio)


@pytest.mark.parametrize("name", NAMES.values())
@pytest.mark.parametrize("system", units.SYSTEMS)
def test_what_is_shown_may_be_typed(name, system):
    with units.chosen(system):
        shown = units.shown(name)
    assert system == "lab" or shown.unit == split_unit(name)[1]
    for unit in (shown.unit, printed_unit(shown.unit)):
        typed = f"{shown.base} [{unit}]" if unit else shown.base
        back, conversion = units.typed(typed)
        assert back == name
        assert conversion.in_si(shown.value(0.3)) == pytest.approx(0.3)


def test_a_long_length_is_in_centimetres():
    assert units.shown("Electrode height [m]", 0.01).value(0.01) == pytest.approx(1)
    assert units.shown("Separator thickness [m]", 1e-3).unit == "um"


def test_the_choice_of_units_ends_with_its_context():
    with units.chosen("lab"):
        units.choose("SI")
        assert units.current() == "SI"
    assert units.current() == "lab"


@pytest.mark.slow
def test_a_row_has_its_values_in_the_unit_it_states():
    row = {"Name": "Separator thickness [m]", "Value": 5e-4, "Upper": None}
    shown = in_units(row, "Value", "Upper")
    assert (shown["Quantity"], shown["Unit"]) == ("Separator thickness", "µm")
    assert shown["Value"] == pytest.approx(500)
    assert shown["Upper"] is None
    plan = FitPlan.load("calibration_blind")
    table = text_tables.planned(plan)[0]
    place = table.titles.index("Upper")
    assert "1e-09" in [row[place] for row in table.rows]  # diffusivity in cm² s⁻¹


PROTOCOL = {
    columns.SEGMENT: "a",
    columns.INSTRUCTION: "Rest",
    columns.TEMPERATURE: 30.0,
    columns.DURATION: 0.5,
    columns.CAPACITY: 80.0,
    columns.ENERGY: 230.0,
    columns.MEAN_POWER: 0.0125,
    columns.HEAT: 1.0,
    columns.HIGHEST_TEMPERATURE: 31.0,
    columns.FINAL_VOLTAGE: 2.0,
    columns.ENDED_BY: "-",
    columns.STATUS: "ok",
}


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("lab", ["[mAh g⁻¹]", "[mW]", " 12.5 ", "[h]", " 0.5 ", "[°C]", " 30 "]),
        ("SI", ["[Ah kg⁻¹]", "[W]", " 0.0125 ", "[s]", " 1800 ", "[K]", " 303.15 "]),
    ],
)
def test_a_printed_table_has_the_chosen_units(capsys, system, said):
    loops = pd.DataFrame()
    with units.chosen(system):
        terminal.show(*text_tables.protocol(pd.DataFrame([PROTOCOL]), loops))
    out = capsys.readouterr().out
    for words in said:
        assert words in out


def test_the_table_of_resistances_has_its_status(capsys):
    point = dict.fromkeys(columns.RESISTANCE, 1234.5) | {
        columns.CELL: "pouch",
        columns.DIRECTION: "discharge",
        columns.RATE: 0.1,
        columns.STATUS: "ok",
    }
    terminal.show(text_tables.lowest_resistances(pd.DataFrame([point])))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].rstrip().endswith(" ok")
    assert max(map(len, lines)) <= 100


def test_a_table_of_recipe_steps_has_the_chosen_units_and_the_record_its_own(capsys):
    cells = [Cell.load("A"), Cell.load("B")]
    stages = intermediate_cells(cells)[1:]
    assert "temperature 823.15 to 798.15 K" in stages[1].values
    rows = [
        {name: "" for name in COLUMNS if not name.endswith("[Ohm]")}
        | {name: 1.0 for name in COLUMNS if name.endswith("[Ohm]")}
        | {"What": stage.values, columns.STATUS: "ok"}
        for stage in stages
    ]
    terminal.show(*text_tables.recipe_steps(cells, pd.DataFrame(rows)))
    out = " ".join(capsys.readouterr().out.split())
    for words in ("temperature 550 to 525", "°C;", "time 60 to 30 min", "27 m² g⁻¹"):
        assert words in out


def test_a_figure_has_the_chosen_units():
    sweep = Sweep.load("plate_and_roughness")
    thickness = sweep.axes[0].name
    table = pd.DataFrame({thickness: [5e-5, 1e-3], "Cell": "C"})
    for name in [axis.name for axis in sweep.axes[1:]] + list(sweep.numbers):
        table[name] = 1.0
    for system, largest, label in (("lab", 1000.0, "(µm)"), ("SI", 1e-3, "(m)")):
        with units.chosen(system):
            figure = plot.sweep(sweep, table)
        drawn = np.max(figure.axes[0].lines[0].get_xdata())
        assert drawn == pytest.approx(largest)
        assert figure.get_supxlabel().endswith(label)
