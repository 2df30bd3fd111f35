"""The grammar of headings and units."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import units
from nfpcell.measured.readers.column_choice import choose
from nfpcell.measured.readers.column_quantities import DIMENSIONS
from nfpcell.measured.readers.headings import parse_heading
from nfpcell.measured.readers.number_columns import state_signs

NAMES = {
    "voltage": ["Voltage", "U", "Cell Voltage", "Potential", "Ewe", "Spannung", "V"],
    "current": ["Current", "I", "Cur", "Strom", "Cell current"],
    "time": ["Time", "t", "Test Time", "Elapsed Time", "Total_Time", "Zeit"],
    "capacity": ["Capacity", "Cap", "Q", "(Q-Qo)", "Net capacity"],
    "discharge capacity": ["Discharge Capacity", "Q discharge", "DChg. Cap."],
    "temperature": ["Temperature", "Temp", "Cell_Temperature"],
    "frequency": ["Frequency", "freq", "f"],
    "real part": ["Re(Z)", "Z'", "Zreal", "Z_re", "Zre"],
    "imaginary part": ["Im(Z)", "Z''", 'Z"', "Zimag", "Z_im"],
}
UNITS = {
    "voltage": {"V": 1.0, "mV": 1e-3, "volts": 1.0},
    "current": {
        "A": 1.0,
        "mA": 1e-3,
        "µA": 1e-6,
        "μA": 1e-6,
        "mA/cm2": 10.0,
        "mA cm⁻²": 10.0,
        "mA.g-1": 1.0,
        "A/g": 1e3,
        "mA·cm^-2": 10.0,
    },
    "time": {"s": 1.0, "min": 60.0, "h": 3600.0, "Sec": 1.0, "hours": 3600.0},
    "capacity": {
        "Ah": 3600.0,
        "mAh": 3.6,
        "mA.h": 3.6,
        "mAh/g": 3600.0,
        "mAh g-1": 3600.0,
        "C": 1.0,
        "mAh/cm²": 36000.0,
    },
    "temperature": {"°C": 1.0, "degC": 1.0, "K": 1.0, "℃": 1.0, "C": 1.0},
    "frequency": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "mHz": 1e-3},
    "real part": {"Ohm": 1.0, "Ω": 1.0, "kΩ": 1e3, "mOhm": 1e-3, "MOhm": 1e6},
}
UNITS["discharge capacity"] = UNITS["capacity"]
UNITS["imaginary part"] = UNITS["real part"]
FORMS = ["{} [{}]", "{} ({})", "{}({})", "{}/{}", "{} / {}", "{}, {}", "{}_({})"]


@pytest.mark.slow
@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_name_and_a_unit_in_any_form(data):
    quantity = data.draw(st.sampled_from(sorted(NAMES)))
    name = data.draw(st.sampled_from(NAMES[quantity]))
    unit = data.draw(st.sampled_from(sorted(UNITS[quantity])))
    form = data.draw(st.sampled_from(FORMS))
    blanks = data.draw(st.sampled_from(["{}", " {}", "{} ", "\ufeff{}", '"{}"']))
    cased = data.draw(st.sampled_from([str, str.upper, str.lower]))
    title = blanks.format(form.format(cased(name), unit))
    found = parse_heading(title)
    assert found is not None, title
    assert found.quantity == quantity, title
    assert found.dimension in DIMENSIONS[quantity], title
    assert found.factor == pytest.approx(UNITS[quantity][unit]), title


@pytest.mark.slow
@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_heading_or_none(text):
    found = parse_heading(text)
    assert found is None or found.quantity in DIMENSIONS
    parsed = units.parse(text)
    assert parsed is None or parsed[0] > 0


@pytest.mark.parametrize(
    ("title", "quantity", "sign"),
    [
        ("-Im(Z)/Ohm", "imaginary part", -1),
        ("−Z'' / Ω", "imaginary part", -1),
        ("neg. Phase / °", "phase", -1),
        ("Test_Time(s)", "time", 1),
        ("Step_Time(s)", "step time", 1),
        ("Step (Sec)", "step time", 1),
        ("Step", "step", 1),
        ("<Ewe>/V", "mean voltage", 1),
        ("Ewe-Ece/V", "voltage", 1),
        ("Ecell/V", "voltage", 1),
        ("|Z|/Ohm", "modulus", 1),
        ("Im", "imaginary part", 1),
        ("Im (A)", "current", 1),
        ("T / °C", "temperature", 1),
        ("t / h", "time", 1),
        ("T (K)", "temperature", 1),
        ("Q charge/discharge/mA.h", "capacity", 1),
        ("charging_capacity_ah", "charge capacity", 1),
        ("ambient_temperature_celsius", "temperature", 1),
        ("DPt Time", "clock", 1),
        ("Volts", "voltage", 1),
        ("Amp-hr", "capacity", 1),
    ],
)
def test_what_headings_mean(title, quantity, sign):
    found = parse_heading(title)
    assert (found.quantity, found.sign) == (quantity, sign)


@pytest.mark.parametrize(
    "title",
    [
        "control/V",
        "control/V/mA",
        "|Ece|/V",
        "|Ewe|/V",
        "|I|/A",
        "P/W",
        "dQ/dV(mAh/V)",
        "Circuit Temperature (°C)",
        "Internal_Resistance(Ohm)",
        "Comments",
        "",
        "I Range",
    ],
)
def test_columns_that_are_not_used(title):
    assert parse_heading(title) is None


def test_the_preferred_column_of_several_is_chosen():
    choice = choose(["Time", "Total Time", "Ewe/V", "Ewe-Ece/V"], "x.csv")
    assert choice.columns["time"].heading.title == "Total Time"
    assert choice.columns["voltage"].heading.title == "Ewe-Ece/V"
    assert any('not from "Ewe/V"' in remark for remark in choice.remarks)
    choice = choose(["Capacity (mAh/g)", "Capacity (mAh)"], "x.csv")
    assert choice.columns["capacity"].place == 1


def test_impossible_units_are_refused():
    with pytest.raises(
        DataFileError, match="unit furlong is not known; right would be V"
    ):
        choose(["Voltage (furlong)", "Time (s)"], "x.csv")
    with pytest.raises(DataFileError, match=r"unit mv is not known.* mA/cm2"):
        choose(["Current (mV)"], "x.csv")
    with pytest.raises(DataFileError, match="has the unit A under its heading"):
        choose(["Current (mA)"], "x.csv", ["A"])
    choice = choose(["Current"], "x.csv", ["mA"])
    assert choice.columns["current"].heading.factor == 1e-3


def test_the_reference_of_a_potential_is_left_out():
    for title in ("E (V vs. Na/Na+)", "E vs Na [V]", "E / V vs. Na"):
        heading = parse_heading(title)
        assert (heading.quantity, heading.unit) == ("voltage", "V")


def test_one_spelling_of_signs():
    spelled = [units.plain(text) for text in ("mA·cm⁻²", "µA", "℃", "Z′′")]
    assert spelled == ["mA.cm-2", "uA", "°C", 'Z"']


def test_words_for_the_state_of_a_cell():
    words = ["CC_Chg", "Rest", "CC DChg", "D", "恒流充电", "Entladen"]
    assert state_signs(pd.Series(words)).tolist() == [1, 0, -1, -1, 1, -1]
