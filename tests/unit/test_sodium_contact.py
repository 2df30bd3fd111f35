"""Voids between sodium and separator: limits, balance, ending, files."""

from dataclasses import replace

import casadi
import numpy as np
import pandas as pd
import pybamm
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.eis.impedance import impedance
from nfpcell.eis.resistance import resistance
from nfpcell.errors import DataFileError
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.interfaces_in_series import CONTACT_FRACTION
from nfpcell.model.single_particle import SingleParticle
from nfpcell.outcome import Ending
from nfpcell.reports import remarks
from nfpcell.simulation import cycling, protocol, typed_steps
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.engine import built
from nfpcell.simulation.numerics import numerics_for
from nfpcell.simulation.stripping_limit import stripping_remark
from nfpcell.sweeping.sweep_case import compute
from nfpcell.sweeping.sweep_plan import Sweep

C = Cell.load("C")
# bonded everywhere, so that the current density is that of the geometric area
BONDED = C.with_values({"Carbon fraction that halves bonding": 1e6})
LIMITED = C.with_sodium_contact("pressure-limited")
PRESSURE, VOID_CHARGE = "Stack pressure [Pa]", "Sodium void charge [A.h.m-2]"
LOST = Ending.CONTACT_LOST.value
POINTS = {"full": (("r_p", 20), ("x_p", 4)), "particle": (("r_p", 20),)}
MODELS = {"full": HalfCell, "particle": SingleParticle}


def with_ratio(rate, ratio, void_charge=1.0, temperature=30.0):
    """Cell C whose discharge at this rate strips at this multiple of the limit."""
    condition = Condition(LIMITED, "discharge", rate, temperature)
    d = LIMITED.derived(condition.kelvin)
    density = condition.current / d.area / d.contacted / d.roughness_anode
    pressure = LIMITED[PRESSURE] * density / d.i_strip / ratio
    return LIMITED.with_values({PRESSURE: pressure, VOID_CHARGE: void_charge})


@pytest.mark.parametrize("model", MODELS)
def test_without_the_law_the_model_has_no_state_of_voids(model):
    names = MODELS[model]().variables
    assert CONTACT_FRACTION not in names
    assert (
        CONTACT_FRACTION in MODELS[model](sodium_contact="pressure-limited").variables
    )
    assert "sodium_contact" not in numerics_for(C, "discharge", 1, 30, model)


@pytest.mark.parametrize("model", MODELS)
def test_full_contact_has_the_rates_of_the_model_without_limit(model):
    """Bit by bit, for every state that both have."""
    rates = {}
    for law in ("unlimited", "pressure-limited"):
        one = built(model, points=POINTS[model], sodium_contact=law)
        cell = LIMITED.with_values({PRESSURE: 1e10})
        inputs = one.inputs(cell, 2e-4, 273.15, 3.1, 0.4)
        state = one.initial_state(inputs)
        t, y, p = one.equations.symbols
        function = casadi.Function("rates", [t, y, p], [one.equations.rates])
        found = function(0, state, one.numbers(inputs)).full().ravel()
        rates[law] = {name: found[k].tobytes() for name, k in one.layout.items()}
    limited = rates["pressure-limited"]
    assert np.frombuffer(limited.pop(CONTACT_FRACTION)) == 0
    assert limited == rates["unlimited"]


def test_pressure_without_end_is_the_model_without_limit():
    pressed = LIMITED.with_values({PRESSURE: 1e9})
    free, limited = (
        simulate(cell, [0.5, 2], [30, -20], "both", "particle") for cell in (C, pressed)
    )
    for name in (columns.CAPACITY, columns.MEAN_VOLTAGE):
        # within the tolerances of the integrator, which sees one more state
        assert limited[name].to_numpy() == pytest.approx(free[name], rel=2e-4)
    assert list(limited[columns.TERMINATION]) == list(free[columns.TERMINATION])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("ratio", [1.2, 2.0, 20.0])
def test_contact_is_lost_after_the_charge_of_the_closed_form(model, ratio):
    cell = with_ratio(1.0, ratio)
    table = simulate(cell, [1.0], model=model)
    assert table[columns.TERMINATION].item() == LOST
    assert table[columns.STATUS].item() == "ok"
    # q r ln((r - phi)/(r - 1)) at phi = 0.01, per area of the face
    per_area = ratio * np.log((ratio - 0.01) / (ratio - 1))
    d = cell.derived()
    charge = per_area * d.area * d.contacted * d.roughness_anode / d.mass
    assert table[columns.CAPACITY].item() == pytest.approx(charge, rel=1e-4)


def test_below_the_limit_nothing_opens():
    table = simulate(with_ratio(1.0, 0.999), [1.0], model="particle")
    free = simulate(C, [1.0], model="particle")
    assert table[columns.CAPACITY].item() == pytest.approx(
        free[columns.CAPACITY].item(), rel=5e-5
    )


