"""The command line: words in; a table, one JSON value or one sentence out.

What is heavy (PyBaMM, pandas, matplotlib) is imported inside the commands, after all
input has been checked.
"""

import itertools
import os
import sys
from typing import Annotated

import typer

from nfpcell import __version__
from nfpcell.cell.validation import (
    DIRECTIONS,
    HALF_CYCLES,
    MODELS,
    REST_OR_RATES,
    TEMPERATURES,
)
from nfpcell.cli import parsing, terminal, text_tables
from nfpcell.errors import NfpcellError
from nfpcell.number_format import plain

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
# a case that stalls is solved again with tighter steps; what the integrator says of the
# first try is not for the user
os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)

MOST_RESOLVED = 6
MOST_ARCS = 5
FREQUENCY = "Frequency [Hz]"
OK, CONDITION_FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
# typer carries its own click, or uses the one installed
_ClickError = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="nfpcell",
    help="Simulator of an oxide all-solid-state sodium half-cell: "
    "Na | beta''-alumina | Na2FeP2O7.",
    epilog="Exit codes: 0 all done; 1 done, but a condition failed or a target is "
    "not met; 2 refused.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON value and nothing else.")
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write summary.csv, curves, figures (PNG and SVG) and run.json into this "
        "folder. What an earlier run of nfpcell wrote there is replaced, no other "
        "file is.",
    ),
]
Model = Annotated[
    str, typer.Option("--model", metavar="|".join(MODELS), help="Fidelity.")
]


def main(typed=None):
    """Run the command line; returns its exit code."""
    terminal.open_streams()
    command = typer.main.get_command(app)
    try:
        with terminal.remembering_interrupts():
            code = command.main(typed, prog_name="nfpcell", standalone_mode=False)
            terminal.interrupt_if_pressed()
    except NfpcellError as error:
        return _refuse(str(error))
    except _ClickError as error:
        return _refuse(_click_sentence(error))
    except OSError as error:
        # of a stream that takes nothing, or a system that gives no more
        terminal.forget(1)
        where = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{where}{error.strerror or error}")
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return code or OK


def _refuse(sentence):
    try:
        print("nfpcell:", " ".join(sentence.split("\n")), file=sys.stderr, flush=True)
    except OSError:
        terminal.forget(2)
    return REFUSED


def _click_sentence(error):
    """What click has to say, as one sentence that also says where to look."""
    said = error.format_message().strip().rstrip(".")
    said = said[:1].lower() + said[1:]
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "nfpcell"
    return f'{said}; "{path} --help" says what would be right'


def _version(asked: bool):
    if asked:
        terminal.emit(f"nfpcell {__version__}\n")
        raise typer.Exit


@app.callback()
def _nfpcell(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_version
        ),
    ] = False,
):
    pass


@app.command("list")
def list_(as_json: Json = False):
    """Built-in cells and experiments, one line each."""
    from nfpcell.cell import catalogue, toml_files

    rows = [
        {"Kind": kind, "Name": word, "Title": toml_files.read(path).get("title", "")}
        for kind, words, find in (
            ("cell", catalogue.cells(), lambda word: catalogue.find_cell(word)[0]),
            ("experiment", catalogue.experiments(), catalogue.find_experiment),
        )
        for word, path in ((word, find(word)) for word in words)
    ]
    if as_json:
        return terminal.emit_json(rows)
    return terminal.show(
        terminal.table({"Kind": {}, "Name": {}, "Title": {}}, map(dict.values, rows))
    )


@app.command()
def show(
    cell: Annotated[
        str, typer.Argument(metavar="CELL", help="A cell's word or a .toml file.")
    ],
    notes: Annotated[bool, typer.Option("--notes", help="Print notes too.")] = False,
    as_json: Json = False,
):
    """Every quantity of a cell: value, unit, kind of source and reference."""
    from nfpcell.cell.definition import Cell

    cell = Cell.load(cell)
    rows = text_tables.quantities(cell)
    if as_json:
        return terminal.emit_json(rows)
    number = {}
    for row in rows:
        number.setdefault(row["Reference"], len(number) + 1)
    columns = {
        "Quantity": {"ratio": 1},
        "Value": {"justify": "right", "no_wrap": True},
        "Unit": {"no_wrap": True},
        "Kind": {"no_wrap": True},
        "Ref.": {"justify": "right"},
    }
    table = terminal.table(
        columns,
        (
            (
                text_tables.noted(row["Name"], row["Note"] if notes else ""),
                plain(row["Value"], 6),
                row["Unit"],
                row["Kind"],
                str(number[row["Reference"]]),
            )
            for row in rows
        ),
        expand=True,
    )
    lines = [f"[{k}] {reference}" for reference, k in number.items()]
    return terminal.show(f"{cell.name}: {cell.title}", table, "References", *lines)


