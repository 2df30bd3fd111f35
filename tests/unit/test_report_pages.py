"""The whole report and the paper's page, from invented results instead of the model."""

import itertools

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns as col
from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.reports import (
    impedance_sections,
    page,
    paper_figure,
    result_figures,
    section_results,
    webpage,
)
from nfpcell.reports.section_results import SectionResults
from nfpcell.simulation import constant_current
from nfpcell.studies import chemistries, liquid, recipe_steps, scoring
from nfpcell.studies.experiment import Experiment

DEPTHS = [0.01, 0.03, *(round(0.05 * k, 2) for k in range(1, 20)), 0.97, 0.99]
REMARK = "needs a higher pressure"
FREQUENCIES = np.geomspace(1e6, 0.025, 23)


def half_cycles(conditions):
    """Table and curves; a half-cycle at 1C has half the capacity of a slow one."""
    rows, curves = [], []
    for condition in conditions:
        capacity = 100 / (1 + condition[2])
        results = capacity, 2.9, 2.9 * capacity, "Minimum voltage [V]", "ok", REMARK
        rows.append((*condition, *results))
        curve = dict(zip(col.CONDITION, condition, strict=True))
        curve |= dict.fromkeys(col.OVERPOTENTIALS, 0.01) | {col.CURRENT: 1.0}
        curve[col.TIME] = np.linspace(0, 3600, 30)
        curve[col.CAPACITY] = np.linspace(0, capacity, 30)
        curve[col.VOLTAGE] = 3 - np.arctan(np.linspace(-9, 9, 30)) / 3
        curves.append(pd.DataFrame(curve))
    return pd.DataFrame(rows, columns=col.SUMMARY), pd.concat(curves)


def spectra(conditions, depths):
    blocks = []
    for condition, depth in itertools.product(conditions, depths):
        Z = 10 + 90 / (1 + 1j * FREQUENCIES / 10) * (1 + (depth - 0.6) ** 2)
        block = dict(zip(col.CONDITION, condition, strict=True))
        block |= {
            col.DEPTH: depth,
            col.FREQUENCY: FREQUENCIES,
            col.STATUS: "ok",
            col.REMARK: "",
        }
        blocks.append(pd.DataFrame({**block, col.Z_RE: Z.real, col.Z_IM: Z.imag}))
    return pd.concat(blocks, ignore_index=True)


def resistances(conditions):
    """Resistances over depth of discharge, lowest at 60 %."""
    rows = []
    for condition, depth in itertools.product(conditions, DEPTHS):
        total = 100 * (1 + (depth - 0.6) ** 2)
        row = dict.fromkeys(col.RESISTANCE, total / 3) | {
            col.STATUS: "ok",
            col.REMARK: "",
        }
        row |= dict(zip(col.CONDITION, condition, strict=True))
        row |= {col.DEPTH: depth, col.VOLTAGE: 3.4 - depth, col.TOTAL: total}
        rows.append(row | {col.LOW_FREQUENCY: total})
    return pd.DataFrame(rows)


def run(experiment, model):
    assert model == "particle"
    conditions = [
        (c.cell_name, c.direction, c.rate, c.temperature) for c in experiment.conditions
    ]
    if experiment.kind == "cycling":
        return half_cycles(conditions)
    if experiment.kind == "impedance":
        depths = {c.depth for c in experiment.conditions}
        return spectra(conditions, depths), None
    return resistances(conditions), spectra(conditions, DEPTHS)


def simulate(cells, rates, temperatures, direction, model, *, curves):
    directions = ("charge", "discharge") if direction == "both" else (direction,)
    names = [cell.name for cell in cells]
    return half_cycles(itertools.product(names, directions, rates, temperatures))


def run_protocol(protocol, model):
    rows, curves = [], []
    for segment in protocol.segments:
        for step, sign in enumerate((-1, 1), start=1):
            row = dict.fromkeys(col.PROTOCOL, 1.0)
            row |= {col.CELL: segment.cell.name, col.SEGMENT: segment.name}
            row |= {col.STEP: step, col.CAPACITY: sign * 50, col.ENERGY: sign * 150}
            row |= {
                col.INSTRUCTION: "Rest",
                col.ENDED_BY: "",
                col.STATUS: "ok",
                col.REMARK: "",
            }
            rows.append(row | {"Contact heat [J]": 1.0, "Entropic heat [J]": -0.5})
        curve = {col.SEGMENT: segment.name, col.TIME: np.linspace(0, 3600, 9)}
        curve |= {col.VOLTAGE: np.linspace(3, 2, 9), "Power [W]": 1e-3}
        curve |= {col.CURRENT: 4e-4}
        curve |= {col.STOICHIOMETRY: np.linspace(0.1, 0.9, 9)}
        curves.append(pd.DataFrame({**curve, "Cell temperature [degC]": 1.0}))
    return pd.DataFrame(rows), pd.concat(curves)


