"""The command line: exit codes, one sentence for a refusal, one value as JSON."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns, plot
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import NAMES
from nfpcell.cli import app, parsing, terminal
from nfpcell.columns import RESISTANCE as RESISTANCE_COLUMNS
from nfpcell.reports import run_folder
from nfpcell.simulation import constant_current
from nfpcell.studies import scoring

ROOT = Path(catalogue.__file__).resolve().parents[2]
HALF_CYCLE_FILES = {
    "summary.csv", "curves.csv", "run.json",
    "voltage.png", "voltage.svg", "capacity.png", "capacity.svg",
    "losses.png", "losses.svg",
}  # fmt: skip


def fake_table(conditions, status="ok"):
    rows, curves = [], []
    for cell, way, rate, temperature in conditions:
        keys = (cell.name, way, rate, temperature)
        rows.append((*keys, 80.0, 2.9, 232.0, "Minimum voltage [V]", status))
        curve = dict(zip(columns.CONDITION, keys, strict=True))
        curve |= {"Time [s]": [0.0, 1.0], "Current [A]": 1.0, "Voltage [V]": [3.0, 2.0]}
        curve["Specific capacity [mA.h.g-1]"] = [0.0, 80.0]
        curve |= dict.fromkeys(columns.OVERPOTENTIALS, 0.1)
        curves.append(pd.DataFrame(curve))
    return pd.DataFrame(rows, columns=columns.SUMMARY), pd.concat(curves)


@pytest.fixture
def computed(monkeypatch):
    """Instead of the model: results at once; gives what was asked for."""
    asked = []

    def simulate(cells, rates, temperatures, direction, model, curves, progress):
        asked.append((cells, rates, temperatures, direction, model))
        sys.stdout.write("a library talks\n")
        os.write(1, b"and so does C\n")
        ways = ("charge", "discharge") if direction == "both" else (direction,)
        found = fake_table(itertools.product(cells, ways, rates, temperatures))
        return found if curves else found[0]

    def run(experiment, model="full", progress=None, **_):
        asked.append((experiment.name, model))
        if experiment.kind == "cycling":
            return fake_table(
                [
                    (Cell.load(c.cell), c.direction, c.rate, c.temperature)
                    for c in experiment.conditions
                ]
            )
        whole = dict.fromkeys(RESISTANCE_COLUMNS, 100.0) | {"Status": "ok"}
        points = {"Frequency [Hz]": 1.0, "Z_re [Ohm]": 100.0, "Z_im [Ohm]": -10.0}
        found = [
            {**c.columns, "Depth of discharge": depth}
            for c in experiment.conditions
            for depth in (0.1, 0.5, 0.9)
        ]
        table = pd.DataFrame([{**whole, **keys} for keys in found])
        return table, pd.DataFrame([{**keys, **points} for keys in found])

    monkeypatch.setattr(constant_current, "simulate", simulate)
    monkeypatch.setattr(scoring, "run", run)
    return asked


@pytest.fixture
def nothing_computed(monkeypatch):
    def never(*_, **__):
        pytest.fail("computed before everything was checked")

    monkeypatch.setattr(constant_current, "simulate", never)
    monkeypatch.setattr(scoring, "run", never)
    monkeypatch.setattr(scoring, "score", never)


def refused(capfd, *words):
    """The one sentence of a refusal."""
    assert app.main(list(words)) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("nfpcell: ")
    assert err.count("\n") == 1
    return err


# --------------------------------------------------------------------- list and show
def test_list_has_a_line_for_each_cell_and_experiment(capfd):
    assert app.main(["list"]) == 0
    lines = capfd.readouterr().out.splitlines()[2:]
    words = [line.split()[1] for line in lines]
    assert words == catalogue.cells() + catalogue.experiments()
    assert app.main(["list", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [row["Name"] for row in rows] == words
    assert {row["Kind"] for row in rows} == {"cell", "experiment"}
    assert all(row["Title"] for row in rows)


def test_show_has_every_quantity_with_its_source_then_what_follows(capfd):
    cell = Cell.load("C")
    assert app.main(["show", "c", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == len(cell.quantities) + len(NAMES)
    for row, quantity in zip(rows, cell.quantities.values(), strict=False):
        assert row["Value"] == quantity.value
        assert (row["Kind"], row["Reference"]) == (quantity.kind, quantity.reference)
        assert quantity.name in (row["Name"], f"{row['Name']} [{row['Unit']}]")
    last = rows[-len(NAMES)]
    assert (last["Name"], last["Unit"], last["Kind"]) == (
        "Electrode area",
        "m2",
        "derived",
    )
    assert last["Value"] == pytest.approx(1e-4)


def test_show_prints_a_table_and_notes_if_asked(capfd):
    note = next(
        q.note for q in Cell.load("A").quantities.values() if 9 < len(q.note) < 40
    )
    assert app.main(["show", "A"]) == 0
    plain = capfd.readouterr().out
    assert app.main(["show", "A", "--notes"]) == 0
    noted = capfd.readouterr().out
    assert note in noted
    assert note not in plain
    for said in ("Separator thickness", "A.h.kg-1", "measured", "[1] Yamauchi"):
        assert said in plain
    table = plain.partition("References")[0]
    assert max(map(len, table.splitlines())) <= 100


# --------------------------------------------------------------------------- simulate
def test_simulate_asks_for_what_was_said(computed, capfd):
    words = ["simulate", "C", "a", "C", "--rates", "0.1,1:2:0.5", "--model", "particle"]
    words += ["--temperatures", "-20,0", "--direction", "both", "--json"]
    assert app.main(words) == 0
    ((cells, *rest),) = computed
    assert [cell.name for cell in cells] == ["C", "A"]
    assert rest == [(0.1, 1.0, 1.5, 2.0), (-20.0, 0.0), "both", "particle"]
    out, err = capfd.readouterr()
    rows = json.loads(out)
    assert len(rows) == 2 * 2 * 2 * 4
    assert list(rows[0]) == columns.SUMMARY
    # what is printed while computing is not lost, and not in the way
    assert "a library talks" in err
    assert "and so does C" in err


def test_the_defaults_are_those_of_the_contract(computed):
    assert app.main(["simulate", "C"]) == 0
    assert computed[0][1:] == ((0.2, 0.5, 1.0, 2.0), (30.0,), "discharge", "full")


@pytest.mark.parametrize("said", [["--temperatures", "-20"], ["--temperatures=-20"]])
def test_a_negative_temperature_is_no_option(computed, said):
    assert app.main(["simulate", "C", *said]) == 0
    assert computed[0][2] == (-20.0,)


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


def test_zero_degrees_have_no_sign():
    assert str(parsing.number("-0", "--rate", validation.REST_OR_RATES)) == "0.0"


def test_the_table_fits_100_columns(computed, capfd):
    words = ["simulate", "C", "pouch", "--direction", "both", "--temperatures", "-20"]
    assert app.main(words) == 0
    out = capfd.readouterr().out
    assert max(map(len, out.splitlines())) <= 100
    assert out.count("80.00") == 16


def test_names_of_files_are_no_markup(computed, tmp_path, capfd):
    path = tmp_path / "[red]x:smile:.toml"
    Cell.load("C").save(path)
    assert app.main(["simulate", str(path), "--rates", "1"]) == 0
    assert "[red]x:smile:" in capfd.readouterr().out


def test_a_failed_condition_is_a_row_and_exit_1(monkeypatch, capfd):
    def simulate(cells, rates, *_, **__):
        table, _ = fake_table([(cells[0], "discharge", r, 30.0) for r in rates])
        table.loc[0, "Status"] = "the solver gave up"
        table.loc[0, table.columns[4:7]] = np.nan
        return table

    monkeypatch.setattr(constant_current, "simulate", simulate)
    assert app.main(["simulate", "C", "--rates", "1,2", "--json"]) == 1
    first, second = json.loads(capfd.readouterr().out)
    assert first["Specific capacity [mA.h.g-1]"] is None
    assert (first["Status"], second["Status"]) == ("the solver gave up", "ok")
    assert app.main(["simulate", "C", "--rates", "1,2"]) == 1
    assert "1 of 2 rows failed" in capfd.readouterr().out


def test_a_cell_that_starts_below_its_cut_off_is_no_failure(monkeypatch, capfd):
    def simulate(cells, *_, **__):
        table, _ = fake_table([(cells[0], "discharge", 1.0, 30.0)])
        table["Specific capacity [mA.h.g-1]"] = 0.0
        table["Mean voltage [V]"] = np.nan
        table["Termination"] = "starts below the lower cut-off"
        return table

    monkeypatch.setattr(constant_current, "simulate", simulate)
    assert app.main(["simulate", "A", "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert row["Termination"] == "starts below the lower cut-off"
    assert row["Mean voltage [V]"] is None


def test_the_particle_model_end_to_end(tmp_path, capfd):
    words = ["simulate", "C", "--rates", "2", "--model", "particle", "--json"]
    assert app.main([*words, "--out", str(tmp_path / "out")]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert 30 < row["Specific capacity [mA.h.g-1]"] < 97
    assert {path.name for path in (tmp_path / "out").iterdir()} == HALF_CYCLE_FILES


# --------------------------------------------------------------------- run and score
def test_run_shows_conditions_and_targets(computed, capfd):
    assert app.main(["run", "low_temperature"]) == 0
    out = capfd.readouterr().out
    assert "Targets" in out
    # 80 against 58 and 50: a target missed is not a condition failed
    assert "+37.9" in out
    assert app.main(["run", "low_temperature", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert list(rows[0]) == columns.SUMMARY


def test_run_of_resistances_shows_the_lowest(computed, capfd, tmp_path):
    words = ["run", "resistance_30C", "--out", str(tmp_path)]
    assert app.main(words) == 0
    out = capfd.readouterr().out
    # the circuit's and, in brackets, the model's own
    assert "100 (100)" in out
    assert "depths:" not in out
    assert {path.name for path in tmp_path.iterdir()} == {
        "summary.csv", "spectra.csv", "targets.csv", "run.json",
        "resistance.png", "resistance.svg", "targets.png", "targets.svg",
        "circuit.png", "circuit.svg", "operando.png", "operando.svg",
    }  # fmt: skip


@pytest.mark.parametrize(("met", "code"), [(True, 0), (False, 1)])
def test_score_exits_1_if_a_target_is_not_met(monkeypatch, capfd, tmp_path, met, code):
    row = (
        "low_temperature",
        "C",
        "Specific capacity [mA.h.g-1]",
        "0.2C discharge, 0 degC",
    )
    found = (">= 58", np.float64(61.0), np.nan, None, "calibrated", np.bool_(met))
    table = pd.DataFrame([(*row, *found, 58.0, None)], columns=scoring.COLUMNS)
    monkeypatch.setattr(scoring, "score", lambda *_: table)
    words = ["score", "low_temperature"]
    assert app.main([*words, "--out", str(tmp_path)]) == code
    assert f"{int(met)} of 1 targets met" in capfd.readouterr().out
    assert app.main([*words, "--json"]) == code
    (record,) = json.loads(capfd.readouterr().out)
    assert list(record) == scoring.COLUMNS
    assert record["Met"] is met
    assert record["Error [%]"] is None
    assert (tmp_path / "summary.csv").is_file()
    assert json.loads((tmp_path / "run.json").read_text())["command"] == "score"


def test_score_without_a_word_is_all_experiments_with_targets(monkeypatch):
    asked = []

    def score(names, model, progress):
        asked.extend(Path(name).stem for name in names)
        return pd.DataFrame(columns=scoring.COLUMNS)

    monkeypatch.setattr(scoring, "score", score)
    assert app.main(["score"]) == 0
    assert asked == catalogue.scored()
    assert set(catalogue.experiments()) == {
        *catalogue.scored(),
        *catalogue.of_kind(*catalogue.COMMANDS),
    }


# -------------------------------------------------------------------------- refusals
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "command"),
        ("simulat C", "simulat"),
        ("impedence C", "impedence"),
        ("impedance C --dod 1.2", "--dod: 1.2"),
        ("impedance C --frequencies 0:1:10", "--frequencies: 0 is refused"),
        ("impedance C --frequencies 1:10:10", "the highest first"),
        ("impedance C --frequencies 3,1,2", "in no order"),
        ("impedance C --frequencies 10:1", "highest:lowest:points-per-decade"),
        ("impedance C --frequencies 10:1:0.1", "points per decade"),
        ("impedance anode-symmetric --rate 1", "a spectrum at rest"),
        ("resistance anode-symmetric", "stores no charge"),
        ("simulate cathode-symmetric", "stores no charge"),
        ("spectrum none.csv", "there is no such file"),
        ("spectrum none.csv --arcs 9", "--arcs: 9"),
        ("simulate", "CELL"),
        ("simulate C --rate 1", "--rate"),
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
        ("simulate C --temperatures 1e9", "at most 1000"),
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


# --------------------------------------------------------------------------- --out
def test_out_holds_tables_figures_and_what_was_run(computed, tmp_path, capfd):
    folder = tmp_path / "new" / "deep"
    assert app.main(["simulate", "C", "--rates", "1,2", "--out", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == HALF_CYCLE_FILES
    assert all(path.stat().st_size > 100 for path in folder.iterdir())
    assert list(pd.read_csv(folder / "summary.csv")) == columns.SUMMARY
    curves = pd.read_csv(folder / "curves.csv")
    assert list(curves)[:4] == columns.CONDITION
    assert {*columns.OVERPOTENTIALS, "Time [s]", "Current [A]", "Voltage [V]"} <= {
        *curves
    }
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["options"]["rates"] == [1.0, 2.0]
    assert record["command"] == "simulate"
    assert {"nfpcell", "pybamm", "numpy", "python"} <= {*record["versions"]}
    assert record["cells"][0]["name"] == "C"
    assert len(record["cells"][0]["file_sha256"]) == 64
    assert {*record["files"]} == HALF_CYCLE_FILES
    assert str(folder / "summary.csv") in capfd.readouterr().out


def test_out_replaces_what_an_earlier_run_wrote_and_nothing_else(
    computed, monkeypatch, tmp_path, capfd
):
    mine = tmp_path / "notes.txt"
    mine.write_text("mine")
    words = ["simulate", "C", "--json", "--out", str(tmp_path)]
    monkeypatch.setattr(
        plot,
        "save",
        lambda _, stem: [Path(f"{stem}.{end}").touch() for end in ("png", "svg")],
    )
    assert app.main(words) == 0
    assert app.main(["run", "resistance_30C", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "resistance.png").is_file()
    assert (tmp_path / "curves.csv").is_file()
    # what the first run wrote is still known as ours
    assert app.main([*words, "--rates", "1"]) == 0
    assert mine.read_text() == "mine"
    assert len(pd.read_csv(tmp_path / "summary.csv")) == 1


@pytest.mark.parametrize("run_json", [None, "{}", "[]", "{", '{"program": "nfpcell"}'])
def test_somebody_elses_file_is_not_replaced(
    nothing_computed, tmp_path, capfd, run_json
):
    (tmp_path / "summary.csv").write_text("mine")
    if run_json is not None:
        (tmp_path / "run.json").write_text(run_json)
    before = sorted(tmp_path.iterdir())
    assert "summary.csv" in refused(capfd, "simulate", "C", "--out", str(tmp_path))
    assert (tmp_path / "summary.csv").read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("path", ["file", "file/below", "x\0y", "a" * 300])
def test_a_folder_that_cannot_be_is_refused_before_computing(
    nothing_computed, tmp_path, capfd, path
):
    (tmp_path / "file").write_text("mine")
    assert "--out" in refused(capfd, "simulate", "C", "--out", f"{tmp_path}/{path}")
    assert "--out" in refused(capfd, "score", "--out", f"{tmp_path}/{path}")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_without_a_name_is_refused(nothing_computed, capfd):
    assert "--out" in refused(capfd, "simulate", "C", "--out", "")


def test_a_refusal_leaves_no_folder_behind(nothing_computed, tmp_path, capfd):
    folder = tmp_path / "new" / "deep"
    refused(capfd, "simulate", "Z", "--out", str(folder))
    refused(capfd, "run", "rate", "--out", str(folder))
    run_folder.check(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(
    computed, monkeypatch, tmp_path, capfd
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plot, "save", full)
    folder = tmp_path / "new"
    assert app.main(["simulate", "C", "--out", str(folder)]) == 2
    assert "No space left" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_quiet_and_leaves_nothing(monkeypatch, tmp_path, capfd):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(constant_current, "simulate", interrupted)
    assert app.main(["simulate", "C", "--out", str(tmp_path / "new")]) == 130
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_progress_is_drawn_only_on_a_terminal(monkeypatch, capfd):
    with terminal.computing("Half-cycles") as progress:
        progress(1, 2)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with terminal.computing("Half-cycles") as progress:
        progress(1, 2)
    assert capfd.readouterr().out == ""


# ------------------------------------------------------------------- as a process
def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "nfpcell", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


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
    program = (
        "import sys; from nfpcell.cli.app import main; code = main(sys.argv[1:]);"
        "heavy = {'pybamm', 'pandas', 'matplotlib', 'scipy', 'casadi'};"
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


def test_the_exit_code_is_that_of_the_process():
    process = command("simulate", "C", "--rates", "0")
    out, err = process.communicate()
    assert process.returncode == 2
    assert (out, err.count("\n")) == ("", 1)
    process = command("--version")
    assert process.communicate()[0].startswith("nfpcell ")
    assert process.returncode == 0


def test_a_reader_that_leaves_is_no_error():
    process = command("show", "C", "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupt_while_computing_ends_with_130():
    words = ("simulate", "C", "D", "E", "--rates", "0.01:2:0.01")
    process = command(*words, start_new_session=True)
    time.sleep(4)
    # as a user would: again, if the first was lost in the import of a library
    for _ in range(8):
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=20)
            break
        except subprocess.TimeoutExpired:
            continue
    else:
        process.kill()
        out, err = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err


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


# ------------------------------------------------------------------------- impedance
def test_impedance_end_to_end(capfd, tmp_path):
    words = "impedance C --dod 0.3,0.6 --frequencies 1e5:0.1:5 --model particle"
    assert app.main([*words.split(), "--json", "--out", str(tmp_path)]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == 2 * 31
    contract = ["Cell", "Direction", "Depth of discharge", "Frequency [Hz]"]
    contract += ["Ambient temperature [degC]", "Z_re [Ohm]", "Z_im [Ohm]", "Status"]
    assert set(contract) <= set(rows[0])
    assert rows[0]["Frequency [Hz]"] > rows[30]["Frequency [Hz]"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "summary.csv", "run.json", "nyquist.png", "nyquist.svg",
        "kramers_kronig.png", "kramers_kronig.svg",
        "relaxation_times.png", "relaxation_times.svg",
    }  # fmt: skip


def test_resistance_end_to_end(capfd, tmp_path):
    words = "resistance C pouch --direction both --model particle"
    assert app.main([*words.split(), "--json", "--out", str(tmp_path)]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == 4 * 99
    contract = ["Cell", "Direction", "Depth of discharge", "R0 [Ohm]", "R1 [Ohm]"]
    contract += ["R2 [Ohm]", "Total resistance [Ohm]", "Status"]
    contract += ["Low-frequency resistance [Ohm]"]
    assert set(contract) <= set(rows[0])
    assert (tmp_path / "operando.png").exists()
    assert (tmp_path / "circuit.svg").exists()


def test_spectra_that_cannot_be_are_rows_and_exit_1(capfd):
    words = "impedance A --rate 20 --temperature -40 --model particle --json"
    assert app.main(words.split()) == 1
    (row,) = json.loads(capfd.readouterr().out)
    assert row["Status"] == "starts below the lower cut-off"
    assert row["Z_re [Ohm]"] is None


def test_a_file_of_many_spectra_gives_a_row_each(capfd, tmp_path):
    f = np.geomspace(1e5, 0.1, 61)
    Z = 10 + 20 / (1 + 2j * np.pi * f * 1e-3) + 30 / (1 + 2j * np.pi * f * 0.1)
    path = tmp_path / "loops.csv"
    table = np.column_stack([np.tile(f, 3), np.tile(Z.real, 3), np.tile(-Z.imag, 3)])
    head = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm"
    np.savetxt(path, table, delimiter="\t", header=head, comments="")
    assert app.main(["spectrum", str(path), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [row["File"] for row in found] == ["loops#1", "loops#2", "loops#3"]
    assert [row["R1 [Ohm]"] for row in found] == pytest.approx([20] * 3, rel=1e-3)


def test_a_measured_spectrum_end_to_end(capfd, tmp_path):
    f = np.geomspace(1e5, 0.1, 61)
    Z = 10 + 20 / (1 + 2j * np.pi * f * 1e-3) + 30 / (1 + 2j * np.pi * f * 0.1)
    path = tmp_path / "mine.csv"
    np.savetxt(path, np.column_stack([f, Z.real, Z.imag]), delimiter=",")
    words = ["spectrum", str(path), "--out", str(tmp_path / "out")]
    assert app.main([*words, "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert row["File"] == "mine"
    assert row["R1 [Ohm]"] == pytest.approx(20, rel=1e-3)
    assert row["R2 [Ohm]"] == pytest.approx(30, rel=1e-3)
    assert row["Largest Kramers-Kronig residual [%]"] < 0.1
    assert app.main(words) == 0
    assert "mine" in capfd.readouterr().out


# ------------------------------------------------------------------ new-cell and steps
NEW = ("new-cell", "--based-on", "C")


def test_a_new_cell_is_one_that_every_command_takes(capfd, tmp_path):
    path = tmp_path / "my.toml"
    words = [
        *("--powder-surface", "20", "--firing-temperature", "540"),
        *("--firing-time", "45", "--roughness", "0.5:0", "--out", str(path)),
    ]
    assert app.main([*NEW, *words]) == 0
    out, err = capfd.readouterr()
    assert str(path) in out
    assert err == ""
    cell = Cell.load(path)
    assert cell.name == "my"
    assert cell["Cathode firing temperature [K]"] == 813.15
    assert cell["Cathode firing time [s]"] == 2700
    assert cell["Positive electrode active powder specific surface [m2.kg-1]"] == 20e3
    assert cell["Plate cathode-side pore-former fraction"] == 0.5
    assert cell["Plate anode-side pore-former fraction"] == 0
    assert app.main(["show", str(path)]) == 0


def test_a_new_cell_warns_on_standard_error_and_is_written(capfd, tmp_path):
    path = tmp_path / "my.toml"
    words = [*NEW, "--carbon", "0.05", "--plate-thickness", "0.5", "--out", str(path)]
    assert app.main([*words, "--json"]) == 0
    out, err = capfd.readouterr()
    record = json.loads(out)
    assert record["cell_file"] == str(path)
    carbon, plate = err.splitlines()
    assert "did not sinter" in carbon
    assert "Separator thickness [m]" in plate
    assert [f"nfpcell: {sentence}" for sentence in record["warnings"]] == [
        carbon,
        plate,
    ]
    follows = {row["Name"] for row in record["differences"] if row["Follows"]}
    assert NAMES["sigma_eff"] in follows
    before = path.read_bytes()
    assert "exists already" in refused(capfd, *words)
    assert path.read_bytes() == before
    assert app.main([*words, "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--carbon", "1.2"], "makes no sense"),
        (["--carbon", "nan"], "carbon"),
        (["--roughness", "a:b"], "--roughness"),
        (["--roughness", "0.1:0.2:0.3"], "cathode:anode"),
        (["--set", "Separator thickness [m]"], '"NAME=number"'),
        (["--set", "Separator thickness [m]=thin"], '"NAME=number"'),
        (["--set", "Separator thicknes [m]=0.001"], "did you mean"),
        (["--set", "Positive particle radius [m]=1e-7"], "follows from other"),
        (["--powder-d50", "1", "--powder-surface", "3"], "right would be one"),
    ],
)
def test_a_new_cell_that_makes_no_sense_is_refused(capfd, tmp_path, words, sentence):
    path = tmp_path / "my.toml"
    assert sentence in refused(capfd, *NEW, *words, "--out", str(path))
    assert not path.exists()


def test_a_new_cell_goes_into_a_toml_file_and_needs_a_base(capfd, tmp_path):
    assert "*.toml" in refused(capfd, *NEW, "--out", str(tmp_path / "my.txt"))
    assert "--based-on" in refused(capfd, "new-cell", "--out", "my.toml")
    words = ("new-cell", "--based-on", "Q", "--out", "my.toml")
    assert "is no cell" in refused(capfd, *words)


def test_steps_end_to_end(capfd, tmp_path, monkeypatch):
    from nfpcell.studies import recipe_steps

    asked = []

    def known(cell, *condition, **_):
        asked.append((cell.name, condition))
        R = {"B": 331.0, "C": 234.0}[cell.name]
        return pd.DataFrame(
            {
                "Depth of discharge": [0.1, 0.2, 0.3],
                "Low-frequency resistance [Ohm]": [R + 1, R, R + 1],
                "Status": "ok",
            }
        )

    monkeypatch.setattr(recipe_steps, "resistance", known)
    folder = tmp_path / "out"
    words = ["steps", "B", "C", "--rate", "0.2", "--out", str(folder)]
    assert app.main([*words, "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert (row["From"], row["Change"], row["To"]) == ("B", "carbon", "C")
    assert row["Low-frequency resistance difference [Ohm]"] == pytest.approx(-97)
    assert asked == [(name, ("discharge", 0.2, 30)) for name in "BC"]
    names = {path.name for path in folder.iterdir()}
    assert names == {"summary.csv", "steps.png", "steps.svg", "run.json"}
    assert app.main(words) == 0
    assert "-97.0" in capfd.readouterr().out
    assert "no step" in refused(capfd, "steps", "B")
    assert "symmetric" in refused(capfd, "steps", "B", "anode-symmetric")
