"""What ``nfpcell benchmark`` prints, draws and writes."""

from dataclasses import dataclass, field

from nfpcell import plot
from nfpcell.reports import paper_figure
from nfpcell.reports.section_results import SectionResults
from nfpcell_benchmarks import accuracy, benchmark_figures, speed


@dataclass(frozen=True)
class Results:
    """
    Results of one part of the benchmark.

    Attributes
    ----------
    records : for --json
    tables, figures : by the stem of their file
    sentences : what is said below the tables
    """

    records: list
    tables: dict
    sentences: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)


def run(part, model, progress=None, figures=False):
    """
    One part of the benchmark.

    Parameters
    ----------
    part : "accuracy" or "speed"
    model : of the targets
    progress : called with (done, all) and what is next
    figures : also what is only drawn
    """
    if part == "speed":
        return _speed(progress, figures)
    return _accuracy(model, progress, figures)


def _accuracy(model, progress, figures):
    # kept, so that the page of figures runs nothing twice
    computed = SectionResults(model)
    targets = accuracy.against_the_paper(computed, progress)
    mathematics = accuracy.against_mathematics()
    met = int(targets["Met"].sum())
    sentences = [f"{met} of {len(targets)} targets met."]
    drawn = {}
    if figures:
        drawn = {
            "targets": plot.scores(targets),
            "paper": paper_figure.paper_figure(computed),
        }
    return Results(
        [*targets.to_dict("records"), *mathematics.to_dict("records")],
        {"accuracy": targets, "mathematics": mathematics},
        sentences,
        drawn,
    )


def _speed(progress, figures):
    table = speed.against_peers(progress)
    grown = speed.growth()
    errors = speed.error_per_cost()
    drawn = {}
    if figures:
        drawn = {
            "speed": benchmark_figures.speed_figure(table),
            "growth": benchmark_figures.growth_figure(grown),
            "error_per_cost": benchmark_figures.error_figure(errors),
        }
    return Results(
        table.to_dict("records"),
        {"speed": table, "growth": grown, "error_per_cost": errors},
        ["Ratio: peer over nfpcell, above 1 is faster than the peer."],
        drawn,
    )
