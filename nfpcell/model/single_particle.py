"""``particle``: one particle stands for all of the cathode."""

from collections.abc import Callable, Mapping
from typing import Any

import pybamm

from nfpcell.model import cathode as cathodes
from nfpcell.model import mesh, ocp_inverse, pybamm_options
from nfpcell.model.cathode import Cathode, CathodeInputs
from nfpcell.model.half_cell import SodiumHalfCell
from nfpcell.physics import composite
from nfpcell.physics.value import Value


class SingleParticle(SodiumHalfCell):
    """One representative particle, and the ohmic drop of the cathode to first order."""

    through_thickness = False
    regularisation = 4e-8  # 1e-8 a volt

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        name: str = "NFPSingleParticle",
        **laws: Any,
    ) -> None:
        super().__init__(name, **pybamm_options.keywords(options, laws))

    def cathode(self, inputs: CathodeInputs) -> Cathode:
        """Add the particle and its double layer; what they give to the cell."""
        p, d, i = inputs.p, inputs.d, inputs.i
        thetas = [
            pybamm.Variable(one.name + cathodes.STOICHIOMETRY, domain=mesh.PARTICLE)
            for one in inputs.classes
        ]

        ######################
        # Particle
        ######################
        surface: cathodes.ParticleSurface
        cutoff_residual: Callable[[Value], Value]
        if inputs.explicit is None:
            dphi = pybamm.Variable(cathodes.POTENTIAL_DIFFERENCE)
            surface, U_s = cathodes.surfaces_with_potential(
                self, inputs, thetas, dphi, mesh.r_single
            )
            j = surface.current_density
            self.update(
                composite.charge_on_particle(
                    dphi,
                    i,
                    d.thickness,
                    d.particle_area,
                    j,
                    p.c_dl,
                    inputs.rest_potential,
                )
            )
            inserted = composite.insertion_current(j, d.thickness, d.particle_area)
            surface_potential = dphi - surface.overpotential

            def cutoff_residual(limit: Value) -> Value:
                return dphi - limit
        else:
            # the whole current enters the particle: no unknown at its surface
            (theta,) = thetas
            j = composite.uniform_reaction_current(i, d.thickness, d.particle_area)
            surface = explicit = cathodes.explicit_surface(
                inputs, inputs.explicit, theta, j, mesh.r_single
            )
            self.update(cathodes.sodium_at_current(inputs, inputs.explicit, theta, j))
            U_s = ocp_inverse.potential(explicit.fraction, inputs.regularisation, p, d)
            surface_potential = U_s + inputs.entropic_shift
            dphi = U_s + (inputs.entropic_shift + surface.overpotential)
            inserted = i

            # as a sodium fraction: where the particle is full or empty, the voltage is
            # almost a step of it
            def cutoff_residual(limit: Value) -> Value:
                U = limit - (inputs.entropic_shift + explicit.overpotential)
                return inputs.regularised_fraction(U) - explicit.fraction

        ######################
        # Composite
        ######################
        ionic_loss, electronic_loss = composite.uniform_reaction_losses(
            i, d.thickness, d.kappa_eff, d.sigma_eff
        )
        self.variables.update({theta.name: theta for theta in thetas})
        self.variables[cathodes.STOICHIOMETRY] = inputs.mean(thetas)
        self.variables[cathodes.SURFACE_POTENTIAL] = U_s
        self.variables[cathodes.POTENTIAL_DIFFERENCE] = dphi
        return Cathode(
            surface_potential=surface_potential,
            reaction_overpotential=surface.overpotential,
            ionic_loss=ionic_loss,
            electronic_loss=electronic_loss,
            insertion_current_density=inserted,
            stoichiometry=inputs.mean(map(pybamm.r_average, thetas)),
            surface_stoichiometry=surface.stoichiometry,
            cutoff_residual=cutoff_residual,
        )
