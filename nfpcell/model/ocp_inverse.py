"""The potential of a sodium fraction as an expression of the quantities of a cell."""

import functools
from collections.abc import Sequence
from typing import Any, Self

import casadi
import pybamm

from nfpcell.cell.derived import Derived
from nfpcell.cell.parameters import Parameters
from nfpcell.physics.open_circuit import equilibrium_potential
from nfpcell.physics.value import Value


class EquilibriumPotential(pybamm.Function):
    """
    ``open_circuit.equilibrium_potential`` as a node of PyBaMM's expressions.

    A class of its own, because PyBaMM writes a function to JSON by its class.

    Parameters
    ----------
    children : sodium fraction, regularisation, reference temperature [K]; fractions,
        potentials [V] and widths of the galleries
    """

    def __init__(self, *children: Value) -> None:
        super().__init__(_inverse, *children)

    def create_copy(
        self,
        new_children: Sequence[Value] | None = None,
        perform_simplifications: bool = True,
    ) -> Value:
        """The same function of other children."""
        copy = type(self)(*self._children_for_copying(new_children))
        return pybamm.simplify_if_constant(copy) if perform_simplifications else copy

    def to_json(self) -> dict[str, Any]:
        """Nothing besides the children, which PyBaMM adds."""
        return {"name": self.name}

    @classmethod
    def _from_json(cls, snippet: dict[str, Any]) -> Self:
        return cls(*snippet["children"])


def potential(x: Value, regularisation: float, p: Parameters, d: Derived) -> Value:
    """
    Potential at which ``open_circuit.regularised_occupancy`` is x.

    Parameters
    ----------
    x : expression, of a domain or of none
    regularisation : share of the potential in x
    """
    constants = *d.fractions, *d.potentials, *d.widths
    return EquilibriumPotential(x, regularisation, p.T_ref, *constants)


def _inverse(x: Value, *constants: Value) -> Value:
    """For CasADi's symbols one scalar program, in a tenth of the time of single nodes;
    for numbers the law itself.
    """
    if not any(isinstance(argument, casadi.MX) for argument in (x, *constants)):
        return _law(x, *constants)
    column = casadi.vertcat(*constants)
    return _program(casadi.MX(x).size1(), column.size1())(x, column)


@functools.cache
def _program(points: int, count: int) -> Any:
    x, constants = casadi.SX.sym("x", points), casadi.SX.sym("constants", count)
    inverse = casadi.cse(_law(x, *casadi.vertsplit(constants)))
    return casadi.Function("potential", [x, constants], [inverse])


def _law(x: Value, regularisation: Value, T_ref: Value, *galleries: Value) -> Value:
    n = len(galleries) // 3
    sites = galleries[:n], galleries[n : 2 * n], galleries[2 * n :]
    return equilibrium_potential(x, T_ref, *sites, regularisation)
