"""The continued fractions against a factorisation, and what a spectrum must obey."""

import dataclasses

import numpy as np
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.eis import frequency_response
from nfpcell.eis import operating_points as points_module
from nfpcell.eis.impedance import frequency_range, impedance_at
from nfpcell.eis.operating_points import operating_points
from nfpcell.eis.spectrum_analysis import kramers_kronig
from nfpcell.errors import SolveError
from nfpcell.model import cathode
from nfpcell.simulation import equations, shortcuts
from nfpcell.simulation.condition import Condition

FREQUENCIES = frequency_range(1e7, 1e-3, 10)


SPREADS = {
    "Positive particle diffusion length spread": 0.5,
    "Separator grain-boundary time constant spread": 1.0,
}


def _points(
    word="C",
    model="full",
    rate=0.1,
    direction="discharge",
    depths=(0.3, 0.7),
    values=None,
):
    cell = Cell.load(word).with_values(values or {})
    condition = Condition(cell, direction, rate, 30)
    return operating_points(condition, depths, model)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["full", "particle"])
@pytest.mark.parametrize("rate", [0, 0.1])
@pytest.mark.parametrize("values", [{}, SPREADS], ids=["one size", "classes"])
def test_the_continued_fraction_gives_what_a_factorisation_gives(
    model, rate, values, monkeypatch
):
    points = _points(model=model, rate=rate, values=values)
    linear = points.engine.linearise(points.times, points.states, points.inputs)
    assert frequency_response.coupling(linear, points.engine.layout) is not None
    found = frequency_response.responses(linear, points.engine.layout, FREQUENCIES)
    monkeypatch.setattr(shortcuts, "CONTINUED_FRACTION", False)
    exact = frequency_response.responses(linear, points.engine.layout, FREQUENCIES)
    np.testing.assert_allclose(found, exact, rtol=1e-7, atol=1e-9)


def test_points_are_the_same_in_batches_of_one(monkeypatch):
    points = _points(model="particle")
    linear = points.engine.linearise(points.times, points.states, points.inputs)
    together = frequency_response.responses(linear, points.engine.layout, [1.0, 0.1])
    monkeypatch.setattr(frequency_response, "MOST_AT_ONCE", 1)
    alone = frequency_response.responses(linear, points.engine.layout, [1.0, 0.1])
    np.testing.assert_array_equal(together, alone)


def test_a_law_that_couples_more_is_factorised():
    cell = Cell.load("C").with_diffusion("thermodynamic")
    points = operating_points(Condition(cell, "discharge", 0.1, 30), [0.3], "particle")
    linear = points.engine.linearise(points.times, points.states, points.inputs)
    assert frequency_response.coupling(linear, points.engine.layout) is None
    Z = impedance_at(points, [1e6, 0.025]).sum(axis=-1)
    assert 50 < Z[0, 0].real < 70
    assert 200 < Z[0, 1].real < 400


def test_what_couples_past_the_chain_is_noticed():
    points = _points(model="particle")
    linear = points.engine.linearise(points.times, points.states, points.inputs)
    shells = points.engine.layout[cathode.STOICHIOMETRY]
    spoilt = dataclasses.replace(
        linear,
        rows=np.append(linear.rows, shells[0]),
        columns=np.append(linear.columns, shells[5]),
        J=np.hstack([linear.J, np.ones((len(linear.J), 1))]),
    )
    assert frequency_response.coupling(spoilt, points.engine.layout) is None