@app.command()
def simulate(
    cells: Annotated[
        list[str],
        typer.Argument(metavar="CELL", help="Words of cells or .toml files."),
    ],
    rates: Annotated[
        str,
        typer.Option(metavar="LIST", help="C-rates, as 0.2,0.5 or first:last:step."),
    ] = "0.2,0.5,1,2",
    temperatures: Annotated[
        str,
        typer.Option(metavar="LIST", help="Temperatures in °C, as 30,0 or 30:-20:-10."),
    ] = "30",
    direction: Annotated[
        str, typer.Option(metavar="|".join(DIRECTIONS), help="Of the half-cycles.")
    ] = "discharge",
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Charge or discharge cells at constant current, at every rate and temperature."""
    rates = parsing.numbers(rates, "--rates")
    temperatures = parsing.numbers(temperatures, "--temperatures")
    parsing.one_of(direction, "--direction", DIRECTIONS)
    parsing.one_of(model, "--model", MODELS)
    cells = parsing.half_cells(cells)
    folder = parsing.folder(out)
    options = {
        "cells": [cell.name for cell in cells],
        "rates": rates,
        "temperatures": temperatures,
        "direction": direction,
        "model": model,
    }
    record = _record(folder, "simulate", options, cells)
    with terminal.computing("Half-cycles") as progress:
        from nfpcell.simulation import constant_current

        # curves are for files and figures only
        found = constant_current.simulate(
            cells,
            rates,
            temperatures,
            direction,
            model,
            curves=folder is not None,
            progress=progress,
        )
    table, curves = found if folder else (found, None)
    return _finish(
        table, curves, record, folder, as_json, [text_tables.half_cycles(table)]
    )


@app.command()
def impedance(
    cell: Annotated[
        str, typer.Argument(metavar="CELL", help="A cell's word or a .toml file.")
    ],
    dod: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Depths of discharge from 0 to 1, as 0.2,0.5 or first:last:step.",
        ),
    ] = "0.5",
    direction: Annotated[
        str, typer.Option(metavar="|".join(HALF_CYCLES), help="Of the half-cycle.")
    ] = "discharge",
    rate: Annotated[
        float | None,
        typer.Option(
            help="C-rate of the direct current, 0 for a cell at rest. 0.1 if nothing "
            "is said, 0 for a symmetric cell.",
        ),
    ] = None,
    temperature: Annotated[float, typer.Option(help="In °C.")] = 30,
    frequencies: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE",
            help="highest:lowest:points-per-decade in Hz, or a list. 1e6:0.025:10 if "
            "nothing is said, 1e7:0.01:10 for a symmetric cell.",
        ),
    ] = None,
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Spectra of a cell at depths of discharge, under load or at rest."""
    depths = parsing.numbers(dod, "--dod")
    parsing.one_of(direction, "--direction", HALF_CYCLES)
    parsing.one_of(model, "--model", MODELS)
    if rate is not None:
        parsing.number_in(rate, "--rate", REST_OR_RATES)
    parsing.number_in(temperature, "--temperature", TEMPERATURES)
    chosen = None
    if frequencies is not None:
        chosen = parsing.spectrum_frequencies(frequencies)
    (cell,) = parsing.cells([cell])
    if rate and cell.layout != "half-cell":
        raise NfpcellError(
            f"--rate {rate:g} is refused: cell {cell.name} is symmetric and has no "
            "charge to give; right would be 0, a spectrum at rest"
        )
    folder = parsing.folder(out)
    options = {
        "cell": cell.name,
        "dod": depths,
        "direction": direction,
        "rate": rate,
        "temperature": temperature,
        "frequencies": chosen,
        "model": model,
    }
    record = _record(folder, "impedance", options, [cell])
    with terminal.computing("Spectra"):
        from nfpcell.eis import impedance

        spectra = impedance.impedance(
            cell, depths, direction, rate, temperature, chosen, model
        )
    return _finish(
        spectra, None, record, folder, as_json, [text_tables.spectra(spectra)]
    )


@app.command()
def resistance(
    cells: Annotated[
        list[str],
        typer.Argument(metavar="CELL", help="Words of cells or .toml files."),
    ],
    direction: Annotated[
        str, typer.Option(metavar="|".join(DIRECTIONS), help="Of the half-cycles.")
    ] = "discharge",
    rate: Annotated[
        float, typer.Option(help="C-rate of the direct current, 0 at rest.")
    ] = 0.1,
    temperature: Annotated[float, typer.Option(help="In °C.")] = 30,
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """R0, R1, R2 and total over depth of discharge, and where they are lowest."""
    parsing.one_of(direction, "--direction", DIRECTIONS)
    parsing.one_of(model, "--model", MODELS)
    parsing.number_in(rate, "--rate", REST_OR_RATES)
    parsing.number_in(temperature, "--temperature", TEMPERATURES)
    cells = parsing.half_cells(cells)
    folder = parsing.folder(out)
    options = {
        "cells": [cell.name for cell in cells],
        "direction": direction,
        "rate": rate,
        "temperature": temperature,
        "model": model,
    }
    record = _record(folder, "resistance", options, cells)
    ways = ("charge", "discharge") if direction == "both" else (direction,)
    with terminal.computing("Half-cycles") as progress:
        import pandas as pd

        from nfpcell.eis.resistance import resistance as one_resistance

        found = []
        for number, (cell, way) in enumerate(itertools.product(cells, ways), start=1):
            found.append(
                one_resistance(cell, way, rate, temperature, model=model, spectra=True)
            )
            if progress:
                progress(number, len(cells) * len(ways))
        table, spectra = (
            pd.concat(part, ignore_index=True) for part in zip(*found, strict=True)
        )
    return _finish(table, spectra, record, folder, as_json, [text_tables.lowest(table)])


@app.command("new-cell")
def new_cell(
    based_on: Annotated[
        str,
        typer.Option(metavar="CELL", help="All else as in this word or .toml file."),
    ],
    out: Annotated[
        str, typer.Option("--out", metavar="FILE.toml", help="The cell file to write.")
    ],
    carbon: Annotated[
        float | None,
        typer.Option(
            help="Mass fraction in the cathode, such as 0.045; NFP and electrolyte "
            "keep their ratio."
        ),
    ] = None,
    electrolyte: Annotated[
        float | None, typer.Option(help="Mass fraction of β″-alumina in the cathode.")
    ] = None,
    powder_surface: Annotated[
        float | None, typer.Option(help="Of the NFP powder, by BET, in m²/g.")
    ] = None,
    powder_d50: Annotated[
        float | None, typer.Option(help="Instead: its median diameter, in µm.")
    ] = None,
    firing_temperature: Annotated[
        float | None, typer.Option(help="Of the cathode, in °C.")
    ] = None,
    firing_time: Annotated[
        float | None, typer.Option(help="Of the cathode, in min.")
    ] = None,
    roughness: Annotated[
        str | None,
        typer.Option(
            metavar="CATHODE:ANODE",
            help="Volume share of the pore former on either side of the plate, such as "
            "0.75:0, or one number for both; 0 is smooth.",
        ),
    ] = None,
    plate_thickness: Annotated[float | None, typer.Option(help="In mm.")] = None,
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Any other quantity; may be repeated. `nfpcell show CELL` lists the "
            "names.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="One line for people.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there.")
    ] = False,
    as_json: Json = False,
):
    """Write the cell file of a recipe nobody made yet; warn where it leaves A to E."""
    import warnings
    from pathlib import Path

    from nfpcell.cell import new_recipe
    from nfpcell.cell.definition import Cell

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
            roughness=parsing.both_sides(roughness),
            plate_thickness=plate_thickness,
            values=parsing.settings(others or []),
            name=Path(out).stem,
            title=title,
        )
    path = cell.save(out, force, new_recipe.SHARED)
    remarks = [str(one.message) for one in caught]
    for remark in remarks:
        print(f"nfpcell: {remark}", file=sys.stderr)
    rows = text_tables.differences(base, cell)
    if as_json:
        record = {"cell_file": str(path), "title": cell.title, "warnings": remarks}
        return terminal.emit_json(record | {"differences": rows})
    return terminal.show(
        f"{cell.name}: {cell.title}",
        text_tables.different(base, cell, rows),
        *_written([path]),
    )


