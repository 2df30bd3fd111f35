"""From a recording to half-cycles: what is recognised, overridden and refused."""

import gzip
import io
import time
from dataclasses import replace

import numpy as np
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError, NfpcellError
from nfpcell.fitting import measured_data
from nfpcell.fitting.read_options import Data
from nfpcell.measured.extraction import half_cycles, summary
from nfpcell.measured.readers import read
from nfpcell.measured.temperature import temperature_in_name
from nfpcell.simulation.constant_current import simulate
from tests.unit.readers.instrument_files import AMPERE, measurement, rows

T = measurement()
HEAD = "Time [s],Voltage [V],Current [A]\n"


def _file(tmp_path, text, name="cell.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def _half_cycles(tmp_path, text, name="cell.csv", **given):
    return half_cycles(read(_file(tmp_path, text, name)), **given)


def _table(t=T.time, v=T.voltage, i=T.current):
    return HEAD + rows(t, v, i)


# -------------------------------------------------------------------------- recognised
def test_the_sign_is_that_of_the_voltage(tmp_path):
    for sign, positive in ((1, "charge"), (-1, "discharge")):
        discharge, charge = _half_cycles(tmp_path, _table(i=sign * T.current))
        assert (discharge.direction, charge.direction) == ("discharge", "charge")
        assert f"a positive current is a {positive}" in charge.remarks
        other = "discharge" if positive == "charge" else "charge"
        with pytest.raises(DataFileError, match=f'sign="{other}" contradicts'):
            _half_cycles(tmp_path, _table(i=sign * T.current), sign=other)


def test_a_current_without_sign(tmp_path):
    discharge, charge = _half_cycles(tmp_path, _table(i=np.abs(T.current)))
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert any("has no sign" in remark for remark in charge.remarks)


def test_an_unknown_sign_has_to_be_given(tmp_path):
    # the voltage rises in both, as of a file whose charge has the wrong sign
    v = np.where(T.current < 0, 2.0 + T.step_time / 3600, T.voltage)
    with pytest.raises(DataFileError, match="sign is unknown; right would be sign="):
        _half_cycles(tmp_path, _table(v=v))
    discharge, _ = _half_cycles(tmp_path, _table(v=v), sign="charge")
    assert discharge.direction == "discharge"
    assert any(
        "changes in the wrong direction" in remark for remark in discharge.remarks
    )
    flat = np.full(len(T.time), 3.0)
    with pytest.raises(DataFileError, match="charge and discharge look the same"):
        _half_cycles(tmp_path, _table(v=flat))
    assert len(_half_cycles(tmp_path, _table(v=flat), sign="charge")) == 2


def test_arguments_select_and_replace(tmp_path):
    text = _table()
    (charge,) = _half_cycles(tmp_path, text, direction="charge")
    assert charge.number == 2
    assert charge.name == "cell#2"
    (discharge,) = _half_cycles(
        tmp_path, text, which=1, temperature=-20, rest_voltage=3.3
    )
    assert (discharge.temperature, discharge.rest_voltage) == (-20, 3.3)
    assert any("temperature is stated" in r for r in discharge.remarks)
    both = _half_cycles(
        tmp_path, text, which=[1, 2], rate=0.25, nominal_capacity=4 * 1.3e-4
    )
    assert both[0].current == pytest.approx(1.3e-4)
    assert both[0].capacity[-1] == pytest.approx(1.3e-4, rel=0.02)
    assert any("the current in the file is" in remark for remark in both[0].remarks)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sign": "up"}, "sign 'up' is refused"),
        ({"direction": "both"}, "direction 'both' is refused"),
        ({"temperature": -300}, "temperature -300 is refused"),
        ({"area": 0}, "area 0 is refused"),
        ({"which": 0}, "which 0 is refused"),
        ({"which": "2"}, "which '2' is refused"),
        ({"which": []}, r"which \[\] is refused"),
        ({"which": 3}, "has no half-cycle 3; right would be from 1 to 2"),
        ({"which": 1, "direction": "charge"}, "has no charge among the selected"),
        ({"rate": 1}, "rate needs nominal_capacity"),
        ({"rate": 1, "current": 1, "nominal_capacity": 1}, "are both given"),
        ({"rest_voltage": "x"}, "rest_voltage 'x' is refused"),
    ],
)
def test_arguments_that_are_refused(tmp_path, given, says):
    with pytest.raises(NfpcellError, match=says) as refused:
        _half_cycles(tmp_path, _table(), **given)
    assert "\n" not in str(refused.value)


