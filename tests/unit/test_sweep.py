import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nfpcell.cli.app import main
from nfpcell.errors import NfpcellError
from nfpcell.sweeping import dataset as datasets
from nfpcell.sweeping import runner, sensitivity, worker
from nfpcell.sweeping.case_design import Axis, CaseDesign
from nfpcell.sweeping.sweep_outputs import OUTPUTS
from nfpcell.sweeping.sweep_plan import Sweep

HEAD = """
title = "A few thicknesses"
kind = "sweep"
source = "test"
cells = ["C"]
model = "particle"
"""
SWEEP_FILE = (
    HEAD
    + """
outputs = ["Specific capacity [mA.h.g-1]", "Termination", "Voltage [V]"]

[vary."Separator thickness [m]"]
values = {thickness}

[vary."C-rate"]
values = {rates}
"""
)


@pytest.fixture
def sweep_file(tmp_path):
    def write(name="few", thickness=(1e-3, 5e-4), rates=(0.5, 1.0)):
        path = tmp_path / f"{name}.toml"
        text = SWEEP_FILE.format(
            thickness=[float(x) for x in thickness], rates=list(rates)
        )
        path.write_text(text, encoding="utf-8")
        return path

    return write


def load(tmp_path, text):
    path = tmp_path / "one.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return Sweep.load(path)


def assert_same_table(table, other):
    pd.testing.assert_frame_equal(table, other, check_exact=True)


# ----------------------------------------------------------------------- the design
CAPACITY = 'outputs = ["Specific capacity [mA.h.g-1]"]\n'
VARY = '[vary."Separator thickness [m]"]\n'


def test_a_grid_is_every_combination(sweep_file):
    sweep = Sweep.load(sweep_file())
    assert len(sweep) == 4
    assert sweep.design.points().tolist() == [
        [1e-3, 0.5],
        [1e-3, 1],
        [5e-4, 0.5],
        [5e-4, 1],
    ]


def test_a_list_takes_values_in_parallel(tmp_path):
    text = '[sample]\nmethod = "list"\n' + VARY + "values = [1e-3, 5e-4]\n"
    sweep = load(tmp_path, CAPACITY + text + '[vary."C-rate"]\nvalues = [1.0, 2.0]')
    assert sweep.design.points().tolist() == [[1e-3, 1], [5e-4, 2]]


@pytest.mark.parametrize("method", ["sobol", "latin hypercube", "saltelli"])
def test_a_sample_fills_the_range_on_its_scale_and_repeats(tmp_path, method):
    text = f'[sample]\nmethod = "{method}"\nnumber = 256\nseed = 3\n'
    text += VARY + 'lower = 2e-5\nupper = 2e-3\nscale = "log"\n'
    sweep = load(tmp_path, CAPACITY + text)
    points = sweep.design.points()
    assert len(points) == len(sweep)
    assert points.min() >= 2e-5
    assert points.max() <= 2e-3
    assert np.median(points) == pytest.approx(2e-4, rel=0.05)
    assert np.array_equal(points, load(tmp_path, CAPACITY + text).design.points())


