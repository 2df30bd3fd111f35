"""The lumped balance of heat: its limits, and that no energy is lost."""

from functools import partial

import numpy as np
import pybamm
import pytest
from scipy.integrate import quad

from nfpcell.cell.definition import Cell
from nfpcell.model.half_cell import RESIDUAL_LAYER, HalfCell
from nfpcell.model.heat_sources import (
    DELIVERED,
    HEATINGS,
    HEATS,
    TO_SURROUNDINGS,
    TOTAL_HEATING,
)
from nfpcell.model.integrator import solver
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics import heat
from nfpcell.simulation.protocol import Protocol, run
from nfpcell.simulation.starting_state import open_circuit_voltage

TRANSFER = "Total heat transfer coefficient [W.m-2.K-1]"
ENTROPY = "Positive electrode OCP entropic change [V.K-1]"
FRESH = ("Discharge at 0.5C until 2.2 V", "Rest for 2 hours")
BACK = ("Charge at 0.5C until 4.0 V", "Rest for 2 hours")
POUCH = Cell.load("pouch")


def _solved(steps, model=SingleParticle, thermal="lumped", rtol=3e-6, **changed):
    cell = POUCH.with_values(changed.pop("changed", {}))
    values = cell.parameter_values()
    values["Ambient temperature [K]"] = 298.15
    simulation = pybamm.Simulation(
        model(thermal=thermal, energies=True),
        parameter_values=values,
        experiment=pybamm.Experiment([tuple(steps)]),
        solver=solver(rtol=rtol, atol=rtol),
        **changed,
    )
    return cell, simulation.solve()


def _ends(solution, name):
    found = solution[name].entries
    return float(found[0]), float(found[-1])


def _released_by_layers(cell, solution):
    """Energy that the double layers on the particles had and have no more [J]."""
    d = cell.derived()
    farads = cell["Positive electrode double-layer capacity [F.m-2]"] * float(
        d.particle_area * d.thickness * d.area
    )
    dphi = solution["Positive electrode potential difference [V]"].entries
    first, last = np.mean(np.atleast_2d(dphi), axis=0)[[0, -1]]
    return farads * (first**2 - last**2) / 2


def _released_by_sodium(cell, solution):
    """Enthalpy that even sodium in the cathode had and has no more [J]."""
    sites = (
        cell["Positive electrode active fraction of theoretical capacity"]
        * cell["Positive electrode theoretical capacity [A.h.kg-1]"]
        * float(cell.derived().mass)
        * 3600
    )
    at_rest = cell[ENTROPY] * cell["Reference temperature [K]"]

    def potential(theta):
        return float(open_circuit_voltage(cell, theta)) - at_rest

    ends = _ends(solution, "Positive electrode stoichiometry")
    return sites * quad(potential, *ends, epsabs=1e-12, epsrel=1e-10, limit=400)[0]


@pytest.mark.slow
@pytest.mark.parametrize("model", [SingleParticle, HalfCell])
@pytest.mark.parametrize(
    ("double_layers", "rtol", "within"), [(False, 1e-9, 1e-6), (True, 1e-8, 1e-5)]
)
def test_energy_is_conserved_over_a_cycle(model, double_layers, rtol, within):
    points = {"var_pts": {"r_p": 40, "x_p": 6}} if model is HalfCell else {}
    cell, solution = _solved(
        FRESH + BACK,
        partial(model, double_layers=double_layers),
        rtol=rtol,
        changed={ENTROPY: 2e-4},
        **points,
    )
    assert len(solution.cycles[0].steps) == 4
    _, delivered = _ends(solution, DELIVERED)
    _, lost = _ends(solution, TO_SURROUNDINGS)
    cold, warm = _ends(solution, "Cell temperature [K]")
    kept = float(cell.derived().heat_capacity) * (warm - cold)
    layers = 1 if double_layers else RESIDUAL_LAYER
    released = _released_by_sodium(cell, solution)
    released += layers * _released_by_layers(cell, solution)
    passed = np.abs(np.diff(solution[DELIVERED].entries)).sum()
    assert lost > 1e-2 * passed
    assert delivered + lost + kept == pytest.approx(released, abs=within * passed)


