"""What is chosen for figures: kinds of files, size, style, axis of capacity.

Importing this module does not import matplotlib, which takes a second: the command line
checks its options here.
"""

import contextlib
import importlib
import logging
import re
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from nfpcell.cell.naming import nearest
from nfpcell.cell.parameters import Range
from nfpcell.errors import refusal

if TYPE_CHECKING:
    from nfpcell.cell.definition import Cell

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
CapacityUnit = Literal["mAh/g", "mAh", "mAh/cm2"]
CAPACITY_UNITS: tuple[CapacityUnit, ...] = get_args(CapacityUnit)
MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4}
# widths of a column and of a page of Scientific Reports [mm]
NAMED_WIDTHS = {"single": 89.0, "double": 183.0}
SIZES = Range(30, 1000)  # of width and height [mm]
RIGHT_SIZE = "90x70 (mm), 9x7cm, single (89 mm wide) or double (183 mm wide)"
# factors of a chosen size that has no room for the panels
LARGER = (1.25, 1.5, 2.0, 3.0, 4.0, 6.0)
RIGHT_STYLE = "a style of Matplotlib such as ggplot, or a .mplstyle file"
# settings of a style that would undo --format and --size, or need LaTeX
KEPT = (
    "text.usetex",
    "figure.figsize",
    "figure.autolayout",
    "figure.constrained_layout.use",
    "savefig.bbox",
    "savefig.format",
)


class SizeWarning(UserWarning):
    """A figure is larger than was asked for, because it has too many panels."""


class Size(NamedTuple):
    """The size of a figure [mm]; without a height, the figure keeps its proportion."""

    width: float
    height: float | None = None

    def __str__(self) -> str:
        height = "" if self.height is None else f" x {self.height:.0f}"
        return f"{self.width:.0f}{height} mm" + " wide" * (not height)

    def inches(self, width: float, height: float) -> tuple[float, float]:
        """Width and height of a figure that has this size by default, all in inches."""
        chosen = self.width / MILLIMETRES["in"]
        if self.height is None:
            return chosen, height * chosen / width
        return chosen, self.height / MILLIMETRES["in"]

    def larger(self, height: float) -> "Iterator[Size]":
        """Larger sizes, for a figure with too many panels for this one.

        Without a chosen height, the figure first becomes higher than ``height`` [inch].
        """
        if self.height is None:
            height *= MILLIMETRES["in"]
            yield from (Size(self.width, factor * height) for factor in (1.25, 1.6, 2))
        for factor in LARGER:
            yield Size(self.width * factor, self.height and self.height * factor)


@dataclass(frozen=True)
class Appearance:
    """What is chosen for the figures that are drawn."""

    formats: tuple[Format, ...] = ("png", "svg")
    size: Size | None = None  # None: that of each figure
    style: str | None = None  # Matplotlib's name, or a path; on top of that of nfpcell
    capacity: CapacityUnit = "mAh/g"  # of axes that show a capacity
    cells: "tuple[Cell, ...]" = ()  # whose mass and area are taken for such axes


_DEFAULT = Appearance()
_chosen: ContextVar[Appearance] = ContextVar("appearance", default=_DEFAULT)


def current() -> Appearance:
    """Return what is chosen."""
    return _chosen.get()


@contextlib.contextmanager
def chosen(**changes: Any) -> Iterator[None]:
    """Draw with these fields of ``Appearance``; ``choose`` changes it until the end."""
    token = _chosen.set(replace(current(), **changes))
    try:
        yield
    finally:
        _chosen.reset(token)


def choose(**changes: Any) -> None:
    """Draw with these fields of ``Appearance`` from now on; None changes nothing."""
    given = {name: value for name, value in changes.items() if value is not None}
    _chosen.set(replace(current(), **given))


@contextlib.contextmanager
def appearance(
    *,
    formats: str | None = None,
    size: str | None = None,
    style: str | Path | None = None,
    capacity: str | None = None,
    cells: "Sequence[Cell]" = (),
) -> Iterator[None]:
    """
    Draw and save figures in another size, style or kind of file, within ``with``.

    Parameters
    ----------
    formats : kinds of files of ``save``, such as "pdf" or "png,pdf"
    size : such as "90x70" (mm), "9x7cm", "single" or "double"
    style : name of a style of Matplotlib, or a .mplstyle file
    capacity : of axes, "mAh/g", "mAh" or "mAh/cm2"
    cells : that have the mass and the area for such axes; built-in ones are known

    Examples
    --------
    >>> import nfpcell
    >>> table = nfpcell.simulate("C", rates=[1], model="particle")
    >>> with nfpcell.plot.appearance(size="90x70", style="ggplot"):
    ...     figure = nfpcell.plot.capacity(table)
    >>> [round(25.4 * inches) for inches in figure.get_size_inches()]
    [90, 70]
    """
    with chosen():
        choose(
            formats=formats and read_formats(formats, "formats"),
            size=size and read_size(size, "size"),
            style=style and read_style(str(style), "style"),
            capacity=capacity and read_capacity(capacity, "capacity"),
            cells=tuple(cells) or None,
        )
        yield