def test_tridiagonal_systems():
    rng = np.random.default_rng(1)
    size = 7
    diagonal = 4 + rng.random((3, size)) + 1j
    below, above = rng.random((3, size - 1)), rng.random((3, size - 1))
    b = rng.random((3, size))
    x = frequency_response._tridiagonal(below, diagonal, above, b)
    for k in range(3):
        matrix = np.diag(diagonal[k]) + np.diag(below[k], -1) + np.diag(above[k], 1)
        np.testing.assert_allclose(matrix @ x[k], b[k], rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "rate", "direction"),
    [("A", 0, "discharge"), ("B", 0.1, "charge"), ("C", 1, "discharge")],
)
def test_a_computed_spectrum_obeys_kramers_and_kronig(word, rate, direction):
    points = _points(word, "full", rate, direction, (0.05, 0.5))
    parts = impedance_at(points, FREQUENCIES)
    for Z in parts.sum(axis=-1):
        residuals = kramers_kronig(FREQUENCIES, Z, per_decade=8)
        assert np.abs(residuals).max() < 1e-6


@pytest.mark.parametrize("model", ["full", "particle"])
def test_the_parts_add_up_to_the_answer_of_the_voltage(model):
    """By a difference of the model's own voltage, everything else frozen but what has
    no state: at infinite frequency."""
    points = _points(model=model, depths=(0.4,))
    built, case, y = points.engine, points.inputs, points.states[:, 0]
    (Z,) = impedance_at(points, [1e15]).sum(axis=-1)
    step = 1e-6
    moved = {**case, equations.APPLIED_CURRENT: case[equations.APPLIED_CURRENT] + step}
    z = slice(built.model.len_rhs, None)
    after = y.copy()
    after[z] = built.consistent(0.0, y, moved)[z]
    difference = (
        built.voltages([0.0], after[:, None], moved)
        - built.voltages([0.0], y[:, None], case)
    ) / step
    assert Z[0].real == pytest.approx(-difference[0], rel=1e-6)


@pytest.mark.slow
def test_spectra_of_a_poor_conductor_get_more_depths():
    """Electrons meet 500 Ohm.cm2 through the layer, in C nearly none."""
    poor = {"Compacted carbon conductivity [S.m-1]": 0.02}
    assert len(_points("C").engine.layout[cathode.POTENTIAL_DIFFERENCE]) == 16
    assert len(_points(values=poor).engine.layout[cathode.POTENTIAL_DIFFERENCE]) == 80


@pytest.mark.slow
@pytest.mark.parametrize(("word", "most"), [("C", 6e-3), ("B", 3e-2)])
def test_mesh_of_a_spectrum(word, most):
    """Against four times the shells and depths; the highest frequency is worst."""
    frequencies = [1e6, 1e3, 1.0, 0.025]
    Z = []
    depths = 16 if word == "C" else 80
    for points in ((), (("r_p", 192), ("x_p", 4 * depths))):
        numerics = {"points": points} if points else {}
        at_rest = Condition(Cell.load(word), "discharge", 0, 30)
        states = operating_points(at_rest, [0.3, 0.95], "full", **numerics)
        Z.append(impedance_at(states, frequencies).sum(axis=-1))
    errors = np.abs(Z[0] / Z[1] - 1).max(axis=0)
    assert errors[0] < most
    assert (errors[1:] < 3e-3).all()


def test_states_between_the_steps_are_consistent():
    """The potential of the surface solves its own equation, far below what an
    interpolation leaves."""
    points = _points(depths=(0.21, 0.63, 0.9))
    built, case = points.engine, points.inputs

    n = built.model.len_rhs
    for t, y in zip(points.times, points.states.T, strict=True):
        moved = y.copy()
        moved[n:] += 1e-5
        again = built.consistent(t, moved, case)
        np.testing.assert_allclose(again[n:], y[n:], atol=1e-9)


@pytest.mark.parametrize("rate", [0, 0.1])
def test_a_failed_slow_half_cycle_leaves_no_operating_point(monkeypatch, rate):
    def fails(*_, **__):
        raise SolveError("the slow half-cycle failed")

    monkeypatch.setattr(points_module, "starting_voltage", fails)
    points = _points(model="particle", rate=rate)
    assert not points.reached.any()
    assert points.reason == "the slow half-cycle failed"
