"""The half-cell: sodium metal | beta''-alumina plate | composite cathode of Na2FeP2O7.

Two fidelities of the same laws. ``HalfCell`` resolves the thickness of the cathode
with particles at every depth; ``SingleParticle`` has one particle that stands for all
and the ohmic drop of the cathode to first order. Sign convention: discharge current
is positive; j is positive when sodium leaves the particle.
"""

import functools
from dataclasses import replace
from types import SimpleNamespace

import pybamm

from nfpcell.cell import parameters
from nfpcell.cell.derived import NAMES as DERIVED_NAMES
from nfpcell.cell.derived import Derived, derive
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.model import mesh, ocp_inverse
from nfpcell.physics import (
    composite,
    diffusion,
    heat,
    hysteresis,
    interfaces,
    kinetics,
    open_circuit,
)
from nfpcell.physics import particle as particles

# laws of diffusion whose surface follows from the flux: Kirchhoff integral and inverse
EXPLICIT_LAWS = {
    "falling": (diffusion.kirchhoff_falling, diffusion.fraction_falling),
    "constant": (diffusion.kirchhoff_constant, diffusion.fraction_constant),
}
PARTICLE_SURFACE = "Positive particle surface potential [V]"
# what the voltage is made of: this potential less every loss
SURFACE_POTENTIAL = "Positive electrode surface open-circuit potential [V]"
REACTION = "Positive electrode reaction overpotential [V]"
LOSSES = (
    "Sodium overpotential [V]",
    "Separator bulk overpotential [V]",
    "Separator grain-boundary overpotential [V]",
    "Plate-cathode interface overpotential [V]",
    "Interphase overpotential [V]",
    "Positive electrode ionic overpotential [V]",
    "Positive electrode electronic overpotential [V]",
    REACTION,
    "Contact overpotential [V]",
)
# one more, of a model with hysteresis
HYSTERESIS = "Hysteresis overpotential [V]"
# heat of each loss, of sodium that is uneven within the particles, and of the entropy
HEATINGS = (
    *(loss.replace("overpotential [V]", "heating [W]") for loss in LOSSES),
    HYSTERESIS.replace("overpotential [V]", "heating [W]"),
    "Uneven sodium heating [W]",
    "Reversible heating [W]",
)
TOTAL_HEATING = "Total heating [W]"
# what is counted along a run: the same as heat, and what a balance is made of
HEATS = tuple(name.replace("heating [W]", "heat [J]") for name in HEATINGS)
DELIVERED, TO_SURROUNDINGS = "Energy delivered [J]", "Heat to surroundings [J]"
# of Newton with one Jacobian; PyBaMM allows 40. A front that crosses a shell makes the
# last Jacobian useless, and a new one costs as much as two more steps
NEWTON_STEPS = 4
# left of the double layer on the particles in the limit of none, so that the potential
# of their surface stays a state
RESIDUAL_LAYER = 1e-3
# of the potential in the sodium fraction of a surface without a potential of its own:
# 1e-8 a volt
SURFACE_REGULARISATION = 4e-8
# as much where depths share the current: 1e-5 a volt, which moves the end of a curve by
# 5e-3 mAh/g. A particle that has run out passes its share on to others by its
# potential, and this has to be smooth over what the integrator leaves of its sodium:
# with 1e-8 a volt one charge in fourteen fails, with this none of 1024 runs
SHARED_REGULARISATION = 4e-5
# of sodium and of vacancies there, so that an overpotential without a floor is finite
LEAST_FRACTION = 1e-30
# of a layer with a capacity, so that a layer may also be absent [Ohm.m2]
LEAST_RESISTANCE = 1e-9


def solver(
    rtol=3e-6,
    atol=1e-6,
    tight_newton=True,
    threads=1,
    newton_steps=NEWTON_STEPS,
    **settings,
):
    """
    PyBaMM's IDAKLU solver with Newton's iteration held tighter than its default.

    Where the open circuit bends from one step to the next, an iterate accepted early
    leads the following steps astray: at a third of the error tolerance 16 of 1440
    random cells stall, at a twentieth none does, and fewer steps are needed. Without
    the potential of a surface as an unknown ``tight_newton`` may be False.
    """
    return pybamm.IDAKLUSolver(
        rtol=rtol,
        atol=atol,
        options={
            "nonlinear_convergence_coefficient": 0.05 if tight_newton else 0.33,
            "max_nonlinear_iterations": newton_steps,
            "num_threads": threads,
        },
        **settings,
    )


