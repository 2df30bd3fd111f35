"""Heat of every loss, and the energies counted along a run."""

import pybamm

from nfpcell import columns
from nfpcell.cell.derived import Derived
from nfpcell.cell.parameters import Parameters
from nfpcell.model import ocp_inverse
from nfpcell.model.cathode import Cathode
from nfpcell.physics import heat, open_circuit
from nfpcell.physics.value import Value

REVERSIBLE = "Reversible heating [W]"
HYSTERESIS = "Hysteresis overpotential [V]"
# heat of each loss, of sodium that is uneven within the particles, and of the entropy
HEATINGS = (
    *(
        loss.replace("overpotential [V]", "heating [W]")
        for loss in (*columns.MODEL_OVERPOTENTIALS, HYSTERESIS)
    ),
    "Uneven sodium heating [W]",
    REVERSIBLE,
)
# share of the potential in the mean sodium fraction, so that it can be inverted
REGULARISATION = 4e-8
TOTAL_HEATING = "Total heating [W]"
# the same as heat, counted along a run, and the rest of the balance of energy
HEATS = tuple(name.replace("heating [W]", "heat [J]") for name in HEATINGS)
DELIVERED, TO_SURROUNDINGS = "Energy delivered [J]", "Heat to surroundings [J]"


def potential_of_even_sodium(cathode: Cathode, p: Parameters, d: Derived) -> Value:
    """Open circuit of the mean sodium fraction at the temperature of the cell [V]."""
    even = ocp_inverse.potential(cathode.stoichiometry, REGULARISATION, p, d)
    return even + open_circuit.entropic_shift(p.T, p.T_ref, p.dUdT)


def heat_sources(
    current: Value,
    losses: dict[str, Value],
    cathode: Cathode,
    p: Parameters,
    d: Derived,
) -> dict[str, Value]:
    """
    Heat of every loss, of uneven sodium and of the entropy.

    The current that charges the double layers on the particles gives off no heat there.

    Parameters
    ----------
    current : of the cell [A]
    losses : each of ``columns.MODEL_OVERPOTENTIALS``, then that of the hysteresis [V]

    Returns
    -------
    by the names of HEATINGS [W]
    """
    inserted = cathode.insertion_current_density * d.area
    uneven = potential_of_even_sodium(cathode, p, d) - cathode.surface_potential
    sources = [
        heat.dissipation(inserted if name == columns.REACTION else current, loss)
        for name, loss in losses.items()
    ]
    sources.append(heat.dissipation(inserted, uneven))
    sources.append(heat.reversible_heating(inserted, p.T, p.dUdT))
    return dict(zip(HEATINGS, sources, strict=True))


def count_energies(model: pybamm.BaseModel, powers: dict[str, Value]) -> None:
    """Add a state for each energy, 0 at the start, by its name and power [W]."""
    for name, power in powers.items():
        energy = pybamm.Variable(name)
        model.rhs[energy] = power
        model.initial_conditions[energy] = pybamm.Scalar(0)
        model.variables[name] = energy
