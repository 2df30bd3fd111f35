"""Commands on cells as data: list, show, new-cell."""

import warnings
from pathlib import Path

import typer

from nfpcell.cell.naming import titled
from nfpcell.cli import (
    named_values,
    options,
    parsing,
    table_columns,
    terminal,
    text_tables,
)
from nfpcell.cli.printed_table import render
from nfpcell.cli.request import answer

commands = typer.Typer()


@commands.command("list", epilog=options.examples("list", "list --json"))
def list_(as_json: options.Json = False) -> None:
    """List the built-in cells and experiments, one line each."""
    from nfpcell.cell import catalogue, toml_files

    paths = [("cell", name, catalogue.find_cell(name)[0]) for name in catalogue.cells()]
    paths += [
        ("experiment", name, catalogue.find_experiment(name))
        for name in catalogue.experiments()
    ]
    records = [
        {"Kind": kind, "Name": name, "Title": toml_files.read(path).get("title", "")}
        for kind, name, path in paths
    ]
    answer(as_json, records, [render(table_columns.CATALOGUE, records)])


@commands.command(
    epilog=options.examples("show C --notes", "show C --notes --units SI")
)
def show(
    cell: options.Cell,
    notes: bool = options.flag(
        "--notes", "Also print the note on each quantity.", default=False
    ),
    changes: options.Set = None,
    units: options.Units = "lab",
    as_json: options.Json = False,
) -> None:
    """Show every quantity of a cell with its value, kind of source and reference."""
    from nfpcell.cell import cell_records

    (loaded,) = parsing.cells([cell], named_values.changes(changes, None, None))
    records = cell_records.quantity_records(loaded)
    table, references = text_tables.quantities(records, notes)
    title = titled(loaded.name, loaded.title)
    answer(as_json, records, [title, table, "References", *references])


@commands.command(
    "new-cell",
    epilog=options.examples(
        "new-cell --based-on C --carbon 0.045 --out my_cell.toml",
        "new-cell --based-on C --roughness 0.75:0 --out rough.toml",
    ),
)
def new_cell(
    based_on: str = options.described(
        "CELL",
        "Change this cell: a built-in cell or a .toml file. What is not given here "
        "stays as in this cell.",
    ),
    out: str = options.described(
        "FILE.toml", "Write this cell file.", "--out", panel=options.OUTPUT
    ),
    carbon: float | None = options.described(
        "FRACTION",
        "Set the mass fraction of carbon in the cathode, such as 0.045. The ratio "
        "of NFP to electrolyte stays the same.",
        default=None,
    ),
    electrolyte: float | None = options.described(
        "FRACTION", "Set the mass fraction of β″-alumina in the cathode.", default=None
    ),
    powder_surface: float | None = options.described(
        "M²/G",
        "Set the specific surface area of the NFP powder (BET) in m²/g.",
        default=None,
    ),
    powder_d50: float | None = options.described(
        "µM",
        "Set the median particle diameter of the NFP powder in µm, instead of "
        "--powder-surface.",
        default=None,
    ),
    firing_temperature: float | None = options.described(
        "°C", "Set the firing temperature of the cathode in °C.", default=None
    ),
    firing_time: float | None = options.described(
        "MIN", "Set the firing time of the cathode in min.", default=None
    ),
    roughness: str | None = options.described(
        "CATHODE:ANODE",
        "Set the volume fraction of pore former in the rough layers of the "
        "β″-alumina electrolyte, such as 0.75:0, or one number for both sides. 0 is "
        "smooth.",
        default=None,
    ),
    plate_thickness: float | None = options.described(
        "MM", "Set the thickness of the β″-alumina electrolyte in mm.", default=None
    ),
    others: list[str] | None = options.described(
        "NAME=VALUE",
        "Set any other quantity. The name has its unit, as `nfpcell show CELL` "
        'prints it: "Contact resistance \\[Ω]=20". The option may be repeated.',
        "--set",
        default=None,
    ),
    title: str | None = options.described(
        "TEXT", "Give the new cell this title.", default=None
    ),
    force: options.Force = False,
    units: options.Units = "lab",
    as_json: options.Json = False,
) -> None:
    """Write the cell file of a new recipe; warn outside the calibrated range."""
    from nfpcell.cell import cell_records, new_recipe
    from nfpcell.cell.definition import Cell

    sides = None
    if roughness is not None:
        sides = parsing.both_sides(roughness, "--roughness")
    base = Cell.load(based_on)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", new_recipe.RecipeWarning)
        cell = new_recipe.new_cell(
            base,
            carbon=carbon,
            electrolyte=electrolyte,
            powder_surface=powder_surface,
            powder_d50=powder_d50,
            firing_temperature=firing_temperature,
            firing_time=firing_time,
            roughness=sides,
            plate_thickness=plate_thickness,
            values=named_values.settings(others or [], "--set"),
            name=Path(out).stem,
            title=title,
        )
    path = cell.save(out, force, new_recipe.SHARED)
    remarks = [str(warning.message) for warning in caught]
    for remark in remarks:
        terminal.remark(remark)
    rows = cell_records.difference_records(base, cell)
    record = {
        "cell_file": str(path),
        "title": cell.title,
        "warnings": remarks,
        "differences": rows,
    }
    table = text_tables.differences(base, cell, rows)
    answer(as_json, record, [titled(cell.name, cell.title), table], [path])
