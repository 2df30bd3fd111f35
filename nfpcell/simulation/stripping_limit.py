"""The limit of the stripping current, as a remark on a result past it."""

import math

from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES

STACK_PRESSURE = NAMES["stack_pressure"]
MPA = 1e6  # Pa


def stripping_remark(cell: Cell, current: float, kelvin: float) -> str:
    """
    The remark on a run that strips sodium faster than the stack pressure allows.

    Empty for a charge, which plates sodium, and for a smaller current. The pressure of
    a cell file may be assumed; then the remark says so.

    Parameters
    ----------
    current : largest of the run, positive on discharge [A]
    kelvin : lowest temperature of the run [K]
    """
    d = cell.derived(kelvin)
    density = float(current / d.area / d.contacted / d.roughness_anode)
    limit = float(d.i_strip)
    if density <= limit:
        return ""
    stack = cell.quantities[STACK_PRESSURE]
    # the limit is proportional to the pressure; near 0 K it is 0
    needed = stack.value * density / limit if limit else math.inf
    known = f"{stack.value / MPA:.2g} MPa"
    if stack.kind == "assumed":
        known = f"not known, {known} is assumed"
    computed = "computed"
    if cell.sodium_contact == "unlimited":
        computed = "not computed"
    return (
        f"a stripping current of {density / 10:.2g} mA/cm² needs about "
        f"{needed / MPA:.2g} MPa of stack pressure to keep contact (Spencer Jolly "
        f"2020); the pressure of this cell is {known}, and the loss of contact is "
        f"{computed}"
    )
