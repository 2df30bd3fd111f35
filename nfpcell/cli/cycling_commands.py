"""Commands that charge and discharge a cell: simulate, cycle, protocol, liquid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import typer

import nfpcell
from nfpcell.cell import validation
from nfpcell.cli import (
    data_options,
    named_values,
    options,
    parsing,
    terminal,
    text_tables,
)
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.printed_table import results
from nfpcell.cli.request import Request, one_or_all
from nfpcell.cli.table_columns import HALF_CYCLES
from nfpcell.errors import NfpcellError, refusal
from nfpcell.reports import remarks, result_figures

if TYPE_CHECKING:
    import nfpcell.plot

commands = typer.Typer()


@commands.command(
    epilog=options.examples(
        "simulate C --rates 1 --temperatures 30,0",
        "simulate C D --rates C/10,1 --direction both --out my_rates",
    )
)
@draws_figures(capacities=True)
def simulate(
    context: typer.Context,
    cells: options.Cells,
    rates: options.Rates = options.typed("0.2,0.5,1,2"),
    temperatures: options.Temperatures = options.typed("30"),
    direction: options.Directions = "discharge",
    data: data_options.Overlay = None,
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
    """Simulate single charges and discharges at constant rate and temperature."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    chosen = parsing.half_cells(cells, changed)
    overlay = data_options.overlay(data, out)
    request = Request.read(context, chosen)
    measured = None
    with terminal.computing("Half-cycles") as progress:
        from nfpcell.simulation import constant_current

        if overlay:
            from nfpcell.fitting import measured_data

            measured = measured_data.half_cycles(overlay, chosen)

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
    from nfpcell.reports import curve_tables

    files = {"summary.csv": table, **curve_tables.files(curves, wide)}
    return request.finish(
        table,
        [results(HALF_CYCLES, table), *remarks.lines(table)],
        lambda: (
            {}
            if curves is None
            else result_figures.half_cycle_figures(table, curves, None, measured)
        ),
        files=files,
    )


