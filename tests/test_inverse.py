"""The potential of a sodium fraction as an expression."""

from types import SimpleNamespace

import casadi
import numpy as np
import pybamm
import pytest

from nfpcell.inverse import potential
from nfpcell.physics.open_circuit import leaky_occupancy, occupancy_slope

T, LEAK = 303.15, 2.5e-7
GALLERIES = ((0.4, 0.2, 0.2, 0.2), (2.52, 2.99, 3.08, 3.24), (1.2, 0.5, 0.5, 0.5))
P = SimpleNamespace(T_ref=pybamm.Scalar(T))
D = SimpleNamespace(
    fractions=tuple(map(pybamm.Scalar, GALLERIES[0])),
    potentials=(pybamm.InputParameter("U_1"), *map(pybamm.Scalar, GALLERIES[1][1:])),
    widths=tuple(map(pybamm.Scalar, GALLERIES[2])),
)
EXPRESSION = potential(pybamm.InputParameter("x"), LEAK, P, D)


@pytest.fixture(scope="module")
def program():
    inputs = {name: casadi.MX.sym(name) for name in ("x", "U_1")}
    symbol = EXPRESSION.to_casadi(inputs=inputs)
    gradient = casadi.gradient(symbol, casadi.vertcat(*inputs.values()))
    return casadi.Function("U", list(inputs.values()), [symbol, gradient])


@pytest.mark.parametrize("U", [1.0, 2.0, 2.5, 2.75, 3.05, 3.4, 4.5, 20.0])
def test_expression_and_numbers_give_the_inverse(program, U):
    x = leaky_occupancy(U, LEAK, T, *GALLERIES)
    assert float(program(x, 2.52)[0]) == pytest.approx(U, abs=1e-7)
    numbers = EXPRESSION.evaluate(inputs={"x": x, "U_1": 2.52})
    assert numbers == pytest.approx(float(program(x, 2.52)[0]), abs=1e-9)


@pytest.mark.parametrize("U", [2.4, 2.75, 3.05, 3.9])
def test_derivatives_are_those_of_the_inverse(program, U):
    x = leaky_occupancy(U, LEAK, T, *GALLERIES)
    slope = (1 - LEAK) * occupancy_slope(U, T, *GALLERIES) + LEAK / 25
    first = tuple(part[:1] for part in GALLERIES)
    by_x, by_U_1 = np.ravel(program(x, 2.52)[1])
    assert by_x == pytest.approx(-1 / slope, rel=1e-6)
    share = (1 - LEAK) * occupancy_slope(U, T, *first) / slope
    assert by_U_1 == pytest.approx(share, rel=1e-6)


def test_a_model_holds_it_as_one_program(program):
    inputs = {name: casadi.MX.sym(name) for name in ("x", "U_1")}
    symbol = EXPRESSION.to_casadi(inputs=inputs)
    alone = casadi.Function("U", list(inputs.values()), [symbol])
    assert alone.n_instructions() < 30
