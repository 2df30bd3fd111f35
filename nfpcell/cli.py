"""The command line: words in; a table, one JSON value or one sentence out.

What is heavy (PyBaMM, pandas, matplotlib) is imported inside the commands, after all
input has been checked.
"""

import contextlib
import itertools
import json
import math
import os
import signal
import sys
from typing import Annotated

import typer

from nfpcell import __version__
from nfpcell.checks import (
    DEPTHS,
    DIRECTIONS,
    FREQUENCIES,
    HALF_CYCLES,
    MODELS,
    RATES,
    REST_OR_RATES,
    TEMPERATURES,
)
from nfpcell.errors import NfpcellError
from nfpcell.names import split_unit

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
# a case that stalls is solved again with tighter steps; what the integrator says of the
# first try is not for the user
os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)

ALLOWED = {
    "--rates": RATES,
    "--temperatures": TEMPERATURES,
    "--dod": DEPTHS,
    "--frequencies": FREQUENCIES,
}
MOST_VALUES = 1000
MOST_PER_DECADE = 100
MOST_RESOLVED = 6
MOST_ARCS = 5
WIDTH = 100
FREQUENCY = "Frequency [Hz]"
# Ctrl-C as it was pressed
_pressed = []
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


def main(arguments=None):
    """Run the command line; returns its exit code."""
    command = typer.main.get_command(app)
    _pressed.clear()
    try:
        with _remembering_interrupts():
            code = command.main(arguments, prog_name="nfpcell", standalone_mode=False)
            _interrupt_if_pressed()
    except NfpcellError as error:
        return _refuse(str(error))
    except _ClickError as error:
        return _refuse(_click_sentence(error))
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return code or OK


@contextlib.contextmanager
def _remembering_interrupts():
    """A Ctrl-C that a library swallows, in an import or below C, is not forgotten."""

    def note(number, frame):
        _pressed.append(number)
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:
        # only the main thread may; elsewhere nobody presses Ctrl-C
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt_if_pressed():
    if _pressed:
        raise KeyboardInterrupt


def _refuse(sentence):
    print("nfpcell:", " ".join(sentence.split("\n")), file=sys.stderr)
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
        _emit(f"nfpcell {__version__}\n")
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
    from nfpcell import files

    rows = [
        {"Kind": kind, "Name": word, "Title": files.read(path).get("title", "")}
        for kind, words, find in (
            ("cell", files.cells(), lambda word: files.find_cell(word)[0]),
            ("experiment", files.experiments(), files.find_experiment),
        )
        for word, path in ((word, find(word)) for word in words)
    ]
    if as_json:
        return _emit_json(rows)
    return _print(_table({"Kind": {}, "Name": {}, "Title": {}}, map(dict.values, rows)))


