"""The one definition of error, and the shapes of the paper's figures."""

import numpy as np
import pandas as pd
import pytest

from nfpcell.columns import DEPTH, LOW_FREQUENCY, TOTAL
from nfpcell.columns import RESISTANCE as RESISTANCE_COLUMNS
from nfpcell.studies import quantities, residuals, scoring
from nfpcell.studies.experiment import Experiment


def _rows(depth, R):
    keys = {"Cell": "C", "Direction": "discharge", "C-rate": 0.1}
    keys["Ambient temperature [degC]"] = 30.0
    rows = pd.DataFrame({DEPTH: depth, LOW_FREQUENCY: R, TOTAL: R}).assign(
        **keys, Status="ok"
    )
    return rows.reindex(columns=RESISTANCE_COLUMNS)


def _curve(depth, voltage, capacity=80.0):
    return pd.DataFrame(
        {"Specific capacity [mA.h.g-1]": capacity * depth, "Voltage [V]": voltage}
    )


def test_error_is_relative_to_the_published_value():
    assert residuals.error_percent(102.0, 100.0) == pytest.approx(2.0)
    assert np.isnan(residuals.error_percent(102.0, None))


def test_plateau_transition_and_plateau_voltages_of_a_known_curve():
    depth = np.linspace(0, 1, 400)
    voltage = 3.1 - 0.5 / (1 + np.exp(-(depth - 0.62) / 0.01))
    curve = _curve(depth, voltage)
    assert quantities.plateau_transition(curve) == pytest.approx(0.62, abs=0.005)
    assert quantities.step_voltage(curve, "Upper step voltage [V]") == pytest.approx(
        3.1, abs=1e-3
    )
    assert quantities.step_voltage(curve, "Lower step voltage [V]") == pytest.approx(
        2.6, abs=1e-3
    )


def test_peak_and_rise_of_a_known_resistance():
    depth = np.linspace(0.01, 0.99, 99)
    R = 100 + 40 * np.exp(-(((depth - 0.6) / 0.03) ** 2)) + 2 / depth
    rows = _rows(depth, R)
    assert quantities.resistance_peak(rows) == pytest.approx(0.6, abs=0.01)
    lowest = R.min()
    assert quantities.rise(rows, 0.03) == pytest.approx(
        (100 + 2 / 0.03) / lowest, rel=1e-2
    )


def test_no_peak_is_no_number():
    depth = np.linspace(0.01, 0.99, 99)
    assert np.isnan(quantities.resistance_peak(_rows(depth, 100 + depth)))


def _bump(depth, place, height):
    return height * np.exp(-(((depth - place) / 0.03) ** 2))


def test_the_highest_peak_counts_wherever_it_is():
    depth = np.linspace(0.01, 0.99, 99)
    R = 100 + _bump(depth, 0.58, 20) + _bump(depth, 0.92, 900)
    assert quantities.resistance_peak(_rows(depth, R)) == pytest.approx(0.92, abs=0.005)


@pytest.mark.parametrize(("height", "is_peak"), [(1, False), (4.9, False), (5.1, True)])
def test_a_bump_below_five_per_cent_is_no_peak(height, is_peak):
    depth = np.linspace(0.01, 0.99, 99)
    rows = _rows(depth, 100 + _bump(depth, 0.58, height))
    assert np.isfinite(quantities.resistance_peak(rows)) == is_peak


def test_both_sides_of_a_peak_are_lower():
    # a shoulder on a rise: the left side is much lower, the right one by 1 %
    depth = np.linspace(0, 1, 101)
    R = np.interp(depth, [0, 0.6, 0.65, 1], [100, 200, 198, 400])
    assert np.isnan(quantities.resistance_peak(_rows(depth, R)))
    R = np.interp(depth, [0, 0.6, 0.65, 1], [100, 200, 185, 400])
    assert quantities.resistance_peak(_rows(depth, R)) == pytest.approx(0.6)


