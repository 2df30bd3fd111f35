"""Commands on own data without a fit: compare, example-data."""

from __future__ import annotations

from pathlib import Path

import typer

from nfpcell.cli import (
    data_options,
    named_values,
    options,
    parsing,
    terminal,
    text_tables,
)
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.request import DONE, Request, answer
from nfpcell.errors import NfpcellError, refusal

commands = typer.Typer()


@commands.command(
    epilog=options.examples(
        "compare --cell C --data examples/rate_test_30degC.csv --out compared",
        "compare --cell C --data examples/spectra_30degC.csv --dod 0.2,0.5,0.8",
        after="example-data examples",
    )
)
@draws_figures(capacities=True)
def compare(
    context: typer.Context,
    more: list[str] | None = options.argument(
        "FILE", "Read more measured files, as in --data *.csv.", default=None
    ),
    cell: list[str] = options.described(
        "CELL",
        "Compare with this cell: a built-in cell or a .toml file. The option may be "
        "repeated, to see which is closer.",
    ),
    data: data_options.Files = None,
    model: options.Model = "full",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    temperature: data_options.Temperature = None,
    half_cycles: data_options.HalfCycles = None,
    direction: data_options.Direction = None,
    sign: data_options.Sign = None,
    rate: data_options.Rate = None,
    start: data_options.Start = None,
    dod: data_options.Depths = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """
    Compare measured curves and spectra with what the model computes; no fit.

    RMS is the root mean square of the difference of voltages or impedances.

    The exit code is 1 if something could not be computed.
    """
    files = [*(data or []), *(more or [])]
    if not files:
        raise NfpcellError("no data to compare; right would be --data my_file.csv")
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    cells = parsing.cells(cell, changed)
    with terminal.silent_output():
        stated = data_options.stated(
            temperature, half_cycles, direction, sign, rate, start, dod
        )
        names = [loaded.name for loaded in cells]
        request = Request.read(context, cells, cell=names, data=files)
    with terminal.computing("Files") as progress:
        from nfpcell.fitting.comparison import comparison
        from nfpcell.reports import result_figures

        compared = comparison(cells, files, stated, model, progress)
        curves, spectra = compared.curves, compared.spectra
    return request.finish(
        compared.table,
        text_tables.compared(compared),
        lambda: result_figures.comparison_figures(curves, spectra),
        files={
            "summary.csv": compared.table,
            "curves.csv": curves if len(curves) else None,
            "spectra.csv": spectra if len(spectra) else None,
        },
    )


@commands.command(
    "example-data",
    epilog=options.examples(
        "example-data examples", "example-data examples --model particle --force"
    ),
)
def example_data(
    folder: str = options.argument(
        "DIR", "Write the files to this folder, which is made if necessary."
    ),
    model: options.Model = "full",
    force: options.Force = False,
    as_json: options.Json = False,
) -> int:
    """
    Write files to try: a rate test, a GITT, spectra at rest and during a discharge.

    The model made them, with noise, and their first line says so.

    They are of a cell that differs from Cell C in two quantities.
    """
    from nfpcell.reports import output_files

    if not folder.strip():
        raise refusal("DIR", "no name is given", "a folder such as examples")
    place = output_files.writable_folder(folder)
    with terminal.silent_output():
        from nfpcell.studies import example_data as examples
    for name in examples.FILES:
        if (place / name).exists() and not force:
            what = f"{Path(folder, name)} exists already and is not replaced"
            raise refusal("DIR", what, "another folder, or --force")
    with terminal.computing("Files") as progress:
        from nfpcell.parallel import reported

        names = list(examples.FILES)
        texts = {name: examples.text(name, model) for name in reported(names, progress)}
        paths = output_files.write_files(place, texts)
    records = [
        {"File": str(path), "Content": examples.content(path.name)} for path in paths
    ]
    answer(as_json, records, [], paths)
    return DONE
