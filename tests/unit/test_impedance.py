"""The linearised cell against time stepping and against limits by hand."""

import numpy as np
import pandas as pd
import pybamm
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.columns import LOW_FREQUENCY, TOTAL
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis.impedance import frequency_range, impedance, impedance_at
from nfpcell.eis.operating_points import OperatingPoints
from nfpcell.eis.resistance import lowest_total, minimum, resistance
from nfpcell.eis.spectrum_analysis import kramers_kronig
from nfpcell.errors import NfpcellError
from nfpcell.simulation import engine, equations

CURRENT = equations.APPLIED_CURRENT
# of a current that is switched on [s]
RISE = 1e-4
# the integrator sees the charges of the layers, which are small numbers [C.m-2]
TIGHT = {"rtol": 1e-10, "atol": 1e-13}


def _state(fidelity, cell, current, time, points=()):
    built = engine.built(fidelity, "falling", points=points, double_layers=True)
    case = built.inputs(cell, current, 30 + ZERO_CELSIUS, 3.34)
    (run,) = built.solve([case], [0, time])
    return built, case, run.solution.t[-1:], built.states(run, [time], case)


def _impedance(built, t, y, case, frequencies):
    points = OperatingPoints(built, case, np.array([True]), t, y)
    return impedance_at(points, frequencies).sum(axis=-1)[0]


def _ohmic(cell, cathode):
    d = cell.derived()
    return (
        d.r_bulk / d.contacted / d.area
        + cathode / d.area
        + cell["Contact resistance [Ohm]"]
    )


def test_high_frequency_limit_by_hand_of_particle():
    cell = Cell.load("C")
    d = cell.derived()
    built, case, t, y = _state("particle", cell, 3e-5, 1e4)
    expected = _ohmic(cell, d.thickness / 3 * (1 / d.kappa_eff + 1 / d.sigma_eff))
    (Z,) = _impedance(built, t, y, case, [1e14])
    assert Z.real == pytest.approx(expected, rel=1e-6)
    assert abs(Z.imag) < 1e-6 * expected


@pytest.mark.slow
def test_high_frequency_limit_by_hand_of_full():
    """Beyond all frequencies the current stays in the first half cell at either face,
    so the limit is reached as the depths grow, in proportion to their thickness."""
    cell = Cell.load("C")
    d = cell.derived()
    expected = _ohmic(cell, d.thickness / (d.kappa_eff + d.sigma_eff))
    errors = []
    for depths in (16, 64):
        built, case, t, y = _state(
            "full", cell, 3e-5, 1e4, (("r_p", 20), ("x_p", depths))
        )
        (Z,) = _impedance(built, t, y, case, [1e12])
        errors.append(Z.real - expected)
    assert abs(errors[0]) < 0.01 * expected
    assert errors[1] == pytest.approx(errors[0] / 4, rel=0.01)


# ------------------------------------------------------------------ against time steps
class _InTime:
    """The model in plain PyBaMM under a direct current and, from ``start`` on, a small
    sine or a step; what it answers beyond the run without that."""

    def __init__(self, fidelity, points):
        self.cell = Cell.load("C")
        self.points = points
        self.built = engine.built(fidelity, points=points, double_layers=True, **TIGHT)
        values = self.cell.parameter_values()
        values["Initial voltage in positive electrode [V]"] = "[input]"
        inputs = {
            name: pybamm.InputParameter(name)
            for name in ("direct", "small", "frequency", "start", "stepped")
        }

        def current(t):
            after = t - inputs["start"]
            phase = 2 * np.pi * inputs["frequency"] * after
            rise = 1 - pybamm.exp(-pybamm.maximum(after, 0) / RISE)
            stepped = inputs["stepped"]
            wave = (1 - stepped) * pybamm.sin(phase) + stepped * rise
            return inputs["direct"] + inputs["small"] * (after > 0) * wave

        values[CURRENT] = current
        model = engine.FIDELITIES[fidelity]()
        self.simulation = pybamm.Simulation(
            model,
            parameter_values=values,
            var_pts={**model.default_var_pts, **dict(points)},
            solver=pybamm.IDAKLUSolver(**TIGHT),
        )

    def state(self, direct, start, U):
        case = self.built.inputs(self.cell, direct, 30 + ZERO_CELSIUS, U)
        (run,) = self.built.solve([case], [0, start])
        return np.array([start]), self.built.states(run, [start], case), case

    def answer(self, direct, start, U, times, stops, frequency, stepped):
        """Voltage beyond that of the run without, per small current [Ohm]."""
        small = 3e-7
        voltages = [
            self.simulation.solve(
                np.concatenate([[0, start], start + stops]),
                inputs={
                    "direct": direct,
                    "small": size,
                    "frequency": frequency,
                    "start": start,
                    "stepped": stepped,
                    "Initial voltage in positive electrode [V]": U,
                },
            )["Voltage [V]"](t=start + times)
            for size in (small, 0.0)
        ]
        return (voltages[0] - voltages[1]) / small


