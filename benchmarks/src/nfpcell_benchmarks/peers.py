"""PyBaMM's half-cell models for the same work: one discharge of Cell C.

They get the open circuit and the diffusivity of Na2FeP2O7 as smooth functions, and the
charge transfer at its surface and at the sodium. Every loss in series is a number for
this cell, temperature and current. Nothing is an input.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pybamm

from nfpcell.cell import parameters
from nfpcell.cell.derived import Derived, derive
from nfpcell.constants import FARADAY, GAS_CONSTANT
from nfpcell.physics import kinetics, open_circuit

MODELS = {"particle": pybamm.lithium_ion.SPM, "full": pybamm.lithium_ion.DFN}
NAMES = {"particle": "SPM", "full": "DFN"}
DURATION = [0, 5000]  # [s]


@dataclass(frozen=True)
class PeerMesh:
    """Number of radial and of through-thickness mesh points."""

    n_r: int
    n_x: int


def _open_circuit(p: parameters.Parameters, d: Derived) -> Callable[[Any], Any]:
    """The potential as both logarithmic ends and a cubic spline of the rest."""
    scale = GAS_CONSTANT * p.T_ref / FARADAY
    low, *_, high = d.widths
    ends = np.geomspace(1e-8, 1e-4, 30)
    theta = np.concatenate([ends, np.linspace(1e-4, 1 - 1e-4, 3000)[1:-1], 1 - ends])
    theta = np.sort(theta)
    U = open_circuit.equilibrium_potential(theta, p.T_ref, *d.galleries)

    def logarithms(x: Any, log: Callable[[Any], Any]) -> Any:
        return scale * (low * log(1 - x) - high * log(x))

    rest = U - logarithms(theta, np.log)

    def ocp(sto: Any) -> Any:
        smooth = pybamm.Interpolant(theta, rest, sto, name="rest", interpolator="cubic")
        return smooth + logarithms(sto, pybamm.log)

    return ocp


def parameter_values(inputs: Mapping[str, float]) -> Any:
    """Parameter values of PyBaMM's half-cells for the inputs of one run of ours."""
    p = parameters.Parameters.of(inputs.__getitem__)
    d = derive(p)
    current = inputs["Current function [A]"]
    i = current / d.area / d.contacted
    i_layer = i / d.roughness_cathode
    series = (d.r_bulk + d.r_gb) * i + d.r_film * i_layer
    series += kinetics.charge_transfer_overpotential(d.i0_separator, i_layer, p.T)
    theta_0, _ = open_circuit.occupancy(p.U_init, p.T_ref, *d.galleries)

    def diffusivity(sto: Any, T: Any) -> Any:
        below = sto - p.theta_fall
        step = 1 - below / pybamm.sqrt(p.fall_width**2 + below**2)
        return d.inverse_time * d.radius**2 * (p.D_ratio + (1 - p.D_ratio) / 2 * step)

    def exchange_current(c_e: Any, c_s_surf: Any, c_s_max: Any, T: Any) -> Any:
        x = c_s_surf / c_s_max
        return kinetics.insertion_exchange_current(x, 1 - x, d.j0, p.j0_floor)

    values = pybamm.ParameterValues("Xu2019")
    values.update(
        {
            "Ambient temperature [K]": p.T,
            "Initial temperature [K]": p.T,
            "Reference temperature [K]": p.T_ref,
            "Electrode height [m]": p.height,
            "Electrode width [m]": p.width,
            "Separator thickness [m]": 1e-6,
            "Positive electrode thickness [m]": d.thickness,
            "Positive electrode active material volume fraction": d.eps_nfp,
            "Positive electrode porosity": d.eps_electrolyte,
            "Separator porosity": 1.0,
            "Positive electrode Bruggeman coefficient (electrolyte)": 0.0,
            "Positive electrode Bruggeman coefficient (electrode)": 0.0,
            "Separator Bruggeman coefficient (electrolyte)": 0.0,
            "Positive electrode conductivity [S.m-1]": d.sigma_eff,
            "Electrolyte conductivity [S.m-1]": lambda c_e, T: d.kappa_eff,
            "Electrolyte diffusivity [m2.s-1]": lambda c_e, T: 1e-8,
            "Cation transference number": 1.0,
            "Positive particle radius [m]": d.radius,
            "Positive particle diffusivity [m2.s-1]": diffusivity,
            "Positive electrode OCP [V]": _open_circuit(p, d),
            "Positive electrode OCP entropic change [V.K-1]": p.dUdT,
            "Positive electrode exchange-current density [A.m-2]": exchange_current,
            "Exchange-current density for lithium metal electrode [A.m-2]": (
                lambda c_e, c_Li, T: d.i0_na * d.contacted * d.roughness_anode
            ),
            "Maximum concentration in positive electrode [mol.m-3]": d.c_max,
            "Initial concentration in positive electrode [mol.m-3]": theta_0 * d.c_max,
            "Lower voltage cut-off [V]": p.voltage_min,
            "Upper voltage cut-off [V]": p.voltage_max,
            "Current function [A]": current,
            "Nominal cell capacity [A.h]": d.nominal_capacity,
            "Contact resistance [Ohm]": series / current + p.contact_resistance,
        }
    )
    return values


def job(
    fidelity: str,
    inputs: Mapping[str, float],
    mesh: PeerMesh,
    rtol: float = 1e-4,
    atol: float = 1e-6,
    stretch: float = 2.0,
) -> Callable[[], Any]:
    """A function that solves PyBaMM's model once, warm, on one mesh."""
    model = MODELS[fidelity](
        {"working electrode": "positive", "contact resistance": "true"}
    )
    graded = pybamm.MeshGenerator(
        pybamm.Exponential1DSubMesh,
        submesh_params={"side": "right", "stretch": stretch},
    )
    simulation = pybamm.Simulation(
        model,
        parameter_values=parameter_values(inputs),
        submesh_types={**model.default_submesh_types, "positive particle": graded},
        var_pts={**model.default_var_pts, "r_p": mesh.n_r, "x_p": mesh.n_x},
        solver=pybamm.IDAKLUSolver(rtol=rtol, atol=atol),
    )
    return lambda: simulation.solve(DURATION)
