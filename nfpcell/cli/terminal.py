"""The terminal: output, JSON, progress bars and Ctrl-C.

Standard output is only for the results of a command; the output of libraries goes to
standard error.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from nfpcell.errors import NfpcellError, escaped

Progress = Callable[..., None]

WIDTH = 100
# signals of Ctrl-C since the command began
_interrupts: list[int] = []


# ------------------------------------------------------------------------------ Ctrl-C
@contextlib.contextmanager
def remembering_interrupts() -> Iterator[None]:
    """Remember every Ctrl-C, because a library may catch its exception."""
    _interrupts.clear()

    def remember(number: int, frame: FrameType | None) -> None:
        _interrupts.append(number)
        raise KeyboardInterrupt

    def print_others(unraisable: sys.UnraisableHookArgs) -> None:
        # Python prints exceptions raised in its own callbacks; Ctrl-C is remembered
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            usual_hook(unraisable)

    try:
        usual_handler = signal.signal(signal.SIGINT, remember)
    except ValueError:
        # only the main thread can handle signals and receives Ctrl-C
        yield
        return
    usual_hook, sys.unraisablehook = sys.unraisablehook, print_others
    try:
        yield
    finally:
        sys.unraisablehook = usual_hook
        signal.signal(signal.SIGINT, usual_handler)


def interrupt_if_pressed() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed."""
    if _interrupts:
        raise KeyboardInterrupt


# ---------------------------------------------------------------------------- progress
@contextlib.contextmanager
def computing(task: str) -> Iterator[Progress]:
    """
    Show a progress bar, and send the output of libraries to standard error.

    Yields a function (done, all, next) that moves the bar, if standard error is a
    terminal. It raises KeyboardInterrupt after a Ctrl-C.
    """
    with silent_output(), _bar(task) as update:

        def progress(done: int, total: int, following: str | None = None) -> None:
            interrupt_if_pressed()
            text = f"{task}: {escaped(following)}" if following else task
            update(completed=done, total=total, description=text)

        yield progress
        interrupt_if_pressed()


@contextlib.contextmanager
def fitting() -> Iterator[Progress]:
    """
    Show the progress of a fit; as ``computing``, with a function (stage, misfit).

    After Ctrl-C, a fit ends by itself with the best values so far.
    """
    with silent_output(), _bar("Fit") as update:

        def progress(stage: str, misfit: float | None) -> None:
            interrupt_if_pressed()
            text = (
                ""
                if misfit is None
                else f", RMS residual {misfit:.3g} standard deviations"
            )
            update(description=f"Fit: {stage}{text} (Ctrl-C keeps the best values)")

        yield progress
    _interrupts.clear()


@contextlib.contextmanager
def _bar(task: str) -> Iterator[Callable[..., None]]:
    """Draw a bar on standard error, if it is a terminal; yield the update function."""
    if not sys.stderr.isatty():
        yield lambda **_: None
        return
    from rich import progress
    from rich.console import Console

    bar = progress.Progress(
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        yield functools.partial(bar.update, bar.add_task(task, total=None))


@contextlib.contextmanager
def silent_output() -> Iterator[None]:
    """Send the output of libraries in Python and C to standard error."""
    sys.stdout.flush()
    saved = None
    with contextlib.suppress(OSError):  # if the stream is closed
        saved = os.dup(1)
        os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        if saved is not None:
            os.dup2(saved, 1)
            os.close(saved)


# ------------------------------------------------------------------------------ output
def remark(sentence: str) -> None:
    """Print a remark on standard error."""
    print(f"nfpcell: {escaped(sentence)}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def remarking(category: type[Warning]) -> Iterator[None]:
    """Print warnings of this category as remarks, each once."""
    usual: Callable[..., None] = warnings.showwarning
    told: set[str] = set()

    def show_warning(
        message: Warning | str, kind: type[Warning], *more: Any, **others: Any
    ) -> None:
        if not issubclass(kind, category):
            usual(message, kind, *more, **others)
        elif str(message) not in told:
            told.add(str(message))
            remark(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always", category)
        warnings.showwarning = show_warning  # type: ignore[assignment]
        yield


def show(*parts: object) -> None:
    """Print tables and lines of plain text, without markup or emoji codes."""
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    text = io.StringIO()
    console = Console(
        file=text,
        force_terminal=is_terminal,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if is_terminal else WIDTH,
    )
    for part in parts:
        if isinstance(part, str):
            console.print(escaped(part), soft_wrap=True)
        else:
            console.print(part)
    emit(text.getvalue())


def emit_json(value: object) -> None:
    """Print one JSON value on standard output."""
    from nfpcell.files import jsonable

    emit(json.dumps(jsonable(value), allow_nan=False) + "\n")


def emit(text: str) -> None:
    """Write to standard output; that its reader has closed it is not an error."""
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
            "a device with free space"
        ) from error


def discard_output(descriptor: int) -> None:
    """Discard further output of a stream; otherwise Python reports an error on exit."""
    with contextlib.suppress(OSError):
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, descriptor)
        os.close(null_device)


def open_streams() -> None:
    """
    Open standard streams that were closed before the start.

    Otherwise the next file that is opened takes the number of such a stream, and
    receives what is printed.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            null_device = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, null_device)
