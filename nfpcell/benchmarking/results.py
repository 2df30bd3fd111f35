"""What ``nfpcell benchmark`` prints, draws and writes."""

from dataclasses import dataclass, field

from nfpcell import plot, plot_benchmark
from nfpcell.benchmarking import accuracy, speed
from nfpcell.plot_paper import paper_figure
from nfpcell.report.results import Results as Computed


@dataclass(frozen=True)
class Results:
    """
    Results of one part of the benchmark.

    Attributes
    ----------
    records : for --json
    tables, figures : by the stem of their file
    sentences : what is said below the tables
    kept : whether all that was met in the committed state still is
    """

    records: list
    tables: dict
    sentences: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)
    kept: bool = True


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
    computed = Computed(model)
    targets = accuracy.against_the_paper(computed, progress)
    mathematics = accuracy.against_mathematics()
    met = int(targets["Met"].sum())
    sentences = [f"{met} of {len(targets)} targets met."]
    slipped = []
    if model == accuracy.STATE_MODEL:
        slipped = accuracy.slipped(targets, accuracy.state())
    sentences += [f"Slipped: {one}." for one in slipped]
    return Results(
        [*targets.to_dict("records"), *mathematics.to_dict("records")],
        {"accuracy": targets, "mathematics": mathematics},
        sentences,
        accuracy_figures(targets, computed) if figures else {},
        not slipped,
    )


def accuracy_figures(targets, computed):
    """The score, and the paper's Figs. 2, 3, 6 and 7 on one page."""
    return {"targets": plot.score_figure(targets), "paper": paper_figure(computed)}


def _speed(progress, figures):
    table = speed.against_peers(progress)
    grown = speed.growth()
    errors = speed.error_per_cost()
    drawn = {}
    if figures:
        drawn = {
            "speed": plot_benchmark.speed_figure(table),
            "growth": plot_benchmark.growth_figure(grown),
            "error_per_cost": plot_benchmark.error_figure(errors),
        }
    return Results(
        table.to_dict("records"),
        {"speed": table, "growth": grown, "error_per_cost": errors},
        ["Ratio: peer over nfpcell, above 1 is faster than the peer."],
        drawn,
    )
