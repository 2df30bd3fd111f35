"""The potential of a sodium fraction as an expression."""

from types import SimpleNamespace

import casadi
import numpy as np
import pybamm
import pytest

from nfpcell.model import ocp_inverse
from nfpcell.model.ocp_inverse import potential
from nfpcell.physics.open_circuit import (
    occupancy_slope,
    regularised_occupancy,
    regularised_slope,
)

T, REGULARISATION = 303.15, 4e-8
GALLERIES = ((0.4, 0.2, 0.2, 0.2), (2.52, 2.99, 3.08, 3.24), (1.2, 0.5, 0.5, 0.5))
P = SimpleNamespace(T_ref=pybamm.Scalar(T))
D = SimpleNamespace(
    fractions=tuple(map(pybamm.Scalar, GALLERIES[0])),
    potentials=(pybamm.InputParameter("U_1"), *map(pybamm.Scalar, GALLERIES[1][1:])),
    widths=tuple(map(pybamm.Scalar, GALLERIES[2])),
)
EXPRESSION = potential(pybamm.InputParameter("x"), REGULARISATION, P, D)


@pytest.fixture(scope="module")
def program():
    inputs = {name: casadi.MX.sym(name) for name in ("x", "U_1")}
    symbol = EXPRESSION.to_casadi(inputs=inputs)
    gradient = casadi.gradient(symbol, casadi.vertcat(*inputs.values()))
    return casadi.Function("U", list(inputs.values()), [symbol, gradient])


@pytest.mark.parametrize("U", [1.0, 2.0, 2.5, 2.75, 3.05, 3.4, 4.5, 20.0])
def test_expression_and_numbers_give_the_inverse(program, U):
    x = regularised_occupancy(U, REGULARISATION, T, *GALLERIES)
    assert float(program(x, 2.52)[0]) == pytest.approx(U, abs=1e-7)
    numbers = EXPRESSION.evaluate(inputs={"x": x, "U_1": 2.52})
    assert numbers == pytest.approx(float(program(x, 2.52)[0]), abs=1e-9)


@pytest.mark.parametrize("U", [2.4, 2.75, 3.05, 3.9])
def test_derivatives_are_those_of_the_inverse(program, U):
    x = regularised_occupancy(U, REGULARISATION, T, *GALLERIES)
    slope = (1 - REGULARISATION) * occupancy_slope(
        U, T, *GALLERIES
    ) + REGULARISATION / 4
    first = tuple(part[:1] for part in GALLERIES)
    by_x, by_U_1 = np.ravel(program(x, 2.52)[1])
    assert by_x == pytest.approx(-1 / slope, rel=1e-6)
    share = (1 - REGULARISATION) * occupancy_slope(U, T, *first) / slope
    assert by_U_1 == pytest.approx(share, rel=1e-6)


def test_a_model_holds_it_as_one_program(program):
    inputs = {name: casadi.MX.sym(name) for name in ("x", "U_1")}
    symbol = EXPRESSION.to_casadi(inputs=inputs)
    alone = casadi.Function("U", list(inputs.values()), [symbol])
    assert alone.n_instructions() < 30


@pytest.fixture(scope="module")
def looked_up():
    """The potential and its derivative by the levels of the cell."""
    x, levels = casadi.MX.sym("x", 2), casadi.MX.sym("levels", ocp_inverse.SIZE)
    symbol = potential(
        pybamm.InputParameter("x", expected_size=2),
        REGULARISATION,
        P,
        D,
        pybamm.InputParameter("levels", expected_size=ocp_inverse.SIZE),
    )
    U = symbol.to_casadi(inputs={"x": x, "levels": levels, "U_1": casadi.MX.sym("U_1")})
    return casadi.Function("U", [x, levels], [U, casadi.jacobian(U, x)]), U


LEVELS = ocp_inverse.levels(REGULARISATION, T, *sum(GALLERIES, ()))


@pytest.mark.parametrize("U", [-1.0, 0.7, 1.5, 2.2, 2.75, 3.05, 3.4, 4.5, 8.0])
def test_levels_give_the_inverse(looked_up, U):
    program, _ = looked_up
    ends = np.array([U, 2.9])
    x = regularised_occupancy(ends, REGULARISATION, T, *GALLERIES)
    found, slopes = program(x, LEVELS)
    assert np.ravel(found) == pytest.approx(ends, abs=2e-5)
    assert slopes.nnz() == 2
    expected = -1 / regularised_slope(ends, REGULARISATION, T, *GALLERIES)
    assert np.diag(slopes) == pytest.approx(expected, rel=5e-3)


def test_levels_rise_and_hold_the_galleries():
    x, U, slope = np.split(LEVELS, 3)
    assert np.all(np.diff(x) > 0)
    assert np.all(np.diff(U) < 0)
    assert np.all(slope < 0)
    assert (U[0], U[-1]) == pytest.approx((3.24 + 1.254, 2.52 - 1.254), abs=1e-3)
    assert np.abs(np.diff(U)[(U[1:] > 2) & (U[1:] < 3.5)]).max() < 0.02


def test_what_is_looked_up_is_found_in_an_expression(looked_up):
    _, U = looked_up
    (found,) = ocp_inverse.looked_up(2 * U + 1)
    assert found.shape == (2, 6)
    assert ocp_inverse.looked_up(casadi.MX.sym("x")) == []


def test_levels_reach_galleries_anywhere():
    far = ((0.5, 0.5), (0.5, 9.5), (0.5, 1.5))
    x, U, slope = np.split(ocp_inverse.levels(REGULARISATION, T, *sum(far, ())), 3)
    assert np.all(np.diff(x) > 0)
    for potential_ in (0.5, 9.5):
        near = np.argmin(np.abs(U - potential_))
        assert U[near] == pytest.approx(potential_, abs=0.03)
        assert slope[near] == pytest.approx(
            -1 / regularised_slope(U[near], REGULARISATION, T, *far), rel=1e-9
        )


def test_many_points_at_once():
    """Each column is what the program gives for that point alone."""
    x, shift = casadi.MX.sym("x", 2), casadi.MX.sym("shift")
    levels = casadi.MX.sym("levels", ocp_inverse.SIZE)
    alone = casadi.vertcat(ocp_inverse._by_levels(x, levels) + shift, shift * x[0])
    together = ocp_inverse.over_points("U", [x, shift, levels], alone, 5)
    one = casadi.Function("one", [x, shift, levels], [alone])
    points = np.array([[0.1, 0.3, 0.5, 0.7, 0.95], [0.9, 0.2, 0.4, 0.05, 0.6]])
    shifts = np.array([[0.0, 1.0, 2.0, 3.0, 4.0]])
    found = together(points, shifts, LEVELS).full()
    each = [one(points[:, k], shifts[0, k], LEVELS).full().ravel() for k in range(5)]
    assert found == pytest.approx(np.array(each).T, abs=1e-12)
    assert np.ptp(found) > 1
