"""Commands on experiments: run, score, sweep, chemistries, report, benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

import nfpcell
from nfpcell.cell import catalogue
from nfpcell.cell.validation import DRAWS, TIME_LIMITS
from nfpcell.cli import (
    held_out,
    named_values,
    options,
    parsing,
    score_tables,
    terminal,
    text_tables,
)
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.request import CONDITION_FAILED, DONE, Request, answer
from nfpcell.errors import NfpcellError, refusal
from nfpcell.figures import appearance
from nfpcell.reports import remarks, result_figures

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    import nfpcell.plot

commands = typer.Typer()


@commands.command(
    epilog=options.examples("run low_temperature", "run low_temperature --out my_run")
)
@draws_figures(capacities=True)
def run(
    context: typer.Context,
    experiment: options.Experiment,
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    wide: options.Wide = False,
    excel: options.Excel = False,
) -> int:
    """Compute one experiment: its curves or spectra, and its targets if it has any."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    if catalogue.is_held_out(experiment):
        return held_out.command(context, experiment, model, changed)
    (chosen,), cells = parsing.experiments([experiment], changed)
    if wide and chosen.kind != "cycling":
        what = f"{chosen.name} has no curves over capacity"
        raise refusal("--wide", what, "an experiment of half-cycles, or no --wide")
    request = Request.read(context, cells, [chosen], experiment=chosen.name)
    with terminal.computing("Conditions") as progress:
        from nfpcell.reports import curve_tables
        from nfpcell.studies import constants, scoring

        used = scoring.cells_of(chosen, changed)
        table, second = scoring.run(chosen, model, progress, cells=used)
        targets = scoring.judge(chosen, table, second) if chosen.targets else None
    more = (
        curve_tables.files(second, wide)
        if chosen.kind == "cycling"
        else {"spectra.csv": second}
    )
    shown: list[Any] = [
        *named_values.remark(changed),
        text_tables.conditions(chosen.kind, table),
    ]
    if targets is not None:
        shown += [
            "Targets",
            score_tables.targets(targets),
            constants.count(cells, targets),
        ]
    files = {"summary.csv": table, **more, "targets.csv": targets}
    return request.finish(
        table,
        [*shown, *remarks.lines(table)],
        lambda: result_figures.experiment_figures(chosen, table, second, targets),
        files=files,
    )


