"""Limits, symmetries and published values of each law; arrays and scalars agree."""

import numpy as np
import pybamm
import pytest
from scipy import stats

from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.physics import (
    circuit,
    composite,
    composition,
    diffusion,
    heat,
    hysteresis,
    interfaces,
    kinetics,
    open_circuit,
    particle,
    ragone,
    recipe,
    sodium_contact,
    stripping,
    temperature,
)

T, T_25 = 303.15, 298.15
GALLERIES = ((0.4, 0.2, 0.2, 0.2), (2.52, 2.99, 3.08, 3.24), (1.2, 0.5, 0.5, 0.5))
VECTORS = {
    "arrhenius": (lambda x: temperature.arrhenius(x, T, 5e4), [233.0, T, 373.0]),
    "hopping": (
        lambda x: temperature.hopping_conductivity(x, T, 0.4, 3e4),
        [233.0, T, 373.0],
    ),
    "charge transfer": (
        lambda x: kinetics.charge_transfer_current(0.3, x, T),
        [-0.3, 0.0, 0.1],
    ),
    "overpotential": (
        lambda x: kinetics.charge_transfer_overpotential(0.3, x, T),
        [-3.0, 0.0, 0.1],
    ),
    "insertion": (
        lambda x: kinetics.insertion_exchange_current(x, 1 - x, 0.3, 1e-3),
        [0.0, 0.2, 1.0],
    ),
    "occupancy": (lambda x: open_circuit.occupancy(x, T, *GALLERIES)[0], [2.0, 3.0, 4]),
    "vacancy": (lambda x: open_circuit.occupancy(x, T, *GALLERIES)[1], [2.0, 3.0, 4]),
    "falling": (
        lambda x: diffusion.kirchhoff_falling(x, 2.0, 0.01, 0.6, 0.03),
        [0.0, 0.6, 1.0],
    ),
    "thermodynamic": (
        lambda x: diffusion.thermodynamic_mobility(x, 2.0, T),
        [0.0, 0.5, 1.0],
    ),
    "percolation": (
        lambda x: composition.percolating_conductivity(200.0, x, 0.06, 2, 1e-7, 1e-4),
        [0.0, 0.06, 0.2],
    ),
    "coverage": (
        lambda x: composition.surface_coverage(x, 62e3, 0.8, 27e3),
        [0.0, 0.04, 1.0],
    ),
    "wired": (
        lambda x: composition.wired_share(x, 0.03, 0.25),
        [0.0, 0.03, 2.0],
    ),
    "sintered": (
        lambda x: recipe.sintered_fraction(x, 0.08, 20.0),
        [0.0, 0.08, 0.3],
    ),
    "effective": (
        lambda x: composition.effective_conductivity(0.4, x, 1.6),
        [0.1, 0.5, 1.0],
    ),
    "film": (
        lambda x: recipe.interphase_resistance(x, 1800.0, 0.3, 823.15, 3600.0, 1e6),
        [773.0, 823.15],
    ),
    "contacted": (lambda x: recipe.contacted_fraction(x, 27e3, 1.5), [9e3, 27e3]),
    "contact": (
        lambda x: sodium_contact.sodium_contact_factor(x, 1.5),
        [-1.0, 0.0, 1.0],
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_an_array_gives_finite_values_equal_to_its_scalars(name):
    law, points = VECTORS[name]
    together = law(np.array(points))
    assert np.all(np.isfinite(together))
    assert together == pytest.approx([law(x) for x in points], rel=1e-14, abs=1e-300)


# ------------------------------------------------------------------------ temperature
def test_arrhenius():
    assert temperature.arrhenius(T, T, 5e4) == 1
    # textbook rule: 53 kJ/mol double a rate from 25 to 35 degC
    assert temperature.arrhenius(308.15, T_25, 52.9e3) == pytest.approx(2, rel=0.01)
    assert temperature.arrhenius(250.0, T, 0.0) == 1
    # 0.1 eV between 250 and 300 K: exp(1160.45 K / 1500 K)
    energy = 0.1 * 1.602176634e-19 * 6.02214076e23
    value = temperature.arrhenius(300.0, 250.0, energy)
    assert value == pytest.approx(np.exp(1160.4518 * (1 / 250 - 1 / 300)), rel=1e-6)


def test_hopping_conductivity():
    # sigma T, not sigma, is a straight line over 1/T: Engstrom et al. (1981)
    temperatures = np.array([250.0, 300.0, 400.0, 573.15])
    sigma_T = temperatures * temperature.hopping_conductivity(temperatures, T, 0.4, 3e4)
    slope = np.diff(np.log(sigma_T)) / np.diff(1 / temperatures)
    assert slope == pytest.approx(-3e4 / GAS_CONSTANT)
    assert temperature.hopping_conductivity(T, T, 0.4, 3e4) == pytest.approx(0.4)
    assert temperature.hopping_conductivity(2 * T, T, 0.4, 0.0) == pytest.approx(0.2)


# --------------------------------------------------------------------------- kinetics
def test_charge_transfer():
    law = kinetics.charge_transfer_current
    thermal = GAS_CONSTANT * T / FARADAY
    assert law(0.3, 0.0, T) == 0
    assert law(0.3, 1e-6, T) == pytest.approx(0.3 * 1e-6 / thermal, rel=1e-8)
    assert law(0.3, -0.1, T) == -law(0.3, 0.1, T)
    # Tafel slope of a transfer coefficient of 1/2 at 25 degC: 118 mV a decade
    assert law(1.0, 0.5 + 0.1183, T_25) / law(1.0, 0.5, T_25) == pytest.approx(
        10, rel=1e-3
    )


@pytest.mark.parametrize("j", [-5.0, -1e-3, 0.0, 1e-3, 5.0])
def test_overpotential_is_the_inverse(j):
    eta = kinetics.charge_transfer_overpotential(0.3, j, T)
    assert kinetics.charge_transfer_current(0.3, eta, T) == pytest.approx(j, rel=1e-12)


def test_insertion_exchange_current():
    law = kinetics.insertion_exchange_current
    assert law(0.5, 0.5, 0.02, 0.0) == 0.02
    assert law(0.0, 1.0, 0.02, 1e-3) == pytest.approx(2e-5)
    assert law(1.0, 0.0, 0.02, 1e-3) == pytest.approx(2e-5)
    assert law(0.2, 0.8, 0.02, 1e-3) == law(0.8, 0.2, 0.02, 1e-3)


# ----------------------------------------------------------------------- open circuit
def test_occupancy():
    U = np.linspace(1.5, 9, 4001)
    theta, vacancy = open_circuit.occupancy(U, T, *GALLERIES)
    assert theta + vacancy == pytest.approx(1, abs=1e-15)
    assert np.all(np.diff(theta[U < 3.6]) < 0)
    assert np.all(theta >= 0)
    assert np.all(vacancy >= 0)
    assert open_circuit.occupancy(2.75, T, *GALLERIES)[0] == pytest.approx(
        0.6, abs=1e-3
    )


def test_one_ideal_gallery_has_the_peak_of_the_nernst_equation():
    """Full width at half height of dQ/dV is 90.6 mV at 25 degC (Bard and Faulkner)."""
    U = np.linspace(2.8, 3.2, 40001)
    slope = open_circuit.occupancy_slope(U, T_25, (1.0,), (3.0,), (1.0,))
    above_half = U[slope > slope.max() / 2]
    assert above_half[-1] - above_half[0] == pytest.approx(90.6e-3, abs=1e-4)
    assert open_circuit.occupancy(3.0, T_25, (1.0,), (3.0,), (1.0,)) == (0.5, 0.5)


def test_entropic_shift():
    assert open_circuit.entropic_shift(T, T, -2e-4) == 0
    assert open_circuit.entropic_shift(T + 50, T, -2e-4) == pytest.approx(-0.01)


def test_equilibrium_potential_is_the_inverse():
    theta = np.array([1e-9, 0.01, 0.3, 0.6, 0.9, 1 - 1e-9])
    U = open_circuit.equilibrium_potential(theta, T, *GALLERIES)
    assert open_circuit.occupancy(U, T, *GALLERIES)[0] == pytest.approx(theta, rel=1e-9)


@pytest.mark.parametrize("width", [1.0, 0.1, 0.04, 0.01, 0.001])
def test_the_inverse_holds_for_galleries_of_any_width(width):
    potentials = (2.52, 2.96, 3.08, 3.31)
    galleries = (0.4, 0.2, 0.1, 0.3), potentials, (1.2, width, width, width)
    around = 0.026 * width * np.linspace(-8, 8, 101)
    U = np.add.outer(potentials[1:], around).ravel()
    x, _ = open_circuit.occupancy(U, T, *galleries)
    known = (x > 1e-9) & (x < 1 - 1e-9)
    back = open_circuit.equilibrium_potential(x, T, *galleries)
    assert back[known] == pytest.approx(U[known], abs=1e-7)
    # between the galleries every potential has this fraction
    between = float(open_circuit.equilibrium_potential(0.3, T, *galleries))
    assert 2.96 < between < 3.31


def test_occupancy_slope():
    U = np.linspace(1.5, 4.5, 301)
    h = 1e-5
    rise = open_circuit.occupancy(U - h, T, *GALLERIES)[0]
    fall = open_circuit.occupancy(U + h, T, *GALLERIES)[0]
    slope = open_circuit.occupancy_slope(U, T, *GALLERIES)
    assert slope == pytest.approx((rise - fall) / (2 * h), rel=1e-4, abs=1e-10)
    assert open_circuit.occupancy_slope(9.0, T, *GALLERIES) < 1e-15
    thermal = GAS_CONSTANT * T / FARADAY
    alone = open_circuit.occupancy_slope(3.0, T, (1.0,), (3.0,), (0.5,))
    assert alone == pytest.approx(1 / (4 * 0.5 * thermal))


def test_regularised_occupancy():
    def law(U, regularisation):
        return open_circuit.regularised_occupancy(U, T, *GALLERIES, regularisation)

    U = np.linspace(-12, 17, 301)
    assert law(U, 0.0) == pytest.approx(open_circuit.occupancy(U, T, *GALLERIES)[0])
    assert law(np.array([1.0, 5.0]), 0.2) == pytest.approx([1, 0], abs=1e-9)
    assert np.diff(law(U, 1e-6)).max() < -0.9e-6 * (U[1] - U[0]) / 4


@pytest.mark.parametrize("regularisation", [0.0, 0.2])
def test_regularised_slope_is_the_derivative(regularisation):
    U, step = np.linspace(0.5, 5.5, 41), 1e-5
    up, down = (
        open_circuit.regularised_occupancy(U + by, T, *GALLERIES, regularisation)
        for by in (step, -step)
    )
    slope = open_circuit.occupancy_slope(U, T, *GALLERIES, regularisation)
    assert slope == pytest.approx((down - up) / (2 * step), rel=1e-6, abs=1e-9)
    far = open_circuit.occupancy_slope(9.0, T, *GALLERIES, regularisation)
    assert far == pytest.approx(regularisation / 4)


@pytest.mark.parametrize("regularisation", [5e-3, 1e-6])
def test_the_inverse_of_a_regularised_occupancy_exists_at_every_potential(
    regularisation,
):
    U = np.array([-40.0, -9.9, 1.0, 2.0, 2.5, 2.75, 3.1, 3.6, 4.5, 14.0, 60.0])
    x = open_circuit.regularised_occupancy(U, T, *GALLERIES, regularisation)
    inverse = open_circuit.equilibrium_potential(x, T, *GALLERIES, regularisation)
    assert inverse == pytest.approx(U, abs=1e-9 + 1e-14 / regularisation)


def test_gallery_fractions():
    assert sum(open_circuit.gallery_fractions(0.37, 0.2, 0.3)) == pytest.approx(1)
    equal = open_circuit.gallery_fractions(0.25, 1 / 3, 1 / 3)
    assert equal == pytest.approx((0.25,) * 4)


# -------------------------------------------------------------------------- diffusion
def slope(law, theta, h=1e-6):
    return (law(theta + h) - law(theta - h)) / (2 * h)


def test_inverse_diffusion_time():
    assert diffusion.inverse_diffusion_time(4e-17, 1e-7) == pytest.approx(4e-3)
    # twice the length takes four times as long
    assert diffusion.inverse_diffusion_time(4e-17, 2e-7) == pytest.approx(1e-3)


def test_kirchhoff_falling():
    def law(theta):
        return diffusion.kirchhoff_falling(theta, 3.0, 0.01, 0.6, 0.02)

    assert law(0.0) == 0
    assert slope(law, 0.05) == pytest.approx(3.0, rel=2e-3)
    assert slope(law, 0.6) == pytest.approx(3.0 * 1.01 / 2, rel=1e-6)
    assert slope(law, 0.99) == pytest.approx(3.0 * 0.01, rel=0.1)
    assert np.all(np.diff(law(np.linspace(0, 1, 500))) > 0)
    assert diffusion.kirchhoff_falling(0.7, 3.0, 1.0, 0.6, 0.02) == 3.0 * 0.7
    # two decades of fall with sodiation, as measured on NVPF (Chayambuka et al. 2022)
    ends = diffusion.diffusivity_falling(np.array([0.0, 1.0]), 3.0, 0.01, 0.5, 1e-4)
    assert ends == pytest.approx([3.0, 0.03], rel=1e-4)
    theta = np.linspace(0.1, 0.9, 9)
    diffusivity = diffusion.diffusivity_falling(theta, 3.0, 0.01, 0.6, 0.02)
    assert slope(law, theta) == pytest.approx(diffusivity, rel=1e-5)


@pytest.mark.parametrize("ratio", [0.01, 0.3, 1.0])
def test_fraction_is_the_inverse_of_the_kirchhoff_integral(ratio):
    theta = np.linspace(-0.1, 1.1, 121)
    constants = 3.0, ratio, 0.6, 0.02
    K = diffusion.kirchhoff_falling(theta, *constants)
    assert diffusion.fraction_falling(K, *constants) == pytest.approx(theta, abs=1e-12)


def test_outward_flux_is_the_inverse():
    # one mole of sodium a second through 1 m2 is Faraday's constant in ampere
    assert particle.outward_current(1.0, 1.0, 1.0) == FARADAY
    j = particle.outward_current(2e-5, 1.3e4, 3e-7)
    assert particle.outward_flux(j, 1.3e4, 3e-7) == pytest.approx(2e-5)


def test_particles_share_the_current_evenly():
    i, L, a, c_dl = 6.0, 1e-4, 3e5, 2.0
    j = composite.uniform_reaction_current(i, L, a)
    dphi = pybamm.Variable("dphi")
    part = composite.charge_on_particle(dphi, i, L, a, pybamm.Scalar(j), c_dl, 3.0)
    assert part.rhs[dphi].evaluate() == pytest.approx(0, abs=1e-15)
    more = composite.charge_on_particle(dphi, i, L, a, pybamm.Scalar(0), c_dl, 3.0)
    assert more.rhs[dphi].evaluate() == pytest.approx(-i / (a * L * c_dl))


def test_thermodynamic_mobility_is_ficks_law_for_an_ideal_solution():
    one = ((1.0,), (3.0,), (1.0,))
    U = 3.01
    theta, _ = open_circuit.occupancy(U, T, *one)
    dtheta_dU = slope(lambda u: open_circuit.occupancy(u, T, *one)[0], U)
    mobility = diffusion.thermodynamic_mobility(theta, 2.0, T)
    assert mobility / -dtheta_dU == pytest.approx(2.0, rel=1e-6)
    assert diffusion.thermodynamic_mobility(0.0, 2.0, T) == 0
    assert diffusion.thermodynamic_mobility(1.0, 2.0, T) == 0


# ------------------------------------------------------------------------ composition
def test_volume_fractions():
    w = (0.8, 0.15, 0.05)
    phi = composition.solid_volume_fractions(w, (3221.0, 3270.0, 1900.0))
    assert sum(phi) == pytest.approx(1)
    assert phi[2] / phi[0] == pytest.approx(w[2] / w[0] * 3221 / 1900)
    assert composition.solid_volume_fractions(w, (2.0, 2.0, 2.0)) == pytest.approx(w)


def test_geometry_of_the_composite():
    # a dense layer, and half of it
    assert composition.electrode_thickness(0.03, 3000.0, 1.0) == pytest.approx(1e-5)
    assert composition.electrode_thickness(0.03, 3000.0, 0.5) == pytest.approx(2e-5)
    R = composition.sphere_radius_from_surface(27e3, 3221.0)
    volume, area = 4 / 3 * np.pi * R**3, 4 * np.pi * R**2
    assert area / (3221.0 * volume) == pytest.approx(27e3)
    assert composition.interfacial_area(0.5, R) == pytest.approx(0.5 * area / volume)


def test_surface_from_diameter():
    # the paper's powder: 0.2 um and 27 m2/g
    surface = composition.surface_from_diameter(0.2e-6, 3221.0, 2.9)
    assert surface == pytest.approx(27e3, rel=1e-3)
    # smooth spheres: area over mass
    smooth = composition.surface_from_diameter(1e-6, 3000.0, 1.0)
    assert smooth == pytest.approx(np.pi * 1e-12 / (3000.0 * np.pi * 1e-18 / 6))


def test_porosity_of_stack():
    same = composition.porosity_of_stack((1e-4, 3e-4), (0.4, 0.4), 1.5)
    assert same == pytest.approx(0.4)
    # half of it open, half of it with a quarter of the conductivity
    stack = composition.porosity_of_stack((1.0, 1.0), (1.0, 0.5), 2.0)
    assert stack**2 == pytest.approx(2 / (1 + 4))


def test_heat_capacity():
    assert composition.heat_capacity(0.5, (2.0, 10.0)) == 10.0
    # 1 g of water per cm2 of 1 m2: 4.18 J/(g K)
    assert composition.heat_capacity(1.0, (10.0, 4180.0)) == pytest.approx(41.8e3)


def test_effective_conductivity():
    # Bruggeman: half of the volume leaves 35 % of the conductivity
    assert composition.effective_conductivity(1.0, 0.5, 1.5) == pytest.approx(
        0.354, rel=2e-3
    )
    assert composition.effective_conductivity(0.4, 1.0, 1.7) == 0.4
    assert composition.effective_conductivity(0.4, 0.5, 2.0) == pytest.approx(0.1)


def test_percolation():
    def law(phi, rounding=1e-4):
        return composition.percolating_conductivity(
            200.0, phi, 0.06, 2.0, 1e-7, rounding
        )

    assert law(0.26) == pytest.approx(200 * 0.2**2, rel=1e-4)
    assert law(0.01, 0.0) == 1e-7
    assert np.all(np.diff(law(np.linspace(0, 0.3, 301))) > 0)


def test_surface_coverage():
    # one layer of carbon spheres in a square lattice, each on a square of its diameter:
    # pi/4 of the surface, whatever the diameter
    density, surface = 1900.0, 27e3
    for d in (2e-8, 8e-8):
        spheres = surface / d**2  # on the powder of 1 kg
        carbon = spheres * density * np.pi * d**3 / 6
        coverage = composition.surface_coverage(
            carbon / (1 + carbon), 6 / (density * d), 1 / (1 + carbon), surface
        )
        assert coverage == pytest.approx(np.pi / 4)


def test_wired_share():
    """The share of places whose local coverage exceeds the threshold."""
    c, threshold, spread = 0.03, 0.04, 0.3
    local = stats.logistic(np.log(c), spread * np.sqrt(3) / np.pi)
    assert local.std() == pytest.approx(spread)
    share = composition.wired_share(c, threshold, spread)
    assert share == pytest.approx(local.sf(np.log(threshold)))
    assert composition.wired_share(threshold, threshold, spread) == 0.5
    assert composition.wired_share(0.0, threshold, spread) < 1e-30
    assert composition.wired_share(1.0, threshold, 0.01) == 1
    assert np.all(np.diff(composition.wired_share(np.linspace(0, 1), 0.1, spread)) > 0)


def test_network_conductivity():
    # a fifth of the volume, half of it connected
    assert composition.network_conductivity(1e3, 0.2, 0.5) == pytest.approx(100.0)


# ----------------------------------------------------------------------------- recipe
def test_interphase():
    law = recipe.interphase_resistance
    assert law(823.15, 3600.0, 0.3, 823.15, 3600.0, 1e6) == pytest.approx(0.3)
    assert law(823.15, 900.0, 0.3, 823.15, 3600.0, 1e6) == pytest.approx(0.15)
    # the paper: the layer of 550 degC and 60 min is suppressed at 525 degC and 30 min
    assert law(798.15, 1800.0, 0.3, 823.15, 3600.0, 1e6) < 0.01


def test_contacted_fraction_and_roughness():
    assert recipe.contacted_fraction(27e3, 27e3, 1.5) == 1
    assert recipe.contacted_fraction(9e3, 27e3, 0.0) == 1
    assert recipe.contacted_fraction(9e3, 27e3, 2.0) == pytest.approx(1 / 9)
    assert recipe.roughness_factor(0.0, 20e-6, 13e-6) == 1
    # n spheres in a unit volume: n pi d2 of wall, n pi d3/6 of pore
    assert recipe.roughness_factor(0.5, 2.0, 1.0) == pytest.approx(1 + 0.5 * 3)


def test_sintered_fraction():
    assert recipe.sintered_fraction(0.0, 0.08, 20.0) == 1
    assert recipe.sintered_fraction(0.08, 0.08, 20.0) == 0.5
    # as many parts bond at 1/k of the limit as do not bond at k times the limit
    bonded = recipe.sintered_fraction(0.08 / 1.3, 0.08, 20.0)
    assert bonded == pytest.approx(1 - recipe.sintered_fraction(0.08 * 1.3, 0.08, 20.0))
    assert np.all(np.diff(recipe.sintered_fraction(np.linspace(0, 0.2), 0.08, 20)) <= 0)


# ------------------------------------------------------------- interfaces, composite
@pytest.mark.parametrize("asymmetry", [1.0, 1.5, 3.0])
def test_sodium_contact_factor(asymmetry):
    law = sodium_contact.sodium_contact_factor
    assert law(0.0, asymmetry) == 1
    assert law(-1.0, asymmetry) / law(1.0, asymmetry) == pytest.approx(asymmetry)


def rate(part, variable, value):
    """Right side of the equation of a variable, at a value of it."""
    return part.rhs[variable].evaluate(y=np.array([[value]])).item()


def test_interfaces_in_steady_state():
    """No double layer charges where charge transfer takes the whole current."""
    state = pybamm.StateVector(slice(0, 1))
    i = kinetics.charge_transfer_current(0.3, 0.05, T)
    interface = interfaces.charge_at_interface(state, i, 0.3, 0.1, T)
    assert rate(interface, state, 0.05) == pytest.approx(0, abs=1e-12)
    assert rate(interface, state, 0.0) == pytest.approx(i / 0.1)
    layer = interfaces.charge_in_layer(state, 2.0, 0.4, 0.1)
    assert rate(layer, state, 0.8) == pytest.approx(0, abs=1e-12)
    assert rate(layer, state, 0.0) == pytest.approx(20.0)


def test_sodium_contact_is_kept_at_rest_and_tends_to_its_limits():
    state = pybamm.StateVector(slice(0, 1))
    for i, limit in ((2.0, 1.0), (-2.0, -1.0)):
        contact = sodium_contact.sodium_contact(state, i, 10.0, 0.0)
        assert rate(contact, state, limit) == 0
        assert rate(contact, state, 0.0) == pytest.approx(i / 10)
    rest = sodium_contact.sodium_contact(state, 0.0, 10.0, 0.0)
    assert rate(rest, state, 0.3) == 0


LIMIT = (25.0, 9e6, 13508.0, 298.15)  # current, pressure, energy, temperature


def test_critical_stripping_current_is_linear_in_the_pressure_and_activated():
    law = stripping.critical_stripping_current
    # 2.5 mA/cm2 at 9 MPa, Spencer Jolly 2020
    assert law(9e6, 298.15, *LIMIT) == 25.0
    assert law(4.5e6, 298.15, *LIMIT) == 12.5
    assert law(0.0, 298.15, *LIMIT) == 0.0
    # 0.14 eV
    ratio = law(1e6, 313.15, *LIMIT) / law(1e6, 273.15, *LIMIT)
    between = (1 / 273.15 - 1 / 313.15) / 8.617333e-5  # per eV
    assert ratio == pytest.approx(np.exp(0.14 * between), rel=1e-4)


def test_voids_open_above_the_critical_current_only():
    phi = pybamm.StateVector(slice(0, 1))

    def opening(fraction, i):
        part = sodium_contact.contact_with_voids(phi, i, 2.0, 10.0)
        return rate(part, phi, fraction)

    assert opening(1.0, 2.0) == opening(1.0, 1.0) == opening(1.0, -3.0) == 0
    assert opening(1.0, 3.0) == pytest.approx(-0.1)
    # as much as creep does not bring to the half that is in contact
    assert opening(0.5, 1.5) == pytest.approx(-0.05)
    assert opening(0.5, 1.0) == 0
    # at rest, voids close within q/i_c; plating closes them faster
    assert opening(0.5, 0.0) == pytest.approx(0.5 * 0.1)
    assert opening(0.5, -1.0) == pytest.approx(0.5 * 0.2)
    left = sodium_contact.contact_left(phi, 3.0, 2.0)
    assert left.evaluate(y=np.array([[sodium_contact.LOST]])).item() == 0
    rest = sodium_contact.contact_left(phi, 0.0, 2.0)
    assert rest.evaluate(y=np.array([[sodium_contact.LOST]])).item() == 1


def test_a_heated_cell_settles_where_cooling_balances_heating():
    state = pybamm.StateVector(slice(0, 1))
    balance = heat.balance_of_heat(state, 0.5, 100.0, 0.05, T)
    assert rate(balance, state, T + 10) == pytest.approx(0, abs=1e-12)
    assert rate(balance, state, T) == pytest.approx(0.5 / 100)


def test_composite_losses_limits():
    i, L, kappa, sigma = 2.0, 1e-2, 0.3, 0.7
    together = sum(composite.composite_losses(3.0, 3.0, 3.0, i, L, kappa, sigma))
    assert together == pytest.approx(i * L / (kappa + sigma))
    ionic, electronic = composite.uniform_reaction_losses(i, L, kappa, sigma)
    # the profile of a reaction that is uniform through the layer
    x = np.linspace(0, 1, 2001)
    dphi = L * i * ((x - x**2 / 2) / kappa - x**2 / 2 / sigma)
    mean = np.trapezoid(dphi, x)
    exact = composite.composite_losses(dphi[0], mean, dphi[-1], i, L, kappa, sigma)
    assert (ionic, electronic) == pytest.approx(exact, rel=1e-6)
    assert composite.uniform_reaction_losses(-i, L, kappa, sigma)[0] == -ionic


def test_a_uniform_reaction_inserts_the_whole_current():
    j = composite.uniform_reaction_current(6.0, 1e-4, 3e5)
    assert composite.insertion_current(j, 1e-4, 3e5) == pytest.approx(6.0)


# ------------------------------------------------------------------ hysteresis and heat
def test_hysteresis():
    assert hysteresis.hysteresis_rate(0.3, 0.0, 3600.0, 10.0) == 0
    for branch in (1.0, -1.0):
        assert hysteresis.hysteresis_rate(branch, branch * 0.2, 3600.0, 10.0) == 0
    gap = hysteresis.hysteresis_overpotential(np.array([-1.0, 0.0, 1.0]), 0.04)
    assert gap == pytest.approx([-0.02, 0.0, 0.02])


def test_heat_of_a_resistance_is_i_squared_r():
    for current in (-2.0, 0.0, 2.0):
        assert heat.dissipation(current, current * 0.5) == current**2 * 0.5


def test_reversible_heat_is_that_of_the_entropy_of_reaction():
    """T dS of one mole of electrons: F T dU/dT, given off where dU/dT is negative."""
    per_mole = heat.reversible_heating(FARADAY, T_25, -1e-4)
    assert per_mole == pytest.approx(2877, rel=1e-3)
    assert heat.reversible_heating(-FARADAY, T_25, -1e-4) == -per_mole


# --------------------------------------------------------------- circuit, energy, power
def test_arcs_impedance():
    omega = np.array([1e-9, 10.0, 1e12])
    low, apex, high = circuit.arcs_impedance(omega, 1.0, [2.0], [0.1], [1.0])
    assert low == pytest.approx(3.0)
    assert apex == pytest.approx(2 - 1j)
    assert high == pytest.approx(1.0)
    # the depressed arc of Cole and Cole: its apex lies at R/2 tan(n pi/4)
    depressed = circuit.arcs_impedance(np.array([10.0]), 0.0, [2.0], [0.1], [0.8])[0]
    assert -depressed.imag == pytest.approx(np.tan(0.8 * np.pi / 4))


def test_energy_and_power_per_mass():
    assert ragone.stack_areal_mass(0.0, 3270.0, 0.03, 0.75) == pytest.approx(0.04)
    assert ragone.stack_areal_mass(1e-3, 3270.0, 0.0, 1.0) == pytest.approx(3.27)
    # constant 3 V and 100 A/kg: 300 W/kg, whatever the time
    for hours in (0.1, 2.0):
        assert ragone.mean_power(3.0 * 100.0 * hours, hours) == pytest.approx(300.0)
