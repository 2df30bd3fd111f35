"""Figures as sheets: their style, size, panels, legends and files.

Each is that of ``appearance``, if one was chosen there.
"""

import functools
import itertools
import math
import textwrap
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from nfpcell.figures import appearance
from nfpcell.figures.appearance import MILLIMETRES, Format, Size

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

BASE = matplotlib.rc_params_from_file(
    Path(__file__).with_name("figures.mplstyle"), use_default_template=False
)
# least width and height of a panel [inch], and least width of one beside others
LEAST_PANEL, LEAST_COLUMN = 0.45, 1.3
# how far a label may be longer than its panel [inch]
LABEL_MARGIN = 0.15
# the legend of a narrower figure [inch], whose size was chosen, is below the panels
NARROW = 4.5
CHARACTERS_PER_INCH = 21  # of a note, at its font size
NOTE_SIZE, NOTE_COLOUR = 6.5, "0.35"
_METADATA: dict[Format, dict[str, str | None]] = {
    "png": {"Software": "nfpcell"},
    "svg": {"Date": None, "Creator": "nfpcell"},
    "pdf": {"CreationDate": None, "Creator": "nfpcell"},
}


def styled(draw: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Make a function draw in the style of all figures, and in a size with room.

    The settings of matplotlib have no influence. A chosen size in which panels would
    vanish is enlarged, and a SizeWarning says so.
    """

    @functools.wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        chosen = appearance.current()
        more: Any = appearance.parameters(chosen.style) if chosen.style else {}
        with matplotlib.rc_context(BASE), matplotlib.rc_context(more):
            result: Any = draw(*args, **kwargs)
            if chosen.size is None or not isinstance(result, Figure):
                return cast(Result, result)
            larger = chosen.size.larger(result.get_figheight())
            while not _has_room(result) and (size := next(larger, None)):
                with appearance.chosen(size=size):
                    result = draw(*args, **kwargs)
        drawn_size = result.get_size_inches()
        if (drawn_size > 1.01 * np.array(chosen.size.inches(*drawn_size))).any():
            width, height = (MILLIMETRES["in"] * side for side in drawn_size)
            sentence = (
                f"{chosen.size} is too small for the figure {draw.__name__}; it is "
            )
            sentence += f"drawn as {Size(width, height)}"
            warnings.warn(sentence, appearance.SizeWarning, stacklevel=2)
        return cast(Result, result)

    return drawn


def _has_room(figure: Figure) -> bool:
    """Whether every panel is large enough, after long labels of axes were broken."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.draw_without_rendering()
        broken = [_break_label(axis) for axis in _axes(figure)]
        if any(broken):
            figure.draw_without_rendering()
    if any("constrained_layout" in str(one.message) for one in caught):
        return False
    return not collisions(figure)


def collisions(figure: Figure) -> list[str]:
    """What has no room in a drawn figure, in words: panels, labels, numbers of axes."""
    found = []
    for axes in figure.axes:
        box = axes.get_window_extent()
        small = min(box.width, box.height) < LEAST_PANEL * figure.dpi
        if small and axes.axison and not hasattr(axes, "_colorbar"):
            found.append(f"a panel of {box.width:.0f} x {box.height:.0f} pixels")
    for axis in _axes(figure):
        if _excess(axis) > 0:
            found.append(f'the label "{axis.label.get_text()}"')
        ticks = [
            tick.label1
            for tick in axis.get_major_ticks()
            if tick.label1.get_visible() and tick.label1.get_text()
        ]
        boxes = [label.get_window_extent().shrunk(0.98, 0.75) for label in ticks]
        for one, other in itertools.pairwise(range(len(boxes))):
            if boxes[one].overlaps(boxes[other]):
                found.append(f'"{ticks[one].get_text()}" over its neighbour')
                break
    return found


def _axes(figure: Figure) -> list[Axis]:
    return [
        axis for axes in figure.axes if axes.axison for axis in (axes.xaxis, axes.yaxis)
    ]


def _excess(axis: Axis) -> float:
    """How far the label of an axis is longer than its panel with margins [pixel]."""
    label, panel = axis.label.get_window_extent(), axis.axes.get_window_extent()
    if axis is axis.axes.xaxis:
        return float(label.width - panel.width - LABEL_MARGIN * axis.figure.dpi)
    return float(label.height - panel.height - LABEL_MARGIN * axis.figure.dpi)


def _break_label(axis: Axis) -> bool:
    """Break the label of an axis that is too long before its unit; whether it was."""
    text = axis.label.get_text()
    if _excess(axis) > 0 and " (" in text:
        axis.set_label_text(text.replace(" (", "\n("))
        return True
    return False


def save(
    figure: Figure, stem: str | Path, formats: Sequence[Format] | None = None
) -> list[Path]:
    """Write a figure as ``stem.png`` and ``stem.svg``; return the paths.

    ``formats`` are other kinds of files: "png", "svg", "pdf".
    """
    formats = appearance.current().formats if formats is None else formats
    paths = [Path(f"{stem}.{kind}") for kind in formats]
    for path, kind in zip(paths, formats, strict=True):
        write(figure, path, kind)
    return paths


@styled
def write(figure: Figure, place: Path | BinaryIO, kind: Format, **options: Any) -> None:
    """Write a figure to a file; the same figure gives the same bytes."""
    figure.savefig(place, format=kind, metadata=_METADATA[kind], **options)


# ----------------------------------------------------------------------------- panels
def grid(
    rows: int, columns: int, width: float, height: float, **options: Any
) -> tuple[Figure, Any]:
    """A figure of this size [inch] and its panels, an array of rows and columns."""
    figure = sheet(width, height)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def sheet(width: float, height: float) -> Figure:
    """An empty figure of this size [inch], or of the chosen size."""
    size = appearance.current().size
    figsize = (width, height) if size is None else size.inches(width, height)
    return Figure(figsize=figsize, layout="constrained")


def single(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of this size [inch] with one panel."""
    figure, axes = grid(1, 1, width, height)
    return figure, axes[0, 0]


def panels(
    number: int,
    size: tuple[float, float],
    margins: tuple[float, float] = (1.0, 0.6),
    columns: int | None = None,
    **shared: Any,
) -> tuple[Figure, list[Axes]]:
    """A figure with this number of panels, in rows.

    The size of a panel and the margins around all panels are width and height [inch];
    ``shared`` are ``sharex`` and ``sharey``. A narrow figure has fewer columns.
    """
    columns = columns or (2 if number == 4 else min(number, 4 if number > 9 else 3))
    chosen = appearance.current().size
    if chosen is not None:
        room = chosen.inches(1, 1)[0] - margins[0] * (not _is_narrow())
        columns = max(1, min(columns, int(room / min(size[0], LEAST_COLUMN))))
    rows = math.ceil(number / columns)
    width, height = columns * size[0] + margins[0], rows * size[1] + margins[1]
    figure, array = grid(rows, columns, width, height, **shared)
    axes = list(array.flat)
    for empty in axes[number:]:
        empty.remove()
    # a panel above an empty place has the numbers of the x axis
    for panel in axes[max(number - columns, 0) : number]:
        panel.tick_params(labelbottom=True)
    return figure, axes[:number]


def set_height(figure: Figure, height: float) -> None:
    """Change the height [inch], unless one was chosen."""
    size = appearance.current().size
    if size is None or size.height is None:
        figure.set_figheight(height)


# ---------------------------------------------------------------------------- legends
def legend(
    figure: Figure, handles: Sequence[Any], notes: Sequence[str] = (), **options: Any
) -> None:
    """The legend to the right of all panels, and notes in small print above them.

    The legend of a narrow figure is below the panels, in as many columns as fit; if no
    height was chosen, the figure is higher by that of the legend.
    """
    options = {"loc": "outside right upper", **options}
    if handles and _is_narrow():
        options |= {"loc": "outside lower center", "handlelength": 1.6}
        options |= {"columnspacing": 1.2}
        most = options.pop("ncols", len(handles))
        drawn = _columns_that_fit(figure, most, handles=handles, **options)
        height = drawn.get_window_extent().height / figure.dpi
        set_height(figure, figure.get_figheight() + height)
    elif handles:
        figure.legend(handles=handles, **options)
    if notes:
        text = textwrap.fill(
            "; ".join(notes), int(CHARACTERS_PER_INCH * figure.get_figwidth())
        )
        figure.suptitle(text, fontsize=NOTE_SIZE, color=NOTE_COLOUR)


def _is_narrow() -> bool:
    size = appearance.current().size
    return size is not None and size.inches(1, 1)[0] < NARROW


def _columns_that_fit(figure: Figure, most: int, **options: Any) -> Legend:
    """The legend with the most columns that is not wider than the figure."""
    width = figure.get_figwidth() * figure.dpi
    for columns in range(most, 1, -1):
        drawn = figure.legend(ncols=columns, **options)
        if drawn.get_window_extent().width <= width:
            return drawn
        drawn.remove()
    return figure.legend(**options)
