"""Every quantity the model reads: one name, one attribute.

``NAMES`` maps the attribute used in code to the PyBaMM name used in files; a
misspelt attribute is an AttributeError at once, and a name in a cell file is checked
against this table. ``namespace(lookup)`` gives the quantities as attributes, as
numbers for ``nfpcell show`` or as symbols for the model, so that ``derived.derive``
serves both.
"""

import math
from types import SimpleNamespace
from typing import NamedTuple

_SYSTEM = {
    "height": "Electrode height [m]",
    "width": "Electrode width [m]",
    "T_ref": "Reference temperature [K]",
    "nominal_specific_current": "Nominal specific current at 1C [A.kg-1]",
    "voltage_min": "Lower voltage cut-off [V]",
    "voltage_max": "Upper voltage cut-off [V]",
    "contact_resistance": "Contact resistance [Ohm]",
    "firing_temperature": "Cathode firing temperature [K]",
    "firing_time": "Cathode firing time [s]",
}
_ACTIVE_MATERIAL = {
    "nfp_density": "Positive electrode active material density [kg.m-3]",
    "specific_capacity": "Positive electrode theoretical capacity [A.h.kg-1]",
    "active_fraction": "Positive electrode active fraction of theoretical capacity",
    "low_step": "Positive electrode low-step fraction",
    "share_2": "Positive electrode gallery 2 share of high step",
    "share_3": "Positive electrode gallery 3 share of high step",
    "U_1": "Positive electrode gallery 1 potential [V]",
    "U_2": "Positive electrode gallery 2 potential [V]",
    "U_3": "Positive electrode gallery 3 potential [V]",
    "U_4": "Positive electrode gallery 4 potential [V]",
    "omega_1": "Positive electrode gallery 1 width",
    "omega_2": "Positive electrode gallery 2 width",
    "omega_3": "Positive electrode gallery 3 width",
    "omega_4": "Positive electrode gallery 4 width",
    "dUdT": "Positive electrode OCP entropic change [V.K-1]",
    "hysteresis_gap": "Positive electrode OCP hysteresis gap [V]",
    "hysteresis_decay": "Positive electrode OCP hysteresis decay",
    "D_poor": "Positive particle diffusivity [m2.s-1]",
    "D_ratio": "Positive particle diffusivity ratio of sodium-rich to sodium-poor end",
    "theta_fall": "Positive particle stoichiometry of diffusivity fall",
    "fall_width": "Positive particle width of diffusivity fall",
    "D_energy": "Positive particle diffusivity activation energy [J.mol-1]",
    "j0": "Positive electrode exchange-current density [A.m-2]",
    "j0_floor": "Positive electrode exchange-current density floor",
    "j0_energy": (
        "Positive electrode exchange-current density activation energy [J.mol-1]"
    ),
    "c_dl": "Positive electrode double-layer capacity [F.m-2]",
}
_COMPOSITE = {
    "areal_capacity": "Positive electrode areal capacity [A.h.m-2]",
    "slow_capacity": "Positive electrode slow-discharge capacity [A.h.kg-1]",
    "w_electrolyte": "Positive electrode electrolyte mass fraction",
    "w_carbon": "Positive electrode carbon mass fraction",
    "void": "Positive electrode void fraction",
    "carbon_density": "Carbon density [kg.m-3]",
    "nfp_surface": "Positive electrode active powder specific surface [m2.kg-1]",
    "surface_ref": "Well-bonding active powder specific surface [m2.kg-1]",
    "coarsening": "Positive particle radius over BET radius of powder",
    "kappa_exponent": "Positive electrode Bruggeman coefficient (electrolyte)",
    "kappa_energy": "Positive electrode ionic conductivity activation energy [J.mol-1]",
    "sigma_carbon": "Carbon network conductivity [S.m-1]",
    "sigma_matrix": "Positive electrode conductivity without carbon [S.m-1]",
    "phi_c": "Carbon percolation threshold",
    "phi_exponent": "Carbon percolation exponent",
    "phi_rounding": "Carbon percolation rounding",
}
_PLATE = {
    "plate_thickness": "Separator thickness [m]",
    "kappa": "Electrolyte conductivity [S.m-1]",
    "kappa_plate_energy": "Electrolyte conductivity activation energy [J.mol-1]",
    "gb_share": "Electrolyte grain-boundary share of resistance",
    "gb_energy": "Electrolyte grain-boundary activation energy [J.mol-1]",
    "c_gb": "Separator grain-boundary capacity [F.m-2]",
    "electrolyte_density": "Electrolyte density [kg.m-3]",
    "contact_exponent": "Bonded-fraction exponent",
    "pore_diameter": "Plate pore-former diameter [m]",
    "pore_fraction_cathode": "Plate cathode-side pore-former fraction",
    "pore_fraction_anode": "Plate anode-side pore-former fraction",
    "accessible_depth": "Plate accessible depth of porous layer [m]",
}
_INTERFACES = {
    "i0_na": "Exchange-current density for sodium metal electrode [A.m-2]",
    "i0_na_energy": (
        "Exchange-current density for sodium metal electrode activation energy "
        "[J.mol-1]"
    ),
    "c_na": "Sodium metal electrode double-layer capacity [F.m-2]",
    "na_asymmetry": "Sodium stripping over plating resistance",
    "na_throughput": "Sodium contact relaxation charge [A.h.m-2]",
    "i0_plate": "Plate-cathode interface exchange-current density [A.m-2]",
    "i0_plate_energy": (
        "Plate-cathode interface exchange-current density activation energy [J.mol-1]"
    ),
    "c_plate": "Plate-cathode interface double-layer capacity [F.m-2]",
    "film_ref": "Interphase resistance of reference firing [Ohm.m2]",
    "film_T_ref": "Interphase reference firing temperature [K]",
    "film_t_ref": "Interphase reference firing time [s]",
    "film_growth_energy": "Interphase growth activation energy [J.mol-1]",
    "film_energy": "Interphase resistance activation energy [J.mol-1]",
    "c_film": "Interphase capacity [F.m-2]",
}
_HEAT = {
    "plate_heat": "Separator specific heat capacity [J.kg-1.K-1]",
    "cathode_heat": "Positive electrode specific heat capacity [J.kg-1.K-1]",
    "casing_heat": "Casing heat capacity per electrode area [J.m-2.K-1]",
    "cooling_area": "Cell cooling surface area per electrode area",
    "heat_transfer": "Total heat transfer coefficient [W.m-2.K-1]",
}
NAMES = {
    **_SYSTEM,
    **_ACTIVE_MATERIAL,
    **_COMPOSITE,
    **_PLATE,
    **_INTERFACES,
    **_HEAT,
}


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


