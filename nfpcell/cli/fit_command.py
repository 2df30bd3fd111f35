"""The command fit: a fit to measured files, or a fit that is described in a file."""

from __future__ import annotations

import typer

from nfpcell.cell.validation import MODELS
from nfpcell.cli import (
    data_options,
    named_values,
    options,
    parsing,
    terminal,
    text_tables,
)
from nfpcell.cli.figure_options import draws_figures
from nfpcell.cli.request import CONDITION_FAILED, DONE, INTERRUPTED, answer
from nfpcell.errors import NfpcellError

commands = typer.Typer()


@commands.command(
    epilog=options.examples(
        "fit calibration_blind --dry-run",
        "fit --cell C --data my_curves/curves.csv --free "
        "'Contact resistance [Ohm]=0:40' --out my_cell.toml",
        after="simulate C --rates 1 --out my_curves",
    )
)
@draws_figures(capacities=True)
def fit(
    experiment: str | None = options.argument(
        "EXPERIMENT",
        "Give an experiment of kind fit, or a .toml file. It replaces --cell, "
        "--data and --free.",
        default=None,
    ),
    cell: str | None = options.described(
        "CELL", "Fit this cell: a built-in cell or a .toml file.", default=None
    ),
    data: data_options.Files = None,
    free: list[str] | None = options.described(
        "NAME=LOWER:UPPER",
        "Fit this quantity between these bounds. The name has its unit, as `nfpcell "
        'show CELL` prints it: "Contact resistance \\[Ω]=0:40". The option may be '
        "repeated.",
        default=None,
    ),
    changes: options.Set = None,
    lower_cutoff: options.LowerCutoff = None,
    upper_cutoff: options.UpperCutoff = None,
    model: str | None = options.choice(
        "--model",
        MODELS,
        "Choose the model; by default that of the experiment, or else full.",
        default=None,
        panel=options.OUTPUT,
    ),
    temperature: data_options.Temperature = None,
    half_cycles: data_options.HalfCycles = None,
    direction: data_options.Direction = None,
    sign: data_options.Sign = None,
    rate: data_options.Rate = None,
    start: data_options.Start = None,
    sequence: data_options.WholeFile = None,
    segments: data_options.Segments = None,
    dod: data_options.Depths = None,
    sigma: float | None = options.described(
        "V",
        "Take this standard deviation of the voltages in V; by default their "
        "scatter around the fit.",
        default=None,
    ),
    impedance_sigma: float | None = options.described(
        "FRACTION",
        "Take this standard deviation of the impedances, a fraction of |Z|; by "
        "default their scatter around the fit.",
        default=None,
    ),
    starts: int | None = options.described(
        "N",
        "Optimise this number of times, each from other starting values. The "
        "default is 1, or 4 if the first one deviates from the data by more than "
        "about 15 mV (RMS).",
        default=None,
    ),
    seed: int = options.described(
        "N",
        "Seed the random numbers. The same seed gives the same result.",
        default=0,
    ),
    loss: str = options.described(
        "LOSS",
        "Choose the loss function: linear, or soft_l1, huber, cauchy or arctan, "
        "which give outliers less weight.",
        default="linear",
    ),
    everywhere: bool = options.flag(
        "--global", "First search the whole range of the bounds.", default=False
    ),
    intervals: str = options.described(
        "profile|linear|none",
        "Compute 95 % confidence intervals by profile likelihood, by linearisation "
        "(faster), or none.",
        default="profile",
    ),
    posterior: int = options.described(
        "N",
        "Sample a posterior distribution by this number of MCMC steps after the "
        "fit; 0 is none. It needs emcee, which nfpcell\\[posterior] installs.",
        default=0,
    ),
    dry_run: bool = options.flag(
        "--dry-run",
        "Only show what is recognised in the files, and what would be fitted. Needs no "
        "--free.",
        default=False,
    ),
    force: options.Force = False,
    out: str | None = options.described(
        "FILE.toml|DIR",
        "Write the fitted cell to this file or folder. Figures, "
        "curves.csv, fit.json and a report (HTML) are written beside it.",
        "--out",
        default=None,
        panel=options.OUTPUT,
    ),
    units: options.Units = "lab",
    as_json: options.Json = False,
) -> int:
    """Fit a cell to measured curves and spectra, with 95 % confidence intervals."""
    changed = named_values.changes(changes, lower_cutoff, upper_cutoff)
    with terminal.silent_output():
        from nfpcell.fitting.fit_request import FitRequest
        from nfpcell.fitting.fit_settings import FitSettings
        from nfpcell.reports import fit_export

        request = FitRequest(
            experiment,
            parsing.changed_cell(cell, changed),
            data or [],
            named_values.bounds(free or [], "--free"),
            model,
            data_options.stated(
                temperature,
                half_cycles,
                direction,
                sign,
                rate,
                start,
                dod,
                sigma,
                impedance_sigma,
                sequence,
                segments,
            ),
            FitSettings(starts, seed, loss, everywhere, intervals, posterior),
        )
        if dry_run and request.data and not request.free:
            recognised, planned = request.recognised(), []
        else:
            plan = request.plan()
            place = None if out is None else fit_export.destination(out, plan, force)
            prepared = request.prepare(plan)
            recognised = prepared.measured.recognised
            planned = text_tables.planned(plan)
    shown = text_tables.recognised(recognised)
    if dry_run:
        answer(as_json, recognised.to_dict("records"), [*shown, *planned])
        return DONE
    if shown and not as_json:
        terminal.show(*shown)
    with terminal.fitting() as progress:
        completed = prepared.run_all(progress, rate_bands=place is not None)
        paths, write_error = [], None
        if place is not None:
            search = {"starts": starts, "seed": seed, "loss": loss}
            kept = {**search, "posterior": posterior}
            try:
                paths = fit_export.write(completed, place, kept)
            except NfpcellError as error:
                # the result is printed first, or it would be lost
                write_error = error
    record = fit_export.record(completed, paths[0] if paths else None)
    answer(as_json, record, text_tables.fitted(completed.fit), paths)
    if write_error is not None:
        raise write_error
    if completed.interrupted:
        return INTERRUPTED
    return DONE if completed.fit.sound else CONDITION_FAILED
