"""Pictures of the laws of the material and of its interfaces."""

import numpy as np

from benchmarks.theory.picture import (
    CELSIUS,
    COLD,
    FALL,
    GALLERIES,
    I_1C,
    KELVIN,
    THETA,
    THETAS,
    Picture,
    T,
    U,
    d,
    of,
    p,
)
from nfpcell.physics import (
    composite,
    diffusion,
    hysteresis,
    kinetics,
    open_circuit,
    particle,
    sodium_contact,
    stripping,
)


# ------------------------------------------------------------------------ open circuit
@of(open_circuit.occupancy)
def _() -> Picture:
    theta, vacancy = open_circuit.occupancy(U, *GALLERIES)
    curves = {"θ": theta, "1 − θ": vacancy}
    return Picture("Potential U (V)", "Fraction", U, curves)


@of(open_circuit.gallery_fractions)
def _() -> Picture:
    x = np.linspace(0, 1, 50)
    fractions = open_circuit.gallery_fractions(x, p.share_2, p.share_3)
    curves = {"$X_1$": fractions[0], "$X_2 = X_3 = X_4$": fractions[1]}
    return Picture("Low-step fraction x", "Fraction of gallery", x, curves)


@of(open_circuit.entropic_shift)
def _() -> Picture:
    curves = {
        f"{dUdT:g} mV/K": 1e3 * open_circuit.entropic_shift(KELVIN, T, dUdT / 1e3)
        for dUdT in (-0.3, 0.0, 0.3)
    }
    return Picture("Temperature (°C)", "ΔU (mV)", CELSIUS, curves)


@of(open_circuit.regularised_occupancy)
def _() -> Picture:
    potentials = np.linspace(3.0, 4.5, 300)
    curves = {
        f"λ = {weight:g}": open_circuit.regularised_occupancy(
            potentials, *GALLERIES, weight
        )
        for weight in (0.0, 4e-5, 8e-4)
    }
    return Picture("Potential U (V)", "x(U)", potentials, curves, log="y")


@of(open_circuit.occupancy_slope)
def _() -> Picture:
    slope = open_circuit.occupancy_slope(U, *GALLERIES)
    return Picture("Potential U (V)", "−dθ/dU (1/V)", U, {"": slope})


@of(open_circuit.equilibrium_potential)
def _() -> Picture:
    potential = open_circuit.equilibrium_potential(THETAS, *GALLERIES)
    return Picture(THETA, "Potential U (V)", THETAS, {"": potential})


# -------------------------------------------------------------------------- hysteresis
@of(hysteresis.hysteresis_rate)
def _() -> Picture:
    charge = np.linspace(0, 1, 400)
    step, curves = charge[1], {}
    for decay in (5.0, 10.0, 30.0):
        states = [-1.0]
        for current in np.where(charge[1:] < 0.5, 1.0, -1.0):
            rate = hysteresis.hysteresis_rate(states[-1], current, 1.0, decay)
            states.append(states[-1] + step * rate)
        curves[f"k = {decay:g}"] = states
    return Picture("Charge passed / Q, reversed at 0.5", "State h", charge, curves)


@of(hysteresis.hysteresis_overpotential)
def _() -> Picture:
    middle = open_circuit.equilibrium_potential(THETAS, *GALLERIES)
    curves = {
        name: middle - hysteresis.hysteresis_overpotential(state, 0.1)
        for name, state in (("charge", -1), ("mean", 0), ("discharge", 1))
    }
    return Picture(THETA, "Potential (V), H = 0.1 V", THETAS, curves)


# --------------------------------------------------------------------------- diffusion
@of(diffusion.diffusivity_falling)
def _() -> Picture:
    D = diffusion.diffusivity_falling(THETAS, p.D_poor, *FALL)
    return Picture(THETA, "D (m²/s)", THETAS, {"": D}, log="y")


@of(diffusion.kirchhoff_falling)
def _() -> Picture:
    curves = {
        f"ρ = {ratio:.2g}": diffusion.kirchhoff_falling(THETAS, 1, ratio, *FALL[1:])
        for ratio in (1.0, 0.1, p.D_ratio)
    }
    return Picture(THETA, "$K / D_{poor}$", THETAS, curves)


@of(diffusion.fraction_falling)
def _() -> Picture:
    K = diffusion.kirchhoff_falling(THETAS, 1, *FALL)
    theta = diffusion.fraction_falling(K, 1, *FALL)
    return Picture("$K / D_{poor}$", THETA, K, {"": theta})


@of(diffusion.thermodynamic_mobility)
def _() -> Picture:
    mobility = diffusion.thermodynamic_mobility(THETAS, 1, T)
    return Picture(THETA, "$m / D_{self}$ (1/V)", THETAS, {"": mobility})


