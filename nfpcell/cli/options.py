"""The options and arguments that several commands share: name, help, check of a value.

Each is written once, as an annotation that typer reads. A value is checked while the
command line is read, so that a command receives it ready to use.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from nfpcell.cell import validation
from nfpcell.cell.parameters import Range
from nfpcell.cli import parsing


def option(
    name: str,
    metavar: str,
    help: str,
    parse: Callable[..., Any],
    *allowed: Any,
    default: Any = ...,
) -> Any:
    """
    Return a typer option whose value is checked by a function of ``parsing``.

    Parameters
    ----------
    name : of the option, with its dashes
    metavar : what stands for the value in the help
    help : one or two sentences
    parse : called with the text, the name of the option and what is allowed
    default : of an option that is not part of an annotation
    """

    def parsed(typed: Any) -> Any:
        # a default value comes here too, and is no text to parse
        return parse(typed, name, *allowed) if isinstance(typed, str) else typed

    return typer.Option(default, name, metavar=metavar, help=help, parser=parsed)


def described(metavar: str, help: str, *names: str, default: Any = ...) -> Any:
    """Return a typer option whose value typer itself reads."""
    return typer.Option(default, *names, metavar=metavar, help=help)


def flag(name: str, help: str, default: Any = ...) -> Any:
    """Return a typer option without a value."""
    return typer.Option(default, name, help=help)


def choice(name: str, known: Sequence[str], help: str, default: Any = ...) -> Any:
    """Return a typer option whose value is one of a few words."""
    metavar = "|".join(known)
    return option(name, metavar, help, parsing.one_of, known, default=default)


def rate(help: str, default: Any = ...) -> Any:
    """Return the option of one C-rate; 0 is a cell at rest."""
    allowed = validation.REST_OR_RATES
    return option("--rate", "C-RATE", help, parsing.number, allowed, default=default)


def temperature(help: str, default: Any = ...) -> Any:
    """Return the option of one temperature."""
    allowed = validation.TEMPERATURES
    return option("--temperature", "°C", help, parsing.number, allowed, default=default)


def numbers(name: str, help: str, allowed: Range, default: Any = ...) -> Any:
    """Return the option of several numbers."""
    help = f"{help} Commas stand between them; first:last:step is a range."
    return option(name, "LIST", help, parsing.numbers, allowed, default=default)


def argument(metavar: str, help: str, default: Any = ...) -> Any:
    """Return a typer argument."""
    return typer.Argument(default, metavar=metavar, help=help)


Cell = Annotated[str, argument("CELL", "A built-in cell such as C, or a .toml file.")]
Cells = Annotated[
    list[str], argument("CELL", "Built-in cells such as C, or .toml files.")
]
Experiment = Annotated[
    str, argument("EXPERIMENT", "A built-in experiment, or a .toml file.")
]
Rates = Annotated[Sequence[float], numbers("--rates", "C-rates.", validation.RATES)]
Rate = Annotated[float, rate("C-rate of the direct current; 0 is a cell at rest.")]
Temperatures = Annotated[
    Sequence[float],
    numbers("--temperatures", "Temperatures in °C.", validation.TEMPERATURES),
]
Temperature = Annotated[float, temperature("Temperature in °C.")]
Depths = Annotated[
    Sequence[float],
    numbers("--dod", "Depths of discharge, from 0 to 1.", validation.DEPTHS),
]
Direction = Annotated[
    validation.Direction,
    choice("--direction", validation.HALF_CYCLES, "Direction of the half-cycle."),
]
Directions = Annotated[
    validation.DirectionChoice,
    choice("--direction", validation.DIRECTIONS, "Directions of the half-cycles."),
]
Model = Annotated[
    validation.Fidelity,
    choice(
        "--model",
        validation.MODELS,
        "Model: full resolves the thickness of the cathode; particle has one particle "
        "for the whole cathode, and is faster.",
    ),
]
Json = Annotated[bool, flag("--json", "Print one JSON value and nothing else.")]
Out = Annotated[
    str | None,
    described(
        "DIR",
        "Write tables (CSV), figures (PNG and SVG) and run.json into this folder. "
        "Files that an earlier run of nfpcell wrote there are replaced, others never.",
    ),
]
Resume = Annotated[bool, flag("--resume", "Continue an unfinished run in --out.")]
Force = Annotated[bool, flag("--force", "Replace existing files.")]