def test_cold_lowers_the_limit():
    cell = with_ratio(1.0, 0.8, void_charge=0.3)
    table = simulate(cell, [1.0], [30, -20], model="particle")
    assert list(table[columns.TERMINATION]) == ["Minimum voltage [V]", LOST]


@pytest.mark.parametrize("model", MODELS)
def test_voids_hold_the_sodium_that_creep_does_not_bring(model):
    """Opening on discharge, closing at rest and on charge, as PyBaMM's own steps."""
    cell = with_ratio(1.0, 2.0, void_charge=2.0)
    simulation = pybamm.Simulation(
        MODELS[model](sodium_contact="pressure-limited"),
        parameter_values=cell.parameter_values(),
        experiment=pybamm.Experiment(
            [
                "Discharge at 1C for 15 minutes",
                "Rest for 1 hour",
                "Charge at 1C for 10 minutes",
            ]
        ),
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-9),
    )
    steps = simulation.solve().cycles
    d = cell.derived()
    q, i_c = 3600 * cell[VOID_CHARGE], d.i_strip
    starts = [cycle[CONTACT_FRACTION].entries[0] for cycle in steps]
    ends = [cycle[CONTACT_FRACTION].entries[-1] for cycle in steps]
    i = 2 * i_c
    assert starts[0] == 1
    assert ends[0] == pytest.approx(2 - np.exp(900 * i_c / q), rel=1e-6)
    # at rest phi/(1 - phi) grows by exp(i_c t/q)
    odds = ends[0] / (1 - ends[0]) * np.exp(3600 * i_c / q)
    assert ends[1] == pytest.approx(odds / (1 + odds), rel=1e-6)
    # on charge (phi + 2)/(1 - phi) grows by exp((i_c + 2 i_c) t/q)
    odds = (ends[1] + 2) / (1 - ends[1]) * np.exp(600 * (i_c + i) / q)
    assert ends[2] == pytest.approx((odds - 2) / (1 + odds), rel=1e-6)


def test_less_contact_raises_the_overpotential_of_sodium():
    cell = with_ratio(1.0, 2.0, void_charge=2.0)
    _, curve = simulate(cell, [1.0], model="particle", curves=True)
    losses = curve[columns.SODIUM].to_numpy()
    free = simulate(C, [1.0], model="particle", curves=True)[1][columns.SODIUM]
    assert losses[0] == pytest.approx(free.iloc[0], rel=1e-6)
    assert losses[-1] > 2.9 * free.iloc[-1]


def test_a_cell_file_keeps_the_law(tmp_path):
    path = LIMITED.save(tmp_path / "limited.toml", based_on="yamauchi2020")
    again = Cell.load(path)
    assert again.sodium_contact == "pressure-limited"
    assert again.sha256 == LIMITED.sha256 != C.sha256
    text = path.read_text().replace("pressure-limited", "limited")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text)
    with pytest.raises(DataFileError, match="sodium_contact"):
        Cell.load(wrong)


def test_an_unknown_law_is_refused():
    with pytest.raises(
        DataFileError, match='"none" is not a law of the sodium contact'
    ):
        C.with_sodium_contact("none")
    with pytest.raises(pybamm.OptionError, match='"unlimited" or "pressure-limited"'):
        SingleParticle(sodium_contact="none")


def test_a_protocol_goes_on_after_the_contact_is_lost():
    text = (
        "Discharge at 1C until 2.0 V; Discharge at 1C until 2.0 V; Rest for 1 hour; "
        "Discharge at 1C until 2.0 V; Charge at 1C for 5 minutes"
    )
    cell = with_ratio(1.0, 2.0, void_charge=0.2)
    (steps,) = typed_steps.load([cell], text, None, 30.0, None, None, None)
    table, _ = protocol.run(steps, "particle")
    lost, not_run, rest, again, charge = table.to_dict("records")
    assert lost[columns.ENDED_BY] == again[columns.ENDED_BY] == LOST
    assert not_run[columns.STATUS] == (
        "not run: at its start the sodium contact is lost to voids"
    )
    assert rest[columns.STATUS] == charge[columns.STATUS] == "ok"
    # voids close at rest
    assert 0 < again[columns.CAPACITY] < lost[columns.CAPACITY]


def test_cycles_go_on_after_the_contact_is_lost():
    table = cycling.cycle(with_ratio(1.0, 2.0, void_charge=0.5), [1], cycles=3)
    assert list(table[columns.STATUS]) == ["ok"] * 3
    capacities = table[columns.DISCHARGE_CAPACITY].to_numpy()
    free = cycling.cycle("C", [1], cycles=1)[columns.DISCHARGE_CAPACITY].item()
    assert np.all(capacities < 0.5 * free)


