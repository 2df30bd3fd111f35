"""Figures: what they show of synthetic tables, and that many conditions stay few."""

import dataclasses
import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nfpcell import columns, plot
from nfpcell.figures import half_cycle_figures, study_figures, style
from nfpcell.model.heat_sources import HEATS
from nfpcell.studies.scoring import COLUMNS
from nfpcell.sweeping.sweep_plan import Sweep

LOSSES = [
    f"{name} overpotential [V]" for name in ("Sodium", "Positive electrode ionic")
]


def tables(cells=("C",), temperatures=(30,), rates=(0.2, 1), ways=("discharge",)):
    """A summary and curves in which capacity falls with rate."""
    rows, curves = [], []
    for cell, way, T, rate in itertools.product(cells, ways, temperatures, rates):
        sign = 1 if way == "discharge" else -1
        keys = {"Cell": cell, "Direction": way, "C-rate": rate, columns.TEMPERATURE: T}
        capacity = np.linspace(0, 80 / (1 + 0.1 * rate), 11)
        rows.append({**keys, columns.CAPACITY: capacity[-1], "Status": "ok"})
        curve = {"Voltage [V]": 3 - sign * capacity / 100, columns.CAPACITY: capacity}
        losses = dict.fromkeys(LOSSES, sign * 0.1 * rate)
        curves.append(pd.DataFrame({**keys, **curve, **losses}))
    return pd.DataFrame(rows), pd.concat(curves, ignore_index=True)


def resistances(scale, ways=("discharge",)):
    rows = [
        (cell, way, 0.1, 30, depth, R * (1 + (depth - 0.5) ** 2), "ok")
        for cell, R in scale.items()
        for way in ways
        for depth in np.linspace(0.1, 0.9, 9)
    ]
    names = ["Cell", "Direction", "C-rate", columns.TEMPERATURE, columns.DEPTH]
    return pd.DataFrame(rows, columns=[*names, columns.LOW_FREQUENCY, "Status"])


CAPACITY, PREDICTED = "Specific capacity [mA.h.g-1]", (None, None, "predicted")
NAN = np.nan
SCORE = pd.DataFrame(
    [
        ("C", CAPACITY, "2C", 61.0, 62.0, 1.6, 2.0, "calibrated", True, NAN, NAN),
        ("C", CAPACITY, "2C", 61.0, 99.0, 62.3, 2.0, "calibrated", False, NAN, NAN),
        ("A", CAPACITY, "1C", "<= 15", 1e-5, *PREDICTED, True, NAN, 15),
        ("A", CAPACITY, "0.1C", ">= 40", 500.0, *PREDICTED, True, 40, NAN),
        (
            "D",
            columns.LOW_FREQUENCY,
            "0.1C",
            "120 to 234",
            NAN,
            *PREDICTED,
            False,
            120,
            234,
        ),
    ],
    columns=COLUMNS[1:-2],
).assign(Evidence="text", Remark=["", "", "", "", "no peak"])


def drawn(figure):
    """The panels that hold something."""
    return [axes for axes in figure.axes if axes.has_data()]


def texts(figure):
    found = [
        text.get_text() for legend in figure.legends for text in legend.get_texts()
    ]
    return found + [figure.get_suptitle()] + [axes.get_title() for axes in figure.axes]


def test_a_figure_is_written_as_png_and_svg(tmp_path):
    paths = plot.save(plot.curves(tables()[1]), tmp_path / "voltage")
    assert [path.name for path in paths] == ["voltage.png", "voltage.svg"]
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert ET.parse(paths[1]).getroot().tag.endswith("svg")


