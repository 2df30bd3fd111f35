"""--format, --size, --style and --capacity: on every command that writes figures."""

import json

import matplotlib.image
import pytest
import typer

from nfpcell.cli import app, figure_options
from tests.acceptance.commands import refused

COMMANDS = typer.main.get_command(app.app).commands
OPTIONS = {"--format", "--size", "--style"}
# commands whose --out is no figure
WITHOUT = {"new-cell", "example-data"}


def _options(name):
    return {
        spelling: param
        for param in COMMANDS[name].params
        for spelling in param.opts
        if spelling.startswith("--")
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_writes_figures_has_the_options_in_one_panel(name):
    options = _options(name)
    figures = {
        spelling
        for spelling, param in options.items()
        if param.rich_help_panel == figure_options.PANEL
    }
    if "--out" not in options or name in WITHOUT:
        assert figures == set()
    else:
        assert figures - {"--capacity"} == OPTIONS


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--format", "jpg", "png,svg,pdf"),
        ("--size", "small", "single (89 mm wide)"),
        ("--style", "ggplots", "right would be ggplot"),
        ("--capacity", "Ah", "mAh/g, mAh, mAh/cm2"),
    ],
)
def test_a_wrong_value_is_refused(option, value, says, nothing_computed, capfd):
    sentence = refused(capfd, "simulate", "C", option, value, "--out", "unused")
    assert option in sentence
    assert says in sentence


@pytest.mark.parametrize("option", ["--format=pdf", "--size=90x70", "--capacity=mAh"])
def test_without_a_folder_there_are_no_figures(option, nothing_computed, capfd):
    name = option.partition("=")[0]
    sentence = refused(capfd, "simulate", "C", option)
    assert f"right would be {name} with --out DIR" in sentence


def test_a_page_cannot_show_pdf(capfd):
    assert "right would be png or svg" in refused(capfd, "report", "--format", "pdf")


@pytest.mark.slow
def test_figures_have_the_chosen_format_size_and_unit(computed, tmp_path, capfd):
    words = ["simulate", "C", "--rates", "1,2", "--out", str(tmp_path)]
    words += ["--format", "png,pdf", "--size", "120x90", "--capacity", "mAh"]
    assert app.main(words) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert {"voltage.png", "voltage.pdf", "losses.pdf"} <= names
    assert not any(name.endswith(".svg") for name in names)
    height, width = matplotlib.image.imread(tmp_path / "capacity.png").shape[:2]
    assert (width * 25.4 / 200, height * 25.4 / 200) == pytest.approx(
        (120, 90), abs=0.2
    )
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    chosen = {"formats": ["png", "pdf"], "size": [120, 90], "capacity": "mAh"}
    assert chosen.items() <= record["options"].items()
    assert "voltage.pdf" in record["files"]
    # the next command has the usual figures
    other = tmp_path / "other"
    assert app.main(["simulate", "C", "--rates", "1", "--out", str(other)]) == 0
    assert (other / "voltage.svg").is_file()
    assert not (other / "voltage.pdf").exists()
    capfd.readouterr()


@pytest.mark.slow
def test_a_figure_that_needs_more_room_is_a_remark(computed, tmp_path, capfd):
    words = ["simulate", "A", "B", "C", "D", "--temperatures", "30,20,10", "--json"]
    assert app.main([*words, "--out", str(tmp_path), "--size", "60x40"]) == 0
    out, err = capfd.readouterr()
    json.loads(out)
    remarks = [line for line in err.splitlines() if line.startswith("nfpcell: ")]
    assert any("60 x 40 mm is too small for the figure curves" in r for r in remarks)
