"""Derived quantities of a cell, as numbers or as PyBaMM symbols."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from nfpcell.cell.parameters import CONDITIONS, Parameters, named
from nfpcell.constants import FARADAY, SECONDS_PER_HOUR
from nfpcell.physics import composition, diffusion, open_circuit, recipe, stripping
from nfpcell.physics.temperature import arrhenius, hopping_conductivity
from nfpcell.physics.value import Value

ROOM_TEMPERATURE = 303.15  # K
CHARGED_POTENTIAL = 3.4  # V, of a fully charged cathode at rest
Four = tuple[Value, Value, Value, Value]


@dataclass(frozen=True, kw_only=True)
class Derived:
    """Derived quantities of a cell at one temperature."""

    area: Value = named("Electrode area [m2]")
    loading: Value = named("Positive electrode active mass loading [kg.m-2]")
    mass: Value = named("Positive electrode active mass [kg]")
    nominal_capacity: Value = named("Nominal cell capacity [A.h]")
    eps_nfp: Value = named("Positive electrode active material volume fraction")
    eps_electrolyte: Value = named("Positive electrode electrolyte volume fraction")
    phi_carbon: Value = named("Positive electrode carbon volume fraction of solids")
    coverage: Value = named("Positive electrode active surface covered by carbon")
    wired: Value = named("Positive electrode active surface wired by carbon")
    thickness: Value = named("Positive electrode thickness [m]")
    radius: Value = named("Positive particle radius [m]")
    c_max: Value = named("Maximum concentration in positive electrode [mol.m-3]")
    particle_area: Value = named(
        "Positive electrode surface area to volume ratio [m-1]"
    )
    inverse_time: Value = named("Positive particle inverse diffusion time [s-1]")
    j0: Value = named(
        "Positive electrode exchange-current density at temperature [A.m-2]"
    )
    kappa_eff: Value = named("Positive electrode effective ionic conductivity [S.m-1]")
    sigma_eff: Value = named(
        "Positive electrode effective electronic conductivity [S.m-1]"
    )
    contacted: Value = named("Bonded fraction of fired interfaces")
    roughness_cathode: Value = named("Plate cathode-side area factor")
    roughness_anode: Value = named("Plate anode-side area factor")
    r_bulk: Value = named("Separator bulk area-specific resistance [Ohm.m2]")
    r_gb: Value = named("Separator grain-boundary area-specific resistance [Ohm.m2]")
    r_film: Value = named("Interphase area-specific resistance [Ohm.m2]")
    i0_na: Value = named("Sodium exchange-current density at temperature [A.m-2]")
    i_strip: Value = named(
        "Sodium critical stripping current density at temperature [A.m-2]"
    )
    i0_separator: Value = named(
        "Plate-cathode exchange-current density at temperature [A.m-2]"
    )
    heat_capacity: Value = named("Cell heat capacity [J.K-1]")
    cooling: Value = named("Cell cooling conductance [W.K-1]")
    fractions: Four  # of the galleries
    potentials: Four
    widths: Four

    @classmethod
    def of(cls, value_of: Callable[[str], Value], p: Parameters) -> Self:
        """As ``derive(p)``, but with ``value_of(name)`` for every derived value."""
        named_fields = {key: value_of(name) for key, name in NAMES.items()}
        fractions = tuple(value_of(name) for name in FRACTIONS)
        potentials, widths = _potentials(p), _widths(p)
        return cls(
            fractions=fractions, potentials=potentials, widths=widths, **named_fields
        )

    @property
    def galleries(self) -> tuple[Four, Four, Four]:
        """Fractions, potentials and widths, as ``physics.open_circuit`` takes them."""
        return self.fractions, self.potentials, self.widths

    def values(self) -> dict[str, Value]:
        """Each quantity by its name in NAMES and FRACTIONS."""
        by_name = {name: getattr(self, key) for key, name in NAMES.items()}
        return by_name | dict(zip(FRACTIONS, self.fractions, strict=True))


# attribute -> name in outputs and in `nfpcell show`
NAMES: dict[str, str] = {
    field.name: field.metadata["name"]
    for field in dataclasses.fields(Derived)
    if field.metadata
}
FRACTIONS = tuple(f"Positive electrode gallery {k} fraction" for k in (1, 2, 3, 4))


def derive(p: Parameters) -> Derived:
    """The derived quantities at the temperature ``p.T``."""
    area = p.height * p.width
    loading = p.areal_capacity / p.slow_capacity
    mass = loading * area

    # composition
    w_nfp = 1 - p.w_electrolyte - p.w_carbon
    phi_nfp, phi_electrolyte, phi_carbon = composition.solid_volume_fractions(
        (w_nfp, p.w_electrolyte, p.w_carbon),
        (p.nfp_density, p.electrolyte_density, p.carbon_density),
    )
    eps_nfp = phi_nfp * (1 - p.void)
    eps_electrolyte = phi_electrolyte * (1 - p.void)
    radius = p.coarsening * composition.sphere_radius_from_surface(
        p.nfp_surface, p.nfp_density
    )
    # firing bonds the grains to beta''-alumina and the cathode to the separator
    contacted = recipe.contacted_fraction(
        p.nfp_surface, p.surface_ref, p.contact_exponent
    )
    # carbon supplies its surface with electrons, and keeps the grains apart
    sintered = recipe.sintered_fraction(phi_carbon, p.sinter_limit, p.sinter_exponent)
    coverage = composition.surface_coverage(
        p.w_carbon, p.carbon_surface, w_nfp, p.nfp_surface
    )
    wired = composition.wired_share(coverage, p.wiring_coverage, p.wiring_spread)

    def activated(energy: Value) -> Value:
        return arrhenius(p.T, p.T_ref, energy)

    def ionic_conductivity(energy: Value) -> Value:
        return hopping_conductivity(p.T, p.T_ref, p.kappa, energy)

    def roughness(pore_fraction: Value) -> Value:
        return recipe.roughness_factor(
            pore_fraction, p.pore_diameter, p.accessible_depth
        )

    return Derived(
        area=area,
        loading=loading,
        mass=mass,
        nominal_capacity=p.nominal_specific_current * mass,
        # composition
        eps_nfp=eps_nfp,
        eps_electrolyte=eps_electrolyte,
        phi_carbon=phi_carbon,
        coverage=coverage,
        wired=wired,
        thickness=composition.electrode_thickness(loading, p.nfp_density, eps_nfp),
        radius=radius,
        # mobile sodium per volume of NFP
        c_max=p.active_fraction
        * p.nfp_density
        * p.specific_capacity
        * SECONDS_PER_HOUR
        / FARADAY,
        particle_area=composition.interfacial_area(eps_nfp, radius),
        fractions=open_circuit.gallery_fractions(p.low_step, p.share_2, p.share_3),
        potentials=_potentials(p),
        widths=_widths(p),
        # transport and kinetics at temperature
        inverse_time=diffusion.inverse_diffusion_time(
            p.D_poor * activated(p.D_energy), p.diffusion_length
        ),
        contacted=contacted,
        j0=contacted * sintered * wired * p.j0 * activated(p.j0_energy),
        kappa_eff=composition.effective_conductivity(
            ionic_conductivity(p.kappa_energy), eps_electrolyte, p.kappa_exponent
        ),
        sigma_eff=composition.percolating_conductivity(
            p.sigma_carbon,
            phi_carbon,
            p.phi_c,
            p.phi_exponent,
            p.sigma_matrix,
            p.phi_rounding,
        )
        + composition.network_conductivity(p.sigma_compact, phi_carbon, wired),
        # separator and interfaces, per area that carries current
        roughness_cathode=roughness(p.pore_fraction_cathode),
        roughness_anode=roughness(p.pore_fraction_anode),
        r_bulk=(1 - p.gb_share)
        * p.separator_thickness
        / ionic_conductivity(p.kappa_separator_energy),
        r_gb=p.gb_share * p.separator_thickness / ionic_conductivity(p.gb_energy),
        r_film=recipe.interphase_resistance(
            p.firing_temperature,
            p.firing_time,
            p.film_ref,
            p.film_T_ref,
            p.film_t_ref,
            p.film_growth_energy,
        )
        / activated(p.film_energy),
        i0_na=p.i0_na * activated(p.i0_na_energy),
        i_strip=stripping.critical_stripping_current(
            p.stack_pressure,
            p.T,
            p.i_strip,
            p.i_strip_pressure,
            p.i_strip_energy,
            p.T_ref,
        ),
        i0_separator=sintered * p.i0_separator * activated(p.i0_separator_energy),
        # heat capacity of separator, cathode and casing
        heat_capacity=composition.heat_capacity(
            area,
            (p.separator_thickness * p.electrolyte_density, p.separator_heat),
            (loading / w_nfp, p.cathode_heat),
            (1, p.casing_heat),
        ),
        cooling=p.heat_transfer * p.cooling_area * area,
    )


def derive_numbers(
    values: Mapping[str, float], temperature: float = ROOM_TEMPERATURE
) -> Derived:
    """Derive from the values of a cell by name, at a temperature [K]."""
    at_rest = {
        CONDITIONS["T"]: temperature,
        CONDITIONS["U_init"]: CHARGED_POTENTIAL,
        CONDITIONS["na_contact_init"]: 0.0,
        CONDITIONS["hysteresis_init"]: 0.0,
    }
    return derive(Parameters.of({**values, **at_rest}.__getitem__))


def _potentials(p: Parameters) -> Four:
    return p.U_1, p.U_2, p.U_3, p.U_4


def _widths(p: Parameters) -> Four:
    return p.omega_1, p.omega_2, p.omega_3, p.omega_4