@app.command()
def steps(
    cells: Annotated[
        list[str],
        typer.Argument(metavar="CELL", help="Words of cells or .toml files, in order."),
    ],
    direction: Annotated[
        str, typer.Option(metavar="|".join(HALF_CYCLES), help="Of the half-cycle.")
    ] = "discharge",
    rate: Annotated[
        float, typer.Option(help="C-rate of the direct current, 0 at rest.")
    ] = 0.1,
    temperature: Annotated[float, typer.Option(help="In °C.")] = 30,
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """From cell to cell, one change at a time: what each is worth in ohms."""
    parsing.one_of(direction, "--direction", HALF_CYCLES)
    parsing.one_of(model, "--model", MODELS)
    parsing.number_in(rate, "--rate", REST_OR_RATES)
    parsing.number_in(temperature, "--temperature", TEMPERATURES)
    cells = parsing.half_cells(cells)
    folder = parsing.folder(out)
    options = {
        "cells": [cell.name for cell in cells],
        "direction": direction,
        "rate": rate,
        "temperature": temperature,
        "model": model,
    }
    record = _record(folder, "steps", options, cells)
    with terminal.computing("Cells") as progress:
        from nfpcell.studies import recipe_steps as ladders

        table = ladders.steps(cells, direction, rate, temperature, model, progress)
    paths = []
    if folder:
        from nfpcell import plot

        figures = {"steps": plot.steps(table)}
        paths = _write(folder, {"summary.csv": table}, figures, record)
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        terminal.show(text_tables.steps(table), *_written(paths))
    return CONDITION_FAILED if (table["Status"] != "ok").any() else OK


@app.command()
def liquid(
    rates: Annotated[
        str,
        typer.Option(metavar="LIST", help="C-rates, as 0.2,0.5 or first:last:step."),
    ] = "0.1,0.5,1",
    dod: Annotated[
        str,
        typer.Option(metavar="LIST", help="Of the spectra at rest, from 0 to 1."),
    ] = "0.2,0.5,0.8",
    temperature: Annotated[float, typer.Option(help="In °C.")] = 30,
    as_json: Json = False,
    out: Out = None,
):
    """The non-aqueous reference half-cell, by PyBaMM's own DFN: discharges, spectra."""
    rates = parsing.numbers(rates, "--rates")
    depths = parsing.numbers(dod, "--dod")
    parsing.number_in(temperature, "--temperature", TEMPERATURES)
    folder = parsing.folder(out)
    options = {"rates": rates, "dod": depths, "temperature": temperature}
    record = _record(folder, "liquid", options, [])
    with terminal.computing("Half-cell"):
        from nfpcell.studies import liquid as reference

        table, curves = reference.discharge(rates, temperature)
        spectra = reference.impedance(depths, temperature)
    paths = []
    if folder:
        from nfpcell import plot

        figures = {
            "voltage": plot.curves(curves),
            "nyquist": plot.nyquist(spectra),
        }
        found = {"summary.csv": table, "curves.csv": curves, "spectra.csv": spectra}
        paths = _write(folder, found, figures, record)
    if as_json:
        parts = {"discharges": table, "spectra": spectra}
        terminal.emit_json({k: part.to_dict("records") for k, part in parts.items()})
    else:
        terminal.show(
            text_tables.half_cycles(table),
            text_tables.spectra(spectra),
            *_written(paths),
        )
    return CONDITION_FAILED if (table["Status"] != "ok").any() else OK


@app.command()
def spectrum(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="CSV with columns frequency, Z_re and Z_im, or a file of an "
            "instrument: .mpr, .mpt, .dta, .z, .par.",
        ),
    ],
    arcs: Annotated[int, typer.Option(help="Of the circuit, 1 to 5.")] = 2,
    as_json: Json = False,
    out: Out = None,
):
    """Test measured spectra, fit the circuit and resolve their relaxation times."""
    if not 1 <= arcs <= MOST_ARCS:
        raise NfpcellError(
            f"--arcs: {arcs} is refused; right would be a number from 1 to {MOST_ARCS}"
        )
    from nfpcell.eis import spectrum_analysis as spectra

    measured = [one for path in files for one in spectra.read_all(path)]
    folder = parsing.folder(out)
    options = {"files": files, "arcs": arcs}
    record = _record(folder, "spectrum", options, [])
    with terminal.computing("Spectra"):
        import pandas as pd

        from nfpcell.eis import equivalent_circuit

        fits = [
            equivalent_circuit.fit(one.frequencies, one.Z, arcs) for one in measured
        ]
        table = pd.DataFrame(map(_measured, measured, fits))
        points = pd.concat([_points(one) for one in measured], ignore_index=True)
    if folder:
        from nfpcell import plot

        pairs = {
            one.name: (one.Z, fitted.impedance(one.frequencies))
            for one, fitted in zip(measured, fits, strict=True)
        }
        figures = {"nyquist": plot.circuit_fit(pairs)}
        figures |= _resolved((measured, spectra.MEASURED_DENSITY))
        tables = {"summary.csv": table, "spectra.csv": points}
        paths = _write(folder, tables, figures, record)
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        columns = {"File": {}}
        for name in table.columns[1:-1]:
            short = name.replace("Largest Kramers-Kronig residual", "Worst K-K")
            columns["\n[".join(short.split(" ["))] = {"justify": "right"}
        columns["Status"] = {}
        rows = (
            tuple(map(plain, row)) for row in table.itertuples(index=False, name=None)
        )
        bad = [status != "ok" for status in table["Status"]]
        terminal.show(
            terminal.table(columns, rows, bad), *_written(paths if folder else [])
        )
    return CONDITION_FAILED if (table["Status"] != "ok").any() else OK


