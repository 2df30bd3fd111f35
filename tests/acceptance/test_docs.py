"""The tutorial and the page on fitting, run as they stand."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import typer

from nfpcell.cell.definition import Cell
from nfpcell.cli.app import app, main
from nfpcell.physics.distributions import equivalent_exponent
from nfpcell.reports import fit_export, run_folder

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = DOCS / "tutorial.md"
RECIPES = DOCS / "recipes.md"
PYBAMM = DOCS / "pybamm.md"
PROFILES = DOCS / "profiles.md"
PARTICLE_SIZES = DOCS / "particle_sizes.md"
LIQUID = DOCS / "liquid.md"
FITTING = DOCS / "fitting.md"
FIGURES = DOCS / "figures.md"
MEASURE_NEXT = DOCS / "measure_next.md"


def blocks(page):
    """Kind (console or python) and text of what a page shows, from top to bottom."""
    text = page.read_text("utf-8")
    return re.findall(r"```(console|python)\n(.*?)```", text, re.S)


def run_python(text, page, names):
    """Run a block of a page with the names that those before it left."""
    exec(compile(text, str(page), "exec"), names)


def run_page(page, capsys):
    """Run all that a page shows; the commands that were refused, in one sentence."""
    names, refused = {}, []
    for kind, text in blocks(page):
        if kind == "python":
            run_python(text, page, names)
            continue
        for line in text.strip().splitlines():
            program, *words = shlex.split(line)
            assert program == "nfpcell"
            code = main(words)
            errors = capsys.readouterr().err
            assert "Traceback" not in errors
            if code == 2:
                refused.append(line)
                assert errors.startswith("nfpcell: ")
            else:
                assert code == 0, line
    return names, refused


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_tutorial(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, refused = run_page(TUTORIAL, capsys)
    # the two mistakes of the last section, and nothing else
    assert refused == ["nfpcell simulate F", "nfpcell simulate C --rates -1"]
    assert {"summary.csv", "curves.csv", "run.json"} <= {
        path.name for path in (tmp_path / "tour").iterdir()
    }
    assert (tmp_path / "tour" / "losses.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_the_next_measurement():
    """The Python; the command needs a cell file that a fit wrote."""
    ((_, text),) = [block for block in blocks(MEASURE_NEXT) if block[0] == "python"]
    names = {}
    run_python(text, MEASURE_NEXT, names)
    assert names["found"].table["Times narrower"].max() > 2


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_profiles(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, refused = run_page(PROFILES, capsys)
    assert refused == []
    (step,) = pd.read_csv(tmp_path / "followed" / "steps.csv").to_dict("records")
    assert step["Duration [h]"] == pytest.approx(25 / 60)
    assert (tmp_path / "followed" / "protocol.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_fitting_recovers_what_made_its_data(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names, refused = run_page(FITTING, capsys)
    assert refused == []
    for path in ("my_cell.toml", "joint.toml", "my_fit_results/C.toml"):
        cell = Cell.load(tmp_path / path)
        quantity = cell.quantities[names["CONTACT"]]
        low, high = quantity.interval
        width = high - low
        assert low - width < 12 < high + width, path
        assert quantity.kind == "fitted"
    for ending in ("_fit.png", "_prediction.svg", "_report.html", "_curves.csv"):
        assert (tmp_path / f"my_cell{ending}").stat().st_size > 1000
    assert list(names["fit"].parameters["Identifiable"]) == [True] * 3


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_recipes_says_what_is_computed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, refused = run_page(RECIPES, capsys)
    assert refused == []
    table = pd.read_csv(tmp_path / "results" / "steps" / "summary.csv")
    worth = table["Low-frequency resistance difference [Ohm]"]
    rows = re.findall(r"^\| .* \| (−\d+) \| .*\|$", RECIPES.read_text("utf-8"), re.M)
    assert [f"{x:.0f}".replace("-", "−") for x in worth] == rows
    assert (tmp_path / "results" / "steps" / "steps.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_the_liquid_cell_says_what_is_computed(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    _, refused = run_page(LIQUID, capsys)
    assert refused == []
    table = pd.read_csv(tmp_path / "results" / "liquid" / "summary.csv")
    found = table.set_index("C-rate")["Specific capacity [mA.h.g-1]"]
    said = f"{found[0.1]:.0f} mAh/g at 0.1C and {found[1.0]:.0f} at 1C"
    assert said in LIQUID.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, refused = run_page(FIGURES, capsys)
    assert refused == []
    assert (tmp_path / "my_rates" / "differential_capacity.pdf").is_file()
    assert (tmp_path / "dqdv.pdf").is_file()


def test_the_page_on_figures_has_every_figure_and_every_command():
    rows = re.findall(r"^\| (`.*) \| (`.*) \| .* \|$", FIGURES.read_text("utf-8"), re.M)
    figures = {name for row, _ in rows for name in re.findall(r"`([^`]+)`", row)}
    assert figures == {*run_folder.FIGURES.split(), *fit_export.FIGURES}
    commands = {
        name.split()[0] for _, row in rows for name in re.findall("`(.+?)`", row)
    }
    with_figures = {
        name
        for name, command in typer.main.get_command(app).commands.items()
        if any("--format" in param.opts for param in command.params)
    }
    assert commands == with_figures - {"report"}


def test_contact_sheets_are_linked_and_small():
    sheets = sorted((DOCS / "figures").glob("contact_sheet*.png"))
    assert sheets
    assert sum(path.stat().st_size for path in sheets) < 1.5e6
    for path in sheets:
        assert f"](figures/{path.name})" in FIGURES.read_text("utf-8")


def test_the_page_on_particle_sizes_says_what_is_computed(capsys):
    names, _ = run_page(PARTICLE_SIZES, capsys)
    assert list(names["table"]["Status"]) == ["ok"]
    text = PARTICLE_SIZES.read_text("utf-8")
    spreads, exponents = (
        [float(cell) for cell in re.search(rf"\| {row} \|(.*)\|", text)[1].split("|")]
        for row in ("spread σ", "exponent")
    )
    computed = [equivalent_exponent(spread) for spread in spreads]
    assert exponents == pytest.approx(computed, abs=6e-4)


def test_readme_names_commands_that_exist():
    readme = (TUTORIAL.parent.parent / "README.md").read_text("utf-8")
    known = set(typer.main.get_command(app).commands)
    used = set(re.findall(r"^nfpcell ([\w-]+)", readme, re.M))
    used |= set(re.findall(r"&& nfpcell ([\w-]+)", readme))
    assert used <= known
    assert {"list", "show", "simulate", "run", "score"} <= used


def test_links_between_documents_lead_to_files():
    root = DOCS.parent
    pages = [*root.glob("*.md"), *DOCS.glob("*.md"), *root.glob("*/README.md")]
    assert len(pages) > 15
    broken = [
        f"{page.relative_to(root)}: {link}"
        for page in pages
        for link in re.findall(
            r"\]\(([^)#\s]+)[^)]*\)",
            re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S),
        )
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_page_on_plain_pybamm(capsys):
    names, _ = run_page(PYBAMM, capsys)
    kelvin = names["solution"]["Cell temperature [K]"].entries
    assert kelvin[-1] > kelvin[0]
