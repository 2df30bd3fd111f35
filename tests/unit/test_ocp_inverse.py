"""The potential of a sodium fraction as an expression."""

import casadi
import numpy as np
import pybamm
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import Derived, derive
from nfpcell.cell.parameters import NAMES, Parameters
from nfpcell.model.ocp_inverse import potential
from nfpcell.physics.open_circuit import occupancy_slope, regularised_occupancy

REGULARISATION = 4e-8
U_1 = NAMES["U_1"]
CELL = Cell.load("C")
T_REF = CELL["Reference temperature [K]"]
GALLERIES = CELL.derived().galleries


def quantities() -> tuple[Parameters, Derived]:
    """Of Cell C, the potential of its first gallery as an input."""
    conditions = {"Ambient temperature [K]": 303.15}

    def value_of(name: str) -> pybamm.Symbol:
        if name == U_1:
            return pybamm.InputParameter(U_1)
        return pybamm.Scalar(CELL.values.get(name, conditions.get(name, 0.0)))

    p = Parameters.of(value_of)
    return p, derive(p)


EXPRESSION = potential(pybamm.InputParameter("x"), REGULARISATION, *quantities())


@pytest.fixture(scope="module")
def program():
    inputs = {name: casadi.MX.sym(name) for name in ("x", U_1)}
    symbol = EXPRESSION.to_casadi(inputs=inputs)
    gradient = casadi.gradient(symbol, casadi.vertcat(*inputs.values()))
    return casadi.Function("U", list(inputs.values()), [symbol, gradient])


@pytest.mark.parametrize("U", [1.0, 2.0, 2.5, 2.75, 3.05, 3.4, 4.5, 14.0])
def test_expression_and_numbers_give_the_inverse(program, U):
    x = regularised_occupancy(U, T_REF, *GALLERIES, REGULARISATION)
    from_program = float(program(x, CELL[U_1])[0])
    assert from_program == pytest.approx(U, abs=1e-7)
    numbers = EXPRESSION.evaluate(inputs={"x": x, U_1: CELL[U_1]})
    assert numbers == pytest.approx(from_program, abs=1e-9)


@pytest.mark.parametrize("U", [2.4, 2.75, 3.05, 3.9])
def test_derivatives_are_those_of_the_inverse(program, U):
    x = regularised_occupancy(U, T_REF, *GALLERIES, REGULARISATION)
    kept = 1 - REGULARISATION
    slope = kept * occupancy_slope(U, T_REF, *GALLERIES) + REGULARISATION / 4
    first = tuple(part[:1] for part in GALLERIES)
    by_x, by_U_1 = np.ravel(program(x, CELL[U_1])[1])
    assert by_x == pytest.approx(-1 / slope, rel=1e-6)
    share = kept * occupancy_slope(U, T_REF, *first) / slope
    assert by_U_1 == pytest.approx(share, rel=1e-6)


def test_a_model_holds_it_as_one_program(program):
    inputs = {name: casadi.MX.sym(name) for name in ("x", U_1)}
    symbol = EXPRESSION.to_casadi(inputs=inputs)
    alone = casadi.Function("U", list(inputs.values()), [symbol])
    assert alone.n_instructions() < 30
