"""nfpcell.plot: what is drawn of a computed table is what the table holds."""

import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import nfpcell
from nfpcell import columns, plot
from nfpcell.simulation import protocol
from nfpcell.simulation.cycling import Cycler
from nfpcell.studies import chemistries, recipe_steps

CELL = nfpcell.Cell.load("C")
DEPTHS = [0.2, 0.5, 0.8]


@pytest.fixture(scope="module")
def half_cycles():
    options = {"direction": "both", "model": "particle", "curves": True}
    return nfpcell.simulate(CELL, rates=[0.5, 1], **options)


@pytest.fixture(scope="module")
def spectra():
    return nfpcell.impedance(CELL, depth_of_discharge=DEPTHS)


@pytest.fixture(scope="module")
def resistances():
    return nfpcell.resistance(CELL, depths=DEPTHS)


@pytest.fixture(scope="module")
def overcharge():
    return protocol.run(protocol.Protocol.load("overcharge_9V"), "particle")


def _drawn(axes, x, y):
    """Whether a line of these axes has these points, or some of them to both ends."""
    points = np.column_stack([x, y])
    return any(
        len(line.get_xydata()) > 1
        and np.array_equal(line.get_xydata()[[0, -1]], points[[0, -1]])
        and np.isin(line.get_xydata(), points).all()
        for line in axes.lines
    )


