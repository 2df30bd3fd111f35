"""Options on figures: kinds of files, size, style and unit of capacity."""

import warnings
import xml.etree.ElementTree as ET

import matplotlib
import matplotlib.image
import numpy as np
import pytest

import nfpcell
from nfpcell import plot
from nfpcell.errors import DataFileError
from nfpcell.figures import appearance, canvas
from tests.unit.test_figures import tables

MILLIMETRES = 25.4
CAPACITY = "Specific capacity [mA.h.g-1]"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("90x70", (90, 70)),
        ("90 x 70 mm", (90, 70)),
        ("9×7cm", (90, 70)),
        ("4x3in", (101.6, 76.2)),
        ("120", (120, None)),
        ("single", (89, None)),
        ("double", (183, None)),
    ],
)
def test_a_size_is_read(text, size):
    assert appearance.read_size(text, "--size") == pytest.approx(size)


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (appearance.read_size, "big", "single"),
        (appearance.read_size, "90x70x20", "is not a size"),
        (appearance.read_size, "9x7", "9 mm is refused"),
        (appearance.read_size, "90x7000", "7000 mm is refused"),
        (appearance.read_formats, "png,jpg", "png,svg,pdf"),
        (appearance.read_formats, "", "png,svg,pdf"),
        (appearance.read_style, "ggplod", "right would be ggplot"),
        (appearance.read_style, "zzzzzzzz", ".mplstyle"),
        (appearance.read_style, "none.mplstyle", "No such file"),
        (appearance.read_capacity, "Ah", "mAh/g, mAh, mAh/cm2"),
    ],
)
def test_what_is_wrong_is_refused_in_one_sentence(read, text, says):
    with pytest.raises(DataFileError) as refused:
        read(text, "--option")
    assert str(refused.value).startswith("--option: ")
    assert says in str(refused.value)
    assert "right would be" in str(refused.value)


@pytest.mark.parametrize(
    "content",
    ["some text\n", "lines.linewidth: thick\n", "no.such.setting: 3\n", "\x00"],
)
def test_a_file_that_is_no_style_is_refused(content, tmp_path, capfd):
    path = tmp_path / "mine.mplstyle"
    path.write_text(content)
    with pytest.raises(DataFileError, match="right would be a style of Matplotlib"):
        appearance.read_style(str(path), "--style")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", ["90x70", "120x60"])
def test_a_figure_has_the_chosen_size_in_every_kind_of_file(size, tmp_path):
    table, _ = tables()
    with plot.appearance(size=size, formats="png,svg,pdf"):
        paths = plot.save(plot.capacity(table), tmp_path / "capacity")
    assert [path.suffix for path in paths] == [".png", ".svg", ".pdf"]
    width, height = map(int, size.split("x"))
    pixels = np.array(matplotlib.image.imread(paths[0]).shape[:2])
    assert pixels * MILLIMETRES / 200 == pytest.approx((height, width), abs=0.2)
    svg = ET.parse(paths[1]).getroot()
    points = float(svg.get("width").removesuffix("pt"))
    assert points * MILLIMETRES / 72 == pytest.approx(width, abs=0.2)
    assert paths[2].read_bytes().startswith(b"%PDF")


def test_a_width_alone_keeps_the_proportion_and_the_legend_is_below():
    _, curves = tables(temperatures=(30, 0))
    usual = plot.curves(curves)
    with plot.appearance(size="double"):
        wide = plot.curves(curves)
    proportion = usual.get_figheight() / usual.get_figwidth()
    assert wide.get_figwidth() * MILLIMETRES == pytest.approx(183)
    assert wide.get_figheight() == pytest.approx(proportion * wide.get_figwidth())
    with plot.appearance(size="single"):
        narrow = plot.curves(curves)
    narrow.draw_without_rendering()
    (legend,) = narrow.legends
    panels = [axes.get_window_extent() for axes in narrow.axes]
    assert legend.get_window_extent().y1 < min(panel.y0 for panel in panels)
    assert not canvas.collisions(narrow)


def test_a_size_with_no_room_for_the_panels_is_enlarged_and_a_warning_says_so():
    _, curves = tables(cells="ABCD", temperatures=(30, 0, -20))
    with (
        plot.appearance(size="60x40"),
        pytest.warns(appearance.SizeWarning, match="60 x 40 mm is too small"),
    ):
        figure = plot.curves(curves)
    width, height = figure.get_size_inches() * MILLIMETRES
    assert width > 60
    assert width / height == pytest.approx(1.5)
    assert not canvas.collisions(figure)


