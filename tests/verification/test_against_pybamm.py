"""Both models against PyBaMM's half-cells, where all solve the same equations.

The parameters of PyBaMM are set apart from those of the benchmarks on purpose: one
checks the other.
"""

import numpy as np
import pybamm
import pytest

from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from tests.verification.cell_c import at_rate, solve

R, F = 8.31446261815324, 96485.33212331001

U_0, WIDTH = 3.0, 8.0
SIMPLE = {
    # one gallery with a sloping potential, whose inverse is a logarithm
    **{f"U_{k}": U_0 for k in (1, 2, 3, 4)},
    **{f"omega_{k}": WIDTH for k in (1, 2, 3, 4)},
    "active_fraction": 1.0,
    "j0_floor": 1e-6,
    # what PyBaMM's half-cell does not have
    "film_ref": 1e-12,
    "gb_share": 0.0,
    "i0_separator": 1e9,
    "contact_resistance": 0.0,
    "na_asymmetry": 1.0,
    "stack_pressure": 1e8,  # no voids with either law of the sodium contact
    "contact_exponent": 0.0,
    "sinter_limit": 1e6,
    # the composite conducts as the plate does
    "kappa_exponent": 0.0,
    "kappa": 2e-3,
    "separator_thickness": 2e-5,
    "sigma_carbon": 1e3,
    "c_na": 1e-4,
    "c_separator": 1e-4,
    "c_dl": 1e-6,
    "D_poor": 2e-17,
    "voltage_min": 1.0,
    "voltage_max": 5.0,
}


def pybamm_half_cell(p, d, numbers):
    def ocp(sto):
        return U_0 + WIDTH * R * p.T_ref / F * pybamm.log((1 - sto) / sto)

    def j0(c_e, c_s_surf, c_s_max, T):
        x = c_s_surf / c_s_max
        return d.j0 * 2 * pybamm.sqrt(x * (1 - x))

    theta_0 = 1 / (1 + np.exp((3.34 - U_0) / (WIDTH * R * p.T_ref / F)))
    found = pybamm.ParameterValues("Xu2019")
    found.update(
        {
            "Ambient temperature [K]": p.T,
            "Initial temperature [K]": p.T,
            "Reference temperature [K]": p.T_ref,
            "Electrode height [m]": p.height,
            "Electrode width [m]": p.width,
            "Separator thickness [m]": p.separator_thickness,
            "Positive electrode thickness [m]": d.thickness,
            "Positive electrode active material volume fraction": d.eps_nfp,
            "Positive electrode porosity": 0.3,
            "Separator porosity": 0.3,
            "Positive electrode Bruggeman coefficient (electrolyte)": 0.0,
            "Positive electrode Bruggeman coefficient (electrode)": 0.0,
            "Separator Bruggeman coefficient (electrolyte)": 0.0,
            "Positive electrode conductivity [S.m-1]": d.sigma_eff,
            "Electrolyte conductivity [S.m-1]": lambda c_e, T: p.kappa,
            "Electrolyte diffusivity [m2.s-1]": lambda c_e, T: 1e-8,
            "Cation transference number": 1.0,
            "Positive particle radius [m]": d.radius,
            "Positive particle diffusivity [m2.s-1]": p.D_poor,
            "Positive electrode OCP [V]": ocp,
            "Positive electrode OCP entropic change [V.K-1]": 0.0,
            "Positive electrode exchange-current density [A.m-2]": j0,
            "Exchange-current density for lithium metal electrode [A.m-2]": (
                lambda c_e, c_Li, T: d.i0_na
            ),
            "Maximum concentration in positive electrode [mol.m-3]": d.c_max,
            "Initial concentration in positive electrode [mol.m-3]": theta_0 * d.c_max,
            "Lower voltage cut-off [V]": p.voltage_min,
            "Upper voltage cut-off [V]": p.voltage_max,
            "Current function [A]": numbers["Current function [A]"],
            "Nominal cell capacity [A.h]": d.nominal_capacity,
            "Contact resistance [Ohm]": 0.0,
        },
    )
    return found


def reference(cls, p, d, numbers, seconds):
    model = cls({"working electrode": "positive"})
    meshes = {
        **model.default_submesh_types,
        "positive particle": pybamm.MeshGenerator(
            pybamm.Exponential1DSubMesh, submesh_params={"side": "right", "stretch": 4}
        ),
    }
    points = {**model.default_var_pts, "x_p": 60, "r_p": 100}
    return pybamm.Simulation(
        model,
        parameter_values=pybamm_half_cell(p, d, numbers),
        submesh_types=meshes,
        var_pts=points,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-8),
    ).solve([0, seconds])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "other", "rate", "laws"),
    [
        (HalfCell, pybamm.lithium_ion.DFN, 2.0, {}),
        (HalfCell, pybamm.lithium_ion.DFN, 0.2, {}),
        (HalfCell, pybamm.lithium_ion.DFN, 2.0, {"sodium_contact": "pressure-limited"}),
        (SingleParticle, pybamm.lithium_ion.SPMe, 2.0, {}),
    ],
)
def test_agrees_with_pybamm_where_both_solve_the_same_equations(cls, other, rate, laws):
    numbers, p, d = at_rate(rate, **SIMPLE)
    seconds = 0.8 * 3600 / rate
    ours = solve(cls, numbers, seconds, diffusion_law="constant", tol=1e-7, **laws)
    theirs = reference(other, p, d, numbers, seconds)
    assert theirs.t[-1] == ours.t[-1] == seconds
    t = np.linspace(0.002, 1, 300) * seconds
    difference = ours["Voltage [V]"](t) - theirs["Voltage [V]"](t)
    assert np.sqrt(np.mean(difference**2)) < 1e-4
    # the layer's own loss is there to be seen
    loss = ours["Positive electrode ionic overpotential [V]"](t)
    assert loss.max() > 5e-3 * rate
