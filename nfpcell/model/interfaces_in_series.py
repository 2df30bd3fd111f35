"""In series with the cathode: sodium, separator, its interfaces, film, contact."""

from dataclasses import dataclass

import pybamm

from nfpcell import columns
from nfpcell.cell.derived import Derived
from nfpcell.cell.parameters import Parameters
from nfpcell.cell.schema import SodiumContact
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.model.classes import prefixes
from nfpcell.outcome import Ending
from nfpcell.physics import distributions, interfaces, kinetics, sodium_contact
from nfpcell.physics.value import Value

# of a layer with a capacity, so that a layer may also be absent [Ohm.m2]
LEAST_RESISTANCE = 1e-9
CONTACT_STATE = "Sodium contact state"
CONTACT_FRACTION = "Sodium contact fraction"


@dataclass(frozen=True)
class Currents:
    """The current of the cell and its densities [A.m-2], positive on discharge."""

    cell: Value  # [A]
    electrode: Value  # per geometric area
    bonded: Value  # where the layer is bonded; only there the separator carries current
    anode: Value  # at the rough face of the separator
    cathode: Value  # the same


@dataclass(frozen=True)
class SeriesLosses:
    """Overpotentials in series with the cathode, positive on discharge [V]."""

    sodium: Value
    separator_bulk: Value
    grain_boundaries: Value
    separator_cathode: Value
    interphase: Value
    contact: Value


def currents(d: Derived) -> Currents:
    """Where the current of the cell flows."""
    cell = pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
    electrode = cell / d.area
    bonded = electrode / d.contacted
    return Currents(
        cell=cell,
        electrode=electrode,
        bonded=bonded,
        anode=bonded / d.roughness_anode,
        cathode=bonded / d.roughness_cathode,
    )


def sodium_exchange_current(
    model: pybamm.BaseModel,
    p: Parameters,
    d: Derived,
    i: Currents,
    law: SodiumContact,
) -> Value:
    """Add the states of the sodium contact; exchange-current density [A.m-2]."""
    state = pybamm.Variable(CONTACT_STATE)
    throughput = p.na_throughput * SECONDS_PER_HOUR
    model.update(
        sodium_contact.sodium_contact(state, i.bonded, throughput, p.na_contact_init)
    )
    model.variables[CONTACT_STATE] = state
    i0 = d.i0_na * sodium_contact.sodium_contact_factor(state, p.na_asymmetry)
    if law == "unlimited":
        return i0
    fraction = pybamm.Variable(CONTACT_FRACTION)
    void_charge = p.void_charge * SECONDS_PER_HOUR
    model.update(
        sodium_contact.contact_with_voids(fraction, i.anode, d.i_strip, void_charge)
    )
    model.variables[CONTACT_FRACTION] = fraction
    left = sodium_contact.contact_left(fraction, i.anode, d.i_strip)
    model.events.append(pybamm.Event(Ending.CONTACT_LOST.value, left))
    return i0 * fraction


def series_losses(
    model: pybamm.BaseModel,
    p: Parameters,
    d: Derived,
    i: Currents,
    i0_na: Value,
    double_layers: bool,
    grain_boundary_classes: int,
) -> SeriesLosses:
    """Add a state for each place that holds charge; the losses. Without double layers
    they follow the current at once.

    The integrator sees the charge C v of a place, by the scale of its voltage v. A step
    of the current changes every charge at the same rate, so the first time steps do not
    depend on the capacities. As voltages, grain boundaries of 3 nF/cm2 needed steps of
    1e-10 s, which are lost in the rounding of the time after some weeks.
    """

    def interface(name: str, i: Value, j0: Value, c: Value) -> Value:
        if not double_layers:
            return kinetics.charge_transfer_overpotential(j0, i, p.T)
        eta = pybamm.Variable(name, scale=1 / c)
        model.update(interfaces.charge_at_interface(eta, i, j0, c, p.T))
        return eta

    def layer(name: str, i: Value, r: Value, c: Value) -> Value:
        if not double_layers:
            return i * r
        v = pybamm.Variable(name, scale=1 / c)
        model.variables[name] = v
        model.update(interfaces.charge_in_layer(v, i, r + LEAST_RESISTANCE, c))
        return v

    count = grain_boundary_classes if double_layers else 1
    classes = distributions.normal_classes(count)
    bricks = interfaces.bricks_in_series(d.r_gb, p.c_gb, classes, p.gb_spread)
    grain_boundaries = sum(
        layer(prefix + columns.GRAIN_BOUNDARIES, i.bonded, *brick)
        for prefix, brick in zip(prefixes(count), bricks, strict=True)
    )
    return SeriesLosses(
        sodium=interface(columns.SODIUM, i.anode, i0_na, p.c_na),
        separator_bulk=i.bonded * d.r_bulk,
        separator_cathode=interface(
            columns.SEPARATOR_CATHODE, i.cathode, d.i0_separator, p.c_separator
        ),
        grain_boundaries=grain_boundaries,
        interphase=layer(columns.INTERPHASE, i.cathode, d.r_film, p.c_film),
        contact=i.cell * p.contact_resistance,
    )
