"""Mesh and tolerances of a run."""

from typing import Any

from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES
from nfpcell.constants import SECONDS_PER_HOUR, ZERO_CELSIUS
from nfpcell.model import mesh
from nfpcell.model.cathode import EXPLICIT_LAWS
from nfpcell.model.mesh import (
    n_r_with_double_layers,
    n_x,
    n_x_of_spectra,
    resolution,
    uniform_reaction,
)
from nfpcell.physics.distributions import log_normal_ratio
from nfpcell.simulation.engine import Engine, built

LENGTH_SPREAD, BOUNDARY_SPREAD = NAMES["length_spread"], NAMES["gb_spread"]
# tolerances of the second attempt, if a run does not pass its checks
STRICT = {"rtol": 3e-7, "atol": 1e-7}

# arguments of ``engine.built`` by name
Numerics = dict[str, Any]


def classes_of(cell: Cell) -> Numerics:
    """Numbers of classes of the model of a cell, 1 for what has no distribution."""
    return {
        "size_classes": mesh.SIZE_CLASSES if cell[LENGTH_SPREAD] else 1,
        "grain_boundary_classes": (
            mesh.GRAIN_BOUNDARY_CLASSES if cell[BOUNDARY_SPREAD] else 1
        ),
    }


def engine_for(
    cell: Cell,
    direction: str,
    rate: float,
    temperature: float,
    model: str = "full",
    **numerics: Any,
) -> Engine:
    """The engine for half-cycles of a cell; arguments as of ``numerics_for``."""
    chosen = numerics_for(cell, direction, rate, temperature, model, **numerics)
    return built(model, cell.diffusion, **chosen)


def numerics_for(
    cell: Cell,
    direction: str,
    rate: float,
    temperature: float,
    model: str = "full",
    **numerics: Any,
) -> Numerics:
    """
    Mesh, tolerances and laws of a half-cycle, as arguments of ``engine.built``.

    Parameters
    ----------
    direction : "discharge", "charge", or "either" for an engine that runs both
    rate : C-rate
    temperature : [degC]
    model : "full" or "particle"
    numerics : arguments of ``engine.built`` that are not changed; if they have
        ``points``, no mesh is chosen
    """
    if cell.sodium_contact != "unlimited":
        numerics = {"sodium_contact": cell.sodium_contact} | numerics
    numerics = {**classes_of(cell), **numerics}
    d = cell.derived(temperature + ZERO_CELSIUS)
    i = rate * d.nominal_capacity / d.area
    # ohmic drops if ions, or electrons, carried the current through the cathode [V]
    drops = i * d.thickness / d.kappa_eff, i * d.thickness / d.sigma_eff
    double_layers = numerics.get("double_layers")
    kirchhoff = cell.diffusion in EXPLICIT_LAWS and not double_layers
    nonuniform = model == "full" and kirchhoff and not uniform_reaction(*drops)
    if nonuniform:
        # the particles differ, so the potential of each surface is an unknown
        numerics = {"explicit_surface": False} | numerics
    if "points" in numerics:
        return numerics
    # of particles one standard deviation above the median
    larger = log_normal_ratio(cell[LENGTH_SPREAD], 1.0)
    diffusion_number = d.inverse_time / larger**2 * SECONDS_PER_HOUR / rate
    if kirchhoff:
        chosen = resolution(diffusion_number, direction, nonuniform)._asdict()
        points = {"r_p": chosen.pop("n_r")}
        numerics = chosen | numerics
    else:
        points = {"r_p": n_r_with_double_layers(diffusion_number)}
    if model == "full":
        points["x_p"] = n_x(*drops, direction)
        if double_layers:
            least = n_x_of_spectra(d.thickness / d.sigma_eff)
            points["x_p"] = max(points["x_p"], least)
    return {**numerics, "points": tuple(points.items())}
