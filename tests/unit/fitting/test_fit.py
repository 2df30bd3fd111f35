"""``nfpcell.fit``: known values are recovered from files, with right intervals."""

import pickle
import tomllib

import numpy as np
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.errors import DataFileError, FitError, NfpcellError
from nfpcell.fitting import fit_tables
from nfpcell.fitting.fit_request import FitRequest, fit
from nfpcell.fitting.free_parameters import Free
from nfpcell.fitting.measured_data import read
from nfpcell.fitting.optimise import FINE
from nfpcell.fitting.read_options import Data, ReadOptions
from nfpcell.outcome import failure
from nfpcell.simulation.constant_current import simulate
from nfpcell.simulation.starting_state import starting_voltage
from tests.unit.fitting.measurements import curve_file, spectrum_file, write_curve
from tests.unit.fitting.other_code import OtherCode

D = "Positive particle diffusivity [m2.s-1]"
RATIO = "Positive particle diffusivity ratio of sodium-rich to sodium-poor end"
R = "Positive particle radius over BET radius of powder"
J0 = "Positive electrode exchange-current density [A.m-2]"
PLATE = "Plate-cathode interface exchange-current density [A.m-2]"
CONTACT = "Contact resistance [Ohm]"
C = Cell.load("C")
TRUTH = C.with_values({D: 7e-17, CONTACT: 12.0, PLATE: 9.0}, name="truth")
FREE = {D: (1e-19, 1e-14), CONTACT: (0.0, 40.0), PLATE: (0.06, 600.0)}


def _held(found):
    """Whether each interval holds the truth."""
    rows = found.parameters.to_dict("records")
    return [r["Lower 95 %"] <= TRUTH[r["Name"]] <= r["Upper 95 %"] for r in rows]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    conditions = [(0.2, 30), (1.0, 30), (0.5, 0)]
    return [curve_file(folder, TRUTH, rate, T) for rate, T in conditions]


@pytest.fixture(scope="module")
def found(files):
    # thirty times off in what has no other scale
    start = C.with_values({D: 7e-17 / 30, PLATE: 9.0 * 30, CONTACT: 35.0})
    return fit(start, files, FREE, model="particle", sigma=1e-3)


@pytest.mark.slow
def test_a_truth_is_recovered_within_its_intervals(found):
    assert all(_held(found))
    assert list(found.parameters["Identifiable"]) == [True] * 3
    assert found.residual_rms == pytest.approx(1e-3, rel=0.1)
    assert found.failures == 0
    for row in found.parameters.to_dict("records"):
        assert row["Value"] == pytest.approx(TRUTH[row["Name"]], rel=0.1)
    assert "The data determine all free parameters" in " ".join(found.findings)


@pytest.mark.slow
def test_intervals_are_those_of_the_linearised_problem_where_it_is_near_linear(found):
    J = found.optimum.jacobian
    bound = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    free = found.plan.free.parameters
    for interval, one, deviation in zip(
        found.uncertainty.intervals, free, bound, strict=True
    ):
        width = one.coordinate(interval.upper) - one.coordinate(interval.lower)
        assert width / (2 * 1.96 * deviation) == pytest.approx(1, abs=0.15)


@pytest.mark.slow
def test_the_table_of_what_was_recognised(found, files):
    table = found.recognised
    assert list(table["Direction"]) == ["discharge"] * 3
    assert list(table["Temperature [degC]"]) == [30.0, 30.0, 0.0]
    assert list(table["C-rate"]) == pytest.approx([0.2, 1.0, 0.5], rel=1e-4)
    assert "a positive current is a charge" in table["Remarks"].iloc[0]
    assert set(table["File"]) == {path.name for path in files}


def test_the_fitted_cell_states_where_its_numbers_come_from(found, files, tmp_path):
    path = found.cell.save(tmp_path / "my_cell.toml")
    again = Cell.load(path)
    quantity = again.quantities[D]
    assert quantity.kind == "fitted"
    assert quantity.interval == pytest.approx(
        (
            found.parameters["Lower 95 %"].iloc[0],
            found.parameters["Upper 95 %"].iloc[0],
        )
    )
    for file in files:
        assert any(file.name in target for target in quantity.targets)
    assert "nfpcell fit" in quantity.reference
    assert "sha256" in quantity.reference
    # what was not free is as it was
    assert again[J0] == C[J0]
    assert again.quantities[J0].kind == C.quantities[J0].kind


