"""What follows from the primary quantities, so that it can be fitted through.

The same lines serve numbers (``nfpcell show``) and PyBaMM symbols (the model).
"""

from types import SimpleNamespace

from nfpcell.constants import FARADAY, SECONDS_PER_HOUR
from nfpcell.physics import composition, open_circuit, recipe
from nfpcell.physics.temperature import arrhenius, hopping_conductivity

# attribute of derive()'s result -> name in outputs and in `nfpcell show`
NAMES = {
    "area": "Electrode area [m2]",
    "loading": "Positive electrode active mass loading [kg.m-2]",
    "mass": "Positive electrode active mass [kg]",
    "nominal_capacity": "Nominal cell capacity [A.h]",
    "eps_nfp": "Positive electrode active material volume fraction",
    "eps_electrolyte": "Positive electrode electrolyte volume fraction",
    "phi_carbon": "Positive electrode carbon volume fraction of solids",
    "thickness": "Positive electrode thickness [m]",
    "radius": "Positive particle radius [m]",
    "c_max": "Maximum concentration in positive electrode [mol.m-3]",
    "particle_area": "Positive electrode surface area to volume ratio [m-1]",
    "D_over_R2": "Positive particle inverse diffusion time [s-1]",
    "j0": "Positive electrode exchange-current density at temperature [A.m-2]",
    "kappa_eff": "Positive electrode effective ionic conductivity [S.m-1]",
    "sigma_eff": "Positive electrode effective electronic conductivity [S.m-1]",
    "contacted": "Bonded fraction of fired interfaces",
    "roughness_cathode": "Plate cathode-side area factor",
    "roughness_anode": "Plate anode-side area factor",
    "r_bulk": "Separator bulk area-specific resistance [Ohm.m2]",
    "r_gb": "Separator grain-boundary area-specific resistance [Ohm.m2]",
    "r_film": "Interphase area-specific resistance [Ohm.m2]",
    "i0_na": "Sodium exchange-current density at temperature [A.m-2]",
    "i0_plate": "Plate-cathode exchange-current density at temperature [A.m-2]",
    "heat_capacity": "Cell heat capacity [J.K-1]",
    "cooling": "Cell cooling conductance [W.K-1]",
}
# shares of the four galleries
FRACTIONS = tuple(f"Positive electrode gallery {k} fraction" for k in (1, 2, 3, 4))


def derive(p):
    """
    Derived quantities of a cell at its temperature.

    Parameters
    ----------
    p : namespace of primary quantities and conditions (see ``parameters.namespace``)

    Returns
    -------
    namespace with the attributes of NAMES and the galleries' ``fractions``,
    ``potentials`` and ``widths``; all constants at the temperature ``p.T``
    """
    d = SimpleNamespace()
    d.area = p.height * p.width
    d.loading = p.areal_capacity / p.slow_capacity
    d.mass = d.loading * d.area
    d.nominal_capacity = p.nominal_specific_current * d.mass

    # composition
    w_nfp = 1 - p.w_electrolyte - p.w_carbon
    phi_nfp, phi_electrolyte, d.phi_carbon = composition.solid_volume_fractions(
        (w_nfp, p.w_electrolyte, p.w_carbon),
        (p.nfp_density, p.electrolyte_density, p.carbon_density),
    )
    d.eps_nfp = phi_nfp * (1 - p.void)
    d.eps_electrolyte = phi_electrolyte * (1 - p.void)
    d.thickness = composition.electrode_thickness(d.loading, p.nfp_density, d.eps_nfp)
    d.radius = p.coarsening * composition.sphere_radius_from_surface(
        p.nfp_surface, p.nfp_density
    )
    # the sodium that can move, per volume of NFP
    d.c_max = (
        p.active_fraction
        * p.nfp_density
        * p.specific_capacity
        * SECONDS_PER_HOUR
        / FARADAY
    )
    d.particle_area = composition.interfacial_area(d.eps_nfp, d.radius)

    # galleries
    d.fractions = open_circuit.gallery_fractions(p.low_step, p.share_2, p.share_3)
    d.potentials, d.widths = _sites(p)

    # transport and kinetics at temperature
    d.D_over_R2 = p.D_poor / d.radius**2 * arrhenius(p.T, p.T_ref, p.D_energy)
    # what firing has bonded: grains to beta''-alumina, and the layer to the plate
    d.contacted = recipe.contacted_fraction(
        p.nfp_surface, p.surface_ref, p.contact_exponent
    )
    d.j0 = d.contacted * p.j0 * arrhenius(p.T, p.T_ref, p.j0_energy)
    d.kappa_eff = composition.effective_conductivity(
        hopping_conductivity(p.T, p.T_ref, p.kappa, p.kappa_energy),
        d.eps_electrolyte,
        p.kappa_exponent,
    )
    d.sigma_eff = composition.percolating_conductivity(
        p.sigma_carbon,
        d.phi_carbon,
        p.phi_c,
        p.phi_exponent,
        p.sigma_matrix,
        p.phi_rounding,
    )

    # plate and interfaces, per area of plate that carries current
    d.roughness_cathode = recipe.roughness_factor(
        p.pore_fraction_cathode, p.pore_diameter, p.accessible_depth
    )
    d.roughness_anode = recipe.roughness_factor(
        p.pore_fraction_anode, p.pore_diameter, p.accessible_depth
    )
    d.r_bulk = (
        (1 - p.gb_share)
        * p.plate_thickness
        / hopping_conductivity(p.T, p.T_ref, p.kappa, p.kappa_plate_energy)
    )
    d.r_gb = (
        p.gb_share
        * p.plate_thickness
        / hopping_conductivity(p.T, p.T_ref, p.kappa, p.gb_energy)
    )
    d.r_film = recipe.interphase_resistance(
        p.firing_temperature,
        p.firing_time,
        p.film_ref,
        p.film_T_ref,
        p.film_t_ref,
        p.film_growth_energy,
    ) / arrhenius(p.T, p.T_ref, p.film_energy)
    d.i0_na = p.i0_na * arrhenius(p.T, p.T_ref, p.i0_na_energy)
    d.i0_plate = p.i0_plate * arrhenius(p.T, p.T_ref, p.i0_plate_energy)

    # heat, of the plate, the cathode and what is around them
    d.heat_capacity = composition.heat_capacity(
        d.area,
        (p.plate_thickness * p.electrolyte_density, p.plate_heat),
        (d.loading / w_nfp, p.cathode_heat),
        (1, p.casing_heat),
    )
    d.cooling = p.heat_transfer * p.cooling_area * d.area
    return d


def _sites(p):
    """Potentials and widths of the four galleries."""
    return (p.U_1, p.U_2, p.U_3, p.U_4), (p.omega_1, p.omega_2, p.omega_3, p.omega_4)


def named(p, lookup):
    """
    As ``derive``, with every derived quantity looked up under its own name.

    Parameters
    ----------
    p : see ``derive``
    lookup : function of a name in NAMES or FRACTIONS

    Returns
    -------
    namespace, see ``derive``
    """
    d = SimpleNamespace(**{key: lookup(name) for key, name in NAMES.items()})
    d.fractions = tuple(map(lookup, FRACTIONS))
    d.potentials, d.widths = _sites(p)
    return d


def values(d):
    """Names in NAMES and FRACTIONS, and what ``derive`` gave for them."""
    return {
        **{name: getattr(d, key) for key, name in NAMES.items()},
        **dict(zip(FRACTIONS, d.fractions, strict=True)),
    }