class Cycler:
    def __init__(self, cell, steps, temperature, model):
        self.cell, self.steps, self.model = cell, steps, model

    def rows(self):
        number = 0
        for rate, cycles in self.steps:
            for _ in range(cycles):
                number += 1
                row = dict.fromkeys(col.CYCLES, 90.0) | {
                    col.STATUS: "ok",
                    col.REMARK: "",
                }
                yield row | {col.CELL: "C", col.CYCLE: number, col.RATE: rate}


def changes_of_recipe(cells, model):
    names = [cell.name for cell in cells]
    rows = []
    for before, after in itertools.pairwise(names):
        change, load = (before, "carbon", "1 to 2", after), ("discharge", 0.1, 30.0)
        rows.append((*change, *load, 200.0, 100.0, -100.0, "ok"))
    return pd.DataFrame(rows, columns=recipe_steps.COLUMNS)


def other_chemistries(comparison, model):
    shares = 100.0, 0.5, 0.6, 0.7
    rows = [
        ("C", *shares, "computed", "nfpcell", "", "ok"),
        ("sulphide", *shares, "published", "a paper", "at 25 °C", "ok"),
    ]
    return pd.DataFrame(rows, columns=chemistries.COLUMNS)


def at_rest(cell, depths, rate, model):
    return spectra([(cell.name, "discharge", rate, 30.0)], depths)


def liquid_at_rest(depths, temperature):
    return spectra([("liquid", "discharge", 0.0, temperature)], depths)


@pytest.fixture
def invented(monkeypatch):
    """Results without the model, for everything that a report asks for."""
    monkeypatch.setattr(webpage, "DOTS_PER_INCH", 20)
    monkeypatch.setattr(scoring, "run", run)
    monkeypatch.setattr(constant_current, "simulate", simulate)
    monkeypatch.setattr(section_results, "run_protocol", run_protocol)
    monkeypatch.setattr(section_results, "Cycler", Cycler)
    monkeypatch.setattr(
        section_results,
        "resistance",
        lambda cell, model: resistances([(cell.name, "discharge", 0.1, 30.0)]),
    )
    monkeypatch.setattr(impedance_sections, "impedance", at_rest)
    monkeypatch.setattr(liquid, "impedance", liquid_at_rest)
    monkeypatch.setattr(recipe_steps, "steps", changes_of_recipe)
    monkeypatch.setattr(chemistries, "compare", other_chemistries)


@pytest.mark.slow
def test_every_section_on_the_paper_has_its_figures_and_targets(invented):
    told = []
    chosen = page.select_sections()
    report = page.compute(chosen, "particle", lambda *words: told.append(words))
    assert [section.problems for section in report.sections] == [()] * len(chosen)
    assert all(section.content for section in report.sections)
    targets = [t for name in catalogue.scored() for t in Experiment.load(name).targets]
    assert sum(len(section.targets) for section in report.sections) == len(targets)
    # the progress names each section, and a long run of cycles reports often
    assert ("Fig. 1") in [words[2] for words in told if len(words) == 3]
    assert len(told) > 600
    assert told[-1] == (len(chosen), len(chosen))
    text = report.html(date="today")
    assert text.count("<figure>") == text.count("<img ") > len(chosen)
    for section in chosen:
        assert f'<section id="{section.name}">' in text
    assert report.summary in text
    done, compared = report.summary.split(". ", 1)
    assert (
        done
        == f"{len(chosen)} parts of the paper were simulated with the model particle"
    )
    assert "Targets met: " in compared
    assert [r["Section"] for r in report.record("x.html")["sections"]] == [
        section.name for section in chosen
    ]


@pytest.mark.slow
def test_a_report_on_cells_compares_them(invented):
    cells = [Cell.load("C"), Cell.load("E")]
    report = page.compute(page.select_sections(None, cells), "particle", cells=cells)
    assert not any(section.problems for section in report.sections)
    by_name = {section.section.name: section for section in report.sections}
    assert set(by_name["rates"].targets[col.CELL]) == {"C"}
    (_, lowest) = by_name["resistance"].content
    assert lowest.frame["Total resistance [Ω]"].tolist() == pytest.approx([100] * 2)
    assert "In the paper" not in report.html()
    done, found, compared = report.summary.split(". ")
    assert done == "Cells C and E were simulated with the model particle"
    assert found.startswith("The capacity at 1C and 30 °C is ")
    assert found.endswith("; the lowest total resistance is 100 Ω (C) and 100 Ω (E)")
    assert compared.startswith("Targets met: ")