def test_the_fitted_cell_reproduces_the_curve(found):
    rows = fit_tables.curves(found)
    compared = rows[rows["Compared"]]
    assert np.sqrt(np.mean(compared["Deviation [mV]"] ** 2)) == pytest.approx(
        1e3 * found.residual_rms, rel=1e-6
    )
    table = simulate(found.cell, [1.0], [30], model="particle")
    truth = simulate(TRUTH, [1.0], [30], model="particle")
    name = "Specific capacity [mA.h.g-1]"
    assert table[name].iloc[0] == pytest.approx(truth[name].iloc[0], abs=0.05)


@pytest.mark.slow
def test_a_prediction_has_a_band(found):
    table = fit_tables.bands(found, rates=(0.1, 2.0))
    measured = table["Measured capacity [mA.h.g-1]"]
    # of every curve that reached its cut-off, at its own rate
    delivered = fit_tables.curves(found).groupby("Data", sort=False).last()
    assert list(measured.dropna()) == pytest.approx(
        list(delivered["Specific capacity [mA.h.g-1]"]), rel=0.01
    )
    bands = table[measured.isna()]
    assert len(bands) == 4
    width = bands["Upper 95 %"] - bands["Lower 95 %"]
    assert (width > 0).all()
    assert (width < 1).all()
    truth = simulate(TRUTH, [2.0], [0], model="particle")
    own = bands[(bands["C-rate"] == 2.0) & (bands["Ambient temperature [degC]"] == 0)]
    capacity = truth["Specific capacity [mA.h.g-1]"].iloc[0]
    assert (
        own["Lower 95 %"].iloc[0] - 0.1 <= capacity <= own["Upper 95 %"].iloc[0] + 0.1
    )


@pytest.mark.slow
def test_the_same_seed_gives_the_same_result(files):
    again = [
        fit(
            C,
            files[:1],
            {D: (1e-18, 1e-15)},
            model="particle",
            seed=3,
            intervals="none",
        )
        for _ in range(2)
    ]
    assert again[0].parameters["Value"].iloc[0] == again[1].parameters["Value"].iloc[0]


@pytest.mark.slow
def test_uncertainties_that_are_not_stated_are_set_to_the_scatter(files):
    found = fit(C, files, FREE, model="particle", starts=1)
    assert found.observations[0].sigma == pytest.approx(1e-3, rel=0.1)
    assert not found.observations[0].stated


@pytest.mark.slow
def test_rates_determine_products_only_and_a_spectrum_all_parameters(tmp_path):
    free = {D: (1e-18, 1e-15), R: (0.3, 30.0), J0: (1e-3, 1.0)}
    rates = [curve_file(tmp_path, C, rate, 30) for rate in (0.2, 1.0)]
    from_rates = fit(C, rates, free, model="particle", starts=1)
    # the radius sets the surface only: with the exchange current, their ratio
    assert list(from_rates.parameters["Identifiable"]) == [True, False, False]
    assert "/ Positive electrode exchange-current" in " ".join(from_rates.findings)
    for name in (R, J0):
        assert from_rates.cell.quantities[name].interval is None
        assert "not determined" in from_rates.cell.quantities[name].note

    spectra = [
        Data(
            spectrum_file(tmp_path, C, depth),
            depth_of_discharge=depth,
            impedance_sigma=0.005,
        )
        for depth in (0.3, 0.7)
    ]
    both = fit(C, [*rates, *spectra], free, model="particle", starts=1, sigma=1e-3)
    assert list(both.parameters["Identifiable"]) == [True] * 3
    for row in both.parameters.to_dict("records"):
        assert row["Lower 95 %"] < C[row["Name"]] < row["Upper 95 %"]
        assert row["Upper 95 %"] / row["Lower 95 %"] < 1.2
    assert both.spectrum_rms == pytest.approx(0.005, rel=0.15)


