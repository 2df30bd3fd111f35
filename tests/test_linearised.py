"""The linearised cell against time stepping and against limits by hand."""

import numpy as np
import pybamm
import pytest

from nfpcell import engine
from nfpcell.cell import Cell
from nfpcell.cycling import KELVIN
from nfpcell.linearised import impedance_at, minimum, resistance

CURRENT = engine.CURRENT


def _state(fidelity, cell, current, time, points=()):
    built = engine.built(fidelity, "falling", points=points, double_layers=True)
    case = built.inputs(cell, current, 30 + KELVIN, 3.34)
    (run,) = built.solve([case], [0, time])
    return built, case, run.solution.t[-1], np.asarray(run.solution.y)[:, -1]


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
    (Z,) = impedance_at(built, t, y, case, [1e12])
    assert Z.real == pytest.approx(expected, rel=1e-6)
    assert abs(Z.imag) < 1e-6 * expected


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
        (Z,) = impedance_at(built, t, y, case, [1e12])
        errors.append(Z.real - expected)
    assert abs(errors[0]) < 0.01 * expected
    assert errors[1] == pytest.approx(errors[0] / 4, rel=0.01)


@pytest.mark.parametrize("frequency", [0.025, 0.5])
def test_impedance_under_load_against_a_sine_in_time(frequency):
    """Two runs that differ by a small sine; its answer over one period is Z."""
    cell = Cell.load("C")
    built = engine.built("particle", double_layers=True, rtol=1e-9, atol=1e-10)
    current, start = 3.4e-5, 10_000.0
    small = 1e-3 * current
    period = 1 / frequency
    periods = 12
    case = built.inputs(cell, current, 30 + KELVIN, 3.34)
    (run,) = built.solve([case], np.array([0, start, start + periods * period]))
    k = int(np.argmin(np.abs(run.solution.t - start)))
    y = np.asarray(run.solution.y)[:, k]

    values = cell.parameter_values()
    values["Initial voltage in positive electrode [V]"] = 3.34

    def wave(t):
        on = t > start
        return current + small * on * pybamm.sin(2 * np.pi * frequency * (t - start))

    values["Current function [A]"] = wave
    simulation = pybamm.Simulation(
        engine.FIDELITIES["particle"](),
        parameter_values=values,
        solver=pybamm.IDAKLUSolver(rtol=1e-9, atol=1e-10),
    )
    t = start + np.linspace((periods - 1) * period, periods * period, 401)[:-1]
    times = np.concatenate([[0, start], start + np.arange(1, periods + 1) * period])
    waved = simulation.solve(times)["Voltage [V]"](t=t)
    steady = run.solution["Voltage [V]"](t=t)
    carrier = np.exp(-2j * np.pi * frequency * (t - start))
    answer = 2 * np.mean((waved - steady) * carrier) / (small * -1j)
    (Z,) = impedance_at(built, start, y, case, [frequency])
    assert -answer == pytest.approx(Z, rel=5e-3)


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


def test_minimum_is_the_vertex_of_a_parabola():
    table = resistance(Cell.load("C"), depths=[0.3, 0.4, 0.5], model="particle")
    table["Low-frequency resistance [Ohm]"] = (
        100 + (table["Depth of discharge"] - 0.42) ** 2
    )
    assert minimum(table) == pytest.approx((0.42, 100.0))
