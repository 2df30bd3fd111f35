"""Draws of fitted constants and of assumed ranges."""

import numpy as np
import pytest

from nfpcell.cell.schema import QuantityEntry
from nfpcell.errors import DataFileError
from nfpcell.studies.draws import Covariance, Distribution, draw

D = "Positive particle diffusivity [m2.s-1]"
FRACTION = "Positive electrode active fraction of theoretical capacity"
VOID = "Positive electrode void fraction"
CUTOFF = "Lower voltage cut-off [V]"


def entry(value, **more):
    return QuantityEntry(value=value, kind="assumed", source="s", **more)


QUANTITIES = {
    D: entry(1e-17, interval=[5e-18, 2e-17]),
    FRACTION: entry(0.9, interval=[0.88, 0.92]),
    VOID: entry(0.15, range=[0.05, 0.3]),
    CUTOFF: entry(2.0, range=[1.8, 2.2]),
}
COVARIANCE = Covariance(
    (D, FRACTION),
    ("log", "linear"),
    np.array([0.5, 0.02]),
    np.array([[1.0, 0.8], [0.8, 1.0]]),
)


def test_draws_have_the_deviations_and_the_correlation():
    (drawn,) = draw({"x": Distribution.of(QUANTITIES, COVARIANCE)}, 4000).values()
    log_D = np.log([values[D] / 1e-17 for values in drawn])
    fraction = np.array([values[FRACTION] for values in drawn])
    assert np.std(log_D) == pytest.approx(0.5, rel=0.03)
    assert np.std(fraction) == pytest.approx(0.02, rel=0.03)
    assert np.corrcoef(log_D, fraction)[0, 1] == pytest.approx(0.8, abs=0.03)


def test_an_assumed_value_is_drawn_evenly_and_a_setting_is_not():
    (drawn,) = draw({"x": Distribution.of(QUANTITIES, COVARIANCE)}, 400).values()
    void = np.sort([values[VOID] for values in drawn])
    even = 0.05 + 0.25 * (np.arange(400) + 0.5) / 400
    assert void == pytest.approx(even, abs=0.25 / 400)
    assert CUTOFF not in drawn[0]


def test_without_correlations_the_intervals_count():
    covariance = Covariance.of_intervals(QUANTITIES)
    assert covariance.names == (D, FRACTION)
    assert covariance.scales == ("log", "linear")
    assert covariance.deviations == pytest.approx([np.log(4) / 3.92, 0.04 / 3.92], 1e-3)


def test_draws_stay_in_what_the_model_allows():
    wide = Covariance((FRACTION,), ("linear",), np.array([0.5]), np.eye(1))
    (drawn,) = draw({"x": Distribution.of(QUANTITIES, wide)}, 200).values()
    fractions = [values[FRACTION] for values in drawn]
    assert max(fractions) == 1.0
    assert min(fractions) > 0


def test_the_same_seed_gives_the_same_draws():
    distributions = {"x": Distribution.of(QUANTITIES, COVARIANCE)}
    assert draw(distributions, 5) == draw(distributions, 5)
    assert draw(distributions, 5) != draw(distributions, 5, seed=1)


def test_a_file_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "a_covariance.csv"
    path.write_text(COVARIANCE.to_csv())
    found = Covariance.read(path)
    assert (found.names, found.scales) == (COVARIANCE.names, COVARIANCE.scales)
    assert found.deviations == pytest.approx(COVARIANCE.deviations)
    assert found.correlations == pytest.approx(COVARIANCE.correlations)


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "a_covariance.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DataFileError, match="right would be the columns"):
        Covariance.read(path)
