"""The page of the paper's figures."""

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns, plot
from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.figures import published_marks, style
from nfpcell.reports import page, section_results, sections
from nfpcell.reports.cell_sections import CELL_SECTIONS
from nfpcell.reports.section import Section
from nfpcell.reports.sections import SECTIONS
from nfpcell.studies import scoring
from nfpcell.studies.experiment import Experiment

pytestmark = pytest.mark.slow

SMALL = ["fig-1", "fig-7b", "fig-7c", "overcharge"]


@pytest.fixture(scope="module")
def report():
    return page.compute(page.select_sections(SMALL), "particle")


@pytest.fixture(scope="module")
def text(report):
    return report.html(date="today")


def test_the_page_needs_no_other_file_and_no_network(text):
    assert text.startswith("<!DOCTYPE html>")
    assert not re.search(r"<(script|link|iframe|object|embed)\b", text)
    assert not re.search(r"@import|url\(", text)
    sources = re.findall(r'\ssrc="([^"]*)"', text)
    assert len(sources) == len(re.findall("<img ", text)) >= 6
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    # links lead to a place in the page itself
    targets = set(re.findall(r'\sid="([^"]*)"', text))
    links = re.findall(r'\shref="([^"]*)"', text)
    assert links
    assert all(link[0] == "#" and link[1:] in targets for link in links)
    # readable on a telephone, and by who does not see the figures
    assert 'name="viewport"' in text
    assert all(len(alt) > 20 for alt in re.findall(r'<img alt="([^"]*)"', text))


def test_it_shows_published_computed_calibrated_and_predicted(text, report):
    assert "61 ± 2 %" in text
    assert "85.6 ± 2 %" in text
    assert re.search(r"60\.\d+ \(−0\.\d %\)", text)
    assert {"calibrated", "predicted"} == set(report.sections[1].targets["Use"])
    assert "<td>predicted</td>" in text
    assert "Honma" in text
    # and what is not there, and what it was made with
    assert "Parts of the paper that are not simulated" in text
    assert "parameter_sets/yamauchi2020.toml" in text
    assert "pybamm " in text
    # the voltage past which a model is silent is a status, no failure
    assert "the cathode is empty" in text
    assert not report.sections[-1].problems


def test_the_same_results_give_the_same_page(text):
    again = page.compute(page.select_sections(SMALL), "particle")
    assert again.html(date="today") == text


def test_every_target_stands_in_one_section():
    for name in catalogue.scored():
        targets = [
            target
            for section in SECTIONS
            for selection in section.selections
            if selection.experiment == name
            for target in selection.targets()
        ]
        for target in Experiment.load(name).targets:
            assert targets.count(target) == 1, (name, target.cell, target.quantity)


def test_names_of_sections_are_unique():
    names = [section.name for section in SECTIONS]
    assert len(set(names)) == len(names)
    with pytest.raises(NfpcellError, match="right would be some of fig-1"):
        page.select_sections(["fig-99"])


def test_a_contained_experiment_has_no_condition_of_its_own():
    for part, whole in section_results.CONTAINED_IN.items():
        part, whole = Experiment.load(part), Experiment.load(whole)
        assert part.kind == whole.kind
        assert set(part.conditions) <= set(whole.conditions)


def test_a_failed_section_is_a_sentence_and_the_others_are_there(
    monkeypatch, tmp_path, capsys
):
    def draw(results):
        yield pd.DataFrame({"What": ["is there already"], "Status": ["ok"]})
        raise SolveError("the solver <stopped>")

    def fail(results):
        raise ZeroDivisionError("by nothing")
        yield

    chosen = (
        Section("one", "One", "A", "B", draw),
        Section("two", "Two", "A", "B", fail),
        *page.select_sections(["fig-1"]),
    )
    monkeypatch.setattr(sections, "SECTIONS", chosen)
    out = tmp_path / "page.html"
    assert app.main(["report", "--model", "particle", "--out", str(out)]) == 1
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    assert "2 of 3 sections are incomplete" in shown.out
    text = out.read_text("utf-8")
    assert "is there already" in text
    assert "could be computed: the solver &lt;stopped&gt;." in text
    assert "ZeroDivisionError: by nothing." in text
    assert 'alt="Nyquist plot of fresh Cell A' in text


def test_a_failed_row_is_reported(monkeypatch):
    run = scoring.run

    def failing(*arguments, **options):
        table, second = run(*arguments, **options)
        return table.assign(Status="the solver stopped"), second

    monkeypatch.setattr(scoring, "run", failing)
    report = page.compute(page.select_sections(["fig-1"]), "particle")
    assert "rows failed: the solver stopped." in report.sections[0].problems[0]
    assert not report.sound


