"""Figures of spectra and of resistances over depth of discharge."""

import numpy as np
import pandas as pd
import pytest

from nfpcell import plot
from nfpcell.eis import spectrum_analysis
from nfpcell.figures import impedance_figures
from nfpcell.reports import result_figures

DEPTHS = np.round(np.arange(0.05, 1, 0.05), 2)


def _keys(cell, direction="discharge", rate=0.1):
    keys = {"Cell": cell, "Ambient temperature [degC]": 30.0}
    return {**keys, "Direction": direction, "C-rate": rate}


def _spectra(cells, scale=100.0, **how):
    f = np.geomspace(1e6, 0.025, 40)
    blocks = []
    for cell in cells:
        for depth in DEPTHS:
            Z = scale * (1 + (1 + depth) / (1 + 2j * np.pi * f * 1e-2))
            part = {"Frequency [Hz]": f, "Z_re [Ohm]": Z.real, "Z_im [Ohm]": Z.imag}
            keys = {**_keys(cell, **how), "Depth of discharge": depth, "Status": "ok"}
            blocks.append(pd.DataFrame(part).assign(**keys))
    return pd.concat(blocks, ignore_index=True)


def _table(cells, scale=100.0):
    blocks = []
    for cell in cells:
        part = {"Depth of discharge": DEPTHS, "Voltage [V]": 3.2 - DEPTHS}
        for k in range(3):
            part[f"R{k} [Ohm]"] = scale * (1 + DEPTHS)
            part[f"Model R{k} [Ohm]"] = scale * (1.1 + DEPTHS)
        part["Total resistance [Ohm]"] = 3 * scale * (1 + (DEPTHS - 0.5) ** 2)
        part["Low-frequency resistance [Ohm]"] = part["Total resistance [Ohm]"]
        blocks.append(pd.DataFrame(part).assign(**_keys(cell)))
    return pd.concat(blocks, ignore_index=True)


def _panels(figure):
    return [axes for axes in figure.axes if axes.get_title() or axes.get_title("left")]


def test_nyquist_has_one_line_for_each_depth_on_equal_scales():
    figure = plot.nyquist(_spectra(["A", "B"]))
    panels = _panels(figure)
    assert len(panels) == 2
    for axes in panels:
        assert axes.get_aspect() == 1
        spectra = [line for line in axes.lines if len(line.get_xdata()) == 40]
        assert len(spectra) == len(DEPTHS)
        assert all(line.get_ydata().max() > 0 for line in spectra)
        assert axes.get_xlabel() == "Re Z (Ω)"


def test_a_published_number_beyond_the_axes_leaves_their_size():
    mark = _keys("A") | {"Published": 4000.0, "Lower": np.nan, "Upper": np.nan}
    marks = pd.DataFrame([mark | {"Use": "predicted"}])
    panels = []
    for published in (None, marks):
        figure = plot.circuit(_table(["A"], scale=10), published)
        figure.draw_without_rendering()
        panels.append(_panels(figure)[0].get_position())
    assert panels[1].height > 0.9 * panels[0].height


@pytest.mark.slow
def test_large_resistances_are_in_kilo_ohms_and_rest_is_in_the_title():
    figure = plot.nyquist(_spectra(["A"], scale=3000.0, rate=0.0))
    (axes,) = _panels(figure)
    assert axes.get_xlabel() == "Re Z (kΩ)"
    assert axes.get_title() == "cell A, at rest, 30 °C"


def test_one_large_spectrum_does_not_set_the_axes():
    spectra = _spectra(["A"])
    far = spectra["Depth of discharge"] == DEPTHS[3]
    spectra.loc[far, "Z_re [Ohm]"] *= 50
    (axes,) = _panels(plot.nyquist(spectra))
    assert axes.get_xlim()[1] < 1000


@pytest.mark.slow
def test_operando_joins_the_curve_and_its_spectra():
    figure = plot.operando(_spectra(["A", "B"]), _table(["A", "B"]))
    left, right = figure.axes[:2]
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylim()[0] > left.get_ylim()[1]
    spectra = [line for line in right.lines if len(line.get_xdata()) == 40]
    assert len(spectra) == impedance_figures.LADDER
    # each starts at its own depth
    starts = [line.get_ydata()[0] for line in spectra]
    assert starts == pytest.approx(sorted(starts))


