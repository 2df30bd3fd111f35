"""What is run and what comes back: conditions, batches, outcomes and curves."""

import numpy as np
import pandas as pd
import pytest

from nfpcell import columns
from nfpcell.cell.definition import Cell
from nfpcell.outcome import EMPTY_CATHODE, OK, Ending, Outcome, failure, succeeded
from nfpcell.simulation.batches import batches
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.curve import Curve
from nfpcell.simulation.dense_output import Samples

CONDITION = Condition(Cell.load("C"), "discharge", 0.5, 20.0)


def test_a_discharge_has_a_positive_current():
    nominal = CONDITION.cell.derived().nominal_capacity
    assert CONDITION.current == pytest.approx(0.5 * nominal)
    charge = Condition(CONDITION.cell, "charge", 0.5, 20.0)
    assert charge.current == -CONDITION.current
    assert CONDITION.kelvin == pytest.approx(293.15)
    # a tenth longer than all sodium lasts; 1C is 97 mA per gram
    assert CONDITION.longest == pytest.approx(
        1.1 * 0.9105 * 97.19 / 97 / 0.5 * 3600, 1e-3
    )


def test_a_start_beyond_a_cutoff_is_a_result_and_a_failure_is_none():
    below, failed = Outcome(Ending.STARTED_BELOW), failure("the solver stopped")
    assert (below.failed, below.status) == (False, OK)
    assert below.termination == "starts below the lower cut-off"
    assert (failed.failed, failed.status) == (True, "the solver stopped")
    assert Outcome(Ending.TIMED_OUT, "too slow").failed
    assert Curve(CONDITION, below, None).summary()[columns.CAPACITY] == 0
    assert np.isnan(Curve(CONDITION, failed, None).summary()[columns.CAPACITY])


def test_a_result_with_a_remark_has_succeeded():
    statuses = pd.Series([OK, EMPTY_CATHODE, "the solver stopped", "ok then"])
    assert succeeded(statuses).tolist() == [True, True, False, False]


def test_the_summary_of_a_straight_line():
    """Voltage from 3 to 2 V: the mean is 2.5 V, the energy their product."""
    charge = np.linspace(0, 1e-5, 11)
    outputs = {columns.CHARGE: charge, columns.VOLTAGE: 3 - 1e5 * charge}
    samples = Samples(np.linspace(0, 10, 11), outputs)
    row = Curve(CONDITION, Outcome(Ending.LOWER_CUTOFF), samples).summary()
    capacity = 1e-5 / CONDITION.cell.derived().mass
    assert row[columns.CAPACITY] == pytest.approx(capacity)
    assert row[columns.MEAN_VOLTAGE] == pytest.approx(2.5)
    assert row[columns.ENERGY] == pytest.approx(2.5 * capacity)
    assert row[columns.TERMINATION] == "Minimum voltage [V]"


def test_runs_of_similar_duration_are_in_one_batch():
    class TwoAtOnce:
        batch = 2

    one, other = TwoAtOnce(), TwoAtOnce()
    engines = {"a": one, "b": one, "c": one, "d": other}
    durations = {"a": 1.0, "b": 9.0, "c": 8.0, "d": 3.0}
    found = list(batches(engines, durations))
    assert found == [(one, ["b", "c"], 9.0), (one, ["a"], 1.0), (other, ["d"], 3.0)]