@of(diffusion.inverse_diffusion_time)
def _() -> Picture:
    length = np.geomspace(1e-8, 2e-6, 50)
    curves = {
        f"{name} end": 1 / diffusion.inverse_diffusion_time(D, length) / 3600
        for name, D in (("poor", p.D_poor), ("rich", p.D_poor * p.D_ratio))
    }
    return Picture(
        "Diffusion length (µm)", "Time τ (h)", 1e6 * length, curves, log="xy"
    )


# ---------------------------------------------------------------------------- particle
@of(particle.outward_current)
def _() -> Picture:
    flux = np.linspace(-1, 1, 3) / 3600
    curves = {
        f"R = {1e6 * radius:g} µm": particle.outward_current(flux, d.c_max, radius)
        for radius in (0.1e-6, 1e-6)
    }
    return Picture("Flux N (1/h)", "j (A/m²)", 3600 * flux, curves)


@of(particle.outward_flux)
def _() -> Picture:
    j = np.linspace(-0.05, 0.05, 3)
    curves = {
        f"R = {1e6 * radius:g} µm": 3600 * particle.outward_flux(j, d.c_max, radius)
        for radius in (0.1e-6, 1e-6)
    }
    return Picture("j (A/m²)", "Flux N (1/h)", j, curves)


# ---------------------------------------------------------------------------- kinetics
@of(kinetics.charge_transfer_current)
def _() -> Picture:
    eta = np.linspace(-0.15, 0.15, 200)
    curves = {
        f"{kelvin - 273.15:.0f} °C": kinetics.charge_transfer_current(1, eta, kelvin)
        for kelvin in (T, COLD)
    }
    return Picture("Overpotential η (V)", "$j / j_0$", eta, curves)


@of(kinetics.charge_transfer_overpotential)
def _() -> Picture:
    j = np.geomspace(0.01, 100, 200)
    curves = {
        f"{kelvin - 273.15:.0f} °C": kinetics.charge_transfer_overpotential(
            1, j, kelvin
        )
        for kelvin in (T, COLD)
    }
    return Picture("$j / j_0$", "Overpotential η (V)", j, curves, log="x")


@of(kinetics.insertion_exchange_current)
def _() -> Picture:
    law = kinetics.insertion_exchange_current
    curves = {
        f"ε = {floor:g}": law(THETAS, 1 - THETAS, 1, floor)
        for floor in (p.j0_floor, 0.1)
    }
    return Picture(THETA, "$j_0 / j_{0,1/2}$", THETAS, curves, log="y")


# --------------------------------------------------------------------------- composite
@of(composite.uniform_reaction_current)
def _() -> Picture:
    rate = np.linspace(-2, 2, 3)
    j = composite.uniform_reaction_current(rate * I_1C, d.thickness, d.particle_area)
    return Picture("C-rate, positive on discharge", "j (A/m²)", rate, {"": j})


@of(composite.insertion_current)
def _() -> Picture:
    j = np.linspace(-0.01, 0.01, 3)
    i = composite.insertion_current(j, d.thickness, d.particle_area)
    return Picture("Mean j (A/m²)", "$i_F$ (A/m²)", j, {"": i})


@of(composite.uniform_reaction_losses)
def _() -> Picture:
    kappa = np.geomspace(1e-4, 1e-1, 50)
    curves = {
        f"{rate:g}C": 1e3
        * composite.uniform_reaction_losses(rate * I_1C, d.thickness, kappa, 1)[0]
        for rate in (0.1, 1, 2)
    }
    xlabel, ylabel = "Ionic conductivity κ (S/m)", "Ionic loss (mV)"
    return Picture(xlabel, ylabel, kappa, curves, log="xy")


# -------------------------------------------------------------- contact of the sodium
@of(sodium_contact.sodium_contact_factor)
def _() -> Picture:
    state = np.linspace(-1, 1, 3)
    curves = {
        f"A = {asymmetry:.2g}": sodium_contact.sodium_contact_factor(state, asymmetry)
        for asymmetry in (1.0, p.na_asymmetry, 2.0)
    }
    return Picture("State s, 1 after stripping", "Factor f", state, curves)


@of(stripping.critical_stripping_current)
def _() -> Picture:
    pressure = np.linspace(0, 9, 3)
    constants = p.i_strip, p.i_strip_pressure, p.i_strip_energy, p.T_ref
    law = stripping.critical_stripping_current
    curves = {
        f"{celsius} °C": law(1e6 * pressure, celsius + 273.15, *constants) / 10
        for celsius in (60, 30, 0, -20)
    }
    return Picture("Stack pressure (MPa)", "$i_c$ (mA/cm²)", pressure, curves)