@app.command()
def show(
    cell: Annotated[
        str, typer.Argument(metavar="CELL", help="A cell's word or a .toml file.")
    ],
    notes: Annotated[bool, typer.Option("--notes", help="Print notes too.")] = False,
    as_json: Json = False,
):
    """Every quantity of a cell: value, unit, kind of source and reference."""
    from nfpcell.cell import Cell

    cell = Cell.load(cell)
    rows = _quantities(cell)
    if as_json:
        return _emit_json(rows)
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
    table = _table(
        columns,
        (
            (
                _noted(row["Name"], row["Note"] if notes else ""),
                _plain(row["Value"], 6),
                row["Unit"],
                row["Kind"],
                str(number[row["Reference"]]),
            )
            for row in rows
        ),
        expand=True,
    )
    lines = [f"[{k}] {reference}" for reference, k in number.items()]
    return _print(f"{cell.name}: {cell.title}", table, "References", *lines)


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
    rates = numbers(rates, "--rates")
    temperatures = numbers(temperatures, "--temperatures")
    _one_of(direction, "--direction", DIRECTIONS)
    _one_of(model, "--model", MODELS)
    cells = _half_cells(cells)
    folder = _folder(out)
    options = {
        "cells": [cell.name for cell in cells],
        "rates": rates,
        "temperatures": temperatures,
        "direction": direction,
        "model": model,
    }
    record = _record(folder, "simulate", options, cells)
    with _computing("Half-cycles") as progress:
        from nfpcell import cycling

        table, curves = cycling.simulate(
            cells,
            rates,
            temperatures,
            direction,
            model,
            curves=True,
            progress=progress,
        )
    return _finish(table, curves, record, folder, as_json, [_half_cycles(table)])


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
    depths = numbers(dod, "--dod")
    _one_of(direction, "--direction", HALF_CYCLES)
    _one_of(model, "--model", MODELS)
    if rate is not None:
        _number_in(rate, "--rate", REST_OR_RATES)
    _number_in(temperature, "--temperature", TEMPERATURES)
    chosen = None if frequencies is None else spectrum_frequencies(frequencies)
    (cell,) = _cells([cell])
    if rate and cell.layout != "half-cell":
        raise NfpcellError(
            f"--rate {rate:g} is refused: cell {cell.name} is symmetric and has no "
            "charge to give; right would be 0, a spectrum at rest"
        )
    folder = _folder(out)
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
    with _computing("Spectra"):
        from nfpcell import linearised

        spectra = linearised.impedance(
            cell, depths, direction, rate, temperature, chosen, model
        )
    return _finish(spectra, None, record, folder, as_json, [_spectra(spectra)])


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
    _one_of(direction, "--direction", DIRECTIONS)
    _one_of(model, "--model", MODELS)
    _number_in(rate, "--rate", REST_OR_RATES)
    _number_in(temperature, "--temperature", TEMPERATURES)
    cells = _half_cells(cells)
    folder = _folder(out)
    options = {
        "cells": [cell.name for cell in cells],
        "direction": direction,
        "rate": rate,
        "temperature": temperature,
        "model": model,
    }
    record = _record(folder, "resistance", options, cells)
    ways = ("charge", "discharge") if direction == "both" else (direction,)
    with _computing("Half-cycles") as progress:
        import pandas as pd

        from nfpcell import linearised

        found = []
        for number, (cell, way) in enumerate(itertools.product(cells, ways), start=1):
            found.append(
                linearised.resistance(
                    cell, way, rate, temperature, model=model, spectra=True
                )
            )
            if progress:
                progress(number, len(cells) * len(ways))
        table, spectra = (
            pd.concat(part, ignore_index=True) for part in zip(*found, strict=True)
        )
    return _finish(table, spectra, record, folder, as_json, [_lowest(table)])


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
    from nfpcell import spectrum as spectra

    measured = [one for path in files for one in spectra.read_all(path)]
    folder = _folder(out)
    options = {"files": files, "arcs": arcs}
    record = _record(folder, "spectrum", options, [])
    with _computing("Spectra"):
        import pandas as pd

        from nfpcell import circuit

        fits = [circuit.fit(one.frequencies, one.Z, arcs) for one in measured]
        table = pd.DataFrame(map(_measured, measured, fits))
        points = pd.concat([_points(one) for one in measured], ignore_index=True)
    if folder:
        from nfpcell import plot_impedance

        pairs = {
            one.name: (one.Z, fitted.impedance(one.frequencies))
            for one, fitted in zip(measured, fits, strict=True)
        }
        figures = {"nyquist": plot_impedance.fit_figure(pairs)}
        figures |= _resolved((measured, spectra.MEASURED_DENSITY))
        tables = {"summary.csv": table, "spectra.csv": points}
        paths = _write(folder, tables, figures, record)
    if as_json:
        _emit_json(table.to_dict("records"))
    else:
        columns = {"File": {}}
        for name in table.columns[1:-1]:
            short = name.replace("Largest Kramers-Kronig residual", "Worst K-K")
            columns["\n[".join(short.split(" ["))] = {"justify": "right"}
        columns["Status"] = {}
        rows = (
            tuple(map(_plain, row)) for row in table.itertuples(index=False, name=None)
        )
        bad = [status != "ok" for status in table["Status"]]
        _print(_table(columns, rows, bad), *_written(paths if folder else []))
    return CONDITION_FAILED if (table["Status"] != "ok").any() else OK