def test_an_axis_sets_several_quantities_and_those_derived_from_them(tmp_path):
    text = '[vary."Plate cathode-side pore-former fraction"]\nvalues = [0.5]\n'
    text += 'also = ["Plate anode-side pore-former fraction"]\n'
    sweep = load(tmp_path, CAPACITY + text)
    cell = sweep.cell(sweep.case(0, sweep.design.points()[0]))
    assert cell["Plate anode-side pore-former fraction"] == 0.5
    assert cell.derived().roughness_anode == cell.derived().roughness_cathode > 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('outputs = ["Capacity"]\n' + VARY + "values = [1e-3]", "is not known"),
        (CAPACITY + '[vary."Separator thicknes [m]"]\nvalues = [1.0]', "did you mean"),
        (CAPACITY + '[vary."Electrode area [m2]"]\nvalues = [1.0]', "is derived from"),
        (CAPACITY + VARY + "lower = 1e-3", "right would be values, or lower"),
        (CAPACITY + VARY + "values = [nan]", "finite"),
        (CAPACITY + VARY + "values = []", "at least 1"),
        (CAPACITY + VARY + "lower=0.0\nupper=1.0\nnumber=3\nscale='log'", "above 0"),
        (CAPACITY + VARY + "values=[1.0]\n[fixed]\n'C-rat'=1.0", 'mean "C-rate"'),
        (CAPACITY + VARY + "values=[1.0]\nalso=['Separator thickness [m]']", "twice"),
        (CAPACITY + "[sample]\nmethod='sobol'\nnumber=100\n" + VARY
         + "lower=1e-4\nupper=1e-3", "power of two, such as 64 or 128"),
        (CAPACITY + "[sample]\nmethod='sobol'\n" + VARY + "lower=1e-4\nupper=1e-3",
         "has no number"),
        (CAPACITY + VARY + "lower=1e-4\nupper=1e-3\nnumber=9000\n[vary.'C-rate']\n"
         "lower=1.0\nupper=2.0\nnumber=9000", "at most 2000000"),
        (CAPACITY + "[vary]", "at least 1 item"),
        (CAPACITY + VARY + "values=[1e-3]\n[fixed]\n'Ambient temperature [degC]'=120.0",
         "120 is refused; .* 98, where sodium melts"),
        (CAPACITY + "[vary.'Ambient temperature [degC]']\nvalues = [0.0, 303.0]",
         "30 if kelvin was meant"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(tmp_path, text, message):
    with pytest.raises(NfpcellError, match=message) as error:
        load(tmp_path, text)
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------------------- a run
@pytest.mark.slow
def test_rows_do_not_depend_on_the_number_of_workers(sweep_file, tmp_path):
    # a negative thickness is out of range
    path = sweep_file(thickness=[*np.linspace(2e-5, 1e-3, 19), -1.0], rates=[1.0, 2.0])
    sweep = Sweep.load(path)
    one, _ = runner.run(sweep, tmp_path / "one", 1)
    two, work = runner.run(sweep, tmp_path / "two", 2)
    assert_same_table(one, two)
    assert list(one["Case"]) == list(range(40))
    good = one[one["Status"] == "ok"]
    assert len(good) == 38
    assert (good["Specific capacity [mA.h.g-1]"] > 40).all()
    assert good["Voltage [V]"].map(len).min() > 20
    bad = one[one["Status"] != "ok"]
    assert bad["Status"].str.contains("refused: .*is refused; right would be").all()
    assert work.computed == 40
    assert 0 < work.memory < 1e9


@pytest.mark.slow
def test_the_command_counts_failures_by_reason(sweep_file, tmp_path, capsys):
    path = sweep_file(thickness=[1e-3, -1.0], rates=[1.0])
    out = tmp_path / "out"
    words = ["sweep", str(path), "--out", str(out)]
    assert main([*words, "--workers", "1", "--excel"]) == 1
    sheets = pd.read_excel(out / "summary.xlsx", sheet_name=None)
    assert len(sheets["summary"]) == 2
    message = capsys.readouterr().out
    assert "2 cases: 1 ok, 1 failed" in message
    assert "1 x refused: " in message
    assert {"summary.csv", "run.json", "cases"} <= {p.name for p in out.iterdir()}
    (cell,) = json.loads((out / "run.json").read_text("utf-8"))["cells"]
    assert cell["path"].endswith("yamauchi2020_cell_c.toml")
    assert len(cell["file_sha256"]) == 64
    assert pd.read_csv(out / "summary.csv")["Status"].iloc[0] == "ok"
    # all of it is there, so that nothing is computed again
    assert main(["sweep", str(path), "--out", str(out), "--resume"]) == 1
    assert main(["sweep", str(path), "--out", str(out)]) == 2
    assert "right would be --resume" in capsys.readouterr().err


def test_a_folder_of_other_cells_or_versions_is_refused(
    sweep_file, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    datasets.Dataset(out, Sweep.load(sweep_file())).close()
    with pytest.raises(NfpcellError, match="contains another sweep"):
        datasets.Dataset(out, Sweep.load(sweep_file(rates=[3.0])), resume=True)
    monkeypatch.setattr(datasets, "versions", lambda: {"pybamm": "1"})
    with pytest.raises(NfpcellError, match="was begun with pybamm"):
        datasets.Dataset(out, Sweep.load(sweep_file()), resume=True)


def test_a_second_run_in_one_folder_is_refused(sweep_file, tmp_path):
    sweep = Sweep.load(sweep_file())
    with (
        datasets.Dataset(tmp_path / "out", sweep),
        pytest.raises(NfpcellError, match="another run uses"),
    ):
        datasets.Dataset(tmp_path / "out", sweep, resume=True)


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 60, -10, "middle"])
def test_a_flipped_byte_is_found_and_its_cases_are_computed_again(
    sweep_file, tmp_path, capsys, place
):
    path, out = sweep_file(), tmp_path / "out"
    whole, _ = runner.run(Sweep.load(path), out, 1)
    damaged = min(out.glob("cases/*.parquet"))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2 if place == "middle" else place] ^= 1
    damaged.write_bytes(content)
    words = ["sweep", str(path), "--out", str(out), "--resume", "--workers", "1"]
    assert main(words) == 0
    assert "1 damaged files of finished cases" in capsys.readouterr().out
    with datasets.Dataset(out, Sweep.load(path), resume=True) as dataset:
        assert dataset.damaged == []
        assert_same_table(whole, dataset.table())


