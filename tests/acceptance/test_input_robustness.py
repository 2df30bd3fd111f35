"""What comes in: damaged, hostile or impossible input is refused in one sentence."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz
from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cli import terminal
from nfpcell.cli.app import main
from nfpcell.errors import NfpcellError
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.measured.readers import read
from nfpcell.simulation.cycling import Schedule
from nfpcell.simulation.protocol import Protocol
from nfpcell.studies.experiment import Experiment
from nfpcell.sweeping.sweep_plan import Sweep
from tests.acceptance.commands import ANNOUNCED, INTERRUPTED_IMPORT
from tests.acceptance.commands import program as source_program

QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text("abC-rte ", min_size=1, max_size=8), inner, max_size=4
        )
    ),
    max_leaves=8,
)
SHIPPED = {
    "cell": (Cell.load, "parameter_sets/yamauchi2020_cell_c.toml"),
    "cycling": (Experiment.load, "experiments/rate_30C.toml"),
    "cycles": (Schedule.load, "experiments/long_cycling.toml"),
    "protocol": (Protocol.load, "experiments/overcharge_9V.toml"),
    "sweep": (Sweep.load, "experiments/plate_and_roughness.toml"),
    "fit": (FitPlan.load, "experiments/calibration_blind.toml"),
}


def shipped(name):
    loader, path = SHIPPED[name]
    kind, file = path.split("/")
    return loader, tomllib.loads((catalogue.folder(kind) / file).read_text("utf-8"))


@pytest.mark.slow
@QUICK
@given(data=st.data())
@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.filterwarnings("default")
def test_any_value_anywhere_in_a_file_is_taken_or_refused(tmp_path, name, data):
    loader, content = shipped(name)
    place = content
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        inner = place[key]
        if not (isinstance(inner, dict | list) and inner) or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(VALUES)
    path = tmp_path / "one.toml"
    path.write_text(tomlkit.dumps(content), encoding="utf-8")
    with contextlib.suppress(NfpcellError):
        loader(path)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_short_campaign_finds_nothing():
    before = signal.getsignal(signal.SIGALRM)
    try:
        result = fuzz.campaign(400, seed=5)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert result.crashes == []
    assert sum(result.counts.values()) == 400
    assert result.slowest < fuzz.SECONDS


# ------------------------------------------------------------------- found by campaigns
@pytest.mark.parametrize("kind", ["[]", "{}", "1", "nan", '"none"'])
def test_a_kind_of_any_sort(tmp_path, kind):
    path = tmp_path / "one.toml"
    path.write_text(f"title = 'x'\nkind = {kind}\n", encoding="utf-8")
    for loader in (Experiment.load, *fuzz.LOADERS.values()):
        with pytest.raises(NfpcellError, match="kind"):
            loader(path)


def test_a_name_too_long_for_a_file(tmp_path):
    name = "9" * 400
    with pytest.raises(NfpcellError, match="is no cell"):
        Cell.load(name)
    with pytest.raises(NfpcellError, match=r"cannot be read|no such file"):
        Cell.load(f"{name}.toml")
    path = tmp_path / "one.toml"
    path.write_text(f'title = "x"\nbased_on = "{name}"\n', encoding="utf-8")
    with pytest.raises(NfpcellError, match="names no file"):
        Cell.load(path)
    with pytest.raises(NfpcellError, match="cannot be written"):
        Cell.load("C").save(tmp_path / f"{name}.toml")


HUGE = f"0x{'f' * 5000}"


@pytest.mark.parametrize(
    "place",
    [
        *("value = {}", "[quantities]\nx = {{ value = {} }}", "a = [[1, {}]]"),
        *("title = {}", "kind = 'sweep'\n[sample]\nnumber = -{}", "{} = 1"),
    ],
)
def test_a_huge_whole_number_is_refused_in_one_sentence(tmp_path, place):
    path = tmp_path / "one.toml"
    path.write_text(place.format(HUGE), encoding="utf-8")
    for loader in (Cell.load, Experiment.load, *fuzz.LOADERS.values()):
        with pytest.raises(NfpcellError, match=r"right would be|not valid") as refused:
            loader(path)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a." * 40_000 + "a = 1",
            "[" + "a . " * 40_000 + "a]",
            '"é".' * 20_000 + "b=1",
        ),
        *("x = {" + "'a'." * 20_000 + "a = 1}", "x = " + "[" * 40_000),
    ],
)
def test_a_deeply_nested_file_is_refused_at_once(tmp_path, text):
    path = tmp_path / "one.toml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(NfpcellError, match=r"line 1 has a key of more|not valid TOML"):
        Cell.load(path)
    assert time.process_time() - began < 1


ESCAPE = "\x1b]0;PWNED\x07\x1b[2J\x9b31m\u202e"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        *(("show FILE --notes", 0), ("simulate FILE --rates 1 --model particle", 0)),
        *(("run cycling.toml --model particle", 0), ("protocol refused.toml", 2)),
        ("spectrum FILE", 2),
    ],
)
def test_text_of_a_file_cannot_control_the_terminal(
    tmp_path, monkeypatch, capfd, words, code
):
    monkeypatch.chdir(tmp_path)
    cell = Cell.load("C").with_values(
        {"Contact resistance [Ohm]": 1.0}, reference=ESCAPE, note=ESCAPE, title=ESCAPE
    )
    name = f"c{ESCAPE}.toml"
    cell.save(name)
    assert repr(Cell.load(name)).isprintable()
    _, content = shipped("cycling")
    content |= {"title": ESCAPE, "targets": []}
    content["conditions"] = [content["conditions"][0] | {"cells": [name]}]
    Path("cycling.toml").write_text(tomlkit.dumps(content), encoding="utf-8")
    _, content = shipped("protocol")
    content["legs"][0]["steps"][0]["do"] = ESCAPE
    Path("refused.toml").write_text(tomlkit.dumps(content), encoding="utf-8")
    assert main([name if word == "FILE" else word for word in words.split()]) == code
    out, err = capfd.readouterr()
    assert "\\x1b" in out + err
    assert not [char for char in out + err if ord(char) in CONTROL]


CONTROL = {*range(10), *range(11, 32), *range(127, 160), 0x202E}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cycles", "protocol", "fit", "sweep"])
@pytest.mark.parametrize("word", ["../outside.toml", "/etc/x.toml", "a/../b.toml"])
def test_a_file_reads_cells_beside_itself_only(tmp_path, name, word):
    loader, content = shipped(name)
    key = "cell" if "cell" in content else "cells"
    content[key] = word if key == "cell" else [word]
    Cell.load("C").save(tmp_path / "outside.toml")
    inner = tmp_path / "inner"
    inner.mkdir()
    path = inner / "one.toml"
    path.write_text(tomlkit.dumps(content), encoding="utf-8")
    with pytest.raises(NfpcellError, match="not a file in the same folder"):
        loader(path)


def test_a_fit_reads_experiments_beside_itself_only(tmp_path):
    loader, content = shipped("fit")
    content["targets"] = [{"experiment": "../outside.toml"}]
    path = tmp_path / "one.toml"
    path.write_text(tomlkit.dumps(content), encoding="utf-8")
    with pytest.raises(NfpcellError, match="not a file in the same folder"):
        loader(path)


@pytest.mark.slow
def test_links_in_a_circle(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").symlink_to("b.toml")
    (tmp_path / "b.toml").symlink_to("a.toml")
    (tmp_path / "loop").symlink_to("loop")
    for words in (
        ["show", "a.toml"],
        ["run", "a.toml"],
        ["simulate", "loop/x.toml"],
        ["new-cell", "--based-on", "C", "--out", "a.toml"],
        ["sweep", "plate_and_roughness", "--out", "loop"],
    ):
        assert main(words) == 2
        assert capsys.readouterr().err.startswith("nfpcell: ")
    with pytest.raises(NfpcellError):
        read(tmp_path / "a.toml")


# ----------------------------------------------------------------- as a whole program
def program(*words, **how):
    return subprocess.run(
        [sys.executable, "-m", "nfpcell", *words], text=True, timeout=120, **how
    )


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device")  # noqa: PTH110
def test_a_full_device_is_one_sentence():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        for words in (["list"], ["show", "C", "--json"], ["--help"]):
            done = program(*words, stdout=full, stderr=subprocess.PIPE)
            assert done.returncode == 2
            assert "No space left" in done.stderr
            assert "Traceback" not in done.stderr
            assert done.stderr.count("\n") == 1
        done = program("show", "F", stdout=subprocess.PIPE, stderr=full)
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.slow
def test_a_working_directory_that_is_gone(tmp_path):
    gone = tmp_path / "gone"
    command = (
        f'mkdir "{gone}" && cd "{gone}" && rmdir "{gone}" && exec "{sys.executable}" '
        "-m nfpcell "
    )
    for words in (
        "show x.toml",
        "simulate C --out x",
        "new-cell --based-on C --out x.toml",
    ):
        done = subprocess.run(
            command + words, shell=True, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert done.stderr.startswith("nfpcell: ")
        assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_while_the_program_is_imported_is_quiet():
    process = source_program(INTERRUPTED_IMPORT, "simulate", "C")
    assert process.communicate(timeout=120) == ("", "")
    assert process.returncode == 130


def descendants(pid):
    """Identifiers of the processes that a process has started, and of theirs."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # after the name in brackets: state, and the parent's identifier
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                children.append(int(stat.parent.name))
    return children + [below for child in children for below in descendants(child)]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc and signals")
