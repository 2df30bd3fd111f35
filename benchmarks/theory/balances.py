"""Pictures of the balances with one state, integrated from their equations."""

from typing import Any

import numpy as np
import pybamm
from scipy.integrate import solve_ivp

from benchmarks.theory.picture import I_1C, Picture, T, d, of, p
from nfpcell.physics import composite, heat, interfaces, kinetics, sodium_contact

STATE = pybamm.StateVector(slice(0, 1))


def integrated(part: pybamm.BaseModel, start: float, times: Any) -> Any:
    """The state of a balance at these times [s]."""

    def rate(_: float, y: Any) -> Any:
        return part.rhs[STATE].evaluate(y=np.reshape(y, (1, 1))).ravel()

    span = times[0], times[-1]
    return solve_ivp(rate, span, [start], "Radau", times, rtol=1e-7, atol=1e-10).y[0]


# -------------------------------------------------------------------------- interfaces
@of(interfaces.charge_at_interface)
def _() -> Picture:
    times, curves = np.linspace(0, 0.015, 200), {}
    for rate in (0.5, 1, 2):
        part = interfaces.charge_at_interface(STATE, rate * I_1C, d.i0_na, p.c_na, T)
        curves[f"{rate:g}C"] = 1e3 * integrated(part, 0.0, times)
    return Picture("Time (ms), sodium", "Overpotential η (mV)", 1e3 * times, curves)


@of(interfaces.charge_in_layer)
def _() -> Picture:
    times, curves = np.linspace(0, 2e-7, 200), {}
    for rate in (0.5, 1, 2):
        part = interfaces.charge_in_layer(STATE, rate * I_1C, d.r_gb, p.c_gb)
        curves[f"{rate:g}C"] = 1e3 * integrated(part, 0.0, times)
    xlabel = "Time (µs), grain boundaries"
    return Picture(xlabel, "Voltage v (mV)", 1e6 * times, curves)


# ------------------------------------------------------------------- contact of sodium
@of(sodium_contact.sodium_contact)
def _() -> Picture:
    charge = np.linspace(0, 0.5, 200)  # A.h.m-2
    curves = {}
    for name, i, start in (("stripping", 1.0, -1.0), ("plating", -1.0, 1.0)):
        part = sodium_contact.sodium_contact(STATE, i, p.na_throughput, start)
        curves[name] = integrated(part, start, charge)
    xlabel = "Charge (mAh/cm²)"
    return Picture(xlabel, "State s", charge / 10, curves)


@of(sodium_contact.contact_with_voids)
def _() -> Picture:
    x, curves = {}, {}
    for ratio in (1.1, 1.5, 3.0, 100.0):
        label = f"{ratio:g}"
        # charge over q at which the contact is lost
        x[label] = np.linspace(0, ratio * np.log(ratio / (ratio - 1)), 200)
        part = sodium_contact.contact_with_voids(STATE, 1.0, 1 / ratio, 1.0)
        curves[label] = integrated(part, 1.0, x[label])
    return Picture("Charge / q", "Contact fraction φ", x, curves, legend="$i / i_c$")


@of(sodium_contact.contact_left)
def _() -> Picture:
    fraction = np.linspace(0.01, 1, 100)
    curves = {}
    for ratio in (2.0, 1.1, 0.5, -1.0):
        left = [
            sodium_contact.contact_left(pybamm.Scalar(phi), ratio, 1.0).evaluate()
            for phi in fraction
        ]
        curves[f"{ratio:g}"] = left
    xlabel, ylabel = "Contact fraction φ", "Contact left"
    return Picture(xlabel, ylabel, fraction, curves, legend="$i / i_c$", outside=True)


# ----------------------------------------------------------------- particles and heat
@of(composite.charge_on_particle)
def _() -> Picture:
    times, curves = np.linspace(0, 0.3, 200), {}
    for rate in (0.5, 1, 2):
        # relative to the potential at rest
        j = kinetics.charge_transfer_current(d.j0, STATE, T)
        part = composite.charge_on_particle(
            STATE, rate * I_1C, d.thickness, d.particle_area, j, p.c_dl, 0.0
        )
        curves[f"{rate:g}C"] = 1e3 * integrated(part, 0.0, times)
    return Picture("Time (s)", "Δφ − U (mV)", times, curves)


@of(heat.balance_of_heat)
def _() -> Picture:
    hours, curves = np.linspace(0, 0.5, 200), {}
    for name, share in (
        ("adiabatic", 0.0),
        ("5 W/(m² K)", 0.05),
        ("100 W/(m² K)", 1.0),
    ):
        cooling = share * d.cooling
        part = heat.balance_of_heat(STATE, 5e-3, d.heat_capacity, cooling, T)
        curves[name] = integrated(part, T, 3600 * hours) - T
    return Picture("Time (h), heated by 5 mW", "T − ambient (K)", hours, curves)