def _measured(one, fitted):
    """Record of a measured spectrum and the circuit fitted to it."""
    from nfpcell.eis.spectrum_analysis import kramers_kronig

    residuals = kramers_kronig(one.frequencies, one.Z)
    resistances = {f"R{k} [Ohm]": R for k, R in enumerate(fitted.R, start=1)}
    return {
        "File": one.name,
        "R0 [Ohm]": fitted.R_0,
        **resistances,
        "Total resistance [Ohm]": fitted.total,
        "Circuit misfit [%]": 100 * fitted.misfit,
        "Largest Kramers-Kronig residual [%]": 100 * float(abs(residuals).max()),
        "Status": fitted.status,
    }


def _points(one):
    """Table of a spectrum."""
    import pandas as pd

    return pd.DataFrame(
        {
            "File": one.name,
            FREQUENCY: one.frequencies,
            "Z_re [Ohm]": one.Z.real,
            "Z_im [Ohm]": one.Z.imag,
        }
    )


@app.command()
def run(
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT", help="Its word or a .toml file.")
    ],
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Run every condition of an experiment, and show its targets."""
    parsing.one_of(model, "--model", MODELS)
    (experiment,), cells = parsing.experiments([experiment])
    folder = parsing.folder(out)
    options = {"experiment": experiment.name, "model": model}
    record = _record(folder, "run", options, cells, [experiment])
    with terminal.computing("Conditions") as progress:
        from nfpcell.studies import scoring

        table, curves = scoring.run(experiment, model, progress)
        targets = None
        if experiment.targets:
            targets = scoring.judge(experiment, table, curves)
    shows = {
        "cycling": text_tables.half_cycles,
        "resistance": text_tables.lowest,
        "impedance": text_tables.spectra,
    }
    shown = [shows[experiment.kind](table)]
    if targets is not None:
        shown += ["Targets", text_tables.targets(targets)]
    return _finish(table, curves, record, folder, as_json, shown, targets, experiment)


@app.command()
def cycle(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CELL|EXPERIMENT",
            help="A cell, with --rates and --cycles; or an experiment of kind cycles.",
        ),
    ],
    rates: Annotated[
        str | None, typer.Option(metavar="LIST", help="C-rates, one after the other.")
    ] = None,
    cycles: Annotated[
        int | None, typer.Option(help="Cycles at each rate; 10 if nothing is said.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="In °C; 30 if nothing is said.")
    ] = None,
    model: Model = "particle",
    resistance_growth: Annotated[
        float,
        typer.Option(
            help="Empirical, for who has data: added to the contact resistance with "
            "every cycle [Ω]. The paper reports no fade."
        ),
    ] = 0.0,
    contact_loss: Annotated[
        float,
        typer.Option(
            help="Empirical: share of the active material that every cycle parts."
        ),
    ] = 0.0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what --out holds.")
    ] = False,
    as_json: Json = False,
    out: Out = None,
):
    """Charge and discharge a cell again and again, at constant current."""
    parsing.one_of(model, "--model", MODELS)
    programme = parsing.programme(what, rates, cycles, temperature)
    if resume and out is None:
        raise NfpcellError("--resume: of what? right would be --out DIR with it")
    folder = parsing.folder(out)
    options = {
        "programme": programme.name,
        "steps": [list(step) for step in programme.steps],
        "temperature": programme.temperature,
        "model": model,
        "resistance_growth": resistance_growth,
        "contact_loss": contact_loss,
    }
    record = _record(folder, "cycle", options, [programme.cell])
    with terminal.computing("Cycles") as progress:
        from nfpcell.columns import CYCLES
        from nfpcell.simulation.cycling import Cycler, Fade

        cycler = Cycler(
            programme.cell,
            programme.steps,
            programme.temperature,
            model,
            Fade(resistance_growth, contact_loss),
        )
        journal = None
        if folder:
            from nfpcell.simulation.checkpoint import Checkpoint

            asked = {**options, "cell": programme.cell.values}
            journal = Checkpoint(folder, CYCLES, asked, resume)
            cycler.resume_from(journal.number, journal.state)
        table = _cycled(cycler, journal, progress)
    failed = table["Status"].iloc[-1] != "ok"
    paths = []
    if folder:
        from nfpcell import plot

        figures = {"cycles": plot.cycles(table)}
        paths = _write(folder, {"cycles.csv": table}, figures, record)
        journal.close(finished=True)
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        terminal.show(*text_tables.cycles(table), *_written(paths))
    return CONDITION_FAILED if failed else OK


def _cycled(cycler, journal, progress):
    """All rows, those of the journal first; each is in it as soon as it is known."""
    import pandas as pd

    rows, all_ = [], len(cycler.rates)
    try:
        for row in cycler.rows():
            if journal is None:
                rows.append(row)
            else:
                journal.add(row, cycler.state)
            progress(cycler.cycle, all_)
    except BaseException:
        if journal is not None:
            journal.close(finished=False)
        raise
    return pd.DataFrame(rows) if journal is None else journal.table()


@app.command()
def sweep(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT", help="Of kind sweep: its word or a .toml file."
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Every finished chunk of cases is written into this folder at once.",
        ),
    ],
    workers: Annotated[
        int | None,
        typer.Option(help="Processes; all cores if nothing is said."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what --out holds.")
    ] = False,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="Of one case.")
    ] = 300.0,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Of a Dask scheduler, whose workers compute."
        ),
    ] = None,
    as_json: Json = False,
):
    """Vary any quantity of a cell, on a grid or in a sampled space; keep every row."""
    parsing.sweep_options(workers, time_limit, scheduler)
    from nfpcell.sweeping.sweep_plan import Sweep

    with terminal.silent_output():
        asked = Sweep.load(experiment)
    folder = parsing.folder(out)
    options = {
        "experiment": asked.name,
        "workers": workers,
        "time_limit": time_limit,
        "scheduler": scheduler,
        "resume": resume,
    }
    record = _record(folder, "sweep", options, asked.cells)
    with terminal.computing("Cases") as progress:
        from nfpcell.reports import sweep_report
        from nfpcell.sweeping import runner

        table, work = runner.run(
            asked,
            folder,
            workers,
            resume=resume,
            limit=time_limit,
            scheduler=scheduler,
            progress=progress,
            lists=as_json,
        )
        found = sweep_report.report(asked, table)
    work_record = record | {"work": work.record()}
    paths = _write(folder, found.tables, found.figures, work_record)
    failed = (table["Status"] != "ok").any()
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        terminal.show(text_tables.sweep(asked, table), *found.lines, *_written(paths))
    return CONDITION_FAILED if failed else OK


@app.command()
def protocol(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT", help="Of kind protocol: its word or a .toml file."
        ),
    ],
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Take a cell through steps: current, voltage, power or load, and rests."""
    parsing.one_of(model, "--model", MODELS)
    folder = parsing.folder(out)
    with terminal.silent_output():
        from nfpcell.simulation.protocol import Protocol, efficiency, run

        asked = Protocol.load(experiment)
    options = {"experiment": asked.name, "model": model}
    record = _record(folder, "protocol", options, [asked.cell])
    with terminal.computing("Legs") as progress:
        table, curves = run(asked, model, progress)
    failed = (~table["Status"].str.startswith("ok")).any()
    loops = efficiency(table)
    paths = []
    if folder:
        from nfpcell import plot

        files = {"steps.csv": table, "curves.csv": curves}
        figures = {
            "protocol": plot.protocol(table, curves),
            "heat": plot.heat(table),
        }
        if len(loops):
            files["efficiency.csv"] = loops
            figures["loops"] = plot.loops(loops, curves)
        paths = _write(folder, files, figures, record)
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        shown = text_tables.efficiency(loops) if len(loops) else ()
        terminal.show(*text_tables.protocol(table), *shown, *_written(paths))
    return CONDITION_FAILED if failed else OK


