"""The command line as a whole: refusals in one sentence, lists, streams, exit codes."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import typer

from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cli import app, parsing, terminal
from nfpcell.errors import NfpcellError
from nfpcell.simulation import constant_current
from tests.acceptance.commands import (
    ROOT,
    command,
    refused,
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.1:0.5:0.1", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("1:2:0.4", (1.0, 1.4, 1.8)),
        ("2:1:-0.5", (2.0, 1.5, 1.0)),
        ("1:1:1", (1.0,)),
        (" 1 , 2,1", (1.0, 2.0)),
        ("1e-3", (0.001,)),
    ],
)
def test_lists_and_ranges(text, values):
    assert parsing.numbers(text, "--rates", validation.RATES) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("C/10", (0.1,)),
        ("c/4, 2C,C,.5c", (0.25, 2, 1, 0.5)),
        ("C/10:C/2:C/5", (0.1, 0.3, 0.5)),
    ],
)
def test_rates_as_they_are_written(text, values):
    assert parsing.c_rates(text, "--rates", validation.RATES) == pytest.approx(values)


@pytest.mark.parametrize("text", ["C/0", "C/", "2CC", "C/1.2.3", "/10", "1000C,1001C"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(NfpcellError, match="--rates"):
        parsing.c_rates(text, "--rates", validation.RATES)


def test_repeated_rates_count_where_they_are_used_in_order(capfd):
    (schedule,) = parsing.schedules(["C"], (0.1, 1.0, 0.1), 2, None, {})
    assert schedule.steps == ((0.1, 2), (1.0, 2), (0.1, 2))
    assert parsing.c_rates("1,1", "--rates", validation.RATES, in_order=True) == (1, 1)
    assert capfd.readouterr().err == ""


def test_repeated_cells_count_where_they_are_used_in_order(capfd):
    assert [cell.name for cell in parsing.cells("BCB", in_order=True)] == [*"BCB"]
    assert capfd.readouterr().err == ""
    assert [cell.name for cell in parsing.cells("BCB")] == [*"BC"]
    said = "nfpcell: cells: B is repeated and computed once\n"
    assert capfd.readouterr().err == said


def test_repeated_numbers_that_do_not_count_are_told(capfd):
    assert parsing.c_rates("1,2,1", "--rates", validation.RATES) == (1, 2)
    said = "nfpcell: --rates: 1 is repeated and computed once\n"
    assert capfd.readouterr().err == said


@pytest.mark.slow
def test_cycle_runs_every_rate_of_its_list(capfd):
    assert app.main(["cycle", "C", "--rate", "1,2,1", "--cycles", "1", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [row["C-rate"] for row in rows] == [1, 2, 1]


@pytest.mark.slow
def test_rates_temperatures_and_cells_are_lists_and_have_two_spellings(capfd):
    words = "impedance C D --dod 0.5 --temperature 30,10 --frequencies 1e3,1 "
    assert app.main([*words.split(), "--model", "particle", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    conditions = {(row["Cell"], row["Ambient temperature [degC]"]) for row in rows}
    assert conditions == {("C", 30), ("C", 10), ("D", 30), ("D", 10)}
    words = "resistance C --rate 0.5,1 --temperature 30 --model particle --json"
    assert app.main(words.split()) == 0
    rows = json.loads(capfd.readouterr().out)
    assert {row["C-rate"] for row in rows} == {0.5, 1}


def test_an_experiment_in_place_of_a_cell_names_its_command(nothing_computed, capfd):
    said = refused(capfd, "simulate", "rate_30C")
    assert said.endswith("right would be nfpcell run rate_30C\n")
    assert "nfpcell protocol fan_0C" in refused(capfd, "impedance", "fan_0C")
    assert "nfpcell simulate C" in refused(capfd, "run", "C")


def test_zero_degrees_have_no_sign():
    assert str(parsing.number("-0", "--rate", validation.REST_OR_RATES)) == "0.0"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "command"),
        ("simulat C", "simulat"),
        ("impedence C", "impedence"),
        ("impedance C --dod 1.2", "--dod: 1.2"),
        ("impedance C --frequencies 0:1:10", "--frequencies: 0 is refused"),
        ("impedance C --frequencies 1:10:10", "the highest first"),
        ("impedance C --frequencies 3,1,2", "not in order"),
        ("impedance C --frequencies 10:1", "highest:lowest:points-per-decade"),
        ("impedance C --frequencies 10:1:0.1", "points per decade"),
        ("impedance anode-symmetric --rate 1", "for a spectrum at rest"),
        ("resistance anode-symmetric", "stores no charge"),
        ("simulate cathode-symmetric", "stores no charge"),
        ("spectrum none.csv", "there is no such file"),
        ("spectrum none.csv --arcs 9", "--arcs: 9"),
        ("simulate", "CELL"),
        ("simulate C --rates", "--rates"),
        ("simulate C --json=1", "--json"),
        ("simulate C --rates=", "empty"),
        ("simulate C --rates 1,,2", "empty"),
        ("simulate C --rates fast", '"fast"'),
        ("simulate C --rates 1_0", '"1_0"'),
        ("simulate C --rates nan", '"nan"'),
        ("simulate C --rates 1,inf", '"inf"'),
        ("simulate C --rates 1,0", "above 0"),
        ("simulate C --rates -1", "above 0"),
        ("simulate C --rates 1:2", "first:last:step"),
        ("simulate C --rates 1:2:0", "first:last:step"),
        ("simulate C --rates 1:2:-1", "first:last:step"),
        ("simulate C --rates 1:9:1e-9", "1000 values"),
        ("simulate C --temperatures -273.15", "above -273.15"),
        ("simulate C --temperatures 0,-300", "-300"),
        ("simulate C --temperatures 1e9", "at most 98"),
        ("run resistance_30C --wide --out x", "has no curves over capacity"),
        ("simulate C --temperatures 30,98.5", "at most 98, where sodium melts"),
        ("cycle C --temperature 120", "at most 98, where sodium melts"),
        ("liquid --temperature 199", "199 is refused; right would be a number of °C"),
        ("steps B C --temperature 200", "right would be -73 if kelvin was meant"),
        ("simulate C --temperatures 30,303", "right would be 30 if kelvin was meant"),
        ("impedance C --temperature 298.15", "right would be 25 if kelvin was meant"),
        ("simulate C --direction up", "discharge, charge or both"),
        ("simulate C --direction dischrge", 'did you mean "discharge"'),
        ("simulate C --model p2d", "full or particle"),
        ("simulate Z", '"Z"'),
        ("simulate C nowhere.toml", "nowhere.toml"),
        ("simulate C --workers 2", "--workers"),
        ("show", "CELL"),
        ("show Z", '"Z"'),
        ("show C D", "D"),
        ("run", "EXPERIMENT"),
        ("run rate", '"rate"'),
        ("run rate_30C --model p2d", "full or particle"),
        ("score rate", '"rate"'),
        ("list C", "C"),
    ],
)
def test_bad_words_are_refused_with_one_sentence(nothing_computed, capfd, words, said):
    assert said in refused(capfd, *words.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title = ", "TOML"),
        (b"\x7fELF\x02\x01\xff\xfe", "UTF-8"),
        (b"", "empty"),
        (b'title = "x"\nbased_on = "yamauchi2020"\ncolour = 1\n', "colour"),
        (b'title = "x"\nbased_on = "yamauchi2020"\n[quantities]\nx = 1\n', "x"),
    ],
)
@pytest.mark.parametrize("command", ["simulate", "show", "run", "score"])
def test_bad_files_are_refused(
    nothing_computed, capfd, tmp_path, command, content, said
):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    sentence = refused(capfd, command, str(path))
    assert "mine.toml" in sentence
    if command in ("simulate", "show"):
        assert said in sentence


def test_two_cells_of_one_name_are_refused(nothing_computed, capfd, tmp_path):
    path = tmp_path / "C.toml"
    Cell.load("C").with_values({"Separator thickness [m]": 2e-3}).save(path)
    assert "two different cells" in refused(capfd, "simulate", "C", str(path))


def test_an_experiment_without_targets_has_no_score(nothing_computed, capfd, tmp_path):
    text = catalogue.find_experiment("low_temperature").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text[: text.index("[[targets]]")], encoding="utf-8")
    assert "no targets" in refused(capfd, "score", str(path))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["simulate", "--help"], 0),
        (["list"], 0),
        (["show", "C"], 0),
        (["new-cell", "--based-on", "C", "--out", "x"], 2),
        (["simulate", "C", "--rates", "nan"], 2),
        (["simulate", "Z", "--out", "x"], 2),
        (["simulate", "C", "--out", "pyproject.toml"], 2),
        (["run", "nothing"], 2),
        (["score", "nothing"], 2),
    ],
)
def test_what_computes_nothing_imports_nothing_heavy(words, code):
    heavy = {"pybamm", "pandas", "matplotlib", "scipy", "casadi"}
    if "--help" in words:
        heavy.add("numpy")
    program = (
        "import sys; from nfpcell.cli.app import main; code = main(sys.argv[1:]);"
        f"heavy = {heavy};"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code
    assert done.stderr.splitlines()[-1] == ""
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_exit_code_is_that_of_the_process():
    process = command("simulate", "C", "--rates", "0")
    out, err = process.communicate()
    assert process.returncode == 2
    assert (out, err.count("\n")) == ("", 1)
    process = command("--version")
    assert process.communicate()[0].startswith("nfpcell ")
    assert process.returncode == 0


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error():
    process = command("show", "C", "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.slow
def test_text_a_terminal_cannot_show_is_replaced():
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    process = command("show", "C", env=env)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "diffusion falling" in out


def test_an_interrupt_that_a_library_swallows_still_ends_the_work(monkeypatch, capfd):
    def swallowing(*_, progress, **__):
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        progress(1, 2)

    monkeypatch.setattr(constant_current, "simulate", swallowing)
    assert app.main(["simulate", "C"]) == 130
    assert capfd.readouterr().out == ""


COMMANDS = typer.main.get_command(app.app).commands


class ComputationReachedError(Exception):
    """The input was accepted: the computation would begin."""


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_two_examples_that_run(name, tmp_path, monkeypatch, capfd):
    def reached(*_):
        raise ComputationReachedError

    monkeypatch.setattr(terminal, "computing", reached)
    monkeypatch.setattr(terminal, "fitting", reached)
    monkeypatch.chdir(tmp_path)
    # what the examples of spectrum and fit take, as impedance and simulate write it
    frequencies = np.geomspace(1e5, 0.1, 61)
    Z = 10 + 20 / (1 + 2j * np.pi * frequencies * 1e-3)
    spectrum = {
        "Frequency [Hz]": frequencies,
        "Z_re [Ohm]": Z.real,
        "Z_im [Ohm]": Z.imag,
    }
    (tmp_path / "my_cell").mkdir()
    pd.DataFrame(spectrum).to_csv(tmp_path / "my_cell" / "summary.csv", index=False)

    (tmp_path / "my_curves").mkdir()
    time = np.linspace(0, 3600, 61)
    curve = {"Time [s]": time, "Current [A]": 3.4e-4, "Voltage [V]": 3.2 - time / 4e3}
    pd.DataFrame(curve).to_csv(tmp_path / "my_curves" / "curves.csv", index=False)

    heading, *examples = COMMANDS[name].epilog.replace("\\[", "[").split("\n\n")
    assert heading.startswith("Examples")
    assert len(examples) == 2
    for example in examples:
        program, *words = shlex.split(example)
        assert (program, words[0]) == ("nfpcell", name)
        with contextlib.suppress(ComputationReachedError):
            assert app.main(words) == 0
    capfd.readouterr()
    assert app.main([name, "--help"]) == 0
    shown = capfd.readouterr().out
    for kind in ("bool", "str", "int", "float", "list"):
        assert f"<{kind}" not in shown
    assert "[[" not in shown.partition("Examples")[0]
    assert " ".join(shown.split()).endswith(" ".join(" ".join(examples).split()))
    output = shown.partition("Output and model")[2]
    for option in COMMANDS[name].params:
        assert option.help[0].isupper()
        assert option.help.endswith(".")
        if option.opts[0] in ("--model", "--units", "--json", "--out", "--force"):
            assert option.opts[0] in output


def test_the_help_of_the_program_shows_no_type_of_a_flag(capfd):
    assert app.main(["--help"]) == 0
    shown = capfd.readouterr().out
    assert "--version" in shown
    assert "<bool>" not in shown
