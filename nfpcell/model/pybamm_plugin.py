"""What PyBaMM finds by entry points: one parameter set for each built-in cell.

``pybamm.ParameterValues("Yamauchi2020_cell_c")`` calls ``Yamauchi2020_cell_c`` of this
module, which exists for every file in parameter_sets/ that is a cell.
"""

from collections.abc import Callable
from typing import Any

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.model.parameter_values import pybamm_values


def set_name(stem: str) -> str:
    """
    Name of a parameter set to PyBaMM.

    Examples
    --------
    >>> set_name("yamauchi2020_cell_c")
    'Yamauchi2020_cell_c'
    """
    return stem[0].upper() + stem[1:]


def half_cells() -> list[str]:
    """Stems of the cells that a PyBaMM model can run; symmetric ones only have spectra.

    Examples
    --------
    >>> "yamauchi2020_anode_symmetric" in half_cells()
    False
    """
    return [s for s in catalogue.cell_stems() if Cell.load(s).layout == "half-cell"]


def __getattr__(name: str) -> Callable[[], dict[str, Any]]:
    stems = {set_name(stem): stem for stem in catalogue.cell_stems()}
    if name not in stems:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    stem = stems[name]
    if Cell.load(stem).layout != "half-cell":
        raise AttributeError(f"{name} is a symmetric cell; PyBaMM has no model of it")

    def parameter_set() -> dict[str, Any]:
        return pybamm_values(Cell.load(stem))

    cell = Cell.load(stem)
    references = dict.fromkeys(q.reference for q in cell.quantities.values())
    parameter_set.__name__ = parameter_set.__qualname__ = name
    parameter_set.__doc__ = "\n".join(
        [
            f"{cell.title}.",
            "",
            "Every quantity with its kind of source: ``nfpcell show "
            f"{cell.name}``. For the models NFPHalfCell and NFPSingleParticle.",
            "",
            "References",
            "----------",
            *(f"* {reference}" for reference in references),
        ]
    )
    return parameter_set


def __dir__() -> list[str]:
    return [*globals(), *(set_name(stem) for stem in half_cells())]
