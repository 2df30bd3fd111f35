"""A CasADi function at many points at once, its numbers handed over as memory.

Called with an array of NumPy, CasADi copies element by element through Python objects:
for the states of a whole run that takes ten times as long as the function itself.
"""

import functools

import numpy as np

# points of a block
AT_ONCE = 64


def evaluate(function, varying, fixed=()):
    """
    A function of columns, one column a point.

    Parameters
    ----------
    function : casadi.Function with one dense output
    varying : its first arguments, each of shape (entries, points)
    fixed : the rest, each of shape (entries,), the same at all points

    Returns
    -------
    array of shape (outputs, points)

    Examples
    --------
    >>> import casadi
    >>> x, p = casadi.MX.sym("x", 2), casadi.MX.sym("p")
    >>> total = casadi.Function("total", [x, p], [p * (x[0] + x[1])])
    >>> evaluate(total, [[[1.0, 2.0], [3.0, 4.0]]], [[10.0]])
    array([[40., 60.]])
    """
    points = np.shape(varying[0])[1]
    mapped = _mapped(function, len(varying))
    buffer, run = mapped.buffer()
    # CasADi reads column by column; what it reads has to outlive the run
    blocks = -(-points // AT_ONCE)
    columns = [_columns(one, points, blocks * AT_ONCE) for one in varying]
    for place, one in enumerate(fixed, start=len(columns)):
        own = np.asarray(one, dtype=float).ravel()
        _check(own.size, mapped.numel_in(place), place)
        columns.append(own)
        buffer.set_arg(place, memoryview(own))
    each = [mapped.numel_in(place) for place in range(len(varying))]
    for place, size in enumerate(each):
        _check(columns[place].size, blocks * size, place)
    size = mapped.numel_out(0)
    found = np.empty(blocks * size)
    for k in range(blocks):
        for place, own in enumerate(each):
            part = columns[place][k * own : (k + 1) * own]
            buffer.set_arg(place, memoryview(part))
        buffer.set_res(0, memoryview(found[k * size : (k + 1) * size]))
        run()
    return found.reshape(-1, blocks * AT_ONCE, order="F")[:, :points]


def _columns(values, points, padded):
    """One column after the other, the last one repeated until the block is full."""
    values = np.asarray(values, dtype=float)
    filled = np.empty((len(values), padded), order="F")
    filled[:, :points] = values
    filled[:, points:] = values[:, -1:]
    return filled.ravel(order="K")


def _check(size, right, place):
    # CasADi would read past the end
    if size != right:
        raise ValueError(f"argument {place} has {size} numbers; right would be {right}")


@functools.lru_cache(maxsize=32)
def _mapped(function, varying):
    fixed = list(range(varying, function.n_in()))
    return function.map("at_points", "serial", AT_ONCE, fixed, [])
