"""The one definition of error, and the shapes of the paper's figures."""

import numpy as np
import pandas as pd
import pytest

from nfpcell import scoring
from nfpcell.experiment import Experiment
from nfpcell.linearised import COLUMNS as RESISTANCE_COLUMNS


def _rows(depth, R):
    return pd.DataFrame(
        [
            ("C", "discharge", 0.1, 30.0, x, r, "ok")
            for x, r in zip(depth, R, strict=True)
        ],
        columns=RESISTANCE_COLUMNS,
    )


def _curve(depth, voltage, capacity=80.0):
    return pd.DataFrame(
        {"Specific capacity [mA.h.g-1]": capacity * depth, "Voltage [V]": voltage}
    )


def test_error_is_relative_to_the_published_value():
    assert scoring.error_percent(102.0, 100.0) == pytest.approx(2.0)
    assert np.isnan(scoring.error_percent(102.0, None))


def test_hand_over_and_steps_of_a_made_curve():
    depth = np.linspace(0, 1, 400)
    voltage = 3.1 - 0.5 / (1 + np.exp(-(depth - 0.62) / 0.01))
    curve = _curve(depth, voltage)
    assert scoring.hand_over(curve) == pytest.approx(0.62, abs=0.005)
    assert scoring.upper_step(curve) == pytest.approx(3.1, abs=1e-3)
    assert scoring.lower_step(curve) == pytest.approx(2.6, abs=1e-3)


def test_peak_and_rise_of_a_made_resistance():
    depth = np.linspace(0.01, 0.99, 99)
    R = 100 + 40 * np.exp(-(((depth - 0.6) / 0.03) ** 2)) + 2 / depth
    rows = _rows(depth, R)
    assert scoring.resistance_peak(rows) == pytest.approx(0.6, abs=0.01)
    lowest = R.min()
    assert scoring.rise_at(0.03)(rows) == pytest.approx(
        (100 + 2 / 0.03) / lowest, rel=1e-2
    )


def test_no_peak_is_no_number():
    depth = np.linspace(0.01, 0.99, 99)
    assert np.isnan(scoring.resistance_peak(_rows(depth, 100 + depth)))


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


def test_every_shape_is_a_quantity_an_experiment_may_name():
    from nfpcell.experiment import RESULT_COLUMNS

    known = {name for names in RESULT_COLUMNS.values() for name in names}
    assert set(scoring.SHAPES) <= known
