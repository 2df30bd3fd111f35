"""Pictures of the laws of composition, recipe, temperature and heat."""

import numpy as np

from benchmarks.theory.picture import (
    CELSIUS,
    EV,
    I_1C,
    KELVIN,
    Picture,
    T,
    d,
    of,
    p,
)
from nfpcell.physics import circuit, composition, heat, ragone, recipe, temperature

CARBON = np.linspace(0.02, 0.06, 200)  # mass fraction
DENSITIES = p.nfp_density, p.electrolyte_density, p.carbon_density


def _volumes(carbon: object) -> tuple[object, ...]:
    masses = 1 - p.w_electrolyte - carbon, p.w_electrolyte, carbon
    return composition.solid_volume_fractions(masses, DENSITIES)


# ------------------------------------------------------------------------- composition
@of(composition.solid_volume_fractions)
def _() -> Picture:
    nfp, electrolyte, carbon = (100 * np.asarray(v) for v in _volumes(CARBON))
    curves = {"NFP": nfp, "β″-alumina": electrolyte + 0 * carbon, "carbon": carbon}
    return Picture("Carbon (wt%)", "Volume of solids (%)", 100 * CARBON, curves)


@of(composition.electrode_thickness)
def _() -> Picture:
    loading = np.linspace(0, 0.1, 3)
    curves = {
        f"ε = {epsilon:.2g}": 1e6
        * composition.electrode_thickness(loading, p.nfp_density, epsilon)
        for epsilon in (0.5, d.eps_nfp, 1.0)
    }
    return Picture("NFP (mg/cm²)", "Thickness (µm)", 100 * loading, curves)


@of(composition.sphere_radius_from_surface)
def _() -> Picture:
    surface = np.geomspace(1e3, 5e4, 50)
    radius = composition.sphere_radius_from_surface(surface, p.nfp_density)
    xlabel, ylabel = "Specific surface (m²/g)", "Radius (nm)"
    return Picture(xlabel, ylabel, surface / 1e3, {"": 1e9 * radius}, log="xy")


@of(composition.surface_from_diameter)
def _() -> Picture:
    diameter = np.geomspace(1e-7, 1e-5, 50)
    curves = {
        f"k = {ratio:g}": composition.surface_from_diameter(
            diameter, p.nfp_density, ratio
        )
        / 1e3
        for ratio in (1.0, 2.9)
    }
    xlabel, ylabel = "Diameter (µm)", "Specific surface (m²/g)"
    return Picture(xlabel, ylabel, 1e6 * diameter, curves, log="xy")


@of(composition.interfacial_area)
def _() -> Picture:
    radius = np.geomspace(3e-8, 3e-6, 50)
    area = composition.interfacial_area(d.eps_nfp, radius)
    curves = {"": area / 1e6}
    return Picture("Radius (µm)", "Area (µm⁻¹)", 1e6 * radius, curves, log="xy")


@of(composition.effective_conductivity)
def _() -> Picture:
    epsilon = np.linspace(0.02, 1, 100)
    curves = {
        f"α = {exponent:.2g}": composition.effective_conductivity(1, epsilon, exponent)
        for exponent in (1.0, 1.5, p.kappa_exponent, 3.0)
    }
    return Picture("Volume fraction ε", "$κ_{eff} / κ$", epsilon, curves, log="y")


@of(composition.porosity_of_stack)
def _() -> Picture:
    share = np.linspace(0, 1, 50)
    porosity = [
        composition.porosity_of_stack((1 - x, x), (0.9, 0.41), 1.5) for x in share
    ]
    xlabel = "Share of a layer with 0.41, the rest with 0.9"
    return Picture(xlabel, "Porosity ε", share, {"": porosity})


@of(composition.percolating_conductivity)
def _() -> Picture:
    phi = np.linspace(0.03, 0.1, 200)
    curves = {
        f"b = {rounding:g}": composition.percolating_conductivity(
            200, phi, 0.057, 2, 1e-7, rounding
        )
        for rounding in (1e-4, 3e-3)
    }
    xlabel, ylabel = "Carbon (vol%)", "$σ_{eff}$ (S/m)"
    return Picture(xlabel, ylabel, 100 * phi, curves, log="y")


def _coverage(carbon: object, powder_surface: float) -> object:
    powder = 1 - p.w_electrolyte - carbon
    return composition.surface_coverage(
        carbon, p.carbon_surface, powder, powder_surface
    )


@of(composition.surface_coverage)
def _() -> Picture:
    curves = {
        f"{surface / 1e3:g} m²/g": _coverage(CARBON, surface)
        for surface in (p.nfp_surface / 2, p.nfp_surface)
    }
    return Picture("Carbon (wt%)", "Coverage c", 100 * CARBON, curves)


@of(composition.wired_share)
def _() -> Picture:
    constants = p.wiring_coverage, p.wiring_spread
    curves = {
        f"{surface / 1e3:g} m²/g": composition.wired_share(
            _coverage(CARBON, surface), *constants
        )
        for surface in (p.nfp_surface / 2, p.nfp_surface)
    }
    return Picture("Carbon (wt%)", "Wired share f", 100 * CARBON, curves, log="y")


@of(composition.network_conductivity)
def _() -> Picture:
    constants = p.wiring_coverage, p.wiring_spread
    wired = composition.wired_share(_coverage(CARBON, p.nfp_surface), *constants)
    *_, phi = _volumes(CARBON)
    sigma = composition.network_conductivity(p.sigma_compact, phi, wired)
    xlabel = "Carbon (wt%)"
    return Picture(xlabel, "$σ_{eff}$ (S/m)", 100 * CARBON, {"": sigma}, log="y")


