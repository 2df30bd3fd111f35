"""The half-cell: sodium metal | beta''-alumina | composite cathode of Na2FeP2O7.

``SodiumHalfCell`` holds what both fidelities share, from the currents to the voltage;
``HalfCell`` resolves the thickness of the cathode with particles at every x. Sign
convention: discharge current is positive; j is positive when sodium leaves a particle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import pybamm

from nfpcell import columns
from nfpcell.cell.derived import NAMES as DERIVED_NAMES
from nfpcell.cell.derived import Derived, derive
from nfpcell.cell.parameters import Parameters
from nfpcell.cell.schema import SODIUM_CONTACTS, DiffusionLaw, SodiumContact
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.model import cathode as cathodes
from nfpcell.model import interfaces_in_series as series
from nfpcell.model import mesh, pybamm_options
from nfpcell.model.cathode import Cathode, CathodeInputs
from nfpcell.model.classes import check_counts
from nfpcell.model.heat_sources import (
    DELIVERED,
    HEATS,
    HYSTERESIS,
    TO_SURROUNDINGS,
    TOTAL_HEATING,
    count_energies,
    heat_sources,
)
from nfpcell.model.parameter_values import (
    H_INIT,
    NOMINAL_CAPACITY,
    T_INIT,
    concentration_for_initial_soc,
    quantity,
)
from nfpcell.model.pybamm_interface import (
    ParticlePhase,
    PositiveElectrode,
    PybammDefaults,
    PybammParam,
    thermal_components,
    voltage_components,
)
from nfpcell.model.value_checks import CheckedValues
from nfpcell.physics import composite, heat, open_circuit
from nfpcell.physics.hysteresis import hysteresis_overpotential, hysteresis_rate
from nfpcell.physics.value import Value

HYSTERESIS_STATE = "Hysteresis state"
# share of the double layer on the particles that is left in the limit of none, so that
# the potential of their surface stays a state
RESIDUAL_LAYER = 1e-3


class SodiumHalfCell(PybammDefaults):
    """What both fidelities share; build one of the two.

    Parameters
    ----------
    double_layers : True for a state at each interface, so that transients and spectra
        show their arcs. False for no capacities: separator, interfaces and film follow
        the current at once, the particles' surface within a thousandth of its time
    explicit_surface : the surface of particles without double layers follows from the
        current, in half of the steps; only where the current is a function of time and
        not itself an unknown, as it is where voltage or power are held
    derived_given : the derived quantities are parameters under their own names, so that
        a run does not compute them at every step; else expressions of the primary ones
    thermal : "lumped" for one temperature of the cell that follows its heat; not
        together with derived_given
    energies : True for a state for each of HEATS, DELIVERED and TO_SURROUNDINGS: an
        integral over the recorded times would miss the charging of the double layers
    with_hysteresis : a state between the branches of charge and discharge, which takes
        its share of the voltage; else the gap between them counts as zero
    sodium_contact : "pressure-limited" for a state of the voids that open where the
        stripping current exceeds its limit, and an event where the contact is lost
    size_classes : number of classes that stand for the distribution of the diffusion
        length; 1 for no distribution
    grain_boundary_classes : the same for the time constant of the grain boundaries,
        whose total resistance has no distribution; with double_layers only
    """

    through_thickness: bool
    # share of the potential in the sodium fraction that is inverted
    regularisation: float

    def __init__(
        self,
        name: str,
        diffusion_law: DiffusionLaw = "falling",
        double_layers: bool = True,
        explicit_surface: bool = False,
        derived_given: bool = False,
        thermal: Literal["isothermal", "lumped"] = "isothermal",
        energies: bool = False,
        with_hysteresis: bool = False,
        sodium_contact: SodiumContact = "unlimited",
        size_classes: int = 1,
        grain_boundary_classes: int = 1,
    ) -> None:
        super().__init__(name)
        _check_thermal(thermal, derived_given)
        _check_choice("sodium_contact", sodium_contact, SODIUM_CONTACTS)
        check_counts(size_classes, grain_boundary_classes)
        self.options = pybamm_options.options_of(
            thermal=thermal,
            double_layers=double_layers,
            energies=energies,
            with_hysteresis=with_hysteresis,
            size_classes=1 if size_classes == 1 else mesh.SIZE_CLASSES,
        )
        if not derived_given:
            self._symbol_processor = CheckedValues(self)

        ######################
        # Variables
        ######################
        p = Parameters.of(quantity)
        T_ambient = T_init = p.T
        if thermal == "lumped":
            T_init = pybamm.Parameter(T_INIT)
            p = replace(p, T=pybamm.Variable("Cell temperature [K]", scale=300))
        if not double_layers:
            p = replace(p, c_dl=RESIDUAL_LAYER * p.c_dl)
        d = Derived.of(pybamm.Parameter, p) if derived_given else derive(p)
        charge = pybamm.Variable(columns.CHARGE)

        ######################
        # Geometry of the currents
        ######################
        currents = series.currents(d)

        ######################
        # Particles and composite
        ######################
        shift = open_circuit.entropic_shift(T_init, p.T_ref, p.dUdT)
        classes = cathodes.size_classes(size_classes, diffusion_law, p, d)
        # several classes share the current by the potentials of their surfaces
        is_explicit = explicit_surface and not double_layers and size_classes == 1
        inputs = CathodeInputs(
            p=p,
            d=d,
            i=currents.electrode,
            classes=classes,
            explicit=classes[0].kirchhoff if is_explicit else None,
            regularisation=self.regularisation,
            T_init=T_init,
            rest_potential=p.U_init + shift,
        )
        cathode = self.cathode(inputs)

        ######################
        # Interfaces in series
        ######################
        i0_na = series.sodium_exchange_current(self, p, d, currents, sodium_contact)
        boundaries = grain_boundary_classes
        losses = series.series_losses(
            self, p, d, currents, i0_na, double_layers, boundaries
        )

        ######################
        # Voltage
        ######################
        self.rhs[charge] = currents.cell / SECONDS_PER_HOUR
        self.initial_conditions[charge] = pybamm.Scalar(0)
        overpotentials = {
            columns.SODIUM: losses.sodium,
            columns.SEPARATOR_BULK: losses.separator_bulk,
            columns.GRAIN_BOUNDARIES: losses.grain_boundaries,
            columns.SEPARATOR_CATHODE: losses.separator_cathode,
            columns.INTERPHASE: losses.interphase,
            columns.IONIC: cathode.ionic_loss,
            columns.ELECTRONIC: cathode.electronic_loss,
            columns.REACTION: -cathode.reaction_overpotential,
            columns.CONTACT: losses.contact,
            HYSTERESIS: pybamm.Scalar(0),
        }
        if with_hysteresis:
            overpotentials[HYSTERESIS] = self._hysteresis(currents.cell, p, d)
        voltage = cathode.surface_potential - sum(overpotentials.values())

        ######################
        # Heat
        ######################
        sources = heat_sources(currents.cell, overpotentials, cathode, p, d)
        total_heating = sum(sources.values())
        if thermal == "lumped":
            self.update(
                heat.balance_of_heat(
                    p.T, total_heating, d.heat_capacity, d.cooling, T_ambient
                )
            )
            self.initial_conditions[p.T] = T_init
        if energies:
            powers = dict(zip(HEATS, sources.values(), strict=True))
            powers[DELIVERED] = currents.cell * voltage
            powers[TO_SURROUNDINGS] = d.cooling * (p.T - T_ambient)
            count_energies(self, powers)

        ######################
        # Events
        ######################
        # the potential difference of the cathode against that at the cut-off
        rest = sum(v for name, v in overpotentials.items() if name != columns.REACTION)
        above_minimum = cathode.cutoff_residual(p.voltage_min + rest)
        above_maximum = cathode.cutoff_residual(p.voltage_max + rest)
        self.events += [
            pybamm.Event("Minimum voltage [V]", above_minimum),
            pybamm.Event("Maximum voltage [V]", -above_maximum),
        ]

        ######################
        # What PyBaMM asks
        ######################
        components = voltage_components(voltage, overpotentials, cathode, p, d)
        if thermal == "lumped":
            components |= thermal_components(sources, p, d, T_ambient)
        if not with_hysteresis:
            del overpotentials[HYSTERESIS]
        # 1C of PyBaMM's steps
        nominal_capacity = pybamm.Parameter(NOMINAL_CAPACITY)
        self.variables.update(
            {
                **components,
                **overpotentials,
                columns.SURFACE_POTENTIAL: cathode.surface_potential,
                columns.STOICHIOMETRY: cathode.stoichiometry,
                "Positive particle surface stoichiometry": (
                    cathode.surface_stoichiometry
                ),
                columns.CHARGE: charge,
                columns.VOLTAGE: voltage,
                "Terminal voltage [V]": voltage,
                "Power [W]": voltage * currents.cell,
                columns.CURRENT: currents.cell,
                "Current variable [A]": currents.cell,
                "Total current density [A.m-2]": currents.electrode,
                columns.RATE: currents.cell / nominal_capacity,
                "Ambient temperature [K]": T_ambient,
                "Cell temperature [K]": p.T,
                columns.TIME: pybamm.t,
                "Time [h]": pybamm.t / SECONDS_PER_HOUR,
                **sources,
                TOTAL_HEATING: total_heating,
            }
        )
        if not derived_given:
            by_name = {name: getattr(d, key) for key, name in DERIVED_NAMES.items()}
            self.variables.update({**by_name, NOMINAL_CAPACITY: nominal_capacity})
        self.param = PybammParam(
            Q=nominal_capacity,
            A_cc=d.area,
            p=PositiveElectrode(
                prim=ParticlePhase(
                    c_max=d.c_max if derived_given else concentration_for_initial_soc()
                )
            ),
            ocv_init=inputs.rest_potential,
        )

    def cathode(self, inputs: CathodeInputs) -> Cathode:
        """Add the equations of the cathode; what it gives to the cell."""
        raise NotImplementedError

    def _hysteresis(self, current: Value, p: Parameters, d: Derived) -> Value:
        """Add the state of the hysteresis; the branch less the mean open circuit."""
        state = pybamm.Variable(HYSTERESIS_STATE)
        capacity = d.nominal_capacity * SECONDS_PER_HOUR
        self.rhs[state] = hysteresis_rate(state, current, capacity, p.hysteresis_decay)
        self.initial_conditions[state] = -pybamm.Parameter(H_INIT)
        self.variables[HYSTERESIS_STATE] = state
        return hysteresis_overpotential(state, p.hysteresis_gap)


def _check_choice(keyword: str, chosen: str, choices: Sequence[str]) -> None:
    if chosen not in choices:
        right = " or ".join(f'"{choice}"' for choice in choices)
        raise pybamm.OptionError(f'{keyword} = "{chosen}"; right would be {right}')


def _check_thermal(thermal: str, derived_given: bool) -> None:
    _check_choice("thermal", thermal, ("isothermal", "lumped"))
    if thermal == "lumped" and derived_given:
        raise pybamm.OptionError(
            'thermal = "lumped" needs the derived quantities as expressions of the '
            "temperature; right would be derived_given=False"
        )


class HalfCell(SodiumHalfCell):
    """``full``: through the thickness of the cathode, with particles at every x."""

    through_thickness = True
    # 1e-5 a volt, which moves the end of a curve by 5e-3 mAh/g. A particle that has run
    # out of sodium passes its current on to others by its potential, which must be
    # smooth over the error of the integrator: with 1e-8 a volt one charge in fourteen
    # fails, with this none of 1024 runs
    regularisation = 4e-5

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        name: str = "NFPHalfCell",
        **laws: Any,
    ) -> None:
        super().__init__(name, **pybamm_options.keywords(options, laws))

    def cathode(self, inputs: CathodeInputs) -> Cathode:
        """Add the particles and the composite; what they give to the cell."""
        p, d, i = inputs.p, inputs.d, inputs.i
        layer = d.thickness, d.kappa_eff, d.sigma_eff

        ######################
        # Variables
        ######################
        thetas = [
            pybamm.Variable(
                one.name + cathodes.STOICHIOMETRY,
                domain=mesh.PARTICLE,
                auxiliary_domains={"secondary": mesh.ELECTRODE},
            )
            for one in inputs.classes
        ]
        dphi = pybamm.Variable(cathodes.POTENTIAL_DIFFERENCE, domain=mesh.ELECTRODE)
        self.variables.update({theta.name: theta for theta in thetas})
        self.variables[cathodes.STOICHIOMETRY] = inputs.mean(thetas)
        self.variables[dphi.name] = dphi

        ######################
        # Particles and composite
        ######################
        surface: cathodes.ParticleSurface
        if inputs.explicit is None:
            surface, U_s = cathodes.surfaces_with_potential(
                self, inputs, thetas, dphi, mesh.r_everywhere
            )
            j = surface.current_density
            self.update(
                composite.charge_in_composite(
                    dphi, i, *layer, d.particle_area, j, p.c_dl, inputs.rest_potential
                )
            )
        else:
            # the current density is an unknown because it is smooth in time where the
            # open circuit is steep: with the potential of the surface as an unknown the
            # same tolerances leave thirty times the error in twice the time
            (theta,) = thetas
            j = pybamm.Variable(cathodes.CURRENT_DENSITY, domain=mesh.ELECTRODE)
            surface = explicit = cathodes.explicit_surface(
                inputs, inputs.explicit, theta, j, mesh.r_everywhere
            )
            self.update(
                cathodes.sodium_at_current(inputs, inputs.explicit, theta, j),
                composite.charge_exchanged(dphi, j, i, *layer, d.particle_area),
            )
            # the surface is in equilibrium: its fraction is that of its potential. In
            # volts, as far as the potential is from it by the slope of the open circuit
            U_s = dphi - surface.overpotential - inputs.entropic_shift
            self.algebraic[dphi] = (
                inputs.regularised_fraction(U_s) - explicit.fraction
            ) / inputs.regularised_slope(U_s)
            self.initial_conditions[dphi] = cathodes.loaded_potential(
                inputs, inputs.explicit
            )
            self.variables[j.name] = j
        self.variables[cathodes.SURFACE_POTENTIAL] = U_s

        ######################
        # Means
        ######################
        dphi_mean = pybamm.Integral(dphi, mesh.x)
        ionic_loss, electronic_loss = composite.composite_losses(
            pybamm.boundary_value(dphi, "left"),
            dphi_mean,
            pybamm.boundary_value(dphi, "right"),
            i,
            *layer,
        )
        eta_mean = pybamm.Integral(surface.overpotential, mesh.x)
        j_mean = pybamm.Integral(surface.current_density, mesh.x)
        return Cathode(
            surface_potential=dphi_mean - eta_mean,
            reaction_overpotential=eta_mean,
            ionic_loss=ionic_loss,
            electronic_loss=electronic_loss,
            insertion_current_density=composite.insertion_current(
                j_mean, d.thickness, d.particle_area
            ),
            stoichiometry=pybamm.Integral(
                inputs.mean(map(pybamm.r_average, thetas)), mesh.x
            ),
            surface_stoichiometry=surface.stoichiometry,
            cutoff_residual=lambda limit: dphi_mean - limit,
        )