# ------------------------------------------------------------------- texts that chose
def read_formats(text: str, where: str) -> tuple[Format, ...]:
    """Return the kinds of files of a comma-separated list.

    Examples
    --------
    >>> read_formats("PNG, pdf", "--format")
    ('png', 'pdf')
    """
    typed = [word.strip().lower().removeprefix(".") for word in text.split(",")]
    for word in typed:
        if word not in FORMATS:
            what = f'"{word[:40]}" is not written'
            raise refusal(where, what, f"one or several of {','.join(FORMATS)}")
    return tuple(one for one in FORMATS if one in typed)


def read_size(text: str, where: str) -> Size:
    """Return a size from its text.

    Examples
    --------
    >>> read_size("9 x 7 cm", "--size"), read_size("single", "--size")
    (Size(width=90.0, height=70.0), Size(width=89.0, height=None))
    """
    word = text.strip().lower().replace("×", "x")
    if word in NAMED_WIDTHS:
        return Size(NAMED_WIDTHS[word])
    number = r"\s*(\d+\.?\d*|\.\d+)\s*"
    match = re.fullmatch(f"{number}(?:x{number})?(mm|cm|in)?", word)
    if match is None:
        raise refusal(where, f'"{text[:40]}" is not a size', RIGHT_SIZE)
    *numbers, unit = match.groups()
    sides = [float(n) * MILLIMETRES[unit or "mm"] for n in numbers if n is not None]
    for side in sides:
        if side not in SIZES:
            what = f"{side:g} mm is refused"
            raise refusal(where, what, f"{SIZES.right(side)} in mm, such as 90x70")
    return Size(*sides)


def read_style(text: str, where: str) -> str:
    """Return the name of a style of Matplotlib, or the path of a file with one.

    Examples
    --------
    >>> read_style("ggplot", "--style")
    'ggplot'
    """
    parameters(text, where)
    return text


def read_capacity(text: str, where: str) -> CapacityUnit:
    """Return the unit of axes of capacity.

    Examples
    --------
    >>> read_capacity("mah/cm²", "--capacity")
    'mAh/cm2'
    """
    word = text.strip().lower().replace("²", "2").replace(" ", "").replace(".", "")
    for unit in CAPACITY_UNITS:
        if word == unit.lower():
            return unit
    what = f'"{text[:40]}" is not a unit of capacity'
    raise refusal(where, what, f"one of {', '.join(CAPACITY_UNITS)}")


def parameters(style: str, where: str = "style") -> dict[str, Any]:
    """Return the settings of a style of Matplotlib, or of a file, without KEPT."""
    import matplotlib
    from matplotlib import style as styles

    complaints: list[str] = []
    try:
        with _complaints_of_matplotlib(complaints):
            if style in styles.library:
                settings = styles.library[style]
            elif Path(style).suffix or Path(style).is_file():
                settings = matplotlib.rc_params_from_file(
                    style, fail_on_error=True, use_default_template=False
                )
            else:
                near = nearest(style, styles.available)
                what = f'"{style[:40]}" is not known'
                raise refusal(where, what, near or RIGHT_STYLE)
    except (OSError, ValueError, KeyError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        what = f"{style[:80]} cannot be read ({reason})"
        raise refusal(where, what, RIGHT_STYLE) from None
    if complaints:
        reason = complaints[0].strip().partition("\n")[0]
        raise refusal(where, f"{style[:80]} is no style ({reason})", RIGHT_STYLE)
    return {name: value for name, value in settings.items() if name not in KEPT}


@contextlib.contextmanager
def _complaints_of_matplotlib(complaints: list[str]) -> Iterator[None]:
    """Collect what Matplotlib would print about a file, instead of an exception."""

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    importlib.import_module("matplotlib")
    logger, collector = logging.getLogger("matplotlib"), Collector(logging.WARNING)
    usual, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        logger.propagate = usual