def test_labels_of_neighbours_that_would_touch_are_broken():
    _, curves = tables(temperatures=(30, 0))
    with plot.appearance(size="75x60"):
        figure = plot.curves(curves)
    assert figure.axes[0].get_xlabel() == "Specific capacity\n(mAh g⁻¹)"


def test_a_style_is_that_of_the_figure_and_not_of_the_next_one(tmp_path):
    table, curves = tables(cells="CD")
    before = dict(matplotlib.rcParams)
    path = tmp_path / "mine.mplstyle"
    path.write_text(
        "axes.prop_cycle: cycler('color', ['ff0000', '00ff00'])\n"
        "axes.facecolor: yellow\nimage.cmap: gray\ntext.usetex: True\n"
        "savefig.bbox: tight\n"
    )
    with plot.appearance(style=path, size="90x70"):
        figure, lines = plot.capacity(table), plot.curves(curves)
        (png, _) = plot.save(figure, tmp_path / "capacity")
    assert [line.get_color() for line in figure.axes[0].lines] == ["#ff0000", "#00ff00"]
    assert figure.axes[0].get_facecolor() == (1, 1, 0, 1)
    red, green, blue, _ = lines.axes[0].lines[0].get_color()
    assert red == green == blue
    # a style cannot undo the size
    pixels = matplotlib.image.imread(png).shape[1]
    assert pixels * MILLIMETRES / 200 == pytest.approx(90, abs=0.2)
    assert dict(matplotlib.rcParams) == before
    assert plot.capacity(table).axes[0].lines[0].get_color() != "#ff0000"


def test_lines_are_visible_on_a_dark_background():
    _, curves = tables()
    with plot.appearance(style="dark_background"):
        figure = plot.curves(curves)
    for line in figure.axes[0].lines:
        assert max(line.get_color()[:3]) > 0.4


# ----------------------------------------------------------------- unit of capacity
@pytest.fixture
def cell():
    return nfpcell.Cell.load("C")


def _largest(figure, axis="x"):
    return max(
        getattr(line, f"get_{axis}data")().max() for line in figure.axes[0].lines
    )


@pytest.mark.parametrize(
    ("unit", "per_gram", "label"),
    [
        ("mAh/g", lambda cell: 1, "Specific capacity (mAh g⁻¹)"),
        ("mAh", lambda cell: 1e3 * cell.derived().mass, "Capacity (mAh)"),
        (
            "mAh/cm2",
            lambda cell: 0.1 * cell.derived().mass / cell.derived().area,
            "Areal capacity (mAh cm⁻²)",
        ),
    ],
)
def test_capacity_is_per_gram_of_the_cell_or_per_area(unit, per_gram, label, cell):
    table, curves = tables()
    largest = table[CAPACITY].max() * float(per_gram(cell))
    figure = plot.curves(curves, capacity=unit)
    assert figure.axes[0].get_xlabel() == label
    assert _largest(figure) == pytest.approx(largest)
    figure = plot.capacity(table, capacity=unit)
    assert figure.axes[0].get_ylabel() == label
    assert _largest(figure, "y") == pytest.approx(largest)
    assert plot.losses_along(curves, capacity=unit).axes[0].get_xlabel() == label


def test_the_mass_is_that_of_the_given_cell(cell):
    table, _ = tables(cells=("mine",))
    mine = cell.with_values({"Positive electrode areal capacity [A.h.m-2]": 6.0})
    figure = plot.capacity(table, capacity="mAh/cm2", cells={"mine": mine})
    loading = 0.1 * float(mine.derived().loading)
    assert _largest(figure, "y") == pytest.approx(table[CAPACITY].max() * loading)
    with pytest.raises(DataFileError, match="mass of cell mine is not known"):
        plot.capacity(table, capacity="mAh/cm2")
    # per gram no cell is needed
    plot.capacity(table)


def test_published_and_measured_capacities_have_the_unit_of_the_axis(cell):
    table, curves = tables(rates=(1,))
    condition = {"Cell": "C", "Direction": "discharge", "C-rate": 1}
    row = condition | {"Ambient temperature [degC]": 30, "Published": 50.0}
    marks = table[[*condition, "Ambient temperature [degC]"]].assign(
        **row, Lower=np.nan, Upper=np.nan, Use="predicted"
    )
    figure = plot.curves(curves, marks, curves.assign(Data="mine"), capacity="mAh")
    points = figure.axes[0].lines[1:]
    mass = 1e3 * float(cell.derived().mass)
    ends = sorted(float(one.get_xdata().max()) for one in points)
    assert ends == pytest.approx([50 * mass, curves[CAPACITY].max() * mass])


def test_no_warning_without_a_size():
    _, curves = tables(cells="ABCD", temperatures=(30, 0, -20))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot.curves(curves)