@pytest.mark.slow
@pytest.mark.parametrize("cells", [["A"], ["A", "B"]])
def test_an_arc_of_the_ladder_is_as_high_as_it_is_wide(cells, tmp_path):
    figure = plot.operando(_spectra(cells), _table(cells))
    plot.save(figure, tmp_path / "ladder")
    for axes in figure.axes[1::2]:
        for line in [line for line in axes.lines if len(line.get_xdata()) == 40]:
            points = axes.transData.transform(np.column_stack(line.get_data()))
            width, height = np.ptp(points, axis=0)
            # a semicircle; no frequency lies exactly at its top
            assert height / width == pytest.approx(0.5, rel=0.03)
            assert axes.get_window_extent().contains(*points.max(axis=0))


@pytest.mark.slow
def test_a_half_cycle_without_a_curve_still_has_its_spectra():
    figure = plot.operando(_spectra(["A"]), _table(["B"]))
    right = figure.axes[1]
    assert any(len(line.get_xdata()) == 40 for line in right.lines)


def test_few_depths_have_a_legend_and_many_a_colour_bar():
    spectra = _spectra(["A"])
    few = spectra[spectra["Depth of discharge"] <= DEPTHS[2]]
    (legend,) = plot.nyquist(few).legends
    assert [text.get_text() for text in legend.get_texts()] == ["0.05", "0.1", "0.15"]
    many = plot.nyquist(spectra)
    assert not many.legends
    assert many.axes[-1].get_ylabel() == "Depth of discharge"


@pytest.mark.slow
def test_a_figure_of_spectra_says_what_it_leaves_out():
    spectra = _spectra(["A"])
    far = spectra["Depth of discharge"] == DEPTHS[0]
    spectra.loc[far, "Z_re [Ohm]"] *= 50
    nyquist = plot.nyquist(spectra)
    assert nyquist.get_suptitle() == impedance_figures.CUT
    operando = plot.operando(spectra, _table(["A"]))
    few = "spectra at 11 of the depths shown"
    assert operando.get_suptitle() == f"{few}; {impedance_figures.CUT}"


def test_a_spectrum_higher_than_wide_is_not_cut():
    spectra = _spectra(["A"])
    spectra["Z_im [Ohm]"] *= 8
    axes = plot.nyquist(spectra).axes[0]
    middle = spectra[spectra["Depth of discharge"] == 0.5]
    assert axes.get_ylim()[1] > -middle["Z_im [Ohm]"].min()


def test_no_spectra_to_resolve_is_a_sentence():
    for draw in ("circuit_fit", "relaxation_times", "kramers_kronig"):
        figure = getattr(impedance_figures, draw)({})
        assert len(figure.texts) == 1
        assert not figure.axes


def test_circuit_shows_fit_and_model_and_marks_the_lowest_total():
    figure = plot.circuit(_table(["C"]))
    (axes,) = _panels(figure)
    assert len(axes.lines) == 4 + 3 + 1 + 1
    (x,), (y,) = axes.lines[-1].get_data()
    assert (x, y) == pytest.approx((0.5, 300))
    assert [text.get_text() for text in axes.texts] == ["300"]


@pytest.mark.slow
def test_a_figure_says_how_many_panels_it_leaves_out():
    cells = [f"cell {k}" for k in range(8)]
    figure = plot.nyquist(_spectra(cells))
    assert len(_panels(figure)) == impedance_figures.MOST_PANELS
    assert figure.get_suptitle() == "6 of 8 half-cycles shown"


@pytest.mark.parametrize("rows", [0, 3])
def test_nothing_computed_is_a_sentence(rows):
    empty = _spectra(["A"]).iloc[:rows].assign(**{"Frequency [Hz]": np.nan})
    for figure in (
        plot.nyquist(empty),
        plot.operando(empty, _table(["A"])),
    ):
        assert figure.texts[0].get_text() == "No spectrum was computed"
    table = _table(["A"]).assign(**{"Low-frequency resistance [Ohm]": np.nan})
    figure = plot.circuit(table)
    assert figure.texts[0].get_text() == "No condition gave a resistance"