def test_a_file_that_was_not_written_by_the_sweep_is_no_part_of_it(
    sweep_file, tmp_path
):
    out, sweep = tmp_path / "out", Sweep.load(sweep_file())
    datasets.Dataset(out, sweep).close()
    (out / "cases" / "000000000.parquet").write_bytes(b"another")
    with datasets.Dataset(out, sweep, resume=True) as dataset:
        assert dataset.damaged == ["000000000.parquet"]
        assert not dataset.finished


@pytest.mark.slow
def test_a_full_disk_keeps_finished_cases(sweep_file, tmp_path):
    path = sweep_file(thickness=np.linspace(2e-5, 1e-3, 14))
    out = tmp_path / "out"
    # files of this process may not grow beyond so many bytes
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (16000,)*2);"
        "from nfpcell.cli.app import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ["sweep", str(path), "--out", str(out), "--workers", "1"]
    done = subprocess.run(
        [sys.executable, "-c", limited, *words], capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written to (File too large)" in done.stderr
    assert "Traceback" not in done.stderr
    sweep = Sweep.load(path)
    with datasets.Dataset(out, sweep, resume=True) as dataset:
        assert dataset.finished == set(dataset.table()["Case"])
    table, work = runner.run(sweep, out, 1, resume=True)
    assert work.computed <= len(sweep)
    assert len(table) == len(sweep)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="as root")