def kirchhoff_law(name, p, d):
    """Kirchhoff integral of a law of diffusion and its inverse, None if it has none."""
    if name == "thermodynamic":
        return None
    constants = {
        "D_poor": d.D_over_R2,
        "D_ratio": p.D_ratio,
        "theta_fall": p.theta_fall,
        "width": p.fall_width,
    }
    integral, fraction = EXPLICIT_LAWS[name]
    return (
        functools.partial(integral, **constants),
        functools.partial(fraction, **constants),
    )


def _check_thermal(thermal, derived_given):
    if thermal not in ("isothermal", "lumped"):
        raise pybamm.OptionError(
            f'thermal = "{thermal}"; right would be "isothermal" or "lumped"'
        )
    if thermal == "lumped" and derived_given:
        raise pybamm.OptionError(
            'thermal = "lumped" needs the derived quantities as expressions of the '
            "temperature; right would be derived_given=False"
        )


class _SolidStateHalfCell(pybamm.BaseModel):
    """What both fidelities share; build one of the two below.

    Parameters
    ----------
    diffusion_law : one of ``cell.schema.DIFFUSION_LAWS``
    double_layers : True for a state at each interface, so that transients and spectra
        show their arcs; False for the limit of no capacity, where the sodium, the
        plate's grain boundaries and the plate-cathode interface follow the current at
        once, and the particles' surface within a thousandth of its time
    explicit_surface : the surface of particles without double layers follows from the
        current, in half of the steps; only where the current is a function of time and
        not itself an unknown, as it is where voltage or power are held
    derived_given : the derived quantities are parameters under their own names, so that
        a run does not work them out anew at every step; else expressions of the primary
    thermal : "isothermal", or "lumped" for one temperature of the cell that follows the
        heat it gives off; not together with derived_given
    energies : True to count HEATS, DELIVERED and TO_SURROUNDINGS along a run, each a
        state: an integral over what is written down would miss the moments in which
        the layers on the particles charge
    with_hysteresis : a state between the branches of charge and discharge, which takes
        its share of the voltage; without it the gap between them counts as none
    """

    through_thickness = None

    def __init__(
        self,
        name,
        diffusion_law="falling",
        double_layers=True,
        explicit_surface=False,
        derived_given=False,
        thermal="isothermal",
        energies=False,
        with_hysteresis=False,
    ):
        super().__init__(name)
        _check_thermal(thermal, derived_given)
        # where PyBaMM looks for a half-cell, and for a double layer in a spectrum
        self.options = {
            "working electrode": "positive",
            "surface form": "differential",
        }
        self._levels_given = derived_given
        p = parameters.Parameters.of(pybamm.Parameter)
        T_ambient = p.T
        self._V_init = p.U_init + open_circuit.entropic_shift(
            T_ambient, p.T_ref, p.dUdT
        )
        if thermal == "lumped":
            p = replace(p, T=pybamm.Variable("Cell temperature [K]", scale=300))
        if not double_layers:
            p = replace(p, c_dl=RESIDUAL_LAYER * p.c_dl)
        d = Derived.of(pybamm.Parameter, p) if derived_given else derive(p)
        area = d.area

        # current
        current = pybamm.FunctionParameter(
            "Current function [A]", {"Time [s]": pybamm.t}
        )
        i = current / area
        i_plate = i / d.contacted

        # cathode
        explicit = None
        if explicit_surface and not double_layers:
            explicit = kirchhoff_law(diffusion_law, p, d)
        cathode = self._cathode(p, d, i, diffusion_law, explicit)

        # interfaces and layers in series
        state = pybamm.Variable("Sodium contact state")
        self.update(
            interfaces.sodium_contact(
                state,
                i_plate,
                p.na_throughput * SECONDS_PER_HOUR,
                p.na_contact_init,
            )
        )
        i_na = i_plate / d.roughness_anode
        j0_na = d.i0_na * interfaces.sodium_contact_factor(state, p.na_asymmetry)
        i_layer = i_plate / d.roughness_cathode
        eta_na = self._interface(
            "Sodium overpotential [V]", i_na, j0_na, p.c_na, p.T, double_layers
        )
        eta_layer = self._interface(
            "Plate-cathode interface overpotential [V]",
            i_layer,
            d.i0_separator,
            p.c_separator,
            p.T,
            double_layers,
        )
        v_gb = self._layer(
            "Separator grain-boundary overpotential [V]",
            i_plate,
            d.r_gb,
            p.c_gb,
            double_layers,
        )
        v_film = self._layer(
            "Interphase overpotential [V]", i_layer, d.r_film, p.c_film, double_layers
        )
        v_bulk = i_plate * d.r_bulk
        v_contact = current * p.contact_resistance

        # charge passed
        charge = pybamm.Variable("Discharge capacity [A.h]")
        self.rhs[charge] = current / SECONDS_PER_HOUR
        self.initial_conditions[charge] = pybamm.Scalar(0)

        # voltage: open circuit less every loss, positive on discharge
        losses = dict(
            zip(
                LOSSES,
                (
                    eta_na,
                    v_bulk,
                    v_gb,
                    eta_layer,
                    v_film,
                    cathode.ionic_loss,
                    cathode.electronic_loss,
                    -cathode.eta_mean,
                    v_contact,
                ),
                strict=True,
            )
        )
        if with_hysteresis:
            losses[HYSTERESIS] = self._hysteresis(current, d.nominal_capacity, p)
        voltage = cathode.U_surface_mean - sum(losses.values())
        self.variables.update(
            {
                **losses,
                SURFACE_POTENTIAL: cathode.U_surface_mean,
                "Positive electrode stoichiometry": cathode.theta_mean,
                "Positive particle surface stoichiometry": cathode.theta_surface,
                "Sodium contact state": state,
                "Discharge capacity [A.h]": charge,
                "Voltage [V]": voltage,
                "Battery voltage [V]": voltage,
                "Terminal voltage [V]": voltage,
                "Current [A]": current,
                "Current variable [A]": current,
                "Total current density [A.m-2]": i,
                "C-rate": current / d.nominal_capacity,
                "Ambient temperature [K]": T_ambient,
                "Cell temperature [K]": p.T,
                "Time [s]": pybamm.t,
                "Time [h]": pybamm.t / SECONDS_PER_HOUR,
            }
        )
        if not derived_given:
            self.variables.update(
                {name: getattr(d, key) for key, name in DERIVED_NAMES.items()}
            )

        cooling = d.cooling * (p.T - T_ambient)
        heating = self._heating(current, losses, cathode, p, d)
        self.variables.update(heating)
        self.variables[TOTAL_HEATING] = total = sum(heating.values())
        if thermal == "lumped":
            balance = heat.balance_of_heat(
                p.T, total, d.heat_capacity, d.cooling, T_ambient
            )
            self.update(balance)
        if energies:
            counted = dict(zip(HEATS, heating.values(), strict=True))
            self._count(
                counted | {DELIVERED: current * voltage, TO_SURROUNDINGS: cooling}
            )

        # cut-offs: where the potential difference of the cathode is, against where it
        # is at the cut-off
        drop = sum(loss for name, loss in losses.items() if name != REACTION)
        self.events = [
            pybamm.Event("Minimum voltage [V]", cathode.above(p.voltage_min + drop)),
            pybamm.Event("Maximum voltage [V]", -cathode.above(p.voltage_max + drop)),
        ]

        # what PyBaMM asks of a model: CV steps and spectra, initial_soc, PyBOP
        self.param = SimpleNamespace(
            Q=d.nominal_capacity,
            A_cc=area,
            p=SimpleNamespace(prim=SimpleNamespace(c_max=d.c_max)),
            ocv_init=self._V_init,
        )

    def _heating(self, current, losses, cathode, p, d):
        """Heat of every loss, of uneven sodium and of the entropy, by name.

        What charges the layers on the particles gives off no heat there.
        """
        inserted = cathode.i_inserted * d.area
        even = ocp_inverse.potential(cathode.theta_mean, SURFACE_REGULARISATION, p, d)
        entropic = open_circuit.entropic_shift(p.T, p.T_ref, p.dUdT)
        uneven = even + entropic - cathode.U_surface_mean
        losses = {**losses, HYSTERESIS: losses.get(HYSTERESIS, pybamm.Scalar(0))}
        parts = [
            heat.dissipation(inserted if name == REACTION else current, loss)
            for name, loss in losses.items()
        ]
        parts.append(heat.dissipation(inserted, uneven))
        parts.append(heat.reversible_heating(inserted, p.T, p.dUdT))
        return dict(zip(HEATINGS, parts, strict=True))

    def _count(self, powers):
        """Energies along a run, from nothing, by name."""
        for name, power in powers.items():
            energy = pybamm.Variable(name)
            self.rhs[energy] = power
            self.initial_conditions[energy] = pybamm.Scalar(0)
            self.variables[name] = energy

    def _hysteresis(self, current, capacity, p):
        """What lies between the mean open circuit and the branch that is followed."""
        state = pybamm.Variable("Hysteresis state")
        self.rhs[state] = hysteresis.hysteresis_rate(
            state, current, capacity * SECONDS_PER_HOUR, p.hysteresis_decay
        )
        self.initial_conditions[state] = p.hysteresis_init
        self.variables[state.name] = state
        return hysteresis.hysteresis_overpotential(state, p.hysteresis_gap)

    def _interface(self, name, i, j0, c_dl, T, double_layers):
        """Overpotential of an interface, as a state or following the current."""
        if not double_layers:
            return kinetics.charge_transfer_overpotential(j0, i, T)
        eta = pybamm.Variable(name)
        self.update(interfaces.charge_at_interface(eta, i, j0, c_dl, T))
        return eta

    def _layer(self, name, i, r, c, double_layers):
        """Voltage of a resistive layer, as a state or following the current."""
        if not double_layers:
            return i * r
        v = pybamm.Variable(name)
        self.update(interfaces.charge_in_layer(v, i, r + LEAST_RESISTANCE, c))
        return v

    def _particles(self, theta, U_s, dphi, r, p, d, diffusion_law):
        """Sodium in particles whose surface is at the potential U_s; j that leaves."""

        def occupancy(U):
            return open_circuit.occupancy(
                U, p.T_ref, d.fractions, d.potentials, d.widths
            )

        theta_s, vacancy_s = occupancy(U_s)
        law = kirchhoff_law(diffusion_law, p, d)
        if law is None:
            sodium = particles.down_potential(
                theta,
                U_s,
                r,
                lambda U: occupancy(U)[0],
                d.D_over_R2,
                p.T,
                p.U_4,
                p.U_init,
            )
        else:
            sodium = particles.down_kirchhoff_integral(theta, theta_s, r, law[0])
        theta_init, _ = occupancy(p.U_init)
        self.update(
            *sodium.equations,
            particles.sodium_in_particle(
                theta, sodium.flux, sodium.psi, sodium.surface_gradient, theta_init
            ),
        )
        j = particles.outward_current(sodium.surface_flux, d.c_max, d.radius)
        j0 = kinetics.insertion_exchange_current(theta_s, vacancy_s, d.j0, p.j0_floor)
        eta = dphi - U_s - open_circuit.entropic_shift(p.T, p.T_ref, p.dUdT)
        # as currents: the same in volts failed more often and took four times as long
        self.algebraic[U_s] = j - kinetics.charge_transfer_current(j0, eta, p.T)
        self.initial_conditions[U_s] = p.U_init
        return SimpleNamespace(j=j, eta=eta, theta_s=theta_s)

    def _driven_surface(self, theta, j, r, p, d, integral, fraction):
        """Sodium in particles that a current density leaves; their surface follows."""
        flux = particles.outward_flux(j, d.c_max, d.radius)
        psi = integral(theta)

        def regularised_occupancy(U):
            return open_circuit.regularised_occupancy(
                U, self.regularisation, p.T_ref, *d.galleries
            )

        self.update(
            particles.sodium_in_particle(
                theta, -pybamm.grad(psi), psi, -flux, regularised_occupancy(p.U_init)
            )
        )
        x_s = particles.surface_fraction(theta, flux, r, integral, fraction)
        theta_s = pybamm.maximum(pybamm.minimum(x_s, 1), LEAST_FRACTION)
        vacancy_s = pybamm.maximum(1 - x_s, LEAST_FRACTION)
        j0 = kinetics.insertion_exchange_current(theta_s, vacancy_s, d.j0, p.j0_floor)
        eta = kinetics.charge_transfer_overpotential(j0, j, p.T)
        levels = pybamm.Parameter(ocp_inverse.LEVELS) if self._levels_given else None
        U_s = ocp_inverse.potential(x_s, self.regularisation, p, d, levels)
        self.variables[PARTICLE_SURFACE] = U_s
        return SimpleNamespace(
            j=j,
            x_s=x_s,
            theta_s=theta_s,
            eta=eta,
            U_s=U_s,
            entropy=open_circuit.entropic_shift(p.T, p.T_ref, p.dUdT),
            regularised_occupancy=regularised_occupancy,
        )

    @property
    def default_geometry(self):
        return mesh.geometry(self.through_thickness)

    @property
    def default_submesh_types(self):
        return mesh.submesh_types(self.through_thickness)

    @property
    def default_var_pts(self):
        return mesh.points(self.through_thickness)

    @property
    def default_spatial_methods(self):
        return mesh.spatial_methods(self.through_thickness)

    @property
    def default_solver(self):
        return solver()

    @property
    def default_quick_plot_variables(self):
        return [
            "Voltage [V]",
            "Current [A]",
            "Positive electrode stoichiometry",
            "Sodium overpotential [V]",
        ]

    @property
    def default_parameter_values(self):
        return pybamm.ParameterValues("Yamauchi2020_cell_c")

    @property
    def summary_variables(self):
        return []