@pytest.mark.parametrize(
    ("function", "words", "started"),
    [
        (
            ("nfpcell.simulation.constant_current", "simulate"),
            ("simulate", "C", "D", "E", "--rates", "0.01:2:0.01"),
            0,
        ),
        (
            ("nfpcell.sweeping.runner", "run"),
            ("sweep", "plate_and_roughness", "--workers", "2"),
            2,
        ),
    ],
)
def test_ctrl_c_while_computing_ends_with_130_and_leaves_no_process(
    tmp_path, function, words, started
):
    out = tmp_path / "new"
    process = source_program(ANNOUNCED, *function, *words, "--out", str(out))
    assert process.stderr.readline() == "computing\n"
    for _ in range(60):
        time.sleep(0.5)
        below = descendants(process.pid)
        if len(below) >= started:
            break
    assert len(below) >= started, process.kill()
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    try:
        printed, errors = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert (printed, errors, process.returncode) == ("", "", 130)
    assert [pid for pid in below if Path(f"/proc/{pid}").exists()] == []
    # a sweep keeps the cases that are done, and nothing else writes before the end
    assert out.exists() == (started > 0)


def test_a_ctrl_c_that_python_swallows_is_not_forgotten(capsys):
    class Swallowing:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    with terminal.remembering_interrupts():
        Swallowing()
        with pytest.raises(KeyboardInterrupt):
            terminal.interrupt_if_pressed()
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_closed_streams_are_no_place_for_a_table():
    done = subprocess.run(
        f'"{sys.executable}" -m nfpcell list >&-', shell=True, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