@app.command()
def chemistries(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="[EXPERIMENT]",
            help="Of kind chemistries: its word or a .toml file.",
        ),
    ] = "chemistries",
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Rate capability over internal resistance, beside other chemistries (Table 1)."""
    parsing.one_of(model, "--model", MODELS)
    folder = parsing.folder(out)
    with terminal.silent_output():
        from nfpcell.studies.chemistries import Comparison, compare

        asked = Comparison.load(experiment)
    options = {"experiment": asked.name, "model": model}
    record = _record(folder, "chemistries", options, asked.cells)
    with terminal.computing("Cells") as progress:
        table = compare(asked, model, progress)
    paths = []
    if folder:
        from nfpcell import plot

        figures = {"chemistries": plot.chemistries(table)}
        paths = _write(folder, {"chemistries.csv": table}, figures, record)
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        terminal.show(*text_tables.chemistries(table), *_written(paths))
    return CONDITION_FAILED if (table["Status"] != "ok").any() else OK


@app.command()
def fit(
    experiment: Annotated[
        str | None,
        typer.Argument(
            metavar="[EXPERIMENT]",
            help='A file of kind "fit": its word or a .toml file. Or say --cell, '
            "--data and --free.",
        ),
    ] = None,
    cell: Annotated[
        str | None, typer.Option("--cell", help="A cell's word or a .toml file.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", metavar="FILE", help="A measured file; repeatable."),
    ] = None,
    free: Annotated[
        list[str] | None,
        typer.Option(
            "--free",
            metavar="NAME=LOWER:UPPER",
            help="A quantity that may move, and its bounds; may be repeated. `nfpcell "
            "show CELL` lists the names.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="|".join(MODELS),
            help="Fidelity. That of the experiment, or full, if nothing is said.",
        ),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Of the files, in °C, if they do not tell.")
    ] = None,
    half_cycles: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="Those of the files to take, from 1."),
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(metavar="|".join(HALF_CYCLES), help="Take only these."),
    ] = None,
    sign: Annotated[
        str | None,
        typer.Option(
            metavar="discharge|charge",
            help="The half-cycle with the positive current in the files.",
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="C-rate, in place of the current of the files."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="slow|rest|VOLTAGE",
            help="What half-cycles start from: what a slow one leaves, the rest "
            "before, or an open-circuit voltage in V.",
        ),
    ] = None,
    dod: Annotated[
        str | None,
        typer.Option(
            metavar="LIST", help="Depths of discharge of the spectra, from 0 to 1."
        ),
    ] = None,
    sigma: Annotated[
        float | None,
        typer.Option(help="Standard deviation of a voltage in V; by scatter else."),
    ] = None,
    impedance_sigma: Annotated[
        float | None,
        typer.Option(help="Of an impedance over its modulus; by scatter else."),
    ] = None,
    starts: Annotated[
        int | None,
        typer.Option(
            help="Number of descents. One if the cell's own values lead near, else "
            "four, if nothing is said."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same gives the same result.")] = 0,
    loss: Annotated[
        str,
        typer.Option(help="linear, or robust: soft_l1, huber, cauchy or arctan."),
    ] = "linear",
    everywhere: Annotated[
        bool, typer.Option("--global", help="Search globally first.")
    ] = False,
    intervals: Annotated[
        str,
        typer.Option(
            metavar="profile|linear|none",
            help="Of 95 %: by profile likelihood, by the linearised problem, or none.",
        ),
    ] = "profile",
    posterior: Annotated[
        int,
        typer.Option(
            help="Steps of an MCMC sampler after the fit, for a posterior; 0 for none. "
            "Needs emcee, of the extra nfpcell\\[posterior]."
        ),
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what the files hold.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that are there.")
    ] = False,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FILE.toml|DIR",
            help="Write the fitted cell file, and beside it figures (PNG and SVG), "
            "curves.csv, fit.json and a report (HTML).",
        ),
    ] = None,
    as_json: Json = False,
):
    """Fit a cell to measured curves and spectra, with honest intervals."""
    said = {"cell": cell, "data": data, "free": free}
    given = [f"--{name}" for name, value in said.items() if value]
    if experiment is not None and given:
        raise NfpcellError(
            f"{given[0]} is refused beside an experiment, which says that itself; "
            "right would be one or the other"
        )
    if experiment is None and not cell:
        raise NfpcellError(
            "nothing to fit; right would be the name of an experiment, or --cell, "
            "--data and --free"
        )
    settings = {
        "temperature": temperature,
        "half_cycles": parsing.whole_numbers(half_cycles, "--half-cycles"),
        "direction": direction,
        "sign": sign,
        "rate": rate,
        "start": parsing.start_of(start),
        "depth_of_discharge": None if dod is None else parsing.numbers(dod, "--dod"),
        "sigma": sigma,
        "impedance_sigma": impedance_sigma,
    }
    if experiment is not None and any(v is not None for v in settings.values()):
        option = next(name for name, v in settings.items() if v is not None)
        raise NfpcellError(
            f"--{option.replace('_', '-')} is refused beside an experiment, whose "
            "[[data]] say it for each file; right would be a line there"
        )
    bounds = parsing.all_bounds(free or [])
    if model is not None:
        parsing.one_of(model, "--model", MODELS)
    options = {"starts": starts, "seed": seed, "loss": loss, "posterior": posterior}
    with terminal.silent_output():
        from nfpcell.fitting import fit as fitting
        from nfpcell.fitting import fit_tables, measured_data
        from nfpcell.fitting import posterior as sampler
        from nfpcell.reports import fit_export

        fitting.check(starts, seed, loss, intervals)
        if posterior:
            sampler.check(posterior)
        if experiment is not None:
            plan = fitting.planned(experiment, model)
        else:
            measured = [measured_data.Data(path, **settings) for path in data or []]
            plan = fitting.plan_of(cell, measured, bounds, model or "full")
        place = None if out is None else fit_export.destination(out, plan, force)
        observed = measured_data.read(plan.data, plan.cells)
    if dry_run or not as_json:
        shown = text_tables.recognised(observed.recognised)
        if dry_run and as_json:
            terminal.emit_json(observed.recognised.to_dict("records"))
        elif dry_run:
            terminal.show(*shown, *text_tables.planned(plan))
        elif len(observed.recognised):
            terminal.show(*shown)
    if dry_run:
        return OK
    with terminal.fitting() as progress:
        done = fitting.fit(
            plan=plan,
            observed=observed,
            starts=starts,
            seed=seed,
            loss=loss,
            everywhere=everywhere,
            intervals=intervals,
            progress=progress,
        )
        sample = bands = None
        cut_short = done.interrupted
        try:
            if posterior and not cut_short:
                sample = sampler.sample(done, posterior, seed, progress)
            if place is not None and not cut_short:
                bands = fit_tables.bands(done)
        except KeyboardInterrupt:
            # what the fit has found is written without them
            cut_short = True
        paths, refused = [], None
        if place is not None:
            try:
                paths = fit_export.write(done, place, bands, sample, options)
            except NfpcellError as error:
                # told after the result, which is not to be lost with its files
                refused = error
    record = fit_export.record(done, sample, paths[0] if paths else None)
    if as_json:
        terminal.emit_json(record)
    else:
        terminal.show(*text_tables.fitted(done), *_written(paths))
    if refused:
        raise refused
    if cut_short:
        return INTERRUPTED
    return OK if done.sound else CONDITION_FAILED


@app.command()
def score(
    experiments: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXPERIMENT", help="All of them if none is named."),
    ] = None,
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Hold published numbers against computed ones; exit 1 if a target is not met."""
    parsing.one_of(model, "--model", MODELS)
    if experiments:
        chosen, cells = parsing.experiments(experiments)
    else:
        from nfpcell.cell import catalogue

        chosen, cells = parsing.experiments(catalogue.scored())
    without = [one.name for one in chosen if not one.targets]
    if experiments and without:
        raise NfpcellError(
            f'"{without[0]}" has no targets to score; right would be an experiment '
            "with [[targets]] in its file"
        )
    chosen = [one for one in chosen if one.targets]
    folder = parsing.folder(out)
    options = {"experiments": [one.name for one in chosen], "model": model}
    record = _record(folder, "score", options, cells, chosen)
    with terminal.computing("Experiments") as progress:
        from nfpcell.studies import scoring

        table = scoring.score([one.path or one for one in chosen], model, progress)
    unmet = int((~table["Met"].astype(bool)).sum())
    if folder:
        from nfpcell import plot

        figures = {"targets": plot.scores(table)}
        paths = _write(folder, {"summary.csv": table}, figures, record)
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        count = f"{len(table) - unmet} of {len(table)} targets met"
        terminal.show(
            text_tables.targets(table), count, *_written(paths if folder else [])
        )
    return CONDITION_FAILED if unmet else OK


