"""The command line: the commands in groups, and the exit code of a call.

PyBaMM, pandas and matplotlib take seconds to import. The commands import them after all
input has been checked.
"""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from nfpcell import __version__
from nfpcell.cell import units
from nfpcell.cli import (
    assumption_command,
    cell_commands,
    cycling_commands,
    fit_command,
    impedance_commands,
    measured_commands,
    next_command,
    options,
    study_commands,
    terminal,
)
from nfpcell.cli.request import DONE, INTERRUPTED, REFUSED
from nfpcell.errors import NfpcellError, printable
from nfpcell.figures import appearance

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
# When the solver fails, the run is solved again with smaller steps. The messages of the
# first attempt do not concern the user.
os.environ.setdefault("SUNLOGGER_ERROR_FILENAME", os.devnull)

# typer has a copy of click, or uses the installed one
_ClickError: Any = typer.BadParameter.__mro__[2]


class _WithoutTypes:
    """A command whose help shows no type of arguments and of flags."""

    def get_params(self, context: Any) -> list[Any]:
        params: list[Any] = super().get_params(context)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False):
                param.metavar = ""
            elif isinstance(param, TyperArgument):
                param.display_type_rich = lambda ctx: None  # type: ignore[method-assign]
        return params


class _Command(_WithoutTypes, TyperCommand):
    pass


class _Group(_WithoutTypes, TyperGroup):
    pass


app = typer.Typer(
    name="nfpcell",
    cls=_Group,
    help="Simulator of an oxide all-solid-state sodium half-cell: "
    "Na | beta''-alumina | Na2FeP2O7.",
    epilog="Exit codes: 0 all done; 1 done, but a condition failed or a target is "
    "missed; 2 input refused.\n\n"
    + options.examples("simulate C --rates 1", "simulate --help"),
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for heading, group in {
    "Cells and files": cell_commands,
    "Charge and discharge curves": cycling_commands,
    "Impedance and resistance": impedance_commands,
    "Compare with measured data": measured_commands,
    "Fit to measured data": fit_command,
    "Measure next": next_command,
    "Studies and reports": study_commands,
    "What was assumed": assumption_command,
}.items():
    for command in group.commands.registered_commands:
        command.rich_help_panel = heading
        command.cls = _Command
    app.add_typer(group.commands)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; by default that of this process."""
    terminal.open_streams()
    command = typer.main.get_command(app)
    try:
        with (
            terminal.remembering_interrupts(),
            terminal.remarking(appearance.SizeWarning),
            units.chosen("lab"),
            appearance.chosen(),
        ):
            code = command.main(arguments, prog_name="nfpcell", standalone_mode=False)
            terminal.interrupt_if_pressed()
    except NfpcellError as error:
        return _refuse(str(error))
    except _ClickError as error:
        return _refuse(_click_sentence(error))
    except OSError as error:
        # an output stream cannot be written to, or the system has no resources left
        terminal.discard_output(1)
        where = f"{error.filename}: " if error.filename else ""
        return _refuse(f"{where}{error.strerror or error}")
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return code or DONE


def _refuse(sentence: str) -> int:
    try:
        words = printable(" ".join(sentence.split("\n")))
        print("nfpcell:", words, file=sys.stderr, flush=True)
    except OSError:
        terminal.discard_output(2)
    return REFUSED


def _click_sentence(error: Any) -> str:
    """Return the message of click as one sentence that refers to ``--help``."""
    message = error.format_message().strip().rstrip(".")
    message = message[:1].lower() + message[1:]
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "nfpcell"
    return f'{message}; "{path} --help" shows what is allowed'


def _print_version(requested: bool) -> None:
    if requested:
        terminal.emit(f"nfpcell {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    pass
