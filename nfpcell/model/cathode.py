"""What a cathode gives to the cell, and the two ways to find its particles' surface.

Either the potential of the surface is an unknown, next to the double layer on it; or
the surface follows from the flux of sodium through it (explicit surface), which takes
half of the time steps, but needs a current density that is known or an unknown itself.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pybamm

from nfpcell.cell.derived import Derived
from nfpcell.cell.naming import suggestion
from nfpcell.cell.parameters import Parameters
from nfpcell.cell.schema import DiffusionLaw
from nfpcell.model import mesh, ocp_inverse
from nfpcell.model.classes import prefixes
from nfpcell.physics import (
    composite,
    diffusion,
    distributions,
    kinetics,
    open_circuit,
    particle,
)
from nfpcell.physics.value import Value

SURFACE_POTENTIAL = "Positive particle surface potential [V]"
PARTICLE_POTENTIAL = "Positive particle potential [V]"
POTENTIAL_DIFFERENCE = "Positive electrode potential difference [V]"
STOICHIOMETRY = "Positive particle stoichiometry"
CURRENT_DENSITY = "Positive electrode interfacial current density [A.m-2]"
# least fraction of sodium and of vacancies at an explicit surface, so that an
# overpotential is finite without a floor of the exchange-current density
LEAST_FRACTION = 1e-30


@dataclass(frozen=True)
class KirchhoffLaw:
    """A law of diffusion at the constants of a cell: K(theta) and its inverse."""

    integral: Callable[[Value], Value]
    fraction: Callable[[Value], Value]


@dataclass(frozen=True)
class SizeClass:
    """Particles of one diffusion length; symbols."""

    name: str  # what the names of its variables begin with
    share: float  # of the volume, and of the surface
    inverse_time: Value  # [s-1]
    kirchhoff: KirchhoffLaw | None  # None for diffusion down the potential


@dataclass(frozen=True)
class CathodeInputs:
    """What the cell gives to its cathode; symbols."""

    p: Parameters
    d: Derived
    i: Value  # current density of the cell, positive on discharge [A.m-2]
    classes: tuple[SizeClass, ...]  # of the particles
    explicit: KirchhoffLaw | None  # where the surface of the particles is explicit
    regularisation: float  # share of the potential in the fraction of such a surface
    T_init: Value  # temperature at the start [K]
    rest_potential: Value  # potential difference at the start, at rest [V]

    @property
    def entropic_shift(self) -> Value:
        """Open circuit at the temperature of the cell less that at the reference."""
        return open_circuit.entropic_shift(self.p.T, self.p.T_ref, self.p.dUdT)

    def mean(self, values: Iterable[Value]) -> Value:
        """Mean of a value for each class of the particles."""
        pairs = zip(self.classes, values, strict=True)
        return sum(one.share * value for one, value in pairs)

    def regularised_fraction(self, U: Value) -> Value:
        """See ``open_circuit.regularised_occupancy``."""
        constants = self.p.T_ref, *self.d.galleries, self.regularisation
        return open_circuit.regularised_occupancy(U, *constants)

    def regularised_slope(self, U: Value) -> Value:
        """See ``open_circuit.occupancy_slope``."""
        constants = self.p.T_ref, *self.d.galleries, self.regularisation
        return open_circuit.occupancy_slope(U, *constants)


@dataclass(frozen=True)
class Cathode:
    """What a cathode gives to the cell, as means over its thickness."""

    surface_potential: Value  # open circuit at the particles' surface [V]
    reaction_overpotential: Value  # of the particles, negative on discharge [V]
    ionic_loss: Value  # in the composite, positive on discharge [V]
    electronic_loss: Value  # the same
    # of the current that moves sodium; the rest charges the double layers on the
    # particles [A.m-2]
    insertion_current_density: Value
    stoichiometry: Value  # mean sodium fraction [-]
    surface_stoichiometry: Value  # sodium fraction at the surface, at every x [-]
    # function of the potential difference at a cut-off [V]; positive where that of the
    # cathode is higher
    cutoff_residual: Callable[[Value], Value]


@dataclass(frozen=True)
class ParticleSurface:
    """Surface of the particles, at every x or of the one particle."""

    current_density: Value  # j, positive when sodium leaves the particle [A.m-2]
    stoichiometry: Value  # sodium fraction, within 0 and 1 [-]
    overpotential: Value  # eta, of the charge transfer [V]


@dataclass(frozen=True)
class ExplicitSurface(ParticleSurface):
    """A surface that follows from the flux."""

    fraction: Value  # beyond 0 or 1 where the particle cannot sustain the flux [-]


def _falling(p: Parameters, inverse_time: Value) -> KirchhoffLaw:
    """Diffusivity that falls from the sodium-poor to the sodium-rich end."""
    constants = {
        "D_poor": inverse_time,
        "D_ratio": p.D_ratio,
        "theta_fall": p.theta_fall,
        "width": p.fall_width,
    }
    return KirchhoffLaw(
        functools.partial(diffusion.kirchhoff_falling, **constants),
        functools.partial(diffusion.fraction_falling, **constants),
    )


def _constant(p: Parameters, inverse_time: Value) -> KirchhoffLaw:
    """The same diffusivity at every sodium fraction."""
    return _falling(dataclasses.replace(p, D_ratio=1.0), inverse_time)


# every law of diffusion, by the name that cell files give it; None is diffusion down
# the potential, which has no Kirchhoff integral
LAWS: dict[DiffusionLaw, Callable[[Parameters, Value], KirchhoffLaw] | None] = {
    "falling": _falling,
    "constant": _constant,
    "thermodynamic": None,
}
# laws with a Kirchhoff integral: the surface can follow from the flux
EXPLICIT_LAWS = tuple(name for name, law in LAWS.items() if law is not None)


def size_classes(
    count: int, diffusion_law: DiffusionLaw, p: Parameters, d: Derived
) -> tuple[SizeClass, ...]:
    """The classes of the particles, whose diffusion length has a distribution.

    Sodium moves fast along the boundaries of the crystallites, which share the surface
    of their grain. So a class has the same share of the surface as of the volume, and
    only its time of diffusion is its own.
    """
    if diffusion_law not in LAWS:
        right = suggestion(diffusion_law, LAWS)
        raise pybamm.OptionError(f'diffusion_law = "{diffusion_law}"; {right}')
    law = LAWS[diffusion_law]
    classes = []
    normal = distributions.normal_classes(count)
    for name, z, share in zip(prefixes(count), *normal, strict=True):
        longer = distributions.log_normal_ratio(p.length_spread, z)
        inverse_time = d.inverse_time / longer**2
        kirchhoff = None if law is None else law(p, inverse_time)
        classes.append(SizeClass(name, share, inverse_time, kirchhoff))
    return tuple(classes)


def surfaces_with_potential(
    model: pybamm.BaseModel,
    inputs: CathodeInputs,
    thetas: Sequence[Value],
    dphi: Value,
    r: Value,
) -> tuple[ParticleSurface, Value]:
    """
    Add the sodium in the particles of every class, whose surfaces are at potentials
    that are unknowns.

    All classes have the same potential difference. Each has its own sodium fraction and
    its own reaction.

    Returns
    -------
    the mean surface of the classes, and the mean potential of their surfaces [V]
    """
    potentials, surfaces = [], []
    for one, theta in zip(inputs.classes, thetas, strict=True):
        U_s = pybamm.Variable(one.name + SURFACE_POTENTIAL, domain=dphi.domain)
        model.variables[U_s.name] = U_s
        potentials.append(U_s)
        surface = surface_with_potential(model, inputs, one, theta, U_s, dphi, r)
        surfaces.append(surface)
    mean_surface = ParticleSurface(
        inputs.mean(surface.current_density for surface in surfaces),
        inputs.mean(surface.stoichiometry for surface in surfaces),
        inputs.mean(surface.overpotential for surface in surfaces),
    )
    return mean_surface, inputs.mean(potentials)


def surface_with_potential(
    model: pybamm.BaseModel,
    inputs: CathodeInputs,
    one: SizeClass,
    theta: Value,
    U_s: Value,
    dphi: Value,
    r: Value,
) -> ParticleSurface:
    """Add the sodium in particles whose surface is at the potential U_s, an unknown."""
    p, d = inputs.p, inputs.d

    def occupancy(U: Value) -> tuple[Value, Value]:
        return open_circuit.occupancy(U, p.T_ref, *d.galleries)

    theta_s, vacancy_s = occupancy(U_s)
    if one.kirchhoff is None:
        U = pybamm.Variable(one.name + PARTICLE_POTENTIAL, domains=theta.domains)
        constants = one.inverse_time, p.T, p.U_4, p.U_init
        sodium = particle.down_potential(
            theta, U, U_s, r, lambda V: occupancy(V)[0], *constants
        )
    else:
        integral = one.kirchhoff.integral
        sodium = particle.down_kirchhoff_integral(theta, theta_s, r, integral)
    theta_init, _ = occupancy(p.U_init)
    model.update(
        *sodium.equations,
        particle.sodium_in_particle(
            theta, sodium.flux, sodium.psi, sodium.surface_gradient, theta_init
        ),
    )
    j = particle.outward_current(sodium.surface_flux, d.c_max, d.radius)
    j0 = kinetics.insertion_exchange_current(theta_s, vacancy_s, d.j0, p.j0_floor)
    eta = dphi - U_s - inputs.entropic_shift
    # as currents: the same in volts failed more often and took four times as long
    model.algebraic[U_s] = j - kinetics.charge_transfer_current(j0, eta, p.T)
    model.initial_conditions[U_s] = p.U_init
    return ParticleSurface(j, theta_s, eta)


def sodium_at_current(
    inputs: CathodeInputs, law: KirchhoffLaw, theta: Value, j: Value
) -> pybamm.BaseModel:
    """Sodium in particles that it leaves with the current density j."""
    psi = law.integral(theta)
    flux = particle.outward_flux(j, inputs.d.c_max, inputs.d.radius)
    theta_init = inputs.regularised_fraction(inputs.p.U_init)
    return particle.sodium_in_particle(theta, -pybamm.grad(psi), psi, -flux, theta_init)


def explicit_surface(
    inputs: CathodeInputs, law: KirchhoffLaw, theta: Value, j: Value, r: Value
) -> ExplicitSurface:
    """The surface that follows from the sodium fractions and the current density j."""
    p, d = inputs.p, inputs.d
    flux = particle.outward_flux(j, d.c_max, d.radius)
    fraction = particle.surface_fraction(theta, flux, r, law.integral, law.fraction)
    theta_s = pybamm.maximum(pybamm.minimum(fraction, 1), LEAST_FRACTION)
    vacancy_s = pybamm.maximum(1 - fraction, LEAST_FRACTION)
    j0 = kinetics.insertion_exchange_current(theta_s, vacancy_s, d.j0, p.j0_floor)
    eta = kinetics.charge_transfer_overpotential(j0, j, p.T)
    return ExplicitSurface(j, theta_s, eta, fraction)


def loaded_potential(inputs: CathodeInputs, law: KirchhoffLaw) -> Value:
    """Potential difference at the start under a reaction that is uniform [V].

    A potential difference at rest is too far from this for the integrator.
    """
    p, d = inputs.p, inputs.d
    j = composite.uniform_reaction_current(inputs.i, d.thickness, d.particle_area)
    theta = inputs.regularised_fraction(p.U_init)
    surface = explicit_surface(inputs, law, theta, j, mesh.r_single)
    U_s = ocp_inverse.potential(surface.fraction, inputs.regularisation, p, d)
    dphi = U_s + inputs.entropic_shift + surface.overpotential
    return pybamm.replace(dphi, {p.T: inputs.T_init})