class HalfCell(_SolidStateHalfCell):
    """``full``: through the thickness of the cathode, with particles at every depth."""

    through_thickness = True
    regularisation = SHARED_REGULARISATION

    def __init__(self, name="NFPHalfCell", **laws):
        super().__init__(name, **laws)

    def _cathode(self, p, d, i, diffusion_law, explicit):
        theta = pybamm.Variable(
            "Positive particle stoichiometry",
            domain=mesh.PARTICLE,
            auxiliary_domains={"secondary": mesh.ELECTRODE},
        )
        if explicit:
            dphi, surface = self._driven_particles(theta, i, p, d, explicit)
        else:
            dphi, surface = self._charged_particles(theta, i, p, d, diffusion_law)
        self.variables[theta.name] = theta
        self.variables["Positive electrode potential difference [V]"] = dphi
        dphi_mean = pybamm.Integral(dphi, mesh.x)
        ionic_loss, electronic_loss = composite.composite_losses(
            pybamm.boundary_value(dphi, "left"),
            dphi_mean,
            pybamm.boundary_value(dphi, "right"),
            i,
            d.thickness,
            d.kappa_eff,
            d.sigma_eff,
        )
        eta_mean = pybamm.Integral(surface.eta, mesh.x)
        return SimpleNamespace(
            ionic_loss=ionic_loss,
            electronic_loss=electronic_loss,
            eta_mean=eta_mean,
            i_inserted=composite.insertion_current(
                pybamm.Integral(surface.j, mesh.x), d.thickness, d.particle_area
            ),
            U_surface_mean=dphi_mean - eta_mean,
            theta_mean=pybamm.Integral(pybamm.r_average(theta), mesh.x),
            theta_surface=surface.theta_s,
            above=lambda least: dphi_mean - least,
        )

    def _charged_particles(self, theta, i, p, d, diffusion_law):
        """Part of the current charges the layers on the particles."""
        U_s = pybamm.Variable(PARTICLE_SURFACE, domain=mesh.ELECTRODE)
        self.variables[U_s.name] = U_s
        dphi = pybamm.Variable(
            "Positive electrode potential difference [V]", domain=mesh.ELECTRODE
        )
        surface = self._particles(
            theta, U_s, dphi, mesh.r_everywhere, p, d, diffusion_law
        )
        self.update(
            composite.charge_in_composite(
                dphi,
                i,
                d.thickness,
                d.kappa_eff,
                d.sigma_eff,
                d.particle_area,
                surface.j,
                p.c_dl,
                self._V_init,
            )
        )
        return dphi, surface

    def _driven_particles(self, theta, i, p, d, explicit):
        """What leaves the particles is what ions and electrons exchange: their surface
        and the potential there follow from it.

        The current density is an unknown because it stays smooth in time where the
        open circuit is steep: with the potential of the surface instead, the same
        tolerances leave thirty times the error in twice the time. The potential
        difference is one because with it the voltage, the cut-offs and the balance of
        charge are linear.
        """
        j = pybamm.Variable(
            "Positive electrode interfacial current density [A.m-2]",
            domain=mesh.ELECTRODE,
        )
        dphi = pybamm.Variable(
            "Positive electrode potential difference [V]", domain=mesh.ELECTRODE
        )
        self.variables[j.name] = j
        surface = self._driven_surface(theta, j, mesh.r_everywhere, p, d, *explicit)
        self.update(
            composite.charge_exchanged(
                dphi, j, i, d.thickness, d.kappa_eff, d.sigma_eff, d.particle_area
            )
        )
        self.algebraic[dphi] = surface.U_s + surface.entropy + surface.eta - dphi
        self.initial_conditions[dphi] = self._V_init
        return dphi, surface