@pytest.mark.slow
def test_heat_sources_sum_up_and_only_the_entropy_cools():
    _, solution = _solved(FRESH + BACK, changed={ENTROPY: 2e-4})
    parts = {name: solution[name].entries for name in HEATINGS}
    total = solution[TOTAL_HEATING].entries
    assert np.allclose(sum(parts.values()), total, rtol=1e-9, atol=1e-12)
    # on discharge and back again, once the layers on the particles are charged
    for step, sign in ((0, -1), (2, 1)):
        own = solution.cycles[0].steps[step]
        middle = (own.t > own.t[0] + 60) & (own.t < own.t[-1] - 600)
        found = own["Reversible heating [W]"].entries[middle]
        current = own["Current [A]"].entries[middle]
        assert np.median(found) == pytest.approx(
            np.median(-current) * 298.15 * 2e-4, rel=0.01
        )
        assert np.sign(np.median(found)) == sign
    assert all(_ends(solution, name)[1] >= 0 for name in HEATS[:-2])


@pytest.mark.slow
def test_hysteresis_gap_times_charge_is_heat_over_a_loop():
    gap = 0.04
    cell, solution = _solved(
        FRESH + BACK,
        partial(SingleParticle, with_hysteresis=True),
        changed={"Positive electrode OCP hysteresis gap [V]": gap},
    )
    found = _ends(solution, "Hysteresis heat [J]")[1]
    charge = np.ptp(solution["Discharge capacity [A.h]"].entries) * 3600
    turns = 1 / cell["Positive electrode OCP hysteresis decay"]
    # both branches, less what is given back at each turn
    assert found == pytest.approx(gap * charge, rel=4 * turns)
    _, plain = _solved(FRESH)
    assert _ends(plain, "Hysteresis heat [J]")[1] == 0


@pytest.mark.slow
def test_an_adiabatic_cell_keeps_its_heat():
    cell, solution = _solved(FRESH, changed={TRANSFER: 0.0})
    cold, warm = _ends(solution, "Cell temperature [K]")
    given_off = sum(_ends(solution, name)[1] for name in HEATS)
    C = float(cell.derived().heat_capacity)
    assert given_off > 1
    assert warm - cold == pytest.approx(given_off / C, rel=1e-4)
    assert _ends(solution, TO_SURROUNDINGS)[1] == pytest.approx(0, abs=1e-9)


@pytest.mark.slow
def test_a_well_cooled_cell_is_isothermal():
    _, cooled = _solved(FRESH, changed={TRANSFER: 1e6}, rtol=1e-7)
    _, isothermal = _solved(FRESH, thermal="isothermal", rtol=1e-7)
    assert cooled["Cell temperature [K]"].entries == pytest.approx(298.15, abs=1e-5)
    times = np.linspace(0, 0.95 * isothermal.t[-1], 500)
    one, other = (s["Voltage [V]"](times) for s in (cooled, isothermal))
    assert one == pytest.approx(other, abs=2e-4)


@pytest.mark.slow
def test_a_warmer_cell_loses_less():
    steps = ["Discharge at 5C until 2.2 V"]
    _, warm = _solved(steps, changed={TRANSFER: 0.0})
    _, cold = _solved(steps, thermal="isothermal")
    assert _ends(warm, "Cell temperature [K]")[1] > 298.6
    both = [_ends(s, "Discharge capacity [A.h]")[1] for s in (warm, cold)]
    assert both[0] > 1.005 * both[1]


def test_a_steady_heater_warms_by_the_exponential():
    T = pybamm.Variable("T")
    model = heat.balance_of_heat(T, 0.3, 5.0, 0.02, 290.0)
    model.variables = {"T": T}
    times = np.linspace(0, 1000, 41)
    pybamm.Discretisation().process_model(model)
    solution = pybamm.IDAKLUSolver(rtol=1e-9, atol=1e-9).solve(model, times)
    expected = 290 + 15 * (1 - np.exp(-times / 250))
    assert solution["T"](times) == pytest.approx(expected, rel=1e-7)


@pytest.mark.slow
def test_the_cell_of_the_fan_is_colder_the_better_it_is_cooled():
    table, curves = run(Protocol.load("fan_0C"), "particle")
    highest = table.set_index("Leg")["Highest temperature [degC]"]
    adiabatic, air, ice = (
        highest[leg] for leg in ("10 mW, adiabatic", "10 mW, in still air", "10 mW")
    )
    assert adiabatic > 4 * air > 16 * ice > 0
    assert curves["Cell temperature [degC]"].max() == pytest.approx(adiabatic)
    assert table[list(HEATS)].sum(axis=1).to_numpy() == pytest.approx(
        table["Heat [J]"].to_numpy(), rel=1e-6
    )


def test_an_unknown_thermal_option_is_refused():
    with pytest.raises(pybamm.OptionError, match='"isothermal" or "lumped"'):
        SingleParticle(thermal="x-full")
    with pytest.raises(pybamm.OptionError, match="derived_given=False"):
        HalfCell(thermal="lumped", derived_given=True)