@app.command()
def report(
    cells: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CELL]...",
            help="Words or .toml files of cells to report on; the paper if there are "
            "none.",
        ),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE.html", help="The page to write.")
    ] = "report.html",
    model: Model = "full",
    sections: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Only these, such as fig-3,fig-7b; all if nothing is said.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there.")
    ] = False,
    as_json: Json = False,
):
    """Write one web page (HTML) about the paper, or about cells, with scores."""
    from nfpcell import files

    parsing.one_of(model, "--model", MODELS)
    path = files.writable_path(out, force, ".html")
    with terminal.silent_output():
        from nfpcell.reports import page

        asked = parsing.half_cells(cells) if cells else []
        words = parsing.words(sections, "--sections")
        page.select_sections(words, asked)
    with terminal.computing("Report") as progress:
        written = page.write(path, asked, words, model, progress, force=force)
    if as_json:
        terminal.emit_json(written.record)
    else:
        shown = text_tables.sections(written.sections)
        terminal.show(shown, written.summary, *_written([written.path]))
    return OK if written.sound else CONDITION_FAILED


@app.command()
def benchmark(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[accuracy|speed]", help="All if nothing is said."),
    ] = None,
    model: Model = "full",
    as_json: Json = False,
    out: Out = None,
):
    """Accuracy against the paper and mathematics; speed against PyBaMM and PyBOP."""
    parts = ("accuracy", "speed")
    if what is not None:
        parsing.one_of(what, "the benchmark", parts)
    parsing.one_of(model, "--model", MODELS)
    chosen = parts if what is None else (what,)
    folder = parsing.folder(out)
    with terminal.silent_output():
        from nfpcell.benchmarking import results
    record = _record(folder, "benchmark", {"what": list(chosen), "model": model}, [])
    found, shown, files, figures = {}, [], {}, {}
    for part in chosen:
        with terminal.computing(part.capitalize()) as progress:
            own = results.run(part, model, progress, figures=folder is not None)
        found[part] = own.records
        shown += [text_tables.benchmark(table) for table in own.tables.values()]
        shown += own.sentences
        files |= {f"{name}.csv": table for name, table in own.tables.items()}
        figures |= own.figures
    paths = _write(folder, files, figures, record) if folder else []
    if as_json:
        terminal.emit_json(found if what is None else found[what])
    else:
        terminal.show(*shown, *_written(paths))
    met = all(row.get("Met", True) for row in found.get("accuracy", []))
    return OK if met else CONDITION_FAILED