def _measured(one, fitted):
    """Record of a measured spectrum and the circuit fitted to it."""
    from nfpcell.spectrum import kramers_kronig

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
    _one_of(model, "--model", MODELS)
    (experiment,), cells = _experiments([experiment])
    folder = _folder(out)
    options = {"experiment": experiment.name, "model": model}
    record = _record(folder, "run", options, cells, [experiment])
    with _computing("Conditions") as progress:
        from nfpcell import scoring

        table, curves = scoring.run(experiment, model, progress)
        targets = None
        if experiment.targets:
            targets = scoring.judge(experiment, table, curves)
    shows = {"cycling": _half_cycles, "resistance": _lowest, "impedance": _spectra}
    shown = [shows[experiment.kind](table)]
    if targets is not None:
        shown += ["Targets", _targets(targets)]
    return _finish(table, curves, record, folder, as_json, shown, targets)


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
    _one_of(model, "--model", MODELS)
    if experiments:
        chosen, cells = _experiments(experiments)
    else:
        from nfpcell import files

        chosen, cells = _experiments(files.experiments())
    without = [one.name for one in chosen if not one.targets]
    if experiments and without:
        raise NfpcellError(
            f'"{without[0]}" has no targets to score; right would be an experiment '
            "with [[targets]] in its file"
        )
    chosen = [one for one in chosen if one.targets]
    folder = _folder(out)
    options = {"experiments": [one.name for one in chosen], "model": model}
    record = _record(folder, "score", options, cells, chosen)
    with _computing("Experiments") as progress:
        from nfpcell import scoring

        table = scoring.score([one.path or one for one in chosen], model, progress)
    unmet = int((~table["Met"].astype(bool)).sum())
    if folder:
        from nfpcell import plot

        figures = {"targets": plot.score_figure(table)}
        paths = _write(folder, {"summary.csv": table}, figures, record)
    if as_json:
        _emit_json(table.to_dict("records"))
    else:
        count = f"{len(table) - unmet} of {len(table)} targets met"
        _print(_targets(table), count, *_written(paths if folder else []))
    return CONDITION_FAILED if unmet else OK


# ------------------------------------------------------------------------- the checks
def numbers(text, option):
    """
    The numbers of a comma-separated list; an item may be a range first:last:step.

    Examples
    --------
    >>> numbers("0.1,1:2:0.5", "--rates")
    [0.1, 1.0, 1.5, 2.0]
    >>> numbers("30:-20:-25", "--temperatures")
    [30.0, 5.0, -20.0]
    """
    found = []
    if not text.strip():
        raise NfpcellError(f"{option}: the list is empty; right would be such as 1,2")
    for item in text.split(","):
        if ":" in item:
            found += _range(item, option)
        else:
            found.append(_number(item, option))
        if len(found) > MOST_VALUES:
            raise NfpcellError(
                f'{option} "{_short(text)}" holds more than {MOST_VALUES} values; '
                "right would be fewer"
            )
    for value in found:
        if value not in ALLOWED[option]:
            raise NfpcellError(
                f"{option}: {value:g} is refused; right would be a number "
                f"{ALLOWED[option]}"
            )
    return list(dict.fromkeys(found))


def spectrum_frequencies(text):
    """
    Frequencies of highest:lowest:points-per-decade, or of a list; highest first.

    Examples
    --------
    >>> [round(f, 3) for f in spectrum_frequencies("100:1:1")]
    [100.0, 10.0, 1.0]
    """
    option = "--frequencies"
    if ":" not in text:
        from nfpcell import checks

        return checks.frequencies(numbers(text, option))
    parts = text.split(":")
    if len(parts) != 3:
        raise NfpcellError(
            f'{option}: "{_short(text)}" is not a range; right would be '
            "highest:lowest:points-per-decade, such as 1e6:0.025:10"
        )
    highest, lowest, per_decade = (_number(part, option) for part in parts)
    for value in (highest, lowest):
        _number_in(value, option, FREQUENCIES)
    if highest <= lowest:
        raise NfpcellError(
            f"{option}: {highest:g} is not above {lowest:g}; right would be the "
            "highest first: highest:lowest:points-per-decade"
        )
    if not 1 <= per_decade <= MOST_PER_DECADE:
        raise NfpcellError(
            f"{option}: {per_decade:g} points per decade is refused; right would be a "
            f"number at least 1 and at most {MOST_PER_DECADE}"
        )
    from nfpcell.linearised import frequency_range

    return [float(f) for f in frequency_range(highest, lowest, per_decade)]


def _number_in(value, option, allowed):
    if not math.isfinite(value) or value not in allowed:
        raise NfpcellError(
            f"{option}: {value:g} is refused; right would be a number {allowed}"
        )


def _number(text, option):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        what = f'"{_short(text.strip())}" is' if text.strip() else "an empty item is"
        raise NfpcellError(
            f"{option}: {what} not a number; right would be a list such as 1,2 or a "
            "range first:last:step"
        )
    # minus zero is zero
    return value + 0.0


