"""What PyBaMM finds by entry points: one parameter set for each built-in cell.

``pybamm.ParameterValues("Yamauchi2020_cell_c")`` calls ``Yamauchi2020_cell_c`` of this
module, which exists for every file in parameter_sets/ that is a cell.
"""

from nfpcell import files
from nfpcell.cell import Cell, pybamm_values


def set_name(stem):
    """
    Name of a parameter set to PyBaMM.

    Examples
    --------
    >>> set_name("yamauchi2020_cell_c")
    'Yamauchi2020_cell_c'
    """
    return stem[0].upper() + stem[1:]


def __getattr__(name):
    stems = {set_name(stem): stem for stem in files.cell_stems()}
    if name not in stems:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    stem = stems[name]

    def parameter_set():
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


def __dir__():
    return [*globals(), *(set_name(stem) for stem in files.cell_stems())]