@pytest.fixture(scope="module")
def particle_in_time():
    return _InTime("particle", (("r_p", 60),))


@pytest.fixture(scope="module")
def full_in_time():
    return _InTime("full", (("r_p", 24), ("x_p", 5)))


STATES = [(0.0, 10.0, 3.0), (3.4e-5, 8_000.0, 3.34), (3.4e-5, 24_000.0, 3.34)]


@pytest.mark.slow
@pytest.mark.parametrize(("direct", "start", "U"), STATES)
@pytest.mark.parametrize("frequency", [0.1, 1.0, 10.0, 100.0, 1000.0])
def test_impedance_against_a_sine_in_time(
    particle_in_time, direct, start, U, frequency
):
    _sine(particle_in_time, direct, start, U, frequency)


@pytest.mark.slow
@pytest.mark.parametrize("frequency", [0.3, 30.0])
def test_impedance_of_full_against_a_sine_in_time(full_in_time, frequency):
    _sine(full_in_time, *STATES[1], frequency)


def _sine(bench, direct, start, U, frequency):
    # enough of them for all faster transients to die out
    periods = int(max(6, min(200, 4 * frequency)))
    stops = np.arange(1, periods + 1) / frequency
    times = (periods - 1 + np.linspace(0, 1, 401)[:-1]) / frequency
    answer = bench.answer(direct, start, U, times, stops, frequency, 0.0)
    carrier = np.exp(-2j * np.pi * frequency * times)
    # of a sine: the answer's part in phase with it, times i
    found = -2j * np.mean(answer * carrier) * -1
    (Z,) = _impedance(bench.built, *bench.state(direct, start, U), [frequency])
    # during six periods of 10 s the direct current changes the state
    assert -found == pytest.approx(Z, rel=1.5e-3)


@pytest.mark.parametrize(("direct", "start", "U"), STATES[:2])
def test_a_small_step_is_what_the_spectrum_says(particle_in_time, direct, start, U):
    """The answer to a current that is switched on, by the Laplace transform of it."""
    bench = particle_in_time
    times = np.array([1e-3, 1e-2, 0.1, 1.0, 5.0])
    answer = bench.answer(direct, start, U, times, times, 1.0, 1.0)
    state = bench.state(direct, start, U)

    def transform(s):
        return _impedance(bench.built, *state, np.array(s) / (2j * np.pi)) * (
            1 / s - 1 / (s + 1 / RISE)
        )

    expected = [_inverse_laplace(transform, t) for t in times]
    np.testing.assert_allclose(-answer, expected, rtol=1e-3)


def _inverse_laplace(transform, t, M=12):
    """Abate and Whitt, INFORMS J. Comput. 18, 408 (2006): fixed Talbot."""
    k = np.arange(1, M)
    cot = 1 / np.tan(k * np.pi / M)
    delta = np.concatenate([[2 * M / 5], 2 * k * np.pi / 5 * (cot + 1j)])
    factor = 1 + 1j * k * np.pi / M * (1 + cot**2) - 1j * cot
    gamma = np.concatenate([[0.5 * np.exp(delta[0])], factor * np.exp(delta[1:])])
    return 2 / (5 * t) * np.sum((gamma * transform(delta / t)).real)