@commands.command(
    epilog=options.examples(
        "cycle C --rates 0.1,1 --cycles 5",
        "cycle C D --rates 0.1,1,0.1 --cycles 5 --out my_cycles",
    )
)
@draws_figures(capacities=True)
def cycle(
    context: typer.Context,
    what: list[str] = options.argument(
        "CELL|EXPERIMENT",
        "Give cells, with --rates and --cycles; or an experiment of kind cycles, "
        "which states both.",
    ),
    rates: Sequence[float] | None = options.rates(
        "Cycle at these C-rates, in this order; 0.1 by default.",
        in_order=True,
        default=None,
    ),
    cycles: int | None = options.described(
        "N", "Run this number of cycles at each rate; 10 by default.", default=None
    ),
    temperature: float | None = options.temperature(
        "Compute at this temperature in °C; 30 by default.", default=None
    ),
    model: options.Model = "particle",
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    resistance_growth: float = options.described(
        "Ω",
        "Increase the contact resistance by this with every cycle, in Ω. This is an "
        "assumption: the paper reports no fade.",
        default=0.0,
    ),
    contact_loss: float = options.described(
        "FRACTION",
        "Let this fraction of the active material lose contact in every cycle. This "
        "is an assumption.",
        default=0.0,
    ),
    resume: options.Resume = False,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    excel: options.Excel = False,
) -> int:
    """Simulate many charge-discharge cycles, each after the one before."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    schedules = parsing.schedules(what, rates, cycles, temperature, changed)
    first, names = schedules[0], [schedule.name for schedule in schedules]
    if resume and out is None:
        raise NfpcellError(
            "--resume needs the folder of the run; right would be --resume --out DIR"
        )
    request = Request.read(
        context,
        [schedule.cell for schedule in schedules],
        what=one_or_all(what),
        programme=", ".join(names),
        steps=[list(step) for step in first.steps],
        temperature=first.temperature,
    )
    with terminal.computing("Cycles") as progress:
        from nfpcell.simulation.cycling import Fade, run_cycles

        fade = Fade(resistance_growth, contact_loss)
        table, checkpoint = run_cycles(
            schedules, model, fade, request.folder, resume, progress
        )
    code = request.finish(
        table,
        [*text_tables.cycles(table), *remarks.lines(table)],
        lambda: {"cycles": nfpcell.plot.cycles(table)},
        files={"cycles.csv": table},
    )
    if checkpoint is not None:
        checkpoint.close(finished=True)
    return code


@commands.command(
    epilog=options.examples(
        'protocol C --steps "Discharge at 1C until 2.0 V; Rest for 1 h"',
        "protocol fan_0C --model particle --out my_fan",
    )
)
@draws_figures(capacities=True)
def protocol(
    context: typer.Context,
    what: list[str] = options.argument(
        "EXPERIMENT|CELL",
        "Give a built-in experiment or a .toml file; or cells, with --steps or "
        "--profile.",
    ),
    steps: str | None = options.described(
        "STEPS",
        'Run these steps, with ; between them, such as "Discharge at 1C until 2.0 '
        'V; Rest for 1 h; Charge at C/5 until 4.5 V". Repeat some as in "20 x '
        '(Discharge at C/10 for 30 minutes; Rest for 1 h)".',
        default=None,
    ),
    profile: str | None = options.described(
        "FILE",
        "Follow the current, power or C-rate over time in this file. The units are "
        "in the headings.",
        default=None,
    ),
    temperature: float | None = options.temperature(
        "Run --steps or --profile at this temperature in °C; 30 by default.",
        default=None,
    ),
    start: Literal["charged", "discharged"] | None = options.choice(
        "--start",
        ("charged", "discharged"),
        "Begin --steps or --profile in this state; by default discharged if the "
        "first step is a charge, else charged.",
        default=None,
    ),
    sign: validation.Direction | None = options.choice(
        "--sign",
        validation.HALF_CYCLES,
        "Say what a positive value of the profile is. By default it is recognised from "
        "the states or the voltage in the file, or else it is a discharge.",
        default=None,
    ),
    apply: validation.Applied | None = options.choice(
        "--apply",
        validation.APPLIED,
        "Follow this column, if a file has both current and power; by default current.",
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
    """Simulate steps: typed, from a file, or a current or power over time."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    stated = {
        "--temperature": temperature,
        "--start": start,
        "--sign": sign,
        "--apply": apply,
        "--set or a cut-off": changed or None,
    }
    with terminal.silent_output():
        from nfpcell.measured.series_from_table import recordings
        from nfpcell.simulation import typed_steps
        from nfpcell.simulation.protocol import Protocol, efficiency, run

        if steps is not None or profile is not None:
            cells = parsing.half_cells(what, changed)
            temperature = 30.0 if temperature is None else temperature
            loaded = typed_steps.load(
                cells, steps, profile, temperature, start, sign, apply
            )
        else:
            for option, value in stated.items():
                if value is not None:
                    raise refusal(
                        option,
                        "needs --steps or --profile",
                        "to state it in the file of the protocol",
                    )
            if len(what) > 1:
                right = "one experiment alone, or cells with --steps or --profile"
                raise refusal("protocol", f"{len(what)} names are given", right)
            loaded = [Protocol.load(what[0])]
        measured = recordings(data_options.overlay(data, out))
    cells = [one.cell for one in loaded]
    request = Request.read(
        context, cells, what=one_or_all(what), experiment=loaded[0].name
    )
    with terminal.computing("Segments") as progress:
        table, curves = run(loaded, model, progress)
    loops = efficiency(table)
    files = {"steps.csv": table, "curves.csv": curves}
    if len(loops):
        files["efficiency.csv"] = loops
    return request.finish(
        table,
        [
            *text_tables.protocol(table, loops),
            *loaded[0].remarks,
            *remarks.lines(table),
        ],
        lambda: result_figures.protocol_figures(table, curves, loops, measured),
        files=files,
    )


@commands.command(
    epilog=options.examples(
        "liquid --rates 0.1,1 --dod 0.5", "liquid --temperature 0 --out my_liquid"
    )
)
@draws_figures
def liquid(
    context: typer.Context,
    rates: options.Rates = options.typed("0.1,0.5,1"),
    dod: options.Depths = options.typed("0.2,0.5,0.8"),
    temperature: options.Temperature = 30,
    units: options.Units = "lab",
    as_json: options.Json = False,
    out: options.Out = None,
    wide: options.Wide = False,
    excel: options.Excel = False,
) -> int:
    """Simulate the non-aqueous reference half-cell: discharges, and spectra at rest."""
    request = Request.read(context)
    with terminal.computing("Half-cell"):
        from nfpcell.studies import liquid as reference

        table, curves = reference.discharge(rates, temperature)
        spectra = reference.impedance(dod, temperature)
    from nfpcell.reports import curve_tables

    return request.finish(
        table,
        [results(HALF_CYCLES, table), text_tables.spectra(spectra)],
        lambda: {
            "voltage": nfpcell.plot.curves(curves),
            "nyquist": nfpcell.plot.nyquist(spectra),
        },
        files={
            "summary.csv": table,
            **curve_tables.files(curves, wide),
            "spectra.csv": spectra,
        },
        records={
            "discharges": table.to_dict("records"),
            "spectra": spectra.to_dict("records"),
        },
    )