@pytest.mark.slow
def test_data_of_another_code_are_fitted(tmp_path):
    other = C.with_values({D: 5e-17, RATIO: 0.02, CONTACT: 15.0})
    start = starting_voltage(other, "discharge", "particle")
    files = []
    for rate, T in ((0.2, 30), (1.0, 30), (0.5, 0)):
        _, ours = simulate(
            other, [rate], [T], "discharge", "particle", curves=True, **FINE
        )
        q = ours["Specific capacity [mA.h.g-1]"].iloc[-1] * other.derived().mass
        charges = np.linspace(0.005, 0.99, 120) * q
        volts = OtherCode(other, T).run(rate, start, charges)
        current = rate * other.derived().nominal_capacity
        path = tmp_path / f"other_{rate:g}rate_{T:+d}degC.csv"
        files.append(write_curve(path, charges * 3600 / current, volts, current))
    free = {D: (1e-18, 1e-15), RATIO: (1e-3, 1.0), CONTACT: (0.0, 40.0)}
    found = fit(C, files, free, model="particle", starts=2)
    assert found.residual_rms < 3e-3
    for row in found.parameters.to_dict("records"):
        assert row["Value"] == pytest.approx(other[row["Name"]], rel=0.02)


@pytest.mark.slow
def test_full_is_fitted_after_the_particle(tmp_path):
    truth = C.with_values({CONTACT: 12.0})
    path = curve_file(tmp_path, truth, 1.0, 30, points=60)
    found = fit(C, path, {CONTACT: (0.0, 40.0)}, model="full", intervals="none")
    assert found.optimum.objective.model == "full"
    # only the difference between particle and full is left
    assert found.residual_rms < 3e-3
    assert found.parameters["Value"].iloc[0] == pytest.approx(12.0, abs=1.0)


@pytest.mark.slow
def test_a_parameter_is_common_to_all_cells_or_to_some(tmp_path):
    plan_file = tmp_path / "two.toml"
    for word in ("C", "E"):
        folder = tmp_path / word
        folder.mkdir()
        curve_file(folder, Cell.load(word).with_values({D: 7e-17}), 1.0, 30)
    plan_file.write_text(
        f"""
title = "Two cells"
kind = "fit"
source = "test"
cells = ["C", "E"]
model = "particle"
[free."{D}"]
lower = 1e-18
upper = 1e-14
[free."{CONTACT}"]
lower = 0.0
upper = 60.0
cells = ["E"]
[[data]]
file = "C/1rate_+30degC.csv"
cell = "C"
sigma = 1e-3
[[data]]
file = "E/1rate_+30degC.csv"
cell = "E"
sigma = 1e-3
"""
    )
    found = fit(plan=plan_file)
    assert found.cells["C"][D] == found.cells["E"][D] == pytest.approx(7e-17, rel=0.01)
    assert found.cells["C"][CONTACT] == C[CONTACT]
    assert found.cells["C"].quantities[CONTACT] == C.quantities[CONTACT]
    assert found.cells["E"].quantities[CONTACT].reference.startswith("nfpcell fit")
    with pytest.raises(NfpcellError, match=r"2 cells were fitted"):
        _ = found.cell


@pytest.mark.slow
def test_a_fit_to_a_published_number_predicts_another(tmp_path):
    plan_file = tmp_path / "numbers.toml"
    plan_file.write_text(
        f"""
title = "One number"
kind = "fit"
source = "test"
cells = ["C"]
model = "particle"
[free."{D}"]
lower = 1e-18
upper = 1e-15
best = 1e-16
range = [1e-18, 1e-14]
[[targets]]
experiment = "rate_30C"
quantity = "Specific capacity [mA.h.g-1]"
where = {{ "C-rate" = 2.0, "Direction" = "discharge" }}
cell = "C"
tolerance_percent = 0.5
[[predicted]]
experiment = "rate_30C"
quantity = "Specific capacity [mA.h.g-1]"
where = {{ "C-rate" = 2.0, "Direction" = "charge" }}
cell = "C"
"""
    )
    found = fit(plan=plan_file, starts=1)
    table = fit_tables.targets(found)
    assert list(table["Use"]) == ["calibrated", "predicted"]
    assert table["Computed"].iloc[0] == pytest.approx(61.0, rel=0.005)
    # the weight of the fit, and the tolerance of the score
    (one,) = found.observations
    assert (one.tolerance_percent, one.target.tolerance_percent) == (0.5, 2.0)
    low, value, high = table[["Lower 95 %", "Computed", "Upper 95 %"]].iloc[1]
    assert low < value < high
    assert high - low < 5


@pytest.mark.slow
def test_a_failed_run_is_a_large_deviation_and_counted(files, monkeypatch):
    from nfpcell.simulation.engine import Engine, Run

    solve = Engine.solve
    calls = []

    def failing(self, cases, t_eval):
        runs = solve(self, cases, t_eval)
        calls.append(len(cases))
        if len(calls) == 20:
            runs[0] = Run(None, failure("the solver stopped: test"))
        return runs

    monkeypatch.setattr(Engine, "solve", failing)
    found = fit(TRUTH, files[:2], {CONTACT: (0.0, 40.0)}, model="particle", starts=1)
    assert found.failures == 1
    assert "1 run could not be computed" in " ".join(found.findings)
    assert np.isfinite(found.residual_rms)