@of(composition.heat_capacity)
def _() -> Picture:
    thickness = np.linspace(0.1e-3, 2e-3, 3)
    layer = thickness * p.electrolyte_density, p.separator_heat
    C = composition.heat_capacity(d.area, layer, (1, p.casing_heat))
    xlabel = "Thickness of the electrolyte (mm)"
    return Picture(xlabel, "Heat capacity (J/K)", 1e3 * thickness, {"": C})


# ------------------------------------------------------------------------------ recipe
@of(recipe.interphase_resistance)
def _() -> Picture:
    celsius = np.linspace(500, 580, 100)
    constants = p.film_ref, p.film_T_ref, p.film_t_ref, p.film_growth_energy
    curves = {
        f"{minutes} min": 1e4
        * recipe.interphase_resistance(celsius + 273.15, 60 * minutes, *constants)
        for minutes in (10, 30, 60)
    }
    xlabel, ylabel = "Firing temperature (°C)", "Resistance (Ω cm²)"
    return Picture(xlabel, ylabel, celsius, curves, log="y")


@of(recipe.contacted_fraction)
def _() -> Picture:
    surface = np.linspace(1e3, 4e4, 200)
    curves = {
        f"n = {exponent:.2g}": recipe.contacted_fraction(
            surface, p.surface_ref, exponent
        )
        for exponent in (0.3, p.contact_exponent, 1.5)
    }
    xlabel = "Specific surface (m²/g)"
    return Picture(xlabel, "Bonded fraction f", surface / 1e3, curves)


@of(recipe.sintered_fraction)
def _() -> Picture:
    *_, phi = _volumes(CARBON)
    bonded = recipe.sintered_fraction(phi, p.sinter_limit, p.sinter_exponent)
    return Picture("Carbon (wt%)", "Bonded fraction f", 100 * CARBON, {"": bonded})


@of(recipe.roughness_factor)
def _() -> Picture:
    phi = np.linspace(0, 0.9, 3)
    curves = {
        f"h = {depth:.0f} µm": recipe.roughness_factor(
            phi, p.pore_diameter, depth * 1e-6
        )
        for depth in (10, 1e6 * p.accessible_depth)
    }
    return Picture("Pore former (vol%)", "Area factor f", 100 * phi, curves)


# ------------------------------------------------------------------------- temperature
@of(temperature.arrhenius)
def _() -> Picture:
    curves = {
        f"{energy:.2f} eV": temperature.arrhenius(KELVIN, T, energy * EV)
        for energy in (0.14, 0.3, 0.5, 0.64)
    }
    return Picture("Temperature (°C)", "Factor f", CELSIUS, curves, log="y")


@of(temperature.hopping_conductivity)
def _() -> Picture:
    energy = p.kappa_separator_energy
    curves = {
        "β″-alumina": temperature.hopping_conductivity(KELVIN, T, p.kappa, energy),
        "same energy, no 1/T": p.kappa * temperature.arrhenius(KELVIN, T, energy),
    }
    return Picture("Temperature (°C)", "σ (S/m)", CELSIUS, curves, log="y")


# -------------------------------------------------------------------------------- heat
@of(heat.dissipation)
def _() -> Picture:
    rate = np.linspace(-2, 2, 100)
    current, resistance = rate * I_1C * d.area, 234.0
    curves = {"": 1e3 * heat.dissipation(current, current * resistance)}
    return Picture("C-rate, through 234 Ω", "Heat (mW)", rate, curves)


@of(heat.reversible_heating)
def _() -> Picture:
    rate = np.linspace(-2, 2, 3)
    curves = {
        f"{dUdT:g} mV/K": 1e3
        * heat.reversible_heating(rate * I_1C * d.area, T, dUdT / 1e3)
        for dUdT in (-0.3, 0.0, 0.3)
    }
    return Picture("C-rate, positive on discharge", "Heat (mW)", rate, curves)


# ----------------------------------------------------------------- circuit and energy
@of(circuit.arcs_impedance)
def _() -> Picture:
    omega = np.geomspace(1e-2, 1e7, 400)
    spectra = {
        f"n = {n:g}": circuit.arcs_impedance(
            omega, 30.0, [60.0, 140.0], [1e-5, 1e-1], [n, n]
        )
        for n in (1.0, 0.8)
    }
    x = {name: Z.real for name, Z in spectra.items()}
    y = {name: -Z.imag for name, Z in spectra.items()}
    return Picture("Re Z (Ω)", "−Im Z (Ω)", x, y, equal=True)


@of(ragone.stack_areal_mass)
def _() -> Picture:
    thickness = np.linspace(0, 1e-3, 3)
    density, w_nfp = p.electrolyte_density, 1 - p.w_electrolyte - p.w_carbon
    curves = {
        f"{100 * loading:.3g} mg/cm²": 100
        * ragone.stack_areal_mass(thickness, density, loading, w_nfp)
        for loading in (d.loading, 0.1)
    }
    xlabel = "Thickness of the electrolyte (mm)"
    return Picture(xlabel, "Mass (mg/cm²)", 1e3 * thickness, curves)


@of(ragone.mean_power)
def _() -> Picture:
    hours = np.geomspace(0.1, 100, 50)
    curves = {
        f"{energy} Wh/kg": ragone.mean_power(energy, hours) for energy in (100, 250)
    }
    return Picture("Time (h)", "Power (W/kg)", hours, curves, log="xy")
