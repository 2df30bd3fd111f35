"""What PyBaMM's ``initial_soc=`` asks of a set of values.

PyBaMM finds the state of charge of a half-cell from ``Positive electrode OCP [V]`` over
a coordinate that runs from 0 to 1, and leaves its answer as an initial concentration.
Here that coordinate is the sodium fraction with a little of the potential mixed in, so
that it can be inverted far outside the plateaus too, and a margin at both ends. 1 is
charged to the upper cut-off and 0 discharged to the lower one, both at open circuit.

Everything is an expression of the cell's own quantities, so each of them can still be
an input, the galleries too. A user who sets ``Initial voltage in positive electrode
[V]`` to a number or to an input has overruled all this.
"""

from typing import Any

import pybamm

from nfpcell.cell.derived import Derived, derive
from nfpcell.cell.parameters import CONDITIONS, Parameters
from nfpcell.model import ocp_inverse
from nfpcell.physics.open_circuit import regularised_occupancy
from nfpcell.physics.value import Value

U_INIT = CONDITIONS["U_init"]
C_INIT = "Initial concentration in positive electrode [mol.m-3]"

# 2e-4 a volt, so that the coordinate of 2 and 4.5 V can be inverted
_REGULARISATION = 8e-4
_MARGIN = 2.5e-3  # at both ends of the coordinate, where PyBaMM adds a barrier


def coordinate(U: Value, p: Parameters, d: Derived) -> Value:
    """The coordinate of a potential, as an expression."""
    x = regularised_occupancy(U, p.T_ref, *d.galleries, _REGULARISATION)
    return _MARGIN + (1 - 2 * _MARGIN) * x


def potential(coordinate: Value, p: Parameters, d: Derived) -> Value:
    """The potential of a coordinate, as an expression."""
    x = (coordinate - _MARGIN) / (1 - 2 * _MARGIN)
    return ocp_inverse.potential(x, _REGULARISATION, p, d)


def _symbols() -> tuple[Parameters, Derived]:
    p = Parameters.of(pybamm.Parameter)
    return p, derive(p)


def open_circuit_potential(sto: Value) -> Value:
    """``Positive electrode OCP [V]`` over the coordinate."""
    return potential(sto, *_symbols())


def initial_state_values(values: dict[str, Any]) -> dict[str, Any]:
    """
    Entries that make ``initial_soc`` work, beside those of a cell.

    Parameters
    ----------
    values : PyBaMM names and values of a cell; the number under ``Initial voltage in
        positive electrode [V]`` is where a run without ``initial_soc`` starts

    Returns
    -------
    dict of further and replaced entries, to be laid over ``values``
    """
    p, d = _symbols()
    start = coordinate(pybamm.Scalar(values[U_INIT]), p, d) * d.c_max
    return {
        C_INIT: start,
        U_INIT: potential(pybamm.Parameter(C_INIT) / d.c_max, p, d),
        "Positive electrode OCP [V]": open_circuit_potential,
        "Maximum concentration in positive electrode [mol.m-3]": d.c_max,
        "Positive electrode active material volume fraction": d.eps_nfp,
        "Positive electrode thickness [m]": d.thickness,
        "Open-circuit voltage at 0% SOC [V]": p.voltage_min,
        "Open-circuit voltage at 100% SOC [V]": p.voltage_max,
        "Initial temperature [K]": p.T,
        "Number of electrodes connected in parallel to make a cell": 1,
        "Number of cells connected in series to make a battery": 1,
    }
