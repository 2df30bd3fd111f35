"""Commands that charge and discharge a cell: simulate, cycle, protocol, liquid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

import nfpcell
from nfpcell.cell import validation
from nfpcell.cli import options, parsing, terminal, text_tables
from nfpcell.cli.request import Request
from nfpcell.cli.table_columns import HALF_CYCLES, results
from nfpcell.errors import NfpcellError
from nfpcell.reports import result_figures

if TYPE_CHECKING:
    import nfpcell.plot

commands = typer.Typer()


@commands.command(epilog="Example: nfpcell simulate C --rates 1 --temperatures 30,0")
def simulate(
    context: typer.Context,
    cells: options.Cells,
    rates: options.Rates = options.typed("0.2,0.5,1,2"),
    temperatures: options.Temperatures = options.typed("30"),
    direction: options.Directions = "discharge",
    model: options.Model = "full",
    as_json: options.Json = False,
    out: options.Out = None,
) -> int:
    """Simulate single charges and discharges at constant rate and temperature."""
    chosen = parsing.half_cells(cells)
    request = Request.read(context, chosen)
    with terminal.computing("Half-cycles") as progress:
        from nfpcell.simulation import constant_current

        outcome = constant_current.simulate(
            chosen,
            rates,
            temperatures,
            direction,
            model,
            curves=request.folder is not None,  # needed for files and figures only
            progress=progress,
        )
    table, curves = outcome if isinstance(outcome, tuple) else (outcome, None)
    files = {"summary.csv": table, "curves.csv": curves}
    return request.finish(
        table,
        [results(HALF_CYCLES, table)],
        lambda: (
            {} if curves is None else result_figures.half_cycle_figures(table, curves)
        ),
        files=files,
    )


@commands.command(epilog="Example: nfpcell cycle C --rates 0.1,1 --cycles 5")
def cycle(
    context: typer.Context,
    what: str = options.argument(
        "CELL|EXPERIMENT",
        "A cell, with --rates and --cycles; or an experiment of kind cycles, "
        "which states both.",
    ),
    rates: Sequence[float] | None = options.rates(
        "C-rates in this order; 0.1 by default.", in_order=True, default=None
    ),
    cycles: int | None = options.described(
        "N", "Number of cycles at each rate; 10 by default.", default=None
    ),
    temperature: float | None = options.temperature(
        "Temperature in °C; 30 by default.", default=None
    ),
    model: options.Model = "particle",
    resistance_growth: float = options.described(
        "Ω",
        "Increase of the contact resistance with every cycle, in Ω. An assumption: "
        "the paper reports no fade.",
        default=0.0,
    ),
    contact_loss: float = options.described(
        "FRACTION",
        "Fraction of the active material that loses contact in every cycle. An "
        "assumption.",
        default=0.0,
    ),
    resume: options.Resume = False,
    as_json: options.Json = False,
    out: options.Out = None,
) -> int:
    """Simulate many charge-discharge cycles, each after the one before."""
    schedule = parsing.schedule(what, rates, cycles, temperature)
    if resume and out is None:
        raise NfpcellError(
            "--resume needs the folder of the run; right would be --resume --out DIR"
        )
    request = Request.read(
        context,
        [schedule.cell],
        programme=schedule.name,
        steps=[list(step) for step in schedule.steps],
        temperature=schedule.temperature,
    )
    with terminal.computing("Cycles") as progress:
        from nfpcell.simulation.cycling import Fade, run_cycles

        fade = Fade(resistance_growth, contact_loss)
        table, checkpoint = run_cycles(
            schedule, model, fade, request.folder, resume, progress
        )
    code = request.finish(
        table,
        text_tables.cycles(table),
        lambda: {"cycles": nfpcell.plot.cycles(table)},
        files={"cycles.csv": table},
    )
    if checkpoint is not None:
        checkpoint.close(finished=True)
    return code


@commands.command(epilog="Example: nfpcell protocol fan_0C")
def protocol(
    context: typer.Context,
    what: str = options.argument(
        "EXPERIMENT|CELL",
        "A built-in experiment or a .toml file; or a cell, with --profile.",
    ),
    profile: str | None = options.described(
        "FILE",
        "Current, power or C-rate over time, for the cell. The units are in the "
        "headings.",
        default=None,
    ),
    temperature: float | None = options.temperature(
        "Temperature in °C of a profile; 30 by default.", default=None
    ),
    start: str | None = options.choice(
        "--start", ("charged", "discharged"), "State before a profile.", default=None
    ),
    sign: str | None = options.choice(
        "--sign",
        validation.HALF_CYCLES,
        "What a positive value of a profile is; by default what the file shows, else "
        "a discharge.",
        default=None,
    ),
    apply: str | None = options.choice(
        "--apply",
        validation.APPLIED,
        "Column of a file with current and power.",
        default=None,
    ),
    model: options.Model = "full",
    as_json: options.Json = False,
    out: options.Out = None,
) -> int:
    """Simulate a schedule from a file: currents, voltages, powers, loads, rests."""
    given: dict[str, Any] = {
        "temperature": temperature,
        "start": start,
        "sign": sign,
        "applied": apply,
    }
    stated = {name: value for name, value in given.items() if value is not None}
    with terminal.silent_output():
        from nfpcell.simulation.protocol import Protocol, efficiency, run

        if profile is not None:
            (cell,) = parsing.half_cells([what])
            loaded = Protocol.of_profile(cell, profile, **stated)
        elif stated:
            raise NfpcellError(
                f"--{min(stated).replace('applied', 'apply')} is refused without "
                "--profile; right would be to state it in the file of the protocol"
            )
        else:
            loaded = Protocol.load(what)
    request = Request.read(context, [loaded.cell], experiment=loaded.name)
    with terminal.computing("Segments") as progress:
        table, curves = run(loaded, model, progress)
    loops = efficiency(table)
    files = {"steps.csv": table, "curves.csv": curves}
    if len(loops):
        files["efficiency.csv"] = loops
    return request.finish(
        table,
        [*text_tables.protocol(table, loops), *loaded.remarks],
        lambda: result_figures.protocol_figures(table, curves, loops),
        files=files,
    )


@commands.command(epilog="Example: nfpcell liquid --rates 0.1,1 --dod 0.5")
def liquid(
    context: typer.Context,
    rates: options.Rates = options.typed("0.1,0.5,1"),
    dod: options.Depths = options.typed("0.2,0.5,0.8"),
    temperature: options.Temperature = 30,
    as_json: options.Json = False,
    out: options.Out = None,
) -> int:
    """Simulate the non-aqueous reference half-cell: discharges, and spectra at rest."""
    request = Request.read(context)
    with terminal.computing("Half-cell"):
        from nfpcell.studies import liquid as reference

        table, curves = reference.discharge(rates, temperature)
        spectra = reference.impedance(dod, temperature)
    return request.finish(
        table,
        [results(HALF_CYCLES, table), text_tables.spectra(spectra)],
        lambda: {
            "voltage": nfpcell.plot.curves(curves),
            "nyquist": nfpcell.plot.nyquist(spectra),
        },
        files={"summary.csv": table, "curves.csv": curves, "spectra.csv": spectra},
        records={
            "discharges": table.to_dict("records"),
            "spectra": spectra.to_dict("records"),
        },
    )