@pytest.mark.slow
def test_the_same_table_gives_the_same_svg(tmp_path):
    for name in "ab":
        plot.save(plot.capacity(tables()[0]), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_panel_for_each_cell_and_temperature_and_a_line_for_each_curve():
    _, curves = tables("AC", (30, 0, -20), ways=("charge", "discharge"))
    figure = plot.curves(curves)
    assert len(drawn(figure)) == 6
    assert all(len(axes.lines) == 4 for axes in drawn(figure))
    assert {"0.2C", "1C", "charge", "discharge", "cell A, −20 °C"} <= {*texts(figure)}
    assert "Voltage (V)" in [axes.get_ylabel() for axes in figure.axes]


def test_the_panel_of_a_cell_without_a_curve_says_so():
    _, curves = tables("AC", (30, 0))
    curves = curves[~((curves["Cell"] == "A") & (curves[columns.TEMPERATURE] == 0))]
    figure = plot.curves(curves)
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert said == ["no curve"]


def test_capacity_lines_are_those_of_the_table():
    table, _ = tables("AC", (30,), (0.2, 2, 1))
    figure = plot.capacity(table)
    (axes,) = drawn(figure)
    assert len(axes.lines) == 2
    assert list(axes.lines[0].get_xdata()) == [0.2, 1, 2]
    assert axes.lines[0].get_ydata()[0] == pytest.approx(80 / 1.02)
    assert {"cell A", "cell C", "30 °C"} <= {*texts(figure)}


def test_failed_conditions_are_counted_not_drawn():
    table, _ = tables()
    table.loc[0, columns.CAPACITY] = np.nan
    figure = plot.capacity(table)
    assert len(drawn(figure)[0].lines[0].get_xdata()) == 1
    assert "1 failed condition not shown" in texts(figure)


@pytest.mark.parametrize("way", ["discharge", "charge"])
def test_losses_stack_up_in_either_direction(way):
    _, curves = tables(ways=(way,), rates=(1,))
    (axes,) = drawn(plot.losses_along(curves))
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in axes.collections]
    assert tops == pytest.approx([0.1, 0.2])
    assert axes.get_ylim()[0] == 0


def test_negative_overpotentials_are_stacked_downwards():
    _, curves = tables(rates=(1,))
    curves[LOSSES[0]] *= -1
    (axes,) = drawn(plot.losses_along(curves))
    low = min(band.get_paths()[0].vertices[:, 1].min() for band in axes.collections)
    assert low == pytest.approx(-0.1)


def test_a_half_cycle_without_capacity_is_left_out_of_the_losses():
    _, curves = tables("AC", rates=(1,))
    curves.loc[curves["Cell"] == "A", columns.CAPACITY] *= 1e-6
    figure = plot.losses_along(curves)
    assert len(drawn(figure)) == 1
    assert "1 without visible capacity not shown" in texts(figure)


@pytest.mark.parametrize("way", ["discharge", "charge"])
def test_bars_of_losses_are_means_over_capacity_and_energies(way):
    _, curves = tables(ways=(way,), rates=(1,))
    voltage, energy = plot.losses(curves).axes
    assert [bar.get_width() for bar in voltage.patches[:2]] == pytest.approx([100, 100])
    capacity = curves[columns.CAPACITY].max()
    assert energy.patches[0].get_width() == pytest.approx(0.1 * capacity)


def test_a_negative_loss_is_a_bar_to_the_left():
    _, curves = tables(rates=(1,))
    curves[LOSSES[0]] *= -1
    voltage, _ = plot.losses(curves).axes
    assert min(bar.get_width() for bar in voltage.patches) == pytest.approx(-100)


def test_each_loss_has_one_colour_and_one_name_in_all_figures():
    names = [*columns.OVERPOTENTIALS, "Hysteresis overpotential [V]"]
    colours = style.loss_colours(names)
    assert len({*colours.values()}) == len(names)
    same = {
        "Sodium heat [J]": "Sodium overpotential [V]",
        "Uneven sodium heat [J]": "Positive electrode concentration overpotential [V]",
    }
    for heat, overpotential in same.items():
        assert style.loss_label(heat) == style.loss_label(overpotential)
        assert style.loss_colours([heat])[heat] == colours[overpotential]


def test_every_heat_of_the_model_has_a_colour_of_its_own():
    colours = style.loss_colours(HEATS)
    assert len({*colours.values()}) == len(HEATS)
    assert style.GREY not in colours.values()


def test_the_common_part_of_labels_is_the_title():
    keys = [("C", "discharge", 1, 30), ("C", "discharge", 2, 30)]
    assert style.shared_label(keys) == (
        "cell C, 30 °C",
        ["1C discharge", "2C discharge"],
    )
    assert style.shared_label(keys[:1]) == ("", ["cell C, 1C discharge, 30 °C"])


def test_capacities_that_coincide_are_nested():
    table, _ = tables("CDE")
    table.loc[table["Cell"] == "E", columns.CAPACITY] *= 0.5
    (axes,) = drawn(plot.capacity(table))
    widths = [line.get_linewidth() for line in axes.lines]
    assert widths[0] > widths[1] == widths[2]


def test_a_circuit_that_describes_its_spectrum_badly_is_marked_and_not_joined():
    table = resistances({"C": 234})
    for name in (*columns.CIRCUIT, columns.TOTAL):
        table[name] = table[f"Model {name}"] = table[columns.LOW_FREQUENCY]
    table[columns.CIRCUIT_MISFIT] = 1.0
    table.loc[3, columns.CIRCUIT_MISFIT] = 7.0
    figure = plot.circuit(table)
    line, crosses = figure.axes[0].lines[:2]
    assert np.isnan(line.get_ydata()).tolist() == [k == 3 for k in range(9)]
    assert list(crosses.get_ydata()) == [table.loc[3, columns.R0]]
    assert "misfit above 5 %" in texts(figure)