def test_constant_voltage_and_pulses_are_left_out(tmp_path):
    tail = np.arange(1, 61)
    t = np.concatenate([T.time, T.time[-1] + 60.0 * tail])
    v = np.append(T.voltage, np.full(60, 4.4))
    i = np.append(T.current, AMPERE * np.exp(-tail / 20))
    # a pulse of ten rows of a second
    t = np.append(t, t[-1] + 600 + np.arange(10))
    v = np.append(v, 4.3 - 0.01 * np.arange(10))
    i = np.append(i, np.full(10, -AMPERE))
    discharge, charge = _half_cycles(tmp_path, _table(t, v, i))
    assert charge.cut_off == pytest.approx(4.4)
    assert charge.time[-1] == pytest.approx(3600, rel=0.04)
    assert charge.current == pytest.approx(AMPERE, rel=2e-3)
    assert any("1 pulses" in remark for remark in discharge.remarks)


def test_successive_rates_are_separate_half_cycles(tmp_path):
    parts, start = [], 0.0
    for k, rate in enumerate((1, 2, 4)):
        own = np.arange(1, 101) * 36.0 / rate
        parts.append([start + own, 3.2 - 0.4 * k - own * rate * 1e-4, own * 0 - rate])
        start += own[-1]
    t, v, i = np.hstack([np.array(p) for p in parts])
    halves = _half_cycles(tmp_path, _table(t, v, 1e-4 * i))
    assert [h.current for h in halves] == pytest.approx([1e-4, 2e-4, 4e-4], rel=0.02)
    assert [h.number for h in halves] == [1, 2, 3]


def test_noise_does_not_cut_a_half_cycle(tmp_path):
    noise = np.random.default_rng(3).normal(1, 0.03, len(T.time))
    halves = _half_cycles(tmp_path, _table(i=T.current * noise))
    assert [h.current for h in halves] == pytest.approx([AMPERE] * 2, rel=0.02)


def test_time_that_starts_anew_with_each_step(tmp_path):
    head = HEAD[:-1] + ",Step\n"
    text = head + rows(T.step_time, T.voltage, T.current, T.step)
    discharge, charge = _half_cycles(tmp_path, text)
    assert charge.rest == pytest.approx(3600, rel=0.05)
    assert discharge.time[-1] == pytest.approx(3600, rel=0.02)
    assert any("the time restarts 3 times" in r for r in charge.remarks)


def test_temperature_of_a_file_name(tmp_path):
    for name, expected in (
        ("C30__25degC__x.csv", 25),
        ("cell_-20C_0.1C.csv", -20),
        ("cell m20degC.csv", -20),
        ("30°C.csv", 30),
        ("a_0C.csv", 0),
        ("a_1C.csv", None),
        ("a_0.5C.csv", None),
        ("20 degC and 30 degC.csv", None),
        ("cell-20C.csv", None),
        ("sample3.csv", None),
    ):
        assert temperature_in_name(name).value == expected, name
    discharge, _ = _half_cycles(tmp_path, _table(), "cell_-20degC.csv")
    assert discharge.temperature == -20


def test_an_impossible_temperature(tmp_path):
    for name in ("cell_-300degC.csv", "cell_2000degC.csv", "-274 °C.csv"):
        found = temperature_in_name(name)
        assert found.value is None
        assert "which is not above -273.15 and at most 200" in found.remark
    assert temperature_in_name("cell_200degC.csv").value == 200
    discharge, _ = _half_cycles(tmp_path, _table(), "cell_-300degC.csv")
    assert discharge.temperature is None
    head = HEAD[:-1] + ",Temperature [degC]\n"

    def table(degrees):
        return head + rows(T.time, T.voltage, T.current, degrees)

    for degrees in (-999.0, 1e6):
        text = table(np.full(N, degrees))
        with pytest.raises(
            DataFileError,
            match=r"half-cycle 1: its temperature is .* °C in the file; right would be "
            ".*above -273.15 and at most 200, or temperature",
        ):
            _half_cycles(tmp_path, text)
        assert _half_cycles(tmp_path, text, temperature=25)[0].temperature == 25
    # a thermometer that is not connected, and one that fails now and then
    discharge, _ = _half_cycles(tmp_path, table(np.full(N, -200.0)), "cell_25degC.csv")
    assert discharge.temperature == 25
    assert any("-200 °C in the file was not measured" in r for r in discharge.remarks)
    discharge, _ = _half_cycles(tmp_path, table(np.where(T.time == 6000, -999.0, 30.0)))
    assert discharge.temperature == 30
    assert any("is left out in 1 rows" in remark for remark in discharge.remarks)


