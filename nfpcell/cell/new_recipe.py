"""Recipes nobody made yet: a cell that differs from another by how it is made."""

import warnings
from dataclasses import replace

from nfpcell.cell import parameters, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.naming import with_value
from nfpcell.cell.quantity import unknown_name
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import NfpcellError, UnknownNameError
from nfpcell.physics import composition

# what is done to a cell: its size and its making
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
# the cells that the shared constants were calibrated on, and the file of those
CALIBRATED = ("A", "B", "C", "D", "E", "pouch")
SHARED = "yamauchi2020"
# the share of carbon at which the paper's cathode did not sinter any more
UNSINTERED = 0.05
# 27 m2/g and 0.2 um are one powder, to so much
ROUNDING = 1e-3
_ANY = parameters.Range()
_POSITIVE = parameters.Range(low=0, low_open=True)


class RecipeWarning(UserWarning):
    """A recipe leaves the range on which the constants were calibrated."""


def new_cell(
    based_on,
    *,
    carbon=None,
    electrolyte=None,
    powder_surface=None,
    powder_d50=None,
    firing_temperature=None,
    firing_time=None,
    roughness=None,
    plate_thickness=None,
    values=None,
    name=None,
    title=None,
):
    """
    A cell of a recipe nobody made yet, all else as in another cell.

    Warns with a RecipeWarning for each quantity that is set outside what cells A to E
    and the pouch have.

    Parameters
    ----------
    based_on : Cell, word or path
    carbon : mass fraction of carbon in the cathode; NFP and electrolyte keep their
        ratio unless ``electrolyte`` is said
    electrolyte : mass fraction of beta''-alumina in the cathode
    powder_surface : specific surface of the NFP powder (BET) [m2.g-1]
    powder_d50 : instead, its median diameter [um]
    firing_temperature, firing_time : of the cathode [degC], [min]
    roughness : volume share of the pore former in the layers that roughen the plate,
        (cathode side, anode side); 0 is smooth
    plate_thickness : [mm]
    values : mapping of full name to number, for any other quantity
    name, title : of the new cell

    Returns
    -------
    Cell, of which every number of the recipe is "assumed"

    Examples
    --------
    >>> cell = new_cell("C", carbon=0.04, name="leaner")
    >>> cell["Positive electrode carbon mass fraction"]
    0.04
    >>> cell.quantities["Cathode firing time [s]"].note
    'as in C'
    """
    base = Cell.load(based_on)
    values = {n: _number(value, f'"{n}"') for n, value in (values or {}).items()}
    sides = (None, None) if roughness is None else roughness
    said = {
        "w_carbon": _number(carbon, "carbon"),
        "w_electrolyte": _number(electrolyte, "electrolyte"),
        "nfp_surface": _number(powder_surface, "surface of the powder", 1000),
        "firing_temperature": _number(firing_temperature, "firing", 1, ZERO_CELSIUS),
        "firing_time": _number(firing_time, "firing time", 60),
        "separator_thickness": _number(plate_thickness, "thickness of the plate", 1e-3),
        "pore_fraction_cathode": _number(sides[0], "roughness"),
        "pore_fraction_anode": _number(sides[1], "roughness"),
    }
    if powder_d50 is not None:
        if powder_surface is not None:
            raise NfpcellError(
                "the powder has both a surface and a diameter; right would be one, "
                "from which the other follows"
            )
        validation.number(powder_d50, "diameter of the powder", _POSITIVE)
        density, ratio = (
            values.get(parameters.NAMES[key], base[parameters.NAMES[key]])
            for key in ("nfp_density", "coarsening")
        )
        surface = composition.surface_from_diameter(powder_d50 / 1e6, density, ratio)
        said["nfp_surface"] = _number(surface, "surface of the powder")
    given = {
        parameters.NAMES[key]: value for key, value in said.items() if value is not None
    }
    for full_name, value in values.items():
        if full_name not in base.quantities:
            raise UnknownNameError(unknown_name(full_name))
        if full_name in given:
            raise NfpcellError(f'"{full_name}" is set twice; right would be once')
        given[full_name] = value
    cell = _as_recipe(base, given, name or f"based_on_{base.name}", title)
    for sentence in beyond(cell, given):
        warnings.warn(sentence, RecipeWarning, stacklevel=2)
    return cell


def beyond(cell, names):
    """
    Which of some quantities of a cell lie outside the range of the calibrated cells.

    Parameters
    ----------
    cell : Cell
    names : full names

    Returns
    -------
    list of one sentence each
    """
    known = [Cell.load(word) for word in CALIBRATED]
    sentences = []
    for name in names:
        value, there = cell[name], [other[name] for other in known]
        low, high = min(there), max(there)
        if low * (1 - ROUNDING) <= value <= high * (1 + ROUNDING):
            continue
        span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        sentences.append(
            f'"{name}" = {value:g} leaves what the constants were calibrated on, '
            f"{span} in cells A to E and the pouch{_consequence(cell, name)}"
        )
    return sentences


def _consequence(cell, name):
    """What is known of a recipe out there."""
    if name != parameters.NAMES["w_carbon"]:
        return ""
    if cell[name] >= UNSINTERED:
        return (
            f": with {100 * UNSINTERED:g} % of carbon the cathode of Yamauchi et al. "
            "(2020) did not sinter"
        )
    d, threshold = cell.derived(), cell[parameters.NAMES["phi_c"]]
    if d.phi_carbon <= threshold:
        return (
            f": {d.phi_carbon:.4f} of the volume of the solids is below the "
            f"percolation threshold of {threshold:.4f}, and the cathode conducts no "
            "electrons"
        )
    return ""


def _as_recipe(base, given, name, title):
    """The base with the given values, every number of the recipe marked as assumed."""
    carbon, electrolyte = (parameters.NAMES[k] for k in ("w_carbon", "w_electrolyte"))
    notes = {full_name: f"{base[full_name]:g} in {base.name}" for full_name in given}
    values = {parameters.NAMES[key]: base[parameters.NAMES[key]] for key in RECIPE}
    if carbon in given and electrolyte not in given:
        share = base[electrolyte] / (1 - base[carbon])
        values[electrolyte] = float(f"{share * (1 - given[carbon]):.9g}")
        notes[electrolyte] = f"NFP to electrolyte as in {base.name}"
    values |= given
    told = [with_value(full_name, f"{value:g}") for full_name, value in given.items()]
    title = title or ", ".join([f"Recipe not made, as {base.name}", *told])
    reference = f"Recipe not made (nfpcell new-cell), all else as in {base.name}"
    cell = base.with_values(values, reference=reference, name=name, title=title)
    noted = (
        replace(cell.quantities[n], note=notes.get(n, f"as in {base.name}"))
        for n in values
    )
    return cell.with_quantities(noted)


def _number(value, what, factor=1, offset=0):
    """A number in other units, without the rounding of the change; None stays None."""
    if value is None:
        return None
    return float(f"{validation.number(value, what, _ANY) * factor + offset:.12g}")
