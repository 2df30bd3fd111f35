"""The command on what was assumed: assumptions."""

from __future__ import annotations

import typer

import nfpcell
from nfpcell.cell.validation import TIME_LIMITS
from nfpcell.cli import options, parsing, score_tables, terminal
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.request import Request

commands = typer.Typer()


@commands.command(
    epilog=options.examples(
        "assumptions rate_30C --model particle",
        "assumptions rate_30C resistance_30C --out my_assumptions",
    )
)
@draws_figures
def assumptions(
    context: typer.Context,
    experiments: list[str] | None = options.argument(
        "EXPERIMENT",
        "Give built-in experiments or .toml files. By default all experiments with "
        "targets and the held-out numbers are taken.",
        default=None,
    ),
    model: options.Model = "full",
    workers: options.Workers = None,
    time_limit: float = options.option(
        "--time-limit",
        "SECONDS",
        "Stop one end of a range after this time in seconds.",
        parsing.number,
        TIME_LIMITS,
        default=900.0,
    ),
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Set each assumed quantity to both ends of its range; which targets move."""
    from nfpcell.cell import catalogue

    if not experiments:
        experiments = [*catalogue.scored(), *catalogue.of_kind(catalogue.HELD_OUT)]
    names = [name for name in experiments if not catalogue.is_held_out(name)]
    chosen, cells = parsing.scored(names)
    with terminal.silent_output():
        from nfpcell.studies import held_out
        from nfpcell.studies.held_out_file import HeldOut

        held = [HeldOut.load(name) for name in experiments if name not in names]
        more = [cell for numbers in held for cell in held_out.cells(numbers)]
    cells = list(dict.fromkeys([*cells, *more]))
    request = Request.read(context, cells, [*chosen, *held])
    with terminal.computing("Ends of ranges") as progress:
        from nfpcell.sweeping import assumptions as study

        files = [*(e.path for e in chosen if e.path), *(n.path for n in held)]
        table = study.assumptions(files, model, workers, time_limit, progress)
    return request.finish(
        table,
        score_tables.assumptions(cells, table),
        lambda: {"assumptions": nfpcell.plot.assumptions(table)},
    )