def test_command(tmp_path, capsys):
    out = tmp_path / "page.html"
    words = ["report", "--model", "particle", "--sections", "fig-1", "--out", str(out)]
    assert app.main([*words, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["page"] == str(out)
    assert record["sections"][0] == {
        "Section": "fig-1",
        "Title": "Fig. 1: Nyquist plot of the fresh Cell A",
        "Targets": 1,
        "Met": 1,
        "Problems": [],
        "Remarks": [],
    }
    # nothing is written over
    before = out.read_bytes()
    assert app.main(words) == 2
    assert "exists already" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert app.main([*words, "--force"]) == 0
    assert "Targets met: 1 of 1" in capsys.readouterr().out
    for wrong, said in (
        (["--out", str(tmp_path / "page.txt")], "is named *.html"),
        (["--out", str(tmp_path / "no" / "page.html")], "is no folder"),
        (["--sections", "fig-99"], 'there is no "fig-99"'),
        (["--sections", "fig-1,"], "has an empty name"),
        (["--model", "half"], "--model"),
    ):
        assert app.main(["report", "--out", str(tmp_path / "new.html"), *wrong]) == 2
        assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_page_about_cells(tmp_path, capsys):
    path = tmp_path / "thin.toml"
    thin = {"Separator thickness [m]": 5e-5}
    Cell.load("E").with_values(thin).save(path)
    out = tmp_path / "page.html"
    words = ["report", "E", str(path), "--model", "particle", "--out", str(out)]
    assert app.main([*words, "--sections", "cells,spectra,temperatures", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)["sections"]
    words = [record["Section"] for record in records]
    assert words == ["cells", "temperatures", "spectra"]
    assert all(record["Problems"] == [] for record in records)
    text = out.read_text(encoding="utf-8")
    # of no paper, but with the numbers of each cell
    assert "In the paper" not in text
    assert "not simulated" not in text
    assert Cell.load(path).sha256[:16] in text
    bulk = [float(cell.derived().r_bulk) for cell in (Cell.load("E"), Cell.load(path))]
    assert bulk[1] == pytest.approx(bulk[0] / 20)
    # in Ohm cm2
    assert all(f">{1e4 * ohms:.4g}</td>" in text for ohms in bulk)
    assert (
        app.main(["report", "anode-symmetric", "--out", str(tmp_path / "a.html")]) == 2
    )
    assert "is symmetric" in capsys.readouterr().err


def test_published_numbers_of_a_built_in_cell_are_on_its_page():
    def targets(cell):
        return [
            target
            for section in CELL_SECTIONS
            for selection in section.selections
            for target in selection.targets([cell])
        ]

    cell = Cell.load("C")
    quantities = {target.quantity for target in targets(cell)}
    assert {"Specific capacity [mA.h.g-1]", "Total resistance [Ohm]"} <= quantities
    assert {target.cell for target in targets(cell)} == {"C"}
    thin = cell.with_values({"Separator thickness [m]": 1e-4})
    assert not targets(dataclasses.replace(thin, name="mine"))


# ------------------------------------------------------------------------------ marks
def _marks(**values):
    row = {
        "Cell": "C",
        "Direction": "discharge",
        "C-rate": 2.0,
        "Ambient temperature [degC]": 30.0,
        "Published": np.nan,
        "Lower": np.nan,
        "Upper": np.nan,
        "Use": "calibrated",
    }
    return pd.DataFrame([row | values])


def _table():
    keys = {"Cell": "C", "Direction": "discharge", "Ambient temperature [degC]": 30.0}
    return pd.DataFrame(
        [
            {**keys, "C-rate": r, columns.CAPACITY: q}
            for r, q in ((0.2, 80.0), (2.0, 60.0))
        ]
    )


def _points(figure, marker):
    lines = figure.axes[0].get_lines()
    return [line for line in lines if line.get_marker() == marker]


def test_published_numbers_of_an_experiment():
    marks = scoring.published(Experiment.load("rate_30C"), columns.CAPACITY)
    of_c = marks[(marks["Cell"] == "C") & (marks["C-rate"] == 2)]
    assert sorted(of_c["Published"]) == [61, 85.6]
    of_a = marks[marks["Cell"] == "A"].set_index("C-rate")
    assert of_a.loc[0.1, "Lower"] == 40
    assert of_a.loc[1.0, "Upper"] == 15
    assert of_a["Published"].isna().all()


@pytest.mark.parametrize(
    ("use", "face"), [("calibrated", style.OKABE_ITO[0]), ("predicted", "white")]
)
def test_a_mark_stands_where_it_was_published(use, face):
    figure = plot.capacity(_table(), _marks(Published=61.0, Use=use))
    (mark,) = _points(figure, "D")
    assert mark.get_xydata().tolist() == [[2.0, 61.0]]
    assert mark.get_markerfacecolor() == face
    assert f"published ({use})" in [t.get_text() for t in figure.legends[0].texts]
    # nothing is said where there is none
    plain = plot.capacity(_table(), _marks(Published=61.0, Cell="A"))
    assert not _points(plain, "D")
    assert "published (calibrated)" not in [
        t.get_text() for t in plain.legends[0].texts
    ]


def test_ranges_and_bounds():
    bar = plot.capacity(_table(), _marks(Lower=50.0, Upper=70.0))
    (line,) = _points(bar, "_")
    assert line.get_ydata() == pytest.approx([50, 70])
    for values, marker, at in (({"Lower": 40.0}, "^", 40), ({"Upper": 15.0}, "v", 15)):
        figure = plot.capacity(_table(), _marks(**values))
        (mark,) = _points(figure, marker)
        assert mark.get_ydata() == pytest.approx([at])
    words = [
        handle.get_label() for handle in published_marks.handles(_marks(Lower=1.0))
    ]
    assert words == ["bound (calibrated)"]
    assert published_marks.handles(None) == []


def test_a_capacity_stands_at_the_end_of_its_curve():
    curve = _table().iloc[[1, 1]].assign(**{columns.CAPACITY: [0.0, 60.0]})
    curve["Voltage [V]"] = [3.2, 2.0]
    figure = plot.curves(curve, _marks(Published=61.0))
    (mark,) = _points(figure, "D")
    assert mark.get_xydata().tolist() == [[61.0, 2.0]]