def _record(folder, *what):
    if folder is None:
        return None
    from nfpcell.reports import run_folder

    return run_folder.record(*what)


def _finish(
    table, curves, record, folder, as_json, shown, targets=None, experiment=None
):
    """Write, print, and say by the exit code whether a condition failed."""
    failed = table[table["Status"] != "ok"]
    paths = []
    if folder:
        # next to the summary stand the curves it is of, or the spectra
        spectral = curves is not None and FREQUENCY in curves
        second = "spectra.csv" if spectral else "curves.csv"
        tables = {"summary.csv": table, second: curves, "targets.csv": targets}
        tables = {name: found for name, found in tables.items() if found is not None}
        paths = _write(
            folder, tables, _figures(table, curves, targets, experiment), record
        )
    if as_json:
        terminal.emit_json(table.to_dict("records"))
    else:
        if len(failed):
            shown.append(f"{len(failed)} of {len(table)} rows failed")
        terminal.show(*shown, *_written(paths))
    return CONDITION_FAILED if len(failed) else OK


def _figures(table, curves, targets, experiment):
    from nfpcell import plot
    from nfpcell.figures import impedance_figures, style

    def marks(quantity):
        """Published numbers, where an experiment has them."""
        if experiment is None:
            return None
        from nfpcell.studies import scoring

        return scoring.published(experiment, quantity)

    figures = {}
    if FREQUENCY in table:
        figures["nyquist"] = plot.nyquist(table)
        figures |= _resolved(_each_spectrum(table))
    elif FREQUENCY in curves:
        low, total = marks(style.RESISTANCE), marks(impedance_figures.TOTAL)
        figures["resistance"] = plot.resistance(table, low)
        figures["circuit"] = plot.circuit(table, total)
        figures["operando"] = plot.operando(curves, table)
    else:
        capacity = marks(style.CAPACITY)
        figures["voltage"] = plot.curves(curves, capacity)
        figures["capacity"] = plot.capacity(table, capacity)
        figures["losses"] = plot.losses(curves)
    if targets is not None:
        figures["targets"] = plot.scores(targets)
    return figures


