"""Hysteresis: its law, what it does to a loop, and that none stays none."""

import numpy as np
import pybamm
import pytest
from scipy.integrate import solve_ivp

from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.columns import SURFACE_POTENTIAL
from nfpcell.errors import NfpcellError
from nfpcell.model.heat_sources import HYSTERESIS
from nfpcell.model.single_particle import SingleParticle
from nfpcell.physics.hysteresis import hysteresis_rate
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.engine import HYSTERESIS_GAP
from nfpcell.simulation.protocol import Instruction, Protocol, Segment, efficiency, run

C = Cell.load("C")
WIDE = C.with_values({HYSTERESIS_GAP: 0.04})
# an inner loop, from a charged cell
STEPS = (
    Instruction("Discharge at 0.1C for 5 hours", 30.0),
    Instruction("Charge at 0.1C for 2 hours", 30.0),
    Instruction("Discharge at 0.1C for 2 hours", 30.0),
)


def _run(cell, model="particle"):
    segment = Segment("loop", cell, "charged", STEPS)
    return run(Protocol("test", "", "", cell, (segment,)), model)


def test_state_relaxes_with_throughput():
    i, Q, k, h_0 = -0.7, 3600.0, 12.0, 0.6
    found = solve_ivp(
        lambda _, h: hysteresis_rate(h, i, Q, k),
        (0, 900),
        [h_0],
        rtol=1e-10,
        atol=1e-12,
    )
    exact = -1 + (h_0 + 1) * np.exp(-k * abs(i) * found.t / Q)
    np.testing.assert_allclose(found.y[0], exact, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["particle", "full"])
def test_each_branch_shifts_by_half_the_gap_and_the_loop_loses_energy(model):
    plain, _ = _run(C, model)
    table, _ = _run(WIDE, model)
    # the first step ends far along the branch of discharge: 0.02 V lower
    ends = [t["Final voltage [V]"].to_numpy() for t in (plain, table)]
    k = C["Positive electrode OCP hysteresis decay"]
    states = [-1.0]
    for hours, sign in ((5, 1), (2, -1), (2, 1)):
        states.append(sign + (states[-1] - sign) * np.exp(-k * 0.1 * hours))
    np.testing.assert_allclose(
        ends[0] - ends[1], 0.02 * np.array(states[1:]), atol=5e-4
    )
    # area of the loop, less what it is without a gap: from the law alone
    t = np.linspace(0, 2, 2001)
    charge, discharge = (
        sign + (start - sign) * np.exp(-k * 0.1 * t)
        for sign, start in ((-1, states[1]), (1, states[2]))
    )
    ampere_hours = 0.1 * float(C.derived().nominal_capacity)
    area = 0.02 * ampere_hours * np.trapezoid(discharge - charge, t)
    lost = [
        -t["Specific energy [W.h.kg-1]"].iloc[1:].sum() * float(C.derived().mass)
        for t in (plain, table)
    ]
    assert lost[1] - lost[0] == pytest.approx(area, rel=0.01)
    gives_back = [efficiency(t)["Energy efficiency"].item() for t in (plain, table)]
    assert gives_back[1] < gives_back[0] < 1


def test_hysteresis_is_one_of_the_losses_in_plain_pybamm():
    values = WIDE.parameter_values()
    values["Initial hysteresis state"] = -1.0
    simulation = pybamm.Simulation(
        SingleParticle(with_hysteresis=True),
        parameter_values=values,
        experiment=pybamm.Experiment(["Discharge at 1C for 10 minutes"]),
    )
    solution = simulation.solve()
    found = solution[HYSTERESIS].entries
    assert found[0] == pytest.approx(-0.02, abs=1e-6)
    assert 0 < found[-1] < 0.02
    rest = solution[SURFACE_POTENTIAL].entries - solution["Voltage [V]"].entries
    # all others are losses on discharge, so what is left of the rest is positive
    assert (rest - found > 0).all()


@pytest.mark.slow
def test_a_loop_that_does_not_close_has_no_efficiency():
    steps = (STEPS[0], STEPS[1], Instruction("Discharge at 0.1C for 1 hour", 30.0))
    segment = Segment("open", C, "charged", steps)
    table, _ = run(Protocol("test", "", "", C, (segment,)), "particle")
    assert efficiency(table).empty


def test_without_a_gap_there_is_no_state():
    assert C[HYSTERESIS_GAP] == 0
    assert "Hysteresis state" not in SingleParticle().variables


def test_simulate_refuses_a_cell_with_hysteresis():
    with pytest.raises(NfpcellError, match="only nfpcell protocol computes hysteresis"):
        simulate(WIDE, [1.0], model="particle")


@pytest.mark.slow
def test_experiment_by_name(tmp_path, capsys):
    out = tmp_path / "out"
    words = ["protocol", "hysteresis_30C", "--model", "particle", "--out", str(out)]
    assert app.main(words) == 0
    for name in ("efficiency.csv", "loops.png"):
        assert (out / name).exists()
    import pandas as pd

    table = pd.read_csv(out / "efficiency.csv").set_index("Leg")["Energy efficiency"]
    full = table[table.index.str.startswith("full")]
    assert len(full) == 4
    assert full.is_monotonic_decreasing
    assert full.between(0.9, 1).all()
