"""Cycle after cycle: what goes in comes out, and a run that was killed goes on."""

import json

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.cli import app, parsing
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.simulation import cycling
from nfpcell.simulation.checkpoint import ROWS, STATE, Checkpoint
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.cycling import Cycler, Fade, Schedule, cycle, rates_of
from nfpcell.simulation.starting_state import starting_voltage

C = Cell.load("C")
CHARGE, DISCHARGE = "Charge capacity [mA.h.g-1]", "Discharge capacity [mA.h.g-1]"


def _table(*args, **kwargs):
    return pd.DataFrame(Cycler(C, *args, **kwargs).rows(), columns=columns.CYCLES)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["particle", "full"])
def test_the_first_charge_is_that_of_simulate(model):
    table = _table([(1.0, 1)], model=model)
    alone = simulate(C, [1.0], direction="charge", model=model)
    capacity = alone["Specific capacity [mA.h.g-1]"].iloc[0]
    energy = alone["Specific energy [W.h.kg-1]"].iloc[0]
    assert table[CHARGE].iloc[0] == pytest.approx(capacity, rel=2e-4)
    assert table["Charge energy [W.h.kg-1]"].iloc[0] == pytest.approx(energy, rel=2e-4)


def test_cycles_settle_and_sodium_is_conserved():
    table = _table([(0.5, 12)])
    # what a charge takes out a discharge puts back, once the start is forgotten
    assert table["Coulombic efficiency"].iloc[-1] == pytest.approx(1, abs=1e-6)
    assert table[DISCHARGE].iloc[-1] == pytest.approx(table[DISCHARGE].iloc[-2], 1e-6)
    assert 0.9 < table["Energy efficiency"].iloc[-1] < 1
    # symmetric cycles give less than a discharge after a slow charge
    alone = simulate(C, [0.5], model="particle")["Specific capacity [mA.h.g-1]"]
    assert table[DISCHARGE].iloc[-1] < alone.iloc[0]


@pytest.mark.slow
def test_rates_come_back():
    table = _table([(0.2, 3), (2.0, 3), (0.2, 3)])
    assert list(table["C-rate"]) == [0.2] * 3 + [2.0] * 3 + [0.2] * 3
    assert table[DISCHARGE].iloc[-1] == pytest.approx(table[DISCHARGE].iloc[2], 1e-4)
    assert table[DISCHARGE].iloc[5] < 0.8 * table[DISCHARGE].iloc[2]


@pytest.mark.slow
def test_fade_is_none_by_default_and_what_is_said_otherwise():
    aged = Fade(2.0, 1e-3).aged(C, 11)
    contact, active = (
        "Contact resistance [Ohm]",
        "Positive electrode active fraction of theoretical capacity",
    )
    assert aged[contact] == pytest.approx(C[contact] + 20)
    assert aged[active] == pytest.approx(C[active] * 0.999**10)
    assert Fade().aged(C, 500) is C
    whole, parted = _table([(0.5, 6)]), _table([(0.5, 6)], fade=Fade(0, 0.01))
    lost = parted[DISCHARGE].iloc[-1] / whole[DISCHARGE].iloc[-1]
    assert lost == pytest.approx(0.99**5, abs=0.01)
    stiff = _table([(0.5, 6)], fade=Fade(20.0))
    assert stiff["Energy efficiency"].iloc[-1] < whole["Energy efficiency"].iloc[-1]


@pytest.mark.slow
def test_a_dead_rate_is_a_row_of_next_to_nothing():
    table = _table([(0.5, 1), (200.0, 2), (0.5, 2)])
    assert (table["Status"] == "ok").all()
    assert (table[DISCHARGE].iloc[1:3] < 1).all()
    assert table[DISCHARGE].iloc[-1] > 50


def test_programmes_are_those_of_the_paper():
    long = Schedule.load("long_cycling")
    assert (long.cell.name, rates_of(long.steps)) == ("A", [0.1] * 623)
    assert Schedule.load("rate_steps").cell.name == "C"


@pytest.mark.parametrize("steps", [[(0.1, 0)], [(-1, 2)], [(0.1, 1.5)], []])
def test_steps_that_make_no_sense_are_refused(steps):
    with pytest.raises(NfpcellError):
        rates_of(steps)