def _each_spectrum(table):
    """Spectra of a table under the words that tell them apart, some of many."""
    from nfpcell.eis.spectrum_analysis import COMPUTED_DENSITY, Spectrum

    there = table[table["Status"] == "ok"]
    found = {}
    for depth, own in there.groupby("Depth of discharge"):
        Z = own["Z_re [Ohm]"] + 1j * own["Z_im [Ohm]"]
        name = f"depth {depth:g}"
        found[name] = Spectrum(name, own[FREQUENCY].to_numpy(), Z.to_numpy())
    every = max(1, -(-len(found) // MOST_RESOLVED))
    return list(found.values())[::every], COMPUTED_DENSITY


def _resolved(spectra):
    """Figures of the Kramers-Kronig test and of the relaxation times."""
    from nfpcell import plot
    from nfpcell.eis.spectrum_analysis import (
        LEAST_POINTS,
        kramers_kronig,
        relaxation_times,
    )

    spectra, density = spectra
    spectra = [s for s in spectra if len(s.frequencies) >= LEAST_POINTS]
    if not spectra:
        return {}
    tests = {
        s.name: (s.frequencies, kramers_kronig(s.frequencies, s.Z, density))
        for s in spectra
    }
    times = {s.name: relaxation_times(s.frequencies, s.Z) for s in spectra}
    return {
        "kramers_kronig": plot.kramers_kronig(tests),
        "relaxation_times": plot.relaxation_times(times),
    }


def _write(folder, tables, figures, record):
    from nfpcell.reports import run_folder

    return run_folder.write(folder, tables, figures, record)


def _written(paths):
    return [f"Written: {path}" for path in paths]
