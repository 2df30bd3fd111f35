"""Commands on impedance: impedance, resistance, spectrum, steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

import nfpcell
from nfpcell.cell.validation import ARCS
from nfpcell.cli import (
    data_options,
    named_values,
    options,
    parsing,
    terminal,
    text_tables,
)
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.request import Request
from nfpcell.errors import NfpcellError
from nfpcell.reports import remarks, result_figures

if TYPE_CHECKING:
    import nfpcell.plot

commands = typer.Typer()


@commands.command(
    epilog=options.examples(
        "impedance C --dod 0.2,0.5,0.8 --rate 0",
        "impedance C D --dod 0.1:0.9:0.2 --out my_spectra",
    )
)
@draws_figures
def impedance(
    context: typer.Context,
    cells: options.Cells,
    dod: options.Depths = options.typed("0.5"),
    direction: options.Direction = "discharge",
    rate: float | None = options.rate(
        "Let a direct current of this C-rate flow; 0 is a cell at rest. The default "
        "is 0.1, or 0 for a symmetric cell.",
        default=None,
    ),
    temperatures: options.Temperatures = options.typed("30"),
    frequencies: Sequence[float] | None = options.option(
        "--frequencies",
        "RANGE",
        "Compute at these frequencies in Hz: highest:lowest:points-per-decade, or a "
        "list. The default is 1e6:0.025:10, or 1e7:0.01:10 for a symmetric cell.",
        parsing.spectrum_frequencies,
        default=None,
    ),
    data: data_options.Overlay = None,
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Compute impedance spectra of cells at chosen depths of discharge."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    chosen = parsing.cells(cells, changed)
    for cell in chosen:
        if rate and cell.layout != "half-cell":
            raise NfpcellError(
                f"--rate {rate:g} is refused: cell {cell.name} is symmetric and stores "
                "no charge; right would be 0, for a spectrum at rest"
            )
    files = data_options.overlay(data, out)
    request = Request.read(context, chosen)
    with terminal.computing("Spectra") as progress:
        from nfpcell.eis import impedance as eis
        from nfpcell.eis import spectrum_analysis

        measured = [s for path in files for s in spectrum_analysis.read_all(path)]
        spectra = eis.impedance(
            chosen, dod, direction, rate, temperatures, frequencies, model, progress
        )
    return request.finish(
        spectra,
        [text_tables.spectra(spectra), *remarks.lines(spectra)],
        lambda: result_figures.spectrum_figures(spectra, measured),
    )


@commands.command(
    epilog=options.examples(
        "resistance C D --direction both",
        "resistance C --temperatures 30,0 --out my_resistances",
    )
)
@draws_figures
def resistance(
    context: typer.Context,
    cells: options.Cells,
    direction: options.Directions = "discharge",
    rates: options.Rates = options.typed("0.1"),
    temperatures: options.Temperatures = options.typed("30"),
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Compute R0, R1, R2 and their total over depth of discharge, and the minimum."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    chosen = parsing.half_cells(cells, changed)
    request = Request.read(context, chosen)
    with terminal.computing("Half-cycles") as progress:
        from nfpcell.eis.resistance import resistances
        from nfpcell.simulation.condition import every_condition

        conditions = every_condition(chosen, direction, rates, temperatures)
        table, spectra = resistances(conditions, model, progress)
    return request.finish(
        table,
        [text_tables.lowest_resistances(table), *remarks.lines(table)],
        lambda: result_figures.resistance_figures(table, spectra),
        files={"summary.csv": table, "spectra.csv": spectra},
    )


@commands.command(
    epilog=options.examples(
        "spectrum my_cell/summary.csv",
        "spectrum my_cell/summary.csv --arcs 3 --out my_analysis",
        after="impedance C --out my_cell",
    )
)
@draws_figures
def spectrum(
    context: typer.Context,
    files: list[str] = options.argument(
        "FILE",
        "Give measured spectra: tables with the columns frequency, Z_re and Z_im, "
        "or files of an instrument (.mpr, .mpt, .dta, .z, .par).",
    ),
    arcs: int = options.option(
        "--arcs",
        "N",
        "Fit an equivalent circuit with this number of arcs, 1 to 5.",
        parsing.whole_number,
        ARCS,
        default=2,
    ),
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """
    Analyse measured spectra: Kramers-Kronig test, circuit fit, relaxation times.

    The exit code is 1 if a spectrum fails the test.
    """
    request = Request.read(context)
    with terminal.computing("Spectra") as progress:
        evaluation = nfpcell.spectrum(files, arcs, progress)
        table = evaluation.table
    return request.finish(
        table,
        [*text_tables.measured_spectra(evaluation), evaluation.summary],
        lambda: result_figures.evaluation_figures(evaluation),
        files={"summary.csv": table, "spectra.csv": evaluation.points},
        failed=evaluation.failed,
    )


@commands.command(
    epilog=options.examples("steps B C D", "steps A B C --rate 0.5 --out my_steps")
)
@draws_figures
def steps(
    context: typer.Context,
    cells: options.Cells,
    direction: options.Direction = "discharge",
    rate: options.Rate = 0.1,
    temperature: options.Temperature = 30,
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Compute the change of resistance for each recipe change from cell to cell."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    chosen = parsing.half_cells(cells, changed, in_order=True)
    request = Request.read(context, chosen)
    with terminal.computing("Cells") as progress:
        table = nfpcell.steps(chosen, direction, rate, temperature, model, progress)
    return request.finish(
        table,
        text_tables.recipe_steps(chosen, table),
        lambda: {"steps": nfpcell.plot.steps(table)},
    )
