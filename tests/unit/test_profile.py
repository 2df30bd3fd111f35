"""Profiles of current and power from files, as steps of a protocol."""

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.errors import NfpcellError
from nfpcell.simulation import profile
from nfpcell.simulation.protocol import Protocol, run
from tests.acceptance.commands import refused

C = Cell.load("C")
NOMINAL = float(C.derived().nominal_capacity)  # A.h
TIMES = np.array([0.0, 60.0, 120.0, 180.0, 240.0])
SHARES = np.array([0.0, 1.0, 1.0, -0.5, 0.0])  # of a current or power


def _file(tmp_path, heading="Time [s],Current [mA]", values=(), name="drive.csv"):
    values = values or (TIMES, 0.1 * SHARES)
    rows = "\n".join(",".join(f"{x:.12g}" for x in row) for row in np.transpose(values))
    path = tmp_path / name
    path.write_text(f"{heading}\n{rows}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("time", "factor"),
    [("Time [s]", 1), ("Time [min]", 60), ("t/h", 3600), ("time_ms", 1e-3)],
)
@pytest.mark.parametrize(
    ("heading", "applied", "size"),
    [
        *(("Current [A]", "current", 1.0), ("I/mA", "current", 1e-3)),
        *(("Power [W]", "power", 1.0), ("Power/mW", "power", 1e-3)),
        *(("C-rate", "current", NOMINAL), ("Power (µW)", "power", 1e-6)),
        *(("C-rate [C]", "current", NOMINAL), ("C-rate (1/h)", "current", NOMINAL)),
        ("Current density [mA/cm2]", "current", 10 * float(C.derived().area)),
        ("Specific current [mA/g]", "current", float(C.derived().mass)),
    ],
)
def test_units_are_those_of_the_headings(
    tmp_path, time, factor, heading, applied, size
):
    values = 1e-4 * SHARES / size
    path = _file(tmp_path, f"{time},{heading}", (7 + TIMES / factor, values))
    found = profile.read(path, C)
    assert found.applied == applied
    assert found.time == pytest.approx(TIMES, abs=1e-6)
    assert found.values == pytest.approx(1e-4 * SHARES)
    assert found.remarks[-1].endswith("is a discharge")


@pytest.mark.parametrize(
    ("heading", "values", "right"),
    [
        ("Time [s],Current [A]", (TIMES[:1], SHARES[:1]), "at least two"),
        (
            "Time [s],Current [mA]",
            (np.array([0, 60, 60, 120, 180.0]), SHARES),
            "the time 60 s of row 2 occurs twice; right would be times that rise",
        ),
        (
            "Time [s],Power [mW]",
            (np.array([0, 60, 30, 120, 180.0]), SHARES),
            "the time 60 s of row 2 is followed by 30 s",
        ),
        (
            "Time [s],Power [mW]",
            (np.append(np.arange(10), np.arange(300, 310)), np.sin(np.arange(20))),
            "rows are missing from 9 s to 300 s",
        ),
        ("Time [s],Current [A]", (TIMES, SHARES), "another unit in the heading"),
        ("Time [s],Power [W]", (TIMES, 2 * SHARES), "another unit in the heading"),
        (
            "Time [s],Voltage [V]",
            (TIMES, 3 + SHARES),
            "has no current, power or C-rate",
        ),
        ("Voltage [V],Current [A]", (3 + SHARES, SHARES), "has no time"),
        ("Time [s],Temperature [degC]", (TIMES, SHARES), "right would be"),
        ("Time [furlong],Current [A]", (TIMES, SHARES), "unit furlong is not known"),
    ],
)
def test_a_profile_that_is_not_sound_is_refused(
    tmp_path, capfd, heading, values, right
):
    path = _file(tmp_path, heading, values)
    assert right in refused(capfd, "protocol", "C", "--profile", str(path))


def test_ramps_between_jumps_are_no_gaps(tmp_path):
    times = np.array([0, 0.1, 600, 600.1, 1200, 1200.1])
    values = 1e-4 * np.array([0, 1, 2, 0, -1, 0])
    path = _file(tmp_path, "Time [s],Current [A]", (times, values))
    assert profile.read(path, C).values == pytest.approx(values)


