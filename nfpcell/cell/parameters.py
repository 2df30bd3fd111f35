"""Every quantity that the model reads, with its name in files and its allowed range."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Self

from nfpcell.constants import ZERO_CELSIUS
from nfpcell.physics.value import Value

# number above which a temperature is likely to be in kelvin
KELVIN_FROM = 200


@dataclass(frozen=True)
class Range:
    """An interval of allowed values, without an end that is open."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self) -> str:
        bounds = []
        if self.low > -math.inf:
            bounds.append(f"{'above' if self.low_open else 'at least'} {self.low:g}")
        if self.high < math.inf:
            bounds.append(f"{'below' if self.high_open else 'at most'} {self.high:g}")
        return " and ".join(bounds) or "any finite number"

    def right(self, refused: float) -> str:
        """What would be right instead of a number outside the range."""
        return f"a number {self}"


@dataclass(frozen=True)
class CelsiusRange(Range):
    """A range of temperatures [degC]; a refused one may have been in kelvin."""

    limit: str = ""  # why no temperature is higher

    def right(self, refused: float) -> str:
        """What would be right, with the temperature if kelvin was meant."""
        if refused <= self.low:
            return super().right(refused)
        allowed = f"a number of °C {self}{self.limit}"
        # people who write 303 K mean 30 °C
        zero = 273 if refused == int(refused) else ZERO_CELSIUS
        if refused < KELVIN_FROM or refused - zero not in self:
            return allowed
        return f"{refused - zero:.6g} if kelvin was meant, or {allowed}"


class RateRange(Range):
    """A range of C-rates; a half-cycle at the lowest takes a century."""

    def __str__(self) -> str:
        return f"above 0 and at most {self.high:g}"

    def right(self, refused: float) -> str:
        """What would be right; the lowest rate only for one that is too low."""
        if 0 < refused < self.low:
            return f"a number of at least {self.low:g}"
        return super().right(refused)


POSITIVE = Range(low=0, low_open=True)
NOT_NEGATIVE = Range(low=0)
FRACTION = Range(0, 1)
INSIDE = Range(0, 1, low_open=True, high_open=True)
BELOW_ONE = Range(0, 1, high_open=True)
LENGTH = Range(0, 100, low_open=True)
THIN = Range(0, 0.1, low_open=True)
VOLTAGE = Range(0, 20)
GALLERY = Range(0, 10)  # V, within the range in which the potential is inverted
ENERGY = Range(0, 2e6)
# standard deviation of a logarithm; at 1.5, 95 % are within a factor of 20
SPREAD = Range(0, 1.5)
FIRING = Range(250, 2500)


class Component(StrEnum):
    """The part of a cell that a quantity belongs to, in the order of the layers."""

    ANODE = "Anode"
    ELECTROLYTE = "Electrolyte"
    INTERFACES = "Interfaces"
    CATHODE = "Cathode"
    CONDITIONS = "Cell and conditions"


def named(
    name: str,
    allowed: Range | None = POSITIVE,
    component: Component = Component.CONDITIONS,
) -> Any:
    """A dataclass field for a quantity: name in files, allowed range, component."""
    return dataclasses.field(
        metadata={"name": name, "allowed": allowed, "component": component}
    )