class SingleParticle(_SolidStateHalfCell):
    """``particle``: one representative particle, the ohmic drop to first order."""

    through_thickness = False
    regularisation = SURFACE_REGULARISATION

    def __init__(self, name="NFPSingleParticle", **laws):
        super().__init__(name, **laws)

    def _cathode(self, p, d, i, diffusion_law, explicit):
        theta = pybamm.Variable("Positive particle stoichiometry", domain=mesh.PARTICLE)
        if explicit:
            surface = self._driven_particle(theta, i, p, d, explicit)
        else:
            surface = self._charged_particle(theta, i, p, d, diffusion_law)
        self.variables[theta.name] = theta
        ionic_loss, electronic_loss = composite.uniform_reaction_losses(
            i, d.thickness, d.kappa_eff, d.sigma_eff
        )
        return SimpleNamespace(
            ionic_loss=ionic_loss,
            electronic_loss=electronic_loss,
            theta_mean=pybamm.r_average(theta),
            **vars(surface),
        )

    def _driven_particle(self, theta, i, p, d, explicit):
        """The whole current enters the particle: its surface follows, no unknown."""
        j = composite.uniform_reaction_current(i, d.thickness, d.particle_area)
        surface = self._driven_surface(theta, j, mesh.r_single, p, d, *explicit)
        beyond = surface.entropy + surface.eta
        dphi = surface.U_s + beyond
        self.variables["Positive electrode potential difference [V]"] = dphi
        return SimpleNamespace(
            U_surface_mean=surface.U_s + surface.entropy,
            eta_mean=surface.eta,
            i_inserted=i,
            theta_surface=surface.theta_s,
            above=lambda least: (
                surface.regularised_occupancy(least - beyond) - surface.x_s
            ),
        )

    def _charged_particle(self, theta, i, p, d, diffusion_law):
        """Part of the current charges the layer on the particle."""
        U_s = pybamm.Variable(PARTICLE_SURFACE)
        dphi = pybamm.Variable("Positive electrode potential difference [V]")
        sodium = self._particles(theta, U_s, dphi, mesh.r_single, p, d, diffusion_law)
        self.update(
            composite.charge_on_particle(
                dphi,
                i,
                d.thickness,
                d.particle_area,
                sodium.j,
                p.c_dl,
                self._V_init,
            )
        )
        self.variables.update({v.name: v for v in (U_s, dphi)})
        return SimpleNamespace(
            U_surface_mean=dphi - sodium.eta,
            eta_mean=sodium.eta,
            i_inserted=composite.insertion_current(
                sodium.j, d.thickness, d.particle_area
            ),
            theta_surface=sodium.theta_s,
            above=lambda least: dphi - least,
        )
