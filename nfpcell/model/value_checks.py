"""Values of a plain PyBaMM run that these models cannot take are refused.

PyBaMM ignores a value that no equation reads, and its own names are well known: an own
``Positive electrode OCP [V]`` or another electrode thickness would change nothing, in
silence. PyBaMM hands its values to a model in one place, whichever way they were set
(``values[...] = ...``, ``update``, a dictionary, a copy, a file): ``process_model``
sets ``model.symbol_processor.parameter_values``. ``CheckedValues`` stands there. It
needs no class of values of its own, which PyBaMM would not keep when it copies them,
and it goes with the model through copies, pickling and JSON.
"""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from numbers import Real
from typing import Any, Self

import pybamm
from pybamm.expression_tree.operations.serialise import (
    ExpressionFunctionParameter,
    convert_function_to_symbolic_expression,
)

from nfpcell import columns
from nfpcell.cell.derived import CHARGED_POTENTIAL
from nfpcell.cell.parameters import ALLOWED, CONDITIONS, NAMES, Range
from nfpcell.cell.quantity import check_together, unknown_name
from nfpcell.constants import SODIUM_MELTS, ZERO_CELSIUS
from nfpcell.errors import DataFileError, refusal
from nfpcell.model import cathode, mesh
from nfpcell.model.classes import prefixes
from nfpcell.model.parameter_values import (
    C_INIT,
    HYSTERESIS_GAP,
    NOMINAL_CAPACITY,
    T_INIT,
    U_INIT,
    derive_symbols,
    follows,
    initial_state_values,
    potential_of_concentration,
    start_given_twice,
)

RANGES = {NAMES[key]: allowed for key, allowed in ALLOWED.items()}
KELVIN = Range(150, ZERO_CELSIUS + SODIUM_MELTS)
TEMPERATURES = dict.fromkeys((CONDITIONS["T"], T_INIT), KELVIN)
# names of a set; "citations" is PyBaMM's
KNOWN = {
    *NAMES.values(),
    *CONDITIONS.values(),
    *initial_state_values(CHARGED_POTENTIAL),
    "Current function [A]",
    NOMINAL_CAPACITY,
    "citations",
}
# attribute of the spread of a distribution -> a variable of the models that have its
# classes, and how to choose such a model
SPREADS = {
    "length_spread": (
        prefixes(2)[0] + cathode.STOICHIOMETRY,
        'the option {"particle size": "distribution"}',
    ),
    "gb_spread": (
        prefixes(2)[0] + columns.GRAIN_BOUNDARIES,
        f"grain_boundary_classes={mesh.GRAIN_BOUNDARY_CLASSES}, with double layers",
    ),
}
# what PyBaMM's own names may be set for, and what to change here instead
OF_GALLERIES = (
    '"Positive electrode gallery 1 potential [V]" to "Positive electrode gallery 4 '
    'width", and the shares of the galleries'
)
INSTEAD = {
    "Positive electrode OCP [V]": OF_GALLERIES,
    "Positive electrode lithiation OCP [V]": f'"{HYSTERESIS_GAP}"',
    "Positive electrode delithiation OCP [V]": f'"{HYSTERESIS_GAP}"',
    "Maximum concentration in positive electrode [mol.m-3]": (
        '"Positive electrode active fraction of theoretical capacity"'
    ),
    "Positive electrode active material volume fraction": (
        '"Positive electrode void fraction" or the mass fractions'
    ),
    "Positive electrode thickness [m]": '"Positive electrode areal capacity [A.h.m-2]"',
    "Number of electrodes connected in parallel to make a cell": (
        "1, and a larger " + '"Electrode width [m]"'
    ),
    "Number of cells connected in series to make a battery": (
        "1, or the command nfpcell stack"
    ),
}


class CheckedValues(pybamm.SymbolProcessor):
    """PyBaMM's symbol processor of a model; it refuses values on their arrival."""

    def __init__(self, model: pybamm.BaseModel) -> None:
        super().__init__()
        self.model = model

    def copy_for(self, model: pybamm.BaseModel) -> Self:
        """The same for a copy of the model."""
        copy = type(self)(model)
        copy.__dict__ |= {**super().copy().__dict__, "model": model}
        return copy

    @property
    def parameter_values(self) -> pybamm.ParameterValues | None:
        """What the model was given."""
        return self._parameter_values

    @parameter_values.setter
    def parameter_values(self, values: pybamm.ParameterValues) -> None:
        check(self.model, values)
        pybamm.SymbolProcessor.parameter_values.fset(self, values)