def test_the_summary_names_the_prediction_that_is_furthest_off():
    targets = pd.DataFrame(
        {
            col.USE: ["calibrated", "predicted", "predicted", "predicted"],
            col.ERROR: [50.0, 2.0, -7.25, np.nan],
            col.QUANTITY: "Total resistance [Ohm]",
            col.CELL: [*"ABC", "pouch"],
            col.WHERE: "0.1C, 30 degC",
        }
    )
    assert page._furthest_predicted(targets) == (
        "Of the predicted numbers, Total resistance [Ω] of Cell C, 0.1C, 30 °C "
        "deviates most, by -7.2 %."
    )
    assert page._furthest_predicted(targets[:1]) == ""


def test_results_are_computed_once_and_failures_are_told_again(invented, monkeypatch):
    computed = []

    def failing(*arguments):
        computed.append(arguments)
        raise ZeroDivisionError

    results = SectionResults("particle")
    first, second = (results.experiment("rate_30C", "C") for _ in range(2))
    assert first[1] is not second[1]
    assert set(first[0][col.CELL]) == {"C"}
    assert set(results.remarks) == {f"C at 2C and 30 °C: {REMARK}"}
    charges, _ = results.experiment("low_temperature", directions="charge")
    assert charges.empty
    monkeypatch.setattr(section_results, "run_protocol", failing)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            results.protocol("fan_0C")
    assert len(computed) == 1


@pytest.mark.slow
def test_the_page_of_the_paper_shows_the_results(invented):
    results = SectionResults("particle")
    figure = paper_figure.paper_figure(results)
    titles = [row.get_suptitle() for row in figure.subfigs]
    assert [title.partition(":")[0] for title in titles] == [
        "Fig. 2", "Fig. 3", "Fig. 6", "Fig. 7"
    ]  # fmt: skip
    assert [len(row.axes) for row in figure.subfigs] == [3, 2, 2, 6]
    voltage, nyquist, _ = figure.subfigs[0].axes
    table, _ = results.experiment("operando_impedance", "A", "discharge")
    assert voltage.lines[0].get_ydata() == pytest.approx(table[col.VOLTAGE])
    assert len(nyquist.lines) == len(paper_figure.SHOWN_DEPTHS)
    # a dotted line is a published lowest total
    total = figure.subfigs[2].axes[0]
    dotted = {line.get_ydata()[0] for line in total.lines if line.get_ls() == ":"}
    marks = scoring.published(Experiment.load("operando_impedance"), col.TOTAL)
    marks = marks[
        marks[col.CELL].isin([*"BCDE"]) & (marks[col.DIRECTION] == "discharge")
    ]
    assert dotted == set(marks[col.PUBLISHED].dropna())
    capacities = figure.subfigs[3].axes[3]
    diamonds = [line for line in capacities.lines if line.get_marker() == "D"]
    assert 61 in [line.get_ydata()[0] for line in diamonds]


@pytest.mark.parametrize(
    ("name", "stems"),
    [
        (
            "low_temperature",
            ["voltage", "capacity", "losses", "differential_capacity", "targets"],
        ),
        ("resistance_30C", ["resistance", "circuit", "operando", "targets"]),
        ("fresh_cell_a", ["nyquist", "relaxation_times", "targets"]),
    ],
)
@pytest.mark.slow
def test_each_kind_of_experiment_has_its_figures(invented, name, stems):
    experiment = Experiment.load(name)
    table, second = scoring.run(experiment, "particle")
    targets = scoring.judge(experiment, table, second)
    figures = result_figures.experiment_figures(experiment, table, second, targets)
    assert list(figures) == stems


def test_relaxation_times_of_some_of_many_spectra():
    table = spectra([("C", "discharge", 0.1, 30.0)], DEPTHS)
    figures = result_figures.spectrum_figures(table)
    times = figures["relaxation_times"].axes[0].lines
    assert 3 < len(times) <= result_figures.MOST_RESOLVED
    # few frequencies, or none, have no relaxation times
    assert list(result_figures.spectrum_figures(table[::9])) == ["nyquist"]
