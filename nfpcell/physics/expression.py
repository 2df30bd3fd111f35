"""What the arithmetic of the laws takes and gives."""

from typing import Any, TypeAlias

# A float, a NumPy array, a PyBaMM symbol or a CasADi expression. A law uses arithmetic
# and NumPy's functions only, which all four support. PyBaMM and CasADi have no types,
# so the type checker can say no more than Any.
Expression: TypeAlias = Any