_POSITIVE = Range(low=0, low_open=True)
_NOT_NEGATIVE = Range(low=0)
_FRACTION = Range(0, 1)
_INSIDE = Range(0, 1, low_open=True, high_open=True)
_BELOW_ONE = Range(0, 1, high_open=True)
_LENGTH = Range(0, 100, low_open=True)
_THIN = Range(0, 0.1, low_open=True)
_VOLTAGE = Range(0, 20)
# what is inverted for the surface of a particle ends a few volts beyond
_GALLERY = Range(0, 10)
_ENERGY = Range(0, 2e6)
_FIRING = Range(250, 2500)

# attribute -> what makes sense; also catches most values given in another unit
ALLOWED = {
    "height": _LENGTH,
    "width": _LENGTH,
    "T_ref": Range(150, 600),
    "nominal_specific_current": _POSITIVE,
    "voltage_min": _VOLTAGE,
    "voltage_max": _VOLTAGE,
    "contact_resistance": _NOT_NEGATIVE,
    "firing_temperature": _FIRING,
    "firing_time": _NOT_NEGATIVE,
    "nfp_density": Range(100, 30000),
    "specific_capacity": _POSITIVE,
    "active_fraction": Range(0, 1, low_open=True),
    "low_step": _FRACTION,
    "share_2": _FRACTION,
    "share_3": _FRACTION,
    "U_1": _GALLERY,
    "U_2": _GALLERY,
    "U_3": _GALLERY,
    "U_4": _GALLERY,
    "omega_1": _POSITIVE,
    "omega_2": _POSITIVE,
    "omega_3": _POSITIVE,
    "omega_4": _POSITIVE,
    "dUdT": Range(-0.01, 0.01),
    "hysteresis_gap": Range(0, 1),
    "hysteresis_decay": _NOT_NEGATIVE,
    "D_poor": _POSITIVE,
    "D_ratio": _POSITIVE,
    "theta_fall": _FRACTION,
    "fall_width": _POSITIVE,
    "D_energy": _ENERGY,
    "j0": _POSITIVE,
    "j0_floor": _FRACTION,
    "j0_energy": _ENERGY,
    "c_dl": _POSITIVE,
    "areal_capacity": _POSITIVE,
    "slow_capacity": _POSITIVE,
    "w_electrolyte": _INSIDE,
    "w_carbon": _BELOW_ONE,
    "void": _BELOW_ONE,
    "carbon_density": Range(100, 30000),
    "nfp_surface": _POSITIVE,
    "surface_ref": _POSITIVE,
    "coarsening": _POSITIVE,
    "kappa_exponent": Range(0, 20),
    "kappa_energy": _ENERGY,
    "sigma_carbon": _NOT_NEGATIVE,
    "sigma_matrix": _POSITIVE,
    "phi_c": _FRACTION,
    "phi_exponent": _POSITIVE,
    "phi_rounding": _NOT_NEGATIVE,
    "plate_thickness": _THIN,
    "kappa": _POSITIVE,
    "kappa_plate_energy": _ENERGY,
    "gb_share": _BELOW_ONE,
    "gb_energy": _ENERGY,
    "c_gb": _POSITIVE,
    "electrolyte_density": Range(100, 30000),
    "contact_exponent": _NOT_NEGATIVE,
    "pore_diameter": _THIN,
    "pore_fraction_cathode": _BELOW_ONE,
    "pore_fraction_anode": _BELOW_ONE,
    "accessible_depth": Range(0, 0.1),
    "i0_na": _POSITIVE,
    "i0_na_energy": _ENERGY,
    "c_na": _POSITIVE,
    "na_asymmetry": _POSITIVE,
    "na_throughput": _POSITIVE,
    "i0_plate": _POSITIVE,
    "i0_plate_energy": _ENERGY,
    "c_plate": _POSITIVE,
    "film_ref": _NOT_NEGATIVE,
    "film_T_ref": _FIRING,
    "film_t_ref": _POSITIVE,
    "film_growth_energy": Range(0, 1e7),
    "film_energy": _ENERGY,
    "c_film": _POSITIVE,
    "plate_heat": Range(10, 10000),
    "cathode_heat": Range(10, 10000),
    "casing_heat": _NOT_NEGATIVE,
    "cooling_area": _NOT_NEGATIVE,
    "heat_transfer": _NOT_NEGATIVE,
}

# attributes whose sum may not pass a limit
SUMS = (
    (("w_electrolyte", "w_carbon"), Range(0, 1, high_open=True)),
    (("share_2", "share_3"), Range(0, 1)),
)

# what a run sets and no cell file holds
CONDITIONS = {
    "T": "Ambient temperature [K]",
    "U_init": "Initial voltage in positive electrode [V]",
    "na_contact_init": "Initial sodium contact state",
    "hysteresis_init": "Initial hysteresis state",
}


def namespace(lookup):
    """The quantities and conditions as attributes, each found by ``lookup(name)``."""
    names = {**NAMES, **CONDITIONS}
    return SimpleNamespace(**{key: lookup(name) for key, name in names.items()})
