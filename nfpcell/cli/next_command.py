"""The command next: which measurement to make next."""

from __future__ import annotations

from collections.abc import Sequence

import typer

import nfpcell
from nfpcell.cell import units as unit_choice
from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.cli import named_values, next_table, options, parsing, terminal
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.request import Request
from nfpcell.errors import refusal
from nfpcell.reports import run_folder

commands = typer.Typer()
_ABOVE_ZERO = Range(0, 1e5, low_open=True)


@commands.command(
    epilog=options.examples(
        'next --cell C --want "Contact resistance [Ω]" --free "Contact resistance '
        '[Ω]=5:50" --temperatures 30 --model particle',
        'next --cell C --want "Positive particle diffusivity [m2.s-1]" --free '
        '"Positive electrode exchange-current density [A.m-2]=0.002:0.2" --rates 1 '
        "--temperatures 30 --dod 0.5 --hours 24 --out my_next",
    )
)
@draws_figures
def next(
    context: typer.Context,
    cell: str = options.described(
        "CELL",
        "Take this cell and what its file states of its fitted constants: a .toml "
        "file of nfpcell fit, or a built-in cell.",
    ),
    want: list[str] = options.described(
        "NAME",
        "Narrow the interval of this quantity. The name has its unit, as `nfpcell show "
        "CELL` prints it. The option may be repeated.",
    ),
    hours: float = options.option(
        "--hours",
        "H",
        "Combine measurements that together take at most these hours on the cycler.",
        parsing.number,
        _ABOVE_ZERO,
        default=48.0,
    ),
    free: list[str] | None = options.described(
        "NAME=LOWER:UPPER",
        "Take this 95 % interval as known of a quantity. It replaces the one of the "
        "cell file, or makes a further quantity free. The option may be repeated.",
        default=None,
    ),
    rates: Sequence[float] = options.rates(
        "Consider half-cycles at these C-rates.", default="0.1,0.2,0.5,1,2"
    ),
    temperatures: Sequence[float] = options.numbers(
        "--temperatures",
        "Consider measurements at these temperatures in °C.",
        validation.TEMPERATURES,
        "-20:30:10",
        default="30,0",
    ),
    direction: validation.DirectionChoice = options.choice(
        "--direction",
        validation.DIRECTIONS,
        "Choose the directions of the half-cycles.",
        default="both",
    ),
    dod: Sequence[float] = options.numbers(
        "--dod",
        "Consider spectra and pulses at these depths of discharge.",
        validation.DEPTHS,
        "0.1:0.9:0.1",
        default="0.2,0.5,0.8",
    ),
    preparation: float = options.option(
        "--preparation",
        "C-RATE",
        "Charge, or discharge, at this C-rate before each measurement.",
        parsing.c_rate,
        validation.RATES,
        default=0.1,
    ),
    sigma: float = options.option(
        "--sigma",
        "V",
        "Take this standard deviation of a voltage in V.",
        parsing.number,
        _ABOVE_ZERO,
        default=1e-3,
    ),
    impedance_sigma: float = options.option(
        "--impedance-sigma",
        "FRACTION",
        "Take this standard deviation of an impedance, a fraction of |Z|.",
        parsing.number,
        _ABOVE_ZERO,
        default=0.01,
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
    """Say which measurement to make next: what narrows an interval most in an hour."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    (loaded,) = parsing.half_cells([cell], changed)
    given = named_values.bounds(free or [], "--free")
    wanted = [unit_choice.typed(name)[0] for name in want]
    if len(set(wanted)) < len(wanted):
        raise refusal("--want", "a quantity is given twice", "once")
    request = Request.read(context, [loaded])
    with terminal.computing("Measurements") as progress:
        from nfpcell.fitting import measure_next
        from nfpcell.reports import measurement_files, next_report

        result = measure_next.measure_next(
            loaded,
            wanted,
            hours,
            given,
            rates=rates,
            temperatures=temperatures,
            direction=direction,
            depth_of_discharge=dod,
            preparation=preparation,
            sigma=sigma,
            impedance_sigma=impedance_sigma,
            model=model,
            progress=progress,
        )
    files, table = {}, result.table
    if request.folder is not None:
        files = measurement_files.contents(result.best, loaded)
        files[run_folder.NEXT_PAGE] = next_report.render(result)
        names = measurement_files.names_of(result.best)
        paths = {name: str(request.folder / file) for name, file in names.items()}
        table = measure_next.table(result.design, paths)
    return request.finish(
        table,
        [*next_table.next_measurements(result), *result.sentences],
        lambda: {"next": nfpcell.plot.next_measurements(table)},
        files={"summary.csv": table, **files},
        failed=table["Hours"].isna(),
        more={"answer": list(result.sentences)},
    )