def test_a_fit_of_which_nothing_can_be_computed_is_refused(files, monkeypatch):
    from nfpcell.simulation.engine import Engine, Run

    monkeypatch.setattr(
        Engine, "solve", lambda self, cases, t: [Run(None, failure("no"))] * len(cases)
    )
    with pytest.raises(FitError, match="other bounds"):
        fit(C, files[:1], {CONTACT: (0.0, 40.0)}, model="particle", starts=1)


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_so_far(files):
    stages = []

    def pressed(stage, misfit):
        stages.append(stage)
        if stage.startswith("fitting") and stages.count(stage) > 3:
            raise KeyboardInterrupt

    found = fit(C, files, FREE, model="particle", sigma=1e-3, progress=pressed)
    assert found.interrupted
    assert found.uncertainty is None
    assert list(found.parameters["Identifiable"]) == [None] * 3
    assert "Interrupted" in found.findings[0]
    assert found.residual_rms < 0.1
    assert found.cell.quantities[D].interval is None


@pytest.mark.slow
def test_a_robust_loss_and_a_global_search_find_the_truth_too(files):
    found = fit(
        C,
        files,
        FREE,
        model="particle",
        sigma=1e-3,
        loss="soft_l1",
        everywhere=True,
        starts=1,
    )
    assert found.parameters["Value"].to_numpy() == pytest.approx(
        [TRUTH[name] for name in FREE], rel=0.1
    )


# --------------------------------------------------------------------------- refusals
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"free": {}}, "no quantity is free"),
        ({"free": {D: 1e-16}}, r"right would be \(lower, upper\)"),
        ({"free": {D: (1e-14, 1e-18)}}, "is not below upper"),
        ({"free": {"Diffusivity": (1, 2)}}, "not a name the model reads"),
        ({"data": []}, "no data to fit to"),
        ({"data": ["nowhere.csv"]}, "there is no such file"),
        ({"loss": "l1"}, "loss"),
        ({"starts": 0}, "starts"),
        ({"starts": 1.5}, "whole number"),
        ({"model": "both"}, "model"),
        ({"sigma": -1.0}, "sigma"),
        ({"temperature": -300.0}, "temperature"),
    ],
)
def test_what_makes_no_sense_is_refused(files, arguments, said):
    given = {"data": files[:1], "free": {D: (1e-18, 1e-14)}, **arguments}
    with pytest.raises(NfpcellError, match=said):
        fit(C, **given)


def test_a_spectrum_needs_a_state(tmp_path):
    path = spectrum_file(tmp_path, C, 0.5)
    with pytest.raises(DataFileError, match="depth of discharge"):
        read([Data(path)], {"C": C})
    observed = read([Data(path, depth_of_discharge=0.5)], {"C": C})
    assert observed.observations[0].temperature == 30.0
    with pytest.raises(DataFileError, match="are given for 1 spectra"):
        read([Data(path, depth_of_discharge=(0.1, 0.5))], {"C": C})