def test_the_summary_of_half_cycles(tmp_path):
    table = summary(_half_cycles(tmp_path, _table()), Cell.load("C"))
    nominal = Cell.load("C").derived().nominal_capacity
    assert table["C-rate"].tolist() == pytest.approx([AMPERE / nominal] * 2, rel=1e-2)
    assert table["Direction"].tolist() == ["discharge", "charge"]
    assert table["First voltage [V]"].tolist() == pytest.approx([3.1, 2.5])
    assert summary(_half_cycles(tmp_path, _table()))["C-rate"].isna().all()


@pytest.mark.slow
def test_simulated_curves_are_read_back(tmp_path):
    cell = Cell.load("C")
    _, curves = simulate(cell, [0.5, 1], [30, 0], "both", "particle", curves=True)
    path = tmp_path / "curves.csv"
    curves.to_csv(path, index=False)
    halves = half_cycles(read(path), mass=cell.derived().mass)
    assert len(halves) == 8
    assert [h.direction for h in halves] == ["charge"] * 4 + ["discharge"] * 4
    rates = summary(halves, cell)["C-rate"]
    assert rates.tolist() == pytest.approx([0.5, 1, 0.5, 1] * 2, rel=1e-3)
    assert [h.temperature for h in halves] == [30, 30, 0, 0] * 2
    # one discharge alone, whose rows are far apart where little happens
    _, curves = simulate(cell, [1], [30], "discharge", "particle", curves=True)
    curves.to_csv(path, index=False)
    (curve,) = measured_data.read([Data(path)], {"C": cell}).observations
    assert (curve.direction, curve.temperature) == ("discharge", 30)
    assert curve.current / cell.derived().nominal_capacity == pytest.approx(1, rel=1e-3)


def test_a_capacity_and_a_voltage_alone(tmp_path):
    q = np.linspace(0, 80, 100)
    text = "Capacity [mAh/g],Voltage [V]\n" + rows(q, 3.2 - q / 80)
    with pytest.raises(
        DataFileError, match=r"gives the charge per mass; right would be"
    ):
        _half_cycles(tmp_path, text)
    with pytest.raises(DataFileError, match="neither a current nor a time"):
        _half_cycles(tmp_path, text, mass=1e-6)
    (half,) = _half_cycles(tmp_path, text, mass=1e-6, current=8e-5)
    assert half.direction == "discharge"
    assert half.time[-1] == pytest.approx(3600, rel=0.02)
    assert half.capacity[-1] == pytest.approx(8e-5, rel=0.02)


def test_a_time_and_a_voltage_alone(tmp_path):
    text = "Time [s],Voltage [V]\n" + rows(T.time, 4.0 - 1e-4 * T.time)
    with pytest.raises(DataFileError, match="has no current and no capacity; right"):
        _half_cycles(tmp_path, text)
    (half,) = _half_cycles(tmp_path, text, current=1e-4)
    assert (half.direction, half.current) == ("discharge", pytest.approx(1e-4))


# ----------------------------------------------------------------------------- refused
N = len(T.time)
GAP = np.r_[0:70, 110:N]
PASTED = np.r_[0:N, 0:N]
SWAPPED = np.r_[0:80, 82, 81, 80, 83:N]
HALF_NAN = np.where(np.arange(N) % 2, np.nan, T.voltage)
CHARGES = ",Capacity [mAh]\n"