def test_a_target_without_a_peak_is_missed_with_words():
    experiment = Experiment.load("resistance_30C")
    depth = np.linspace(0.01, 0.99, 99)
    table = pd.concat(
        _rows(depth, 100 + depth).assign(**condition.columns)
        for condition in experiment.conditions
    )
    scores = scoring.judge(experiment, table).set_index("Quantity")
    peaks = scores.loc["Depth of resistance peak"]
    assert set(peaks["Cell"]) == {"A", "B"}
    assert set(peaks["Remark"]) == {"no peak"}
    assert not peaks["Met"].any()
    assert set(scores.loc["Low-frequency resistance [Ohm]", "Remark"]) == {""}


def test_judge_meets_and_misses():
    experiment = Experiment.load("low_temperature")
    rows = [
        {**c.columns, "Specific capacity [mA.h.g-1]": q, "Status": "ok"}
        for c in experiment.conditions
        for q in [58.5 if (c.rate, c.temperature) == (0.2, 0.0) else 40.0]
    ]
    table = scoring.judge(experiment, pd.DataFrame(rows))
    by_place = table.set_index("Where")
    assert by_place.loc["0.2C discharge, 0 degC", "Met"]
    assert by_place.loc["0.2C discharge, 0 degC", "Error [%]"] == pytest.approx(
        100 * (58.5 / 58 - 1)
    )
    assert not by_place.loc["0.1C discharge, -20 degC", "Met"]


def test_nothing_computed_is_not_met():
    experiment = Experiment.load("low_temperature")
    empty = pd.DataFrame(
        columns=[*experiment.conditions[0].columns, "Specific capacity [mA.h.g-1]"]
    )
    table = scoring.judge(experiment, empty)
    assert not table["Met"].any()
    assert set(table["Remark"]) == {"no result"}


def test_bounds_are_numbers_beside_their_words():
    experiment = Experiment.load("rate_30C")
    target = next(t for t in experiment.targets if t.lower == 40)
    row = scoring.judged(experiment, target, 41.0)
    assert (row["Published"], row["Lower"], row["Upper"]) == (">= 40", 40, None)
    assert row["Met"] is True
    assert scoring.judged(experiment, target, np.nan)["Met"] is False


def test_resistances_at_the_lowest_total():
    rows = _rows(np.linspace(0.1, 0.9, 9), np.array([9, 8, 7, 6, 5, 6, 7, 8, 9.0]))
    rows["R2 [Ohm]"] = 1 + np.arange(9.0)
    rows[LOW_FREQUENCY] = rows[TOTAL] / 1.02
    assert quantities.at_lowest_total(rows, "R2 [Ohm]") == 5
    assert quantities.total_over_low_frequency(rows) == pytest.approx(1.02)
    assert quantities.rise(rows, 0.9, "R2 [Ohm]") == pytest.approx(9)
    rows[TOTAL] = np.nan
    assert np.isnan(quantities.at_lowest_total(rows, "R2 [Ohm]"))


def test_a_target_over_another_cell_is_a_ratio():
    experiment = Experiment.load("operando_impedance")
    rows = []
    for c in experiment.conditions:
        numbers = dict.fromkeys(RESISTANCE_COLUMNS, 100.0) | {"Status": "ok"}
        if c.cell == "A":
            numbers["R2 [Ohm]"] = 1000.0
        rows += [{**numbers, **c.columns, DEPTH: d} for d in (0.03, 0.5, 0.97)]
    table = scoring.judge(experiment, pd.DataFrame(rows))
    row = table.set_index("Quantity").loc["R2 over that of B"]
    assert row["Computed"] == pytest.approx(10)
    assert row["Met"]
    assert row["Cell"] == "A"


@pytest.mark.slow
def test_arcs_of_a_spectrum_are_counted():
    f = np.geomspace(1e6, 0.025, 77)
    omega = 2j * np.pi * f
    Z = 1 + 3 / (1 + omega * 1e-4) + 5 / (1 + omega * 1e-1)
    rows = pd.DataFrame(
        {"Frequency [Hz]": f, "Z_re [Ohm]": Z.real, "Z_im [Ohm]": Z.imag}
    )
    assert quantities.number_of_arcs(rows) == 2
    assert np.isnan(quantities.number_of_arcs(rows.assign(**{"Z_re [Ohm]": np.nan})))
