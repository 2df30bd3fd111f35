"""Every quantity the model reads: its attribute, its name in files, its allowed range.

``Parameters`` is the one table of them. ``NAMES`` maps an attribute to the PyBaMM name
used in files, and a name in a cell file is checked against it.
"""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from nfpcell.physics.expression import Expression


class Range(NamedTuple):
    """Where a quantity may lie; an open end is not itself allowed."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value):
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self):
        words = []
        if self.low > -math.inf:
            words.append(f"{'above' if self.low_open else 'at least'} {self.low:g}")
        if self.high < math.inf:
            words.append(f"{'below' if self.high_open else 'at most'} {self.high:g}")
        return " and ".join(words) or "any finite number"


POSITIVE = Range(low=0, low_open=True)
NOT_NEGATIVE = Range(low=0)
FRACTION = Range(0, 1)
INSIDE = Range(0, 1, low_open=True, high_open=True)
BELOW_ONE = Range(0, 1, high_open=True)
LENGTH = Range(0, 100, low_open=True)
THIN = Range(0, 0.1, low_open=True)
VOLTAGE = Range(0, 20)
# the inverse of the open circuit is defined a few volts beyond
GALLERY = Range(0, 10)
ENERGY = Range(0, 2e6)
FIRING = Range(250, 2500)


def named(name: str, allowed: Range | None = POSITIVE) -> Any:
    """A field of a table of quantities: its name in files, and what makes sense."""
    return dataclasses.field(metadata={"name": name, "allowed": allowed})


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The quantities of a cell and the conditions of a run, as numbers or symbols.

    The range of each also catches most values that are given in another unit.
    """

    # cell and its making
    height: Expression = named("Electrode height [m]", LENGTH)
    width: Expression = named("Electrode width [m]", LENGTH)
    T_ref: Expression = named("Reference temperature [K]", Range(150, 600))
    nominal_specific_current: Expression = named(
        "Nominal specific current at 1C [A.kg-1]"
    )
    voltage_min: Expression = named("Lower voltage cut-off [V]", VOLTAGE)
    voltage_max: Expression = named("Upper voltage cut-off [V]", VOLTAGE)
    contact_resistance: Expression = named("Contact resistance [Ohm]", NOT_NEGATIVE)
    firing_temperature: Expression = named("Cathode firing temperature [K]", FIRING)
    firing_time: Expression = named("Cathode firing time [s]", NOT_NEGATIVE)

    # active material
    nfp_density: Expression = named(
        "Positive electrode active material density [kg.m-3]", Range(100, 30000)
    )
    specific_capacity: Expression = named(
        "Positive electrode theoretical capacity [A.h.kg-1]"
    )
    active_fraction: Expression = named(
        "Positive electrode active fraction of theoretical capacity",
        Range(0, 1, low_open=True),
    )
    low_step: Expression = named("Positive electrode low-step fraction", FRACTION)
    share_2: Expression = named(
        "Positive electrode gallery 2 share of high step", FRACTION
    )
    share_3: Expression = named(
        "Positive electrode gallery 3 share of high step", FRACTION
    )
    U_1: Expression = named("Positive electrode gallery 1 potential [V]", GALLERY)
    U_2: Expression = named("Positive electrode gallery 2 potential [V]", GALLERY)
    U_3: Expression = named("Positive electrode gallery 3 potential [V]", GALLERY)
    U_4: Expression = named("Positive electrode gallery 4 potential [V]", GALLERY)
    omega_1: Expression = named("Positive electrode gallery 1 width")
    omega_2: Expression = named("Positive electrode gallery 2 width")
    omega_3: Expression = named("Positive electrode gallery 3 width")
    omega_4: Expression = named("Positive electrode gallery 4 width")
    dUdT: Expression = named(
        "Positive electrode OCP entropic change [V.K-1]", Range(-0.01, 0.01)
    )
    hysteresis_gap: Expression = named(
        "Positive electrode OCP hysteresis gap [V]", Range(0, 1)
    )
    hysteresis_decay: Expression = named(
        "Positive electrode OCP hysteresis decay", NOT_NEGATIVE
    )
    D_poor: Expression = named("Positive particle diffusivity [m2.s-1]")
    D_ratio: Expression = named(
        "Positive particle diffusivity ratio of sodium-rich to sodium-poor end"
    )
    theta_fall: Expression = named(
        "Positive particle stoichiometry of diffusivity fall", FRACTION
    )
    fall_width: Expression = named("Positive particle width of diffusivity fall")
    D_energy: Expression = named(
        "Positive particle diffusivity activation energy [J.mol-1]", ENERGY
    )
    j0: Expression = named("Positive electrode exchange-current density [A.m-2]")
    j0_floor: Expression = named(
        "Positive electrode exchange-current density floor", FRACTION
    )
    j0_energy: Expression = named(
        "Positive electrode exchange-current density activation energy [J.mol-1]",
        ENERGY,
    )
    c_dl: Expression = named("Positive electrode double-layer capacity [F.m-2]")

    # composite cathode
    areal_capacity: Expression = named("Positive electrode areal capacity [A.h.m-2]")
    slow_capacity: Expression = named(
        "Positive electrode slow-discharge capacity [A.h.kg-1]"
    )
    w_electrolyte: Expression = named(
        "Positive electrode electrolyte mass fraction", INSIDE
    )
    w_carbon: Expression = named("Positive electrode carbon mass fraction", BELOW_ONE)
    void: Expression = named("Positive electrode void fraction", BELOW_ONE)
    carbon_density: Expression = named("Carbon density [kg.m-3]", Range(100, 30000))
    nfp_surface: Expression = named(
        "Positive electrode active powder specific surface [m2.kg-1]"
    )
    surface_ref: Expression = named(
        "Well-bonding active powder specific surface [m2.kg-1]"
    )
    coarsening: Expression = named("Positive particle radius over BET radius of powder")
    kappa_exponent: Expression = named(
        "Positive electrode Bruggeman coefficient (electrolyte)", Range(0, 20)
    )
    kappa_energy: Expression = named(
        "Positive electrode ionic conductivity activation energy [J.mol-1]", ENERGY
    )
    sigma_carbon: Expression = named(
        "Carbon network conductivity [S.m-1]", NOT_NEGATIVE
    )
    sigma_matrix: Expression = named(
        "Positive electrode conductivity without carbon [S.m-1]"
    )
    phi_c: Expression = named("Carbon percolation threshold", FRACTION)
    phi_exponent: Expression = named("Carbon percolation exponent")
    phi_rounding: Expression = named("Carbon percolation rounding", NOT_NEGATIVE)

    # separator: the beta''-alumina electrolyte
    separator_thickness: Expression = named("Separator thickness [m]", THIN)
    kappa: Expression = named("Electrolyte conductivity [S.m-1]")
    kappa_separator_energy: Expression = named(
        "Electrolyte conductivity activation energy [J.mol-1]", ENERGY
    )
    gb_share: Expression = named(
        "Electrolyte grain-boundary share of resistance", BELOW_ONE
    )
    gb_energy: Expression = named(
        "Electrolyte grain-boundary activation energy [J.mol-1]", ENERGY
    )
    c_gb: Expression = named("Separator grain-boundary capacity [F.m-2]")
    electrolyte_density: Expression = named(
        "Electrolyte density [kg.m-3]", Range(100, 30000)
    )
    contact_exponent: Expression = named("Bonded-fraction exponent", NOT_NEGATIVE)
    pore_diameter: Expression = named("Plate pore-former diameter [m]", THIN)
    pore_fraction_cathode: Expression = named(
        "Plate cathode-side pore-former fraction", BELOW_ONE
    )
    pore_fraction_anode: Expression = named(
        "Plate anode-side pore-former fraction", BELOW_ONE
    )
    accessible_depth: Expression = named(
        "Plate accessible depth of porous layer [m]", Range(0, 0.1)
    )

    # interfaces
    i0_na: Expression = named(
        "Exchange-current density for sodium metal electrode [A.m-2]"
    )
    i0_na_energy: Expression = named(
        "Exchange-current density for sodium metal electrode activation energy "
        "[J.mol-1]",
        ENERGY,
    )
    c_na: Expression = named("Sodium metal electrode double-layer capacity [F.m-2]")
    na_asymmetry: Expression = named("Sodium stripping over plating resistance")
    na_throughput: Expression = named("Sodium contact relaxation charge [A.h.m-2]")
    i0_separator: Expression = named(
        "Plate-cathode interface exchange-current density [A.m-2]"
    )
    i0_separator_energy: Expression = named(
        "Plate-cathode interface exchange-current density activation energy [J.mol-1]",
        ENERGY,
    )
    c_separator: Expression = named(
        "Plate-cathode interface double-layer capacity [F.m-2]"
    )
    film_ref: Expression = named(
        "Interphase resistance of reference firing [Ohm.m2]", NOT_NEGATIVE
    )
    film_T_ref: Expression = named(
        "Interphase reference firing temperature [K]", FIRING
    )
    film_t_ref: Expression = named("Interphase reference firing time [s]")
    film_growth_energy: Expression = named(
        "Interphase growth activation energy [J.mol-1]", Range(0, 1e7)
    )
    film_energy: Expression = named(
        "Interphase resistance activation energy [J.mol-1]", ENERGY
    )
    c_film: Expression = named("Interphase capacity [F.m-2]")

    # heat
    separator_heat: Expression = named(
        "Separator specific heat capacity [J.kg-1.K-1]", Range(10, 10000)
    )
    cathode_heat: Expression = named(
        "Positive electrode specific heat capacity [J.kg-1.K-1]", Range(10, 10000)
    )
    casing_heat: Expression = named(
        "Casing heat capacity per electrode area [J.m-2.K-1]", NOT_NEGATIVE
    )
    cooling_area: Expression = named(
        "Cell cooling surface area per electrode area", NOT_NEGATIVE
    )
    heat_transfer: Expression = named(
        "Total heat transfer coefficient [W.m-2.K-1]", NOT_NEGATIVE
    )

    # conditions: set by a run, in no cell file
    T: Expression = named("Ambient temperature [K]", None)
    U_init: Expression = named("Initial voltage in positive electrode [V]", None)
    na_contact_init: Expression = named("Initial sodium contact state", None)
    hysteresis_init: Expression = named("Initial hysteresis state", None)

    @classmethod
    def of(cls, value_of: Callable[[str], Expression]) -> Self:
        """All of them, each as ``value_of(name)`` gives it."""
        return cls(**{key: value_of(name) for key, name in _ALL_NAMES.items()})


_FIELDS = {field.name: field.metadata for field in dataclasses.fields(Parameters)}
_ALL_NAMES: dict[str, str] = {key: data["name"] for key, data in _FIELDS.items()}
# attribute -> range, of what a cell file holds; attribute -> name, of the same
ALLOWED: dict[str, Range] = {
    key: data["allowed"] for key, data in _FIELDS.items() if data["allowed"]
}
NAMES = {key: _ALL_NAMES[key] for key in ALLOWED}
# attribute -> name, of what a run sets
CONDITIONS = {key: name for key, name in _ALL_NAMES.items() if key not in ALLOWED}

# attributes whose sum has a limit
SUMS = (
    (("w_electrolyte", "w_carbon"), BELOW_ONE),
    (("share_2", "share_3"), FRACTION),
)