def _eclab(tmp_path, technique, current, voltage):
    """A spectrum as EC-Lab writes it, at a direct current [mA] and voltage [V]."""
    head = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t<Ewe>/V\t<I>/mA"
    rows = [
        f"{10.0**k}\t{100 + 50 / 10**k}\t{5 + 10 / (1 + k)}\t{voltage}\t{current}"
        for k in range(6)
    ]
    path = tmp_path / f"{technique}.mpt"
    lines = ["EC-Lab ASCII FILE", "Nb header lines : 4", technique, head, *rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_spectrum_that_is_not_good_has_a_remark(tmp_path):
    f = np.geomspace(1e5, 0.1, 31)
    Z = 10 + 20 / (1 + 2j * np.pi * f * 1e-3)
    for factor, said in (
        (1, None),
        (np.linspace(1, 4, 31), "right would be at most 5 %"),
        (np.linspace(1, 1.5, 31), "it is usable"),
    ):
        path = tmp_path / "spectrum.csv"
        table = np.column_stack([f, (Z * factor).real, (Z * factor).imag])
        np.savetxt(path, table, delimiter=",")
        found = read([Data(path, depth_of_discharge=0.5)], {"C": C})
        (remarks,) = found.recognised["Remarks"]
        said_so = [remark for remark in remarks if "Kramers-Kronig" in remark]
        assert len(said_so) == (said is not None)
        assert said is None or said in said_so[0]


def test_whether_a_spectrum_was_taken_at_rest(tmp_path):
    held = "Potentio Electrochemical Impedance Spectroscopy"
    driven = "Galvano Electrochemical Impedance Spectroscopy"
    (one,) = read([Data(_eclab(tmp_path, held, 0.01, 3.1))], {"C": C}).observations
    assert (one.rate, one.voltage, one.depth) == (0.0, 3.1, None)
    with pytest.raises(DataFileError, match="far beyond the cut-offs of cell C"):
        read([Data(_eclab(tmp_path, held, 0.0, -0.1))], {"C": C})
    path = _eclab(tmp_path, driven, 0.0337, 3.1)
    with pytest.raises(DataFileError, match=r"taken under 0\.1C; .* its direction"):
        read([Data(path, depth_of_discharge=0.3)], {"C": C})
    said = Data(path, depth_of_discharge=0.3, direction="charge")
    (one,) = read([said], {"C": C}).observations
    assert (one.direction, one.depth) == ("charge", 0.3)
    assert one.rate == pytest.approx(0.1, rel=1e-3)


def test_a_current_of_many_C_has_a_remark(tmp_path):
    path = tmp_path / "large_30degC.csv"
    rows = [f"{10 * k},{3.2 - 0.002 * k},-100" for k in range(300)]
    path.write_text("\n".join(["time/s,Ewe/V,I/mA", *rows]) + "\n")
    table = read([Data(path)], {"C": C}).recognised
    assert "check the area" in " ".join(table["Remarks"].iloc[0])


def test_a_half_cycle_starts_from_a_long_rest(tmp_path):
    path = tmp_path / "rested_30degC.csv"
    rest = [f"{t},3.5,0" for t in range(0, 1200, 60)]
    run = [f"{1200 + 10 * k},{3.2 - 0.002 * k},-0.1" for k in range(1, 300)]
    path.write_text("\n".join(["time/s,Ewe/V,I/mA", *rest, *run]) + "\n")
    observed = read([Data(path)], {"C": C})
    (curve,) = observed.observations
    assert curve.start == 3.5
    (curve,) = read([Data(path, start="slow")], {"C": C}).observations
    assert curve.start is None
    (curve,) = read([Data(path, start=3.7)], {"C": C}).observations
    assert curve.start == 3.7


def test_of_many_half_cycles_some_have_to_be_chosen(tmp_path):
    path = tmp_path / "cycles_30degC.csv"
    rows = []
    for cycle in range(20):
        for k in range(50):
            rows.append(f"{cycle * 2000 + 10 * k},{3.2 - 0.01 * k},-0.1")
        for k in range(50):
            rows.append(f"{cycle * 2000 + 1000 + 10 * k},{2.7 + 0.01 * k},0.1")
    path.write_text("\n".join(["time/s,Ewe/V,I/mA", *rows]) + "\n")
    with pytest.raises(DataFileError, match="choose"):
        read([Data(path)], {"C": C})
    assert len(read([Data(path, half_cycles=(1, 2))], {"C": C}).observations) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('cells = ["Z"]', "no cell"),
        ('cells = ["C"]\nextra = 1', "extra"),
        ('cells = ["C"]\n[[data]]\nfile = "../x.csv"', "is outside the folder"),
        ('cells = ["C"]\n[[data]]\nfile = "/etc/passwd"', "is outside the folder"),
        ('cells = ["C"]\n[[targets]]\nexperiment = "rate_31C"', "rate_30C"),
        (
            'cells = ["C"]\n[[targets]]\nexperiment = "rate_30C"\ncell = "D"',
            "no target",
        ),
        ('cells = ["D"]\n[[targets]]\nexperiment = "rate_30C"', "is not in this fit"),
        ('cells = ["C"]', "no data to fit to"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(tmp_path, line, said):
    path = tmp_path / "plan.toml"
    path.write_text(
        'title = "x"\nkind = "fit"\nsource = "test"\n'
        f'{line}\n[free."{D}"]\nlower = 1e-18\nupper = 1e-14\n'
    )
    tomllib.loads(path.read_text())
    with pytest.raises(NfpcellError, match=said):
        fit(plan=path)


def test_a_free_quantity_names_fitted_cells():
    free = [Free(D, 1e-18, 1e-14, cells=("E",))]
    request = FitRequest(cell="C", data=[Data("x")], free=free)
    with pytest.raises(NfpcellError, match='cell "E" is not in this fit'):
        request.plan()


@pytest.mark.slow
def test_data_that_cannot_run_are_left_out_and_reported(tmp_path, files):
    # at 83 K no current can flow
    data = [
        Data(files[0], sigma=1e-3),
        Data(curve_file(tmp_path, C, 1.0, 30), temperature=-190, sigma=1e-3),
    ]
    alone = fit(C, data[:1], {D: (1e-18, 1e-15)}, model="particle", intervals="none")
    found = fit(C, data, {D: (1e-18, 1e-15)}, model="particle", intervals="none")
    assert len(found.left_out) == 1
    assert not found.sound
    assert alone.sound
    assert "cannot even start it" in found.findings[0]
    # and the rest is fitted as without it
    assert found.parameters["Value"][0] == pytest.approx(
        alone.parameters["Value"][0], rel=1e-3
    )
    with pytest.raises(FitError, match="recognised wrongly"):
        fit(C, data[1:], {D: (1e-18, 1e-15)}, model="particle", intervals="none")


@pytest.mark.slow
def test_data_that_the_model_does_not_describe_are_reported(tmp_path):
    path = curve_file(tmp_path, C, 1.0, 30)
    found = fit(
        C,
        [Data(path, rate=0.02, start="slow")],
        {CONTACT: (0.0, 40.0)},
        model="particle",
        intervals="linear",
    )
    assert not found.sound
    assert any("does not describe these data" in said for said in found.findings)


@pytest.mark.slow
def test_a_best_value_beyond_a_bound_is_reported_and_the_value_is_the_bound(files):
    found = fit(C, files, {D: (1e-18, 1e-15), CONTACT: (25.0, 40.0)}, model="particle")
    row = found.parameters.set_index("Name").loc[CONTACT]
    assert row["Value"] == 25.0
    said = " ".join(found.findings)
    assert f'The best value of "{CONTACT}" lies below its bound 25' in said
    assert "do not determine Contact resistance" not in said


@pytest.mark.slow
def test_spectra_by_the_single_particle_are_reported(tmp_path):
    data = Data(spectrum_file(tmp_path, C, 0.5), depth_of_discharge=0.5)
    free = {CONTACT: (0.0, 40.0)}
    found = fit(C, [data], free, model="particle", intervals="none", starts=1)
    assert any("--model full" in said for said in found.findings)


# ------------------------------------------------------------- the request, the result
def test_a_fit_is_pickled_and_shows_itself_in_a_line(found):
    again = pickle.loads(pickle.dumps(found))
    assert again.parameters.equals(found.parameters)
    assert again.cell.values == found.cell.values
    z = found.optimum.z
    assert again.optimum.objective.residuals(z) == pytest.approx(
        found.optimum.objective.residuals(z), abs=1e-6
    )
    assert repr(again) == repr(found)
    assert len(repr(found)) < 120
    assert "parameters, " in repr(found)


def test_a_fit_shows_itself_in_a_notebook(found):
    page = found._repr_html_()
    assert "Lower 95 %" in page
    for row in found.parameters.to_dict("records"):
        assert f"<td>{row['Name']}</td>" in page
        assert f"<td>{row['Value']:.4g}</td>" in page
    assert page.count("<td>yes</td>") == 3
    assert "The data determine all free parameters." in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "no cell to fit"),
        (
            {"experiment": "calibration_blind", "cell": "C"},
            "cell .--cell. cannot be",
        ),
        (
            {
                "experiment": "calibration_blind",
                "options": ReadOptions(depth_of_discharge=0.5),
            },
            r"depth_of_discharge \(--dod\) cannot be combined with an experiment",
        ),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(arguments, said):
    with pytest.raises(NfpcellError, match=said):
        FitRequest(**arguments)


def test_options_hold_for_files_that_are_given_as_paths(files):
    options = ReadOptions(temperature=25.0)
    data = [files[0], Data(files[1])]
    request = FitRequest(cell="C", data=data, free={D: (1e-18, 1e-14)}, options=options)
    recognised = request.prepare().measured.recognised
    assert list(recognised["Temperature [degC]"]) == [25.0, 30.0]