@pytest.mark.slow
def test_the_facade_is_an_attribute_and_loaded_when_asked_for():
    code = (
        "import sys, nfpcell; assert 'matplotlib' not in sys.modules; "
        "nfpcell.plot.curves; assert 'matplotlib' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_figure_says_in_its_docstring_what_it_shows():
    assert set(plot.__all__) <= set(dir(plot))
    for name in plot.__all__:
        assert inspect.getdoc(getattr(plot, name))


@pytest.mark.slow
def test_curves_are_those_of_the_table(half_cycles):
    _, curves = half_cycles
    (axes,) = plot.curves(curves).axes
    groups = curves.groupby(["Direction", "C-rate"])
    assert len(axes.lines) == len(groups) == 4
    for _, curve in groups:
        assert _drawn(axes, curve["Specific capacity [mA.h.g-1]"], curve["Voltage [V]"])


def test_capacities_are_those_of_the_table(half_cycles):
    table, _ = half_cycles
    (axes,) = plot.capacity(table).axes
    assert len(axes.lines) == 2
    for _, line in table.groupby("Direction"):
        assert _drawn(axes, line["C-rate"], line["Specific capacity [mA.h.g-1]"])


def test_the_stack_ends_at_the_sum_of_the_overpotentials(half_cycles):
    _, curves = half_cycles
    curve = curves[(curves["Direction"] == "discharge") & (curves["C-rate"] == 1)]
    (axes,) = plot.losses_along(curve).axes
    top = max(band.get_paths()[0].vertices[:, 1].max() for band in axes.collections)
    total = curve[list(columns.OVERPOTENTIALS)].clip(lower=0).sum(axis=1)
    assert top == pytest.approx(total.max(), rel=0.2)
    ends = axes.collections[-1].get_paths()[0].vertices
    at_end = ends[ends[:, 0] == ends[:, 0].max(), 1].max()
    assert at_end == pytest.approx(total.iloc[-1])


def test_the_bars_of_lost_energy_end_at_the_open_circuit_less_the_delivered_energy(
    half_cycles,
):
    _, curves = half_cycles
    curve = curves[(curves["Direction"] == "discharge") & (curves["C-rate"] == 1)]
    voltage, energy = plot.losses(curve).axes
    lost = sum(bar.get_width() for bar in energy.patches)
    total = curve[list(columns.OVERPOTENTIALS)].sum(axis=1)
    capacity = curve["Specific capacity [mA.h.g-1]"]
    assert lost == pytest.approx(np.trapezoid(total, capacity))
    mean = sum(bar.get_width() for bar in voltage.patches)
    assert mean == pytest.approx(1e3 * lost / capacity.max())


@pytest.mark.slow
def test_bars_of_a_protocol_are_what_each_segment_charged_and_discharged(overcharge):
    table, _ = overcharge
    (axes,) = plot.protocol_capacity(table).axes
    drawn = [[bar.get_width() for bar in bars] for bars in axes.containers]
    steps = table["Specific capacity [mA.h.g-1]"].to_numpy()
    assert drawn == pytest.approx(np.array([-steps[::2], steps[1::2]]))


@pytest.mark.slow
def test_spectra_are_those_of_the_table(spectra):
    (axes,) = plot.nyquist(spectra).axes
    for _, spectrum in spectra.groupby("Depth of discharge"):
        assert _drawn(axes, spectrum["Z_re [Ohm]"], -spectrum["Z_im [Ohm]"])


@pytest.mark.slow
def test_operando_has_the_curve_and_its_spectra(spectra, resistances):
    left, right = plot.operando(spectra, resistances).axes
    assert _drawn(left, resistances["Voltage [V]"], resistances["Depth of discharge"])
    starts = [line.get_ydata()[0] for line in right.lines if len(line.get_xdata()) > 2]
    at_high_frequency = spectra.groupby("Depth of discharge").first()
    assert starts == pytest.approx(DEPTHS, abs=0.02)
    assert len(at_high_frequency) == len(starts)


@pytest.mark.slow
def test_resistances_are_those_of_the_table(resistances):
    depths = resistances["Depth of discharge"]
    (axes,) = plot.resistance(resistances).axes
    assert _drawn(axes, depths, resistances["Low-frequency resistance [Ohm]"])
    (axes,) = plot.circuit(resistances).axes
    for name in ("R0 [Ohm]", "R1 [Ohm]", "R2 [Ohm]", "Total resistance [Ohm]"):
        assert _drawn(axes, depths, resistances[name])


@pytest.mark.slow
def test_scores_stand_at_computed_over_published():
    score = nfpcell.score(["rate_30C"], "particle")
    axes, _ = plot.scores(score).axes
    exact = [
        (place, row["Computed"] / row["Published"])
        for place, row in enumerate(score.to_dict("records"))
        if not isinstance(row["Published"], str)
    ]
    points = {line.get_ydata()[0]: line.get_xdata()[0] for line in axes.lines[:-1]}
    assert exact
    for place, ratio in exact:
        assert points[place] == pytest.approx(ratio)


@pytest.mark.slow
def test_the_waterfall_ends_at_the_last_cell():
    cells = [nfpcell.Cell.load(word) for word in "CD"]
    table = recipe_steps.steps(cells, model="particle")
    (axes,) = plot.steps(table).axes
    (bar,) = axes.patches
    ends = bar.get_y(), bar.get_y() + bar.get_height()
    assert ends == pytest.approx(
        table[[recipe_steps.BEFORE, recipe_steps.AFTER]].loc[0]
    )


@pytest.mark.slow
def test_chemistries_are_those_of_the_table():
    table = chemistries.compare(chemistries.Comparison.load(), "particle")
    (axes,) = plot.chemistries(table).axes
    computed = table[table["Origin"] == "computed"]
    for _, rows in computed.groupby("C-rate"):
        share = 100 * rows["Share of theoretical capacity"]
        assert _drawn(axes, rows["Resistance [Ohm]"], share)


@pytest.mark.slow
def test_cycles_are_those_of_the_table():
    table = pd.DataFrame(Cycler(CELL, [(1.0, 2), (2.0, 1)]).rows())
    above, below = plot.cycles(table).axes
    for name in ("Charge capacity [mA.h.g-1]", "Discharge capacity [mA.h.g-1]"):
        assert _drawn(above, table["Cycle"], table[name])
    for name in ("Coulombic efficiency", "Energy efficiency"):
        assert _drawn(below, table["Cycle"], 100 * table[name])


@pytest.mark.slow
def test_a_protocol_is_drawn_over_hours_and_in_milliwatts(overcharge):
    table, curves = overcharge
    # a column for each segment, so that no line hides another
    panels = np.reshape(plot.protocol(table, curves).axes, (3, 2)).T
    segments = curves.groupby("Leg", sort=False)
    for column, (segment, rows) in zip(panels, segments, strict=True):
        voltage, current, power = column
        assert voltage.get_title() == segment
        assert [len(panel.lines) for panel in column] == [1, 2, 2]
        hours = rows["Time [s]"] / 3600
        assert _drawn(voltage, hours, rows["Voltage [V]"])
        assert _drawn(current, hours, 1e3 * rows["Current [A]"])
        assert _drawn(power, hours, 1e3 * rows["Power [W]"])


@pytest.mark.slow
def test_bars_of_heat_add_up_to_the_heat_of_the_segment(overcharge):
    table, _ = overcharge
    (axes,) = plot.heat(table).axes
    drawn = sum(bar.get_width() for bar in axes.patches)
    assert drawn == pytest.approx(table["Heat [J]"].sum(), rel=0.02)


@pytest.mark.slow
def test_loops_are_those_of_the_curves():
    table, curves = protocol.run(protocol.Protocol.load("hysteresis_30C"), "particle")
    full, inner = plot.loops(protocol.efficiency(table), curves).axes
    names = {line.get_label(): line for line in (*full.lines, *inner.lines)}
    for segment, rows in curves.groupby("Leg"):
        x = names[segment.replace(" -", " −")].get_xdata()
        assert np.array_equal(x, rows["Positive electrode stoichiometry"])


@pytest.mark.slow
def test_a_fit_is_drawn_with_its_data(half_cycles, tmp_path):
    _, curves = half_cycles
    data = tmp_path / "mine_1rate_30degC.csv"
    curve = curves[(curves["Direction"] == "discharge") & (curves["C-rate"] == 1)]
    curve[["Time [s]", "Voltage [V]", "Current [A]"]].to_csv(data, index=False)
    free = {"Contact resistance [Ohm]": (0, 40)}
    options = {"model": "particle", "intervals": "linear"}
    fit = nfpcell.fit(CELL, data=[str(data)], free=free, **options)
    above, below = plot.fit(fit).axes
    measured = next(line for line in above.lines if line.get_marker() == "o")
    assert set(measured.get_ydata()) <= set(curve["Voltage [V]"])
    assert np.abs(below.lines[0].get_ydata()).max() < 1
    assert plot.fit_spectra(fit).texts[0].get_text() == "No spectrum was fitted"
    (axes,) = plot.fit_prediction(fit).axes
    predicted = next(line for line in axes.lines if line.get_marker() == ".")
    at_1C = predicted.get_ydata()[list(predicted.get_xdata()).index(1.0)]
    largest = curve["Specific capacity [mA.h.g-1]"].max()
    assert at_1C == pytest.approx(largest, rel=0.01)
