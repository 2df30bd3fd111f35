"""New recipes: cells that are made in another way than the built-in ones."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nfpcell.cell import units
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES, POSITIVE, Range
from nfpcell.cell.quantity import unknown_name
from nfpcell.cell.validation import number
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.errors import NfpcellError, UnknownNameError
from nfpcell.physics import composition

# size and preparation of a cell
_POWDERS = ("w_carbon", "w_electrolyte", "nfp_surface")
_SEPARATOR = ("separator_thickness", "pore_fraction_cathode", "pore_fraction_anode")
_FIRING = ("firing_temperature", "firing_time")
RECIPE = ("height", "width", *_FIRING, *_POWDERS, *_SEPARATOR)
# cells to which the shared constants were calibrated, and the file of the constants
CALIBRATED = ("A", "B", "C", "D", "E", "pouch")
SHARED = "yamauchi2020"
# mass fraction of carbon at which the cathode of the paper did not sinter
UNSINTERED = 0.05
# relative tolerance: the paper rounds 27 m2/g and 0.2 um of the same powder
ROUNDING = 1e-3


class RecipeWarning(UserWarning):
    """A recipe is outside the range of the cells used for calibration."""


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
    Return a cell of a new recipe; a quantity that is not given is that of ``based_on``.

    A RecipeWarning is issued for each given quantity outside the range of cells A to E
    and the pouch. Every number of the recipe is marked as "assumed".

    Parameters
    ----------
    based_on : Cell, name or path
    carbon : mass fraction of carbon in the cathode; NFP and electrolyte keep their
        ratio unless ``electrolyte`` is given
    electrolyte : mass fraction of beta''-alumina in the cathode
    powder_surface : specific surface of the NFP powder (BET) [m2.g-1]
    powder_d50 : median diameter of the powder, instead of its surface [um]
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
    by_name = {n: _converted(value, f'"{n}"') for n, value in (values or {}).items()}
    if powder_d50 is not None:
        if powder_surface is not None:
            raise NfpcellError(
                "the powder has both a surface and a diameter; right would be only "
                "one of them"
            )
        powder_surface = _surface(powder_d50, {**base.values, **by_name})
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
    changed = {
        NAMES[key]: _converted(value, what, factor, offset)
        for key, (value, what, factor, offset) in recipe.items()
        if value is not None
    }
    for full_name in by_name:
        if full_name not in base.quantities:
            raise UnknownNameError(unknown_name(full_name))
        if full_name in changed:
            raise NfpcellError(f'"{full_name}" is set twice; right would be once')
    changed |= by_name
    cell = _as_recipe(base, changed, name or f"based_on_{base.name}", title)
    for sentence in outside_calibration(cell, changed):
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
    calibrated = list(map(Cell.load, CALIBRATED))
    sentences = []
    for name in names:
        value, values = cell[name], [reference[name] for reference in calibrated]
        low, high = min(values), max(values)
        if low * (1 - ROUNDING) <= value <= high * (1 + ROUNDING):
            continue
        shown = units.shown(name, value)
        lowest, highest, mine = (
            f"{shown.value(number):.6g}" for number in (low, high, value)
        )
        same = lowest == highest
        theirs = f"all have {lowest}" if same else f"have {lowest} to {highest}"
        sentences.append(
            f"{_named(shown, mine)} is outside the calibrated range: Cells A to E and "
            f"the pouch {theirs}{_consequence(cell, name)}"
        )
    return sentences


def _named(shown: units.Shown, value: str) -> str:
    """A quantity with its value and its unit."""
    return f"{shown.base} {value} {shown.printed}".rstrip()


def _consequence(cell: Cell, name: str) -> str:
    """The end of the warning: the consequence of the carbon fraction, if any."""
    if name != NAMES["w_carbon"]:
        return ""
    if cell[name] >= UNSINTERED:
        return (
            f": with {100 * UNSINTERED:g} % of carbon the cathode of Yamauchi et al. "
            "(2020) did not sinter"
        )
    d = cell.derived()
    return (
        f": carbon covers {100 * float(d.coverage):.2g} % of the surface of the active "
        f"material, and supplies {100 * float(d.wired):.2g} % of it with electrons"
    )


def _as_recipe(
    base: Cell, changed: Mapping[str, float], name: str, title: str | None
) -> Cell:
    """The base with the changed values; every number of the recipe is "assumed"."""
    changes = []
    for key, value in changed.items():
        shown = units.shown(key, value)
        changes.append(_named(shown, f"{shown.value(value):.6g}"))
    title = title or ", ".join([f"New recipe based on {base.name}", *changes])
    carbon, electrolyte = NAMES["w_carbon"], NAMES["w_electrolyte"]
    if carbon in changed and electrolyte not in changed:
        fraction = base[electrolyte] / (1 - base[carbon]) * (1 - changed[carbon])
        changed = {**changed, electrolyte: float(f"{fraction:.9g}")}
    values = {NAMES[key]: base[NAMES[key]] for key in RECIPE} | dict(changed)
    reference = f"New recipe (nfpcell new-cell); all else as in {base.name}"
    cell = base.with_values(values, reference=reference, name=name, title=title)

    def note(full_name: str) -> str:
        before = f"{base[full_name]:g}" if full_name in changed else "as"
        return f"{before} in {base.name}"

    noted = (replace(cell.quantities[key], note=note(key)) for key in values)
    return cell.with_quantities(noted)