@commands.command(
    epilog=options.examples(
        "score rate_30C low_temperature --out my_scores",
        "score held_out --draws 20 --out my_held_out",
    )
)
@draws_figures
def score(
    context: typer.Context,
    experiments: list[str] | None = options.argument(
        "EXPERIMENT",
        "Give built-in experiments or .toml files. By default all experiments with "
        "targets are taken.",
        default=None,
    ),
    model: options.Model = "full",
    draws: int | None = options.option(
        "--draws",
        "N",
        "Take this number of draws for the 95 % bands of held_out; 100 by default.",
        parsing.whole_number,
        DRAWS,
        default=None,
    ),
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Compare computed with published numbers; exit 1 if a target is missed."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    if experiments and any(map(catalogue.is_held_out, experiments)):
        if len(experiments) > 1:
            raise refusal(experiments[0], "is not alone", "nfpcell score held_out")
        return held_out.command(
            context, experiments[0], model, changed, draws, score=True
        )
    if draws is not None:
        raise refusal("--draws", "is for held_out", "nfpcell score held_out --draws N")
    chosen, cells = parsing.scored(experiments or catalogue.scored(), changed)
    request = Request.read(context, cells, chosen)
    with terminal.computing("Experiments") as progress:
        from nfpcell.studies import constants, scoring

        files = [e.path or e for e in chosen]
        table = scoring.score(files, model, progress, changed)
    met = table["Met"].astype(bool)
    return request.finish(
        table,
        [
            *named_values.remark(changed),
            score_tables.targets(table),
            f"{met.sum()} of {len(table)} targets met",
            constants.count(cells, table),
        ],
        lambda: {"targets": nfpcell.plot.scores(table)},
        failed=~met,
    )


@commands.command(
    epilog=options.examples(
        "sweep plate_and_roughness --out my_sweep --workers 2",
        "sweep sensitivity --out my_sensitivity --time-limit 60",
    )
)
@draws_figures
def sweep(
    context: typer.Context,
    experiment: options.Experiment,
    out: str = options.described(
        "DIR",
        "Write the results to this new folder; with --resume, to that of the "
        "unfinished sweep. Finished cases are saved during the run.",
        "--out",
        panel=options.OUTPUT,
    ),
    workers: options.Workers = None,
    resume: options.Resume = False,
    time_limit: float = options.option(
        "--time-limit",
        "SECONDS",
        "Stop a case after this time in seconds.",
        parsing.number,
        TIME_LIMITS,
        default=300.0,
    ),
    scheduler: str | None = options.described(
        "ADDRESS",
        "Let the workers of the Dask scheduler at this address compute the cases.",
        default=None,
    ),
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    excel: options.Excel = False,
) -> int:
    """Vary quantities of a cell on a grid or by sampling, and compute every case."""
    if workers is not None and scheduler is not None:
        raise NfpcellError(
            "--workers is refused with --scheduler, which has its own workers; "
            "right would be only one of them"
        )
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    with terminal.silent_output():
        from nfpcell.sweeping.sweep_plan import Sweep

        plan = Sweep.load(experiment).with_values(changed)
    request = Request.read(context, plan.cells, experiment=plan.name)
    with terminal.computing("Cases") as progress:
        from nfpcell.reports import sweep_report
        from nfpcell.sweeping import runner

        table, work = runner.run(
            plan,
            request.folder or out,
            workers,
            resume=resume,
            limit=time_limit,
            scheduler=scheduler,
            progress=progress,
            lists=as_json,
        )
        report = sweep_report.report(plan, table)
    damaged = f"{work.damaged} damaged files of finished cases were computed again"
    return request.finish(
        table,
        [
            *named_values.remark(changed),
            text_tables.sweep(plan, table),
            *report.lines,
            *[damaged] * (work.damaged > 0),
        ],
        lambda: report.figures,
        files=report.tables,
        more={"work": work.record()},
    )


@commands.command(
    epilog=options.examples(
        "chemistries --out comparison", "chemistries --model particle"
    )
)
@draws_figures
def chemistries(
    context: typer.Context,
    experiment: str = options.argument(
        "EXPERIMENT",
        "Give an experiment of kind chemistries, or a .toml file.",
        default="chemistries",
    ),
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Compare rate capability and resistance with other cell chemistries (Table 1)."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    with terminal.silent_output():
        from nfpcell.studies.chemistries import Comparison, compare

        comparison = Comparison.load(experiment).with_values(changed)
    request = Request.read(context, comparison.cells, experiment=comparison.name)
    with terminal.computing("Cells") as progress:
        table = compare(comparison, model, progress)
    return request.finish(
        table,
        [*named_values.remark(changed), *text_tables.chemistries(table)],
        lambda: {"chemistries": nfpcell.plot.chemistries(table)},
        files={"chemistries.csv": table},
    )


@commands.command(
    epilog=options.examples(
        "report --sections fig-3 --out fig_3.html", "report C D --out my_report.html"
    )
)
@draws_figures
def report(
    cells: list[str] | None = options.argument(
        "CELL",
        "Report on these built-in cells or .toml files. Without any, the report is "
        "on the paper.",
        default=None,
    ),
    out: str = options.described(
        "FILE.html",
        "Write this page.",
        "--out",
        default="report.html",
        panel=options.OUTPUT,
    ),
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    sections: Sequence[str] | None = options.option(
        "--sections",
        "LIST",
        "Compute these sections, such as fig-3,fig-7b; all by default.",
        parsing.names,
        default=None,
    ),
    force: options.Force = False,
    units: options.Units = "lab",
    as_json: options.Json = False,
) -> int:
    """Write one HTML page with figures and scores, on the paper or on cells."""
    from nfpcell import files

    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    if changed and not cells:
        raise refusal("--set or a cut-off", "needs a cell", "nfpcell report C ...")
    if "pdf" in appearance.current().formats:
        raise refusal("--format", "a page cannot show pdf", "png or svg")
    path = files.writable_path(out, force, ".html")
    with terminal.silent_output():
        from nfpcell.reports import page

        chosen = parsing.half_cells(cells, changed) if cells else []
        page.select_sections(sections, chosen)
    with terminal.computing("Report") as progress:
        written = page.write(path, chosen, sections, model, progress, force=force)
    shown = [text_tables.sections(written.sections), written.summary]
    answer(as_json, written.record(path), shown, [path])
    return DONE if written.sound else CONDITION_FAILED


@commands.command(
    epilog=options.examples("benchmark accuracy", "benchmark speed --out my_benchmark")
)
@draws_figures
def benchmark(
    context: typer.Context,
    what: str | None = options.argument(
        "accuracy|speed",
        "Run this part of the benchmark; both by default.",
        default=None,
    ),
    model: options.Model = "full",
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
) -> int:
    """Measure accuracy against the paper, and speed against PyBaMM and PyBOP."""
    parts = ("accuracy", "speed")
    chosen = parts if what is None else (parsing.one_of(what, "the benchmark", parts),)
    with terminal.silent_output():
        from nfpcell_benchmarks import suite

    request = Request.read(context, what=list(chosen))
    records: dict[str, list[Any]] = {}
    tables: dict[str, pd.DataFrame] = {}
    figures: dict[str, Figure] = {}
    shown: list[Any] = []
    for part in chosen:
        with terminal.computing(part.capitalize()) as progress:
            result = suite.run(
                part, model, progress, figures=request.folder is not None
            )
        records[part] = result.records
        tables |= {f"{name}.csv": table for name, table in result.tables.items()}
        figures |= result.figures
        shown += [*map(text_tables.benchmark, result.tables.values())]
        shown += result.sentences
    paths = request.write(tables, lambda: figures)
    answer(as_json, records if what is None else records[what], shown, paths)
    met = all(row.get("Met", True) for row in records.get("accuracy", []))
    return DONE if met else CONDITION_FAILED
