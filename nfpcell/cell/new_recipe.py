"""New recipes: a cell that differs from another by how it is made."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import with_value
from nfpcell.cell.parameters import NAMES, POSITIVE, Range
from nfpcell.cell.quantity import unknown_name
from nfpcell.cell.validation import number
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import NfpcellError, UnknownNameError
from nfpcell.physics import composition

# the size of a cell and how it is made
RECIPE = (
    "height",
    "width",
    "firing_temperature",
    "firing_time",
    "w_carbon",
    "w_electrolyte",
    "nfp_surface",
    "separator_thickness",
    "pore_fraction_cathode",
    "pore_fraction_anode",
)
# the cells that the shared constants were calibrated on, and the constants' file
CALIBRATED = ("A", "B", "C", "D", "E", "pouch")
SHARED = "yamauchi2020"
# the mass fraction of carbon with which the paper's cathode did not sinter
UNSINTERED = 0.05
# relative; 27 m2/g and 0.2 um, rounded in the paper, are one powder
ROUNDING = 1e-3


class RecipeWarning(UserWarning):
    """A recipe is outside the range on which the constants were calibrated."""


def new_cell(
    based_on: Cell | str,
    *,
    carbon: float | None = None,
    electrolyte: float | None = None,
    powder_surface: float | None = None,
    powder_d50: float | None = None,
    firing_temperature: float | None = None,
    firing_time: float | None = None,
    roughness: tuple[float | None, float | None] | None = None,
    plate_thickness: float | None = None,
    values: Mapping[str, float] | None = None,
    name: str | None = None,
    title: str | None = None,
) -> Cell:
    """
    A cell of a new recipe; all that is not given is as in another cell.

    Warns with a RecipeWarning for each given quantity outside the range of cells A to E
    and the pouch. Every number of the recipe is marked as "assumed".

    Parameters
    ----------
    based_on : Cell, word or path
    carbon : mass fraction of carbon in the cathode; NFP and electrolyte keep their
        ratio unless ``electrolyte`` is given
    electrolyte : mass fraction of beta''-alumina in the cathode
    powder_surface : specific surface of the NFP powder (BET) [m2.g-1]
    powder_d50 : instead, its median diameter [um]
    firing_temperature, firing_time : of the cathode [degC], [min]
    roughness : volume fraction of the pore former in the layers that roughen the
        separator, (cathode side, anode side); 0 is smooth
    plate_thickness : thickness of the separator [mm]
    values : any other quantity, by full name
    name, title : of the new cell

    Examples
    --------
    >>> cell = new_cell("C", carbon=0.04, name="leaner")
    >>> cell["Positive electrode carbon mass fraction"]
    0.04
    >>> cell.quantities["Cathode firing time [s]"].note
    'as in C'
    """
    base = Cell.load(based_on)
    others = {n: _converted(value, f'"{n}"') for n, value in (values or {}).items()}
    if powder_d50 is not None:
        if powder_surface is not None:
            raise NfpcellError(
                "the powder has both a surface and a diameter; right would be one, "
                "from which the other follows"
            )
        powder_surface = _surface(powder_d50, {**base.values, **others})
    cathode_side, anode_side = roughness or (None, None)
    recipe = {
        "w_carbon": (carbon, "carbon", 1, 0),
        "w_electrolyte": (electrolyte, "electrolyte", 1, 0),
        "nfp_surface": (powder_surface, "surface of the powder", 1000, 0),
        "firing_temperature": (firing_temperature, "firing", 1, ZERO_CELSIUS),
        "firing_time": (firing_time, "firing time", 60, 0),
        "separator_thickness": (plate_thickness, "thickness of the separator", 1e-3, 0),
        "pore_fraction_cathode": (cathode_side, "roughness", 1, 0),
        "pore_fraction_anode": (anode_side, "roughness", 1, 0),
    }
    given = {
        NAMES[key]: _converted(value, what, factor, offset)
        for key, (value, what, factor, offset) in recipe.items()
        if value is not None
    }
    for full_name, other in others.items():
        if full_name not in base.quantities:
            raise UnknownNameError(unknown_name(full_name))
        if full_name in given:
            raise NfpcellError(f'"{full_name}" is set twice; right would be once')
        given[full_name] = other
    cell = _as_recipe(base, given, name or f"based_on_{base.name}", title)
    for sentence in outside_calibration(cell, given):
        warnings.warn(sentence, RecipeWarning, stacklevel=2)
    return cell


def _converted(value: object, what: str, factor: float = 1, offset: float = 0) -> float:
    """A number in SI units, without the rounding error of the conversion."""
    return float(f"{number(value, what, Range()) * factor + offset:.12g}")


def _surface(d50: object, values: Mapping[str, float]) -> float:
    """Specific surface [m2.g-1] of a powder of this median diameter [um]."""
    diameter = number(d50, "diameter of the powder", POSITIVE) / 1e6
    density, ratio = values[NAMES["nfp_density"]], values[NAMES["coarsening"]]
    return float(composition.surface_from_diameter(diameter, density, ratio)) / 1000


def outside_calibration(cell: Cell, names: Iterable[str]) -> list[str]:
    """A sentence for each named quantity outside the range of the calibrated cells."""
    calibrated = [Cell.load(word) for word in CALIBRATED]
    sentences = []
    for name in names:
        value, known = cell[name], [other[name] for other in calibrated]
        low, high = min(known), max(known)
        if low * (1 - ROUNDING) <= value <= high * (1 + ROUNDING):
            continue
        span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        sentences.append(
            f'"{name}" = {value:g} is outside the range the constants were calibrated '
            f"on, {span} in cells A to E and the pouch{_consequence(cell, name)}"
        )
    return sentences


def _consequence(cell: Cell, name: str) -> str:
    """What is known of such a recipe, as the end of a sentence."""
    if name != NAMES["w_carbon"]:
        return ""
    if cell[name] >= UNSINTERED:
        return (
            f": with {100 * UNSINTERED:g} % of carbon the cathode of Yamauchi et al. "
            "(2020) did not sinter"
        )
    phi_carbon, threshold = cell.derived().phi_carbon, cell[NAMES["phi_c"]]
    if phi_carbon > threshold:
        return ""
    return (
        f": carbon is {phi_carbon:.4f} of the volume of the solids, below the "
        f"percolation threshold of {threshold:.4f}; the cathode conducts no electrons"
    )


def _as_recipe(
    base: Cell, given: Mapping[str, float], name: str, title: str | None
) -> Cell:
    """The base with the given values, every number of the recipe marked as assumed."""
    carbon, electrolyte = NAMES["w_carbon"], NAMES["w_electrolyte"]
    values = {NAMES[key]: base[NAMES[key]] for key in RECIPE}
    values.update(given)
    changed = set(given)
    if carbon in given and electrolyte not in given:
        fraction = base[electrolyte] / (1 - base[carbon]) * (1 - given[carbon])
        values[electrolyte] = float(f"{fraction:.9g}")
        changed.add(electrolyte)
    changes = [with_value(key, f"{value:g}") for key, value in given.items()]
    title = title or ", ".join([f"New recipe based on {base.name}", *changes])
    reference = f"New recipe (nfpcell new-cell); all else as in {base.name}"
    cell = base.with_values(values, reference=reference, name=name, title=title)

    def note(full_name: str) -> str:
        before = f"{base[full_name]:g}" if full_name in changed else "as"
        return f"{before} in {base.name}"

    noted = (replace(cell.quantities[key], note=note(key)) for key in values)
    return cell.with_quantities(noted)
