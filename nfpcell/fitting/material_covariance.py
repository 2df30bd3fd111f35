"""The covariance of the constants that a cell takes from its material file."""

import numpy as np

from nfpcell.cell import catalogue, parameters, toml_files
from nfpcell.cell.covariance import Covariance
from nfpcell.cell.definition import Cell
from nfpcell.cell.schema import Scale
from nfpcell.studies import draws

# bounds of a constant, in standard deviations from its value
REACH = 6.0


def of_material(cell: Cell) -> Covariance | None:
    """
    The covariance of the fitted constants, from the file beside the material file.

    None if the cell has no such file, or no file of its own.
    """
    content = {} if cell.path is None else toml_files.read(cell.path)
    stem = content.get("based_on")
    if cell.path is None or stem is None:
        return None
    path = draws.covariance_path(catalogue.find_base(stem, cell.path))
    if not path.exists():
        return None
    joint = draws.Covariance.read(path)
    own = content.get("quantities", {})
    places = [
        place
        for place, name in enumerate(joint.names)
        if cell.quantities[name].kind == "fitted" and name not in own
    ]
    deviations = joint.deviations[places]
    matrix = joint.correlations[np.ix_(places, places)]
    matrix = matrix * np.outer(deviations, deviations)
    names = [joint.names[place] for place in places]
    scales: list[Scale] = [
        "log" if joint.scales[place] == "log" else "linear" for place in places
    ]
    reached = zip(names, scales, deviations, strict=True)
    bounds = [bounds_about(cell, n, scale, REACH * float(s)) for n, scale, s in reached]
    rows = tuple(map(tuple, matrix.tolist()))
    return (
        Covariance(tuple(names), tuple(scales), tuple(bounds), rows) if names else None
    )


def bounds_about(
    cell: Cell, name: str, scale: Scale, distance: float
) -> tuple[float, float]:
    """Bounds at a distance from the value of a cell, within what a cell may have.

    The distance is one of the value, on a logarithmic scale of its logarithm. A bound
    that is not allowed is halfway to the limit instead.
    """
    value = cell[name]
    if scale == "log":
        bounds = value * np.exp(-distance), value * np.exp(distance)
    else:
        bounds = value - distance, value + distance
    allowed = parameters.ALLOWED[parameters.ATTRIBUTES[name]]
    low, high = (
        bound if bound in allowed else (value + limit) / 2
        for bound, limit in zip(bounds, (allowed.low, allowed.high), strict=True)
    )
    return float(low), float(high)
