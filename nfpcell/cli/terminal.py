"""What reaches the terminal: tables, JSON, a bar while it computes, Ctrl-C.

Standard output carries the answer and nothing else; what a library says there goes to
standard error.
"""

import contextlib
import io
import json
import os
import signal
import sys
from pathlib import Path

from nfpcell.errors import NfpcellError

WIDTH = 100
# Ctrl-C as it was pressed
_pressed = []


@contextlib.contextmanager
def remembering_interrupts():
    """A Ctrl-C that a library swallows, in an import or below C, is not forgotten."""
    _pressed.clear()

    def note(number, frame):
        _pressed.append(number)
        raise KeyboardInterrupt

    def others(unraisable):
        # Python tells of what is raised in its own callbacks; this one is not forgotten
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            told(unraisable)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:
        # only the main thread may; elsewhere nobody presses Ctrl-C
        yield
        return
    told, sys.unraisablehook = sys.unraisablehook, others
    try:
        yield
    finally:
        sys.unraisablehook = told
        signal.signal(signal.SIGINT, before)


def interrupt_if_pressed():
    """End the work if Ctrl-C was pressed."""
    if _pressed:
        raise KeyboardInterrupt


@contextlib.contextmanager
def computing(what):
    """
    Around the heavy part: nothing of it reaches standard output; gives a callable
    (done, all) that moves a bar on standard error, if that is a terminal, and ends the
    work if Ctrl-C was pressed. A third word, if there is one, is what comes next.
    """
    with silent_output():
        if not sys.stderr.isatty():
            yield lambda *_: interrupt_if_pressed()
            interrupt_if_pressed()
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

            def progress(done, all_, doing=None):
                interrupt_if_pressed()
                told = {"description": f"{what}: {doing}"} if doing else {}
                bar.update(task, completed=done, total=all_, **told)

            yield progress
            interrupt_if_pressed()


@contextlib.contextmanager
def fitting():
    """
    Around a fit: as ``computing``, with a callable (stage, misfit) that shows both; the
    fit itself answers Ctrl-C, by the best it has so far.
    """
    with silent_output():
        if not sys.stderr.isatty():
            yield lambda *_: interrupt_if_pressed()
            _pressed.clear()
            return
        from rich.console import Console

        status = Console(stderr=True).status("Fit")

        def progress(stage, misfit):
            interrupt_if_pressed()
            told = "" if misfit is None else f", misfit {misfit:.3g} of the uncertainty"
            status.update(f"Fit: {stage}{told} (Ctrl-C keeps the best so far)")

        with status:
            yield progress
        _pressed.clear()


@contextlib.contextmanager
def silent_output():
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


def table(columns, rows, red=None, **options):
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


def show(*parts):
    """Tables and lines of plain text; brackets and colons in them mean nothing."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    shown = io.StringIO()
    console = Console(
        file=shown,
        force_terminal=terminal,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if terminal else WIDTH,
    )
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str))
    emit(shown.getvalue())


def emit_json(value):
    """One JSON value on standard output."""
    from nfpcell.files import jsonable

    emit(json.dumps(jsonable(value), allow_nan=False) + "\n")


def emit(text):
    """The only way to standard output; quiet when the reader has gone."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output(1)
    except OSError as error:
        discard_output(1)
        raise NfpcellError(
            f"standard output cannot be written to ({error.strerror}); right would be "
            "a place with room"
        ) from error


def discard_output(number):
    """Let a stream that takes nothing lead nowhere, or Python complains at its end."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def open_streams():
    """
    Streams that were closed before the start lead nowhere; else the next file that is
    opened would take their number, and be written to by whoever means the terminal.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, nowhere)