def _range(text, option):
    parts = text.split(":")
    if len(parts) != 3:
        raise NfpcellError(
            f'{option}: "{_short(text)}" is not a range; right would be first:last:step'
        )
    first, last, step = (_number(part, option) for part in parts)
    count = (last - first) / step if step else -1
    if count < 0 or not math.isfinite(count):
        raise NfpcellError(
            f'{option}: the step of "{_short(text)}" does not lead from {first:g} to '
            f"{last:g}; right would be first:last:step"
        )
    # a rounding error must not cost the last one
    count = min(int(count + 1e-9), MOST_VALUES)
    return [float(f"{first + k * step:.12g}") + 0.0 for k in range(count + 1)]


def _short(text):
    return text if len(text) <= 40 else f"{text[:37]}..."


def _one_of(word, option, known):
    if word not in known:
        from nfpcell.names import suggestion

        raise NfpcellError(
            f'{option}: "{_short(word)}" is not known; {suggestion(word, known)}'
        )


def _cells(words):
    """The cells, each once; two different ones under one name cannot be told apart."""
    from nfpcell.cell import Cell

    found = {}
    for word in words:
        cell = Cell.load(word)
        other = found.setdefault(cell.name, cell)
        if other != cell:
            raise NfpcellError(
                f'two different cells are named "{cell.name}" ({other.path} and '
                f"{cell.path}); right would be a file of another name"
            )
    return list(found.values())


def _half_cells(words):
    """The cells, none of them symmetric."""
    from nfpcell.cell import Cell
    from nfpcell.checks import half_cells

    return half_cells(_cells(words), Cell)


def _experiments(words):
    """The experiments, each once, and all their cells."""
    from nfpcell.experiment import Experiment

    found = {}
    for word in words:
        experiment = Experiment.load(word)
        other = found.setdefault(experiment.name, experiment)
        if other != experiment:
            raise NfpcellError(
                f'two different experiments are named "{experiment.name}" '
                f"({other.path} and {experiment.path}); right would be a file of "
                "another name"
            )
    cells = {}
    for experiment in found.values():
        # only spectra are taken of symmetric cells
        load = _cells if experiment.kind == "impedance" else _half_cells
        for cell in load(experiment.cells):
            cells.setdefault(cell)
    return list(found.values()), list(cells)


def _folder(out):
    if out is None:
        return None
    if not out.strip():
        raise NfpcellError("--out: the name is empty; right would be that of a folder")
    from nfpcell import output

    return output.check(out)


def _record(folder, *what):
    if folder is None:
        return None
    from nfpcell import output

    return output.record(*what)


# ------------------------------------------------------------------------- the run
@contextlib.contextmanager
def _computing(what):
    """
    Around the heavy part: nothing of it reaches standard output; gives a callable
    (done, all) that moves a bar on standard error, if that is a terminal, and ends the
    work if Ctrl-C was pressed.
    """
    with _silent_output():
        if not sys.stderr.isatty():
            yield lambda *_: _interrupt_if_pressed()
            _interrupt_if_pressed()
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        task = bar.add_task(what, total=None)
        with bar:

            def progress(done, all_):
                _interrupt_if_pressed()
                bar.update(task, completed=done, total=all_)

            yield progress
            _interrupt_if_pressed()


@contextlib.contextmanager
def _silent_output():
    """What libraries print, in Python or in C, goes to standard error."""
    sys.stdout.flush()
    kept = None
    with contextlib.suppress(OSError):
        # a stream that is closed needs no silence
        kept = os.dup(1)
        os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        if kept is not None:
            os.dup2(kept, 1)
            os.close(kept)


def _finish(table, curves, record, folder, as_json, shown, targets=None):
    """Write, print, and say by the exit code whether a condition failed."""
    failed = table[table["Status"] != "ok"]
    paths = []
    if folder:
        # next to the summary stand the curves it is of, or the spectra
        spectral = curves is not None and FREQUENCY in curves
        second = "spectra.csv" if spectral else "curves.csv"
        tables = {"summary.csv": table, second: curves, "targets.csv": targets}
        tables = {name: found for name, found in tables.items() if found is not None}
        paths = _write(folder, tables, _figures(table, curves, targets), record)
    if as_json:
        _emit_json(table.to_dict("records"))
    else:
        if len(failed):
            shown.append(f"{len(failed)} of {len(table)} rows failed")
        _print(*shown, *_written(paths))
    return CONDITION_FAILED if len(failed) else OK