def test_a_sweep_has_at_most_seven_lines_and_thickness_in_micrometres():
    sweep = Sweep.load("plate_and_roughness")
    values = [axis.values for axis in sweep.axes]
    names = [axis.name for axis in sweep.axes]
    table = pd.DataFrame(itertools.product(*values), columns=names).assign(Cell="C")
    for number in sweep.numbers:
        table[number] = 1.0
    figure = plot.sweep(sweep, table)
    assert 1 < len(figure.axes[0].lines) <= 7
    assert any("values of C-rate shown" in text for text in texts(figure))
    assert figure.axes[0].lines[0].get_xdata().max() == pytest.approx(1000)
    assert "µm" in figure.get_supxlabel()


def test_the_text_of_an_svg_is_text(tmp_path):
    plot.save(plot.curves(tables()[1]), tmp_path / "voltage")
    assert "Voltage (V)" in (tmp_path / "voltage.svg").read_text(encoding="utf-8")


def test_a_protocol_that_only_discharges_has_no_bar_of_charge():
    steps = [("C", "pulse", 5.0), ("C", "pulse", 2.0)]
    names = ["Cell", columns.SEGMENT, columns.CAPACITY]
    (axes,) = plot.protocol_capacity(pd.DataFrame(steps, columns=names)).axes
    assert [bar.get_width() for bar in axes.patches] == [7]


def test_resistances_of_very_different_cells_share_a_logarithmic_axis():
    apart = plot.resistance(resistances({"A": 4000, "C": 234}))
    near = plot.resistance(resistances({"C": 234}, ("charge", "discharge")))
    assert drawn(apart)[0].get_yscale() == "log"
    assert drawn(near)[0].get_yscale() == "linear"
    assert len(drawn(near)[0].lines) == 2


def test_steps_are_a_waterfall_and_a_step_without_a_number_a_gap():
    when = [f"Low-frequency resistance {word} [Ohm]" for word in ("before", "after")]
    table = pd.DataFrame(
        [
            ("A", "powder", "A + powder", 3929.0, 650.0),
            ("A + powder", "firing", "B", 650.0, 331.0),
            ("B", "carbon", "mine", 331.0, 400.0),
            ("mine", "plate", "dead", 400.0, np.nan),
        ],
        columns=["From", "Change", "To", *when],
    )
    (axes,) = plot.steps(table).axes
    assert axes.get_yscale() == "linear"
    assert [bar.get_height() for bar in axes.patches] == [-3279, -319, 69]
    texts = [text.get_text() for text in axes.texts]
    assert {"−3279 Ω", "−319 Ω", "+69.0 Ω"} <= set(texts)
    # a cell between two named ones has no name
    assert {"A\n3929 Ω", "650 Ω", "B\n331 Ω", "mine\n400 Ω"} <= set(texts)


def test_a_score_shows_every_target_and_marks_those_beyond_its_axis():
    figure = plot.scores(SCORE)
    axes, numbers = figure.axes
    markers = [line.get_marker() for line in axes.lines if line.get_marker() != "None"]
    assert markers == ["o", "o", "<", ">"]
    assert [text.get_text() for text in axes.texts] == ["no peak"]
    assert {"62", "≤ 15", "≈ 0", "120–234"} <= {t.get_text() for t in numbers.texts}


@pytest.mark.parametrize(
    ("published", "tolerance", "lower", "upper", "band"),
    [
        (50.0, 2.0, NAN, NAN, (50, 0.98, 1.02)),
        (">= 40", None, 40, NAN, (40, 1, np.inf)),
        ("<= 15", None, NAN, 15, (15, 0, 1)),
        ("-3 to 9", None, -3, 9, (3, -1, 3)),
    ],
)
def test_tolerance_of_a_target(published, tolerance, lower, upper, band):
    row = {"Published": published, "Tolerance [%]": tolerance}
    target = study_figures._target({**row, "Lower": lower, "Upper": upper})
    assert dataclasses.astuple(target) == pytest.approx(band)


@pytest.mark.slow
def test_many_conditions_stay_a_readable_figure(tmp_path):
    cells = ["A", "B", "C", "D", "E", "pouch"]
    rates = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
    table, curves = tables(cells, (60, 30, 0, -20, -40), rates, ("charge", "discharge"))
    figures = {
        "voltage": plot.curves(curves),
        "capacity": plot.capacity(table),
        "losses": plot.losses_along(curves),
    }
    assert len(drawn(figures["voltage"])) == 30
    assert len(drawn(figures["capacity"])) == 6
    assert len(drawn(figures["losses"])) == half_cycle_figures.MOST_PANELS
    assert all(max(figure.get_size_inches()) < 14 for figure in figures.values())
    for path in plot.save(figures["losses"], tmp_path / "losses"):
        assert 5_000 < path.stat().st_size < 4_000_000