# --------------------------------------------------------- the remark on every result
def needs(pressure):
    return f"needs about {pressure} MPa of stack pressure"


def test_the_remark_states_the_pressure_that_is_needed():
    remark = Condition(BONDED, "discharge", 2, 30).remark
    # 0.674 mA/cm2, at 9 MPa for 2.5 mA/cm2
    assert "a stripping current of 0.67 mA/cm²" in remark
    assert needs(2.4) in remark
    assert "not known, 0.5 MPa is assumed, and the loss of contact is not com" in remark
    # 0.14 eV
    assert needs(4.4) in Condition(BONDED, "discharge", 2, 0).remark
    assert Condition(BONDED, "discharge", 0.2, 30).remark == ""
    assert Condition(BONDED, "charge", 2, 30).remark == ""


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_near_absolute_zero_no_pressure_is_enough():
    assert "needs about inf MPa" in stripping_remark(Cell.load("C"), 1e-3, 1.0)


def test_a_measured_pressure_is_stated_as_such():
    known = BONDED.with_values({PRESSURE: 2e6}, kind="measured", reference="press")
    assert "of this cell is 2 MPa, and" in Condition(known, "discharge", 2, 30).remark
    assert Condition(known, "discharge", 1.6, 30).remark == ""
    limited = known.with_sodium_contact("pressure-limited")
    remark = Condition(limited, "discharge", 2, 30).remark
    assert remark.endswith("the loss of contact is computed")


def test_a_rough_face_strips_less_per_area():
    smooth, rough = C.derived(), Cell.load("E").derived()
    current = 1000 * smooth.nominal_capacity  # of 1000C
    density, least = (
        current / d.area / d.contacted / d.roughness_anode for d in (smooth, rough)
    )
    assert least < 0.5 * density
    remark = stripping_remark(Cell.load("E"), current, 303.15)
    assert f"current of {least / 10:.2g} mA/cm²" in remark


def in_curves():
    return simulate(C, [0.1, 2], model="particle")


def in_cycles():
    return cycling.cycle("C", [0.1, 2], cycles=1)


def in_protocol():
    text = "Discharge at C/10 for 1 minute; Discharge at 2C for 1 minute"
    (steps,) = typed_steps.load([C], text, None, 30.0, None, None, None)
    return protocol.run(steps, "particle")[0]


def in_spectra():
    rates = [0.1, 2]
    return pd.concat(
        impedance(C, 0.5, rate=rate, frequencies=[1.0], model="particle")
        for rate in rates
    )


def in_resistances():
    return pd.concat(
        resistance(C, rate=rate, depths=[0.5], circuits=False, model="particle")
        for rate in (0.1, 2)
    )


def in_sweep():
    sweep = Sweep.load("plate_and_roughness")
    sweep = replace(sweep, cells=(C,), model="particle", outputs=(columns.CAPACITY,))
    case = sweep.case(0, np.array([axis.values[0] for axis in sweep.axes]))
    cases = [
        replace(case, rate=rate, varied=case.varied | {columns.RATE: rate})
        for rate in (0.1, 2)
    ]
    return pd.DataFrame([compute(sweep, case) for case in cases])


@pytest.mark.parametrize(
    "run", [in_curves, in_cycles, in_protocol, in_spectra, in_resistances, in_sweep]
)
def test_every_kind_of_result_has_the_remark(run):
    table = run()
    assert set(table[columns.STATUS]) == {"ok"}
    slow, fast = table[columns.REMARK]
    assert slow == ""
    assert "of stack pressure to keep contact" in fast
    (line,) = remarks.lines(table)
    assert line.startswith(("C at 2C and 30 °C: ", "C, steps, step 2, at 30 °C: "))
    assert line.endswith(fast)


def test_a_table_has_one_line_for_each_cell_and_few_lines_in_all():
    cells = ["C", "B"]
    table = simulate(cells, [1, 2], [0, 30], model="particle")
    lines = remarks.lines(table)
    assert [line[:16] for line in lines] == ["C at 2C and 0 °C", "B at 2C and 0 °C"]
    steps = pd.DataFrame(
        {
            columns.CELL: "C",
            columns.TEMPERATURE: 30,
            columns.SEGMENT: "steps",
            columns.STEP: range(20),
            columns.REMARK: [f"remark {k}" for k in range(20)],
        }
    )
    assert len(remarks.lines(steps)) == remarks.MOST_LINES + 1
    assert remarks.lines(steps)[-1].startswith("14 more remarks")
    of_cell = remarks.lines(steps.assign(**{columns.SEGMENT: "C"}))
    assert of_cell[0] == "C, step 0, at 30 °C: remark 0"
