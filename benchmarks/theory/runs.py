"""Pictures of the balances over particles and cathode, from runs of the model."""

import functools
from typing import Any

import numpy as np
import pybamm

from benchmarks.theory.picture import THETA, Picture, of
from nfpcell.cell.definition import Cell
from nfpcell.model import cathode
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.parameter_values import derive_symbols
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics import composite, particle

SURFACE = "Positive particle surface stoichiometry"
IONIC = "Ionic current density [A.m-2]"
DEPTHS = (0.1, 0.5, 0.9)  # of the time of a run
POOR = 0.015  # carbon mass fraction at which electrons limit


@functools.cache
def discharge(rate: float, law: str = "falling") -> Any:
    """A discharge of Cell C by one particle."""
    cell = Cell.load("C")
    current = rate * float(cell.derived().nominal_capacity)
    values = cell.parameter_values()
    values["Current function [A]"] = current
    model = SingleParticle(diffusion_law=law)
    simulation = pybamm.Simulation(model, parameter_values=values)
    return simulation.solve([0, 3600 / rate])


@functools.cache
def through_thickness(carbon: float, double_layers: bool = True) -> Any:
    """A discharge at 1C with the particles at every x, and the ionic current."""
    cell = Cell.load("C").with_values(
        {"Positive electrode carbon mass fraction": carbon}
    )
    explicit = not double_layers
    model = HalfCell(double_layers=double_layers, explicit_surface=explicit)
    d = derive_symbols()
    potential = model.variables[cathode.POTENTIAL_DIFFERENCE]
    i = model.variables["Total current density [A.m-2]"]
    model.variables[IONIC] = composite.ionic_current(
        potential, i, d.thickness, d.kappa_eff, d.sigma_eff
    )
    simulation = pybamm.Simulation(model, parameter_values=cell.parameter_values())
    return simulation.solve([0, 1200])


def profiles(run: Any, name: str, share: float) -> Any:
    """Values of a variable over its coordinate, at a share of the time."""
    values = run[name].entries
    return values[:, int(share * (values.shape[-1] - 1))]


# --------------------------------------------------------------------------- particles
def _radial(law: str) -> Picture:
    run = discharge(1.0, law)
    theta = run[cathode.STOICHIOMETRY]
    curves = {
        f"{100 * share:g} %": theta(t=share * run.t[-1], r=RADII).ravel()
        for share in DEPTHS
    }
    return Picture(
        "Radius r / R, 1C, at a share of the time", THETA, RADII, curves, outside=True
    )


RADII = np.linspace(0, 1, 300)


@of(particle.sodium_in_particle)
def _() -> Picture:
    return _radial("constant")


@of(particle.down_kirchhoff_integral)
def _() -> Picture:
    return _radial("falling")


@of(particle.down_potential)
def _() -> Picture:
    return _radial("thermodynamic")


@of(particle.surface_fraction)
def _() -> Picture:
    x, curves = {}, {}
    for rate in (0.1, 0.5, 2.0):
        run, label = discharge(rate), f"{rate:g}C"
        x[label] = run["Positive electrode stoichiometry"].entries
        curves[label] = run[SURFACE].entries
    return Picture("Mean sodium fraction", "At the surface", x, curves)


# --------------------------------------------------------------------------- composite
def _over_x(
    name: str, factor: float = 1.0, double_layers: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    x, curves = {}, {}
    for carbon in (0.042, POOR):
        run = through_thickness(carbon, double_layers)
        label = f"{100 * carbon:g} wt% carbon"
        values = factor * profiles(run, name, 0.5)
        x[label] = np.linspace(0, 1, len(values))
        curves[label] = values
    return x, curves


@of(composite.ionic_current)
def _() -> Picture:
    x, curves = _over_x(IONIC)
    return Picture("x, from separator to collector", "$i_e$ (A/m²)", x, curves)


@of(composite.charge_in_composite)
def _() -> Picture:
    x, curves = _over_x(cathode.POTENTIAL_DIFFERENCE)
    return Picture("x, from separator to collector", "Δφ (V)", x, curves)


@of(composite.charge_exchanged)
def _() -> Picture:
    x, curves = _over_x(cathode.CURRENT_DENSITY, 1e3, double_layers=False)
    return Picture("x, from separator to collector", "j (mA/m²)", x, curves)


@of(composite.composite_losses)
def _() -> Picture:
    run = through_thickness(POOR)
    names = ("ionic", "electronic")
    curves = {
        name: 1e3 * run[f"Positive electrode {name} overpotential [V]"].entries
        for name in names
    }
    return Picture("Time (min), 1.5 wt% carbon", "Loss (mV)", run.t / 60, curves)