@pytest.mark.slow
def test_a_figure_says_what_it_leaves_out():
    table, curves = tables([f"c{k}" for k in range(9)], range(0, 70, 10), range(1, 10))
    note = "8 of 9 cells shown; 6 of 7 temperatures shown"
    assert f"{note}; 8 of 9 rates shown" in texts(plot.curves(curves))
    assert note in texts(plot.capacity(table))
    assert style.some_of(range(20), 3) == [0, 10, 19]
    assert style.some_of([5], 3) == [5]


@pytest.mark.slow
def test_names_of_files_are_shown_as_they_are(tmp_path):
    table, curves = tables(("my_$x_cell", "a" * 60))
    for figure in (plot.curves(curves), plot.capacity(table)):
        plot.save(figure, tmp_path / "x")
    assert any(text.endswith("…") for text in texts(plot.capacity(table)))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot.curves(tables()[1].iloc[:0]),
        lambda: plot.losses(tables()[1].iloc[:0]),
        lambda: plot.capacity(tables()[0].assign(**{columns.CAPACITY: np.nan})),
        lambda: plot.resistance(resistances({"C": np.nan})),
        lambda: plot.scores(SCORE.iloc[:0]),
        lambda: plot.steps(
            pd.DataFrame(
                {
                    "From": ["A"],
                    "Change": ["powder"],
                    "To": ["B"],
                    "Low-frequency resistance before [Ohm]": [np.nan],
                    "Low-frequency resistance after [Ohm]": [np.nan],
                }
            )
        ),
    ],
)
def test_an_empty_table_gives_a_figure_that_says_so(draw, tmp_path):
    figure = draw()
    assert isinstance(figure, Figure)
    assert len(figure.texts) == 1
    plot.save(figure, tmp_path / "empty")


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    import matplotlib

    before = dict(matplotlib.rcParams)
    plot.curves(tables()[1])
    assert dict(matplotlib.rcParams) == before


def test_equal_capacities_of_a_cycle_are_a_ring_around_a_dot():
    cycles = pd.DataFrame(
        {
            "Cell": "C",
            "Cycle": [1, 2],
            "C-rate": 1.0,
            columns.CHARGE_CAPACITY: 60.0,
            columns.DISCHARGE_CAPACITY: 60.0,
            columns.COULOMBIC_EFFICIENCY: 1.0,
            columns.ENERGY_EFFICIENCY: 0.9,
        }
    )
    above, _ = plot.cycles(cycles).axes
    ring, dot = above.lines[:2]
    assert ring.get_markerfacecolor() == "none"
    assert ring.get_markersize() > 1.5 * dot.get_markersize()
    assert all(tick == int(tick) for tick in above.get_xticks())


def _protocol(number):
    curves = [
        pd.DataFrame(
            {
                "Leg": f"segment {k}",
                "Time [s]": [0.0, 3600.0],
                "Voltage [V]": [3.0, 3.1],
                "Current [A]": 1e-4,
                "Power [W]": 3e-4,
            }
        )
        for k in range(number)
    ]
    steps = {"Cell": "C", columns.HIGHEST_TEMPERATURE: 30.0, columns.TEMPERATURE: 30.0}
    return pd.DataFrame([steps]), pd.concat(curves, ignore_index=True)


@pytest.mark.parametrize(("number", "shown"), [(1, 1), (5, 5), (30, 12)])
def test_a_protocol_has_a_column_for_each_segment_up_to_twelve(number, shown):
    figure = plot.protocol(*_protocol(number))
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert len(titles) == shown
    assert len(figure.axes) == 3 * shown
    note = figure.get_suptitle()
    assert note.startswith("cell C")
    assert (f"12 of {number} segments shown" in note) == (number > shown)


def test_names_of_low_levels_of_a_waterfall_stand_above_the_axis():
    table = pd.DataFrame(
        {
            "From": ["A", "B"],
            "To": ["B", "C"],
            "Change": ["powder", "carbon"],
            "Low-frequency resistance before [Ohm]": [4000.0, 330.0],
            "Low-frequency resistance after [Ohm]": [330.0, 230.0],
        }
    )
    figure = plot.steps(table)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert len(axes.texts) == 5
    for text in axes.texts:
        assert text.get_window_extent().y0 > axes.get_window_extent().y0
