"""Options and arguments that several commands share, with their help and checks.

Each is written once, as an annotation that typer reads. A value is checked while the
command line is read, so that a command receives a valid one.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from nfpcell.cell import units, validation
from nfpcell.cell.parameters import VOLTAGE, Range
from nfpcell.cli import parsing

# panel of the help for the options on results, and on the model
OUTPUT = "Output and model"


def examples(*words: str, after: str = "") -> str:
    """Return the end of a help text: commands that run, perhaps after another one."""
    heading = f"Examples, after nfpcell {after}:" if after else "Examples:"
    # typer reads brackets as markup
    lines = (f"nfpcell {line}".replace("[", "\\[") for line in words)
    return "\n\n".join([heading, *lines])


# --rate and --rates are one option, and so are --temperature and --temperatures
SPELLINGS = {
    "--rate": ("--rate", "--rates"),
    "--rates": ("--rates", "--rate"),
    "--temperature": ("--temperature", "--temperatures"),
    "--temperatures": ("--temperatures", "--temperature"),
}


def option(
    name: str,
    metavar: str,
    help: str,
    parse: Callable[..., Any],
    *allowed: Any,
    default: Any = ...,
    panel: str | None = None,
) -> Any:
    """Return a typer option whose value is checked by a function of ``parsing``.

    Parameters
    ----------
    metavar : placeholder of the value in the help
    parse : called with the text, the name of the option and ``allowed``
    default : of an option that is not part of an annotation
    """

    def parsed(value: Any) -> Any:
        # typer also passes default values, which need no parsing if they are no text
        return parse(value, name, *allowed) if isinstance(value, str) else value

    return typer.Option(
        default,
        *SPELLINGS.get(name, (name,)),
        metavar=metavar,
        help=help,
        parser=parsed,
        rich_help_panel=panel,
    )


def described(
    metavar: str, help: str, *names: str, default: Any = ..., panel: str | None = None
) -> Any:
    """Return a typer option whose value typer itself reads."""
    return typer.Option(
        default, *names, metavar=metavar, help=help, rich_help_panel=panel
    )


def flag(name: str, help: str, default: Any = ..., panel: str | None = None) -> Any:
    """Return a typer option without a value."""
    return typer.Option(default, name, help=help, rich_help_panel=panel)


def choice(
    name: str,
    known: Sequence[str],
    help: str,
    default: Any = ...,
    panel: str | None = None,
) -> Any:
    """Return a typer option whose value is one of the known ones."""
    metavar, parse = "|".join(known), parsing.one_of
    return option(name, metavar, help, parse, known, default=default, panel=panel)


def rate(help: str, default: Any = ...) -> Any:
    """Return the option of one C-rate; 0 is a cell at rest."""
    allowed = validation.REST_OR_RATES
    return option("--rate", "C-RATE", help, parsing.c_rate, allowed, default=default)


def rates(help: str, in_order: bool = False, default: Any = ...) -> Any:
    """Return the option of several C-rates; ``in_order`` if repeats count."""
    help = f"{help} Give a list such as C/10,0.5,1, or a range first:last:step."
    parse, allowed = parsing.c_rates, validation.RATES
    return option("--rates", "LIST", help, parse, allowed, in_order, default=default)


def temperature(help: str, default: Any = ...) -> Any:
    """Return the option of one temperature."""
    allowed = validation.TEMPERATURES
    return option("--temperature", "°C", help, parsing.number, allowed, default=default)


def numbers(
    name: str, help: str, allowed: Range, example: str, default: Any = ...
) -> Any:
    """Return the option of several numbers; ``example`` is a range of them."""
    help = (
        f"{help} Give a list with commas, or a range first:last:step such as {example}."
    )
    return option(name, "LIST", help, parsing.numbers, allowed, default=default)


def typed(text: str) -> Any:
    """Return a default as it is typed: the option parses it, and the help shows it."""
    return text


def argument(metavar: str, help: str, default: Any = ...) -> Any:
    """Return a typer argument."""
    return typer.Argument(default, metavar=metavar, help=help)


Cell = Annotated[
    str, argument("CELL", "Give a built-in cell such as C, or a .toml file.")
]
Cells = Annotated[
    list[str], argument("CELL", "Give built-in cells such as C, or .toml files.")
]
Experiment = Annotated[
    str, argument("EXPERIMENT", "Give a built-in experiment, or a .toml file.")
]
Rates = Annotated[Sequence[float], rates("Compute at these C-rates.")]
Rate = Annotated[
    float, rate("Let a direct current of this C-rate flow; 0 is a cell at rest.")
]
Temperatures = Annotated[
    Sequence[float],
    numbers(
        "--temperatures",
        "Compute at these temperatures in °C.",
        validation.TEMPERATURES,
        "-20:30:10",
    ),
]
Temperature = Annotated[float, temperature("Compute at this temperature in °C.")]
Depths = Annotated[
    Sequence[float],
    numbers(
        "--dod",
        "Compute at these depths of discharge, from 0 to 1.",
        validation.DEPTHS,
        "0.1:0.9:0.1",
    ),
]
Direction = Annotated[
    validation.Direction,
    choice(
        "--direction", validation.HALF_CYCLES, "Choose the direction of the half-cycle."
    ),
]
Directions = Annotated[
    validation.DirectionChoice,
    choice(
        "--direction",
        validation.DIRECTIONS,
        "Choose the directions of the half-cycles.",
    ),
]
Model = Annotated[
    validation.Fidelity,
    choice(
        "--model",
        validation.MODELS,
        "Choose the model: full resolves the cathode through its thickness; "
        "particle describes it by one particle and is faster.",
        panel=OUTPUT,
    ),
]
Set = Annotated[
    list[str] | None,
    described(
        "NAME=VALUE",
        "Give a quantity another value. The name has its unit, as `nfpcell show "
        'CELL` prints it: "Contact resistance \\[Ω]=20". The option may be repeated.',
        "--set",
    ),
]
LowerCutoff = Annotated[
    float | None,
    option(
        "--lower-cutoff",
        "V",
        "End discharges at this voltage.",
        parsing.number,
        VOLTAGE,
    ),
]
UpperCutoff = Annotated[
    float | None,
    option(
        "--upper-cutoff", "V", "End charges at this voltage.", parsing.number, VOLTAGE
    ),
]
Json = Annotated[
    bool, flag("--json", "Print one JSON value instead of tables.", panel=OUTPUT)
]
Out = Annotated[
    str | None,
    described(
        "DIR",
        "Write tables (CSV), figures and run.json to this folder. "
        "Only files of an earlier nfpcell run are replaced.",
        panel=OUTPUT,
    ),
]
# Choosing the units has its effect when the option is read, for the whole command.
Units = Annotated[
    units.System,
    option(
        "--units",
        "|".join(units.SYSTEMS),
        "Choose the units of tables and figures: lab has mAh g⁻¹, mg cm⁻², Ω cm², "
        "µm and °C. JSON and CSV do not change; their units are in the names.",
        parsing.shown_in,
        panel=OUTPUT,
    ),
]
Wide = Annotated[
    bool,
    flag(
        "--wide",
        "With --out, also write curves_wide.csv: capacity and voltage of each curve "
        "side by side, as Origin wants them.",
        panel=OUTPUT,
    ),
]
Excel = Annotated[
    bool,
    flag(
        "--excel",
        "With --out, also write summary.xlsx with a sheet for each table. It needs "
        "openpyxl, which nfpcell\\[io] installs.",
        panel=OUTPUT,
    ),
]
Workers = Annotated[
    int | None,
    option(
        "--workers",
        "N",
        "Use this number of processes; by default one for each core.",
        parsing.whole_number,
        validation.WORKERS,
    ),
]
Resume = Annotated[
    bool,
    flag(
        "--resume", "Continue the unfinished run in the folder of --out.", panel=OUTPUT
    ),
]
Force = Annotated[bool, flag("--force", "Replace existing files.", panel=OUTPUT)]