# ------------------------------------------------------------------------ the command
WORDS = ["cycle", "C", "--rates", "0.5,1", "--cycles", "4"]


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_table(tmp_path, capsys):
    assert app.main([*WORDS, "--out", str(tmp_path / "whole")]) == 0
    capsys.readouterr()
    part = tmp_path / "part"
    asked = {
        "programme": "C",
        "steps": [[0.5, 4], [1.0, 4]],
        "temperature": 30.0,
        "model": "particle",
        "resistance_growth": 0.0,
        "contact_loss": 0.0,
        "cell": C.values,
    }
    # as a kill leaves it: five cycles known, a sixth half-written
    cycler = Cycler(C, [(0.5, 4), (1.0, 4)])
    journal = Checkpoint(part, columns.CYCLES, [asked])
    for row in cycler.rows():
        journal.add(row, cycler.state)
        if cycler.cycle == 5:
            break
    journal.close(finished=False)
    with (part / ROWS).open("a") as file:
        file.write("C,6,1.0,30.0,5")

    assert app.main([*WORDS, "--out", str(part)]) == 2
    assert "--resume" in capsys.readouterr().err
    assert app.main([*WORDS[:-1], "5", "--out", str(part), "--resume"]) == 2
    assert "contains another run" in capsys.readouterr().err
    assert app.main([*WORDS, "--out", str(part), "--resume", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 8
    whole = (tmp_path / "whole" / "cycles.csv").read_bytes()
    assert (part / "cycles.csv").read_bytes() == whole
    assert not (part / ROWS).exists()
    assert not (part / STATE).exists()
    assert (part / "cycles.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("cycle C --cycles 0", "cycles"),
        ("cycle C --rates -1", "rate"),
        ("cycle C --resume", "--out"),
        ("cycle F", "is no cell"),
        ("cycle rate_30C", "long_cycling"),
        ("cycle rate_steps --rates 1", "refused with an experiment"),
        ("cycle C --resistance-growth -1", "resistance growth"),
        ("cycle anode-symmetric", "symmetric"),
        ("run long_cycling", "nfpcell cycle long_cycling"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(words, said, capsys):
    assert app.main(words.split()) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def _unfinished(folder):
    journal = Checkpoint(folder, columns.CYCLES, {})
    for value in (1.0, 2.0, 3.0):
        journal.add(dict.fromkeys(columns.CYCLES, value), np.full(3, value))
    journal.close(finished=False)


def _cut(content):
    return content[: len(content) // 2]


def _flipped(content):
    # in the numbers of the state, or in a row
    number = np.full(3, 3.0).tobytes()
    place = content.index(number if number in content else b"2.0")
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("name", [ROWS, STATE])
@pytest.mark.parametrize(
    "damage", [lambda _: b"", lambda _: b"nonsense", _cut, _flipped]
)
def test_a_damaged_checkpoint_is_refused_in_one_sentence(tmp_path, name, damage):
    _unfinished(tmp_path)
    path = tmp_path / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(NfpcellError, match="right would be") as refused:
        Checkpoint(tmp_path, columns.CYCLES, {}, resume=True)
    assert "\n" not in str(refused.value)


def test_a_checkpoint_of_another_kind_is_refused(tmp_path):
    _unfinished(tmp_path)
    for content in ({"number": 3}, {"asked": "{}", "number": [1, 2], "state": 1.0}):
        np.savez(tmp_path / STATE, **content)
        with pytest.raises(NfpcellError, match="is damaged"):
            Checkpoint(tmp_path, columns.CYCLES, {}, resume=True)
    (tmp_path / ROWS).unlink()
    np.save(tmp_path / "state.npy", np.zeros(3))
    (tmp_path / "state.npy").rename(tmp_path / STATE)
    with pytest.raises(NfpcellError, match="is damaged"):
        Checkpoint(tmp_path, columns.CYCLES, {}, resume=True)


def test_rows_after_the_saved_state_are_computed_again(tmp_path):
    _unfinished(tmp_path)
    with (tmp_path / ROWS).open("a") as file:
        file.write("4.0,4.0,half a row")
    journal = Checkpoint(tmp_path, columns.CYCLES, {}, resume=True)
    assert journal.number == 3
    assert list(journal.state) == [3.0] * 3
    journal.add(dict.fromkeys(columns.CYCLES, 4.0), np.zeros(3))
    journal.close(finished=False)
    again = Checkpoint(tmp_path, columns.CYCLES, {}, resume=True)
    assert list(again.table()[columns.CYCLE]) == [1.0, 2.0, 3.0, 4.0]
    again.close(finished=True)


@pytest.mark.parametrize("state", [np.zeros(5), np.full(98, np.nan)])
def test_a_state_of_another_model_is_refused(state):
    with pytest.raises(NfpcellError, match="--resume: the saved state"):
        Cycler(C, [(0.5, 2)]).resume_from(1, state)


# -------------------------------------------------------------------- several cells
def test_cells_are_cycled_as_each_alone():
    said = []
    table = cycle(["C", "D"], [1, 2], 1, progress=lambda *counts: said.append(counts))
    alone = [cycle(name, [1, 2], 1) for name in "CD"]
    pd.testing.assert_frame_equal(table, pd.concat(alone, ignore_index=True))
    assert said == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(NfpcellError, match='two cells have the name "C"'):
        cycle([C, C.with_values({"Contact resistance [Ohm]": 0.0})])


def test_a_cell_that_fails_takes_no_other_with_it(monkeypatch, capsys):
    def only_of_c(cell, *args):
        if cell.name == "C":
            raise SolveError("no start")
        return starting_voltage(cell, *args)

    monkeypatch.setattr(cycling, "starting_voltage", only_of_c)
    assert app.main(["cycle", "C", "D", "--rates", "1", "--cycles", "2", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["Cell"], row["Cycle"], row["Status"]) for row in rows] == [
        ("C", 1, "charge: no start"),
        ("D", 1, "ok"),
        ("D", 2, "ok"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("finished", [1, 2, 3])
def test_a_killed_run_of_two_cells_goes_on(tmp_path, capsys, monkeypatch, finished):
    words = ["cycle", "C", "D", "--rates", "1", "--cycles", "2", "--out"]
    assert app.main([*words, str(tmp_path / "whole")]) == 0
    part, add = tmp_path / "part", Checkpoint.add

    def interrupted(self, row, state):
        add(self, row, state)
        if self.number == finished:
            raise KeyboardInterrupt

    with monkeypatch.context() as until_then:
        until_then.setattr(Checkpoint, "add", interrupted)
        assert app.main([*words, str(part)]) == 130
    assert app.main([*words, str(part), "--resume"]) == 0
    whole = (tmp_path / "whole" / "cycles.csv").read_bytes()
    assert (part / "cycles.csv").read_bytes() == whole
    assert "D" in capsys.readouterr().out


def test_an_experiment_of_cycles_runs_alone():
    with pytest.raises(NfpcellError, match="one experiment alone, or cells"):
        parsing.schedules(["C", "long_cycling"], None, None, None, {})
