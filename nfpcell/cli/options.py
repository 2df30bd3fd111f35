"""The options and arguments that several commands share: name, help, check of a value.

Each is written once, as an annotation that typer reads. A value is checked while the
command line is read, so that a command receives it ready to use.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer

from nfpcell.cell import validation
from nfpcell.cli import parsing

_T = TypeVar("_T")
_LIST = "A list such as 0.2,0.5 or a range first:last:step."


def option(
    name: str, metavar: str, help: str, parse: Callable[..., Any], *allowed: Any
) -> Any:
    """
    Return a typer option whose value is checked by a function of ``parsing``.

    Parameters
    ----------
    name : of the option, with its dashes
    metavar : what stands for the value in the help
    help : one or two sentences
    parse : called with the text, the name of the option and what is allowed
    """

    def parsed(typed: Any) -> Any:
        # a default value comes here too, and is no text to parse
        return parse(typed, name, *allowed) if isinstance(typed, str) else typed

    return typer.Option(name, metavar=metavar, help=help, parser=parsed)


def described(metavar: str, help: str, *names: str) -> Any:
    """Return a typer option whose value typer itself reads."""
    return typer.Option(*names, metavar=metavar, help=help)


def flag(name: str, help: str) -> Any:
    """Return a typer option without a value."""
    return typer.Option(name, help=help)


def choice(name: str, known: Sequence[str], help: str) -> Any:
    """Return a typer option whose value is one of a few words."""
    return option(name, "|".join(known), help, parsing.one_of, known)


def rate(help: str) -> Any:
    """Return the option of one C-rate; 0 is a cell at rest."""
    return option("--rate", "C-RATE", help, parsing.number, validation.REST_OR_RATES)


def rates(help: str) -> Any:
    """Return the option of several C-rates."""
    return option(
        "--rates", "LIST", f"{help} {_LIST}", parsing.numbers, validation.RATES
    )


def temperature(help: str) -> Any:
    """Return the option of one temperature."""
    return option("--temperature", "°C", help, parsing.number, validation.TEMPERATURES)


def depths(help: str) -> Any:
    """Return the option of several depths of discharge."""
    return option(
        "--dod", "LIST", f"{help} {_LIST}", parsing.numbers, validation.DEPTHS
    )


def argument(metavar: str, help: str) -> Any:
    """Return a typer argument."""
    return typer.Argument(metavar=metavar, help=help)


Cell = Annotated[str, argument("CELL", "A built-in cell such as C, or a .toml file.")]
Cells = Annotated[
    list[str], argument("CELL", "Built-in cells such as C, or .toml files.")
]
Experiment = Annotated[
    str, argument("EXPERIMENT", "A built-in experiment, or a .toml file.")
]
Rates = Annotated[Sequence[float], rates("C-rates.")]
Rate = Annotated[float, rate("C-rate of the direct current; 0 is a cell at rest.")]
Temperatures = Annotated[
    Sequence[float],
    option(
        "--temperatures",
        "LIST",
        "Temperatures in °C. A list such as 30,0 or a range first:last:step.",
        parsing.numbers,
        validation.TEMPERATURES,
    ),
]
Temperature = Annotated[float, temperature("Temperature in °C.")]
Depths = Annotated[
    Sequence[float], depths("Depths of discharge of the spectra, from 0 to 1.")
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
        "The model: with the thickness of the cathode, or with one particle for all.",
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