def _figures(table, curves, targets):
    from nfpcell import plot, plot_impedance

    figures = {}
    if FREQUENCY in table:
        figures["nyquist"] = plot_impedance.nyquist_figure(table)
        figures |= _resolved(_each_spectrum(table))
    elif FREQUENCY in curves:
        figures["resistance"] = plot.resistance_figure(table)
        figures["circuit"] = plot_impedance.resistance_map_figure(table)
        figures["operando"] = plot_impedance.operando_figure(curves, table)
    else:
        figures["voltage"] = plot.curves_figure(curves)
        figures["capacity"] = plot.capacity_figure(table)
        figures["losses"] = plot.losses_figure(curves)
    if targets is not None:
        figures["targets"] = plot.score_figure(targets)
    return figures


def _each_spectrum(table):
    """Spectra of a table under the words that tell them apart, some of many."""
    from nfpcell.spectrum import COMPUTED_DENSITY, Spectrum

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
    from nfpcell import plot_impedance
    from nfpcell.spectrum import LEAST_POINTS, kramers_kronig, relaxation_times

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
        "kramers_kronig": plot_impedance.kramers_kronig_figure(tests),
        "relaxation_times": plot_impedance.relaxation_figure(times),
    }


def _write(folder, tables, figures, record):
    from nfpcell import output

    return output.write(folder, tables, figures, record)


def _written(paths):
    return [f"Written: {path}" for path in paths]


# ------------------------------------------------------------------------- the output
_CONDITION = {
    "Cell": {"no_wrap": True},
    "Direction": {"no_wrap": True},
    "C-rate": {"justify": "right"},
    "T\n[°C]": {"justify": "right"},
}


def _quantities(cell):
    """Records of every quantity, then of what follows from them."""
    from nfpcell import derived
    from nfpcell.names import split_unit

    def row(name, value, unit, kind, reference, note="", targets=()):
        values = (cell.name, name, value, unit, kind, reference, note, list(targets))
        keys = ["Cell", "Name", "Value", "Unit", "Kind", "Reference", "Note", "Targets"]
        return dict(zip(keys, values, strict=True))

    rows = [
        row(
            split_unit(q.name)[0],
            q.value,
            q.unit,
            q.kind,
            q.reference,
            q.note,
            q.targets,
        )
        for q in cell.quantities.values()
    ]
    found = cell.derived()
    follows = f"follows from the quantities above at 30 °C, diffusion {cell.diffusion}"
    for key, name in derived.NAMES.items():
        rows.append(
            row(
                *_with(split_unit(name), float(getattr(found, key))), "derived", follows
            )
        )
    return rows


def _noted(name, note):
    from rich.console import Group
    from rich.padding import Padding

    return Group(name, Padding(note, (0, 0, 0, 4), style="dim")) if note else name


def _with(name_and_unit, value):
    name, unit = name_and_unit
    return name, value, unit


def _half_cycles(table):
    columns = {
        **_CONDITION,
        "Capacity\n[mAh/g]": {"justify": "right"},
        "Mean\nvoltage [V]": {"justify": "right"},
        "Energy\n[Wh/kg]": {"justify": "right"},
        "Ended by": {},
        "Status": {},
    }
    return _table(
        columns,
        (
            (
                row["Cell"],
                row["Direction"],
                f"{row['C-rate']:g}",
                f"{row['Ambient temperature [degC]']:g}",
                _fixed(row["Specific capacity [mA.h.g-1]"], 2),
                _fixed(row["Mean voltage [V]"], 3),
                _fixed(row["Specific energy [W.h.kg-1]"], 1),
                str(row["Termination"]).removesuffix(" [V]"),
                row["Status"],
            )
            for row in table.to_dict("records")
        ),
        [row != "ok" for row in table["Status"]],
    )


def _lowest(table):
    """Resistances over depth of discharge in one line: where the total is lowest. In
    brackets beside each of the circuit's the model's own of that part.
    """
    from nfpcell.linearised import LOW, TOTAL, lowest_total

    keys = ["Cell", "Direction", "C-rate", "Ambient temperature [degC]"]
    right = {"justify": "right"}
    unbroken = {"justify": "right", "no_wrap": True}
    columns = {
        "Cell": {"no_wrap": True},
        "Half-cycle": {"no_wrap": True},
        "T\n[°C]": right,
        "R0 [Ω]\n(model)": unbroken,
        "R1 [Ω]\n(model)": unbroken,
        "R2 [Ω]\n(model)": unbroken,
        "Lowest\ntotal [Ω]": right,
        "Re Z at\n25 mHz [Ω]": right,
        "at\ndepth": right,
        "Status": {},
    }
    rows, failed = [], []
    for (cell, direction, rate, temperature), own in table.groupby(keys, sort=False):
        at = lowest_total(own)
        bad = own["Status"] != "ok"
        pairs = [(at[f"R{k} [Ohm]"], at[f"Model R{k} [Ohm]"]) for k in range(3)]
        why = "ok"
        if bad.any():
            why = f"{bad.sum()} of {len(own)} depths: {own['Status'][bad].iloc[0]}"
        rows.append(
            (
                cell,
                f"{direction} {rate:g}C" if rate else "at rest",
                f"{temperature:g}",
                *(f"{_ohms(mine)} ({_ohms(its)})" for mine, its in pairs),
                _plain(at[TOTAL]),
                _plain(at[LOW]),
                _fixed(at["Depth of discharge"], 2),
                why,
            )
        )
        failed.append(bad.any())
    return _table(columns, rows, failed)