def test_a_fit_is_drawn_beside_its_measurement():
    f = np.geomspace(1e5, 0.1, 30)
    Z = 1 + 3 / (1 + 2j * np.pi * f * 1e-2)
    figure = plot.circuit_fit({"mine": (Z, 1.1 * Z)})
    (axes,) = _panels(figure)
    measured, fitted = axes.lines
    np.testing.assert_allclose(measured.get_ydata(), -Z.imag)
    np.testing.assert_allclose(fitted.get_xdata(), 1.1 * Z.real)
    assert axes.get_aspect() == 1


def test_kramers_kronig_residuals_and_relaxation_times():
    f = np.geomspace(1e5, 0.1, 30)
    noise = 0.01 * np.cos(np.arange(30)) + 0.01j * np.sin(np.arange(30))
    (axes,) = plot.kramers_kronig({"mine": (f, noise)}).axes
    assert axes.get_ylim()[1] == pytest.approx(1.15, rel=0.01)
    (tiny,) = plot.kramers_kronig({"mine": (f, 1e-9 * noise)}).axes
    assert tiny.get_ylim()[1] < 1e-8
    tau = np.geomspace(1e-5, 1, 20)
    figure = plot.relaxation_times({"mine": (tau, np.ones(20))})
    assert figure.axes[0].get_xscale() == "log"


@pytest.mark.slow
def test_the_same_table_gives_the_same_file(tmp_path):
    for name in ("one", "two"):
        plot.save(plot.nyquist(_spectra(["C"])), tmp_path / name)
    one, two = ((tmp_path / f"{name}.png").read_bytes() for name in ("one", "two"))
    assert one == two


def _labelled_lines(figure):
    (legend,) = figure.legends
    handles = zip(legend.get_texts(), legend.legend_handles, strict=True)
    return {text.get_text(): line.get_color() for text, line in handles}


def test_relaxation_times_have_the_colours_of_the_nyquist_plot():
    spectra = _spectra(["C"])
    spectra = spectra[spectra["Depth of discharge"].isin([0.1, 0.5, 0.9])]
    figures = result_figures.spectrum_figures(spectra)
    nyquist = _labelled_lines(figures["nyquist"])
    times = _labelled_lines(figures["relaxation_times"])
    assert times == {f"depth {depth}": colour for depth, colour in nyquist.items()}
    assert len(nyquist) == 3


def test_relaxation_times_of_several_cells_are_apart():
    spectra = pd.concat([_spectra(["C"]), _spectra(["D"], scale=200.0)])
    spectra = spectra[spectra["Depth of discharge"] == 0.5]
    figure = result_figures.spectrum_figures(spectra)["relaxation_times"]
    assert list(_labelled_lines(figure)) == ["cell C, 0.5", "cell D, 0.5"]
    C, D = (line.get_ydata() for line in figure.axes[0].lines)
    np.testing.assert_allclose(D, 2 * C, rtol=1e-3, atol=1e-3 * C.max())


def test_relaxation_times_end_at_the_measured_frequencies():
    f = np.geomspace(1e5, 0.1, 61)
    times = spectrum_analysis.relaxation_times(f, 10 + 5 / (1 + 2j * np.pi * f * 1e-2))
    figure = plot.relaxation_times({"mine": times})
    ends = 1 / (2 * np.pi * f[[0, -1]])
    assert figure.axes[0].get_xlim() == pytest.approx(tuple(ends), rel=1e-6)


def test_the_label_of_a_frequency_is_not_on_the_axis():
    spectra = _spectra(["C"])
    figure = plot.nyquist(spectra[spectra["Depth of discharge"] == 0.5])
    figure.draw_without_rendering()
    (axes,) = figure.axes
    bottom = axes.get_window_extent().y0
    assert len(axes.texts) == 3
    for text in axes.texts:
        assert text.get_window_extent().y0 > bottom


@pytest.mark.parametrize(("cells", "beside"), [("AB", 1), ("ABC", 2)])
def test_many_ladders_stand_side_by_side(cells, beside):
    figure = plot.operando(_spectra(cells), _table(cells))
    assert len(figure.axes) == 2 * len(cells)
    lefts = {round(axes.get_window_extent().x0) for axes in figure.axes}
    assert len(lefts) == 2 * beside
