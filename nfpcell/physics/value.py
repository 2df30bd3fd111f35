"""Types of the arguments and results of the laws."""

from collections.abc import Sequence
from typing import Any, TypeAlias

# A float, a NumPy array, a PyBaMM symbol or a CasADi expression. The laws use only
# arithmetic and NumPy's functions, which all four support. PyBaMM and CasADi have no
# types, so to the type checker a value is Any.
Value: TypeAlias = Any
Values: TypeAlias = Sequence[Value]  # a value for each gallery, layer or solid