BAD = {
    "no voltage": (
        "Time [s],Current [A]\n" + rows(T.time, T.current),
        "has no voltage, only Time [s], Current [A]; right would be a column such as",
    ),
    "only time": ("Time [s]\n" + rows(T.time), "no column of the voltage among Time"),
    "nothing known": ("a,b,c\n1,2,3\n", "no column of the frequency among a, b, c"),
    "empty": ("", "is empty"),
    "blank": ("\n \n", "is empty"),
    "only a head": (HEAD, "has no row of numbers"),
    "three rows": (
        _table(T.time[70:73], T.voltage[70:73], T.current[70:73]),
        "3 rows are no half-cycle; right would be at least 5",
    ),
    "no current": (_table(i=0 * T.current), "the current is zero in every row"),
    "mixed units": (
        "Time [s],Voltage [V],Current [mA]\ns,mV,mA\n"
        + rows(T.time, T.voltage, T.current),
        'column "Voltage [V]" has the unit mV under its heading; right would be one',
    ),
    "strange unit": (
        "Time [s],Voltage [bar],Current [A]\n" + rows(T.time, T.voltage, T.current),
        "unit bar is not known; right would be V or mV",
    ),
    "millivolts": (
        _table(v=1e3 * T.voltage),
        "the voltage reaches 4400 V; right would be",
    ),
    "volts, then millivolts": (
        _table(v=np.where(T.step > 2, 1e3, 1) * T.voltage),
        "the voltage reaches 4400 V; right would be the voltage of one cell",
    ),
    "mAh for Ah": (
        HEAD[:-1]
        + ",Capacity [Ah]\n"
        + rows(T.time, T.voltage, T.current, 1e3 * T.capacity),
        "half-cycle 1: the current adds up to 0.0001229 A.h, the capacity to",
    ),
    "a gap": (
        _table(T.time[GAP], T.voltage[GAP], T.current[GAP]),
        "half-cycle 1: no rows from 540 s to 3000 s while the current flows; right",
    ),
    "pasted twice": (
        _table(T.time[PASTED], T.voltage[PASTED], T.current[PASTED]),
        "240 of 480 rows occur twice, first row 241; right would be each",
    ),
    "swapped": (
        _table(T.time[SWAPPED], T.voltage[SWAPPED], T.current[SWAPPED]),
        "time runs back from 4980 s to 4920 s in row 82; right would be rows in the",
    ),
    "backwards": (
        _table(T.time[::-1], T.voltage[::-1], T.current[::-1]),
        "time runs back",
    ),
    "many NaN": (
        _table(v=HALF_NAN),
        "120 of 240 rows have no number for voltage, the first in line 3; right would",
    ),
    "words": (
        HEAD + rows(T.time, ["x"] * N, T.current),
        'the first in line 2 ("x"); right would be a number in every row',
    ),
    "changing current": (
        _table(i=-1e-4 * np.linspace(1, 3, N) * np.exp(np.arange(N) / 5 % 9)),
        "has no stretch of constant current",
    ),
    "sentence": ("This is not a table.\nNot at all.\n", "no column of the frequency"),
    "spectrum of three": (
        "f,Z_re,Z_im\n1,2,-3\n2,3,-4\n3,4,-5\n",
        "3 frequencies are no",
    ),
    "spectrum only": (
        "f,Z_re,Z_im\n" + rows(*[np.arange(1.0, 9)] * 2, -np.arange(1.0, 9)),
        "has spectra and no curve; right would be a file with time, current and",
    ),
    "decimal commas": (
        "Time [s],Voltage [V],Current [A]\n1,0,3,2,0,1\n2,0,3,1,0,1\n",
        "as if commas were decimal commas too; right would be semicolons or tabs",
    ),
    "density": (
        "Time [s],Voltage [V],Current [mA/cm2]\n" + rows(T.time, T.voltage, T.current),
        "gives the current as Current density [A.m-2]; right would be area [m2] with "
        "it",
    ),
    "per gram": (
        "Time [s],Voltage [V],Current [mA/g]\n" + rows(T.time, T.voltage, T.current),
        "gives the current as Specific current [A.kg-1]; right would be mass [kg]",
    ),
    "a capacity that stands still": (
        "Time [s],Voltage [V],Capacity [Ah]\n" + rows(T.time, T.voltage, 0 * T.time),
        "neither a current flows nor a capacity changes; right would be a file of a",
    ),
    "no time": (
        "Voltage [V],Current [A]\n" + rows(T.voltage, T.current),
        "has no time; right would be a column such as Time [s]",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_one_sentence(tmp_path, name):
    text, says = BAD[name]
    with pytest.raises(DataFileError) as refused:
        _half_cycles(tmp_path, text)
    assert says in str(refused.value)
    assert "cell.csv" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_few_flaws_are_accepted_with_a_remark(tmp_path):
    v = T.voltage.copy()
    v[[70, 71]] = np.nan
    discharge, _ = _half_cycles(tmp_path, _table(v=v))
    assert any(
        "2 of 240 rows have no number for voltage" in r for r in discharge.remarks
    )
    twice = np.sort(np.r_[0:N, 80, 81])
    halves = _half_cycles(
        tmp_path, _table(T.time[twice], T.voltage[twice], T.current[twice])
    )
    assert any("2 rows repeat the row before" in r for r in halves[0].remarks)
    short = np.r_[0:80, 85:N]
    text = _table(T.time[short], T.voltage[short], T.current[short])
    assert len(_half_cycles(tmp_path, text)) == 2


def test_the_current_of_a_coarse_count(tmp_path):
    # a count that moves every tenth row only
    q = np.repeat(np.arange(60) / 59 * AMPERE, 10)
    t = 6.0 * np.arange(600)
    text = "Time [s],Voltage [V],Capacity [Ah]\n" + rows(t, 3.2 - t / 3600, q)
    (half,) = _half_cycles(tmp_path, text)
    assert "there is no current; it is the capacity over the time" in half.remarks
    assert half.current == pytest.approx(AMPERE * 3600 / t[-1], rel=0.05)


def test_a_gap_through_which_the_capacity_is_counted(tmp_path):
    text = HEAD[:-1] + CHARGES
    columns = (T.time, T.voltage, T.current, 1e3 * T.capacity)
    text += rows(*(c[GAP] for c in columns))
    discharge, _ = _half_cycles(tmp_path, text)
    assert any("during which the capacity was counted" in r for r in discharge.remarks)
    assert discharge.capacity[-1] == pytest.approx(AMPERE, rel=0.02)


# ----------------------------------------------------------------------- large, hostile
@pytest.mark.slow
def test_a_million_rows_are_quick(tmp_path):
    big = measurement(250_000)
    path = tmp_path / "big.csv.gz"
    out = io.StringIO()
    np.savetxt(
        out,
        np.column_stack([big.time, big.voltage, big.current, big.step]),
        "%.8g",
        ",",
        header=HEAD.strip() + ",Step",
        comments="",
    )
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(out.getvalue().encode())
    start = time.process_time()
    halves = half_cycles(read(path))
    assert time.process_time() - start < 10
    assert [len(h.time) for h in halves] == [250_000] * 2


@pytest.mark.slow
def test_a_gzip_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as packed:
        for _ in range(300):
            packed.write(b"0" * 1_000_000)
    with pytest.raises(DataFileError, match="contains more than 200 MB"):
        read(path)


def test_a_million_columns_are_refused(tmp_path):
    path = _file(tmp_path, ",".join(["Time [s]"] * 300_000) + "\n1,2,3\n")
    start = time.process_time()
    with pytest.raises(DataFileError):
        read(path)
    path = _file(tmp_path, ",".join(["Time [s]"] * 3_000) + "\n1,2,3\n")
    with pytest.raises(DataFileError, match="has 3000 columns; right would be at most"):
        read(path)
    assert time.process_time() - start < 5


def test_a_recording_without_table_is_refused(tmp_path):
    found = read(_file(tmp_path, _table()))
    with pytest.raises(DataFileError, match="has spectra and no curve"):
        half_cycles(replace(found, table=None))


def test_a_turn_without_rest_or_sign(tmp_path):
    own = 60.0 * np.arange(1, 61)
    v = np.concatenate([np.linspace(3.1, 2, 60), np.linspace(2.4, 4.4, 60)])
    t = np.concatenate([own, 3600 + own])
    discharge, charge = _half_cycles(tmp_path, _table(t, v, np.full(120, AMPERE)))
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert len(discharge.time) == len(charge.time) == 60


def test_a_single_outlier_of_the_current(tmp_path):
    i = T.current.copy()
    i[3] = 1e4 * AMPERE
    assert len(_half_cycles(tmp_path, _table(i=i))) == 2


def test_time_that_stands_still(tmp_path):
    with pytest.raises(DataFileError, match="the time is constant"):
        _half_cycles(tmp_path, _table(t=np.full(N, 5.0)))


@pytest.mark.slow
def test_many_cycles_are_quick(tmp_path):
    count = 400
    t = np.concatenate([T.time + k * (T.time[-1] + 60) for k in range(count)])
    text = _table(t, np.tile(T.voltage, count), np.tile(T.current, count))
    start = time.process_time()
    halves = _half_cycles(tmp_path, text)
    assert time.process_time() - start < 10
    assert len(halves) == 2 * count
    assert halves[-1].number == 2 * count
    assert halves[-1].rest_voltage == pytest.approx(2.4)


def test_a_clock_that_begins_with_the_half_cycle(tmp_path):
    # the first row comes 5 s after the start, the next 10 s later; or years later
    t = 5.0 + 10.0 * np.arange(200)
    v, i = 3.2 - 1e-4 * t, np.full(200, -1e-4)
    (half,) = _half_cycles(tmp_path, _table(t, v, i))
    assert half.time[0] == pytest.approx(5.0)
    assert half.capacity[-1] == pytest.approx(1e-4 * t[-1] / 3600, rel=1e-6)
    (late,) = _half_cycles(tmp_path, _table(t + 1e5, v, i))
    assert late.time[0] == 0