def check(model: pybamm.BaseModel, values: pybamm.ParameterValues) -> None:
    """
    Refuse values that the model does not read, or that cannot be.

    Parameters
    ----------
    model : after its parameters were replaced by the values
    """
    _check_follows(values)
    check_ranges(values, RANGES | TEMPERATURES)
    numbers = {name: values.get(name) for name in NAMES.values()}
    if all(isinstance(value, Real) for value in numbers.values()):
        check_together(numbers, "values")
    _warn_of_two_capacities(values)
    _check_start(values)
    gap = values.get(HYSTERESIS_GAP)
    if isinstance(gap, Real) and gap and "Hysteresis state" not in model.variables:
        raise refusal(
            f'"{HYSTERESIS_GAP}"',
            f"{gap:g} has no effect in a model without hysteresis",
            '0, or the option {"open-circuit potential": "one-state hysteresis"}',
        )
    for key, (state, right) in SPREADS.items():
        spread = values.get(NAMES[key])
        if isinstance(spread, Real) and spread and state not in model.variables:
            what = f"{spread:g} has no effect in a model without classes"
            raise refusal(f'"{NAMES[key]}"', what, f"0, or {right}")
    unknown = [name for name in values if name not in KNOWN]
    if unknown:
        read = set(_names_read(model, values))
        for name in unknown:
            if name not in read:
                raise unread(name)


def unread(name: str) -> DataFileError:
    """The error for a name that the model does not read; of what follows, from what."""
    symbol = derive_symbols().values().get(name)
    if name in INSTEAD:
        right = INSTEAD[name]
    elif symbol is None:
        return DataFileError(unknown_name(name))
    else:
        parameters = (n for n in symbol.pre_order() if isinstance(n, pybamm.Parameter))
        right = ", ".join(dict.fromkeys(f'"{node.name}"' for node in parameters))
    why = "is always 1" if follows().get(name) == 1 else "follows from other quantities"
    return refusal(f'"{name}"', f"it {why} and cannot be set", right)


def _check_follows(values: pybamm.ParameterValues) -> None:
    """What only PyBaMM's own tools read is as the set has it."""
    for name, shipped in follows().items():
        if name not in values or _same(values[name], shipped, name):
            continue
        raise unread(name)


def _same(given: Any, shipped: Any, name: str) -> bool:
    if given is shipped:
        return True
    if isinstance(given, ExpressionFunctionParameter) and callable(shipped):  # JSON
        shipped = convert_function_to_symbolic_expression(shipped, name)
    return not callable(given) and bool(given == shipped)


def check_ranges(values: Mapping[str, Any], ranges: Mapping[str, Range]) -> None:
    """Refuse a function of a quantity of the cell, and a number outside its range."""
    for name, allowed in ranges.items():
        value = values.get(name)
        from_json = isinstance(value, ExpressionFunctionParameter)
        if name in RANGES and (callable(value) or from_json):
            raise refusal(f'"{name}"', "a function is refused", "a number")
        if callable(value) and not from_json:
            value = _at_start(value)
        if isinstance(value, pybamm.Scalar):
            value = value.value
        if not isinstance(value, Real) or float(value) in allowed:
            continue
        right = str(allowed)
        if allowed is KELVIN and float(value) > KELVIN.high:
            right += ", where sodium melts"
        if name.endswith("[K]") and float(value) + ZERO_CELSIUS in allowed:
            right = f"{float(value) + ZERO_CELSIUS:g} if degrees Celsius were meant"
        elif name.endswith("[K]") and float(value) - ZERO_CELSIUS in allowed:
            right = f"{float(value) - ZERO_CELSIUS:g} if kelvin was meant"
        raise refusal(f'"{name}"', f"{value:g} is refused", right)


def _at_start(temperature: Callable[..., Any]) -> Any:
    """A function of place and time, at place and time 0; None if unknown."""
    try:
        value = temperature(*map(pybamm.Scalar, (0.0, 0.0, 0.0)))
        return float(value.evaluate() if isinstance(value, pybamm.Symbol) else value)
    except Exception:  # a function of the user, also of inputs
        return None


def _check_start(values: pybamm.ParameterValues) -> None:
    """The start is given once: as a voltage, or by initial_soc or a concentration."""
    set_by_number = isinstance(values.get(C_INIT), Real | pybamm.InputParameter)
    if set_by_number and values.get(U_INIT) != potential_of_concentration():
        raise start_given_twice()


def _warn_of_two_capacities(values: pybamm.ParameterValues) -> None:
    """1C of PyBaMM's steps is a number, which does not follow from the cell."""
    nominal = values.get(NOMINAL_CAPACITY)
    if not isinstance(nominal, Real):
        return
    try:
        derived = float(values.evaluate(derive_symbols().nominal_capacity))
    except (KeyError, ValueError, TypeError):  # inputs, or an incomplete set
        return
    if not math.isclose(nominal, derived, rel_tol=1e-6):
        warnings.warn(
            f'1C of PyBaMM is {nominal:.6g} A by "{NOMINAL_CAPACITY}", but '
            f"{derived:.6g} A by active mass and nominal specific current",
            stacklevel=6,
        )


def _names_read(
    model: pybamm.BaseModel, values: pybamm.ParameterValues
) -> Iterator[str]:
    """Names in the model, in what its equations read, and in other values."""
    kinds = pybamm.Parameter, pybamm.FunctionParameter
    given = [value for value in values.values() if isinstance(value, pybamm.Symbol)]
    for symbol in (*model.variables.values(), *given):
        yield from (node.name for node in symbol.pre_order() if isinstance(node, kinds))
    # everything that was replaced by a value, also in functions of the user
    for symbol in values._processor.cache:
        if isinstance(symbol, kinds):
            yield symbol.name