# ------------------------------------------------------------------------ the verbs
def test_spectra_have_the_columns_of_the_record():
    table = impedance(Cell.load("C"), [0.8, 0.2], frequencies=[1, 10, 100])
    assert list(table["Depth of discharge"]) == [0.2] * 3 + [0.8] * 3
    assert list(table["Frequency [Hz]"]) == [100, 10, 1] * 2
    assert (table["Z_im [Ohm]"] < 0).all()
    assert set(table["Status"]) == {"ok"}
    assert {"Cell", "Direction", "Ambient temperature [degC]"} <= set(table)


@pytest.mark.slow
def test_default_frequencies_and_kramers_kronig():
    table = impedance(Cell.load("E"), 0.5, model="particle")
    f = table["Frequency [Hz]"].to_numpy()
    assert f[0] == pytest.approx(1e6)
    assert f[-1] == pytest.approx(0.025)
    assert len(f) == 77
    Z = (table["Z_re [Ohm]"] + 1j * table["Z_im [Ohm]"]).to_numpy()
    assert np.abs(kramers_kronig(f, Z, per_decade=8)).max() < 1e-6


def test_a_low_current_gives_the_spectrum_at_rest():
    """At 0.1 mV of load the operating point is that of rest, but for the sodium."""
    cell = Cell.load("C").with_values({"Sodium stripping over plating resistance": 1.0})
    resting = impedance(cell, 0.3, rate=0, frequencies=[1e4, 1.0], model="particle")
    slow = impedance(cell, 0.3, rate=1e-3, frequencies=[1e4, 1.0], model="particle")
    for column in ("Z_re [Ohm]", "Z_im [Ohm]"):
        np.testing.assert_allclose(slow[column], resting[column], rtol=0.01)


@pytest.mark.slow
def test_symmetric_cells_by_hand():
    """Direct current through Na | plate | Na, and both ends of the other's spectrum."""
    cell = Cell.load("anode-symmetric")
    d = cell.derived()
    sodium = 8.314462618 * 303.15 / 96485.33212 / d.i0_na
    expected = (27e-4 + 2 * sodium) / d.area + cell["Contact resistance [Ohm]"]
    table = impedance(cell, frequencies=[1e7, 1e-3])
    assert table["Z_re [Ohm]"].iloc[-1] == pytest.approx(expected, rel=1e-4)
    half = impedance(Cell.load("C"), 0.5, rate=0, frequencies=[1.0, 0.1])
    both = impedance(Cell.load("cathode-symmetric"), 0.5, frequencies=[1.0, 0.1])
    anode = impedance(cell, 0.5, frequencies=[1.0, 0.1])
    # both symmetric cells together are two half-cells
    for column in ("Z_re [Ohm]", "Z_im [Ohm]"):
        np.testing.assert_allclose(
            both[column] + anode[column], 2 * half[column], rtol=1e-9
        )


@pytest.mark.slow
def test_a_symmetric_cell_has_no_half_cycle():
    cell = Cell.load("anode-symmetric")
    with pytest.raises(NfpcellError, match="right would be 0, for a spectrum at rest"):
        impedance(cell, rate=0.1)
    assert len(impedance(cell)) == 91
    assert impedance(cell)["C-rate"].iloc[0] == 0


@pytest.mark.parametrize("frequencies", [[1, 3, 2], [1, 1], [0.0, 1.0], [-1.0], []])
def test_frequencies_in_no_order_are_refused(frequencies):
    with pytest.raises(NfpcellError, match="frequenc"):
        impedance(Cell.load("C"), frequencies=frequencies)


@pytest.mark.parametrize("depth", [-0.1, 1.1, float("nan"), "half"])
def test_depths_outside_are_refused(depth):
    with pytest.raises(NfpcellError, match="depth of discharge"):
        impedance(Cell.load("C"), depth)


def test_a_depth_that_is_not_reached_is_a_row_with_its_status():
    """With a low upper cut-off a fast charge ends long before it is full."""
    cell = Cell.load("C").with_values({"Upper voltage cut-off [V]": 3.05})
    how = {"rate": 2, "frequencies": [10, 1], "model": "particle"}
    table = impedance(cell, [0.0, 1.0], "charge", **how)
    assert list(table["Status"]) == [
        "not reached at this rate and temperature",
        "ok",
        "ok",
    ]
    assert list(table["Z_re [Ohm]"].isna()) == [True, False, False]
    cold = impedance(Cell.load("A"), 0.5, rate=20, temperature=-40, model="particle")
    assert list(cold["Status"]) == ["starts below the lower cut-off"]
    assert cold["Z_re [Ohm]"].isna().all()