@pytest.mark.parametrize("rows", [7, 40, 2000])
def test_missing_rows_are_a_gap(tmp_path, rows):
    times = np.arange(float(rows))
    times[rows // 2 :] += 100
    path = _file(tmp_path, "Time [s],Current [A]", (times, 1e-4 * np.sin(times)))
    with pytest.raises(NfpcellError, match=f"missing from {rows // 2 - 1} s"):
        profile.read(path, C)


@pytest.mark.parametrize(
    "times",
    [
        np.geomspace(1e-5, 1e4, 100),
        np.append(0, np.cumsum(2.0 ** np.r_[-10:8, 8:-10:-1])),
        # pulses between long stretches at one value
        np.cumsum(np.tile([0.1, 600.0], 20)),
    ],
)
def test_sampling_by_factors_is_no_gap(tmp_path, times):
    values = np.repeat([0.0, 1e-4, 0.0, 2e-4], -(-len(times) // 8) * 2)
    pulses = np.tile([0.0, 0.0, 1e-4, 1e-4], len(times))[: len(times)]
    chosen = pulses if len(times) == 40 else values[: len(times)]
    path = _file(tmp_path, "Time [s],Current [A]", (times, chosen))
    assert len(profile.read(path, C).time) == len(times)


def test_the_sign_is_that_of_the_words_or_of_the_voltage(tmp_path):
    current = np.array([1e-4] * 5)
    falling = np.linspace(3.2, 3.0, 5)
    for voltage, sign, direction in (
        (falling, 1, "discharge"),
        (falling, -1, "discharge"),
        (falling[::-1], 1, "charge"),
        (falling[::-1], -1, "charge"),
    ):
        heading = "Time [s],Current [A],Voltage [V]"
        path = _file(tmp_path, heading, (TIMES, sign * current, voltage))
        found = profile.read(path, C)
        discharges = direction == "discharge"
        assert (found.values > 0).all() == discharges
        positive = "discharge" if discharges == (sign > 0) else "charge"
        assert f"a positive current is a {positive} by the voltage" in found.remarks[-1]
        other = {"discharge": "charge", "charge": "discharge"}[positive]
        with pytest.raises(NfpcellError, match="contradicts the voltage of the file"):
            profile.read(path, C, other)
    path = _file(tmp_path)
    charged = profile.read(path, C, "charge")
    assert charged.values == pytest.approx(-1e-4 * SHARES)
    assert charged.remarks[-1].endswith("is a charge, as stated")
    path.write_text(
        "Time [s],Current [mA],State\n0,0.1,CC_Chg\n60,0.1,CC_Chg\n90,0,Rest\n"
        "120,-0.1,CC_DChg\n180,-0.1,CC_DChg\n",
        encoding="utf-8",
    )
    assert profile.read(path, C).values[0] == pytest.approx(-1e-4)
    with pytest.raises(NfpcellError, match="contradicts the words of the file"):
        profile.read(path, C, "discharge")


def test_a_step_may_begin_at_the_time_at_which_the_one_before_ends(tmp_path):
    times = np.array([0.0, 60.0, 60.0, 120.0, 120.0])
    heading, steps = "Time [s],Current [A],Step", np.array([1.0, 1, 2, 2, 3])
    path = _file(tmp_path, heading, (times, 1e-4 * SHARES, steps))
    found = profile.read(path, C)
    assert found.time == pytest.approx(times, abs=0.07)
    assert (np.diff(found.time) > 0).all()
    path = _file(tmp_path, heading, (times, 1e-4 * SHARES, np.ones(5)))
    with pytest.raises(NfpcellError, match="60 s of row 2 occurs twice"):
        profile.read(path, C)


def test_of_current_and_power_the_current_is_applied_unless_power_is_stated(tmp_path):
    heading = "Time [s],Current [mA],Power [mW]"
    path = _file(tmp_path, heading, (TIMES, 0.1 * SHARES, 0.3 * SHARES))
    assert profile.read(path, C).applied == "current"
    power = profile.read(path, C, applied="power")
    assert power.values == pytest.approx(3e-4 * SHARES)
    with pytest.raises(NfpcellError, match="has no power"):
        profile.read(_file(tmp_path), C, applied="power")


# ------------------------------------------------------------------------------ a run
FILE = """
title = "Drive"
kind = "protocol"
source = "a test"
cell = "C"
"Ambient temperature [degC]" = 30.0

[[legs]]
name = "drive"
start = "charged"
steps = [
    {{ do = "Discharge at 0.2C for 10 minutes" }},
    {{ {step}, "Ambient temperature [degC]" = 20.0 }},
    {{ do = "Rest for 10 minutes" }},
]
"""


def _protocol(tmp_path, step):
    path = tmp_path / "drive.toml"
    path.write_text(FILE.format(step=step), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("applied", ["Current", "Power"])
def test_a_cell_follows_a_profile_in_a_protocol(tmp_path, applied):
    unit, size = {"Current": ("A", 1e-4), "Power": ("W", 3e-4)}[applied]
    _file(tmp_path, f"Time [s],{applied} [{unit}]", (TIMES, size * SHARES))
    loaded = Protocol.load(_protocol(tmp_path, 'profile = "drive.csv"'))
    (remark,) = loaded.remarks
    assert remark.startswith("drive.csv: the sign is assumed: ")
    assert remark.endswith(f"a positive {applied.lower()} is a discharge")
    table, curves = run(loaded, "particle")
    assert list(table["Status"]) == ["ok"] * 3
    step = table.iloc[1]
    assert step[columns.INSTRUCTION] == f"{applied} of drive.csv for 240 s"
    assert step[columns.DURATION] == pytest.approx(240 / 3600)
    assert step["Ambient temperature [degC]"] == 20
    integral = np.trapezoid(size * SHARES, TIMES) / 3600
    mass = float(C.derived().mass)
    name = {"A": "Specific capacity [mA.h.g-1]", "W": "Specific energy [W.h.kg-1]"}
    assert step[name[unit]] * mass == pytest.approx(integral, rel=2e-3)
    along = curves[(curves["Time [s]"] > 600) & (curves["Time [s]"] < 839)]
    expected = np.interp(along["Time [s]"] - 600, TIMES, size * SHARES)
    assert along[f"{applied} [{unit}]"].to_numpy() == pytest.approx(
        expected, abs=1e-3 * size
    )


def test_profiles_that_differ_in_the_middle_are_different_steps():
    time, current = np.arange(3000.0), np.zeros((2, 3000))
    current[1, 1500] = 1e-4
    steps = [
        profile.Profile("", "current", time, values, ()).step(300.0)
        for values in current
    ]
    assert len(set(steps)) == len(set(map(repr, steps))) == 2
    assert len({step.copy() for step in steps}) == 2


@pytest.mark.slow
def test_a_curve_of_simulate_is_a_profile(tmp_path, capfd):
    words = ["--model", "particle", "--out"]
    out = tmp_path / "simulated"
    assert app.main(["simulate", "C", "--rates", "2", *words, str(out)]) == 0
    capacity = pd.read_csv(out / "summary.csv")["Specific capacity [mA.h.g-1]"][0]
    given = ["protocol", "C", "--profile", str(out / "curves.csv")]
    assert app.main([*given, *words, str(tmp_path / "again")]) == 0
    assert "a positive current is a" in capfd.readouterr().out
    (row,) = pd.read_csv(tmp_path / "again" / "steps.csv").to_dict("records")
    assert row["Specific capacity [mA.h.g-1]"] == pytest.approx(capacity, rel=1e-3)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('profile = "../drive.csv"', "outside the folder"),
        ('profile = "none.csv"', "there is no such file"),
        ('do = "Rest for 1 hour", profile = "drive.csv"', "has both do and profile"),
        ('sign = "charge"', "has both do and profile, or none"),
        ('do = "Rest for 1 hour", sign = "charge"', "are for a profile"),
        ('profile = "drive.csv", sign = "up"', "sign"),
        ('profile = "drive.csv", apply = "power"', "has no power"),
        ('profile = ""', "profile"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(tmp_path, capfd, step, said):
    _file(tmp_path)
    assert said in refused(capfd, "protocol", str(_protocol(tmp_path, step)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("protocol fan_0C --start charged", "--start: needs --steps or --profile"),
        ("protocol fan_0C --apply power", "--apply: needs --steps or --profile"),
        ("protocol fan_0C --profile drive.csv", "not a cell"),
        ("protocol C --profile none.csv", "there is no such file"),
        ("protocol C", "nfpcell protocol C --steps"),
        ("protocol C --profile none.csv --temperature 303", "30 if kelvin was meant"),
        ("protocol anode-symmetric --profile none.csv", "symmetric"),
    ],
)
def test_options_of_a_profile_that_make_no_sense_are_refused(capfd, words, said):
    assert said in refused(capfd, *words.split())
