"""``particle``: one particle stands for all of the cathode."""

from typing import Any

import pybamm

from nfpcell.model import cathode as cathodes
from nfpcell.model import mesh
from nfpcell.model.cathode import Cathode, CathodeInputs
from nfpcell.model.half_cell import SodiumHalfCell
from nfpcell.physics import composite


class SingleParticle(SodiumHalfCell):
    """One representative particle, and the ohmic drop of the cathode to first order."""

    through_thickness = False
    regularisation = cathodes.REGULARISATION

    def __init__(self, name: str = "NFPSingleParticle", **laws: Any) -> None:
        super().__init__(name, **laws)

    def cathode(self, inputs: CathodeInputs) -> Cathode:
        """Add the particle and its double layer; what they give to the cell."""
        d, i = inputs.d, inputs.i

        ######################
        # Variables
        ######################
        theta = pybamm.Variable(cathodes.STOICHIOMETRY, domain=mesh.PARTICLE)
        dphi = pybamm.Variable(cathodes.POTENTIAL_DIFFERENCE)
        U_s = pybamm.Variable(cathodes.SURFACE_POTENTIAL)
        self.variables[theta.name] = theta

        ######################
        # Particle
        ######################
        surface: cathodes.ParticleSurface
        if inputs.explicit_surface:
            # the whole current enters the particle: no unknown at its surface
            j = composite.uniform_reaction_current(i, d.thickness, d.particle_area)
            surface = explicit = cathodes.explicit_surface(
                self, inputs, theta, j, mesh.r_single, self.regularisation
            )
            dphi = surface.potential + surface.overpotential
            insertion_current_density = i
            cutoff_residual = explicit.cutoff_residual
        else:
            surface = cathodes.surface_with_potential(
                self, inputs, theta, U_s, dphi, mesh.r_single
            )
            j = surface.current_density
            self.update(
                composite.charge_on_particle(
                    dphi,
                    i,
                    d.thickness,
                    d.particle_area,
                    j,
                    inputs.p.c_dl,
                    inputs.rest_potential,
                )
            )
            insertion_current_density = composite.insertion_current(
                j, d.thickness, d.particle_area
            )
            cutoff_residual = lambda limit: dphi - limit  # noqa: E731
        self.variables[cathodes.POTENTIAL_DIFFERENCE] = dphi

        ######################
        # Composite
        ######################
        ionic_loss, electronic_loss = composite.uniform_reaction_losses(
            i, d.thickness, d.kappa_eff, d.sigma_eff
        )
        return Cathode(
            surface_potential=surface.potential,
            reaction_overpotential=surface.overpotential,
            ionic_loss=ionic_loss,
            electronic_loss=electronic_loss,
            insertion_current_density=insertion_current_density,
            stoichiometry=pybamm.r_average(theta),
            surface_stoichiometry=surface.stoichiometry,
            cutoff_residual=cutoff_residual,
        )