@pytest.mark.slow
def test_resistances_of_circuit_and_model():
    table = resistance(Cell.load("C"), depths=np.linspace(0.4, 0.6, 5))
    assert set(table["Status"]) == {"ok"}
    parts = table[[f"Model R{k} [Ohm]" for k in range(3)]].sum(axis=1)
    np.testing.assert_allclose(parts, table[LOW_FREQUENCY], rtol=1e-12)
    circuit = table[[f"R{k} [Ohm]" for k in range(3)]].sum(axis=1)
    np.testing.assert_allclose(circuit, table[TOTAL], rtol=1e-12)
    best = lowest_total(table)
    assert best[TOTAL] == table[TOTAL].min()
    assert best[TOTAL] == pytest.approx(best[LOW_FREQUENCY], rel=0.03)
    assert table["Separator resistance [Ohm]"].to_numpy() == pytest.approx(27, rel=1e-3)


@pytest.mark.slow
def test_resistance_gives_the_spectra_it_was_fitted_to():
    table, spectra = resistance(
        Cell.load("C"), depths=[0.4, 0.5], model="particle", spectra=True
    )
    alone = impedance(Cell.load("C"), [0.4, 0.5], model="particle")
    pd.testing.assert_frame_equal(spectra, alone)
    last = spectra[spectra["Depth of discharge"] == 0.4]["Z_re [Ohm]"].iloc[-1]
    assert table[LOW_FREQUENCY].iloc[0] == pytest.approx(last, rel=1e-12)


def test_frequency_range():
    assert frequency_range(1e6, 1.0, 2) == pytest.approx(10 ** np.arange(6, -0.1, -0.5))
    assert list(frequency_range(2.0, 1.0, 1)) == [2.0, 1.0]


@pytest.mark.slow
def test_resistance_over_depth_and_its_minimum():
    table = resistance(
        Cell.load("C"), depths=[0.03, 0.2, 0.4, 0.5, 0.97], model="particle"
    )
    assert list(table["Status"]) == ["ok"] * 5
    R = table["Low-frequency resistance [Ohm]"].to_numpy()
    depth, lowest = minimum(table)
    assert 0.2 < depth < 0.6
    assert lowest <= R.min()
    assert lowest == pytest.approx(R.min(), rel=0.05)


def test_charge_reaches_the_same_depths_from_the_other_end():
    table = resistance(Cell.load("C"), "charge", depths=[0.3, 0.5], model="particle")
    assert list(table["Depth of discharge"]) == [0.3, 0.5]
    assert np.isfinite(table["Low-frequency resistance [Ohm]"]).all()


def test_a_cell_that_cannot_run_is_rows_with_their_status():
    table = resistance(
        Cell.load("A"), rate=20, temperature=-40, depths=[0.5], model="particle"
    )
    assert table["Low-frequency resistance [Ohm]"].isna().all()
    assert table["Status"].iloc[0] == "starts below the lower cut-off"


@pytest.mark.slow
def test_minimum_is_the_vertex_of_a_parabola():
    table = resistance(Cell.load("C"), depths=[0.3, 0.4, 0.5], model="particle")
    table["Low-frequency resistance [Ohm]"] = (
        100 + (table["Depth of discharge"] - 0.42) ** 2
    )
    assert minimum(table) == pytest.approx((0.42, 100.0))


def test_resistances_of_several_cells_at_several_temperatures():
    table = resistance(
        ["B", "C"],
        temperature=[30, 0],
        depths=[0.4],
        model="particle",
        circuits=False,
    )
    conditions = zip(table["Cell"], table["Ambient temperature [degC]"], strict=True)
    assert list(conditions) == [("B", 30), ("B", 0), ("C", 30), ("C", 0)]
    alone = resistance(
        "C", temperature=0, depths=[0.4], model="particle", circuits=False
    )
    name = "Low-frequency resistance [Ohm]"
    assert table[name].iloc[3] == pytest.approx(alone[name].iloc[0], rel=1e-9)
