"""Every quantity the model reads: one name, one attribute.

``NAMES`` maps the attribute used in code to the PyBaMM name used in files; a
misspelt attribute is an AttributeError at once, and a name in a cell file is checked
against this table. ``namespace(lookup)`` gives the quantities as attributes, as
numbers for ``nfpcell show`` or as symbols for the model, so that ``derived.derive``
serves both.
"""

from types import SimpleNamespace

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
    "contact_exponent": "Plate contacted-fraction exponent",
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
NAMES = {**_SYSTEM, **_ACTIVE_MATERIAL, **_COMPOSITE, **_PLATE, **_INTERFACES}

# what a run sets and no cell file holds
CONDITIONS = {
    "T": "Ambient temperature [K]",
    "U_init": "Initial voltage in positive electrode [V]",
    "na_contact_init": "Initial sodium contact state",
}


def namespace(lookup):
    """The quantities and conditions as attributes, each found by ``lookup(name)``."""
    names = {**NAMES, **CONDITIONS}
    return SimpleNamespace(**{key: lookup(name) for key, name in names.items()})
