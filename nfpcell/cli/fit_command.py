"""The command fit: a cell fitted to measured files, or a fit described in a file."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from nfpcell.cell.validation import DEPTHS, HALF_CYCLES, MODELS
from nfpcell.cli import options, parsing, terminal, text_tables
from nfpcell.cli.request import CONDITION_FAILED, DONE, INTERRUPTED, answer
from nfpcell.errors import NfpcellError

commands = typer.Typer()


@commands.command(epilog="Example: nfpcell fit calibration_blind --dry-run")
def fit(
    experiment: str | None = options.argument(
        "[EXPERIMENT]",
        "An experiment of kind fit, or a .toml file; in place of --cell, "
        "--data and --free.",
        default=None,
    ),
    cell: str | None = typer.Option(
        help="The cell to fit: a built-in cell or a .toml file.", default=None
    ),
    data: list[str] | None = options.described(
        "FILE", "A measured file. May be repeated.", default=None
    ),
    free: list[str] | None = options.described(
        "NAME=LOWER:UPPER",
        "A free quantity and its bounds. May be repeated. `nfpcell show CELL` "
        "lists the names.",
        default=None,
    ),
    model: str | None = options.choice(
        "--model",
        MODELS,
        "The model; by default that of the experiment, or full.",
        default=None,
    ),
    temperature: float | None = options.temperature(
        "Temperature of files that do not state it, in °C.", default=None
    ),
    half_cycles: Sequence[int] | None = options.option(
        "--half-cycles",
        "LIST",
        "Numbers of the half-cycles to fit, from 1, such as 1,3; all by default.",
        parsing.whole_numbers,
        default=None,
    ),
    direction: str | None = options.choice(
        "--direction", HALF_CYCLES, "Fit only these half-cycles.", default=None
    ),
    sign: str | None = options.choice(
        "--sign",
        HALF_CYCLES,
        "Half-cycle with a positive current in the files.",
        default=None,
    ),
    rate: float | None = options.rate(
        "C-rate, in place of the current in the files.", default=None
    ),
    start: str | None = options.option(
        "--start",
        "slow|rest|VOLTAGE",
        "State from which half-cycles start: after a slow half-cycle, after the "
        "rest before them, or at an open-circuit voltage in V.",
        parsing.start,
        default=None,
    ),
    dod: Sequence[float] | None = options.numbers(
        "--dod",
        "Depths of discharge of the measured spectra, from 0 to 1.",
        DEPTHS,
        default=None,
    ),
    sigma: float | None = options.described(
        "V",
        "Standard deviation of the voltages in V; by default their scatter "
        "about the fit.",
        default=None,
    ),
    impedance_sigma: float | None = options.described(
        "FRACTION",
        "Standard deviation of the impedances over their modulus; by default "
        "their scatter about the fit.",
        default=None,
    ),
    starts: int | None = options.described(
        "N",
        "Number of optimisations, each from another start. By default one if "
        "the values of the cell are near the data, else four.",
        default=None,
    ),
    seed: int = options.described(
        "N", "Seed of the starts. One seed gives one result.", default=0
    ),
    loss: str = options.described(
        "LOSS",
        "Loss: linear, or a robust one: soft_l1, huber, cauchy or arctan.",
        default="linear",
    ),
    everywhere: bool = options.flag(
        "--global", "Search between all bounds first.", default=False
    ),
    intervals: str = options.described(
        "profile|linear|none",
        "95 % confidence intervals: by profile likelihood, linearised, or none.",
        default="profile",
    ),
    posterior: int = options.described(
        "N",
        "Steps of an MCMC sampler after the fit, for a posterior; 0 for none. "
        "Needs emcee, of the extra nfpcell\\[posterior].",
        default=0,
    ),
    dry_run: bool = options.flag(
        "--dry-run", "Only show what the files hold.", default=False
    ),
    force: options.Force = False,
    out: str | None = options.described(
        "FILE.toml|DIR",
        "Write the fitted cell file, and beside it figures (PNG and SVG), "
        "curves.csv, fit.json and a report (HTML).",
        "--out",
        default=None,
    ),
    as_json: options.Json = False,
) -> int:
    """Fit a cell to measured curves and spectra, with 95 % confidence intervals."""
    with terminal.silent_output():
        from nfpcell.fitting.fit_request import FitRequest
        from nfpcell.fitting.fit_settings import FitSettings
        from nfpcell.fitting.read_options import ReadOptions
        from nfpcell.reports import fit_export

        request = FitRequest(
            experiment,
            cell,
            data or [],
            parsing.bounds(free or [], "--free"),
            model,
            ReadOptions(
                temperature=temperature,
                half_cycles=None if half_cycles is None else tuple(half_cycles),
                direction=direction,
                sign=sign,
                rate=rate,
                start=start,
                depth_of_discharge=None if dod is None else tuple(dod),
                sigma=sigma,
                impedance_sigma=impedance_sigma,
            ),
            FitSettings(starts, seed, loss, everywhere, intervals, posterior),
        )
        plan = request.plan()
        place = None if out is None else fit_export.destination(out, plan, force)
        prepared = request.prepare(plan)
    recognised = prepared.measured.recognised
    shown = text_tables.recognised(recognised)
    if dry_run:
        records = recognised.to_dict("records")
        answer(as_json, records, [*shown, *text_tables.planned(plan)])
        return DONE
    if shown and not as_json:
        terminal.show(*shown)
    with terminal.fitting() as progress:
        completed = prepared.run_all(progress, rate_bands=place is not None)
        paths, refusal = [], None
        if place is not None:
            search = {"starts": starts, "seed": seed, "loss": loss}
            kept = {**search, "posterior": posterior}
            try:
                paths = fit_export.write(completed, place, kept)
            except NfpcellError as error:
                # raised after the result is printed, or that would be lost too
                refusal = error
    record = fit_export.record(completed, paths[0] if paths else None)
    answer(as_json, record, text_tables.fitted(completed.fit), paths)
    if refusal is not None:
        raise refusal
    if completed.interrupted:
        return INTERRUPTED
    return DONE if completed.fit.sound else CONDITION_FAILED