_anode = partial(named, component=Component.ANODE)
_electrolyte = partial(named, component=Component.ELECTROLYTE)
_interface = partial(named, component=Component.INTERFACES)
_cathode = partial(named, component=Component.CATHODE)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The quantities of a cell and the conditions of a run, as numbers or symbols.

    The allowed ranges also detect most values in a wrong unit.
    """

    # cell, and how it is made
    height: Value = named("Electrode height [m]", LENGTH)
    width: Value = named("Electrode width [m]", LENGTH)
    T_ref: Value = named("Reference temperature [K]", Range(150, 600))
    nominal_specific_current: Value = named("Nominal specific current at 1C [A.kg-1]")
    voltage_min: Value = named("Lower voltage cut-off [V]", VOLTAGE)
    voltage_max: Value = named("Upper voltage cut-off [V]", VOLTAGE)
    contact_resistance: Value = _interface("Contact resistance [Ohm]", NOT_NEGATIVE)
    firing_temperature: Value = _cathode("Cathode firing temperature [K]", FIRING)
    firing_time: Value = _cathode("Cathode firing time [s]", NOT_NEGATIVE)

    # active material
    nfp_density: Value = _cathode(
        "Positive electrode active material density [kg.m-3]", Range(100, 30000)
    )
    specific_capacity: Value = _cathode(
        "Positive electrode theoretical capacity [A.h.kg-1]"
    )
    active_fraction: Value = _cathode(
        "Positive electrode active fraction of theoretical capacity",
        Range(0, 1, low_open=True),
    )
    low_step: Value = _cathode("Positive electrode low-step fraction", FRACTION)
    share_2: Value = _cathode(
        "Positive electrode gallery 2 share of high step", FRACTION
    )
    share_3: Value = _cathode(
        "Positive electrode gallery 3 share of high step", FRACTION
    )
    U_1: Value = _cathode("Positive electrode gallery 1 potential [V]", GALLERY)
    U_2: Value = _cathode("Positive electrode gallery 2 potential [V]", GALLERY)
    U_3: Value = _cathode("Positive electrode gallery 3 potential [V]", GALLERY)
    U_4: Value = _cathode("Positive electrode gallery 4 potential [V]", GALLERY)
    omega_1: Value = _cathode("Positive electrode gallery 1 width")
    omega_2: Value = _cathode("Positive electrode gallery 2 width")
    omega_3: Value = _cathode("Positive electrode gallery 3 width")
    omega_4: Value = _cathode("Positive electrode gallery 4 width")
    dUdT: Value = _cathode(
        "Positive electrode OCP entropic change [V.K-1]", Range(-0.01, 0.01)
    )
    hysteresis_gap: Value = _cathode(
        "Positive electrode OCP hysteresis gap [V]", Range(0, 1)
    )
    hysteresis_decay: Value = _cathode(
        "Positive electrode OCP hysteresis decay", NOT_NEGATIVE
    )
    D_poor: Value = _cathode("Positive particle diffusivity [m2.s-1]")
    D_ratio: Value = _cathode(
        "Positive particle diffusivity ratio of sodium-rich to sodium-poor end"
    )
    theta_fall: Value = _cathode(
        "Positive particle stoichiometry of diffusivity fall", FRACTION
    )
    fall_width: Value = _cathode("Positive particle width of diffusivity fall")
    D_energy: Value = _cathode(
        "Positive particle diffusivity activation energy [J.mol-1]", ENERGY
    )
    diffusion_length: Value = _cathode("Positive particle diffusion length [m]", THIN)
    length_spread: Value = _cathode("Positive particle diffusion length spread", SPREAD)
    j0: Value = _cathode("Positive electrode exchange-current density [A.m-2]")
    j0_floor: Value = _cathode(
        "Positive electrode exchange-current density floor", FRACTION
    )
    j0_energy: Value = _cathode(
        "Positive electrode exchange-current density activation energy [J.mol-1]",
        ENERGY,
    )
    c_dl: Value = _cathode("Positive electrode double-layer capacity [F.m-2]")

    # composite cathode
    areal_capacity: Value = _cathode("Positive electrode areal capacity [A.h.m-2]")
    slow_capacity: Value = _cathode(
        "Positive electrode slow-discharge capacity [A.h.kg-1]"
    )
    w_electrolyte: Value = _cathode(
        "Positive electrode electrolyte mass fraction", INSIDE
    )
    w_carbon: Value = _cathode("Positive electrode carbon mass fraction", BELOW_ONE)
    void: Value = _cathode("Positive electrode void fraction", BELOW_ONE)
    carbon_density: Value = _cathode("Carbon density [kg.m-3]", Range(100, 30000))
    nfp_surface: Value = _cathode(
        "Positive electrode active powder specific surface [m2.kg-1]"
    )
    surface_ref: Value = _cathode(
        "Well-bonding active powder specific surface [m2.kg-1]"
    )
    coarsening: Value = _cathode("Positive particle radius over BET radius of powder")
    kappa_exponent: Value = _cathode(
        "Positive electrode Bruggeman coefficient (electrolyte)", Range(0, 20)
    )
    kappa_energy: Value = _cathode(
        "Positive electrode ionic conductivity activation energy [J.mol-1]", ENERGY
    )
    sigma_carbon: Value = _cathode("Carbon network conductivity [S.m-1]", NOT_NEGATIVE)
    sigma_matrix: Value = _cathode(
        "Positive electrode conductivity without carbon [S.m-1]"
    )
    sigma_compact: Value = _cathode(
        "Compacted carbon conductivity [S.m-1]", NOT_NEGATIVE
    )
    carbon_surface: Value = _cathode("Carbon specific surface [m2.kg-1]")
    wiring_coverage: Value = _cathode("Carbon coverage that connects")
    wiring_spread: Value = _cathode("Carbon local coverage spread")
    sinter_limit: Value = _cathode("Carbon fraction that halves bonding")
    sinter_exponent: Value = _cathode("Carbon bonding-limit exponent", NOT_NEGATIVE)
    phi_c: Value = _cathode("Carbon percolation threshold", FRACTION)
    phi_exponent: Value = _cathode("Carbon percolation exponent")
    phi_rounding: Value = _cathode("Carbon percolation rounding", NOT_NEGATIVE)

    # separator: the beta''-alumina electrolyte
    separator_thickness: Value = _electrolyte("Separator thickness [m]", THIN)
    kappa: Value = _electrolyte("Electrolyte conductivity [S.m-1]")
    kappa_separator_energy: Value = _electrolyte(
        "Electrolyte conductivity activation energy [J.mol-1]", ENERGY
    )
    gb_share: Value = _electrolyte(
        "Electrolyte grain-boundary share of resistance", BELOW_ONE
    )
    gb_energy: Value = _electrolyte(
        "Electrolyte grain-boundary activation energy [J.mol-1]", ENERGY
    )
    c_gb: Value = _electrolyte("Separator grain-boundary capacity [F.m-2]")
    gb_spread: Value = _electrolyte(
        "Separator grain-boundary time constant spread", SPREAD
    )
    electrolyte_density: Value = _electrolyte(
        "Electrolyte density [kg.m-3]", Range(100, 30000)
    )
    contact_exponent: Value = _interface("Bonded-fraction exponent", NOT_NEGATIVE)
    pore_diameter: Value = _electrolyte("Plate pore-former diameter [m]", THIN)
    pore_fraction_cathode: Value = _electrolyte(
        "Plate cathode-side pore-former fraction", BELOW_ONE
    )
    pore_fraction_anode: Value = _electrolyte(
        "Plate anode-side pore-former fraction", BELOW_ONE
    )
    accessible_depth: Value = _electrolyte(
        "Plate accessible depth of porous layer [m]", Range(0, 0.1)
    )

    # interfaces
    i0_na: Value = _anode("Exchange-current density for sodium metal electrode [A.m-2]")
    i0_na_energy: Value = _anode(
        "Exchange-current density for sodium metal electrode activation energy "
        "[J.mol-1]",
        ENERGY,
    )
    c_na: Value = _anode("Sodium metal electrode double-layer capacity [F.m-2]")
    na_asymmetry: Value = _anode("Sodium stripping over plating resistance")
    na_throughput: Value = _anode("Sodium contact relaxation charge [A.h.m-2]")
    stack_pressure: Value = named("Stack pressure [Pa]", Range(0, 1e10, low_open=True))
    i_strip: Value = _anode("Sodium critical stripping current density [A.m-2]")
    i_strip_pressure: Value = _anode(
        "Sodium critical stripping current density reference pressure [Pa]"
    )
    i_strip_energy: Value = _anode(
        "Sodium critical stripping current density activation energy [J.mol-1]", ENERGY
    )
    void_charge: Value = _anode("Sodium void charge [A.h.m-2]")
    i0_separator: Value = _interface(
        "Plate-cathode interface exchange-current density [A.m-2]"
    )
    i0_separator_energy: Value = _interface(
        "Plate-cathode interface exchange-current density activation energy [J.mol-1]",
        ENERGY,
    )
    c_separator: Value = _interface(
        "Plate-cathode interface double-layer capacity [F.m-2]"
    )
    film_ref: Value = _interface(
        "Interphase resistance of reference firing [Ohm.m2]", NOT_NEGATIVE
    )
    film_T_ref: Value = _interface(
        "Interphase reference firing temperature [K]", FIRING
    )
    film_t_ref: Value = _interface("Interphase reference firing time [s]")
    film_growth_energy: Value = _interface(
        "Interphase growth activation energy [J.mol-1]", Range(0, 1e7)
    )
    film_energy: Value = _interface(
        "Interphase resistance activation energy [J.mol-1]", ENERGY
    )
    c_film: Value = _interface("Interphase capacity [F.m-2]")

    # heat
    separator_heat: Value = _electrolyte(
        "Separator specific heat capacity [J.kg-1.K-1]", Range(10, 10000)
    )
    cathode_heat: Value = _cathode(
        "Positive electrode specific heat capacity [J.kg-1.K-1]", Range(10, 10000)
    )
    casing_heat: Value = named(
        "Casing heat capacity per electrode area [J.m-2.K-1]", NOT_NEGATIVE
    )
    cooling_area: Value = named(
        "Cell cooling surface area per electrode area", NOT_NEGATIVE
    )
    heat_transfer: Value = named(
        "Total heat transfer coefficient [W.m-2.K-1]", NOT_NEGATIVE
    )

    # conditions: set by a run, not by a cell file
    T: Value = named("Ambient temperature [K]", None)
    U_init: Value = named("Initial voltage in positive electrode [V]", None)
    na_contact_init: Value = named("Initial sodium contact state", None)
    hysteresis_init: Value = named("Initial hysteresis state", None)

    @classmethod
    def of(cls, value_of: Callable[[str], Value]) -> Self:
        """Return all quantities, with ``value_of(name)`` for each."""
        return cls(**{key: value_of(name) for key, name in _ALL_NAMES.items()})


_FIELDS = {field.name: field.metadata for field in dataclasses.fields(Parameters)}
_ALL_NAMES: dict[str, str] = {key: data["name"] for key, data in _FIELDS.items()}
# attribute -> allowed range, and attribute -> name, of the quantities of a cell file
ALLOWED: dict[str, Range] = {
    key: data["allowed"] for key, data in _FIELDS.items() if data["allowed"]
}
NAMES = {key: _ALL_NAMES[key] for key in ALLOWED}
ATTRIBUTES = {name: key for key, name in NAMES.items()}
# name in files -> component
COMPONENTS: dict[str, Component] = {
    NAMES[key]: _FIELDS[key]["component"] for key in ALLOWED
}
# attribute -> name, of the conditions that a run sets
CONDITIONS = {key: name for key, name in _ALL_NAMES.items() if key not in ALLOWED}
LOWER_CUTOFF, UPPER_CUTOFF = NAMES["voltage_min"], NAMES["voltage_max"]

# attributes whose sum has a limit
SUMS = (
    (("w_electrolyte", "w_carbon"), BELOW_ONE),
    (("share_2", "share_3"), FRACTION),
)