def test_a_read_only_folder_is_refused(sweep_file, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    assert main(["sweep", str(sweep_file()), "--out", str(out)]) == 2
    assert "cannot be written to" in capsys.readouterr().err


@pytest.mark.slow
def test_killed_and_resumed_ends_with_the_same_table(sweep_file, tmp_path):
    path = sweep_file(thickness=np.linspace(2e-5, 1e-3, 50), rates=[1.0, 2.0])
    sweep = Sweep.load(path)
    whole, _ = runner.run(sweep, tmp_path / "whole", 2)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "nfpcell", "sweep", str(path), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--workers", "2"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and len(list(out.glob("cases/*.parquet"))) < 3:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = {p: p.stat().st_mtime_ns for p in out.glob("cases/*.parquet")}
    assert before
    with datasets.Dataset(out, sweep, resume=True) as dataset:
        there = len(dataset.finished)
    assert 0 < there < len(sweep)
    resumed, work = runner.run(sweep, out, 2, resume=True)
    assert work.computed == len(sweep) - there
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert_same_table(whole, resumed)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="lists children")
def test_an_interrupt_ends_with_130_and_without_processes(sweep_file, tmp_path):
    path = sweep_file(thickness=np.linspace(2e-5, 1e-3, 500), rates=[1.0, 2.0])
    out = tmp_path / "out"
    command = [sys.executable, "-m", "nfpcell", "sweep", str(path), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--workers", "2"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and not list(out.glob("cases/*.parquet")):
        time.sleep(0.02)
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    children = " ".join(task.read_text() for task in tasks).split()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert children
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


@pytest.mark.slow
def test_a_hung_or_crashed_case_loses_only_its_own_results(
    sweep_file, tmp_path, monkeypatch
):
    program = Path(__file__).parent / "sweep_worker_main.py"
    monkeypatch.setattr(worker.Worker, "command", (sys.executable, str(program)))
    sweep = Sweep.load(sweep_file(thickness=[2e-4, 3e-4, 4e-4, 5e-4], rates=[1.0]))
    table, work = runner.run(sweep, tmp_path / "out", 1, limit=2)
    status = table["Status"].tolist()
    assert status[0] == status[3] == "ok"
    assert status[1] == "failed: ran past the time limit of 2 s"
    assert "ended with signal 6 twice" in status[2]
    assert work.computed == 4


def test_a_worker_that_cannot_start_is_reported(sweep_file, tmp_path, monkeypatch):
    monkeypatch.setattr(worker.Worker, "command", (sys.executable, "-c", "1/0"))
    with pytest.raises(NfpcellError, match="before it began"):
        runner.run(Sweep.load(sweep_file()), tmp_path / "out", 1)


@pytest.mark.slow
def test_nothing_is_imported_from_the_working_directory(
    sweep_file, tmp_path, monkeypatch
):
    (tmp_path / "numpy.py").write_text("raise SystemExit(99)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    table, _ = runner.run(Sweep.load(sweep_file(thickness=[1e-3])), tmp_path / "out", 1)
    assert (table["Status"] == "ok").all()


# ------------------------------------------------------------------------- a cluster
CLUSTER = """
import os, signal, sys, threading, time
from distributed import LocalCluster
from nfpcell.sweeping import runner
from nfpcell.sweeping.sweep_plan import Sweep

def kill_one(cluster, out):
    while len(list(out.glob("cases/*.parquet"))) < 2:
        time.sleep(0.02)
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

if __name__ == "__main__":
    from pathlib import Path
    out = Path(sys.argv[2])
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        threading.Thread(target=kill_one, args=(cluster, out), daemon=True).start()
        table, work = runner.run(Sweep.load(sys.argv[1]), out,
                              scheduler=cluster.scheduler_address)
    table.to_pickle(sys.argv[3])
"""


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_table(sweep_file, tmp_path):
    pytest.importorskip("distributed")
    path = sweep_file(thickness=np.linspace(2e-5, 1e-3, 50), rates=[1.0])
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER, encoding="utf-8")
    found = tmp_path / "table.pickle"
    done = subprocess.run(
        [sys.executable, script, path, tmp_path / "dask", found],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    here, _ = runner.run(Sweep.load(path), tmp_path / "here", 2)
    assert_same_table(here, pd.read_pickle(found))


@pytest.mark.slow
def test_no_scheduler_is_refused(sweep_file, tmp_path, capsys):
    pytest.importorskip("distributed")
    words = ["sweep", str(sweep_file()), "--out", str(tmp_path / "out")]
    assert main([*words, "--scheduler", "nonsense://x"]) == 2
    assert "no Dask scheduler answers" in capsys.readouterr().err
    assert main([*words, "--scheduler", "tcp://x:1", "--workers", "2"]) == 2


# ----------------------------------------------------------------------- sensitivity
@pytest.mark.parametrize("method", ["saltelli", "sobol"])
def test_the_indices_of_a_sum_are_the_shares_of_its_variance(method):
    axes = tuple(Axis((name,), (), 0.0, 1.0) for name in ("x", "y"))
    design = CaseDesign(axes, method, 256)
    sweep = Sweep("s", "", (), design, {}, "", "", ("f",))
    points = sweep.design.points()
    table = pd.DataFrame(points, columns=["x", "y"])
    table["f"] = 3 * table["x"] + table["y"]
    table["Status"] = "ok"
    # a failed case is left out, with its block
    table.loc[5, ["f", "Status"]] = [np.nan, "failed"]
    found = pd.DataFrame(sensitivity.output_indices(sweep, table, "f")).set_index(
        "Quantity"
    )
    indices = found["First-order index"]
    assert indices["x"] == pytest.approx(0.9, abs=0.1)
    assert indices["y"] == pytest.approx(0.1, abs=0.1)
    if method == "saltelli":
        assert found["Cases"].iloc[0] == 4 * 255
        assert found["Total index"].sum() == pytest.approx(1, abs=0.15)


@pytest.mark.slow
def test_a_copied_folder_gives_the_same_table(sweep_file, tmp_path):
    sweep = Sweep.load(sweep_file())
    table, _ = runner.run(sweep, tmp_path / "out", 1)
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    again, work = runner.run(sweep, tmp_path / "copy", resume=True)
    assert work.computed == 0
    assert_same_table(table, again)


# ------------------------------------------------------------------------- the page
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_sweeps_runs(tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    text = re.search(r"```toml\n(.*?)```", page, re.S)[1]
    (tmp_path / "plates.toml").write_text(text, encoding="utf-8")
    exec(re.search(r"```python\n(.*?)```", page, re.S)[1], {})
    message = capsys.readouterr().out
    assert re.findall(r"\d+$", message.split("dtype")[0], re.M) == ["10", "10", "10"]
    assert main(["sweep", "plates.toml", "--out", "results/mine", "--resume"]) == 0
    there = {path.name for path in (tmp_path / "results" / "mine").iterdir()}
    assert {"sweep.png", "sweep.svg", "summary.csv", "run.json", "cases"} <= there


@pytest.mark.slow
def test_every_output_is_computed(tmp_path):
    names = ", ".join(f'"{name}"' for name in OUTPUTS)
    sweep = load(tmp_path, f"outputs = [{names}]\n" + VARY + "values = [1e-3]\n")
    table, _ = runner.run(sweep, tmp_path / "out", 1)
    row = table.iloc[0]
    assert row["Status"] == "ok"
    assert row[list(OUTPUTS)].notna().all()
    assert row["Specific power [W.kg-1]"] == pytest.approx(
        97 * row["Mean voltage [V]"], rel=1e-6
    )
    assert row["Capacity along the curve [mA.h.g-1]"][-1] == pytest.approx(
        row["Specific capacity [mA.h.g-1]"]
    )
    assert row["Separator resistance [Ohm]"] == pytest.approx(27.0, rel=1e-3)
    assert len(row["Z_re [Ohm]"]) == len(row["Frequency [Hz]"]) > 50