def _spectra(table):
    """A spectrum in one line: its ends."""
    keys = ["Cell", "Direction", "C-rate", "Ambient temperature [degC]"]
    columns = {
        **_CONDITION,
        "Depth of\ndischarge": {"justify": "right"},
        "Frequencies\n[Hz]": {"justify": "right", "no_wrap": True},
        "Re Z [Ω],\nhighest": {"justify": "right"},
        "Re Z [Ω],\nlowest": {"justify": "right"},
        "Status": {},
    }
    rows, failed = [], []
    for key, own in table.groupby([*keys, "Depth of discharge"], sort=False):
        cell, direction, rate, temperature, depth = key
        first, last = own.iloc[0], own.iloc[-1]
        there = first["Status"] == "ok"
        span = f"{first[FREQUENCY]:.3g} to {last[FREQUENCY]:.3g}" if there else "-"
        rows.append(
            (
                cell,
                direction if rate else "at rest",
                f"{rate:g}",
                f"{temperature:g}",
                _plain(depth),
                span,
                _plain(first["Z_re [Ohm]"]),
                _plain(last["Z_re [Ohm]"]),
                first["Status"],
            )
        )
        failed.append(not there)
    return _table(columns, rows, failed)


def _targets(table):
    # the experiment stands in the records; here the width is worth more
    columns = {
        "Cell": {"no_wrap": True},
        "Quantity": {"overflow": "fold"},
        "Where": {"no_wrap": True},
        "Published": {"justify": "right"},
        "Computed": {"justify": "right"},
        "Error\n[%]": {"justify": "right", "no_wrap": True},
        "Tol.\n[%]": {"justify": "right", "no_wrap": True},
        "Use": {"no_wrap": True},
        "Met": {"no_wrap": True},
    }
    return _table(
        columns,
        (
            (
                row["Cell"],
                split_unit(row["Quantity"])[0],
                row["Where"].replace(" degC", " °C"),
                _plain(row["Published"]),
                _plain(row["Computed"]),
                _signed(row["Error [%]"]),
                _plain(row["Tolerance [%]"]),
                row["Use"],
                "yes" if row["Met"] else "no",
            )
            for row in table.to_dict("records")
        ),
        [not met for met in table["Met"]],
    )


def _plain(value, digits=4):
    if isinstance(value, str):
        return value
    return f"{value:.{digits}g}" if _known(value) else "-"


def _ohms(value):
    return _plain(value, 3) if _known(value) and abs(value) < 100 else _fixed(value, 0)


def _fixed(value, digits):
    return f"{value:.{digits}f}" if _known(value) else "-"


def _signed(value):
    return f"{value:+.1f}" if _known(value) else "-"


def _known(value):
    return value is not None and math.isfinite(value)


def _table(columns, rows, red=None, **options):
    """A Rich table of plain text; rows that are marked red are."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, **options)
    for name, how in columns.items():
        table.add_column(name, **how)
    rows = list(rows)
    for row, marked in zip(rows, red or [False] * len(rows), strict=True):
        table.add_row(*row, style="red" if marked else None)
    return table


def _print(*parts):
    """Tables and lines of plain text; brackets and colons in them mean nothing."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    console = Console(
        markup=False, emoji=False, highlight=False, width=None if terminal else WIDTH
    )
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, str))
    _emit(captured.get())


def _emit_json(value):
    _emit(json.dumps(_jsonable(value), allow_nan=False) + "\n")


def _jsonable(value):
    """Plain Python: what is not a finite number is null."""
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _emit(text):
    """The only way to standard output; quiet when the reader has gone."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # else Python complains once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
