"""Protocols: a cell through PyBaMM's steps, and what each came to."""

import json

import numpy as np
import pytest
from scipy.integrate import quad

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.errors import NfpcellError
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.protocol import Instruction, Protocol, Segment, run
from nfpcell.simulation.starting_state import open_circuit_voltage

C = Cell.load("C")
CAPACITY = "Specific capacity [mA.h.g-1]"


def _run(*segments, cell=C, model="particle"):
    segments = tuple(
        Segment(f"leg {k}", cell, start, tuple(Instruction(*step) for step in steps))
        for k, (start, steps) in enumerate(segments)
    )
    return run(Protocol("test", "", "", cell, segments), model)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["particle", "full"])
def test_a_discharge_is_that_of_simulate(model):
    table, _ = _run(("charged", [("Discharge at 1C until 2.0 V", 30.0)]), model=model)
    alone = simulate(C, [1.0], model=model)
    # the double layers of plain PyBaMM hold a little
    assert table[CAPACITY].iloc[0] == pytest.approx(alone[CAPACITY].iloc[0], abs=0.4)


@pytest.mark.slow
def test_what_goes_in_is_stored_or_given_off_as_heat():
    steps = [
        ("Charge at 0.5C until 4.0 V", 30.0),
        ("Rest for 2 hours", 30.0),
        ("Discharge at 1C until 2.2 V", 30.0),
        ("Rest for 2 hours", 30.0),
    ]
    table, _ = _run(("discharged", steps))
    mass = float(C.derived().mass)
    delivered = table["Specific energy [W.h.kg-1]"].sum() * mass * 3600
    # what an even cathode has stored between the two ends: charge times its potential
    capacity = (
        C["Positive electrode active fraction of theoretical capacity"]
        * C["Positive electrode theoretical capacity [A.h.kg-1]"]
        * mass
    )
    last = table["Final stoichiometry"].iloc[-1]
    first = last - table[CAPACITY].sum() * mass / capacity
    stored, _ = quad(lambda t: float(open_circuit_voltage(C, t)), first, last)
    heat = table["Heat [J]"].sum()
    assert heat > 0.01 * abs(table["Heat [J]"]).sum()
    assert delivered + heat == pytest.approx(3600 * capacity * stored, abs=0.02 * heat)


@pytest.mark.slow
def test_power_and_load_are_what_was_said():
    cell = Cell.load("pouch")
    table, curves = _run(
        ("charged", [("Discharge at 10 mW for 10 minutes", 30.0)]),
        ("charged", [("Discharge at 600 Ohm for 10 minutes", 30.0)]),
        cell=cell,
    )
    assert table["Mean power [W]"].iloc[0] == pytest.approx(0.01, rel=1e-6)
    load = curves[curves["Leg"] == "leg 1"]
    assert np.allclose(load["Voltage [V]"] / load["Current [A]"], 600, rtol=1e-5)


@pytest.mark.slow
def test_overcharge_is_told_where_the_model_ends():
    table, _ = run(Protocol.load("overcharge_9V"), "particle")
    by = table.set_index(["Leg", "Step"])
    assert by.loc[("to 9 V", 1), "Final voltage [V]"] == pytest.approx(9, abs=1e-3)
    assert "not in the model" in by.loc[("to 9 V", 1), "Status"]
    assert by.loc[("to 4.5 V", 1), "Status"] == "ok"
    # nothing more to take out
    gained = by.loc[("to 9 V", 1), CAPACITY] - by.loc[("to 4.5 V", 1), CAPACITY]
    assert abs(gained) < 0.5


@pytest.mark.slow
def test_a_better_charge_helps_in_the_cold():
    protocol = Protocol.load("cold_charging")
    names = [segment.name for segment in protocol.segments]
    table, _ = run(protocol, "particle")
    last = table[table["Told"].str.startswith("Discharge")].set_index("Leg")[CAPACITY]
    assert list(last.index) == names
    for cold in ("0 degC", "-20 degC"):
        simple = last[f"CC, {cold}"]
        assert last[f"CC-CV, {cold}"] > simple + 1
        assert last[f"warm charge, {cold}"] > simple + 1
        # a higher cut-off meets a cathode whose surface is empty
        assert last[f"5 V cut-off, {cold}"] == pytest.approx(simple, abs=1)


@pytest.mark.slow
def test_a_step_ends_at_the_cut_offs_of_the_cell():
    steps = [("Discharge at 1C for 3 hours", 30.0), ("Rest for 1 hour", 30.0)]
    table, _ = _run(("charged", steps))
    assert list(table["Status"]) == ["ok", "ok"]
    assert table["Final voltage [V]"].iloc[0] == pytest.approx(2.0, abs=1e-3)
    assert table["Duration [h]"].iloc[1] == pytest.approx(1.0)


@pytest.mark.slow
def test_a_leg_that_cannot_begin_is_a_row():
    # forty times 1C at -40 degC: past the cut-off at once
    steps = [("Discharge at 40C for 1 hour", -40.0)]
    table, _ = _run(("charged", steps), ("charged", [("Rest for 1 hour", 30.0)]))
    assert len(table) == 2
    assert not table["Status"].iloc[0].startswith("ok")
    assert table["Status"].iloc[1] == "ok"


@pytest.mark.slow
def test_every_protocol_loads_and_the_command_runs_one(tmp_path, capsys):
    for word in catalogue.of_kind("protocol"):
        assert Protocol.load(word).segments
    out = tmp_path / "fan"
    words = ["protocol", "fan_0C", "--model", "particle", "--json", "--out", str(out)]
    assert app.main(words) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["Ambient temperature [degC]"] for row in rows} == {0.0}
    assert all(row["Heat [J]"] > 0 for row in rows)
    assert {"steps.csv", "curves.csv", "protocol.png", "run.json"} <= {
        path.name for path in out.iterdir()
    }
    assert app.main(words[:4]) == 0
    assert "600 Ohm" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("Discharge at 1 parsec until 2 V", "is no step"),
        ("Dance for 1 hour", "is no step"),
    ],
)
def test_a_step_that_is_none_is_refused(tmp_path, step, said):
    path = tmp_path / "own.toml"
    path.write_text(
        f"""
title = "own"
kind = "protocol"
source = "test"
cell = "C"
"Ambient temperature [degC]" = 30.0
[[legs]]
name = "one"
start = "charged"
steps = [{{ do = "{step}" }}]
"""
    )
    with pytest.raises(NfpcellError, match=said):
        Protocol.load(path)
    with pytest.raises(NfpcellError, match="kind"):
        Protocol.load("rate_30C")
