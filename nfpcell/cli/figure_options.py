"""Options on figures, the same for every command that writes figures."""

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from nfpcell.cli import options
from nfpcell.errors import refusal
from nfpcell.figures import appearance

PANEL = "Figures"  # of the help

Formats = Annotated[
    Sequence[str] | None,
    options.option(
        "--format",
        "LIST",
        "Write figures as these kinds of files: png, svg, pdf, or several with commas; "
        "png,svg by default.",
        appearance.read_formats,
        panel=PANEL,
    ),
]
Size = Annotated[
    appearance.Size | None,
    options.option(
        "--size",
        "WIDTHxHEIGHT",
        "Draw figures in this size in mm, such as 90x70; or as wide as a column or a "
        "page of a journal: single (89 mm), double (183 mm).",
        appearance.read_size,
        panel=PANEL,
    ),
]
Style = Annotated[
    str | None,
    options.option(
        "--style",
        "NAME|FILE",
        "Draw figures in this style of Matplotlib, such as ggplot, or a .mplstyle "
        "file: fonts, lines, ticks, and colours of unordered curves.",
        appearance.read_style,
        panel=PANEL,
    ),
]
Capacity = Annotated[
    str | None,
    options.option(
        "--capacity",
        "|".join(appearance.CAPACITY_UNITS),
        "Draw capacities in this unit: per gram of NFP by default, of the cell, or per "
        "area of its cathode.",
        appearance.read_capacity,
        panel=PANEL,
    ),
]
# name of a parameter -> its annotation, and the option as it is typed
_OF_ALL = {
    "formats": (Formats, "--format"),
    "size": (Size, "--size"),
    "style": (Style, "--style"),
}
_CAPACITY = {"capacity": (Capacity, "--capacity")}


def draws_figures(
    command: Callable[..., int] | None = None, *, capacities: bool = False
) -> Any:
    """
    Give a command the options on figures; they hold for all figures that it draws.

    Parameters
    ----------
    command : that writes figures to the place of its option ``out``
    capacities : whether figures have an axis of capacity
    """
    if command is None:
        return lambda command: draws_figures(command, capacities=capacities)
    added = _OF_ALL | (_CAPACITY if capacities else {})
    signature = inspect.signature(command, eval_str=True)

    def drawing(**values: Any) -> int:
        given = {name: values.pop(name) for name in added}
        for name, (_, option) in added.items():
            if given[name] is not None and values["out"] is None:
                right = f"{option} with --out DIR"
                raise refusal(option, "is for the figures of --out", right)
        appearance.choose(**given)
        return command(**values)

    new = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
        )
        for name, (annotation, _) in added.items()
    ]
    drawing.__name__, drawing.__doc__ = command.__name__, command.__doc__
    parameters = [*signature.parameters.values(), *new]
    drawing.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return drawing
